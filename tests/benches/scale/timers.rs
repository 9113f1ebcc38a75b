//! Timers: how fast they are set, and a million that fall due within a day, of which a node finds a fifth at a time.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use draaiboek_store::{InstanceRow, InstanceWrite, JournalEntry, OpenOptions, Scope, Store, TimerRow, Turn, Whole};
use serde_json::json;

use crate::place::Place;
use crate::{Bench, Run, node, nodes};

/// Timers that one turn sets, and turns of one commit.
const SET: (usize, usize) = (100, 16);
/// Commits of the measurement.
const COMMITS: usize = 125;
/// In how many parts of the day the timers fall due and are fired.
const WAVES: u64 = 5;
/// Groups at the beginning of the yardstick that are not measured.
const UNTIMED: usize = 8;

impl Bench {
    pub fn timers(&self, runtime: &tokio::runtime::Runtime, million: u64) {
        println!("\ntimers set by turns of {} timers, {} turns a commit", SET.0, SET.1);
        for place in self.places() {
            runtime.block_on(place.fill("steady", SET.1 as u64));
            let (count, seconds) = runtime.block_on(set(&place));
            println!("{:<11} {count} in {seconds:.2} s, {:.0} a second", place.kind(), count as f64 / seconds);
        }
        println!("\n{million} timers due within a day, fired by one node while one person goes on working");
        for place in self.places() {
            runtime.block_on(fire(&place, million));
        }
    }
}

/// Fires what is due and measures the yardstick in turn, so that both have the same share of the machine's moods.
async fn fire(place: &Place<'_>, million: u64) {
    place.fill("waiting", million - 1).await;
    let (spare, mut fired, mut alone) = (million / 10, Tally::default(), Tally::default());
    place.postpone(spare);
    let due = million - 1 - spare;
    let mut told = Vec::new();
    for wave in 0..WAVES {
        let (before, until) = (due * wave / WAVES, due * (wave + 1) / WAVES);
        let last = format!("m{}", spare + until);
        let clock = moment(place, &last).await;
        let order = json!({"database": place.address(), "clock": clock, "timers": until - before, "last": last});
        let answer = nodes(vec![order]).pop().unwrap();
        let groups = answer.1["groups"].as_u64().unwrap();
        fired.add(until - before, Duration::from_millis(answer.1["millis"].as_u64().unwrap()));
        let group = ((until - before) as f64 / groups as f64).round() as usize;
        let idle = spare * wave / WAVES + 1..=spare * (wave + 1) / WAVES;
        let (count, spent) = commit(place, idle, group).await;
        alone.add(count, spent);
        told.push(answer);
    }
    let claim = told[0].1["claim"].as_u64().unwrap() as f64 / 1_000.0;
    let run = Run::of(told, fired.seconds);
    println!(
        "{:<11} first 512 taken in {claim:.1} ms; all fired in {:.1} s, {:.0} a second in groups of {:.0}; group commit alone {:.0} a second, ratio {:.2}; meanwhile a command p50 {:.1}, p99 {:.1} ms; at most {:.0} MB",
        place.kind(),
        fired.seconds,
        fired.rate(),
        fired.count as f64 / run.groups as f64,
        alone.rate(),
        fired.rate() / alone.rate(),
        run.at(50),
        run.at(99),
        run.most
    );
}

/// How many in how many seconds.
#[derive(Default)]
struct Tally {
    count: u64,
    seconds: f64,
}

impl Tally {
    fn add(&mut self, count: u64, spent: Duration) {
        self.count += count;
        self.seconds += spent.as_secs_f64();
    }

    fn rate(&self) -> f64 {
        self.count as f64 / self.seconds
    }
}

/// When the timer of a cycle is due.
async fn moment(place: &Place<'_>, cycle: &str) -> String {
    let read = Store::open_read_only(&place.address()).await.unwrap();
    let whole = read.wholes(&[cycle.to_owned()]).await.unwrap().pop().unwrap();
    jiff::Timestamp::from_microsecond(whole.timers[0].due_at).unwrap().to_string()
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
/// How many of these cycles, which were postponed, in what time; the first groups, for which statements are prepared, do not
/// count.
async fn commit(place: &Place<'_>, cycles: RangeInclusive<u64>, group: usize) -> (u64, Duration) {
    // Without a writer, which would keep the file for a moment longer.
    let store = Store::open(&place.address(), OpenOptions::default()).await.unwrap();
    let ids: Vec<String> = cycles.map(|n| format!("m{n}")).collect();
    let (mut count, mut spent) = (0, Duration::ZERO);
    for (number, group) in ids.chunks(group).enumerate() {
        let wholes = store.read().wholes(group).await.unwrap();
        assert_eq!(wholes.len(), group.len());
        let turns = wholes.into_iter().map(|whole| fired(&store, whole)).collect();
        let start = Instant::now();
        assert!(store.commit(turns).await.iter().all(Result::is_ok));
        if number >= UNTIMED {
            count += group.len() as u64;
            spent += start.elapsed();
        }
    }
    store.leave().await.unwrap();
    (count, spent)
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
