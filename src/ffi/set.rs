//! `heptad_set_*`: sets of 64-bit words. The manual is `include/heptad.h`.

use core::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr,
};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Handle, Words128},
    lent::{self, Kind, Lent},
    stats::HeptadStats,
};
use crate::{hash::Keyed, storage::Region, swiss::Set};

type Words = Set<u64, Region<'static>>;

impl Kind for Words {
    const KIND: u32 = u32::from_be_bytes(*b"set0");
    type Words = Words128;
}

/// `heptad_set`.
pub type HeptadSet = Handle<Lent<Words>>;

/// Says whether an entry stays.
pub type KeepKey = Option<unsafe extern "C" fn(key: u64, context: *mut c_void) -> c_int>;

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_init(
    set: *mut HeptadSet,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    load: c_int,
) -> c_int {
    let new = |region| {
        let load = arguments::load(load)?;
        Set::with_max_load_in(region, load, Keyed::new(seed)).map_err(code::of)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(set, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_release(
    set: *mut HeptadSet,
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
pub unsafe extern "C" fn heptad_set_move(
    set: *mut HeptadSet,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |set: &mut Words, region| {
        set.move_into(region, Keyed::new(seed)).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(set, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_clear(set: *mut HeptadSet) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(set, Words::clear) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_len(set: *const HeptadSet) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, Words::len) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_capacity(set: *const HeptadSet) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(set, Words::capacity) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_stats(
    set: *const HeptadSet,
    result: *mut HeptadStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(set, result, |set| set.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_insert(set: *mut HeptadSet, key: u64) -> c_int {
    let insert = |body: &mut Lent<Words>| {
        body.table.insert_within_capacity(key).map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_contains(set: *const HeptadSet, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, |body| Ok(body.table.contains_word(key))) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_remove(set: *mut HeptadSet, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, |body| Ok(body.table.remove(&key))) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_prefetch(set: *const HeptadSet, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::look(set, |table: &Words| table.prefetch(&key)) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_contains_many(
    set: *const HeptadSet,
    keys: *const u64,
    count: usize,
    found: *mut u8,
) -> c_int {
    let look_up = |body: &Lent<Words>| {
        // Before there is a reference to the results: nothing else may be there.
        lent::check_apart(set, body, Memory::of(found, count)?, &[Memory::of(keys, count)?])?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        // SAFETY: the caller's promise, and what was checked above.
        let found = unsafe { arguments::array_mut(found.cast::<MaybeUninit<u8>>(), count) }?;
        let mut results = found.iter_mut();
        body.table.contains_many(keys, |_, is_there| {
            results.next().map(|result| result.write(u8::from(is_there)));
        });
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(set, look_up) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_insert_many(
    set: *mut HeptadSet,
    keys: *const u64,
    count: usize,
    taken: *mut usize,
) -> c_int {
    let insert = |body: &mut Lent<Words>| {
        // SAFETY: the caller's promise.
        let taken = unsafe { Wanted::new(taken) }?;
        // Before there is a reference to the keys: the insertion may write neither over them nor over itself.
        lent::check_apart(set, body, Memory::of(keys, count)?, &[])?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        match body.table.try_insert_many(keys) {
            Ok(_) => {
                taken.give(count);
                Ok(false)
            }
            Err(rejected) => {
                taken.give(rejected.value);
                Err(code::of(rejected.error))
            }
        }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(set, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_next(
    set: *const HeptadSet,
    position: *mut usize,
    key: *mut u64,
) -> c_int {
    let next = |set: &Words, position| {
        let (behind, &key) = set.next_from(position)?;
        Some((behind, (key, 0)))
    };
    // SAFETY: the caller's promise.
    unsafe { lent::step(set, position, key, ptr::null_mut(), next) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_set_retain(
    set: *mut HeptadSet,
    keep: KeepKey,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |table: &mut Words| {
        // SAFETY: the caller's function, for the caller's context.
        table.retain(|&key| unsafe { keep(key, context) } != 0);
    };
    // SAFETY: the caller's promise.
    unsafe { lent::edit(set, retain) }
}
