//! What a rehearsal takes for granted, and what it may ask of a running instance beside `decide`.
//!
//! A live instance assumes nothing. Which requirements stay real is said by `simulate`; here lives how `decide` heeds it.

use serde_json::Value;

use super::asks::grow;
use super::decision::Happening;
use super::model::Snapshot;
use super::names::Locals;
use super::turn::{Turn, World};
use super::{Actor, Answers};
use crate::definition::Tree;

/// What a rehearsal takes for granted: people's work meets every requirement that is not kept, and an expression that
/// stumbles over a made-up result is noted instead of breaking the instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assumptions {
    kept: Vec<Vec<bool>>,
}

impl Assumptions {
    /// By number of the guarded transition and of its requirement: whether the requirement stays real.
    pub fn new(kept: Vec<Vec<bool>>) -> Self {
        Self { kept }
    }

    /// Whether a requirement stays real.
    pub fn keeps(&self, transition: usize, requirement: usize) -> bool {
        self.kept.get(transition).and_then(|kept| kept.get(requirement)).copied().unwrap_or(false)
    }
}

impl Turn<'_> {
    /// A failure breaks the instance; in a rehearsal it is noted.
    pub(super) fn tolerate(&mut self, result: Result<(), String>) -> Result<(), String> {
        match (result, self.world.assuming) {
            (Err(failure), Some(_)) => {
                self.trace.push(Happening::Noted { text: format!("assumed: {failure}") });
                Ok(())
            }
            (result, _) => result,
        }
    }
}

/// The persons that hold a role of the workflow; `None` for a role of the school.
///
/// # Errors
/// The expression of the role that failed.
pub fn holders(world: World<'_>, snapshot: &Snapshot, role: &str) -> Result<Option<Vec<String>>, String> {
    let Some(program) = world.definition.roles.get(role) else { return Ok(None) };
    let (actor, answers) = (Actor::system(), Answers::default());
    let turn = Turn::new(world, &actor, &answers, snapshot);
    let mut persons = Vec::new();
    super::states::collect_ids(&turn.value(program, None, &Locals::default())?, &mut persons);
    let stand_ins: Vec<String> = persons.iter().filter_map(|person| turn.substitute_of(person, role)).collect();
    persons.extend(stand_ins);
    Ok(Some(persons))
}

/// A value with its expressions evaluated as a workflow's own are.
///
/// # Errors
/// The expression that failed.
pub fn evaluated(world: World<'_>, snapshot: &Snapshot, tree: &Tree) -> Result<Value, String> {
    if let Tree::Plain(value) = tree {
        return Ok(value.clone());
    }
    let (actor, answers) = (Actor::system(), Answers::default());
    grow(&Turn::new(world, &actor, &answers, snapshot), tree)
}
