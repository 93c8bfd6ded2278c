//! Changes of maps of longer keys that are [`fetch_update`](IndirectMap::fetch_update) with a given closure.

use super::{indirect::IndirectMap, keys::Keys, word::Word};
use crate::{error::Error, lockfree::chain::Track};

/// What a present key's reference is not needed for.
fn value<V>(entry: Option<(u64, V)>) -> Option<V> {
    entry.map(|(_, value)| value)
}

impl<K: Keys, V: Word, G: Track> IndirectMap<'_, K, V, G> {
    /// Gives `key` the value `value` if it is present: see [`Map::replace`](super::Map::replace).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn replace(&self, key: &K::Key, value: V) -> Result<Option<V>, Error> {
        self.modify(key, |_| value)
    }

    /// Replaces the value of `key`, if it is present, by what `change` makes of it: see
    /// [`Map::modify`](super::Map::modify).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn modify(&self, key: &K::Key, mut change: impl FnMut(V) -> V) -> Result<Option<V>, Error> {
        Ok(value(self.change(key, 0, |current| current.map(&mut change))?))
    }

    /// Inserts `value` if `key` is absent, with `reference`; else replaces its value by what `change` makes of it: see
    /// [`Map::insert_or_modify`](super::Map::insert_or_modify).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_or_modify(
        &self,
        key: &K::Key,
        reference: K::Reference,
        new: V,
        mut change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        let change = |current: Option<V>| Some(current.map_or(new, &mut change));
        Ok(value(self.fetch_update(key, reference, change)?))
    }

    /// [`insert_or_modify`](Self::insert_or_modify) with a value that is only made when it is needed.
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_with_or_modify(
        &self,
        key: &K::Key,
        reference: K::Reference,
        mut make: impl FnMut() -> V,
        mut change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        let change = |current: Option<V>| Some(current.map_or_else(&mut make, &mut change));
        Ok(value(self.fetch_update(key, reference, change)?))
    }

    /// The value of `key`; what `make` returns if it is absent, with `reference`: see
    /// [`Map::get_or_insert_with`](super::Map::get_or_insert_with).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn get_or_insert_with(
        &self,
        key: &K::Key,
        reference: K::Reference,
        make: impl FnOnce() -> V,
    ) -> Result<V, Error> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let value = make();
        Ok(self.insert_if_absent(key, reference, value)?.unwrap_or(value))
    }

    /// Removes all entries, one by one, and passes each to `removed`: see [`retain`](Self::retain).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn clear(&self, removed: impl FnMut(u64, V)) -> Result<(), Error> {
        self.retain(|_, _| false, removed)
    }

    /// The values, by the walk of [`iter`](Self::iter).
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Keys, G: Track> IndirectMap<'_, K, u64, G> {
    /// Adds `number` to the value of `key`, or inserts `number` with `reference` if the key is absent: see
    /// [`Map::fetch_add`](super::Map::fetch_add).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn fetch_add(
        &self,
        key: &K::Key,
        reference: K::Reference,
        number: u64,
    ) -> Result<Option<u64>, Error> {
        self.insert_or_modify(key, reference, number, |value| value.wrapping_add(number))
    }
}
