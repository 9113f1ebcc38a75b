//! The trait of a step kind and what its functions answer.

use crate::context::{Context, Contribution, Sender};
use crate::json::{Entry, FromJson, Json, Object, ToJson};
use crate::object;
use crate::problem::{Problem, Refusal, Text, Warning};
use crate::schema::Spec;

/// A kind of step: what people contribute, and the pure function that combines it.
///
/// The host has applied the laws before a plugin sees anything (L2-L6, L11, L14); shape and length of every field have
/// been checked against [`Spec`], texts are clean. What remains is the meaning.
pub trait StepKind {
    /// What the kind says about itself: the one declaration behind schema, form and check.
    const SPEC: &'static Spec;
    /// Typed configuration ([`crate::reads!`]).
    type Config: FromJson;
    /// Typed contributions: an enum with one variant per entry of [`Spec::entries`] ([`crate::entries!`]).
    type Entry: Entry;
    /// The combined picture; written as JSON it is the result that guards and later steps read ([`crate::writes!`]).
    type Result: ToJson;

    /// Judges one contribution of the right shape.
    ///
    /// # Errors
    /// The problems that make it unacceptable; nothing is stored then.
    fn check(ctx: &Context<Self>, from: &Sender, entry: &Self::Entry) -> Result<Accepted, Refusal>;

    /// Combines the contributions in force, ordered by sequence number. Total: it never fails on accepted contributions.
    ///
    /// # Errors
    /// Only when inputs of the workflow cannot be used.
    fn fold(ctx: &Context<Self>, all: &[Contribution<Self::Entry>]) -> Result<Self::Result, Refusal>;

    /// How many contributions there are for the minimum of L10. All in force, unless a kind counts people or marks.
    fn count(result: &Self::Result, all: usize) -> usize {
        let _ = result;
        all
    }

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
    pub(crate) changes: Vec<(&'static str, Json)>,
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
    pub fn with(mut self, field: &'static str, value: impl ToJson) -> Self {
        self.changes.push((field, value.to_json()));
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
pub struct Projections(pub(crate) Object);

impl Projections {
    /// Shows `value` to these audiences (names of [`crate::AUDIENCES`]).
    #[must_use]
    pub fn to(mut self, audiences: &[&str], value: impl ToJson) -> Self {
        let value = value.to_json();
        for audience in audiences {
            self.0.set(audience, value.clone());
        }
        self
    }
}

/// What conclude adds to the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) problems: Vec<Problem>,
    pub(crate) artifacts: Vec<Json>,
    pub(crate) event: Option<String>,
}

impl Outcome {
    /// Not yet, for this reason.
    pub fn not_ready(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A durable product under a name.
    pub fn artifact(&mut self, name: &str, content: impl ToJson) {
        self.artifacts.push(object! {"name" => name, "content" => content});
    }

    /// The event that the outcome raises.
    pub fn event(&mut self, event: impl Into<String>) {
        self.event = Some(event.into());
    }
}
