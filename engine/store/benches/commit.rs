//! Durable turns a second through the store, beside plain SQLite calls (rusqlite, prepared statements, one thread) that
//! write the same rows into the same schema with the same settings, in one run. Ratios carry over to other machines,
//! figures do not.
//!
//! `cargo bench -p draaiboek-store --bench commit -- [rounds]`

#![expect(clippy::unwrap_used, reason = "a bench stops at the first thing that goes wrong")]

#[path = "shared/plain.rs"]
mod plain;

use draaiboek_store::{
    DefinitionRow, InstanceRow, InstanceWrite, JournalEntry, JournalRow, OpenOptions, SchoolRow, Store, Turn, Writer,
    content_hash, genesis_hash,
};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const INSTANCES: usize = 10_000;
const GROUP: usize = 64;

fn main() {
    let rounds = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(5);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let ours = tempfile::tempdir().unwrap();
    let theirs = tempfile::tempdir().unwrap();
    let (mut bench, mut plain) = runtime.block_on(async {
        let plain = Bench::new(&theirs.path().join("plain.db")).await;
        (Bench::new(&ours.path().join("store.db")).await, plain.close(&theirs.path().join("plain.db")))
    });
    let mut table = Table::default();
    for _ in 0..rounds {
        table.add("groups of 64: plain", plain.groups(100, GROUP));
        table.add("groups of 64: store", runtime.block_on(bench.groups(100, GROUP)));
        table.add("64 callers: writer", runtime.block_on(bench.callers(GROUP, 100)));
        table.add("one at a time: plain", plain.groups(500, 1));
        table.add("one at a time: store", runtime.block_on(bench.groups(500, 1)));
        table.add("one caller: writer", runtime.block_on(bench.callers(1, 500)));
    }
    table.print();
}

/// Turns and rows to write, made before the clock runs.
struct Rows {
    instances: Vec<InstanceRow>,
    journal_id: i64,
    seed: u64,
}

impl Rows {
    /// `count` instances in no order, each once.
    fn pick(&mut self, count: usize) -> Vec<usize> {
        let mut picked = Vec::with_capacity(count);
        while picked.len() < count {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = (self.seed >> 33) as usize % self.instances.len();
            if !picked.contains(&index) {
                picked.push(index);
            }
        }
        picked
    }

