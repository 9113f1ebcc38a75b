//! Where things stand in the source: spans in files, and the map from elements of the compiled workflow to spans.
//!
//! Knows nothing of YAML or of what the elements mean.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Severity};

/// A file as it was given: the parser reads no disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Name shown in messages, usually the path.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// A file with a name and a text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// A file from its bytes.
    ///
    /// # Errors
    /// DB002 when the bytes are not UTF-8, with the place of the first one that is not.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, Box<Diagnostic>> {
        let name = name.into();
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Self::new(name, text)),
            Err(error) => error,
        };
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let at = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        Err(Box::new(Diagnostic {
            code: "DB002",
            severity: Severity::Error,
            message: format!("`{name}` is not a text in UTF-8."),
            place: Some(Place {
                line: before.matches('\n').count() as u32 + 1,
                column: line.chars().count() as u32 + 1,
                start: at,
                end: at,
                file: name,
            }),
            label: None,
            help: Some("save it with the encoding UTF-8".to_owned()),
        }))
    }

    /// The name without folders and without `.yaml` or `.yml`: the locale of a text file.
    pub fn stem(&self) -> &str {
        let base = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        base.strip_suffix(".yaml").or_else(|| base.strip_suffix(".yml")).unwrap_or(base)
    }
}

/// A stretch of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Position of the file in the list of sources.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Column of the first byte in characters, from 1.
    pub column: u32,
}

impl Span {
    /// From the start of this one to the end of the other, when both stand in one file.
    pub fn to(self, other: Self) -> Self {
        Self { end: if self.file == other.file { other.end.max(self.end) } else { self.end }, ..self }
    }

    /// A part of this span, given in bytes from its start, when `text` is the file's text.
    pub fn part(self, text: &str, from: usize, to: usize) -> Self {
        let start = (self.start as usize + from).min(self.end as usize);
        let end = (self.start as usize + to).clamp(start, self.end as usize);
        let Some(before) = text.get(self.start as usize..start) else {
            return self;
        };
        let (mut line, mut column) = (self.line, self.column);
        for character in before.chars() {
            if character == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        Self { file: self.file, start: start as u32, end: end as u32, line, column }
    }
}

/// Elements of the compiled workflow and where they were written.
///
/// Paths: `state/<id>`, `state/<id>/on/<n>/require/<n>/that`, `step/<id>/due`, `role/<id>`, `timer/<id>`,
/// `data/<name>`, `text/<locale>/<key>`; docs/language.md lists them. Only a 64-bit fingerprint of each path is kept:
/// a large workflow has tens of thousands, and a clash would misplace a caret at worst.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    spans: HashMap<u64, Span, BuildHasherDefault<AsItIs>>,
}

/// A fingerprint needs no second hashing.
#[derive(Debug, Clone, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}

impl SourceMap {
    /// A map with room for a document of this size.
    pub fn for_document(bytes: usize) -> Self {
        /// A guess that spares growing the map again and again.
        const BYTES_PER_ELEMENT: usize = 20;
        Self { spans: HashMap::with_capacity_and_hasher(bytes / BYTES_PER_ELEMENT, BuildHasherDefault::default()) }
    }

    /// Remembers where an element stands; the first place wins.
    pub fn put(&mut self, path: impl Into<Path>, span: Span) {
        self.spans.entry(path.into().0).or_insert(span);
    }

    /// Takes over the places of another map, where this one has none.
    pub fn absorb(&mut self, other: Self) {
        for (fingerprint, span) in other.spans {
            self.spans.entry(fingerprint).or_insert(span);
        }
    }

    /// The place of exactly this element.
    pub fn exact(&self, path: &str) -> Option<Span> {
        self.spans.get(&Path::of(path).0).copied()
    }

    /// The place of the element, or of the nearest element around it.
    pub fn find(&self, path: &str) -> Option<Span> {
        let mut path = path;
        loop {
            if let Some(span) = self.exact(path) {
                return Some(span);
            }
            path = &path[..path.rfind('/')?];
        }
    }
}

/// The fingerprint of a path (FNV-1a, 64 bits): grows step by step, without the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path(u64);

impl Path {
    /// A path of one step, or of several joined by `/`.
    pub fn of(text: &str) -> Self {
        Self(0xcbf2_9ce4_8422_2325).add(text.bytes())
    }

    /// One step further.
    pub fn at(self, step: &str) -> Self {
        self.add([b'/']).add(step.bytes())
    }

    /// The element of this number.
    pub fn nth(self, n: usize) -> Self {
        if n < 10 {
            return self.add([b'/', b'0' + n as u8]);
        }
        self.at(&n.to_string())
    }

    fn add(self, bytes: impl IntoIterator<Item = u8>) -> Self {
        let next = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.into_iter().fold(self.0, next))
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_element_answers() {
        let mut map = SourceMap::default();
        let here = Span { start: 4, ..Span::default() };
        map.put("state/a/on/0", here);
        assert_eq!(map.find("state/a/on/0/require/2/that"), Some(here));
        assert_eq!(map.find("state/b"), None);
    }

    #[test]
    fn a_path_grows_into_the_same_fingerprint() {
        let grown = Path::of("state").at("a").at("on").nth(7).at("require").nth(12);
        assert_eq!(grown, Path::of("state/a/on/7/require/12"));
    }

    #[test]
    fn a_part_counts_characters_and_lines() {
        let text = "aé\nbcd";
        let whole = Span { end: text.len() as u32, line: 1, column: 1, ..Span::default() };
        let part = whole.part(text, 5, 6);
        assert_eq!((part.line, part.column, part.start), (2, 2, 5));
        assert_eq!(whole.part(text, 3, 4).column, 3);
    }

    #[test]
    fn the_stem_is_the_locale() {
        assert_eq!(SourceFile::new("texts/nl.yaml", "").stem(), "nl");
        assert_eq!(SourceFile::new("en", "").stem(), "en");
    }
}
