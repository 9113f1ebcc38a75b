//! From a workflow to the graph that shows it.

use std::collections::BTreeMap;

use crate::ir::{State, StateKind, Transition, Workflow};

use super::graph::{DiagramGraph, Edge, Icon, Line, Node, NodeKind, Tone};
use super::words::Words;
use super::{Annotation, DiagramOptions};

/// The graph of a workflow with its words in `options.locale`, and the marks and links that `options` ask for.
pub fn build(workflow: &Workflow, options: &DiagramOptions) -> DiagramGraph {
    let mut builder = Builder {
        words: Words { workflow, locale: &options.locale },
        options,
        graph: DiagramGraph::default(),
        index: BTreeMap::new(),
        pair: BTreeMap::new(),
    };
    builder.start(None, &workflow.initial, &workflow.states);
    for state in &workflow.states {
        builder.state(state, None);
    }
    builder.initial(None, &workflow.initial, &workflow.states);
    for state in &workflow.states {
        builder.arrows(state);
    }
    builder.describe();
    builder.graph
}

struct Builder<'a> {
    words: Words<'a>,
    options: &'a DiagramOptions,
    graph: DiagramGraph,
    index: BTreeMap<&'a str, usize>,
    /// Edge between two nodes.
    pair: BTreeMap<(usize, usize), usize>,
}

impl<'a> Builder<'a> {
    fn start(&mut self, parent: Option<usize>, initial: &[String], children: &[State]) {
        if !initial.is_empty() || !children.is_empty() {
            let owner = parent.map_or_else(String::new, |p| self.graph.nodes[p].id.clone());
            let mut node = Node::new(format!("{owner}/start"), NodeKind::Start, "", parent);
            node.tooltip = self.words.pick("begin", "start").to_owned();
            self.graph.nodes.push(node);
        }
    }

    fn state(&mut self, state: &'a State, parent: Option<usize>) {
        let kind = match state.kind {
            StateKind::Final => NodeKind::End,
            StateKind::History => NodeKind::History,
            StateKind::DeepHistory => NodeKind::DeepHistory,
            StateKind::Parallel if !state.states.is_empty() => NodeKind::Regions,
            _ if !state.states.is_empty() => NodeKind::Group,
            _ => NodeKind::State,
        };
        let history = matches!(kind, NodeKind::History | NodeKind::DeepHistory);
        let title = self.words.state(&state.id);
        let mut node = Node::new(&state.id, kind, if history { "" } else { &title }, parent);
        let note = self.options.annotations.get(&state.id);
        node.active = self.options.highlight.contains(&state.id);
        node.tone = match (note, node.active) {
            (Some(note), _) if note.tone != Tone::Plain => note.tone,
            (_, true) => Tone::Active,
            _ => Tone::Plain,
        };
        if !history {
            node.href = self.options.href.as_ref().map(|href| href.replace("{id}", &encoded(&state.id)));
            node.lines = self.lines(state, note);
        }
        node.tooltip = self.tooltip(state, &title, &node.lines);
        let at = self.graph.nodes.len();
        self.index.insert(&state.id, at);
        self.graph.nodes.push(node);
        if kind == NodeKind::Group {
            self.start(Some(at), &state.initial, &state.states);
        }
        for child in &state.states {
            self.state(child, Some(at));
        }
    }

    fn lines(&self, state: &State, note: Option<&Annotation>) -> Vec<Line> {
        let line = |icon, text| Line { icon, text };
        let mut lines: Vec<Line> =
            note.iter().filter(|note| !note.text.is_empty()).map(|note| line(Icon::None, note.text.clone())).collect();
        if self.options.plain {
            return lines;
        }
        for step in &state.steps {
            // The name of a kind is for authors: it stands there only when the step has no title of its own.
            let title = self.words.given(&format!("step.{}", step.id));
            let text = match title {
                Some(title) => title,
                None if step.id == state.id => step.kind.clone(),
                None => format!("{} ({})", self.words.step(&step.id), step.kind),
            };
            lines.push(line(Icon::Step, text));
        }
        lines.extend(state.run.iter().map(|run| line(Icon::Run, self.words.run(run))));
        let used = |id: &str| {
            let event = format!("timer.{id}");
            let states = self.words.workflow.all_states();
            states.iter().flat_map(|s| &s.on).any(|t| t.events.contains(&event))
        };
        for timer in state.timers.iter().filter(|timer| !used(&timer.id)) {
            lines.push(line(Icon::Clock, self.words.timer(&timer.id)));
        }
        lines
    }

