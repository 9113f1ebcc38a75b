//! Values by name, sorted by name: a small map for JSON objects and for counting per group.

/// A map from names to values, iterated in byte order of the names. For the hundreds, not for the millions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<T>(Vec<(String, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Table<T> {
    fn place(&self, name: &str) -> Result<usize, usize> {
        // Names mostly arrive in order.
        match self.0.last() {
            Some(last) if last.0.as_str() < name => Err(self.0.len()),
            _ => self.0.binary_search_by(|entry| entry.0.as_str().cmp(name)),
        }
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// The value of a name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.place(name).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether the name is known.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Takes the value of a name out.
    pub fn take(&mut self, name: &str) -> Option<T> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Sets the value of a name; an earlier one is replaced.
    #[inline(never)]
    pub fn set(&mut self, name: &str, value: T) {
        match self.place(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name.to_owned(), value)),
        }
    }

    /// The same with a name that is handed over: for large documents, where copying every name tells.
    #[inline(never)]
    pub fn insert(&mut self, name: String, value: T) {
        match self.place(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// The value of a name, made blank first where there is none.
    #[inline(never)]
    pub fn at(&mut self, name: &str) -> &mut T
    where
        T: Default,
    {
        let at = match self.place(name) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (name.to_owned(), T::default()));
                at
            }
        };
        &mut self.0[at].1
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.0.as_str())
    }

    /// The values, in order of their names.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|entry| &entry.1)
    }

    /// The values, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|entry| &mut entry.1)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (String, T)> {
        self.0.iter()
    }

    /// Names and values, in order, to change the values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.0.iter_mut().map(|entry| (entry.0.as_str(), &mut entry.1))
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> IntoIterator for Table<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a (String, T);
    type IntoIter = std::slice::Iter<'a, (String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Of equal names the last counts.
impl<T> FromIterator<(String, T)> for Table<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        let mut table = Self::default();
        entries.into_iter().for_each(|(name, value)| table.set(&name, value));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
        #[test]
        fn it_is_a_sorted_map(steps in prop::collection::vec(("[a-e]{0,2}", 0u8..4, any::<u16>()), 0..40)) {
            let (mut table, mut map) = (Table::default(), BTreeMap::new());
            for (name, step, value) in steps {
                match step {
                    0 => prop_assert_eq!(table.take(&name), map.remove(&name)),
                    1 => *table.at(&name) = value,
                    _ => table.set(&name, value),
                }
                if step != 0 {
                    map.insert(name.clone(), value);
                }
                prop_assert_eq!(table.get(&name), map.get(&name));
                prop_assert_eq!(table.len(), map.len());
            }
            prop_assert!(table.iter().map(|(name, value)| (name, value)).eq(map.iter()));
        }
    }
}
