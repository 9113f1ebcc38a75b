//! The pages of a class: a code and one's own code, then the questions of one step, one after the other. No account, no
//! cookie: nothing stays on a device that pupils share.

use axum::http::StatusCode;
use draaiboek_runtime::Handed;
use serde_json::{Map, Value, json};

use super::Page;
use super::contribute::reading;
use super::step::sources;
use crate::answer::{Failure, Outcome};
use crate::forms::{Entry, Preset, of_entry, presets, view};
use crate::gate::{Contribute, Enter, Knock, Mine, OpenStep, Pupil, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// `class/new`
pub(crate) async fn new(visit: Visit<Knock>, input: Input) -> Outcome {
    let data = json!({"code": input.query.text("code")});
    visit.page(Page::new("class", visit.t("lesson.title", &[]), data))
}

fn door<P: crate::gate::Permission>(visit: &Visit<P>, input: &Input, problem: &str, status: StatusCode) -> Outcome {
    let data = json!({"problem": visit.t(problem, &[]), "code": input.form.text("code")});
    visit.page(Page { status, ..Page::new("class", visit.t("lesson.title", &[]), data) })
}

async fn come_in(visit: &Visit<Enter>, input: &Input) -> Result<Pupil, Outcome> {
    match visit.app().pupil(input).await {
        Ok(Some(pupil)) => Ok(pupil),
        Ok(None) => Err(door(visit, input, "lesson.wrong", StatusCode::UNPROCESSABLE_ENTITY)),
        Err(Failure::TooMany) => Err(door(visit, input, "sign_in.too_many", StatusCode::TOO_MANY_REQUESTS)),
        Err(other) => Err(Err(other)),
    }
}

/// `class/open`
pub(crate) async fn open(visit: Visit<Enter>, input: Input) -> Outcome {
    match come_in(&visit, &input).await {
        Ok(pupil) => page(&pupil, &input, None).await,
        Err(outcome) => outcome,
    }
}

/// An entry that was refused: its kind, what was typed, sentences beside fields and above.
struct Refused {
    entry: String,
    value: Map<String, Value>,
    problems: Vec<(String, String)>,
    summary: Vec<String>,
}

/// Whether a pupil answered this form already: once is enough.
fn answered(mine: &[Mine], entry: &str, preset: &Preset) -> bool {
    let same = |value: &Value| {
        preset.iter().all(|(field, element)| value.get(field).and_then(Value::as_str) == Some(element.id.as_str()))
    };
    mine.iter().any(|known| known.entry == entry && same(&known.value))
}

/// What pupils are asked: what is asked of each of a list, such as questions; without such, everything. What is said of
/// each pupil of the list is the teacher's.
fn asked(step: &OpenStep) -> Vec<&Entry> {
    let all = if step.is_open() { step.entries() } else { Vec::new() };
    let of_pupils = |entry: &&Entry| entry.per.iter().any(|per| per.over.ends_with(".roster"));
    let all: Vec<&Entry> = all.into_iter().filter(|entry| !of_pupils(entry)).collect();
    let some = all.iter().any(|entry| !entry.per.is_empty());
    all.into_iter().filter(|entry| !some || !entry.per.is_empty()).collect()
}

async fn page(pupil: &Pupil, input: &Input, refused: Option<Refused>) -> Outcome {
    let Pupil { visit, cycle, step } = pupil;
    let mine = visit.mine(cycle, step).await?;
    let nothing = Value::Null;
    let sources = sources(cycle, step, &nothing, &[], &visit.locale);
    let mut forms = Vec::new();
    for entry in asked(step) {
        for preset in presets(&step.kind, entry, &sources).iter().filter(|preset| !answered(&mine, &entry.name, preset))
        {
            let Some(controls) = of_entry(&step.kind, entry, &sources, preset) else { continue };
            let about = |value: &Map<String, Value>| {
                preset.iter().all(|(f, e)| value.get(f).and_then(Value::as_str) == Some(&e.id))
            };
            let own = refused.as_ref().filter(|refused| refused.entry == entry.name && about(&refused.value));
            let mut value = own.map_or_else(Map::new, |own| own.value.clone());
            let mut title = entry.title.get(&visit.locale).to_owned();
            for (field, element) in preset {
                value.insert(field.clone(), element.id.clone().into());
                title = format!("{title}: {}", element.label);
            }
            let problems = own.map_or([].as_slice(), |own| own.problems.as_slice());
            forms.push(json!({
                "title": title, "action": format!("/class/answer/{}", entry.name), "summary": own.map(|own| own.summary.clone()),
                "fields": view(&controls, &value, problems, &format!("{}.", entry.name), ""),
            }));
        }
    }
    // One question at a time; the refused one first.
    forms.sort_by_key(|form| form["summary"].is_null());
    let left = forms.len();
    let data = json!({
        "form": forms.into_iter().next(), "left": left, "some": !mine.is_empty(), "closed": !step.is_open(),
        "hint": cycle.own_text(&format!("step.{}.hint", step.id)), "code": input.form.text("code"),
        "pupil": input.form.text("pupil"),
    });
    let page = Page::new("class-step", cycle.text(&format!("step.{}", step.id)).to_owned(), data);
    visit.page(if refused.is_some() { page.amiss() } else { page })
}

/// `class/answer`
pub(crate) async fn answer(visit: Visit<Enter>, input: Input) -> Outcome {
    let pupil = match come_in(&visit, &input).await {
        Ok(pupil) => pupil,
        Err(outcome) => return outcome,
    };
    let Pupil { visit, cycle, step } = &pupil;
    let entry = asked(step).into_iter().find(|entry| entry.name == input.part("entry")).cloned();
    let entry = entry.ok_or(Failure::NotFound)?;
    let Some((_, reading)) = reading(visit, cycle, step, &entry, &input).await else {
        return page(&pupil, &input, None).await;
    };
    let refused = |problems: Vec<(String, String)>, summary: Vec<String>| Refused {
        entry: entry.name.clone(),
        value: reading.value.clone(),
        problems,
        summary,
    };
    if !reading.problems.is_empty() {
        let sentence = |key: &str| visit.t(&format!("problem.{key}"), &[]);
        let problems = reading.problems.iter().map(|(name, key)| (name.clone(), sentence(key))).collect();
        return page(&pupil, &input, Some(refused(problems, vec![visit.t("problem.incomplete", &[])]))).await;
    }
    let nothing = Value::Null;
    let mine = visit.mine(cycle, step).await?;
    let all = presets(&step.kind, &entry, &sources(cycle, step, &nothing, &[], &visit.locale));
    let value = Value::Object(reading.value.clone());
    let meant =
        all.iter().find(|preset| preset.iter().all(|(f, e)| value.get(f).and_then(Value::as_str) == Some(&e.id)));
    if meant.is_none_or(|preset| answered(&mine, &entry.name, preset)) {
        return page(&pupil, &input, None).await;
    }
    let token = step.anonymous().then(crate::gate::secret::token);
    let payload = json!({entry.name.as_str(): value});
    let handed = Handed { step: step.id.clone(), payload, token, ..Handed::default() };
    match cycle.hand_in(handed, None).await {
        Ok(_) => {
            let cycle = visit.cycle(cycle.id()).await?;
            let step = visit.step(&cycle, &step.id).await?;
            page(&Pupil { visit: again(visit, &input).await?, cycle, step }, &input, None).await
        }
        Err(Failure::Rejected(rejection)) => {
            let reasons = visit.speaker(Some(cycle), Some(&step.kind))?.reasons(&rejection);
            let problems = reasons.iter().filter_map(|r| Some((r.field.clone()?, r.text.clone()))).collect();
            page(&pupil, &input, Some(refused(problems, reasons.into_iter().map(|r| r.text).collect()))).await
        }
        Err(other) => Err(other),
    }
}

async fn again(visit: &Visit<Contribute>, input: &Input) -> Result<Visit<Contribute>, Failure> {
    Visit::admit(std::sync::Arc::clone(visit.app()), visit.who().clone(), input).await
}

/// `class/code`: shown big, for the board in the classroom.
pub(crate) async fn code(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let (code, until) = visit.class_code(&cycle, &step).await?;
    let href = format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    let data = json!({
        "code": code, "until": words::time(&visit.locale, cycle.place.local_micros(until)), "pupils": step.pupils(),
        "address": visit.link_to("/class"), "href": href, "step": cycle.text(&format!("step.{}", step.id)),
    });
    visit.page(Page::new("class-code", visit.t("lesson.code_title", &[]), data))
}

/// `class/end`
pub(crate) async fn end(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    visit.end_class(&cycle, &step).await?;
    let href = format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    Ok(redirect(&format!("{href}?done=class_ended")))
}
