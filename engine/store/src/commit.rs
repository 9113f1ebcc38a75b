//! The one atomic commit: many turns, one transaction, one wait for the disk.
//!
//! Lives here: grouping turns and finding the one that spoils a group. May not live here: SQL text, waiting callers.

use crate::connection::{Connection, Undone};
use crate::entity::{
    InstanceRow, artifact, command_key, contribution, incident, instance, journal, outbox, step_run, task, timer,
};
use crate::error::StoreError;
use crate::sql::{Clash, Statement, Texts};
use crate::store::Store;
use crate::turn::{CommitError, Committed, InstanceWrite, Turn};
use sea_orm::EntityTrait;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Most turns in one transaction: the gain of a larger group is small, and nobody should wait longer for the disk.
pub const MAX_GROUP: usize = 256;

type Answer = Result<Committed, CommitError>;

impl Store {
    /// Writes the turns, all that can be written in as few transactions as possible, in the order given. An answer
    /// `Ok` means that the turn is on disk. A turn that is stale, repeated or clashing fails alone; a failure of the
    /// database fails all turns of its transaction, and nothing of them is written.
    pub async fn commit(&self, turns: Vec<Turn>) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = turns.iter().map(|turn| turn.check().err().map(Err)).collect();
        let mut connection = self.connection.lock().await;
        for group in groups(&turns, &answers) {
            self.commit_group(&mut connection, &turns, group, &mut answers).await;
        }
        let lost = || Err(CommitError::Malformed("the turn was not reached"));
        answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    /// Commits one group; turns that spoil it are answered and taken out until the rest goes through.
    async fn commit_group(
        &self,
        connection: &mut Connection,
        turns: &[Turn],
        mut group: Vec<usize>,
        answers: &mut [Option<Answer>],
    ) {
        while !group.is_empty() {
            let chosen: Vec<&Turn> = group.iter().map(|index| &turns[*index]).collect();
            let statements = statements(&mut connection.texts, &chosen);
            let undone = match connection.transaction(statements).await {
                Ok(()) => {
                    self.groups.fetch_add(1, Ordering::Relaxed);
                    for index in group {
                        answers[index] = Some(Ok(committed(&turns[index])));
                    }
                    return;
                }
                Err(undone) => undone,
            };
            match undone {
                Undone::Failure(error) => return fail(error, &group, answers),
                Undone::Mismatch | Undone::Constraint(_) => {}
            }
            let before = group.len();
            for index in std::mem::take(&mut group) {
                match self.objection(&turns[index]).await {
                    Ok(None) => group.push(index),
                    Ok(Some(objection)) => answers[index] = Some(Err(objection)),
                    Err(error) => answers[index] = Some(Err(CommitError::Store(Arc::new(error)))),
                }
            }
            if group.len() == before {
                return one_by_one(connection, turns, &group, undone, answers).await;
            }
        }
    }

    /// Looks up why a turn cannot be written: an answered key comes before a stale revision.
    async fn objection(&self, turn: &Turn) -> Result<Option<CommitError>, StoreError> {
        if let Some(key) = &turn.command_key
            && let Some(answer) = self.read().answer(&key.key).await?
        {
            return Ok(Some(CommitError::Repeat(answer)));
        }
        let (Some(write), Some(expected)) = (&turn.instance, turn.expected()) else {
            return Ok(None);
        };
        let row = write.row();
        let found = self.read().revision(row.pk).await?;
        let stale = CommitError::Stale { instance: row.id.clone(), expected, found };
        Ok((found != Some(expected)).then_some(stale))
    }
}

/// The last resort when a group clashes and no turn is plainly to blame: a transaction for each.
async fn one_by_one(
    connection: &mut Connection,
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
        let statements = statements(&mut connection.texts, &[&turns[*index]]);
        let answer = match connection.transaction(statements).await {
            Ok(()) => Ok(committed(&turns[*index])),
            Err(Undone::Constraint(detail)) => Err(CommitError::Conflict(detail)),
            Err(Undone::Mismatch) => Err(CommitError::Conflict("a row to be changed is not stored".to_owned())),
            Err(Undone::Failure(error)) => Err(CommitError::Store(Arc::new(error))),
        };
        answers[*index] = Some(answer);
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

/// All rows of a group, table by table; instances first, so that the others may refer to new ones.
fn statements(texts: &mut Texts, turns: &[&Turn]) -> Vec<Statement> {
    let mut out = Vec::new();
    let (mut created, mut advanced): (Vec<&InstanceRow>, Vec<(&InstanceRow, bool)>) = (Vec::new(), Vec::new());
    for turn in turns {
        match &turn.instance {
            Some(InstanceWrite::Create(row)) => created.push(row),
            Some(InstanceWrite::Advance { row, cold }) => advanced.push((row, *cold)),
            None => {}
        }
    }
    texts.advance(&advanced, &mut out);
    texts.insert::<instance::Entity>(&created, Clash::Fail, &mut out);
    let mut put = Put { texts, turns, out: &mut out };
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
    texts.contributions(&changes, &mut out);
    out
}

struct Put<'a> {
    texts: &'a mut Texts,
    turns: &'a [&'a Turn],
    out: &'a mut Vec<Statement>,
}

impl Put<'_> {
    fn rows<E: EntityTrait>(&mut self, clash: Clash, of: impl Fn(&Turn) -> &[E::Model]) {
        let rows: Vec<&E::Model> = self.turns.iter().flat_map(|turn| of(turn)).collect();
        self.texts.insert::<E>(&rows, clash, self.out);
    }
}
