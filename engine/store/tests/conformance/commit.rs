//! A turn is written as a whole or not at all, and only over the revision it was built on.

use crate::support::*;
use draaiboek_store::{CommandKeyRow, CommitError, InstanceWrite, Mark, Scope, Turn};

fn key(name: &str, answer: &str) -> Option<CommandKeyRow> {
    Some(CommandKeyRow { key: name.into(), answer: answer.into(), instance_pk: None, created_at: NOON })
}

#[tokio::test]
async fn a_turn_is_read_back_as_it_was_written() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut turn = bed.next(&mut row);
    let mut run = step_run(bed.ids(), &row, "concretise");
    turn.contributions = ["a", "b", "c"].map(|text| contribution(bed.ids(), &mut run, text)).to_vec();
    turn.tasks = vec![task(bed.ids(), &run, &["tch"], &[], Some(NOON))];
    turn.timers = vec![timer(bed.ids(), &row, NOON)];
    turn.outbox = vec![effect(bed.ids(), &row, "i-1/2/0", NOON)];
    turn.step_runs = vec![run.clone()];
    turn.command_key = key("k-1", r#"{"ok":true}"#);
    let written = turn.clone();
    let committed = one(bed.store.commit(vec![turn]).await).unwrap();
    assert_eq!(committed.revision, Some(2));

    let read = bed.store.read();
    assert_eq!(bed.load("i-1").await, row);
    assert_eq!(read.contributions(&run).await.unwrap(), written.contributions);
    assert_eq!(read.step_runs(row.pk).await.unwrap(), written.step_runs);
    assert_eq!(read.tasks(row.pk).await.unwrap(), written.tasks);
    assert_eq!(read.pending_timers(row.pk).await.unwrap(), written.timers);
    assert_eq!(read.pending_outbox(NOON, Mark::START, 10).await.unwrap(), written.outbox);
    assert_eq!(read.answer("k-1").await.unwrap().as_deref(), Some(r#"{"ok":true}"#));
}

#[tokio::test]
async fn a_turn_that_clashes_leaves_nothing_behind() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let before = row.clone();
    let mut turn = bed.next(&mut row);
    turn.outbox = vec![effect(bed.ids(), &row, "same", NOON), effect(bed.ids(), &row, "same", NOON)];
    let error = one(bed.store.commit(vec![turn]).await).unwrap_err();
    assert!(matches!(error, CommitError::Conflict(_)), "{error:?}");
    assert_eq!(bed.load("i-1").await, before);
    let page = bed.store.read().journal_back(before.journal_head.unwrap(), 10).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    assert!(bed.store.read().pending_outbox(i64::MAX, Mark::START, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_the_stale_turn_of_a_group_fails() {
    let Some(bed) = Bed::new().await else { return };
    let mut rows = Vec::new();
    for id in ["i-1", "i-2", "i-3"] {
        rows.push(bed.instance(id).await);
    }
    let mut elsewhere = rows[1].clone();
    one(bed.store.commit(vec![bed.next(&mut elsewhere)]).await).unwrap();

    let turns = rows.iter_mut().map(|row| bed.next(row)).collect();
    let answers = bed.store.commit(turns).await;
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    let Err(CommitError::Stale { instance, expected, found }) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!((instance.as_str(), *expected, *found), ("i-2", 1, Some(2)));
    assert_eq!(bed.load("i-1").await, rows[0]);
    assert_eq!(bed.load("i-2").await, elsewhere);
    assert_eq!(bed.load("i-3").await, rows[2]);
}

#[tokio::test]
async fn an_unknown_instance_is_stale_without_a_revision() {
    let Some(bed) = Bed::new().await else { return };
    let (_, mut row) = bed.create("never-stored");
    let answer = one(bed.store.commit(vec![bed.next(&mut row)]).await);
    assert!(matches!(answer, Err(CommitError::Stale { found: None, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut other = bed.instance("i-2").await;
    let mut first = bed.next(&mut row);
    first.command_key = key("k", "first");
    let mut repeat = bed.next(&mut row);
    repeat.command_key = key("k", "second");
    let bystander = bed.next(&mut other);
    let answers = bed.store.commit(vec![first.clone(), repeat, bystander]).await;
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert!(matches!(&answers[1], Err(CommitError::Repeat(answer)) if answer == "first"), "{answers:?}");
    // The same turn again is a repeat rather than stale.
    let answer = one(bed.store.commit(vec![first]).await);
    assert!(matches!(&answer, Err(CommitError::Repeat(answer)) if answer == "first"), "{answer:?}");
    assert_eq!(bed.load("i-1").await.revision, 2);
}

#[tokio::test]
async fn turns_of_one_instance_follow_each_other_within_a_commit() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let turns: Vec<Turn> = (0..20).map(|_| bed.next(&mut row)).collect();
    let answers = bed.store.commit(turns).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(bed.load("i-1").await, row);
}

#[tokio::test]
async fn a_group_of_500_turns_is_written() {
    let Some(bed) = Bed::new().await else { return };
    let mut rows = Vec::new();
    let mut turns = Vec::new();
    for number in 0..500 {
        let (turn, row) = bed.create(&format!("i-{number}"));
        turns.push(turn);
        rows.push(row);
    }
    assert!(bed.store.commit(turns).await.iter().all(Result::is_ok));
    let turns = rows.iter_mut().map(|row| bed.next(row)).collect();
    assert!(bed.store.commit(turns).await.iter().all(Result::is_ok));
    for row in [&rows[0], &rows[255], &rows[256], &rows[499]] {
        assert_eq!(bed.load(&row.id).await, *row);
    }
    let counts = bed.store.read().counts(Scope::School(SCHOOL)).await.unwrap();
    assert_eq!(counts.instances.get("active"), Some(&500));
}

#[tokio::test]
async fn every_count_of_rows_fits_its_statement() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    for count in [1, 2, 3, 5, 8, 255, 256, 257, 600] {
        let mut turn = bed.next(&mut row);
        let mut run = step_run(bed.ids(), &row, "concretise");
        let texts = (0..count).map(|number| number.to_string());
        turn.contributions = texts.map(|text| contribution(bed.ids(), &mut run, &text)).collect();
        turn.step_runs = vec![run.clone()];
        let expected = turn.contributions.clone();
        one(bed.store.commit(vec![turn]).await).unwrap();
        assert_eq!(bed.store.read().contributions(&run).await.unwrap(), expected, "{count}");
    }
}

#[tokio::test]
async fn changed_rows_replace_stored_ones() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut turn = bed.next(&mut row);
    let mut run = step_run(bed.ids(), &row, "concretise");
    let (mut job, mut alarm) = (task(bed.ids(), &run, &["tch"], &[], None), timer(bed.ids(), &row, NOON));
    turn.contributions = vec![contribution(bed.ids(), &mut run, "a")];
    (turn.step_runs, turn.tasks, turn.timers) = (vec![run.clone()], vec![job.clone()], vec![alarm.clone()]);
    let payload_hash = turn.contributions[0].payload_hash.clone();
    one(bed.store.commit(vec![turn]).await).unwrap();

    let mut turn = bed.next(&mut row);
    run.status = "closed".into();
    job.status = "done".into();
    alarm.due_at += 1;
    let erase = draaiboek_store::ContributionChange {
        id: run.contribution_head.unwrap(),
        status: "erased".into(),
        erase: true,
    };
    turn.contribution_changes = vec![erase];
    (turn.step_runs, turn.tasks, turn.timers) = (vec![run.clone()], vec![job], vec![alarm.clone()]);
    one(bed.store.commit(vec![turn]).await).unwrap();
    let read = bed.store.read();
    assert_eq!(read.step_run(run.id).await.unwrap(), Some(run.clone()));
    assert_eq!(read.next_due().await.unwrap(), Some(alarm.due_at));
    assert!(read.open_tasks(Scope::All, &Default::default(), 9).await.unwrap().is_empty());
    let stored = read.contributions(&run).await.unwrap().remove(0);
    assert_eq!((stored.status.as_str(), stored.payload, stored.payload_hash), ("erased", None, payload_hash));
}

#[tokio::test]
async fn rarely_written_columns_change_only_when_the_turn_says_so() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    row.lifecycle = "paused".into();
    let quiet = bed.next(&mut row);
    one(bed.store.commit(vec![quiet]).await).unwrap();
    assert_eq!(bed.load("i-1").await.lifecycle, "active");
    let mut turn = bed.next(&mut row);
    row.finished_at = Some(NOON);
    turn.instance = Some(InstanceWrite::advance(row.clone(), true));
    one(bed.store.commit(vec![turn]).await).unwrap();
    assert_eq!(bed.load("i-1").await, row);
}

#[tokio::test]
async fn rows_of_another_instance_are_refused() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let other = bed.instance("i-2").await;
    let mut turn = bed.next(&mut row);
    turn.timers = vec![timer(bed.ids(), &other, NOON)];
    let answer = one(bed.store.commit(vec![turn]).await);
    assert!(matches!(answer, Err(CommitError::Malformed(_))), "{answer:?}");
}

#[tokio::test]
async fn an_artifact_version_never_changes() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let (first, second) = (artifact(bed.ids(), &row, "[1]"), artifact(bed.ids(), &row, "[2]"));
    let mut turn = bed.next(&mut row);
    turn.artifacts = vec![first.clone()];
    one(bed.store.commit(vec![turn]).await).unwrap();
    let mut turn = bed.next(&mut row.clone());
    turn.artifacts = vec![second];
    let answer = one(bed.store.commit(vec![turn]).await);
    assert!(matches!(answer, Err(CommitError::Conflict(_))), "{answer:?}");
    assert_eq!(bed.store.read().artifact(row.pk, "principles").await.unwrap(), Some(first));
}

#[tokio::test]
async fn an_effect_is_booked_without_an_instance() {
    let Some(bed) = Bed::new().await else { return };
    let row = bed.instance("i-1").await;
    let mut mail = effect(bed.ids(), &row, "i-1/1/0", NOON);
    let book = |row: &draaiboek_store::OutboxRow| Turn { outbox: vec![row.clone()], ..Turn::default() };
    one(bed.store.commit(vec![book(&mail)]).await).unwrap();
    (mail.attempts, mail.last_error, mail.not_before) = (1, Some("no route".into()), NOON + 60);
    let committed = one(bed.store.commit(vec![book(&mail)]).await).unwrap();
    assert_eq!(committed.revision, None);
    let read = bed.store.read();
    assert!(read.pending_outbox(NOON, Mark::START, 9).await.unwrap().is_empty());
    assert_eq!(read.next_due().await.unwrap(), Some(NOON + 60));
    assert_eq!(read.outbox_by_key("i-1/1/0").await.unwrap(), Some(mail));
}
