//! What one run came to: cycles with their ends, figures per step, minutes per person and week.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use serde::Serialize;

use super::told::Told;

/// What one run came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Run {
    /// The seed it came from.
    pub seed: u64,
    /// Every cycle, in the order in which they began.
    pub cycles: Vec<CycleEnd>,
    /// Figures per step, as `workflow/step`.
    pub steps: BTreeMap<String, StepFigures>,
    /// Minutes per person (as in [`super::Plan`]) and week.
    #[serde(skip)]
    pub(super) minutes: Vec<Vec<u32>>,
    /// Person, week and cycle (by number) with the minutes, when a forecast asks for it.
    #[serde(skip)]
    pub(super) asked: BTreeMap<(usize, usize, usize), u32>,
    /// What happened, when the story was asked for.
    pub told: Vec<Told>,
    /// Expressions that stumbled over made-up results, and contributions that were refused.
    pub notes: BTreeSet<String>,
}

/// How a cycle ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CycleEnd {
    /// Its id.
    pub id: String,
    /// Its workflow.
    pub workflow: String,
    /// It began by itself, not as the child of another.
    pub root: bool,
    /// When it began.
    pub began: DateTime,
    /// When it was over.
    pub ended: Option<DateTime>,
    /// ended, cancelled, blocked or active.
    pub lifecycle: &'static str,
    /// What it waits for at the end of the rehearsal.
    pub waits: Vec<Waiting>,
}

/// What a cycle waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Waiting {
    /// The state.
    pub state: String,
    /// For what.
    #[serde(flatten)]
    pub reason: WaitsFor,
}

/// The reasons why a cycle waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum WaitsFor {
    /// Answers.
    Answers {
        /// Step.
        step: String,
        /// Of whom.
        persons: Vec<String>,
    },
    /// Somebody who may send an event or conclude a step.
    Somebody {
        /// Event or step.
        act: String,
        /// Roles that nobody holds.
        roles: Vec<String>,
    },
    /// A requirement.
    Requirement {
        /// Event.
        event: String,
        /// Reasons of the refusal.
        reasons: Vec<String>,
    },
    /// A timer.
    Timer {
        /// Timer.
        timer: String,
        /// When.
        due: DateTime,
    },
    /// An event that another part of the cycle, or another cycle, brings about.
    Event {
        /// Events, any of which would do.
        events: Vec<String>,
    },
    /// Children that still run.
    Children {
        /// How many.
        count: usize,
    },
    /// Somebody who has not got round to it.
    Turn {
        /// Event or step.
        act: String,
    },
    /// Something that broke.
    Repair {
        /// What.
        cause: String,
    },
    /// Nothing that people or timers do here leads to an end.
    Nothing,
}

/// Figures of a step over its openings.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StepFigures {
    /// How often it opened.
    pub opened: u32,
    /// Answers.
    pub answers: u32,
    /// Answers after the due date.
    pub late: u32,
    /// People who did not answer before it closed.
    pub silent: u32,
    /// Reminders to single people.
    pub reminders: u32,
    /// School days that the cycle could not go on because of it.
    pub held_up: u64,
    /// Minutes of all people together.
    pub minutes: u64,
}

impl StepFigures {
    /// Adds those of another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.opened = self.opened.saturating_add(other.opened);
        self.answers = self.answers.saturating_add(other.answers);
        self.late = self.late.saturating_add(other.late);
        self.silent = self.silent.saturating_add(other.silent);
        self.reminders = self.reminders.saturating_add(other.reminders);
        self.held_up = self.held_up.saturating_add(other.held_up);
        self.minutes = self.minutes.saturating_add(other.minutes);
    }
}

/// Most notes that are kept.
const MOST_NOTES: usize = 100;

impl Run {
    pub(super) fn note(&mut self, text: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.insert(undated(&text));
        }
    }

    pub(super) fn step(&mut self, workflow: &str, step: &str) -> &mut StepFigures {
        self.steps.entry(format!("{workflow}/{step}")).or_default()
    }
}

/// The same on another day is the same note: dates become dots.
fn undated(text: &str) -> String {
    let is_date = |part: &str| {
        part.bytes().enumerate().all(|(i, byte)| if matches!(i, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
    };
    let (mut short, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        if rest.get(..10).is_some_and(is_date) {
            short.push('\u{2026}');
            rest = &rest[10..];
        } else {
            short.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_on_another_day_is_the_same_note() {
        let mut run = Run::default();
        for day in ["2027-06-11", "2027-06-14"] {
            run.note(format!("caf\u{e9}: the calendar ends on 2027-06-30, from {day}"));
        }
        let notes: Vec<&String> = run.notes.iter().collect();
        assert_eq!(notes, ["caf\u{e9}: the calendar ends on \u{2026}, from \u{2026}"]);
    }
}
