//! Carries a planned migration out: names change, what is new on the states where it stands begins, what is gone ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::asks::calls_for;
use super::super::command::{Actor, Answers};
use super::super::decision::{Answer, ContributionChange, Decision, Happening, Rejection, TaskChange};
use super::super::model::{Object, PendingTimer, Snapshot, StepStatus, TimerPurpose};
use super::super::stepper::notify;
use super::super::turn::{Turn, World};
use super::model::{Before, Migrated};
use super::plan::{Crossing, Fate, Plan, Problems};
use crate::definition::{Definition, Form};

/// Key of the message that a migration changed somebody's tasks.
const NOTICE: &str = "migrated";

/// The decision of a migration.
pub(super) fn carry(
    crossing: &Crossing<'_>,
    actor: &Actor,
    answers: &Answers,
    reason: Option<&str>,
) -> Result<Decision, Rejection> {
    admits(crossing)?;
    let plan = crossing.plan()?;
    let definition = definition(crossing, &plan)?;
    let world = World { definition: &definition, origin: &plan.origin, next: None, ..crossing.world };
    let mut turn = Turn::new(world, actor, answers, renamed(crossing.snapshot, &plan));
    let (from, to) = (crossing.world.origin.version.clone(), plan.origin.version.clone());
    turn.trace.push(Happening::Migrated { from, to });
    if let Some(reason) = reason {
        turn.trace.push(Happening::Noted { text: reason.to_owned() });
    }
    steps(&mut turn, crossing, &plan);
    timers(&mut turn, crossing, &plan);
    begin(&mut turn, crossing, &plan).map_err(|cause| {
        Rejection::new("CANNOT_MIGRATE", format!("what is new where the cycle stands can not begin: {cause}"))
            .because(vec!["BEGINNING".into()])
    })?;
    forms(crossing, &turn, &plan)?;
    tell(&mut turn, reason);
    let before = before(crossing.snapshot, &turn.snapshot, crossing);
    if let Some(migrated) = &mut turn.snapshot.migrated {
        migrated.before = Some(Box::new(before));
    }
    let mut decision = turn.finish(Answer::Accepted);
    decision.origin = Some(Box::new(plan.origin.clone()));
    Ok(decision)
}

fn admits(crossing: &Crossing<'_>) -> Result<(), Rejection> {
    let (origin, target) = (crossing.world.origin, crossing.target);
    if crossing.new.ir.id != origin.workflow {
        let help = format!("this cycle runs `{}`, not `{}`", origin.workflow, crossing.new.ir.id);
        return Err(
            Rejection::new("CANNOT_MIGRATE", help).because(vec![format!("OTHER_WORKFLOW:{}", crossing.new.ir.id)])
        );
    }
    if target.from != origin.definition {
        let help = format!("this cycle goes by {} meanwhile; look at the preview again", origin.version);
        return Err(Rejection::new("CANNOT_MIGRATE", help).because(vec![format!("OTHER_VERSION:{}", origin.version)]));
    }
    Ok(())
}

/// The new definition with the forms that steps keep.
fn definition(crossing: &Crossing<'_>, plan: &Plan) -> Result<Definition, Rejection> {
    let base = Definition::load(crossing.new.ir.clone()).map_err(|errors| {
        let problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Rejection::new("INVALID", format!("the new version can not run: {}", problems.join("; ")))
    })?;
    let earlier: BTreeMap<&str, &str> = plan.steps.iter().map(|(id, fate)| (now(id, fate), id.as_str())).collect();
    let form = |(step, kept): (&String, &super::model::Kept)| {
        let id = earlier.get(step.as_str()).copied().unwrap_or(step);
        crossing.old.form(id, step, &kept.state, &kept.pool)
    };
    let forms: Vec<Form> = plan.kept.iter().filter_map(form).collect();
    Ok(base.keeping(&forms))
}

/// The id of a step after the migration.
fn now<'f>(id: &'f str, fate: &'f Fate) -> &'f str {
    match fate {
        Fate::Stays(to) | Fate::Called(to) => to,
        Fate::Ends | Fate::Past => id,
    }
}

/// The snapshot under the new names; tasks and timers follow on the turn.
fn renamed(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = snapshot.clone();
    after.chart = plan.chart.clone();
    after.data = plan.data.clone();
    let name = |id: &String| plan.steps.get(id).map_or(id.as_str(), |fate| now(id, fate)).to_owned();
    after.steps = snapshot.steps.iter().map(|(id, state)| (name(id), state.clone())).collect();
    after.pools = snapshot.pools.iter().map(|(id, pool)| (name(id), pool.clone())).collect();
    let state = |id: &String| plan.children.get(id).unwrap_or(id).clone();
    after.children = snapshot.children.iter().map(|(id, children)| (state(id), children.clone())).collect();
    let mut migrated = snapshot.migrated.as_deref().cloned().unwrap_or_default();
    migrated.kept = plan.kept.clone();
    migrated.closed_by = None;
    for (id, fate) in &plan.steps {
        let now = now(id, fate);
        if now != id {
            let mut names = migrated.steps.remove(id).unwrap_or_default();
            names.insert(id.clone());
            migrated.steps.entry(now.to_owned()).or_default().extend(names);
        }
    }
    for (id, now) in plan.children.iter().filter(|(id, now)| id != now) {
        for known in migrated.states.values_mut().filter(|known| *known == id) {
            known.clone_from(now);
        }
        migrated.states.insert(id.clone(), now.clone());
    }
    after.migrated = Some(Box::new(migrated));
    after
}

