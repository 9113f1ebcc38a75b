//! States, transitions, timers and children.

use std::collections::HashMap;

use super::{Lowering, count, flag, string};
use crate::ir;
use crate::language::node::{Entry, Node, Value};
use crate::language::span::{Path, Span};

/// Keys that only states with something inside or to do have.
const FOR_REAL_STATES: &[&str] =
    &["step", "steps", "run", "after", "at", "every", "exit", "on", "always", "initial", "states", "parallel"];

impl Lowering<'_> {
    /// The children of a map of states.
    pub(super) fn states(&mut self, node: &Node) -> Vec<ir::State> {
        node.entries().iter().map(|entry| self.state(entry)).collect()
    }

    fn state(&mut self, entry: &Entry) -> ir::State {
        let (id, node) = (entry.key.as_str(), &entry.value);
        let path = Path::of("state").at(id);
        self.declare_state(id, entry.span);
        self.text(format_args!("state.{id}"), node.get("title"));
        self.text(format_args!("state.{id}.hint"), node.get("hint"));
        let kind = self.kind(entry);
        let mut state = ir::State {
            initial: self.names(node.get(if is_history(kind) { "default" } else { "initial" }), path.at("initial")),
            on_entry: self.actions(node.get("entry"), path.at("entry")),
            on_exit: self.actions(node.get("exit"), path.at("exit")),
            mandatory: flag(node.get("mandatory")),
            ..empty(id, kind)
        };
        if let Some(children) = node.get("parallel").or_else(|| node.get("states")) {
            state.states = self.states(children);
        }
        self.steps_of(id, node, &mut state);
        state.run = node.get("run").map(|run| self.run(run, path.at("run")));
        self.behaviour(path, node, &mut state);
        state
    }

    /// Remembers a state and refuses a second one of the same name.
    pub(super) fn declare_state(&mut self, id: &str, span: Span) {
        self.map.put(Path::of("state").at(id), span);
        if let Some(first) = self.states.insert(id.to_owned(), span) {
            self.sink
                .add("DB061", span, format!("There are two states `{id}`."))
                .label(format!("first on line {}", first.line))
                .help("ids of states are unique in the whole workflow; rename one");
        }
    }

    fn kind(&mut self, entry: &Entry) -> ir::StateKind {
        let node = &entry.value;
        let history = node.get("history").and_then(Node::text);
        let kind = match history {
            Some("deep") => ir::StateKind::DeepHistory,
            Some(_) => ir::StateKind::History,
            None if flag(node.get("final")) => ir::StateKind::Final,
            None if node.get("parallel").is_some() => ir::StateKind::Parallel,
            None if node.get("states").is_some() => ir::StateKind::Compound,
            None => ir::StateKind::Atomic,
        };
        self.exclude(entry, kind);
        kind
    }

    /// Refuses keys that the kind of state does not have.
    fn exclude(&mut self, state: &Entry, kind: ir::StateKind) {
        let (what, extra): (&str, &[&str]) = match kind {
            ir::StateKind::Final => ("a final state", &["default"]),
            ir::StateKind::History | ir::StateKind::DeepHistory => ("a history state", &["entry", "final"]),
            ir::StateKind::Parallel => ("a parallel state", &["states", "initial", "default"]),
            ir::StateKind::Compound => ("a compound state", &["default"]),
            ir::StateKind::Atomic => ("a state without children", &["initial", "default"]),
        };
        let real = matches!(kind, ir::StateKind::Final) || is_history(kind);
        let refused = |key: &str| extra.contains(&key) || (real && FOR_REAL_STATES.contains(&key));
        for entry in state.value.entries() {
            if refused(&entry.key) {
                self.sink
                    .add("DB035", entry.span, format!("`{}` is {what} and cannot have `{}`.", state.key, entry.key))
                    .help(format!("remove `{}`, or make `{}` another kind of state", entry.key, state.key));
            }
        }
        if let (Some(_), Some(second)) = (state.value.entry("step"), state.value.entry("steps")) {
            self.sink
                .add("DB035", second.span, "`step` and `steps` exclude each other.")
                .help("move the single step into `steps` under a name of its own");
        }
    }

    fn steps_of(&mut self, id: &str, node: &Node, state: &mut ir::State) {
        if let Some(entry) = node.entry("step") {
            let step = self.step(id, entry.span, &entry.value);
            state.steps.push(step);
        }
        for entry in node.get("steps").map_or(&[][..], Node::entries) {
            let step = self.step(&entry.key, entry.span, &entry.value);
            state.steps.push(step);
        }
    }

    /// Transitions and timers, in the order in which they are written.
    fn behaviour(&mut self, path: Path, node: &Node, state: &mut ir::State) {
        for entry in node.entries() {
            match entry.key.as_str() {
                "on" => {
                    for event in entry.value.entries() {
                        let names = vec![event.key.clone()];
                        self.transitions(path, names, event.span, &event.value, state);
                    }
                }
                "always" => self.transitions(path, Vec::new(), entry.span, &entry.value, state),
                "after" | "at" | "every" => self.timers(path, entry, state),
                _ => {}
            }
        }
    }

    fn timers(&mut self, path: Path, group: &Entry, state: &mut ir::State) {
        for (n, entry) in group.value.entries().iter().enumerate() {
            let named = entry.value.items().iter().find_map(|item| item.get("timer")?.text());
            let id = named.map_or_else(|| format!("{}.{}.{}", state.id, group.key, n + 1), str::to_owned);
            self.declare_timer(&id, entry.span);
            state.timers.push(ir::Timer {
                id: id.clone(),
                rule: entry.key.trim().to_owned(),
                repeat: group.key == "every",
            });
            let events = vec![format!("timer.{id}")];
            self.transitions(path, events, entry.span, &entry.value, state);
        }
    }

    /// Remembers a timer and refuses a second one of the same name.
    fn declare_timer(&mut self, id: &str, span: Span) {
        self.map.put(Path::of("timer").at(id), span);
        if let Some(first) = self.timers.insert(id.to_owned(), span) {
            self.sink
                .add("DB067", span, format!("There are two timers `{id}`."))
                .label(format!("first on line {}", first.line))
                .help("give each its own `timer:` name");
        }
    }

    fn transitions(&mut self, path: Path, events: Vec<String>, span: Span, node: &Node, state: &mut ir::State) {
        for item in node.items() {
            let path = path.at("on").nth(state.on.len());
            self.map.put(path, span);
            self.map.put(path.at("events"), span);
            let transition = self.transition(path, events.clone(), item);
            state.on.push(transition);
        }
    }

    fn transition(&mut self, path: Path, events: Vec<String>, node: &Node) -> ir::Transition {
        let to = match node.value {
            Value::Map(_) => node.get("to"),
            _ => Some(node),
        };
        if let Some(event) = events.first() {
            self.text(format_args!("event.{event}"), node.get("title"));
            self.text(format_args!("event.{event}.hint"), node.get("hint"));
        }
        for key in ["needs_reason", "error", "timer"] {
            if let Some(entry) = node.entry(key) {
                self.map.put(path.at(key), entry.span);
            }
        }
        let data = node.entry("data").map(|entry| {
            self.map.put(path.at("data"), entry.span);
            self.fields(&entry.value, path.at("data"), false)
        });
        let error = node.get("error").map(|word| string(Some(word)));
        ir::Transition {
            events,
            when: self.expr(node.get("when"), path.at("when")),
            roles: self.names(node.get("roles"), path.at("roles")),
            require: self.requirements(node.get("require"), path.at("require")),
            error,
            concludes: self.names(node.get("concludes"), path.at("concludes")),
            event_data: data,
            needs_reason: flag(node.get("needs_reason")),
            targets: self.names(to, path.at("targets")),
            internal: !flag(node.get("reenter")),
            actions: self.actions(node.get("do"), path.at("do")),
            mandatory: flag(node.get("mandatory")),
        }
    }

    fn run(&mut self, node: &Node, path: Path) -> ir::Run {
        self.map.put(path, node.span);
        if let Some(workflow) = node.get("workflow") {
            self.map.put(path.at("workflow"), workflow.span);
        }
        let version = node.get("version").map(|version| {
            self.map.put(path.at("version"), version.span);
            string(Some(version))
        });
        let join = match node.get("join") {
            Some(join) => match (join.text(), count(join.get("at_least"))) {
                (Some("any"), _) => ir::Join::Any,
                (_, Some(least)) => ir::Join::AtLeast(least),
                _ => ir::Join::All,
            },
            None => ir::Join::All,
        };
        ir::Run {
            workflow: string(node.get("workflow")),
            version,
            each: self.each(node.get("for_each"), path.at("for_each")),
            key: self.expr(node.get("key"), path.at("key")),
            with: self.exprs(node.get("with"), path.at("with")),
            join,
            keep: flag(node.get("keep")),
        }
    }
}

