//! What is still asked of people: every running cycle goes on from where it stands, on the same deciding code, with
//! everybody working on the agreed day. Who works, in which week, for how many minutes, for which cycle.
//!
//! Steps still to come follow the expected way: no detours, no second rounds. What a step will give is made up as in a
//! rehearsal. An anonymous step counts for everybody who is asked, for nobody can know who answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::cycle::Cycle;
use super::plan::Plan;
use super::rehearsal::Rehearsal;
use super::school::School;
use super::stage::{Item, Stage};
use crate::decide::{Lifecycle, Origin, Snapshot, open_tasks};
use crate::definition::Definition;
use crate::language::Kinds;

/// A cycle as it stands.
#[derive(Debug, Clone)]
pub struct Running {
    /// What never changes about it.
    pub origin: Origin,
    /// The definition it is pinned to.
    pub definition: Arc<Definition>,
    /// Where it is.
    pub snapshot: Snapshot,
}

/// What is asked of people in the weeks to come.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Forecast {
    /// School weeks that are looked at, such as `2026-W41`.
    pub weeks: Vec<String>,
    /// The most minutes that the school asks of a person in a week, when it has agreed on that.
    pub budget: Option<u32>,
    /// People of whom something is asked, by id.
    pub people: Vec<Asked>,
}

/// What is asked of one person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// Weeks in which something is asked.
    pub weeks: Vec<Week>,
}

/// What is asked in one week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Such as `2026-W41`.
    pub week: String,
    /// Minutes.
    pub minutes: u32,
    /// More than the school has agreed on.
    pub over: bool,
    /// Minutes by the cycle that asks them; of a child, by the cycle at the top of its family.
    pub of: BTreeMap<String, u32>,
}

impl Forecast {
    /// People with the weeks in which more is asked of them than was agreed.
    pub fn over(&self) -> impl Iterator<Item = (&Asked, Vec<&Week>)> {
        let weeks = |asked: &'_ Asked| asked.weeks.iter().any(|week| week.over);
        self.people
            .iter()
            .filter(move |asked| weeks(asked))
            .map(|asked| (asked, asked.weeks.iter().filter(|week| week.over).collect()))
    }

    /// People with the weeks that go over the agreement here and did not in `before`.
    pub fn newly_over(&self, before: &Self) -> Vec<(&Asked, Vec<&Week>)> {
        let was = |person: &str, week: &str| {
            let known = before.people.iter().find(|asked| asked.person == person);
            known.is_some_and(|asked| asked.weeks.iter().any(|known| known.week == week && known.over))
        };
        let new = self.over().map(|(asked, weeks)| {
            let weeks: Vec<&Week> = weeks.into_iter().filter(|week| !was(&asked.person, &week.week)).collect();
            (asked, weeks)
        });
        new.filter(|(_, weeks)| !weeks.is_empty()).collect()
    }
}

/// Looks ahead from `now` to the end of the school year. `others` are the workflows that running ones may still start,
/// `rehearsals` say by workflow what steps give.
pub fn forecast(
    school: School,
    running: &[Running],
    others: &[Arc<Definition>],
    rehearsals: &BTreeMap<String, Rehearsal>,
    kinds: &Kinds,
    now: Timestamp,
) -> Forecast {
    let today = school.calendar.local(now).date();
    let monday = today - i32::from(today.weekday().to_monday_zero_offset()).days();
    let budget = school.minutes_per_week;
    let active: Vec<&Running> = running.iter().filter(|one| one.snapshot.lifecycle == Lifecycle::Active).collect();
    let definitions: Vec<Arc<Definition>> = active.iter().map(|one| Arc::clone(&one.definition)).collect();
    let plan = Plan::of_running(school, others, &definitions, rehearsals, kinds, monday);
    let mut stage = Stage::new(&plan, 1, false);
    stage.now = now;
    for one in active {
        stage.take_up(&plan, one);
    }
    stage.go();
    let roots: Vec<String> = (0..stage.cycles.len()).map(|number| stage.root_of(number)).collect();
    gathered(&plan, &stage, &roots, budget)
}

