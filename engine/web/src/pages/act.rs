//! What people do to a cycle: say "next", go back, pause, skip, note. Every act answers 303, or 422 with the same page.

use draaiboek_workflow::decide::Command;
use serde_json::{Value, json};

use super::cycle::{Refused, field_label, page};
use super::log;
use crate::answer::{Failure, Outcome};
use crate::forms::{Reading, Sources, of_schema, read};
use crate::gate::{AdvanceCycle, Cycle, ManageCycle, ManageStep, Permission, Visit};
use crate::input::{Fields, Input};
use crate::route::redirect;
use crate::show::words;

/// Where an act leads.
fn back(cycle: &Cycle, done: &str) -> Outcome {
    Ok(redirect(&format!("/cycle/{}?done={done}", words::path_id(cycle.id()))))
}

/// A key of this visitor for a repeated post; another's key never answers. A page may be open twice with one key in it, so
/// what was typed belongs to the key.
pub(super) fn key<P: Permission>(visit: &Visit<P>, form: &Fields) -> Result<Option<String>, Failure> {
    let account = &visit.member()?.account;
    let key = form.text("key").filter(|key| key.len() <= 80);
    Ok(key.map(|key| format!("web:{account}:{key}:{}", form.digest())))
}

/// `cycle/send`
pub(crate) async fn send(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let event = input.part("event").to_owned();
    let schema = schema(&cycle, &event);
    let reading = match &schema {
        Some(schema) => {
            let sources = Sources::bare(&visit.locale, &cycle.place);
            let controls = of_schema(schema, &sources, |name| field_label(&cycle, name));
            read(&controls, &input.form, &format!("{event}."), &cycle.place)
        }
        None => Reading::default(),
    };
    let form = format!("event-{event}");
    if !reading.problems.is_empty() {
        return refuse(&visit, &cycle, &form, &input, reading, None).await;
    }
    let reason = input.form.text("reason").map(str::to_owned);
    let command = Command::Send { event, data: Value::Object(reading.value.clone()), reason };
    let outcome = cycle.command_seeing(command, &seen(&input), key(&visit, &input.form)?.as_deref()).await;
    finish(visit, cycle, &form, &input, reading, outcome.map(drop), "sent").await
}

/// The schema of the data an event takes in the present states.
fn schema(cycle: &Cycle, event: &str) -> Option<Value> {
    let states = cycle.definition.ir.all_states();
    let mut own = states.iter().flat_map(|state| state.on.iter()).filter(|t| t.events.iter().any(|name| name == event));
    own.find_map(|transition| transition.event_data.clone())
}

/// `cycle/note`
pub(crate) async fn note(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let text = input.form.text("text").unwrap_or_default().to_owned();
    let outcome = cycle.command(Command::Note { text }, key(&visit, &input.form)?.as_deref()).await;
    finish(visit, cycle, "note", &input, Reading::default(), outcome.map(drop), "noted").await
}

/// `cycle/move`: back to an earlier state, or the present one again.
pub(crate) async fn move_to(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let to: Vec<String> = input.form.text("to").into_iter().map(str::to_owned).collect();
    let form = if input.form.has("again") { "again" } else { "back" };
    let command = Command::Move { to, reason: reason(&input) };
    let outcome = cycle.command_seeing(command, &seen(&input), key(&visit, &input.form)?.as_deref()).await;
    finish(visit, cycle, form, &input, Reading::default(), outcome.map(drop), "moved").await
}

/// `cycle/pause`
pub(crate) async fn pause(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let outcome = cycle.command(Command::Pause { reason: reason(&input) }, None).await;
    finish(visit, cycle, "pause", &input, Reading::default(), outcome.map(drop), "paused").await
}

/// `cycle/resume`
pub(crate) async fn resume(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let outcome = cycle.command(Command::Resume, None).await;
    finish(visit, cycle, "resume", &input, Reading::default(), outcome.map(drop), "resumed").await
}

/// `cycle/cancel`
pub(crate) async fn cancel(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let outcome = cycle.command(Command::Cancel { reason: reason(&input) }, None).await;
    finish(visit, cycle, "cancel", &input, Reading::default(), outcome.map(drop), "cancelled").await
}

/// `step/conclude`
pub(crate) async fn conclude(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let outcome = cycle.command(Command::Conclude { step: step.id.clone() }, None).await;
    let form = format!("step-{}", step.id);
    finish(visit, cycle, &form, &input, Reading::default(), outcome.map(drop), "concluded").await
}

