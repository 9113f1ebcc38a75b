//! The walk: every route, asked by somebody in every role, compared with the policy table.

use axum::http::{Method, StatusCode};
use draaiboek_workflow::ir::Privacy;

use super::world::{RUNTIME, World, within};
use crate::gate::policy::{Reach, Resource, Role, covers, grants};
use crate::routes;

/// Person, role, and whether the cycle of the tests names them.
const PEOPLE: [(&str, Role, bool); 14] = [
    ("", Role::Guest, false),
    ("dir", Role::Dir, true),
    ("pol", Role::Pol, false),
    ("coach", Role::Coach, true),
    ("tch", Role::Tch, true),
    ("other", Role::Tch, false),
    ("zc", Role::Zc, false),
    ("ment", Role::Ment, false),
    ("adv", Role::Adv, false),
    ("staff", Role::Staff, false),
    ("ext", Role::Ext, false),
    ("pup", Role::Pup, false),
    ("par", Role::Par, false),
    ("admin", Role::Adm, false),
];

fn path(template: &str) -> String {
    let values = [
        ("{id}", "probe-1"),
        ("{step}", "talk"),
        ("{entry}", "ack"),
        ("{event}", "never"),
        ("{name}", "nothing"),
        ("{token}", "nothing"),
        ("{workflow}", "probe"),
        ("{team}", "a"),
        ("{person}", "nobody"),
        ("{account}", "nobody"),
    ];
    values.iter().fold(template.to_owned(), |path, (name, value)| path.replace(name, value))
}

