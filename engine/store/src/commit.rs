//! The one atomic commit: many turns, one transaction, one wait for the disk.
//!
//! Lives here: grouping turns and finding the one that spoils a group. May not live here: SQL text, waiting callers.

use crate::entity::{
    InstanceRow, artifact, command_key, contribution, incident, instance, journal, outbox, step_run, task, timer,
};
use crate::error::StoreError;
use crate::faults::{Fate, disturbed};
use crate::store::Store;
use crate::turn::{CommitError, Committed, InstanceWrite, Turn};
use crate::write::{Clash, Connection, Undone};
use sea_orm::EntityTrait;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Most turns in one transaction: the gain of a larger group is small, and nobody should wait longer for the disk.
pub const MAX_GROUP: usize = 256;

type Answer = Result<Committed, CommitError>;

impl Store {
    /// Writes the turns, all that can be written in as few transactions as possible, in the order given. An answer
    /// `Ok` means that the turn is on disk. A turn that is stale, repeated or clashing fails alone; a failure of the
    /// database fails all turns of its transaction, and nothing of them is written.
    pub async fn commit(&self, mut turns: Vec<Turn>) -> Vec<Answer> {
        turns.iter_mut().for_each(Turn::fold);
        let mut connection = self.connection.lock().await;
        let token = self.node().map(|node| node.token());
        let objection = |turn: &Turn| turn.check().and_then(|()| self.is_mine(turn, token)).err();
        let mut answers: Vec<Option<Answer>> = turns.iter().map(|turn| objection(turn).map(Err)).collect();
        for group in groups(&turns, &answers) {
            self.commit_group(&mut connection, token, &turns, group, &mut answers).await;
        }
        let lost = || Err(CommitError::Malformed("the turn was not reached"));
        answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    fn note(&self, turn: &Turn) {
        match &turn.instance {
            Some(write) => self.changes.note(&write.row().school),
            // What only books an effect changes nothing that people see.
            None if turn.timers.is_empty() && turn.incidents.is_empty() => {}
            None => self.changes.note_all(),
        }
    }

    /// Whether a turn still holds: this process may have lost its claims and its number since the turn was built.
    fn is_mine(&self, turn: &Turn, token: Option<i64>) -> Result<(), CommitError> {
        let claimed = turn.claim.is_none() || turn.claim == token;
        let numbered = turn.journal.iter().all(|row| self.ids().is_own(row.id));
        if claimed && numbered { Ok(()) } else { Err(CommitError::Fenced) }
    }

    /// Commits one group; turns that spoil it are answered and taken out until the rest goes through.
    async fn commit_group(
        &self,
        connection: &mut Connection,
        token: Option<i64>,
        turns: &[Turn],
        mut group: Vec<usize>,
        answers: &mut [Option<Answer>],
    ) {
        let fate = self.faults.as_ref().map_or(Fate::Written, |faults| faults.fate());
        if fate == Fate::Refused {
            return fail(disturbed(self.place()), &group, answers);
        }
        while !group.is_empty() {
            let chosen: Vec<&Turn> = group.iter().map(|index| &turns[*index]).collect();
            note(connection, &chosen);
            let undone = match connection.run_as(token).await {
                Ok(()) if fate == Fate::Unheard => return fail(disturbed(self.place()), &group, answers),
                Ok(()) => {
                    self.tell(&chosen);
                    for index in group {
                        answers[index] = Some(Ok(committed(&turns[index])));
                    }
                    return;
                }
                Err(undone) => undone,
            };
            match undone {
                // A damaged page is in the way of some; it does not hold up who came along with them.
                Undone::Failure(StoreError::Corrupt { .. }) if group.len() > 1 => {
                    return self.one_by_one(connection, token, turns, &group, undone, answers).await;
                }
                Undone::Failure(error) => {
                    self.meter().failed();
                    return fail(error, &group, answers);
                }
                Undone::Fenced => {
                    group.iter().for_each(|index| answers[*index] = Some(Err(CommitError::Fenced)));
                    return;
                }
                Undone::Mismatch | Undone::Constraint(_) => {}
            }
            let found = match self.found(&chosen).await {
                Ok(found) => found,
                Err(error) => return fail(error, &group, answers),
            };
            let before = group.len();
            for index in std::mem::take(&mut group) {
                match found.verdict(&turns[index]) {
                    None => group.push(index),
                    Some(verdict) => answers[index] = Some(verdict),
                }
            }
            if group.len() == before {
                return self.one_by_one(connection, token, turns, &group, undone, answers).await;
            }
        }
    }

    /// Counts a transaction that is on disk, and lets those know who show what it changed.
    fn tell(&self, turns: &[&Turn]) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        turns.iter().for_each(|turn| self.note(turn));
        self.meter().committed(turns.len());
        if let Some(node) = self.node() {
            node.tell(turns.iter().filter_map(|turn| Some(turn.instance.as_ref()?.row().id.as_str())));
        }
    }

    /// The last resort when a group clashes or meets damage and no turn is plainly to blame: a transaction for each.
    async fn one_by_one(
        &self,
        connection: &mut Connection,
        token: Option<i64>,
        turns: &[Turn],
        group: &[usize],
        first: Undone,
        answers: &mut [Option<Answer>],
    ) {
        if let ([only], Undone::Constraint(detail)) = (group, &first) {
            answers[*only] = Some(Err(CommitError::Conflict(detail.clone())));
            return;
        }
        for index in group {
            note(connection, &[&turns[*index]]);
            let answer = match connection.run_as(token).await {
                Ok(()) => {
                    self.tell(&[&turns[*index]]);
                    Ok(committed(&turns[*index]))
                }
                Err(Undone::Constraint(detail)) => Err(CommitError::Conflict(detail)),
                Err(Undone::Mismatch) => Err(CommitError::Conflict("a row to be changed is not stored".to_owned())),
                Err(Undone::Fenced) => Err(CommitError::Fenced),
                Err(Undone::Failure(error)) => {
                    self.meter().failed();
                    Err(CommitError::Store(Arc::new(error)))
                }
            };
            answers[*index] = Some(answer);
        }
    }

