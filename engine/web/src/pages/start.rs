//! Start: what needs me now, my tasks, good news.

use draaiboek_store::InstanceFilter;
use draaiboek_workflow::decide::with_names;
use serde_json::{Value, json};

use super::Page;
use super::cycle::{artifact_title, awaited};
use super::trajectory::over;
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, Look, Offer, SeeHome, Visit};
use crate::input::Input;
use crate::show::words;

/// At most so many decisions at once (ux: one thing at a time).
const DECISIONS: usize = 3;
/// Published things on the page.
const NEWS: usize = 4;

/// Most messages at once.
const MOST_MESSAGES: usize = 12;
/// Messages that are shown at once; the others fold out.
const LATEST_MESSAGES: usize = 3;
/// Most sentences about too much work.
const MOST_OVER: usize = 6;

/// `start/show`
pub(crate) async fn show(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let member = visit.member()?;
    let place = visit.place()?;
    let tasks = visit.my_tasks().await?;
    let filter =
        InstanceFilter { lifecycles: vec!["active".into(), "blocked".into(), "paused".into()], ..Default::default() };
    let cycles = visit.cycles(&filter).await?;
    let mut decisions = Vec::new();
    for cycle in &cycles {
        decisions.extend(decision(&visit, cycle).await?);
    }
    // What can be decided now comes before what still misses something.
    decisions.sort_by_key(|decision| decision["order"].as_i64());
    decisions.truncate(DECISIONS);
    let open: Vec<Value> = tasks.iter().filter(|task| !task.done).map(|task| task_row(&visit, &cycles, task)).collect();
    let done: Vec<Value> = tasks.iter().filter(|task| task.done).map(|task| task_row(&visit, &cycles, task)).collect();
    let local = place.local(visit.now);
    let greeting = visit.t(words::greeting(local), &[("name", member.name.split(' ').next().unwrap_or(&member.name))]);
    let count = open.len() + decisions.len();
    let headline = visit.t(if count == 0 { "start.nothing" } else { "start.asks" }, &[("n", &count.to_string())]);
    let week = place.calendar.school_weeks(local.date(), local.date());
    let list: Vec<Value> = cycles.iter().map(|cycle| cycle_row(&visit, cycle)).collect();
    let mut messages = messages(&visit).await?;
    let earlier = messages.split_off(messages.len().min(LATEST_MESSAGES));
    let data = json!({
        "greeting": greeting, "headline": headline, "today": words::capital(&words::day(&visit.locale, local.date())),
        "week": week.first().map(|week| week.number), "decisions": decisions, "tasks": open, "done_tasks": done,
        "cycles": list, "news": news(&visit, &cycles).await, "may_start": visit.may(Resource::Cycle, Action::Start),
        "teams": my_teams(&visit)?, "work": too_much(&visit, &cycles).await?, "messages": messages,
        "earlier_count": earlier.len(), "earlier": earlier,
    });
    visit.page(Page::new("start", visit.t("start.title", &[]), data).kept())
}

/// What cycles have to say to the visitor, with the names of people put in.
async fn messages(visit: &Visit<SeeHome>) -> Result<Vec<Value>, Failure> {
    let place = visit.place()?;
    let found = visit.notices(MOST_MESSAGES).await?;
    Ok(found
        .iter()
        .map(|notice| {
            let text = [visit.locale.as_str(), "nl", "en"].iter().find_map(|locale| notice.text.get(*locale));
            let text = text.map_or(notice.key.as_str(), String::as_str);
            let text = with_names(text, |id| place.school.people.get(id).map(|person| person.name.as_str()));
            json!({"at": visit.moment(notice.at), "text": text, "of": notice.title, "href": format!("/cycle/{}", words::path_id(&notice.instance))})
        })
        .collect())
}

/// For who answers for the school: people of whom more is asked in a week than was agreed.
async fn too_much(visit: &Visit<SeeHome>, cycles: &[Cycle]) -> Result<Vec<String>, Failure> {
    if !visit.may(Resource::People, Action::Manage) || visit.place()?.school.workload.is_none() {
        return Ok(Vec::new());
    }
    let found = visit.workload_lately().await?;
    let weeks = found.over().flat_map(|(asked, _)| over(visit, cycles, asked, found.budget));
    Ok(weeks.take(MOST_OVER).collect())
}

fn task_row(visit: &Visit<SeeHome>, cycles: &[Cycle], task: &Look) -> Value {
    let cycle = cycles.iter().find(|cycle| cycle.id() == task.cycle);
    let step = cycle.and_then(|cycle| cycle.definition.step(&task.title.step)).map(|def| &def.step);
    let title = task.title.text.get(&visit.locale).or_else(|| task.title.text.get("nl"));
    json!({
        "href": format!("/cycle/{}/step/{}{}", words::path_id(&task.cycle), words::path_id(&task.title.step),
            task.behalf.as_ref().map(|whom| format!("?for={}", words::path_id(whom))).unwrap_or_default()),
        "behalf": task.behalf.as_ref().map(|whom| visit.t("start.behalf", &[("name", visit.place().map(|place| place.name(whom).to_owned()).unwrap_or_default().as_str())])),
        "title": title.unwrap_or(&task.title.step), "of": task.of, "due": visit.due(task.row.due_at),
        "minutes": words::minutes(&visit.locale, task.row.minutes), "named": task.named,
        "seen": super::who::seen(visit, task.row.privacy.trim_end_matches("+A"), step),
    })
}

