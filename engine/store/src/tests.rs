//! What cannot be seen from outside: frozen hashes, and that statements find their rows by key.

use crate::entity::{JournalRow, instance, journal};
use crate::read::{chains, work};
use crate::sqlite::sql::{Statement, Texts};
use crate::write::Clash;
use crate::{
    Mark, OpenOptions, Scope, Store, TaskFilter, answers_are_erased, content_hash, erased_answers, genesis_hash,
    journal_hash, payload_hash,
};
use sea_orm::{ConnectionTrait, DbBackend};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn row() -> JournalRow {
    JournalRow {
        id: 7,
        prev_id: Some(6),
        instance_pk: 5,
        revision: 3,
        at: 1_790_000_000_000_000,
        actor: "dir-1".into(),
        on_behalf: None,
        outcome: "accepted".into(),
        command: "{}".into(),
        answers: "[]".into(),
        definition_hash: vec![1; 32],
        calendar_hash: Some(vec![2; 32]),
        core_version: "0.1.0".into(),
        snapshot_hash: vec![3; 32],
        prev_hash: vec![4; 32],
        hash: Vec::new(),
    }
}

/// Stored histories are checked with these functions for ever: a changed value here means that every database in the
/// field seems forged.
#[test]
fn hashes_are_frozen() {
    assert_eq!(hex(&journal_hash(&row())), "4de39a1d7317c37347bfa610590a1c937f7a84aa28c899643bc16935cfb4c50d");
    assert_eq!(hex(&genesis_hash("i-1")), "855bd9ef93c6f084bfa6e9fef5cd1d2bbab352e084db6fde71c54a5df09c141d");
    assert_eq!(hex(&payload_hash(&[7; 16], "{}")), "b41fc38fe99d3097c65af3b58644d503f2a3f5d5dc7fb9b53d9ca83cc9ff5cfb");
    assert_eq!(hex(&content_hash("{}")), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

#[test]
fn erased_answers_keep_the_hash_of_their_row() {
    let mut erased = row();
    erased.answers = erased_answers(&erased.answers);
    assert!(answers_are_erased(&erased.answers) && !answers_are_erased(&row().answers));
    assert_eq!(journal_hash(&erased), journal_hash(&row()));
    erased.answers.replace_range(7..9, "00");
    assert_ne!(journal_hash(&erased), journal_hash(&row()), "what is left of them is hashed too");
}

#[test]
fn every_field_of_a_journal_row_is_hashed() {
    let changes: [fn(&mut JournalRow); 13] = [
        |row| row.revision += 1,
        |row| row.at += 1,
        |row| row.actor.push('x'),
        |row| row.on_behalf = Some(String::new()),
        |row| row.outcome.push('x'),
        |row| row.command.push('x'),
        |row| row.answers.push('x'),
        |row| row.definition_hash[0] ^= 1,
        |row| row.calendar_hash = None,
        |row| row.core_version.push('x'),
        |row| row.snapshot_hash[0] ^= 1,
        |row| row.prev_hash[0] ^= 1,
        // A letter that moves from one field to the next.
        |row| (row.command, row.answers) = ("{".into(), "}[]".into()),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let mut changed = row();
        change(&mut changed);
        assert_ne!(journal_hash(&changed), journal_hash(&row()), "change {position}");
    }
    let mut moved = row();
    (moved.id, moved.prev_id, moved.instance_pk) = (1, None, 1);
    assert_eq!(journal_hash(&moved), journal_hash(&row()), "numbers of one database are not hashed");
}

async fn plan(store: &Store, text: &str) -> Vec<String> {
    let statement = sea_orm::Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {text}"));
    let rows = store.read().db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by("detail").unwrap()).collect()
}

#[tokio::test]
async fn writes_find_instances_by_key_however_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.db");
    let store = Store::open(path.to_str().unwrap(), OpenOptions::default()).await.unwrap();
    let instance = crate::entity::InstanceRow {
        pk: 1,
        id: String::new(),
        school: String::new(),
        title: String::new(),
        workflow: String::new(),
        version: String::new(),
        definition_hash: Vec::new(),
        calendar_hash: None,
        parent_id: None,
        parent_key: None,
        origin: "{}".into(),
        lifecycle: String::new(),
        status: String::new(),
        snapshot: String::new(),
        snapshot_hash: Vec::new(),
        revision: 1,
        journal_head: None,
        journal_head_hash: Vec::new(),
        created_at: 0,
        updated_at: 0,
        finished_at: None,
    };
    let mut out: Vec<Statement> = Vec::new();
    let mut texts = Texts::default();
    texts.advance(&[(&instance, true), (&instance, false)], &mut out);
    for statement in &out {
        let update = statement.text.split(';').next().unwrap();
        let plan = plan(&store, update).await.join("\n");
        assert!(plan.contains("SEARCH instance USING INTEGER PRIMARY KEY"), "{}\n{plan}", statement.text);
    }
}

#[tokio::test]
async fn loops_and_walks_use_their_indexes() {
    use sea_orm::QueryTrait;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.db");
    let store = Store::open(path.to_str().unwrap(), OpenOptions::default()).await.unwrap();
    let tasks = |scope, filter: &TaskFilter| work::open_tasks(scope, filter).build(DbBackend::Sqlite).sql;
    let own = Scope::School("s");
    let of_instance = TaskFilter { instance_pk: Some(1), ..TaskFilter::default() };
    let cases = [
        (work::due_timers_named(1, Mark::START, 9).build(DbBackend::Sqlite).sql, "timer_pending_by_due"),
        (work::due_effects(1, Mark::START, 9).build(DbBackend::Sqlite).sql, "outbox_pending"),
        (tasks(own, &TaskFilter::default()), "task_open_by_school"),
        (tasks(Scope::All, &TaskFilter { due_by: Some(1), ..TaskFilter::default() }), "task_open_by_due"),
        (tasks(own, &of_instance), "task_by_instance"),
        (chains::JOURNAL.replace('?', "1"), "SEARCH j USING INTEGER PRIMARY KEY"),
        (chains::JOURNAL_AFTER.replace('?', "1").replace("[n]", "1"), "SEARCH journal USING INTEGER PRIMARY KEY"),
        (chains::CONTRIBUTIONS.replace("[?]", "1"), "SEARCH j USING INTEGER PRIMARY KEY"),
    ];
    for (text, index) in cases {
        let plan = plan(&store, &text).await;
        assert!(plan.iter().any(|line| line.contains(index)), "{text}\n{plan:?}");
        let scan =
            plan.iter().find(|line| ["SCAN timer", "SCAN task", "SCAN j"].iter().any(|scan| line.starts_with(scan)));
        assert!(scan.is_none_or(|line| line.contains(index)), "{text}\n{plan:?}");
    }
}

#[test]
fn texts_are_shared_between_counts() {
    let mut texts = Texts::default();
    let rows = vec![row(); 70];
    let mut text = |count: usize, slots: usize| {
        let mut out = Vec::new();
        let rows: Vec<&JournalRow> = rows.iter().take(count).collect();
        texts.insert::<journal::Entity>(&rows, Clash::Fail, &mut out);
        assert_eq!(out.len(), 1);
        let statement = out.remove(0);
        assert_eq!(statement.values.len(), slots * 16);
        statement.text
    };
    assert_eq!(text(33, 64), text(64, 64));
    assert_ne!(text(64, 64), text(65, 96));
    let mut out = Vec::new();
    texts.insert::<instance::Entity>(&[], Clash::Fail, &mut out);
    assert!(out.is_empty());
}
