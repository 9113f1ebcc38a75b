//! No row of another school is seen or written, even by a statement that forgets to say which school it means.

use crate::support::*;
use draaiboek_store::{AccountRow, InstanceWrite, Scope};
use draaiboek_test_postgres::Server;
use sea_orm::{ConnectionTrait as _, Database, DatabaseTransaction, DbBackend, Statement, TransactionTrait as _};

/// Tables that hold rows of schools, with how many rows each school has of it in [`two_schools`].
const OF_SCHOOLS: [&str; 10] =
    ["instance", "journal", "contribution", "step_run", "task", "timer", "outbox", "incident", "artifact", "account"];

async fn two_schools() -> Option<Bed> {
    let bed = Bed::new().await?;
    for (id, school) in [("i-1", SCHOOL), ("i-2", "de-brug")] {
        let (mut turn, mut row) = bed.create(id);
        row.school = school.into();
        turn.instance = Some(InstanceWrite::create(row.clone()));
        let mut run = step_run(bed.ids(), &row, "concretise");
        turn.contributions = vec![contribution(bed.ids(), &mut run, "a")];
        let mut job = task(bed.ids(), &run, &["tch"], &[], None);
        job.school = school.into();
        turn.timers = vec![timer(bed.ids(), &row, NOON)];
        turn.outbox = vec![effect(bed.ids(), &row, id, NOON)];
        (turn.tasks, turn.step_runs) = (vec![job], vec![run]);
        turn.incidents = vec![incident(bed.ids(), &row)];
        turn.artifacts = vec![artifact(bed.ids(), &row, "[1]")];
        one(bed.store.commit(vec![turn]).await).unwrap();
        let account = AccountRow {
            id: id.into(),
            school: school.into(),
            person: "an".into(),
            login: format!("an@{school}"),
            name: "An".into(),
            password: None,
            roles: "[]".into(),
            locale: "nl".into(),
            status: "active".into(),
            created_at: NOON,
            changed_at: NOON,
        };
        bed.store.put_account(&account).await.unwrap();
    }
    Some(bed)
}

/// A transaction of the product's own user, as for a page of one school, or of nobody in particular.
async fn within(bed: &Bed, school: Option<&str>) -> DatabaseTransaction {
    let database = Database::connect(bed.address()).await.unwrap();
    let transaction = database.begin().await.unwrap();
    if let Some(school) = school {
        transaction.execute_unprepared(&format!("SET LOCAL draaiboek.school = '{school}'")).await.unwrap();
    }
    transaction
}

async fn count(transaction: &DatabaseTransaction, text: String) -> i64 {
    let row = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, text)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_session_sees_the_rows_of_its_school_and_no_others() {
    let Some(bed) = two_schools().await else { return };
    for (school, rows) in [(Some(SCHOOL), 1), (Some("de-brug"), 1), (Some("*"), 2), (Some("elsewhere"), 0), (None, 0)] {
        let transaction = within(&bed, school).await;
        for table in OF_SCHOOLS {
            assert_eq!(count(&transaction, format!("SELECT count(*) FROM {table}")).await, rows, "{school:?} {table}");
        }
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn rows_of_another_school_cannot_be_changed_taken_or_made() {
    let Some(bed) = two_schools().await else { return };
    let transaction = within(&bed, Some(SCHOOL)).await;
    let changes = [
        "UPDATE instance SET title = 'x' WHERE id = 'i-2'",
        "UPDATE task SET title = 'x' WHERE school = 'de-brug'",
        "DELETE FROM account WHERE school = 'de-brug'",
        "DELETE FROM journal WHERE instance_pk IN (SELECT pk FROM instance WHERE id = 'i-2')",
        "UPDATE contribution SET payload = NULL WHERE salt IS NULL",
        "DELETE FROM school WHERE id = 'de-brug'",
    ];
    for text in changes {
        assert_eq!(transaction.execute_unprepared(text).await.unwrap().rows_affected(), 0, "{text}");
    }
    transaction.rollback().await.unwrap();
    let forbidden = [
        "UPDATE instance SET school = 'de-brug' WHERE id = 'i-1'",
        "UPDATE task SET school = 'de-brug'",
        "INSERT INTO access (id, school, person, at, action, class) VALUES ('x', 'de-brug', 'an', 0, 'read', 'P3')",
    ];
    for text in forbidden {
        let transaction = within(&bed, Some(SCHOOL)).await;
        let error = transaction.execute_unprepared(text).await.unwrap_err().to_string();
        assert!(error.contains("row-level security"), "{text}: {error}");
    }
}

/// The store's own questions about one school go through such a session, and are answered as before.
#[tokio::test]
async fn the_store_asks_within_the_school() {
    let Some(bed) = two_schools().await else { return };
    let read = bed.store.read();
    let own = Scope::School(SCHOOL);
    assert!(read.instance(own, "i-1").await.unwrap().is_some() && read.instance(own, "i-2").await.unwrap().is_none());
    let counts = read.counts(own).await.unwrap();
    assert_eq!((counts.open_tasks, counts.pending_timers, counts.open_incidents), (1, 1, 1));
    // Other questions afterwards, on the same connections, see everything again.
    for _ in 0..8 {
        assert_eq!(read.instances(Scope::All, &Default::default(), 9).await.unwrap().len(), 2);
        assert_eq!(read.instances(own, &Default::default(), 9).await.unwrap().len(), 1);
    }
}

/// Also tables of migrations to come: whatever names a school or an instance is fenced.
#[tokio::test]
async fn every_table_that_names_a_school_has_its_policy() {
    let Some(bed) = Bed::new().await else { return };
    let Some(server) = Server::shared() else { return };
    let open = server.ask(
        bed.address().rsplit_once('/').unwrap().1,
        "SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
         AND (a.attname IN ('school', 'instance_pk') OR c.relname = 'school') \
         AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity \
              OR NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname)) ORDER BY 1",
    );
    // An answered command carries its key, which nobody guesses.
    assert_eq!(open, "");
}
