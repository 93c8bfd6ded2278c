//! The unordered tables as contenders: heptad's, and hashbrown's once for each of its two builds.

use heptad::{
    hash::{Keyed, hash_word},
    layout::SLOTS,
    swiss::{Map, Set, Stats, Table},
};

use crate::adapter::{Footprint, Words, words};

/// The seed of every table's hash, ours and the peers'.
pub(crate) const SEED: u64 = 0x5eed;

/// What to say where there has to be memory.
pub(crate) const MEMORY: &str = "there is memory for the table";

/// The hash of a key in every table.
#[inline(always)]
pub(crate) fn hash(key: &u64) -> u64 {
    hash_word(SEED, *key)
}

pub(crate) fn footprint(stats: Stats) -> Footprint {
    Footprint { bytes: stats.bytes, slots: stats.groups * SLOTS }
}

words! {
    Table<u64>: "heptad";
    make |entries| Table::try_with_capacity(entries).expect(MEMORY);
    get |table, key| table.find(hash(&key), |entry| *entry == key).copied();
    insert |table, key| table.insert_unique(hash(&key), key, hash);
    remove |table, key| table.remove(hash(&key), |entry| *entry == key);
    words |table| table.iter().copied();
    footprint |table| footprint(table.stats());
}

words! {
    Set<u64>: "heptad";
    make |entries| Set::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY);
    get |set, key| set.get(&key).copied();
    insert |set, key| set.insert(key);
    remove |set, key| set.take(&key);
    words |set| set.iter().copied();
    footprint |set| footprint(set.stats());
}

words! {
    Map<u64, u64>: "heptad";
    make |entries| Map::try_with_capacity(entries, Keyed::new(SEED)).expect(MEMORY);
    get |map, key| map.get(&key).copied();
    insert |map, key| map.insert(key, key);
    remove |map, key| map.remove(&key);
    words |map| map.iter().map(|(_, value)| *value);
    footprint |map| footprint(map.stats());
}

/// A table of hashbrown that was just made has seven eighths of its slots as capacity.
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

/// Does each of hashbrown's two builds have its group? The bytes after the last slot's control byte, which
/// repeat the first group's, show how long a group is.
pub(crate) fn have_their_groups() -> bool {
    const BUCKETS: usize = 32;
    let group = |bytes: usize| bytes - BUCKETS * (size_of::<u64>() + 1);
    let default = hashbrown::HashTable::<u64>::with_capacity(BUCKETS / 8 * 7);
    let eight = hashbrown_eight::HashTable::<u64>::with_capacity(BUCKETS / 8 * 7);
    let group_of_default = if cfg!(target_feature = "sse2") { 16 } else { 8 };
    group(default.allocation_size()) == group_of_default && group(eight.allocation_size()) == 8
}
