//! One cycle in a run, and the work that is open in it. Data with small questions; nothing happens here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::plan::Script;
use crate::decide::{Lifecycle, Origin, Snapshot, World};
use crate::ir::Identity;

/// A cycle.
#[derive(Debug)]
pub(super) struct Cycle<'p> {
    pub script: &'p Script,
    pub origin: Origin,
    pub snapshot: Snapshot,
    /// Open work by the number of its opening.
    pub works: BTreeMap<u64, Work>,
    /// When somebody looks whether the cycle can be led on.
    pub look: Option<Timestamp>,
    /// Moves that were refused, by state and place: on which day, and why.
    pub refused: BTreeMap<(String, usize), (Date, Vec<String>)>,
    /// When each active state was entered, and the number of that moment.
    pub entered: BTreeMap<String, (Timestamp, u64)>,
    /// Rounds more than one.
    pub rounds: u32,
    /// States in which an exceptional event was considered.
    pub setbacks: BTreeSet<String>,
    /// How often a step opened on the last day on which it did.
    pub opened: BTreeMap<String, (Date, u32)>,
    /// It asks the same again and again without an end: nothing of it is followed any further.
    pub circling: bool,
    pub began: Timestamp,
    pub over: Option<Timestamp>,
}

/// An open step and the people it is for.
#[derive(Debug)]
pub(super) struct Work {
    pub step: String,
    pub opened: Timestamp,
    pub due: Option<Timestamp>,
    /// Nobody begins before this day.
    pub from: Option<Date>,
    /// People by number.
    pub expected: Vec<usize>,
    /// Who can take it over.
    pub reserve: Vec<usize>,
    pub answers: Vec<(usize, Timestamp)>,
    pub minutes: u32,
    pub least: usize,
    pub identity: Identity,
    /// People sit together.
    pub live: bool,
}

impl<'p> Cycle<'p> {
    /// What `decide` needs to know.
    pub fn world<'w>(&'w self, calendar: &'w crate::calendar::Calendar, now: Timestamp) -> World<'w> {
        World {
            definition: &self.script.definition,
            origin: &self.origin,
            calendar,
            now,
            assuming: Some(&self.script.route.assumptions),
            next: None,
        }
    }

    pub fn is_active(&self) -> bool {
        self.snapshot.lifecycle == Lifecycle::Active && self.over.is_none() && !self.circling
    }

    /// Counts an opening of a step; gives how many there were on that day.
    pub fn count_opening(&mut self, step: &str, today: Date) -> u32 {
        let known = self.opened.entry(step.to_owned()).or_insert((today, 0));
        *known = if known.0 == today { (today, known.1 + 1) } else { (today, 1) };
        known.1
    }

    pub fn workflow(&self) -> &'p str {
        &self.script.definition.ir.id
    }

    /// The open work of a step.
    pub fn work(&self, step: &str) -> Option<(u64, &Work)> {
        let run = self.snapshot.steps.get(step)?.run;
        self.works.get(&run).map(|work| (run, work))
    }
}

impl Work {
    pub fn has_answered(&self, person: usize) -> bool {
        self.answers.iter().any(|(known, _)| *known == person)
    }

    /// Whether there is something to conclude with.
    pub fn has_enough(&self) -> bool {
        self.expected.is_empty() || self.answers.len() >= self.least.min(self.expected.len()).max(1)
    }

    pub fn last_answer(&self) -> Option<Timestamp> {
        self.answers.last().map(|(_, at)| *at)
    }

    pub fn is_late(&self, at: Timestamp) -> bool {
        self.due.is_some_and(|due| at > due)
    }
}
