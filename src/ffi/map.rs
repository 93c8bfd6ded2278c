//! `heptad_map_*`: maps from 64-bit words to 64-bit words. The manual is `include/heptad.h`.

use core::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Handle, Words128},
    lent::{self, Kind, Lent},
    lockfree::ChangeValue,
    stats::HeptadStats,
};
use crate::{
    hash::Keyed,
    storage::Region,
    swiss::{Map64, map::Entry},
};

type Pairs = Map64<u64, u64, Region<'static>>;

impl Kind for Pairs {
    const KIND: u32 = u32::from_be_bytes(*b"map0");
    type Words = Words128;
}

/// `heptad_map`.
pub type HeptadMap = Handle<Lent<Pairs>>;

/// Says whether an entry stays; it may change the value.
pub type KeepPair =
    Option<unsafe extern "C" fn(key: u64, value: *mut u64, context: *mut c_void) -> c_int>;

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_init(
    map: *mut HeptadMap,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    load: c_int,
) -> c_int {
    let new = |region| {
        let load = arguments::load(load)?;
        Map64::with_max_load_in(region, load, Keyed::new(seed)).map_err(code::of)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(map, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_release(
    map: *mut HeptadMap,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::release(map, memory, bytes) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_move(
    map: *mut HeptadMap,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |map: &mut Pairs, region| {
        map.move_into(region, Keyed::new(seed)).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(map, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_clear(map: *mut HeptadMap) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(map, Pairs::clear) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_len(map: *const HeptadMap) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(map, Pairs::len) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_capacity(map: *const HeptadMap) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(map, Pairs::capacity) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_stats(
    map: *const HeptadMap,
    result: *mut HeptadStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(map, result, |map| map.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_insert(
    map: *mut HeptadMap,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    let insert = |body: &mut Lent<Pairs>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        match body.table.insert_within_capacity(key, value) {
            Ok(None) => Ok(true),
            Ok(Some(previous)) => {
                wanted.give(previous);
                Ok(false)
            }
            Err(rejected) => Err(code::of(rejected.error)),
        }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_get_or_insert(
    map: *mut HeptadMap,
    key: u64,
    value: u64,
    present: *mut u64,
) -> c_int {
    let insert = |body: &mut Lent<Pairs>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(present) }?;
        match body.table.try_entry(key).map_err(|rejected| code::of(rejected.error))? {
            Entry::Occupied(entry) => {
                wanted.give(*entry.get());
                Ok(false)
            }
            Entry::Vacant(place) => {
                place.insert(value);
                Ok(true)
            }
        }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_replace(
    map: *mut HeptadMap,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::modify(map, previous, |map| map.get_mut(&key), |_| value) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_modify(
    map: *mut HeptadMap,
    key: u64,
    change: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let Some(change) = change else { return code::NULL };
    // SAFETY: the caller's function, for the caller's context.
    let change = |value| unsafe { change(value, context) };
    // SAFETY: the caller's promise.
    unsafe { lent::modify(map, previous, |map| map.get_mut(&key), change) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_add(
    map: *mut HeptadMap,
    key: u64,
    addend: u64,
    sum: *mut u64,
) -> c_int {
    let add = |body: &mut Lent<Pairs>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(sum) }?;
        let entry = body.table.try_entry(key).map_err(|rejected| code::of(rejected.error))?;
        let is_new = matches!(entry, Entry::Vacant(_));
        let value = entry.or_insert(0);
        *value = value.wrapping_add(addend);
        wanted.give(*value);
        Ok(is_new)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, add) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_get(map: *const HeptadMap, key: u64, value: *mut u64) -> c_int {
    let get = |body: &Lent<Pairs>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        let found = body.table.get_word(key);
        Ok(found.map(|&value| wanted.give(value)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, get) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_remove(
    map: *mut HeptadMap,
    key: u64,
    value: *mut u64,
) -> c_int {
    let remove = |body: &mut Lent<Pairs>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        Ok(body.table.remove(&key).map(|value| wanted.give(value)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, remove) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_prefetch(map: *const HeptadMap, key: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::look(map, |table: &Pairs| table.prefetch(&key)) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_get_many(
    map: *const HeptadMap,
    keys: *const u64,
    count: usize,
    values: *mut u64,
    found: *mut u8,
) -> c_int {
    let look_up = |body: &Lent<Pairs>| {
        // Before there is a reference to the results: nothing else may be there.
        let inputs = [Memory::of(keys, count)?, Memory::of(found, count)?];
        lent::check_apart(map, body, Memory::of(values, count)?, &inputs)?;
        lent::check_apart(map, body, Memory::of(found, count)?, &inputs[..1])?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        // SAFETY: the caller's promise, and what was checked above.
        let values = unsafe { arguments::array_mut(values.cast::<MaybeUninit<u64>>(), count) }?;
        // SAFETY: as above.
        let found = unsafe { arguments::array_mut(found.cast::<MaybeUninit<u8>>(), count) }?;
        let mut results = values.iter_mut().zip(found);
        body.table.get_words(keys, |_, answer| {
            if let Some((value, is_there)) = results.next() {
                value.write(answer.copied().unwrap_or(0));
                is_there.write(u8::from(answer.is_some()));
            }
        });
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, look_up) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_next(
    map: *const HeptadMap,
    position: *mut usize,
    key: *mut u64,
    value: *mut u64,
) -> c_int {
    let next = |map: &Pairs, position| {
        let (behind, (&key, &value)) = map.next_from(position)?;
        Some((behind, (key, value)))
    };
    // SAFETY: the caller's promise.
    unsafe { lent::step(map, position, key, value, next) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_map_retain(
    map: *mut HeptadMap,
    keep: KeepPair,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |table: &mut Pairs| {
        // SAFETY: the caller's function, for the caller's context.
        table.retain(|&key, value| unsafe { keep(key, value, context) } != 0);
    };
    // SAFETY: the caller's promise.
    unsafe { lent::edit(map, retain) }
}
