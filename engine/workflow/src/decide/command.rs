//! What is asked of an instance, by whom, and what plugins and the store say about it beforehand.
//!
//! Plain values only. What they mean is in the sibling modules; nothing here computes.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::migrate::{Mapping, Target};
use super::model::{ChildStatus, Origin};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// Person id; `None` for an anonymous contribution; `system` for the engine itself.
    pub person: Option<String>,
    /// School roles the person holds at that moment.
    pub roles: Vec<String>,
    /// Person on whose behalf it is done.
    pub on_behalf_of: Option<String>,
}

impl Actor {
    /// The engine: timers, outbox, children.
    pub fn system() -> Self {
        Self { person: Some("system".into()), roles: vec!["system".into()], on_behalf_of: None }
    }

    /// Whether this is the engine itself.
    pub fn is_system(&self) -> bool {
        self.roles.iter().any(|role| role == "system")
    }
}

/// What is asked of an instance. Personal payloads are never in here, only their hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Command {
    /// Begin.
    Start {
        /// Everything that never changes.
        origin: Box<Origin>,
    },
    /// Hand in a contribution.
    Contribute {
        /// Step id.
        step: String,
        /// Contribution id, chosen by the sender: the same id twice is one contribution (L2).
        id: String,
        /// Key of the participant: person id, group id, or token hash when anonymous.
        participant: String,
        /// Group it is entered for.
        group: Option<String>,
        /// Revision (L3); `None`: one more than the earlier one.
        revision: Option<u32>,
        /// Hash of the normalised payload (unsalted hashes are never stored; this one is salted).
        payload_hash: String,
    },
    /// Take a contribution back (L4).
    Withdraw {
        /// Step id.
        step: String,
        /// Contribution id.
        id: String,
        /// Participant key, must be the contribution's.
        participant: String,
    },
    /// Take the content of what somebody handed in away for good; that they did stays, and so does what was published.
    Erase {
        /// Whose contributions; those of anonymous steps are nobody's.
        participant: String,
        /// Only those of this step, else of all.
        step: Option<String>,
        /// Only this contribution.
        id: Option<String>,
        /// Why.
        reason: String,
    },
    /// Let a late contribution count (L5).
    Admit {
        /// Step id.
        step: String,
        /// Contribution id.
        id: String,
    },
    /// Ask the plugin to conclude a step.
    Conclude {
        /// Step id.
        step: String,
    },
    /// Leave a step out, with a reason (R25).
    Skip {
        /// Step id.
        step: String,
        /// Why.
        reason: String,
    },
    /// Deliver an event.
    Send {
        /// Event name.
        event: String,
        /// Its data.
        data: Value,
        /// Why, when the transition asks for it.
        reason: Option<String>,
    },
    /// A timer is due.
    Timer {
        /// Timer id.
        id: String,
        /// Its number; another number means it was set anew meanwhile.
        seq: u64,
    },
    /// A child ended.
    ChildEnded {
        /// State that runs it.
        state: String,
        /// Its key.
        key: String,
        /// How.
        status: ChildStatus,
        /// What it gives back.
        outcome: Value,
    },
    /// Stop the clock.
    Pause {
        /// Why.
        reason: String,
    },
    /// Go on.
    Resume,
    /// Stop for good.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Give a timer or a step's due date another moment.
    Reschedule {
        /// Timer id, or step id for its due date.
        target: String,
        /// New local civil time.
        to: DateTime,
        /// Why.
        reason: String,
    },
    /// Put the instance in other states, without guards.
    Move {
        /// State ids.
        to: Vec<String>,
        /// Why.
        reason: String,
    },
    /// A free line in the journal.
    Note {
        /// Text.
        text: String,
    },
    /// A plugin or an effect broke.
    Break {
        /// Step concerned.
        step: Option<String>,
        /// What happened.
        cause: String,
    },
    /// An incident is over: tried again with success, or given up.
    Settle {
        /// Incident id.
        incident: String,
        /// `None` after a successful retry.
        given_up: Option<String>,
    },
    /// A person leaves or returns (L14).
    Attendance {
        /// Person id.
        person: String,
        /// Whether present.
        present: bool,
    },
    /// The school's calendar changed: open timers are dated anew.
    Recalendar,
    /// Go by another version of the workflow from now on.
    Migrate {
        /// The version, and the one it goes by now.
        target: Box<Target>,
        /// What has another name there.
        map: Box<Mapping>,
        /// Why.
        reason: Option<String>,
    },
    /// Take the last migration back, as long as nothing else happened.
    Unmigrate {
        /// Why.
        reason: Option<String>,
    },
}

