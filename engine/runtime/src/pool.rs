//! The contributions of a step in memory: what was handed in, what counts, what a plugin may see.

use std::collections::BTreeMap;

use draaiboek_plugin_host as host;
use draaiboek_store::{ContributionRow, StepRunRow};
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::{ContributionStatus, Prior, Whose};
use draaiboek_workflow::ir::Identity;
use jiff::Timestamp;
use serde_json::Value;

/// A pool with its rows, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct PoolRows {
    pub row: StepRunRow,
    pub entries: Vec<Entry>,
    by_id: BTreeMap<String, usize>,
}

/// One contribution.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub row: ContributionRow,
    pub value: Value,
    pub status: ContributionStatus,
}

/// The stored form of a slot: `*` before a step-wide one, `=` before one per participant.
pub(crate) fn slot_text(slot: &str, shared: bool) -> String {
    format!("{}{slot}", if shared { '*' } else { '=' })
}

pub(crate) fn status_word(status: ContributionStatus) -> &'static str {
    match status {
        ContributionStatus::Effective => "effective",
        ContributionStatus::Late => "late",
        ContributionStatus::Admitted => "admitted",
        ContributionStatus::Superseded => "superseded",
        ContributionStatus::Withdrawn => "withdrawn",
        ContributionStatus::Erased => "erased",
    }
}

fn status_of(word: &str) -> ContributionStatus {
    match word {
        "effective" => ContributionStatus::Effective,
        "late" => ContributionStatus::Late,
        "admitted" => ContributionStatus::Admitted,
        "superseded" => ContributionStatus::Superseded,
        "erased" => ContributionStatus::Erased,
        _ => ContributionStatus::Withdrawn,
    }
}

impl PoolRows {
    pub fn new(row: StepRunRow, rows: Vec<ContributionRow>) -> Self {
        let mut pool = Self { row, entries: Vec::with_capacity(rows.len()), by_id: BTreeMap::new() };
        for row in rows {
            pool.push(row);
        }
        pool
    }

    pub fn push(&mut self, row: ContributionRow) {
        let value = row.payload.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        let status = status_of(&row.status);
        self.by_id.insert(row.external_id.clone(), self.entries.len());
        self.entries.push(Entry { row, value, status });
    }

    pub fn set_status(&mut self, id: &str, status: ContributionStatus) -> Option<i64> {
        let entry = self.by_id.get(id).and_then(|index| self.entries.get_mut(*index))?;
        entry.status = status;
        entry.row.status = status_word(status).into();
        Some(entry.row.id)
    }

    /// The step that owns the pool is called otherwise; its number stays.
    pub fn rename(&mut self, step: &str) {
        let number = self.row.step.rsplit_once('#').map_or("", |(_, number)| number);
        self.row.step = format!("{step}#{number}");
    }

    /// Whether this is a round of the step that owns contributions.
    pub fn belongs_to(&self, step: &str) -> bool {
        is_of(&self.row, step)
    }

    /// Takes the content away of what was handed in until a moment (microseconds since 1970) and by whom, or of all; the
    /// rows it happened to.
    pub fn erase(&mut self, until: Option<i64>, whose: Option<&Whose>) -> Vec<i64> {
        let theirs = |row: &ContributionRow, whose: &Whose| {
            row.participant.as_ref() == Some(&whose.participant)
                && whose.id.as_ref().is_none_or(|id| row.external_id == *id)
        };
        let meant = |entry: &&mut Entry| {
            entry.row.payload.is_some()
                && until.is_none_or(|until| entry.row.at <= until)
                && whose.is_none_or(|whose| theirs(&entry.row, whose))
        };
        let mut erased = Vec::new();
        for entry in self.entries.iter_mut().filter(meant) {
            entry.row.payload = None;
            entry.value = Value::Null;
            entry.status = ContributionStatus::Erased;
            entry.row.status = status_word(ContributionStatus::Erased).into();
            erased.push(entry.row.id);
        }
        erased
    }

