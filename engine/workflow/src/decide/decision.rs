//! What the core answers: a decision with everything that must be written and done, or a rejection.
//!
//! Effects are described here, never performed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::ContributionStatus;
use super::model::{ChildStatus, Object, Origin, Parent, PendingTimer, Snapshot};
use crate::ir::Privacy;

/// The new truth and all that goes with it, to be committed as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// The instance after the command.
    pub snapshot: Snapshot,
    /// The same as canonical JSON: what is stored and hashed.
    pub snapshot_text: String,
    /// What the sender is told.
    pub answer: Answer,
    /// What happened, in order, for the journal and for people.
    pub trace: Vec<Happening>,
    /// Tasks opened, changed and closed.
    pub tasks: Vec<TaskChange>,
    /// Timers set and taken away.
    pub timers: Vec<TimerChange>,
    /// Contributions added or changed.
    pub contributions: Vec<ContributionChange>,
    /// Artifacts published.
    pub artifacts: Vec<NewArtifact>,
    /// Messages to deliver after the commit.
    pub effects: Vec<Effect>,
    /// What the instance is from now on, when it goes by another version of the workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
}

/// What the sender is told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Answer {
    /// Done.
    #[default]
    Accepted,
    /// The same contribution again: nothing changed (L2).
    Duplicate,
    /// An older revision: nothing changed (L3).
    StaleRevision,
    /// Kept apart, not counted (L5).
    Late,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Happening {
    /// A state was left.
    Exited {
        /// State id.
        state: String,
    },
    /// A state was entered.
    Entered {
        /// State id.
        state: String,
    },
    /// A step opened.
    Opened {
        /// Step id.
        step: String,
    },
    /// A step closed.
    Closed {
        /// Step id.
        step: String,
        /// concluded, closed or skipped.
        how: String,
    },
    /// An artifact version was published.
    Published {
        /// Name.
        artifact: String,
        /// Version.
        version: u32,
    },
    /// A timer fired.
    Fired {
        /// Timer id.
        timer: String,
        /// Whole seconds it was late.
        late_seconds: i64,
    },
    /// A timer got another moment.
    Redated {
        /// Timer id or step id.
        target: String,
        /// Before.
        from: Option<DateTime>,
        /// After.
        to: DateTime,
    },
    /// What people handed in for a step was erased.
    Erased {
        /// Step id.
        step: String,
    },
    /// Somebody is away; their tasks and roles went to who stands in, if anybody does.
    HandedOver {
        /// Who is away.
        person: String,
        /// Who stands in.
        to: Option<String>,
    },
    /// Somebody is back, or somebody else stands in.
    HandedBack {
        /// Who was away.
        person: String,
    },
    /// It goes by another version of the workflow.
    Migrated {
        /// Version before.
        from: String,
        /// Version from now on.
        to: String,
    },
    /// A message for people.
    Noted {
        /// Text.
        text: String,
    },
    /// Something broke.
    Broke {
        /// Incident id.
        incident: String,
        /// Cause.
        cause: String,
    },
}

/// A change of a task in the lists of people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum TaskChange {
    /// A step opened: people see it.
    Open(Box<NewTask>),
    /// A step closed.
    Close {
        /// Number of the step's opening.
        run: u64,
        /// concluded, closed or skipped.
        how: &'static str,
    },
    /// In other lists: somebody went, is back, or stands in.
    Assign {
        /// Number of the step's opening.
        run: u64,
        /// In whose lists it stands now.
        assignees: Vec<String>,
    },
    /// Another due date.
    Due {
        /// Number of the step's opening.
        run: u64,
        /// New instant.
        due: Timestamp,
    },
    /// Its step is called otherwise, or lies in a state that is.
    Moved {
        /// Number of the step's opening.
        run: u64,
        /// Step id.
        step: String,
        /// State it belongs to.
        state: String,
    },
}

/// A task as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewTask {
    /// Number of the step's opening.
    pub run: u64,
    /// Number of the contribution pool.
    pub pool: u64,
    /// Step id.
    pub step: String,
    /// Step kind.
    pub kind: String,
    /// State it belongs to.
    pub state: String,
    /// Title per locale.
    pub title: BTreeMap<String, String>,
    /// Roles that may contribute.
    pub roles: Vec<String>,
    /// People who must contribute.
    pub assignees: Vec<String>,
    /// Minutes per person.
    pub minutes: Option<u32>,
    /// Privacy class.
    pub privacy: Privacy,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it is due.
    pub due: Option<Timestamp>,
}

/// A change of a timer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum TimerChange {
    /// Set, or set anew.
    Set {
        /// Timer id.
        id: String,
        /// The timer.
        timer: PendingTimer,
    },
    /// Fired.
    Fired {
        /// Number of the timer.
        seq: u64,
    },
    /// Taken away.
    Cancelled {
        /// Number of the timer.
        seq: u64,
    },
}

/// Contributions of one participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// Key of the participant.
    pub participant: String,
    /// Only this contribution.
    pub id: Option<String>,
}

