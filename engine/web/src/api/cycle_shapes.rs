//! The shapes of answers about cycles: lines, wholes, steps, results, what became of a command.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::shapes::{DraftShape, WaitingTimer};

/// What starting would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewShape {
    /// Active states.
    pub states: Vec<String>,
    pub tasks: Vec<PreviewTask>,
    pub timers: Vec<PreviewTimer>,
}

/// A task that would open at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewTask {
    pub step: String,
    pub kind: String,
    pub roles: Vec<String>,
    pub minutes: Option<u32>,
    #[schema(format = DateTime)]
    pub due: Option<String>,
}

/// A timer that would be set.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewTimer {
    pub timer: String,
    #[schema(format = DateTime)]
    pub due: String,
}

/// A cycle in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CycleLine {
    pub cycle: String,
    pub title: String,
    pub workflow: String,
    pub version: String,
    /// active, paused, cancelled, blocked or ended.
    pub lifecycle: String,
    /// Active states.
    pub states: Vec<String>,
    /// Number of accepted commands.
    pub revision: u64,
    /// The cycle that runs it.
    pub parent: Option<String>,
}

/// A cycle as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CycleWhole {
    #[serde(flatten)]
    pub line: CycleLine,
    /// What can be sent now.
    pub events: Vec<EventShape>,
    pub steps: Vec<StepLine>,
    /// What the workflow shows of the whole to the asker's role.
    pub view: Option<Value>,
    pub children: Vec<ChildShape>,
}

/// An event that the asker may send now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventShape {
    pub event: String,
    /// Nothing is missing.
    pub ready: bool,
    pub missing: Option<Missing>,
    pub needs_reason: bool,
    /// JSON Schema of its data.
    pub data: Option<Value>,
    /// States it leads to.
    pub to: Vec<String>,
    /// It leads to an earlier state, or begins this one again.
    pub back: bool,
}

/// Why not yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Missing {
    pub error: String,
    /// `WORD` or `WORD:about`.
    pub reasons: Vec<String>,
}

/// A step of a cycle in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepLine {
    pub step: String,
    /// open, concluded, closed or skipped.
    pub status: Value,
    pub round: u32,
    /// Local civil time.
    pub due: Option<String>,
}

/// A cycle that a cycle runs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChildShape {
    pub state: String,
    pub key: String,
    pub cycle: String,
    /// running, ended, failed or cancelled.
    pub status: &'static str,
}

/// A decision in the log; nobody who handed in is named.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogLine {
    #[schema(format = DateTime)]
    pub at: String,
    pub revision: i64,
    /// The command.
    #[serde(rename = "do")]
    pub what: Option<String>,
    pub by: Option<String>,
    pub accepted: bool,
}

/// A version of what was published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArtifactShape {
    pub name: String,
    pub version: i64,
    #[schema(format = DateTime)]
    pub at: String,
    pub content: Value,
}

/// The stand-up of a team: what the pictures of its steps hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BoardShape {
    /// goals, actions, materials and decisions, each with their items.
    pub lists: BTreeMap<String, Vec<Value>>,
}

/// A cycle on the line of the year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lane {
    #[serde(flatten)]
    pub line: CycleLine,
    pub tasks: Vec<LaneTask>,
    pub timers: Vec<WaitingTimer>,
}

/// A task on the line of the year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LaneTask {
    pub step: String,
    pub status: String,
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub due: Option<String>,
    #[schema(format = DateTime)]
    pub closed: Option<String>,
    pub minutes: i64,
}

/// A step with its form, and what the asker handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepWhole {
    #[serde(flatten)]
    pub line: StepLine,
    pub kind: String,
    /// Privacy class.
    pub privacy: String,
    /// No link between people and contributions is kept.
    pub anonymous: bool,
    /// Entry kinds that are taken.
    pub entries: Vec<String>,
    /// JSON Schema of a contribution.
    pub contribution: Value,
    pub mine: Vec<MineShape>,
    pub drafts: Vec<DraftShape>,
}

/// Something the asker handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MineShape {
    pub contribution: String,
    pub entry: String,
    #[schema(format = DateTime)]
    pub at: String,
    /// effective, admitted or late.
    pub status: String,
    pub value: Value,
}

/// What an audience sees of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PictureShape {
    pub audience: String,
    pub data: Value,
}

/// What became of a command.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplyShape {
    pub cycle: String,
    pub revision: u64,
    /// Active states.
    pub states: Vec<String>,
    pub lifecycle: String,
    /// `{"is": "accepted"}`, or duplicate, stale_revision, late.
    #[schema(value_type = Object)]
    pub answer: Value,
    /// Remarks of the plugin, per language.
    pub warnings: Vec<Value>,
    /// Id of the contribution that was handed in.
    pub contribution: Option<String>,
}
