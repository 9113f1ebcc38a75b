//! Coming in: passwords, links, the first start, invitations; nobody learns who exists, nobody locks others out.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::world::{RUNTIME, World, within};

const PASSWORD: &str = "een zin om te onthouden";

async fn with_password(world: &World, person: &str) {
    let account = world.app.account_for("berk", person, &[]).await.expect("an account");
    world.app.set_password(&account.id, PASSWORD, None).await.expect("a password");
}

fn form(login: &str, password: &str) -> String {
    format!("login={login}&password={}", password.replace(' ', "+"))
}

#[test]
fn a_password_opens_and_a_wrong_one_says_nothing() {
    within(|world| async move {
        with_password(world, "zc").await;
        let right = world.post("/sign-in", "", &form("zc@berk", PASSWORD)).await;
        assert_eq!((right.status, right.header("location")), (StatusCode::SEE_OTHER, "/"));
        let cookie = right.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(world.get("/", &right.cookie()).await.status, StatusCode::OK);
        let wrong = world.post("/sign-in", "", &form("zc@berk", "nee")).await;
        let unknown = world.post("/sign-in", "", &form("nobody@berk", "nee")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unknown.status, wrong.status);
        let plain = |text: &str| text.replace("zc@berk", "X").replace("nobody@berk", "X");
        assert_eq!(plain(&wrong.text), plain(&unknown.text), "the answers tell who exists");
    });
}

#[test]
fn guessing_is_slowed_down_but_locks_nobody_out() {
    within(|world| async move {
        with_password(world, "ment").await;
        let inside = world.cookie("berk", "ment").await;
        let mut last = StatusCode::OK;
        for _ in 0..10 {
            last = world.post("/sign-in", "", &form("ment@berk", "nee")).await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(world.get("/", &inside).await.status, StatusCode::OK, "whoever is inside stays inside");
        let account = world.app.account_for("berk", "ment", &[]).await.expect("an account");
        let token = world.app.link(&account.id, 60_000_000).await.expect("a link");
        let link = world.post(&format!("/link/{token}"), "", "").await;
        assert_eq!(link.status, StatusCode::SEE_OTHER, "a link always works");
    });
}

#[test]
fn a_link_works_once_and_only_by_its_button() {
    within(|world| async move {
        let account = world.app.account_for("berk", "staff", &[]).await.expect("an account");
        let token = world.app.link(&account.id, 60_000_000).await.expect("a link");
        let path = format!("/link/{token}");
        assert_eq!(world.get(&path, "").await.status, StatusCode::OK, "looking does not use it up");
        let first = world.post(&path, "", "").await;
        assert_eq!(first.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/", &first.cookie()).await.status, StatusCode::OK);
        assert_eq!(world.post(&path, "", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.post("/link/0000", "", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn signing_out_everywhere_ends_every_session() {
    within(|world| async move {
        let (here, there) = (world.cookie("berk", "ext").await, world.cookie("berk", "ext").await);
        assert_eq!(world.get("/", &there).await.status, StatusCode::OK);
        world.post("/sign-out/everywhere", &here, "").await;
        for cookie in [here, there] {
            assert_eq!(world.get("/", &cookie).await.status, StatusCode::SEE_OTHER);
        }
    });
}

#[test]
fn an_invitation_opens_one_step_for_one_person() {
    within(|world| async move {
        let coach = world.cookie("berk", "coach").await;
        let made = world.post("/cycle/probe-1/step/talk/invite", &coach, "person=tch").await;
        let token = made.text.split("/invitation/").nth(1).and_then(|rest| rest.get(..64)).expect("a link").to_owned();
        let shown = world.get(&format!("/invitation/{token}"), "").await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.text.contains("Tine"), "the page of an invitation names nobody");
        let session = world.post(&format!("/invitation/{token}"), "", "").await.cookie();
        assert_eq!(world.get("/cycle/probe-1/step/talk", &session).await.status, StatusCode::OK);
        let done = world.post("/cycle/probe-1/step/talk/enter/reaction", &session, "reaction.text=Dank").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        for other in ["/", "/cycle/probe-1", "/cycle/probe-1/step/think", "/trajectory", "/privacy", "/api/v1/tasks"] {
            let got = world.get(other, &session).await;
            assert!(matches!(got.status.as_u16(), 403 | 404), "{other}: {}", got.status);
        }
        assert_eq!(world.get("/invitation/nothing", "").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn the_first_administrator_needs_the_code_of_the_console() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        assert_eq!(world.get("/sign-in", "").await.header("location"), "/first");
        let code = world.app.first_code().await.expect("the database").expect("a code");
        let fields = |code: &str| {
            format!("code={code}&school=berk&login=Baas@Berk.be&name=Bea+Baas&password={}", PASSWORD.replace(' ', "+"))
        };
        assert_eq!(world.post("/first", "", &fields("aaaa-bbbb-cccc")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = world.post("/first", "", &fields(&code)).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        assert_eq!(world.get("/accounts", &made.cookie()).await.status, StatusCode::OK);
        assert_eq!(world.app.first_code().await.expect("the database"), None, "there is no second first time");
        assert_eq!(world.post("/first", "", &fields(&code)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.post("/sign-in", "", &form("baas@berk.be", PASSWORD)).await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn the_first_administrator_of_an_empty_database_makes_the_school() {
    RUNTIME.block_on(async {
        let world = World::empty().await;
        let code = world.app.first_code().await.expect("the database").expect("a code");
        assert!(world.get("/first", "").await.text.contains("name=\"new_school\""));
        let fields = |region: &str| {
            let password = PASSWORD.replace(' ', "+");
            format!("code={code}&new_school=De+Nieuwe&region={region}&login=b@n.be&name=Bea&password={password}")
        };
        assert_eq!(world.post("/first", "", &fields("mars")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = world.post("/first", "", &fields("be-nl")).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "the code still works: {}", made.text);
        let school = world.engine.school("de-nieuwe").await.expect("a school");
        assert_eq!((school.name.as_str(), school.calendar.years), ("De Nieuwe", vec!["2026-2027".to_owned()]));
        assert!(world.get("/calendar", &made.cookie()).await.text.contains("Kerstvakantie"));
    });
}

#[test]
fn requests_of_other_sites_are_refused() {
    within(|world| async move {
        let cookie = world.cookie("berk", "dir").await;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-nothing", "1")]
        {
            let request = Request::builder()
                .method("POST")
                .uri("/cycle/probe-1/note")
                .header(header::HOST, "berk.example")
                .header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(name, value);
            let got = world.raw(request.body(Body::from("text=x")).expect("a request")).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{name}: {value}");
        }
    });
}

#[test]
fn somebody_who_is_not_signed_in_is_led_back_afterwards() {
    within(|world| async move {
        let got = world.get("/cycle/probe-1?x=1", "").await;
        assert_eq!(got.header("location"), "/sign-in?next=%2Fcycle%2Fprobe-1%3Fx%3D1");
        with_password(world, "adv").await;
        let body = format!("{}&next=%2Fcalendar", form("adv@berk", PASSWORD));
        assert_eq!(world.post("/sign-in", "", &body).await.header("location"), "/calendar");
        assert_eq!(world.get("/api/v1/me", "").await.status, StatusCode::UNAUTHORIZED);
    });
}
