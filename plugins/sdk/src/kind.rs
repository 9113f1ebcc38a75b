//! The trait of a step kind and what its functions answer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::context::{Context, Contribution, Sender};
use crate::problem::{Problem, Refusal, Text, Warning};
use crate::schema::Spec;

/// A kind of step: what people contribute, and the pure function that combines it.
///
/// The host has applied the laws before a plugin sees anything (L2-L6, L11, L14); shape and length of every field have
/// been checked against [`Spec`], texts are clean. What remains is the meaning.
pub trait StepKind {
    /// What the kind says about itself: the one declaration behind schema, form and check.
    const SPEC: &'static Spec;
    /// Typed configuration; defaults by `#[serde(default)]`.
    type Config: DeserializeOwned;
    /// Typed contributions: an enum with one variant per entry, named as in [`Spec::entries`].
    type Entry: DeserializeOwned;
    /// The combined picture; serialised it is the result that guards and later steps read.
    type Result: Serialize;

    /// Judges one contribution of the right shape.
    ///
    /// # Errors
    /// The problems that make it unacceptable; nothing is stored then.
    fn check(ctx: &Context<Self>, from: &Sender, entry: &Self::Entry) -> Result<Accepted, Refusal>;

    /// Combines the contributions in force, ordered by sequence number. Total: it never fails on accepted contributions.
    ///
    /// # Errors
    /// Only when inputs of the workflow cannot be used.
    fn fold(ctx: &Context<Self>, all: &[Contribution<Self::Entry>]) -> Result<Self::Result, Problem>;

    /// The picture per audience (L12). Who is not named gets nothing.
    fn show(ctx: &Context<Self>, result: &Self::Result) -> Projections;

    /// Whether the step can be concluded, with which artifacts and event. Ready with neither unless a kind says otherwise.
    fn conclude(ctx: &Context<Self>, result: &Self::Result) -> Outcome {
        let _ = (ctx, result);
        Outcome::default()
    }
}

/// An accepted contribution: its slot, and what the kind changed in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) slot: String,
    pub(crate) shared: bool,
    pub(crate) changes: Vec<(&'static str, Value)>,
    pub(crate) warnings: Vec<Warning>,
}

impl Accepted {
    /// One per participant.
    #[must_use]
    pub fn single() -> Self {
        Self::default()
    }

    /// One per participant and slot: a later one in the same slot replaces it.
    #[must_use]
    pub fn slot(slot: impl Into<String>) -> Self {
        Self { slot: slot.into(), ..Self::default() }
    }

    /// One per slot in the whole step: the last one by anybody counts.
    #[must_use]
    pub fn shared(slot: impl Into<String>) -> Self {
        Self { slot: slot.into(), shared: true, ..Self::default() }
    }

    /// Sets a field of the stored value.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.changes.push((field, value.into()));
        self
    }

    /// Accepts with a remark.
    #[must_use]
    pub fn warn(mut self, word: &'static str, text: impl Into<Text>) -> Self {
        self.warnings.push(Warning { word, text: text.into() });
        self
    }
}

/// The picture per audience.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projections(pub(crate) Map<String, Value>);

impl Projections {
    /// Shows `value` to these audiences (names of [`crate::AUDIENCES`]).
    #[must_use]
    pub fn to(mut self, audiences: &[&str], value: Value) -> Self {
        for audience in audiences {
            self.0.insert((*audience).to_owned(), value.clone());
        }
        self
    }
}

/// What conclude adds to the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) problems: Vec<Problem>,
    pub(crate) artifacts: Vec<(String, Value)>,
    pub(crate) event: Option<String>,
}

impl Outcome {
    /// Not yet, for this reason.
    pub fn not_ready(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A durable product under a name.
    pub fn artifact(&mut self, name: impl Into<String>, content: Value) {
        self.artifacts.push((name.into(), content));
    }

    /// The event that the outcome raises.
    pub fn event(&mut self, event: impl Into<String>) {
        self.event = Some(event.into());
    }
}

/// A result part as JSON for a projection. Results hold nothing that can fail to serialise; if one did, it shows as null.
#[must_use]
pub fn json<T: Serialize>(part: T) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}
