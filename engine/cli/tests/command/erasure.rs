//! What was erased is in no column of any table, in either kind of database, and who looks is told the truth.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::collections::BTreeSet;

use draaiboek_test_postgres::Server;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::Value;

use crate::home::{Home, file};

const MORNING: &str = "2026-09-07T09:00";
const LATER: &str = "2026-09-08T10:00";
/// Its two school days are over.
const OVER: &str = "2026-09-14T09:00";
/// The morning, in microseconds since 1970.
const TYPED: i64 = 1_788_764_400_000_000;
/// Stands in everything that was handed in or typed.
const MARKER: &str = "zeesterretje";

/// A database of either kind, and how it is looked into from outside.
struct Place {
    home: Home,
    address: String,
    raw: String,
}

impl Place {
    fn file() -> Self {
        let home = Home::new();
        let path = home.path("draaiboek.db").display().to_string();
        Self { home, raw: format!("sqlite:{path}"), address: path }
    }

    fn server(server: &Server) -> Self {
        let address = server.database();
        let raw = server.superuser(address.rsplit('/').next().unwrap());
        Self { home: Home::new(), address, raw }
    }

    fn at(&self, clock: &str, line: &str) -> crate::home::Ran {
        self.home.at(clock, &format!("{line} --db {}", self.address))
    }

    /// Asks it past the program.
    fn ask<T>(&self, ask: impl AsyncFnOnce(DatabaseConnection) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { ask(Database::connect(&self.raw).await.unwrap()).await })
    }

    fn change(&self, sql: &str) {
        self.ask(async |db| {
            db.execute_unprepared(sql).await.unwrap();
            db.close().await.unwrap();
        });
    }

    /// The columns in which the marker stands, of all columns of all tables.
    fn hiding_places(&self) -> BTreeSet<String> {
        self.ask(async |db| {
            let file = self.raw.starts_with("sqlite");
            let columns = match file {
                true => {
                    "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
                }
                false => {
                    "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
                }
            };
            let mut found = BTreeSet::new();
            let columns = rows(&db, columns).await;
            assert!(columns.len() > 100, "{columns:?}");
            for (table, column) in columns {
                let holds = match file {
                    true => format!("instr(CAST(\"{column}\" AS BLOB), CAST('{MARKER}' AS BLOB)) > 0"),
                    false => format!(
                        "position('{MARKER}' in \"{column}\"::text) > 0 OR position(encode('{MARKER}', 'hex') in \"{column}\"::text) > 0"
                    ),
                };
                let question = format!("SELECT '{table}', '{column}' FROM \"{table}\" WHERE {holds} LIMIT 1");
                found.extend(rows(&db, &question).await.into_iter().map(|(table, column)| format!("{table}.{column}")));
            }
            db.close().await.unwrap();
            found
        })
    }

    fn report(&self, line: &str, code: i32) -> Value {
        self.at(OVER, line).ends(code).json()
    }
}