impl Command {
    /// Its kind in one word, as the journal calls it: for logs and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Contribute { .. } => "contribute",
            Self::Withdraw { .. } => "withdraw",
            Self::Admit { .. } => "admit",
            Self::Conclude { .. } => "conclude",
            Self::Skip { .. } => "skip",
            Self::Send { .. } => "send",
            Self::Timer { .. } => "timer",
            Self::ChildEnded { .. } => "child_ended",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
            Self::Cancel { .. } => "cancel",
            Self::Reschedule { .. } => "reschedule",
            Self::Move { .. } => "move",
            Self::Note { .. } => "note",
            Self::Break { .. } => "break",
            Self::Settle { .. } => "settle",
            Self::Attendance { .. } => "attendance",
            Self::Erase { .. } => "erase",
            Self::Recalendar => "recalendar",
            Self::Migrate { .. } => "migrate",
            Self::Unmigrate { .. } => "unmigrate",
        }
    }
}

/// Answer of a plugin's `check`, without the personal value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Checked {
    /// Entry kind.
    pub entry: String,
    /// Key inside (participant, entry).
    pub slot: String,
    /// The key is step-wide instead of per participant.
    pub shared: bool,
}

/// An earlier contribution found in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// Contribution id.
    pub id: String,
    /// Participant key.
    pub participant: String,
    /// Entry kind.
    pub entry: String,
    /// Revision.
    pub revision: u32,
    /// What became of it.
    pub status: ContributionStatus,
    /// Whether its payload equals the new one.
    pub same_payload: bool,
}

/// What became of a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContributionStatus {
    /// Counts.
    Effective,
    /// Came late, does not count.
    Late,
    /// Came late and was admitted: counts, with a flag.
    Admitted,
    /// Replaced by a later revision.
    Superseded,
    /// Taken back.
    Withdrawn,
    /// Its content is gone.
    Erased,
}

impl ContributionStatus {
    /// Whether plugins see it.
    pub fn counts(self) -> bool {
        matches!(self, Self::Effective | Self::Admitted)
    }
}

/// A problem a plugin names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// Error word.
    pub word: String,
    /// Values that belong to it.
    #[serde(default)]
    pub args: Vec<String>,
}

impl Problem {
    /// `WORD` or `WORD:arg,arg`.
    pub fn reason(&self) -> String {
        match self.args.as_slice() {
            [] => self.word.clone(),
            args => format!("{}:{}", self.word, args.join(",")),
        }
    }
}

/// Answer of a plugin's `conclude`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Conclusion {
    /// Whether the step can be concluded.
    pub ready: bool,
    /// The picture so far.
    pub result: Value,
    /// Products: plugin artifact name -> content.
    pub artifacts: BTreeMap<String, Value>,
    /// The event the outcome raises, if the kind has a choice of outcomes.
    pub event: Option<String>,
    /// Why not, when not ready.
    pub problems: Vec<Problem>,
}

/// Everything `decide` needs to know that is not in the snapshot: asked beforehand, recorded in the journal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Of `check`, for a contribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// The contribution with the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_id: Option<Prior>,
    /// The contribution with the same participant, entry and slot that counts now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_slot: Option<Prior>,
    /// Of `conclude`, per open step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub concluded: BTreeMap<String, Conclusion>,
}

/// What a plugin must be asked before a command can be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// `check` of the contribution for this step.
    Check(String),
    /// `conclude` of this step.
    Conclude(String),
}
