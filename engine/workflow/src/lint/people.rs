//! Roles that nobody has, steps that nobody may do, data that nobody uses.

use std::collections::BTreeSet;

use super::Lint;
use crate::ir::Action;

/// Roles that a school gives (domain.md 0.2).
const SCHOOL_ROLES: &[&str] = &[
    "dir", "pol", "coach", "tch", "newtch", "zc", "gc", "cc", "ment", "adv", "core", "thm", "pup", "par", "clb", "lsc",
    "cns", "ext", "staff", "adm",
];

/// DB204 step without people, DB205 role not used, DB206 role nobody has, DB216 and DB217 not used, DB220 date kept.
pub fn check(lint: &mut Lint<'_>) {
    steps(lint);
    roles(lint);
    unused(lint);
    kept_dates(lint);
}

fn steps(lint: &mut Lint<'_>) {
    let lonely: Vec<String> = lint
        .outline
        .places
        .iter()
        .flat_map(|place| &place.state.steps)
        .filter(|step| step.roles.is_empty() && step.assign.is_none())
        .map(|step| step.id.clone())
        .collect();
    for id in lonely {
        lint.add(
            "DB204",
            format!("step/{id}"),
            format!("Nobody may contribute to the step `{id}`."),
            "give it `roles:`, or `assign:` with the people who must",
        );
    }
}

/// Roles that something in the workflow names.
fn used_roles<'a>(lint: &Lint<'a>) -> BTreeSet<&'a str> {
    let mut used = BTreeSet::new();
    for place in &lint.outline.places {
        for step in &place.state.steps {
            used.extend(step.roles.iter().map(String::as_str));
            used.extend(step.audience.keys().map(String::as_str));
            used.extend(step.escalate.iter().flat_map(|item| item.roles.iter().map(String::as_str)));
        }
        for transition in &place.state.on {
            used.extend(transition.roles.iter().map(String::as_str));
        }
    }
    used.extend(lint.workflow.views.iter().map(|view| view.role.as_str()));
    for (_, action) in &lint.actions {
        if let Action::Notify { roles, .. } = action {
            used.extend(roles.iter().map(String::as_str));
        }
    }
    used.extend(lint.quoted.iter());
    used
}

fn roles(lint: &mut Lint<'_>) {
    let used = used_roles(lint);
    for (id, role) in &lint.workflow.roles {
        let path = format!("role/{id}/name");
        if !used.contains(id.as_str()) {
            lint.add(
                "DB205",
                path,
                format!("The role `{id}` is declared but does nothing."),
                "name it in `roles:` of a step or an event, or remove it",
            );
        } else if role.from.is_none() && !SCHOOL_ROLES.contains(&id.as_str()) {
            lint.add(
                "DB206",
                path,
                format!("Nobody has the role `{id}`: it is no role of a school, and no people are given."),
                format!("say who: `{id}: {{from: config.{id}}}`"),
            );
        }
    }
}

/// Functions that count school days forward, maybe beyond the calendar.
const COUNTING: [&str; 3] = ["plus_schooldays(", "plus_schoolweeks(", "next_school_day("];

fn kept_dates(lint: &mut Lint<'_>) {
    let counts = |action: &&Action| matches!(action, Action::Assign { value, .. } if COUNTING.iter().any(|name| value.contains(name)));
    let found: Vec<String> =
        lint.actions.iter().filter(|(_, action)| counts(action)).map(|(path, _)| path.clone()).collect();
    for path in found {
        lint.add(
            "DB220",
            path,
            "This date is computed once and kept: a change of the calendar does not move it, and beyond the calendar it is 1 September."
                .to_owned(),
            "write the count in the time rule itself (`10 schooldays after data.day`) when it must move along",
        );
    }
}

fn unused(lint: &mut Lint<'_>) {
    let mut set = BTreeSet::new();
    for (_, action) in &lint.actions {
        if let Action::Assign { path, .. } = action {
            let end = path.find(['.', '[']).unwrap_or(path.len());
            set.insert(path[..end].to_owned());
        }
    }
    for name in lint.workflow.data.keys() {
        if !lint.mentions("data", name) && !set.contains(name) {
            lint.add(
                "DB216",
                format!("data/{name}"),
                format!("The value `data.{name}` is never used."),
                "use it in an expression, set it, or remove it",
            );
        }
    }
    let fields = lint.workflow.config["properties"].as_object();
    let names: Vec<String> = fields.map(|f| f.keys().cloned().collect()).unwrap_or_default();
    for name in names {
        if !lint.mentions("config", &name) {
            lint.add(
                "DB217",
                format!("config/{name}"),
                format!("The setting `config.{name}` is asked for but never used."),
                "use it in an expression, or remove it",
            );
        }
    }
}
