//! Opening a database on a server: what is wrong is said with its place and its mend, and without the password.

use crate::support::*;
use draaiboek_store::{OpenOptions, Store, StoreError};
use draaiboek_test_postgres::{PASSWORD, Server, USER};
use sea_orm::ConnectionTrait as _;
use std::time::Duration;

async fn refusal(address: &str) -> StoreError {
    let options = OpenOptions { patience: Duration::from_millis(300), ..OpenOptions::default() };
    let error = Store::open(address, options).await.unwrap_err();
    assert!(!error.to_string().contains(PASSWORD), "{error}");
    error
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_apart() {
    let Some(server) = Server::shared() else { return };
    let port = server.port();
    let nobody = refusal(&format!("postgres://{USER}:{PASSWORD}@127.0.0.1:1/school")).await;
    assert!(matches!(nobody, StoreError::Unreachable { .. }), "{nobody:?}");
    assert!(nobody.to_string().contains("postgres://draaiboek@127.0.0.1:1/school"), "{nobody}");
    let password = refusal(&format!("postgres://{USER}:{PASSWORD}x@127.0.0.1:{port}/postgres")).await;
    assert!(matches!(password, StoreError::SignIn { .. }), "{password:?}");
    let user = refusal(&format!("postgres://nobody:{PASSWORD}@127.0.0.1:{port}/postgres")).await;
    assert!(matches!(user, StoreError::SignIn { .. }), "{user:?}");
    let database = refusal(&server.address("no_such_school")).await;
    assert!(matches!(database, StoreError::Missing { .. }), "{database:?}");
    assert!(database.to_string().contains("createdb"), "{database}");
    let reader = Store::open_read_only(&server.address("no_such_school")).await.unwrap_err();
    assert!(matches!(reader, StoreError::Missing { .. }), "{reader:?}");
}

#[tokio::test]
async fn missing_rights_are_named() {
    let Some(server) = Server::shared() else { return };
    server.ask("postgres", "CREATE DATABASE of_others");
    let error = refusal(&server.address("of_others")).await;
    assert!(matches!(error, StoreError::Rights { .. }), "{error:?}");
    assert!(error.to_string().contains("OWNER"), "{error}");
}

#[tokio::test]
async fn an_empty_database_gets_tables_only_when_asked() {
    let Some(server) = Server::shared() else { return };
    let address = server.database();
    let reading = Store::open_read_only(&address).await.unwrap_err();
    assert!(matches!(reading, StoreError::Missing { .. }), "{reading:?}");
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let writing = Store::open(&address, options).await.unwrap_err();
    assert!(matches!(writing, StoreError::Missing { .. }), "{writing:?}");
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let Some(server) = Server::shared() else { return };
    let address = server.database();
    raw(&address).await.execute_unprepared("CREATE TABLE recipe (name text)").await.unwrap();
    let error = refusal(&address).await;
    assert!(matches!(&error, StoreError::Foreign { table, .. } if table == "recipe"), "{error:?}");
}

/// Tables of a later migration that the list of migrations does not know: somebody's hand, or another program's.
#[tokio::test]
async fn a_half_finished_migration_changes_nothing_and_is_named() {
    let Some(server) = Server::shared() else { return };
    let address = server.database();
    drop(Store::open(&address, OpenOptions::default()).await.unwrap());
    let database = raw(&address).await;
    database.execute_unprepared("DELETE FROM seaql_migrations WHERE version > 'm0001'").await.unwrap();
    database.execute_unprepared("DROP TABLE throttle").await.unwrap();
    let error = refusal(&address).await;
    assert!(matches!(error, StoreError::Migration { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("already exists") && text.contains("the database is as it was"), "{text}");
    let name = address.rsplit_once('/').unwrap().1;
    assert_eq!(server.ask(name, "SELECT to_regclass('throttle')"), "");
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_its_disk_is_refused() {
    let Some(server) = Server::start() else { return };
    let address = server.database();
    server.ask("postgres", "ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf()");
    let refused = loop {
        if server.ask("postgres", "SHOW full_page_writes") == "off" {
            break refusal(&address).await;
        }
    };
    let StoreError::Setting { name, found, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!((*name, found.as_str()), ("full_page_writes", "off"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_bring_the_schema_up_to_date_once() {
    let Some(server) = Server::shared() else { return };
    let address = server.database();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let address = address.clone();
            tokio::spawn(async move { Store::open(&address, OpenOptions::default()).await.map(drop) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
}

/// The server is ended as by a power cut while turns are on their way: each is written once, or its caller is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_loses_and_doubles_nothing() {
    let Some(server) = Server::start() else { return };
    let bed = Bed::on(Home::Server(server.database()), OpenOptions::default()).await;
    let mut row = bed.instance("i-1").await;
    std::thread::scope(|scope| {
        let away = scope.spawn(|| server.crash(Duration::from_millis(400)));
        tokio::task::block_in_place(|| {
            let runtime = tokio::runtime::Handle::current();
            while !away.is_finished() {
                let mut next = row.clone();
                let turn = bed.next(&mut next);
                // Patience outlasts the restart, so every turn is answered with what became of it.
                one(runtime.block_on(bed.store.commit(vec![turn]))).unwrap();
                row = next;
            }
        });
    });
    one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    let mut stored = bed.store.read().instance_by_pk(row.pk).await;
    if stored.is_err() {
        stored = bed.store.read().instance_by_pk(row.pk).await;
    }
    assert_eq!(stored.unwrap().unwrap(), row);
    let report = bed.store.read().verify_rows(&row).await.unwrap();
    assert_eq!((report.journal_rows, report.findings), (u64::try_from(row.revision).unwrap(), vec![]));
}
