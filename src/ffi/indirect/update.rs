//! Changes. All but removals go through one function, compiled once.

use core::ffi::{c_int, c_void};

use super::{
    ChangeValue, Handle, HeptadIndirect, Indirect, Sought, ValueCondition, Wanted, WantedEntry,
    answer, code, compare_and, expectation,
};

/// Makes of the value of a key, or its absence, what `change` says; tells the value before. Had it one?
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[inline(never)]
unsafe fn change(
    map: *const HeptadIndirect,
    sought: Sought,
    reference: u64,
    previous: *mut u64,
    change: &mut dyn FnMut(Option<u64>) -> Option<u64>,
) -> Result<bool, c_int> {
    // SAFETY: the caller's promise.
    let map = unsafe { Handle::read(map) }?;
    // SAFETY: the caller's promise.
    let wanted = unsafe { Wanted::new(previous) }?;
    let before = map.fetch_update(&sought, reference, change).map_err(code::of)?;
    Ok(wanted.give_if_any(before.map(|(_, value)| value)).is_some())
}

/// 1 for a new key.
fn is_new(had_value: Result<bool, c_int>) -> c_int {
    answer(had_value.map(|had_value| !had_value))
}

/// 1 for a key that had a value.
fn was_there(had_value: Result<bool, c_int>) -> c_int {
    answer(had_value)
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_insert(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: u64,
    value: u64,
    present: *mut u64,
) -> c_int {
    let mut stay = |current: Option<u64>| Some(current.unwrap_or(value));
    // SAFETY: the caller's promise.
    is_new(unsafe { change(map, Sought { hash, key }, reference, present, &mut stay) })
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_upsert(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: u64,
    value: u64,
    previous: *mut u64,
) -> c_int {
    let mut set = |_| Some(value);
    // SAFETY: the caller's promise.
    is_new(unsafe { change(map, Sought { hash, key }, reference, previous, &mut set) })
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_replace(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    value: u64,
    previous: *mut u64,
) -> c_int {
    let mut set = |current: Option<u64>| current.and(Some(value));
    // SAFETY: the caller's promise.
    was_there(unsafe { change(map, Sought { hash, key }, 0, previous, &mut set) })
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_add(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: u64,
    addend: u64,
    sum: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    let wanted = match unsafe { Wanted::new(sum) } {
        Ok(wanted) => wanted,
        Err(code) => {
            // What is wrong with the handle comes first.
            // SAFETY: the caller's promise.
            return unsafe { Handle::ask(map, |_| Err(code)) };
        }
    };
    let mut total = 0;
    let mut add = |current: Option<u64>| {
        total = current.unwrap_or(0).wrapping_add(addend);
        Some(total)
    };
    let sought = Sought { hash, key };
    // SAFETY: the caller's promise.
    let result = unsafe { change(map, sought, reference, core::ptr::null_mut(), &mut add) };
    if result.is_ok() {
        wanted.give(total);
    }
    is_new(result)
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_modify(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    modify: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let Some(modify) = modify else { return code::NULL };
    // SAFETY: the caller's function, for the caller's context.
    let modify = |value| unsafe { modify(value, context) };
    let mut modify = |current: Option<u64>| current.map(modify);
    // SAFETY: the caller's promise.
    was_there(unsafe { change(map, Sought { hash, key }, 0, previous, &mut modify) })
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_insert_or_modify(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: u64,
    value: u64,
    modify: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let Some(modify) = modify else { return code::NULL };
    // SAFETY: the caller's function, for the caller's context.
    let modify = |value| unsafe { modify(value, context) };
    let mut modify = |current: Option<u64>| Some(current.map_or(value, modify));
    // SAFETY: the caller's promise.
    is_new(unsafe { change(map, Sought { hash, key }, reference, previous, &mut modify) })
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_compare_and_set(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: u64,
    expected: c_int,
    expected_value: u64,
    value: u64,
    was_present: *mut c_int,
    previous: *mut u64,
) -> c_int {
    let sought = Sought { hash, key };
    let apply = |map: &Indirect, expected| {
        let before = map.compare_and_set(&sought, reference, expected, Some(value))?;
        Ok(before.map(|(_, value)| value))
    };
    let expected = expectation(expected, expected_value);
    // SAFETY: the caller's promise.
    unsafe { compare_and(map, expected, was_present, previous, apply) }
}

/// Removes a key if `condition` holds, and tells its reference and value.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[inline(never)]
unsafe fn remove(
    map: *const HeptadIndirect,
    sought: Sought,
    condition: &mut dyn FnMut(u64) -> bool,
    reference: *mut u64,
    value: *mut u64,
) -> c_int {
    let remove = |map: &Indirect| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { WantedEntry::new(reference, value) }?;
        Ok(wanted.give(map.remove_if(&sought, condition).map_err(code::of)?))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, remove) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_remove(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: *mut u64,
    value: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { remove(map, Sought { hash, key }, &mut |_| true, reference, value) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_remove_if(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    condition: ValueCondition,
    context: *mut c_void,
    reference: *mut u64,
    value: *mut u64,
) -> c_int {
    let Some(condition) = condition else { return code::NULL };
    // SAFETY: the caller's function, for the caller's context.
    let mut condition = |value| unsafe { condition(value, context) } != 0;
    // SAFETY: the caller's promise.
    unsafe { remove(map, Sought { hash, key }, &mut condition, reference, value) }
}
