//! Changes that need no function of the caller's.

use core::ffi::c_int;

use super::{
    super::{code::Refusal, handle::ToRead, results::Optional},
    HeptadLockfree,
    shared::Before,
};

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_get_or_insert(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: u64,
    present: Optional<u64>,
) -> c_int {
    map.insert(present, |map| map.insert_if_absent(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_insert(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| map.insert(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_replace(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.update(previous, |map| map.replace(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_add(
    map: ToRead<HeptadLockfree>,
    key: u64,
    addend: u64,
    sum: Optional<u64>,
) -> c_int {
    map.ask(|map| {
        let sum = sum.open()?;
        let plus = |value: u64| value.wrapping_add(addend);
        let before = map.insert_or_modify(key, addend, plus)?;
        sum.give(before.map_or(addend, plus));
        Ok::<_, Refusal>(before.is_none())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_remove(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: Optional<u64>,
) -> c_int {
    map.update(value, |map| map.remove(key))
}

/// Both kinds of compare-and-set, compiled once.
#[inline(never)]
fn compare_and_change(
    map: ToRead<HeptadLockfree>,
    key: u64,
    expected: c_int,
    expected_value: u64,
    new: Option<u64>,
    before: Before,
) -> c_int {
    map.compare_and(expected, expected_value, before, |map, expected| {
        map.compare_and_set(key, expected, new)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_compare_and_set(
    map: ToRead<HeptadLockfree>,
    key: u64,
    expected: c_int,
    expected_value: u64,
    value: u64,
    was_present: Optional<c_int>,
    previous: Optional<u64>,
) -> c_int {
    compare_and_change(map, key, expected, expected_value, Some(value), (was_present, previous))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_compare_and_remove(
    map: ToRead<HeptadLockfree>,
    key: u64,
    expected: c_int,
    expected_value: u64,
    was_present: Optional<c_int>,
    previous: Optional<u64>,
) -> c_int {
    compare_and_change(map, key, expected, expected_value, None, (was_present, previous))
}
