//! Chance from a seed: the same seed and the same words always draw the same numbers.
//!
//! A draw hangs on what it is for, not on what was drawn before it. Two plans that differ in one place therefore meet
//! the same people with the same habits, and a difference between them is a difference of the plans.

/// A source of numbers (SplitMix64, started from a hash of the seed and of what the draw is for).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// The source for one purpose.
    pub fn of(seed: u64, words: &[&str]) -> Self {
        // FNV-1a over the words, with an end mark behind each.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in words.iter().flat_map(|word| word.bytes().chain([0xff])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(hash)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `end` (0 when `end` is 0).
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of a product: no division, and no bias that matters below a billion.
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// A fraction from 0 up to, not including, 1.
    pub fn fraction(&mut self) -> f64 {
        self.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }

    /// True in this share of all draws.
    pub fn happens(&mut self, share: f64) -> bool {
        self.fraction() < share
    }

    /// One of the choices, each with its weight; the first when nothing has weight.
    pub fn choose<'c, T>(&mut self, choices: &'c [(T, u32)]) -> Option<&'c T> {
        let total: u64 = choices.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut drawn = self.below(total);
        for (choice, weight) in choices {
            if drawn < u64::from(*weight) {
                return Some(choice);
            }
            drawn -= u64::from(*weight);
        }
        choices.first().map(|(choice, _)| choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_draw_the_same_numbers_and_others_do_not() {
        let draw = |seed, words: &[&str]| Chance::of(seed, words).next();
        assert_eq!(draw(1, &["lk1", "delay"]), draw(1, &["lk1", "delay"]));
        assert_ne!(draw(1, &["lk1", "delay"]), draw(2, &["lk1", "delay"]));
        assert_ne!(draw(1, &["lk1", "delay"]), draw(1, &["lk", "1delay"]));
    }

    #[test]
    fn shares_and_weights_hold_over_many_draws() {
        let mut chance = Chance::of(7, &[]);
        let hits = (0..10_000).filter(|_| chance.happens(0.3)).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
        let choices = [("a", 0), ("b", 3), ("c", 1)];
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..10_000 {
            *counts.entry(*chance.choose(&choices).expect("a choice")).or_insert(0) += 1;
        }
        assert!(!counts.contains_key("a") && counts["b"] > 7_200 && counts["c"] > 2_200, "{counts:?}");
        assert!((0..1_000).all(|_| chance.below(3) < 3));
        assert_eq!(chance.below(0), 0);
    }
}
