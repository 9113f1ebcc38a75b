//! Erasing, in two steps: a page says what goes and what stays, with figures; only its button does it.

use draaiboek_runtime::Traces;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::{Contribute, ManagePeople, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// `person/erasing`
pub(crate) async fn person(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let traces = visit.traces(input.part("person")).await?;
    visit.page(of_person(&visit, &traces, None).await?)
}

/// `person/erase`
pub(crate) async fn erase_person(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let person = input.part("person");
    match visit.erase_person(person, input.form.text("reason").unwrap_or_default()).await {
        Ok(_) => Ok(redirect("/people?done=erased")),
        Err(Failure::Invalid(key)) => {
            let problem = visit.t(&format!("invalid.{key}"), &[]);
            visit.page(of_person(&visit, &visit.traces(person).await?, Some(problem)).await?.amiss())
        }
        Err(other) => Err(other),
    }
}

async fn of_person(
    visit: &Visit<ManagePeople>,
    traces: &Traces,
    problem: Option<String>,
) -> Result<Page<'static>, Failure> {
    let name = traces.name.clone().unwrap_or_else(|| traces.person.clone());
    let mut goes: Vec<String> = Vec::new();
    for cycle in &traces.cycles {
        let title = visit.title_of(&cycle.instance).await?;
        goes.push(visit.t("erase.in_cycle", &[("n", &cycle.contributions.to_string()), ("cycle", &title)]));
    }
    let counted =
        [("erase.drafts", traces.drafts), ("erase.sessions", traces.sessions), ("erase.teams", traces.teams.len())];
    let counted = counted.into_iter().filter(|(_, n)| *n > 0);
    goes.extend(counted.map(|(key, n)| visit.t(key, &[("n", &n.to_string())])));
    goes.extend(traces.account.then(|| visit.t("erase.account", &[])));
    goes.push(visit.t("erase.name", &[("name", &name)]));
    let stays = ["erase.fact", "erase.published", "erase.anonymous"].map(|key| visit.t(key, &[]));
    let data = json!({
        "goes": goes, "stays": stays, "problem": problem, "action": format!("/people/{}/erase", words::path_id(&traces.person)),
        "back": "/people", "button": visit.t("erase.person_button", &[("name", &name)]), "ask": true,
    });
    Ok(Page::new("erase", visit.t("erase.person", &[("name", &name)]), data))
}

/// `contribution/erasing`
pub(crate) async fn contribution(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let id = input.query.text("contribution").unwrap_or_default();
    let mine = visit.mine(&cycle, &step).await?;
    let known = mine.iter().find(|mine| mine.id == id).filter(|_| step.erasable()).ok_or(Failure::NotFound)?;
    let title = cycle.text(&format!("step.{}", step.id)).to_owned();
    let href = format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    let stays = ["erase.fact", "erase.published"].map(|key| visit.t(key, &[]));
    let data = json!({
        "goes": [visit.t("erase.own", &[("step", &title), ("when", &visit.moment(known.at))])], "stays": stays,
        "action": format!("{href}/erase"), "back": href, "contribution": id, "button": visit.t("erase.button", &[]),
        "ask": Value::Null,
    });
    visit.page(Page::new("erase", visit.t("erase.title", &[]), data))
}

/// `contribution/erase`
pub(crate) async fn erase_contribution(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let reason = visit.t("erase.own_reason", &[]);
    visit.erase_own(&cycle, &step, input.form.text("contribution").unwrap_or_default(), &reason).await?;
    let href = format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id));
    Ok(redirect(&format!("{href}?done=contribution_erased")))
}
