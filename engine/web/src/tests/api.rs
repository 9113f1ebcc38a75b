//! The API: what pages do, programs do too, and every "no" is JSON with a word.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::world::{Got, World, within};

/// A request of a program with the token of a person.
async fn ask(world: &World, token: &str, path: &str, body: Option<Value>) -> Got {
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header(header::HOST, "x");
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    world.raw(request.body(Body::from(body)).expect("a request")).await
}

async fn token(world: &World, person: &str) -> String {
    token_of(world, "berk", person).await
}

async fn token_of(world: &World, school: &str, person: &str) -> String {
    let cookie = world.cookie(school, person).await;
    cookie.split_once('=').map(|(_, token)| token.to_owned()).expect("a token")
}

fn read(got: &Got) -> Value {
    serde_json::from_str(&got.text).unwrap_or_else(|error| panic!("{error}: {}", got.text))
}

#[test]
fn a_program_signs_in_with_a_password_and_keeps_its_token() {
    within(|world| async move {
        let account = world.app.account_for("berk", "pol", &[]).await.expect("an account");
        world.app.set_password(&account.id, "een zin om te onthouden", None).await.expect("a password");
        let wrong = ask(world, "", "/sessions", Some(json!({"login": "pol@berk", "password": "x"}))).await;
        assert_eq!((wrong.status, read(&wrong)["error"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("INVALID")));
        let login = json!({"login": "pol@berk", "password": "een zin om te onthouden"});
        let opened = read(&ask(world, "", "/sessions", Some(login)).await);
        let token = opened["token"].as_str().expect("a token");
        let me = ask(world, token, "/me", None).await;
        assert_eq!(read(&me)["person"], "pol");
        assert_eq!(me.header("set-cookie"), "", "programs get no cookies");
        assert_eq!(ask(world, "0000", "/me", None).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(ask(world, token, "/sessions/end", Some(json!({}))).await.status, StatusCode::OK);
        assert_eq!(ask(world, token, "/me", None).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn people_and_teams_are_added_changed_and_imported() {
    within(|world| async move {
        let admin = token(world, "admin").await;
        let post = |path: &'static str, body: Value| ask(world, &admin, path, Some(body));
        let person = json!({"id": "new.1", "name": "Nele Nieuw", "roles": ["newtch"]});
        assert_eq!(post("/people", person).await.status, StatusCode::OK);
        let team = json!({"id": "n", "title": "Nieuw team", "members": ["new.1"], "coach": "new.1"});
        assert_eq!(post("/teams", team).await.status, StatusCode::OK);
        let dry = read(&post("/people/import", json!({"csv": "new.1;Nele Nieuw;tch\nnew.2;Bo;tch"})).await);
        let what: Vec<_> = dry["changes"].as_array().expect("changes").iter().map(|c| c["what"].clone()).collect();
        assert_eq!((what, dry["done"].clone()), (vec![json!("change"), json!("add")], json!(false)));
        let people = read(&ask(world, &admin, "/people", None).await);
        assert_eq!(people["people"]["new.1"], json!({"name": "Nele Nieuw", "roles": ["newtch"]}));
        assert_eq!(people["people"]["new.2"], Value::Null, "a dry run keeps nothing");
        assert_eq!(people["teams"]["n"]["coach"], "new.1");
        let bad = post("/people/import", json!({"csv": "z;Z;baas", "really": true})).await;
        assert_eq!((bad.status, read(&bad)["done"].clone()), (StatusCode::OK, json!(false)));
        let done = read(&post("/people/import", json!({"csv": "new.2;Bo;tch", "really": true})).await);
        assert_eq!(done["done"], true);
        assert_eq!(read(&ask(world, &admin, "/people", None).await)["people"]["new.2"]["name"], "Bo");
        for (path, body) in [
            ("/people", json!({"id": "a b", "name": "X"})),
            ("/people", json!({"id": "ok", "name": "X", "roles": ["koning"]})),
            ("/teams", json!({"id": "n", "members": ["nobody"]})),
            ("/people", json!({"id": "ok", "name": "X", "more": 1})),
        ] {
            let got = ask(world, &admin, path, Some(body)).await;
            assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", got.text);
            assert!(read(&got)["help"].as_str().is_some_and(|help| help.len() > 10), "{}", got.text);
        }
    });
}

#[test]
fn two_who_change_the_school_at_once_both_find_their_change() {
    within(|world| async move {
        let admin = token(world, "admin").await;
        let save = |n: usize| {
            let admin = admin.clone();
            async move {
                let body = json!({"id": format!("many.{n}"), "name": format!("Nummer {n}")});
                ask(world, &admin, "/people", Some(body)).await.status
            }
        };
        let all = futures_util::future::join_all((0..8).map(save)).await;
        assert!(all.iter().all(|status| *status == StatusCode::OK));
        let people = read(&ask(world, &admin, "/people", None).await);
        assert!((0..8).all(|n| people["people"][format!("many.{n}")].is_object()), "a change was lost");
    });
}

#[test]
fn days_accounts_and_own_data() {
    within(|world| async move {
        let admin = token_of(world, "eik", "admin").await;
        let post = |path: String, body: Value| {
            let admin = admin.clone();
            async move { ask(world, &admin, &path, Some(body)).await }
        };
        let day = json!({"from": "2027-02-05", "kind": "study_day", "title": "Studiedag"});
        assert_eq!(post("/calendar/days".into(), day).await.status, StatusCode::OK);
        let calendar = read(&ask(world, &admin, "/calendar", None).await);
        let own =
            |calendar: &Value| calendar["periods"].as_array().expect("periods").iter().any(|day| day["own"] == true);
        assert!(own(&calendar), "{calendar}");
        let drop = json!({"id": "eigen-2027-02-05"});
        assert_eq!(post("/calendar/days/drop".into(), drop.clone()).await.status, StatusCode::OK);
        assert_eq!(post("/calendar/days/drop".into(), drop).await.status, StatusCode::NOT_FOUND);
        let far = json!({"from": "2050-02-05", "kind": "free_day", "title": "Ver"});
        assert_eq!(post("/calendar/days".into(), far).await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let made = read(&post("/accounts".into(), json!({"person": "other", "login": "Otto@Berk.be"})).await);
        let account = made["account"].as_str().expect("an account").to_owned();
        let link = made["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link");
        let otto = read(&ask(world, "", "/sessions/link", Some(json!({"token": link}))).await);
        let otto = otto["token"].as_str().expect("a token").to_owned();
        assert_eq!(read(&ask(world, &otto, "/own", None).await)["sessions"][0]["this"], true);
        assert_eq!(post(format!("/accounts/{account}/sign-out"), json!({})).await.status, StatusCode::OK);
        assert_eq!(ask(world, &otto, "/own", None).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(post("/accounts/nobody/sign-out".into(), json!({})).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_cycle_is_previewed_begun_and_brought_forward() {
    within(|world| async move {
        let (dir, tch) = (token(world, "dir").await, token(world, "tch").await);
        let config = json!({"workflow": "probe", "config": {"members": ["tch"]}});
        let preview = read(&ask(world, &dir, "/preview", Some(config.clone())).await);
        assert_eq!(preview["states"], json!(["open"]));
        assert_eq!(preview["tasks"].as_array().map(Vec::len), Some(4), "{preview}");
        let begun = read(&ask(world, &dir, "/start", Some(config)).await);
        let id = begun["cycle"].as_str().expect("a cycle").replace('/', "~");
        let step = format!("/cycles/{id}/steps/talk");
        let content = json!({"entry": "reaction", "content": {"text": "Nog niet"}});
        assert_eq!(ask(world, &tch, &format!("{step}/drafts"), Some(content)).await.status, StatusCode::OK);
        assert_eq!(read(&ask(world, &tch, &step, None).await)["drafts"][0]["content"]["text"], "Nog niet");
        let handed = json!({"payload": {"reaction": {"text": "Wel"}}});
        let handed = read(&ask(world, &tch, &format!("{step}/contributions"), Some(handed)).await);
        assert_eq!(handed["answer"]["is"], "accepted", "{handed}");
        let body = json!({"contribution": handed["contribution"]});
        assert_eq!(ask(world, &tch, &format!("{step}/withdrawals"), Some(body)).await.status, StatusCode::OK);
        let secret = json!({"entry": "reaction", "content": {"text": "x"}});
        let refused = ask(world, &tch, &format!("/cycles/{id}/steps/secret/drafts"), Some(secret)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no draft of an anonymous step");
        let stale = ask(world, &dir, &format!("/cycles/{id}/events/next"), Some(json!({"revision": 1}))).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert_eq!(read(&stale)["reasons"], json!(["withdraw:talk", "contribute:talk"]), "what happened meanwhile");
        let on = read(&ask(world, &dir, &format!("/cycles/{id}/events/next"), Some(json!({"revision": 3}))).await);
        assert_eq!((on["lifecycle"].clone(), on["states"].clone()), (json!("ended"), json!(["done"])));
        let log = read(&ask(world, &dir, &format!("/cycles/{id}/log"), None).await);
        let by: Vec<_> = log.as_array().expect("lines").iter().map(|line| line["by"].clone()).collect();
        assert_eq!(by, vec![json!("dir"), Value::Null, Value::Null, json!("dir")], "who handed in is not told");
    });
}

#[test]
fn every_no_is_json_with_a_word() {
    within(|world| async move {
        let dir = token(world, "dir").await;
        let send = |kind: &'static str, body: Vec<u8>| {
            let request = Request::builder().method("POST").uri("/api/v1/cycles/probe-1/notes");
            let request =
                request.header(header::AUTHORIZATION, format!("Bearer {dir}")).header(header::CONTENT_TYPE, kind);
            async move { world.raw(request.body(Body::from(body)).expect("a request")).await }
        };
        let big = format!("{{\"text\": \"{}\"}}", "x".repeat(crate::input::MAX_BODY));
        let table: [(&str, Vec<u8>, u16, &str); 5] = [
            ("text/plain", b"x".to_vec(), 415, "WRONG_KIND"),
            ("application/xml", b"<x/>".to_vec(), 415, "WRONG_KIND"),
            ("application/json", b"{\"text\": ".to_vec(), 422, "INVALID"),
            ("application/json", big.into_bytes(), 413, "TOO_LARGE"),
            ("application/json", b"\xff\xfe".to_vec(), 422, "INVALID"),
        ];
        for (kind, body, status, word) in table {
            let got = send(kind, body).await;
            assert_eq!((got.status.as_u16(), read(&got)["error"].as_str()), (status, Some(word)), "{kind}");
            assert_eq!(got.header("content-type"), "application/json");
        }
        let lost = ask(world, &dir, "/no/such/thing", None).await;
        assert_eq!((lost.status, read(&lost)["error"].as_str()), (StatusCode::NOT_FOUND, Some("NOT_FOUND")));
    });
}