    fn next(&mut self, index: usize, store: Option<&Store>) -> (InstanceRow, JournalRow) {
        let fallback = draaiboek_store::Ids::default();
        let row = &mut self.instances[index];
        row.revision += 1;
        row.set_snapshot(format!(r#"{{"revision":{},"data":"{}"}}"#, row.revision, "s".repeat(200)));
        row.updated_at += 1;
        let ids = store.map_or(&fallback, Store::ids);
        let mut entry = row.append(ids, entry());
        if store.is_none() {
            self.journal_id += 1;
            entry.id = self.journal_id;
            row.journal_head = Some(entry.id);
        }
        (row.clone(), entry)
    }
}

fn entry() -> JournalEntry {
    JournalEntry {
        at: 1_790_000_000_000_000,
        actor: "dir-1".into(),
        outcome: "accepted".into(),
        command: format!(r#"{{"type":"go","data":"{}"}}"#, "c".repeat(180)),
        answers: "[]".into(),
        core_version: "0.1.0".into(),
        ..JournalEntry::default()
    }
}

struct Bench {
    store: Arc<Store>,
    rows: Rows,
}

impl Bench {
    async fn new(path: &Path) -> Self {
        let store = Arc::new(Store::open(path.to_str().unwrap(), OpenOptions::default()).await.unwrap());
        let definition = DefinitionRow {
            hash: content_hash("{}"),
            id: "linear".into(),
            version: "1".into(),
            ir_version: 1,
            content: "{}".into(),
            source: String::new(),
            created_at: 0,
        };
        store.put_definition(&definition).await.unwrap();
        let school = SchoolRow { id: "s".into(), name: "s".into(), content: "{}".into(), updated_at: 0 };
        store.put_school(&school).await.unwrap();
        let mut instances = Vec::new();
        let mut turns = Vec::new();
        for number in 0..INSTANCES {
            let mut row = instance(store.ids().instance(), number);
            let journal = vec![row.append(store.ids(), entry())];
            let instance = Some(InstanceWrite::create(row.clone()));
            turns.push(Turn { instance, journal, ..Turn::default() });
            instances.push(row);
        }
        assert!(store.commit(turns).await.iter().all(Result::is_ok));
        Self { store, rows: Rows { instances, journal_id: 1_000_000, seed: 7 } }
    }

    fn close(self, path: &Path) -> Plain {
        let Self { store, rows } = self;
        drop(store);
        Plain { connection: plain::open(path), rows }
    }

    fn turn(&mut self, index: usize) -> Turn {
        let (row, entry) = self.rows.next(index, Some(&self.store));
        Turn { instance: Some(InstanceWrite::advance(row, false)), journal: vec![entry], ..Turn::default() }
    }

    async fn groups(&mut self, groups: usize, size: usize) -> Run {
        let mut prepared = Vec::new();
        for _ in 0..groups {
            let picked = self.rows.pick(size);
            prepared.push(picked.into_iter().map(|index| self.turn(index)).collect::<Vec<_>>());
        }
        let mut run = Run::default();
        for turns in prepared {
            let start = Instant::now();
            let answers = self.store.commit(turns).await;
            run.add(start.elapsed(), size);
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        }
        run
    }

    async fn callers(&mut self, callers: usize, turns: usize) -> Run {
        let writer = Writer::start(Arc::clone(&self.store), 1024);
        let mut prepared = Vec::new();
        for index in self.rows.pick(callers) {
            prepared.push((0..turns).map(|_| self.turn(index)).collect::<Vec<_>>());
        }
        let start = Instant::now();
        let tasks: Vec<_> = prepared
            .into_iter()
            .map(|turns| {
                let writer = writer.clone();
                tokio::spawn(async move {
                    let mut waits = Vec::with_capacity(turns.len());
                    for turn in turns {
                        let start = Instant::now();
                        writer.submit(turn).await.unwrap();
                        waits.push(start.elapsed());
                    }
                    waits
                })
            })
            .collect();
        let mut run = Run::default();
        for task in tasks {
            run.waits.extend(task.await.unwrap());
        }
        run.turns = callers * turns;
        run.total = start.elapsed();
        run
    }
}

fn instance(pk: i64, number: usize) -> InstanceRow {
    let id = format!("instance-{number}");
    let snapshot = format!(r#"{{"revision":1,"data":"{}"}}"#, "s".repeat(200));
    InstanceRow {
        pk,
        journal_head_hash: genesis_hash(&id),
        id,
        school: "s".into(),
        title: "Linear".into(),
        workflow: "linear".into(),
        version: "1".into(),
        definition_hash: content_hash("{}"),
        calendar_hash: None,
        parent_id: None,
        parent_key: None,
        origin: "{}".into(),
        lifecycle: "active".into(),
        status: "one".into(),
        snapshot_hash: content_hash(&snapshot),
        snapshot,
        revision: 1,
        journal_head: None,
        created_at: 0,
        updated_at: 0,
        finished_at: None,
    }
}

/// Writes the next revision of an instance over the one before.
fn update(connection: &Connection, row: &InstanceRow) {
    let changed = connection.prepare_cached(plain::UPDATE).unwrap().execute(params![
        row.status,
        row.snapshot,
        row.snapshot_hash,
        row.revision,
        row.journal_head,
        row.journal_head_hash,
        row.updated_at,
        row.pk,
        row.revision - 1
    ]);
    assert_eq!(changed.unwrap(), 1);
}

/// Adds a journal row.
fn insert(connection: &Connection, row: &JournalRow) {
    let inserted = connection.prepare_cached(plain::INSERT).unwrap().execute(params![
        row.id,
        row.prev_id,
        row.instance_pk,
        row.revision,
        row.at,
        row.actor,
        row.on_behalf,
        row.outcome,
        row.command,
        row.answers,
        row.definition_hash,
        row.calendar_hash,
        row.core_version,
        row.snapshot_hash,
        row.prev_hash,
        row.hash
    ]);
    inserted.unwrap();
}

/// The yardstick.
struct Plain {
    connection: Connection,
    rows: Rows,
}

impl Plain {
    fn groups(&mut self, groups: usize, size: usize) -> Run {
        let mut prepared = Vec::new();
        for _ in 0..groups {
            let picked = self.rows.pick(size);
            prepared.push(picked.into_iter().map(|index| self.rows.next(index, None)).collect::<Vec<_>>());
        }
        let mut run = Run::default();
        for rows in prepared {
            let start = Instant::now();
            let transaction =
                self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
            for (instance, journal) in &rows {
                update(&transaction, instance);
                insert(&transaction, journal);
            }
            transaction.commit().unwrap();
            run.add(start.elapsed(), size);
        }
        run
    }
}

#[derive(Default)]
struct Run {
    total: Duration,
    turns: usize,
    waits: Vec<Duration>,
}

impl Run {
    fn add(&mut self, wait: Duration, turns: usize) {
        self.total += wait;
        self.turns += turns;
        self.waits.push(wait);
    }
}

#[derive(Default)]
struct Table(Vec<(&'static str, Vec<Run>)>);

impl Table {
    fn add(&mut self, name: &'static str, run: Run) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, runs)) => runs.push(run),
            None => self.0.push((name, vec![run])),
        }
    }

    /// The median over the rounds of turns a second.
    fn rate(runs: &[Run]) -> f64 {
        let mut rates: Vec<f64> = runs.iter().map(|run| run.turns as f64 / run.total.as_secs_f64()).collect();
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    }

    fn print(&self) {
        println!("{:<24} {:>10} {:>10} {:>10} {:>8}", "", "turns/s", "p50 us", "p99 us", "ratio");
        let mut yardstick = 0.0;
        for (name, runs) in &self.0 {
            let rate = Self::rate(runs);
            if name.ends_with("plain") {
                yardstick = rate;
            }
            let mut waits: Vec<Duration> = runs.iter().flat_map(|run| run.waits.iter().copied()).collect();
            waits.sort();
            let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_micros();
            println!("{name:<24} {rate:>10.0} {:>10} {:>10} {:>8.2}", at(50), at(99), rate / yardstick);
        }
    }
}
