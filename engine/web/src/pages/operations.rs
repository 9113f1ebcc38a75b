//! Operations: incidents with retry, timers, messages that wait, health. No contents.

use std::collections::BTreeMap;

use draaiboek_workflow::ir::Privacy;
use serde_json::{Value, json};

use super::Page;
use super::cycle::timer_words;
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, ManageOperations, SeeOperations, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// `operations/show`
pub(crate) async fn show(visit: Visit<SeeOperations>, _: Input) -> Outcome {
    let work = visit.work().await?;
    let mut cycles = BTreeMap::new();
    for (_, id) in &work.timers {
        cycles.insert(id.clone(), visit.titled(id).await?);
    }
    for (_, id) in &work.incidents {
        cycles.insert(id.clone(), visit.titled(id).await?);
    }
    let of = |id: &str| cycles.get(id).map(about).unwrap_or_default();
    let step = |id: &str, step: &str| {
        let title = cycles.get(id).and_then(|cycle| cycle.own_text(&format!("step.{step}")));
        title.unwrap_or_else(|| words::plain_key(step))
    };
    let incidents: Vec<Value> = work
        .incidents
        .iter()
        .map(|(row, id)| json!({"of": of(id), "cycle": id, "incident": row.input, "step": step(id, &row.step), "cause": row.cause, "at": visit.moment(row.opened_at), "attempts": row.attempts}))
        .collect();
    let now = visit.now.as_microsecond();
    let what = |id: &str, timer: &str| {
        let cycle = cycles.get(id)?;
        Some(timer_words(&visit, cycle, timer, cycle.snapshot.timers.get(timer)?))
    };
    let timers: Vec<Value> = work
        .timers
        .iter()
        .map(|(row, id)| json!({"of": of(id), "timer": what(id, &row.timer_id), "at": visit.moment(row.due_at), "late": row.due_at < now}))
        .collect();
    let outbox: Vec<Value> = work
        .outbox
        .iter()
        .map(|row| json!({"kind": visit.t(&format!("effect.{}", row.kind), &[]), "at": visit.moment(row.not_before), "attempts": row.attempts, "error": row.last_error}))
        .collect();
    let counts: Vec<Value> = work
        .counts
        .instances
        .iter()
        .map(|(word, n)| json!({"label": visit.t(&format!("status.{word}"), &[]), "n": n}))
        .collect();
    let late = timers.iter().filter(|timer| timer["late"] == true).count();
    let data = json!({
        "incidents": incidents, "timers": timers, "outbox": outbox, "counts": counts, "tasks": work.tasks,
        "healthy": incidents.is_empty() && late == 0, "at": words::time(&visit.locale, visit.place()?.local(visit.now)),
    });
    visit.page(Page::new("operations", visit.t("operations.title", &[]), data))
}

/// Title of a cycle; for whom it is and where it stands only when the visitor may open it.
fn about(cycle: &Cycle) -> Value {
    let open = cycle.may(Resource::Cycle, Action::Read, Privacy::P0);
    let title = if open { cycle.title() } else { cycle.text("title").to_owned() };
    json!({"title": title, "href": open.then(|| format!("/cycle/{}", words::path_id(cycle.id())))})
}

/// `incident/settle`
pub(crate) async fn settle(visit: Visit<ManageOperations>, input: Input) -> Outcome {
    let text = |name: &str| input.form.text(name).unwrap_or_default().to_owned();
    let given_up = input.form.has("give_up").then(|| text("reason"));
    if given_up.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::Invalid("other".into()));
    }
    match visit.settle(&text("cycle"), &text("incident"), given_up).await {
        Ok(()) => Ok(redirect("/operations?done=settled")),
        // It broke again: the list says so.
        Err(Failure::Broken(_) | Failure::Rejected(_)) => Ok(redirect("/operations?done=still_broken")),
        Err(other) => Err(other),
    }
}
