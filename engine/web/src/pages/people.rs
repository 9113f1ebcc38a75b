//! People: staff with roles, the teams matrix with its warnings, import with a dry run.

use std::collections::BTreeMap;

use draaiboek_runtime::School;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::manage::person;
use crate::gate::policy::{Action, Resource};
use crate::gate::{ManagePeople, Permission, SeePeople, Visit};
use crate::input::Input;
use crate::route::redirect;

/// Most lines of an import.
const MAX_LINES: usize = 2_000;

/// `people/index`
pub(crate) async fn index(visit: Visit<SeePeople>, _: Input) -> Outcome {
    visit.page(page(&visit, json!({}))?)
}

pub(super) fn page<P: Permission>(visit: &Visit<P>, extra: Value) -> Result<Page<'static>, Failure> {
    let place = visit.place()?;
    let school = &place.school;
    let warnings: Vec<String> = warnings(visit, school);
    let teams: Vec<Value> = school
        .teams
        .iter()
        .map(|(id, team)| {
            let members: Vec<Value> = team
                .members
                .iter()
                .map(|m| json!({"id": m, "name": place.name(m), "coach": team.coach.as_ref() == Some(m)}))
                .collect();
            json!({"id": id, "title": place.team(id), "word": visit.t(&format!("team_kind.{}", team.kind), &[]),
                   "members": members, "options": school.people.iter().map(|(id, person)| json!({"id": id, "name": person.name, "in": team.members.contains(id), "leads": team.coach.as_ref() == Some(id)})).collect::<Vec<_>>(), "n": team.members.len()})
        })
        .collect();
    let people: Vec<Value> = school
        .people
        .iter()
        .map(|(id, person)| {
            let roles = person.roles.iter().map(|role| visit.t(&format!("role.{role}"), &[])).collect::<Vec<_>>();
            let of: Vec<&str> = place.teams_of(id).map(|team| place.team(team)).collect();
            json!({"id": id, "name": person.name, "roles": roles.join(", "), "codes": person.roles.join(", "), "teams": of.join(", ")})
        })
        .collect();
    let data = json!({
        "people": people, "teams": teams, "staff": super::absences::data(visit, place), "warnings": warnings, "manage": visit.may(Resource::People, Action::Manage), "extra": extra,
        "all": school.people.iter().map(|(id, person)| json!({"id": id, "name": person.name})).collect::<Vec<_>>(),
    });
    Ok(Page::new("people", visit.t("people.title", &[]), data))
}

/// What is amiss in teams, in words.
fn warnings<P: Permission>(visit: &Visit<P>, school: &School) -> Vec<String> {
    let mut found = Vec::new();
    let name = |id: &str| school.people.get(id).map_or(id, |person| person.name.as_str()).to_owned();
    for (id, team) in &school.teams {
        let title = if team.title.is_empty() { id } else { &team.title };
        match &team.coach {
            None => found.push(visit.t("people.no_coach", &[("team", title)])),
            Some(coach) if !team.members.contains(coach) => {
                found.push(visit.t("people.coach_no_member", &[("team", title), ("name", &name(coach))]));
            }
            Some(_) => {}
        }
        for member in team.members.iter().filter(|member| !school.people.contains_key(*member)) {
            found.push(visit.t("people.unknown_member", &[("team", title), ("name", member)]));
        }
    }
    for (id, person) in &school.people {
        let coached = school.teams.values().filter(|team| team.coach.as_ref() == Some(id)).count();
        if coached > 2 {
            found.push(visit.t("people.many_teams", &[("name", &person.name), ("n", &coached.to_string())]));
        }
        let teaches = person.roles.iter().any(|role| role == "tch");
        if teaches && !school.teams.values().any(|team| team.members.contains(id)) {
            found.push(visit.t("people.no_team", &[("name", &person.name)]));
        }
    }
    found
}

/// `person/save`
pub(crate) async fn save(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let mut school = visit.place()?.school.clone();
    let id = input.form.text("id").unwrap_or_default().to_owned();
    let name = input.form.text("name").unwrap_or_default();
    let fine = !id.is_empty() && id.len() <= 40 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fine || name.is_empty() {
        let problem = json!({"problem": visit.t("people.incomplete", &[]), "id": id, "name": name, "roles": input.form.get("roles")});
        return visit.page(page(&visit, problem)?.amiss());
    }
    match person(school.people.get(&id), name, input.form.get("roles").unwrap_or_default()) {
        Ok(person) => {
            school.people.insert(id, person);
            visit.put_school(&school).await?;
            Ok(redirect("/people?done=saved"))
        }
        Err(unknown) => {
            let text = visit.t("people.unknown_roles", &[("roles", &unknown.join(", "))]);
            let problem = json!({"problem": text, "id": id, "name": name, "roles": input.form.get("roles")});
            visit.page(page(&visit, problem)?.amiss())
        }
    }
}

/// `team/save`
pub(crate) async fn team(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let mut school = visit.place()?.school.clone();
    let team = school.teams.get_mut(input.part("team")).ok_or(Failure::NotFound)?;
    let known = |id: &&str| !id.is_empty();
    team.members = input.form.all("member").filter(known).map(str::to_owned).collect();
    team.coach = input.form.text("coach").map(str::to_owned);
    visit.put_school(&school).await?;
    Ok(redirect("/people?done=saved"))
}

/// `people/import`: what would change is shown first; only the second time it is done.
pub(crate) async fn import(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let text = input.form.get("csv").unwrap_or_default();
    let mut school = visit.place()?.school.clone();
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate().take(MAX_LINES).filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(';').map(str::trim).collect();
        let [id, name, rest @ ..] = cells.as_slice() else {
            problems.push(visit.t("people.csv_line", &[("n", &(at + 1).to_string())]));
            continue;
        };
        if *id == "id" {
            continue;
        }
        match person(school.people.get(*id), name, rest.first().unwrap_or(&"")) {
            Ok(person) => {
                let known = school.people.get(*id);
                let key = match known {
                    None => "people.would_add",
                    Some(known) if *known != person => "people.would_change",
                    Some(_) => continue,
                };
                changes.push(visit.t(key, &[("name", name), ("roles", &person.roles.join(", "))]));
                school.people.insert((*id).to_owned(), person);
            }
            Err(unknown) => problems
                .push(visit.t("people.csv_roles", &[("n", &(at + 1).to_string()), ("roles", &unknown.join(", "))])),
        }
    }
    if input.form.has("really") && problems.is_empty() {
        visit.put_school(&school).await?;
        return Ok(redirect("/people?done=imported"));
    }
    let amiss = !problems.is_empty();
    let dry = BTreeMap::from([
        ("changes", json!(changes)),
        ("problems", json!(problems)),
        ("csv", json!(text)),
        ("fine", json!(!amiss)),
        ("none", json!(changes.is_empty() && !amiss)),
    ]);
    let page = page(&visit, json!({"dry": dry}))?;
    visit.page(if amiss { page.amiss() } else { page })
}
