//! New trajectory: choose a workflow, fill in, see what would happen, begin.

use draaiboek_runtime::Rehearsed;
use draaiboek_store::InstanceFilter;
use draaiboek_workflow::decide::{Decision, TaskChange, TimerChange};
use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::simulate::Asked;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::act::key;
use super::trajectory::over;
use super::{Page, rehearse};
use crate::answer::{Failure, Outcome};
use crate::forms::{Control, Reading, Shape, Sources, of_schema, read, view};
use crate::gate::{Place, StartCycle, Visit, WorkflowCard};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// Most sentences about too much work.
const MOST_WARNINGS: usize = 12;

/// `cycle/choose`
pub(crate) async fn choose(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let cards = visit.workflows(None).await?;
    let line = |card: &WorkflowCard| {
        let text = |key: &str| {
            [visit.locale.as_str(), "nl"]
                .iter()
                .find_map(|l| card.workflow.texts.get(*l).and_then(|t| t.get(key)))
                .cloned()
        };
        json!({"href": format!("/new/{}", words::path_id(&card.id)), "title": card.workflow.text(&visit.locale, "title"), "purpose": text("purpose"), "version": card.version,
               "library": format!("/library/{}", words::path_id(&card.id))})
    };
    let mut data = super::library::shelves(&cards, &visit.locale, input.query.text("q"), line);
    data["find"] = "/new".into();
    visit.page(Page::new("new", visit.t("new.title", &[]), data))
}

async fn card(visit: &Visit<StartCycle>, input: &Input) -> Result<WorkflowCard, Failure> {
    let cards = visit.workflows(None).await?;
    cards.into_iter().find(|card| card.id == input.part("workflow")).ok_or(Failure::NotFound)
}

/// Words for a property of a configuration: the workflow's, then the house's.
fn label(visit: &Visit<StartCycle>, workflow: &Workflow, name: &str) -> (String, Option<String>) {
    let own = |key: &str| {
        [visit.locale.as_str(), "nl"].iter().find_map(|l| workflow.texts.get(*l).and_then(|t| t.get(key))).cloned()
    };
    let house = |key: &str| visit.app().shower.maybe(&visit.locale, key);
    let label = own(&format!("config.{name}"))
        .or_else(|| house(&format!("config.{name}")))
        .or_else(|| house(&format!("data.{name}")));
    let help = own(&format!("config.{name}.hint")).or_else(|| house(&format!("config_help.{name}")));
    (label.unwrap_or_else(|| words::plain_key(name)), help)
}

fn controls(visit: &Visit<StartCycle>, place: &Place, workflow: &Workflow) -> Vec<Control> {
    let sources = Sources::bare(&visit.locale, place);
    let mut controls = of_schema(&workflow.config, &sources, |name| label(visit, workflow, name));
    for control in controls.iter_mut().filter(|control| control.shape == Shape::Date && control.name == "date") {
        control.help = Some(study_days(visit, place));
    }
    controls
}

/// The study days to come, as days that fit.
fn study_days(visit: &Visit<StartCycle>, place: &Place) -> String {
    let today = place.today(visit.now);
    let days = place.calendar.data().periods.iter().map(|period| period.from);
    let coming = days.filter(|day| *day >= today && place.calendar.is_study_day(*day));
    let days: Vec<String> = coming.take(3).map(|day| words::date(&visit.locale, day)).collect();
    match days.is_empty() {
        true => visit.t("new.no_study_days", &[]),
        false => visit.t("new.study_days", &[("days", &days.join(", "))]),
    }
}

/// `cycle/configure`
pub(crate) async fn configure(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let card = card(&visit, &input).await?;
    visit.page(form(&visit, &card, &Reading { value: defaults(&visit, &card.workflow)?, problems: Vec::new() }, &[])?)
}

