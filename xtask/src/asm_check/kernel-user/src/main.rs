#![no_std]
#![no_main]
//! A small user of every part of the library, to inspect the code that the compiler generates for
//! kernels. It is linked like a kernel and disassembled; it is never run.

mod operations;

use core::hint::black_box;
use core::panic::PanicInfo;

use heptad::Error;
use heptad::hash::{Keyed, hash_bytes};
use heptad::layout::Line;
use heptad::lockfree::{self, Expectation};
use heptad::robin_hood;
use heptad::storage::{Inline, Region};
use heptad::swiss::table::Entry;
use heptad::swiss::{PackedMap, Map, Set, Table};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// The entry point for the linker: everything reachable from here stays.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    black_box(heptad::probe::BACKENDS);
    operations::keep();
    black_box([
        map_new as *const (),
        map_get as *const (),
        map_insert as *const (),
        map_remove as *const (),
        map_count as *const (),
        map_sum as *const (),
        map_move as *const (),
        map_statistics as *const (),
        set_new as *const (),
        set_contains as *const (),
        set_insert_many as *const (),
        set_retain_odd as *const (),
        narrow_map_use as *const (),
        table_intern as *const (),
        shared_place as *const (),
        shared_get as *const (),
        shared_get_many as *const (),
        shared_insert_if_absent as *const (),
        shared_insert as *const (),
        shared_compare_and_set as *const (),
        shared_remove as *const (),
        shared_count as *const (),
        shared_sum as *const (),
        shared_retain_odd as *const (),
        sorted_set_grow as *const (),
        sorted_map_grow as *const (),
        sorted_set_find as *const (),
    ]);
    loop {}
}

type RegionMap<'a> = Map<u64, u64, Region<'a>>;

fn map_new(lines: &'static mut [Line], seed: u64) -> Result<RegionMap<'static>, Error> {
    Map::new_in(Region::from_lines(lines)?, Keyed::new(seed))
}

fn map_get(map: &RegionMap<'_>, key: u64) -> Option<u64> {
    map.get(&key).copied()
}

fn map_insert(map: &mut RegionMap<'_>, key: u64, value: u64) -> Result<Option<u64>, Error> {
    map.try_insert(key, value).map_err(|rejected| rejected.error)
}

fn map_remove(map: &mut RegionMap<'_>, key: u64) -> Option<u64> {
    map.remove(&key)
}

fn map_count(map: &mut RegionMap<'_>, key: u64) -> Result<u64, Error> {
    let entry = map.try_entry(key).map_err(|rejected| rejected.error)?;
    let count = entry.or_insert(0);
    *count += 1;
    Ok(*count)
}

fn map_sum(map: &RegionMap<'_>) -> u64 {
    map.iter().fold(0, |sum, (key, value)| sum.wrapping_add(key ^ value))
}

fn map_move(map: &mut RegionMap<'static>, lines: &'static mut [Line], seed: u64) -> bool {
    let Ok(region) = Region::from_lines(lines) else { return false };
    map.move_into(region, Keyed::new(seed)).is_ok()
}

fn map_statistics(map: &RegionMap<'_>) -> heptad::swiss::Stats {
    map.stats()
}

type FixedSet = Set<u64, Inline<16>>;

fn set_new(seed: u64) -> FixedSet {
    Set::inline(Keyed::new(seed))
}

fn set_contains(set: &FixedSet, key: u64) -> bool {
    set.contains(&key)
}

fn set_insert_many(set: &mut FixedSet, keys: &[u64]) -> usize {
    set.try_insert_many(keys).unwrap_or(0)
}

fn set_retain_odd(set: &mut FixedSet) {
    set.retain(|key| key % 2 == 1);
}

type Counters = PackedMap<u32, u32, Inline<64>>;

fn narrow_map_use(map: &mut Counters, key: u32) -> Option<u32> {
    *map.get_mut(&key)? += 1;
    map.remove(&key)
}

/// A name somewhere in the kernel; a table's entries are references to such names.
struct Name {
    text: &'static str,
}

type Names = Table<&'static Name, Inline<32>>;

fn table_intern(table: &mut Names, seed: u64, name: &'static Name) -> Option<&'static Name> {
    let hash_of = |name: &&'static Name| hash_bytes(seed, name.text.as_bytes());
    match table.try_entry(hash_of(&name), |known| known.text == name.text, hash_of).ok()? {
        Entry::Occupied(entry) => Some(*entry.get()),
        Entry::Vacant(entry) => Some(*entry.insert(name).get()),
    }
}

/// A map that all cores and interrupts would use.
static SHARED: lockfree::Map<'static, u64, u64> = lockfree::Map::unplaced();

fn shared_place(lines: &'static mut [Line], seed: u64) -> Result<(), Error> {
    Ok(SHARED.tables().place(Region::from_lines(lines)?, seed)?)
}

fn shared_get(key: u64) -> Option<u64> {
    SHARED.get(key)
}

fn shared_get_many(keys: &[u64], values: &mut [Option<u64>]) -> usize {
    SHARED.get_many(keys, values)
}

fn shared_insert_if_absent(key: u64, value: u64) -> Result<Option<u64>, Error> {
    SHARED.insert_if_absent(key, value)
}

fn shared_insert(key: u64, value: u64) -> Result<Option<u64>, Error> {
    SHARED.insert(key, value)
}

fn shared_compare_and_set(key: u64, old: u64, new: u64) -> Result<Option<u64>, Error> {
    SHARED.compare_and_set(key, Expectation::Value(old), Some(new))
}

fn shared_remove(key: u64) -> Result<Option<u64>, Error> {
    SHARED.remove(key)
}

fn shared_count(key: u64) -> Result<Option<u64>, Error> {
    SHARED.insert_or_modify(key, 1, |count| count + 1)
}

fn shared_sum() -> (usize, u64) {
    (SHARED.len(), SHARED.iter().fold(0, |sum, (key, value)| sum ^ key ^ value))
}

fn shared_retain_odd() -> Result<lockfree::Stats, Error> {
    SHARED.retain(|key, _| key % 2 == 1)?;
    Ok(SHARED.tables().stats())
}

fn sorted_set_grow(set: &mut robin_hood::Set<Region<'_>>, key: u64) -> bool {
    set.try_insert(key).is_ok() && set.try_grow().is_ok() && set.remove(key)
}

fn sorted_map_grow(map: &mut robin_hood::Map<Region<'_>>, key: u64) -> bool {
    map.try_insert(key, key).is_ok() && map.try_grow().is_ok() && map.remove(key).is_some()
}

fn sorted_set_find(set: &robin_hood::Set<Region<'_>>, key: u64) -> bool {
    set.contains(key)
}
