//! Made, attached to, released.

use core::ffi::{c_int, c_void};

use super::{
    HeptadLockfree, Map, Shared, code,
    guard::{Guard, HeptadReclaim},
    shared,
};
use crate::{lockfree::SharedMap, storage::Region};

/// Takes a piece of memory back.
pub type GiveBack =
    Option<unsafe extern "C" fn(memory: *mut c_void, bytes: usize, context: *mut c_void)>;

fn new(region: Region<'static>, seed: u64, guard: Guard) -> Result<Shared, c_int> {
    Map::new_with(region, seed, guard).map_err(|rejected| code::of(rejected.error))
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_init(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::make(map, memory, bytes, |_, region| new(region, seed, Guard::Kept)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the counters are lent too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_init_counted(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    counters: *mut c_void,
    counters_bytes: usize,
) -> c_int {
    let new = Ok(|region, guard| new(region, seed, guard));
    // SAFETY: the caller's promise.
    unsafe { shared::make_counted(map, memory, bytes, counters, counters_bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the functions keep the promise of
/// [`Reclaim`](crate::lockfree::Reclaim).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_init_with(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    reclaim: *const HeptadReclaim,
) -> c_int {
    let new = Ok(|region, guard| new(region, seed, guard));
    // SAFETY: the caller's promise.
    unsafe { shared::make_with(map, memory, bytes, reclaim, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); nobody is attached to the memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_format(
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    members: usize,
) -> c_int {
    let format = |region| SharedMap::<u64, u64>::format(region, seed, members);
    // SAFETY: the caller's promise.
    unsafe { shared::format(memory, bytes, format) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that are attached to it; nothing else writes it.
unsafe fn attach(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
    number: Option<usize>,
) -> c_int {
    let attach = |_, region: Region<'static>| {
        // SAFETY: what C lends is initialised, and only maps write it, by the caller's promise; every
        // word is a key or a value of this map.
        let map = unsafe { Map::attach_with(region, number, Guard::Shared) };
        map.map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { shared::make(map, memory, bytes, attach) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that are attached to it; nothing else writes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_attach(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { attach(map, memory, bytes, None) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that are attached to it; nothing else writes it; of the member one operation
/// at a time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_join(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
    member: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { attach(map, memory, bytes, Some(member)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the member is dead.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_reap(map: *const HeptadLockfree, member: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::reap(map, member) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_destroy(map: *const HeptadLockfree) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::destroy(map) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_release(
    map: *mut HeptadLockfree,
    give_back: GiveBack,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::release(map, give_back, context) }
}
