//! The databases of the bench: a file or one on a server, filled with copies of one cycle, and the same database asked
//! without us.

use std::path::{Path, PathBuf};
use std::process::Command as Process;

use draaiboek_runtime::{School, StartRequest};
use draaiboek_test_postgres::Server;
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use serde_json::Map;

use crate::limit::plain;
use crate::node;

/// A cycle between two states for ever, and one that waits a day.
const WORKFLOWS: [(&str, &str); 2] = [
    (
        "steady",
        "workflow: steady\nversion: 1.0.0\nroles: {dir: {}}\nstates:\n  \
         a: {on: {next: {to: b, roles: dir, data: {note: text}}}}\n  \
         b: {on: {next: {to: a, roles: dir, data: {note: text}}}}\n",
    ),
    (
        "waiting",
        "workflow: waiting\nversion: 1.0.0\nroles: {dir: {}}\nstates:\n  a: {after: {PT1M: {to: b}}}\n  \
         b: {on: {next: {to: a, roles: dir}}}\n",
    ),
];
const SCHOOL: &str =
    "school: s\nname: S\ncalendar: {base: be-nl, years: [2026-2027]}\npeople: {dir: {name: An, roles: [dir]}}\n";

/// A database.
pub enum Place<'s> {
    /// In a folder.
    File(PathBuf),
    /// On a server, by name.
    Server(&'s Server, String),
}

impl<'s> Place<'s> {
    pub fn file(folder: &Path, name: &str) -> Self {
        Self::File(folder.join(name))
    }

    pub fn server(server: &'s Server) -> Self {
        let address = server.database();
        Self::Server(server, address.rsplit('/').next().unwrap().to_owned())
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "SQLite",
            Self::Server(..) => "PostgreSQL",
        }
    }

    pub fn address(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(server, name) => server.address(name),
        }
    }

    fn run(&self, sql: &str) {
        match self {
            Self::File(path) => plain::open(path).execute_batch(sql).unwrap(),
            Self::Server(server, name) => drop(server.ask(name, sql)),
        }
    }

    /// Bytes that the rows take on disk.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::File(path) => {
                let size: u64 = plain::open(path)
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(0))
                    .map(|_: i64| std::fs::metadata(path).unwrap().len())
                    .unwrap();
                size
            }
            Self::Server(server, name) => {
                server.ask(name, &format!("SELECT pg_database_size('{name}')")).parse().unwrap()
            }
        }
    }

    /// Makes the schema, the school, and `count` cycles of a workflow besides `m0`, each a copy of one that was started. The
    /// copies of one that waits are due one after the other within a day.
    pub async fn fill(&self, workflow: &str, count: u64) {
        let engine = node::engine(&self.address(), None).await;
        for (name, text) in WORKFLOWS {
            let bundle = Bundle { main: SourceFile::new(format!("{name}.yaml"), text.to_owned()), texts: Vec::new() };
            let checked = language::check(&bundle, &Options::default()).workflow.unwrap();
            engine.publish(&checked, text).await.unwrap();
        }
        engine.put_school(&School::parse(SCHOOL).unwrap()).await.unwrap();
        for (id, workflow) in [("m0", "steady"), ("template", workflow)] {
            let request = StartRequest {
                id: Some(id.into()),
                school: "s".into(),
                workflow: workflow.into(),
                config: Map::new(),
                ..StartRequest::default()
            };
            engine.start(request, &node::director(), None).await.unwrap();
        }
        engine.store().leave().await.unwrap();
        drop(engine);
        let shift = match self {
            Self::File(_) => 1,
            // Numbers of nodes stand in the low bits.
            Self::Server(..) => 1_024,
        };
        for sql in copies(count, shift) {
            self.run(&sql);
        }
        if let Self::Server(..) = self {
            // As the server would of itself after a while; a file of a school is never analysed.
            self.run("VACUUM ANALYZE");
        }
    }

    /// Puts off the timers of the first cycles until nobody waits for them.
    pub fn postpone(&self, count: u64) {
        self.run(&format!(
            "UPDATE timer SET due_at = due_at + 4000000000000000 WHERE instance_pk IN \
             (SELECT pk FROM instance WHERE id LIKE 'm%' AND CAST(substr(id, 2) AS bigint) <= {count})"
        ));
    }

    /// Transactions a second of pgbench that write what a command writes (the snapshot again, a journal row), each client
    /// on a connection of its own.
    pub fn pgbench(&self, clients: usize, seconds: u64) -> Option<f64> {
        let Self::Server(server, name) = self else { return None };
        let count: u64 = server.ask(name, "SELECT count(*) FROM instance").parse().unwrap();
        server.ask(name, "CREATE SEQUENCE IF NOT EXISTS limits START 1000000000000000");
        server.ask(name, "CREATE TABLE IF NOT EXISTS limit_keys AS SELECT row_number() OVER () n, pk FROM instance");
        server.ask(name, "CREATE UNIQUE INDEX IF NOT EXISTS limit_keys_n ON limit_keys(n)");
        let script = format!(
            "\\set n random(1, {count})\nBEGIN;\n\
             UPDATE instance SET snapshot=snapshot, snapshot_hash=snapshot_hash, revision=revision+1, updated_at=updated_at+1 \
             WHERE pk=(SELECT pk FROM limit_keys WHERE n=:n);\n\
             INSERT INTO journal SELECT nextval('limits'), prev_id, instance_pk, revision, at, actor, on_behalf, outcome, \
             command, answers, definition_hash, calendar_hash, core_version, snapshot_hash, prev_hash, hash FROM journal \
             WHERE id=(SELECT max(id) FROM journal WHERE id < 1000000000000000);\nEND;\n"
        );
        let file = std::env::temp_dir().join(format!("draaiboek-limit-{}.sql", std::process::id()));
        std::fs::write(&file, script).unwrap();
        let mut process = Process::new(server.tool("pgbench"));
        process.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()]);
        let output = process.arg("-f").arg(&file).arg(server.superuser(name)).output().unwrap();
        std::fs::remove_file(&file).unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("tps = "));
        assert!(line.is_some(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        line.and_then(|line| line.split(' ').next()?.parse().ok())
    }
}

