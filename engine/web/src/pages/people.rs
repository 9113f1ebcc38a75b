//! People: staff with roles, the teams matrix with its warnings, import with a dry run.

use std::collections::BTreeMap;

use draaiboek_runtime::School;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::roster::{self, Amiss, Change, PersonEdit, ROLES, TEAM_KINDS, TeamEdit};
use crate::gate::{ManagePeople, Permission, SeePeople, Visit, slug};
use crate::input::Input;
use crate::route::redirect;

/// `people/index`
pub(crate) async fn index(visit: Visit<SeePeople>, input: Input) -> Outcome {
    let people = &visit.place()?.school.people;
    let person = input.query.text("person").and_then(|id| people.get_key_value(id));
    let filled = person.map(|(id, person)| json!({"id": id, "name": person.name, "roles": person.roles.join(",")}));
    let team = input.query.text("team").map(|id| json!({"team": id}));
    visit.page(page(&visit, filled.or(team).unwrap_or_default())?)
}

/// The roles one can have at a school, ticked where a person has them.
fn roles<P: Permission>(visit: &Visit<P>, own: &str) -> Vec<Value> {
    let has = |role: &str| own.split(',').any(|known| known.trim() == role);
    let word = |role: &str| visit.t(&format!("role.{role}"), &[]);
    ROLES.iter().map(|role| json!({"value": role, "label": word(role), "in": has(role)})).collect()
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
                   "members": members})
        })
        .collect();
    let people: Vec<Value> = school
        .people
        .iter()
        .map(|(id, person)| {
            let of: Vec<&str> = place.teams_of(id).map(|team| place.team(team)).collect();
            json!({"id": id, "name": person.name, "roles": role_words(visit, &person.roles), "teams": of.join(", ")})
        })
        .collect();
    let manage = visit.may(Resource::People, Action::Manage);
    let edited = extra["team"].as_str().and_then(|id| school.teams.get_key_value(id)).map(|(id, team)| {
        let option = |(id, person): (&String, &draaiboek_runtime::Person)| {
            json!({"id": id, "name": person.name, "in": team.members.contains(id), "leads": team.coach.as_ref() == Some(id)})
        };
        json!({"id": id, "title": place.team(id), "options": school.people.iter().map(option).collect::<Vec<_>>()})
    });
    let data = json!({
        "people": people, "teams": teams, "staff": super::absences::data(visit, place), "warnings": warnings, "manage": manage,
        "roles": roles(visit, extra["roles"].as_str().unwrap_or_default()), "team": edited.filter(|_| manage),
        "filled": extra["id"].is_string() || extra["problem"].is_string(),
        "editing": extra["id"].as_str().is_some_and(|id| school.people.contains_key(id)), "extra": extra,
        "kinds": TEAM_KINDS.iter().map(|kind| json!({"value": kind, "label": visit.t(&format!("team_kind.{kind}"), &[])})).collect::<Vec<_>>(),
        "role_codes": ROLES.iter().map(|role| format!("{role} = {}", visit.t(&format!("role.{role}"), &[]))).collect::<Vec<_>>().join(", "),
        "all": school.people.iter().map(|(id, person)| json!({"id": id, "name": person.name})).collect::<Vec<_>>(),
    });
    Ok(Page::new("people", visit.t("people.title", &[]), data))
}

fn role_words<P: Permission>(visit: &Visit<P>, roles: &[String]) -> String {
    roles.iter().map(|role| visit.t(&format!("role.{role}"), &[])).collect::<Vec<_>>().join(", ")
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
    let text = |name: &str| input.form.text(name).unwrap_or_default().to_owned();
    let roles = input.form.all("roles").collect::<Vec<_>>().join(",");
    let edit = PersonEdit { id: text("id"), name: text("name"), roles: roster::words(&roles) };
    let Err(amiss) = visit.save_person(&edit).await? else { return Ok(redirect("/people?done=saved")) };
    let problem = json!({"problem": words(&visit, &amiss), "id": edit.id, "name": edit.name, "roles": roles});
    visit.page(page(&visit, problem)?.amiss())
}

fn words<P: Permission>(visit: &Visit<P>, amiss: &Amiss) -> String {
    match amiss {
        Amiss::Roles(unknown) => visit.t("people.unknown_roles", &[("roles", &unknown.join(", "))]),
        Amiss::People(unknown) => visit.t("people.unknown_people", &[("names", &unknown.join(", "))]),
        Amiss::Name | Amiss::Kind | Amiss::Line => visit.t("people.incomplete", &[]),
    }
}

/// `team/add`
pub(crate) async fn add_team(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let title = input.form.text("title").unwrap_or_default().to_owned();
    let id = slug(&title);
    let amiss = if visit.place()?.school.teams.contains_key(&id) {
        visit.t("people.team_known", &[("team", &title)])
    } else {
        let edit = TeamEdit {
            id,
            title: Some(title.clone()),
            kind: input.form.text("kind").map(str::to_owned),
            members: input.form.all("member").filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            coach: input.form.text("coach").map(str::to_owned),
        };
        match visit.save_team(&edit).await? {
            Ok(()) => return Ok(redirect("/people?done=saved")),
            Err(Amiss::Name) => visit.t("people.team_name", &[]),
            Err(other) => words(&visit, &other),
        }
    };
    visit.page(page(&visit, json!({"new_team": {"problem": amiss, "title": title}}))?.amiss())
}

/// `team/save`
pub(crate) async fn team(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let id = input.part("team").to_owned();
    if !visit.place()?.school.teams.contains_key(&id) {
        return Err(Failure::NotFound);
    }
    let members = input.form.all("member").filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let coach = input.form.text("coach").map(str::to_owned);
    let Err(amiss) = visit.save_team(&TeamEdit { id, members, coach, ..TeamEdit::default() }).await? else {
        return Ok(redirect("/people?done=saved"));
    };
    visit.page(page(&visit, json!({"problem": words(&visit, &amiss)}))?.amiss())
}

/// `people/import`: what would change is shown first; only the second time it is done.
pub(crate) async fn import(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let text = input.form.get("csv").unwrap_or_default();
    let (import, done) = visit.import(text, input.form.has("really")).await?;
    if done {
        return Ok(redirect("/people?done=imported"));
    }
    let changes: Vec<String> = import
        .changes
        .iter()
        .map(|change| match change {
            Change::Add { name, roles, .. } => ("people.would_add", name, role_words(&visit, roles)),
            Change::Alter { name, roles, .. } => ("people.would_change", name, role_words(&visit, roles)),
        })
        .map(|(key, name, roles)| visit.t(key, &[("name", name), ("roles", &roles)]))
        .collect();
    let problems: Vec<String> = import
        .problems
        .iter()
        .map(|(line, amiss)| match amiss {
            Amiss::Roles(unknown) => {
                visit.t("people.csv_roles", &[("n", &line.to_string()), ("roles", &unknown.join(", "))])
            }
            _ => visit.t("people.csv_line", &[("n", &line.to_string())]),
        })
        .collect();
    let amiss = !problems.is_empty();
    let dry = BTreeMap::from([
        ("none", json!(changes.is_empty() && !amiss)),
        ("changes", json!(changes)),
        ("problems", json!(problems)),
        ("csv", json!(text)),
        ("fine", json!(!amiss)),
    ]);
    let page = page(&visit, json!({"dry": dry}))?;
    visit.page(if amiss { page.amiss() } else { page })
}
