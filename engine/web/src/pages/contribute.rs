//! Handing in, taking back, drafts: for every step kind the same way.

use axum::http::StatusCode;
use axum::response::Response;
use draaiboek_runtime::Handed;
use draaiboek_workflow::decide::Answer;
use serde_json::{Map, Value};

use super::act::key;
use super::step::{Refused, page, sources};
use crate::answer::{Failure, Outcome};
use crate::forms::problems::Reason;
use crate::forms::{Control, Entry, Reading, of_entry, presets, read};
use crate::gate::{Contribute, Cycle, ManageStep, OpenStep, Permission, Visit, group_of};
use crate::input::Input;
use crate::route::{html, redirect, with_cookie};
use crate::show::words;

/// Longest life of the secret of an anonymous answer in a browser: as long as a step may be open.
const SECRET_AGE: u32 = 120 * 24 * 3600;

/// `contribution/create`
pub(crate) async fn create(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?.on_behalf(input.form.text("for"));
    let cycle = cycle.on_behalf_of(step.acting.clone());
    let entry = step.entries().into_iter().find(|entry| entry.name == input.part("entry")).cloned();
    let entry = entry.ok_or(Failure::NotFound)?;
    let Some((_, reading)) = reading(&visit, &cycle, &step, &entry, &input).await else {
        let refused = Refused {
            entry: entry.name.clone(),
            summary: vec![(None, visit.t("step.blocked", &[]))],
            ..Default::default()
        };
        return visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?);
    };
    if input.form.has("more") {
        let refused = Refused { entry: entry.name.clone(), value: reading.value, mild: true, ..Default::default() };
        return visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?);
    }
    if input.form.has("save") {
        visit.keep_draft(&cycle, &step, &entry.name, &Value::Object(reading.value)).await?;
        return Ok(redirect(&format!("{}?entry={}&done=draft", here(&cycle, &step), entry.name)));
    }
    if !reading.problems.is_empty() {
        let refused = of_reading(&visit, &entry, reading);
        return visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?);
    }
    let secret = step.anonymous().then(|| secret(&cycle, &step, &input));
    let mut payload = Map::new();
    payload.insert(entry.name.clone(), Value::Object(reading.value.clone()));
    let handed = Handed {
        step: step.id.clone(),
        id: None,
        payload: Value::Object(payload),
        group: own_group(&visit, &cycle, &step).await?,
        revision: None,
        token: secret.as_ref().map(|secret| secret.1.clone()),
    };
    let key = if step.anonymous() { None } else { key(&visit, &input.form)? };
    match cycle.hand_in(handed, key.as_deref()).await {
        Ok(reply) => {
            visit.drop_draft(&cycle, &step.id, &entry.name).await?;
            let done = match reply.answer {
                Answer::Late => "late",
                Answer::Duplicate | Answer::StaleRevision => "known",
                Answer::Accepted if step.anonymous() => "handed_in_anonymous",
                Answer::Accepted if reply.warnings.is_empty() => "handed_in",
                Answer::Accepted => "adapted",
            };
            let response =
                redirect(&format!("{}?entry={}{}&done={done}", here(&cycle, &step), entry.name, behalf(&step)));
            Ok(match secret {
                Some((name, value)) => with_cookie(response, &secret_cookie(&visit, &name, &value)),
                None => response,
            })
        }
        Err(Failure::Rejected(rejection)) => {
            let speaker = visit.speaker(Some(&cycle), Some(&step.kind))?;
            let reasons = speaker.reasons(&rejection);
            // What was typed is kept as a draft: a closed step or a lost race costs nobody a text.
            visit.keep_draft(&cycle, &step, &entry.name, &Value::Object(reading.value.clone())).await?;
            let cycle = visit.cycle(cycle.id()).await?;
            let refused = of_reasons(&visit.locale, &entry, reading.value, reasons);
            let step = visit.step(&cycle, &step.id).await?.on_behalf(input.form.text("for"));
            visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?)
        }
        Err(other) => {
            if !step.anonymous() {
                visit.keep_draft(&cycle, &step, &entry.name, &Value::Object(reading.value)).await?;
            }
            Err(other)
        }
    }
}

/// So that the page after handing in is for the same person.
fn behalf(step: &OpenStep) -> String {
    let whom = step.acting.as_ref().filter(|whom| step.also_for.contains(whom));
    whom.map(|whom| format!("&for={}", words::path_id(whom))).unwrap_or_default()
}

/// The group that the visitor speaks for; in an anonymous step that would tell too much.
async fn own_group<P: Permission>(visit: &Visit<P>, cycle: &Cycle, step: &OpenStep) -> Result<Option<String>, Failure> {
    if step.anonymous() {
        return Ok(None);
    }
    let groups = cycle.groups(step).await;
    let person = step.acting.as_ref().unwrap_or(&visit.member()?.person);
    Ok(group_of(&groups, person).map(|group| group.id.clone()))
}

fn here(cycle: &Cycle, step: &OpenStep) -> String {
    format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id))
}

/// The posted form as data; `None` when there is nothing to choose from yet.
pub(super) async fn reading<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    step: &OpenStep,
    entry: &Entry,
    input: &Input,
) -> Option<(Vec<Control>, Reading)> {
    let picture = cycle.picture(&step.id).await.map(|picture| picture.data).unwrap_or(Value::Null);
    let groups = cycle.groups(step).await;
    let sources = sources(cycle, step, &picture, &groups, &visit.locale);
    // With a form per element, the posted ids say which one it was.
    let meant = presets(&step.kind, entry, &sources).into_iter().find(|preset| {
        preset.iter().all(|(field, element)| input.form.get(&format!("{}.{field}", entry.name)) == Some(&element.id))
    })?;
    let controls = of_entry(&step.kind, entry, &sources, &meant)?;
    let reading = read(&controls, &input.form, &format!("{}.", entry.name), &cycle.place);
    Some((controls, reading))
}

