//! Sets together: union, intersection, difference. The other set may have another storage, size and
//! seed; each key of one set costs one lookup in the other.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::Set;
use crate::storage::Storage;

impl<K: Hash + Eq, S: Storage, H: BuildHasher> Set<K, S, H> {
    /// The keys of this set that `other` has too.
    pub fn intersection<'a, S2: Storage, H2: BuildHasher>(
        &'a self,
        other: &'a Set<K, S2, H2>,
    ) -> impl Iterator<Item = &'a K> + Clone {
        self.iter().filter(|key| other.contains(*key))
    }

    /// The keys of this set that `other` has not.
    pub fn difference<'a, S2: Storage, H2: BuildHasher>(
        &'a self,
        other: &'a Set<K, S2, H2>,
    ) -> impl Iterator<Item = &'a K> + Clone {
        self.iter().filter(|key| !other.contains(*key))
    }

    /// The keys of both sets, each once.
    pub fn union<'a, S2: Storage, H2: BuildHasher>(
        &'a self,
        other: &'a Set<K, S2, H2>,
    ) -> impl Iterator<Item = &'a K> + Clone {
        self.iter().chain(other.difference(self))
    }

    /// The keys that just one of the sets has.
    pub fn symmetric_difference<'a, S2: Storage, H2: BuildHasher>(
        &'a self,
        other: &'a Set<K, S2, H2>,
    ) -> impl Iterator<Item = &'a K> + Clone {
        self.difference(other).chain(other.difference(self))
    }

    /// Has `other` every key of this set?
    pub fn is_subset<S2: Storage, H2: BuildHasher>(&self, other: &Set<K, S2, H2>) -> bool {
        self.len() <= other.len() && self.iter().all(|key| other.contains(key))
    }

    /// Has this set every key of `other`?
    pub fn is_superset<S2: Storage, H2: BuildHasher>(&self, other: &Set<K, S2, H2>) -> bool {
        other.is_subset(self)
    }

    /// Have the sets no key in common?
    pub fn is_disjoint<S2: Storage, H2: BuildHasher>(&self, other: &Set<K, S2, H2>) -> bool {
        self.intersection(other).next().is_none()
    }
}
