//! The OpenAPI description: made from the handlers, completed from the list of routes, kept as a fixture.
//!
//! A handler says what it answers when all is well. What may be answered otherwise depends only on the kind of route and
//! is written here once: names, parameters of the path, refusals.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{accounts, cycles, door, fine, lessons, people, results, routes, school, shapes, staff, steps, workflows};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::Resource;
use crate::gate::{Knock, Visit};
use crate::input::Input;
use crate::route::Route;

/// What handlers say of themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Draaiboek",
        description = "School development cycles: everything that the pages do. A program opens a session with \
            `POST /api/v1/sessions` and sends its token as `Authorization: Bearer <token>`. In ids that stand in a path, \
            `~` stands for `/`."
    ),
    paths(
        door::sign_in,
        door::use_link,
        door::invitation,
        door::mail,
        door::end,
        door::end_all,
        school::me,
        school::tasks,
        school::own,
        school::messages,
        school::kept,
        school::forget_drafts,
        school::mail,
        school::password,
        school::audit,
        school::operations,
        school::settle,
        people::index,
        people::save,
        people::import,
        people::team,
        staff::traces,
        staff::erase,
        staff::absences,
        staff::absence,
        staff::back,
        staff::duos,
        staff::duo,
        staff::end_duo,
        staff::workload,
        people::calendar,
        people::put_day,
        people::drop_day,
        accounts::index,
        accounts::add,
        accounts::link,
        accounts::open,
        accounts::sign_out,
        accounts::invitations,
        accounts::invite,
        accounts::end_invitation,
        workflows::index,
        workflows::show,
        workflows::preview,
        workflows::start,
        cycles::index,
        cycles::show,
        cycles::log,
        cycles::send,
        cycles::note,
        cycles::command,
        results::trajectory,
        results::board,
        results::artifacts,
        results::csv,
        results::picture,
        results::events,
        steps::show,
        steps::contribute,
        steps::withdraw,
        steps::erase,
        steps::draft,
        steps::command,
        lessons::index,
        lessons::open,
        lessons::end,
    ),
    components(schemas(shapes::Problem))
)]
struct Told;

/// Refusals by status, with their description.
const REFUSALS: [(&str, &str); 9] = [
    ("401", "Nobody is signed in, or the token has run out"),
    ("403", "The roles of the account do not allow it, or the request comes from another site"),
    ("404", "It is not there, or not for this account"),
    ("409", "It was changed meanwhile; the reasons say by what"),
    ("413", "The document is too large"),
    ("415", "The document is no JSON by its content type"),
    ("422", "The document does not fit, or the workflow does not allow it now; the reasons say why"),
    ("429", "Tried too often from here"),
    ("503", "Too much is waiting to be kept; the same request may be sent again in a moment"),
];

/// The complete description.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(describe_all);

fn describe_all() -> Value {
    let mut all =
        Told::openapi().to_json().ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
    all["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer", "description": "The token of `POST /api/v1/sessions`"},
        "page": {"type": "apiKey", "in": "cookie", "name": "draaiboek", "description": "The session of a browser"},
    });
    for route in routes() {
        let method = route.method.as_str().to_lowercase();
        if let Some(operation) = all.pointer_mut(&format!("/paths/{}/{method}", route.path.replace('/', "~1"))) {
            complete(operation, &route);
        }
    }
    all
}

fn complete(operation: &mut Value, route: &Route) {
    let get = route.method == axum::http::Method::GET;
    let door = route.resource == Resource::Door;
    operation["operationId"] = route.name.trim_start_matches("api/").into();
    operation["tags"] = json!([route.path.split('/').nth(3).unwrap_or_default()]);
    operation["security"] = if door { json!([]) } else { json!([{"token": []}, {"page": []}]) };
    let parts: Vec<&str> = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    let mut parameters: Vec<Value> = parts
        .iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let asks = operation["parameters"].is_array();
    parameters.extend(operation["parameters"].as_array().into_iter().flatten().cloned());
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    let applies = |status: &str| match status {
        "401" => !door,
        "403" => !(door && get),
        "404" => !parts.is_empty() || !get,
        // Also a reading about a step asks its plugin, which may fail.
        "422" => !get || asks || !parts.is_empty(),
        "429" => door && !get,
        _ => !get,
    };
    let mut refusals = Map::new();
    for (status, text) in REFUSALS.iter().filter(|(status, _)| applies(status)) {
        let body = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        refusals.insert((*status).to_owned(), json!({"description": text, "content": body}));
    }
    if get {
        refusals.insert("304".to_owned(), json!({"description": "It did not change since the ETag that was sent"}));
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.extend(refusals);
    }
}

/// `api/describe`
pub(super) async fn describe(_: Visit<Knock>, _: Input) -> Outcome {
    if DESCRIPTION.is_null() {
        return Err(Failure::Broken("the description of the API cannot be made".into()));
    }
    fine(&*DESCRIPTION)
}

/// Whether the description names a status for the operation at a path; true where it describes no operation.
#[cfg(test)]
pub(crate) fn names(method: &str, path: &str, status: u16) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let names: Vec<&str> = template.split('/').collect();
        let same = names.iter().zip(&parts).all(|(name, part)| name == part || name.starts_with('{'));
        (same && names.len() == parts.len()).then(|| names.iter().filter(|name| !name.starts_with('{')).count())
    };
    let paths = DESCRIPTION["paths"].as_object().into_iter().flatten();
    let best = paths.filter_map(|(template, found)| Some((fits(template)?, found))).max_by_key(|(exact, _)| *exact);
    let operation = best.and_then(|(_, found)| found.get(method.to_lowercase()));
    operation.is_none_or(|operation| operation["responses"].get(status.to_string()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_the_kept_one_and_names_every_route() {
        let made = serde_json::to_string_pretty(&*DESCRIPTION).expect("a description");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");
        if std::env::var_os("DRAAIBOEK_KEEP").is_some() {
            std::fs::write(path, format!("{made}\n")).expect("the fixture is written");
        }
        let kept = std::fs::read_to_string(path).expect("tests/openapi.json");
        assert_eq!(made.trim(), kept.trim(), "run this test with DRAAIBOEK_KEEP=1 to keep the new description");
        assert_eq!(DESCRIPTION["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
        let mut described = 0;
        for route in routes().iter().filter(|route| route.name != "api/describe") {
            let method = route.method.as_str().to_lowercase();
            let operation = &DESCRIPTION["paths"][route.path][&method];
            assert!(operation["responses"]["200"].is_object(), "{method} {} is not described", route.path);
            described += 1;
        }
        let paths = DESCRIPTION["paths"].as_object().expect("paths");
        let all: usize = paths.values().filter_map(Value::as_object).map(Map::len).sum();
        assert_eq!(all, described, "something is described that is no route");
    }
}
