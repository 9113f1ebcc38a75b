//! Cycle: where are we, what can happen, what is missing, what came of it.

use std::collections::BTreeMap;

use draaiboek_workflow::decide::{PendingTimer, StepStatus, TimerPurpose};
use draaiboek_workflow::diagram::{Annotation, DiagramOptions, Format, Orientation, Tone};
use draaiboek_workflow::ir::{Privacy, State, StateKind};
use serde_json::{Map, Value, json};

use super::log::{Went, went};
use super::start::{icon, tone};
use super::{Page, log};
use crate::answer::{Failure, Outcome};
use crate::forms::{Sources, of_schema, view};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, Offer, Permission, Progress, SeeCycle, Visit};
use crate::input::{Fields, Input};
use crate::show::words;

/// Lines of the log on the page.
const LOG: usize = 30;
/// Lines of the log that are not folded.
const NEWEST: usize = 8;
/// The same on a long page.
const FEW: usize = 3;
/// More states than this make the picture, and so the page, long.
const LONG: usize = 16;
/// Most names of people who are still awaited.
const NAMES: usize = 8;
/// Decisions looked at for the way that was gone.
const WAY: u32 = 300;

/// A form of the page that was refused: its name, what was typed, the sentences.
pub(crate) struct Refused {
    pub form: String,
    pub typed: Fields,
    pub values: Map<String, Value>,
    pub problems: Vec<(String, String)>,
    /// What stands above the reasons.
    pub lead: String,
    pub reasons: Vec<Value>,
}

/// `cycle/show`
pub(crate) async fn show(visit: Visit<SeeCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    visit.page(page(&visit, &cycle, None).await?.kept())
}

/// The page of a cycle, also with a form that was refused.
pub(crate) async fn page<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    refused: Option<Refused>,
) -> Result<Page<'static>, Failure> {
    let rows = cycle.journal(WAY).await?;
    let went = went(&rows);
    let content = cycle.may(Resource::Cycle, Action::Read, Privacy::P1);
    let answers = cycle.answers().await;
    let offers = if cycle.may(Resource::Cycle, Action::Advance, Privacy::P0) {
        cycle.offers(&answers)?
    } else {
        Default::default()
    };
    let mut log = match content {
        true => log::lines(visit, cycle, rows.get(..rows.len().min(LOG)).unwrap_or_default()).await,
        false => Vec::new(),
    };
    let long = cycle.definition.ir.all_states().len() > LONG;
    let older = log.split_off(log.len().min(if long { FEW } else { NEWEST }));
    let lifecycle = cycle.snapshot.lifecycle.word();
    let href = format!("/cycle/{}", words::path_id(cycle.id()));
    let manage = cycle.may(Resource::Cycle, Action::Manage, Privacy::P1) && !cycle.snapshot.lifecycle.is_over();
    let (open, closed): (Vec<Value>, Vec<Value>) =
        steps(visit, cycle, &answers, refused.as_ref()).into_iter().partition(|step| step["open"] == true);
    let lost = refused.as_ref().filter(|refused| {
        let form = refused.form.strip_prefix("event-");
        form.is_some_and(|event| !offers.iter().any(|offer| offer.event == event))
    });
    let data = json!({
        "lost": lost.map(|lost| json!({"lead": lost.lead, "reasons": lost.reasons, "typed": typed(visit, cycle, lost)})),
        "id": cycle.id(), "path_id": words::path_id(cycle.id()), "href": href, "view": whole(visit, cycle).await, "here": here(cycle), "status": visit.t(&format!("status.{lifecycle}"), &[]),
        "tone": tone(lifecycle), "icon": icon(lifecycle), "workflow": cycle.definition.ir.id,
        "version": cycle.definition.ir.version, "active": cycle.snapshot.chart.active.join(","), "purpose": cycle.own_text("purpose"),
        "since": visit.moment(cycle.began()), "parent": parent(visit, cycle).await, "wide": picture(visit, cycle, &went, Orientation::LeftRight),
        "tall": picture(visit, cycle, &went, Orientation::TopBottom), "list": outline(visit, cycle, &went),
        "offers": in_order(&offers).into_iter().map(|offer| offer_view(visit, cycle, offer, refused.as_ref())).collect::<Result<Vec<_>, _>>()?,
        "steps": open, "closed_steps": closed, "closed_count": closed.len(), "children": children(visit, cycle).await, "timers": timers(visit, cycle),
        "results": artifacts(visit, cycle).await,
        "log": content.then_some(log), "older": older, "long": long, "manage": manage.then(|| manage_view(cycle, &went)),
        "paused": lifecycle == "paused", "over": cycle.snapshot.lifecycle.is_over(),
        "note": cycle.may(Resource::Cycle, Action::Advance, Privacy::P1), "key": crate::gate::secret::token(),
        "refused": refused.as_ref().map(|refused| json!({"form": refused.form, "lead": (!refused.form.starts_with("event-")).then_some(&refused.lead), "reasons": refused.reasons,
            "reason": refused.typed.get("reason"), "text": refused.typed.get("text"), "to": refused.typed.get("to")})),
        "is_refused": refused.as_ref().map(|refused| Value::Object(Map::from_iter([(refused.form.clone(), true.into())]))),
        "board": cycle.may(Resource::Board, Action::Read, Privacy::P1),
    });
    let page = Page::new("cycle", cycle.title(), data);
    Ok(if refused.is_some() { page.amiss() } else { page })
}

