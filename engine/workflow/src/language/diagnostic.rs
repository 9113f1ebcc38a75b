//! A message about a document: stable code, severity, place, and how to mend it. No rendering here.

use serde::Serialize;

use super::codes;
use super::span::{SourceFile, Span};

/// How bad it is. Errors stop a workflow from being published; warnings do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The workflow cannot run, or breaks a rule that may not be broken.
    Error,
    /// It can run, but is probably not meant so.
    Warning,
    /// Worth knowing.
    Info,
}

/// A place in a file, resolved for people and machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Place {
    /// The place of a span in its file.
    pub fn of(span: Span, sources: &[SourceFile]) -> Self {
        Self {
            file: sources.get(span.file as usize).map(|source| source.name.clone()).unwrap_or_default(),
            line: span.line,
            column: span.column,
            start: span.start,
            end: span.end,
        }
    }
}

/// A message about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `DB030`; [`codes::ALL`] lists them.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as a full sentence.
    pub message: String,
    /// Where; absent when no place can be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// A few words beside the caret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// The page that explains the code, below the documentation's root.
    pub fn page(&self) -> String {
        format!("docs/codes/{}.md", self.code)
    }
}

/// Collects messages while a document is checked. Bounded: a wrecked document gives [`Sink::LIMIT`] messages, not millions.
#[derive(Debug, Default)]
pub struct Sink {
    items: Vec<(Option<Span>, Diagnostic)>,
    dropped: usize,
}

/// A message under construction: refine it, it is already in the sink.
pub struct Draft<'a>(Option<&'a mut Diagnostic>);

impl Draft<'_> {
    /// Words beside the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(item) = self.0.as_mut() {
            item.label = Some(label.into());
        }
        self
    }

    /// How to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(item) = self.0.as_mut() {
            item.help = Some(help.into());
        }
        self
    }

    /// "Did you mean …?" when a candidate is near, otherwise the other help.
    pub fn did_you_mean(self, candidate: Option<&str>, otherwise: impl FnOnce() -> String) -> Self {
        match candidate {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None => {
                let other = otherwise();
                if other.is_empty() { self } else { self.help(other) }
            }
        }
    }
}

impl Sink {
    /// Messages kept; what comes after is counted.
    pub const LIMIT: usize = 200;

    /// Adds a message of `code` at `span`; the severity is that of the code.
    pub fn add(&mut self, code: &'static str, span: impl Into<Option<Span>>, message: impl Into<String>) -> Draft<'_> {
        if self.is_full() {
            self.dropped += 1;
            return Draft(None);
        }
        let item = Diagnostic {
            code,
            severity: codes::severity(code),
            message: message.into(),
            place: None,
            label: None,
            help: None,
        };
        self.items.push((span.into(), item));
        Draft(self.items.last_mut().map(|(_, item)| item))
    }

    /// Whether further messages are only counted: what they would say need not be worked out.
    pub fn is_full(&self) -> bool {
        self.items.len() >= Self::LIMIT
    }

    /// Whether an error was added.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|(_, item)| item.severity == Severity::Error)
    }

    /// The messages in order of place, with their places resolved.
    pub fn finish(mut self, sources: &[SourceFile]) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            let message = format!("{} more problems are not shown; mend these first.", self.dropped);
            self.items.push((
                None,
                Diagnostic {
                    code: "DB009",
                    severity: codes::severity("DB009"),
                    message,
                    place: None,
                    label: None,
                    help: None,
                },
            ));
        }
        self.items.sort_by_key(|(span, item)| {
            let key = span.map_or((u32::MAX, 0), |s| (s.file, s.start));
            (key, item.severity, item.code)
        });
        let mut found: Vec<Diagnostic> = Vec::with_capacity(self.items.len());
        for (span, mut item) in self.items {
            item.place = span.map(|span| Place::of(span, sources));
            if found.last() != Some(&item) {
                found.push(item);
            }
        }
        found
    }
}
