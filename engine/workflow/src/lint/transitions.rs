//! Transitions that can never be taken, do nothing, or never stop.

use std::collections::BTreeSet;

use super::Lint;
use super::outline::{covers, is_reserved};
use crate::ir::{Action, Recipient, StateKind, Transition};

/// DB203 nobody sends, DB208 timer without effect, DB213 shadowed, DB215 loop, DB219 nobody hears.
pub fn check(lint: &mut Lint<'_>) {
    let raised = raised(lint);
    shadowed(lint);
    idle_timers(lint);
    unsent(lint, &raised);
    unheard(lint, &raised);
    loops(lint);
}

/// Events that the workflow raises or sends to itself, with their places.
fn raised(lint: &Lint<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, action) in &lint.actions {
        if let Action::Raise { event, .. } | Action::Send { event, to: Recipient::Itself, .. } = action {
            found.push((event.clone(), format!("{path}/event")));
        }
    }
    found
}

fn describe(transition: &Transition) -> String {
    match transition.events.first() {
        Some(event) => format!("The transition for `{event}`"),
        None => "The transition".to_owned(),
    }
}

/// Whether `earlier` always wins against `later` in one state.
fn shadows(earlier: &Transition, later: &Transition) -> bool {
    let always = earlier.when.as_deref().is_none_or(|when| when == "true");
    let same_people = earlier.roles.is_empty()
        || (!later.roles.is_empty() && later.roles.iter().all(|role| earlier.roles.contains(role)));
    let eventless = earlier.events.is_empty() && later.events.is_empty();
    let every = !later.events.is_empty()
        && later.events.iter().all(|name| earlier.events.iter().any(|descriptor| covers(descriptor, name)));
    always && same_people && (eventless || every)
}

fn shadowed(lint: &mut Lint<'_>) {
    let mut found = Vec::new();
    for place in &lint.outline.places {
        for (n, later) in place.state.on.iter().enumerate() {
            if let Some(earlier) = place.state.on[..n].iter().find(|earlier| shadows(earlier, later)) {
                let event = earlier.events.first().map_or("always", String::as_str).to_owned();
                found.push((format!("state/{}/on/{n}", place.state.id), describe(later), event));
            }
        }
    }
    for (path, what, event) in found {
        lint.add(
            "DB213",
            path,
            format!("{what} is never taken: the one for `{event}` above it always comes first."),
            "put the narrower one first, or give the one above a `when:`",
        );
    }
}

fn idle_timers(lint: &mut Lint<'_>) {
    let idle: Vec<(String, String)> = lint
        .outline
        .transitions()
        .filter(|(_, _, t)| t.targets.is_empty() && t.actions.is_empty())
        .filter_map(|(_, _, t)| t.events.first()?.strip_prefix("timer."))
        .map(|timer| (format!("timer/{timer}"), timer.to_owned()))
        .collect();
    for (path, timer) in idle {
        lint.add(
            "DB208",
            path,
            format!("Nothing happens when the timer `{timer}` is due."),
            "give it a `to:` or a `do:`",
        );
    }
}

/// Events that no role may send and that nothing in the workflow sends either.
fn unsent(lint: &mut Lint<'_>, raised: &[(String, String)]) {
    let from_children = lint.outline.places.iter().any(|place| place.state.run.is_some());
    if from_children {
        return;
    }
    let raised: BTreeSet<&str> = raised.iter().map(|(event, _)| event.as_str()).collect();
    let unsent: Vec<(String, String)> = lint
        .outline
        .transitions()
        .filter(|(_, _, t)| t.roles.is_empty())
        .flat_map(|(source, index, t)| t.events.iter().map(move |event| (source, index, event)))
        .filter(|(_, _, event)| !event.contains('*') && !is_reserved(event) && !raised.contains(event.as_str()))
        .map(|(source, index, event)| (format!("state/{}/on/{index}", lint.outline.state(source).id), event.clone()))
        .collect();
    for (path, event) in unsent {
        lint.add(
            "DB203",
            path,
            format!("Nobody may send `{event}`, and nothing in the workflow raises it."),
            "give it `roles:`, or raise it with `raise:`",
        );
    }
}

