//! What whoever watches asks: how much waits, who shares the database, what is kept too long.

use crate::SERVER;
use crate::support::*;
use draaiboek_store::{
    DraftRow, DraftsOf, MailClaim, MailEnd, Mark, OutboxRow, Scope, SessionRow, TERMS, Term, Turn, draft_id,
};

fn term(name: &str) -> &'static Term {
    TERMS.iter().find(|term| term.name == name).unwrap()
}

#[tokio::test]
async fn it_answers_and_says_how_much_waits() {
    let Some(bed) = Bed::new().await else { return };
    let row = bed.instance("i-1").await;
    bed.store.read().ping().await.unwrap();
    let (mut failing, mut given_up) = (effect(bed.ids(), &row, "k-2", 5), effect(bed.ids(), &row, "k-3", 5));
    failing.attempts = 2;
    given_up.status = "given_up".into();
    let effects = vec![effect(bed.ids(), &row, "k-1", 5), failing, given_up];
    let turn = Turn {
        timers: vec![timer(bed.ids(), &row, 10), timer(bed.ids(), &row, 1_000)],
        outbox: effects,
        incidents: vec![incident(bed.ids(), &row)],
        ..Turn::default()
    };
    one(bed.store.commit(vec![turn]).await).unwrap();
    let waits = bed.store.read().backlog(100).await.unwrap();
    assert_eq!((waits.timers, waits.timers_late), (2, 1));
    assert_eq!((waits.effects, waits.effects_failing, waits.effects_given_up), (2, 1, 1));
    assert_eq!((waits.incidents, waits.oldest_incident.is_some(), waits.claims), (1, true, 0));
    bed.store.claim_timers(500, Mark::START, 10).await.unwrap();
    let claims = bed.store.read().backlog(100).await.unwrap().claims;
    let shared = bed.store.read().shared_by().await.unwrap();
    match SERVER {
        true => {
            assert_eq!((claims, shared.len()), (1, 1));
            assert!(shared[0].lease_ms > 0 && shared[0].claims == 1, "{shared:?}");
        }
        false => assert_eq!((claims, shared.len()), (0, 0)),
    }
    assert!(bed.store.read().pool().0 > 0);
    assert_eq!(bed.store.read().sizes().is_some(), !SERVER);
    assert_eq!(bed.store.read().newest_change().await.unwrap(), Some(row.updated_at));
}

#[tokio::test]
async fn a_schema_that_changed_meanwhile_is_not_ready() {
    let Some(bed) = Bed::new().await else { return };
    bed.outdated().await;
    let error = bed.store.read().ping().await.unwrap_err();
    assert!(error.to_string().contains("m0999_far_future"), "{error}");
}

#[tokio::test]
async fn what_was_kept_too_long_goes_and_the_rest_stays() {
    let Some(bed) = Bed::new().await else { return };
    let session = |hash: u8, expires_at: i64| SessionRow {
        hash: vec![hash],
        account: "a".into(),
        instance: None,
        step: None,
        created_at: 0,
        rotated_at: 0,
        seen_at: 0,
        expires_at,
    };
    for number in 0..20 {
        bed.store.put_session(&session(number, i64::from(number) * 10)).await.unwrap();
    }
    let sessions = term("sessions");
    assert_eq!(bed.store.read().overdue(sessions, 100).await.unwrap(), 10);
    let erased = bed.store.erase_overdue(sessions, 100).await.unwrap();
    assert_eq!((erased.rows, erased.keys.len()), (10, 32));
    assert_eq!(bed.store.read().overdue(sessions, 100).await.unwrap(), 0);
    assert_eq!(bed.store.read().sessions("a").await.unwrap().len(), 10);
    assert_eq!(bed.store.erase_overdue(sessions, 100).await.unwrap(), Default::default());
    let day = 24 * 3600 * 1_000_000;
    bed.store.count_try("sender", 0, 1).await.unwrap();
    assert_eq!(bed.store.read().overdue(term("wrong-tries"), day).await.unwrap(), 0, "a day is not over");
    assert_eq!(bed.store.erase_overdue(term("wrong-tries"), day + 1).await.unwrap().rows, 1);
    for term in &TERMS {
        bed.store.erase_overdue(term, i64::MAX).await.unwrap();
        assert_eq!(bed.store.read().overdue(term, i64::MAX).await.unwrap(), 0, "{}", term.name);
    }
    assert!(bed.store.read().instances(Scope::All, &Default::default(), 9).await.unwrap().is_empty());
}

fn draft(account: &str, step: &str, updated_at: i64) -> DraftRow {
    let (instance, entry) = ("i-1", "card");
    DraftRow {
        id: draft_id(account, instance, step, entry),
        account: account.into(),
        instance: instance.into(),
        step: step.into(),
        entry: entry.into(),
        content: "{}".into(),
        updated_at,
    }
}