/// What goes on comes before what goes back.
fn in_order(offers: &[Offer]) -> Vec<&Offer> {
    let (back, on): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| offer.back);
    on.into_iter().chain(back).collect()
}

/// What somebody typed in a form that is no longer there.
fn typed<P: Permission>(visit: &Visit<P>, cycle: &Cycle, refused: &Refused) -> Vec<Value> {
    let painter = visit.painter(&cycle.place, None, Vec::new());
    let values = refused.values.iter();
    let fields = values.map(|(name, value)| json!({"label": field_label(cycle, name).0, "value": painter.word(value)}));
    let reason = refused.typed.text("reason");
    fields.chain(reason.map(|reason| json!({"label": visit.t("act.reason", &[]), "value": reason}))).collect()
}

fn here(cycle: &Cycle) -> Vec<Value> {
    let active = cycle.snapshot.chart.active.iter();
    active
        .map(|state| json!({"title": cycle.text(&format!("state.{state}")), "hint": cycle.own_text(&format!("state.{state}.hint"))}))
        .collect()
}

/// What the workflow shows of the whole to this role.
async fn whole<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Vec<Value> {
    let painter = visit.painter(&cycle.place, None, Vec::new());
    let fields = cycle.view().await.unwrap_or_default();
    let word = |key: &str| cycle.own_text(&format!("view.{key}")).unwrap_or_else(|| painter.label(key));
    // A value that is the id of a state is its title.
    let state = |value: &Value| value.as_str().and_then(|id| cycle.own_text(&format!("state.{id}")));
    let shown = |value: &Value| state(value).unwrap_or_else(|| painter.word(value));
    let every = |value: &Value| match value {
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        one => shown(one),
    };
    let told = fields.iter().map(|(key, value)| (word(key), every(value)));
    let told = told.filter(|(_, value)| !matches!(value.as_str(), "" | "–"));
    told.map(|(label, value)| json!({"label": label, "value": value})).collect()
}

/// The cycle that runs this one, when the visitor may open it.
async fn parent<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Option<String> {
    let id = cycle.parent().0?;
    visit.cycle(id).await.is_ok().then(|| words::path_id(id))
}