/// A change of a contribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ContributionChange {
    /// A new row.
    Add(Box<NewContribution>),
    /// The content goes, the row stays.
    Erase {
        /// Step that owns the pool; every round of it is meant.
        pool: String,
        /// Only what was handed in until then; `None` is everything.
        until: Option<Timestamp>,
        /// Only what one participant handed in; `None` is everybody's.
        whose: Option<Whose>,
    },
    /// The step that owns the pool is called otherwise; every round of it is meant.
    Renamed {
        /// Step id before.
        from: String,
        /// Step id from now on.
        to: String,
    },
    /// Another status.
    Status {
        /// Number of the pool.
        pool: u64,
        /// Contribution id.
        id: String,
        /// New status.
        status: ContributionStatus,
    },
}

/// A contribution to store; the runtime adds the payload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewContribution {
    /// Number of the pool.
    pub pool: u64,
    /// Step id through which it came.
    pub step: String,
    /// Contribution id.
    pub id: String,
    /// Entry kind.
    pub entry: String,
    /// Slot.
    pub slot: String,
    /// Whether the slot is step-wide.
    pub shared: bool,
    /// Participant key.
    pub participant: String,
    /// Group.
    pub group: Option<String>,
    /// Roles at that moment.
    pub roles: Vec<String>,
    /// Revision.
    pub revision: u32,
    /// Status.
    pub status: ContributionStatus,
}

/// An artifact version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewArtifact {
    /// Name.
    pub name: String,
    /// Version, from 1.
    pub version: u32,
    /// Content.
    pub content: Value,
}

/// Something to do outside the instance, after the commit, at least once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Start a child instance.
    StartChild {
        /// Its instance id.
        instance: String,
        /// Workflow id.
        workflow: String,
        /// Version requirement.
        version: Option<String>,
        /// Its configuration.
        config: Object,
        /// Its place in this instance.
        parent: Parent,
    },
    /// Cancel a child instance.
    CancelChild {
        /// Its instance id.
        instance: String,
        /// Why.
        reason: String,
    },
    /// Tell the parent that this instance is over.
    ChildEnded {
        /// The parent.
        parent: Parent,
        /// How it ended.
        status: ChildStatus,
        /// What it gives back.
        outcome: Value,
    },
    /// Deliver an event to another instance of the family.
    Deliver {
        /// Its instance id.
        instance: String,
        /// Event name.
        event: String,
        /// Event data.
        data: Value,
    },
    /// Take away what is left elsewhere of what was handed in for these steps: drafts, and what plugins said about them in
    /// the journal, whose hashes stay.
    Forget {
        /// Step ids: those that share the contributions, by all names they had.
        steps: Vec<String>,
        /// Steps that read what others say, and so may have quoted it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        readers: Vec<String>,
        /// Only what was handed in until then; earlier versions of this program did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Only what one participant handed in; `None` is everybody's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whose: Option<Whose>,
    },
    /// Tell people something.
    Notify {
        /// Roles that get it.
        roles: Vec<String>,
        /// Persons that get it.
        persons: Vec<String>,
        /// Text per locale, values filled in.
        text: BTreeMap<String, String>,
        /// Text key.
        key: String,
        /// Not before this instant (quiet hours).
        not_before: Timestamp,
    },
}

/// A message with the names of people in the place of `@id`, by which it names them: no name outlives the person.
pub fn with_names<'n>(text: &str, name: impl Fn(&str) -> Option<&'n str>) -> String {
    let mut parts = text.split('@');
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(part.len());
        let (id, rest) = part.split_at(end);
        match name(id) {
            Some(known) => named.push_str(known),
            None => {
                named.push('@');
                named.push_str(id);
            }
        }
        named.push_str(rest);
    }
    named
}

/// An expected "no": not now, not you, not like this. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{word}{}", if reasons.is_empty() { String::new() } else { format!(" [{}]", reasons.join(", ")) })]
pub struct Rejection {
    /// Error word (domain.md G9, or a technical one such as `NOT_ENABLED`).
    pub word: String,
    /// Reasons in order, `WORD` or `WORD:value`.
    pub reasons: Vec<String>,
    /// What is wrong and how to mend it, in English, for logs and developers.
    pub help: String,
    /// What a plugin says of each reason, per language; empty when the engine itself refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
}

/// A sentence for people, per language.
pub type Said = BTreeMap<String, String>;

impl Rejection {
    /// A rejection without reasons.
    pub fn new(word: &str, help: impl Into<String>) -> Self {
        Self { word: word.into(), reasons: Vec::new(), help: help.into(), said: Vec::new() }
    }

    /// The same with reasons.
    pub fn because(mut self, reasons: Vec<String>) -> Self {
        self.reasons = reasons;
        self
    }

    /// The same with sentences for the reasons, in their order.
    pub fn saying(mut self, said: Vec<Said>) -> Self {
        self.said = said;
        self
    }
}