#[tokio::test]
async fn a_page_that_shows_a_draft_is_told_when_the_draft_was_kept_too_long() {
    let Some(bed) = Bed::new().await else { return };
    bed.store.put_draft(&draft("a", "tell", 0)).await.unwrap();
    let before = bed.store.changes(["school", "a"]);
    bed.store.erase_overdue(term("drafts"), 0).await.unwrap();
    assert_eq!(bed.store.changes(["school", "a"]), before, "nothing went");
    assert_eq!(bed.store.erase_overdue(term("drafts"), i64::MAX).await.unwrap().rows, 1);
    assert_ne!(bed.store.changes(["school", "a"]), before);
}

#[tokio::test]
async fn an_erasure_finds_its_drafts() {
    let Some(bed) = Bed::new().await else { return };
    for row in [draft("a", "tell", 5), draft("b", "tell", 7), draft("a", "other", 5)] {
        bed.store.put_draft(&row).await.unwrap();
    }
    let steps = ["tell".to_owned(), "told".to_owned()];
    let all = DraftsOf { instance: "i-1", steps: &steps, until: 7, account: None };
    for (of, found) in [
        (all, vec!["a", "b"]),
        (DraftsOf { until: 6, ..all }, vec!["a"]),
        (DraftsOf { account: Some("b"), ..all }, vec!["b"]),
        (DraftsOf { instance: "i-2", ..all }, vec![]),
    ] {
        let mut accounts: Vec<String> =
            bed.store.read().drafts_in(&of).await.unwrap().into_iter().map(|row| row.account).collect();
        accounts.sort();
        assert_eq!(accounts, found, "{of:?}");
    }
}

#[tokio::test]
async fn effects_that_were_held_up_are_found_by_who_they_wait_for() {
    let Some(bed) = Bed::new().await else { return };
    let row = bed.instance("i-1").await;
    let waiting = |key: &str, kind: &str, payload: &str, error: Option<&str>| OutboxRow {
        kind: kind.into(),
        payload: payload.into(),
        last_error: error.map(str::to_owned),
        ..effect(bed.ids(), &row, key, i64::MAX)
    };
    let turn = Turn {
        outbox: vec![
            waiting("k-1", "deliver", r#"{"effect":"deliver","instance":"year/a_b"}"#, Some("PAUSED")),
            waiting(
                "k-2",
                "child_ended",
                r#"{"effect":"child_ended","parent":{"instance":"year/a_b"}}"#,
                Some("BLOCKED"),
            ),
            waiting("k-3", "deliver", r#"{"effect":"deliver","instance":"year/a_b"}"#, None),
            waiting("k-4", "deliver", r#"{"effect":"deliver","instance":"year/aXb"}"#, Some("PAUSED")),
            waiting("k-5", "notify", r#"{"effect":"notify","roles":["year/a_b"]}"#, Some("once")),
        ],
        ..Turn::default()
    };
    one(bed.store.commit(vec![turn]).await).unwrap();
    let found = bed.store.read().held_up("year/a_b", 9).await.unwrap();
    let keys: Vec<&str> = found.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["k-1", "k-2"]);
}

#[tokio::test]
async fn a_mail_of_the_day_is_one_persons_until_it_is_known_what_became_of_it() {
    let Some(bed) = Bed::new().await else { return };
    let at = |day: &'static str, now: i64| MailClaim { account: "a", day, told: 1, now, stale: now - 10 };
    let claim = async |claim: MailClaim<'_>| bed.store.claim_mail(&claim).await.unwrap();
    assert!(claim(at("2026-10-05", 100)).await);
    assert!(!claim(at("2026-10-05", 110)).await, "it may be on its way still");
    assert!(claim(at("2026-10-05", 111)).await, "it was lost");
    bed.store.end_mail("a", MailEnd::Left(111)).await.unwrap();
    assert!(!claim(at("2026-10-05", 900)).await, "it left");
    assert!(claim(at("2026-10-06", 1_000)).await);
    bed.store.end_mail("a", MailEnd::Refused).await.unwrap();
    assert!(!claim(at("2026-10-06", 2_000)).await, "not again today");
    assert_eq!(bed.store.read().daily_mail("a").await.unwrap().map(|row| row.told), Some(111));
    assert!(claim(at("2026-10-07", 3_000)).await);
    bed.store.end_mail("a", MailEnd::Away).await.unwrap();
    assert!(claim(at("2026-10-07", 3_001)).await, "nobody took it");
    bed.store.want_mail("a", false, 1).await.unwrap();
    assert!(!claim(at("2026-10-08", 4_000)).await, "not wanted");
}
