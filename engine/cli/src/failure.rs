//! What went wrong, as one form for all commands: what, a hint, reasons, an exit code. Prints nothing.

use std::process::ExitCode;

use draaiboek_plugin_host::{CallError, LoadError};
use draaiboek_runtime::EngineError;
use draaiboek_store::{Place, StoreError};
use draaiboek_workflow::decide::Rejection;
use serde::Serialize;

use crate::play::{PlayError, ReadError};
use crate::shelf::Mistakes;

/// How the program ends (docs/cli.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// Done.
    Fine = 0,
    /// Something was found: mistakes in a workflow, expectations not met, a damaged database.
    Findings = 1,
    /// The command line or a file it names cannot be used.
    Usage = 2,
    /// A file was refused as a whole: a chart that `trace` does not run, a component that is no plugin.
    Refused = 3,
    /// The engine said no: not now, not you, not like this. Nothing changed.
    Rejected = 4,
    /// Something broke: a plugin, the disk, the database.
    Broken = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `WORD` or `WORD:value`.
    pub reason: String,
    /// In a sentence, when the workflow has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Why a command did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// How the program ends.
    #[serde(rename = "kind")]
    pub exit: Exit,
    /// What is wrong.
    #[serde(rename = "error")]
    pub what: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Error word of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Reasons of a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

impl Failure {
    /// A message whose last part, after a semicolon, is the hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        let message = message.into();
        let (what, hint) = match message.rsplit_once("; ") {
            Some((what, hint)) => (what.to_owned(), Some(hint.to_owned())),
            None => (message, None),
        };
        Self { exit, what, hint, word: None, reasons: Vec::new() }
    }

    /// The command line, or a file it names, cannot be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Something broke.
    pub fn broken(message: impl Into<String>) -> Self {
        Self::new(Exit::Broken, message)
    }

    /// Nobody reads the output any more: that is no failure.
    pub fn unheard() -> Self {
        Self::new(Exit::Fine, "")
    }

    /// The same with another hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A refusal, with the sentences that `text` knows for its words.
    pub fn rejected(rejection: &Rejection, text: impl Fn(&str) -> Option<String>) -> Self {
        let sentence = |reason: &str| {
            let (word, about) = reason.split_once(':').map_or((reason, None), |(word, about)| (word, Some(about)));
            let sentence = text(word)?;
            Some(about.map_or_else(|| sentence.clone(), |about| format!("{sentence} ({about})")))
        };
        let what = match text(&rejection.word) {
            Some(sentence) => format!("refused: {}: {sentence}", rejection.word),
            None => format!("refused: {}", rejection.word),
        };
        let reasons =
            rejection.reasons.iter().map(|reason| Reason { reason: reason.clone(), text: sentence(reason) }).collect();
        Self {
            exit: Exit::Rejected,
            what,
            hint: (!rejection.help.is_empty()).then(|| rejection.help.clone()),
            word: Some(rejection.word.clone()),
            reasons,
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Rejected(rejection) => Self::rejected(rejection, |_| None),
            EngineError::NotFound { what, name, hint } => {
                let failure = Self::new(Exit::Usage, format!("there is no {what} `{name}`"));
                if hint.is_empty() { failure } else { failure.hint(hint) }
            }
            EngineError::Invalid(message) => Self::usage(message),
            EngineError::Incident { .. }
            | EngineError::Definition(_)
            | EngineError::Stale
            | EngineError::Busy { .. }
            | EngineError::Commit(_)
            | EngineError::Store(_) => Self::broken(error.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { place: place @ Place::File(_), .. } => {
                Self::usage(format!("there is no database at {place}"))
                    .hint("check --db, or make one with `draaiboek school load FILE` or `draaiboek demo`")
            }
            StoreError::Missing { .. } => Self::usage(error.to_string()),
            StoreError::Address { .. } => Self::usage(error.to_string()),
            other => Self::broken(other.to_string()),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let exit = match error {
            LoadError::Unreadable { .. } => Exit::Usage,
            LoadError::Sandbox { .. } => Exit::Broken,
            _ => Exit::Refused,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = if error.refusal().is_some() { Exit::Rejected } else { Exit::Broken };
        let mut failure = Self::new(exit, error.to_string());
        failure.word = Some(error.word().to_owned());
        for problem in error.refusal().unwrap_or_default() {
            let text = Some(problem.text.en.clone()).filter(|text| !text.is_empty());
            failure.reasons.push(Reason { reason: problem.reason(), text });
        }
        failure
    }
}

impl From<PlayError> for Failure {
    fn from(error: PlayError) -> Self {
        match error {
            PlayError::Workflow(error) => error.into(),
            other => Self::usage(other.to_string()),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<Mistakes> for Failure {
    fn from(Mistakes(text): Mistakes) -> Self {
        Self {
            exit: Exit::Findings,
            what: format!("the workflow has mistakes\n{}", text.trim_end()),
            hint: Some("`draaiboek check` shows them with their places".into()),
            word: None,
            reasons: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_message_is_its_hint() {
        let failure = Failure::usage("no such file; a detail; check the path");
        assert_eq!(failure.what, "no such file; a detail");
        assert_eq!(failure.hint.as_deref(), Some("check the path"));
    }

    #[test]
    fn a_refusal_carries_the_sentences_of_the_workflow() {
        let rejection =
            Rejection::new("FOLLOW_UP_MISSING", "complete it").because(vec!["NO_COACH:t1".into(), "OTHER".into()]);
        let text = |word: &str| (word != "OTHER").then(|| format!("sentence of {word}"));
        let failure = Failure::rejected(&rejection, text);
        assert_eq!(failure.exit, Exit::Rejected);
        assert_eq!(failure.what, "refused: FOLLOW_UP_MISSING: sentence of FOLLOW_UP_MISSING");
        assert_eq!(failure.reasons[0].text.as_deref(), Some("sentence of NO_COACH (t1)"));
        assert_eq!(failure.reasons[1].text, None);
    }
}
