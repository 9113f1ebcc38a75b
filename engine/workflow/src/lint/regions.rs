//! Regions of parallel states, joins, and steps that cannot be open.

use super::Lint;
use super::outline::{Outline, covers};
use crate::ir::{Join, StateKind, Transition};

/// DB210 children that cannot be joined, DB211 regions that cannot, DB212 conflicts, DB214 restarts, DB218 closed steps.
pub fn check(lint: &mut Lint<'_>) {
    children(lint);
    done_states(lint);
    conflicts(lint);
    restarts(lint);
    closed_steps(lint);
}

fn heard(lint: &Lint<'_>, event: &str) -> bool {
    lint.outline.transitions().any(|(_, _, t)| t.events.iter().any(|descriptor| covers(descriptor, event)))
}

fn children(lint: &mut Lint<'_>) {
    let mut found = Vec::new();
    for place in &lint.outline.places {
        let Some(run) = &place.state.run else {
            continue;
        };
        let id = &place.state.id;
        match (run.join, &run.each) {
            (Join::AtLeast(least), None) if least > 1 => found.push((
                format!("state/{id}/run"),
                format!("`{id}` runs one child, but waits for {least}."),
                "add `for_each:`, or leave out `join:`",
            )),
            _ if !run.keep && !heard(lint, &format!("done.child.{id}")) && !lint.mentions("children", id) => {
                found.push((
                    format!("state/{id}/run"),
                    format!("Nothing waits for the children of `{id}`: `done.child.{id}` is not used."),
                    "add a transition for it, or `keep: true` when they may outlive the state",
                ));
            }
            _ => {}
        }
    }
    for (path, message, help) in found {
        lint.add("DB210", path, message, help);
    }
}

/// `done.state.x` that can never be raised because an end is missing.
fn done_states(lint: &mut Lint<'_>) {
    let mut found = Vec::new();
    for (source, index, transition) in lint.outline.transitions() {
        for event in &transition.events {
            let Some(number) = event.strip_prefix("done.state.").and_then(|id| lint.outline.number(id)) else {
                continue;
            };
            if let Some(open) = without_end(&lint.outline, number) {
                let source = &lint.outline.state(source).id;
                let id = &lint.outline.state(open).id;
                found.push((format!("state/{source}/on/{index}"), event.clone(), id.clone()));
            }
        }
    }
    for (path, event, open) in found {
        lint.add(
            "DB211",
            path,
            format!("`{event}` never happens: `{open}` has no final state among its children."),
            format!("add a child with `final: true` to `{open}`"),
        );
    }
}

/// The state at or below `number` whose missing end keeps it from being done.
fn without_end(outline: &Outline<'_>, number: usize) -> Option<usize> {
    match outline.state(number).kind {
        StateKind::Parallel => {
            outline.children(Some(number)).filter(|n| !outline.is_history(*n)).find_map(|n| without_end(outline, n))
        }
        StateKind::Compound => {
            let ends = outline.children(Some(number)).any(|n| outline.state(n).kind == StateKind::Final);
            (!ends).then_some(number)
        }
        _ => Some(number),
    }
}

/// Two regions that answer one event, one of which leaves the other.
fn conflicts(lint: &mut Lint<'_>) {
    let outline = &lint.outline;
    let leaving: Vec<(usize, usize, &Transition)> = outline
        .transitions()
        .filter(|(source, _, t)| {
            !t.targets.is_empty()
                && !t.events.is_empty()
                && outline.upwards(*source).skip(1).any(|n| outline.state(n).kind == StateKind::Parallel)
        })
        .collect();
    let mut found = Vec::new();
    for (n, (one, _, first)) in leaving.iter().enumerate() {
        for (other, index, second) in &leaving[n + 1..] {
            if first.when.is_some() && second.when.is_some() {
                continue;
            }
            let event = second
                .events
                .iter()
                .find(|event| first.events.iter().any(|own| covers(own, event) || covers(event, own)));
            if let Some(event) = event
                && regions_apart(outline, *one, *other)
                && (leaves(outline, *one, first, *other) || leaves(outline, *other, second, *one))
            {
                found.push((*one, *other, *index, event.clone()));
            }
        }
    }
    for (one, other, index, event) in found {
        let (one, other) = (lint.outline.state(one).id.clone(), lint.outline.state(other).id.clone());
        lint.add(
            "DB212",
            format!("state/{other}/on/{index}"),
            format!("`{event}` is taken in two regions at once, `{one}` and `{other}`, but only one of them can be."),
            "the one that stands first wins; use different events, or move the transition to the parallel state",
        );
    }
}

fn regions_apart(outline: &Outline<'_>, one: usize, other: usize) -> bool {
    outline
        .common(one, other)
        .is_some_and(|common| common != one && common != other && outline.state(common).kind == StateKind::Parallel)
}

fn leaves(outline: &Outline<'_>, source: usize, transition: &Transition, other: usize) -> bool {
    let targets = outline.targets(transition);
    match outline.domain(source, transition, &targets) {
        Some(domain) => outline.below(other, domain),
        None => true,
    }
}

/// A transition inside a parallel state that leaves and enters the whole parallel state.
fn restarts(lint: &mut Lint<'_>) {
    let outline = &lint.outline;
    let mut found = Vec::new();
    for (source, index, transition) in outline.transitions() {
        let targets = outline.targets(transition);
        if targets.is_empty() {
            continue;
        }
        let domain = outline.domain(source, transition, &targets);
        let restarted = outline.upwards(source).skip(1).find(|outer| {
            outline.state(*outer).kind == StateKind::Parallel
                && targets.iter().all(|target| outline.below(*target, *outer))
                && domain.is_none_or(|domain| outline.below(*outer, domain))
        });
        if let Some(outer) = restarted {
            found.push((source, index, outer));
        }
    }
    for (source, index, outer) in found {
        let (source, outer) = (lint.outline.state(source).id.clone(), lint.outline.state(outer).id.clone());
        lint.add(
            "DB214",
            format!("state/{source}/on/{index}"),
            format!("This transition leaves `{outer}` and enters it again, so all its regions start over and their tasks open again."),
            "lead it to a state inside the same region, or put the states that alternate into one compound state",
        );
    }
}

/// `concludes` of a step whose state is never active together with the source.
fn closed_steps(lint: &mut Lint<'_>) {
    let outline = &lint.outline;
    let mut homes = std::collections::HashMap::new();
    for (number, place) in outline.places.iter().enumerate() {
        for step in &place.state.steps {
            homes.insert(step.id.as_str(), number);
        }
    }
    let mut found = Vec::new();
    for (source, index, transition) in outline.transitions() {
        for (n, step) in transition.concludes.iter().enumerate() {
            if let Some(home) = homes.get(step.as_str())
                && !outline.together(source, *home)
            {
                found.push((source, *home, format!("{index}/concludes/{n}"), step.clone()));
            }
        }
    }
    for (source, home, rest, step) in found {
        let (source, home) = (lint.outline.state(source).id.clone(), lint.outline.state(home).id.clone());
        lint.add(
            "DB218",
            format!("state/{source}/on/{rest}"),
            format!("The step `{step}` belongs to `{home}`, which is never active together with `{source}`."),
            "conclude it with the transition that leaves its own state",
        );
    }
}
