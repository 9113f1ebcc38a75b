//! What a syntax error of YAML means, in words for people who do not know YAML by heart.

use serde_saphyr::granit_parser::{self, ErrorKind};

use super::diagnostic::Sink;
use super::span::Span;
use super::yaml::MAX_DEPTH;

/// Adds the message for a syntax error.
pub fn explain(file: u32, text: &str, error: &granit_parser::ScanError, sink: &mut Sink) {
    let mark = error.marker();
    let at = mark
        .byte_offset()
        .unwrap_or_else(|| text.char_indices().nth(mark.index()).map_or(text.len(), |(byte, _)| byte));
    let at = at.min(text.len());
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let here = Span {
        file,
        start: at as u32,
        end: (at + next.map_or(0, char::len_utf8)) as u32,
        line: mark.line().max(1) as u32,
        column: mark.col() as u32 + 1,
    };
    classify(text, error, here, sink);
}

fn classify(text: &str, error: &granit_parser::ScanError, here: Span, sink: &mut Sink) {
    if let Some(tab) = indenting_tab(text, here) {
        sink.add("DB011", tab, "A tab stands in the indentation.")
            .help("YAML indents with spaces only: two for each level");
        return;
    }
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            sink.add("DB011", here, "A tab stands where YAML wants spaces.").help("replace it with spaces");
        }
        ErrorKind::UnknownAnchor => {
            sink.add("DB013", here, "The alias names an anchor that does not stand before it.")
                .help("a text that begins with `*` must stand in quotes");
        }
        ErrorKind::RecursionLimitExceeded => {
            too_deep(here, sink);
        }
        kind => {
            let (message, help) = reword(kind);
            sink.add("DB010", here, message).help(help);
        }
    }
}

/// A tab in the indentation of the line where reading stopped, or of the line after it.
fn indenting_tab(text: &str, here: Span) -> Option<Span> {
    let line = whole_line(here.file, text, here.start as usize);
    let next = whole_line(here.file, text, line.end as usize + 1);
    [line, next].into_iter().find_map(|line| {
        let written = text.get(line.start as usize..line.end as usize)?;
        let tab = written.find('\t').filter(|at| written[..*at].trim().is_empty())?;
        Some(line.part(text, tab, tab + 1))
    })
}

/// Adds the message for nesting beyond the budget.
pub fn too_deep(span: Span, sink: &mut Sink) {
    sink.add("DB015", span, format!("Values are nested more than {MAX_DEPTH} deep."))
        .help("give the inner part a workflow of its own (`run:`)");
}

/// What a syntax error means for somebody who does not know YAML by heart.
fn reword(kind: &ErrorKind) -> (String, &'static str) {
    use ErrorKind as K;
    let (message, help) = match kind {
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::MappingKeyNotAllowed => {
            ("A `:` stands where no key can be.", "put a text that holds `: ` in quotes, and check the indentation")
        }
        K::ExpectedBlockMappingKey | K::InvalidIndentation | K::SimpleKeyExpected | K::InvalidSimpleKey => (
            "The indentation does not fit, or a key misses its `:`.",
            "keys of one map stand in one column, each followed by `: `",
        ),
        K::BlockSequenceEntryNotAllowed | K::ExpectedBlockSequenceEntry => (
            "A list item does not stand where a list can be.",
            "each `- ` of a list stands in the same column, below its key",
        ),
        K::UnclosedQuotedScalar => ("A quote is not closed.", "close it, or double a quote that is part of the text"),
        K::UnclosedFlowCollection { .. }
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofImplicitFlowMapping
        | K::ExpectedFlowMappingSeparator
        | K::ExpectedFlowSequenceSeparator
        | K::MismatchedFlowCollectionEnd { .. }
        | K::MisplacedFlowCollectionEnd => (
            "A bracket or brace does not match, or a comma is missing.",
            "`[a, b]` and `{a: 1, b: 2}`; a text that begins with `[` or `{` must stand in quotes",
        ),
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => (
            "Text follows after the closing quote.",
            "put the whole text in one pair of quotes, of the other kind if it holds quotes itself",
        ),
        K::UnknownQuotedScalarEscape => (
            "The backslash in this text is no known escape.",
            "use single quotes, in which a backslash is just a backslash",
        ),
        K::UnexpectedCharacter { .. } => ("This character cannot begin a value.", "put the text in quotes"),
        K::DirectiveDisallowed => ("Lines that begin with `%` are not read.", "remove the line"),
        other => {
            return (
                format!("This is not YAML: {other}."),
                "check the indentation, the quotes and the brackets around here",
            );
        }
    };
    (message.to_owned(), help)
}

/// The line that holds a byte, without the spaces around its text.
pub fn whole_line(file: u32, text: &str, at: usize) -> Span {
    let at = (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    Span { file, start: start as u32, end: end as u32, line: text[..start].matches('\n').count() as u32 + 1, column: 1 }
}
