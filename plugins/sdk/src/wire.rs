//! JSON text to tree and back.

use crate::json::{Json, Object};

/// Deepest nesting that is read; the contract's documents stay far below, and a component's stack is small.
const MAX_DEPTH: u32 = 64;

/// Reads JSON text (RFC 8259).
///
/// # Errors
/// The byte offset of the first thing that is not JSON, or nested too deep.
pub(crate) fn parse(text: &str) -> Result<Json, usize> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0).and_then(|value| {
        reader.blank();
        (reader.at == text.len()).then_some(value)
    });
    value.ok_or(reader.at)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over the byte if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        self.blank();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found.then_some(value)
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        self.blank();
        match self.peek()? {
            b'{' | b'[' if depth == MAX_DEPTH => None,
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        let mut fields = Object::default();
        self.at += 1;
        if self.eat(b'}') {
            return Some(Json::Object(fields));
        }
        loop {
            self.blank();
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            let value = self.value(depth)?;
            fields.insert(key, value);
            if self.eat(b'}') {
                return Some(Json::Object(fields));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Json> {
        let mut items = Vec::new();
        self.at += 1;
        if self.eat(b']') {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.eat(b']') {
                return Some(Json::List(items));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let from = self.at;
            while self.peek().is_some_and(|b| b != b'"' && b != b'\\' && b >= 0x20) {
                self.at += 1;
            }
            out.push_str(self.text.get(from..self.at)?);
            let stop = self.peek()?;
            self.at += 1;
            match stop {
                b'"' => return Some(out),
                b'\\' => out.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit().and_then(|unit| self.scalar(unit)),
            _ => return None,
        })
    }

    /// Four hex digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }

    /// A character from one UTF-16 unit, or two when the first is a high surrogate.
    fn scalar(&mut self, unit: u32) -> Option<char> {
        if !(0xd800..0xdc00).contains(&unit) {
            return char::from_u32(unit);
        }
        self.word("\\u", Json::Null)?;
        let low = self.unit().filter(|low| (0xdc00..0xe000).contains(low))?;
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
    }

    fn number(&mut self) -> Option<Json> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let whole = self.digits()?;
        if whole > 1 && self.text.as_bytes().get(self.at - whole) == Some(&b'0') {
            return None;
        }
        let mut integer = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            integer = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
            integer = false;
        }
        let digits = self.text.get(from..self.at)?;
        Some(digits.parse().ok().filter(|_| integer).map_or(Json::NoInt, Json::Int))
    }

    /// Steps over digits and tells how many; none is no number.
    fn digits(&mut self) -> Option<usize> {
        let from = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Some(self.at - from).filter(|count| *count > 0)
    }
}

/// Writes JSON text; commas come by themselves.
#[derive(Debug, Default)]
pub(crate) struct Out(String);

impl Out {
    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn comma(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }

    /// Opens an object or array.
    pub(crate) fn open(&mut self, bracket: char) {
        self.comma();
        self.0.push(bracket);
    }

    /// Closes it.
    pub(crate) fn close(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    /// The name of the value that follows.
    pub(crate) fn key(&mut self, key: &str) {
        self.text(key);
        self.0.push(':');
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.comma();
        self.0.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.push_str(&text[from..at]);
            from = at + 1;
            match byte {
                b'"' | b'\\' => self.0.extend(['\\', char::from(byte)]),
                b'\n' => self.0.push_str("\\n"),
                _ => self.0.push_str(&format!("\\u{byte:04x}")),
            }
        }
        self.0.push_str(&text[from..]);
        self.0.push('"');
    }

    /// A number or a literal, as it is.
    pub(crate) fn raw(&mut self, literal: &str) {
        self.comma();
        self.0.push_str(literal);
    }

    pub(crate) fn number(&mut self, n: i64) {
        self.raw(&n.to_string());
    }

    pub(crate) fn value(&mut self, value: &Json) {
        match value {
            Json::Null | Json::NoInt => self.raw("null"),
            Json::Bool(yes) => self.raw(if *yes { "true" } else { "false" }),
            Json::Int(n) => self.number(*n),
            Json::Text(text) => self.text(text),
            Json::List(items) => {
                self.open('[');
                items.iter().for_each(|item| self.value(item));
                self.close(']');
            }
            Json::Object(fields) => {
                self.open('{');
                for (key, field) in fields.iter() {
                    self.key(key);
                    self.value(field);
                }
                self.close('}');
            }
        }
    }
}

/// The text of a tree.
pub(crate) fn write(value: &Json) -> String {
    let mut out = Out::default();
    out.value(value);
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn what_is_no_json_is_refused_as_the_reference_does() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "-",
            "1.",
            "1e",
            "+1",
            "nul",
            "\"\\x\"",
            "\"\u{1}\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "[1 2]",
            "1 1",
            "\"open",
            "{\"a\"}",
            "\"\\udc00\"",
            "--1",
        ] {
            assert!(parse(text).is_err(), "{text}");
            assert!(serde_json::from_str::<Value>(text).is_err(), "the reference takes {text}");
        }
        assert!(parse(&"[".repeat(100_000)).is_err());
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&deep(64)).is_ok());
        assert_eq!(parse(&deep(65)), Err(64));
    }

    #[test]
    fn what_is_json_is_read_as_the_reference_does() {
        for text in [
            "{}",
            "[]",
            " [ 1 , -2 , 0 ] ",
            "{\"a\":{\"b\":[true,false,null]},\"a\":1}",
            "9223372036854775807",
            "-9223372036854775808",
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 é\"",
            "\"\\u0000\"",
        ] {
            let reference: Value = serde_json::from_str(text).unwrap();
            let read = parse(text).unwrap();
            let again: Value = serde_json::from_str(&write(&read)).unwrap();
            assert_eq!(again, reference, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_integers() {
        for text in ["1.0", "1e3", "-0.1", "9223372036854775808", "1E-5"] {
            assert_eq!(parse(text), Ok(Json::NoInt), "{text}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
        #[test]
        fn a_tree_survives_writing_and_reading(value in any_json()) {
            let tree = parse(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&write(&tree)).unwrap(), value.clone());
            prop_assert_eq!(parse(&write(&tree)), Ok(tree.clone()));
            prop_assert_eq!(parse(&serde_json::to_string_pretty(&value).unwrap()), Ok(tree));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:0-9eE.\\\\untfalsé \\-]{0,40}") {
            prop_assert_eq!(parse(&text).is_ok(), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        }
    }
}
