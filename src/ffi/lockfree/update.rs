//! Changes that need no function of the caller's.

use core::ffi::c_int;

use super::{Handle, HeptadLockfree, Shared, Wanted, code, shared::SharedMap};
use crate::{error::Error, lockfree::Expectation};

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_insert(
    map: *const HeptadLockfree,
    key: u64,
    value: u64,
    present: *mut u64,
) -> c_int {
    let insert = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(present) }?;
        Ok(wanted.give_if_any(map.insert(key, value).map_err(code::of)?).is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, insert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_upsert(
    map: *const HeptadLockfree,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    let upsert = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        Ok(wanted.give_if_any(map.upsert(key, value).map_err(code::of)?).is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, upsert) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_replace(
    map: *const HeptadLockfree,
    key: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    let replace = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        Ok(wanted.give_if_any(map.replace(key, value).map_err(code::of)?).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, replace) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_add(
    map: *const HeptadLockfree,
    key: u64,
    addend: u64,
    sum: *mut u64,
) -> c_int {
    let add = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(sum) }?;
        let plus = |value: u64| value.wrapping_add(addend);
        let before = map.insert_or_modify(key, addend, plus).map_err(code::of)?;
        wanted.give(before.map_or(addend, plus));
        Ok(before.is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, add) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_remove(
    map: *const HeptadLockfree,
    key: u64,
    value: *mut u64,
) -> c_int {
    let remove = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        Ok(wanted.give_if_any(map.remove(key).map_err(code::of)?).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, remove) }
}

/// The expectation that `number` names.
pub(in crate::ffi) fn expectation(number: c_int, value: u64) -> Result<Expectation<u64>, c_int> {
    match number {
        0 => Ok(Expectation::Whatever),
        1 => Ok(Expectation::Exists),
        2 => Ok(Expectation::NotExists),
        3 => Ok(Expectation::Value(value)),
        _ => Err(code::ARGUMENT),
    }
}

/// The common part of all compare-and-set: `apply` does it, and answers the value before.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn compare_and<T: SharedMap>(
    map: *const Handle<T>,
    expected: Result<Expectation<u64>, c_int>,
    was_present: *mut c_int,
    previous: *mut u64,
    apply: impl FnOnce(&T, Expectation<u64>) -> Result<Option<u64>, Error>,
) -> c_int {
    let compare = |map: &T| {
        // SAFETY: the caller's promise.
        let wanted_presence = unsafe { Wanted::new(was_present) }?;
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let expected = expected?;
        let before = apply(map, expected).map_err(code::of)?;
        wanted_presence.give(c_int::from(before.is_some()));
        wanted.give_if_any(before);
        Ok(expected.is_met_by(before))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, compare) }
}

/// [`compare_and`] of a map of words, compiled once for values and none.
///
/// # Safety
///
/// As there.
#[inline(never)]
unsafe fn compare_and_change(
    map: *const HeptadLockfree,
    key: u64,
    expected: Result<Expectation<u64>, c_int>,
    new: Option<u64>,
    was_present: *mut c_int,
    previous: *mut u64,
) -> c_int {
    let apply = |map: &Shared, expected| map.compare_and_set(key, expected, new);
    // SAFETY: the caller's promise.
    unsafe { compare_and(map, expected, was_present, previous, apply) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_compare_and_set(
    map: *const HeptadLockfree,
    key: u64,
    expected: c_int,
    expected_value: u64,
    value: u64,
    was_present: *mut c_int,
    previous: *mut u64,
) -> c_int {
    let expected = expectation(expected, expected_value);
    // SAFETY: the caller's promise.
    unsafe { compare_and_change(map, key, expected, Some(value), was_present, previous) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_compare_and_remove(
    map: *const HeptadLockfree,
    key: u64,
    expected: c_int,
    expected_value: u64,
    was_present: *mut c_int,
    previous: *mut u64,
) -> c_int {
    let expected = expectation(expected, expected_value);
    // SAFETY: the caller's promise.
    unsafe { compare_and_change(map, key, expected, None, was_present, previous) }
}