#[test]
fn every_route_asks_the_table() {
    RUNTIME.block_on(async {
        // Of its own: it signs everybody out.
        let world = World::new().await;
        let mut asked = 0;
        for route in routes::all() {
            for (person, role, involved) in PEOPLE {
                let rights = grants(&[role], route.resource, route.action);
                let reach = if involved { Reach::Involved } else { Reach::School };
                let class = match route.resource {
                    Resource::Step | Resource::Live => Privacy::P1,
                    _ => Privacy::P0,
                };
                // Lists are about the school; only what names a cycle depends on it.
                let about_cycle = route.resource.of_cycle() && route.path.contains("{id}");
                let allowed = if about_cycle { covers(&rights, reach, class) } else { !rights.is_empty() };
                let cookie = if person.is_empty() { String::new() } else { world.cookie("berk", person).await };
                let json = route.path.starts_with("/api/") && route.method == Method::POST;
                let body = if json { "{\"x\":1}" } else { "" };
                let got = world.send(route.method.as_str(), &path(route.path), &cookie, body).await;
                let to_door = got.status == StatusCode::SEE_OTHER && got.header("location").starts_with("/sign-in");
                let door = route.resource == Resource::Door || (route.name == "session/end-all" && !person.is_empty());
                let refused = matches!(got.status.as_u16(), 401 | 403) || (to_door && !door);
                let hidden = about_cycle && got.status == StatusCode::NOT_FOUND;
                let what = format!("{} {} as {person:?}: {} {}", route.method, route.path, got.status, got.text);
                if allowed {
                    assert!(!refused, "the table grants it, the route does not: {what}");
                    assert_ne!(got.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
                } else {
                    assert!(refused || hidden, "the table denies it, the route does not: {what}");
                }
                asked += 1;
            }
        }
        assert!(asked > 1_000, "{asked} requests: the list of routes is not walked");
    });
}

#[test]
fn names_of_routes_are_noun_and_verb_and_unique() {
    let mut seen = std::collections::BTreeSet::new();
    for route in routes::all() {
        let (noun, verb) = route.name.split_once('/').expect("noun/verb");
        assert!(!noun.is_empty() && !verb.is_empty());
        assert!(seen.insert(route.name), "{} is there twice", route.name);
    }
}

#[test]
fn nothing_of_another_school_is_found() {
    within(|world| async move {
        for person in ["dir", "coach", "tch", "admin"] {
            for route in routes::all().iter().filter(|route| route.path.contains("{id}")) {
                let cookie = world.cookie("berk", person).await;
                let other = path(route.path).replace("probe-1", "probe-2");
                let got = world.send(route.method.as_str(), &other, &cookie, "").await;
                assert!(
                    matches!(got.status.as_u16(), 403 | 404),
                    "{} {other} as {person}: {}",
                    route.method,
                    got.status
                );
            }
            let cookie = world.cookie("berk", person).await;
            let list = world.get("/api/v1/cycles", &cookie).await.text;
            // The quotes belong to it: an identifier by chance may begin with it.
            assert_eq!(list.contains("\"probe-1\""), person != "admin", "{person} and the school's own: {list}");
            assert!(!list.contains("\"probe-2\""), "{person} sees the other school: {list}");
        }
    });
}

#[test]
fn private_steps_open_only_for_those_who_may() {
    within(|world| async move {
        let table = [
            ("dir", "pupils", 403),
            ("coach", "pupils", 403),
            ("tch", "pupils", 200),
            ("dir", "think", 200),
            ("other", "talk", 404),
        ];
        for (person, step, expected) in table {
            let cookie = world.cookie("berk", person).await;
            let got = world.get(&format!("/cycle/probe-1/step/{step}"), &cookie).await;
            assert_eq!(got.status.as_u16(), expected, "{person} {step}");
        }
        let looks = world.engine.store().read().accesses("berk", Some("tch"), 10).await.expect("the record");
        assert!(looks.iter().any(|row| row.action == "step/show" && row.class == "P4"), "a look at P4 is recorded");
    });
}

/// The twin in the API of each page that does something.
const TWINS: [(&str, &str); 44] = [
    ("session/create", "api/sign-in"),
    ("session/mail", "api/mail-link"),
    ("link/use", "api/use-link"),
    ("invitation/accept", "api/accept-invitation"),
    ("session/end", "api/sign-out"),
    ("session/end-all", "api/sign-out-everywhere"),
    ("cycle/send", "api/send"),
    ("cycle/note", "api/note"),
    ("cycle/move", "api/command"),
    ("cycle/pause", "api/command"),
    ("cycle/resume", "api/command"),
    ("cycle/cancel", "api/command"),
    ("step/conclude", "api/step-command"),
    ("step/skip", "api/step-command"),
    ("step/reschedule", "api/step-command"),
    ("contribution/admit", "api/step-command"),
    ("contribution/withdraw", "api/withdraw"),
    ("invitation/make", "api/invite"),
    ("invitation/end", "api/end-invitation"),
    ("contribution/create", "api/contribute"),
    ("live/enter", "api/contribute"),
    ("draft/keep", "api/draft"),
    ("class/code", "api/open-class"),
    ("class/end", "api/end-class"),
    ("cycle/start", "api/start"),
    ("person/save", "api/save-person"),
    ("people/import", "api/import"),
    ("absence/save", "api/save-absence"),
    ("absence/end", "api/end-absence"),
    ("duo/save", "api/save-duo"),
    ("duo/end", "api/end-duo"),
    ("team/add", "api/save-team"),
    ("team/save", "api/save-team"),
    ("person/erase", "api/erase-person"),
    ("contribution/erase", "api/erase-contribution"),
    ("calendar/put", "api/put-day"),
    ("calendar/drop", "api/drop-day"),
    ("own/forget-drafts", "api/forget-drafts"),
    ("own/password", "api/password"),
    ("own/mail", "api/mail"),
    ("incident/settle", "api/settle"),
    ("account/add", "api/add-account"),
    ("account/link", "api/account-link"),
    ("account/close", "api/open-account"),
];

/// Pages without a twin, and why.
const ALONE: [(&str, &str); 4] = [
    ("first/create", "only a person at the console makes the first administrator"),
    ("class/open", "pupils answer themselves, on a page without a session"),
    ("class/answer", "pupils answer themselves, on a page without a session"),
    ("language/set", "it sets a cookie of the browser; programs get texts in all languages"),
];

#[test]
fn whatever_a_page_does_a_program_can_do() {
    let all = routes::all();
    let posts = |api: bool| {
        let kind = move |route: &&crate::route::Route| route.name.starts_with("api/") == api;
        all.iter().filter(|route| route.method == Method::POST).filter(kind).collect::<Vec<_>>()
    };
    for page in posts(false) {
        let twin = TWINS.iter().find(|(name, _)| *name == page.name);
        let alone = ALONE.iter().any(|(name, _)| *name == page.name);
        assert_ne!(twin.is_some(), alone, "{} has no twin in the API, or is named twice", page.name);
        let Some((_, twin)) = twin else { continue };
        let twin = posts(true).into_iter().find(|route| route.name == *twin);
        let twin = twin.unwrap_or_else(|| panic!("{} has a twin that is not there", page.name));
        // Who facilitates enters for groups; programs hand in at the step itself.
        let same = twin.action == page.action && (twin.resource == page.resource || page.resource == Resource::Live);
        assert!(same, "{} and {} ask for different rights", page.name, twin.name);
    }
    for (name, _) in TWINS.iter().chain(&ALONE) {
        assert!(posts(false).iter().any(|route| route.name == *name), "{name} is no page");
    }
}
