//! Timers: how fast they are set, and a million that fell due during a day of downtime.

use std::time::{Duration, Instant};

use draaiboek_store::{InstanceRow, InstanceWrite, JournalEntry, Scope, Store, TimerRow, Turn, Whole};
use serde_json::json;

use crate::place::Place;
use crate::{Bench, Run, node, nodes};

/// Timers that one turn sets, and turns of one commit.
const SET: (usize, usize) = (100, 16);
/// Commits of the measurement.
const COMMITS: usize = 125;

impl Bench {
    pub fn timers(&self, runtime: &tokio::runtime::Runtime, million: u64) {
        println!("\ntimers set by turns of {} timers, {} turns a commit", SET.0, SET.1);
        for place in self.places() {
            runtime.block_on(place.fill("steady", SET.1 as u64));
            let (count, seconds) = runtime.block_on(set(&place));
            println!("{:<11} {count} in {seconds:.2} s, {:.0} a second", place.kind(), count as f64 / seconds);
        }
        println!("\n{million} timers due within the last day, fired by one node while one person goes on working");
        for place in self.places() {
            runtime.block_on(place.fill("waiting", million - 1));
            let later = million / 20;
            place.postpone(later);
            let million = million - later;
            let order = json!({"database": place.address(), "clock": "2099-01-01T09:00:00Z", "timers": million, "last": format!("m{}", million + later - 1)});
            let (rest, told) = nodes(vec![order]).pop().unwrap();
            let run = Run::of(vec![(rest, told.clone())], 1.0);
            let millis = told["millis"].as_u64().unwrap();
            let rate = million as f64 * 1_000.0 / millis as f64;
            let group = million as f64 / run.groups as f64;
            let plain = runtime.block_on(commit(&place, later, group.round() as usize));
            println!(
                "{:<11} first 512 taken in {:.1} ms; all fired in {:.1} s, {rate:.0} a second in groups of {group:.0}; group commit alone {plain:.0} a second, ratio {:.2}; meanwhile a command p50 {:.1}, p99 {:.1} ms; at most {:.0} MB",
                place.kind(),
                told["claim"].as_u64().unwrap() as f64 / 1_000.0,
                millis as f64 / 1_000.0,
                rate / plain,
                run.at(50),
                run.at(99),
                run.most
            );
        }
    }
}

/// Sets timers through the store; how many, in how many seconds.
async fn set(place: &Place<'_>) -> (usize, f64) {
    let engine = node::engine(&place.address(), None).await;
    let store = engine.store();
    let mut rows = Vec::new();
    for n in 1..=SET.1 {
        rows.push(store.read().instance(Scope::All, &format!("m{n}")).await.unwrap().unwrap());
    }
    let start = Instant::now();
    for _ in 0..COMMITS {
        let turns: Vec<Turn> = rows.iter_mut().map(|row| turn(store, row)).collect();
        assert!(store.commit(turns).await.iter().all(Result::is_ok));
    }
    let seconds = start.elapsed().as_secs_f64();
    store.leave().await.unwrap();
    (COMMITS * SET.0 * SET.1, seconds)
}

/// A turn that sets timers, with the journal row that it needs.
fn turn(store: &Store, row: &mut InstanceRow) -> Turn {
    row.revision += 1;
    row.set_snapshot(row.snapshot.clone());
    let journal = vec![row.append(store.ids(), JournalEntry { outcome: "accepted".into(), ..JournalEntry::default() })];
    let timer = |n| TimerRow {
        id: store.ids().timer(),
        instance_pk: row.pk,
        timer_id: format!("{}.{n}", row.revision),
        due_at: 4_000_000_000_000_000 + n,
        civil: String::new(),
        rule: "PT1M".into(),
        event: "{}".into(),
        status: "pending".into(),
        fired_at: None,
        lateness: None,
    };
    let timers = (0..SET.0 as i64).map(timer).collect();
    Turn { instance: Some(InstanceWrite::advance(row.clone(), false)), journal, timers, ..Turn::default() }
}

/// The yardstick of firing: the rows that it writes, committed in groups by the same store, without reading and deciding.
/// Turns a second, of the cycles that were postponed.
async fn commit(place: &Place<'_>, count: u64, group: usize) -> f64 {
    let engine = node::engine(&place.address(), None).await;
    let store = engine.store();
    let ids: Vec<String> = (1..=count).map(|n| format!("m{n}")).collect();
    let mut spent = Duration::ZERO;
    for group in ids.chunks(group) {
        let wholes = store.read().wholes(group).await.unwrap();
        assert_eq!(wholes.len(), group.len());
        let turns = wholes.into_iter().map(|whole| fired(store, whole)).collect();
        let start = Instant::now();
        assert!(store.commit(turns).await.iter().all(Result::is_ok));
        spent += start.elapsed();
    }
    store.leave().await.unwrap();
    count as f64 / spent.as_secs_f64()
}

/// The turn that books the timers of a cycle as fired.
fn fired(store: &Store, whole: Whole) -> Turn {
    let Whole { mut row, timers, .. } = whole;
    row.revision += 1;
    row.set_snapshot(row.snapshot.clone());
    let journal = vec![row.append(store.ids(), JournalEntry { outcome: "accepted".into(), ..JournalEntry::default() })];
    let book = |timer| TimerRow { status: "fired".into(), fired_at: Some(0), lateness: Some(0), ..timer };
    let timers = timers.into_iter().map(book).collect();
    Turn { instance: Some(InstanceWrite::advance(row, false)), journal, timers, ..Turn::default() }
}
