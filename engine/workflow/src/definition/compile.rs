//! From the plain form to the running form: chart source, guards, blocks, expressions.
//!
//! Collects every problem instead of stopping at the first. No evaluation.

use std::collections::BTreeMap;

use draaiboek_chart::{
    ActionId, Chart, ChartError, ChartSource, CondId, Descriptor, InitialSource, Place, StateId, StateKind,
    StateSource, TransitionSource,
};
use serde_json::Value;

use super::programs::{Each, Op, Requirement};
use super::{Definition, DefinitionError, RunDef, StateDef, StepDef, TransitionDef, environment};
use crate::cel::{CelError, Env, Program, Type};
use crate::ir;
use crate::lint::expressions;

/// Everything but the plain form itself.
pub(super) struct Parts {
    chart: Chart,
    transitions: Vec<TransitionDef>,
    blocks: Vec<Vec<Op>>,
    states: Vec<StateDef>,
    steps: BTreeMap<String, StepDef>,
    timers: BTreeMap<String, ir::Timer>,
    roles: BTreeMap<String, Program>,
    views: Vec<(String, Vec<(String, Program)>)>,
}

impl Parts {
    pub(super) fn with(self, ir: ir::Workflow) -> Definition {
        Definition {
            hash: ir.hash(),
            ir,
            chart: self.chart,
            transitions: self.transitions,
            blocks: self.blocks,
            states: self.states,
            steps: self.steps,
            fresh: BTreeMap::new(),
            timers: self.timers,
            roles: self.roles,
            views: self.views,
        }
    }
}

/// The compiler's memory.
pub(super) struct Compiler {
    env: Env,
    checked: bool,
    bound: Vec<String>,
    transitions: Vec<TransitionDef>,
    blocks: Vec<Vec<Op>>,
    states: Vec<StateDef>,
    steps: BTreeMap<String, StepDef>,
    timers: BTreeMap<String, ir::Timer>,
    /// Place of each state and its transitions, by state number, for chart errors.
    names: Vec<String>,
    pub(super) problems: Vec<DefinitionError>,
}