    /// Looks up what is stored of these turns.
    async fn found(&self, turns: &[&Turn]) -> Result<Found, StoreError> {
        let keys = turns.iter().filter_map(|turn| turn.command_key.as_ref()).map(|row| row.key.clone());
        let journal = turns.iter().filter_map(|turn| turn.journal.last()).map(|row| row.id);
        let instances = turns.iter().filter_map(|turn| turn.instance.as_ref()).map(|write| write.row().pk);
        Ok(Found {
            answers: self.read().answers(keys.collect()).await?,
            journal: self.read().journal_hashes(journal.collect()).await?,
            revisions: self.read().revisions(instances.collect()).await?,
        })
    }
}

/// What is stored of some turns.
struct Found {
    answers: HashMap<String, String>,
    journal: HashMap<i64, Vec<u8>>,
    revisions: HashMap<i64, i64>,
}

impl Found {
    /// What it says about a turn, if anything. An answered key comes first. A turn that is there was written by an
    /// earlier try whose answer got lost on its way.
    fn verdict(&self, turn: &Turn) -> Option<Answer> {
        if let Some(answer) = turn.command_key.as_ref().and_then(|row| self.answers.get(&row.key)) {
            return Some(Err(CommitError::Repeat(answer.clone())));
        }
        if turn.journal.last().is_some_and(|row| self.journal.get(&row.id) == Some(&row.hash)) {
            return Some(Ok(committed(turn)));
        }
        let (row, expected) = (turn.instance.as_ref()?.row(), turn.expected()?);
        let found = self.revisions.get(&row.pk).copied();
        let stale = CommitError::Stale { instance: row.id.clone(), expected, found };
        (found != Some(expected)).then_some(Err(stale))
    }
}

fn fail(error: StoreError, group: &[usize], answers: &mut [Option<Answer>]) {
    let error = Arc::new(error);
    for index in group {
        answers[*index] = Some(Err(CommitError::Store(Arc::clone(&error))));
    }
}

fn committed(turn: &Turn) -> Committed {
    Committed { revision: turn.instance.as_ref().map(|write| write.row().revision) }
}

/// Cuts the turns into groups in which no instance and no key occurs twice: the second turn must see the first.
fn groups(turns: &[Turn], answers: &[Option<Answer>]) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    let mut group = Vec::new();
    let (mut instances, mut keys) = (HashSet::new(), HashSet::new());
    for (index, turn) in turns.iter().enumerate() {
        if answers[index].is_some() {
            continue;
        }
        let instance = turn.instance.as_ref().map(|write| write.row().pk);
        let key = turn.command_key.as_ref().map(|row| row.key.as_str());
        let twice = instance.is_some_and(|pk| instances.contains(&pk)) || key.is_some_and(|key| keys.contains(key));
        if twice || group.len() == MAX_GROUP {
            groups.push(std::mem::take(&mut group));
            instances.clear();
            keys.clear();
        }
        instances.extend(instance);
        keys.extend(key);
        group.push(index);
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}

/// Notes all rows of a group, table by table; instances first, so that the others may refer to new ones.
fn note(connection: &mut Connection, turns: &[&Turn]) {
    let (mut created, mut advanced): (Vec<&InstanceRow>, Vec<(&InstanceRow, bool)>) = (Vec::new(), Vec::new());
    for turn in turns {
        match &turn.instance {
            Some(InstanceWrite::Create(row)) => created.push(row),
            Some(InstanceWrite::Advance { row, cold }) => advanced.push((row, *cold)),
            None => {}
        }
    }
    connection.advance(&advanced);
    connection.put::<instance::Entity>(&created, Clash::Fail);
    let mut put = Put { connection, turns };
    put.rows::<journal::Entity>(Clash::Fail, |turn| &turn.journal);
    put.rows::<step_run::Entity>(Clash::Replace, |turn| &turn.step_runs);
    put.rows::<contribution::Entity>(Clash::Fail, |turn| &turn.contributions);
    put.rows::<task::Entity>(Clash::Replace, |turn| &turn.tasks);
    put.rows::<timer::Entity>(Clash::Replace, |turn| &turn.timers);
    put.rows::<outbox::Entity>(Clash::Replace, |turn| &turn.outbox);
    put.rows::<incident::Entity>(Clash::Replace, |turn| &turn.incidents);
    put.rows::<artifact::Entity>(Clash::Fail, |turn| &turn.artifacts);
    put.rows::<command_key::Entity>(Clash::Fail, |turn| turn.command_key.as_slice());
    let changes: Vec<_> = turns.iter().flat_map(|turn| &turn.contribution_changes).collect();
    connection.contributions(&changes);
}

struct Put<'a> {
    connection: &'a mut Connection,
    turns: &'a [&'a Turn],
}

impl Put<'_> {
    fn rows<E: EntityTrait>(&mut self, clash: Clash, of: impl Fn(&Turn) -> &[E::Model]) {
        let rows: Vec<&E::Model> = self.turns.iter().flat_map(|turn| of(turn)).collect();
        self.connection.put::<E>(&rows, clash);
    }
}
