//! A changed byte in what is stored is found, and named.

use crate::support::*;
use draaiboek_store::{ContributionChange, Finding, FindingKind, InstanceRow};

/// Table, row, what differs.
type Found = (&'static str, i64, FindingKind);

/// An instance with five journal rows and three contributions.
async fn history(bed: &Bed) -> InstanceRow {
    let mut row = bed.instance("i-1").await;
    let mut run = step_run(bed.ids(), &row, "concretise");
    for text in ["a", "b", "c"] {
        let mut turn = bed.next(&mut row);
        turn.contributions = vec![contribution(bed.ids(), &mut run, text)];
        turn.step_runs = vec![run.clone()];
        one(bed.store.commit(vec![turn]).await).unwrap();
    }
    one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    row
}

async fn findings(bed: &Bed) -> Vec<Found> {
    let row = bed.load("i-1").await;
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    report.findings.into_iter().map(|found| (found.table, found.row, found.kind)).collect()
}

#[tokio::test]
async fn an_untouched_history_is_clean() {
    let bed = Bed::new().await;
    let row = history(&bed).await;
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    assert_eq!((report.journal_rows, report.contributions), (5, 3));
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[tokio::test]
async fn every_kind_of_damage_is_named() {
    use FindingKind::{ChainBroken, Foreign, HashDiffers, HeadDiffers, Missing, RevisionGap};
    let row = HashDiffers { what: "the row" };
    let cases: Vec<(&str, Vec<Found>)> = vec![
        // One flipped byte: '{' becomes '|'.
        ("UPDATE journal SET command = '|' || substr(command, 2) WHERE id = 3", vec![("journal", 3, row.clone())]),
        ("UPDATE journal SET at = at + 1 WHERE id = 1", vec![("journal", 1, row.clone())]),
        (
            "UPDATE journal SET prev_id = 2 WHERE id = 4",
            vec![("journal", 4, ChainBroken), ("journal", 4, RevisionGap { before: 2, found: 4 })],
        ),
        ("UPDATE journal SET prev_id = 4 WHERE id = 4", vec![("journal", 4, Missing { id: 4 })]),
        ("UPDATE journal SET instance_pk = 7 WHERE id = 2", vec![("journal", 2, Foreign)]),
        ("DELETE FROM journal WHERE id = 2", vec![("journal", 3, Missing { id: 2 })]),
        ("DELETE FROM journal WHERE id = 5", vec![("instance", 1, Missing { id: 5 })]),
        ("UPDATE instance SET snapshot = '{}'", vec![("instance", 1, HashDiffers { what: "snapshot" })]),
        ("UPDATE instance SET revision = 9", vec![("instance", 1, HeadDiffers { what: "revision" })]),
        ("UPDATE instance SET journal_head = NULL", vec![("instance", 1, HeadDiffers { what: "journal_head_hash" })]),
        (
            "UPDATE contribution SET payload = '{}' WHERE id = 2",
            vec![("contribution", 2, HashDiffers { what: "payload" })],
        ),
        ("UPDATE contribution SET step_run = 9 WHERE id = 1", vec![("contribution", 1, Foreign)]),
        ("DELETE FROM contribution WHERE id = 1", vec![("contribution", 2, Missing { id: 1 })]),
        ("DELETE FROM contribution WHERE id = 3", vec![("step_run", 1, Missing { id: 3 })]),
    ];
    for (sql, expected) in cases {
        let bed = Bed::new().await;
        history(&bed).await;
        bed.tamper(sql).await;
        assert_eq!(findings(&bed).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_whole_row_written_anew_breaks_the_chain() {
    let bed = Bed::new().await;
    let row = history(&bed).await;
    let mut forged = bed.store.read().journal_row(2).await.unwrap().unwrap();
    forged.actor = "somebody else".into();
    let hash: String = draaiboek_store::journal_hash(&forged).iter().map(|byte| format!("{byte:02x}")).collect();
    bed.tamper(&format!("UPDATE journal SET actor = 'somebody else', hash = x'{hash}' WHERE id = 2")).await;
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    let expected = Finding { instance: "i-1".into(), table: "journal", row: 3, kind: FindingKind::ChainBroken };
    assert_eq!(report.findings, [expected]);
    assert_eq!(report.findings[0].to_string(), "instance i-1, table journal, row 3: does not follow the row before it");
}

#[tokio::test]
async fn erasing_a_payload_keeps_the_history_clean() {
    let bed = Bed::new().await;
    let mut row = history(&bed).await;
    let mut turn = bed.next(&mut row);
    turn.contribution_changes = vec![ContributionChange { id: 2, status: "erased".into(), erase: true }];
    one(bed.store.commit(vec![turn]).await).unwrap();
    assert_eq!(findings(&bed).await, []);
}
