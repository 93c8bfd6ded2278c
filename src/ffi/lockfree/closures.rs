//! Operations that call a function of the caller's. Nothing is reserved while it runs. It may read the same
//! map; if it changes the key's home each time, the operation ends with `REENTRANT`.

use core::ffi::{c_int, c_void};

use super::{Handle, HeptadLockfree, Shared, Wanted, code};

/// Is this the value? Spelt out in every type here for cbindgen.
pub type ValueCondition = Option<unsafe extern "C" fn(value: u64, context: *mut c_void) -> c_int>;
/// What a value becomes.
pub type ChangeValue = Option<unsafe extern "C" fn(value: u64, context: *mut c_void) -> u64>;
/// A value for a key that has none.
pub type MakeValue = Option<unsafe extern "C" fn(context: *mut c_void) -> u64>;
/// What a value, or its absence, becomes.
pub type UpdateValue =
    Option<unsafe extern "C" fn(value: *mut u64, is_present: c_int, context: *mut c_void) -> c_int>;
/// Looks at an entry.
pub type VisitEntry =
    Option<unsafe extern "C" fn(key: u64, value: u64, context: *mut c_void) -> c_int>;

/// [`fetch_update`](Shared::fetch_update), compiled once: what it calls cannot be inlined anyway.
#[inline(never)]
fn update(
    map: &Shared,
    key: u64,
    change: &mut dyn FnMut(Option<u64>) -> Option<u64>,
) -> Result<Option<u64>, c_int> {
    map.fetch_update(key, change).map_err(code::of)
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_remove_if(
    map: *const HeptadLockfree,
    key: u64,
    condition: ValueCondition,
    context: *mut c_void,
    value: *mut u64,
) -> c_int {
    let remove = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        let condition = condition.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        let removes = |value| unsafe { condition(value, context) } != 0;
        Ok(wanted.give_if_any(map.remove_if(key, removes).map_err(code::of)?).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, remove) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_modify(
    map: *const HeptadLockfree,
    key: u64,
    change: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let modify = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let change = change.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        let change = |value| unsafe { change(value, context) };
        let before = update(map, key, &mut |current| current.map(change))?;
        Ok(wanted.give_if_any(before).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, modify) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_insert_or_modify(
    map: *const HeptadLockfree,
    key: u64,
    value: u64,
    change: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let modify = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let change = change.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        let change = |value| unsafe { change(value, context) };
        let mut change = |current: Option<u64>| Some(current.map_or(value, change));
        let before = update(map, key, &mut change)?;
        Ok(wanted.give_if_any(before).is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, modify) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_insert_with_or_modify(
    map: *const HeptadLockfree,
    key: u64,
    make: MakeValue,
    change: ChangeValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let modify = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let (make, change) = (make.ok_or(code::NULL)?, change.ok_or(code::NULL)?);
        // SAFETY: the caller's function, for the caller's context.
        let make = || unsafe { make(context) };
        // SAFETY: as above.
        let change = |value| unsafe { change(value, context) };
        let mut change = |current: Option<u64>| Some(current.map_or_else(make, change));
        let before = update(map, key, &mut change)?;
        Ok(wanted.give_if_any(before).is_none())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, modify) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_fetch_update(
    map: *const HeptadLockfree,
    key: u64,
    change: UpdateValue,
    context: *mut c_void,
    previous: *mut u64,
) -> c_int {
    let apply = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let change = change.ok_or(code::NULL)?;
        let mut change = |current: Option<u64>| {
            let mut value = current.unwrap_or(0);
            // SAFETY: the caller's function, for the caller's context.
            let stays =
                unsafe { change(&raw mut value, c_int::from(current.is_some()), context) } != 0;
            stays.then_some(value)
        };
        Ok(wanted.give_if_any(update(map, key, &mut change)?).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, apply) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_each(
    map: *const HeptadLockfree,
    visit: VisitEntry,
    context: *mut c_void,
) -> c_int {
    let walk = |map: &Shared| {
        let visit = visit.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        Ok(map.iter().all(|(key, value)| unsafe { visit(key, value, context) } != 0))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, walk) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_retain(
    map: *const HeptadLockfree,
    keep: VisitEntry,
    context: *mut c_void,
) -> c_int {
    let retain = |map: &Shared| {
        let keep = keep.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        let keep = |key, value| unsafe { keep(key, value, context) } != 0;
        map.retain(keep).map_err(code::of)?;
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, retain) }
}
