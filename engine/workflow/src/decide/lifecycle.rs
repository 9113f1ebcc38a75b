//! What each command does: lifecycle, steps, events, timers, children, repairs.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::command::Command;
use super::contribute::{self, Handed};
use super::decision::{Answer, Happening, Rejection, TaskChange, TimerChange, Whose};
use super::macrostep::{self, Broken};
use super::migrate;
use super::model::{ChildStatus, Incident, Lifecycle, PendingTimer, StepStatus, TimerPurpose};
use super::moved::{self, Moved, What};
use super::stepper;
use super::turn::{Event, Turn};
use super::{MAX_TEXT, Stop, erase, send};
use crate::ir::{Concluding, RESERVED_EVENTS};

/// Whether the lifecycle and the actor's role let the command through at all.
pub(super) fn admits(turn: &Turn<'_>, command: &Command) -> Result<(), Rejection> {
    texts_within_bounds(command)?;
    if needs_leader(command) && !turn.leads() {
        return Err(Rejection::new("NOT_ALLOWED", "this is for the director or the coach of the cycle"));
    }
    if needs_engine(command) && !turn.actor.is_system() {
        return Err(Rejection::new("NOT_ALLOWED", "only the engine sends this"));
    }
    if let Command::Timer { id, .. } = command
        && turn.snapshot.timers.get(id).is_some_and(PendingTimer::never_pauses)
    {
        return Ok(());
    }
    // What people handed in may go whatever became of the cycle.
    if matches!(command, Command::Erase { .. }) {
        return Ok(());
    }
    match &turn.snapshot.lifecycle {
        Lifecycle::Active => Ok(()),
        Lifecycle::Paused { reason, .. } => match command {
            Command::Resume
            | Command::Cancel { .. }
            | Command::Note { .. }
            | Command::Recalendar
            | Command::Reschedule { .. }
            | Command::Attendance { .. }
            | Command::Settle { .. } => Ok(()),
            _ => Err(Rejection::new("PAUSED", format!("the cycle is paused ({reason}); resume it first"))),
        },
        Lifecycle::Blocked { reason } => match command {
            Command::Settle { .. }
            | Command::Cancel { .. }
            | Command::Note { .. }
            | Command::Move { .. }
            | Command::Recalendar
            | Command::Attendance { .. } => Ok(()),
            _ => Err(Rejection::new("BLOCKED", format!("the cycle waits for a repair ({reason}); retry or move it"))),
        },
        Lifecycle::Cancelled { .. } | Lifecycle::Ended => match command {
            Command::Note { .. } => Ok(()),
            _ => Err(Rejection::new("CLOSED", "this cycle is over; its results stay readable")),
        },
    }
}

fn needs_leader(command: &Command) -> bool {
    matches!(
        command,
        Command::Skip { .. }
            | Command::Pause { .. }
            | Command::Resume
            | Command::Cancel { .. }
            | Command::Reschedule { .. }
            | Command::Move { .. }
            | Command::Attendance { .. }
            | Command::Settle { .. }
            | Command::Migrate { .. }
            | Command::Unmigrate { .. }
    )
}

fn needs_engine(command: &Command) -> bool {
    matches!(command, Command::Timer { .. } | Command::ChildEnded { .. } | Command::Break { .. })
}

fn texts_within_bounds(command: &Command) -> Result<(), Rejection> {
    let (name, text) = match command {
        Command::Skip { reason, .. }
        | Command::Pause { reason }
        | Command::Cancel { reason }
        | Command::Reschedule { reason, .. }
        | Command::Erase { reason, .. }
        | Command::Move { reason, .. } => ("reason", reason),
        Command::Note { text } => ("note", text),
        Command::Migrate { reason: Some(reason), .. } | Command::Unmigrate { reason: Some(reason) } => {
            ("reason", reason)
        }
        _ => return Ok(()),
    };
    if text.trim().is_empty() {
        return Err(Rejection::new("INVALID", format!("a {name} is needed")).because(vec!["REASON".into()]));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Rejection::new("INVALID", format!("the {name} is longer than {MAX_TEXT} characters")));
    }
    Ok(())
}