/// The label of a field, to name it in the summary of mistakes.
fn label<'e>(locale: &str, entry: &'e Entry, name: &'e str) -> &'e str {
    entry.form.iter().find(|field| field.field == name).map_or(name, |field| field.label.get(locale))
}

/// "Which group? Say for which group this card is."
fn at_field(label: &str, sentence: &str) -> String {
    let colon = if label.ends_with(['?', '.', ':', '!']) { "" } else { ":" };
    format!("{label}{colon} {sentence}")
}

fn of_reading<P: Permission>(visit: &Visit<P>, entry: &Entry, reading: Reading) -> Refused {
    let sentence = |key: &str| visit.t(&format!("problem.{key}"), &[]);
    let line = |(name, key): &(String, &'static str)| {
        (Some(name.clone()), at_field(label(&visit.locale, entry, name), &sentence(key)))
    };
    Refused {
        entry: entry.name.clone(),
        summary: reading.problems.iter().map(line).collect(),
        problems: reading.problems.iter().map(|(name, key)| (name.clone(), sentence(key))).collect(),
        value: reading.value,
        mild: false,
    }
}

fn of_reasons(locale: &str, entry: &Entry, value: Map<String, Value>, reasons: Vec<Reason>) -> Refused {
    let shown = |name: &&String| entry.form.iter().any(|f| f.field == **name && f.widget != "hidden");
    let text = |reason: &Reason| match &reason.about {
        Some(about) => format!("{about}: {}", reason.text),
        None => reason.text.clone(),
    };
    let mut refused = Refused { entry: entry.name.clone(), value, ..Refused::default() };
    for reason in &reasons {
        match reason.field.as_ref().filter(shown) {
            Some(name) => {
                let line = at_field(label(locale, entry, name), &text(reason));
                refused.summary.push((Some(name.clone()), line));
                refused.problems.push((name.clone(), text(reason)));
            }
            None => refused.summary.push((None, text(reason))),
        }
    }
    refused
}

/// Name and value of the secret with which an anonymous answer can be revised: it stays in this browser only.
fn secret(cycle: &Cycle, step: &OpenStep, input: &Input) -> (String, String) {
    let name = format!("anon-{}", crate::gate::secret::short(&format!("{}\n{}", cycle.id(), step.id)));
    let known = input.cookie(&name).filter(|value| value.len() == 64);
    (name, known.unwrap_or_else(crate::gate::secret::token))
}

fn secret_cookie<P: Permission>(visit: &Visit<P>, name: &str, value: &str) -> String {
    let secure = if visit.app().secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/cycle; HttpOnly; SameSite=Strict; Max-Age={SECRET_AGE}{secure}")
}

/// `contribution/withdraw`
pub(crate) async fn withdraw(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?.on_behalf(input.form.text("for"));
    let cycle = cycle.on_behalf_of(step.acting.clone());
    let id = input.form.text("contribution").unwrap_or_default();
    let token = step.anonymous().then(|| secret(&cycle, &step, &input).1);
    match cycle.take_back(&step.id, id, token.as_deref()).await {
        Ok(_) => Ok(redirect(&format!("{}?done=withdrawn", here(&cycle, &step)))),
        Err(Failure::Rejected(rejection)) => {
            let text = visit.speaker(Some(&cycle), Some(&step.kind))?.word(&rejection.word);
            let refused = Refused { summary: vec![(None, text)], ..Default::default() };
            visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?)
        }
        Err(other) => Err(other),
    }
}

/// `contribution/admit`: a late contribution counts after all.
pub(crate) async fn admit(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    match visit.admit_late(&cycle, &step, input.form.text("contribution").unwrap_or_default()).await {
        Ok(_) => Ok(redirect(&format!("{}?done=admitted", here(&cycle, &step)))),
        Err(Failure::Rejected(rejection)) => {
            let text = visit.speaker(Some(&cycle), Some(&step.kind))?.word(&rejection.word);
            let refused = Refused { summary: vec![(None, text)], ..Default::default() };
            let cycle = visit.cycle(cycle.id()).await?;
            visit.page(page(&visit, &cycle, &step, &input, Some(refused)).await?)
        }
        Err(other) => Err(other),
    }
}

/// `draft/keep`: for the page script; answers with one sentence.
pub(crate) async fn draft(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let entry = step.entries().into_iter().find(|entry| entry.name == input.part("entry")).cloned();
    let entry = entry.ok_or(Failure::NotFound)?;
    let value = match reading(&visit, &cycle, &step, &entry, &input).await {
        Some((_, reading)) => reading.value,
        None => Map::new(),
    };
    let kept = visit.keep_draft(&cycle, &step, &entry.name, &Value::Object(value)).await?;
    let text = if kept {
        visit.t("step.draft_at", &[("when", &words::time(&visit.locale, cycle.place.local(visit.now)))])
    } else {
        String::new()
    };
    Ok(plain(text))
}

/// A sentence without a page; escaped, for it may be put into one.
fn plain(text: String) -> Response {
    html(StatusCode::OK, handlebars::html_escape(&text))
}
