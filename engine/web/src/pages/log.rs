//! The journal in words, and the way a cycle went. Names nobody who handed something in.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_store::JournalRow;
use serde_json::{Value, json};

use super::cycle::artifact_title;
use crate::gate::{Cycle, Permission, Visit};

/// The way a cycle went.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Went {
    /// Pairs of states between which it went.
    pub pairs: BTreeSet<(String, String)>,
    /// States that were left.
    pub left: BTreeSet<String>,
    /// The same, the latest first.
    pub order: Vec<String>,
}

/// Reads the way from decisions, the newest first.
pub(super) fn went(rows: &[JournalRow]) -> Went {
    let mut way = Went::default();
    for row in rows {
        let (mut exited, mut entered) = (Vec::new(), Vec::new());
        for happening in trace(row) {
            let state = happening.get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
            match happening.get("what").and_then(Value::as_str) {
                Some("exited") => exited.push(state),
                Some("entered") => entered.push(state),
                _ => {}
            }
        }
        for to in &entered {
            way.pairs.extend(exited.iter().map(|from| (from.clone(), to.clone())));
            // Whoever enters a box goes through its start.
            way.pairs.extend(entered.iter().map(|from| (format!("{from}/start"), to.clone())));
            way.pairs.insert(("/start".to_owned(), to.clone()));
        }
        for state in exited.into_iter().rev() {
            if way.left.insert(state.clone()) {
                way.order.push(state);
            }
        }
    }
    way
}

fn trace(row: &JournalRow) -> Vec<Value> {
    let outcome: Value = serde_json::from_str(&row.outcome).unwrap_or(Value::Null);
    outcome.get("trace").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The lines of the log, newest first. Contributions are counted, not named: who handed in what is not everybody's.
pub(super) async fn lines<P: Permission>(visit: &Visit<P>, cycle: &Cycle, rows: &[JournalRow]) -> Vec<Value> {
    let readable = cycle.readable().await;
    let mut lines: Vec<Value> = Vec::new();
    let mut waiting: Option<(String, i64, u32)> = None;
    for row in rows {
        let command: Value = serde_json::from_str(&row.command).unwrap_or(Value::Null);
        let asked = command.get("command").unwrap_or(&Value::Null);
        if is_of_held(cycle, asked) {
            continue;
        }
        let word = |key: &str| asked.get(key).and_then(Value::as_str).unwrap_or_default();
        if word("do") == "contribute" {
            let step = word("step").to_owned();
            waiting = match waiting.take() {
                Some((known, at, n)) if known == step => Some((known, at, n + 1)),
                other => {
                    lines.extend(other.map(|gathered| gathering(visit, cycle, gathered)));
                    Some((step, row.at, 1))
                }
            };
            continue;
        }
        lines.extend(waiting.take().map(|gathered| gathering(visit, cycle, gathered)));
        lines.extend(line(visit, cycle, row, asked, &readable));
    }
    lines.extend(waiting.map(|gathered| gathering(visit, cycle, gathered)));
    lines
}

/// Whether a command is about a step that is held back from the visitor.
pub(crate) fn is_of_held(cycle: &Cycle, asked: &Value) -> bool {
    let word = |key: &str| asked.get(key).and_then(Value::as_str);
    let timer = word("id").filter(|_| word("do") == Some("timer"));
    let step = word("step").or(timer.and_then(|id| id.split_once('.')).map(|(step, _)| step));
    step.is_some_and(|step| cycle.is_held(step))
}

fn gathering<P: Permission>(visit: &Visit<P>, cycle: &Cycle, (step, at, n): (String, i64, u32)) -> Value {
    let title = cycle.text(&format!("step.{step}")).to_owned();
    json!({"at": visit.moment(at), "text": visit.t("log.contributions", &[("n", &n.to_string()), ("step", &title)])})
}

/// Names of artifacts that the reader may know of.
type Readable = BTreeMap<String, u32>;

fn line<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    row: &JournalRow,
    asked: &Value,
    readable: &Readable,
) -> Option<Value> {
    let word = |key: &str| asked.get(key).and_then(Value::as_str).unwrap_or_default();
    let who = match row.actor.as_str() {
        "system" => visit.t("log.system", &[]),
        person => cycle.place.name(person).to_owned(),
    };
    let who = match &row.on_behalf {
        Some(whom) if *whom != row.actor => visit.t("log.behalf", &[("who", &who), ("whom", cycle.place.name(whom))]),
        _ => who,
    };
    let title = |prefix: &str, id: &str| cycle.text(&format!("{prefix}.{id}")).to_owned();
    let done = word("do");
    let text = if row.outcome.starts_with("rejected") {
        let event = title("event", word("event"));
        visit.t("log.refused", &[("who", &who), ("event", &event)])
    } else {
        match done {
            "start" => visit.t("log.start", &[("who", &who)]),
            "send" => visit.t("log.send", &[("who", &who), ("event", &title("event", word("event")))]),
            "conclude" | "skip" | "withdraw" | "admit" => {
                visit.t(&format!("log.{done}"), &[("who", &who), ("step", &title("step", word("step")))])
            }
            "erase" => visit.t("log.erase", &[("who", &who), ("whom", cycle.place.name(word("participant")))]),
            "pause" | "resume" | "cancel" | "move" | "reschedule" | "note" | "attendance" | "settle" | "recalendar" => {
                visit.t(&format!("log.{done}"), &[("who", &who)])
            }
            "migrate" | "unmigrate" => {
                let to =
                    trace(row).iter().find(|h| h["what"] == "migrated").map(|h| h["to"].clone()).unwrap_or_default();
                visit.t(&format!("log.{done}"), &[("who", &who), ("version", to.as_str().unwrap_or_default())])
            }
            "timer" => {
                let what = draaiboek_workflow::diagram::timer(&cycle.definition.ir, &visit.locale, word("id"));
                let step = word("id").split_once('.').filter(|(step, _)| cycle.definition.step(step).is_some());
                match step {
                    Some((step, _)) => visit.t("log.timer_step", &[("step", &title("step", step))]),
                    None => visit.t("log.timer", &[("what", &what)]),
                }
            }
            "break" => visit.t("log.break", &[]),
            "child_ended" => visit.t("log.child", &[("team", cycle.place.team(word("key")))]),
            _ => return None,
        }
    };
    let reason = [word("reason"), word("text")].into_iter().find(|text| !text.is_empty() && done != "break");
    let entered = trace(row)
        .iter()
        .filter(|h| h["what"] == "entered")
        .filter_map(|h| h["state"].as_str().map(|s| title("state", s)))
        .next_back();
    let published: Vec<String> = trace(row)
        .iter()
        .filter(|h| h["what"] == "published")
        .filter_map(|h| h["artifact"].as_str())
        .filter(|name| readable.contains_key(*name))
        .map(|name| artifact_title(visit, cycle, name))
        .collect();
    Some(
        json!({"at": visit.moment(row.at), "text": text, "reason": reason, "entered": entered, "published": published}),
    )
}
