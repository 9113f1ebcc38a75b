//! Several processes on one database: work is taken once, a process that slept too long writes nothing.

use crate::support::*;
use draaiboek_store::{CommitError, InstanceRow, Mark, OpenOptions, Store, Turn};
use draaiboek_test_postgres::Server;
use std::collections::BTreeSet;
use std::sync::Arc;

const SOON: i64 = i64::MAX / 2;

/// A second process on the database of a bed.
async fn another(bed: &Bed) -> Arc<Store> {
    Arc::new(Store::open(&bed.address(), OpenOptions::default()).await.unwrap())
}

async fn with_timers(bed: &Bed, count: i64) -> InstanceRow {
    let mut row = bed.instance("i-1").await;
    let mut turn = bed.next(&mut row);
    turn.timers = (0..count).map(|after| timer(bed.ids(), &row, NOON + after)).collect();
    turn.outbox = (0..count).map(|n| effect(bed.ids(), &row, &n.to_string(), NOON)).collect();
    one(bed.store.commit(vec![turn]).await).unwrap();
    row
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_work_is_taken_by_one_process_each() {
    let Some(bed) = Bed::new().await else { return };
    with_timers(&bed, 100).await;
    let other = another(&bed).await;
    let mut taken = Vec::new();
    loop {
        let (mine, theirs) =
            tokio::join!(bed.store.claim_timers(SOON, Mark::START, 7), other.claim_outbox(SOON, Mark::START, 9));
        let (more, rest) =
            tokio::join!(other.claim_timers(SOON, Mark::START, 7), bed.store.claim_outbox(SOON, Mark::START, 9));
        let timers = [mine.unwrap(), more.unwrap()];
        let effects = [theirs.unwrap(), rest.unwrap()];
        for claimed in &timers {
            assert!(claimed.rows.is_sorted_by_key(|row| (row.due_at, row.id)));
        }
        let count =
            timers.iter().map(|c| c.rows.len()).sum::<usize>() + effects.iter().map(|c| c.rows.len()).sum::<usize>();
        if count == 0 {
            break;
        }
        // What is written is no longer claimed; the rest would be handed out to the same process again.
        for (store, claimed) in [&bed.store, &other].into_iter().zip(timers) {
            taken.extend(claimed.rows.iter().map(|row| ("timer", row.id)));
            let mut timers = Vec::new();
            for due in claimed.rows {
                assert_eq!(due.instance.as_deref(), Some("i-1"));
                let row = store.read().timer(due.id).await.unwrap().unwrap();
                timers.push(draaiboek_store::TimerRow { status: "fired".into(), ..row });
            }
            let turn = Turn { timers, claim: claimed.claim, ..Turn::default() };
            one(store.commit(vec![turn]).await).unwrap();
        }
        for (store, claimed) in [&other, &bed.store].into_iter().zip(effects) {
            taken.extend(claimed.rows.iter().map(|row| ("outbox", row.id)));
            let outbox =
                claimed.rows.into_iter().map(|row| draaiboek_store::OutboxRow { status: "done".into(), ..row });
            let turn = Turn { outbox: outbox.collect(), claim: claimed.claim, ..Turn::default() };
            one(store.commit(vec![turn]).await).unwrap();
        }
    }
    assert_eq!(taken.len(), 200);
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), 200);
}

#[tokio::test]
async fn a_process_taken_for_gone_writes_nothing_until_it_decides_anew() {
    let Some(bed) = Bed::new().await else { return };
    let Some(server) = Server::shared() else { return };
    let mut row = with_timers(&bed, 2).await;
    let claimed = bed.store.claim_outbox(SOON, Mark::START, 9).await.unwrap();
    assert_eq!(claimed.rows.len(), 2);
    let other = another(&bed).await;
    assert!(other.claim_outbox(SOON, Mark::START, 9).await.unwrap().rows.is_empty(), "they are taken");
    let late = bed.next(&mut row.clone());

    // What the others do when its lease has ended.
    let name = bed.address().rsplit_once('/').unwrap().1.to_owned();
    server.ask(&name, &format!("DELETE FROM node WHERE token = {}", claimed.claim.unwrap()));
    let taken_over = other.claim_outbox(SOON, Mark::START, 9).await.unwrap();
    assert_eq!(taken_over.rows, claimed.rows);

    let booked = Turn { outbox: claimed.rows, claim: claimed.claim, ..Turn::default() };
    assert!(matches!(one(bed.store.commit(vec![late]).await), Err(CommitError::Fenced)));
    // By now it has joined again, but what it had claimed is not its own any more.
    assert!(matches!(one(bed.store.commit(vec![booked]).await), Err(CommitError::Fenced)));
    assert_eq!(bed.load("i-1").await.revision, 2, "nothing was written");
    // Decided anew, the same goes through: it has joined again.
    one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    assert_eq!(bed.load("i-1").await, row);
}

