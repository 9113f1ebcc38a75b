//! Where a workflow leads: how far each state is from the end, and what people may do there to get nearer.
//!
//! Computed once per definition; knows no instance.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_chart::{Chart, StateId, StateKind};
use serde_json::Value;

use crate::calendar::TimeRule;
use crate::cel::Program;
use crate::decide::Assumptions;
use crate::definition::{Definition, Requirement, TransitionDef};
use crate::ir::{self, Action, RESERVED_EVENTS};

/// Farther than any state: there is no way to an end.
pub(super) const ENDLESS: u32 = u32::MAX;
/// What a transition that asks for a reason costs: taken only when there is no other way.
const DETOUR: u32 = 1_000;

/// Words in the name of an event that speak of something that normally does not happen.
const EXCEPTIONS: [&str; 16] = [
    "cancel",
    "postpone",
    "move",
    "interrupt",
    "stop",
    "abort",
    "abandon",
    "withdraw",
    "drop",
    "annul",
    "suspend",
    "pause",
    "give_up",
    "reopen",
    "undo",
    "revoke",
];

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Sends an event.
    Send(String),
    /// Concludes a step.
    Conclude(String),
}

/// Something that people may do in a state.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub act: Act,
    /// Roles that may.
    pub roles: Vec<String>,
    /// How far from the end it leads.
    pub rank: u32,
    /// It leads to a state where there is work.
    pub to_work: bool,
    /// Steps whose work comes first, if they are open.
    pub waits: Vec<String>,
    /// It depends on the day: what was refused today may be taken tomorrow.
    pub timely: bool,
    /// JSON Schema of the data.
    pub data: Option<Value>,
    /// It belongs to the state itself, not to one around it.
    pub own: bool,
    /// It normally does not happen.
    pub exceptional: bool,
}

/// A state without children, seen as a place on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaf {
    /// Distance from the end.
    pub rank: u32,
    /// What people may do, nearest to the end first.
    pub moves: Vec<Move>,
    /// Timers of an agreed day that lead on, with the distance of where they lead.
    pub timers: Vec<(String, u32)>,
    /// This state and those around it, from the inside out.
    pub chain: Vec<String>,
    /// Steps of these states.
    pub steps: Vec<String>,
}

/// The map of a workflow.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    pub leaves: BTreeMap<String, Leaf>,
    pub assumptions: Assumptions,
}

impl Route {
    pub fn of(definition: &Definition) -> Self {
        let surveyor = Surveyor::new(definition);
        let ranks = surveyor.ranks();
        let leaves =
            surveyor.leaves().map(|leaf| (definition.chart.id(leaf).to_owned(), surveyor.leaf(leaf, &ranks))).collect();
        Self { leaves, assumptions: surveyor.assumptions() }
    }
}

/// A transition with what the chart knows about it.
struct Way<'d> {
    source: StateId,
    index: usize,
    transition: &'d ir::Transition,
    targets: Vec<StateId>,
    domain: Option<StateId>,
}

struct Surveyor<'d> {
    definition: &'d Definition,
    chart: &'d Chart,
    /// Transitions with targets, by source.
    ways: BTreeMap<StateId, Vec<Way<'d>>>,
    states: BTreeMap<StateId, &'d ir::State>,
    guards: BTreeMap<(&'d str, usize), &'d TransitionDef>,
    /// Fields of `data` that only the engine's own events write.
    engine_fields: BTreeSet<String>,
}

impl<'d> Surveyor<'d> {
    fn new(definition: &'d Definition) -> Self {
        let chart = &definition.chart;
        let (mut ways, mut states) = (BTreeMap::new(), BTreeMap::new());
        for state in definition.ir.all_states() {
            let Some(id) = chart.state(&state.id) else { continue };
            states.insert(id, state);
            let numbers: Vec<_> = chart.transitions(id).collect();
            let own: Vec<Way<'_>> = state
                .on
                .iter()
                .enumerate()
                .map(|(index, transition)| Way {
                    source: id,
                    index,
                    transition,
                    targets: transition.targets.iter().filter_map(|target| chart.state(target)).collect(),
                    domain: numbers.get(index).and_then(|number| chart.transition(*number).domain),
                })
                .collect();
            ways.insert(id, own);
        }
        let guards = definition.transitions.iter().map(|guard| ((guard.source.as_str(), guard.index), guard)).collect();
        Self { definition, chart, ways, states, guards, engine_fields: engine_fields(&definition.ir) }
    }

