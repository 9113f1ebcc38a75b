//! Pages: what they hold, for whom, and what is kept when something is refused.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::world::within;

#[test]
fn every_page_renders_in_both_languages() {
    within(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let admin = world.cookie("berk", "admin").await;
        let pages = [
            (&dir, "/"),
            (&dir, "/cycle/probe-1"),
            (&dir, "/cycle/probe-1/step/talk"),
            (&dir, "/cycle/probe-1/results"),
            (&dir, "/cycle/probe-1/board"),
            (&dir, "/live/probe-1/talk"),
            (&dir, "/live/probe-1/talk/part"),
            (&dir, "/trajectory"),
            (&dir, "/new"),
            (&dir, "/new/probe"),
            (&dir, "/library"),
            (&dir, "/library/probe"),
            (&dir, "/people"),
            (&dir, "/calendar"),
            (&dir, "/privacy"),
            (&dir, "/privacy/export"),
            (&dir, "/audit"),
            (&admin, "/operations"),
            (&admin, "/accounts"),
            (&dir, "/api/v1/cycles/probe-1"),
        ];
        for (cookie, path) in pages {
            for taal in ["nl", "en"] {
                let got = world.get(path, &format!("{cookie}; taal={taal}")).await;
                assert_eq!(got.status, StatusCode::OK, "{path} {taal}: {}", got.text);
                if got.text.starts_with("<!doctype") {
                    assert!(got.text.contains("<h1>") && got.text.contains("<main"), "{path}");
                    assert!(
                        !got.text.contains(" style=\"") && !got.text.contains("<script>"),
                        "{path} holds something inline"
                    );
                    let left = got.text.split('>').find(|piece| piece.contains("{{"));
                    assert!(left.is_none(), "{path}: {left:?}");
                }
            }
        }
    });
}

#[test]
fn answers_carry_their_headers_and_unchanged_pages_are_not_sent_again() {
    within(|world| async move {
        let cookie = world.cookie("berk", "dir").await;
        let page = world.get("/calendar", &cookie).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "private, no-cache");
        assert!(!page.header("x-request-id").is_empty());
        let again = Request::builder()
            .uri("/calendar")
            .header(header::COOKIE, &cookie)
            .header(header::IF_NONE_MATCH, page.header("etag"));
        let again = world.raw(again.body(Body::empty()).expect("a request")).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        let style =
            page.text.split("href=\"").find(|piece| piece.starts_with("/assets/app-")).expect("the style sheet");
        let style = world.get(style.split('"').next().unwrap_or_default(), "").await;
        assert!(style.header("cache-control").contains("immutable"));
    });
}

#[test]
fn html_in_texts_stays_text() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "tch").await;
        let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7Bt%20%22x%22%7D%7D%3Cimg%20src%3Dx%3E";
        let post = world
            .post(&format!("/cycle/{id}/step/talk/enter/reaction"), &cookie, &format!("reaction.text={evil}"))
            .await;
        assert_eq!(post.status, StatusCode::SEE_OTHER, "{}", post.text);
        world.post(&format!("/cycle/{id}/note"), &cookie, &format!("text={evil}")).await;
        for path in [format!("/cycle/{id}"), format!("/cycle/{id}/step/talk"), format!("/cycle/{id}/results")] {
            let page = world.get(&path, &cookie).await;
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img"), "{path}");
        }
        let page = world.get(&format!("/cycle/{id}/step/talk"), &cookie).await;
        assert!(page.text.contains("&lt;script&gt;alert(1)"), "the text itself is shown");
    });
}

