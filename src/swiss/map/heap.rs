//! What maps on the heap have besides: methods that end in the allocation error handler when there is no memory.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::{PairMap, Pairing};
#[cfg(feature = "alloc")]
use crate::{hash::Keyed, storage::Heap};
use crate::{storage::Growable, swiss::entry::Vacant};

#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>> PairMap<K, V, P> {
    /// An empty map under a fixed seed that takes `capacity` keys without growing.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>, H> PairMap<K, V, P, Heap, H> {
    /// [`try_with_capacity`](Self::try_with_capacity), ending in the allocation error handler when there is no memory.
    pub fn with_capacity_and_hasher(capacity: usize, build_hasher: H) -> Self {
        Self::try_with_capacity(capacity, build_hasher).unwrap_or_else(|error| Heap::fail(error))
    }
}

impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Growable, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// [`try_shrink_to`](Self::try_shrink_to). Without memory to move to, the map stays as it is.
    pub fn shrink_to(&mut self, min_capacity: usize) {
        let _ = self.try_shrink_to(min_capacity);
    }

    /// Puts in a key that is not there, which saves the lookup. A key that is there stays, and which of the two
    /// a later lookup finds is not specified.
    pub fn insert_unique(&mut self, key: K, value: V) -> (&K, &mut V) {
        let hash = self.hash(&key);
        let hasher = |entry: &P::Entry| self.build_hasher.hash_one(P::key(entry));
        match Vacant::of(&mut self.raw, hash).try_reserve(hasher) {
            Ok(vacant) => {
                let (entry, beside) = P::join(key, value);
                let (entry, beside) = vacant.insert(entry, beside).into_pair_mut();
                P::pair_mut(entry, beside)
            }
            Err(error) => S::fail(error),
        }
    }
}
