//! The data of one instance: what never changes, and the snapshot.
//!
//! Plain values only. What they mean is in the sibling modules; nothing here computes.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_chart::Snapshot as ChartSnapshot;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::migrate::Migrated;

/// JSON object.
pub type Object = Map<String, Value>;

/// What an instance is: given by [`Command::Start`], changed by nothing but [`Command::Migrate`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Public id, unique in the database.
    pub instance: String,
    /// School (tenant) id.
    pub school: String,
    /// Workflow id.
    pub workflow: String,
    /// Workflow version.
    pub version: String,
    /// Hash of the definition it is pinned to.
    pub definition: String,
    /// Configuration, valid against the workflow's config schema.
    pub config: Object,
    /// The instance that runs this one.
    pub parent: Option<Parent>,
    /// Plugin id -> component hash it is pinned to.
    pub plugins: BTreeMap<String, String>,
}

/// Place of a child in its parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    /// Parent instance id.
    pub instance: String,
    /// State of the parent that runs the child.
    pub state: String,
    /// Key among the siblings.
    pub key: String,
}

/// Lifecycle of an instance; lies over its states, never inside them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Lifecycle {
    /// Commands are taken.
    #[default]
    Active,
    /// Timers stand still, only resume, cancel and notes are taken.
    Paused {
        /// Why.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
    /// Stopped by a person; results stay readable.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Waits for a person because something broke.
    Blocked {
        /// What broke.
        reason: String,
    },
    /// Reached a top-level final state.
    Ended,
}

impl Lifecycle {
    /// Whether nothing can happen any more.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Cancelled { .. } | Self::Ended)
    }

    /// The word for lists: active, paused, cancelled, blocked, ended.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused { .. } => "paused",
            Self::Cancelled { .. } => "cancelled",
            Self::Blocked { .. } => "blocked",
            Self::Ended => "ended",
        }
    }
}

/// The whole changing truth of an instance, at rest between macrosteps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Number of accepted commands.
    pub revision: u64,
    /// Lifecycle over the states.
    pub lifecycle: Lifecycle,
    /// Active states and history, by id.
    pub chart: ChartSnapshot,
    /// The workflow's data.
    pub data: Object,
    /// Steps opened so far, by step id.
    pub steps: BTreeMap<String, StepState>,
    /// Contribution pools, by the step id that owns them.
    pub pools: BTreeMap<String, Pool>,
    /// Pending timers, by timer id.
    pub timers: BTreeMap<String, PendingTimer>,
    /// Children per running state.
    pub children: BTreeMap<String, Children>,
    /// Latest version per artifact name.
    pub artifacts: BTreeMap<String, u32>,
    /// Open incidents.
    pub incidents: BTreeMap<String, Incident>,
    /// People who are absent (L14).
    pub absent: BTreeSet<String>,
    /// Absences by the school's calendar that this cycle was told of: who is away, and who stands in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub handed: BTreeMap<String, Option<String>>,
    /// Last number given to a step opening, timer, pool, child round or incident.
    pub counter: u64,
    /// What stays of earlier versions of the workflow, when it was migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrated: Option<Box<Migrated>>,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Takes contributions.
    Open,
    /// Its plugin concluded it.
    Concluded,
    /// Its state was left before it was concluded.
    Closed,
    /// Skipped with a reason (domain.md R25).
    Skipped,
}

/// A step of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepState {
    /// Number of this opening, unique in the instance.
    pub run: u64,
    /// How often it was opened afresh, from 1.
    pub round: u32,
    /// Status.
    pub status: StepStatus,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it closed.
    pub closed_at: Option<Timestamp>,
    /// When it is due, local civil time.
    pub due: Option<DateTime>,
    /// Result of the conclusion, or the last picture when it was closed.
    pub result: Option<Value>,
    /// Whether the plugin said it was ready when it closed.
    pub ready: bool,
    /// Why it was skipped.
    pub reason: Option<String>,
}

/// Tally of received contributions of one entry kind, whatever became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// All received ids.
    pub submitted: u32,
    /// Withdrawn while open.
    pub withdrawn: u32,
    /// Received after the entry kind closed and not admitted.
    pub late: u32,
}

/// The contributions of a step and of those that share them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pool {
    /// Number of the pool, unique in the instance: contributions refer to it.
    pub run: u64,
    /// Tally per entry kind.
    pub counts: BTreeMap<String, Tally>,
    /// Who contributed (named and pseudonymous steps only).
    pub contributed: BTreeSet<String>,
}

/// A timer that is due some day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingTimer {
    /// Number, unique in the instance: ties fire in this order.
    pub seq: u64,
    /// Instant it is due.
    pub due: Timestamp,
    /// The civil time the instant was derived from.
    pub civil: DateTime,
    /// The rule it came from.
    pub rule: String,
    /// Civil moment from which the rule counts, to re-date it when the calendar changes.
    pub base: DateTime,
    /// What firing does.
    pub purpose: TimerPurpose,
    /// State or step it belongs to.
    pub owner: String,
}

impl PendingTimer {
    /// Whether it runs on while the instance is paused, and after its end: erasure has its moment whatever happens.
    pub fn never_pauses(&self) -> bool {
        matches!(self.purpose, TimerPurpose::Erase { .. })
    }
}

/// What a due timer does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerPurpose {
    /// Delivers an external event.
    Event {
        /// Event name.
        name: String,
        /// Event data.
        data: Value,
        /// Set again after firing (`every`).
        repeat: bool,
    },
    /// Reminds those who have not contributed to a step.
    Remind {
        /// Step id.
        step: String,
    },
    /// Erases what was handed in until a moment.
    Erase {
        /// Step that owns the pool.
        pool: String,
        /// Contributions until then go.
        until: Timestamp,
    },
    /// Somebody goes or is back: tasks change hands.
    HandOver,
    /// Tells roles that a step is late.
    Escalate {
        /// Step id.
        step: String,
        /// Roles.
        roles: Vec<String>,
    },
}

/// Children of one running state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Children {
    /// By key.
    pub entries: BTreeMap<String, Child>,
    /// Whether `done.child` was raised.
    pub joined: bool,
}

/// A child instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Child {
    /// Its instance id.
    pub instance: String,
    /// running, ended, failed or cancelled.
    pub status: ChildStatus,
    /// What it gave back.
    pub outcome: Value,
}

/// Status of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildStatus {
    /// Started or about to be.
    Running,
    /// Reached its end.
    Ended,
    /// Could not be started or broke for good.
    Failed,
    /// Stopped with its parent or by a person.
    Cancelled,
}

/// Something broke and waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Step concerned, if any.
    pub step: Option<String>,
    /// What happened, for people.
    pub cause: String,
    /// When first.
    pub at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
}