/// The drawing with its marks. The picture links to the list below it.
fn picture<P: Permission>(visit: &Visit<P>, cycle: &Cycle, went: &Went, orientation: Orientation) -> String {
    let mut annotations = BTreeMap::new();
    for state in cycle.definition.ir.all_states() {
        if let Some((text, tone)) = mark(visit, cycle, went, state) {
            annotations.insert(state.id.clone(), Annotation { text, tone });
        }
    }
    let prefix = if orientation == Orientation::LeftRight { "w-" } else { "t-" };
    cycle.draw(&DiagramOptions {
        format: Format::Svg,
        locale: visit.locale.clone(),
        orientation,
        highlight: cycle.snapshot.chart.active.iter().cloned().collect(),
        taken: went.pairs.clone(),
        annotations,
        href: Some("#state-{id}".into()),
        id_prefix: prefix.into(),
        style: false,
        plain: true,
        guards: false,
    })
}

/// What is said of a state: here, done, to come.
fn mark<P: Permission>(visit: &Visit<P>, cycle: &Cycle, went: &Went, state: &State) -> Option<(String, Tone)> {
    if !matches!(state.kind, StateKind::Atomic | StateKind::Final) {
        return None;
    }
    let active = cycle.snapshot.chart.active.contains(&state.id);
    Some(if active && cycle.snapshot.lifecycle.word() == "active" {
        match lateness(visit, cycle, &state.id) {
            Some(late) => (late, Tone::Warn),
            None => (visit.t("mark.here", &[]), Tone::Active),
        }
    } else if active {
        (visit.t(&format!("status.{}", cycle.snapshot.lifecycle.word()), &[]), Tone::Wait)
    } else if went.left.contains(&state.id) {
        (visit.t("mark.done", &[]), Tone::Ok)
    } else {
        (visit.t("mark.next", &[]), Tone::Wait)
    })
}

/// How late the open steps of a state are.
fn lateness<P: Permission>(visit: &Visit<P>, cycle: &Cycle, state: &str) -> Option<String> {
    let today = cycle.place.today(cycle.now);
    let open = cycle.snapshot.steps.iter().filter(|(_, step)| step.status == StepStatus::Open);
    let own =
        open.filter(|(id, _)| !cycle.is_held(id) && cycle.definition.step(id).is_some_and(|def| def.state == state));
    let late = own.filter_map(|(_, step)| step.due).map(|due| due.date()).filter(|due| *due < today).min()?;
    let days = cycle.place.calendar.schooldays_between(late, today).unwrap_or(0);
    (days > 0).then(|| visit.t("due.late", &[("n", &days.to_string())]))
}

