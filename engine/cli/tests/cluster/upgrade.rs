//! A newer version arrives while nodes of this one run. Its migration is one that only adds (see docs/nodes.md): nodes
//! that run go on, nodes of this version that start are told to be updated, and when the addition is taken back by a later
//! migration (contract), this version starts again.

use draaiboek_test_postgres::Server;
use serde_json::json;

use crate::home::{Home, file};
use crate::node::{Node, post};

/// What a newer node does at its start: alone, in one transaction.
const EXPAND: &str = "BEGIN; \
    ALTER TABLE instance ADD COLUMN weather text; \
    ALTER TABLE journal ADD COLUMN weather text DEFAULT 'fine' NOT NULL; \
    CREATE TABLE umbrella (id bigint PRIMARY KEY); \
    INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_weather', 0); \
    COMMIT";

#[test]
fn nodes_go_on_while_a_newer_version_adds_to_the_schema() {
    let Some(server) = Server::shared() else { return };
    let home = Home::new();
    let address = server.database();
    let name = address.rsplit_once('/').unwrap().1;
    home.run(["school", "load", "--db", &address, &file("school.yaml")]).ends(0);
    home.run(["publish", "--db", &address, &file("pulse.yaml")]).ends(0);
    let old = Node::start(&home, &address, &["--sign-in", "dir"]);
    let entered = post(&old.address, old.link.as_deref().unwrap(), "", &json!({})).unwrap();
    let cookie = entered.cookie.unwrap();
    let work = |n: i64| {
        let begun =
            post(&old.address, "/api/v1/start", &cookie, &json!({"workflow": "pulse", "key": format!("s-{n}")}));
        let begun = begun.unwrap();
        assert_eq!(begun.status, 200, "{}", begun.body);
        let cycle = begun.body["cycle"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/cycles/{cycle}/events/add");
        let added = post(&old.address, &path, &cookie, &json!({"data": {"n": n}})).unwrap();
        assert_eq!(added.status, 200, "{}", added.body);
    };
    work(1);

    // Expand: the first node of the new version brings the schema up to date while the old one serves.
    server.ask(name, EXPAND);
    work(2);
    let refused = home.run(["serve", "--db", &address, "--listen", "127.0.0.1:0"]);
    refused.ends(5).complains("m0999_weather").complains("update draaiboek");
    home.run(["list", "--db", &address]).ends(5).complains("update draaiboek");

    // The old nodes leave one by one; their work is whole.
    work(3);
    assert_eq!(old.stop(), Some(0));
    let counted = "SELECT count(*) FROM instance WHERE snapshot::json->'data'->>'count' = '1' AND weather IS NULL";
    assert_eq!(server.ask(name, counted), "3");
    assert_eq!(server.ask(name, "SELECT count(*) FROM journal WHERE weather <> 'fine'"), "0");

    // Contract: what only one version needed is taken away when no node of the other runs any more.
    server.ask(
        name,
        "BEGIN; ALTER TABLE instance DROP COLUMN weather; ALTER TABLE journal DROP COLUMN weather; DROP TABLE umbrella; \
         DELETE FROM seaql_migrations WHERE version = 'm0999_weather'; COMMIT",
    );
    home.run(["verify", "--db", &address]).ends(0);
    let next = Node::start(&home, &address, &[]);
    assert_eq!(next.stop(), Some(0));
}
