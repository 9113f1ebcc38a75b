//! Compiles the workflow as the engine will, and turns what it says into messages with places.

use std::ops::Range;

use super::Verify;
use crate::definition::{Definition, DefinitionError};
use crate::language::span::Span;

impl Verify<'_> {
    /// Compiles chart and expressions.
    pub(super) fn compile(&mut self) -> Option<Definition> {
        let (definition, problems) = match Definition::compile(self.workflow.clone()) {
            Ok((definition, warnings)) => (Some(definition), warnings),
            Err(problems) => (None, problems),
        };
        for problem in problems {
            self.report(&problem);
        }
        definition
    }

    fn report(&mut self, problem: &DefinitionError) {
        let path = problem.place.replace(':', "/");
        let suggestion = problem.suggestion.as_deref();
        match problem.span {
            Some((start, end)) => {
                self.expression_problem(code_of(problem.code), &path, &problem.message, suggestion, start..end);
            }
            None => {
                let draft = self.problem("DB085", &path, sentence(&problem.message));
                if let Some(suggestion) = suggestion {
                    draft.help(suggestion);
                }
            }
        }
    }

    /// Adds a problem in a part of the expression at `path`.
    pub(super) fn expression_problem(
        &mut self,
        code: &'static str,
        path: &str,
        message: &str,
        suggestion: Option<&str>,
        part: Range<usize>,
    ) {
        let span = self.map.find(path).map(|whole| self.inside(whole, part.start, part.end));
        let draft = self.sink.add(code, span, sentence(message));
        if let Some(suggestion) = suggestion {
            draft.help(suggestion);
        }
    }

    /// The part of an expression that is wrong, when the file holds the expression letter by letter.
    pub(super) fn inside(&self, whole: Span, start: usize, end: usize) -> Span {
        let text = match self.sources.get(whole.file as usize) {
            Some(source) => &source.text,
            None => return whole,
        };
        let Some(written) = text.get(whole.start as usize..whole.end as usize) else {
            return whole;
        };
        let quoted = written.starts_with(['\'', '"']);
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
        let escaped = match written.chars().next() {
            Some('"') => inner.contains('\\'),
            Some('\'') => inner.contains("''"),
            _ => false,
        };
        if escaped || written.contains('\n') {
            return whole;
        }
        let mut offset = usize::from(quoted);
        if let Some(inner) = written[offset..].strip_prefix("${") {
            offset += 2 + inner.len() - inner.trim_start().len();
        } else {
            offset += written[offset..].len() - written[offset..].trim_start().len();
        }
        let size = whole.end as usize - whole.start as usize;
        if offset + start >= size {
            return whole;
        }
        let close = size - usize::from(quoted);
        whole.part(text, offset + start, (offset + end).min(close).max(offset + start + 1))
    }
}

/// Our code for a kind of problem of an expression.
pub(super) fn code_of(kind: &str) -> &'static str {
    match kind {
        "cel-unknown-variable" | "cel-unknown-field" | "cel-unknown-function" => "DB101",
        "cel-wrong-arguments" | "cel-type-mismatch" => "DB102",
        "cel-limit" => "DB103",
        "cel-maybe-missing" => "DB104",
        "cel-unsupported" => "DB105",
        "cel-constant-comparison" | "cel-bad-constant" => "DB106",
        _ => "DB100",
    }
}

/// A fragment as a full sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = chars.as_str();
    let stop = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}
