//! What a handler answers: a response, or a failure that becomes a page (or JSON) with the right status.

use axum::response::Response;
use draaiboek_runtime::EngineError;
use draaiboek_store::StoreError;
use draaiboek_workflow::decide::Rejection;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Somebody must sign in first.
    SignIn,
    /// Signed in, but not allowed.
    Denied,
    /// Not there, or not for these eyes: the difference is nobody's business.
    NotFound,
    /// The request cannot be used; a key of the catalogue below `invalid.`, or a text.
    Invalid(String),
    /// The request is too large.
    TooLarge,
    /// The body is of a kind that is not read here.
    WrongKind,
    /// Tried too often; wait a quarter of an hour.
    TooMany,
    /// The plugin of this step broke; it waits as an incident, nothing is lost.
    Incident(String),
    /// Sent from another site.
    Foreign,
    /// Expected "no" of the engine.
    Rejected(Box<Rejection>),
    /// Something broke; the text is for the log only.
    Broken(String),
}

/// The answer of a handler.
pub(crate) type Outcome = Result<Response, Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Rejected(rejection) => Self::Rejected(Box::new(rejection)),
            EngineError::NotFound { .. } => Self::NotFound,
            EngineError::Invalid(text) => Self::Invalid(text),
            EngineError::Incident { step, .. } => Self::Incident(step),
            EngineError::Stale => Self::Rejected(Box::new(Rejection::new("STALE", "the cycle was changed meanwhile"))),
            EngineError::Busy { .. } => Self::Rejected(Box::new(Rejection::new("BUSY", error.to_string()))),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl Failure {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::SignIn => 401,
            Self::Denied | Self::Foreign => 403,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::WrongKind => 415,
            Self::TooMany => 429,
            Self::Invalid(_) | Self::Incident(_) => 422,
            Self::Rejected(rejection) => match rejection.word.as_str() {
                "NOT_ALLOWED" => 403,
                "STALE" | "CONFLICT" => 409,
                "BUSY" => 503,
                _ => 422,
            },
            Self::Broken(_) => 500,
        }
    }

    /// A word for programs.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::SignIn => "SIGN_IN",
            Self::Denied => "NOT_ALLOWED",
            Self::Foreign => "FOREIGN_SITE",
            Self::NotFound => "NOT_FOUND",
            Self::TooLarge => "TOO_LARGE",
            Self::WrongKind => "WRONG_KIND",
            Self::TooMany => "TOO_MANY",
            Self::Incident(_) => "INCIDENT",
            Self::Invalid(_) => "INVALID",
            Self::Rejected(rejection) => &rejection.word,
            Self::Broken(_) => "BROKEN",
        }
    }
}
