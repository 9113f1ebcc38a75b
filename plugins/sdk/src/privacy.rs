//! Which cells of a breakdown may be shown (L6). Counts people; knows nothing of what they said.

/// Least number of people behind a shown figure, where nobody says another.
pub(crate) const K: u64 = 5;
/// The least that may be said.
pub(crate) const K_FLOOR: u64 = 3;

/// Which cells stay hidden, given how many people are in each: those with fewer than `k`, and with them the smallest others
/// until the hidden ones cannot be found by subtracting the shown ones from the total, that is, until at least two
/// cells are hidden which together hold `k` people. Of equal cells the first is hidden first. An empty cell hides nobody:
/// it is shown as empty.
#[must_use]
pub fn hidden_cells(sizes: &[u64], k: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = sizes.iter().map(|size| (1..k).contains(size)).collect();
    loop {
        let inside = || sizes.iter().zip(&hidden).filter(|(_, hidden)| **hidden).map(|(size, _)| *size);
        let (cells, people) = (inside().count(), inside().fold(0_u64, u64::saturating_add));
        if cells == 0 || (cells >= 2 && people >= k) {
            return hidden;
        }
        let shown = |at: &usize| sizes[*at] > 0 && !hidden[*at];
        match (0..sizes.len()).filter(shown).min_by_key(|at| sizes[*at]) {
            Some(smallest) => hidden[smallest] = true,
            None => return hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_cell_takes_the_smallest_other_along() {
        for (sizes, k, hidden) in [
            (vec![4, 10], 5, vec![true, true]),
            (vec![5, 10], 5, vec![false, false]),
            (vec![4, 10, 6], 5, vec![true, false, true]),
            (vec![3, 3, 10], 5, vec![true, true, false]),
            (vec![2, 2, 10], 5, vec![true, true, true]),
            (vec![4, 0, 10, 7], 5, vec![true, false, false, true]),
            (vec![2, 6, 6], 5, vec![true, true, false]),
            (vec![4], 5, vec![true]),
            (vec![0, 0], 5, vec![false, false]),
            (vec![], 5, vec![]),
        ] {
            assert_eq!(hidden_cells(&sizes, k), hidden, "{sizes:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
        #[test]
        fn no_small_number_can_be_found_by_subtraction(sizes in prop::collection::vec(0u64..12, 0..7), k in 3u64..8) {
            let hidden = hidden_cells(&sizes, k);
            let inside: Vec<u64> = sizes.iter().zip(&hidden).filter(|(_, h)| **h).map(|(size, _)| *size).collect();
            let total: u64 = sizes.iter().sum();
            prop_assert!(sizes.iter().zip(&hidden).all(|(size, hidden)| *hidden || *size == 0 || *size >= k));
            // What is left by subtraction is nothing, many, or everybody.
            let left: u64 = inside.iter().sum();
            prop_assert!(inside.is_empty() || left == total || (inside.len() >= 2 && left >= k), "{:?}", hidden);
        }
    }
}