#[tokio::test]
async fn leaving_gives_the_work_back_at_once() {
    let Some(bed) = Bed::new().await else { return };
    with_timers(&bed, 3).await;
    let other = another(&bed).await;
    assert_eq!(bed.store.claim_timers(SOON, Mark::START, 9).await.unwrap().rows.len(), 3);
    assert!(other.claim_timers(SOON, Mark::START, 9).await.unwrap().rows.is_empty());
    bed.store.leave().await.unwrap();
    other.woken().await;
    assert_eq!(other.claim_timers(SOON, Mark::START, 9).await.unwrap().rows.len(), 3);
}

#[tokio::test]
async fn a_process_that_is_killed_is_replaced_within_five_seconds() {
    let Some(bed) = Bed::new().await else { return };
    with_timers(&bed, 3).await;
    let other = another(&bed).await;
    assert_eq!(bed.store.claim_timers(SOON, Mark::START, 9).await.unwrap().rows.len(), 3);
    // A dropped store renews nothing any more, as a killed process does not.
    let _folder = bed.close();
    let replaced = async {
        loop {
            other.woken().await;
            let rows = other.claim_timers(SOON, Mark::START, 9).await.unwrap().rows.len();
            if rows == 3 {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), replaced).await.unwrap();
}

/// Two processes write the same instances in turn and at once; every chain stays whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chains_of_several_processes_stay_whole() {
    let Some(bed) = Bed::new().await else { return };
    let bed = Arc::new(bed);
    let other = another(&bed).await;
    for id in ["i-1", "i-2"] {
        bed.instance(id).await;
    }
    let stores = [Arc::clone(&bed.store), other];
    let writers: Vec<_> = stores
        .into_iter()
        .map(|store| {
            tokio::spawn(async move {
                let mut written = 0;
                while written < 40 {
                    let mut turns = Vec::new();
                    for id in ["i-2", "i-1"] {
                        let row = store.read().instance(draaiboek_store::Scope::All, id).await.unwrap().unwrap();
                        turns.push(next(store.ids(), &mut row.clone()));
                    }
                    for answer in store.commit(turns).await {
                        match answer {
                            Ok(_) => written += 1,
                            Err(CommitError::Stale { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                written
            })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    let mut rows = 0;
    for id in ["i-1", "i-2"] {
        let row = bed.load(id).await;
        let report = bed.store.read().verify_rows(&row).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        rows += report.journal_rows - 1;
    }
    assert_eq!(rows, written);
}

/// Pages of one node show what was done at another.
#[tokio::test]
async fn changes_are_told_to_the_others_and_not_to_oneself() {
    let Some(bed) = Bed::new().await else { return };
    let other = another(&bed).await;
    let (mut here, mut there) = (bed.store.elsewhere().unwrap(), other.elsewhere().unwrap());
    // It listens a moment after it was opened.
    let mut row = bed.instance("i-1").await;
    while there.try_recv().is_err() {
        one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
        tokio::task::yield_now().await;
    }
    for number in 0..200 {
        // Long enough that one notification cannot hold them all.
        bed.instance(&format!("{number:03}-{}", "x".repeat(100))).await;
    }
    let mut heard = BTreeSet::new();
    while heard.len() < 200 {
        let told = there.recv().await.unwrap();
        heard.extend((told != row.id).then_some(told));
    }
    assert!(here.try_recv().is_err());
}
