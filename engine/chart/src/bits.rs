//! A set of state numbers as bits, with the range operations that document order makes cheap. Knows nothing of charts.

use crate::ids::StateId;

const WORD: usize = u64::BITS as usize;

/// A set of states. Numbers beyond its size are never members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    #[inline]
    pub(crate) fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(WORD)] }
    }

    /// Makes room for exactly `len` numbers; members that still fit stay.
    #[inline]
    pub(crate) fn fit(&mut self, len: usize) {
        let words = len.div_ceil(WORD);
        if self.words.len() != words {
            self.words.resize(words, 0);
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    #[inline]
    pub(crate) fn insert(&mut self, state: StateId) {
        if let Some(word) = self.words.get_mut(state.index() / WORD) {
            *word |= 1 << (state.index() % WORD);
        }
    }

    #[inline]
    pub(crate) fn remove(&mut self, state: StateId) {
        if let Some(word) = self.words.get_mut(state.index() / WORD) {
            *word &= !(1 << (state.index() % WORD));
        }
    }

    #[inline]
    pub(crate) fn contains(&self, state: StateId) -> bool {
        self.words.get(state.index() / WORD).is_some_and(|word| word & (1 << (state.index() % WORD)) != 0)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    #[inline]
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// The bits of one word; 0 beyond the end.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// Whether a member lies in `first..=last`.
    #[inline]
    pub(crate) fn any_in(&self, first: StateId, last: StateId) -> bool {
        word_masks(first, last).any(|(index, mask)| self.word(index) & mask != 0)
    }

    /// Adds the members of `other` that lie in `first..=last`.
    #[inline]
    pub(crate) fn insert_range_of(&mut self, other: &Self, first: StateId, last: StateId) {
        for (index, mask) in word_masks(first, last) {
            let bits = other.word(index) & mask;
            if let Some(word) = self.words.get_mut(index) {
                *word |= bits;
            }
        }
    }

    /// Members in document order.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = StateId> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| Ones { base: index, bits: *word })
    }

    /// Members that lie in `first..=last`, in document order.
    pub(crate) fn iter_in(&self, first: StateId, last: StateId) -> impl Iterator<Item = StateId> + '_ {
        word_masks(first, last).flat_map(|(index, mask)| Ones { base: index, bits: self.word(index) & mask })
    }
}

/// The members of one word, lowest first from the front, highest first from the back.
pub(crate) struct Ones {
    base: usize,
    bits: u64,
}

impl Ones {
    #[inline]
    pub(crate) const fn new(word: usize, bits: u64) -> Self {
        Self { base: word, bits }
    }

    #[inline]
    const fn state(&self, bit: u32) -> StateId {
        StateId((self.base * WORD) as u32 + bit)
    }
}

impl Iterator for Ones {
    type Item = StateId;

    #[inline]
    fn next(&mut self) -> Option<StateId> {
        if self.bits == 0 {
            return None;
        }
        let bit = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        Some(self.state(bit))
    }
}

impl DoubleEndedIterator for Ones {
    #[inline]
    fn next_back(&mut self) -> Option<StateId> {
        if self.bits == 0 {
            return None;
        }
        let bit = u64::BITS - 1 - self.bits.leading_zeros();
        self.bits &= !(1 << bit);
        Some(self.state(bit))
    }
}

/// The words that `first..=last` touches, each with the mask of the bits that lie inside. Empty when `last < first`.
#[inline]
fn word_masks(first: StateId, last: StateId) -> impl Iterator<Item = (usize, u64)> {
    let (low, high) = (first.index(), last.index());
    let words = if low <= high { low / WORD..high / WORD + 1 } else { 0..0 };
    words.map(move |index| {
        let mut mask = u64::MAX;
        if index == low / WORD {
            mask &= u64::MAX << (low % WORD);
        }
        if index == high / WORD {
            mask &= u64::MAX >> (WORD - 1 - high % WORD);
        }
        (index, mask)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[u32]) -> BitSet {
        let mut set = BitSet::new(200);
        members.iter().for_each(|member| set.insert(StateId(*member)));
        set
    }

    #[test]
    fn ranges_cross_words() {
        let all = set(&[0, 1, 63, 64, 127, 128, 199]);
        for (first, last, expected) in [
            (0, 199, vec![0, 1, 63, 64, 127, 128, 199]),
            (1, 63, vec![1, 63]),
            (64, 64, vec![64]),
            (65, 126, vec![]),
            (2, 128, vec![63, 64, 127, 128]),
            (5, 4, vec![]),
        ] {
            let found: Vec<u32> = all.iter_in(StateId(first), StateId(last)).map(|state| state.0).collect();
            assert_eq!(found, expected, "{first}..={last}");
            assert_eq!(all.any_in(StateId(first), StateId(last)), !expected.is_empty());
            let mut copy = BitSet::new(200);
            copy.insert_range_of(&all, StateId(first), StateId(last));
            assert_eq!(copy, set(&expected));
        }
    }

    #[test]
    fn numbers_beyond_the_end_are_never_members() {
        let mut small = BitSet::new(3);
        small.insert(StateId(1_000));
        small.remove(StateId(1_000));
        assert!(!small.contains(StateId(1_000)));
        assert!(small.is_empty());
    }

    #[test]
    fn ones_come_back_in_reverse() {
        let members: Vec<u32> = Ones::new(1, 0b1011).rev().map(|state| state.0).collect();
        assert_eq!(members, [67, 65, 64]);
    }
}
