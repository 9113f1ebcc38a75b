//! One run: a virtual clock, what is due next, and the cycles that `decide` changes. Effects are carried out as the
//! runtime does: children start, end and are cancelled, messages between parent and child arrive, before time goes on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::cycle::Cycle;
use super::figures::{CycleEnd, Run};
use super::people::{Someone, people};
use super::plan::{Plan, Script};
use super::sample::Sampler;
use super::told::{Told, What};
use crate::decide::{
    Actor, Answers, ChildStatus, Command, Conclusion, Decision, Effect, Happening, Lifecycle, Origin, Parent, Problem,
    Rejection, StepStatus, TaskChange, TimerChange, TimerPurpose, decide, evaluated,
};

/// Most things that happen in one run; a rehearsal that goes round in circles ends here.
pub const MAX_HAPPENINGS: u64 = 1_000_000;
/// Most cycles in one run.
pub const MAX_CYCLES: usize = 2_000;

/// Something that is due.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Begin(usize),
    Timer { cycle: usize, id: String, seq: u64 },
    Answer { cycle: usize, run: u64, person: usize },
    Look { cycle: usize },
    Leave { person: usize },
}

/// One run.
pub(super) struct Stage<'p> {
    pub plan: &'p Plan,
    pub seed: u64,
    story: bool,
    pub now: Timestamp,
    end: Timestamp,
    queue: BinaryHeap<Reverse<(Timestamp, u64, Item)>>,
    count: u64,
    pub cycles: Vec<Cycle<'p>>,
    pub(super) numbers: BTreeMap<String, usize>,
    pub people: Vec<Someone>,
    pub index: BTreeMap<&'p str, usize>,
    weeks: BTreeMap<crate::calendar::Week, usize>,
    /// Effects with the cycle they come from.
    outbox: VecDeque<(usize, Effect)>,
    pub run: Run,
}

/// Rehearses a plan once. The same plan and seed give the same run.
pub fn simulate(plan: &Plan, seed: u64, story: bool) -> Run {
    let mut stage = Stage::new(plan, seed, story);
    for (number, root) in plan.roots.iter().enumerate() {
        let at = stage.instant(root.start);
        stage.push(at, Item::Begin(number));
    }
    for person in 0..stage.people.len() {
        if let Some(day) = stage.people.get(person).and_then(|one| one.leaves) {
            let at = stage.instant(day.at(7, 0, 0, 0));
            stage.push(at, Item::Leave { person });
        }
    }
    stage.go();
    stage.finish()
}

impl<'p> Stage<'p> {
    pub(super) fn new(plan: &'p Plan, seed: u64, story: bool) -> Self {
        let people = people(plan, seed);
        let minutes = vec![vec![0; plan.weeks.len()]; people.len()];
        let instant = |moment: DateTime| plan.school.calendar.instant(moment).unwrap_or(Timestamp::MAX);
        Self {
            plan,
            seed,
            story,
            now: instant(plan.first.at(0, 0, 0, 0)),
            end: instant(plan.until.at(23, 59, 59, 0)),
            queue: BinaryHeap::new(),
            count: 0,
            cycles: Vec::new(),
            numbers: BTreeMap::new(),
            index: plan.people.iter().enumerate().map(|(number, id)| (id.as_str(), number)).collect(),
            weeks: plan.weeks.iter().enumerate().map(|(number, week)| (*week, number)).collect(),
            people,
            outbox: VecDeque::new(),
            run: Run { seed, minutes, ..Run::default() },
        }
    }

    // ---- time

    pub fn instant(&self, local: DateTime) -> Timestamp {
        self.plan.school.calendar.instant(local).unwrap_or(Timestamp::MAX)
    }

    pub fn local(&self, at: Timestamp) -> DateTime {
        self.plan.school.calendar.local(at)
    }

    pub fn today(&self) -> Date {
        self.local(self.now).date()
    }

    /// School days between two moments.
    pub fn days_between(&self, from: Timestamp, to: Timestamp) -> u64 {
        let (from, to) = (self.local(from), self.local(to));
        let days = self.plan.school.calendar.schooldays_between(from.date(), to.date()).unwrap_or(0);
        u64::try_from(days).unwrap_or(0)
    }