/// The statements that copy `template`, its journal row and its timer; one text for both kinds of database.
fn copies(count: u64, shift: u64) -> [String; 3] {
    let numbers = format!(
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{count}) SELECT CAST(i AS bigint)*{shift} AS d, i FROM n) n"
    );
    let day: u64 = 86_400_000_000;
    let spread = day / count.max(1);
    [
        format!(
            "INSERT INTO instance SELECT t.pk+n.d, 'm'||n.i, school, title, workflow, version, definition_hash, calendar_hash, \
             parent_id, parent_key, replace(origin, 'template', 'm'||n.i), lifecycle, status, snapshot, snapshot_hash, revision, \
             journal_head+n.d, journal_head_hash, created_at, updated_at, finished_at \
             FROM instance t, {numbers} WHERE t.id='template'"
        ),
        format!(
            "INSERT INTO journal SELECT j.id+n.d, prev_id, j.instance_pk+n.d, j.revision, at, actor, on_behalf, outcome, command, \
             answers, j.definition_hash, j.calendar_hash, core_version, j.snapshot_hash, prev_hash, hash \
             FROM journal j JOIN instance t ON t.journal_head=j.id AND t.id='template', {numbers}"
        ),
        format!(
            "INSERT INTO timer (id, instance_pk, timer_id, due_at, civil, rule, event, status) \
             SELECT r.id+n.d, r.instance_pk+n.d, timer_id, due_at+CAST(n.i AS bigint)*{spread}, civil, rule, event, r.status \
             FROM timer r JOIN instance t ON t.pk=r.instance_pk AND t.id='template', {numbers}"
        ),
    ]
}
