//! Step: the form of any step kind, with drafts, a summary of mistakes, and who sees what.

use draaiboek_workflow::ir::Privacy;
use serde_json::{Map, Value, json};

use super::{Page, who};
use crate::answer::{Failure, Outcome};
use crate::forms::{Control, Entry, Opt, Preset, Shape, Sources, of_entry, presets, view};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, Group, OpenStep, Permission, SeeStep, Visit, group_of};
use crate::input::Input;
use crate::show::{Painter, words};

/// A form that was refused: its entry kind, what was typed, sentences beside fields and above.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    pub entry: String,
    pub value: Map<String, Value>,
    pub problems: Vec<(String, String)>,
    pub summary: Vec<(Option<String>, String)>,
    /// Nothing is wrong: only another row was asked for.
    pub mild: bool,
}

/// `step/show`
pub(crate) async fn show(visit: Visit<SeeStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?.on_behalf(input.query.text("for"));
    let cycle = cycle.on_behalf_of(step.acting.clone());
    let page = page(&visit, &cycle, &step, &input, None).await?;
    // A look at sensitive data is recorded each time, and of an anonymous step nothing is kept under a name.
    let plain = step.class < Privacy::P3 && !step.anonymous();
    visit.page(if plain { page.kept() } else { page })
}

/// What a form of this step may choose from.
pub(crate) fn sources<'a>(
    cycle: &'a Cycle,
    step: &'a OpenStep,
    picture: &'a Value,
    groups: &[Group],
    locale: &'a str,
) -> Sources<'a> {
    Sources {
        locale,
        config: &step.config,
        inputs: &step.inputs,
        picture,
        groups: groups.iter().map(|group| Opt { value: group.id.clone(), label: group.label.clone() }).collect(),
        place: &cycle.place,
        element: Value::Null,
        seen: ["seen", "not_seen", "na"].map(|word| cycle.house(&format!("value.{word}")).unwrap_or_default()),
    }
}

