//! What the standard library's sets implement.
#![forbid(unsafe_code)]

use core::{
    fmt,
    hash::{BuildHasher, Hash},
};

use super::Set;
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    storage::{Growable, Inline, Storage},
    swiss::{
        batch::Delay,
        table::{Entries, IntoIter, Iter},
    },
};

/// Under the default hasher; that of [`Keyed`](crate::hash::Keyed) has a fixed seed.
impl<K, H: Default, const LINES: usize> Default for Set<K, Inline<LINES>, H> {
    fn default() -> Self {
        Self::inline(H::default())
    }
}

/// Under the default hasher; that of [`Keyed`](crate::hash::Keyed) has a fixed seed, as in [`Set::new`].
#[cfg(feature = "alloc")]
impl<K, H: Default> Default for Set<K, Heap, H> {
    fn default() -> Self {
        Self::with_hasher(H::default())
    }
}

impl<K: Clone, S: Storage, H: Clone> Set<K, S, H> {
    /// A copy in another storage of the same kind, key by key in the same places.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in provided memory, of which there is
    /// no second.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Set { map: self.map.try_clone()? })
    }
}

impl<K: Clone, S: Growable, H: Clone> Clone for Set<K, S, H> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

impl<K: fmt::Debug, S: Storage, H> fmt::Debug for Set<K, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Equal if they have the same keys, whatever their storage, size and seed.
impl<K, S, S2, H, H2> PartialEq<Set<K, S2, H2>> for Set<K, S, H>
where
    K: Hash + Eq,
    S: Storage,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn eq(&self, other: &Set<K, S2, H2>) -> bool {
        self.len() == other.len() && self.is_subset(other)
    }
}

impl<K: Hash + Eq, S: Storage, H: BuildHasher> Eq for Set<K, S, H> {}

/// Puts in all keys, the home lines of sixteen under way at a time. If the iterator panics, up to
/// sixteen keys that it has yielded are dropped.
impl<K: Hash + Eq, S: Growable, H: BuildHasher> Extend<K> for Set<K, S, H> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        let keys = keys.into_iter();
        let least = keys.size_hint().0;
        // Without memory for all at once, each insertion allocates its own.
        let _ = self.try_reserve(if self.is_empty() { least } else { least.div_ceil(2) });
        let mut delay = Delay::new();
        for key in keys {
            self.prefetch(&key);
            if let Some(key) = delay.push(key) {
                self.insert(key);
            }
        }
        for key in delay.into_rest() {
            self.insert(key);
        }
    }
}

/// Copies of all keys.
impl<'a, K: Hash + Eq + Copy + 'a, S: Growable, H: BuildHasher> Extend<&'a K> for Set<K, S, H> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}

/// Under the default hasher, and that of [`Keyed`](crate::hash::Keyed) has a seed that everyone knows: for keys that
/// others choose, `extend` one made [`with_hasher`](Set::with_hasher), or take a hasher whose default is random,
/// such as the standard library's `RandomState`.
#[cfg(feature = "alloc")]
impl<K: Hash + Eq, H: BuildHasher + Default> FromIterator<K> for Set<K, Heap, H> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::default();
        set.extend(keys);
        set
    }
}

/// Under a fixed seed, as [`Set::new`].
#[cfg(feature = "alloc")]
impl<K: Hash + Eq, const N: usize> From<[K; N]> for Set<K> {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl<'a, K, S: Storage, H> IntoIterator for &'a Set<K, S, H> {
    type Item = &'a K;
    type IntoIter = Iter<'a, K>;

    fn into_iter(self) -> Iter<'a, K> {
        self.iter()
    }
}

impl<K, S: Storage, H> IntoIterator for Set<K, S, H> {
    type Item = K;
    type IntoIter = IntoIter<K, S>;

    fn into_iter(self) -> IntoIter<K, S> {
        Entries { pairs: self.map.raw.into_pairs() }
    }
}
