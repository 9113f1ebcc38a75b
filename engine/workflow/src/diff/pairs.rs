//! Which transition of the new version is which of the old one: they have no ids. Compares nothing else.

use crate::ir::Transition;

/// A transition before and after.
pub type Pair<'w> = (Option<&'w Transition>, Option<&'w Transition>);

/// How alike two transitions must be to be the same one, the strictest first.
const LIKENESS: [fn(&Transition, &Transition) -> bool; 4] = [
    |old, new| old == new,
    |old, new| old.events == new.events && old.targets == new.targets && old.when == new.when,
    |old, new| old.events == new.events && (old.targets == new.targets || old.when == new.when),
    |old, new| old.events == new.events,
];

/// Pairs the transitions of one state, in the order of the new version; what is gone comes last.
pub fn pair<'w>(before: &'w [Transition], after: &'w [Transition]) -> Vec<Pair<'w>> {
    let mut old: Vec<Option<&Transition>> = before.iter().map(Some).collect();
    let mut found: Vec<Pair<'w>> = after.iter().map(|new| (None, Some(new))).collect();
    for alike in LIKENESS {
        for (known, new) in found.iter_mut().filter(|(known, _)| known.is_none()) {
            let Some(new) = new else { continue };
            let fits = old.iter_mut().find(|old| old.is_some_and(|old| alike(old, new)));
            *known = fits.and_then(Option::take);
        }
    }
    found.extend(old.into_iter().flatten().map(|old| (Some(old), None)));
    found
}