/// The page of a step, also with a form that was refused.
pub(crate) async fn page<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    step: &OpenStep,
    input: &Input,
    refused: Option<Refused>,
) -> Result<Page<'static>, Failure> {
    let picture = cycle.picture(&step.id).await;
    let audience = picture.as_ref().ok().map(|picture| picture.audience.clone());
    let data = picture.as_ref().map(|picture| picture.data.clone()).unwrap_or(Value::Null);
    let groups = cycle.groups(step).await;
    let own_group = group_of(&groups, step.acting.as_ref().unwrap_or(&visit.member()?.person));
    let sources = sources(cycle, step, &data, &groups, &visit.locale);
    let may =
        step.is_open() && cycle.takes_part(&step.step) && cycle.may(Resource::Step, Action::Contribute, step.class);
    let drafts = visit.drafts(cycle, step).await?;
    let mine = visit.mine(cycle, step).await?;
    let wanted = refused.as_ref().map(|refused| refused.entry.as_str()).or(input.query.text("entry"));
    let mut forms = Vec::new();
    let mut refused_form = String::new();
    for entry in step.entries().into_iter().filter(|_| may) {
        let edited = input.query.text("edit").and_then(|id| mine.iter().find(|m| m.id == id && m.entry == entry.name));
        let draft = drafts.iter().find(|draft| draft.entry == entry.name);
        let draft_value: Option<Map<String, Value>> = draft.and_then(|draft| serde_json::from_str(&draft.content).ok());
        let all = presets(&step.kind, entry, &sources);
        if all.is_empty() {
            forms.push(form(cycle, step, entry, &sources, None, Filled { number: forms.len(), ..Filled::default() }));
        }
        for preset in &all {
            let about = |value: &Map<String, Value>| {
                preset.iter().all(|(field, element)| value.get(field).and_then(Value::as_str) == Some(&element.id))
            };
            let own = refused.as_ref().filter(|refused| refused.entry == entry.name && about(&refused.value));
            let edited = edited.and_then(|edited| edited.value.as_object()).filter(|value| about(value));
            let kept = draft_value.as_ref().filter(|value| about(value));
            let mut value = match (own, edited, kept) {
                (Some(refused), ..) => refused.value.clone(),
                (_, Some(edited), _) => edited.clone(),
                (_, _, Some(kept)) => kept.clone(),
                _ => prefill(step, entry, &mine, own_group, &data),
            };
            for (field, element) in preset {
                value.insert(field.clone(), element.id.clone().into());
            }
            let saved = kept.and(draft);
            let saved = saved.map(|draft| visit.t("step.draft_at", &[("when", &visit.moment(draft.updated_at))]));
            let number = forms.len();
            let filled = Filled { value, own, saved, wanted, editing: edited.is_some(), number, only: all.len() == 1 };
            if own.is_some() {
                refused_form = form_id(number);
            }
            forms.push(form(cycle, step, entry, &sources, Some(preset), filled));
        }
    }
    // A form in which there is nothing to choose yet is told of only when there is no other.
    if forms.iter().any(|form| form["blocked"] == false) {
        forms.retain(|form| form["blocked"] == false);
    } else {
        forms.truncate(1);
    }
    if let (None, Some(first)) = (wanted, forms.iter_mut().find(|form| form["blocked"] == false)) {
        first["open"] = true.into();
    }
    let title = cycle.text(&format!("step.{}", step.id)).to_owned();
    let kind = &step.kind;
    let painter = visit.painter(&cycle.place, kind.texts.get(&visit.locale), vec![&step.config, &data]);
    let due = step.state.due.and_then(|due| cycle.place.calendar.instant(due).ok()).map(|at| at.as_microsecond());
    let minutes = step.step.minutes.unwrap_or(kind.minutes);
    let summary = refused.as_ref().filter(|refused| !refused.mild).map(|refused| {
        let lines = refused.summary.iter().map(|(field, text)| {
            let href =
                field.as_ref().map(|field| format!("#{refused_form}{}-{}", refused.entry, field.replace('.', "-")));
            json!({"href": href, "text": text})
        });
        json!({"n": refused.summary.len(), "lines": lines.collect::<Vec<_>>()})
    });
    let brought = painter.brought(&step.config);
    let own = |text: &str| cycle.own_text(&format!("step.{}.{text}", step.id));
    // What the kind is good for in general says little beside what this step brings.
    let general = || brought.is_empty().then(|| kind.purpose.get(&visit.locale).to_owned());
    let many = forms.len() > 1;
    let page = json!({
        "href": format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id)),
        "cycle": {"href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title()},
        "hint": own("hint"), "purpose": own("purpose").or_else(general),
        "open": step.is_open(), "may": may, "behalf": behalf(visit, cycle, step), "minutes": words::minutes(&visit.locale, minutes.into()), "due": visit.due(due),
        "who": who::who(visit, cycle, step), "forms": forms, "summary": summary, "mine": mine_view(visit, step, &sources, &painter, &mine),
        "picture": painter.draw(&data), "brought": brought, "look": may && step.entries().iter().any(|entry| entry.reads_picture()), "broken": picture.is_err(), "invited": visit.member()?.limit.is_some(),
        "many": many, "round": (step.state.round > 1).then_some(step.state.round),
        "class": may && visit.member()?.limit.is_none() && !step.pupils().is_empty(),
        "manage": invite_view(visit, cycle, step).await?, "late": late_view(visit, cycle, step, &sources, &painter, audience.as_deref()).await?,
        "live": !cycle.is_held(&step.id) && cycle.may(Resource::Live, Action::Read, step.class.min(Privacy::P1)),
        "live_href": format!("{}/{}", words::path_id(cycle.id()), words::path_id(&step.id)),
    });
    let page = Page::new("step", title, page);
    Ok(if refused.as_ref().is_some_and(|refused| !refused.mild) { page.amiss() } else { page })
}

