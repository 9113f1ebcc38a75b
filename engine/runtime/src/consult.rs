//! Asking plugins: what they are told, and what their answers mean to the core.

use std::collections::BTreeMap;
use std::sync::Arc;

use draaiboek_plugin_host as host;
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::{
    Actor, Answers, Ask, Checked, Command, Conclusion, Problem, StepStatus, acts_for, asks, calls_for,
    plugin_of as pinned_to, roles_in,
};
use draaiboek_workflow::ir::Identity;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::error::EngineError;
use crate::live::Live;

/// A contribution on its way in.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub participant: String,
    pub roles: Vec<String>,
    pub group: Option<String>,
    pub payload: Value,
}

/// What plugins said, and what broke on the way.
#[derive(Debug, Default)]
pub(crate) struct Consulted {
    pub answers: Answers,
    /// The normalised value of the contribution.
    pub value: Option<Value>,
    /// Remarks for the contributor.
    pub warnings: Vec<host::Warning>,
    /// Steps whose plugin broke while it was asked to conclude.
    pub broken: Vec<(String, String)>,
}

/// Asks everything a command needs.
///
/// # Errors
/// The plugin's own refusal of a contribution, or its failure while checking one.
pub(crate) fn consult(
    library: &host::Library,
    live: &Live,
    command: &Command,
    incoming: Option<&Incoming>,
    now: Timestamp,
) -> Result<Consulted, EngineError> {
    let mut consulted = Consulted::default();
    let Some(snapshot) = &live.snapshot else { return Ok(consulted) };
    match (command, incoming) {
        (Command::Withdraw { step, id, .. } | Command::Admit { step, id }, _) => {
            consulted.answers.same_id = live.pool_of(step).and_then(|pool| pool.same_id(id, None));
        }
        (Command::Contribute { step, id, .. }, Some(incoming)) => {
            check(library, live, step, id, incoming, now, &mut consulted)?;
        }
        _ => {}
    }
    let wanted = asks(live.world(now), snapshot, command).into_iter().filter_map(|ask| match ask {
        Ask::Conclude(step) => Some(step),
        Ask::Check(_) => None,
    });
    // Steps that read what others say come after them.
    let (readers, others): (Vec<_>, Vec<_>) = wanted.partition(|step| reads_steps(live, step));
    for step in others.into_iter().chain(readers) {
        match conclude(library, live, &step, now, consulted.value.as_ref().zip(incoming), &consulted.answers) {
            Ok(conclusion) => {
                consulted.answers.concluded.insert(step, conclusion);
            }
            Err(EngineError::Incident { step, cause, .. }) => consulted.broken.push((step, cause)),
            Err(other) => return Err(other),
        }
    }
    Ok(consulted)
}

fn check(
    library: &host::Library,
    live: &Live,
    step: &str,
    id: &str,
    incoming: &Incoming,
    now: Timestamp,
    consulted: &mut Consulted,
) -> Result<(), EngineError> {
    let (plugin, identity) = plugin_of(library, live, step)?;
    let pool = live.pool_of(step);
    let entry = incoming.payload.as_object().and_then(|fields| fields.keys().next());
    let stateful = plugin
        .manifest()
        .kinds
        .iter()
        .flat_map(|kind| &kind.entries)
        .any(|known| Some(&known.name) == entry && known.needs_contributions);
    let mut context = context(live, step, now, &others(library, live, step, now)?)?;
    context.actor = Some(host::Actor {
        participant: incoming.participant.clone(),
        roles: incoming.roles.clone(),
        group: incoming.group.clone(),
    });
    if stateful {
        context.contributions = Some(pool.map(|pool| pool.in_force(identity, &live.calendar)).unwrap_or_default());
    }
    let input = host::CheckInput {
        participant: incoming.participant.clone(),
        roles: incoming.roles.clone(),
        group: incoming.group.clone(),
        at: if identity == Identity::Anonymous { context.today.clone() } else { context.now.clone() },
        payload: incoming.payload.clone(),
    };
    let answer = plugin.check(&context, &input).map_err(|error| EngineError::of_call(step, &error))?.output;
    if let Some(pool) = pool {
        consulted.answers.same_id = pool.same_id(id, Some(&answer.value));
        consulted.answers.same_slot =
            pool.same_slot(&incoming.participant, &answer.entry, &answer.slot, answer.shared, &answer.value);
    }
    consulted.answers.checked = Some(Checked { entry: answer.entry, slot: answer.slot, shared: answer.shared });
    consulted.value = Some(answer.value);
    consulted.warnings = answer.warnings;
    Ok(())
}

