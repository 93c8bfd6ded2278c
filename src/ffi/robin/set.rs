//! `heptad_robin_*`: sorted sets.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        arguments,
        batch::{ArrayOut, Count},
        code::{self, Refusal},
        handle::{ToChange, ToRead},
        memory::{Bytes, Provided},
        results::{Context, Optional, Position, Required},
        set::KeepKey,
    },
    HeptadRobin, HeptadSortedStats, Kept, SortedSet,
    range::{self, Sorted},
};
use crate::robin_hood::Set;

impl Sorted for SortedSet {
    fn order(&self) -> &Kept {
        self.order()
    }

    fn position_of(&self, key: u64) -> usize {
        self.position_of(key)
    }

    fn next_from(&self, position: usize) -> Option<(usize, (u64, u64))> {
        let (after, key) = self.next_from(position)?;
        Some((after, (key, 0)))
    }
}

/// Makes a set in the order `kept`.
fn make(
    set: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    load: c_int,
    kept: Result<Kept, Refusal>,
) -> c_int {
    set.make_in(memory, bytes, |region, _| {
        Ok::<_, Refusal>(Set::with_max_load_in(region, arguments::load(load)?, kept?)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_init(
    set: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    load: c_int,
) -> c_int {
    make(set, memory, bytes, load, Ok(Kept::ByValue))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_init_keyed(
    set: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    load: c_int,
) -> c_int {
    make(set, memory, bytes, load, Ok(Kept::keyed(seed)))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_init_within(
    set: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    low: u64,
    high: u64,
    load: c_int,
) -> c_int {
    make(set, memory, bytes, load, Kept::within(low, high))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_release(
    set: ToChange<HeptadRobin>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    set.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_move(
    set: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    old_memory: Optional<*mut c_void>,
    old_bytes: Optional<usize>,
) -> c_int {
    set.relocate(memory, bytes, (old_memory, old_bytes), |set, region| set.move_into(region))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_clear(set: ToChange<HeptadRobin>) -> c_int {
    set.edit(|set| set.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_len(set: ToRead<HeptadRobin>) -> usize {
    set.measure(|set| set.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_capacity(set: ToRead<HeptadRobin>) -> usize {
    set.measure(|set| set.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_stats(
    set: ToRead<HeptadRobin>,
    stats: Required<HeptadSortedStats>,
) -> c_int {
    set.report(stats, |set| set.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_grow(set: ToChange<HeptadRobin>) -> c_int {
    set.change(|set| set.try_grow())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_reserve(set: ToChange<HeptadRobin>, additional: usize) -> c_int {
    set.change(|set| set.try_reserve(additional))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_shrink(set: ToChange<HeptadRobin>, capacity: usize) -> c_int {
    set.edit(|set| set.shrink_in_place(capacity))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_insert(set: ToChange<HeptadRobin>, key: u64) -> c_int {
    set.change(|set| set.try_insert(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_insert_within_capacity(
    set: ToChange<HeptadRobin>,
    key: u64,
) -> c_int {
    set.change(|set| set.insert_within_capacity(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_contains(set: ToRead<HeptadRobin>, key: u64) -> c_int {
    set.look(|set| set.contains(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_remove(set: ToChange<HeptadRobin>, key: u64) -> c_int {
    set.edit(|set| set.remove(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_retain(
    set: ToChange<HeptadRobin>,
    keep: KeepKey,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    set.edit(|set| set.retain(|key| keep(key, context) != 0))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_first(set: ToRead<HeptadRobin>, result: Optional<u64>) -> c_int {
    set.find(result, |set| set.first())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_last(set: ToRead<HeptadRobin>, result: Optional<u64>) -> c_int {
    set.find(result, |set| set.last())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_successor(
    set: ToRead<HeptadRobin>,
    key: u64,
    result: Optional<u64>,
) -> c_int {
    set.find(result, |set| set.successor(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_predecessor(
    set: ToRead<HeptadRobin>,
    key: u64,
    result: Optional<u64>,
) -> c_int {
    set.find(result, |set| set.predecessor(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_at_least(
    set: ToRead<HeptadRobin>,
    key: u64,
    result: Optional<u64>,
) -> c_int {
    set.find(result, |set| set.next_from(set.position_of(key)).map(|(_, key)| key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_position_of(
    set: ToRead<HeptadRobin>,
    key: u64,
    position: Required<usize>,
) -> c_int {
    set.report(position, |set| set.position_of(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_next(
    set: ToRead<HeptadRobin>,
    position: Position,
    key: Optional<u64>,
) -> c_int {
    set.step(position, key, |set, position| set.next_from(position))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_range(
    set: ToRead<HeptadRobin>,
    least: u64,
    greatest: u64,
    keys: ArrayOut<u64>,
    room: Count,
    count: Required<usize>,
) -> c_int {
    range::copy(set, (least, greatest), keys, None, room, count)
}
