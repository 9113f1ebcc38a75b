//! Privacy: what is kept about me, taking it along, forgetting drafts, password, sign-out everywhere; and the audit.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::{ManageOwn, Permission, SeeAudit, SeeOwn, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// `own/show`
pub(crate) async fn show(visit: Visit<SeeOwn>, _: Input) -> Outcome {
    let data = own(&visit).await?;
    visit.page(Page::new("privacy", visit.t("privacy.title", &[]), data))
}

async fn own(visit: &Visit<SeeOwn>) -> Result<Value, Failure> {
    let member = visit.member()?;
    let (sessions, drafts, looks) = visit.kept().await?;
    let sessions: Vec<Value> = sessions
        .iter()
        .map(|row| json!({"since": visit.moment(row.created_at), "seen": visit.moment(row.seen_at), "here": row.hash == member.session}))
        .collect();
    let drafts: Vec<Value> = drafts
        .iter()
        .map(|row| json!({"at": visit.moment(row.updated_at), "step": row.step, "href": format!("/cycle/{}/step/{}", words::path_id(&row.instance), words::path_id(&row.step))}))
        .collect();
    let looks: Vec<Value> = looks.iter().map(|row| json!({"at": visit.moment(row.at), "what": visit.t(&format!("act.{}", row.action.replace('/', "_")), &[]), "class": row.class})).collect();
    let place = visit.place()?;
    let roles: Vec<String> = place
        .school
        .people
        .get(&member.person)
        .map(|person| person.roles.iter().map(|role| visit.t(&format!("role.{role}"), &[])).collect())
        .unwrap_or_default();
    let teams: Vec<&str> = place.teams_of(&member.person).map(|team| place.team(team)).collect();
    let classes: Vec<Value> = ["P0", "P1", "P2", "P3", "P4"].iter().map(|class| json!({"class": class, "what": visit.t(&format!("class.{class}"), &[]), "seen": visit.t(&format!("seen.{class}"), &[])})).collect();
    Ok(json!({
        "name": member.name, "roles": roles.join(", "), "teams": teams.join(", "), "sessions": sessions, "drafts": drafts, "looks": looks,
        "classes": classes, "mail": visit.wants_mail().await?.map(|wanted| json!({"wanted": wanted})),
    }))
}

/// `own/export`: everything that is kept about the visitor besides the cycles, as JSON.
pub(crate) async fn export(visit: Visit<SeeOwn>, _: Input) -> Outcome {
    let member = visit.member()?;
    let (sessions, drafts, looks) = visit.kept().await?;
    let tasks: Vec<Value> = visit
        .my_tasks()
        .await?
        .iter()
        .map(|task| json!({"cycle": task.cycle, "step": task.title.step, "handed_in": task.done}))
        .collect();
    let person = visit.place()?.school.people.get(&member.person).and_then(|person| serde_json::to_value(person).ok());
    let data = json!({
        "person": {"id": member.person, "name": member.name, "school": member.school, "record": person},
        "sessions": sessions.iter().map(|row| json!({"since": row.created_at, "seen": row.seen_at})).collect::<Vec<_>>(),
        "drafts": drafts.iter().map(|row| json!({"cycle": row.instance, "step": row.step, "entry": row.entry, "content": serde_json::from_str::<Value>(&row.content).unwrap_or(Value::Null)})).collect::<Vec<_>>(),
        "looks": looks.iter().map(|row| json!({"at": row.at, "action": row.action, "class": row.class})).collect::<Vec<_>>(), "tasks": tasks,
    });
    visit.record("own/export", "P1", None).await?;
    let text = serde_json::to_string_pretty(&data).map_err(|error| Failure::Broken(error.to_string()))?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"mijn-gegevens.json\""));
    Ok(response)
}

/// `own/forget-drafts`
pub(crate) async fn forget(visit: Visit<ManageOwn>, _: Input) -> Outcome {
    visit.drop_drafts().await?;
    Ok(redirect("/privacy?done=forgotten"))
}

/// `own/mail`
pub(crate) async fn mail(visit: Visit<ManageOwn>, input: Input) -> Outcome {
    visit.want_mail(input.form.get("wanted") == Some("yes")).await?;
    Ok(redirect("/privacy?done=mail"))
}

/// `own/password`
pub(crate) async fn password(visit: Visit<ManageOwn>, input: Input) -> Outcome {
    let member = visit.member()?;
    let (first, again) = (input.form.get("password").unwrap_or_default(), input.form.get("again").unwrap_or_default());
    let problem = if first != again {
        Some("privacy.differ")
    } else {
        match visit.app().set_password(&member.account, first, Some(&member.session)).await {
            Ok(()) => None,
            Err(Failure::Invalid(_)) => Some("invalid.password"),
            Err(other) => return Err(other),
        }
    };
    let Some(problem) = problem else {
        visit.record("own/password", "P1", None).await?;
        return Ok(redirect("/privacy?done=password"));
    };
    amiss(&visit, problem)
}

fn amiss<P: Permission>(visit: &Visit<P>, problem: &str) -> Outcome {
    let data = json!({"problem": visit.t(problem, &[]), "only_password": true});
    visit.page(Page::new("privacy", visit.t("privacy.title", &[]), data).amiss())
}

/// `audit/index`
pub(crate) async fn audit(visit: Visit<SeeAudit>, _: Input) -> Outcome {
    let rows = visit.accesses().await?;
    let place = visit.place()?;
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({"at": visit.moment(row.at), "who": place.name(&row.person), "what": visit.t(&format!("act.{}", row.action.replace('/', "_")), &[]), "class": row.class, "cycle": row.instance, "step": row.step}))
        .collect();
    visit.page(Page::new("audit", visit.t("audit.title", &[]), json!({"rows": rows})))
}
