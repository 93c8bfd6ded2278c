//! Tables of other kinds as contenders: indexmap, the standard library's tree as a map, and heapless, which needs no
//! allocator. `robin/ordered.rs` has the trees of keys alone.
//!
//! indexmap has the hash that all tables share. heapless has that of its `Fnv…` types, with which it is used; these
//! have no seed. Its tables are as large as their type says, and a box of them stands for a `static`.
//!
//! No table here reports its memory, so footprints are lower bounds; the suites in which memory matters count what the
//! allocator provides.

use std::collections::BTreeMap;

use heapless::index_map::FnvIndexMap;
use heptad::hash::Keyed;
use indexmap::{IndexMap, IndexSet};

use crate::{
    adapter::{Footprint, Words, words},
    ours::SEED,
};

/// The message where a table of a fixed size is full.
const ROOM: &str = "the table is large enough for the suite";

fn at_least(entries: usize, entry_bytes: usize) -> Footprint {
    Footprint { bytes: entries * entry_bytes, slots: entries.max(1) }
}

words! {
    IndexSet<u64, Keyed>: "indexmap";
    make |entries| Self::with_capacity_and_hasher(entries, Keyed::new(SEED));
    get |set, key| set.get(&key).copied();
    insert |set, key| set.insert(key);
    remove |set, key| set.swap_take(&key);
    words |set| set.iter().copied();
    footprint |set| at_least(set.capacity(), 2 * size_of::<u64>());
}

words! {
    IndexMap<u64, u64, Keyed>: "indexmap";
    make |entries| Self::with_capacity_and_hasher(entries, Keyed::new(SEED));
    get |map, key| map.get(&key).copied();
    insert |map, key| map.insert(key, key);
    remove |map, key| map.swap_remove(&key);
    words |map| map.values().copied();
    footprint |map| at_least(map.capacity(), 3 * size_of::<u64>());
}

words! {
    BTreeMap<u64, u64>: "BTree";
    make |_entries| BTreeMap::new();
    get |map, key| map.get(&key).copied();
    insert |map, key| map.insert(key, key);
    remove |map, key| map.remove(&key);
    words |map| map.values().copied();
    footprint |map| at_least(map.len(), 2 * size_of::<u64>());
}

/// heapless's map of at most `N` entries, a power of two; with `()` as values a set, as heapless's own set is.
pub(crate) struct Fixed<V, const N: usize>(Box<FnvIndexMap<u64, V, N>>);

/// What is stored with a key.
pub(crate) trait Value: Copy + 'static {
    fn of(key: u64) -> Self;

    /// The word that a lookup of `key` returns.
    fn word(self, key: u64) -> u64;
}

impl Value for () {
    fn of(_key: u64) -> Self {}

    fn word(self, key: u64) -> u64 {
        key
    }
}

impl Value for u64 {
    fn of(key: u64) -> Self {
        key
    }

    fn word(self, _key: u64) -> u64 {
        self
    }
}

impl<V: Value, const N: usize> Words for Fixed<V, N> {
    const NAME: &'static str = "heapless";

    fn with_capacity(entries: usize) -> Self {
        assert!(entries <= N, "{ROOM}");
        Fixed(Box::default())
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u64 {
        self.0.get(&key).map_or(0, |value| value.word(key))
    }

    #[inline(always)]
    fn insert(&mut self, key: u64) {
        assert!(self.0.insert(key, V::of(key)).is_ok(), "{ROOM}");
    }

    #[inline(always)]
    fn remove(&mut self, key: u64) -> u64 {
        self.0.remove(&key).map_or(0, |value| value.word(key))
    }

    #[inline(always)]
    fn words(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|(key, value)| value.word(*key))
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn footprint(&self) -> Footprint {
        Footprint { bytes: size_of_val(&*self.0), slots: N }
    }
}
