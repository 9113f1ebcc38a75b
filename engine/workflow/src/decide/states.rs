//! What hangs on states: steps open and close, timers start and stop, children are started and cancelled.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::decision::{Effect, Happening, NewArtifact, NewTask, Rejection, TaskChange, TimerChange};
use super::model::{
    Child, ChildStatus, Children, Lifecycle, Parent, PendingTimer, Pool, StepState, StepStatus, TimerPurpose,
};
use super::names::Locals;
use super::turn::{Event, Turn};
use crate::calendar::{CalendarError, RuleError};
use crate::definition::{RunDef, StepDef};
use crate::ir::Join;

impl Turn<'_> {
    /// A state has been entered: its steps open, its timers start.
    pub(super) fn entered(&mut self, number: usize, id: &str, event: Option<&Event>) -> Result<(), String> {
        self.trace.push(Happening::Entered { state: id.to_owned() });
        let definition = self.world.definition;
        let Some(state) = definition.states.get(number) else { return Ok(()) };
        for step in &state.steps {
            if let Some(def) = definition.opening(step) {
                let result = self.open_step(def);
                self.tolerate(result)?;
            }
        }
        for timer in &state.timers {
            if let Some(timer) = definition.timers.get(timer) {
                let purpose = TimerPurpose::Event {
                    name: format!("timer.{}", timer.id),
                    data: Value::Null,
                    repeat: timer.repeat,
                };
                if timer.repeat {
                    self.repeat_timer(&timer.id, &timer.rule, id, purpose);
                } else {
                    let result = self.set_timer(&timer.id, &timer.rule, id, purpose, event);
                    self.tolerate(result)?;
                }
            }
        }
        Ok(())
    }

    /// A state has been left: its steps close, its timers stop, its children are cancelled.
    pub(super) fn exited(&mut self, number: usize, id: &str) {
        self.trace.push(Happening::Exited { state: id.to_owned() });
        let definition = self.world.definition;
        let Some(state) = definition.states.get(number) else { return };
        for step in &state.steps {
            if self.is_open(step) {
                self.close_step(step, StepStatus::Closed, None);
            }
        }
        self.stop_timers(id);
        if state.run.as_ref().is_some_and(|run| !run.run.keep) {
            self.cancel_children(id, "the state that runs it was left");
        }
    }

    // ---- steps

    pub(super) fn open_step(&mut self, def: &StepDef) -> Result<(), String> {
        let id = def.step.id.clone();
        let earlier = self.snapshot.steps.get(&id).map(|s| (s.status, s.round));
        let again = matches!(earlier, Some((StepStatus::Closed, _))) && !def.step.fresh;
        let round = match earlier {
            Some((_, round)) if again => round,
            Some((_, round)) => round.saturating_add(1),
            None => 1,
        };
        let run = self.number();
        let pool = self.pool_run(def, again);
        let due = self.step_due(def)?;
        let state = StepState {
            run,
            round,
            status: StepStatus::Open,
            opened_at: self.world.now,
            closed_at: None,
            due: due.map(|(civil, _)| civil),
            result: None,
            ready: false,
            reason: None,
        };
        let task = self.task_of(def, &state, pool, due.map(|(_, instant)| instant))?;
        self.snapshot.steps.insert(id.clone(), state);
        self.trace.push(Happening::Opened { step: id });
        self.tasks.push(TaskChange::Open(Box::new(task)));
        self.step_timers(def)
    }

    /// The task of an open step.
    pub(super) fn task_of(
        &self,
        def: &StepDef,
        state: &StepState,
        pool: u64,
        due: Option<Timestamp>,
    ) -> Result<NewTask, String> {
        let id = &def.step.id;
        Ok(NewTask {
            run: state.run,
            pool,
            step: id.clone(),
            kind: def.step.kind.clone(),
            state: def.state.clone(),
            title: self.world.definition.texts(&format!("step.{id}")),
            roles: def.step.roles.clone(),
            assignees: self.takers(def)?,
            minutes: def.step.minutes,
            privacy: def.step.privacy.unwrap_or(self.world.definition.ir.privacy),
            opened_at: state.opened_at,
            due,
        })
    }

    /// The pool of a step: that of the step it shares, the one it had, or a new one.
    fn pool_run(&mut self, def: &StepDef, again: bool) -> u64 {
        let shares = def.pool != def.step.id;
        if let (true, Some(pool)) = (again || shares, self.snapshot.pools.get(&def.pool)) {
            return pool.run;
        }
        let run = self.number();
        self.snapshot.pools.insert(def.pool.clone(), Pool { run, ..Pool::default() });
        run
    }

    /// Persons whom the workflow names for a step, minus who was marked absent (L14); `None` when it names nobody.
    pub(super) fn listed(&self, def: &StepDef) -> Result<Option<Vec<String>>, String> {
        let Some(program) = &def.assign else { return Ok(None) };
        let mut persons = Vec::new();
        collect_ids(&self.value(program, None, &Locals::default())?, &mut persons);
        persons.retain(|person| !self.snapshot.absent.contains(person));
        Ok(Some(persons))
    }

    fn step_due(&self, def: &StepDef) -> Result<Option<(DateTime, Timestamp)>, String> {
        let Some(rule) = &def.step.due else { return Ok(None) };
        let due = self.resolve(rule, self.local(), None)?;
        Ok(Some((due.civil, due.instant)))
    }

    fn step_timers(&mut self, def: &StepDef) -> Result<(), String> {
        let step = &def.step;
        let owner = format!("step:{}", step.id);
        for (i, rule) in step.remind.iter().enumerate() {
            let purpose = TimerPurpose::Remind { step: step.id.clone() };
            self.set_timer(&format!("{}.remind.{}", step.id, i + 1), rule, &owner, purpose, None)?;
        }
        for (i, escalation) in step.escalate.iter().enumerate() {
            let purpose = TimerPurpose::Escalate { step: step.id.clone(), roles: escalation.roles.clone() };
            self.set_timer(&format!("{}.escalate.{}", step.id, i + 1), &escalation.after, &owner, purpose, None)?;
        }
        Ok(())
    }

    /// Closes an open step, keeping the picture its plugin gave.
    pub(super) fn close_step(&mut self, id: &str, status: StepStatus, reason: Option<String>) {
        let answer = self.answers.concluded.get(id);
        let now = self.world.now;
        let Some(state) = self.snapshot.steps.get_mut(id) else { return };
        if state.status != StepStatus::Open {
            return;
        }
        state.status = status;
        state.closed_at = Some(now);
        state.reason = reason;
        if let Some(answer) = answer {
            state.result = Some(answer.result.clone());
            state.ready = answer.ready;
        }
        let (run, how) = (state.run, status_word(status));
        self.let_go(id);
        self.tasks.push(TaskChange::Close { run, how });
        self.trace.push(Happening::Closed { step: id.to_owned(), how: how.to_owned() });
        self.stop_timers(&format!("step:{id}"));
    }

    /// Concludes a step with what its plugin answered: result kept, products published.
    pub(super) fn conclude_step(&mut self, id: &str) {
        let Some(answer) = self.answers.concluded.get(id) else { return };
        if !self.is_open(id) {
            return;
        }
        self.close_step(id, StepStatus::Concluded, None);
        let renames = self.world.definition.step(id).map(|def| &def.step.artifacts);
        for (name, content) in &answer.artifacts {
            let name = renames.and_then(|r| r.get(name)).unwrap_or(name).clone();
            self.publish(&name, content.clone());
        }
    }

    /// Whether a step may be concluded now, with the reasons why not.
    pub(super) fn conclusion_refusal(&self, id: &str) -> Option<Rejection> {
        let Some(state) = self.snapshot.steps.get(id) else {
            return Some(Rejection::new("NOT_READY", format!("step `{id}` has not been opened")));
        };
        match state.status {
            StepStatus::Concluded | StepStatus::Skipped => return None,
            StepStatus::Closed => {
                return Some(Rejection::new("CLOSED", format!("step `{id}` is closed")));
            }
            StepStatus::Open => {}
        }
        match self.answers.concluded.get(id) {
            Some(answer) if answer.ready => None,
            Some(answer) => {
                let word = answer.problems.first().map_or("NOT_READY", |p| p.word.as_str());
                let reasons = answer.problems.iter().map(super::command::Problem::reason).collect();
                Some(Rejection::new(word, format!("step `{id}` is not ready")).because(reasons))
            }
            None => Some(Rejection::new("NOT_READY", format!("the plugin of step `{id}` was not asked"))),
        }
    }

    /// Publishes the next version of an artifact.
    pub(super) fn publish(&mut self, name: &str, content: Value) {
        let version = self.snapshot.artifacts.entry(name.to_owned()).or_insert(0);
        *version = version.saturating_add(1);
        let version = *version;
        self.trace.push(Happening::Published { artifact: name.to_owned(), version });
        self.artifacts.push(NewArtifact { name: name.to_owned(), version, content });
    }

    // ---- timers

    /// Resolves a time rule against a base moment.
    pub(super) fn resolve(
        &self,
        rule: &str,
        base: DateTime,
        event: Option<&Event>,
    ) -> Result<crate::calendar::Due, String> {
        let lookup = |expression: &str| {
            let program = crate::cel::Program::compile_unchecked(expression)
                .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
            match self.value(&program, event, &Locals::default())? {
                Value::String(date) => Ok(date),
                other => Err(format!("`{expression}` gives {other}, not a date")),
            }
        };
        let calendar = self.world.calendar;
        let parsed = crate::calendar::TimeRule::parse(rule).map_err(|error| format!("time rule `{rule}`: {error}"))?;
        match parsed.resolve(base, lookup, calendar) {
            Ok(due) => Ok(due),
            Err(RuleError::Calendar(CalendarError::AfterEnd { .. })) if !parsed.repeats() => {
                parsed.provisional(base, calendar).map_err(|error| format!("time rule `{rule}`: {error}"))
            }
            Err(error) => Err(format!("time rule `{rule}`: {error}")),
        }
    }

    /// Sets a timer, replacing one of the same id.
    pub(super) fn set_timer(
        &mut self,
        id: &str,
        rule: &str,
        owner: &str,
        purpose: TimerPurpose,
        event: Option<&Event>,
    ) -> Result<(), String> {
        let base = self.local();
        let due = self.resolve(rule, base, event)?;
        self.stop_timer(id);
        let timer = PendingTimer {
            seq: self.number(),
            due: due.instant,
            civil: due.civil,
            rule: rule.to_owned(),
            base,
            purpose,
            owner: owner.to_owned(),
        };
        self.keep_timer(id, timer);
        Ok(())
    }

    /// Sets a repeating timer; one that has no further moment in the calendar has come to its end.
    pub(super) fn repeat_timer(&mut self, id: &str, rule: &str, owner: &str, purpose: TimerPurpose) {
        if let Err(end) = self.set_timer(id, rule, owner, purpose, None) {
            self.trace.push(Happening::Noted { text: format!("timer `{id}` does not repeat any more: {end}") });
        }
    }

    /// Keeps a timer at its moment; while an instance stands still it does not fall due.
    pub(super) fn keep_timer(&mut self, id: &str, timer: PendingTimer) {
        let held = matches!(self.snapshot.lifecycle, Lifecycle::Paused { .. } | Lifecycle::Blocked { .. });
        if !held || timer.never_pauses() {
            self.timers.push(TimerChange::Set { id: id.to_owned(), timer: timer.clone() });
        }
        self.snapshot.timers.insert(id.to_owned(), timer);
    }

    pub(super) fn stop_timer(&mut self, id: &str) {
        if let Some(timer) = self.snapshot.timers.remove(id) {
            self.timers.push(TimerChange::Cancelled { seq: timer.seq });
        }
    }

    fn stop_timers(&mut self, owner: &str) {
        let ids: Vec<String> =
            self.snapshot.timers.iter().filter(|(_, timer)| timer.owner == owner).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.stop_timer(&id);
        }
    }

    // ---- children

    /// Starts the children of a state that was entered and not left in this macrostep.
    pub(super) fn start_children(&mut self, state: &str, def: &RunDef) -> Result<(), String> {
        let none = Locals::default();
        let elements = match &def.each {
            None => vec![Value::Null],
            Some(each) => match self.value(&each.list, None, &none)? {
                Value::Array(items) => items,
                other => return Err(format!("`{}` gives {other}, not a list", each.list.source())),
            },
        };
        let round = self.number();
        let mut children = Children::default();
        for (position, element) in elements.into_iter().enumerate() {
            let locals = match &def.each {
                Some(each) => none.with(&each.var, element.clone()),
                None => none.clone(),
            };
            let key = self.child_key(def, &element, position, &locals)?;
            let config = self.object(&def.with, None, &locals)?;
            let instance = format!("{}/{state}-{round}/{key}", self.world.origin.instance);
            let parent =
                Parent { instance: self.world.origin.instance.clone(), state: state.to_owned(), key: key.clone() };
            let child = Child { instance: instance.clone(), status: ChildStatus::Running, outcome: Value::Null };
            if children.entries.insert(key.clone(), child).is_some() {
                return Err(format!("two children of `{state}` would have the key `{key}`"));
            }
            self.effects.push(Effect::StartChild {
                instance,
                workflow: def.run.workflow.clone(),
                version: def.run.version.clone(),
                config,
                parent,
            });
        }
        self.snapshot.children.insert(state.to_owned(), children);
        self.join(state);
        Ok(())
    }

    fn child_key(&self, def: &RunDef, element: &Value, position: usize, locals: &Locals) -> Result<String, String> {
        let value = match &def.key {
            Some(program) => self.value(program, None, locals)?,
            None => element.get("id").cloned().unwrap_or(Value::Null),
        };
        Ok(match value {
            Value::String(key) if !key.is_empty() => key,
            Value::Number(number) => number.to_string(),
            _ => (position + 1).to_string(),
        })
    }

    /// Raises `done.child.<state>` once the join holds.
    pub(super) fn join(&mut self, state: &str) {
        let Some(number) = self.world.definition.chart.state(state) else { return };
        let Some(run) = self.world.definition.states.get(number.index()).and_then(|s| s.run.as_ref()) else { return };
        let Some(children) = self.snapshot.children.get_mut(state) else { return };
        let ended = children.entries.values().filter(|c| c.status == ChildStatus::Ended).count();
        let complete = match run.run.join {
            Join::All => ended == children.entries.len(),
            Join::Any => ended >= 1,
            Join::AtLeast(n) => ended >= n as usize,
        };
        if complete && !children.joined {
            children.joined = true;
            let outcomes: Map<String, Value> =
                children.entries.iter().map(|(key, child)| (key.clone(), child.outcome.clone())).collect();
            self.queue.push(Event::internal(format!("done.child.{state}"), Value::Object(outcomes)));
        }
    }

    /// Cancels the running children of a state.
    pub(super) fn cancel_children(&mut self, state: &str, reason: &str) {
        let Some(children) = self.snapshot.children.get_mut(state) else { return };
        for child in children.entries.values_mut().filter(|c| c.status == ChildStatus::Running) {
            child.status = ChildStatus::Cancelled;
            self.effects.push(Effect::CancelChild { instance: child.instance.clone(), reason: reason.to_owned() });
        }
    }

    /// Everything stops: steps close, timers go, children are cancelled, the parent is told.
    pub(super) fn shut_down(&mut self, status: ChildStatus, reason: &str) {
        let open: Vec<String> = self.snapshot.steps.keys().filter(|id| self.is_open(id)).cloned().collect();
        for step in open {
            self.close_step(&step, StepStatus::Closed, Some(reason.to_owned()));
        }
        // Erasure has its moment whatever becomes of the instance.
        let running = self.snapshot.timers.iter().filter(|(_, timer)| !timer.never_pauses());
        let timers: Vec<String> = running.map(|(id, _)| id.clone()).collect();
        for timer in timers {
            self.stop_timer(&timer);
        }
        let states: Vec<String> = self.snapshot.children.keys().cloned().collect();
        for state in states {
            let keep = self.world.definition.chart.state(&state).is_some_and(|number| {
                let run = self.world.definition.states.get(number.index()).and_then(|s| s.run.as_ref());
                run.is_some_and(|run| run.run.keep)
            });
            if !keep {
                self.cancel_children(&state, reason);
            }
        }
        if let Some(parent) = self.world.origin.parent.clone() {
            let outcome = self.snapshot.data.get("outcome").cloned().unwrap_or(Value::Null);
            self.effects.push(Effect::ChildEnded { parent, status, outcome });
        }
    }
}

fn status_word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Open => "open",
        StepStatus::Concluded => "concluded",
        StepStatus::Closed => "closed",
        StepStatus::Skipped => "skipped",
    }
}

pub(super) fn collect_ids(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(id) => into.push(id.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, into)),
        Value::Object(fields) => {
            if let Some(Value::String(id)) = fields.get("id") {
                into.push(id.clone());
            }
        }
        _ => {}
    }
}