/// Steps that end, tasks that are called otherwise, and the contributions behind them.
fn steps(turn: &mut Turn<'_>, crossing: &Crossing<'_>, plan: &Plan) {
    for (id, fate) in &plan.steps {
        match fate {
            Fate::Ends => turn.close_step(id, StepStatus::Closed, Some(format!("not in {}", plan.origin.version))),
            Fate::Stays(to) => {
                let state = turn.world.definition.step(to).map(|def| def.state.clone()).unwrap_or_default();
                let before = crossing.old.step(id).map(|def| &def.state);
                if let Some(run) = turn.snapshot.steps.get(to).map(|step| step.run)
                    && (to != id || before != Some(&state))
                {
                    turn.tasks.push(TaskChange::Moved { run, step: to.clone(), state });
                }
            }
            Fate::Called(_) | Fate::Past => {}
        }
        let now = now(id, fate);
        if now != id && crossing.snapshot.pools.contains_key(id) {
            turn.contributions.push(ContributionChange::Renamed { from: id.clone(), to: now.to_owned() });
        }
    }
}

/// Running timers go on under their new names with the moment they have; those that nothing knows any more stop.
fn timers(turn: &mut Turn<'_>, crossing: &Crossing<'_>, plan: &Plan) {
    let running: Vec<(String, PendingTimer)> =
        turn.snapshot.timers.iter().map(|(id, timer)| (id.clone(), timer.clone())).collect();
    for (id, timer) in running {
        match timer_now(crossing, plan, &id, &timer) {
            Some((now, changed)) if now != id || changed != timer => {
                turn.snapshot.timers.remove(&id);
                turn.keep_timer(&now, changed);
            }
            Some(_) => {}
            None => turn.stop_timer(&id),
        }
    }
}

/// A running timer as it goes on.
fn timer_now(crossing: &Crossing<'_>, plan: &Plan, id: &str, timer: &PendingTimer) -> Option<(String, PendingTimer)> {
    let step = |step: &str| plan.steps.get(step).map_or(step, |fate| now(step, fate)).to_owned();
    let mut after = timer.clone();
    match &mut after.purpose {
        TimerPurpose::Remind { step: of } | TimerPurpose::Escalate { step: of, .. } => {
            let called = step(of);
            let rest = id.strip_prefix(of.as_str()).unwrap_or_default().to_owned();
            after.owner = format!("step:{called}");
            of.clone_from(&called);
            return Some((format!("{called}{rest}"), after));
        }
        TimerPurpose::Erase { pool, .. } => {
            let called = step(pool);
            let now = id.replacen(&format!(".{pool}."), &format!(".{called}."), 1);
            *pool = called;
            return Some((now, after));
        }
        TimerPurpose::HandOver => return Some((id.to_owned(), after)),
        TimerPurpose::Event { .. } if timer.owner == "send" => return Some((id.to_owned(), after)),
        TimerPurpose::Event { .. } => {}
    }
    let (now, owner) = state_timer(crossing, plan, id, &timer.owner)?;
    let rule = crossing.new.timers.get(&now)?;
    if let TimerPurpose::Event { name, repeat, .. } = &mut after.purpose {
        *name = format!("timer.{now}");
        // The next moment stays; from then on it repeats as the new version says.
        if *repeat && rule.repeat {
            after.rule.clone_from(&rule.rule);
        }
        *repeat = rule.repeat;
    }
    after.owner = owner;
    Some((now, after))
}

/// The timer of the new version that takes the place of a state's timer, with its state: of the same id, or where the
/// id was made from the name of the state.
fn state_timer(crossing: &Crossing<'_>, plan: &Plan, id: &str, owner: &str) -> Option<(String, String)> {
    let places = plan.active.iter().filter_map(|state| {
        let number = crossing.new.chart.state(state)?;
        Some((state, &crossing.new.states.get(number.index())?.timers))
    });
    let rest = id.strip_prefix(owner).filter(|rest| rest.starts_with('.'));
    for (state, timers) in places {
        let called = match rest {
            Some(rest) if plan.came.get(state).is_some_and(|old| old == owner) => format!("{state}{rest}"),
            _ => id.to_owned(),
        };
        if timers.contains(&called) {
            return Some((called, state.clone()));
        }
    }
    None
}

