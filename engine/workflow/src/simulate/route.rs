//! Where a workflow leads: how far each state is from the end, and what people may do there to get nearer.
//!
//! Computed once per definition; knows no instance.

use std::collections::BTreeMap;

use draaiboek_chart::{Chart, StateId, StateKind};
use serde_json::Value;

use super::kept::{Kept, paths, reads_clock};
use crate::calendar::TimeRule;
use crate::decide::Assumptions;
use crate::definition::{Definition, TransitionDef};
use crate::ir::{self, RESERVED_EVENTS};

/// Farther than any state: there is no way to an end.
pub(super) const ENDLESS: u32 = u32::MAX;
/// What a transition that asks for a reason costs: taken only when there is no other way.
pub(super) const DETOUR: u32 = 1_000;

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
    /// It leads nowhere else: it changes data, or enters the same state again.
    pub stays: bool,
    /// It normally does not happen, or only with a reason.
    pub exceptional: bool,
    /// It is an exception by its name: only a setback.
    pub setback: bool,
    /// Values of fields of its data that conditions compare with.
    pub hints: BTreeMap<String, String>,
}

/// A state without children, seen as a place on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaf {
    /// Distance from the end.
    pub rank: u32,
    /// What people may do, nearest to the end first.
    pub moves: Vec<Move>,
    /// Events of the engine or of another part that lead on.
    pub awaits: Vec<String>,
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
    pub outcomes: BTreeMap<String, Vec<(String, u32)>>,
}

impl Route {
    pub fn of(definition: &Definition) -> Self {
        let surveyor = Surveyor::new(definition);
        let ranks = surveyor.ranks();
        let leaves =
            surveyor.leaves().map(|leaf| (definition.chart.id(leaf).to_owned(), surveyor.leaf(leaf, &ranks))).collect();
        Self { leaves, assumptions: surveyor.kept.assumptions(definition), outcomes: surveyor.outcomes(&ranks) }
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
    kept: Kept,
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
        Self { definition, chart, ways, states, guards, kept: Kept::of(&definition.ir) }
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
                let Some(cost) = cost(way.transition).filter(|_| self.is_open(way, leaf)) else { continue };
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

    /// A way that asks for `In('x')` is open in `x` only, as far as the state and `x` exclude each other.
    fn is_open(&self, way: &Way<'_>, leaf: StateId) -> bool {
        way.transition.require.iter().filter(|requirement| requirement.each.is_none()).all(|requirement| {
            let asked = requirement.that.trim().strip_prefix("In('").and_then(|rest| rest.strip_suffix("')"));
            let Some(asked) = asked.and_then(|id| self.chart.state(id)) else { return true };
            if leaf == asked || self.chart.is_descendant(leaf, asked) {
                return true;
            }
            let common = self.chart.ancestors(leaf).find(|up| *up == asked || self.chart.is_descendant(asked, *up));
            common.is_some_and(|up| matches!(self.chart.kind(up), StateKind::Parallel))
        })
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
                } else if is_for_people(event, way.transition) {
                    let rank = if way.targets.is_empty() { own } else { rank };
                    found.moves.push(self.sending(event, way, leaf, rank));
                } else if rank < own {
                    found.awaits.push(event.clone());
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
            stays: false,
            exceptional: false,
            setback: false,
            hints: BTreeMap::new(),
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
            timely: requirements.iter().any(|requirement| self.kept.keeps(requirement) && reads_clock(requirement)),
            data: transition.event_data.clone(),
            own: way.source == leaf,
            stays: way.targets.is_empty() || self.reached(&way.targets) == [leaf],
            exceptional: cost(transition) != Some(1) || is_exception(event),
            setback: is_exception(event),
            hints: self.hints(event, leaf),
        }
    }

    /// What conditions here compare the data of an event with: `event.data.to != 'observe'` speaks of `observe`.
    fn hints(&self, event: &str, leaf: StateId) -> BTreeMap<String, String> {
        let ways = self.ways_from(leaf).filter(|way| way.transition.events.iter().any(|known| known == event));
        let texts = ways.flat_map(|way| {
            way.transition.when.iter().chain(way.transition.require.iter().map(|requirement| &requirement.that))
        });
        let mut hints = BTreeMap::new();
        for (field, literal) in texts.flat_map(|text| compared(text, "event.data.")) {
            hints.entry(field).or_insert(literal);
        }
        hints
    }

    /// The outcomes that transitions tell apart, per step. Those that lead on weigh more than those that lead back;
    /// an outcome that no condition names has the empty word.
    fn outcomes(&self, ranks: &BTreeMap<StateId, u32>) -> BTreeMap<String, Vec<(String, u32)>> {
        let mut found: BTreeMap<String, Vec<(String, u32)>> = BTreeMap::new();
        for (source, ways) in &self.ways {
            let here = self.rank(&[*source], ranks);
            for way in ways {
                let steps = way.transition.events.iter().filter_map(|event| event.strip_prefix("done.step."));
                for step in steps {
                    let weight = if self.rank(&way.targets, ranks) < here { 3 } else { 1 };
                    let named = way.transition.when.as_deref().map(|when| compared(when, "event.data."));
                    let outcomes = named.unwrap_or_else(|| vec![("outcome".to_owned(), String::new())]);
                    let outcomes = outcomes.into_iter().filter(|(field, _)| field == "outcome");
                    found.entry(step.to_owned()).or_default().extend(outcomes.map(|(_, outcome)| (outcome, weight)));
                }
            }
        }
        found.retain(|_, outcomes| outcomes.iter().any(|(outcome, _)| !outcome.is_empty()));
        found
    }

    /// Whether a timer stands for an agreed day, not for patience that runs out.
    fn is_agreed(&self, timer: &str) -> bool {
        let rule = self.definition.timers.get(timer).and_then(|timer| TimeRule::parse(&timer.rule).ok());
        rule.is_some_and(|rule| {
            rule.expression().is_some()
                || rule.text().starts_with(|c: char| c.is_ascii_digit() && rule.text().contains('-'))
        })
    }
}

/// `prefix` + field, compared with a text: `event.data.to != 'observe'` gives `to` and `observe`.
fn compared(text: &str, prefix: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in text.split(prefix).skip(1) {
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
        let (field, rest) = part.split_at(end);
        let rest = rest.trim_start();
        let literal = ["==", "!="].iter().find_map(|sign| rest.strip_prefix(sign)).map(str::trim_start);
        let quoted = literal.and_then(|literal| {
            let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            literal[1..].split_once(quote).map(|(inner, _)| inner)
        });
        found.extend(quoted.map(|inner| (field.to_owned(), inner.to_owned())));
    }
    found
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
