//! Events and who may send them, requirements, and what children need.

use std::fmt::Arguments;

use super::Verify;
use crate::ir::{Each, Requirement, Transition};
use crate::lint::outline::is_reserved;

/// Names that expressions always have; a loop variable may not hide them.
const CONTEXT: &[&str] = &["config", "data", "event", "instance", "now", "today", "steps", "children", "artifacts"];

impl Verify<'_> {
    /// Checks all transitions.
    pub(super) fn events(&mut self) {
        for number in 0..self.outline.places.len() {
            let state = self.outline.state(number);
            for (index, transition) in state.on.iter().enumerate() {
                let path = format!("state/{}/on/{index}", state.id);
                self.transition(&path, transition);
            }
            if let Some(run) = &state.run {
                let path = format!("state/{}/run", state.id);
                self.variable(run.each.as_ref(), format_args!("{path}"));
                if let Some(version) = &run.version
                    && semver::VersionReq::parse(version).is_err()
                {
                    self.problem(
                        "DB039",
                        &format!("{path}/version"),
                        format!("`{version}` is no version requirement."),
                    )
                    .help("write `^1`, `1.2.0` or `>=1, <3`");
                }
            }
        }
    }

    fn transition(&mut self, path: &str, transition: &Transition) {
        self.roles_exist(&transition.roles, format_args!("{path}/roles"));
        for (n, step) in transition.concludes.iter().enumerate() {
            self.step_exists(step, format_args!("{path}/concludes/{n}"));
        }
        for event in &transition.events {
            self.event_can_happen(event, path);
        }
        self.requirements(&transition.require, format_args!("{path}/require"));
        let automatic = transition.events.iter().all(|event| is_reserved(event));
        if automatic {
            self.only_for_people(path, transition);
        }
        let timed = transition.events.iter().any(|event| event.starts_with("timer."));
        if !timed && self.map.exact(&format!("{path}/timer")).is_some() {
            self.problem("DB035", &format!("{path}/timer"), "`timer` names a timer, but this transition has none.")
                .help("move it below `after:`, `at:` or `every:`, or remove it");
        }
    }

    /// Refuses what only makes sense when a person sends the event.
    fn only_for_people(&mut self, path: &str, transition: &Transition) {
        let given = [
            ("roles", !transition.roles.is_empty()),
            ("needs_reason", transition.needs_reason),
            ("data", transition.event_data.is_some()),
            ("error", transition.error.is_some()),
        ];
        let what = match transition.events.first() {
            Some(event) => format!("`{event}` comes from the engine"),
            None => "A transition without an event happens by itself".to_owned(),
        };
        for (key, _) in given.into_iter().filter(|(_, given)| *given) {
            self.problem(
                "DB044",
                &format!("{path}/{key}"),
                format!("{what}; `{key}` is only for events that people send."),
            )
            .help(format!("remove `{key}`"));
        }
    }

    /// Checks that a reserved event names something that exists.
    fn event_can_happen(&mut self, event: &str, path: &str) {
        if !is_reserved(event) || event.contains('*') {
            return;
        }
        let path = &format!("{path}/events");
        let Some((family, name)) = split(event) else {
            self.problem("DB076", path, format!("The engine sends no event `{event}`."))
                .help("it sends `done.step.<step>`, `done.child.<state>`, `child.failed.<state>`, `done.state.<state>`, `timer.<timer>` and `error.<kind>`");
            return;
        };
        match family {
            "done.step" | "due" => {
                self.step_exists(name, format_args!("{path}"));
            }
            "timer" if !self.timers.contains(name) => {
                let near = self.nearest(name, self.timers.iter().copied());
                self.problem("DB076", path, format!("There is no timer `{name}`."))
                    .did_you_mean(near, || "name a timer with `timer:` below `after:`, `at:` or `every:`".to_owned());
            }
            "done.child" | "child.failed" => {
                let runs = self
                    .state_exists(name, format_args!("{path}"))
                    .map(|number| self.outline.state(number).run.is_some());
                if runs == Some(false) {
                    self.problem("DB076", path, format!("`{event}` never happens: `{name}` runs no children."))
                        .help(format!("give `{name}` a `run:`, or remove this"));
                }
            }
            "done.state" => {
                self.state_exists(name, format_args!("{path}"));
            }
            _ => {}
        }
    }

    /// Checks the variables of requirements.
    pub(super) fn requirements(&mut self, items: &[Requirement], path: Arguments<'_>) {
        for (n, item) in items.iter().enumerate() {
            self.variable(item.each.as_ref(), format_args!("{path}/{n}"));
            let open = item.reason.matches('{').count();
            if open != item.reason.matches('}').count() || item.reason.contains("{}") {
                self.problem(
                    "DB043",
                    &format!("{path}/{n}/else"),
                    format!("The reason `{}` has a brace that is not closed, or nothing in it.", item.reason),
                )
                .help("write a word, or a word with a detail: `NO_COACH:{team.id}`");
            }
        }
    }

    /// A loop variable may not hide a name of the context.
    pub(super) fn variable(&mut self, each: Option<&Each>, path: Arguments<'_>) {
        if let Some(each) = each
            && CONTEXT.contains(&each.var.as_str())
        {
            self.problem(
                "DB042",
                &format!("{path}/for_each/var"),
                format!("The variable `{}` hides the name that every expression has.", each.var),
            )
            .help("choose another name");
        }
    }
}

/// Family and name of a reserved event.
fn split(event: &str) -> Option<(&str, &str)> {
    for family in ["done.step", "done.child", "done.state", "child.failed", "timer", "due", "error"] {
        if let Some(name) = event.strip_prefix(family).and_then(|rest| rest.strip_prefix('.')) {
            return Some((family, name));
        }
    }
    None
}