/// The decision a cycle waits for from this visitor, if any.
async fn decision(visit: &Visit<SeeHome>, cycle: &Cycle) -> Result<Option<Value>, Failure> {
    let href = format!("/cycle/{}", words::path_id(cycle.id()));
    let base = |order: i64, tone: &str, icon: &str, chip: String, text: String, button: String| {
        json!({"order": order, "tone": tone, "icon": icon, "chip": chip, "title": cycle.title(), "text": text,
               "href": href, "button": button})
    };
    let lead = cycle.may(Resource::Cycle, Action::Manage, draaiboek_workflow::ir::Privacy::P1);
    match cycle.snapshot.lifecycle.word() {
        "blocked" if lead => {
            let text = visit.t("start.blocked", &[]);
            return Ok(Some(base(0, "stop", "stop", visit.t("status.blocked", &[]), text, visit.t("start.look", &[]))));
        }
        "paused" if lead => {
            let text = visit.t("start.paused", &[]);
            return Ok(Some(base(3, "wait", "pause", visit.t("status.paused", &[]), text, visit.t("start.look", &[]))));
        }
        "active" => {}
        _ => return Ok(None),
    }
    let offers = cycle.offers(&cycle.answers().await)?;
    let here = cycle.here().join(", ");
    let plain =
        |offer: &&Offer| !offer.back && !offer.targets.is_empty() && !offer.needs_reason && offer.schema.is_none();
    if let Some(ready) = offers.iter().filter(plain).find(|offer| offer.complete()) {
        let event = cycle.text(&format!("event.{}", ready.event)).to_owned();
        let text = visit.t("start.ready", &[("here", &here), ("event", &event)]);
        return Ok(Some(base(1, "ok", "ask", visit.t("start.chip_ready", &[]), text, visit.t("start.decide", &[]))));
    }
    // It could be gone on, but not everybody answered: said with figures, and never as "ready".
    let possible = offers.iter().filter(plain).find(|offer| offer.ready);
    if let Some(awaited) = possible.map(|offer| awaited(visit, cycle, offer)).filter(|list| !list.is_empty()) {
        let text = visit.t("start.awaited", &[("here", &here), ("list", &awaited.join("; "))]);
        return Ok(Some(base(2, "wait", "wait", visit.t("start.chip_waits", &[]), text, visit.t("start.look", &[]))));
    }
    let waiting = offers.iter().filter(|offer| !offer.targets.is_empty()).find_map(|offer| offer.told.as_ref());
    Ok(waiting.map(|missing| {
        let n = missing.reasons.len().max(1).to_string();
        let text = visit.t("start.missing", &[("here", &here), ("n", &n)]);
        base(2, "wait", "wait", visit.t("start.chip_waits", &[]), text, visit.t("start.see_missing", &[]))
    }))
}

fn cycle_row(visit: &Visit<SeeHome>, cycle: &Cycle) -> Value {
    let lifecycle = cycle.snapshot.lifecycle.word();
    json!({
        "href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title(), "here": cycle.here().join(", "),
        "status": visit.t(&format!("status.{lifecycle}"), &[]), "tone": tone(lifecycle), "icon": icon(lifecycle),
    })
}

/// Colour of a lifecycle; never alone, always with a word.
pub(super) fn tone(lifecycle: &str) -> &'static str {
    match lifecycle {
        "active" | "running" => "run",
        "ended" => "ok",
        "blocked" | "failed" => "stop",
        _ => "wait",
    }
}

/// Icon of a lifecycle.
pub(super) fn icon(lifecycle: &str) -> &'static str {
    match lifecycle {
        "active" | "running" => "run",
        "ended" => "ok",
        "blocked" | "failed" => "stop",
        "paused" => "pause",
        _ => "wait",
    }
}

/// What was published, of the latest cycles first.
async fn news(visit: &Visit<SeeHome>, cycles: &[Cycle]) -> Vec<Value> {
    let mut found = Vec::new();
    for cycle in cycles.iter().filter(|cycle| !cycle.snapshot.artifacts.is_empty()) {
        for name in cycle.readable().await.keys() {
            found.push(json!({
                "href": format!("/cycle/{}/results/{}", words::path_id(cycle.id()), words::path_id(name)),
                "title": artifact_title(visit, cycle, name), "of": cycle.title(),
            }));
        }
        if found.len() >= NEWS {
            break;
        }
    }
    found.truncate(NEWS);
    found
}

fn my_teams(visit: &Visit<SeeHome>) -> Result<Vec<Value>, Failure> {
    let (place, member) = (visit.place()?, visit.member()?);
    let teams = place.teams_of(&member.person);
    Ok(teams
        .map(|id| {
            let team = place.school.teams.get(id);
            let coach = team.and_then(|team| team.coach.as_deref()).map(|coach| place.name(coach).to_owned());
            json!({"title": place.team(id), "coach": coach})
        })
        .collect())
}
