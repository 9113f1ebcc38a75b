//! Erasing a person: what is shown before, what is gone after, and that the journals still add up.

use axum::http::StatusCode;
use draaiboek_runtime::verify;
use draaiboek_store::Scope;

use super::world::{RUNTIME, World};

const WHY: &str = "reason=weg+van+school";

async fn hand_in(world: &World, person: &str) {
    let cookie = world.cookie("berk", person).await;
    let path = "/api/v1/cycles/probe-1/steps/talk/contributions";
    let got = world.post(path, &cookie, "{\"payload\": {\"ack\": {}}}").await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
}

#[test]
fn a_person_goes_and_the_journals_still_add_up() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        hand_in(&world, "tch").await;
        hand_in(&world, "dir").await;
        let (dir, tch) = (world.cookie("berk", "dir").await, world.cookie("berk", "tch").await);
        let shown = world.get("/people/tch/erase", &dir).await;
        for said in ["1 bijdrage in", "Tine Leraar", "De plaats in 1 team", "Anonieme antwoorden"] {
            assert!(shown.text.contains(said), "{said}: {}", shown.text);
        }
        let without = world.post("/people/tch/erase", &dir, "reason=+").await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.get("/", &tch).await.status, StatusCode::OK, "nothing happened yet");
        let gone = world.post("/people/tch/erase", &dir, WHY).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
        world.engine.pump().await.expect("effects");
        let reader = world.engine.store().read();
        let left = |person: &'static str| reader.contributions_by(Scope::School("berk"), person);
        assert_eq!(left("tch").await.expect("counted"), Vec::new());
        assert_eq!(left("dir").await.expect("counted").len(), 1, "what others handed in stays");
        let out = world.get("/", &tch).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "the session is over");
        for page in ["/people", "/accounts", "/cycle/probe-1"] {
            let cookie = if page == "/accounts" { world.cookie("berk", "admin").await } else { dir.clone() };
            let page = world.get(page, &cookie).await;
            assert!(!page.text.contains("Tine Leraar"), "the name is nowhere: {}", page.text);
        }
        assert_eq!(world.get("/people/tch/erase", &dir).await.status, StatusCode::NOT_FOUND, "nothing is left");
        let report = verify(reader, |_| ()).await.expect("verified");
        assert!(report.is_clean(), "{report:?}");
        let audit = reader.accesses("berk", Some("dir"), 10).await.expect("the record");
        assert!(audit.iter().any(|row| row.action == "person/erase"));
    });
}

#[test]
fn nobody_erases_themselves_and_teams_keep_what_is_theirs() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let dir = world.cookie("berk", "dir").await;
        let own = world.post("/people/dir/erase", &dir, WHY).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        hand_in(&world, "tch").await;
        let tch = world.cookie("berk", "tch").await;
        let shared = "{\"contribution\": \"x\", \"reason\": \"y\"}";
        let shared = world.post("/api/v1/cycles/probe-1/steps/talk/erasures", &tch, shared).await;
        assert_eq!(shared.status, StatusCode::UNPROCESSABLE_ENTITY, "what a team needs is not one person's to erase");
        let other = world.get("/cycle/probe-1/step/think/erase?contribution=x", &tch).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "only what is one's own");
    });
}