    fn tooltip(&self, state: &State, title: &str, lines: &[Line]) -> String {
        let mut parts = vec![title.to_owned()];
        parts.extend(lines.iter().map(|line| line.text.clone()));
        if self.options.highlight.contains(&state.id) {
            parts.push(self.words.pick("hier zijn we nu", "we are here now").to_owned());
        }
        if state.mandatory {
            parts.push(self.words.pick("verplicht", "mandatory").to_owned());
        }
        parts.join(", ")
    }

    fn initial(&mut self, parent: Option<usize>, initial: &'a [String], children: &'a [State]) {
        let Some(dot) = self.graph.nodes.iter().position(|node| node.parent == parent && node.kind == NodeKind::Start)
        else {
            return;
        };
        let first = children.iter().find(|child| !matches!(child.kind, StateKind::History | StateKind::DeepHistory));
        let default: Vec<&str> = first.iter().map(|state| state.id.as_str()).collect();
        let targets = if initial.is_empty() { default } else { initial.iter().map(String::as_str).collect() };
        for target in targets {
            if let Some(&to) = self.index.get(target) {
                self.edge(dot, to, None, String::new());
            }
        }
    }

    fn arrows(&mut self, state: &'a State) {
        let Some(&from) = self.index.get(state.id.as_str()) else {
            return;
        };
        match self.graph.nodes[from].kind {
            NodeKind::Group => self.initial(Some(from), &state.initial, &state.states),
            NodeKind::History | NodeKind::DeepHistory => {
                for target in &state.initial {
                    if let Some(&to) = self.index.get(target.as_str()) {
                        self.edge(from, to, None, String::new());
                    }
                }
            }
            _ => {}
        }
        for transition in &state.on {
            self.transition(from, state, transition);
        }
        for child in &state.states {
            self.arrows(child);
        }
    }

    fn transition(&mut self, from: usize, state: &State, transition: &Transition) {
        let label = self.label(state, transition);
        let targets: Vec<usize> =
            transition.targets.iter().filter_map(|target| self.index.get(target.as_str()).copied()).collect();
        if targets.is_empty() {
            self.inner(from, label.icon, label.text);
            return;
        }
        for to in targets {
            let region = |inner: usize, outer: usize| {
                self.graph.nodes[inner].parent == Some(outer) && self.graph.nodes[outer].kind == NodeKind::Regions
            };
            if from == to {
                let again = self.words.pick("opnieuw", "again");
                self.inner(from, label.icon, format!("{} ({again})", label.text));
            } else if region(from, to) || region(to, from) {
                let text = format!("{} → {}", label.text, self.graph.nodes[to].title);
                self.inner(from, label.icon, text);
            } else {
                let tooltip = self.arrow_tooltip(transition, &label, from, to);
                self.edge(from, to, Some(label.clone()), tooltip);
            }
        }
    }

    /// What happens without leaving the node is a line in it.
    fn inner(&mut self, node: usize, icon: Icon, text: String) {
        let icon = if icon == Icon::Clock { icon } else { Icon::Loop };
        let line = Line { icon, text };
        let node = &mut self.graph.nodes[node];
        if !node.lines.contains(&line) {
            node.tooltip = format!("{}, {}", node.tooltip, line.text);
            node.lines.push(line);
        }
    }

