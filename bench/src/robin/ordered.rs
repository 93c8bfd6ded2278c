//! The sorted tables as contenders: ours in both orders, the standard library's tree, a sorted vector.

use std::collections::BTreeSet;

use heptad::{
    hash::Keyed,
    robin_hood::{ByValue, Set, Total},
    storage::Heap,
};

use crate::{
    ours::{MEMORY, SEED},
    seat::{Footprint, Words},
};

/// An order that the program can make and name.
pub(crate) trait Named: Total {
    const NAME: &'static str;
    fn new() -> Self;
}

impl Named for Keyed {
    const NAME: &'static str = "robin_hood";

    fn new() -> Self {
        Keyed::new(SEED)
    }
}

impl Named for ByValue {
    const NAME: &'static str = "robin_hood by value";

    fn new() -> Self {
        ByValue
    }
}

impl<O: Named> Words for Set<Heap, O> {
    const NAME: &'static str = O::NAME;

    fn with_capacity(entries: usize) -> Self {
        Set::try_with_capacity(entries, O::new()).expect(MEMORY)
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u64 {
        if self.contains(key) { key } else { 0 }
    }

    #[inline(always)]
    fn insert(&mut self, key: u64) {
        self.insert(key);
    }

    #[inline(always)]
    fn remove(&mut self, key: u64) -> u64 {
        if self.remove(key) { key } else { 0 }
    }

    #[inline(always)]
    fn words(&self) -> impl Iterator<Item = u64> {
        self.iter()
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn footprint(&self) -> Footprint {
        let stats = self.stats();
        Footprint { bytes: stats.bytes, slots: stats.homes }
    }
}

impl Words for BTreeSet<u64> {
    const NAME: &'static str = "BTreeSet";

    fn with_capacity(_: usize) -> Self {
        BTreeSet::new()
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u64 {
        if self.contains(&key) { key } else { 0 }
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

    /// At least: nodes are said to be two thirds full, and have eleven places and their own words.
    fn footprint(&self) -> Footprint {
        Footprint { bytes: self.len() * 12, slots: self.len().max(1) * 3 / 2 }
    }
}

/// A vector in ascending order. Many keys at once are sorted at once.
pub(crate) struct SortedVec(Vec<u64>);

impl Words for SortedVec {
    const NAME: &'static str = "sorted Vec";

    fn with_capacity(entries: usize) -> Self {
        SortedVec(Vec::with_capacity(entries))
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u64 {
        self.0.binary_search(&key).map_or(0, |_| key)
    }

    fn insert(&mut self, key: u64) {
        if let Err(index) = self.0.binary_search(&key) {
            self.0.insert(index, key);
        }
    }

    fn remove(&mut self, key: u64) -> u64 {
        self.0.binary_search(&key).map_or(0, |index| self.0.remove(index))
    }

    #[inline(always)]
    fn words(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    fn insert_all(&mut self, keys: &[u64]) {
        self.0.extend_from_slice(keys);
        self.0.sort_unstable();
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn footprint(&self) -> Footprint {
        Footprint { bytes: self.0.capacity() * 8, slots: self.0.capacity().max(1) }
    }
}
