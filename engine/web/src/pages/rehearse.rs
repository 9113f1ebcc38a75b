//! What a year would look like: the outcome of a rehearsal in words and tables, and two of them side by side.

use std::collections::BTreeSet;

use draaiboek_runtime::Rehearsed;
use draaiboek_workflow::simulate::{Load, Stuck, WaitsFor, range, story};
use serde_json::{Value, json};

use crate::gate::{StartCycle, Visit};
use crate::show::words;

/// People in the table.
const PEOPLE: usize = 12;
/// Things that still wait.
const WAITS: usize = 8;

/// One rehearsal as the template draws it.
pub(super) fn shown(visit: &Visit<StartCycle>, year: &Rehearsed) -> Value {
    let (_, until) = year.plan.span();
    let summary = &year.summary;
    let waits = summary
        .waits
        .iter()
        .take(WAITS)
        .map(|stuck| json!({"title": title(visit, year, &stuck.workflow), "text": waits_for(visit, year, stuck)}));
    let busy: Vec<&Load> = summary.people.iter().filter(|load| load.most > 0).collect();
    let most = busy.iter().map(|load| load.peak).fold(1.0, f64::max);
    let people = busy.iter().take(PEOPLE).map(|load| {
        json!({
            "name": load.name, "mean": minutes(visit, load.mean), "peak": minutes(visit, load.peak), "week": load.peak_week.as_deref().map(week),
            "n": load.peak.round(), "max": most.round(), "over": load.weeks_over >= 0.5,
        })
    });
    json!({
        "until": words::date(&visit.locale, until), "runs": summary.runs, "finish": finish(visit, year), "bottleneck": bottleneck(visit, year),
        "people": people.collect::<Vec<_>>(), "budget": summary.budget,
        "waits": waits.collect::<Vec<_>>(), "story": told(visit, year),
    })
}

/// What a cycle waits for at the end, in words.
fn waits_for(visit: &Visit<StartCycle>, year: &Rehearsed, stuck: &Stuck) -> String {
    let definition = year.plan.definition(&stuck.workflow);
    let own = |key: String| {
        let texts = definition.map(|definition| definition.texts(&key)).unwrap_or_default();
        [visit.locale.as_str(), "nl"].iter().find_map(|locale| texts.get(*locale)).cloned()
    };
    let event = |name: &str| own(format!("event.{name}")).or_else(|| own(format!("step.{name}")));
    let event = |name: &str| event(name).unwrap_or_else(|| words::plain_key(name));
    let state = own(format!("state.{}", stuck.waiting.state)).unwrap_or_default();
    let reason = |reason: &String| {
        let word = reason.split(':').next().unwrap_or(reason);
        let house = || visit.app().shower.maybe(&visit.locale, &format!("error.{word}"));
        own(format!("error.{word}")).or_else(house).unwrap_or_else(|| visit.t("reason.open", &[]))
    };
    let what = match &stuck.waiting.reason {
        WaitsFor::Answers { step, .. } => visit.t("rehearse.for_answers", &[("what", &event(step))]),
        WaitsFor::Somebody { act, .. } => visit.t("rehearse.for_somebody", &[("what", &event(act))]),
        WaitsFor::Turn { act } => visit.t("rehearse.for_turn", &[("what", &event(act))]),
        WaitsFor::Requirement { event: act, reasons } => {
            let reasons = reasons.iter().map(reason).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ");
            visit.t("rehearse.for_requirement", &[("what", &event(act)), ("why", &reasons)])
        }
        WaitsFor::Timer { due, .. } => {
            visit.t("rehearse.for_timer", &[("day", &words::date(&visit.locale, due.date()))])
        }
        WaitsFor::Children { .. } => visit.t("rehearse.for_children", &[]),
        WaitsFor::Event { .. } => visit.t("rehearse.for_event", &[]),
        WaitsFor::Repair { .. } => visit.t("start.blocked", &[]),
        WaitsFor::Nothing => visit.t("rehearse.for_nothing", &[]),
    };
    if state.is_empty() { what } else { format!("‘{state}’: {what}") }
}

