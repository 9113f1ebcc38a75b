//! One turn: every row that one decision writes, as plain data, and what becomes of it.
//!
//! Lives here: the rows of a decision and the links between them. May not live here: SQL, or any choice of what to write.

use crate::entity::{
    ArtifactRow, CommandKeyRow, ContributionRow, IncidentRow, InstanceRow, JournalRow, OutboxRow, StepRunRow, TaskRow,
    TimerRow,
};
use crate::error::StoreError;
use crate::hash::{content_hash, journal_hash, payload_hash};
use crate::ids::Ids;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// All rows of one decision about one instance. Written as a whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// The instance row. `None` for a turn that only books an effect of the outbox.
    pub instance: Option<InstanceWrite>,
    /// Journal rows, oldest first, made by [`InstanceRow::append`].
    pub journal: Vec<JournalRow>,
    /// New or changed step runs (the whole row; stored under its `id`).
    pub step_runs: Vec<StepRunRow>,
    /// New contributions, made by [`StepRunRow::append`].
    pub contributions: Vec<ContributionRow>,
    /// New statuses of stored contributions.
    pub contribution_changes: Vec<ContributionChange>,
    /// New or changed tasks.
    pub tasks: Vec<TaskRow>,
    /// New or changed timers.
    pub timers: Vec<TimerRow>,
    /// New or changed effects.
    pub outbox: Vec<OutboxRow>,
    /// New or changed incidents.
    pub incidents: Vec<IncidentRow>,
    /// New artifacts; a stored version never changes.
    pub artifacts: Vec<ArtifactRow>,
    /// The idempotency key with the answer to give to a repeat.
    pub command_key: Option<CommandKeyRow>,
    /// [`crate::Claimed::claim`] of the work that this turn books: it is refused when the work is no longer this
    /// process's.
    pub claim: Option<i64>,
}

/// What happens to the instance row, which whoever decided keeps in memory too.
#[derive(Clone, Debug)]
pub enum InstanceWrite {
    /// A new instance. Its `id` must be new in the database.
    Create(Arc<InstanceRow>),
    /// The next revision of a stored one: `row.revision - 1` must be what is stored.
    Advance {
        /// The row as it shall be.
        row: Arc<InstanceRow>,
        /// Whether `title`, `lifecycle`, `finished_at`, `version`, `definition_hash`, `calendar_hash` or `origin` changed too.
        /// They are rarely written, and `lifecycle` is indexed, so a turn says when they are.
        cold: bool,
    },
}

impl InstanceWrite {
    /// The next revision of an instance whose rarely written columns (see [`InstanceWrite::Advance`]) did or did not change.
    #[must_use]
    pub fn advance(row: impl Into<Arc<InstanceRow>>, cold: bool) -> Self {
        Self::Advance { row: row.into(), cold }
    }

    /// A new instance.
    #[must_use]
    pub fn create(row: impl Into<Arc<InstanceRow>>) -> Self {
        Self::Create(row.into())
    }

    /// The row to be written.
    #[must_use]
    pub fn row(&self) -> &InstanceRow {
        match self {
            Self::Create(row) | Self::Advance { row, .. } => row,
        }
    }
}

/// A new status for a stored contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContributionChange {
    /// `id` of the contribution.
    pub id: i64,
    /// The new status.
    pub status: String,
    /// Whether the payload is removed for good; its hash stays, so that the journal stays valid.
    pub erase: bool,
}

/// The fields of a journal row that the decision brings; the links come from the instance.
#[derive(Clone, Debug, Default)]
pub struct JournalEntry {
    /// The `now` of the decision, in microseconds since 1970.
    pub at: i64,
    /// Who asked.
    pub actor: String,
    /// For whom.
    pub on_behalf: Option<String>,
    /// `accepted`, `rejected`, ...
    pub outcome: String,
    /// The command as JSON, without personal payload.
    pub command: String,
    /// The plugins' answers as JSON; [`crate::erased_answers`] of them once what people handed in is erased.
    pub answers: String,
    /// Version of the deciding code.
    pub core_version: String,
}

/// The fields of a contribution that the contributor and the runtime bring; the links come from the step run.
#[derive(Clone, Debug, Default)]
pub struct NewContribution {
    /// The contributor's own id of it.
    pub external_id: String,
    /// Entry within a slot that takes several.
    pub entry: Option<String>,
    /// Slot it fills.
    pub slot: String,
    /// Who; `None` when the step is anonymous.
    pub participant: Option<String>,
    /// The group for which it is given.
    pub group_id: Option<String>,
    /// Roles as a JSON array of strings.
    pub roles: String,
    /// The contributor's revision of it.
    pub revision: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// `effective`, `late`, ...
    pub status: String,
    /// At least 16 random bytes.
    pub salt: Vec<u8>,
    /// JSON.
    pub payload: String,
}

impl InstanceRow {
    /// Sets the snapshot and its hash.
    pub fn set_snapshot(&mut self, snapshot: String) {
        self.snapshot_hash = content_hash(&snapshot);
        self.snapshot = snapshot;
    }

    /// Appends a journal row for the state the row now has (set `revision` and the snapshot first) and moves the head.
    pub fn append(&mut self, ids: &Ids, entry: JournalEntry) -> JournalRow {
        let mut row = JournalRow {
            id: ids.journal(self.journal_head),
            prev_id: self.journal_head,
            instance_pk: self.pk,
            revision: self.revision,
            at: entry.at,
            actor: entry.actor,
            on_behalf: entry.on_behalf,
            outcome: entry.outcome,
            command: entry.command,
            answers: entry.answers,
            definition_hash: self.definition_hash.clone(),
            calendar_hash: self.calendar_hash.clone(),
            core_version: entry.core_version,
            snapshot_hash: self.snapshot_hash.clone(),
            prev_hash: self.journal_head_hash.clone(),
            hash: Vec::new(),
        };
        row.hash = journal_hash(&row);
        self.journal_head = Some(row.id);
        self.journal_head_hash.clone_from(&row.hash);
        row
    }
}

