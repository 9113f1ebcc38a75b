//! Operations: incidents with retry, timers, messages that wait, health. No contents.

use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::{ManageOperations, SeeOperations, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// `operations/show`
pub(crate) async fn show(visit: Visit<SeeOperations>, _: Input) -> Outcome {
    let work = visit.work().await?;
    let incidents: Vec<Value> = work
        .incidents
        .iter()
        .map(|(row, cycle)| json!({"cycle": cycle, "incident": row.input, "step": row.step, "cause": row.cause, "at": visit.moment(row.opened_at), "attempts": row.attempts}))
        .collect();
    let now = visit.now.as_microsecond();
    let timers: Vec<Value> = work
        .timers
        .iter()
        .map(|(row, cycle)| json!({"cycle": cycle, "timer": row.timer_id, "at": visit.moment(row.due_at), "late": row.due_at < now}))
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

/// `incident/settle`
pub(crate) async fn settle(visit: Visit<ManageOperations>, input: Input) -> Outcome {
    let text = |name: &str| input.form.text(name).unwrap_or_default().to_owned();
    let given_up = input.form.has("give_up").then(|| text("reason"));
    match visit.settle(&text("cycle"), &text("incident"), given_up).await {
        Ok(()) => Ok(redirect("/operations?done=settled")),
        // It broke again: the list says so.
        Err(Failure::Broken(_) | Failure::Rejected(_)) => Ok(redirect("/operations?done=still_broken")),
        Err(other) => Err(other),
    }
}
