//! Rules on study days, teams and what they make: R01 to R07.

use super::{Rule, every_step, guarded_by, is_expression};
use crate::ir::{StateKind, Step, Transition};
use crate::lint::Lint;
use crate::lint::reach::{reachable, without};

/// Most priorities at once before a warning [default of this project; the source says "few"].
const FEW: u64 = 3;
/// Where the criteria of a quality test may come from.
const ROOTS: [&str; 4] = ["vision", "principle", "rok", "goal"];

/// States whose children carry on the work.
fn runners(lint: &Lint<'_>) -> Vec<usize> {
    (0..lint.outline.places.len()).filter(|n| lint.outline.state(*n).run.is_some()).collect()
}

/// R01: every way to an end goes through a state that runs a follow-up, and the door to it is mandatory and guarded.
pub(super) fn follow_up(lint: &mut Lint<'_>, rule: &Rule) {
    let runners = runners(lint);
    if runners.is_empty() {
        rule.add(
            lint,
            "workflow",
            "The study day has no follow-up: no state runs another workflow.",
            "add a state with `run: {workflow: learning-cycle, for_each: …}` between the day and its end",
        );
        return;
    }
    let around = reachable(&lint.outline, lint.workflow, &|n| runners.contains(&n));
    let escape = lint.outline.children(None).find(|n| around[*n] && lint.outline.state(*n).kind == StateKind::Final);
    if let Some(end) = escape {
        let id = lint.outline.state(end).id.clone();
        rule.add(
            lint,
            format!("state/{id}"),
            &format!("The study day can end in `{id}` without its follow-up."),
            "let every transition to the end start in the state that runs the follow-up",
        );
    }
    let mut open = Vec::new();
    for (source, index, transition) in lint.outline.transitions() {
        let enters = lint
            .outline
            .targets(transition)
            .iter()
            .any(|target| runners.iter().any(|r| lint.outline.within(*target, Some(*r))));
        let inside = runners.iter().any(|r| lint.outline.within(source, Some(*r)));
        let guarded = transition.mandatory && !(transition.require.is_empty() && transition.when.is_none());
        if enters && !inside && !guarded {
            open.push((lint.outline.state(source).id.clone(), index));
        }
    }
    for (source, index) in open {
        rule.add(
            lint,
            format!("state/{source}/on/{index}"),
            "The door to the follow-up can be passed without agreements.",
            "give this transition `mandatory: true` and `require:` what must be agreed: teams, coaches, dates, first steps",
        );
    }
}

/// R03: a timer in or below the state that runs the follow-up brings the principles back.
pub(super) fn review(lint: &mut Lint<'_>, rule: &Rule) {
    let runners = runners(lint);
    let timed = lint.outline.places.iter().enumerate().any(|(n, place)| {
        !place.state.timers.is_empty()
            && (runners.is_empty() || runners.iter().any(|r| lint.outline.within(n, Some(*r))))
    });
    if !timed {
        rule.add(
            lint,
            "workflow",
            "Nothing brings the principles back on the table after the day.",
            "add a timer (`at:`) to the follow-up that leads to a review of the principles",
        );
    }
}

/// R04: what the school leader or the policy team sets as goals or selects as priorities is limited.
pub(super) fn few_priorities(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        let leaders = !step.roles.is_empty() && step.roles.iter().all(|role| role == "dir" || role == "pol");
        let key = match step.kind.as_str() {
            "goal" if leaders => "max_goals",
            "prioritise" => "top",
            _ => continue,
        };
        let limit = &step.with[key];
        let too_many = limit.as_u64().is_some_and(|limit| limit > FEW);
        if too_many || (limit.is_null() && step.kind == "goal") {
            rule.add(
                lint,
                format!("step/{}/with/{key}", step.id),
                &format!("The step `{}` does not keep the number of priorities small.", step.id),
                &format!("set `{key}:` to at most {FEW}"),
            );
        }
    }
}

/// R05: a team's cycle has a report.
pub(super) fn reports(lint: &mut Lint<'_>, rule: &Rule) {
    if !every_step(lint).iter().any(|step| step.kind == "report") {
        rule.add(lint, "workflow", "The team never reports to the policy team.", "add a step of kind `report`");
    }
}

/// R06: the reports of a team's cycle know the growth phase.
pub(super) fn growth_phase(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        if step.kind == "report" && step.with["growth_phase"].is_null() {
            rule.add(
                lint,
                format!("step/{}", step.id),
                &format!("The report `{}` does not say whether the team is in its growth phase.", step.id),
                "give `growth_phase: true`, or an expression, in `with:`",
            );
        }
    }
}

/// R02: what a quality test asks comes from principles or goals.
pub(super) fn quality_test(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        if step.kind != "quality-test" || step.inputs.contains_key("criteria") || rooted(step) {
            continue;
        }
        rule.add(
            lint,
            format!("step/{}", step.id),
            &format!("The quality test `{}` does not ask after the principles or the goal.", step.id),
            "take `criteria:` from the principles or goals by an expression, or give criteria `source: principle`, \
             `vision`, `rok` or `goal`",
        );
    }
}

/// Whether a criterion has its root in principles or goals, or all come from an expression.
fn rooted(step: &Step) -> bool {
    let criteria = &step.with["criteria"];
    let source = |criterion: &serde_json::Value| criterion["source"].as_str().is_some_and(|word| ROOTS.contains(&word));
    is_expression(criteria) || criteria.as_array().is_some_and(|list| list.iter().any(source))
}

/// R07: material is tried out, aims are about teaching, and the quality test comes after the try-out.
pub(super) fn tried_out(lint: &mut Lint<'_>, rule: &Rule) {
    let steps = every_step(lint);
    let tryouts: Vec<&Step> =
        steps.iter().copied().filter(|step| step.kind == "material" && !step.with["tryout"].is_null()).collect();
    if tryouts.is_empty() {
        rule.add(
            lint,
            "workflow",
            "The team tries nothing out.",
            "add a step of kind `material` with `tryout: {min_teachers: 2}` in `with:`",
        );
    }
    for step in steps {
        if step.kind == "goal" && step.with["require_didactic"] != serde_json::json!(true) {
            rule.add(
                lint,
                format!("step/{}", step.id),
                &format!("The aim `{}` may be only about arrangements.", step.id),
                "give `require_didactic: true` in `with:`",
            );
        }
    }
    let door = |transition: &Transition| tryouts.iter().any(|step| closes(transition, step));
    let early = without(&lint.outline, lint.workflow, &door);
    let open: Vec<String> = (0..lint.outline.places.len())
        .filter(|number| early[*number] && !tryouts.is_empty())
        .flat_map(|number| &lint.outline.state(number).steps)
        .filter(|step| step.kind == "quality-test")
        .map(|step| step.id.clone())
        .collect();
    for id in open {
        rule.add(
            lint,
            format!("step/{id}"),
            &format!("The quality test `{id}` can be reached without a try-out."),
            "let the transition to it `conclude` the step with the try-outs, or require that nothing is `untried`",
        );
    }
}

/// Whether a transition can be taken only when the try-out of a step is over.
fn closes(transition: &Transition, step: &Step) -> bool {
    transition.concludes.contains(&step.id)
        || ["untried", "tried", "tryouts"]
            .iter()
            .any(|field| guarded_by(transition, &format!("steps.{}.result.{field}", step.id)))
}