/// Carries a command out on the working copy.
pub(super) fn apply(turn: &mut Turn<'_>, command: &Command) -> Result<Answer, Stop> {
    match command {
        Command::Start { .. } => {
            macrostep::begin(turn)?;
            turn.hand_over().map_err(Broken)?;
        }
        Command::Contribute { step, id, participant, group, revision, .. } => {
            let handed = Handed { step, id, participant, group: group.as_ref(), revision: *revision };
            let answer = contribute::hand_in(turn, &handed)?;
            conclude_when_ready(turn, step)?;
            return Ok(answer);
        }
        Command::Withdraw { step, id, participant } => {
            return Ok(contribute::withdraw(turn, step, id, participant)?);
        }
        Command::Erase { participant, step, id, .. } => {
            let whose = Whose { participant: participant.clone(), id: id.clone() };
            return Ok(erase::of_participant(turn, &whose, step.as_deref())?);
        }
        Command::Admit { step, id } => return Ok(contribute::admit(turn, step, id)?),
        Command::Conclude { step } => conclude(turn, step)?,
        Command::Skip { step, reason } => skip(turn, step, reason)?,
        Command::Send { event, data, reason } => return person_event(turn, event, data, reason.as_ref()),
        Command::Timer { id, seq } => fire(turn, id, *seq)?,
        Command::ChildEnded { state, key, status, outcome } => child_ended(turn, state, key, *status, outcome)?,
        Command::Pause { reason } => pause(turn, reason),
        Command::Resume => resume(turn)?,
        Command::Cancel { reason } => cancel(turn, reason),
        Command::Reschedule { target, to, reason } => reschedule(turn, target, *to, reason)?,
        Command::Move { to, reason } => shift(turn, to, reason)?,
        Command::Note { text } => turn.trace.push(Happening::Noted { text: text.clone() }),
        Command::Break { step, cause } => break_down(turn, step.as_deref(), cause),
        Command::Settle { incident, given_up } => settle(turn, incident, given_up.as_deref())?,
        Command::Attendance { person, present } => turn.attend(person, *present).map_err(Broken)?,
        Command::Recalendar => {
            recalendar(turn)?;
            turn.hand_over().map_err(Broken)?;
            conclude_all_ready(turn)?;
        }
        Command::Migrate { .. } | Command::Unmigrate { .. } => return Err(migrate::no_way(turn, command).into()),
    }
    Ok(Answer::Accepted)
}

fn conclude_when_ready(turn: &mut Turn<'_>, step: &str) -> Result<(), Stop> {
    let automatic = turn.world.definition.step(step).is_some_and(|s| s.step.conclude == Concluding::WhenReady);
    let ready = turn.answers.concluded.get(step).is_some_and(|answer| answer.ready);
    if automatic && ready && turn.is_open(step) {
        conclude_now(turn, step)?;
    }
    Ok(())
}

/// Of fewer people an answer is expected now: what waits for nobody any more concludes, unless the cycle stands still.
fn conclude_all_ready(turn: &mut Turn<'_>) -> Result<(), Stop> {
    if turn.snapshot.lifecycle != Lifecycle::Active {
        return Ok(());
    }
    let ready: Vec<String> = turn.answers.concluded.keys().cloned().collect();
    ready.iter().try_for_each(|step| conclude_when_ready(turn, step))
}

fn conclude(turn: &mut Turn<'_>, step: &str) -> Result<(), Stop> {
    let def = turn.step(step)?;
    if !turn.actor.is_system() && !def.step.roles.iter().any(|role| turn.holds(role)) && !turn.leads() {
        return Err(Rejection::new("NOT_ALLOWED", "only who leads the step may conclude it").into());
    }
    if !turn.is_open(step) {
        return Err(Rejection::new("CLOSED", format!("step `{step}` is not open")).into());
    }
    if let Some(refusal) = turn.conclusion_refusal(step) {
        return Err(refusal.into());
    }
    conclude_now(turn, step)
}

fn conclude_now(turn: &mut Turn<'_>, step: &str) -> Result<(), Stop> {
    let outcome = turn.answers.concluded.get(step).and_then(|answer| answer.event.clone());
    let result = turn.answers.concluded.get(step).map_or(Value::Null, |answer| answer.result.clone());
    turn.conclude_step(step);
    let data = json!({"outcome": outcome, "result": result});
    macrostep::deliver(turn, Event::internal(format!("done.step.{step}"), data))?;
    Ok(())
}

