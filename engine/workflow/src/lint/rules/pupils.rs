//! Rules on groups and sociograms of pupils: R12, R14, R22.

use super::{Rule, every_step, guarded_by, privacy, seen_by, viewed_by};
use crate::ir::{Privacy, Step};
use crate::lint::Lint;

/// Roles of people who never see a sociogram.
const OUTSIDERS: [&str; 10] = ["adv", "class", "dir", "ext", "par", "parent", "pol", "pup", "pupil", "pupils"];

/// R12: a sociogram is of class P4, pupils are told before, and nobody of the class or the leaders sees it.
pub(super) fn held_sociogram(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint).into_iter().filter(|step| step.kind == "sociogram") {
        let path = format!("step/{}", step.id);
        if privacy(lint.workflow, step) != Privacy::P4 {
            let what = format!("The sociogram `{}` is not treated as sensitive.", step.id);
            rule.add(lint, &path, &what, "give the workflow or the step `privacy: P4`");
        }
        let seen = seen_by(step, &OUTSIDERS, &["held"]).or_else(|| viewed_by(lint.workflow, step, &OUTSIDERS));
        if let Some(role) = seen {
            let what = format!("The role `{role}` can see something of the sociogram `{}`.", step.id);
            let help = "give the role the audience `held`, and nothing of the step in its view";
            rule.add(lint, &path, &what, help);
        }
        if step.with["statement_confirmed"] == serde_json::json!(true) {
            let what = format!("The sociogram `{}` counts the promise to the pupils as given.", step.id);
            let help = "leave `statement_confirmed:` out, so that the teacher confirms the promise each time";
            rule.add(lint, &path, &what, help);
        }
    }
}

/// Whether a step makes groups of pupils.
fn groups_pupils(lint: &Lint<'_>, step: &Step) -> bool {
    let named = ["members", "roster"].iter().any(|key| {
        let people = step.with[*key].to_string();
        people.contains("pupil") || people.contains("roster")
    });
    step.kind == "grouping" && step.shares.is_none() && (named || privacy(lint.workflow, step) >= Privacy::P3)
}

/// R14: groups of pupils have an end.
pub(super) fn temporary_groups(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        if groups_pupils(lint, step) && step.with["end_date"].is_null() {
            rule.add(
                lint,
                format!("step/{}", step.id),
                &format!("The groups of `{}` have no end.", step.id),
                "give `end_date:` in `with:`, such as `\"${plus_schooldays(today, 20)}\"`",
            );
        }
    }
}

/// R22: groups made after a sociogram keep apart whom they should, and leave nobody out.
pub(super) fn belonging(lint: &mut Lint<'_>, rule: &Rule) {
    let steps = every_step(lint);
    if !steps.iter().any(|step| step.kind == "sociogram") {
        return;
    }
    for step in steps {
        if !groups_pupils(lint, step) {
            continue;
        }
        let path = format!("step/{}", step.id);
        if !step.with["rules"].to_string().contains("not_together") {
            let what = format!("The groups of `{}` take no heed of the sociogram.", step.id);
            let help = "add the rule `{rule: not_together, pairs: \"${steps.….result.not_together}\"}`";
            rule.add(lint, &path, &what, help);
        }
        let guarded = |field: &str| {
            let source = format!("steps.{}.result.{field}", step.id);
            lint.outline.transitions().any(|(_, _, transition)| guarded_by(transition, &source))
        };
        if !guarded("unplaced") && !guarded("violations") {
            let what = format!("The groups of `{}` may leave a pupil out.", step.id);
            let help = "require on the way on that nobody is left in `unplaced`";
            rule.add(lint, &path, &what, help);
        }
    }
}