impl Compiler {
    pub(super) fn new(workflow: &ir::Workflow, checked: bool) -> Self {
        Self {
            env: environment(workflow),
            checked,
            bound: Vec::new(),
            transitions: Vec::new(),
            blocks: Vec::new(),
            states: vec![StateDef::default()],
            steps: BTreeMap::new(),
            timers: BTreeMap::new(),
            names: vec![String::new()],
            problems: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, workflow: &ir::Workflow) -> Option<Parts> {
        let states = workflow.states.iter().map(|state| self.state(state)).collect();
        let initial = (!workflow.initial.is_empty())
            .then(|| InitialSource { targets: workflow.initial.clone(), actions: Vec::new() });
        let mut roles = BTreeMap::new();
        for (id, role) in &workflow.roles {
            if let Some(from) = &role.from
                && let Some(program) = self.expr(&format!("role:{id}"), from, &Type::Dyn)
            {
                roles.insert(id.clone(), program);
            }
        }
        let views = workflow.views.iter();
        let views =
            views.map(|view| (view.role.clone(), self.named(&format!("view:{}", view.role), &view.fields))).collect();
        self.inherit();
        let chart = match Chart::compile(&ChartSource { initial, states }) {
            Ok(chart) => chart,
            Err(errors) => {
                let problems: Vec<_> = errors.iter().map(|error| self.chart_problem(error)).collect();
                self.problems.extend(problems);
                return None;
            }
        };
        Some(Parts {
            chart,
            transitions: std::mem::take(&mut self.transitions),
            blocks: std::mem::take(&mut self.blocks),
            states: std::mem::take(&mut self.states),
            steps: std::mem::take(&mut self.steps),
            timers: std::mem::take(&mut self.timers),
            roles,
            views,
        })
    }

    pub(super) fn problem(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(DefinitionError {
            place: place.into(),
            code: "definition",
            message: message.into(),
            suggestion: None,
            span: None,
            warning: false,
        });
    }

    fn chart_problem(&self, error: &ChartError) -> DefinitionError {
        let name = |state: &StateId| self.names.get(state.index()).cloned().unwrap_or_default();
        let place = match &error.place {
            Place::Chart => "workflow".to_owned(),
            Place::State { state, .. } => format!("state:{}", name(state)),
            Place::Initial { state, .. } => format!("state:{}/initial", name(state)),
            Place::Transition { state, index, .. } => format!("state:{}/on:{index}", name(state)),
        };
        DefinitionError {
            place,
            code: "chart",
            message: error.problem.to_string(),
            suggestion: None,
            span: None,
            warning: false,
        }
    }

    /// A step that shares takes over what it does not say itself.
    fn inherit(&mut self) {
        let owners: BTreeMap<String, ir::Step> =
            self.steps.iter().map(|(id, s)| (id.clone(), s.step.clone())).collect();
        let mut missing = Vec::new();
        for (id, def) in &mut self.steps {
            let mut owner = id.clone();
            for _ in 0..owners.len() {
                match owners.get(&owner).and_then(|step| step.shares.clone()) {
                    Some(next) if owners.contains_key(&next) => owner = next,
                    Some(next) => {
                        missing.push((id.clone(), next));
                        break;
                    }
                    None => break,
                }
            }
            def.pool.clone_from(&owner);
            if let (true, Some(base)) = (owner != *id, owners.get(&owner)) {
                def.step.identity = base.identity;
                def.step.k = base.k;
                def.step.privacy = def.step.privacy.or(base.privacy);
            }
        }
        for (id, next) in missing {
            self.problem(&format!("step:{id}/shares"), format!("there is no step `{next}` to share with"));
        }
    }

    fn state(&mut self, state: &ir::State) -> StateSource {
        let number = self.states.len();
        let place = format!("state:{}", state.id);
        self.names.push(state.id.clone());
        self.states.push(StateDef::default());
        for step in &state.steps {
            self.step(step, &state.id);
        }
        for timer in &state.timers {
            if self.timers.insert(timer.id.clone(), timer.clone()).is_some() {
                self.problem(&format!("timer:{}", timer.id), "two timers bear this id; give one another `timer:` name");
            }
        }
        let run = state.run.as_ref().map(|run| self.children(&place, run));
        let on_entry = self.entry_or_exit(&format!("{place}/entry"), &state.on_entry);
        let on_exit = self.entry_or_exit(&format!("{place}/exit"), &state.on_exit);
        let transitions = match state.kind {
            ir::StateKind::History | ir::StateKind::DeepHistory => {
                vec![TransitionSource { targets: state.initial.clone(), ..TransitionSource::default() }]
            }
            _ => state.on.iter().enumerate().map(|(i, t)| self.transition(state, i, t)).collect(),
        };
        let compound = matches!(state.kind, ir::StateKind::Compound) && !state.initial.is_empty();
        if let Some(def) = self.states.get_mut(number) {
            def.steps = state.steps.iter().map(|step| step.id.clone()).collect();
            def.timers = state.timers.iter().map(|timer| timer.id.clone()).collect();
            def.run = run;
        }
        StateSource {
            id: state.id.clone(),
            kind: match state.kind {
                ir::StateKind::Atomic | ir::StateKind::Compound => StateKind::State,
                ir::StateKind::Parallel => StateKind::Parallel,
                ir::StateKind::Final => StateKind::Final,
                ir::StateKind::History => StateKind::History { deep: false },
                ir::StateKind::DeepHistory => StateKind::History { deep: true },
            },
            initial: compound.then(|| InitialSource { targets: state.initial.clone(), actions: Vec::new() }),
            on_entry,
            on_exit,
            transitions,
            children: state.states.iter().map(|child| self.state(child)).collect(),
            done_data: None,
            has_invoke: state.run.is_some(),
        }
    }

    fn entry_or_exit(&mut self, place: &str, actions: &[ir::Action]) -> Vec<Vec<ActionId>> {
        let block = self.block(place, actions);
        if block.is_empty() { Vec::new() } else { vec![block] }
    }

    /// One block is one action of the chart: a failing operation ends it.
    fn block(&mut self, place: &str, actions: &[ir::Action]) -> Vec<ActionId> {
        if actions.is_empty() {
            return Vec::new();
        }
        let ops = self.ops(place, actions);
        let id = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        self.blocks.push(ops);
        vec![ActionId(id)]
    }

    fn transition(&mut self, state: &ir::State, index: usize, t: &ir::Transition) -> TransitionSource {
        let place = format!("state:{}/on:{index}", state.id);
        // An event that people may send is guarded even without roles: then nobody but the engine may send it.
        let guarded = t.when.is_some()
            || t.events.iter().any(|name| !is_reserved(name))
            || !t.require.is_empty()
            || !t.concludes.is_empty()
            || t.needs_reason
            || t.event_data.is_some();
        let cond = guarded.then(|| {
            let guard = TransitionDef {
                source: state.id.clone(),
                index,
                eventless: t.events.is_empty(),
                when: t.when.as_ref().and_then(|e| self.expr(&format!("{place}/when"), e, &Type::Bool)),
                roles: t.roles.clone(),
                require: self.requirements(&place, "require", &t.require),
                error: t.error.clone(),
                concludes: t.concludes.clone(),
                needs_reason: t.needs_reason,
                event_data: t.event_data.as_ref().and_then(|schema| self.schema(&place, schema)),
            };
            self.transitions.push(guard);
            CondId(u32::try_from(self.transitions.len() - 1).unwrap_or(u32::MAX))
        });
        TransitionSource {
            events: t.events.iter().map(|name| descriptor(name)).collect(),
            cond,
            targets: t.targets.clone(),
            internal: t.internal,
            actions: self.block(&format!("{place}/do"), &t.actions),
        }
    }

    fn schema(&mut self, place: &str, schema: &Value) -> Option<jsonschema::Validator> {
        match jsonschema::validator_for(schema) {
            Ok(validator) => Some(validator),
            Err(error) => {
                self.problem(&format!("{place}/data"), format!("the schema of the event's data is not valid: {error}"));
                None
            }
        }
    }

    fn step(&mut self, step: &ir::Step, state: &str) {
        let def = self.step_def(step, state);
        if self.steps.insert(step.id.clone(), def).is_some() {
            let place = format!("step:{}", step.id);
            self.problem(&place, "two steps bear this id; step ids are unique in a workflow");
        }
    }

    /// A step with its programs, owning its pool.
    pub(super) fn step_def(&mut self, step: &ir::Step, state: &str) -> StepDef {
        let place = format!("step:{}", step.id);
        let inputs = self.named(&format!("{place}/inputs"), &step.inputs);
        StepDef {
            state: state.to_owned(),
            pool: step.id.clone(),
            reads_steps: expressions::reads(step, "steps"),
            with: self.tree(&format!("{place}/with"), &step.with),
            inputs,
            checks: self.requirements(&place, "checks", &step.checks),
            assign: step.assign.as_ref().and_then(|e| self.expr(&format!("{place}/assign"), e, &Type::Dyn)),
            step: step.clone(),
        }
    }

    fn children(&mut self, place: &str, run: &ir::Run) -> RunDef {
        let place = format!("{place}/run");
        let each = run
            .each
            .as_ref()
            .map(|each| (each.var.clone(), self.expr(&format!("{place}/for_each"), &each.list, &Type::Dyn)));
        let bound = self.bind(run.each.as_ref());
        let def = RunDef {
            each: each.and_then(|(var, list)| list.map(|list| Each { var, list })),
            key: run.key.as_ref().and_then(|e| self.expr(&format!("{place}/key"), e, &Type::Dyn)),
            with: self.named(&format!("{place}/with"), &run.with),
            run: run.clone(),
        };
        self.unbind(bound);
        def
    }

    fn requirements(&mut self, place: &str, list: &str, requirements: &[ir::Requirement]) -> Vec<Requirement> {
        let mut compiled = Vec::with_capacity(requirements.len());
        for (i, requirement) in requirements.iter().enumerate() {
            let place = format!("{place}/{list}:{i}");
            let each = requirement.each.as_ref().and_then(|each| {
                let list = self.expr(&format!("{place}/for_each"), &each.list, &Type::Dyn)?;
                Some(Each { var: each.var.clone(), list })
            });
            let bound = self.bind(requirement.each.as_ref());
            let when = requirement.when.as_ref().and_then(|e| self.expr(&format!("{place}/when"), e, &Type::Bool));
            let that = self.expr(&format!("{place}/that"), &requirement.that, &Type::Bool);
            let reason = self.template(&format!("{place}/else"), &requirement.reason);
            self.unbind(bound);
            if let Some(that) = that {
                compiled.push(Requirement { each, when, that, reason });
            }
        }
        compiled
    }

    fn ops(&mut self, place: &str, actions: &[ir::Action]) -> Vec<Op> {
        actions.iter().enumerate().filter_map(|(i, action)| self.op(&format!("{place}:{i}"), action)).collect()
    }

    fn op(&mut self, place: &str, action: &ir::Action) -> Option<Op> {
        Some(match action {
            ir::Action::Assign { path, value } => {
                Op::Assign(self.path(place, path)?, self.expr(place, value, &Type::Dyn)?)
            }
            ir::Action::Raise { event, data } => Op::Raise(event.clone(), self.named(place, data)),
            ir::Action::Send { event, to, data, after, id } => Op::Send {
                event: event.clone(),
                to: to.clone(),
                data: self.named(place, data),
                after: after.clone(),
                id: id.clone(),
            },
            ir::Action::Cancel { id } => Op::Cancel(id.clone()),
            ir::Action::Notify { roles, text, data } => {
                Op::Notify { roles: roles.clone(), text: text.clone(), data: self.named(place, data) }
            }
            ir::Action::Artifact { name, content } => {
                Op::Artifact(name.clone(), self.expr(place, content, &Type::Dyn)?)
            }
            ir::Action::Erase { steps } => Op::Erase(steps.clone()),
            ir::Action::Log { value } => Op::Log(self.expr(place, value, &Type::Dyn)?),
            ir::Action::If { cond, then, otherwise } => Op::If(
                self.expr(place, cond, &Type::Bool)?,
                self.ops(&format!("{place}/then"), then),
                self.ops(&format!("{place}/else"), otherwise),
            ),
            ir::Action::ForEach { each, body } => {
                let list = self.expr(&format!("{place}/for_each"), &each.list, &Type::Dyn)?;
                let bound = self.bind(Some(each));
                let body = self.ops(&format!("{place}/do"), body);
                self.unbind(bound);
                Op::ForEach(Each { var: each.var.clone(), list }, body)
            }
        })
    }

    fn bind(&mut self, each: Option<&ir::Each>) -> Option<Env> {
        let each = each?;
        self.bound.push(each.var.clone());
        let inner = self.env.clone().with_variable(&each.var, Type::Dyn);
        Some(std::mem::replace(&mut self.env, inner))
    }

    fn unbind(&mut self, outer: Option<Env>) {
        if let Some(outer) = outer {
            self.bound.pop();
            self.env = outer;
        }
    }

    pub(super) fn expr(&mut self, place: &str, source: &str, wanted: &Type) -> Option<Program> {
        let compiled = if self.checked {
            Program::compile_as(source, &self.env, wanted)
        } else {
            Program::compile_unchecked(source)
        };
        match compiled {
            Ok(program) => {
                let warnings: Vec<_> = program.warnings().iter().map(|w| cel_problem(place, w, true)).collect();
                self.problems.extend(warnings);
                Some(program)
            }
            Err(errors) => {
                self.problems.extend(errors.iter().map(|error| cel_problem(place, error, false)));
                None
            }
        }
    }
}

fn cel_problem(place: &str, error: &CelError, warning: bool) -> DefinitionError {
    DefinitionError {
        place: place.into(),
        code: error.code.as_str(),
        message: error.message.clone(),
        suggestion: error.suggestion.clone(),
        span: Some((error.span.start, error.span.end)),
        warning,
    }
}

/// An exact name, or a prefix when it ends in `.*` (or is `*`).
fn descriptor(name: &str) -> Descriptor {
    if name == "*" || name.ends_with(".*") {
        Descriptor::Prefix(name.to_owned())
    } else {
        Descriptor::Exact(name.to_owned())
    }
}

/// Events that only the engine sends.
fn is_reserved(name: &str) -> bool {
    ir::RESERVED_EVENTS.iter().any(|prefix| name.starts_with(prefix))
}
