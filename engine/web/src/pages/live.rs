//! Live: a step on a projector, with counts as contributions arrive; the facilitator enters for groups without devices.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use draaiboek_runtime::Handed;
use draaiboek_workflow::ir::Privacy;
use futures_util::stream::unfold;
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use super::Page;
use super::act::key;
use super::contribute::reading;
use super::step::{form_id, sources};
use crate::answer::{Failure, Outcome};
use crate::forms::{Entry, of_entry, presets, view};
use crate::gate::{Cycle, EnterLive, Keep, OpenStep, Permission, SeeLive, Visit, group_of};
use crate::input::Input;
use crate::route::{html, redirect};
use crate::show::words;

/// How often a stream looks by itself: timers and the command line change cycles too.
const LOOK: Duration = Duration::from_secs(2);

/// `live/show`
pub(crate) async fn show(visit: Visit<SeeLive>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    visit.page(page(&visit, &cycle, &step, None).await?)
}

/// An entry that was refused.
struct Refused {
    entry: String,
    group: Option<String>,
    value: Map<String, Value>,
    problems: Vec<(String, String)>,
    summary: Vec<String>,
}

async fn page<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    step: &OpenStep,
    refused: Option<Refused>,
) -> Result<Page<'static>, Failure> {
    let part = part(visit, cycle, step).await?;
    let picture = cycle.picture(&step.id).await.map(|picture| picture.data).unwrap_or(Value::Null);
    let all = cycle.groups(step).await;
    let sources = sources(cycle, step, &picture, &all, &visit.locale);
    let own = group_of(&all, &visit.member()?.person).map(|group| group.id.clone());
    let chosen = refused.as_ref().map_or(own, |refused| refused.group.clone());
    let groups: Vec<Value> =
        sources.groups.iter().map(|group| json!({"value": group.value, "label": group.label, "chosen": chosen.as_ref() == Some(&group.value)})).collect();
    let base = format!("/live/{}/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    let may = step.is_open() && cycle.takes_part(&step.step);
    let mut forms = Vec::new();
    for entry in step.entries().into_iter().filter(|_| may) {
        for preset in presets(&step.kind, entry, &sources) {
            let Some(mut controls) = of_entry(&step.kind, entry, &sources, &preset) else { continue };
            // The facilitator says above the form for which group it is.
            controls.retain(|control| group_field(entry) != Some(control.name.as_str()));
            let own = refused.as_ref().filter(|refused| refused.entry == entry.name);
            let mut value = own.map_or_else(Map::new, |own| own.value.clone());
            let problems = own.map_or([].as_slice(), |own| own.problems.as_slice());
            let mut title = entry.title.get(&visit.locale).to_owned();
            for (field, element) in &preset {
                value.insert(field.clone(), element.id.clone().into());
                title = format!("{title}: {}", element.label);
            }
            forms.push(json!({
                "name": format!("{}{}", entry.name, forms.len()), "title": title, "action": format!("{base}/enter/{}", entry.name),
                "fields": view(&controls, &value, problems, &format!("{}.", entry.name), &form_id(forms.len())),
                "open": own.is_some() || forms.is_empty(), "key": crate::gate::secret::token(),
                "summary": own.map(|own| own.summary.clone()),
            }));
        }
    }
    let painter = visit.painter(&cycle.place, step.kind.texts.get(&visit.locale), vec![&step.config]);
    let data = json!({
        "brought": painter.brought(&step.config), "part": part, "events": format!("{base}/events"), "part_href": format!("{base}/part"), "forms": forms, "groups": groups,
        "cycle": {"href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title()},
        "hint": cycle.own_text(&format!("step.{}.hint", step.id)),
        "minutes": BTreeSet::from([5, 10, 15, 20, step.step.minutes.unwrap_or(step.kind.minutes)]),
    });
    let page = Page::new("live", cycle.text(&format!("step.{}", step.id)).to_owned(), data);
    Ok(if refused.is_some() { page.amiss() } else { page })
}

/// The part that changes while people hand in: counts, and the picture for the wall.
async fn part<P: Permission>(visit: &Visit<P>, cycle: &Cycle, step: &OpenStep) -> Result<Value, Failure> {
    if cycle.is_held(&step.id) {
        return Err(Failure::Denied);
    }
    let pool = cycle.definition.step(&step.id).map(|def| def.pool.clone()).unwrap_or_default();
    let pool = cycle.snapshot.pools.get(&pool);
    let counts: Vec<Value> = step
        .entries()
        .iter()
        .map(|entry| {
            let tally = pool.and_then(|pool| pool.counts.get(&entry.name)).copied().unwrap_or_default();
            let n = tally.submitted.saturating_sub(tally.withdrawn).saturating_sub(tally.late);
            // On a wall nobody is "I": what is counted has a word of its own there.
            let word = visit.app().shower.maybe(&visit.locale, &format!("wall.{}", entry.name));
            json!({"title": word.unwrap_or_else(|| entry.title.get(&visit.locale).to_owned()), "n": n, "late": tally.late})
        })
        .enumerate()
        .filter(|(at, count)| *at == 0 || count["n"] != 0)
        .map(|(_, count)| count)
        .collect();
    let contributed = pool.map_or(0, |pool| pool.contributed.len());
    let invited = step.invited.as_ref().map(Vec::len).filter(|_| !step.anonymous());
    let picture = cycle.picture(&step.id).await.map(|picture| picture.data).unwrap_or(Value::Null);
    let mut painter = visit.painter(&cycle.place, step.kind.texts.get(&visit.locale), vec![&step.config, &picture]);
    painter.wall = true;
    let drawn = painter.draw(&picture);
    Ok(json!({
        "counts": counts, "contributed": contributed, "invited": invited, "share": invited.map(|n| json!({"n": contributed.min(n), "max": n.max(1)})),
        "picture": drawn, "open": step.is_open(), "at": words::time(&visit.locale, cycle.place.local(visit.now)),
    }))
}

/// `live/part`
pub(crate) async fn live_part(visit: Visit<SeeLive>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let data = json!({"part": part(&visit, &cycle, &step).await?});
    let text = visit.app().shower.render("live-part", &visit.locale, data).map_err(Failure::Broken)?;
    let mut response = html(StatusCode::OK, text);
    if step.class < Privacy::P3 {
        response.extensions_mut().insert(Keep);
    }
    Ok(response)
}

/// `live/events`: says only *that* something changed; the page asks for its part, under the policy.
pub(crate) async fn events(visit: Visit<SeeLive>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    visit.step(&cycle, input.part("step")).await?;
    let heard = visit.app().hub.listen();
    let seen = cycle.revision();
    let stream = unfold((cycle, heard, seen), |(cycle, mut heard, seen)| async move {
        loop {
            match timeout(LOOK, heard.recv()).await {
                Ok(Ok(id)) if id.is_empty() => return None,
                Ok(Ok(id)) if id != cycle.id() => continue,
                Ok(Err(RecvError::Closed)) => return None,
                Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => {}
            }
            let Ok(now) = cycle.revision_now().await else { return None };
            if now != seen {
                let event = Event::default().event("changed").data(now.to_string());
                return Some((Ok::<_, Infallible>(event), (cycle, heard, now)));
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new()).into_response())
}

/// The field in which an entry says for which group it is.
fn group_field(entry: &Entry) -> Option<&str> {
    entry.form.iter().find(|field| field.widget == "group").map(|field| field.field.as_str())
}

/// `live/enter`
pub(crate) async fn enter(visit: Visit<EnterLive>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let entry = step.entries().into_iter().find(|entry| entry.name == input.part("entry")).cloned();
    let entry = entry.ok_or(Failure::NotFound)?;
    if step.anonymous() {
        return Err(Failure::Denied);
    }
    let group = input.form.text("for_group").map(str::to_owned);
    let found = reading(&visit, &cycle, &step, &entry, &input).await;
    let (_, mut reading) = found.ok_or(Failure::Invalid("blocked".into()))?;
    if let (Some(field), Some(group)) = (group_field(&entry), &group) {
        reading.value.insert(field.to_owned(), group.clone().into());
    }
    let refused = |value, problems, summary| Refused {
        entry: entry.name.clone(),
        group: group.clone(),
        value,
        problems,
        summary,
    };
    let sentence = |key: &str| visit.t(&format!("problem.{key}"), &[]);
    if !reading.problems.is_empty() {
        let problems = reading.problems.iter().map(|(name, key)| (name.clone(), sentence(key))).collect();
        let refused = refused(reading.value, problems, vec![visit.t("problem.incomplete", &[])]);
        return visit.page(page(&visit, &cycle, &step, Some(refused)).await?);
    }
    let handed = Handed {
        step: step.id.clone(),
        payload: json!({entry.name.as_str(): reading.value.clone()}),
        group: group.clone(),
        ..Handed::default()
    };
    match cycle.hand_in(handed, key(&visit, &input.form)?.as_deref()).await {
        Ok(_) => {
            Ok(redirect(&format!("/live/{}/{}?done=handed_in", words::path_id(cycle.id()), words::path_id(&step.id))))
        }
        Err(Failure::Rejected(rejection)) => {
            let reasons = visit.speaker(Some(&cycle), Some(&step.kind))?.reasons(&rejection);
            let problems = reasons.iter().filter_map(|r| Some((r.field.clone()?, r.text.clone()))).collect();
            let refused = refused(reading.value, problems, reasons.into_iter().map(|r| r.text).collect());
            visit.page(page(&visit, &cycle, &step, Some(refused)).await?)
        }
        Err(other) => Err(other),
    }
}