/// `step/skip`
pub(crate) async fn skip(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let command = Command::Skip { step: step.id.clone(), reason: reason(&input) };
    let outcome = cycle.command(command, None).await;
    let form = format!("step-{}", step.id);
    finish(visit, cycle, &form, &input, Reading::default(), outcome.map(drop), "skipped").await
}

/// `step/reschedule`
pub(crate) async fn reschedule(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let form = format!("step-{}", step.id);
    let Some(day) = input.form.day("due") else {
        let problem = Failure::Invalid("date".into());
        return finish(visit, cycle, &form, &input, Reading::default(), Err(problem), "").await;
    };
    let command = Command::Reschedule { target: step.id.clone(), to: day.at(23, 59, 0, 0), reason: reason(&input) };
    let outcome = cycle.command(command, None).await;
    finish(visit, cycle, &form, &input, Reading::default(), outcome.map(drop), "rescheduled").await
}

fn reason(input: &Input) -> String {
    input.form.text("reason").unwrap_or_default().to_owned()
}

/// The states that the visitor saw: what they do is meant for these only.
fn seen(input: &Input) -> Vec<String> {
    let states = input.form.text("seen").unwrap_or_default().split(',');
    states.filter(|state| !state.is_empty()).take(50).map(str::to_owned).collect()
}

async fn finish<P: Permission>(
    visit: Visit<P>,
    cycle: Cycle,
    form: &str,
    input: &Input,
    reading: Reading,
    outcome: Result<(), Failure>,
    done: &str,
) -> Outcome {
    match outcome {
        Ok(()) => back(&cycle, done),
        Err(error @ (Failure::Rejected(_) | Failure::Invalid(_))) => {
            refuse(&visit, &cycle, form, input, reading, Some(error)).await
        }
        Err(other) => Err(other),
    }
}

/// What happened last: whoever comes second sees what the first did.
async fn happened<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Result<Option<Value>, Failure> {
    let lines = log::lines(visit, cycle, &cycle.journal(3).await?).await;
    Ok(lines.first().map(|line| json!({"about": line["at"], "text": line["text"], "entered": line["entered"]})))
}

/// The step that holds an event back: why, is said in the words of its kind.
async fn stuck(cycle: &Cycle, form: &str) -> Result<Option<String>, Failure> {
    let Some(event) = form.strip_prefix("event-") else { return Ok(None) };
    let offers = cycle.offers(&cycle.answers().await)?;
    Ok(offers.iter().find(|offer| offer.event == event).and_then(|offer| offer.stuck.clone()))
}

/// The same page with the reasons and everything that was typed; the cycle as it is now.
async fn refuse<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    form: &str,
    input: &Input,
    reading: Reading,
    error: Option<Failure>,
) -> Outcome {
    let cycle = visit.cycle(cycle.id()).await?;
    let kind = stuck(&cycle, form).await?.and_then(|step| cycle.kind_of(&step));
    let speaker = visit.speaker(Some(&cycle), kind.as_deref())?;
    let problems: Vec<(String, String)> =
        reading.problems.iter().map(|(name, key)| (name.clone(), visit.t(&format!("problem.{key}"), &[]))).collect();
    let reasons: Vec<Value> = match &error {
        Some(Failure::Rejected(rejection)) if matches!(rejection.word.as_str(), "STALE" | "NOT_ENABLED") => {
            happened(visit, &cycle).await?.into_iter().collect()
        }
        Some(Failure::Rejected(rejection)) => {
            let own = speaker.reasons(rejection);
            let further = own.into_iter().filter(|r| r.text != speaker.word(&rejection.word) || r.about.is_some());
            further.map(|reason| json!({"text": reason.text, "about": reason.about})).collect()
        }
        Some(Failure::Invalid(key)) => {
            let known = visit.app().shower.maybe(&visit.locale, &format!("invalid.{key}"));
            vec![json!({"text": known.unwrap_or_else(|| visit.t("invalid.other", &[])), "about": null})]
        }
        _ => vec![json!({"text": visit.t("problem.incomplete", &[]), "about": null})],
    };
    let lead = match &error {
        Some(Failure::Rejected(rejection)) => speaker.word(&rejection.word),
        _ => visit.t("cycle.refused", &[]),
    };
    let refused =
        Refused { form: form.to_owned(), typed: input.form.clone(), values: reading.value, problems, lead, reasons };
    visit.page(page(visit, &cycle, Some(refused)).await?)
}