#[test]
fn a_refused_form_keeps_what_was_typed() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "tch").await;
        let empty = world.post(&format!("/cycle/{id}/step/talk/enter/reaction"), &cookie, "reaction.text=").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("<title>Fout: ") && empty.text.contains("id=\"fouten\""), "{}", empty.text);
        let field =
            empty.text.split("href=\"#").find_map(|piece| piece.split_once("reaction-text\"").map(|(id, _)| id));
        let field = field.map(|form| format!("<textarea id=\"{form}reaction-text\""));
        assert!(field.as_ref().is_some_and(|field| empty.text.contains(field)), "{field:?}: {}", empty.text);
        let director = world.cookie("berk", "dir").await;
        let closed = world.post(&format!("/cycle/{id}/event/next"), &director, "").await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
        let late = world
            .post(&format!("/cycle/{id}/step/talk/enter/reaction"), &cookie, "reaction.text=Mijn+lange+tekst")
            .await;
        assert!(matches!(late.status.as_u16(), 303 | 422), "{}", late.status);
        let drafts = world.get("/privacy/export", &cookie).await;
        assert!(late.status == StatusCode::SEE_OTHER || drafts.text.contains("Mijn lange tekst"), "{}", drafts.text);
    });
}

#[test]
fn a_draft_waits_for_its_writer_only() {
    within(|world| async move {
        let id = world.fresh().await;
        let (tch, coach) = (world.cookie("berk", "tch").await, world.cookie("berk", "coach").await);
        let path = format!("/cycle/{id}/step/talk");
        let kept = world.post(&format!("{path}/enter/reaction/draft"), &tch, "reaction.text=Nog+niet+klaar").await;
        assert_eq!(kept.status, StatusCode::OK);
        assert!(world.get(&path, &tch).await.text.contains("Nog niet klaar"));
        assert!(!world.get(&path, &coach).await.text.contains("Nog niet klaar"));
        let sent = world.post(&format!("{path}/enter/reaction"), &tch, "reaction.text=Klaar").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert!(!world.get("/privacy/export", &tch).await.text.contains("Nog niet klaar"), "the draft is gone");
    });
}

#[test]
fn an_anonymous_step_keeps_no_link() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "tch").await;
        let path = format!("/cycle/{id}/step/secret");
        let draft = world.post(&format!("{path}/enter/reaction/draft"), &cookie, "reaction.text=Geheim").await;
        assert_eq!(draft.text, "", "no draft of an anonymous step");
        let sent = world.post(&format!("{path}/enter/reaction"), &cookie, "reaction.text=Geheim&key=abc").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(sent.header("set-cookie").starts_with("anon-"), "the secret stays in the browser");
        let page = world.get(&path, &world.cookie("berk", "dir").await).await;
        assert!(!page.text.contains("Geheim"), "below the threshold nothing is shown");
        let reader = world.engine.store().read();
        let row = reader.instance(draaiboek_store::Scope::All, &id).await.expect("the database").expect("the cycle");
        let rows = reader.journal_back(row.journal_head.unwrap_or_default(), 5).await.expect("the journal").rows;
        let trace = rows.iter().find(|row| row.command.contains("contribute")).expect("the contribution");
        assert!(!trace.command.contains("tch\"") && trace.actor != "tch", "{trace:?}");
    });
}

#[test]
fn a_move_on_an_old_page_is_not_made() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "coach").await;
        let body = "to=open&again=1&reason=Nog+eens&seen=done";
        let stale = world.post(&format!("/cycle/{id}/move"), &cookie, body).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.text.contains("Nog eens"), "the reason is still there");
        let revision = world.engine.snapshot(&id).await.expect("the cycle").revision;
        assert_eq!(revision, 1, "nothing was done");
    });
}

#[test]
fn of_two_who_advance_at_once_the_second_sees_what_the_first_did() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "dir").await;
        let path = format!("/cycle/{id}/event/next");
        let (one, other) = tokio::join!(
            world.post(&path, &cookie, "seen=open&reason=Mijn+reden"),
            world.post(&path, &cookie, "seen=open&reason=Mijn+reden")
        );
        let (first, second) = if one.status == StatusCode::SEE_OTHER { (one, other) } else { (other, one) };
        assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY));
        for said in ["Intussen veranderde er iets", "Dirk Directie", "Mijn reden"] {
            assert!(second.text.contains(said), "{said}: {}", second.text);
        }
    });
}

#[test]
fn a_repeated_post_is_one_contribution() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "tch").await;
        let path = format!("/cycle/{id}/step/talk/enter/ack");
        for _ in 0..2 {
            assert_eq!(world.post(&path, &cookie, "key=dezelfde").await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(world.engine.snapshot(&id).await.expect("the cycle").revision, 2);
    });
}

