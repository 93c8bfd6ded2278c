//! The unordered tables as contenders: heptad's, and those of hashbrown's two builds.

use heptad::{
    hash::{Keyed, hash_word},
    layout::{MaxLoad, SLOTS},
    storage::Heap,
    swiss::{Map, Set, Stats, Table},
};

use crate::adapter::{Footprint, Words, words};

/// The seed of every table's hash, ours and the peers'.
pub(crate) const SEED: u64 = 0x5eed;

/// The message where memory is required.
pub(crate) const MEMORY: &str = "there is memory for the table";

/// The hash of a key in every table.
#[inline(always)]
pub(crate) fn hash(key: &u64) -> u64 {
    hash_word(SEED, *key)
}

pub(crate) fn footprint(stats: Stats) -> Footprint {
    Footprint { bytes: stats.bytes, slots: stats.groups * SLOTS }
}

/// The load of a table with room for `entries`: the load of tables on the heap if it grows from empty, else the
/// highest, so that the suites decide how full it is.
fn load_for(entries: usize) -> MaxLoad {
    if entries == 0 { MaxLoad::GROWING } else { MaxLoad::FifteenSixteenths }
}

words! {
    Table<u64>: "heptad";
    make |entries| {
        let mut table = Table::with_max_load_in(Heap::new(), load_for(entries)).expect(MEMORY);
        table.try_reserve(entries, hash).expect(MEMORY);
        table
    };
    get |table, key| table.find(hash(&key), |entry| *entry == key).copied();
    insert |table, key| table.insert_unique(hash(&key), key, hash);
    remove |table, key| table.remove(hash(&key), |entry| *entry == key);
    words |table| table.iter().copied();
    footprint |table| footprint(table.stats());
}

words! {
    Set<u64>: "heptad";
    make |entries| {
        let hasher = Keyed::new(SEED);
        let mut set = Set::with_max_load_in(Heap::new(), load_for(entries), hasher).expect(MEMORY);
        set.try_reserve(entries).expect(MEMORY);
        set
    };
    get |set, key| set.get(&key).copied();
    insert |set, key| set.insert(key);
    remove |set, key| set.take(&key);
    words |set| set.iter().copied();
    footprint |set| footprint(set.stats());
}

words! {
    Map<u64, u64>: "heptad";
    make |entries| {
        let hasher = Keyed::new(SEED);
        let mut map = Map::with_max_load_in(Heap::new(), load_for(entries), hasher).expect(MEMORY);
        map.try_reserve(entries).expect(MEMORY);
        map
    };
    get |map, key| map.get(&key).copied();
    insert |map, key| map.insert(key, key);
    remove |map, key| map.remove(&key);
    words |map| map.iter().map(|(_, value)| *value);
    footprint |map| footprint(map.stats());
}

/// A new hashbrown table has seven eighths of its slots as capacity.
fn peer_footprint(bytes: usize, capacity: usize) -> Footprint {
    Footprint { bytes, slots: capacity / 7 * 8 }
}

macro_rules! hashbrown {
    ($hashbrown:ident: $name:literal) => {
        words! {
            $hashbrown::HashTable<u64>: $name;
            make |entries| Self::with_capacity(entries);
            get |table, key| table.find(hash(&key), |entry| *entry == key).copied();
            insert |table, key| table.insert_unique(hash(&key), key, hash);
            remove |table, key| {
                let found = table.find_entry(hash(&key), |entry| *entry == key);
                found.ok().map(|entry| entry.remove().0)
            };
            words |table| table.iter().copied();
            footprint |table| peer_footprint(table.allocation_size(), table.capacity());
        }

        words! {
            $hashbrown::HashSet<u64, Keyed>: $name;
            make |entries| Self::with_capacity_and_hasher(entries, Keyed::new(SEED));
            get |set, key| set.get(&key).copied();
            insert |set, key| set.insert(key);
            remove |set, key| set.take(&key);
            words |set| set.iter().copied();
            footprint |set| peer_footprint(set.allocation_size(), set.capacity());
        }

        words! {
            $hashbrown::HashMap<u64, u64, Keyed>: $name;
            make |entries| Self::with_capacity_and_hasher(entries, Keyed::new(SEED));
            get |map, key| map.get(&key).copied();
            insert |map, key| map.insert(key, key);
            remove |map, key| map.remove(&key);
            words |map| map.iter().map(|(_, value)| *value);
            footprint |map| peer_footprint(map.allocation_size(), map.capacity());
        }
    };
}

hashbrown!(hashbrown: "hashbrown");
hashbrown!(hashbrown_eight: "hashbrown, 8-byte group");

/// Does each of hashbrown's two builds have its group size? The bytes after the last slot's control byte repeat the
/// first group's, so their number is the length of a group.
pub(crate) fn have_their_groups() -> bool {
    const BUCKETS: usize = 32;
    let group = |bytes: usize| bytes - BUCKETS * (size_of::<u64>() + 1);
    let default = hashbrown::HashTable::<u64>::with_capacity(BUCKETS / 8 * 7);
    let eight = hashbrown_eight::HashTable::<u64>::with_capacity(BUCKETS / 8 * 7);
    let group_of_default = if cfg!(target_feature = "sse2") { 16 } else { 8 };
    group(default.allocation_size()) == group_of_default && group(eight.allocation_size()) == 8
}