/// What most schools would fill in: everybody takes part.
fn defaults(visit: &Visit<StartCycle>, workflow: &Workflow) -> Result<Map<String, Value>, Failure> {
    let mut values = Map::new();
    let properties = workflow.config.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        if let Some(default) = property.get("default") {
            values.insert(name.clone(), default.clone());
        }
        if name == "participants" {
            let people = &visit.place()?.school.people;
            let staff = people
                .iter()
                .filter(|(_, person)| person.roles.iter().any(|role| matches!(role.as_str(), "tch" | "zc")));
            values.insert(name.clone(), staff.map(|(id, _)| Value::from(id.clone())).collect());
        }
    }
    Ok(values)
}

fn form(
    visit: &Visit<StartCycle>,
    card: &WorkflowCard,
    reading: &Reading,
    reasons: &[String],
) -> Result<Page<'static>, Failure> {
    let place = visit.place()?;
    let controls = controls(visit, place, &card.workflow);
    let problems: Vec<(String, String)> =
        reading.problems.iter().map(|(name, key)| (name.clone(), visit.t(&format!("problem.{key}"), &[]))).collect();
    let fields = view(&controls, &reading.value, &problems, "config.", "");
    let (plain, expert): (Vec<Value>, Vec<Value>) = fields
        .into_iter()
        .partition(|field| (field["data"] != true && field["yes"] != true) || field["required"] == true);
    let summary: Vec<Value> = controls
        .iter()
        .filter_map(|control| Some((control, problems.iter().find(|(name, _)| *name == control.name)?)))
        .map(|(control, (name, text))| json!({"href": format!("#config-{name}"), "text": format!("{}: {text}", control.label)}))
        .chain(reasons.iter().map(|text| json!({"text": text})))
        .collect();
    let amiss = !summary.is_empty();
    let data = json!({
        "action": format!("/new/{}", words::path_id(&card.id)), "fields": plain, "expert": expert, "version": card.version,
        "summary": amiss.then(|| json!({"n": summary.len(), "lines": summary})), "library": format!("/library/{}", words::path_id(&card.id)),
        "purpose": card.workflow.texts.get(&visit.locale).or(card.workflow.texts.get("nl")).and_then(|texts| texts.get("purpose")),
    });
    let page = Page::new("new-form", card.workflow.text(&visit.locale, "title").to_owned(), data);
    Ok(if amiss { page.amiss() } else { page })
}

/// `cycle/start`: the first time shows what would happen, the second time begins.
pub(crate) async fn start(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let card = card(&visit, &input).await?;
    let place = visit.place()?;
    let controls = controls(&visit, place, &card.workflow);
    let mut reading = read(&controls, &input.form, "config.", place);
    if input.form.has("change") {
        reading.problems.clear();
        return visit.page(form(&visit, &card, &reading, &[])?);
    }
    if !reading.problems.is_empty() {
        return visit.page(form(&visit, &card, &reading, &[])?);
    }
    let mut config = defaults(&visit, &card.workflow)?;
    config.retain(|name, _| !controls.iter().any(|control| control.name == *name && name == "participants"));
    attributes(&mut reading.value, &card.workflow, place);
    config.extend(reading.value.clone());
    if input.form.has("really") {
        return match visit.start(&card.id, config, key(&visit, &input.form)?.as_deref()).await {
            Ok(reply) => Ok(redirect(&format!("/cycle/{}?done=started", words::path_id(&reply.instance)))),
            Err(Failure::Invalid(text)) => visit.page(form(&visit, &card, &reading, &[text])?),
            Err(Failure::Rejected(rejection)) => {
                let reasons: Vec<String> =
                    visit.speaker(None, None)?.reasons(&rejection).into_iter().map(|r| r.text).collect();
                visit.page(form(&visit, &card, &reading, &reasons)?)
            }
            Err(other) => Err(other),
        };
    }
    match visit.preview(&card.workflow, config.clone())? {
        Ok(decision) => {
            let asked =
                Filled { input: &input, card: &card, controls: &controls, value: &reading.value, config: &config };
            let mut page = preview(&visit, &asked, &decision).await?;
            let more = too_much(&visit, &card, config.clone(), &decision).await?;
            if let Some(warnings) = page.data["warnings"].as_array_mut() {
                warnings.extend(more.into_iter().map(Value::from));
            }
            visit.page(page)
        }
        Err(rejection) => visit.page(form(&visit, &card, &reading, &[rejection.help])?),
    }
}

