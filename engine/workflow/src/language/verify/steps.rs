//! Steps: roles, shared contributions, and the names that expressions use for steps and states.

use super::Verify;
use crate::ir::Step;
use crate::lint::expressions::{names, visit};

impl Verify<'_> {
    /// Checks all steps and what expressions call them.
    pub(super) fn step_references(&mut self) {
        let steps: Vec<&Step> = self.steps.values().copied().collect();
        for step in steps {
            let path = format!("step/{}", step.id);
            self.roles_exist(&step.roles, format_args!("{path}/roles"));
            for (n, escalation) in step.escalate.iter().enumerate() {
                self.roles_exist(&escalation.roles, format_args!("{path}/escalate/{n}/roles"));
            }
            for role in step.audience.keys() {
                if !self.workflow.roles.contains_key(role) {
                    self.unknown_role(role, &format!("{path}/audience/{role}"));
                }
            }
            self.requirements(&step.checks, format_args!("{path}/checks"));
            self.shares(step, &path);
        }
        self.names_in_expressions();
    }

    fn shares(&mut self, step: &Step, path: &str) {
        let Some(other) = &step.shares else {
            return;
        };
        let path = format!("{path}/shares");
        if !self.step_exists(other, format_args!("{path}")) {
            return;
        }
        let Some(owner) = self.steps.get(other.as_str()).copied() else {
            return;
        };
        if owner.id == step.id || owner.shares.is_some() {
            self.problem("DB065", &path, format!("`{other}` has no contributions of its own to share."))
                .help("name the step in which the contributions began");
        } else if owner.kind != step.kind {
            self.problem(
                "DB065",
                &path,
                format!("`{other}` is of the kind `{}`, this step of the kind `{}`.", owner.kind, step.kind),
            )
            .help("steps that share contributions are of one kind");
        }
    }

    /// `steps.x`, `children.x` and `In('x')` name steps and states that exist.
    fn names_in_expressions(&mut self) {
        let known = &self.steps;
        let mut used = Vec::new();
        let mut asked = Vec::new();
        visit(self.workflow, &mut |path, source| {
            names(source, &mut |root, name| match root {
                "steps" if !name.is_empty() && !known.contains_key(name) => used.push((path.to_owned(), root, name)),
                "children" if !name.is_empty() => used.push((path.to_owned(), root, name)),
                _ => {}
            });
            if source.contains("In(") {
                asked.push((path.to_owned(), source));
            }
        });
        for (path, root, name) in used {
            if root == "steps" {
                self.step_exists(name, format_args!("{path}"));
            } else {
                self.has_children(name, &path);
            }
        }
        for (path, source) in asked {
            self.states_asked_for(source, &path);
        }
    }

    fn has_children(&mut self, state: &str, path: &str) {
        let runs =
            self.state_exists(state, format_args!("{path}")).map(|number| self.outline.state(number).run.is_some());
        if runs == Some(false) {
            self.problem("DB074", path, format!("`{state}` runs no children.")).help("name a state that has a `run:`");
        }
    }

    /// Constant arguments of `In`.
    fn states_asked_for(&mut self, source: &str, path: &str) {
        for part in source.split("In(").skip(1) {
            let part = part.trim_start();
            let Some(quote) = part.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
                continue;
            };
            let id = part[1..].split(quote).next().unwrap_or_default();
            if self.outline.number(id).is_none() {
                let near = self.nearest(id, self.outline.ids());
                self.problem("DB060", path, format!("There is no state `{id}`, so `In('{id}')` is never true."))
                    .did_you_mean(near, || "give the id of a state of this workflow".to_owned());
            }
        }
    }
}
