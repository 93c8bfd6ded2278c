//! The public operations, each as a separate function, so that their use of the stack can be found in
//! the program. The modules are the rows of the table in docs/kernel.md.

use core::hint::black_box;

use heptad::Error;
use heptad::hash::Keyed;
use heptad::layout::Line;
use heptad::lockfree::{
    Counted, Expectation, Map as SharedMap, Need, Set as SharedSet, Stats as SharedStats,
};
use heptad::robin_hood::{self, ByValue, Merge};
use heptad::storage::{Inline, Region};
use heptad::swiss::{Map, Set, Stats, Table};

/// A module of functions, and `keep`, which prevents the linker from dropping them.
macro_rules! rows {
    ($($row:ident: { $(fn $name:ident $(<$($life:lifetime),+>)? ($($argument:ident: $type:ty),*) $(-> $answer:ty)? $body:block)+ })+) => {
        $(
            mod $row {
                use super::*;
                $(pub(super) fn $name $(<$($life),+>)? ($($argument: $type),*) $(-> $answer)? $body)+
            }
        )+

        /// Makes every operation reachable.
        pub(crate) fn keep() {
            $($(black_box($row::$name as *const ());)+)+
        }
    };
}

type RegionMap = Map<u64, u64, Region<'static>>;
type RegionSet = Set<u64, Region<'static>>;
/// Tables in inline storage: large, so that a frame that depends on their size is noticed.
type FixedSet = Set<u64, Inline<1024>>;
type FixedMap = Map<u64, u64, Inline<1024>>;
type FixedTable = Table<u64, Inline<1024>>;
type Shared = SharedMap<'static, u64, u64, Counted>;
type Sorted = robin_hood::Set<Region<'static>, ByValue>;
type SortedMap = robin_hood::Map<Region<'static>, Keyed>;
type SortedFixed = robin_hood::Set<Inline<1024>, Keyed>;

