//! Faults out of seeds, some hundreds in every run of the gate; `draaiboek-test-faults` runs thousands, and shows one.

use draaiboek_tests::faults::Bench;

/// So many that every kind of fault comes many times.
const SEEDS: u64 = 200;

#[test]
fn whatever_happens_nothing_is_lost_or_doubled() {
    let mut bench = Bench::new().expect("a bench");
    let mut faults = std::collections::BTreeMap::new();
    for seed in 0..SEEDS {
        let outcome = bench.run(seed).expect("it runs");
        assert!(outcome.broken.is_empty(), "seed {seed}: {:#?}\n{}", outcome.broken, outcome.log.join("\n"));
        for (kind, times) in outcome.faults {
            *faults.entry(kind).or_insert(0) += times;
        }
    }
    println!("{faults:?}");
    assert!(faults.len() >= 11 && faults.values().all(|times| *times >= 5), "{faults:?}");
}

#[test]
fn a_seed_runs_the_same_way_again() {
    let mut bench = Bench::new().expect("a bench");
    for seed in [3, 1_000_003] {
        let first = bench.run(seed).expect("it runs");
        assert_eq!(bench.run(seed).expect("it runs again"), first);
    }
}