async fn rows(db: &DatabaseConnection, question: &str) -> Vec<(String, String)> {
    let question = sea_orm::Statement::from_string(db.get_database_backend(), question);
    let rows = db.query_all_raw(question).await.unwrap();
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

/// A cycle in which something was handed in twice and quoted by a plugin, with a draft beside it.
fn told(place: &Place, cycle: &str) {
    let hand_in = |more: &str| {
        let entry = format!(r#"{{"reaction":{{"text":"{MARKER}{more}"}}}}"#);
        place.at(MORNING, &format!("contribute {cycle} tell --as t1 --key {cycle}{more} --entry {entry}")).ends(0);
    };
    place.at(MORNING, &format!("start secret --id {cycle} --as dir")).ends(0);
    hand_in("one");
    hand_in("two");
    place.change(&format!(
        "INSERT INTO draft (id, account, instance, step, entry, content, updated_at) \
         VALUES ('{cycle}', 'a', '{cycle}', 'tell', 'reaction', '{MARKER}', {TYPED})"
    ));
    place.at(LATER, &format!("send {cycle} choose --as dir")).ends(0);
    // It is refused, and the journal keeps what the plugin of the open step said, which quotes the other step.
    place.at(LATER, &format!("send {cycle} nothing --as dir")).ends(4);
}

fn nothing_is_left(place: &Place) {
    place.home.run(["school", "load", &file("school.yaml"), "--db", &place.address]).ends(0);
    place.home.run(["publish", &file("secret.yaml"), "--db", &place.address]).ends(0);
    told(place, "timed");
    let full = ["contribution.payload", "draft.content", "instance.snapshot", "journal.answers"];
    assert_eq!(place.hiding_places(), full.map(str::to_owned).into(), "where it stands before");
    // One by its clock, one by what a workflow does, one with its person.
    told(place, "done");
    place.at(OVER, "retention").ends(1).says("timed, step tell").says("what erases it waits still");
    place.at(OVER, "send done forget --as dir").ends(0);
    told(place, "person");
    place.at(LATER, "people erase t1 --reason asked --as dir").ends(0);
    let report = place.report("retention --run --json", 0);
    assert_eq!((&report["clean"], &report["verified"]), (&Value::from(true), &Value::from(true)), "{report}");
    assert!(report["report"]["carried_out"].as_u64() >= Some(4), "{report}");
    assert_eq!(place.hiding_places(), BTreeSet::new(), "where it stands after");
    place.at(OVER, "verify").ends(0);
    place.at(OVER, "retention").ends(0).says("Nothing is left that should have gone.");
}

/// Puts back what was erased, and looks whether it is found.
fn what_is_left_is_told(place: &Place) {
    let said = r#"{"concluded":{"pick":{"ready":false,"result":null,"artifacts":{},"event":null,"problems":[]}}}"#;
    let cases = [
        (format!("UPDATE journal SET answers = '{said}' WHERE answers LIKE 'erased:%'"), "answers"),
        ("UPDATE contribution SET payload = '{}' WHERE payload IS NULL".to_owned(), "contributions"),
        (
            format!(
                "INSERT INTO draft (id, account, instance, step, entry, content, updated_at) \
                 VALUES ('x', 'a', 'timed', 'tell', 'reaction', '', {TYPED})"
            ),
            "drafts",
        ),
        (
            r#"UPDATE instance SET snapshot = replace(snapshot, '{"erased":true}', '{"erased":false}')"#.to_owned(),
            "results",
        ),
    ];
    for (harm, what) in cases {
        place.change(&harm);
        let report = place.report("retention --json", 1);
        let left = report["report"]["left"].as_array().unwrap();
        assert!(left.iter().any(|left| left[what].as_u64() > Some(0)), "{what}: {report}");
        assert_eq!(report["clean"], false, "{report}");
    }
    place.change("UPDATE outbox SET status = 'given_up' WHERE kind = 'forget'");
    place.at(OVER, "retention").ends(1).says("what erases it waits still, ");
    place.at(OVER, "doctor --quick").ends(1).says("FAIL  retention");
}

#[test]
fn what_was_erased_is_nowhere_in_a_file() {
    let place = Place::file();
    nothing_is_left(&place);
    what_is_left_is_told(&place);
}

#[test]
fn what_was_erased_is_nowhere_on_a_server() {
    let Some(server) = Server::shared() else { return };
    let place = Place::server(server);
    nothing_is_left(&place);
    what_is_left_is_told(&place);
}

#[test]
fn an_erasure_that_cannot_be_carried_out_ends_the_job_with_an_error() {
    let place = Place::file();
    place.home.run(["school", "load", &file("school.yaml")]).ends(0);
    place.home.run(["publish", &file("secret.yaml")]).ends(0);
    told(&place, "stuck");
    place.at(LATER, "send stuck forget --as dir").ends(0);
    place.change("UPDATE outbox SET status = 'given_up', done_at = NULL WHERE kind = 'forget'");
    place.at(OVER, "retention --run").ends(1).says("stuck, step tell").complains("something is left");
}
