//! The numbers by which a compiled chart is addressed. Nothing else belongs here.

/// A state (or history) of one compiled chart: its number in document order. The root is 0, the first state 1.
///
/// While the source tree is walked in pre-order, histories included, the n-th state gets number n; an embedding language
/// that keeps its spans in that order can map any [`crate::ChartError`] back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub(crate) u32);

impl StateId {
    /// The root of every chart: acts as a compound state, is always active, is never entered or exited.
    pub const ROOT: Self = Self(0);

    /// The number in document order, root = 0.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A transition of one compiled chart: its number in document order (histories' and initials' defaults are not counted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransitionId(pub(crate) u32);

impl TransitionId {
    /// The number in document order, from 0.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A condition of the embedding crate; opaque here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CondId(pub u32);

/// An element of executable content of the embedding crate; opaque here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

/// The done data of a final state, owned by the embedding crate; opaque here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DoneDataId(pub u32);

/// A slice of one of the chart's arenas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Appends `items` to `arena` and returns where they stand.
    pub(crate) fn push<T>(arena: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Self {
        let start = arena.len() as u32;
        arena.extend(items);
        Self { start, end: arena.len() as u32 }
    }

    #[inline]
    pub(crate) const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    #[inline]
    pub(crate) const fn is_empty(self) -> bool {
        self.start == self.end
    }
}
