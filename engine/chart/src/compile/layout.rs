//! Lays a checked source out in the arenas of a compiled chart. Decides nothing, refuses nothing.

use super::{Flat, Resolved, Tree};
use crate::bits::BitSet;
use crate::chart::{Chart, Domain, ErrorTokens, Node, Start, TransitionNode};
use crate::events::{EventTable, EventToken};
use crate::ids::{ActionId, Span, StateId};
use crate::interpreter::ErrorKind;
use crate::source::{Block, Descriptor, StateKind, TransitionSource};

/// Builds the chart.
pub(super) fn layout(tree: &Tree<'_>, resolved: &Resolved) -> Chart {
    let descriptors = tree.flat.iter().filter_map(|flat| flat.source).flat_map(|source| &source.transitions);
    let events = EventTable::new(descriptors.flat_map(|transition| &transition.events));
    let errors = ErrorTokens {
        all: events.range(&Descriptor::from("error")),
        execution: events.resolve(ErrorKind::Execution.name()),
        communication: events.resolve(ErrorKind::Communication.name()),
    };
    let size = tree.flat.len();
    let mut chart = Chart {
        nodes: Vec::with_capacity(size),
        ids: (0..size as u32).map(|index| tree.id(StateId(index)).into()).collect(),
        by_id: resolved.by_id.clone(),
        state_lists: Vec::new(),
        transitions: Vec::new(),
        ranges: Vec::new(),
        blocks: Vec::new(),
        actions: Vec::new(),
        events,
        errors,
        atomic: BitSet::new(size),
        eventless: BitSet::new(size),
        histories: 0,
    };
    for (index, flat) in tree.flat.iter().enumerate() {
        let node = node(&mut chart, tree, resolved, StateId(index as u32), flat);
        chart.nodes.push(node);
    }
    domains(&mut chart);
    leaves(&mut chart);
    chart
}

fn node(chart: &mut Chart, tree: &Tree<'_>, resolved: &Resolved, state: StateId, flat: &Flat<'_>) -> Node {
    let kind = tree.kind(state);
    let children = Span::push(&mut chart.state_lists, flat.children.iter().copied());
    let histories = Span::push(&mut chart.state_lists, flat.histories.iter().copied());
    let is_history = matches!(kind, StateKind::History { .. });
    let slot = chart.histories;
    chart.histories += u32::from(is_history);
    let sources = flat.source.map_or(&[][..], |source| &source.transitions);
    let transitions = if is_history { Span::default() } else { transitions(chart, resolved, state, sources) };
    Node {
        kind,
        parent: flat.parent,
        last: flat.last,
        children,
        histories,
        transitions,
        start: start(chart, tree, resolved, state, sources),
        on_entry: blocks(chart, flat.source.map_or(&[], |source| &source.on_entry)),
        on_exit: blocks(chart, flat.source.map_or(&[], |source| &source.on_exit)),
        done_data: flat.source.and_then(|source| source.done_data),
        has_invoke: flat.source.is_some_and(|source| source.has_invoke),
        done: flat.source.map_or(EventToken::UNKNOWN, |source| chart.event(&format!("done.state.{}", source.id))),
        slot,
    }
}

fn transitions(chart: &mut Chart, resolved: &Resolved, state: StateId, sources: &[TransitionSource]) -> Span {
    let nodes: Vec<TransitionNode> = sources
        .iter()
        .zip(&resolved.targets[state.index()])
        .map(|(source, targets)| TransitionNode {
            source: state,
            events: Span::push(
                &mut chart.ranges,
                source.events.iter().map(|descriptor| chart.events.range(descriptor)),
            ),
            cond: source.cond,
            targets: Span::push(&mut chart.state_lists, targets.iter().copied()),
            internal: source.internal,
            actions: block(&mut chart.actions, &source.actions),
            domain: Domain::None,
        })
        .collect();
    Span::push(&mut chart.transitions, nodes)
}

/// The initial of a compound state, its first child without one; the default of a history.
fn start(chart: &mut Chart, tree: &Tree<'_>, resolved: &Resolved, state: StateId, own: &[TransitionSource]) -> Start {
    let (targets, actions): (&[StateId], &[ActionId]) = match (tree.kind(state), tree.initial(state)) {
        (StateKind::History { .. }, _) => {
            let targets = resolved.targets[state.index()].first().map_or(&[][..], Vec::as_slice);
            (targets, own.first().map_or(&[], |default| &default.actions))
        }
        (_, Some(initial)) => (&resolved.initials[state.index()], &initial.actions),
        (StateKind::State, None) => (&tree.get(state).children[..tree.get(state).children.len().min(1)], &[]),
        (StateKind::Parallel | StateKind::Final, None) => (&[], &[]),
    };
    Start {
        targets: Span::push(&mut chart.state_lists, targets.iter().copied()),
        actions: block(&mut chart.actions, actions),
    }
}

fn blocks(chart: &mut Chart, blocks: &[Block]) -> Span {
    let spans: Vec<Span> = blocks.iter().map(|actions| block(&mut chart.actions, actions)).collect();
    Span::push(&mut chart.blocks, spans)
}

fn block(arena: &mut Vec<ActionId>, actions: &[ActionId]) -> Span {
    Span::push(arena, actions.iter().copied())
}

/// Fixes the domain of every transition that targets no history.
fn domains(chart: &mut Chart) {
    let domains: Vec<Domain> = chart
        .transitions
        .iter()
        .map(|transition| {
            let targets = chart.list(transition.targets);
            if targets.is_empty() {
                Domain::None
            } else if targets.iter().any(|target| chart.is_history(*target)) {
                Domain::Remembered
            } else {
                Domain::Fixed(chart.domain(transition, targets))
            }
        })
        .collect();
    for (transition, domain) in chart.transitions.iter_mut().zip(domains) {
        transition.domain = domain;
    }
}

/// Marks the atomic states, and those where eventless transitions must be looked for.
fn leaves(chart: &mut Chart) {
    let mut atomic = BitSet::new(chart.len());
    let mut eventless = BitSet::new(chart.len());
    for state in chart.states() {
        if !chart.children(state).is_empty() || chart.is_history(state) {
            continue;
        }
        atomic.insert(state);
        let mut path = std::iter::once(state).chain(chart.ancestors(state));
        if path.any(|on_path| chart.transitions(on_path).any(|id| chart.transition(id).eventless)) {
            eventless.insert(state);
        }
    }
    chart.atomic = atomic;
    chart.eventless = eventless;
}