/// R25: a step may be left out with a reason, unless it or its state is mandatory.
fn skip(turn: &mut Turn<'_>, step: &str, reason: &str) -> Result<(), Stop> {
    let def = turn.step(step)?;
    let definition = turn.world.definition;
    let mandatory_state = definition.ir.all_states().into_iter().any(|state| state.id == def.state && state.mandatory);
    if def.step.mandatory || mandatory_state {
        let help = format!("step `{step}` may not be skipped: the workflow marks it as mandatory");
        return Err(Rejection::new("NOT_ALLOWED", help).into());
    }
    if !turn.is_open(step) {
        return Err(Rejection::new("CLOSED", format!("step `{step}` is not open")).into());
    }
    turn.close_step(step, StepStatus::Skipped, Some(reason.to_owned()));
    macrostep::deliver(turn, Event::internal(format!("done.step.{step}"), json!({"outcome": "skipped"})))?;
    Ok(())
}

fn person_event(turn: &mut Turn<'_>, event: &str, data: &Value, reason: Option<&String>) -> Result<Answer, Stop> {
    let by_person = !turn.actor.is_system();
    if by_person && RESERVED_EVENTS.iter().any(|prefix| event.starts_with(prefix)) {
        return Err(Rejection::new("NOT_ALLOWED", format!("`{event}` is sent by the engine only")).into());
    }
    let event = Event { name: event.to_owned(), data: data.clone(), reason: reason.cloned(), by_person };
    send(turn, event)
}

// ---- timers

fn fire(turn: &mut Turn<'_>, id: &str, seq: u64) -> Result<(), Stop> {
    let Some(timer) = turn.snapshot.timers.get(id).filter(|timer| timer.seq == seq).cloned() else {
        return Err(Rejection::new("NOT_ENABLED", format!("timer `{id}` is no longer set")).into());
    };
    if timer.due > turn.world.now {
        return Err(Rejection::new("NOT_READY", format!("timer `{id}` is due {}", timer.civil)).into());
    }
    turn.snapshot.timers.remove(id);
    turn.timers.push(TimerChange::Fired { seq });
    let late_seconds = turn.world.now.duration_since(timer.due).as_secs();
    turn.trace.push(Happening::Fired { timer: id.to_owned(), late_seconds });
    match timer.purpose {
        TimerPurpose::Event { name, data, repeat } => {
            if repeat {
                let purpose = TimerPurpose::Event { name: name.clone(), data: data.clone(), repeat };
                turn.repeat_timer(id, &timer.rule, &timer.owner, purpose);
            }
            macrostep::deliver(turn, Event::internal(name, data))?;
        }
        TimerPurpose::Remind { step } => {
            let all = turn.step(&step).map(|def| def.step.roles.clone()).unwrap_or_default();
            let (roles, persons) = turn.to_remind(&step).map_or((all, Vec::new()), |persons| (Vec::new(), persons));
            let about = about(turn, &step);
            if !(roles.is_empty() && persons.is_empty()) {
                stepper::notify(turn, roles, persons, "remind", &about);
            }
        }
        TimerPurpose::HandOver => {
            turn.hand_over().map_err(Broken)?;
            conclude_all_ready(turn)?;
        }
        TimerPurpose::Erase { pool, until } => erase::expire(turn, &pool, until),
        TimerPurpose::Escalate { step, roles } => {
            let about = about(turn, &step);
            stepper::notify(turn, roles, Vec::new(), "escalate", &about);
        }
    }
    Ok(())
}

/// What a message about a step can name: its id, and its title.
fn about(turn: &Turn<'_>, step: &str) -> Map<String, Value> {
    let key = format!("step.{step}");
    let title = turn.world.definition.ir.text("nl", &key);
    Map::from_iter([("step".to_owned(), Value::from(step)), ("title".to_owned(), Value::from(title))])
}

fn reschedule(turn: &mut Turn<'_>, target: &str, to: DateTime, reason: &str) -> Result<(), Stop> {
    let instant = turn.world.calendar.instant(to).map_err(|error| Rejection::new("INVALID", error.to_string()))?;
    if instant < turn.world.now {
        return Err(Rejection::new("INVALID", format!("{to} has passed; choose a moment to come")).into());
    }
    turn.trace.push(Happening::Noted { text: reason.to_owned() });
    if let Some(timer) = turn.snapshot.timers.get(target).cloned() {
        let from = Some(timer.civil);
        let moved = PendingTimer { due: instant, civil: to, rule: to.to_string(), ..timer };
        turn.keep_timer(target, moved);
        turn.trace.push(Happening::Redated { target: target.to_owned(), from, to });
        return Ok(());
    }
    let Some(state) = turn.snapshot.steps.get_mut(target).filter(|s| s.status == StepStatus::Open) else {
        let timers: Vec<&str> = turn.snapshot.timers.keys().map(String::as_str).collect();
        let help = format!("there is no timer or open step `{target}`; timers: {}", timers.join(", "));
        return Err(Rejection::new("INVALID", help).into());
    };
    let (from, run) = (state.due.replace(to), state.run);
    turn.tasks.push(TaskChange::Due { run, due: instant });
    turn.trace.push(Happening::Redated { target: target.to_owned(), from, to });
    Ok(())
}