    pub fn push(&mut self, at: Timestamp, item: Item) {
        if at <= self.end {
            self.count += 1;
            self.queue.push(Reverse((at.max(self.now), self.count, item)));
        }
    }

    pub(super) fn go(&mut self) {
        while let Some(Reverse((at, number, item))) = self.queue.pop() {
            if number > MAX_HAPPENINGS {
                self.run.note(format!("the rehearsal went round in circles and was stopped on {}", self.today()));
                return;
            }
            self.now = at;
            self.happen(item);
            self.carry_out();
        }
    }

    fn happen(&mut self, item: Item) {
        match item {
            Item::Begin(number) => {
                if let Some(root) = self.plan.roots.get(number) {
                    let _ = self.start(root.workflow.clone(), &root.workflow, root.config.clone(), None);
                }
            }
            Item::Timer { cycle, id, seq } => self.timer(cycle, &id, seq),
            Item::Answer { cycle, run, person } => self.answer(cycle, run, person),
            Item::Look { cycle } => {
                if self.cycles.get(cycle).is_some_and(|known| known.look == Some(self.now)) {
                    self.look(cycle);
                }
            }
            Item::Leave { person } => self.leave(person),
        }
    }

    fn timer(&mut self, number: usize, id: &str, seq: u64) {
        let Some(cycle) = self.cycles.get(number).filter(|cycle| cycle.is_active()) else { return };
        let Some(timer) = cycle.snapshot.timers.get(id).filter(|timer| timer.seq == seq) else { return };
        let reminded = match &timer.purpose {
            TimerPurpose::Remind { step } => Some(step.clone()),
            _ => None,
        };
        let answers = self.answers(number);
        if self.apply(number, &Actor::system(), &Command::Timer { id: id.to_owned(), seq }, &answers).is_ok() {
            match reminded {
                Some(step) => self.reminded(number, &step),
                None => self.wake_leader(number),
            }
        }
    }

    fn leave(&mut self, person: usize) {
        let Some(one) = self.people.get_mut(person) else { return };
        one.gone = true;
        let id = one.id.clone();
        if self.story {
            let at = self.local(self.now);
            let workflow = self.plan.roots.first().map(|root| root.workflow.clone()).unwrap_or_default();
            self.run.told.push(Told { at, cycle: workflow.clone(), workflow, what: What::Left { person: id.clone() } });
        }
        let command = Command::Attendance { person: id, present: false };
        for number in 0..self.cycles.len() {
            if self.cycles.get(number).is_some_and(Cycle::is_active) {
                let _ = self.apply(number, &Actor::system(), &command, &Answers::default());
                self.wake_leader(number);
            }
        }
    }

    // ---- cycles

    /// Starts a cycle.
    fn start(
        &mut self,
        id: String,
        workflow: &str,
        config: Map<String, Value>,
        parent: Option<Parent>,
    ) -> Result<(), String> {
        let Some(script) = self.plan.scripts.get(workflow) else {
            return Err(format!("there is no workflow `{workflow}` among those that are rehearsed"));
        };
        if self.cycles.len() >= MAX_CYCLES {
            return Err(format!("more than {MAX_CYCLES} cycles in one rehearsal"));
        }
        let schema = &script.definition.ir.config;
        let sampler = Sampler {
            school: &self.plan.school,
            today: self.today(),
            ahead: 20,
            turn: self.cycles.len(),
            whole: false,
        };
        let config = sampler.config(schema, &config);
        let origin = Origin {
            instance: id.clone(),
            school: self.plan.school.id.clone(),
            workflow: workflow.to_owned(),
            version: script.definition.ir.version.clone(),
            definition: script.definition.hash.clone(),
            config,
            parent,
            plugins: BTreeMap::new(),
        };
        self.enter(id, script, origin)
    }

