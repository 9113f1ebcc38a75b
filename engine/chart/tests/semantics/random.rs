//! Random charts from a tape of bytes: a short tape is a small chart, so failures shrink to something readable.

use draaiboek_chart::{ActionId, Block, Chart, CondId, InitialSource, Place, StateKind, StateSource, TransitionSource};

use crate::notation::Written;

/// The events that are sent from outside; charts use more.
pub const EVENTS: [&str; 4] = ["e", "f", "f.x", "g"];

struct Tape<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Tape<'_> {
    /// A number below `limit`; 0 at the end of the tape.
    fn next(&mut self, limit: usize) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte) % limit)
    }

    fn pick<'b, T: ?Sized>(&mut self, from: &[&'b T]) -> &'b T {
        from[self.next(from.len())]
    }
}

/// A chart that compiles.
pub fn chart(bytes: &[u8]) -> (Written, Chart) {
    let mut tape = Tape { bytes: bytes.iter() };
    let mut written = Written::default();
    let mut count = 0;
    let top = 1 + tape.next(3);
    written.source.states = (0..top).map(|_| state(&mut tape, &mut count, 0, StateKind::State)).collect();
    let mut ids = Vec::new();
    collect(&written.source.states, &mut ids);
    if tape.next(3) == 1 {
        let target = ids[tape.next(ids.len())].clone();
        written.source.initial = Some(InitialSource { targets: vec![target], actions: Block::new() });
    }
    let mut states = std::mem::take(&mut written.source.states);
    states.iter_mut().for_each(|state| decorate(state, &mut tape, &ids, &mut written));
    written.source.states = states;
    loop {
        match Chart::compile(&written.source) {
            Ok(chart) => return (written, chart),
            Err(errors) => errors.iter().for_each(|error| mend(&mut written, &error.place)),
        }
    }
}

fn state(tape: &mut Tape<'_>, count: &mut usize, depth: usize, parent: StateKind) -> StateSource {
    *count += 1;
    let id = format!("s{count}");
    let kind = match tape.next(8) {
        0 | 1 if parent == StateKind::State => StateKind::Final,
        2 | 3 if depth < 3 => StateKind::Parallel,
        _ => StateKind::State,
    };
    let mut source = StateSource { id, kind, ..StateSource::default() };
    if kind != StateKind::Final && depth < 4 && *count < 24 {
        let children = if kind == StateKind::Parallel { 1 + tape.next(3) } else { tape.next(4) };
        source.children = (0..children).map(|_| state(tape, count, depth + 1, kind)).collect();
    }
    if !source.children.is_empty() && tape.next(3) == 1 {
        *count += 1;
        let deep = tape.next(2) == 1;
        let history =
            StateSource { id: format!("h{count}"), kind: StateKind::History { deep }, ..StateSource::default() };
        let at = tape.next(source.children.len() + 1);
        source.children.insert(at, history);
    }
    source
}

fn collect(states: &[StateSource], ids: &mut Vec<String>) {
    for state in states {
        ids.push(state.id.clone());
        collect(&state.children, ids);
    }
}

/// Gives every state its handlers, initial and transitions; wrong ones are mended afterwards.
fn decorate(state: &mut StateSource, tape: &mut Tape<'_>, ids: &[String], written: &mut Written) {
    let mut own = Vec::new();
    collect(&state.children, &mut own);
    match state.kind {
        StateKind::History { .. } => {
            let targets = (0..1 + tape.next(2)).map(|_| ids[tape.next(ids.len())].clone()).collect();
            let actions = block(tape, ids, written);
            state.transitions = vec![TransitionSource { targets, actions, ..TransitionSource::default() }];
            return;
        }
        StateKind::Final => {}
        StateKind::State | StateKind::Parallel => {
            let count = tape.next(4);
            state.transitions = (0..count).map(|_| transition(tape, ids, written)).collect();
        }
    }
    if state.kind == StateKind::State && !own.is_empty() && tape.next(2) == 1 {
        let targets = (0..1 + tape.next(2)).map(|_| own[tape.next(own.len())].clone()).collect();
        state.initial = Some(InitialSource { targets, actions: block(tape, ids, written) });
    }
    state.on_entry = (0..tape.next(3)).map(|_| block(tape, ids, written)).collect();
    state.on_exit = (0..tape.next(3)).map(|_| block(tape, ids, written)).collect();
    state.children.iter_mut().for_each(|child| decorate(child, tape, ids, written));
}