    fn leaves(&self) -> impl Iterator<Item = StateId> + '_ {
        self.chart.states().filter(|state| self.chart.is_atomic(*state) && !self.chart.is_history(*state))
    }

    /// The ways out of a state and of those around it, from the inside out.
    fn ways_from(&self, leaf: StateId) -> impl Iterator<Item = &Way<'d>> {
        let around = std::iter::once(leaf).chain(self.chart.ancestors(leaf));
        around.filter_map(|state| self.ways.get(&state)).flatten()
    }

    /// The states without children that are entered with a state.
    fn entered(&self, state: StateId, into: &mut Vec<StateId>) {
        if self.chart.is_history(state) {
            for target in self.chart.defaults(state).targets {
                self.entered(*target, into);
            }
        } else if self.chart.is_atomic(state) {
            into.push(state);
        } else if self.chart.is_compound(state) {
            for target in self.chart.defaults(state).targets {
                self.entered(*target, into);
            }
        } else {
            for child in self.chart.children(state) {
                self.entered(*child, into);
            }
        }
    }

    fn reached(&self, targets: &[StateId]) -> Vec<StateId> {
        let mut reached = Vec::new();
        for target in targets {
            self.entered(*target, &mut reached);
        }
        reached
    }

    fn is_end(&self, leaf: StateId) -> bool {
        matches!(self.chart.kind(leaf), StateKind::Final)
            && self.chart.parent(leaf).is_none_or(|up| up == StateId::ROOT)
    }

    /// Distance of every state from the end: shortest ways, exceptions left out, detours dear.
    fn ranks(&self) -> BTreeMap<StateId, u32> {
        let mut before: BTreeMap<StateId, Vec<(StateId, u32)>> = BTreeMap::new();
        let mut ranks = BTreeMap::new();
        let mut queue: std::collections::BinaryHeap<std::cmp::Reverse<(u32, StateId)>> =
            std::collections::BinaryHeap::new();
        for leaf in self.leaves() {
            if self.is_end(leaf) {
                ranks.insert(leaf, 0);
                queue.push(std::cmp::Reverse((0, leaf)));
            }
            for way in self.ways_from(leaf) {
                let Some(cost) = cost(way.transition) else { continue };
                for target in self.reached(&way.targets) {
                    before.entry(target).or_default().push((leaf, cost));
                }
            }
        }
        while let Some(std::cmp::Reverse((rank, leaf))) = queue.pop() {
            if ranks.get(&leaf).is_some_and(|known| *known < rank) {
                continue;
            }
            for (earlier, cost) in before.get(&leaf).into_iter().flatten() {
                let rank = rank.saturating_add(*cost);
                if ranks.get(earlier).is_none_or(|known| rank < *known) {
                    ranks.insert(*earlier, rank);
                    queue.push(std::cmp::Reverse((rank, *earlier)));
                }
            }
        }
        ranks
    }

    fn rank(&self, targets: &[StateId], ranks: &BTreeMap<StateId, u32>) -> u32 {
        self.reached(targets).iter().map(|leaf| ranks.get(leaf).copied().unwrap_or(ENDLESS)).min().unwrap_or(ENDLESS)
    }

    fn leaf(&self, leaf: StateId, ranks: &BTreeMap<StateId, u32>) -> Leaf {
        let mut chain = vec![leaf];
        chain.extend(self.chart.ancestors(leaf).filter(|state| *state != StateId::ROOT));
        let steps: Vec<String> = chain
            .iter()
            .filter_map(|state| self.states.get(state))
            .flat_map(|state| state.steps.iter().map(|step| step.id.clone()))
            .collect();
        let own = ranks.get(&leaf).copied().unwrap_or(ENDLESS);
        let mut found = Leaf { rank: own, ..Leaf::default() };
        for way in self.ways_from(leaf) {
            let rank = self.rank(&way.targets, ranks);
            for event in &way.transition.events {
                if let Some(timer) = event.strip_prefix("timer.") {
                    if !way.targets.is_empty() && self.is_agreed(timer) {
                        found.timers.push((timer.to_owned(), rank));
                    }
                } else if let Some(step) = event.strip_prefix("done.step.") {
                    let rank = if way.targets.is_empty() { own } else { rank };
                    found.moves.extend(self.conclusion(step, rank, &steps));
                } else if !way.targets.is_empty() && is_for_people(event, way.transition) {
                    found.moves.push(self.sending(event, way, leaf, rank));
                }
            }
        }
        for step in &steps {
            let automatic =
                self.definition.step(step).is_some_and(|def| def.step.conclude == ir::Concluding::WhenReady);
            if automatic && !found.moves.iter().any(|known| known.act == Act::Conclude(step.clone())) {
                found.moves.extend(self.conclusion(step, own, &steps));
            }
        }
        found.moves.sort_by_key(|known| (known.rank, known.exceptional));
        found.chain = chain.iter().map(|state| self.chart.id(*state).to_owned()).collect();
        found.steps = steps;
        found
    }

    fn conclusion(&self, step: &str, rank: u32, here: &[String]) -> Option<Move> {
        let def = self.definition.step(step)?;
        here.iter().any(|known| known == step).then(|| Move {
            act: Act::Conclude(step.to_owned()),
            roles: def.step.roles.clone(),
            rank,
            to_work: true,
            waits: vec![step.to_owned()],
            timely: false,
            data: None,
            own: true,
            exceptional: false,
        })
    }

    fn sending(&self, event: &str, way: &Way<'_>, leaf: StateId, rank: u32) -> Move {
        let transition = way.transition;
        let id = self.chart.id(way.source);
        let guard = self.guards.get(&(id, way.index));
        let left = std::iter::once(leaf).chain(self.chart.ancestors(leaf)).filter(|state| {
            *state != StateId::ROOT && way.domain.is_none_or(|domain| self.chart.is_descendant(*state, domain))
        });
        let mut waits: Vec<String> = left
            .filter_map(|state| self.states.get(&state))
            .flat_map(|state| state.steps.iter().map(|step| step.id.clone()))
            .chain(transition.concludes.iter().cloned())
            .collect();
        let requirements = guard.map(|guard| guard.require.as_slice()).unwrap_or_default();
        for requirement in requirements {
            waits.extend(
                paths(requirement)
                    .filter(|path| path.first().is_some_and(|n| n == "steps"))
                    .filter_map(|p| p.get(1).cloned()),
            );
        }
        waits.sort();
        waits.dedup();
        let to_work = self.reached(&way.targets).iter().any(|leaf| {
            std::iter::once(*leaf)
                .chain(self.chart.ancestors(*leaf))
                .take(2)
                .any(|s| self.states.get(&s).is_some_and(|s| !s.steps.is_empty()))
        });
        Move {
            act: Act::Send(event.to_owned()),
            roles: transition.roles.clone(),
            rank,
            to_work,
            waits,
            timely: requirements.iter().any(|requirement| self.keeps(requirement) && reads_clock(requirement)),
            data: transition.event_data.clone(),
            own: way.source == leaf,
            exceptional: cost(transition) != Some(1) || is_exception(event),
        }
    }

    /// Whether a timer stands for an agreed day, not for patience that runs out.
    fn is_agreed(&self, timer: &str) -> bool {
        let rule = self.definition.timers.get(timer).and_then(|timer| TimeRule::parse(&timer.rule).ok());
        rule.is_some_and(|rule| {
            rule.expression().is_some()
                || rule.text().starts_with(|c: char| c.is_ascii_digit() && rule.text().contains('-'))
        })
    }

    fn assumptions(&self) -> Assumptions {
        let kept = |guard: &TransitionDef| guard.require.iter().map(|requirement| self.keeps(requirement)).collect();
        Assumptions::new(self.definition.transitions.iter().map(kept).collect())
    }

    /// A requirement stays real when it asks for the day, for the state of the cycle or for what the engine itself
    /// brings in; what people's work would meet is assumed.
    fn keeps(&self, requirement: &Requirement) -> bool {
        let assumed = ["steps", "event", "artifacts"];
        if paths(requirement).any(|path| path.first().is_some_and(|name| assumed.contains(&name.as_str()))) {
            return false;
        }
        reads_clock(requirement)
            || programs(requirement).any(|program| {
                program.references().functions.contains("In") || program.references().variables.contains("children")
            })
            || paths(requirement).any(|path| {
                path.first().is_some_and(|name| name == "data")
                    && path.get(1).is_some_and(|field| self.engine_fields.contains(field))
            })
    }
}