    /// The contribution of this id.
    pub fn same_id(&self, id: &str, value: Option<&Value>) -> Option<Prior> {
        let entry = self.by_id.get(id).and_then(|index| self.entries.get(*index))?;
        Some(prior(entry, value))
    }

    /// The contribution that counts now under the same key (domain.md L3).
    pub fn same_slot(&self, participant: &str, entry: &str, slot: &str, shared: bool, value: &Value) -> Option<Prior> {
        let slot = slot_text(slot, shared);
        let found = self.entries.iter().rev().find(|known| {
            known.status.counts()
                && known.row.entry.as_deref() == Some(entry)
                && known.row.slot == slot
                && (shared || known.row.participant.as_deref() == Some(participant))
        })?;
        Some(prior(found, Some(value)))
    }

    /// What plugins see: contributions that count, in order, without identity where the step is not named.
    pub fn in_force(&self, identity: Identity, calendar: &Calendar) -> Vec<host::Contribution> {
        let pseudonyms = self.pseudonyms(identity);
        let counting = self.entries.iter().filter(|entry| entry.status.counts());
        counting
            .map(|entry| {
                let row = &entry.row;
                let key = row.participant.clone().unwrap_or_default();
                let named = identity == Identity::Named;
                let local = Timestamp::from_microsecond(row.at).map(|at| calendar.local(at)).unwrap_or_default();
                host::Contribution {
                    id: if named { row.external_id.clone() } else { format!("c{}", row.id) },
                    seq: u64::try_from(row.id).unwrap_or_default(),
                    entry: row.entry.clone().unwrap_or_default(),
                    slot: row.slot.chars().skip(1).collect(),
                    value: entry.value.clone(),
                    participant: pseudonyms.get(&key).cloned().unwrap_or(key),
                    roles: serde_json::from_str(&row.roles).unwrap_or_default(),
                    group: if identity == Identity::Anonymous { None } else { row.group_id.clone() },
                    at: if named { local.strftime("%Y-%m-%dT%H:%M:%S").to_string() } else { local.date().to_string() },
                    admitted_late: entry.status == ContributionStatus::Admitted,
                }
            })
            .collect()
    }

    /// Participant key -> pseudonym. Keys of anonymous steps are random, so their order tells nothing.
    fn pseudonyms(&self, identity: Identity) -> BTreeMap<String, String> {
        if identity == Identity::Named {
            return BTreeMap::new();
        }
        let mut keys: Vec<&String> = self.entries.iter().filter_map(|entry| entry.row.participant.as_ref()).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().enumerate().map(|(i, key)| (key.clone(), format!("a{}", i + 1))).collect()
    }

    /// How [`Self::in_force`] names a person; `None` for one who did not contribute to a step without names, and for
    /// everybody in an anonymous one.
    pub fn name_of(&self, person: &str, identity: Identity) -> Option<String> {
        match identity {
            Identity::Named => Some(person.to_owned()),
            Identity::Pseudonymous => self.pseudonyms(identity).remove(person),
            Identity::Anonymous => None,
        }
    }

    /// Number of different participants whose contributions count.
    pub fn participants(&self) -> usize {
        let mut keys: Vec<&Option<String>> =
            self.entries.iter().filter(|e| e.status.counts()).map(|e| &e.row.participant).collect();
        keys.sort();
        keys.dedup();
        keys.len()
    }
}

fn prior(entry: &Entry, value: Option<&Value>) -> Prior {
    Prior {
        id: entry.row.external_id.clone(),
        participant: entry.row.participant.clone().unwrap_or_default(),
        entry: entry.row.entry.clone().unwrap_or_default(),
        revision: u32::try_from(entry.row.revision).unwrap_or(u32::MAX),
        status: entry.status,
        same_payload: value.is_none_or(|value| *value == entry.value),
    }
}

/// Whether the round of a step run is one of this step.
pub(crate) fn is_of(run: &StepRunRow, step: &str) -> bool {
    run.step.rsplit_once('#').is_some_and(|(owner, _)| owner == step)
}