#[test]
fn too_much_and_the_wrong_kind_are_refused() {
    within(|world| async move {
        let cookie = world.cookie("berk", "dir").await;
        let big = format!("text={}", "x".repeat(crate::input::MAX_BODY + 1));
        assert_eq!(world.post("/cycle/probe-1/note", &cookie, &big).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(world.get("/no/such/page", &cookie).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            world.post("/api/v1/start", &cookie, "{\"workflow\": 1}").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(world.get("/library/nothing", &cookie).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_is_kept_how_long_is_told_from_the_definitions() {
    within(|world| async move {
        let dir = world.cookie("berk", "dir").await;
        let page = world.get("/privacy/kept", &dir).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("10 schooldagen na het invullen"), "{}", page.text);
        assert!(page.text.contains("Wat gewist wordt"), "who answers for it sees what went");
        let tch = world.cookie("berk", "tch").await;
        let page = world.get("/privacy/kept", &tch).await;
        assert!(page.text.contains("10 schooldagen") && !page.text.contains("Wat gewist wordt"), "{}", page.text);
    });
}

#[test]
fn a_first_visit_weighs_less_than_sixty_kilobytes() {
    within(|world| async move {
        let cookie = world.cookie("berk", "dir").await;
        let packed = |path: String| {
            let request = Request::builder().uri(path).header(header::COOKIE, &cookie);
            let request = request.header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).expect("a request");
            async move { world.bytes(request).await }
        };
        let page = world.get("/", &cookie).await.text;
        let mut bytes = packed("/".into()).await;
        let assets: std::collections::BTreeSet<&str> =
            page.split('"').filter(|piece| piece.starts_with("/assets/")).collect();
        assert!(assets.len() >= 3, "{assets:?}");
        for asset in assets {
            bytes += packed(asset.to_owned()).await;
        }
        assert!(bytes < 60_000, "a first visit weighs {bytes} bytes");
    });
}

#[test]
fn what_a_step_brings_is_there_to_read() {
    within(|world| async move {
        for (role, path) in [("tch", "/cycle/probe-1/step/talk"), ("coach", "/live/probe-1/talk")] {
            let page = world.get(path, &world.cookie("berk", role).await).await.text;
            for shown in [
                "<h2>Om te bekijken</h2>",
                "<li>&lt;b&gt;Kaart&lt;/b&gt;</li>",
                r#"<li><a href="https://lees.example/dit" rel="noopener noreferrer">Lees dit</a></li>"#,
                "<li>Klik niet <span class=\"muted\">(javascript:alert(1))</span></li>",
                "<h2>Om over na te denken</h2><p class=\"big\">Wat neem je mee?</p>",
            ] {
                assert!(page.contains(shown), "{path}: {shown} is missing\n{page}");
            }
        }
    });
}

#[test]
fn of_a_step_that_is_held_back_only_its_name_is_seen() {
    within(|world| async move {
        let id = world.fresh().await;
        let (dir, tine) = (world.cookie("berk", "dir").await, world.cookie("berk", "tch").await);
        let thought = r#"{"payload": {"reflection": {"fields": {"text": "Rust helpt"}}}}"#;
        let entered = world.post(&format!("/api/v1/cycles/{id}/steps/think/contributions"), &tine, thought).await;
        assert_eq!(entered.status, StatusCode::OK, "{}", entered.text);
        let counted = "1 bijdrage";
        let own = world.get(&format!("/cycle/{id}"), &tine).await.text;
        assert!(own.contains(counted) && !own.contains("alleen voor wie meedoet"), "who takes part sees it: {own}");
        let page = world.get(&format!("/cycle/{id}"), &dir).await.text;
        assert!(page.contains("alleen voor wie meedoet") && !page.contains(counted), "{page}");
        assert_eq!(world.get(&format!("/live/{id}/think"), &dir).await.status, StatusCode::FORBIDDEN);
        for (cookie, seen) in [(&dir, false), (&tine, true)] {
            let log = world.get(&format!("/api/v1/cycles/{id}/log"), cookie).await.text;
            assert_eq!(log.contains("contribute"), seen, "{log}");
        }
    });
}
