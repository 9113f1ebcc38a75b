//! One declaration per field, four uses: JSON Schema, strict check with a path, normalised value, form.
//! Knows nothing about steps.

use std::borrow::Cow;

use crate::calendar::Date;
use crate::form::Widget;
use crate::json::{Json, Object};
use crate::problem::{Problem, Text};
use crate::text::{Say, clean, length, say};

/// At most this many problems are reported for one document.
const MAX_PROBLEMS: usize = 20;
/// Longest id in characters.
pub(crate) const MAX_ID: usize = 80;
/// The same as a JSON Schema pattern.
pub(crate) const ID_PATTERN: &str = "^[A-Za-z0-9_][A-Za-z0-9._:@+-]*$";

/// What a value may be. Built in constants; costs nothing at run time.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text of at most `max` characters after cleaning, on one line.
    Line {
        /// Characters.
        max: u32,
    },
    /// A text of at most `max` characters after cleaning; line breaks stay.
    Text {
        /// Characters.
        max: u32,
    },
    /// An id: 1 to 80 characters, letters, digits (ASCII) and `. _ : @ + -`, starting with a letter, digit or `_`.
    Id,
    /// A civil date `YYYY-MM-DD`.
    Date,
    /// A whole number within bounds.
    Int {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// True or false.
    Bool,
    /// One of the words.
    OneOf(&'static [&'static str]),
    /// A list of at most `max` values.
    List {
        /// Shape of each.
        of: &'static Shape,
        /// Entries.
        max: u32,
    },
    /// An object with ids as keys, at most `max` of them.
    Map {
        /// Shape of each value.
        of: &'static Shape,
        /// Entries.
        max: u32,
    },
    /// An object with exactly these fields.
    Object(&'static [Field]),
    /// A text for people: one text, or `{nl, en}`.
    Label,
    /// The first that fits the JSON type.
    Either(&'static [Shape]),
    /// The shape, or null.
    OrNull(&'static Shape),
    /// Whatever the host gives.
    Any,
}

/// A named field of an object, with how a form asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether it must be there and not empty.
    pub required: bool,
    /// How a form asks for it; `None` keeps it out of forms.
    pub widget: Option<Widget>,
}

/// A field that must be there and not empty.
#[must_use]
pub const fn req(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true, widget: None }
}

/// A field that may be left out; an empty text counts as left out.
#[must_use]
pub const fn opt(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, widget: None }
}

/// A list of at most 500 values.
#[must_use]
pub const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, max: 500 }
}

/// A map of at most 500 values.
#[must_use]
pub const fn map(of: &'static Shape) -> Shape {
    Shape::Map { of, max: 500 }
}

/// A list of ids.
pub const IDS: Shape = list(&Shape::Id);
/// A count.
pub const COUNT: Shape = Shape::Int { min: 0, max: 1_000_000_000 };

/// Whether a text is an id (see [`Shape::Id`]).
#[must_use]
pub fn is_id(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'@' | b'+' | b'-');
    (1..=MAX_ID).contains(&text.len())
        && text.bytes().all(inside)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