    /// What stands on the arrow; a guard only where it tells two arrows of one event apart.
    fn label(&self, state: &State, transition: &Transition) -> Line {
        let timer = transition.events.iter().any(|event| event.starts_with("timer."));
        let mut names: Vec<String> = Vec::new();
        for event in &transition.events {
            let said = self.words.event(event, state);
            if !names.contains(&said) {
                names.push(said);
            }
        }
        let mut text = names.join(" / ");
        let rival = |other: &Transition| {
            !std::ptr::eq(other, transition) && other.events.iter().any(|event| transition.events.contains(event))
        };
        match transition.when.as_ref().filter(|_| self.options.guards) {
            None if text.is_empty() && transition.when.is_some() => {
                self.words.pick("als het zover is", "when it is time").clone_into(&mut text);
            }
            Some(_) if !text.is_empty() && !state.on.iter().any(rival) => {}
            Some(when) if text.is_empty() => text = self.words.guard(when),
            Some(when) => text = format!("{text} {}", self.words.guard(when)),
            None if text.is_empty() => self.words.pick("vanzelf", "by itself").clone_into(&mut text),
            None => {}
        }
        Line { icon: if timer { Icon::Clock } else { Icon::None }, text }
    }

    fn arrow_tooltip(&self, transition: &Transition, label: &Line, from: usize, to: usize) -> String {
        let name = |node: usize| {
            let node = &self.graph.nodes[node];
            if node.title.is_empty() { node.tooltip.clone() } else { node.title.clone() }
        };
        let mut said = format!("{} → {}: {}", name(from), name(to), label.text);
        if let Some(when) = transition.when.as_ref().filter(|_| self.options.guards) {
            said.push_str(&format!(" ({} {when})", self.words.pick("als", "if")));
        }
        if !transition.roles.is_empty() {
            let roles: Vec<String> = transition.roles.iter().map(|role| self.words.role(role)).collect();
            said.push_str(&format!(" ({})", roles.join(", ")));
        }
        if transition.mandatory {
            said.push_str(self.words.pick(", verplicht", ", mandatory"));
        }
        said
    }

    fn edge(&mut self, from: usize, to: usize, label: Option<Line>, tooltip: String) {
        let labelled = label.is_some();
        let known =
            self.pair.get(&(from, to)).copied().filter(|at| labelled != self.graph.edges[*at].labels.is_empty());
        let Some(at) = known else {
            let id = |node: usize| self.graph.nodes[node].id.clone();
            self.pair.insert((from, to), self.graph.edges.len());
            self.graph.edges.push(Edge {
                from,
                to,
                labels: label.into_iter().collect(),
                tooltip,
                taken: self.options.taken.contains(&(id(from), id(to))),
            });
            return;
        };
        let edge = &mut self.graph.edges[at];
        if let Some(label) = label.filter(|label| !edge.labels.contains(label)) {
            edge.labels.push(label);
            edge.tooltip = format!("{}; {tooltip}", edge.tooltip);
        }
    }

    fn describe(&mut self) {
        let workflow = self.words.workflow;
        self.graph.title = self.words.given("title").unwrap_or_else(|| workflow.id.clone());
        let states = workflow.all_states();
        let real = states.iter().filter(|s| !matches!(s.kind, StateKind::History | StateKind::DeepHistory)).count();
        let mut said = match self.words.pick("nl", "en") {
            "nl" => format!("Werkstroom met {real} toestanden."),
            _ => format!("Workflow with {real} states."),
        };
        let here: Vec<String> =
            states.iter().filter(|s| self.options.highlight.contains(&s.id)).map(|s| self.words.state(&s.id)).collect();
        if !here.is_empty() {
            said.push_str(&format!(" {} {}.", self.words.pick("Nu bij", "Now at"), here.join(", ")));
        }
        said.push_str(self.words.pick(" Dezelfde inhoud bestaat als lijst.", " The same content exists as a list."));
        self.graph.description = said;
    }
}

/// An id safe in a link.
fn encoded(id: &str) -> String {
    let mut out = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
