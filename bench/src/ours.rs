//! heptad's tables as contenders.

use heptad::{
    hash::{Keyed, hash_word},
    swiss::{Map, Set, Stats, Table},
};

use crate::seat::{Footprint, Words};

/// The seed of every table's hash, ours and the peers'.
pub(crate) const SEED: u64 = 0x5eed;

/// The hash of a key in every table.
#[inline(always)]
pub(crate) fn hash(key: &u64) -> u64 {
    hash_word(SEED, *key)
}

pub(crate) fn footprint(stats: Stats) -> Footprint {
    Footprint { bytes: stats.bytes, slots: stats.groups * heptad::layout::SLOTS }
}

/// What to say where there has to be memory.
pub(crate) const MEMORY: &str = "there is memory for the table";

impl Words for Table<u64> {
    const NAME: &'static str = "heptad";

    fn with_capacity(entries: usize) -> Self {
        Table::try_with_capacity(entries).expect(MEMORY)
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
        self.remove(hash(&key), |entry| *entry == key).unwrap_or(0)
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
        footprint(self.stats())
    }
}

impl Words for Set<u64> {
    const NAME: &'static str = "heptad";

    fn with_capacity(entries: usize) -> Self {
        Set::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY)
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
        footprint(self.stats())
    }
}

impl Words for Map<u64, u64> {
    const NAME: &'static str = "heptad";

    fn with_capacity(entries: usize) -> Self {
        Map::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY)
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
        footprint(self.stats())
    }
}
