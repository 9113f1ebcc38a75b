//! Absences and shared jobs on the page of people, work on behalf of somebody, and who sees whose minutes.

use axum::http::StatusCode;
use draaiboek_runtime::Workload;

use super::world::{RUNTIME, World};

/// A world of its own: these tests change the school.
fn apart<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    RUNTIME.block_on(async {
        let world = World::new().await;
        let mut school = world.engine.school("berk").await.expect("a school");
        school.workload = Some(Workload { minutes_per_week: 5 });
        world.engine.put_school(&school).await.expect("stored");
        test(world).await;
    });
}

const AWAY: &str = "person=tch&from.d=5&from.m=10&from.y=2026&to.d=9&to.m=10&to.y=2026&substitute=other";

#[test]
fn an_absence_is_saved_and_one_that_cannot_be_is_refused_with_what_was_typed() {
    apart(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let saved = world.post("/people/absence", &dir, AWAY).await;
        assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, "/people?done=saved"));
        let page = world.get("/people", &dir).await;
        assert!(page.text.contains("Otto Anders vervangt") && page.text.contains("nu afwezig"), "{}", page.text);
        let cases = [
            ("person=tch&from.d=9&from.m=10&from.y=2026&to.d=12&to.m=10&to.y=2026", "al afwezig"),
            ("person=other&from.d=7&from.m=10&from.y=2026&to.d=7&to.m=10&to.y=2026", "zelf afwezig"),
            (
                "person=other&from.d=7&from.m=10&from.y=2026&to.d=7&to.m=10&to.y=2026&substitute=zc",
                "zelf vervangen door Zoë Zorg",
            ),
            ("person=zc&from.d=7&from.m=10&from.y=2026&to.d=6&to.m=10&to.y=2026", "valt voor de eerste"),
            (
                "person=zc&from.d=7&from.m=10&from.y=2026&to.d=7&to.m=10&to.y=2026&substitute=zc",
                "kan zichzelf niet vervangen",
            ),
            ("person=nobody&from.d=7&from.m=10&from.y=2026&to.d=7&to.m=10&to.y=2026", "niemand met de code"),
            ("person=zc&from.d=soon&to.d=7&to.m=10&to.y=2026", "een eerste en een laatste dag"),
        ];
        for (form, why) in cases {
            let refused = world.post("/people/absence", &dir, form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(refused.text.contains(why), "{form}: {}", refused.text);
        }
        let back = world.post("/people/absence/end", &dir, "person=tch&first=2026-10-05").await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        assert!(world.get("/people", &dir).await.text.contains("Niemand is afwezig gemeld"));
        let coach = world.cookie("berk", "coach").await;
        assert_eq!(world.post("/people/absence", &coach, AWAY).await.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_shared_job_is_saved_and_ended() {
    apart(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let form = "one=tch&one_days=mon&one_days=wed-am&other=other&other_days=thu";
        assert_eq!(world.post("/people/duo", &dir, form).await.status, StatusCode::SEE_OTHER);
        let page = world.get("/people", &dir).await.text;
        assert!(page.contains("Tine Leraar, Otto Anders") && page.contains("wo voormiddag"), "{page}");
        let refused = world.post("/people/duo", &dir, "one=tch&other=zc").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.post("/people/duo/end", &dir, "first=tch").await.status, StatusCode::SEE_OTHER);
        assert!(world.engine.school("berk").await.expect("a school").duos.is_empty());
    });
}

#[test]
fn who_stands_in_sees_what_is_of_the_job_and_nothing_personal() {
    apart(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let other = world.cookie("berk", "other").await;
        let cycle = world.fresh().await;
        let step = |id: &str| format!("/cycle/{cycle}/step/{id}");
        assert_eq!(world.get(&step("talk"), &other).await.status, StatusCode::NOT_FOUND, "no part in it yet");
        world.post("/people/absence", &dir, AWAY).await;
        let page = world.get(&step("talk"), &other).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("Je doet dit namens Tine Leraar"), "{}", page.text);
        for personal in ["think", "pupils"] {
            let seen = world.get(&step(personal), &other).await;
            assert!(
                matches!(seen.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
                "{personal}: {}",
                seen.status
            );
        }
        let secret = world.get(&step("secret"), &other).await;
        assert!(!secret.text.contains("name=\"key\""), "an anonymous step is never done for somebody else");
        let start = world.get("/", &other).await.text;
        assert!(start.contains("namens Tine Leraar"), "{start}");
        assert!(start.contains("Je staat tot en met 09/10/2026 in voor Tine Leraar"), "{start}");
        world.post("/people/absence/end", &dir, "person=tch&first=2026-10-05").await;
        assert_eq!(world.get(&step("talk"), &other).await.status, StatusCode::NOT_FOUND, "it came back");
    });
}

#[test]
fn the_director_sees_everybodys_minutes_and_others_their_own() {
    apart(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let seen = world.get("/trajectory", &dir).await.text;
        assert!(seen.contains("afgesproken") && seen.contains("Tine Leraar, week"), "{seen}");
        assert!(world.get("/", &dir).await.text.contains("Meer werk dan afgesproken"));
        let tch = world.cookie("berk", "tch").await;
        let own = world.get("/trajectory", &tch).await.text;
        assert!(own.contains("<th scope=\"row\">Tine Leraar"), "{own}");
        assert!(!own.contains("<th scope=\"row\">Cora Coach"), "{own}");
        assert!(!world.get("/", &tch).await.text.contains("Meer werk dan afgesproken"));
        let preview = world.post("/new/probe", &dir, "config.members=other").await;
        assert_eq!(preview.status, StatusCode::OK);
        assert!(preview.text.contains("Otto Anders, week"), "{}", preview.text);
    });
}
