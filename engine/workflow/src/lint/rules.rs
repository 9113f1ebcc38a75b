//! Rules of pedagogy (domain.md G4) that can be seen in a definition.
//!
//! A table: a new rule is a row and a function. Only rules that really look at something stand here; the others of
//! G4 are kept by plugins and by the engine while a workflow runs.

use super::Lint;
use super::reach::reachable;
use crate::ir::{StateKind, Step};

/// A rule.
pub struct Rule {
    /// Message code: DB3nn for rule Rnn.
    pub code: &'static str,
    /// Number in domain.md G4.
    pub rule: &'static str,
    /// Source document of the rule.
    pub source: &'static str,
    /// The rule in a sentence.
    pub title: &'static str,
    /// Tags of the workflows it is about; none: all workflows.
    pub tags: &'static [&'static str],
    check: fn(&mut Lint<'_>, &Rule),
}

/// Source of the rules on study days, teams and trajectories.
const TEAM_SCHOOL: &str = "GO ALL for learning / Team School (W. Schelfhout)";
/// Source of the rules on visits and surveys.
const HIGH_EXPECTATIONS: &str = "Onderwijs vanuit hoge verwachtingen (Leerpunt)";

/// All rules.
pub static RULES: &[Rule] = &[
    Rule {
        code: "DB301",
        rule: "R01",
        source: TEAM_SCHOOL,
        title: "no study day ends without a follow-up trajectory",
        tags: &["study-day"],
        check: follow_up,
    },
    Rule {
        code: "DB303",
        rule: "R03",
        source: TEAM_SCHOOL,
        title: "vision work never ends: the principles are reviewed again",
        tags: &["study-day", "vision-chain"],
        check: review,
    },
    Rule {
        code: "DB304",
        rule: "R04",
        source: TEAM_SCHOOL,
        title: "not everything at once: few priorities",
        tags: &[],
        check: few_priorities,
    },
    Rule {
        code: "DB305",
        rule: "R05",
        source: TEAM_SCHOOL,
        title: "teams are not islands: they report to the policy team",
        tags: &["learning-cycle"],
        check: reports,
    },
    Rule {
        code: "DB306",
        rule: "R06",
        source: TEAM_SCHOOL,
        title: "no output pressure at the start; room to grow",
        tags: &["learning-cycle"],
        check: growth_phase,
    },
    Rule {
        code: "DB310",
        rule: "R10",
        source: HIGH_EXPECTATIONS,
        title: "feedback soon after the observation",
        tags: &["collegial-visit"],
        check: soon,
    },
    Rule {
        code: "DB317",
        rule: "R17",
        source: HIGH_EXPECTATIONS,
        title: "an efficacy survey is filled in individually first",
        tags: &["efficacy-survey"],
        check: individual_first,
    },
];

/// Most priorities at once before a warning [default of this project; the source says "few"].
const FEW: u64 = 3;
/// School days within which feedback follows an observation [domain.md A3, R10].
const SOON: u32 = 2;

/// Runs the rules that concern the workflow.
pub fn check(lint: &mut Lint<'_>) {
    for rule in RULES {
        if rule.tags.is_empty() || rule.tags.iter().any(|tag| lint.tagged(tag)) {
            (rule.check)(lint, rule);
        }
    }
}

impl Rule {
    fn add(&self, lint: &mut Lint<'_>, path: impl Into<String>, what: &str, help: &str) {
        let message = format!("{what} ({}: {}.)", self.rule, self.title);
        lint.add(self.code, path, message, help);
    }
}

/// States whose children carry on the work.
fn runners(lint: &Lint<'_>) -> Vec<usize> {
    (0..lint.outline.places.len()).filter(|n| lint.outline.state(*n).run.is_some()).collect()
}

/// R01: every way to an end goes through a state that runs a follow-up, and the door to it is mandatory and guarded.
fn follow_up(lint: &mut Lint<'_>, rule: &Rule) {
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
fn review(lint: &mut Lint<'_>, rule: &Rule) {
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

fn every_step<'a>(lint: &Lint<'a>) -> Vec<&'a Step> {
    lint.outline.places.iter().flat_map(|place| &place.state.steps).collect()
}

/// R04: what the school leader or the policy team sets as goals or selects as priorities is limited.
fn few_priorities(lint: &mut Lint<'_>, rule: &Rule) {
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
fn reports(lint: &mut Lint<'_>, rule: &Rule) {
    if !every_step(lint).iter().any(|step| step.kind == "report") {
        rule.add(lint, "workflow", "The team never reports to the policy team.", "add a step of kind `report`");
    }
}

/// R06: the reports of a team's cycle know the growth phase.
fn growth_phase(lint: &mut Lint<'_>, rule: &Rule) {
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

/// R10: some step after an observation is due within two school days.
fn soon(lint: &mut Lint<'_>, rule: &Rule) {
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
fn individual_first(lint: &mut Lint<'_>, rule: &Rule) {
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
