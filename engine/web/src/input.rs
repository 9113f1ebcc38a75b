//! A request in plain parts: path, query, form or JSON, cookies, sender. Bounded, and clean of control characters.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::RawPathParams;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use jiff::civil::Date;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::answer::Failure;

/// Largest body, in bytes: a contribution of 256 KiB, percent-encoded at worst.
pub(crate) const MAX_BODY: usize = 800 * 1024;
/// Most fields in a form.
const MAX_FIELDS: usize = 2_000;

/// Fields of a form or query, in order; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(pub Vec<(String, String)>);

impl Fields {
    fn parse(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).take(MAX_FIELDS);
        Self(pairs.map(|(name, value)| (clean(&name), clean(&value))).collect())
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The trimmed value of a name; nothing when it is blank.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What tells these fields from others.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
        hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A day in three fields: `<name>.d`, `<name>.m`, `<name>.y`.
    pub(crate) fn day(&self, name: &str) -> Option<Date> {
        let part = |part: &str| self.text(&format!("{name}.{part}"))?.parse::<i16>().ok();
        let small = |name: &str| part(name).and_then(|n| i8::try_from(n).ok());
        Date::new(part("y")?, small("m")?, small("d")?).ok()
    }

    /// Whether the name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// Line ends are `\n`; other control characters and the marks that reorder text are taken out.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !hidden(*c)).collect()
}

/// The same for every text in a document, names of fields too.
fn clean_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(clean_json).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (clean(&name), clean_json(value))).collect())
        }
        other => other,
    }
}

/// A request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    /// Parts of the path by name; `~` stands for `/` in ids.
    pub path: BTreeMap<String, String>,
    /// After the question mark.
    pub query: Fields,
    /// Fields of a posted form.
    pub form: Fields,
    /// A posted JSON document.
    pub json: Option<Value>,
    /// Path with query.
    pub target: String,
    /// Address of the sender.
    pub address: String,
    headers: HeaderMap,
}

impl Input {
    /// Reads a request.
    ///
    /// # Errors
    /// Too large, or JSON that is none.
    pub(crate) async fn read(parts: &mut Parts, body: Body, address: String) -> Result<Self, Failure> {
        let params = <RawPathParams as axum::extract::FromRequestParts<()>>::from_request_parts(parts, &()).await;
        let path = match &params {
            Ok(params) => {
                params.iter().map(|(name, value)| (name.to_owned(), clean(value).replace('~', "/"))).collect()
            }
            Err(_) => return Err(Failure::NotFound),
        };
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
        if parts.method == Method::GET {
            let headers = parts.headers.clone();
            return Ok(Self { path, query, target, address, headers, ..Self::default() });
        }
        let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| Failure::TooLarge)?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (form, json) = if kind.starts_with("application/json") {
            let json = serde_json::from_slice(&bytes)
                .map_err(|error| Failure::Invalid(format!("the body is no JSON: {error}")))?;
            (Fields::default(), Some(clean_json(json)))
        } else if kind.starts_with("application/x-www-form-urlencoded") || bytes.is_empty() {
            (Fields::parse(&bytes), None)
        } else {
            return Err(Failure::WrongKind);
        };
        Ok(Self { path, query, form, json, target, address, headers: parts.headers.clone() })
    }

    /// A part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The token of a program: `Authorization: Bearer <token>`. With that header, cookies are not looked at.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
        Some(value.strip_prefix("Bearer ").unwrap_or_default().trim())
    }

    /// A header, when it is plain text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// A cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    /// Whether the caller wants to stop there: a page to go to after signing in, only within this site.
    pub(crate) fn next(&self) -> Option<String> {
        let next = self.form.text("next").or_else(|| self.query.text("next"))?;
        let inside = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\t']);
        inside.then(|| next.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_taken_out() {
        let fields = Fields::parse("a=x%00y%0D%0Az%E2%80%AEq&b=+&b=1&b=2".as_bytes());
        assert_eq!(fields.get("a"), Some("xy\nzq"));
        assert_eq!(fields.text("b"), None);
        assert_eq!(fields.all("b").count(), 3);
        assert!(fields.has("a") && !fields.has("c"));
    }

    #[test]
    fn a_day_has_three_fields() {
        let day = |text: &str| Fields::parse(text.as_bytes()).day("at").map(|day| day.to_string());
        assert_eq!(day("at.d=2&at.m=+10&at.y=2026").as_deref(), Some("2026-10-02"));
        for none in ["at.d=31&at.m=2&at.y=2026", "at.d=2&at.m=10", "at.d=x&at.m=1&at.y=2026", "at=2026-10-02"] {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        let to = |next: &str| {
            let query = Fields(vec![("next".into(), next.into())]);
            Input { query, ..Input::default() }.next()
        };
        assert_eq!(to("/cycle/day?a=1").as_deref(), Some("/cycle/day?a=1"));
        for outside in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
            assert_eq!(to(outside), None, "{outside}");
        }
    }
}
