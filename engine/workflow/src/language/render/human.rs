//! For a terminal: miette's frames with a caret, or one plain line and a caret for logs and screen readers.

use std::fmt::Write;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::language::diagnostic::{Diagnostic, Place, Severity};
use crate::language::span::SourceFile;

/// Longest line shown around a caret, in bytes.
const MAX_LINE: usize = 400;

/// How messages look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Frames and colours.
    Colour,
    /// Frames without colours.
    Frames,
    /// Plain lines.
    Plain,
}

/// All messages, followed by a count.
pub fn human(items: &[Diagnostic], sources: &[SourceFile], style: Style) -> String {
    let mut out = String::new();
    for item in items {
        match style {
            Style::Plain => plain(item, sources, &mut out),
            Style::Colour => framed(item, sources, GraphicalTheme::unicode(), &mut out),
            Style::Frames => framed(item, sources, GraphicalTheme::unicode_nocolor(), &mut out),
        }
        out.push('\n');
    }
    out.push_str(&summary(items));
    out
}

/// How many errors and warnings there are, in one line.
fn summary(items: &[Diagnostic]) -> String {
    let count = |severity| items.iter().filter(|item| item.severity == severity).count();
    let words = |n: usize, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "No problems found.\n".to_owned(),
        (errors, warnings) => {
            format!("{}, {}.\n", words(errors, "error"), words(warnings, "warning"))
        }
    }
}

fn framed(item: &Diagnostic, sources: &[SourceFile], theme: GraphicalTheme, out: &mut String) {
    let source = item
        .place
        .as_ref()
        .and_then(|place| sources.iter().find(|source| source.name == place.file).map(|source| (place, source)));
    let mut report = MietteDiagnostic::new(&item.message)
        .with_code(item.code)
        .with_severity(match item.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
        .with_url(item.page());
    if let Some(help) = &item.help {
        report = report.with_help(help);
    }
    let readable = source.filter(|(place, source)| around(place, &source.text).is_some());
    if let Some((place, source)) = readable {
        let (start, length) = first_line(place, &source.text);
        report = report.with_label(LabeledSpan::new(item.label.clone(), start, length));
    }
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100).with_context_lines(1);
    let rendered = match readable {
        Some((_, source)) => {
            let file = File(source.clone());
            handler.render_report(out, &WithSource { report, file })
        }
        None => handler.render_report(out, &report),
    };
    if rendered.is_err() {
        plain(item, sources, out);
    }
    let _ = writeln!(out, "  see {}", item.page());
}

/// A report with its file.
#[derive(Debug)]
struct WithSource {
    report: MietteDiagnostic,
    file: File,
}

/// A file whose columns count characters; miette itself counts bytes.
#[derive(Debug)]
struct File(SourceFile);

impl SourceCode for File {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.0.text.read_span(span, before, after)?;
        let offset = read.span().offset();
        let column = self
            .0
            .text
            .get(offset.saturating_sub(read.column())..offset)
            .map_or(read.column(), |text| text.chars().count());
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name.clone(),
            read.data(),
            *read.span(),
            read.line(),
            column,
            read.line_count(),
        )))
    }
}

impl std::fmt::Display for WithSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.report.fmt(f)
    }
}

impl std::error::Error for WithSource {}

impl miette::Diagnostic for WithSource {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.report.code()
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.report.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.report.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.report.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.file)
    }
}

/// The stretch to underline: never beyond the first line.
fn first_line(place: &Place, text: &str) -> (usize, usize) {
    let (start, end) = (place.start as usize, place.end as usize);
    let written = text.get(start..end).unwrap_or_default();
    let line = written.split('\n').next().unwrap_or_default().trim_end();
    (start, line.len())
}

/// The line of a place, unless it is too long to show.
fn around<'a>(place: &Place, text: &'a str) -> Option<&'a str> {
    let start = text.get(..place.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.split('\n').next()?;
    (line.len() <= MAX_LINE).then_some(line)
}

fn plain(item: &Diagnostic, sources: &[SourceFile], out: &mut String) {
    let severity = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    match &item.place {
        Some(place) => {
            let _ = writeln!(
                out,
                "{}:{}:{}: {severity}[{}]: {}",
                place.file, place.line, place.column, item.code, item.message
            );
            let source = sources.iter().find(|source| source.name == place.file);
            if let Some(line) = source.and_then(|source| around(place, &source.text).map(|line| (source, line))) {
                caret(item, place, line.0, line.1, out);
            }
        }
        None => {
            let _ = writeln!(out, "{severity}[{}]: {}", item.code, item.message);
        }
    }
    if let Some(help) = &item.help {
        let _ = writeln!(out, "  help: {help}");
    }
}

fn caret(item: &Diagnostic, place: &Place, source: &SourceFile, line: &str, out: &mut String) {
    let (start, length) = first_line(place, &source.text);
    let wide = source.text.get(start..start + length).map_or(1, |text| text.chars().count());
    let indent: String = line
        .chars()
        .take(place.column.saturating_sub(1) as usize)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let label = item.label.as_deref().unwrap_or_default();
    let _ = writeln!(out, "{}", format!("  | {line}").trim_end());
    let marks = "^".repeat(wide.max(1));
    let _ = writeln!(out, "{}", format!("  | {indent}{marks} {label}").trim_end());
}