fn unheard(lint: &mut Lint<'_>, raised: &[(String, String)]) {
    let (open, exact): (BTreeSet<&str>, BTreeSet<&str>) = lint
        .outline
        .transitions()
        .flat_map(|(_, _, t)| t.events.iter().map(String::as_str))
        .partition(|descriptor| descriptor.contains('*'));
    let unheard: Vec<&(String, String)> = raised
        .iter()
        .filter(|(event, _)| {
            !exact.contains(event.as_str()) && !open.iter().any(|descriptor| covers(descriptor, event))
        })
        .collect();
    for (event, path) in unheard {
        lint.add(
            "DB219",
            path.as_str(),
            format!("No state does anything with the event `{event}`."),
            "add it below `on:` of a state, or remove it here",
        );
    }
}

/// Eventless transitions that certainly follow each other for ever.
fn loops(lint: &mut Lint<'_>) {
    let count = lint.outline.places.len();
    let next: Vec<Option<usize>> = (0..count).map(|n| forced(lint, n)).collect();
    // The walk in which a state was met first: each state is walked through once.
    let mut met: Vec<Option<usize>> = vec![None; count];
    for start in 0..count {
        let mut chain = Vec::new();
        let mut at = Some(start);
        while let Some(number) = at.filter(|n| met[*n].is_none()) {
            met[number] = Some(start);
            chain.push(number);
            at = next[number];
        }
        let Some(again) = at.filter(|n| met[*n] == Some(start)) else {
            continue;
        };
        if let Some(from) = chain.iter().position(|n| *n == again) {
            report_loop(lint, &chain[from..]);
        }
    }
}

fn report_loop(lint: &mut Lint<'_>, states: &[usize]) {
    let ids: Vec<&str> = states.iter().map(|n| lint.outline.state(*n).id.as_str()).collect();
    let chain = ids.join("` → `");
    let first = ids.first().copied().unwrap_or_default();
    let index =
        lint.outline.number(first).and_then(|n| lint.outline.state(n).on.iter().position(|t| t.events.is_empty()));
    let path = match index {
        Some(index) => format!("state/{first}/on/{index}"),
        None => format!("state/{first}"),
    };
    lint.add(
        "DB215",
        path,
        format!("These transitions never come to rest: `{chain}` → `{first}`."),
        "give one of them an event or a `when:` that becomes false",
    );
}

/// The atomic state that certainly follows an atomic state without an event.
fn forced(lint: &Lint<'_>, number: usize) -> Option<usize> {
    let outline = &lint.outline;
    if outline.state(number).kind != StateKind::Atomic || !lint.reachable[number] {
        return None;
    }
    let eventless: Vec<(usize, &Transition)> = outline
        .upwards(number)
        .flat_map(|n| outline.state(n).on.iter().map(move |t| (n, t)))
        .filter(|(_, t)| t.events.is_empty())
        .collect();
    let (_, first) = eventless.first()?;
    if first.when.as_deref().is_some_and(|when| when != "true") || !first.require.is_empty() {
        return None;
    }
    match first.targets.as_slice() {
        [] => Some(number),
        [one] => settle(lint, outline.number(one)?),
        _ => None,
    }
}

/// The atomic state in which entering a state ends, when that is certain.
fn settle(lint: &Lint<'_>, number: usize) -> Option<usize> {
    let state = lint.outline.state(number);
    match state.kind {
        StateKind::Atomic => Some(number),
        StateKind::Compound => match state.initial.as_slice() {
            [] => settle(lint, lint.outline.children(Some(number)).find(|n| !lint.outline.is_history(*n))?),
            [one] => settle(lint, lint.outline.number(one)?),
            _ => None,
        },
        _ => None,
    }
}