/// Attributes of people that mixed groups mix come from the school, unless somebody wrote others.
fn attributes(value: &mut Map<String, Value>, workflow: &Workflow, place: &Place) {
    let wanted = workflow.config.pointer("/properties/attributes").is_some();
    if !wanted || value.get("attributes").is_some_and(|own| !own.is_null()) {
        return;
    }
    let people = value.get("participants").and_then(Value::as_array).cloned().unwrap_or_default();
    let rows: Map<String, Value> = people
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|id| Some((id.to_owned(), json!({"row": place.school.people.get(id)?.attributes.get("row")?}))))
        .collect();
    if !rows.is_empty() {
        value.insert("attributes".into(), Value::Object(rows));
    }
}

/// What was filled in.
struct Filled<'a> {
    input: &'a Input,
    card: &'a WorkflowCard,
    controls: &'a [Control],
    value: &'a Map<String, Value>,
    config: &'a Map<String, Value>,
}

async fn preview(visit: &Visit<StartCycle>, asked: &Filled<'_>, decision: &Decision) -> Result<Page<'static>, Failure> {
    let Filled { input, card, controls, value, config } = asked;
    let place = visit.place()?;
    let painter = visit.painter(place, None, Vec::new());
    let answers: Vec<Value> = controls
        .iter()
        .filter(|control| control.shape != Shape::Data)
        .filter_map(|control| Some(json!({"label": control.label, "value": painter.word(value.get(&control.name)?)})))
        .collect();
    let tasks: Vec<Value> = decision
        .tasks
        .iter()
        .filter_map(|change| match change {
            TaskChange::Open(task) => Some(task),
            _ => None,
        })
        .map(|task| {
            let title = task.title.get(&visit.locale).or_else(|| task.title.get("nl")).cloned().unwrap_or_default();
            let roles = task.roles.iter().map(|role| card.workflow.text(&visit.locale, &format!("role.{role}")).to_owned()).collect::<Vec<_>>();
            json!({"title": title, "roles": roles.join(", "), "minutes": task.minutes.map(|m| words::minutes(&visit.locale, m.into())),
                   "due": task.due.map(|due| words::day(&visit.locale, place.local(due).date()))})
        })
        .collect();
    let timers: Vec<Value> = decision
        .timers
        .iter()
        .filter_map(|change| match change {
            TimerChange::Set { id, timer } => {
                let text = draaiboek_workflow::diagram::timer(&card.workflow, &visit.locale, id);
                Some(json!({"text": text, "at": words::capital(&words::day(&visit.locale, timer.civil.date()))}))
            }
            _ => None,
        })
        .collect();
    let repeat = |input: &Input, but: &[String]| -> Vec<Value> {
        let own = input.form.0.iter().filter(|(name, _)| name.starts_with("config."));
        let kept = own.filter(|(name, _)| !but.iter().any(|known| name.starts_with(&format!("config.{known}."))));
        kept.map(|(name, value)| json!({"name": name, "value": value})).collect()
    };
    let year = visit.rehearse(&card.id, (*config).clone(), None).await;
    let mut warnings = warnings(visit, controls, config)?;
    if let Ok(year) = &year {
        warnings.extend(rehearse::warnings(visit, year));
    }
    let mut data = json!({
        "action": format!("/new/{}", words::path_id(&card.id)), "answers": answers, "tasks": tasks, "timers": timers, "version": card.version,
        "warnings": warnings, "repeat": repeat(input, &[]), "key": crate::gate::secret::token(),
        "states": decision.snapshot.chart.active.iter().map(|state| card.workflow.text(&visit.locale, &format!("state.{state}")).to_owned()).collect::<Vec<_>>(),
    });
    if let Ok(year) = &year {
        data["year"] = rehearse::shown(visit, year);
        what_if(visit, asked, year, &mut data, repeat).await?;
    }
    Ok(Page::new("new-preview", card.workflow.text(&visit.locale, "title").to_owned(), data))
}

/// People of whom more would be asked in a week than the school agreed on, because of this cycle.
async fn too_much(
    visit: &Visit<StartCycle>,
    card: &WorkflowCard,
    config: Map<String, Value>,
    decision: &Decision,
) -> Result<Vec<String>, Failure> {
    let before = visit.workload().await?;
    if before.budget.is_none() {
        return Ok(Vec::new());
    }
    let after = visit.workload_with(&card.workflow, config, decision).await?;
    let new = after.newly_over(&before);
    let cycles = visit.cycles(&InstanceFilter::default()).await?;
    let sentences = new.into_iter().flat_map(|(asked, weeks)| {
        let only = Asked { weeks: weeks.into_iter().cloned().collect(), ..asked.clone() };
        over(visit, &cycles, &only, after.budget)
    });
    Ok(sentences.take(MOST_WARNINGS).collect())
}

/// The form for another date or somebody who is not there, and the difference it makes.
async fn what_if(
    visit: &Visit<StartCycle>,
    asked: &Filled<'_>,
    year: &Rehearsed,
    data: &mut Value,
    repeat: impl Fn(&Input, &[String]) -> Vec<Value>,
) -> Result<(), Failure> {
    let Filled { input, card, controls, value, config } = asked;
    let place = visit.place()?;
    let dates: Vec<Control> = controls.iter().filter(|control| control.shape == Shape::Date).cloned().collect();
    let tried = input.form.has("what_if");
    let other = if tried { read(&dates, &input.form, "other.", place) } else { Reading::default() };
    let shown = if tried { &other.value } else { *value };
    let problems: Vec<(String, String)> =
        other.problems.iter().map(|(name, key)| (name.clone(), visit.t(&format!("problem.{key}"), &[]))).collect();
    data["other"] = view(&dates, shown, &problems, "other.", "").into();
    let without = input.form.text("without").filter(|person| place.school.people.contains_key(*person));
    let option = |(id, person): (&String, &draaiboek_runtime::Person)| json!({"value": id, "label": person.name, "chosen": without == Some(id.as_str())});
    data["everybody"] = place.school.people.iter().map(option).collect();
    if !tried || !problems.is_empty() {
        return Ok(());
    }
    let mut changed = (*config).clone();
    changed.extend(other.value.clone());
    if let Ok(then) = visit.rehearse(&card.id, changed, without).await {
        data["compared"] = rehearse::compared(visit, year, &then).into();
        let names: Vec<String> = dates.iter().map(|date| date.name.clone()).collect();
        let moved = other.value.iter().any(|(name, date)| value.get(name) != Some(date));
        if moved && without.is_none() {
            let mut apply = repeat(input, &names);
            let dates = other.value.iter().filter_map(|(name, date)| Some((name, date.as_str()?.split('-'))));
            for (name, parts) in dates {
                let parts = ["y", "m", "d"].into_iter().zip(parts);
                apply.extend(parts.map(|(part, n)| json!({"name": format!("config.{name}.{part}"), "value": n})));
            }
            data["apply"] = apply.into();
        }
    }
    Ok(())
}

/// Dates that do not fit the school's calendar, and people who are asked much.
fn warnings(
    visit: &Visit<StartCycle>,
    controls: &[Control],
    config: &Map<String, Value>,
) -> Result<Vec<String>, Failure> {
    let place = visit.place()?;
    let mut found = Vec::new();
    for control in controls {
        let Some(value) = config.get(&control.name) else { continue };
        let dates = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
        for date in dates.into_iter().filter_map(Value::as_str).filter_map(|text| text.parse::<Date>().ok()) {
            let day = words::day(&visit.locale, date);
            if !place.calendar.is_school_day(date) {
                found.push(visit.t("new.no_school_day", &[("field", &control.label), ("day", &day)]));
            } else if date < place.today(visit.now) {
                found.push(visit.t("new.past", &[("field", &control.label), ("day", &day)]));
            } else if control.name == "date" && !place.calendar.is_study_day(date) {
                found.push(visit.t("new.no_study_day", &[("day", &day)]));
            }
        }
    }
    Ok(found)
}
