//! Made, attached to, released.

use core::ffi::{c_int, c_void};

use super::{
    Body, Handle, HeptadLockfree, Map, Memory, Shared, answer, arguments, code,
    guard::{Guard, HeptadReclaim},
};
use crate::storage::{Region, Storage};

/// Takes a piece of memory back.
pub type GiveBack =
    Option<unsafe extern "C" fn(memory: *mut c_void, bytes: usize, context: *mut c_void)>;

/// Makes a map in the memory at `start`. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn make(
    map: *mut HeptadLockfree,
    start: *mut c_void,
    bytes: usize,
    make: impl FnOnce(Memory, Region<'static>) -> Result<Shared, c_int>,
) -> c_int
where
    Shared: Body,
{
    let body = || {
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(map, 1)?)?;
        // SAFETY: lent, by the caller's promise.
        make(memory, unsafe { memory.lend() }?)
    };
    // SAFETY: the caller's promise.
    answer(unsafe { Handle::make(map, body) })
}

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
    unsafe { make(map, memory, bytes, |_, region| new(region, seed, Guard::Kept)) }
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
    let counted = |memory: Memory, region| {
        let counters_memory = Memory::of(counters.cast::<u8>(), counters_bytes)?;
        counters_memory.apart_from(memory)?;
        counters_memory.apart_from(Memory::of(map, 1)?)?;
        // SAFETY: lent, by the caller's promise.
        new(region, seed, unsafe { Guard::counted(counters, counters_bytes) }?)
    };
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, counted) }
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
    let with = |_, region| {
        arguments::check(reclaim)?;
        // SAFETY: not null, aligned, and readable by the caller's promise.
        new(region, seed, Guard::of_functions(unsafe { reclaim.read() })?)
    };
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, with) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that were made in it or attached to it; nothing else writes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_attach(
    map: *mut HeptadLockfree,
    memory: *mut c_void,
    bytes: usize,
) -> c_int {
    let attach = |_, region: Region<'static>| {
        // SAFETY: what C lends is initialised, and only maps write it, by the caller's promise; every
        // word is a key or a value of this map.
        let map = unsafe { Map::attach_with(region, Guard::Attached) };
        map.map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { make(map, memory, bytes, attach) }
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
    let map = match unsafe { Handle::take(map) } {
        Ok(map) => map,
        Err(code) => return code,
    };
    // Where others use the table too, what their descriptors lead to is not for this program.
    let most = if map.guard().is_attached() { 1 } else { usize::MAX };
    // Reads the descriptors, and leaves them alone: others may be attached to the table.
    for mut region in map.into_regions().take(most) {
        let bytes = region.lines() * crate::layout::LINE_BYTES;
        if let Some(give_back) = give_back {
            // SAFETY: the caller's function, for the caller's context.
            unsafe { give_back(region.base_mut().cast(), bytes, context) };
        }
    }
    code::OK
}
