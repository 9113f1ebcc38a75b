//! The queue: many callers, few transactions, and a plain "busy" when it is full.

use crate::support::*;
use draaiboek_store::{CommitError, SubmitError, Turn, Writer};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_at_once_are_all_written() {
    let Some(bed) = Bed::new().await else { return };
    let bed = Arc::new(bed);
    let writer = Writer::start(Arc::clone(&bed.store), 16);
    let callers = (0..24).map(|number| {
        let (bed, writer) = (Arc::clone(&bed), writer.clone());
        tokio::spawn(async move {
            let (turn, mut row) = bed.create(&format!("i-{number}"));
            writer.submit(turn).await.unwrap();
            for revision in 2..=20 {
                let committed = writer.submit(bed.next(&mut row)).await.unwrap();
                assert_eq!(committed.revision, Some(revision));
                // Answered means written: another connection sees it at once.
                assert_eq!(bed.load(&row.id).await.revision, revision);
            }
            row
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        let row = caller.await.unwrap();
        assert!(bed.store.read().verify_rows(&row).await.unwrap().findings.is_empty());
        assert_eq!(bed.load(&row.id).await, row);
    }
}

/// On one thread the writing task cannot run between two `try_submit`, so the queue fills.
#[tokio::test]
async fn a_full_queue_gives_the_turn_back() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let writer = Writer::start(Arc::clone(&bed.store), 2);
    let first = writer.try_submit(bed.next(&mut row)).unwrap();
    let second = writer.try_submit(bed.next(&mut row)).unwrap();
    assert_eq!(writer.waiting(), 2);
    let third = bed.next(&mut row);
    let Err(SubmitError::Busy { turn, waiting: 2 }) = writer.try_submit(third) else { panic!("not busy") };
    first.done().await.unwrap();
    second.done().await.unwrap();
    writer.submit(*turn).await.unwrap();
    assert_eq!(bed.load("i-1").await, row);
}

#[tokio::test]
async fn a_refused_turn_is_answered_to_its_own_caller() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut other = bed.instance("i-2").await;
    let writer = Writer::start(Arc::clone(&bed.store), 8);
    let stale = bed.next(&mut row.clone());
    let good: Turn = bed.next(&mut row);
    let (good, stale, bystander) =
        tokio::join!(writer.submit(good), writer.submit(stale), writer.submit(bed.next(&mut other)));
    assert!(good.is_ok() && bystander.is_ok());
    assert!(matches!(stale, Err(CommitError::Stale { .. })), "{stale:?}");
}