fn transition(tape: &mut Tape<'_>, ids: &[String], written: &mut Written) -> TransitionSource {
    let events = match tape.next(10) {
        0 => vec![],
        1 => vec!["*".into()],
        2 => vec!["done.state".into()],
        3 => vec![format!("done.state.{}", ids[tape.next(ids.len())]).as_str().into()],
        4 => vec!["error".into()],
        5 => vec!["i".into(), "i.j".into()],
        6 => vec![draaiboek_chart::Descriptor::Exact("f".into())],
        _ => vec![tape.pick(&EVENTS).into()],
    };
    let id = &ids[tape.next(ids.len())];
    let cond = match tape.next(8) {
        0 => Some(format!("In:{id}")),
        1 => Some(format!("out:{id}")),
        2 => Some("set:x".to_owned()),
        3 => Some("broken".to_owned()),
        _ => None,
    };
    TransitionSource {
        events,
        cond: cond.map(|word| CondId(written.word(&word))),
        targets: (0..tape.next(3)).map(|_| ids[tape.next(ids.len())].clone()).collect(),
        internal: tape.next(3) == 1,
        actions: block(tape, ids, written),
    }
}

fn block(tape: &mut Tape<'_>, ids: &[String], written: &mut Written) -> Block {
    let actions = (0..tape.next(4)).map(|_| {
        let id = &ids[tape.next(ids.len())];
        let index = written.words.len();
        let word = match tape.next(12) {
            0 => "raise:i".to_owned(),
            1 => "raise:i.j".to_owned(),
            2 => "set:x".to_owned(),
            3 => "unset:x".to_owned(),
            4 => "broken".to_owned(),
            5 => "lost".to_owned(),
            6 => "event?".to_owned(),
            7 | 8 => format!("in?{id}"),
            _ => format!("w{index}"),
        };
        ActionId(written.word(&word))
    });
    actions.collect()
}

/// Takes away what the compiler refuses.
fn mend(written: &mut Written, place: &Place) {
    match place {
        Place::Chart | Place::State { .. } => {
            panic!("the generator makes no such chart: {place:?}")
        }
        Place::Initial { state, .. } if state.index() == 0 => written.source.initial = None,
        Place::Initial { id, .. } => find(&mut written.source.states, id).initial = None,
        Place::Transition { id, index, .. } => {
            let parent_of_history = first_sibling(&written.source.states, id);
            let state = find(&mut written.source.states, id);
            let is_history = matches!(state.kind, StateKind::History { .. });
            let transition = &mut state.transitions[*index];
            if is_history {
                transition.targets = vec![parent_of_history];
            } else if transition.targets.len() > 1 {
                transition.targets.truncate(1);
            } else {
                transition.events = vec!["e".into()];
            }
        }
    }
}

fn find<'a>(states: &'a mut [StateSource], id: &str) -> &'a mut StateSource {
    let mut open: Vec<&mut StateSource> = states.iter_mut().collect();
    while let Some(state) = open.pop() {
        if state.id == id {
            return state;
        }
        open.extend(state.children.iter_mut());
    }
    panic!("no state {id}")
}

/// The first real state beside this one.
fn first_sibling(states: &[StateSource], id: &str) -> String {
    if states.iter().any(|state| state.id == id) {
        let real = states.iter().find(|state| !matches!(state.kind, StateKind::History { .. }));
        return real.map(|state| state.id.clone()).unwrap_or_default();
    }
    states.iter().map(|state| first_sibling(&state.children, id)).find(|found| !found.is_empty()).unwrap_or_default()
}
