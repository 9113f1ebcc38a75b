//! Runs the simulation of faults for many seeds, or shows what happens in one.
//!
//! `draaiboek-test-faults --seeds 5000 [--from 0] [--threads 2]`, or `--seed 17`.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use draaiboek_tests::faults::{Bench, Outcome};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Failing seeds that are shown at the most.
const SHOWN: usize = 10;

fn main() -> Result<(), Failure> {
    let mut options = BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value: u64 = arguments.next().ok_or_else(|| format!("{name} needs a number"))?.parse()?;
        options.insert(name, value);
    }
    let option = |name: &str, other: u64| options.get(name).copied().unwrap_or(other);
    if let Some(seed) = options.get("--seed") {
        return show(*seed);
    }
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    many(option("--from", 0), option("--seeds", 1_000), option("--threads", threads))
}

/// One seed, line by line.
fn show(seed: u64) -> Result<(), Failure> {
    let mut bench = Bench::new()?;
    let outcome = bench.run(seed)?;
    println!("{}", outcome.log.join("\n"));
    println!("seed {seed}: digest {}, faults {:?}", outcome.digest, outcome.faults);
    if bench.run(seed)? != outcome {
        return Err(format!("seed {seed} does not run the same way again").into());
    }
    verdict(&[outcome])
}

fn many(from: u64, seeds: u64, threads: u64) -> Result<(), Failure> {
    let next = AtomicU64::new(from);
    let all = Mutex::new(Vec::new());
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1))
            .map(|_| {
                scope.spawn(|| {
                    let mut bench = Bench::new()?;
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= from + seeds {
                            return Ok::<(), Failure>(());
                        }
                        let mut outcome = bench.run(seed)?;
                        outcome.log.clear();
                        all.lock().map_err(|_| "a worker broke")?.push(outcome);
                    }
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker broke")?)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut outcomes = all.into_inner().map_err(|_| "a worker broke")?;
    outcomes.sort_by_key(|outcome| outcome.seed);
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, times) in outcomes.iter().flat_map(|outcome| &outcome.faults) {
        *faults.entry(kind).or_default() += times;
    }
    for (kind, times) in &faults {
        println!("{times:>8}  {kind}");
    }
    let rate = f64::from(u32::try_from(outcomes.len()).unwrap_or(u32::MAX)) / seconds * 60.0;
    println!("{} seeds in {seconds:.1} s: {rate:.0} a minute", outcomes.len());
    verdict(&outcomes)
}

fn verdict(outcomes: &[Outcome]) -> Result<(), Failure> {
    let bad: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.broken.is_empty()).collect();
    for outcome in bad.iter().take(SHOWN) {
        println!("seed {}: {}", outcome.seed, outcome.broken.join("\n  "));
    }
    match bad.len() {
        0 => Ok(()),
        some => Err(format!("{some} of {} seeds broke something; `--seed N` shows one", outcomes.len()).into()),
    }
}