/// What hangs on the states where it stands and was not there before begins now: steps, timers, children.
fn begin(turn: &mut Turn<'_>, crossing: &Crossing<'_>, plan: &Plan) -> Result<(), String> {
    let definition = turn.world.definition;
    for state in &plan.active {
        let Some(number) = definition.chart.state(state) else { continue };
        let Some(new) = definition.states.get(number.index()) else { continue };
        let old = plan.came.get(state).and_then(|id| crossing.old.chart.state(id));
        let old = old.and_then(|number| crossing.old.states.get(number.index()));
        let known: BTreeSet<&str> = old
            .into_iter()
            .flat_map(|old| &old.steps)
            .map(|id| plan.steps.get(id).map_or(id.as_str(), |fate| now(id, fate)))
            .collect();
        for step in new.steps.iter().filter(|step| !known.contains(step.as_str())) {
            if let Some(def) = definition.opening(step).filter(|_| !turn.is_open(step)) {
                turn.open_step(def)?;
            }
        }
        let from = plan.came.get(state);
        let known: BTreeSet<String> = old
            .into_iter()
            .flat_map(|old| &old.timers)
            .filter_map(|id| Some(state_timer(crossing, plan, id, from?)?.0))
            .collect();
        for timer in new.timers.iter().filter(|timer| !known.contains(*timer)) {
            set(turn, timer, state)?;
        }
        if let (Some(run), None) = (&new.run, old.and_then(|old| old.run.as_ref())) {
            turn.start_children(state, run)?;
        }
    }
    Ok(())
}

/// Sets a timer of a state as its entry does.
fn set(turn: &mut Turn<'_>, timer: &str, state: &str) -> Result<(), String> {
    let Some(timer) = turn.world.definition.timers.get(timer) else { return Ok(()) };
    let purpose = TimerPurpose::Event { name: format!("timer.{}", timer.id), data: Value::Null, repeat: timer.repeat };
    if timer.repeat {
        turn.repeat_timer(&timer.id, &timer.rule, state, purpose);
        return Ok(());
    }
    turn.set_timer(&timer.id, &timer.rule, state, purpose, None)
}

/// A step that stays open must still be able to read what its form reads.
fn forms(crossing: &Crossing<'_>, turn: &Turn<'_>, plan: &Plan) -> Result<(), Rejection> {
    let mut problems = Problems::default();
    let none = Answers::default();
    for (id, fate) in &plan.steps {
        let Fate::Stays(to) = fate else { continue };
        let before = calls_for(crossing.world, crossing.snapshot, id, &none);
        if let (Ok(_), Err(cause)) = (before, calls_for(turn.world, &turn.snapshot, to, &none)) {
            let help = format!(
                "step `{id}` is open and keeps its form, which reads what is not there any more ({cause}); keep it under its name, or wait until the step closes"
            );
            problems.add("FORM", id, help);
        }
    }
    problems.rejection()
}

/// Those whose tasks end or begin hear of it; where nothing changes for people, nobody is disturbed.
fn tell(turn: &mut Turn<'_>, reason: Option<&str>) {
    let mut roles = BTreeSet::new();
    for happening in &turn.trace {
        if let Happening::Opened { step } | Happening::Closed { step, .. } = happening
            && let Some(def) = turn.world.definition.step(step)
        {
            roles.extend(def.step.roles.iter().cloned());
        }
    }
    send(turn, roles, reason);
}

/// The message that tasks changed.
pub(super) fn send(turn: &mut Turn<'_>, roles: BTreeSet<String>, reason: Option<&str>) {
    if roles.is_empty() {
        return;
    }
    let data = json!({"version": turn.world.origin.version, "reason": reason.unwrap_or_default()});
    notify(turn, roles.into_iter().collect(), Vec::new(), NOTICE, data.as_object().unwrap_or(&Map::new()));
}

/// What is otherwise now, as it was.
fn before(old: &Snapshot, new: &Snapshot, crossing: &Crossing<'_>) -> Before {
    let plain = |snapshot: &Snapshot| match serde_json::to_value(snapshot) {
        Ok(Value::Object(sections)) => sections,
        _ => Object::new(),
    };
    let (old_sections, new_sections) = (plain(old), plain(new));
    let mut sections = Object::new();
    for (name, was) in &old_sections {
        let is = new_sections.get(name).unwrap_or(&Value::Null);
        if was == is || ["revision", "counter", "migrated"].contains(&name.as_str()) {
            continue;
        }
        let kept = match (name.as_str(), was, is) {
            ("steps" | "pools" | "timers" | "children", Value::Object(was), Value::Object(is)) => {
                Value::Object(entries(was, is))
            }
            _ => was.clone(),
        };
        sections.insert(name.clone(), kept);
    }
    Before { origin: crossing.world.origin.clone(), sections, migrated: old.migrated.clone().map(without_way_back) }
}

/// Of two maps the entries that differ, as they were; null where there was none.
fn entries(was: &Object, is: &Object) -> Object {
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let differs = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
    differs.map(|key| (key.clone(), was.get(key).cloned().unwrap_or(Value::Null))).collect()
}

/// One way back at a time: what was before the migration before has become history.
fn without_way_back(mut migrated: Box<Migrated>) -> Box<Migrated> {
    if migrated.before.take().is_some() {
        migrated.closed_by = Some("migrate".into());
    }
    migrated
}
