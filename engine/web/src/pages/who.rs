//! "Who sees what", made from the policy table and the privacy class of a step; never written by hand for a step.

use draaiboek_runtime::HELD;
use draaiboek_workflow::ir::{Identity, Privacy, Step};
use serde_json::{Value, json};

use crate::gate::policy::{Reach, Role, readers};
use crate::gate::{Cycle, OpenStep, Permission, Visit};

/// The roles named in the sentence, in this order.
const NAMED: [(Role, &str); 7] = [
    (Role::Dir, "dir"),
    (Role::Pol, "pol"),
    (Role::Coach, "coach"),
    (Role::Tch, "tch"),
    (Role::Zc, "zc"),
    (Role::Ment, "ment"),
    (Role::Adv, "adv"),
];

/// One line, and the list behind it.
pub(super) fn who<P: Permission>(visit: &Visit<P>, cycle: &Cycle, step: &OpenStep) -> Value {
    let class = format!("{:?}", step.class);
    let private = step.class >= Privacy::P2;
    let k = step.threshold().to_string();
    let anonymous = step.anonymous();
    let pseudonymous = step.step.identity == Identity::Pseudonymous;
    let short = match (anonymous, pseudonymous) {
        (true, _) => visit.t("who.anonymous", &[("n", &k)]),
        (_, true) => visit.t("who.pseudonymous", &[]),
        _ => seen(visit, &class, Some(&step.step)),
    };
    let mut lines = vec![visit.t(if anonymous { "who.me_anonymous" } else { "who.me" }, &[])];
    let told = names(cycle.reading_class(&step.id)).into_iter().filter(|(role, _)| !is_kept_from(&step.step, role));
    for (role, reach) in told {
        let who = visit.t(&format!("role.{role}"), &[]);
        let key = if anonymous { "who.reads_counts" } else { "who.reads" };
        let line = visit.t(key, &[("who", &who), ("n", &k)]);
        let reach = visit.t(if reach == Reach::School { "who.school" } else { "who.involved" }, &[]);
        lines.push(format!("{line} {reach}"));
    }
    lines.push(visit.t("who.others", &[]));
    lines.push(super::kept::said(visit, step.step.retain.as_deref()));
    let icon = if anonymous || private { "lock" } else { "ok" };
    json!({"short": short, "lines": lines, "icon": icon, "anonymous": anonymous, "class": class,
           "chip": visit.t(if anonymous { "who.chip_anonymous" } else if private { "who.chip_private" } else { "who.chip_team" }, &[])})
}

/// Who sees what somebody hands in, in a sentence.
pub(super) fn seen<P: Permission>(visit: &Visit<P>, class: &str, step: Option<&Step>) -> String {
    let inside = class == "P1" && step.is_some_and(|step| is_kept_from(step, "dir"));
    visit.t(&format!("seen.{}", if inside { "inside" } else { class }), &[])
}

/// Whether the workflow holds a step back from a role that has no part in it.
fn is_kept_from(step: &Step, role: &str) -> bool {
    step.audience.get(role).is_some_and(|audience| audience == HELD) && !step.roles.iter().any(|own| own == role)
}

fn names(class: draaiboek_workflow::ir::Privacy) -> Vec<(&'static str, Reach)> {
    let allowed = readers(class);
    NAMED.iter().filter_map(|(role, word)| Some((*word, allowed.iter().find(|(known, _)| known == role)?.1))).collect()
}
