//! What people stumbled over on pages stays mended: links, invitations, late contributions, the picture on a wall.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use super::world::{Got, RUNTIME, World, begin, publish, within, workflow};
use crate::gate::Config;
use crate::show::Painter;

/// A second step counts what a first one gathered.
const LATE: &str = "initial: gather
states:
  gather:
    steps:
      ask: {uses: input, roles: [member], accepts: [reaction], minutes: 5}
    on:
      next: {to: follow, roles: [dir]}
  follow:
    steps:
      read: {uses: input, shares: ask, accepts: [ack], roles: [coach], minutes: 5}
    on:
      next: {to: done, roles: [dir]}
  done: {final: true}
";

async fn sign_in_link(world: &World, headers: &[(&str, &str)]) -> Got {
    let account = world.app.account_for("berk", "zc", &[]).await.expect("an account");
    let request = Request::post(format!("/accounts/{}/link", account.id))
        .header(header::COOKIE, world.cookie("berk", "admin").await)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.raw(request.body(Body::empty()).expect("a request")).await
}

#[test]
fn a_link_to_hand_over_is_whole() {
    RUNTIME.block_on(async {
        let proxy = [("host", "10.0.0.7:8080"), ("x-forwarded-host", "told.example"), ("x-forwarded-proto", "https")];
        let plain = Config::default();
        let behind = Config { behind_proxy: true, ..Config::default() };
        let known = Config { public_url: Some("https://berk.be/".into()), ..Config::default() };
        type Case<'a> = (Config, &'a [(&'a str, &'a str)], &'a str);
        let table: [Case<'_>; 5] = [
            (plain.clone(), &[("host", "school.local:8080")], "http://school.local:8080/link/"),
            (plain.clone(), &proxy, "http://10.0.0.7:8080/link/"),
            (plain, &[("host", "evil.example/x?")], ">/link/"),
            (behind, &proxy, "https://told.example/link/"),
            (known, &proxy, "https://berk.be/link/"),
        ];
        for (config, headers, expected) in table {
            let what = format!("{config:?} {headers:?}");
            let got = sign_in_link(&World::with(config).await, headers).await;
            assert!(got.text.contains(expected), "{what}: {}", got.text);
        }
    });
}

#[test]
fn only_who_has_a_part_is_offered_an_invitation() {
    within(|world| async move {
        let cookie = world.cookie("berk", "coach").await;
        let page = world.get("/cycle/probe-1/step/talk", &cookie).await.text;
        let offered = |person: &str| page.contains(&format!("<option value=\"{person}\">"));
        assert!(offered("tch") && offered("dir"), "{page}");
        assert!(!offered("other") && !offered("adv") && !offered("pup"), "{page}");
    });
}

#[test]
fn a_late_contribution_counts_when_who_steers_says_so() {
    within(|world| async move {
        publish(&world.engine, "late", &workflow("late", "P1", "", LATE)).await;
        let id = format!("late-{}", uuid::Uuid::new_v4().simple());
        begin(&world.engine, "late", "berk", &id).await;
        let (tch, coach, dir) =
            (world.cookie("berk", "tch").await, world.cookie("berk", "coach").await, world.cookie("berk", "dir").await);
        let step = format!("/cycle/{id}/step/ask");
        let next = world.post(&format!("/cycle/{id}/event/next"), &dir, "").await;
        assert_eq!(next.status, StatusCode::SEE_OTHER, "{}", next.text);
        let sent = world.post(&format!("{step}/enter/reaction"), &tch, "reaction.text=Nog+dit").await;
        assert!(sent.header("location").ends_with("done=late"), "{sent:?}");
        assert!(!world.get(&step, &tch).await.text.contains("/admit"), "a teacher does not let it count");
        let page = world.get(&step, &coach).await.text;
        assert!(page.contains("Tine Leraar") && page.contains("/admit"), "{page}");
        let hidden = "name=\"contribution\" value=\"";
        let late = page.split(hidden).nth(1).and_then(|rest| rest.split('"').next()).expect("its id").to_owned();
        let body = format!("contribution={late}");
        let denied = world.post(&format!("{step}/admit"), &tch, &body).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
        let unknown = world.post(&format!("{step}/admit"), &coach, "contribution=nothing").await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = world.post(&format!("{step}/admit"), &coach, &body).await;
        assert!(done.header("location").ends_with("done=admitted"), "{done:?}");
        assert!(!world.get(&step, &coach).await.text.contains("/admit"), "nothing is late any more");
        let acts = world.engine.store().read().accesses("berk", Some("coach"), 10).await.expect("the record");
        assert!(acts.iter().any(|row| row.action == "contribution/admit"), "it is recorded");
    });
}

#[test]
fn a_wall_counts_people_and_asks_no_questions() {
    within(|world| async move {
        let place = world.app.place("berk").await.expect("the school");
        let picture = json!({"missing": ["tch", "coach"], "reactions_held": false});
        let drawn = |wall| {
            let shower = &world.app.shower;
            let painter = Painter { shower, locale: "nl", place: &place, texts: None, wall, names: Vec::new() };
            painter.draw(&picture).to_string()
        };
        assert!(drawn(false).contains("Tine Leraar"));
        assert!(!drawn(true).contains("Tine Leraar") && drawn(true).contains("\"2\""), "{}", drawn(true));
        assert!(!drawn(false).contains("nee"), "{}", drawn(false));
    });
}