impl StepRunRow {
    /// Appends a contribution and moves the head; put the step run into [`Turn::step_runs`] too.
    pub fn append(&mut self, ids: &Ids, new: NewContribution) -> ContributionRow {
        let id = ids.contribution(self.contribution_head);
        let prev_id = self.contribution_head.replace(id);
        ContributionRow {
            id,
            prev_id,
            instance_pk: self.instance_pk,
            step_run: self.id,
            external_id: new.external_id,
            entry: new.entry,
            slot: new.slot,
            participant: new.participant,
            group_id: new.group_id,
            roles: new.roles,
            revision: new.revision,
            at: new.at,
            status: new.status,
            payload_hash: payload_hash(&new.salt, &new.payload),
            salt: new.salt,
            payload: Some(new.payload),
        }
    }
}

/// A turn that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Revision of the instance now; `None` for a turn without an instance.
    pub revision: Option<i64>,
}

/// Why a turn was not written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Somebody else's turn came first: load again and decide again.
    #[error("instance `{instance}` is at revision {found:?}, not {expected}; load it again and repeat the command")]
    Stale {
        /// `id` of the instance.
        instance: String,
        /// The revision on which the turn was built.
        expected: i64,
        /// The stored revision; `None` when the instance is not stored.
        found: Option<i64>,
    },
    /// The idempotency key was used before; this is the first answer.
    #[error("the command was answered before")]
    Repeat(String),
    /// This process was taken for gone: others have what it had claimed, and numbers it took up are no longer its own.
    /// It has joined again: load again and decide again.
    #[error("this process was taken for gone and has joined again; load the instance again and repeat the command")]
    Fenced,
    /// A row exists already or refers to one that does not.
    #[error("a row of the turn clashes with a stored one ({0})")]
    Conflict(String),
    /// The rows of the turn do not belong together.
    #[error("the turn is not well formed: {0}")]
    Malformed(&'static str),
    /// The database failed; nothing of the turn was written.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
}

impl Turn {
    /// Checks that all rows belong to the instance of the turn.
    pub(crate) fn check(&self) -> Result<(), CommitError> {
        let Some(write) = &self.instance else {
            let only_effects = self.journal.is_empty() && self.contributions.is_empty();
            return if only_effects {
                Ok(())
            } else {
                Err(CommitError::Malformed("journal rows and contributions need the instance row they belong to"))
            };
        };
        let row = write.row();
        let foreign = self.journal.iter().any(|entry| entry.instance_pk != row.pk)
            || self.contributions.iter().any(|entry| entry.instance_pk != row.pk)
            || self.step_runs.iter().any(|entry| entry.instance_pk != row.pk)
            || self.tasks.iter().any(|entry| entry.instance_pk != row.pk)
            || self.timers.iter().any(|entry| entry.instance_pk != row.pk)
            || self.incidents.iter().any(|entry| entry.instance_pk != row.pk)
            || self.artifacts.iter().any(|entry| entry.instance_pk != row.pk);
        if foreign {
            return Err(CommitError::Malformed("a row names another instance than the turn's"));
        }
        if self.journal.last().is_some_and(|last| row.journal_head != Some(last.id)) {
            return Err(CommitError::Malformed("the instance's journal head is not the last journal row"));
        }
        Ok(())
    }

    /// Leaves every row once, as it shall be in the end: later entries of a list win, and a new status of a contribution
    /// of this very turn is written with it.
    pub(crate) fn fold(&mut self) {
        keep_last(&mut self.step_runs, |row| row.id);
        keep_last(&mut self.tasks, |row| row.id);
        keep_last(&mut self.timers, |row| row.id);
        keep_last(&mut self.outbox, |row| row.id);
        keep_last(&mut self.incidents, |row| row.id);
        let mut changes: Vec<ContributionChange> = Vec::with_capacity(self.contribution_changes.len());
        let mut place = HashMap::with_capacity(self.contribution_changes.len());
        for change in self.contribution_changes.drain(..) {
            if let Some(own) = self.contributions.iter_mut().find(|row| row.id == change.id) {
                own.status = change.status;
                own.payload = own.payload.take().filter(|_| !change.erase);
            } else if let Some(known) = place.get(&change.id).and_then(|at: &usize| changes.get_mut(*at)) {
                known.status = change.status;
                known.erase |= change.erase;
            } else {
                place.insert(change.id, changes.len());
                changes.push(change);
            }
        }
        self.contribution_changes = changes;
    }

    /// The revision this turn builds on, when it builds on one.
    pub(crate) fn expected(&self) -> Option<i64> {
        match &self.instance {
            Some(InstanceWrite::Advance { row, .. }) => Some(row.revision - 1),
            _ => None,
        }
    }
}

/// Leaves of the entries with one id the last.
fn keep_last<R>(rows: &mut Vec<R>, id: impl Fn(&R) -> i64) {
    if rows.len() < 2 {
        return;
    }
    let mut seen = HashSet::with_capacity(rows.len());
    rows.reverse();
    rows.retain(|row| seen.insert(id(row)));
    rows.reverse();
}