fn is_history(kind: ir::StateKind) -> bool {
    matches!(kind, ir::StateKind::History | ir::StateKind::DeepHistory)
}

/// A state with nothing in it.
pub(super) fn empty(id: &str, kind: ir::StateKind) -> ir::State {
    ir::State {
        id: id.to_owned(),
        kind,
        initial: Vec::new(),
        states: Vec::new(),
        steps: Vec::new(),
        run: None,
        timers: Vec::new(),
        on_entry: Vec::new(),
        on_exit: Vec::new(),
        on: Vec::new(),
        mandatory: false,
    }
}

/// Decides which transitions are internal: those of a compound state with all targets inside it
/// (statecharts.md section 2), unless `reenter` was given.
pub(super) fn settle(states: &mut [ir::State]) {
    let mut ranges = HashMap::new();
    number(states, &mut 0, &mut ranges);
    apply(states, &ranges);
}

/// Pre-order numbers: a state's descendants lie between its own two.
fn number(states: &[ir::State], next: &mut u32, ranges: &mut HashMap<String, (u32, u32)>) {
    for state in states {
        let first = *next;
        *next += 1;
        number(&state.states, next, ranges);
        ranges.insert(state.id.clone(), (first, *next));
    }
}

fn apply(states: &mut [ir::State], ranges: &HashMap<String, (u32, u32)>) {
    for state in states {
        let own = ranges.get(&state.id).copied().unwrap_or_default();
        let inside = |target: &String| ranges.get(target).is_some_and(|(first, end)| own.0 < *first && *end <= own.1);
        for transition in &mut state.on {
            transition.internal &= state.kind == ir::StateKind::Compound
                && !transition.targets.is_empty()
                && transition.targets.iter().all(inside);
        }
        apply(&mut state.states, ranges);
    }
}
