//! hashbrown's tables as contenders, once for each of its two builds.

use heptad::hash::Keyed;

use crate::{
    ours::{SEED, hash},
    seat::{Footprint, Words},
};

/// Slots of a hashbrown table that was just made, and so has seven eighths of them as capacity.
fn slots(capacity: usize) -> usize {
    capacity / 7 * 8
}

/// Does each of the two builds have its group? The bytes behind the last slot's control byte, which
/// repeat the first group's, tell how long a group is.
pub(crate) fn have_their_groups() -> bool {
    const SLOTS: usize = 32;
    let group = |bytes: usize| bytes - SLOTS * (size_of::<u64>() + 1);
    let default = hashbrown::HashTable::<u64>::with_capacity(SLOTS / 8 * 7);
    let eight = hashbrown_eight::HashTable::<u64>::with_capacity(SLOTS / 8 * 7);
    let group_of_default = if cfg!(target_feature = "sse2") { 16 } else { 8 };
    group(default.allocation_size()) == group_of_default && group(eight.allocation_size()) == 8
}

macro_rules! words_of {
    ($hashbrown:ident: $name:literal) => {
        impl Words for $hashbrown::HashTable<u64> {
            const NAME: &'static str = $name;

            fn with_capacity(entries: usize) -> Self {
                Self::with_capacity(entries)
            }

            #[inline(always)]
            fn get(&self, key: u64) -> u64 {
                self.find(hash(&key), |entry| *entry == key).map_or(0, |entry| *entry)
            }

            #[inline(always)]
            fn insert(&mut self, key: u64) {
                self.insert_unique(hash(&key), key, hash);
            }

            #[inline(always)]
            fn remove(&mut self, key: u64) -> u64 {
                let found = self.find_entry(hash(&key), |entry| *entry == key);
                found.map_or(0, |entry| entry.remove().0)
            }

            #[inline(always)]
            fn words(&self) -> impl Iterator<Item = u64> {
                self.iter().copied()
            }

            fn clear(&mut self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn footprint(&self) -> Footprint {
                Footprint { bytes: self.allocation_size(), slots: slots(self.capacity()) }
            }
        }

        impl Words for $hashbrown::HashSet<u64, Keyed> {
            const NAME: &'static str = $name;

            fn with_capacity(entries: usize) -> Self {
                Self::with_capacity_and_hasher(entries, Keyed::new(SEED))
            }

            #[inline(always)]
            fn get(&self, key: u64) -> u64 {
                self.get(&key).map_or(0, |entry| *entry)
            }

            #[inline(always)]
            fn insert(&mut self, key: u64) {
                self.insert(key);
            }

            #[inline(always)]
            fn remove(&mut self, key: u64) -> u64 {
                self.take(&key).unwrap_or(0)
            }

            #[inline(always)]
            fn words(&self) -> impl Iterator<Item = u64> {
                self.iter().copied()
            }

            fn clear(&mut self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn footprint(&self) -> Footprint {
                Footprint { bytes: self.allocation_size(), slots: slots(self.capacity()) }
            }
        }

        impl Words for $hashbrown::HashMap<u64, u64, Keyed> {
            const NAME: &'static str = $name;

            fn with_capacity(entries: usize) -> Self {
                Self::with_capacity_and_hasher(entries, Keyed::new(SEED))
            }

            #[inline(always)]
            fn get(&self, key: u64) -> u64 {
                self.get(&key).map_or(0, |value| *value)
            }

            #[inline(always)]
            fn insert(&mut self, key: u64) {
                self.insert(key, key);
            }

            #[inline(always)]
            fn remove(&mut self, key: u64) -> u64 {
                self.remove(&key).unwrap_or(0)
            }

            #[inline(always)]
            fn words(&self) -> impl Iterator<Item = u64> {
                self.iter().map(|(_, value)| *value)
            }

            fn clear(&mut self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn footprint(&self) -> Footprint {
                Footprint { bytes: self.allocation_size(), slots: slots(self.capacity()) }
            }
        }
    };
}

words_of!(hashbrown: "hashbrown");
words_of!(hashbrown_eight: "hashbrown, 8-byte group");
