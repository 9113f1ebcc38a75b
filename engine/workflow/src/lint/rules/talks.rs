//! Rules on visits, meetings and surveys: R10, R11, R16, R17, R21, R23, R25, R26.

use super::{Rule, every_step, privacy, seen_by, viewed_by};
use crate::ir::{Concluding, Identity, Privacy, Step};
use crate::lint::{Lint, expressions};

/// School days within which feedback follows an observation [domain.md A3, R10].
const SOON: u32 = 2;

/// Roles of people who lead the school or come from outside it.
const LEADERS: [&str; 3] = ["dir", "pol", "adv"];
/// Audiences of a data round that see no class by itself.
const TOTALS: [&str; 3] = ["held", "policy", "school"];

/// R10: some step after an observation is due within two school days.
pub(super) fn soon(lint: &mut Lint<'_>, rule: &Rule) {
    let steps = every_step(lint);
    let Some(observation) = steps.iter().find(|step| step.kind == "observation") else {
        return;
    };
    let near = |rule: &str| at_most_schooldays(rule, SOON);
    let due = steps.iter().filter_map(|step| step.due.as_deref()).any(near);
    let timer = lint.outline.places.iter().flat_map(|place| &place.state.timers).any(|timer| near(&timer.rule));
    if !due && !timer {
        rule.add(
            lint,
            format!("step/{}", observation.id),
            &format!("Nothing asks for feedback within {SOON} school days of the observation."),
            "give the feedback step `due: 2 schooldays`, or a timer of that length",
        );
    }
}

/// Whether a time rule is a number of school days, at most `limit`: `2 schooldays`, `1 schoolday after …`.
fn at_most_schooldays(rule: &str, limit: u32) -> bool {
    let mut words = rule.split_whitespace();
    let count = words.next().and_then(|word| word.parse::<u32>().ok());
    let days = words.next().is_some_and(|word| word.starts_with("schoolday"));
    days && count.is_some_and(|count| count <= limit)
}

/// R17: questionnaires of an efficacy survey are individual first.
pub(super) fn individual_first(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        if step.kind == "questionnaire" && step.with["individual_first"] != serde_json::json!(true) {
            rule.add(
                lint,
                format!("step/{}", step.id),
                &format!("The survey `{}` may show results before everybody has answered.", step.id),
                "give `individual_first: true` in `with:`",
            );
        }
    }
}

/// R11: the first round asks for what was strong first, and somebody takes an action along.
pub(super) fn positive_first(lint: &mut Lint<'_>, rule: &Rule) {
    let steps = every_step(lint);
    let Some(talk) = steps.iter().find(|step| step.kind == "rounds") else {
        rule.add(lint, "workflow", "The video is not talked about in rounds.", "add a step of kind `rounds`");
        return;
    };
    let rounds = &talk.with["rounds"];
    if rounds.is_array() && rounds[0]["first_kind"].is_null() {
        rule.add(
            lint,
            format!("step/{}", talk.id),
            &format!("The talk `{}` may begin with criticism.", talk.id),
            "give its first round `first_kind: positive` and `required_kinds: [positive]`",
        );
    }
    if !steps.iter().any(|step| step.kind == "actions") {
        rule.add(lint, "workflow", "Nobody takes an action along.", "add a step of kind `actions` after the rounds");
    }
}

/// Whether a step takes explanations of figures.
fn explains(step: &Step) -> bool {
    step.kind == "data-round" && takes(step, "explanation")
}

fn takes(step: &Step, entry: &str) -> bool {
    step.accepts.is_empty() || step.accepts.iter().any(|kind| kind == entry)
}

