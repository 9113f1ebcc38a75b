//! Pupils answer by the code of a class: once each, for one lesson, and see nothing.

use axum::http::StatusCode;

use super::world::{Got, RUNTIME, World, begin, publish, workflow};

const LESSON: &str = "initial: open
states:
  open:
    steps:
      talk: {uses: input, roles: [member], minutes: 5}
      lesson:
        uses: sociogram
        roles: [pup, member]
        mandatory: true
        minutes: 5
        with: {roster: [P01, P02, P03], questions: [{id: q1, theme: all, polarity: '+', max: 2}]}
    on:
      next: {to: done, roles: [member], concludes: [lesson]}
  done:
    final: true
";

async fn world() -> World {
    let world = World::new().await;
    publish(&world.engine, "klas", &workflow("klas", "P4", "  pup: {}\n", LESSON)).await;
    begin(&world.engine, "klas", "berk", "klas-1").await;
    world
}

const STEP: &str = "/cycle/klas-1/step/lesson";

/// The teacher makes a code.
async fn code(world: &World) -> String {
    let teacher = world.cookie("berk", "tch").await;
    let told = "{\"payload\": {\"statement\": {\"confirmed\": true}}}";
    let told = world.post("/api/v1/cycles/klas-1/steps/lesson/contributions", &teacher, told).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    let shown = world.post(&format!("{STEP}/class"), &teacher, "").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let code = shown.text.split("link-out big\">").nth(1).and_then(|rest| rest.get(..9)).expect("a code");
    code.to_owned()
}

async fn open(world: &World, code: &str, pupil: &str) -> Got {
    world.post("/class", "", &format!("code={code}&pupil={pupil}")).await
}

async fn answer(world: &World, code: &str, pupil: &str, chosen: &str) -> Got {
    let body = format!("code={code}&pupil={pupil}&answer.question=q1&answer.nominated={chosen}");
    world.post("/class/answer/answer", "", &body).await
}

#[test]
fn each_pupil_answers_once_and_sees_nothing() {
    RUNTIME.block_on(async {
        let world = world().await;
        let code = code(&world).await;
        let asked = open(&world, &code.to_uppercase(), "P01").await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        assert!(asked.text.contains("action=\"/class/answer/answer\""), "{}", asked.text);
        assert!(!asked.text.contains("Tine"), "no names of staff");
        assert_eq!(asked.header("set-cookie"), "", "nothing stays on the device");
        let done = answer(&world, &code, "P01", "P02").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert!(!done.text.contains("action=\"/class/answer"), "there is no question left: {}", done.text);
        let pools = || async {
            let snapshot = world.engine.snapshot("klas-1").await.expect("the cycle");
            (snapshot.revision, snapshot.pools["lesson"].contributed.clone())
        };
        let (revision, contributed) = pools().await;
        assert!(contributed.contains("P01"), "{contributed:?}");
        answer(&world, &code, "P01", "P03").await;
        assert_eq!(pools().await.0, revision, "a second answer of the same pupil is not taken");
        let refused = answer(&world, &code, "P02", "P02").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody chooses themselves");
        assert_eq!(answer(&world, &code, "P02", "P01").await.status, StatusCode::OK);
        for other in ["P09", "", "tch", "dir", "*"] {
            let got = open(&world, &code, other).await;
            assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{other}");
        }
        let statement = format!("code={code}&pupil=P03&statement.confirmed=1");
        let got = world.post("/class/answer/statement", "", &statement).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "what is the teacher's is not the pupils'");
    });
}

#[test]
fn a_code_ends_with_the_lesson_and_opens_nothing_else() {
    RUNTIME.block_on(async {
        let world = world().await;
        let first = code(&world).await;
        assert_eq!(world.get(&format!("/invitation/{first}"), "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.post(&format!("/invitation/{first}"), "", "").await.status, StatusCode::NOT_FOUND);
        let second = code(&world).await;
        assert_eq!(open(&world, &first, "P01").await.status, StatusCode::UNPROCESSABLE_ENTITY, "one code at a time");
        assert_eq!(open(&world, &second, "P01").await.status, StatusCode::OK);
        let teacher = world.cookie("berk", "tch").await;
        let list = world.get(&format!("{STEP}/invitations"), &teacher).await;
        assert_eq!(list.status, StatusCode::FORBIDDEN);
        assert_eq!(world.post(&format!("{STEP}/class/end"), &teacher, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(open(&world, &second, "P01").await.status, StatusCode::UNPROCESSABLE_ENTITY, "ended by the teacher");
        let third = code(&world).await;
        world.later(76 * 60);
        assert_eq!(open(&world, &third, "P01").await.status, StatusCode::UNPROCESSABLE_ENTITY, "the lesson is over");
        for (person, step, status) in
            [("dir", STEP, 403), ("coach", STEP, 403), ("tch", "/cycle/klas-1/step/talk", 422)]
        {
            let cookie = world.cookie("berk", person).await;
            let got = world.post(&format!("{step}/class"), &cookie, "").await;
            assert_eq!(got.status.as_u16(), status, "{person} makes no code at {step}");
        }
    });
}

#[test]
fn guessing_codes_is_slowed_down_and_a_whole_class_gets_through() {
    RUNTIME.block_on(async {
        let world = world().await;
        let code = code(&world).await;
        for _ in 0..80 {
            assert_eq!(open(&world, &code, "P01").await.status, StatusCode::OK, "what is right does not count");
        }
        let mut last = StatusCode::OK;
        for n in 0..70 {
            last = open(&world, &format!("aaaa-{n:04}"), "P01").await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    });
}
