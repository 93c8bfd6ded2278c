//! `heptad_robin_*`: sorted sets.

use core::{
    ffi::{c_int, c_void},
    ptr,
};

use super::{
    Handle, HeptadRobin, HeptadSortedStats, KeepKey, Kept, Lent, Range, SortedSet, arguments, code,
    lent,
};
use crate::robin_hood::Set;

/// Makes a set in the order `kept`.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn make(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
    kept: Result<Kept, c_int>,
) -> c_int {
    let new =
        |region| Set::with_max_load_in(region, arguments::load(load)?, kept?).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { lent::make(set, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_init(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(set, memory, bytes, load, Ok(Kept::ByValue)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_init_keyed(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(set, memory, bytes, load, Kept::keyed(seed)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_init_within(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    low: u64,
    high: u64,
    load: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { make(set, memory, bytes, load, Kept::within(low, high)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_release(
    set: *mut HeptadRobin,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::release(set, memory, bytes) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_move(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |set: &mut SortedSet, region| {
        set.move_into(region).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(set, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_clear(set: *mut HeptadRobin) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(set, SortedSet::clear) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_len(set: *const HeptadRobin) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, SortedSet::len) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_capacity(set: *const HeptadRobin) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, SortedSet::capacity) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_stats(
    set: *const HeptadRobin,
    stats: *mut HeptadSortedStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(set, stats, |set| set.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_grow(set: *mut HeptadRobin) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::change(set, SortedSet::try_grow) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_reserve(set: *mut HeptadRobin, additional: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::change(set, |set: &mut SortedSet| set.try_reserve(additional)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_shrink(set: *mut HeptadRobin, capacity: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(set, |set: &mut SortedSet| set.shrink_in_place(capacity)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_insert(set: *mut HeptadRobin, key: u64) -> c_int {
    let insert = |body: &mut Lent<SortedSet>| {
        body.table.try_insert(key).map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_insert_within_capacity(
    set: *mut HeptadRobin,
    key: u64,
) -> c_int {
    let insert = |body: &mut Lent<SortedSet>| {
        body.table.insert_within_capacity(key).map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_contains(set: *const HeptadRobin, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, |body| Ok(body.table.contains(key))) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_remove(set: *mut HeptadRobin, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, |body| Ok(body.table.remove(key))) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_retain(
    set: *mut HeptadRobin,
    keep: KeepKey,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |set: &mut SortedSet| {
        // SAFETY: the caller's function, for the caller's context.
        set.retain(|key| unsafe { keep(key, context) } != 0);
    };
    // SAFETY: the caller's promise.
    unsafe { lent::edit(set, retain) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_first(set: *const HeptadRobin, result: *mut u64) -> c_int {
    let choose = |set: &SortedSet| set.first().map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(set, result, ptr::null_mut(), choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_last(set: *const HeptadRobin, result: *mut u64) -> c_int {
    let choose = |set: &SortedSet| set.last().map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(set, result, ptr::null_mut(), choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_successor(
    set: *const HeptadRobin,
    key: u64,
    result: *mut u64,
) -> c_int {
    let choose = |set: &SortedSet| set.successor(key).map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(set, result, ptr::null_mut(), choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_predecessor(
    set: *const HeptadRobin,
    key: u64,
    result: *mut u64,
) -> c_int {
    let choose = |set: &SortedSet| set.predecessor(key).map(entry_of);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(set, result, ptr::null_mut(), choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_at_least(
    set: *const HeptadRobin,
    key: u64,
    result: *mut u64,
) -> c_int {
    let choose = |set: &SortedSet| Some(next_from(set, set.position_of(key))?.1);
    // SAFETY: the caller's promise.
    unsafe { lent::tell_entry(set, result, ptr::null_mut(), choose) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_position_of(
    set: *const HeptadRobin,
    key: u64,
    position: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(set, position, |set| set.position_of(key)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_next(
    set: *const HeptadRobin,
    position: *mut usize,
    key: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::step(set, position, key, ptr::null_mut(), next_from) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_range(
    set: *const HeptadRobin,
    least: u64,
    greatest: u64,
    keys: *mut u64,
    room: usize,
    count: *mut usize,
) -> c_int {
    let range = Range { greatest, keys, values: ptr::null_mut(), room, count };
    let copy = |body: &Lent<SortedSet>| {
        body.table.order().must_ascend()?;
        let start = body.table.position_of(least);
        // SAFETY: the caller's promise.
        unsafe { range.copy(set, body, start, next_from) }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, copy) }
}

/// A key as an entry whose value nobody wants.
fn entry_of(key: u64) -> (u64, u64) {
    (key, 0)
}

/// A step of a walk.
fn next_from(set: &SortedSet, position: usize) -> Option<(usize, (u64, u64))> {
    let (behind, entry) = set.next_from(position)?;
    Some((behind, entry_of(entry)))
}