/// R16: explanations can be probed, the talk concludes them, and leaders see no class by itself.
pub(super) fn no_blame(lint: &mut Lint<'_>, rule: &Rule) {
    let steps = every_step(lint);
    let pool = |step: &Step| step.shares.clone().unwrap_or_else(|| step.id.clone());
    for step in steps.iter().copied().filter(|step| explains(step)) {
        let same: Vec<&Step> = steps.iter().copied().filter(|other| pool(other) == pool(step)).collect();
        let probed = ["probe", "resolve"].iter().all(|entry| same.iter().any(|other| takes(other, entry)));
        let ended = same.iter().any(|other| {
            other.conclude == Concluding::WhenReady
                || lint.outline.transitions().any(|(_, _, transition)| transition.concludes.contains(&other.id))
        });
        let path = format!("step/{}", step.id);
        if !probed {
            let what = format!("Nobody can probe the explanations of `{}`.", step.id);
            rule.add(lint, &path, &what, "let it accept `probe` and `resolve` besides `explanation`");
        }
        if !ended {
            let what = format!("The talk can end while `{}` still blames pupils.", step.id);
            rule.add(lint, &path, &what, "name the step in `concludes:` of the transition that ends the talk");
        }
    }
    for step in steps.into_iter().filter(|step| step.kind == "data-round") {
        if let Some(role) = seen_by(step, &LEADERS, &TOTALS) {
            rule.add(
                lint,
                format!("step/{}", step.id),
                &format!("The role `{role}` sees in `{}` which class had which figures.", step.id),
                "give the role the audience `policy`, `school` or `held`",
            );
        }
    }
}

/// R21, R26: what somebody writes of oneself is of class P2 at least, and leaders do not see it.
pub(super) fn private(lint: &mut Lint<'_>, rule: &Rule) {
    for step in every_step(lint) {
        let path = format!("step/{}", step.id);
        if step.identity == Identity::Anonymous {
            continue;
        }
        if privacy(lint.workflow, step) < Privacy::P2 {
            let what = format!("What people write in `{}` is not private.", step.id);
            rule.add(lint, &path, &what, "give the workflow or the step `privacy: P2`");
        }
        let seen = seen_by(step, &LEADERS, &["held"]).or_else(|| viewed_by(lint.workflow, step, &LEADERS));
        if let Some(role) = seen {
            let what = format!("The role `{role}` can see something of `{}`.", step.id);
            rule.add(
                lint,
                &path,
                &what,
                "give the role the audience `held`, and nothing of the step in its view; what should be known, people \
                 send themselves",
            );
        }
    }
}

/// R23: the moments come by themselves: briefings from the calendar, agenda items from planned dates.
pub(super) fn fixed_moments(lint: &mut Lint<'_>, rule: &Rule) {
    let moved = |rule: &str| ["data.", "steps.", "briefing_days("].iter().any(|source| rule.contains(source));
    let timers = || lint.outline.places.iter().flat_map(|place| &place.state.timers);
    let timed = timers().any(|timer| timer.repeat || moved(&timer.rule));
    let mut named = timers().any(|timer| timer.rule.contains("briefing_days("));
    expressions::visit(lint.workflow, &mut |_, source| named |= source.contains("briefing_days("));
    if !timed {
        rule.add(
            lint,
            "workflow",
            "No moment comes back by itself.",
            "add a timer at planned dates: `at: {\"data.dates[data.next] at 07:00\": …}`, or `every:`",
        );
    }
    if lint.tagged("briefing") && !named {
        rule.add(
            lint,
            "workflow",
            "The briefings do not follow the holidays of the calendar.",
            "take the dates from `briefing_days(from, to)`",
        );
    }
}

/// R25: the steps that carry R10, R11, R12, R16 and R17 cannot be skipped. R01 looks at the door of a study day itself;
/// the growth phase (R06) is a filter and no step.
pub(super) fn mandatory(lint: &mut Lint<'_>, rule: &Rule) {
    let carried = |step: &Step| -> Option<&'static str> {
        let some_round = |key: &str| {
            step.kind == "rounds"
                && step.with["rounds"].as_array().is_some_and(|rounds| rounds.iter().any(|round| !round[key].is_null()))
        };
        match step.kind.as_str() {
            "rounds" if lint.tagged("collegial-visit") && some_round("cover") => Some("R10"),
            "rounds" if lint.tagged("video-visit") && some_round("first_kind") => Some("R11"),
            "sociogram" => Some("R12"),
            "data-round" if lint.tagged("results-meeting") && explains(step) => Some("R16"),
            "questionnaire" if lint.tagged("efficacy-survey") => Some("R17"),
            _ => None,
        }
    };
    let mut found = Vec::new();
    for place in &lint.outline.places {
        for step in place.state.steps.iter().filter(|step| !step.mandatory && !place.state.mandatory) {
            found.extend(carried(step).map(|guard| (step.id.clone(), guard)));
        }
    }
    for (id, guard) in found {
        rule.add(
            lint,
            format!("step/{id}"),
            &format!("The step `{id}` keeps rule {guard} and can be skipped."),
            "give it `mandatory: true`",
        );
    }
}