fn programs(requirement: &Requirement) -> impl Iterator<Item = &Program> {
    requirement.each.iter().map(|each| &each.list).chain(&requirement.when).chain([&requirement.that])
}

fn paths(requirement: &Requirement) -> impl Iterator<Item = &Vec<String>> {
    programs(requirement).flat_map(|program| program.references().paths.iter().map(|path| &path.names))
}

fn reads_clock(requirement: &Requirement) -> bool {
    programs(requirement)
        .any(|program| ["today", "now"].iter().any(|name| program.references().variables.contains(*name)))
}

fn is_for_people(event: &str, transition: &ir::Transition) -> bool {
    !transition.roles.is_empty()
        && !event.contains('*')
        && !RESERVED_EVENTS.iter().any(|prefix| event.starts_with(prefix))
}

fn is_exception(event: &str) -> bool {
    EXCEPTIONS.iter().any(|word| event.split(['_', '.', '-']).any(|part| part == *word) || event == *word)
}

/// What a transition costs on the way; `None` when it is no way.
fn cost(transition: &ir::Transition) -> Option<u32> {
    let exception = !transition.events.is_empty() && transition.events.iter().all(|event| is_exception(event));
    match () {
        () if exception => None,
        () if transition.needs_reason => Some(DETOUR),
        () => Some(1),
    }
}

/// Fields of `data` that transitions of the engine write and transitions of people do not.
fn engine_fields(workflow: &ir::Workflow) -> BTreeSet<String> {
    let (mut engine, mut others) = (BTreeSet::new(), BTreeSet::new());
    for state in workflow.all_states() {
        for transition in &state.on {
            let side = if transition.roles.is_empty() { &mut engine } else { &mut others };
            written(&transition.actions, side);
        }
        written(&state.on_entry, &mut others);
        written(&state.on_exit, &mut others);
    }
    engine.difference(&others).cloned().collect()
}

fn written(actions: &[Action], into: &mut BTreeSet<String>) {
    for action in actions {
        match action {
            Action::Assign { path, .. } => {
                into.insert(path.split(['.', '[']).next().unwrap_or_default().to_owned());
            }
            Action::If { then, otherwise, .. } => {
                written(then, into);
                written(otherwise, into);
            }
            Action::ForEach { body, .. } => written(body, into),
            _ => {}
        }
    }
}
