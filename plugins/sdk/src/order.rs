//! Order where scores tie (L9) and chance that is the same everywhere (L1).

use core::cmp::Ordering;

/// L9: main score descending, then distinct supporters descending, then id ascending in byte order.
pub fn by_score(a: (u64, u64, &str), b: (u64, u64, &str)) -> Ordering {
    b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then_with(|| a.2.as_bytes().cmp(b.2.as_bytes()))
}

/// A small generator over the host's seed (SplitMix64): the same seed gives the same choices on every machine.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Starts from the seed of the context.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next_bits()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Shuffles in place (Fisher-Yates). Sort first: the result depends on the order going in.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_fall_to_supporters_and_then_to_the_id() {
        let mut rows = [(2, 2, "P5"), (4, 3, "P2"), (1, 1, "P4"), (2, 2, "P3"), (4, 3, "P1"), (4, 4, "P9")];
        rows.sort_by(|a, b| by_score(*a, *b));
        let ids: Vec<&str> = rows.iter().map(|row| row.2).collect();
        assert_eq!(ids, ["P9", "P1", "P2", "P3", "P5", "P4"]);
    }

    #[test]
    fn the_same_seed_gives_the_same_shuffle() {
        let shuffled = |seed| {
            let mut items: Vec<u32> = (0..10).collect();
            Chance::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(shuffled(7), shuffled(7));
        assert_ne!(shuffled(7), shuffled(8));
        let mut sorted = shuffled(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..10).collect::<Vec<u32>>());
        assert_eq!(Chance::new(1).below(0), 0);
    }
}