/// What may go wrong, as warnings.
pub(super) fn warnings(visit: &Visit<StartCycle>, year: &Rehearsed) -> Vec<String> {
    let summary = &year.summary;
    let mut found = Vec::new();
    if summary.whole.unfinished > 0 {
        let (n, all) = (summary.whole.unfinished.to_string(), summary.runs.to_string());
        found.push(visit.t("rehearse.unfinished", &[("n", &n), ("all", &all)]));
    }
    found
}

/// Two rehearsals side by side: a row of words for each thing that counts.
pub(super) fn compared(visit: &Visit<StartCycle>, now: &Rehearsed, other: &Rehearsed) -> Vec<Value> {
    let row = |key: &str, of: &dyn Fn(&Rehearsed) -> String| {
        let (a, b) = (of(now), of(other));
        json!({"label": visit.t(&format!("rehearse.{key}"), &[]), "changed": a != b, "now": a, "other": b})
    };
    let share = |year: &Rehearsed| {
        let busy: Vec<f64> = year.summary.people.iter().map(|load| load.mean).filter(|mean| *mean > 0.0).collect();
        minutes(visit, busy.iter().sum::<f64>() / busy.len().max(1) as f64)
    };
    let busiest = |year: &Rehearsed| {
        let most = year.summary.people.iter().max_by(|a, b| a.peak.total_cmp(&b.peak));
        most.map_or_else(String::new, |load| format!("{}: {}", load.name, minutes(visit, load.peak)))
    };
    vec![
        row("done", &|year| range(&year.summary.whole, year.summary.runs, &visit.locale)),
        row("slowest", &|year| bottleneck(visit, year).unwrap_or_else(|| visit.t("rehearse.none", &[]))),
        row("mean", &share),
        row("peak", &busiest),
        row("late", &|year| format!("{:.0}", year.summary.late)),
    ]
}

fn minutes(visit: &Visit<StartCycle>, minutes: f64) -> String {
    words::minutes(&visit.locale, minutes.round() as i64)
}

/// "2026-W49" as a number people use.
fn week(text: &str) -> &str {
    text.rsplit(['W', ' ']).next().map_or(text, |number| number.trim_start_matches('0'))
}

fn title(visit: &Visit<StartCycle>, year: &Rehearsed, workflow: &str) -> String {
    year.plan.definition(workflow).map_or(workflow, |definition| definition.ir.text(&visit.locale, "title")).to_owned()
}

fn finish(visit: &Visit<StartCycle>, year: &Rehearsed) -> Vec<Value> {
    let line = |(workflow, range_of): (&String, _)| json!({"title": title(visit, year, workflow), "text": range(range_of, year.summary.runs, &visit.locale)});
    year.summary.finish.iter().map(line).collect()
}

/// The step that holds up most, when one does.
fn bottleneck(visit: &Visit<StartCycle>, year: &Rehearsed) -> Option<String> {
    let (key, days) = year.summary.bottleneck.as_ref().filter(|(_, days)| *days >= 0.5)?;
    let (workflow, step) = key.split_once('/')?;
    let step = year.plan.definition(workflow)?.ir.text(&visit.locale, &format!("step.{step}")).to_owned();
    let days = format!("{days:.0}");
    Some(visit.t("rehearse.bottleneck", &[("step", &step), ("n", &days)]))
}

/// The story of one run, by day.
fn told(visit: &Visit<StartCycle>, year: &Rehearsed) -> Vec<Value> {
    let text = story(&year.plan, &year.told, &visit.locale);
    let mut days: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (line.strip_prefix("  "), days.last_mut()) {
            (Some(happened), Some((_, lines))) => lines.push(happened.trim().to_owned()),
            _ => days.push((words::capital(line), Vec::new())),
        }
    }
    days.into_iter().map(|(day, lines)| json!({"day": day, "lines": lines})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_numbers() {
        for (text, expected) in [("2026-W49", "49"), ("2027-W05", "5"), ("12", "12")] {
            assert_eq!(week(text), expected, "{text}");
        }
    }
}
