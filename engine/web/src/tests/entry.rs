//! Staying in and being shown out: rotation, mailed links, invitations that end, lockout that nobody can abuse.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::world::{Got, RUNTIME, World, within};
use crate::gate::{Config, Mail, Mailer, NotSent, Sending};

const HOUR: i64 = 3600;
const PASSWORD: &str = "een zin om te onthouden";

/// A mailer that keeps what it is given.
pub(super) struct Letterbox(pub UnboundedSender<(String, String)>);

impl Mailer for Letterbox {
    fn send(&self, mail: Mail) -> Sending<'_> {
        let taken = self.0.send((mail.to, mail.body)).map_err(|_| NotSent::Away("nobody listens".to_owned()));
        Box::pin(std::future::ready(taken))
    }
}

pub(super) async fn with_mail() -> (World, UnboundedReceiver<(String, String)>) {
    let (sender, mails) = unbounded_channel();
    let public_url = Some("http://berk.example/".to_owned());
    let config = Config { mailer: Some(Arc::new(Letterbox(sender))), public_url, ..Config::default() };
    let world = World::with(config).await;
    for person in ["tch", "coach"] {
        world.app.account_for("berk", person, &[]).await.expect("an account");
    }
    (world, mails)
}

#[test]
fn a_mailed_link_goes_to_its_owner_only_and_nobody_sees_who_exists() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        let ask = |login: &'static str| world.post("/sign-in/link", "", login);
        let (known, unknown) = (ask("login=tch@berk").await, ask("login=nobody@berk").await);
        assert_eq!(known.status, StatusCode::SEE_OTHER);
        assert_eq!(known.header("location"), unknown.header("location"));
        let (to, body) = mails.recv().await.expect("a mail");
        assert_eq!(to, "tch@berk");
        let path = body.split_once("http://berk.example").map(|(_, rest)| rest).expect("the link");
        let path = path.split_whitespace().next().expect("the path").to_owned();
        let inside = world.post(&path, "", "").await;
        assert_eq!(inside.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/", &inside.cookie()).await.status, StatusCode::OK);
        assert_eq!(world.post(&path, "", "").await.status, StatusCode::UNPROCESSABLE_ENTITY, "it works once");
        for _ in 0..6 {
            assert_eq!(ask("login=tch@berk").await.header("location"), known.header("location"));
        }
        ask("login=coach@berk").await;
        let mut to_tch = 0;
        while let Some((to, _)) = mails.recv().await {
            if to == "coach@berk" {
                break;
            }
            to_tch += 1;
        }
        assert!(to_tch <= 2, "three mails in a quarter of an hour are enough, {to_tch} more came");
        let token = world.app.link(&account(&world, "tch").await, HOUR * 1_000_000).await.expect("a link");
        world.later(2 * HOUR);
        let late = world.post(&format!("/link/{token}"), "", "").await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "a link runs out");
    });
}

async fn account(world: &World, person: &str) -> String {
    world.app.account_for("berk", person, &[]).await.expect("an account").id
}

#[test]
fn a_session_gets_a_new_token_every_day_and_the_old_one_dies() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let first = world.cookie("berk", "tch").await;
        assert_eq!(world.get("/", &first).await.cookie(), "", "nothing is renewed in the first hours");
        world.later(25 * HOUR);
        let renewed = world.get("/", &first).await;
        let second = renewed.cookie();
        assert!(renewed.status == StatusCode::OK && second.starts_with("draaiboek=") && second != first);
        assert_eq!(world.get("/", &first).await.status, StatusCode::OK, "requests under way are still answered");
        assert_eq!(world.get("/", &first).await.cookie(), "", "the old token is renewed once only");
        world.later(61);
        assert_eq!(world.get("/", &first).await.status, StatusCode::SEE_OTHER, "a minute later it opens nothing");
        assert_eq!(world.get("/", &second).await.status, StatusCode::OK);
        world.later(15 * 24 * HOUR);
        assert_eq!(world.get("/", &second).await.status, StatusCode::SEE_OTHER, "two weeks unused end a session");
    });
}