/// Open timers are dated anew from the moment they counted from; what is no longer to come fires at once.
fn recalendar(turn: &mut Turn<'_>) -> Result<(), Stop> {
    let mut moved = Vec::new();
    let dated = turn.snapshot.timers.iter().filter(|(_, timer)| timer.purpose != TimerPurpose::HandOver);
    let timers: Vec<_> = dated.map(|(id, timer)| (id.clone(), timer.clone())).collect();
    for (id, timer) in timers {
        let due = turn.resolve(&timer.rule, timer.base, None).map_err(Broken)?;
        if due.civil != timer.civil || due.instant != timer.due {
            turn.trace.push(Happening::Redated { target: id.clone(), from: Some(timer.civil), to: due.civil });
            if matches!(timer.purpose, TimerPurpose::Event { repeat: false, .. }) {
                moved.push(Moved { what: What::Timer(id.clone()), from: timer.civil, to: due.civil });
            }
            turn.keep_timer(&id, PendingTimer { due: due.instant, civil: due.civil, ..timer });
        }
    }
    let open: Vec<(String, u64, DateTime, DateTime)> = turn
        .snapshot
        .steps
        .iter()
        .filter(|(_, s)| s.status == StepStatus::Open)
        .filter_map(|(id, s)| Some((id.clone(), s.run, s.due?, turn.world.calendar.local(s.opened_at))))
        .collect();
    for (id, run, before, opened) in open {
        let Some(rule) = turn.world.definition.step(&id).and_then(|def| def.step.due.clone()) else { continue };
        let due = turn.resolve(&rule, opened, None).map_err(Broken)?;
        if due.civil != before {
            if let Some(state) = turn.snapshot.steps.get_mut(&id) {
                state.due = Some(due.civil);
            }
            turn.tasks.push(TaskChange::Due { run, due: due.instant });
            turn.trace.push(Happening::Redated { target: id.clone(), from: Some(before), to: due.civil });
            moved.push(Moved { what: What::Step(id), from: before, to: due.civil });
        }
    }
    moved::tell(turn, &moved).map_err(Broken)?;
    Ok(())
}

// ---- children

fn child_ended(turn: &mut Turn<'_>, state: &str, key: &str, status: ChildStatus, outcome: &Value) -> Result<(), Stop> {
    let state = &migrate::present_name(turn, state);
    let child = turn.snapshot.children.get_mut(state).and_then(|children| children.entries.get_mut(key));
    let Some(child) = child.filter(|child| child.status == ChildStatus::Running) else {
        return Err(Rejection::new("NOT_ENABLED", format!("there is no running child `{key}` of `{state}`")).into());
    };
    child.status = status;
    child.outcome.clone_from(outcome);
    let data = json!({"state": state, "key": key, "outcome": outcome});
    let name = if status == ChildStatus::Ended { "child.ended" } else { "child.failed" };
    let taken = macrostep::deliver(turn, Event::internal(format!("{name}.{state}"), data))?;
    if status == ChildStatus::Failed && matches!(taken, macrostep::Outcome::Refused(_)) {
        break_down(turn, None, &format!("the child `{key}` of `{state}` failed: {outcome}"));
    }
    turn.join(state);
    macrostep::drain_queue(turn)?;
    Ok(())
}

// ---- lifecycle

fn pause(turn: &mut Turn<'_>, reason: &str) {
    let since = turn.world.now;
    hold_timers(turn);
    turn.snapshot.lifecycle = Lifecycle::Paused { reason: reason.to_owned(), since };
}