    fn enter(&mut self, id: String, script: &'p Script, origin: Origin) -> Result<(), String> {
        let command = Command::Start { origin: Box::new(origin.clone()) };
        let world = crate::decide::World {
            definition: &script.definition,
            origin: &origin,
            calendar: &self.plan.school.calendar,
            now: self.now,
            assuming: Some(&script.route.assumptions),
            next: None,
        };
        let decision = decide(world, None, &Actor::system(), &command, &Answers::default()).map_err(|error| {
            let text = format!("`{}` can not start: {}", origin.workflow, error.help);
            self.run.note(text.clone());
            text
        })?;
        let number = self.cycles.len();
        self.cycles.push(Cycle {
            script,
            origin,
            snapshot: decision.snapshot.clone(),
            works: BTreeMap::new(),
            look: None,
            refused: BTreeMap::new(),
            entered: BTreeMap::new(),
            rounds: 0,
            setbacks: BTreeSet::new(),
            opened: BTreeMap::new(),
            circling: false,
            began: self.now,
            over: None,
        });
        self.numbers.insert(id, number);
        self.tell(number, || What::Began);
        self.book(number, decision);
        self.wake_leader(number);
        Ok(())
    }

    /// Has `decide` decide, and books what comes of it.
    pub fn apply(
        &mut self,
        number: usize,
        actor: &Actor,
        command: &Command,
        answers: &Answers,
    ) -> Result<(), Rejection> {
        let Some(cycle) = self.cycles.get(number) else {
            return Err(Rejection::new("INVALID", "there is no such cycle"));
        };
        let world = cycle.world(&self.plan.school.calendar, self.now);
        let decision = decide(world, Some(&cycle.snapshot), actor, command, answers)?;
        self.book(number, decision);
        Ok(())
    }

    fn book(&mut self, number: usize, decision: Decision) {
        let Decision { snapshot, trace, tasks, timers, effects, .. } = decision;
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        cycle.snapshot = snapshot;
        cycle.refused.clear();
        self.outbox.extend(effects.into_iter().map(|effect| (number, effect)));
        for happening in trace {
            self.happened(number, happening);
        }
        for change in timers {
            if let TimerChange::Set { id, timer } = change {
                self.push(timer.due, Item::Timer { cycle: number, id, seq: timer.seq });
            }
        }
        for change in tasks {
            match change {
                TaskChange::Open(task) => self.open(number, &task),
                TaskChange::Close { run, .. } => self.close(number, run),
                TaskChange::Assign { run, assignees } => self.reassign(number, run, &assignees),
                // A rehearsal does not migrate.
                TaskChange::Moved { .. } => {}
                TaskChange::Due { run, due } => {
                    if let Some(work) = self.cycles.get_mut(number).and_then(|cycle| cycle.works.get_mut(&run)) {
                        work.due = Some(due);
                    }
                }
            }
        }
        self.over(number);
    }

    fn over(&mut self, number: usize) {
        let now = self.now;
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        if cycle.over.is_some() {
            return;
        }
        let what = match &cycle.snapshot.lifecycle {
            Lifecycle::Ended => What::Ended,
            Lifecycle::Cancelled { reason } => What::Stopped { reason: reason.clone() },
            _ => return,
        };
        cycle.over = Some(now);
        self.tell(number, || what);
    }

    fn happened(&mut self, number: usize, happening: Happening) {
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        match happening {
            Happening::Entered { state } => {
                cycle.entered.insert(state.clone(), (self.now, cycle.snapshot.revision));
                if cycle.snapshot.chart.active.contains(&state) {
                    self.tell(number, || What::Entered { state });
                }
            }
            Happening::Exited { state } => {
                cycle.entered.remove(&state);
            }
            Happening::Noted { text } => {
                if let Some(failure) = text.strip_prefix("assumed: ") {
                    let workflow = cycle.workflow();
                    self.run.note(format!("{workflow}: {failure}"));
                }
            }
            Happening::Broke { cause, .. } => {
                let workflow = cycle.workflow();
                self.run.note(format!("{workflow} can not go on: {cause}"));
                self.tell(number, || What::Broke { reason: cause });
            }
            _ => {}
        }
    }

    pub fn tell(&mut self, number: usize, what: impl FnOnce() -> What) {
        if let (true, Some(cycle)) = (self.story, self.cycles.get(number)) {
            let (cycle, workflow) = (cycle.origin.instance.clone(), cycle.workflow().to_owned());
            self.run.told.push(Told { at: self.local(self.now), cycle, workflow, what: what() });
        }
    }

    /// What the plugins of the open steps would say.
    pub fn answers(&self, number: usize) -> Answers {
        let Some(cycle) = self.cycles.get(number) else { return Answers::default() };
        let open = cycle.snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
        let concluded = open.map(|(step, _)| (step.clone(), self.conclusion(cycle, step))).collect();
        Answers { concluded, ..Answers::default() }
    }

