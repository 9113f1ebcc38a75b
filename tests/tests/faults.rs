//! Faults out of seeds, some hundreds in every run of the gate; `draaiboek-test-faults` runs thousands, and shows one.

use draaiboek_tests::faults::{Bench, Outcome, stay_on};

/// So many that every kind of fault comes many times.
const SEEDS: u64 = 400;

#[test]
fn whatever_happens_nothing_is_lost_or_doubled() {
    stay_on(0);
    let bench = Bench::new().expect("a bench");
    let (tell, told) = std::sync::mpsc::channel();
    bench.run_each(0..SEEDS, move |outcome| tell.send(outcome).expect("somebody listens")).expect("it runs");
    let mut faults = std::collections::BTreeMap::new();
    let mut seeds = std::collections::BTreeSet::new();
    for outcome in told {
        let seed = outcome.seed;
        assert!(outcome.broken.is_empty(), "seed {seed}: {:#?}\n{}", outcome.broken, outcome.log.join("\n"));
        seeds.insert(seed);
        for (kind, times) in outcome.faults {
            *faults.entry(kind).or_insert(0) += times;
        }
    }
    println!("{faults:?}");
    assert!(seeds.into_iter().eq(0..SEEDS));
    assert!(faults.len() >= 11 && faults.values().all(|times| *times >= 5), "{faults:?}");
}

#[test]
fn a_seed_runs_the_same_way_again_alone_and_beside_others() {
    stay_on(1);
    let bench = Bench::new().expect("a bench");
    let first = [3, 1_000_003].map(|seed| bench.run(seed).expect("it runs"));
    let (tell, told) = std::sync::mpsc::channel();
    let seeds = [7, 3, 8, 1_000_003, 9];
    bench.run_each(seeds.into_iter(), move |outcome| tell.send(outcome).expect("somebody listens")).expect("it runs");
    let again: std::collections::BTreeMap<u64, Outcome> = told.into_iter().map(|told| (told.seed, told)).collect();
    for outcome in first {
        assert_eq!(again.get(&outcome.seed), Some(&outcome));
        assert_eq!(bench.run(outcome.seed).expect("it runs again"), outcome);
    }
}
