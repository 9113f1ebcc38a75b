//! Event names as numbers: every descriptor of a chart is interned once, an external name is resolved once, and a match is
//! two comparisons. Knows nothing of states.

use std::collections::{BTreeSet, HashMap};

use crate::source::Descriptor;

/// An event name as a chart knows it: the longest dotted prefix that one of its descriptors names.
///
/// Names are numbered as a tree in pre-order: a name, then "longer than this name", then its known extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventToken(u32);

impl EventToken {
    /// A name that no descriptor but `*` knows.
    pub const UNKNOWN: Self = Self(0);
}

/// The tokens that one descriptor matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenRange {
    first: u32,
    last: u32,
}

impl TokenRange {
    #[inline]
    pub(crate) const fn contains(self, token: EventToken) -> bool {
        self.first <= token.0 && token.0 <= self.last
    }
}

/// All names of one chart.
#[derive(Clone, Debug)]
pub(crate) struct EventTable {
    ranges: HashMap<Box<str>, TokenRange>,
    last: u32,
}

impl EventTable {
    /// Interns the names of all descriptors and those the chart itself raises.
    pub(crate) fn new<'a>(descriptors: impl Iterator<Item = &'a Descriptor>) -> Self {
        // Sorted by segments, not by bytes: "a-b" must not fall between "a" and "a.b".
        let mut names: BTreeSet<Vec<&str>> =
            descriptors.filter_map(name).map(|name| name.split('.').collect()).collect();
        names.extend([vec!["error"], vec!["error", "execution"], vec!["error", "communication"]]);
        let mut ranges = HashMap::new();
        let mut open: Vec<&Vec<&str>> = Vec::new();
        let mut last = 0;
        for segments in &names {
            while open.last().is_some_and(|outer| !segments.starts_with(outer)) {
                close(&mut open, &mut ranges, last);
            }
            ranges.insert(segments.join(".").into_boxed_str(), TokenRange { first: last + 1, last: last + 2 });
            last += 2;
            open.push(segments);
        }
        while !open.is_empty() {
            close(&mut open, &mut ranges, last);
        }
        Self { ranges, last }
    }

    /// The token of a full event name.
    pub(crate) fn resolve(&self, full: &str) -> EventToken {
        if let Some(range) = self.ranges.get(full) {
            return EventToken(range.first);
        }
        let mut prefix = full;
        while let Some((shorter, _)) = prefix.rsplit_once('.') {
            if let Some(range) = self.ranges.get(shorter) {
                return EventToken(range.first + 1);
            }
            prefix = shorter;
        }
        EventToken::UNKNOWN
    }

    /// What a descriptor matches.
    pub(crate) fn range(&self, descriptor: &Descriptor) -> TokenRange {
        let every = TokenRange { first: 0, last: self.last };
        let range = name(descriptor).and_then(|name| self.ranges.get(name)).copied().unwrap_or(every);
        match descriptor {
            Descriptor::Prefix(_) => range,
            Descriptor::Exact(_) => TokenRange { first: range.first, last: range.first },
        }
    }
}

/// Ends the innermost open name at the last token given out.
fn close(open: &mut Vec<&Vec<&str>>, ranges: &mut HashMap<Box<str>, TokenRange>, last: u32) {
    if let Some(segments) = open.pop()
        && let Some(range) = ranges.get_mut(segments.join(".").as_str())
    {
        range.last = last;
    }
}

/// The name a descriptor stands for; none for `*`.
fn name(descriptor: &Descriptor) -> Option<&str> {
    match descriptor {
        Descriptor::Exact(name) => Some(name),
        Descriptor::Prefix(text) => {
            let name = text.strip_suffix('*').unwrap_or(text);
            let name = name.strip_suffix('.').unwrap_or(name);
            (!name.is_empty()).then_some(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(descriptor: &Descriptor, others: &[&str], event: &str) -> bool {
        let others: Vec<Descriptor> = others.iter().map(|text| Descriptor::from(*text)).collect();
        let table = EventTable::new(others.iter().chain([descriptor]));
        table.range(descriptor).contains(table.resolve(event))
    }

    #[test]
    fn w3c_prefix_matching() {
        for (descriptor, event, expected) in [
            ("*", "anything.at.all", true),
            (".*", "anything", true),
            ("error", "error", true),
            ("error", "error.send", true),
            ("error", "error.send.failed", true),
            ("error", "errors.my.custom", false),
            ("error", "errorhandler.mistake", false),
            ("error.*", "error", true),
            ("error.", "error.x", true),
            ("a.b", "a", false),
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.b", "a.b.c", true),
            ("foo", "Foo", false),
        ] {
            for others in [&[][..], &["a", "a.b.c", "error.send", "a-b", "error-x", "a.b-c"]] {
                assert_eq!(
                    matches(&descriptor.into(), others, event),
                    expected,
                    "{descriptor} ~ {event} with {others:?}"
                );
            }
        }
    }

    #[test]
    fn exact_matches_no_longer_name() {
        let exact = Descriptor::Exact("a.b".into());
        for (event, expected) in [("a.b", true), ("a", false), ("a.b.c", false), ("a.b.d", false), ("x", false)] {
            assert_eq!(matches(&exact, &["a", "a.b.c"], event), expected, "{event}");
        }
    }
}
