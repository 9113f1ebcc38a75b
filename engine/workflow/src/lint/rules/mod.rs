//! Rules of pedagogy (domain.md G4) that can be seen in a definition.
//!
//! A table: a new rule is a row and a function, in `teams`, `talks` or `pupils`. Only rules that really look at
//! something stand here; the others of G4 are kept by plugins and by the engine while a workflow runs.

mod pupils;
mod talks;
mod teams;

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lint;
use crate::ir::{Privacy, Requirement, Step, Transition, Workflow};

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
const TEAM_SCHOOL: &str = "GO ALL for learning / Team School, W. Schelfhout";
/// Source of the rules on visits and surveys.
const HIGH_EXPECTATIONS: &str = "Onderwijs vanuit hoge verwachtingen, Leerpunt";
/// Source of the rules on wellbeing, belonging and fixed moments.
const WELLBEING: &str = "Preventief werken aan sociaal-emotionele ontwikkeling en welbevinden, SGF";

/// All rules.
pub static RULES: &[Rule] = &[
    Rule {
        code: "DB301",
        rule: "R01",
        source: TEAM_SCHOOL,
        title: "no study day ends without a follow-up trajectory",
        tags: &["study-day"],
        check: teams::follow_up,
    },
    Rule {
        code: "DB302",
        rule: "R02",
        source: TEAM_SCHOOL,
        title: "the leading principles are the quality test",
        tags: &[],
        check: teams::quality_test,
    },
    Rule {
        code: "DB303",
        rule: "R03",
        source: TEAM_SCHOOL,
        title: "vision work never ends: the principles are reviewed again",
        tags: &["study-day", "vision-chain"],
        check: teams::review,
    },
    Rule {
        code: "DB304",
        rule: "R04",
        source: TEAM_SCHOOL,
        title: "not everything at once: few priorities",
        tags: &[],
        check: teams::few_priorities,
    },
    Rule {
        code: "DB305",
        rule: "R05",
        source: TEAM_SCHOOL,
        title: "teams are not islands: they report to the policy team",
        tags: &["learning-cycle"],
        check: teams::reports,
    },
    Rule {
        code: "DB306",
        rule: "R06",
        source: TEAM_SCHOOL,
        title: "no output pressure at the start; room to grow",
        tags: &["learning-cycle"],
        check: teams::growth_phase,
    },
    Rule {
        code: "DB307",
        rule: "R07",
        source: TEAM_SCHOOL,
        title: "a team develops, tries out, tests and adjusts; it does not only arrange",
        tags: &["learning-cycle"],
        check: teams::tried_out,
    },
    Rule {
        code: "DB310",
        rule: "R10",
        source: HIGH_EXPECTATIONS,
        title: "feedback soon after the observation",
        tags: &["collegial-visit"],
        check: talks::soon,
    },
    Rule {
        code: "DB311",
        rule: "R11",
        source: HIGH_EXPECTATIONS,
        title: "a video talk begins with what was strong and ends with an action of one's own",
        tags: &["video-visit"],
        check: talks::positive_first,
    },
    Rule {
        code: "DB312",
        rule: "R12",
        source: HIGH_EXPECTATIONS,
        title: "the answers of a sociogram are never shared with the class; pupils are assured of that beforehand",
        tags: &[],
        check: pupils::held_sociogram,
    },
    Rule {
        code: "DB314",
        rule: "R14",
        source: HIGH_EXPECTATIONS,
        title: "groups are temporary and looked at again",
        tags: &[],
        check: pupils::temporary_groups,
    },
    Rule {
        code: "DB316",
        rule: "R16",
        source: HIGH_EXPECTATIONS,
        title: "no blame on pupils, no calling to account: assumptions are probed",
        tags: &["results-meeting"],
        check: talks::no_blame,
    },
    Rule {
        code: "DB317",
        rule: "R17",
        source: HIGH_EXPECTATIONS,
        title: "an efficacy survey is filled in individually first",
        tags: &["efficacy-survey"],
        check: talks::individual_first,
    },
    Rule {
        code: "DB321",
        rule: "R21",
        source: WELLBEING,
        title: "a teacher's own wellbeing counts and is private",
        tags: &["own-wellbeing"],
        check: talks::private,
    },
    Rule {
        code: "DB322",
        rule: "R22",
        source: WELLBEING,
        title: "belonging has priority: new groups part nobody from the class",
        tags: &[],
        check: pupils::belonging,
    },
    Rule {
        code: "DB323",
        rule: "R23",
        source: WELLBEING,
        title: "fixed moments on the agenda, and a briefing after every holiday",
        tags: &["briefing", "team-agenda"],
        check: talks::fixed_moments,
    },
    Rule {
        code: "DB325",
        rule: "R25",
        source: HIGH_EXPECTATIONS,
        title: "a step may be skipped with a reason, but never what guards people",
        tags: &[],
        check: talks::mandatory,
    },
    Rule {
        code: "DB326",
        rule: "R26",
        source: TEAM_SCHOOL,
        title: "personal plans and intervision stay confidential",
        tags: &["pop", "intervision"],
        check: talks::private,
    },
];

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
        let message = format!("{what} ({}: {}; source: {}.)", self.rule, self.title, self.source);
        lint.add(self.code, path, message, help);
    }
}

fn every_step<'a>(lint: &Lint<'a>) -> Vec<&'a Step> {
    lint.outline.places.iter().flat_map(|place| &place.state.steps).collect()
}

/// The privacy class of a step: its own, or the workflow's.
fn privacy(workflow: &Workflow, step: &Step) -> Privacy {
    step.privacy.unwrap_or(workflow.privacy)
}

/// Whether a value is one expression, which only a running instance can evaluate.
fn is_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("${"))
}

/// Whether a requirement names `text`.
fn requires(requirement: &Requirement, text: &str) -> bool {
    let list = requirement.each.iter().map(|each| &each.list);
    list.chain(&requirement.when).chain([&requirement.that]).any(|source| source.contains(text))
}

/// Whether a transition is refused or not enabled because of what `text` names.
fn guarded_by(transition: &Transition, text: &str) -> bool {
    transition.require.iter().any(|requirement| requires(requirement, text))
        || transition.when.iter().any(|when| when.contains(text))
}

/// The first role of the list with another audience than the harmless ones.
fn seen_by<'a>(step: &'a Step, roles: &[&str], harmless: &[&str]) -> Option<&'a str> {
    let audiences = || step.audience.iter().map(|(role, audience)| (role.as_str(), audience.as_str()));
    let seen = audiences().find(|(role, audience)| roles.contains(role) && !harmless.contains(audience));
    seen.map(|(role, _)| role)
}

/// The first role of the list whose view of the workflow reads from the step.
fn viewed_by<'a>(workflow: &'a Workflow, step: &Step, roles: &[&str]) -> Option<&'a str> {
    let source = format!("steps.{}.", step.id);
    let reads = |fields: &BTreeMap<String, String>| fields.values().any(|text| text.contains(&source));
    let mut views = workflow.views.iter().filter(|view| roles.contains(&view.role.as_str()));
    views.find(|view| reads(&view.fields)).map(|view| view.role.as_str())
}

#[cfg(test)]
mod tests;
