//! Counting per group, as guards on "each team" need it.

use crate::table::Table;

/// How many items each group has.
#[must_use]
pub fn count_by<'a>(groups: impl IntoIterator<Item = Option<&'a str>>) -> Table<u64> {
    let mut counts = Table::default();
    for group in groups.into_iter().flatten() {
        *counts.at(group) += 1;
    }
    counts
}

/// The groups that have any, in id order.
#[must_use]
pub fn groups_of(counts: &Table<u64>) -> Vec<String> {
    counts.names().map(str::to_owned).collect()
}

/// The expected groups that have none, in the order in which the configuration lists them.
#[must_use]
pub fn groups_without(expected: &[String], counts: &Table<u64>) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for group in expected {
        if !counts.has(group) && !missing.contains(group) {
            missing.push(group.clone());
        }
    }
    missing
}