/// For whom a step is done, and for whom else it may be done.
fn behalf<P: Permission>(visit: &Visit<P>, cycle: &Cycle, step: &OpenStep) -> Value {
    let name = |whom: &str| cycle.place.name(whom).to_owned();
    let others = step.also_for.iter().filter(|whom| step.acting.as_ref() != Some(whom));
    let others = others.map(|whom| json!({"id": whom, "text": visit.t("step.for_other", &[("name", &name(whom))])}));
    let now = step
        .acting
        .as_deref()
        .map(|whom| json!({"id": whom, "text": visit.t("step.behalf", &[("name", &name(whom))])}));
    json!({"now": now, "others": others.collect::<Vec<_>>()})
}

/// What a form is filled with.
#[derive(Default)]
struct Filled<'a> {
    value: Map<String, Value>,
    own: Option<&'a Refused>,
    saved: Option<String>,
    wanted: Option<&'a str>,
    editing: bool,
    /// Place of the form on the page.
    number: usize,
    /// The entry kind has no other form.
    only: bool,
}

/// What stands before the ids of a form's fields, so that no two forms share one.
pub(super) fn form_id(number: usize) -> String {
    if number == 0 { String::new() } else { format!("f{number}-") }
}

/// A kind that takes one entry per person shows it again, to change it; another begins with the person's own group.
fn prefill(
    step: &OpenStep,
    entry: &Entry,
    mine: &[crate::gate::Mine],
    own_group: Option<&Group>,
    picture: &Value,
) -> Map<String, Value> {
    let latest = mine.iter().rev().find(|known| known.entry == entry.name);
    match latest {
        Some(latest) if !entry.repeats() && step.entries().len() == 1 => {
            latest.value.as_object().cloned().unwrap_or_default()
        }
        _ => {
            let groups = entry.form.iter().filter(|field| field.widget == "group");
            let groups = groups.filter_map(|field| Some((field.field.clone(), own_group?.id.clone().into())));
            groups.chain(code(entry, picture)).collect()
        }
    }
}

/// A code that is still free, for an entry that makes something people call by a short code.
fn code(entry: &Entry, picture: &Value) -> Option<(String, Value)> {
    let field =
        entry.form.iter().find(|field| field.widget == "text" && field.field == format!("{}_id", entry.name))?;
    let known = picture.get(format!("{}s", entry.name)).and_then(Value::as_array).into_iter().flatten();
    let known: Vec<&str> = known.filter_map(|item| item.get("id").and_then(Value::as_str)).collect();
    let letter = known.first().and_then(|id| id.chars().next()).unwrap_or('P');
    let free = (1..).map(|n| format!("{letter}{n}")).find(|code| !known.contains(&code.as_str()))?;
    Some((field.field.clone(), free.into()))
}

fn form(
    cycle: &Cycle,
    step: &OpenStep,
    entry: &Entry,
    sources: &Sources<'_>,
    preset: Option<&Preset>,
    filled: Filled<'_>,
) -> Value {
    let controls: Option<Vec<Control>> = preset.and_then(|preset| of_entry(&step.kind, entry, sources, preset));
    let about = preset.into_iter().flatten().map(|(_, element)| element.label.as_str()).collect::<Vec<_>>().join(" · ");
    let title = entry.title.get(sources.locale);
    let title = if about.is_empty() || filled.only { title.to_owned() } else { format!("{title}: {about}") };
    let suffix: String = preset.into_iter().flatten().map(|(_, element)| format!("-{}", element.id)).collect();
    let problems = filled.own.map(|refused| refused.problems.as_slice()).unwrap_or_default();
    let fields = controls
        .as_ref()
        .map(|controls| view(controls, &filled.value, problems, &format!("{}.", entry.name), &form_id(filled.number)));
    let base = format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    json!({
        "name": format!("{}{suffix}", entry.name), "title": title, "blocked": controls.is_none(),
        "fields": fields, "action": format!("{base}/enter/{}", entry.name), "behalf": step.acting, "draft": (!step.anonymous() && step.acting.is_none()).then(|| format!("{base}/enter/{}/draft", entry.name)),
        "saved": filled.saved, "open": filled.own.is_some() || filled.editing || (suffix.is_empty() && filled.wanted == Some(entry.name.as_str())), "key": crate::gate::secret::token(),
        "editing": filled.editing, "empty": controls.is_some_and(|controls| controls.iter().all(|control| control.shape == Shape::Hidden)),
    })
}