fn reads_steps(live: &Live, step: &str) -> bool {
    live.definition.step(step).is_some_and(|def| def.reads_steps)
}

/// What the other open steps say, for a step whose configuration reads them.
///
/// # Errors
/// A plugin that breaks.
pub(crate) fn others(library: &host::Library, live: &Live, step: &str, now: Timestamp) -> Result<Answers, EngineError> {
    let mut answers = Answers::default();
    if reads_steps(live, step) {
        let open = live.snapshot()?.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
        for (other, _) in open.filter(|(other, _)| *other != step && !reads_steps(live, other)) {
            let said = conclude(library, live, other, now, None, &Answers::default())?;
            answers.concluded.insert(other.clone(), said);
        }
    }
    Ok(answers)
}

/// Asks a step's plugin to conclude, counting in a contribution that is about to be accepted.
pub(crate) fn conclude(
    library: &host::Library,
    live: &Live,
    step: &str,
    now: Timestamp,
    candidate: Option<(&Value, &Incoming)>,
    answers: &Answers,
) -> Result<Conclusion, EngineError> {
    let (plugin, identity) = plugin_of(library, live, step)?;
    let context = context(live, step, now, answers)?;
    let mut contributions = effective(live, step, identity);
    if let (Some((value, incoming)), Some(checked)) = (candidate, &answers.checked) {
        if let Some(earlier) = &answers.same_slot {
            contributions.retain(|known| known.id != earlier.id);
        }
        contributions.push(host::Contribution {
            id: "candidate".into(),
            seq: contributions.last().map_or(1, |last| last.seq.saturating_add(1)),
            entry: checked.entry.clone(),
            slot: checked.slot.clone(),
            value: value.clone(),
            participant: incoming.participant.clone(),
            roles: incoming.roles.clone(),
            group: incoming.group.clone(),
            at: context.now.clone(),
            admitted_late: false,
        });
    }
    match plugin.conclude(&context, &contributions) {
        Ok(called) => {
            let answer = called.output;
            let problems: Vec<Problem> =
                answer.problems.into_iter().map(|problem| Problem { word: problem.word, args: problem.args }).collect();
            Ok(Conclusion {
                ready: answer.ready && problems.is_empty(),
                result: answer.result,
                artifacts: answer.artifacts.into_iter().map(|a| (a.name, a.content)).collect(),
                event: answer.event,
                problems,
            })
        }
        Err(error) => match error.refusal() {
            Some(refused) => Ok(Conclusion {
                problems: refused
                    .iter()
                    .map(|problem| Problem { word: problem.word.clone(), args: problem.args.clone() })
                    .collect(),
                ..Conclusion::default()
            }),
            None => Err(EngineError::of_call(step, &error)),
        },
    }
}

/// The projections of a step, per audience, as its plugin makes them.
pub(crate) fn summarise(
    library: &host::Library,
    live: &Live,
    step: &str,
    reader: Option<&Actor>,
    now: Timestamp,
) -> Result<BTreeMap<String, Value>, EngineError> {
    let (plugin, identity) = plugin_of(library, live, step)?;
    let mut context = context(live, step, now, &others(library, live, step, now)?)?;
    context.actor = reader.map(|reader| reading(live, step, identity, reader, now)).transpose()?;
    let summary = plugin
        .summarise(&context, &effective(live, step, identity))
        .map_err(|error| EngineError::of_call(step, &error))?;
    Ok(summary.output.projections.into_iter().collect())
}

/// The reader as the contributions of the step name people; nobody in an anonymous step.
fn reading(
    live: &Live,
    step: &str,
    identity: Identity,
    reader: &Actor,
    now: Timestamp,
) -> Result<host::Actor, EngineError> {
    let whom = acts_for(live.world(now), live.snapshot()?, reader, step);
    let person = whom.or_else(|| reader.on_behalf_of.clone()).or_else(|| reader.person.clone()).unwrap_or_default();
    let participant =
        live.pool_of(step).and_then(|pool| pool.name_of(&person, identity)).unwrap_or_else(|| match identity {
            Identity::Named => person,
            Identity::Pseudonymous | Identity::Anonymous => String::new(),
        });
    Ok(host::Actor { participant, roles: roles_in(live.world(now), live.snapshot()?, reader, step), group: None })
}