/// Checks an object against its fields (in one or more parts) and gives back the normalised form. `path` is the JSON pointer of the object.
///
/// # Errors
/// All problems found (at most 20), each `INVALID` with its path.
pub fn accept(parts: &[&'static [Field]], path: &str, value: Json) -> Result<Json, Vec<Problem>> {
    let mut door = Door { path: path.to_owned(), strict: true, problems: Vec::new() };
    let value = door.object(parts, value);
    if door.problems.is_empty() { Ok(value) } else { Err(door.problems) }
}

/// Checks a value of another step against a shape; fields that the shape does not name are left out.
///
/// # Errors
/// As [`accept`].
pub(crate) fn fit(shape: &'static Shape, path: &str, value: Json) -> Result<Json, Vec<Problem>> {
    let mut door = Door { path: path.to_owned(), strict: false, problems: Vec::new() };
    let value = door.value(shape, value);
    if door.problems.is_empty() { Ok(value) } else { Err(door.problems) }
}

/// The walk over one document.
struct Door {
    path: String,
    strict: bool,
    problems: Vec<Problem>,
}

impl Door {
    fn refuse(&mut self, nl: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Json {
        if self.problems.len() < MAX_PROBLEMS {
            let text = Text { nl: nl.into(), en: en.into() };
            self.problems.push(Problem::invalid(self.path.clone(), text));
        }
        Json::Null
    }

    fn say(&mut self, text: Say) -> Json {
        self.refuse(text.nl, text.en)
    }

    /// Runs `walk` one step deeper; key and index are escaped as RFC 6901 asks.
    fn within<T>(&mut self, step: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = walk(self);
        self.path.truncate(length);
        result
    }

    fn value(&mut self, shape: &'static Shape, value: Json) -> Json {
        match (shape, value) {
            (Shape::Any, value) => value,
            (Shape::OrNull(_), Json::Null) => Json::Null,
            (Shape::OrNull(inner), value) => self.value(inner, value),
            (Shape::Line { max }, Json::Text(text)) => self.text(&text, *max, false),
            (Shape::Text { max }, Json::Text(text)) => self.text(&text, *max, true),
            (Shape::Id, Json::Text(text)) => self.id(&text),
            (Shape::Date, Json::Text(text)) => self.date(text),
            (Shape::Int { min, max }, Json::Int(n)) if (*min..=*max).contains(&n) => Json::Int(n),
            (Shape::Int { min, max }, Json::Int(_) | Json::NoInt) => self.refuse(
                format!("geef een geheel getal van {min} tot {max}"),
                format!("give a whole number from {min} to {max}"),
            ),
            (Shape::Bool, Json::Bool(yes)) => Json::Bool(yes),
            (Shape::OneOf(words), Json::Text(word)) => self.one_of(words, word),
            (Shape::List { of, max }, Json::List(items)) => self.list(of, *max, items),
            (Shape::Map { of, max }, Json::Object(entries)) => self.map(of, *max, entries),
            (Shape::Object(fields), value @ Json::Object(_)) => self.object(&[fields], value),
            (Shape::Label, Json::Text(text)) => self.text(&text, 2000, true),
            (Shape::Label, Json::Object(texts)) => self.map(&Shape::Text { max: 2000 }, 8, texts),
            (Shape::Either(shapes), value) => match shapes.iter().find(|shape| shape.takes(&value)) {
                Some(shape) => self.value(shape, value),
                None => self.say(WRONG_TYPE),
            },
            _ => self.say(WRONG_TYPE),
        }
    }

    fn text(&mut self, raw: &str, max: u32, lines: bool) -> Json {
        // Normalising takes more time the longer the text: what cannot fit is not normalised first.
        let text = if raw.len() > 16 * max as usize + 64 { raw.to_owned() } else { clean(raw, lines) };
        let over = length(&text).saturating_sub(max as usize);
        if over > 0 {
            return self.refuse(
                format!("te lang: maak de tekst {over} tekens korter (hoogstens {max})"),
                format!("too long: shorten the text by {over} characters (at most {max})"),
            );
        }
        Json::Text(text)
    }

    fn id(&mut self, raw: &str) -> Json {
        let text = clean(raw, false);
        if is_id(&text) { Json::Text(text) } else { self.say(BAD_ID) }
    }

    fn date(&mut self, text: String) -> Json {
        if text.len() == 10 && Date::parse(&text).is_some() { Json::Text(text) } else { self.say(BAD_DATE) }
    }

    fn one_of(&mut self, words: &[&str], word: String) -> Json {
        if words.contains(&word.as_str()) {
            return Json::Text(word);
        }
        let known = words.join(", ");
        self.refuse(format!("kies een van: {known}"), format!("choose one of: {known}"))
    }

    fn list(&mut self, of: &'static Shape, max: u32, items: Vec<Json>) -> Json {
        if items.len() > max as usize {
            return self.refuse(format!("hoogstens {max} in deze lijst"), format!("at most {max} in this list"));
        }
        let each = |(index, item): (usize, Json)| self.within(&index.to_string(), |door| door.value(of, item));
        Json::List(items.into_iter().enumerate().map(each).collect())
    }

    fn map(&mut self, of: &'static Shape, max: u32, entries: Object) -> Json {
        if entries.len() > max as usize {
            return self.refuse(format!("hoogstens {max} namen"), format!("at most {max} names"));
        }
        let mut kept = Object::default();
        for (key, item) in entries {
            let item = self.within(&key, |door| {
                if !is_id(&key) {
                    door.say(BAD_ID);
                }
                door.value(of, item)
            });
            kept.set(&key, item);
        }
        Json::Object(kept)
    }

    fn object(&mut self, parts: &[&'static [Field]], value: Json) -> Json {
        let Json::Object(mut given) = value else {
            return self.say(WRONG_TYPE);
        };
        let mut kept = Object::default();
        for field in parts.iter().copied().flatten() {
            match given.take(field.name).filter(|item| !is_left_out(&field.shape, item)) {
                Some(item) => {
                    let item = self.within(field.name, |door| door.value(&field.shape, item));
                    kept.set(field.name, item);
                }
                None => self.missing(field),
            }
        }
        let unknown = if self.strict { given } else { Object::default() };
        for (name, _) in unknown {
            let known: Vec<&str> = parts.iter().copied().flatten().map(|field| field.name).collect();
            let known = known.join(", ");
            self.within(&name, |door| {
                door.refuse(format!("onbekend veld (wel: {known})"), format!("unknown field (known: {known})"))
            });
        }
        Json::Object(kept)
    }

    fn missing(&mut self, field: &Field) {
        if field.required {
            self.within(field.name, |door| door.say(say("vul dit in", "fill this in")));
        }
    }
}

/// Forms send an empty text where nothing was filled in; so null and blank texts count as left out.
fn is_left_out(shape: &Shape, item: &Json) -> bool {
    match item {
        Json::Null => !shape.takes(item),
        Json::Text(text) => clean(text, false).is_empty(),
        _ => false,
    }
}

const WRONG_TYPE: Say =
    say("dit is niet het soort waarde dat hier hoort", "this is not the kind of value that belongs here");
const BAD_ID: Say = say(
    "geen geldige naam: gebruik gewone letters, cijfers en . _ : @ + - (hoogstens 80)",
    "no valid id: use plain letters, digits and . _ : @ + - (at most 80)",
);
const BAD_DATE: Say = say("geef een datum als 2026-10-02", "give a date such as 2026-10-02");

impl Shape {
    /// Whether the JSON type fits, as [`Shape::Either`] chooses.
    fn takes(&self, value: &Json) -> bool {
        match self {
            Self::Any => true,
            Self::OrNull(inner) => *value == Json::Null || inner.takes(value),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
            Self::Label => matches!(value, Json::Text(_) | Json::Object(_)),
            Self::Line { .. } | Self::Text { .. } | Self::Id | Self::Date => value.as_text().is_some(),
            Self::OneOf(words) => value.as_text().is_some_and(|word| words.contains(&word)),
            Self::Int { .. } => matches!(value, Json::Int(_) | Json::NoInt),
            Self::Bool => matches!(value, Json::Bool(_)),
            Self::List { .. } => matches!(value, Json::List(_)),
            Self::Map { .. } | Self::Object(_) => matches!(value, Json::Object(_)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    fn tree(value: &Value) -> Json {
        crate::wire::parse(&value.to_string()).unwrap()
    }

    const FIELDS: &[Field] = &[
        req("text", Shape::Text { max: 5 }),
        opt("id", Shape::Id),
        opt("when", Shape::Date),
        opt("n", Shape::Int { min: 1, max: 4 }),
        opt("kind", Shape::OneOf(&["a", "b"])),
        opt("deep", Shape::List { of: &Shape::Object(&[req("x", Shape::Bool)]), max: 2 }),
        opt("free", Shape::Map { of: &Shape::Line { max: 3 }, max: 2 }),
        opt("two", Shape::Either(&[Shape::OneOf(&["half_up"]), Shape::Int { min: 0, max: 9 }])),
        opt("maybe", Shape::OrNull(&Shape::Bool)),
    ];

    fn paths(value: Value) -> Vec<String> {
        accept(&[FIELDS], "/card", tree(&value)).err().unwrap_or_default().into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn every_wrong_value_is_named_by_its_path() {
        for (value, path) in [
            (json!({}), "/card/text"),
            (json!({"text": "  "}), "/card/text"),
            (json!({"text": null}), "/card/text"),
            (json!({"text": "zesse!"}), "/card/text"),
            (json!({"text": 3}), "/card/text"),
            (json!({"text": "a", "other": 1}), "/card/other"),
            (json!({"text": "a", "a/b~c": 1}), "/card/a~1b~0c"),
            (json!({"text": "a", "id": "a b"}), "/card/id"),
            (json!({"text": "a", "id": "é"}), "/card/id"),
            (json!({"text": "a", "id": "-a"}), "/card/id"),
            (json!({"text": "a", "when": "2026-02-30"}), "/card/when"),
            (json!({"text": "a", "when": "2026-02-03T10:00:00"}), "/card/when"),
            (json!({"text": "a", "n": 5}), "/card/n"),
            (json!({"text": "a", "n": 1.5}), "/card/n"),
            (json!({"text": "a", "kind": "c"}), "/card/kind"),
            (json!({"text": "a", "deep": [{"x": true}, {"x": 1}]}), "/card/deep/1/x"),
            (json!({"text": "a", "deep": [{}, {}, {}]}), "/card/deep"),
            (json!({"text": "a", "free": {"k": "long"}}), "/card/free/k"),
            (json!({"text": "a", "two": "other"}), "/card/two"),
            (json!([]), "/card"),
        ] {
            assert_eq!(paths(value.clone()), [path], "{value}");
        }
    }

    #[test]
    fn what_fits_comes_back_normalised() {
        let given = json!({"text": " e\u{301}e\u{0}n ", "id": "", "n": null, "two": "half_up", "maybe": null});
        let kept = tree(&json!({"text": "éen", "two": "half_up", "maybe": null}));
        assert_eq!(accept(&[FIELDS], "", tree(&given)), Ok(kept));
    }

    #[test]
    fn the_number_of_problems_is_bounded() {
        let many: Map<String, Value> = (0..100).map(|n| (format!("f{n}"), json!(1))).collect();
        assert_eq!(paths(Value::Object(many)).len(), MAX_PROBLEMS);
    }
}
