//! Counting per group, as guards on "each team" need it.

use std::collections::{BTreeMap, BTreeSet};

/// How many items each group has.
#[must_use]
pub fn count_by<'a>(groups: impl IntoIterator<Item = Option<&'a str>>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for group in groups.into_iter().flatten() {
        *counts.entry(group.to_owned()).or_insert(0) += 1;
    }
    counts
}

/// The groups that have any, in id order.
#[must_use]
pub fn groups_of(counts: &BTreeMap<String, u64>) -> Vec<String> {
    counts.keys().cloned().collect()
}

/// The expected groups that have none, in the order in which the configuration lists them.
#[must_use]
pub fn groups_without(expected: &[String], counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    expected.iter().filter(|group| !counts.contains_key(*group) && seen.insert(*group)).cloned().collect()
}