fn mine_view<P: Permission>(
    visit: &Visit<P>,
    step: &OpenStep,
    sources: &Sources<'_>,
    painter: &Painter<'_>,
    mine: &[crate::gate::Mine],
) -> Vec<Value> {
    mine.iter()
        .rev()
        .take(20)
        .map(|known| {
            let entry = step.kind.entry(&known.entry);
            let fields = entry.map(|entry| entry.form.as_slice()).unwrap_or_default();
            let preset = entry.and_then(|entry| preset_of(step, entry, sources, &known.value)).unwrap_or_default();
            let controls = entry.and_then(|entry| of_entry(&step.kind, entry, sources, &preset)).unwrap_or_default();
            let shown = fields.iter().filter(|field| field.widget != "hidden").filter_map(|field| {
                let value = known.value.get(&field.field)?;
                let control = controls.iter().find(|control| control.name == field.field);
                let chosen = control.and_then(|control| control.chosen(value));
                let text = chosen.unwrap_or_else(|| painter.word(value));
                Some(json!({"label": field.label.get(&visit.locale), "value": text}))
            });
            let about = preset.iter().map(|(_, element)| element.label.as_str()).collect::<Vec<_>>().join(" · ");
            json!({
                "id": known.id, "entry": known.entry, "title": entry.map(|entry| entry.title.get(&visit.locale)), "of": about,
                "at": visit.moment(known.at), "late": known.status == "late", "facts": shown.collect::<Vec<_>>(),
                "open": step.is_open(), "erasable": !step.is_open() && step.erasable(), "editable": fields.iter().any(|field| field.widget != "hidden"),
            })
        })
        .collect()
}

/// The form that an entry was given with.
fn preset_of(step: &OpenStep, entry: &Entry, sources: &Sources<'_>, value: &Value) -> Option<Preset> {
    presets(&step.kind, entry, sources).into_iter().find(|preset| {
        preset.iter().all(|(field, element)| value.get(field).and_then(Value::as_str) == Some(&element.id))
    })
}

/// People who can be invited by link, for those who may invite.
async fn invite_view<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    step: &OpenStep,
) -> Result<Option<Value>, Failure> {
    let may = step.is_open() && !step.anonymous() && cycle.may(Resource::Step, Action::Start, step.class);
    let invited = visit.member().map(|member| member.limit.is_some()).unwrap_or(true);
    if !may || invited {
        return Ok(None);
    }
    let people = visit.people_for(cycle, step).await?;
    let options = people.iter().map(|(id, name)| json!({"value": id, "label": name}));
    Ok(Some(json!({"people": options.collect::<Vec<_>>()})))
}

/// What came in too late, for who may let it count; its content only for who reads the results of the step too.
async fn late_view<P: Permission>(
    visit: &Visit<P>,
    cycle: &Cycle,
    step: &OpenStep,
    sources: &Sources<'_>,
    painter: &Painter<'_>,
    audience: Option<&str>,
) -> Result<Vec<Value>, Failure> {
    let reads = cycle.may(Resource::Result, Action::Read, step.class) && audience.is_some_and(|known| known != "held");
    let late = visit.late(cycle, step).await?;
    let mut rows = mine_view(visit, step, sources, painter, &late);
    for (row, known) in rows.iter_mut().zip(late.iter().rev()) {
        row["by"] = known.by.as_deref().map(|by| cycle.place.name(by)).into();
        if !reads {
            row["facts"] = Value::Array(Vec::new());
        }
    }
    Ok(rows)
}
