//! Made, attached to, released.

use core::ffi::{c_int, c_void};

use super::{
    CallersKeys, EqualReference, GiveBack, Guard, HeptadIndirect, HeptadReclaim, Indirect,
    IndirectMap, code, shared,
};
use crate::{lockfree::SharedIndirectMap, storage::Region};

/// The caller's keys, if he brought what it takes.
fn keys(hash_bits: u64, equal: EqualReference, context: *mut c_void) -> Result<CallersKeys, c_int> {
    if hash_bits == 0 || hash_bits == u64::MAX {
        // No home but one, or no reference but one.
        return Err(code::ARGUMENT);
    }
    Ok(CallersKeys { hash_bits, equal: equal.ok_or(code::NULL)?, context })
}

/// The comparison of a map that is only formatted.
unsafe extern "C" fn nothing(_: u64, _: *const c_void, _: *mut c_void) -> c_int {
    0
}

fn new(
    region: Region<'static>,
    seed: u64,
    keys: CallersKeys,
    guard: Guard,
) -> Result<Indirect, c_int> {
    IndirectMap::new_with(region, seed, keys, guard).map_err(|rejected| code::of(rejected.error))
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_init(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: *mut c_void,
) -> c_int {
    let keys = keys(hash_bits, equal, context);
    // SAFETY: the caller's promise.
    unsafe { shared::make(map, memory, bytes, |_, region| new(region, seed, keys?, Guard::Kept)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the counters are lent too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_init_counted(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: *mut c_void,
    counters: *mut c_void,
    counters_bytes: usize,
) -> c_int {
    let keys = keys(hash_bits, equal, context);
    let new = keys.map(|keys| move |region, guard| new(region, seed, keys, guard));
    // SAFETY: the caller's promise.
    unsafe { shared::make_counted(map, memory, bytes, counters, counters_bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the functions keep the promise of
/// [`Reclaim`](crate::lockfree::Reclaim).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_init_with(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: *mut c_void,
    reclaim: *const HeptadReclaim,
) -> c_int {
    let keys = keys(hash_bits, equal, context);
    let new = keys.map(|keys| move |region, guard| new(region, seed, keys, guard));
    // SAFETY: the caller's promise.
    unsafe { shared::make_with(map, memory, bytes, reclaim, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); nobody is attached to the memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_format(
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    members: usize,
    hash_bits: u64,
) -> c_int {
    let keys = match keys(hash_bits, Some(nothing), core::ptr::null_mut()) {
        Ok(keys) => keys,
        Err(code) => return code,
    };
    let format = |region| SharedIndirectMap::<_, u64>::format(region, seed, members, &keys);
    // SAFETY: the caller's promise.
    unsafe { shared::format(memory, bytes, format) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that are attached to it; nothing else writes it.
unsafe fn attach(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    number: Option<usize>,
    keys: Result<CallersKeys, c_int>,
) -> c_int {
    let attach = |_, region: Region<'static>| {
        // SAFETY: what C lends is initialised, and only maps write it, by the caller's promise; what its
        // references stand for, only the caller's function asks.
        let map = unsafe { IndirectMap::attach_with(region, number, keys?, Guard::Shared) };
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
pub unsafe extern "C" fn heptad_indirect_attach(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    hash_bits: u64,
    equal: EqualReference,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { attach(map, memory, bytes, None, keys(hash_bits, equal, context)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes), but that the memory is shared with
/// the other maps that are attached to it; nothing else writes it; of the member one operation
/// at a time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_join(
    map: *mut HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    member: usize,
    hash_bits: u64,
    equal: EqualReference,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { attach(map, memory, bytes, Some(member), keys(hash_bits, equal, context)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the member is dead.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_reap(map: *const HeptadIndirect, member: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::reap(map, member) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_destroy(map: *const HeptadIndirect) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::destroy(map) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_release(
    map: *mut HeptadIndirect,
    give_back: GiveBack,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::release(map, give_back, context) }
}
