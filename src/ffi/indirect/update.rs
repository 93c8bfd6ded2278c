//! Changes. All but removals go through one function, compiled once.

use core::ffi::c_int;

use super::{
    super::{
        code::{self, Refusal},
        evict::{ChooseEntry, Insertion, choose_among, insert_evicting},
        handle::ToRead,
        lockfree::{ChangeValue, UpdateValue, ValueCondition, VisitEntry, required},
        results::{Context, Key, Optional},
    },
    HeptadIndirect, Indirect, Sought,
};
use crate::lockfree::{Choose, Keys};

/// Learns which entry was removed.
pub type RemovedEntry = Option<extern "C" fn(reference: u64, value: u64, context: Context)>;

/// Makes of the value of a key, or its absence, what `change` returns, and reports the value before. Was there one?
#[inline(never)]
fn change(
    map: &Indirect,
    sought: Sought,
    reference: u64,
    previous: Optional<u64>,
    change: &mut dyn FnMut(Option<u64>) -> Option<u64>,
) -> Result<bool, Refusal> {
    let previous = previous.open()?;
    let before = map.fetch_update(&sought, reference, change)?;
    Ok(before.map(|(_, value)| previous.give(value)).is_some())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_get_or_insert(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    value: u64,
    present: Optional<u64>,
) -> c_int {
    let mut stay = |current: Option<u64>| Some(current.unwrap_or(value));
    map.ask(|map| {
        Ok::<_, Refusal>(!change(map, Sought { hash, key }, reference, present, &mut stay)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_insert(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    let mut set = |_| Some(value);
    map.ask(|map| {
        Ok::<_, Refusal>(!change(map, Sought { hash, key }, reference, previous, &mut set)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_replace(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    let mut set = |current: Option<u64>| current.and(Some(value));
    map.ask(|map| change(map, Sought { hash, key }, 0, previous, &mut set))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_add(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    addend: u64,
    sum: Optional<u64>,
) -> c_int {
    map.ask(|map| {
        let (sum, mut total) = (sum.open()?, 0);
        let mut add = |current: Option<u64>| {
            total = current.unwrap_or(0).wrapping_add(addend);
            Some(total)
        };
        let was_there = change(map, Sought { hash, key }, reference, Optional::NOTHING, &mut add)?;
        sum.give(total);
        Ok::<_, Refusal>(!was_there)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_modify(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    modify: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    let Some(modify) = modify else { return code::NULL };
    let mut modify = |current: Option<u64>| current.map(|value| modify(value, context));
    map.ask(|map| change(map, Sought { hash, key }, 0, previous, &mut modify))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_insert_or_modify(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    value: u64,
    modify: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    let Some(modify) = modify else { return code::NULL };
    let mut modify =
        |current: Option<u64>| Some(current.map_or(value, |current| modify(current, context)));
    map.ask(|map| {
        Ok::<_, Refusal>(!change(map, Sought { hash, key }, reference, previous, &mut modify)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_insert_evicting(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    value: u64,
    choose: ChooseEntry,
    context: Context,
    old_reference: Optional<u64>,
    old_value: Optional<u64>,
) -> c_int {
    map.ask(|map| {
        let choose = required(choose)?;
        insert_evicting(None, (old_reference, old_value), || {
            let sought = Sought { hash, key };
            let reference_of = |word| word & !map.keys().hash_bits();
            let choose: &mut Choose<'_> = &mut |words: &[(u64, u64)]| {
                let entry = |&(word, value): &(u64, u64)| (reference_of(word), value);
                choose_among(choose, context, words.len(), &|index| words.get(index).map(entry))
            };
            let inserted = map.insert_evicting_words(&sought, reference, value, choose)?;
            Ok(match inserted.into() {
                Insertion::Evicted(word, value) => Insertion::Evicted(reference_of(word), value),
                other => other,
            })
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_compare_and_set(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    expected: c_int,
    expected_value: u64,
    value: u64,
    was_present: Optional<c_int>,
    previous: Optional<u64>,
) -> c_int {
    map.compare_and(expected, expected_value, (was_present, previous), |map, expected| {
        let before = map.compare_and_set(&Sought { hash, key }, reference, expected, Some(value));
        before.map(|entry| entry.map(|(_, value)| value))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_compare_and_remove(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    expected: c_int,
    expected_value: u64,
    was_present: Optional<c_int>,
    reference: Optional<u64>,
    previous: Optional<u64>,
) -> c_int {
    map.compare_and(expected, expected_value, (was_present, previous), |map, expected| {
        let stored = reference.open()?;
        let before = map.compare_and_set(&Sought { hash, key }, 0, expected, None)?;
        Ok::<_, Refusal>(before.map(|(reference, value)| {
            stored.give(reference);
            value
        }))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_fetch_update(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: u64,
    change: UpdateValue,
    context: Context,
    stored: Optional<u64>,
    previous: Optional<u64>,
) -> c_int {
    map.update((stored, previous), |map| {
        let change = required(change)?;
        let mut change = |current: Option<u64>| {
            let mut value = current.unwrap_or(0);
            let stays = change(&mut value, c_int::from(current.is_some()), context) != 0;
            stays.then_some(value)
        };
        let change: &mut dyn FnMut(Option<u64>) -> Option<u64> = &mut change;
        Ok::<_, Refusal>(map.fetch_update(&Sought { hash, key }, reference, change)?)
    })
}

/// [`retain`](Indirect::retain), compiled once.
#[inline(never)]
fn retain(
    map: &Indirect,
    keep: &mut dyn FnMut(u64, u64) -> bool,
    removed: RemovedEntry,
    context: Context,
) -> Result<(), Refusal> {
    Ok(map.retain(keep, |reference, value| {
        if let Some(removed) = removed {
            removed(reference, value, context);
        }
    })?)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_retain(
    map: ToRead<HeptadIndirect>,
    keep: VisitEntry,
    removed: RemovedEntry,
    context: Context,
) -> c_int {
    map.ask(|map| {
        let keep = required(keep)?;
        let mut keep = |reference, value| keep(reference, value, context) != 0;
        retain(map, &mut keep, removed, context)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_clear(
    map: ToRead<HeptadIndirect>,
    removed: RemovedEntry,
    context: Context,
) -> c_int {
    map.ask(|map| retain(map, &mut |_, _| false, removed, context))
}

/// Removes a key if `condition` holds, and reports whether it was there, with what reference and value.
#[inline(never)]
fn remove(
    map: ToRead<HeptadIndirect>,
    sought: Sought,
    condition: &mut dyn FnMut(u64) -> bool,
    was_present: Optional<c_int>,
    entry: (Optional<u64>, Optional<u64>),
) -> c_int {
    map.remove_if((was_present, entry), |map| {
        let removal = map.remove_if(&sought, condition)?;
        Ok((removal.before(), removal.removed().is_some()))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_remove(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    remove(map, Sought { hash, key }, &mut |_| true, Optional::NOTHING, (reference, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_remove_if(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    condition: ValueCondition,
    context: Context,
    was_present: Optional<c_int>,
    reference: Optional<u64>,
    previous: Optional<u64>,
) -> c_int {
    let Some(condition) = condition else { return code::NULL };
    let mut condition = |value| condition(value, context) != 0;
    remove(map, Sought { hash, key }, &mut condition, was_present, (reference, previous))
}
