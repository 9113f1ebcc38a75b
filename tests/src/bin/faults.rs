//! Runs the simulation of faults for many seeds, or shows what happens in one.
//!
//! `draaiboek-test-faults --seeds 5000 [--from 0] [--processes 2]`, or `--seed 17`. Each process has a processor to itself
//! and takes its share of the seeds: threads of one process would wait for each other's memory.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use draaiboek_tests::faults::{Bench, stay_on};

type Failure = Box<dyn std::error::Error + Send + Sync>;
/// What one process tells another of a seed: its number, the faults by kind, what broke.
type Told = (u64, BTreeMap<String, usize>, Vec<String>);

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
    let (from, seeds) = (option("--from", 0), option("--seeds", 1_000));
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let processes = option("--processes", processors).max(1);
    match options.get("--share") {
        Some(share) => work(from + share..from + seeds, usize::try_from(*share)?, usize::try_from(processes)?),
        None => many(from, seeds, processes),
    }
}

/// One seed, line by line.
fn show(seed: u64) -> Result<(), Failure> {
    let bench = Bench::new()?;
    let outcome = bench.run(seed)?;
    println!("{}", outcome.log.join("\n"));
    println!("seed {seed}: digest {}, faults {:?}", outcome.digest, outcome.faults);
    if bench.run(seed)? != outcome {
        return Err(format!("seed {seed} does not run the same way again").into());
    }
    verdict(1, &[(seed, BTreeMap::new(), outcome.broken)])
}

/// The part of one process: tells of each seed in a line.
fn work(seeds: std::ops::Range<u64>, share: usize, processes: usize) -> Result<(), Failure> {
    stay_on(share);
    Bench::new()?.run_each(seeds.step_by(processes), |outcome| {
        let line = serde_json::to_string(&(outcome.seed, outcome.faults, outcome.broken)).unwrap_or_default();
        let _ = writeln!(std::io::stdout(), "{line}");
    })
}

fn many(from: u64, seeds: u64, processes: u64) -> Result<(), Failure> {
    let begun = Instant::now();
    let start = |share: u64| {
        let mut process = Command::new(std::env::current_exe()?);
        for (name, value) in [("--from", from), ("--seeds", seeds), ("--processes", processes), ("--share", share)] {
            process.args([name, &value.to_string()]);
        }
        process.stdout(Stdio::piped()).spawn()
    };
    let children = (0..processes).map(start).collect::<Result<Vec<Child>, _>>()?;
    let listeners: Vec<_> = children.into_iter().map(|child| std::thread::spawn(|| listen(child))).collect();
    let mut told = Vec::new();
    for listener in listeners {
        told.extend(listener.join().map_err(|_| "a listener broke")??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, times) in told.iter().flat_map(|(_, faults, _)| faults) {
        *faults.entry(kind).or_default() += times;
    }
    for (kind, times) in &faults {
        println!("{times:>8}  {kind}");
    }
    let rate = f64::from(u32::try_from(told.len()).unwrap_or(u32::MAX)) / seconds * 60.0;
    println!("{} seeds in {seconds:.1} s: {rate:.0} a minute", told.len());
    verdict(seeds, &told)
}

/// What a process tells until it ends.
fn listen(mut child: Child) -> Result<Vec<Told>, Failure> {
    let mut told = Vec::new();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        told.push(serde_json::from_str(&line?)?);
    }
    let ended = child.wait()?;
    if ended.success() { Ok(told) } else { Err(format!("a process of the simulation ended with {ended}").into()) }
}

fn verdict(seeds: u64, told: &[Told]) -> Result<(), Failure> {
    let mut bad: Vec<&Told> = told.iter().filter(|(_, _, broken)| !broken.is_empty()).collect();
    bad.sort_by_key(|(seed, ..)| *seed);
    for (seed, _, broken) in bad.iter().take(SHOWN) {
        println!("seed {seed}: {}", broken.join("\n  "));
    }
    match bad.len() {
        0 if told.len() as u64 == seeds => Ok(()),
        0 => Err(format!("{} of {seeds} seeds were told of", told.len()).into()),
        some => Err(format!("{some} of {seeds} seeds broke something; `--seed N` shows one").into()),
    }
}
