//! Actions: paths below `data`, event names, recipients, roles.

use std::collections::BTreeSet;

use super::Verify;
use crate::ir::{Action, Recipient};
use crate::lint::expressions::visit_actions;
use crate::lint::outline::is_reserved;

impl Verify<'_> {
    /// Checks all actions.
    pub(super) fn actions(&mut self) {
        let mut all: Vec<(String, &Action)> = Vec::new();
        visit_actions(self.workflow, &mut |path, action| all.push((path.to_owned(), action)));
        let ids: BTreeSet<&str> = all
            .iter()
            .filter_map(|(_, action)| match action {
                Action::Send { id, .. } => id.as_deref(),
                _ => None,
            })
            .collect();
        for (path, action) in &all {
            self.action(path, action, &ids);
        }
    }

    fn action(&mut self, path: &str, action: &Action, sends: &BTreeSet<&str>) {
        match action {
            Action::Assign { path: target, .. } => self.assigned(target, &format!("{path}/path")),
            Action::Raise { event, .. } => self.sendable(event, path),
            Action::Send { event, to, after, .. } => {
                self.sendable(event, path);
                self.recipient(to, after.is_some(), path);
            }
            Action::Cancel { id } if !sends.contains(id.as_str()) => {
                let near = self.nearest(id, sends.iter().copied());
                self.problem("DB072", &format!("{path}/id"), format!("No `send` has the id `{id}`."))
                    .did_you_mean(near, || {
                        "give the delayed `send` this `id:`; a timer stops by itself when its state is left".to_owned()
                    });
            }
            Action::Notify { roles, .. } => self.roles_exist(roles, format_args!("{path}/roles")),
            Action::Erase { steps } => {
                for (n, step) in steps.iter().enumerate() {
                    self.step_exists(step, format_args!("{path}/erase/{n}"));
                }
            }
            Action::ForEach { each, .. } => self.variable(Some(each), format_args!("{path}")),
            _ => {}
        }
    }

    /// The first name of an assigned path is declared in `data`.
    fn assigned(&mut self, target: &str, path: &str) {
        let end = target.find(['.', '[']).unwrap_or(target.len());
        let (root, rest) = target.split_at(end);
        let brackets = target.matches('[').count() == target.matches(']').count();
        let names = rest.split(['.', '[']).skip(1).all(|part| !part.trim().is_empty());
        if root.is_empty() || !brackets || !names || target.contains("[]") {
            self.problem("DB045", path, format!("`{target}` is no path."))
                .help("write `name`, `name.field` or `name[expression]`");
            return;
        }
        let workflow = self.workflow;
        if workflow.data.contains_key(root) {
            return;
        }
        let message = format!("There is no `{root}` in `data`.");
        if root == "data" && !rest.is_empty() {
            self.problem("DB066", path, message)
                .help(format!("paths begin below `data`: write `{}`", rest.trim_start_matches('.')));
            return;
        }
        let near = self.nearest(root, workflow.data.keys().map(String::as_str));
        self.problem("DB066", path, message)
            .did_you_mean(near, || format!("declare it: `data: {{{root}: …}}` with its first value"));
    }

    /// A workflow cannot send what only the engine sends.
    fn sendable(&mut self, event: &str, path: &str) {
        if is_reserved(event) {
            self.problem("DB068", &format!("{path}/event"), format!("`{event}` can only come from the engine."))
                .help("use a name that does not begin with `done.`, `timer.`, `child.`, `due.` or `error.`");
        }
    }

    fn recipient(&mut self, to: &Recipient, delayed: bool, path: &str) {
        if delayed && *to != Recipient::Itself {
            self.problem("DB078", &format!("{path}/after"), "Only an event to this instance itself can be delayed.")
                .help("send it to itself after the delay, and pass it on from there");
        }
        if let Recipient::Children(state) = to {
            let runs = self
                .state_exists(state, format_args!("{path}/to"))
                .map(|number| self.outline.state(number).run.is_some());
            if runs == Some(false) {
                self.problem("DB074", &format!("{path}/to"), format!("`{state}` runs no children."))
                    .help("name a state that has a `run:`");
            }
        }
    }
}
