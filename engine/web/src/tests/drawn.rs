//! Pages that are kept: shown again as they are while nothing changes, never to another, never when something did.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::world::{Got, RUNTIME, World};

/// A look as a browser does: packed, and with what it knows already.
async fn look(world: &World, path: &str, cookie: &str, known: &str) -> Got {
    let request = Request::get(path).header(header::HOST, "berk.example").header(header::COOKIE, cookie);
    let request = request.header(header::ACCEPT_ENCODING, "gzip, br").header(header::IF_NONE_MATCH, known);
    world.raw(request.body(Body::empty()).expect("a request")).await
}

#[test]
fn a_page_holds_until_something_it_shows_changes() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let (tine, cora) = (world.cookie("berk", "tch").await, world.cookie("berk", "coach").await);
        let path = "/cycle/probe-1/step/talk";
        let first = look(&world, path, &tine, "").await;
        assert_eq!((first.status, first.header("content-encoding")), (StatusCode::OK, "gzip"));
        let tag = first.header("etag").to_owned();
        let again = look(&world, path, &tine, "").await;
        assert_eq!(again.header("etag"), tag, "the same page, its key in it");
        assert_eq!(look(&world, path, &tine, &tag).await.status, StatusCode::NOT_MODIFIED);
        assert_ne!(look(&world, path, &cora, "").await.header("etag"), tag, "each has a page of her own");
        let changes: [(&str, &str, &str); 3] = [
            ("/cycle/probe-1/note", &cora, "text=Tot+morgen"),
            (&format!("{path}/enter/reaction/draft"), &tine, "reaction.text=half"),
            ("/people", &world.cookie("berk", "dir").await, "id=tch&name=Tina+Leraar&roles=tch&was=tch"),
        ];
        for (act, cookie, form) in changes {
            let before = look(&world, path, &tine, "").await.header("etag").to_owned();
            let done = world.post(act, cookie, form).await;
            assert!(done.status == StatusCode::SEE_OTHER || done.status == StatusCode::OK, "{act}: {}", done.text);
            assert_ne!(look(&world, path, &tine, "").await.header("etag"), before, "{act}");
        }
        let before = look(&world, path, &tine, "").await.header("etag").to_owned();
        world.later(60);
        assert_ne!(look(&world, path, &tine, "").await.header("etag"), before, "after a minute it is drawn anew");
    });
}

#[test]
fn every_look_at_sensitive_data_is_recorded() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let cookie = world.cookie("berk", "zc").await;
        let path = "/cycle/probe-1/step/pupils";
        let looks = async || world.engine.store().read().accesses("berk", None, 50).await.expect("the record").len();
        let before = looks().await;
        for _ in 0..3 {
            look(&world, path, &cookie, "").await;
        }
        let seen = world.get(path, &cookie).await.status == StatusCode::OK;
        assert_eq!(looks().await - before, if seen { 4 } else { 0 });
        let cookie = world.cookie("berk", "tch").await;
        let before = looks().await;
        for _ in 0..3 {
            assert_eq!(look(&world, path, &cookie, "").await.status, StatusCode::OK);
        }
        assert_eq!(looks().await - before, 3);
    });
}

#[test]
fn two_windows_with_one_key_lose_nothing_that_was_typed() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let cookie = world.cookie("berk", "coach").await;
        let page = world.get("/cycle/probe-1", &cookie).await.text;
        let key = page.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
        for text in ["Eerst", "Eerst", "Daarna"] {
            let done = world.post("/cycle/probe-1/note", &cookie, &format!("key={key}&text={text}")).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER);
        }
        let log = world.get("/cycle/probe-1", &cookie).await.text;
        assert_eq!((log.matches("Eerst").count(), log.matches("Daarna").count()), (1, 1), "{log}");
    });
}
