//! The sorted tables as contenders: ours in both orders, the standard library's tree, and a sorted vector.

use std::collections::BTreeSet;

use heptad::{
    hash::Keyed,
    robin_hood::{ByValue, Set, Stats},
    storage::Heap,
};

use crate::{
    adapter::{Footprint, Words, words},
    ours::{MEMORY, SEED},
};

fn footprint(stats: Stats) -> Footprint {
    Footprint { bytes: stats.bytes, slots: stats.homes }
}

words! {
    Set<Heap, Keyed>: "robin_hood";
    make |entries| Set::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY);
    get |set, key| set.contains(key).then_some(key);
    insert |set, key| set.insert(key);
    remove |set, key| set.remove(key).then_some(key);
    words |set| set.iter();
    footprint |set| footprint(set.stats());
}

words! {
    Set<Heap, ByValue>: "robin_hood by value";
    make |entries| Set::try_with_capacity(entries, ByValue).expect(MEMORY);
    get |set, key| set.contains(key).then_some(key);
    insert |set, key| set.insert(key);
    remove |set, key| set.remove(key).then_some(key);
    words |set| set.iter();
    footprint |set| footprint(set.stats());
}

// Nodes have eleven places and some words of their own; about two thirds of the places are used. So this is a lower
// bound of the tree's memory.
words! {
    BTreeSet<u64>: "BTreeSet";
    make |_entries| BTreeSet::new();
    get |set, key| set.get(&key).copied();
    insert |set, key| set.insert(key);
    remove |set, key| set.take(&key);
    words |set| set.iter().copied();
    footprint |set| Footprint { bytes: set.len() * 12, slots: set.len().max(1) * 3 / 2 };
}

/// A vector in ascending order. A batch of keys is sorted as a whole.
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
