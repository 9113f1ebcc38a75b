//! What can go wrong between a request and its commit.

use draaiboek_plugin_host::CallError;
use draaiboek_store::{CommitError, StoreError};
use draaiboek_workflow::decide::{Rejection, Said};
use draaiboek_workflow::definition::DefinitionError;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An expected "no": nothing changed.
    #[error("{0}: {help}", help = .0.help)]
    Rejected(Rejection),
    /// A plugin broke; the task waits as an incident, all else goes on.
    #[error(
        "the plugin of step `{step}` failed: {cause}; the incident is recorded, try again with the same id or ask for a retry"
    )]
    Incident {
        /// Step id.
        step: String,
        /// What happened.
        cause: String,
        /// Whether the same request may succeed as it is.
        retryable: bool,
    },
    /// Something that was named does not exist.
    #[error("there is no {what} `{name}`{}", if hint.is_empty() { String::new() } else { format!("; {hint}") })]
    NotFound {
        /// Sort of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// How to find it.
        hint: String,
    },
    /// The request itself is not usable.
    #[error("{0}")]
    Invalid(String),
    /// A stored definition can not be loaded.
    #[error("the workflow can not run: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Definition(Vec<DefinitionError>),
    /// Another command on the same instance came in between too often.
    #[error("the cycle was changed meanwhile; load it again and repeat the command with the same key")]
    Stale,
    /// Too many commands of this school wait already; nothing was done.
    #[error("{waiting} commands of this school are under way already; try again in a moment with the same key")]
    Busy {
        /// How many.
        waiting: usize,
    },
    /// The database could not commit.
    #[error(transparent)]
    Commit(CommitError),
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Rejection> for EngineError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<CommitError> for EngineError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale { .. } | CommitError::Fenced => Self::Stale,
            other => Self::Commit(other),
        }
    }
}

impl EngineError {
    /// The error word, when this is an expected "no".
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }

    /// What became of a command that ends like this, in one word: for logs and metrics.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Incident { .. } => "incident",
            Self::NotFound { .. } => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Stale => "stale",
            Self::Busy { .. } => "busy",
            Self::Definition(_) | Self::Commit(_) | Self::Store(_) => "failed",
        }
    }

    /// What the log may say of it: what the database says of itself, but nothing of what people sent.
    pub fn for_log(&self) -> String {
        match self {
            Self::Commit(_) | Self::Store(_) => self.to_string(),
            other => other.outcome().to_owned(),
        }
    }

    pub(crate) fn not_found(what: &'static str, name: &str, hint: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into(), hint: hint.into() }
    }

    /// A plugin's own "no" is a rejection; anything else is an incident of the step.
    pub(crate) fn of_call(step: &str, error: &CallError) -> Self {
        match error.refusal() {
            Some(problems) => {
                let word = problems.first().map_or("INVALID", |p| p.word.as_str());
                let reasons = problems.iter().map(reason).collect();
                let help: Vec<&str> = problems.iter().map(|p| p.text.en.as_str()).collect();
                let said = problems.iter().map(|p| &p.text).map(sentence).collect();
                Self::Rejected(Rejection::new(word, help.join("; ")).because(reasons).saying(said))
            }
            None => Self::Incident { step: step.to_owned(), cause: error.to_string(), retryable: error.is_retryable() },
        }
    }
}

fn sentence(text: &draaiboek_plugin_host::Text) -> Said {
    [("nl", &text.nl), ("en", &text.en)].map(|(locale, text)| (locale.to_owned(), text.clone())).into()
}

/// `WORD:arg`, or `WORD:/path` when the problem is about a field only.
fn reason(problem: &draaiboek_plugin_host::Problem) -> String {
    if problem.args.is_empty() && !problem.path.is_empty() {
        format!("{}:{}", problem.word, problem.path)
    } else {
        problem.reason()
    }
}
