//! Insertion into a map that is full: another entry goes.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::{PairMap, Pairing};
use crate::storage::Storage;

/// What an insertion that may evict did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted<K, V> {
    /// The key is new, and there was room.
    New,
    /// The key had this value.
    Replaced(V),
    /// The key is new, and this entry had to go.
    Evicted(K, V),
    /// The map has no memory for a single entry: the pair is returned.
    Refused(K, V),
}

impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Storage, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// Inserts into a map that never grows, such as a cache: if it is full and `key` is new, an entry goes to make
    /// room, and is returned. `choose` gets the entries that share the groups of `key`, at most 14 of them, in no
    /// particular order, and returns the index of the one that goes; an index beyond them stands for the last one.
    ///
    /// Allocates nothing. Touches the two groups of `key` and their values, and what an insertion and a removal touch.
    /// If `choose` panics, the map is as it was.
    ///
    /// ```
    /// use heptad::{hash::Keyed, storage::Inline, swiss::{Map, lines_for, map::Inserted}};
    ///
    /// // Six neighbours, each with the time when it was last seen.
    /// let mut seen: Map<u32, u64, Inline<{ lines_for::<u64>(6) }>> = Map::inline(Keyed::new(0x5eed));
    /// let oldest = |entries: &[(&u32, &u64)]| {
    ///     let times = entries.iter().map(|&(_, time)| time).enumerate();
    ///     times.min_by_key(|&(_, time)| time).map_or(0, |(index, _)| index)
    /// };
    /// for now in 0..6 {
    ///     assert_eq!(seen.insert_evicting(now, now.into(), oldest), Inserted::New);
    /// }
    /// assert_eq!(seen.insert_evicting(0, 6, oldest), Inserted::Replaced(0));
    /// assert_eq!(seen.insert_evicting(9, 7, oldest), Inserted::Evicted(1, 1));
    /// assert!(seen.contains_key(&9) && seen.len() == 6);
    /// ```
    pub fn insert_evicting(
        &mut self,
        key: K,
        value: V,
        choose: impl FnOnce(&[(&K, &V)]) -> usize,
    ) -> Inserted<K, V> {
        let rejected = match self.insert_within_capacity(key, value) {
            Ok(None) => return Inserted::New,
            Ok(Some(before)) => return Inserted::Replaced(before),
            Err(rejected) => rejected.value,
        };
        let hash = self.hash(&rejected.0);
        let chosen = self.raw.choose(hash, |entry, beside| P::pair(entry, beside), choose);
        let Some(victim) = chosen.and_then(|bucket| self.raw.occupied_bucket(bucket)) else {
            return Inserted::Refused(rejected.0, rejected.1);
        };
        let ((entry, beside), _) = victim.remove();
        let (old_key, old_value) = P::split(entry, beside);
        match self.insert_within_capacity(rejected.0, rejected.1) {
            Ok(_) => Inserted::Evicted(old_key, old_value),
            // There is room for one: it cannot be refused.
            Err(rejected) => Inserted::Refused(rejected.value.0, rejected.value.1),
        }
    }
}