    /// What the plugin of a step would say: ready as soon as people have answered, with the result that is assumed.
    pub fn conclusion(&self, cycle: &Cycle<'_>, step: &str) -> Conclusion {
        let ready = cycle.work(step).is_none_or(|(_, work)| work.has_enough());
        let world = cycle.world(&self.plan.school.calendar, self.now);
        let result = cycle.script.results.get(step).and_then(|tree| evaluated(world, &cycle.snapshot, tree).ok());
        let event = cycle.script.outcomes.get(step).and_then(|weights| {
            let round = cycle.snapshot.steps.get(step).map_or(0, |state| state.run).to_string();
            super::chance::Chance::of(self.seed, &[&cycle.origin.instance, step, &round, "outcome"])
                .choose(weights)
                .filter(|outcome| !outcome.is_empty())
                .cloned()
        });
        let problems =
            if ready { Vec::new() } else { vec![Problem { word: "NO_ANSWERS".into(), args: vec![step.into()] }] };
        Conclusion { ready, result: result.unwrap_or_default(), event, problems, ..Conclusion::default() }
    }

    // ---- effects

    fn carry_out(&mut self) {
        while let Some((from, effect)) = self.outbox.pop_front() {
            match effect {
                Effect::StartChild { instance, workflow, config, parent, .. } => {
                    if let Err(error) = self.start(instance, &workflow, config, Some(parent.clone())) {
                        self.run.note(error.clone());
                        let outcome = json!({ "error": error });
                        self.child_ended(parent, ChildStatus::Failed, outcome);
                    }
                }
                Effect::CancelChild { instance, reason } => self.to(&instance, &Command::Cancel { reason }),
                Effect::ChildEnded { parent, status, outcome } => self.child_ended(parent, status, outcome),
                Effect::Deliver { instance, event, data } => {
                    self.to(&instance, &Command::Send { event, data, reason: None });
                }
                Effect::Notify { persons, text, key, .. } => {
                    self.tell(from, || What::Notified { text, key, persons });
                }
                Effect::Forget { .. } => {}
            }
        }
    }

    fn child_ended(&mut self, parent: Parent, status: ChildStatus, outcome: Value) {
        self.to(&parent.instance, &Command::ChildEnded { state: parent.state, key: parent.key, status, outcome });
    }

    fn to(&mut self, instance: &str, command: &Command) {
        let Some(number) = self.numbers.get(instance).copied() else { return };
        let answers = self.answers(number);
        // A refusal is an answer here as it is in the runtime: the effect is done.
        if self.apply(number, &Actor::system(), command, &answers).is_ok() {
            self.wake_leader(number);
        }
    }

    // ---- the end

    /// Adds minutes that a cycle asks to the week of a person.
    pub fn spend(&mut self, cycle: usize, person: usize, minutes: u32) {
        let Some(week) = self.weeks.get(&crate::calendar::Week::of(self.today())).copied() else { return };
        if let Some(spent) = self.run.minutes.get_mut(person).and_then(|weeks| weeks.get_mut(week)) {
            *spent = spent.saturating_add(minutes);
        }
        if self.plan.on_time {
            let asked = self.run.asked.entry((person, week, cycle)).or_default();
            *asked = asked.saturating_add(minutes);
        }
    }

    fn finish(mut self) -> Run {
        for number in 0..self.cycles.len() {
            let waits = self.waiting(number);
            let open: Vec<u64> = self.cycles.get(number).map(|c| c.works.keys().copied().collect()).unwrap_or_default();
            for run in open {
                self.count_work(number, run);
            }
            let Some(cycle) = self.cycles.get(number) else { continue };
            self.run.cycles.push(CycleEnd {
                id: cycle.origin.instance.clone(),
                workflow: cycle.workflow().to_owned(),
                root: cycle.origin.parent.is_none(),
                began: self.local(cycle.began),
                ended: cycle.over.map(|at| self.local(at)),
                lifecycle: cycle.snapshot.lifecycle.word(),
                waits,
            });
        }
        self.run
    }

    /// So many minutes later.
    pub fn in_minutes(&self, minutes: i64) -> Timestamp {
        self.now.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(self.now)
    }
}
