//! Content lines of an iCalendar file (RFC 5545, section 3.1): unfolding, names, parameters, values. No meaning.

/// Largest file, in bytes.
pub const MAX_ICS_BYTES: usize = 5 * 1024 * 1024;

/// A file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct IcsError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl IcsError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// One content line: `NAME;PARAM=value:value`.
#[derive(Debug, PartialEq)]
pub(super) struct ContentLine {
    pub number: usize,
    pub name: String,
    pub params: Vec<(String, String)>,
    pub value: String,
}

impl ContentLine {
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value with the escapes of text undone.
    pub(super) fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push(' '),
                    Some(other) => out.push(other),
                    None => {}
                },
                other => out.push(other),
            }
        }
        out.trim().to_owned()
    }
}

/// All content lines, unfolded.
pub(super) fn content_lines(file: &str) -> Result<Vec<ContentLine>, IcsError> {
    if file.len() > MAX_ICS_BYTES {
        return Err(IcsError::new(1, format!("the file is larger than {MAX_ICS_BYTES} bytes; export one school year")));
    }
    let mut unfolded: Vec<(usize, String)> = Vec::new();
    for (index, line) in file.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(more), Some((_, last))) => last.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => unfolded.push((index + 1, line.to_owned())),
        }
    }
    unfolded.iter().map(|(number, line)| content_line(*number, line)).collect()
}

fn content_line(number: usize, line: &str) -> Result<ContentLine, IcsError> {
    let bad = |message: &str| IcsError::new(number, message);
    let end = line.find([':', ';']).ok_or_else(|| bad("this is no iCalendar line: `NAME:value` was expected"))?;
    let (name, mut rest) = line.split_at(end);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(bad("this is no iCalendar line: it does not start with a property name"));
    }
    let mut params = Vec::new();
    while let Some(tail) = rest.strip_prefix(';') {
        let (key, tail) = tail.split_once('=').ok_or_else(|| bad("a parameter has no `=`"))?;
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| bad("a quoted parameter is not closed"))?,
            None => tail.split_at(tail.find([':', ';']).unwrap_or(tail.len())),
        };
        params.push((key.to_ascii_uppercase(), value.to_owned()));
        rest = tail;
    }
    let value = rest.strip_prefix(':').ok_or_else(|| bad("this property has no `:` with a value"))?;
    Ok(ContentLine { number, name: name.to_ascii_uppercase(), params, value: value.to_owned() })
}