rows! {
    swiss_lookups: {
        fn get(map: &RegionMap, key: u64) -> Option<u64> { map.get(&key).copied() }
        fn get_mut(map: &mut RegionMap, key: u64) -> bool { map.get_mut(&key).map(|value| *value += 1).is_some() }
        fn get_word(map: &RegionMap, key: u64) -> Option<u64> { map.get_word(key).copied() }
        fn contains(set: &FixedSet, key: u64) -> bool { set.contains(&key) }
        fn contains_pair(set: &Set<(u32, u32), Region<'static>>, key: (u32, u32)) -> bool { set.contains(&key) }
        fn contains_word(set: &FixedSet, key: u64) -> bool { set.contains_word(key) }
        fn find(table: &FixedTable, hash: u64) -> Option<u64> { table.find(hash, |it| *it == hash).copied() }
        fn iter(map: &RegionMap) -> u64 { map.iter().fold(0, |sum, (key, value)| sum ^ key ^ value) }
        fn next_from(map: &RegionMap, at: usize) -> Option<usize> { map.next_from(at).map(|it| it.0) }
        fn stats(map: &RegionMap) -> Stats { map.stats() }
    }
    swiss_batches: {
        fn contains_many(set: &RegionSet, keys: &[u64], found: &mut [bool]) {
            set.contains_many(keys, |at, is| if let Some(it) = found.get_mut(at) { *it = is });
        }
        fn get_words(map: &RegionMap, keys: &[u64]) -> u64 {
            let mut sum = 0;
            map.get_words(keys, |_, value| sum ^= value.copied().unwrap_or(0));
            sum
        }
        fn get_many(map: &RegionMap, keys: &[u64]) -> u64 {
            let mut sum = 0;
            map.get_many(keys, |_, pair| sum ^= pair.map_or(0, |it| *it));
            sum
        }
        fn try_insert_many(set: &mut FixedSet, keys: &[u64]) -> usize { set.try_insert_many(keys).unwrap_or(0) }
    }
    swiss_changes: {
        fn try_insert(map: &mut RegionMap, key: u64) -> bool { map.try_insert(key, key).is_ok() }
        fn try_insert_fixed(set: &mut FixedSet, key: u64) -> bool { set.try_insert(key).is_ok() }
        fn insert_within_capacity(set: &mut FixedSet, key: u64) -> bool { set.insert_within_capacity(key).is_ok() }
        fn try_entry(map: &mut FixedMap, key: u64) -> Option<u64> {
            map.try_entry(key).ok().map(|entry| *entry.or_insert(1))
        }
        fn try_insert_unique(table: &mut FixedTable, hash: u64) -> bool {
            table.try_insert_unique(hash, hash, |it| *it).is_ok()
        }
        fn try_reserve(set: &mut FixedSet, additional: usize) -> Result<(), Error> { set.try_reserve(additional) }
        fn remove(map: &mut RegionMap, key: u64) -> Option<u64> { map.remove(&key) }
        fn retain(map: &mut FixedMap) { map.retain(|key, _| key % 2 == 1) }
        fn extract_if(set: &mut FixedSet) -> usize { set.extract_if(|key| key % 2 == 1).count() }
        fn drain(map: &mut FixedMap) -> u64 { map.drain().fold(0, |sum, pair| sum ^ pair.0) }
        fn clear(map: &mut FixedMap) { map.clear() }
    }
    swiss_moves: {
        fn new_in(lines: &'static mut [Line], seed: u64) -> Result<RegionMap, Error> {
            Map::new_in(Region::from_lines(lines)?, Keyed::new(seed))
        }
        fn move_into(map: &mut RegionMap, lines: &'static mut [Line], seed: u64) -> bool {
            Region::from_lines(lines).is_ok_and(|it| map.move_into(it, Keyed::new(seed)).is_ok())
        }
        fn into_storage(map: RegionMap) -> Region<'static> { map.into_storage() }
    }
    lockfree_lookups: {
        fn get(map: &Shared, key: u64) -> Option<u64> { map.get(key) }
        fn contains(set: &SharedSet<'static, u64>, key: u64) -> bool { set.contains(key) }
        fn get_many(map: &Shared, keys: &[u64], values: &mut [Option<u64>]) -> usize { map.get_many(keys, values) }
        fn iter(map: &Shared) -> u64 { map.iter().fold(0, |sum, (key, value)| sum ^ key ^ value) }
        fn len(map: &Shared) -> usize { map.len() }
        fn equals(map: &Shared, other: &Shared) -> bool { map == other }
        fn stats(map: &Shared) -> SharedStats { map.tables().stats() }
    }
    lockfree_changes: {
        fn insert_if_absent(map: &Shared, key: u64) -> Result<Option<u64>, Error> { map.insert_if_absent(key, key) }
        fn insert(map: &Shared, key: u64) -> Result<Option<u64>, Error> { map.insert(key, key) }
        fn replace(map: &Shared, key: u64) -> Result<Option<u64>, Error> { map.replace(key, key) }
        fn compare_and_set(map: &Shared, key: u64) -> Result<Option<u64>, Error> {
            map.compare_and_set(key, Expectation::Value(key), Some(1))
        }
        fn remove(map: &Shared, key: u64) -> Result<Option<u64>, Error> { map.remove(key) }
        fn remove_if(map: &Shared, key: u64) -> Result<Option<u64>, Error> {
            Ok(map.remove_if(key, |it| it > 1)?.removed())
        }
        fn modify(map: &Shared, key: u64) -> Result<Option<u64>, Error> { map.modify(key, |it| it + 1) }
        fn insert_or_modify(map: &Shared, key: u64) -> Result<Option<u64>, Error> {
            map.insert_or_modify(key, 1, |it| it + 1)
        }
        fn set_insert(set: &SharedSet<'static, u64>, key: u64) -> Result<bool, Error> { set.insert(key) }
        fn set_remove(set: &SharedSet<'static, u64>, key: u64) -> Result<bool, Error> { set.remove(key) }
        fn retain(map: &Shared) -> Result<(), Error> { map.retain(|key, _| key % 2 == 1) }
        fn clear(map: &Shared) -> Result<(), Error> { map.clear() }
        fn extend(map: &Shared, other: &Shared) -> bool { map.extend(other).is_ok() }
    }
    lockfree_rebuilds: {
        fn place(map: &Shared, lines: &'static mut [Line]) -> bool {
            Region::from_lines(lines).is_ok_and(|it| map.tables().place(it, 5).is_ok())
        }
        fn rebuild(map: &Shared, lines: &'static mut [Line]) -> bool {
            Region::from_lines(lines).is_ok_and(|it| map.tables().rebuild(it, 5).is_ok())
        }
        fn help(map: &Shared, steps: usize) -> Result<bool, Error> { map.tables().help(steps) }
        fn needs_rebuild(map: &Shared) -> Option<Need> { map.tables().needs_rebuild() }
        fn try_reclaim(map: &Shared) -> bool { map.tables().try_reclaim().is_some() }
    }
    sorted_lookups: {
        fn contains(set: &Sorted, key: u64) -> bool { set.contains(key) }
        fn get(map: &SortedMap, key: u64) -> Option<u64> { map.get(key).copied() }
        fn range(set: &Sorted, from: u64) -> Option<u64> { set.range(from..).next() }
        fn successor(set: &Sorted, key: u64) -> Option<u64> { set.successor(key) }
        fn iter(map: &SortedMap) -> u64 { map.iter().fold(0, |sum, (key, value)| sum ^ key ^ value) }
        fn next_from(set: &Sorted, at: usize) -> Option<(usize, u64)> { set.next_from(at) }
        fn stats(set: &Sorted) -> robin_hood::Stats { set.stats() }
    }
    sorted_changes: {
        fn try_insert(set: &mut Sorted, key: u64) -> bool { set.try_insert(key).is_ok() }
        fn try_insert_fixed(set: &mut SortedFixed, key: u64) -> bool { set.try_insert(key).is_ok() }
        fn map_try_insert(map: &mut SortedMap, key: u64) -> bool { map.try_insert(key, key).is_ok() }
        fn remove(set: &mut Sorted, key: u64) -> bool { set.remove(key) }
        fn map_remove(map: &mut SortedMap, key: u64) -> Option<u64> { map.remove(key) }
        fn retain(set: &mut Sorted) { set.retain(|key| key % 2 == 1) }
        fn try_grow(set: &mut Sorted) -> Result<(), Error> { set.try_grow() }
        fn try_grow_fixed(set: &mut SortedFixed) -> Result<(), Error> { set.try_grow() }
        fn try_reserve(set: &mut SortedFixed, more: usize) -> Result<(), Error> { set.try_reserve(more) }
        fn map_try_grow(map: &mut SortedMap) -> Result<(), Error> { map.try_grow() }
        fn shrink_in_place(set: &mut Sorted) { set.shrink_in_place(0) }
        fn entry(map: &mut SortedMap, key: u64) -> bool { map.try_entry(key).map(|it| *it.or_insert(0) += 1).is_ok() }
        fn last_entry(map: &mut SortedMap) -> Option<u64> { map.last_entry().map(|it| it.remove()) }
        fn extract_if(set: &mut Sorted) -> usize { set.extract_if(|key| key % 2 == 1).count() }
        fn range_if(set: &mut Sorted, key: u64) -> usize { set.extract_range_if(key.., |key| key % 2 == 1).count() }
        fn append(set: &mut Sorted, more: &mut SortedFixed) -> bool { set.try_append(more).is_ok() }
    }
    sorted_merges: {
        fn try_merge_in(one: &Sorted, two: &Sorted, lines: &'static mut [Line]) -> bool {
            Region::from_lines(lines).is_ok_and(|it| one.try_merge_in(Merge::Union, two, it).is_ok())
        }
        fn merged(one: &Sorted, two: &Sorted) -> u64 {
            one.merged(Merge::Difference, two).map_or(0, |it| it.fold(0, |sum, key| sum ^ key))
        }
        fn move_into(set: &mut Sorted, lines: &'static mut [Line]) -> bool {
            Region::from_lines(lines).is_ok_and(|it| set.move_into(it).is_ok())
        }
    }
}
