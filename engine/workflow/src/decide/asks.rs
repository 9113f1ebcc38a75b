//! Questions about an instance that change nothing: what plugins must be asked and are told, who holds which role, what
//! a reader sees of it.

use serde_json::{Map, Value, json};

use super::command::{Ask, Command};
use super::model::{Snapshot, StepStatus};
use super::names::Locals;
use super::stepper;
use super::turn::{Turn, World};
use crate::definition::Tree;
use crate::ir::Concluding;

/// What must be asked of plugins before a command can be decided.
pub fn asks(world: World<'_>, snapshot: &Snapshot, command: &Command) -> Vec<Ask> {
    let open = || snapshot.steps.iter().filter(|(_, s)| s.status == StepStatus::Open).map(|(id, _)| id.clone());
    match command {
        Command::Contribute { step, .. } => {
            let automatic = world.definition.step(step).is_some_and(|s| s.step.conclude == Concluding::WhenReady);
            let mut asks = vec![Ask::Check(step.clone())];
            if automatic {
                asks.extend(open().map(Ask::Conclude));
            }
            asks
        }
        Command::Conclude { .. }
        | Command::Skip { .. }
        | Command::Send { .. }
        | Command::Timer { .. }
        | Command::ChildEnded { .. }
        | Command::Cancel { .. }
        | Command::Move { .. } => open().map(Ask::Conclude).collect(),
        // Fewer people may be expected now, so that a step may conclude.
        Command::Recalendar
            if !(world.calendar.staff().is_empty() && snapshot.handed.is_empty() && snapshot.absent.is_empty()) =>
        {
            open().map(Ask::Conclude).collect()
        }
        // The picture of a step that ends with the migration is kept.
        Command::Migrate { map, .. } => open().filter(|step| map.ends(step)).map(Ask::Conclude).collect(),
        _ => Vec::new(),
    }
}

/// What a plugin call is given besides the contributions.
#[derive(Debug, Clone, PartialEq)]
pub struct CallConfig {
    /// Step kind.
    pub kind: String,
    /// Configuration with its expressions evaluated.
    pub config: Value,
    /// Inputs by name; `checks` holds the host-evaluated checks.
    pub inputs: Map<String, Value>,
    /// Persons the step is for, minus the absent; `None` when the step names nobody.
    pub invited: Option<Vec<String>>,
}

/// Evaluates the configuration of a step for a plugin call; `answers` is what the plugins of other open steps say now.
///
/// # Errors
/// The expression that failed.
pub fn calls_for(
    world: World<'_>,
    snapshot: &Snapshot,
    step: &str,
    answers: &super::Answers,
) -> Result<CallConfig, String> {
    let actor = super::Actor::system();
    let turn = Turn::new(world, &actor, answers, snapshot);
    let def = world.definition.step(step).ok_or_else(|| format!("there is no step `{step}`"))?;
    let none = Locals::default();
    let with = match (&def.with, world.definition.step(&def.pool)) {
        (Tree::Plain(Value::Null), Some(owner)) => &owner.with,
        (Tree::Plain(Value::Object(fields)), Some(owner)) if fields.is_empty() => &owner.with,
        (own, _) => own,
    };
    let mut inputs = turn.object(&def.inputs, None, &none)?;
    if !def.checks.is_empty() {
        let mut checks = Vec::with_capacity(def.checks.len());
        for (i, check) in def.checks.iter().enumerate() {
            let mut reasons = Vec::new();
            stepper::unmet(&turn, check, None, &mut reasons)?;
            checks.push(json!({"id": format!("c{}", i + 1), "ok": reasons.is_empty(), "reasons": reasons}));
        }
        inputs.insert("checks".into(), Value::Array(checks));
    }
    let invited = turn.expected(def)?;
    let mut config = grow(&turn, with)?;
    if let Value::Object(fields) = &mut config {
        // L10: the plugin says `insufficient`, the workflow's guard decides what follows.
        fields.entry("min_contributions").or_insert(def.step.min_contributions.into());
    }
    Ok(CallConfig { kind: def.step.kind.clone(), config, inputs, invited })
}