/// The list twin of the drawing: every state, what stands there, where it leads.
fn outline<P: Permission>(visit: &Visit<P>, cycle: &Cycle, went: &Went) -> Vec<Value> {
    let states = cycle.definition.ir.all_states();
    let leaves = states.iter().filter(|state| matches!(state.kind, StateKind::Atomic | StateKind::Final));
    leaves
        .map(|state| {
            let mark = mark(visit, cycle, went, state);
            let leads = state.on.iter().flat_map(|transition| {
                let event = transition.events.first().and_then(|event| cycle.own_text(&format!("event.{event}")));
                transition.targets.iter().map(move |target| {
                    json!({"to": cycle.text(&format!("state.{target}")), "by": event.clone()})
                })
            });
            let roles: std::collections::BTreeSet<&str> = state.steps.iter().flat_map(|step| step.roles.iter()).map(|role| role_word(cycle, role)).collect();
            json!({
                "id": state.id, "title": cycle.text(&format!("state.{}", state.id)), "roles": roles.into_iter().collect::<Vec<_>>().join(", "),
                "mark": mark.as_ref().map(|(text, _)| text), "tone": mark.as_ref().map(|(_, tone)| tone_word(*tone)),
                "leads": leads.collect::<Vec<_>>(),
                "steps": state.steps.iter().map(|step| cycle.text(&format!("step.{}", step.id)).to_owned()).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Active => "run",
        Tone::Warn => "warn",
        Tone::Stop => "stop",
        _ => "wait",
    }
}

/// The word for a role of the workflow.
pub(super) fn role_word<'a>(cycle: &'a Cycle, role: &'a str) -> &'a str {
    let texts = [cycle.locale.as_str(), "nl"];
    let key = format!("role.{role}");
    texts.iter().find_map(|l| cycle.definition.ir.texts.get(*l).and_then(|t| t.get(&key))).map_or(role, String::as_str)
}

fn offer_view<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    offer: &Offer,
    refused: Option<&Refused>,
) -> Result<Value, Failure> {
    let kind = offer.stuck.as_ref().and_then(|step| cycle.kind_of(step));
    let speaker = visit.speaker(Some(cycle), kind.as_deref())?;
    let of_step = offer.stuck.as_ref().map(|step| cycle.text(&format!("step.{step}")).to_owned());
    let form = format!("event-{}", offer.event);
    let mine = refused.filter(|refused| refused.form == form);
    let sources = Sources::bare(&visit.locale, &cycle.place);
    let controls = offer.schema.as_ref().map(|schema| of_schema(schema, &sources, |name| field_label(cycle, name)));
    let empty = Map::new();
    let fields = controls.map(|controls| {
        view(
            &controls,
            mine.map_or(&empty, |mine| &mine.values),
            mine.map_or(&[], |mine| &mine.problems),
            &format!("{}.", offer.event),
            "",
        )
    });
    let missing: Vec<Value> = offer
        .told
        .iter()
        .flat_map(|rejection| speaker.reasons(rejection))
        .map(|reason| json!({"text": reason.text, "about": reason.about.or_else(|| of_step.clone())}))
        .chain(offer.stuck.as_ref().and_then(|step| silent(visit, cycle, step)).map(|text| json!({"text": text})))
        .collect();
    let open = if offer.ready && !offer.back { awaited(visit, cycle, offer) } else { Vec::new() };
    let target = offer.targets.first().map(|target| cycle.text(&format!("state.{target}")).to_owned());
    Ok(json!({
        "event": offer.event, "from": offer.from, "form": form, "label": words::capital(cycle.text(&format!("event.{}", offer.event))),
        "target": target, "ready": offer.ready, "complete": offer.complete(), "awaited": open, "missing": missing, "back": offer.back, "fields": fields,
        "needs_reason": offer.needs_reason, "open": mine.is_some() || (fields.is_none() && !offer.needs_reason),
        "refused": mine.map(|mine| json!({"lead": mine.lead, "reasons": mine.reasons})), "reason": mine.and_then(|mine| mine.typed.get("reason")),
        "simple": fields.is_none() && !offer.needs_reason,
    }))
}

/// The open steps of which something is still awaited, with figures.
pub(super) fn awaited<P: Permission>(visit: &Visit<P>, cycle: &Cycle, offer: &Offer) -> Vec<String> {
    let open = offer.steps.iter().filter(|step| !step.complete());
    open.map(|step| {
        visit.t(
            "cycle.awaited_step",
            &[("step", cycle.text(&format!("step.{}", step.step))), ("n", &came_in(visit, step))],
        )
    })
    .collect()
}

/// Of whom nothing came in yet, by name: for who steers the step, where names are known and nothing is personal.
fn silent<P: Permission>(visit: &Visit<P>, cycle: &Cycle, step: &str) -> Option<String> {
    let class = cycle.class(step);
    let silent = cycle.silent(step)?;
    if class > Privacy::P1 || !cycle.may(Resource::Step, Action::Manage, class) || silent.is_empty() {
        return None;
    }
    let mut names: Vec<&str> = silent.iter().take(NAMES).map(|person| cycle.place.name(person)).collect();
    names.sort_unstable();
    let (names, n) = (names.join(", "), silent.len().saturating_sub(NAMES).to_string());
    let key = if n == "0" { "cycle.silent" } else { "cycle.silent_more" };
    Some(visit.t(key, &[("names", &names), ("n", &n)]))
}

/// "3 van 25 mensen", or how many contributions came in.
fn came_in<P: Permission>(visit: &Visit<P>, step: &Progress) -> String {
    match step.people {
        Some((n, all)) => visit.t("live.of", &[("n", &n.to_string()), ("all", &all.to_string())]),
        None => visit.t("cycle.entries", &[("n", &step.entries.to_string())]),
    }
}

/// Words for a field of an event or configuration.
pub(crate) fn field_label(cycle: &Cycle, name: &str) -> (String, Option<String>) {
    let own = [format!("event_data.{name}"), format!("config.{name}"), format!("data.{name}")];
    let label = own.iter().find_map(|key| cycle.own_text(key));
    let house = || cycle.house(&format!("data.{name}"));
    (label.or_else(house).unwrap_or_else(|| words::plain_key(name)), None)
}

/// The open and closed steps with what is known of their progress.
fn steps<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    answers: &BTreeMap<String, draaiboek_workflow::decide::Conclusion>,
    refused: Option<&Refused>,
) -> Vec<Value> {
    let order: Vec<&str> =
        cycle.definition.ir.all_states().iter().flat_map(|s| s.steps.iter().map(|step| step.id.as_str())).collect();
    let mut rows: Vec<(usize, Value)> = Vec::new();
    for (id, state) in &cycle.snapshot.steps {
        let Some(def) = cycle.definition.step(id) else { continue };
        let open = state.status == StepStatus::Open;
        let pool = cycle.snapshot.pools.get(&def.pool);
        let n: u32 = pool
            .map_or(0, |pool| pool.counts.values().map(|tally| tally.submitted.saturating_sub(tally.withdrawn)).sum());
        let held = cycle.is_held(id);
        let may = !held && cycle.may(Resource::Step, Action::Read, cycle.class(id));
        let due = state
            .due
            .filter(|_| !held)
            .and_then(|due| cycle.place.calendar.instant(due).ok())
            .map(|at| at.as_microsecond());
        let answer = answers.get(id).filter(|_| !held);
        let progress = cycle.progress(id).filter(|_| !held);
        let done = progress.as_ref().is_some_and(Progress::complete);
        let entries = || match held {
            true => visit.t("cycle.held", &[]),
            false => visit.t("cycle.entries", &[("n", &n.to_string())]),
        };
        let came = progress.as_ref().map_or_else(entries, |progress| came_in(visit, progress));
        let problems = answer.filter(|answer| !answer.ready).map(|answer| answer.problems.len()).unwrap_or(0);
        let key = match state.status {
            StepStatus::Open => "open",
            StepStatus::Concluded => "concluded",
            StepStatus::Closed => "closed",
            StepStatus::Skipped => "skipped",
        };
        rows.push((order.iter().position(|known| known == id).unwrap_or(usize::MAX), json!({
            "id": id, "title": cycle.text(&format!("step.{id}")), "open": open,
            "roles": def.step.roles.iter().map(|role| role_word(cycle, role)).collect::<Vec<_>>().join(", "),
            "href": may.then(|| format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(id))),
            "due": if open { visit.due(due) } else { None }, "came": came, "ready": done && answer.is_some_and(|answer| answer.ready), "problems": problems,
            "status": visit.t(&format!("step_status.{key}"), &[]), "tone": if open { "run" } else { "ok" },
            "live": open && !held && cycle.may(Resource::Live, Action::Read, Privacy::P1),
            "round": (state.round > 1).then_some(state.round), "manage": open && cycle.may(Resource::Step, Action::Manage, cycle.class(id)),
            "mandatory": def.step.mandatory, "refused": refused.is_some_and(|refused| refused.form == format!("step-{id}")), "here": cycle.takes_part(&def.step),
        })));
    }
    rows.sort_by_key(|(at, row)| (!row["open"].as_bool().unwrap_or(false), *at));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The cycles that this one runs; those that the visitor may open are links.
async fn children<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Vec<Value> {
    let mut rows = Vec::new();
    for (state, key, id, status) in cycle.children() {
        let child = visit.cycle(&id).await.ok();
        // Who may not open it reads for whom it is, or in which part it runs.
        let other = || cycle.place.called(&key);
        let part = || cycle.text(&format!("state.{state}")).to_owned();
        let title = child.as_ref().map(Cycle::title).or_else(other).unwrap_or_else(part);
        let href = child.map(|_| format!("/cycle/{}", words::path_id(&id)));
        rows.push(json!({"title": title, "href": href,
            "status": visit.t(&format!("status.{status}"), &[]), "tone": tone(status), "icon": icon(status)}));
    }
    rows
}

fn timers<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Vec<Value> {
    let mut timers: Vec<_> = cycle.snapshot.timers.iter().collect();
    timers.sort_by_key(|(_, timer)| timer.due);
    timers
        .into_iter()
        .map(|(id, timer)| {
            let text = timer_words(visit, cycle, id, timer);
            json!({"id": id, "text": text, "at": words::capital(&words::day(&visit.locale, timer.civil.date())), "time": words::time(&visit.locale, timer.civil)})
        })
        .collect()
}

/// What a timer does.
pub(super) fn timer_words<P: Permission>(visit: &Visit<P>, cycle: &Cycle, id: &str, timer: &PendingTimer) -> String {
    let of_step = |key: &str, step: &str| visit.t(key, &[("step", cycle.text(&format!("step.{step}")))]);
    match &timer.purpose {
        TimerPurpose::Event { .. } => {
            let rule = || draaiboek_workflow::diagram::timer(&cycle.definition.ir, &visit.locale, id);
            let state = cycle.text(&format!("state.{}", timer.owner)).to_owned();
            let said = || visit.t("timer.event", &[("what", &state), ("when", &rule())]);
            cycle.own_text(&format!("timer.{id}")).unwrap_or_else(said)
        }
        TimerPurpose::HandOver => visit.t("timer.hand_over", &[]),
        TimerPurpose::Remind { step } => of_step("timer.remind", step),
        TimerPurpose::Erase { pool, .. } => of_step("timer.erase", pool),
        TimerPurpose::Escalate { step, .. } => of_step("timer.escalate", step),
    }
}

async fn artifacts<P: Permission>(visit: &Visit<P>, cycle: &Cycle) -> Vec<Value> {
    let found = cycle.readable().await;
    found
        .iter()
        .map(|(name, version)| {
            json!({"href": format!("/cycle/{}/results/{}", words::path_id(cycle.id()), words::path_id(name)),
                   "title": artifact_title(visit, cycle, name), "version": (*version > 1).then_some(version)})
        })
        .collect()
}

/// The name of an artifact for people.
pub(super) fn artifact_title<P: Permission>(visit: &Visit<P>, cycle: &Cycle, name: &str) -> String {
    let key = format!("artifact.{name}");
    let house = || visit.app().shower.maybe(&visit.locale, &key);
    cycle.own_text(&key).or_else(house).unwrap_or_else(|| words::plain_key(name))
}

/// Going back: the states that were left, the latest first; and doing the present ones again.
fn manage_view(cycle: &Cycle, went: &Went) -> Value {
    let atomic: Vec<&str> = cycle
        .definition
        .ir
        .all_states()
        .iter()
        .filter(|s| s.kind == StateKind::Atomic)
        .map(|s| s.id.as_str())
        .collect();
    let option = |id: &str| json!({"id": id, "title": cycle.text(&format!("state.{id}"))});
    let now = cycle
        .snapshot
        .chart
        .active
        .iter()
        .filter(|id| atomic.contains(&id.as_str()))
        .map(|id| option(id))
        .collect::<Vec<_>>();
    let back = went
        .order
        .iter()
        .filter(|id| atomic.contains(&id.as_str()) && !cycle.snapshot.chart.active.contains(id))
        .map(|id| option(id));
    json!({"again": now, "back": back.collect::<Vec<_>>()})
}
