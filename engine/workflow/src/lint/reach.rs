//! Which states can become active, which can never be left, and whether the workflow can end.

use super::Lint;
use super::outline::Outline;
use crate::ir::{StateKind, Transition, Workflow};

/// States that can become active, whatever guards say, when `blocked` states are never entered.
pub fn reachable(outline: &Outline<'_>, workflow: &Workflow, blocked: &dyn Fn(usize) -> bool) -> Vec<bool> {
    walk(outline, workflow, blocked, &|_| false)
}

/// States that can become active, whatever guards say, when `barred` transitions are never taken.
pub fn without(outline: &Outline<'_>, workflow: &Workflow, barred: &dyn Fn(&Transition) -> bool) -> Vec<bool> {
    walk(outline, workflow, &|_| false, barred)
}

fn walk(
    outline: &Outline<'_>,
    workflow: &Workflow,
    blocked: &dyn Fn(usize) -> bool,
    barred: &dyn Fn(&Transition) -> bool,
) -> Vec<bool> {
    let mut walk = Walk {
        outline,
        blocked,
        active: vec![false; outline.places.len()],
        defaulted: vec![false; outline.places.len()],
        fresh: Vec::new(),
    };
    let initial: Vec<usize> = workflow.initial.iter().filter_map(|id| outline.number(id)).collect();
    match initial.as_slice() {
        [] => {
            if let Some(first) = outline.children(None).find(|n| !outline.is_history(*n)) {
                walk.enter(first);
            }
        }
        some => some.iter().for_each(|number| walk.enter(*number)),
    }
    while let Some(number) = walk.fresh.pop() {
        for transition in &outline.state(number).on {
            if possible(transition) && !barred(transition) {
                for target in outline.targets(transition) {
                    walk.enter(target);
                }
            }
        }
    }
    walk.active
}

/// Whether a transition can be taken at all.
fn possible(transition: &Transition) -> bool {
    transition.when.as_deref() != Some("false")
}

struct Walk<'a> {
    outline: &'a Outline<'a>,
    blocked: &'a dyn Fn(usize) -> bool,
    active: Vec<bool>,
    /// States whose own default has been entered.
    defaulted: Vec<bool>,
    fresh: Vec<usize>,
}

impl Walk<'_> {
    /// Marks a state, its ancestors with their other regions, and what the state enters by itself.
    fn enter(&mut self, number: usize) {
        let path: Vec<usize> = self.outline.upwards(number).collect();
        if path.iter().any(|n| (self.blocked)(*n)) {
            return;
        }
        for n in path {
            if std::mem::replace(&mut self.active[n], true) {
                continue;
            }
            self.fresh.push(n);
            if n != number && self.outline.state(n).kind == StateKind::Parallel {
                let regions = self.regions(n);
                for region in regions.into_iter().filter(|r| !self.outline.within(number, Some(*r))) {
                    self.enter(region);
                }
            }
        }
        if !std::mem::replace(&mut self.defaulted[number], true) {
            self.defaults(number);
        }
    }

    /// Children that are no history.
    fn regions(&self, number: usize) -> Vec<usize> {
        self.outline.children(Some(number)).filter(|n| !self.outline.is_history(*n)).collect()
    }

    /// Enters what a state enters by itself.
    fn defaults(&mut self, number: usize) {
        let state = self.outline.state(number);
        let named: Vec<usize> = state.initial.iter().filter_map(|id| self.outline.number(id)).collect();
        let next = match state.kind {
            StateKind::Parallel => self.regions(number),
            StateKind::Compound if named.is_empty() => self.regions(number).into_iter().take(1).collect(),
            _ => named,
        };
        for child in next {
            self.enter(child);
        }
    }
}

/// DB200 unreachable, DB201 dead end, DB202 never ends.
pub fn check(lint: &mut Lint<'_>) {
    unreachable(lint);
    dead_ends(lint);
    endless(lint);
}

fn unreachable(lint: &mut Lint<'_>) {
    let lost: Vec<usize> = (0..lint.outline.places.len())
        .filter(|n| !lint.reachable[*n])
        .filter(|n| {
            let parent = lint.outline.places[*n].parent;
            parent.is_none_or(|parent| lint.reachable[parent])
        })
        .collect();
    for number in lost {
        let id = &lint.outline.state(number).id;
        if lint.outline.is_history(number) {
            lint.add(
                "DB200",
                format!("state/{id}"),
                format!("The history `{id}` is never used."),
                "lead a transition to it, or remove it",
            );
            continue;
        }
        lint.add(
            "DB200",
            format!("state/{id}"),
            format!("The state `{id}` can never be reached."),
            "lead a transition to it (`to:`), make it the `initial` one, or remove it",
        );
    }
}

fn dead_ends(lint: &mut Lint<'_>) {
    let stuck: Vec<usize> = (0..lint.outline.places.len())
        .filter(|n| lint.reachable[*n])
        .filter(|n| lint.outline.state(*n).kind == StateKind::Atomic)
        .filter(|n| !can_leave(lint, *n))
        .collect();
    for number in stuck {
        let state = lint.outline.state(number);
        let path = format!("state/{}", state.id);
        lint.add(
            "DB201",
            path.as_str(),
            format!("Nothing leads out of the state `{}`, and it is no end.", state.id),
            "add a transition with `to:`, or make it an end with `final: true`",
        );
        if let Some(timer) = state.timers.iter().find(|timer| timer.repeat) {
            lint.add(
                "DB208",
                format!("timer/{}", timer.id),
                format!("The timer repeats for ever: nothing leads out of `{}`.", state.id),
                "add a transition with `to:` that ends it",
            );
        }
    }
}

/// Whether some transition that can be active together with the state leaves it: its own, an ancestor's, or one of
/// another region.
fn can_leave(lint: &Lint<'_>, number: usize) -> bool {
    let outline = &lint.outline;
    let own =
        outline.upwards(number).any(|source| outline.state(source).on.iter().any(|t| leaves(lint, source, t, number)));
    let in_region = outline.upwards(number).any(|outer| outline.state(outer).kind == StateKind::Parallel);
    own || (in_region
        && outline
            .transitions()
            .any(|(source, _, t)| outline.together(number, source) && leaves(lint, source, t, number)))
}

fn leaves(lint: &Lint<'_>, source: usize, transition: &Transition, number: usize) -> bool {
    if transition.targets.is_empty() || !lint.reachable[source] || !possible(transition) {
        return false;
    }
    let targets = lint.outline.targets(transition);
    match lint.outline.domain(source, transition, &targets) {
        Some(domain) => lint.outline.below(number, domain),
        None => true,
    }
}

fn endless(lint: &mut Lint<'_>) {
    let ends = lint.outline.children(None).any(|n| lint.reachable[n] && lint.outline.state(n).kind == StateKind::Final);
    if !ends {
        lint.add(
            "DB202",
            "workflow",
            "The workflow never ends: no final state at the top can be reached.",
            "add a state with `final: true` at the top and a transition that leads to it",
        );
    }
}
