//! What whoever watches asks: how much waits, who shares the database, what is kept too long.

use crate::SERVER;
use crate::support::*;
use draaiboek_store::{Scope, SessionRow, TERMS, Term, Turn};

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
    bed.store.claim_timers(500, 10).await.unwrap();
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
    bed.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_far_future', 0)").await;
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
