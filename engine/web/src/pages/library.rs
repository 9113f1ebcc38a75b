//! Library: workflows with diagram, time per role, privacy of each step, versions; and the installed step kinds.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_workflow::diagram::{self, DiagramOptions, Orientation};
use draaiboek_workflow::ir::{Identity, Workflow};
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource, Role};
use crate::gate::{SeeLibrary, Visit, WorkflowCard};
use crate::input::Input;
use crate::show::words;

/// Kinds of workflows (tags of the language) that carry a school year: they come first, with what they are for.
const FIRST: [&str; 5] = ["trajectory", "study-day", "learning-cycle", "collegial-visit", "pdca-review"];
/// So many fit on a page with what they are for.
const FEW: usize = 12;

/// Those that come first, and the others by title; only those with a word in their texts, when one is looked for.
pub(super) fn shelves(
    cards: &[WorkflowCard],
    locale: &str,
    wanted: Option<&str>,
    line: impl Fn(&WorkflowCard) -> Value,
) -> Value {
    let text = |card: &WorkflowCard| {
        let purpose = purpose(&card.workflow, locale).unwrap_or_default();
        format!("{} {purpose}", card.workflow.text(locale, "title")).to_lowercase()
    };
    let wanted = wanted.map(str::to_lowercase);
    let mut found: Vec<&WorkflowCard> =
        cards.iter().filter(|card| wanted.as_ref().is_none_or(|word| text(card).contains(word))).collect();
    found.sort_by_key(|card| text(card));
    let rank = |card: &WorkflowCard| {
        let of = |tag: &&str| card.id == **tag || card.workflow.tags.iter().any(|own| own == tag);
        FIRST.iter().position(of)
    };
    let few = found.len() <= FEW;
    let (mut first, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(|card| few || rank(card).is_some());
    first.sort_by_key(|card| rank(card).unwrap_or(FIRST.len()));
    let lines = |cards: Vec<&WorkflowCard>| cards.into_iter().map(&line).collect::<Vec<_>>();
    json!({"workflows": lines(first), "others": lines(rest), "all": cards.len(), "many": cards.len() > FEW, "wanted": wanted})
}

/// `library/index`
pub(crate) async fn index(visit: Visit<SeeLibrary>, input: Input) -> Outcome {
    let cards = visit.workflows(None).await?;
    let may_start = visit.may(Resource::Cycle, Action::Start);
    let line = |card: &WorkflowCard| {
        let workflow = &card.workflow;
        json!({
            "href": format!("/library/{}", words::path_id(&card.id)), "title": workflow.text(&visit.locale, "title"),
            "purpose": purpose(workflow, &visit.locale), "version": card.version, "steps": step_count(workflow),
            "minutes": words::minutes(&visit.locale, minutes(workflow)), "start": may_start.then(|| format!("/new/{}", words::path_id(&card.id))),
        })
    };
    let mut data = shelves(&cards, &visit.locale, input.query.text("q"), line);
    let author = author(&visit)?;
    let kinds: Vec<Value> = visit
        .kinds()
        .iter()
        .filter(|_| author)
        .map(|kind| {
            let text = |path: &str| kind.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
            json!({"kind": text("/kind"), "purpose": text(&format!("/purpose/{}", visit.locale)), "privacy": text("/privacy"), "minutes": kind["minutes"]})
        })
        .collect();
    data["kinds"] = kinds.into();
    data["find"] = "/library".into();
    visit.page(Page::new("library", visit.t("library.title", &[]), data))
}

/// What steps are made of is for those who write workflows.
fn author(visit: &Visit<SeeLibrary>) -> Result<bool, Failure> {
    Ok(visit.member()?.roles.iter().any(|role| matches!(role, Role::Adv | Role::Adm)))
}

fn purpose(workflow: &Workflow, locale: &str) -> Option<String> {
    [locale, "nl"].iter().find_map(|l| workflow.texts.get(*l).and_then(|texts| texts.get("purpose"))).cloned()
}

fn step_count(workflow: &Workflow) -> usize {
    workflow.all_states().iter().map(|state| state.steps.len()).sum()
}

fn minutes(workflow: &Workflow) -> i64 {
    let states = workflow.all_states();
    states.iter().flat_map(|state| state.steps.iter()).map(|step| i64::from(step.minutes.unwrap_or(0))).sum()
}

/// `library/show`
pub(crate) async fn show(visit: Visit<SeeLibrary>, input: Input) -> Outcome {
    let id = input.part("workflow");
    let cards = visit.workflows(Some(id)).await?;
    let wanted = input.query.text("v");
    let card = match wanted {
        Some(version) => cards.iter().find(|card| card.version == version),
        None => cards.iter().max_by_key(|card| card.at),
    };
    let card = card.ok_or(Failure::NotFound)?;
    let workflow = &card.workflow;
    let author = author(&visit)?;
    let draw = |orientation: Orientation| {
        let options = DiagramOptions {
            locale: visit.locale.clone(),
            orientation,
            href: Some("#state-{id}".into()),
            id_prefix: if orientation == Orientation::LeftRight { "w-".into() } else { "t-".into() },
            style: false,
            guards: author,
            ..DiagramOptions::default()
        };
        diagram::render(workflow, &options)
    };
    let before = cards.iter().filter(|other| other.at < card.at).max_by_key(|other| other.at);
    let source = visit.source(id, &card.version).await?;
    let versions: Vec<Value> = cards
        .iter()
        .map(|other| json!({"version": other.version, "at": visit.moment(other.at), "href": format!("/library/{}?v={}", words::path_id(id), other.version), "current": other.version == card.version}))
        .collect();
    let data = json!({
        "wide": draw(Orientation::LeftRight), "tall": draw(Orientation::TopBottom), "purpose": purpose(workflow, &visit.locale),
        "version": card.version, "versions": versions, "steps": steps(&visit, workflow, author), "roles": roles(&visit, workflow),
        "difference": before.map(|before| difference(&visit, before, card)), "source": source, "states": states(&visit, workflow),
        "start": visit.may(Resource::Cycle, Action::Start).then(|| format!("/new/{}", words::path_id(id))),
    });
    visit.page(Page::new("workflow", workflow.text(&visit.locale, "title").to_owned(), data))
}

fn states(visit: &Visit<SeeLibrary>, workflow: &Workflow) -> Vec<Value> {
    let text = |id: &str| workflow.text(&visit.locale, &format!("state.{id}")).to_owned();
    let all = workflow.all_states();
    all.iter()
        .map(|state| {
            let leads = state.on.iter().flat_map(|t| t.targets.iter()).map(|target| text(target));
            json!({"id": state.id, "title": text(&state.id), "leads": leads.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()})
        })
        .collect()
}

fn role_words(visit: &Visit<SeeLibrary>, workflow: &Workflow, roles: &[String]) -> String {
    let word = |role: &String| workflow.text(&visit.locale, &format!("role.{role}")).to_owned();
    roles.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn steps(visit: &Visit<SeeLibrary>, workflow: &Workflow, author: bool) -> Vec<Value> {
    let all = workflow.all_states();
    all.iter()
        .flat_map(|state| state.steps.iter())
        .map(|step| {
            let class = step.privacy.unwrap_or(workflow.privacy);
            let identity = match step.identity {
                Identity::Named => "named",
                Identity::Pseudonymous => "pseudonymous",
                Identity::Anonymous => "anonymous",
            };
            json!({
                "title": workflow.text(&visit.locale, &format!("step.{}", step.id)), "kind": author.then_some(&step.kind),
                "roles": role_words(visit, workflow, &step.roles), "mandatory": step.mandatory,
                "seen": visit.t(&format!("seen.{class:?}"), &[]), "identity": visit.t(&format!("identity.{identity}"), &[]),
                "minutes": step.minutes.map(|m| words::minutes(&visit.locale, m.into())),
            })
        })
        .collect()
}

fn roles(visit: &Visit<SeeLibrary>, workflow: &Workflow) -> Vec<Value> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for state in workflow.all_states() {
        for step in &state.steps {
            for role in &step.roles {
                *sums.entry(role).or_default() += i64::from(step.minutes.unwrap_or(0));
            }
        }
    }
    let most = sums.values().max().copied().unwrap_or(1).max(1);
    let rows = sums.into_iter();
    rows.map(|(role, minutes)| json!({"role": workflow.text(&visit.locale, &format!("role.{role}")), "minutes": words::minutes(&visit.locale, minutes), "n": minutes, "max": most}))
        .collect()
}

/// What changed between two versions, in words.
fn difference(visit: &Visit<SeeLibrary>, before: &WorkflowCard, after: &WorkflowCard) -> Value {
    let names = |workflow: &Workflow| -> BTreeMap<String, String> {
        let states = workflow.all_states();
        let steps = states.iter().flat_map(|state| state.steps.iter());
        let steps = steps
            .map(|s| (format!("step:{}", s.id), workflow.text(&visit.locale, &format!("step.{}", s.id)).to_owned()));
        let states = states
            .iter()
            .map(|s| (format!("state:{}", s.id), workflow.text(&visit.locale, &format!("state.{}", s.id)).to_owned()));
        steps.chain(states).collect()
    };
    let (old, new) = (names(&before.workflow), names(&after.workflow));
    let came: Vec<&String> = new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, title)| title).collect();
    let went: Vec<&String> = old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(_, title)| title).collect();
    json!({"from": before.version, "came": came, "went": went})
}
