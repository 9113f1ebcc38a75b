//! What a plugin says when something does not fit: an error word, the place, a text in two languages.

use std::borrow::Cow;

use crate::json::{Json, ToJson};
use crate::text::Say;
use crate::{object, writes};

/// A text in both languages, possibly made at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Plain Dutch (B1).
    pub nl: Cow<'static, str>,
    /// Plain English.
    pub en: Cow<'static, str>,
}

writes!(Text { nl, en });

impl ToJson for Cow<'static, str> {
    fn to_json(&self) -> Json {
        Json::Text(self.clone().into_owned())
    }
}

impl From<Say> for Text {
    fn from(say: Say) -> Self {
        Self { nl: Cow::Borrowed(say.nl), en: Cow::Borrowed(say.en) }
    }
}

impl From<(String, String)> for Text {
    fn from((nl, en): (String, String)) -> Self {
        Self { nl: Cow::Owned(nl), en: Cow::Owned(en) }
    }
}

/// One reason why a contribution is refused or a step is not ready. Shown as `WORD` or `WORD:arg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Error word of domain.md G9, in capitals.
    pub word: Cow<'static, str>,
    /// JSON pointer into the payload (`/card/text`); empty when the whole is meant.
    pub path: String,
    /// What is wrong and how to mend it.
    pub text: Text,
    /// What the word is about, such as a team or a card.
    pub args: Vec<String>,
}

impl ToJson for Problem {
    fn to_json(&self) -> Json {
        let mut json = object! {"word" => self.word, "text" => self.text, "args" => self.args};
        if !self.path.is_empty() {
            json.set("path", &self.path);
        }
        json
    }
}

impl Problem {
    /// A problem with its error word and text.
    pub fn new(word: impl Into<Cow<'static, str>>, text: impl Into<Text>) -> Self {
        Self { word: word.into(), path: String::new(), text: text.into(), args: Vec::new() }
    }

    /// `INVALID`: the contribution itself is not right.
    pub fn invalid(path: impl Into<String>, text: impl Into<Text>) -> Self {
        Self { path: path.into(), ..Self::new("INVALID", text) }
    }

    /// `NOT_ALLOWED`: another person or role may do this.
    pub fn not_allowed(text: impl Into<Text>) -> Self {
        Self::new("NOT_ALLOWED", text)
    }

    /// Points at a place in the payload.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds what the word is about.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// As people see it in a list of reasons: `NO_COACH:lager-5-6`, `NO_REPORT_MOMENT`.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.args.is_empty() {
            return self.word.clone().into_owned();
        }
        format!("{}:{}", self.word, self.args.join(","))
    }
}

/// One or more problems: the contribution or the call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In the order in which they were found.
    pub problems: Vec<Problem>,
}

writes!(Refusal { problems });

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl From<Vec<Problem>> for Refusal {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

/// A remark with an accepted contribution: it counts, but the sender should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable word in capitals.
    pub word: &'static str,
    /// What was noticed.
    pub text: Text,
}

writes!(Warning { word, text });
