//! `kill -9` under load: what was acknowledged is there, nothing is there twice, and the journal proves it.
//!
//! DRAAIBOEK_KILLS sets the number of kills (50 by default; `tests/soak.sh` takes 1,000).
#![expect(clippy::expect_used, reason = "a failure here is a failed test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use draaiboek_runtime::{SystemClock, verify};

const CYCLES: usize = 8;

/// The number after this one in a fixed sequence (an LCG): the moments of the kills differ but repeat.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Starts the load, kills it after a while; gives the highest acknowledged number per cycle.
fn run_and_kill(database: &Path, after: Duration, acknowledged: &mut BTreeMap<String, i64>) -> usize {
    let mut child = Command::new(env!("CARGO_BIN_EXE_draaiboek-test-load"))
        .arg(database)
        .arg(CYCLES.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the load starts");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let reader = std::thread::spawn(move || output.lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(after);
    child.kill().expect("kill -9");
    child.wait().expect("it is gone");
    let lines = reader.join().expect("its lines");
    for line in &lines {
        let Some((cycle, n)) = line.split_once(' ') else { continue };
        // A line cut off by the kill is no acknowledgement.
        let Ok(n) = n.parse::<i64>() else { continue };
        let highest = acknowledged.entry(cycle.to_owned()).or_default();
        *highest = (*highest).max(n);
    }
    lines.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let kills: usize = std::env::var("DRAAIBOEK_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("crash.db");
    let mut acknowledged = BTreeMap::new();
    let mut seed = 20_261_002;
    let mut lines = 0;
    for _ in 0..kills {
        let after = Duration::from_millis(60 + next(&mut seed) % 300);
        lines += run_and_kill(&database, after, &mut acknowledged);
    }
    assert!(lines > kills, "the load did work between {kills} kills, but acknowledged only {lines} commands");

    println!("{kills} kills, {lines} commands acknowledged in between");
    let engine = draaiboek_tests::open(&database, Arc::new(SystemClock)).await.expect("it opens after the last kill");
    for (cycle, highest) in &acknowledged {
        let snapshot = engine.snapshot(cycle).await.expect("the cycle is there");
        let data = |name: &str| snapshot.data.get(name).and_then(serde_json::Value::as_i64).expect("a number");
        assert!(data("last") >= *highest, "{cycle}: {highest} was acknowledged, the database ends at {}", data("last"));
        assert_eq!(data("count"), data("last"), "{cycle}: every number counts once");
    }
    let report = verify(engine.store().read(), |_| ()).await.expect("verify runs");
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.instances, CYCLES);
}
