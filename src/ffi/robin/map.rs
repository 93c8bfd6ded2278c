//! `heptad_robin_map_*`: sorted maps.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        arguments,
        batch::{ArrayOut, Count},
        code::{self, Refusal},
        handle::{ToChange, ToRead},
        lockfree::ChangeValue,
        map::KeepPair,
        memory::{Bytes, Provided},
        results::{Context, Optional, Position, Required},
    },
    HeptadRobinMap, HeptadSortedStats, Kept, SortedMap, halves,
    range::{self, Sorted},
};
use crate::robin_hood::Map;

impl Sorted for SortedMap {
    fn order(&self) -> &Kept {
        self.order()
    }

    fn position_of(&self, key: u64) -> usize {
        self.position_of(key)
    }

    fn next_from(&self, position: usize) -> Option<(usize, (u64, u64))> {
        let (after, (key, &value)) = self.next_from(position)?;
        Some((after, (key, value)))
    }
}

/// Makes a map in the order `kept`.
fn make(
    map: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    load: c_int,
    kept: Result<Kept, Refusal>,
) -> c_int {
    map.make_in(memory, bytes, |region, _| {
        let load = arguments::load(load)?;
        let (keys, values) = halves(region)?;
        Ok::<_, Refusal>(Map::with_max_load_in(keys, values, load, kept?)?)
    })
}

/// An entry, copied.
fn entry_of((key, &value): (u64, &u64)) -> (u64, u64) {
    (key, value)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_init(
    map: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    load: c_int,
) -> c_int {
    make(map, memory, bytes, load, Ok(Kept::ByValue))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_init_keyed(
    map: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    load: c_int,
) -> c_int {
    make(map, memory, bytes, load, Ok(Kept::keyed(seed)))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_init_within(
    map: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    low: u64,
    high: u64,
    load: c_int,
) -> c_int {
    make(map, memory, bytes, load, Kept::within(low, high))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_release(
    map: ToChange<HeptadRobinMap>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    map.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_move(
    map: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    old_memory: Optional<*mut c_void>,
    old_bytes: Optional<usize>,
) -> c_int {
    map.relocate(memory, bytes, (old_memory, old_bytes), |map, region| {
        let (keys, values) = halves(region)?;
        Ok::<_, Refusal>(map.move_into(keys, values)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_clear(map: ToChange<HeptadRobinMap>) -> c_int {
    map.edit(|map| map.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_len(map: ToRead<HeptadRobinMap>) -> usize {
    map.measure(|map| map.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_capacity(map: ToRead<HeptadRobinMap>) -> usize {
    map.measure(|map| map.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_stats(
    map: ToRead<HeptadRobinMap>,
    stats: Required<HeptadSortedStats>,
) -> c_int {
    map.report(stats, |map| map.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_grow(map: ToChange<HeptadRobinMap>) -> c_int {
    map.change(|map| map.try_grow())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_reserve(
    map: ToChange<HeptadRobinMap>,
    additional: usize,
) -> c_int {
    map.change(|map| map.try_reserve(additional))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_shrink(map: ToChange<HeptadRobinMap>, capacity: usize) -> c_int {
    map.edit(|map| map.shrink_in_place(capacity))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_insert(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| map.try_insert(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_insert_within_capacity(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| map.insert_within_capacity(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_get_or_insert(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    value: u64,
    present: Optional<u64>,
) -> c_int {
    map.insert(present, |map| {
        let len = map.len();
        let there = *map.try_get_or_insert(key, value)?;
        Ok::<_, Refusal>((map.len() == len).then_some(there))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_replace(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.modify(previous, |map| map.get_mut(key), |_| value)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_modify(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    change: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    let Some(change) = change else { return code::NULL };
    map.modify(previous, |map| map.get_mut(key), |value| change(value, context))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_add(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    addend: u64,
    sum: Optional<u64>,
) -> c_int {
    map.change(|map| {
        let sum = sum.open()?;
        let len = map.len();
        let value = map.try_get_or_insert(key, 0)?;
        *value = value.wrapping_add(addend);
        sum.give(*value);
        Ok::<_, Refusal>(map.len() > len)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_get(
    map: ToRead<HeptadRobinMap>,
    key: u64,
    value: Optional<u64>,
) -> c_int {
    map.find(value, |map| map.get(key).copied())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_remove(
    map: ToChange<HeptadRobinMap>,
    key: u64,
    value: Optional<u64>,
) -> c_int {
    map.remove(value, |map| map.remove(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_retain(
    map: ToChange<HeptadRobinMap>,
    keep: KeepPair,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    map.edit(|map| map.retain(|key, value| keep(key, value, context) != 0))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_first(
    map: ToRead<HeptadRobinMap>,
    result: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((result, value), |map| map.first_key_value().map(entry_of))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_last(
    map: ToRead<HeptadRobinMap>,
    result: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((result, value), |map| map.last_key_value().map(entry_of))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_successor(
    map: ToRead<HeptadRobinMap>,
    key: u64,
    result: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((result, value), |map| map.successor(key).map(entry_of))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_predecessor(
    map: ToRead<HeptadRobinMap>,
    key: u64,
    result: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((result, value), |map| map.predecessor(key).map(entry_of))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_at_least(
    map: ToRead<HeptadRobinMap>,
    key: u64,
    result: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((result, value), |map| {
        map.next_from(map.position_of(key)).map(|(_, entry)| entry_of(entry))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_position_of(
    map: ToRead<HeptadRobinMap>,
    key: u64,
    position: Required<usize>,
) -> c_int {
    map.report(position, |map| map.position_of(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_next(
    map: ToRead<HeptadRobinMap>,
    position: Position,
    key: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.step(position, (key, value), |map, position| {
        map.next_from(position).map(|(after, entry)| (after, entry_of(entry)))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_range(
    map: ToRead<HeptadRobinMap>,
    least: u64,
    greatest: u64,
    keys: ArrayOut<u64>,
    values: ArrayOut<u64>,
    room: Count,
    count: Required<usize>,
) -> c_int {
    range::copy(map, (least, greatest), keys, Some(values), room, count)
}
