//! `heptad_robin_*`: sorted sets of 64-bit words that grow in place. The manual is `include/heptad.h`.

use core::ffi::{c_int, c_void};

use super::{
    arguments::{self, Wanted},
    code,
    handle::{Body, Handle},
    lent::{self, Lent},
    set::KeepKey,
};
use crate::{
    robin_hood::{ByValue, Set, Stats},
    storage::Region,
};

type Sorted = Set<Region<'static>, ByValue>;

impl Body for Lent<Sorted> {
    const KIND: u32 = u32::from_be_bytes(*b"rob0");
}

/// `heptad_robin`.
pub type HeptadRobin = Handle<Lent<Sorted>>;

/// `heptad_sorted_stats`: the fields are those of [`Stats`], in 64 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadSortedStats {
    pub homes: u64,
    pub overflow_slots: u64,
    pub overflow_taken: u64,
    pub len: u64,
    pub capacity: u64,
    pub displacement: u64,
    pub most_displacement: u64,
    pub longest_run: u64,
    pub lines_of_hits: u64,
    pub bytes: u64,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadSortedStats>() == 80);
    assert!(core::mem::offset_of!(HeptadSortedStats, bytes) == 72);
};

impl From<Stats> for HeptadSortedStats {
    fn from(stats: Stats) -> HeptadSortedStats {
        HeptadSortedStats {
            homes: stats.homes as u64,
            overflow_slots: stats.overflow_slots as u64,
            overflow_taken: stats.overflow_taken as u64,
            len: stats.len as u64,
            capacity: stats.capacity as u64,
            displacement: stats.displacement as u64,
            most_displacement: stats.most_displacement as u64,
            longest_run: stats.longest_run as u64,
            lines_of_hits: stats.lines_of_hits as u64,
            bytes: stats.bytes as u64,
        }
    }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_init(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
) -> c_int {
    let new =
        |region| Set::with_max_load_in(region, arguments::load(load)?, ByValue).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { lent::make(set, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
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
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_clear(set: *mut HeptadRobin) -> c_int {
    let clear = |body: &mut Lent<Sorted>| {
        body.table.clear();
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, clear) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_len(set: *const HeptadRobin) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, Sorted::len) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_capacity(set: *const HeptadRobin) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, Sorted::capacity) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_insert(set: *mut HeptadRobin, key: u64) -> c_int {
    let insert = |body: &mut Lent<Sorted>| {
        body.table.try_insert(key).map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_contains(set: *const HeptadRobin, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, |body| Ok(body.table.contains(key))) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_remove(set: *mut HeptadRobin, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, |body| Ok(body.table.remove(key))) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_retain(
    set: *mut HeptadRobin,
    keep: KeepKey,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |body: &mut Lent<Sorted>| {
        // SAFETY: the caller's function, for the caller's context.
        body.table.retain(|key| unsafe { keep(key, context) } != 0);
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, retain) }
}
/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_move(
    set: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |set: &mut Sorted, region| {
        set.move_into(region).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(set, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_grow(set: *mut HeptadRobin) -> c_int {
    let grow = |body: &mut Lent<Sorted>| body.table.try_grow().map(|()| false).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, grow) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_stats(
    set: *const HeptadRobin,
    stats: *mut HeptadSortedStats,
) -> c_int {
    let tell = |body: &Lent<Sorted>| {
        arguments::check(stats.cast_const())?;
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { stats.write(body.table.stats().into()) };
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, tell) }
}

/// Tells one key of a set, if `choose` finds one.
///
/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
unsafe fn tell_key(
    set: *const HeptadRobin,
    result: *mut u64,
    choose: impl FnOnce(&Sorted) -> Option<u64>,
) -> c_int {
    let tell = |body: &Lent<Sorted>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(result) }?;
        Ok(wanted.give_if_any(choose(&body.table)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, tell) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_first(set: *const HeptadRobin, result: *mut u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { tell_key(set, result, |set| set.first()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_last(set: *const HeptadRobin, result: *mut u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { tell_key(set, result, |set| set.last()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_successor(
    set: *const HeptadRobin,
    key: u64,
    result: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { tell_key(set, result, |set| set.successor(key)) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_predecessor(
    set: *const HeptadRobin,
    key: u64,
    result: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { tell_key(set, result, |set| set.predecessor(key)) }
}
