//! The picture in words: an outline of states, what happens in them, and where they lead.

use crate::ir::{State, StateKind, Transition, Workflow};

use super::DiagramOptions;
use super::words::Words;

/// The workflow as an outline in plain text.
pub(super) fn write(workflow: &Workflow, options: &DiagramOptions) -> String {
    let words = Words { workflow, locale: &options.locale };
    let mut writer = Writer { words, options, out: String::new() };
    let title = words.given("title").unwrap_or_else(|| workflow.id.clone());
    writer.line(0, &format!("{title} ({} {})", workflow.id, workflow.version));
    writer.starts(0, &workflow.initial, &workflow.states);
    writer.line(0, "");
    for (position, state) in workflow.states.iter().enumerate() {
        writer.state(state, 0, &format!("{}", position + 1));
    }
    writer.out
}

struct Writer<'a> {
    words: Words<'a>,
    options: &'a DiagramOptions,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        if !text.is_empty() {
            self.out.push_str(&"  ".repeat(depth));
            self.out.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        self.out.push('\n');
    }

    fn starts(&mut self, depth: usize, initial: &[String], children: &[State]) {
        let first = children.first().map(|state| state.id.clone());
        let ids: Vec<String> = if initial.is_empty() { first.into_iter().collect() } else { initial.to_vec() };
        if !ids.is_empty() {
            let names: Vec<String> = ids.iter().map(|id| self.words.state(id)).collect();
            let text = format!("{}: {}", self.words.pick("begint bij", "starts at"), names.join(", "));
            self.line(depth, &text);
        }
    }

    fn state(&mut self, state: &State, depth: usize, number: &str) {
        let mut marks = Vec::new();
        let kind = match state.kind {
            StateKind::Atomic | StateKind::Compound => "",
            StateKind::Parallel => self.words.pick("delen tegelijk", "parts at the same time"),
            StateKind::Final => self.words.pick("einde", "end"),
            StateKind::History | StateKind::DeepHistory => {
                self.words.pick("terug naar waar men was", "back to where one was")
            }
        };
        marks.extend((!kind.is_empty()).then(|| kind.to_owned()));
        if self.options.highlight.contains(&state.id) {
            marks.push(self.words.pick("hier zijn we nu", "we are here now").to_owned());
        }
        marks.extend(state.mandatory.then(|| self.words.pick("verplicht", "mandatory").to_owned()));
        let note = self.options.annotations.get(&state.id).filter(|note| !note.text.is_empty());
        marks.extend(note.map(|note| note.text.clone()));
        let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
        let heading = format!("{number}. {}{marks}", self.words.state(&state.id));
        self.line(depth, &heading);
        self.inside(state, depth + 1);
        for (position, child) in state.states.iter().enumerate() {
            self.state(child, depth + 1, &format!("{number}.{}", position + 1));
        }
    }

    fn inside(&mut self, state: &State, depth: usize) {
        for step in &state.steps {
            let roles: Vec<String> = step.roles.iter().map(|role| self.words.role(role)).collect();
            let who = if roles.is_empty() { String::new() } else { format!(": {}", roles.join(", ")) };
            let text =
                format!("{} {} ({}){who}", self.words.pick("stap", "step"), self.words.step(&step.id), step.kind);
            self.line(depth, &text);
        }
        if let Some(run) = &state.run {
            let text = format!("{} {}", self.words.pick("start", "runs"), self.words.run(run));
            self.line(depth, &text);
        }
        if state.kind == StateKind::Compound {
            self.starts(depth, &state.initial, &state.states);
        }
        if matches!(state.kind, StateKind::History | StateKind::DeepHistory) {
            let first = self.words.pick("de eerste keer", "the first time");
            for target in &state.initial {
                let text = format!("→ {}: {first}", self.words.state(target));
                self.line(depth, &text);
            }
        }
        for transition in &state.on {
            self.transition(state, transition, depth);
        }
    }

    fn transition(&mut self, state: &State, transition: &Transition, depth: usize) {
        let events: Vec<String> = transition.events.iter().map(|event| self.words.event(event, state)).collect();
        let mut text =
            if events.is_empty() { self.words.pick("vanzelf", "by itself").to_owned() } else { events.join(" / ") };
        if let Some(when) = &transition.when {
            text.push_str(&format!(", {} {when}", self.words.pick("als", "if")));
        }
        let roles: Vec<String> = transition.roles.iter().map(|role| self.words.role(role)).collect();
        if !roles.is_empty() {
            text.push_str(&format!(" ({})", roles.join(", ")));
        }
        if transition.mandatory {
            text.push_str(self.words.pick(", verplicht", ", mandatory"));
        }
        let targets: Vec<String> = transition.targets.iter().map(|target| self.words.state(target)).collect();
        let target = if targets.is_empty() {
            self.words.pick("blijft hier", "stays here").to_owned()
        } else {
            targets.join(", ")
        };
        self.line(depth, &format!("→ {target}: {text}"));
    }
}