/// Timers go on where they stood: they are due later by the time of the pause, on a school day at the same hour.
fn resume(turn: &mut Turn<'_>) -> Result<(), Stop> {
    let Lifecycle::Paused { since, .. } = turn.snapshot.lifecycle.clone() else {
        return Err(Rejection::new("NOT_READY", "the cycle is not paused").into());
    };
    turn.snapshot.lifecycle = Lifecycle::Active;
    let timers: Vec<_> = turn.snapshot.timers.iter().map(|(id, t)| (id.clone(), t.clone())).collect();
    let calendar = turn.world.calendar;
    for (id, mut timer) in timers.into_iter().filter(|(_, timer)| !timer.never_pauses()) {
        let counted = timer.civil == turn.resolve(&timer.rule, timer.base, None).map_or(timer.civil, |d| d.civil);
        let moved = calendar
            .shift_by_pause(timer.civil, calendar.local(since), turn.local())
            .map_err(|error| Broken(error.to_string()))?;
        if counted && moved != timer.civil {
            turn.trace.push(Happening::Redated { target: id.clone(), from: Some(timer.civil), to: moved });
            timer.due = calendar.instant(moved).map_err(|error| Broken(error.to_string()))?;
            timer.civil = moved;
        }
        turn.keep_timer(&id, timer);
    }
    turn.hand_over().map_err(Broken)?;
    Ok(())
}

fn cancel(turn: &mut Turn<'_>, reason: &str) {
    turn.shut_down(ChildStatus::Cancelled, reason);
    turn.snapshot.lifecycle = Lifecycle::Cancelled { reason: reason.to_owned() };
}

/// Puts the instance in other states without guards; entry and exit happen as always.
fn shift(turn: &mut Turn<'_>, to: &[String], reason: &str) -> Result<(), Stop> {
    turn.trace.push(Happening::Noted { text: reason.to_owned() });
    macrostep::relocate(turn, to)?;
    if matches!(turn.snapshot.lifecycle, Lifecycle::Blocked { .. }) {
        unblock(turn);
        turn.snapshot.incidents.clear();
    }
    Ok(())
}

// ---- incidents

/// Records that something broke. A broken step leaves all else running; a broken chart blocks the instance.
pub(super) fn break_down(turn: &mut Turn<'_>, step: Option<&str>, cause: &str) {
    let existing = turn
        .snapshot
        .incidents
        .iter_mut()
        .find(|(_, incident)| incident.step.as_deref() == step && incident.cause == cause);
    let id = if let Some((id, incident)) = existing {
        incident.attempts = incident.attempts.saturating_add(1);
        id.clone()
    } else {
        let id = format!("i{}", turn.number());
        let incident =
            Incident { step: step.map(str::to_owned), cause: cause.to_owned(), at: turn.world.now, attempts: 1 };
        turn.snapshot.incidents.insert(id.clone(), incident);
        id
    };
    turn.trace.push(Happening::Broke { incident: id, cause: cause.to_owned() });
    if step.is_none() {
        hold_timers(turn);
        turn.snapshot.lifecycle = Lifecycle::Blocked { reason: cause.to_owned() };
    }
}

/// While an instance takes nothing, nothing of it falls due.
fn hold_timers(turn: &mut Turn<'_>) {
    if turn.snapshot.lifecycle == Lifecycle::Active {
        let held = turn.snapshot.timers.values().filter(|timer| !timer.never_pauses());
        turn.timers.extend(held.map(|timer| TimerChange::Cancelled { seq: timer.seq }));
    }
}

/// Goes on where it stood; what fell due meanwhile fires late.
fn unblock(turn: &mut Turn<'_>) {
    turn.snapshot.lifecycle = Lifecycle::Active;
    let held: Vec<_> = turn.snapshot.timers.iter().filter(|(_, timer)| !timer.never_pauses()).collect();
    let held = held.into_iter().map(|(id, timer)| TimerChange::Set { id: id.clone(), timer: timer.clone() });
    turn.timers.extend(held);
}

fn settle(turn: &mut Turn<'_>, incident: &str, given_up: Option<&str>) -> Result<(), Stop> {
    let Some(settled) = turn.snapshot.incidents.remove(incident) else {
        return Err(Rejection::new("INVALID", format!("there is no open incident `{incident}`")).into());
    };
    let text = given_up.map_or_else(|| format!("retried: {}", settled.cause), |why| format!("given up: {why}"));
    turn.trace.push(Happening::Noted { text });
    let still_broken = turn.snapshot.incidents.values().any(|incident| incident.step.is_none());
    if matches!(turn.snapshot.lifecycle, Lifecycle::Blocked { .. }) && !still_broken {
        unblock(turn);
    }
    Ok(())
}