/// The open steps as people have them in their lists now.
///
/// # Errors
/// The expression that failed.
pub fn open_tasks(world: World<'_>, snapshot: &Snapshot) -> Result<Vec<super::NewTask>, String> {
    let (actor, answers) = (super::Actor::system(), super::Answers::default());
    let turn = Turn::new(world, &actor, &answers, snapshot);
    let mut tasks = Vec::new();
    for (id, state) in snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open) {
        let Some(def) = world.definition.step(id) else { continue };
        let pool = snapshot.pools.get(&def.pool).map_or(0, |pool| pool.run);
        let due = state.due.map(|due| world.calendar.instant(due)).transpose().map_err(|error| error.to_string())?;
        tasks.push(turn.task_of(def, state, pool, due)?);
    }
    Ok(tasks)
}

/// The roles an actor holds in an instance, their own and those of people for whom they stand in today: roles of the
/// school, and those of the workflow whose `from` names the person.
pub fn roles_of(world: World<'_>, snapshot: &Snapshot, actor: &super::Actor) -> Vec<String> {
    let mut roles = own_roles_of(world, snapshot, actor);
    let Some(person) = actor.person.as_deref().filter(|_| !world.calendar.staff().absences.is_empty()) else {
        return roles;
    };
    let answers = super::Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    for absent in world.calendar.staff().covered_by(person, turn.today()) {
        let possible = absent.roles.iter().chain(world.definition.ir.roles.keys());
        for role in possible.filter(|role| turn.hands_over(absent, role, person)) {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
    }
    roles
}

/// The roles an actor holds in an instance without standing in for anybody.
pub fn own_roles_of(world: World<'_>, snapshot: &Snapshot, actor: &super::Actor) -> Vec<String> {
    let answers = super::Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    let mut roles: Vec<String> =
        actor.roles.iter().filter(|role| !world.definition.roles.contains_key(*role)).cloned().collect();
    roles.extend(world.definition.roles.keys().filter(|role| turn.holds_own(role)).cloned());
    roles
}

/// The roles an actor holds where a step is concerned: what is personal is handed over to nobody.
pub fn roles_in(world: World<'_>, snapshot: &Snapshot, actor: &super::Actor, step: &str) -> Vec<String> {
    let answers = super::Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    match world.definition.step(step) {
        Some(def) if turn.is_personal(def) => own_roles_of(world, snapshot, actor),
        _ => roles_of(world, snapshot, actor),
    }
}

/// What a reader sees of the instance as a whole: the view of the first role that the reader holds.
///
/// # Errors
/// The expression that failed.
pub fn view_of(
    world: World<'_>,
    snapshot: &Snapshot,
    reader: &super::Actor,
    answers: &super::Answers,
) -> Result<Option<super::Object>, String> {
    let turn = Turn::new(world, reader, answers, snapshot);
    let personal = world.definition.ir.privacy >= crate::ir::Privacy::P2;
    let sees = |role: &str| if personal { turn.holds_own(role) } else { turn.holds(role) };
    let Some((_, fields)) = world.definition.views.iter().find(|(role, _)| sees(role)) else { return Ok(None) };
    let mut seen = turn.object(fields, None, &Locals::default())?;
    seen.retain(|_, value| !value.is_null());
    Ok(Some(seen))
}

pub(super) fn grow(turn: &Turn<'_>, tree: &Tree) -> Result<Value, String> {
    Ok(match tree {
        Tree::Plain(value) => value.clone(),
        Tree::Value(program) => turn.value(program, None, &Locals::default())?,
        Tree::List(items) => Value::Array(items.iter().map(|item| grow(turn, item)).collect::<Result<_, _>>()?),
        Tree::Object(fields) => {
            Value::Object(fields.iter().map(|(k, v)| Ok((k.clone(), grow(turn, v)?))).collect::<Result<_, String>>()?)
        }
    })
}
