//! A changed byte in what is stored is found, and named.

use crate::SERVER;
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

/// SQL in which `#3` stands for the number of the third row.
fn numbered(sql: &str) -> String {
    let mut pieces = sql.split('#');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digit, rest) = piece.split_at(1);
        text.push_str(&id(digit.parse().unwrap()).to_string());
        text.push_str(rest);
    }
    text
}

async fn findings(bed: &Bed) -> Vec<Found> {
    let row = bed.load("i-1").await;
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    report.findings.into_iter().map(|found| (found.table, found.row, found.kind)).collect()
}

#[tokio::test]
async fn an_untouched_history_is_clean() {
    let Some(bed) = Bed::new().await else { return };
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
        ("UPDATE journal SET command = '|' || substr(command, 2) WHERE id = #3", vec![("journal", id(3), row.clone())]),
        ("UPDATE journal SET at = at + 1 WHERE id = #1", vec![("journal", id(1), row.clone())]),
        (
            "UPDATE journal SET prev_id = #2 WHERE id = #4",
            vec![("journal", id(4), ChainBroken), ("journal", id(4), RevisionGap { before: 2, found: 4 })],
        ),
        ("UPDATE journal SET prev_id = #4 WHERE id = #4", vec![("journal", id(4), Missing { id: id(4) })]),
        ("UPDATE journal SET instance_pk = #7 WHERE id = #2", vec![("journal", id(2), Foreign)]),
        ("DELETE FROM journal WHERE id = #2", vec![("journal", id(3), Missing { id: id(2) })]),
        ("DELETE FROM journal WHERE id = #5", vec![("instance", id(1), Missing { id: id(5) })]),
        ("UPDATE instance SET snapshot = '{}'", vec![("instance", id(1), HashDiffers { what: "snapshot" })]),
        ("UPDATE instance SET revision = 9", vec![("instance", id(1), HeadDiffers { what: "revision" })]),
        (
            "UPDATE instance SET journal_head = NULL",
            vec![("instance", id(1), HeadDiffers { what: "journal_head_hash" })],
        ),
        (
            "UPDATE contribution SET payload = '{}' WHERE id = #2",
            vec![("contribution", id(2), HashDiffers { what: "payload" })],
        ),
        ("UPDATE contribution SET step_run = #9 WHERE id = #1", vec![("contribution", id(1), Foreign)]),
        ("DELETE FROM contribution WHERE id = #1", vec![("contribution", id(2), Missing { id: id(1) })]),
        ("DELETE FROM contribution WHERE id = #3", vec![("step_run", id(1), Missing { id: id(3) })]),
    ];
    for (sql, expected) in cases {
        let Some(bed) = Bed::new().await else { return };
        history(&bed).await;
        bed.tamper(&numbered(sql)).await;
        assert_eq!(findings(&bed).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_whole_row_written_anew_breaks_the_chain() {
    let Some(bed) = Bed::new().await else { return };
    let row = history(&bed).await;
    let mut forged = bed.store.read().journal_row(id(2)).await.unwrap().unwrap();
    forged.actor = "somebody else".into();
    let hash: String = draaiboek_store::journal_hash(&forged).iter().map(|byte| format!("{byte:02x}")).collect();
    let hash = if SERVER { format!("'\\x{hash}'::bytea") } else { format!("x'{hash}'") };
    bed.tamper(&format!("UPDATE journal SET actor = 'somebody else', hash = {hash} WHERE id = {}", id(2))).await;
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    let expected = Finding { instance: "i-1".into(), table: "journal", row: id(3), kind: FindingKind::ChainBroken };
    assert_eq!(report.findings, [expected]);
    let told = format!("instance i-1, table journal, row {}: does not follow the row before it", id(3));
    assert_eq!(report.findings[0].to_string(), told);
}

#[tokio::test]
async fn erasing_a_payload_keeps_the_history_clean() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = history(&bed).await;
    let mut turn = bed.next(&mut row);
    turn.contribution_changes = vec![ContributionChange { id: id(2), status: "erased".into(), erase: true }];
    one(bed.store.commit(vec![turn]).await).unwrap();
    assert_eq!(findings(&bed).await, []);
}
