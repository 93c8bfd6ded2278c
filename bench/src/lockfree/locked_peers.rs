//! The peers that lock: a part of the map, or all of it.

use std::sync::{PoisonError, RwLock};

use dashmap::{DashMap, Entry};
use heptad::{
    hash::Keyed,
    swiss::{Locked, Map, map},
};

use crate::ours::MEMORY;

use super::map::{BATCH, SEED, SharedMap};

/// scc, which locks a bucket of 32 entries.
pub(crate) struct Scc(scc::HashMap<u64, u64, Keyed>);

impl SharedMap for Scc {
    const NAME: &'static str = "scc";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        Scc(scc::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED)))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.read_sync(&key, |_, value| *value)
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.insert_sync(key, value).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.upsert_sync(key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.remove_sync(&key).map(|(_, value)| value)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// dashmap, which locks a shard; it makes four for each processor.
pub(crate) struct Dash(DashMap<u64, u64, Keyed>);

impl SharedMap for Dash {
    const NAME: &'static str = "dashmap";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        Dash(DashMap::with_capacity_and_hasher(entries, Keyed::new(SEED)))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.get(&key).map(|value| *value)
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        match self.0.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(value);
                true
            }
        }
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.remove(&key).map(|(_, value)| value)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// hashbrown behind the standard library's lock for many readers or one writer.
pub(crate) struct ReadWrite(RwLock<hashbrown::HashMap<u64, u64, Keyed>>);

impl SharedMap for ReadWrite {
    const NAME: &'static str = "hashbrown, rw";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        let map = hashbrown::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED));
        ReadWrite(RwLock::new(map))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().fold(0, |sum, key| sum.wrapping_add(map.get(key).copied().unwrap_or(0)))
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        map.try_insert(key, value).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&key)
    }

    fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// heptad's own single-owner map behind its spin lock.
pub(crate) struct SpinSwiss(Locked<Map<u64, u64>>);

impl SharedMap for SpinSwiss {
    const NAME: &'static str = "swiss, spin";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        let map = Map::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY);
        SpinSwiss(Locked::new(map))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.with(|map| map.get(&key).copied())
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        let mut sum = 0u64;
        self.0.with(|map| {
            map.get_many(keys, |_, value| sum = sum.wrapping_add(value.copied().unwrap_or(0)));
        });
        sum
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.with(|map| match map.try_entry(key) {
            Ok(map::Entry::Vacant(vacant)) => {
                vacant.insert(value);
                true
            }
            _ => false,
        })
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.with(|map| map.insert(key, value))
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.with(|map| map.remove(&key))
    }

    fn len(&self) -> usize {
        self.0.with(|map| map.len())
    }
}
