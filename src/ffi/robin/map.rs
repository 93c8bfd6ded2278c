//! `heptad_robin_map_*`: sorted maps.

use core::{
    ffi::{c_int, c_void},
    ptr,
};

use super::{
    ChangeValue, Handle, HeptadRobinMap, HeptadSortedStats, KeepPair, Kept, Lent, Range, SortedMap,
    Wanted, arguments, code, halves, lent,
};
use crate::{
    error::Rejected,
    robin_hood::Map,
    storage::{Region, Storage},
};

/// Makes a map in the order `kept`.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn make(
    map: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
    kept: Result<Kept, c_int>,
) -> c_int {
    let new = |region| {
        let load = arguments::load(load)?;
        let (keys, values) = halves(region)?;
        Map::with_max_load_in(keys, values, load, kept?).map_err(code::of)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(map, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_init(
    map: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, load, Ok(Kept::ByValue)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_init_keyed(
    map: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, load, Kept::keyed(seed)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_init_within(
    map: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    low: u64,
    high: u64,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, load, Kept::within(low, high)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_release(
    map: *mut HeptadRobinMap,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::release(map, memory, bytes) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_move(
    map: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |map: &mut SortedMap, region: Region<'static>| {
        let lines = region.lines() / 2;
        let (keys, values) = region.split_at(lines).map_err(|rejected| rejected.error)?;
        map.move_into(keys, values).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(map, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_clear(map: *mut HeptadRobinMap) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(map, SortedMap::clear) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_len(map: *const HeptadRobinMap) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(map, SortedMap::len) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_capacity(map: *const HeptadRobinMap) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(map, SortedMap::capacity) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_stats(
    map: *const HeptadRobinMap,
    stats: *mut HeptadSortedStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(map, stats, |map| map.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_grow(map: *mut HeptadRobinMap) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::change(map, SortedMap::try_grow) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_reserve(
    map: *mut HeptadRobinMap,
    additional: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::change(map, |map: &mut SortedMap| map.try_reserve(additional)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_shrink(
    map: *mut HeptadRobinMap,
    capacity: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(map, |map: &mut SortedMap| map.shrink_in_place(capacity)) }
}

type Insertion = fn(&mut SortedMap, u64, u64) -> Result<Option<u64>, Rejected<(u64, u64)>>;

/// Puts an entry in by one of two methods.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn insert(
    map: *mut HeptadRobinMap,
    key: u64,
    value: u64,
    previous: *mut u64,
    insert: Insertion,
) -> c_int {
    let insert = |body: &mut Lent<SortedMap>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let before = insert(&mut body.table, key, value);
        let before = before.map_err(|rejected| code::of(rejected.error))?;
        Ok(wanted.give_if_any(before).is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_insert(
    map: *mut HeptadRobinMap,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { insert(map, key, value, previous, SortedMap::try_insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_insert_within_capacity(
    map: *mut HeptadRobinMap,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { insert(map, key, value, previous, SortedMap::insert_within_capacity) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_get_or_insert(
    map: *mut HeptadRobinMap,
    key: u64,
    value: u64,
    present: *mut u64,
) -> c_int {
    let insert = |body: &mut Lent<SortedMap>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(present) }?;
        let len = body.table.len();
        let there = body.table.try_get_or_insert(key, value);
        let there = *there.map_err(|rejected| code::of(rejected.error))?;
        let is_new = body.table.len() > len;
        wanted.give_if_any((!is_new).then_some(there));
        Ok(is_new)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_replace(
    map: *mut HeptadRobinMap,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::modify(map, previous, |map| map.get_mut(key), |_| value) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_modify(
    map: *mut HeptadRobinMap,
    key: u64,
    change: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let Some(change) = change else { return code::NULL };
    // SAFETY: the caller's function, for the caller's context.
    let change = |value| unsafe { change(value, context) };
    // SAFETY: the caller's promise.
    unsafe { lent::modify(map, previous, |map| map.get_mut(key), change) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_add(
    map: *mut HeptadRobinMap,
    key: u64,
    addend: u64,
    sum: *mut u64,
) -> c_int {
    let add = |body: &mut Lent<SortedMap>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(sum) }?;
        let len = body.table.len();
        let value = body.table.try_get_or_insert(key, 0);
        let value = value.map_err(|rejected| code::of(rejected.error))?;
        *value = value.wrapping_add(addend);
        wanted.give(*value);
        Ok(body.table.len() > len)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, add) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_get(
    map: *const HeptadRobinMap,
    key: u64,
    value: *mut u64,
) -> c_int {
    let get = |map: &SortedMap| map.get(key).map(|&value| (key, value));
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, ptr::null_mut(), value, get) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_remove(
    map: *mut HeptadRobinMap,
    key: u64,
    value: *mut u64,
) -> c_int {
    let remove = |body: &mut Lent<SortedMap>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        Ok(wanted.give_if_any(body.table.remove(key)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, remove) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_retain(
    map: *mut HeptadRobinMap,
    keep: KeepPair,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |map: &mut SortedMap| {
        // SAFETY: the caller's function, for the caller's context.
        map.retain(|key, value| unsafe { keep(key, value, context) } != 0);
    };
    // SAFETY: the caller's promise.
    unsafe { lent::edit(map, retain) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_first(
    map: *const HeptadRobinMap,
    result: *mut u64,
    value: *mut u64,
) -> c_int {
    let choose = |map: &SortedMap| map.first_key_value().map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, result, value, choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_last(
    map: *const HeptadRobinMap,
    result: *mut u64,
    value: *mut u64,
) -> c_int {
    let choose = |map: &SortedMap| map.last_key_value().map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, result, value, choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_successor(
    map: *const HeptadRobinMap,
    key: u64,
    result: *mut u64,
    value: *mut u64,
) -> c_int {
    let choose = |map: &SortedMap| map.successor(key).map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, result, value, choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_predecessor(
    map: *const HeptadRobinMap,
    key: u64,
    result: *mut u64,
    value: *mut u64,
) -> c_int {
    let choose = |map: &SortedMap| map.predecessor(key).map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, result, value, choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_at_least(
    map: *const HeptadRobinMap,
    key: u64,
    result: *mut u64,
    value: *mut u64,
) -> c_int {
    let choose = |map: &SortedMap| Some(next_from(map, map.position_of(key))?.1);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(map, result, value, choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_position_of(
    map: *const HeptadRobinMap,
    key: u64,
    position: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(map, position, |map| map.position_of(key)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_next(
    map: *const HeptadRobinMap,
    position: *mut usize,
    key: *mut u64,
    value: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::step(map, position, key, value, next_from) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_range(
    map: *const HeptadRobinMap,
    least: u64,
    greatest: u64,
    keys: *mut u64,
    values: *mut u64,
    room: usize,
    count: *mut usize,
) -> c_int {
    let range = Range { greatest, keys, values, room, count };
    let copy = |body: &Lent<SortedMap>| {
        body.table.order().must_ascend()?;
        let start = body.table.position_of(least);
        // SAFETY: the caller's promise.
        unsafe { range.copy(map, body, start, next_from) }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, copy) }
}

/// An entry, copied.
fn entry_of((key, &value): (u64, &u64)) -> (u64, u64) {
    (key, value)
}

/// A step of a walk.
fn next_from(map: &SortedMap, position: usize) -> Option<(usize, (u64, u64))> {
    let (behind, entry) = map.next_from(position)?;
    Some((behind, entry_of(entry)))
}
