//! A workflow ready to run: the compiled chart with the programs, steps, timers and children that hang on it.
//!
//! Built once per definition hash and shared; immutable. Decides nothing: `decide` walks it.

mod compile;
mod context;
mod kept;
mod pieces;
mod programs;

use std::collections::BTreeMap;

use draaiboek_chart::Chart;

use crate::cel::Program;
use crate::ir;

pub use context::environment;
pub use kept::Form;
pub use programs::{Each, Op, Requirement, Segment, Template, TemplatePart, Tree};

/// A workflow that can run.
#[derive(Debug)]
pub struct Definition {
    /// What it was compiled from.
    pub ir: ir::Workflow,
    /// SHA-256 of the canonical form, in hex.
    pub hash: String,
    /// The chart. `CondId(i)` is transition `i`, `ActionId(i)` is block `i`.
    pub chart: Chart,
    /// Transitions with a guard of any kind, by condition number.
    pub transitions: Vec<TransitionDef>,
    /// Blocks of actions, by action number.
    pub blocks: Vec<Vec<Op>>,
    /// What hangs on each state, by `StateId::index()` (0 is the root).
    pub states: Vec<StateDef>,
    /// Steps by id, those that an instance keeps of an earlier version among them.
    pub steps: BTreeMap<String, StepDef>,
    /// The form in which a step opens next, where an instance keeps another one until the step closes.
    pub fresh: BTreeMap<String, StepDef>,
    /// Timers by id.
    pub timers: BTreeMap<String, ir::Timer>,
    /// Roles filled by an expression.
    pub roles: BTreeMap<String, Program>,
    /// Role and what it sees of an instance as a whole, in order.
    pub views: Vec<(String, Vec<(String, Program)>)>,
}

/// A transition's guard: all that must hold before it is taken.
#[derive(Debug)]
pub struct TransitionDef {
    /// Source state id.
    pub source: String,
    /// Place among the source's transitions.
    pub index: usize,
    /// Taken without an event: nobody sends it, so nobody needs a role.
    pub eventless: bool,
    /// `when:`.
    pub when: Option<Program>,
    /// Roles that may send the event.
    pub roles: Vec<String>,
    /// `require:`.
    pub require: Vec<Requirement>,
    /// Error word of the refusal.
    pub error: Option<String>,
    /// Steps that must conclude.
    pub concludes: Vec<String>,
    /// The sender must give a reason.
    pub needs_reason: bool,
    /// JSON Schema of the event's data.
    pub event_data: Option<jsonschema::Validator>,
}

/// What hangs on a state.
#[derive(Debug, Default)]
pub struct StateDef {
    /// Steps opened on entry.
    pub steps: Vec<String>,
    /// Timers set on entry.
    pub timers: Vec<String>,
    /// Children run while it is active.
    pub run: Option<RunDef>,
}

/// Children of a state.
#[derive(Debug)]
pub struct RunDef {
    /// As written.
    pub run: ir::Run,
    /// One child per element.
    pub each: Option<Each>,
    /// Key of a child.
    pub key: Option<Program>,
    /// Configuration of a child.
    pub with: Vec<(String, Program)>,
}

/// A step with its programs.
#[derive(Debug)]
pub struct StepDef {
    /// As written, with what it inherits from the step it shares.
    pub step: ir::Step,
    /// State it belongs to.
    pub state: String,
    /// The step that owns the pool it writes to (itself, unless it shares).
    pub pool: String,
    /// Whether its configuration reads what other steps say.
    pub reads_steps: bool,
    /// Configuration with its expressions.
    pub with: Tree,
    /// Inputs for the plugin.
    pub inputs: Vec<(String, Program)>,
    /// Checks for the plugin.
    pub checks: Vec<Requirement>,
    /// Who must contribute.
    pub assign: Option<Program>,
}

/// Why a workflow can not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct DefinitionError {
    /// Element, such as `state:draft`, `state:draft/on:2/when`, `state:draft/on:2/require:0/that`,
    /// `state:draft/entry:1`, `step:cards/inputs:plan`, `step:cards/with/groups`, `role:core`, `timer:t-open`.
    pub place: String,
    /// Kind of problem: `chart`, `definition`, or a `cel-…` word.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// Part of the expression that is wrong, in bytes, when the element is an expression.
    pub span: Option<(usize, usize)>,
    /// A warning: it runs, but may go wrong.
    pub warning: bool,
}

impl Definition {
    /// Compiles a workflow, checking every expression against the context it runs in.
    ///
    /// # Errors
    /// All problems found; a workflow without problems never fails at run time for a reason known here.
    /// Warnings are given back beside the definition.
    pub fn compile(workflow: ir::Workflow) -> Result<(Self, Vec<DefinitionError>), Vec<DefinitionError>> {
        let mut compiler = compile::Compiler::new(&workflow, true);
        let definition = compiler.run(&workflow);
        let (warnings, errors): (Vec<_>, Vec<_>) = compiler.problems.into_iter().partition(|p| p.warning);
        match definition {
            Some(definition) if errors.is_empty() => Ok((definition.with(workflow), warnings)),
            _ => Err(errors.into_iter().chain(warnings).collect()),
        }
    }

    /// Loads a workflow that was compiled and stored before: newer checks do not apply to it any more.
    ///
    /// # Errors
    /// When the stored form can not be read as a chart at all.
    pub fn load(workflow: ir::Workflow) -> Result<Self, Vec<DefinitionError>> {
        let mut compiler = compile::Compiler::new(&workflow, false);
        let definition = compiler.run(&workflow);
        definition.map(|definition| definition.with(workflow)).ok_or(compiler.problems)
    }

    /// The step of this id.
    pub fn step(&self, id: &str) -> Option<&StepDef> {
        self.steps.get(id)
    }

    /// The step of this id as it opens.
    pub fn opening(&self, id: &str) -> Option<&StepDef> {
        self.fresh.get(id).or_else(|| self.steps.get(id))
    }

    /// Steps that write to the same pool as `owner`, in id order.
    pub fn sharers<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a str> {
        self.steps.iter().filter(move |(_, s)| s.pool == owner).map(|(id, _)| id.as_str())
    }

    /// The text of `key` in every locale that has it.
    pub fn texts(&self, key: &str) -> BTreeMap<String, String> {
        self.ir
            .texts
            .iter()
            .filter_map(|(locale, texts)| texts.get(key).map(|text| (locale.clone(), text.clone())))
            .collect()
    }
}
