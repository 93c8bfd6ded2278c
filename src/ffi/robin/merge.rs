//! Two tables of one order, put together or compared: one pass over both.

use core::{
    ffi::{c_int, c_void},
    ptr,
};

use super::{
    Handle, HeptadRobin, HeptadRobinMap, Kind, Lent, Memory, SortedSet, code, halves, lent,
};
use crate::robin_hood::Merge;

/// The value of a key of two maps, of which one may not have it. (Spelt out for cbindgen.)
pub type MergeValues = Option<
    unsafe extern "C" fn(
        key: u64,
        first: *const u64,
        second: *const u64,
        value: *mut u64,
        context: *mut c_void,
    ) -> c_int,
>;

/// The merge that `number` names.
fn merge_of(number: c_int) -> Result<Merge, c_int> {
    match number {
        0 => Ok(Merge::Union),
        1 => Ok(Merge::Intersection),
        2 => Ok(Merge::Difference),
        3 => Ok(Merge::SymmetricDifference),
        _ => Err(code::ARGUMENT),
    }
}

/// Opens two tables for reading, in whose memory `result` may not lie.
///
/// # Safety
///
/// That of [`Handle::read`], for both.
unsafe fn open<'a, T: Kind>(
    first: *const Handle<Lent<T>>,
    second: *const Handle<Lent<T>>,
    result: Memory,
) -> Result<(&'a T, &'a T), c_int> {
    // SAFETY: the caller's promise.
    let one = unsafe { Handle::read(first) }?;
    // SAFETY: the caller's promise.
    let two = unsafe { Handle::read(second) }?;
    lent::check_apart(first, one, result, &[])?;
    lent::check_apart(second, two, result, &[])?;
    Ok((&one.table, &two.table))
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_merge(
    result: *mut HeptadRobin,
    merge: c_int,
    first: *const HeptadRobin,
    second: *const HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
) -> c_int {
    let new = |region| {
        let merge = merge_of(merge)?;
        // SAFETY: the caller's promise.
        let (one, two) = unsafe { open(first, second, Memory::of(memory.cast::<u8>(), bytes)?) }?;
        one.try_merge_in(merge, two, region).map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(result, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_merge(
    result: *mut HeptadRobinMap,
    first: *const HeptadRobinMap,
    second: *const HeptadRobinMap,
    merge: MergeValues,
    context: *mut c_void,
    memory: *mut c_void,
    bytes: usize,
) -> c_int {
    let Some(merge) = merge else { return code::NULL };
    let place = |value: &Option<u64>| value.as_ref().map_or(ptr::null(), ptr::from_ref);
    let merge = |key, one: Option<u64>, two: Option<u64>| {
        let mut value = one.or(two).unwrap_or(0);
        // SAFETY: the caller's function, for the caller's context.
        let stays = unsafe { merge(key, place(&one), place(&two), &raw mut value, context) } != 0;
        stays.then_some(value)
    };
    let new = |region| {
        // SAFETY: the caller's promise.
        let (one, two) = unsafe { open(first, second, Memory::of(memory.cast::<u8>(), bytes)?) }?;
        let (keys, values) = halves(region)?;
        let merged = one.try_merge_in(two, keys, values, merge);
        merged.map_err(|rejected| code::of(rejected.error))
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(result, memory, bytes, new) }
}

/// Asks about two sets of one order.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn compare(
    first: *const HeptadRobin,
    second: *const HeptadRobin,
    holds: impl FnOnce(&SortedSet, &SortedSet) -> bool,
) -> c_int {
    let compare = |one: &Lent<SortedSet>| {
        // SAFETY: the caller's promise.
        let two = unsafe { Handle::read(second) }?;
        if one.table.order() == two.table.order() {
            Ok(holds(&one.table, &two.table))
        } else {
            Err(code::ARGUMENT)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(first, compare) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_is_subset(
    first: *const HeptadRobin,
    second: *const HeptadRobin,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { compare(first, second, SortedSet::is_subset) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_is_disjoint(
    first: *const HeptadRobin,
    second: *const HeptadRobin,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { compare(first, second, SortedSet::is_disjoint) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_is_equal(
    first: *const HeptadRobin,
    second: *const HeptadRobin,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { compare(first, second, |one, two| one == two) }
}
