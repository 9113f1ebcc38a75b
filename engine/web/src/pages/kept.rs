//! How long things are kept: made from the definitions of the workflows in use, never written by hand; and what went when.

use draaiboek_workflow::ir::Workflow;
use serde_json::{Value, json};

use super::Page;
use crate::answer::Outcome;
use crate::gate::policy::{Action, Resource};
use crate::gate::{Permission, SeeOwn, Visit};
use crate::input::Input;
use crate::show::words;

/// `own/kept`
pub(crate) async fn show(visit: Visit<SeeOwn>, _: Input) -> Outcome {
    let cards = visit.workflows_in_use().await?;
    let limited: Vec<Value> = cards.iter().flat_map(|card| limited(&visit, &card.workflow)).collect();
    let rest: Vec<Value> = cards.iter().filter_map(|card| unlimited(&visit, &card.workflow)).collect();
    let mut data = json!({"limited": limited, "rest": rest});
    // Which cycle held something is for those who answer for it.
    if visit.may(Resource::Audit, Action::Read) {
        let (gone, coming): (Vec<_>, Vec<_>) = visit.erasures().await?.into_iter().partition(|erasure| erasure.done);
        let line = |erasure: &crate::gate::Erasure| {
            let href = format!("/cycle/{}/step/{}", words::path_id(&erasure.cycle), words::path_id(&erasure.step));
            json!({"at": visit.moment(erasure.at), "step": erasure.title, "of": erasure.of, "href": href})
        };
        data["gone"] = gone.iter().map(line).collect();
        data["coming"] = coming.iter().rev().map(line).collect();
        data["tells"] = true.into();
    }
    visit.page(Page::new("kept", visit.t("kept.title", &[]), data))
}

/// The steps of which the contents go after a term.
fn limited(visit: &Visit<SeeOwn>, workflow: &Workflow) -> Vec<Value> {
    let all = workflow.all_states();
    let steps = all.iter().flat_map(|state| state.steps.iter()).filter(|step| step.retain.is_some());
    steps
        .map(|step| {
            json!({
                "workflow": workflow.text(&visit.locale, "title"), "kept": said(visit, step.retain.as_deref()),
                "step": workflow.text(&visit.locale, &format!("step.{}", step.id)),
                "what": visit.t(&format!("class.{:?}", step.privacy.unwrap_or(workflow.privacy)), &[]),
            })
        })
        .collect()
}

/// The other steps of a workflow, by name.
fn unlimited(visit: &Visit<SeeOwn>, workflow: &Workflow) -> Option<Value> {
    let all = workflow.all_states();
    let steps = all.iter().flat_map(|state| state.steps.iter()).filter(|step| step.retain.is_none());
    let steps: Vec<String> =
        steps.map(|step| workflow.text(&visit.locale, &format!("step.{}", step.id)).to_owned()).collect();
    let title = workflow.text(&visit.locale, "title");
    (!steps.is_empty()).then(|| json!({"workflow": title, "steps": steps.join(", "), "n": steps.len()}))
}

/// How long what is handed in is kept, as a sentence.
pub(super) fn said<P: Permission>(visit: &Visit<P>, retain: Option<&str>) -> String {
    match retain {
        Some(rule) => visit.t("kept.for", &[("span", &span(visit, rule))]),
        None => visit.t("kept.default", &[]),
    }
}

/// A term such as `10 schooldays` in words; another rule as it is written.
fn span<P: Permission>(visit: &Visit<P>, rule: &str) -> String {
    let rule = rule.trim_start_matches("after ").trim();
    let Some((number, unit)) = rule.split_once(' ') else { return rule.to_owned() };
    let unit = if unit.ends_with('s') { unit.to_owned() } else { format!("{unit}s") };
    let key = format!("kept.span.{unit}");
    if number.parse::<u32>().is_err() || visit.app().shower.maybe(&visit.locale, &format!("{key}.other")).is_none() {
        return rule.to_owned();
    }
    visit.t(&key, &[("n", number)])
}
