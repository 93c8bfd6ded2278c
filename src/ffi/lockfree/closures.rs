//! Operations that call a function of the caller's. Nothing is reserved while it runs. It may read the same
//! map; if it changes the key's home each time, the operation ends with `REENTRANT`.

use core::ffi::c_int;

use super::{
    super::{
        code::{self, Refusal},
        evict::{ChooseEntry, Insertion, choose_among, insert_evicting},
        handle::ToRead,
        results::{Context, Optional},
    },
    HeptadLockfree, Shared,
};
use crate::lockfree::{Choose, Inserted};

/// Decides about a value.
pub type ValueCondition = Option<extern "C" fn(value: u64, context: Context) -> c_int>;
/// What a value becomes.
pub type ChangeValue = Option<extern "C" fn(value: u64, context: Context) -> u64>;
/// A value for a key that has none.
pub type MakeValue = Option<extern "C" fn(context: Context) -> u64>;
/// What a value, or its absence, becomes.
pub type UpdateValue =
    Option<extern "C" fn(value: &mut u64, is_present: c_int, context: Context) -> c_int>;
/// Looks at an entry.
pub type VisitEntry = Option<extern "C" fn(key: u64, value: u64, context: Context) -> c_int>;

/// A callback that has to be there.
pub(in crate::ffi) fn required<F>(callback: Option<F>) -> Result<F, Refusal> {
    callback.ok_or(Refusal(code::NULL))
}

/// [`fetch_update`](Shared::fetch_update), compiled once: what it calls cannot be inlined anyway.
#[inline(never)]
fn update(
    map: &Shared,
    key: u64,
    change: &mut dyn FnMut(Option<u64>) -> Option<u64>,
) -> Result<Option<u64>, Refusal> {
    Ok(map.fetch_update(key, change)?)
}

/// [`retain`](Shared::retain), compiled once as well.
#[inline(never)]
fn retain(map: &Shared, keep: &mut dyn FnMut(u64, u64) -> bool) -> Result<(), Refusal> {
    Ok(map.retain(keep)?)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_remove_if(
    map: ToRead<HeptadLockfree>,
    key: u64,
    condition: ValueCondition,
    context: Context,
    was_present: Optional<c_int>,
    previous: Optional<u64>,
) -> c_int {
    map.remove_if((was_present, previous), |map| {
        let condition = required(condition)?;
        let mut removes = false;
        let before = update(map, key, &mut |current| {
            removes = current.is_some_and(|value| condition(value, context) != 0);
            current.filter(|_| !removes)
        })?;
        Ok((before, removes))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_modify(
    map: ToRead<HeptadLockfree>,
    key: u64,
    change: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    map.update(previous, |map| {
        let change = required(change)?;
        update(map, key, &mut |current| current.map(|value| change(value, context)))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_insert_or_modify(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: u64,
    change: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| {
        let change = required(change)?;
        update(map, key, &mut |current| {
            Some(current.map_or(value, |current| change(current, context)))
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_insert_with_or_modify(
    map: ToRead<HeptadLockfree>,
    key: u64,
    make: MakeValue,
    change: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| {
        let (make, change) = (required(make)?, required(change)?);
        update(map, key, &mut |current| {
            Some(current.map_or_else(|| make(context), |current| change(current, context)))
        })
    })
}

/// An insertion, for C.
impl From<Inserted<u64, u64>> for Insertion {
    fn from(inserted: Inserted<u64, u64>) -> Insertion {
        match inserted {
            Inserted::New => Insertion::New,
            Inserted::Replaced(before) => Insertion::Replaced(before),
            Inserted::Evicted(key, value) => Insertion::Evicted(key, value),
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_insert_evicting(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: u64,
    choose: ChooseEntry,
    context: Context,
    old_key: Optional<u64>,
    old_value: Optional<u64>,
) -> c_int {
    map.ask(|map| {
        let choose = required(choose)?;
        insert_evicting(Some(key), (old_key, old_value), || {
            let choose: &mut Choose<'_> = &mut |words: &[(u64, u64)]| {
                choose_among(choose, context, words.len(), &|index| words.get(index).copied())
            };
            Ok(map.insert_evicting_words(key, value, choose)?.into())
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_fetch_update(
    map: ToRead<HeptadLockfree>,
    key: u64,
    change: UpdateValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    map.update(previous, |map| {
        let change = required(change)?;
        update(map, key, &mut |current| {
            let mut value = current.unwrap_or(0);
            let stays = change(&mut value, c_int::from(current.is_some()), context) != 0;
            stays.then_some(value)
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_each(
    map: ToRead<HeptadLockfree>,
    visit: VisitEntry,
    context: Context,
) -> c_int {
    map.ask(|map| {
        let visit = required(visit)?;
        Ok::<_, Refusal>(map.iter().all(|(key, value)| visit(key, value, context) != 0))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_retain(
    map: ToRead<HeptadLockfree>,
    keep: VisitEntry,
    context: Context,
) -> c_int {
    map.ask(|map| {
        let keep = required(keep)?;
        retain(map, &mut |key, value| keep(key, value, context) != 0)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_clear(map: ToRead<HeptadLockfree>) -> c_int {
    map.ask(|map| retain(map, &mut |_, _| false))
}