#[test]
fn a_changed_password_a_closed_account_and_a_changed_role_count_at_once() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let (mine, stolen) = (world.cookie("berk", "tch").await, world.cookie("berk", "tch").await);
        let body = format!("password={0}&again={0}", PASSWORD.replace(' ', "+"));
        assert_eq!(world.post("/privacy/password", &mine, &body).await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/", &stolen).await.status, StatusCode::SEE_OTHER, "all other sessions end");
        assert_eq!(world.get("/", &mine).await.status, StatusCode::OK);
        let admin = world.cookie("berk", "admin").await;
        let coach = world.cookie("berk", "coach").await;
        assert_eq!(world.get("/people", &coach).await.status, StatusCode::OK);
        let person = "id=coach&name=Cora+Coach&roles=tch";
        assert_eq!(world.post("/people", &admin, person).await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/people", &coach).await.status, StatusCode::FORBIDDEN, "the role is gone at once");
        let id = account(&world, "coach").await;
        assert_eq!(world.post(&format!("/accounts/{id}/close"), &admin, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/", &coach).await.status, StatusCode::SEE_OTHER);
    });
}

/// Invites somebody to the step `talk`; gives the path of the link.
async fn invite(world: &World, person: &str) -> String {
    let coach = world.cookie("berk", "coach").await;
    let made = world.post("/cycle/probe-1/step/talk/invite", &coach, &format!("person={person}")).await;
    let token = made.text.split("/invitation/").nth(1).and_then(|rest| rest.get(..64)).expect("a link");
    format!("/invitation/{token}")
}

#[test]
fn a_withdrawn_invitation_shows_out_whoever_came_in_by_it() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let link = invite(&world, "tch").await;
        let inside = world.post(&link, "", "").await.cookie();
        let step = "/cycle/probe-1/step/talk";
        assert_eq!(world.get(step, &inside).await.status, StatusCode::OK);
        let coach = world.cookie("berk", "coach").await;
        let list = world.get(&format!("{step}/invitations"), &coach).await;
        assert!(list.text.contains("Tine Leraar"), "{}", list.text);
        let id = list.text.split("name=\"invitation\" value=\"").nth(1).and_then(|rest| rest.get(..16)).expect("an id");
        let end = format!("{step}/invitations/end");
        let tch = world.cookie("berk", "tch").await;
        assert_eq!(world.post(&end, &tch, &format!("invitation={id}")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.post(&end, &coach, "invitation=0000").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.post(&end, &coach, &format!("invitation={id}")).await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get(step, &inside).await.status, StatusCode::SEE_OTHER, "out, to the door");
        assert_eq!(world.get(&link, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.post(&link, "", "").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn an_invitation_and_the_session_it_opened_run_out() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let link = invite(&world, "tch").await;
        world.later(7 * 24 * HOUR - HOUR);
        let inside = world.post(&link, "", "").await.cookie();
        let step = "/cycle/probe-1/step/talk";
        assert_eq!(world.get(step, &inside).await.status, StatusCode::OK);
        world.later(HOUR + 1);
        assert_eq!(world.get(step, &inside).await.status, StatusCode::SEE_OTHER, "it ends with the invitation");
        assert_eq!(world.get(&link, "").await.status, StatusCode::NOT_FOUND);
    });
}

async fn sign_in(world: &World, login: &str, password: &str, cookie: &str) -> Got {
    let body = format!("login={login}&password={}", password.replace(' ', "+"));
    world.post("/sign-in", cookie, &body).await
}

#[test]
fn guessing_from_the_network_of_a_school_shuts_nobody_out_who_was_there_before() {
    RUNTIME.block_on(async {
        let world = World::new().await;
        for person in ["tch", "zc"] {
            let id = account(&world, person).await;
            world.app.set_password(&id, PASSWORD, None).await.expect("a password");
        }
        for _ in 0..70 {
            let day = sign_in(&world, "zc@berk", PASSWORD, "").await;
            assert_eq!(day.status, StatusCode::SEE_OTHER, "coming in does not count as guessing");
        }
        let before = sign_in(&world, "tch@berk", PASSWORD, "").await;
        let known = before.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let device = known.filter_map(|value| value.split(';').next()).find(|cookie| cookie.starts_with("bekend="));
        let device = device.expect("the browser is known from now on").to_owned();
        for n in 0..70 {
            sign_in(&world, &format!("pupil{n}@berk"), "raden", "").await;
        }
        assert_eq!(sign_in(&world, "zc@berk", PASSWORD, "").await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(sign_in(&world, "tch@berk", PASSWORD, &device).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            sign_in(&world, "zc@berk", PASSWORD, &device).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "a browser is known for its own account only"
        );
        for _ in 0..12 {
            sign_in(&world, "tch@berk", "raden", "").await;
        }
        assert_eq!(sign_in(&world, "tch@berk", PASSWORD, &device).await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/", &device).await.status, StatusCode::SEE_OTHER, "that cookie alone opens nothing");
        let token = device.trim_start_matches("bekend=");
        assert_eq!(world.post(&format!("/link/{token}"), "", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.later(16 * 60);
        assert_eq!(sign_in(&world, "zc@berk", PASSWORD, "").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_token_of_a_program_is_not_taken_from_a_form_of_another_site() {
    within(|world| async move {
        let cookie = world.cookie("berk", "dir").await;
        let request = Request::builder()
            .method("POST")
            .uri("/cycle/probe-1/note")
            .header(header::COOKIE, cookie)
            .header(header::AUTHORIZATION, "Bearer 0000")
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let got = world.raw(request.body(Body::from("text=x")).expect("a request")).await;
        assert_eq!(got.header("location"), "/sign-in", "with a token, the cookie is not looked at");
    });
}