fn gathered(plan: &Plan, stage: &Stage<'_>, roots: &[String], budget: Option<u32>) -> Forecast {
    let mut people: BTreeMap<usize, BTreeMap<usize, BTreeMap<String, u32>>> = BTreeMap::new();
    for ((person, week, cycle), minutes) in &stage.run.asked {
        let of = people.entry(*person).or_default().entry(*week).or_default();
        *of.entry(roots.get(*cycle).cloned().unwrap_or_default()).or_default() += minutes;
    }
    let week = |number: &usize| plan.weeks.get(*number).map(ToString::to_string).unwrap_or_default();
    let people = people.into_iter().filter_map(|(person, weeks)| {
        let id = plan.people.get(person)?.clone();
        let name = plan.school.people.get(&id).map(|known| known.name.clone()).unwrap_or_else(|| id.clone());
        let weeks = weeks.into_iter().map(|(number, of)| {
            let minutes = of.values().sum();
            Week { week: week(&number), minutes, over: budget.is_some_and(|budget| minutes > budget), of }
        });
        Some(Asked { person: id, name, weeks: weeks.collect() })
    });
    let people = people.collect();
    Forecast { weeks: plan.weeks.iter().map(ToString::to_string).collect(), budget, people }
}

impl<'p> Stage<'p> {
    /// Goes on with a cycle from where it stands.
    fn take_up(&mut self, plan: &'p Plan, one: &Running) {
        let Some(script) = plan.scripts.get(&one.definition.hash) else { return };
        let number = self.cycles.len();
        let revision = one.snapshot.revision;
        let entered = one.snapshot.chart.active.iter().map(|state| (state.clone(), (self.now, revision))).collect();
        self.cycles.push(Cycle {
            script,
            origin: one.origin.clone(),
            snapshot: one.snapshot.clone(),
            works: BTreeMap::new(),
            look: None,
            refused: BTreeMap::new(),
            entered,
            rounds: 0,
            setbacks: BTreeSet::new(),
            opened: BTreeMap::new(),
            circling: false,
            began: self.now,
            over: None,
        });
        self.numbers.insert(one.origin.instance.clone(), number);
        for (id, timer) in &one.snapshot.timers {
            self.push(timer.due, Item::Timer { cycle: number, id: id.clone(), seq: timer.seq });
        }
        let Some(cycle) = self.cycles.get(number) else { return };
        let tasks = open_tasks(cycle.world(&plan.school.calendar, self.now), &one.snapshot).unwrap_or_default();
        for task in &tasks {
            self.open(number, task);
            self.mark_answered(number, task.run, one);
        }
        self.wake_leader(number);
    }

    /// Nothing is asked any more of who has answered.
    fn mark_answered(&mut self, number: usize, run: u64, one: &Running) {
        let now = self.now;
        let Some(work) = self.cycles.get_mut(number).and_then(|cycle| cycle.works.get_mut(&run)) else { return };
        let pool = one.definition.step(&work.step).and_then(|def| one.snapshot.pools.get(&def.pool));
        for person in pool.into_iter().flat_map(|pool| &pool.contributed) {
            if let Some(person) = self.index.get(person.as_str()).filter(|person| !work.has_answered(**person)) {
                work.answers.push((*person, now));
            }
        }
    }

    /// The cycle at the top of the family.
    fn root_of(&self, number: usize) -> String {
        let mut number = number;
        for _ in 0..self.cycles.len() {
            let parent = self.cycles.get(number).and_then(|cycle| cycle.origin.parent.as_ref());
            match parent.and_then(|parent| self.numbers.get(&parent.instance)) {
                Some(above) if *above != number => number = *above,
                _ => break,
            }
        }
        self.cycles.get(number).map(|cycle| cycle.origin.instance.clone()).unwrap_or_default()
    }
}