/// The audiences of a step's kind, as its plugin names them: from who sees most to who sees least.
pub(crate) fn audiences(library: &host::Library, live: &Live, step: &str) -> Result<Vec<String>, EngineError> {
    let (plugin, _) = plugin_of(library, live, step)?;
    let kind = live.definition.step(step).and_then(|def| plugin.manifest().kind(&def.step.kind));
    Ok(kind.map(|kind| kind.audiences.clone()).unwrap_or_default())
}

fn effective(live: &Live, step: &str, identity: Identity) -> Vec<host::Contribution> {
    live.pool_of(step).map(|pool| pool.in_force(identity, &live.calendar)).unwrap_or_default()
}

fn plugin_of(library: &host::Library, live: &Live, step: &str) -> Result<(Arc<host::Plugin>, Identity), EngineError> {
    let def = live
        .definition
        .step(step)
        .ok_or_else(|| EngineError::not_found("step", step, "`draaiboek show` lists the steps of a cycle"))?;
    let kind = &def.step.kind;
    let pinned = pinned_to(&live.origin, live.snapshot.as_ref(), step, kind);
    let plugin = pinned.and_then(|hash| library.by_hash(hash)).ok_or_else(|| EngineError::Incident {
        step: step.to_owned(),
        cause: format!(
            "this cycle is pinned to a plugin for `{kind}` that is not installed ({}); install it and retry",
            pinned.unwrap_or("none")
        ),
        retryable: false,
    })?;
    Ok((plugin, def.step.identity))
}

fn context(live: &Live, step: &str, now: Timestamp, answers: &Answers) -> Result<host::Context, EngineError> {
    let snapshot = live.snapshot()?;
    let call = calls_for(live.world(now), snapshot, step, answers).map_err(|cause| EngineError::Incident {
        step: step.to_owned(),
        cause: format!("its configuration can not be evaluated: {cause}"),
        retryable: false,
    })?;
    let local = live.calendar.local(now);
    let def = live.definition.step(step);
    let counts = def
        .and_then(|def| snapshot.pools.get(&def.pool))
        .map(|pool| {
            pool.counts
                .iter()
                .map(|(entry, tally)| {
                    let count = host::Count {
                        submitted: tally.submitted.into(),
                        withdrawn: tally.withdrawn.into(),
                        late: tally.late.into(),
                    };
                    (entry.clone(), count)
                })
                .collect()
        })
        .unwrap_or_default();
    Ok(host::Context {
        kind: call.kind,
        config: call.config,
        inputs: call.inputs.into_iter().collect(),
        actor: None,
        locale: "nl".into(),
        now: local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        today: local.date().to_string(),
        calendar: school_year(&live.calendar, local.date()),
        seed: seed(&live.origin.instance, step, snapshot).to_string(),
        counts,
        invited: call.invited,
        closed: snapshot.steps.get(step).is_some_and(|state| state.status == StepStatus::Concluded),
        identity: def.map_or("named", |def| def.step.identity.word()).into(),
        k: def.map_or(0, |def| def.step.k),
        contributions: None,
    })
}

/// The school year around a day, or the nearest one, with its closed periods.
fn school_year(calendar: &Calendar, day: Date) -> host::Calendar {
    let data = calendar.data();
    let year = data.years.iter().find(|year| year.to >= day).or(data.years.last());
    let (from, to) = year.map_or((day, day), |year| (year.from, year.to));
    let closed = data.periods.iter().filter(|p| p.kind.closes() && p.to >= from && p.from <= to);
    host::Calendar {
        from: from.to_string(),
        to: to.to_string(),
        closed: closed.map(|p| (p.from.to_string(), p.to.to_string())).collect(),
    }
}

/// The same draw for the same opening of a step, on any machine.
fn seed(instance: &str, step: &str, snapshot: &draaiboek_workflow::decide::Snapshot) -> u64 {
    let run = snapshot.steps.get(step).map_or(0, |state| state.run);
    let digest = draaiboek_store::content_hash(&format!("{instance}\n{step}\n{run}"));
    digest.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}
