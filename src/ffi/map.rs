//! `heptad_map_*`: maps from 64-bit words to 64-bit words. The manual is `include/heptad/swiss.h`.

use core::ffi::{c_int, c_void};

use super::{
    arguments,
    batch::{Array, ArrayOut, Count},
    code::{self, Refusal},
    evict::{ChooseEntry, Insertion, choose_among, insert_evicting},
    handle::{Handle, ToChange, ToRead, Words128},
    inline,
    lockfree::ChangeValue,
    memory::{Bytes, Provided},
    owned::{Kind, Owned},
    results::{Context, Optional, Position, Required},
    stats::HeptadStats,
};
use crate::{
    hash::Keyed,
    storage::Region,
    swiss::{
        Map,
        map::{Entry, Inserted},
    },
};

type Pairs = Map<u64, u64, Region<'static>>;

impl Kind for Pairs {
    const KIND: u32 = inline::KIND_MAP;
    type Words = Words128;
}

/// `heptad_map`.
pub type HeptadMap = Handle<Owned<Pairs>>;

/// Decides whether an entry stays; it may change the value.
pub type KeepPair = Option<extern "C" fn(key: u64, value: &mut u64, context: Context) -> c_int>;

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_init(
    map: ToChange<HeptadMap>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    load: c_int,
) -> c_int {
    map.make_in(memory, bytes, |region, _| {
        let load = arguments::load(load)?;
        Ok::<_, Refusal>(Map::with_max_load_in(region, load, Keyed::new(seed))?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_release(
    map: ToChange<HeptadMap>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    map.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_move(
    map: ToChange<HeptadMap>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    old_memory: Optional<*mut c_void>,
    old_bytes: Optional<usize>,
) -> c_int {
    let old = (old_memory, old_bytes);
    map.relocate(memory, bytes, old, |map, region| map.move_into(region, Keyed::new(seed)))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_clear(map: ToChange<HeptadMap>) -> c_int {
    map.edit(|map| map.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_len(map: ToRead<HeptadMap>) -> usize {
    map.measure(|map| map.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_capacity(map: ToRead<HeptadMap>) -> usize {
    map.measure(|map| map.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_stats(map: ToRead<HeptadMap>, stats: Required<HeptadStats>) -> c_int {
    map.report(stats, |map| map.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_insert(
    map: ToChange<HeptadMap>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.insert(previous, |map| map.insert_within_capacity(key, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_get_or_insert(
    map: ToChange<HeptadMap>,
    key: u64,
    value: u64,
    present: Optional<u64>,
) -> c_int {
    map.insert(present, |map| match map.try_entry(key)? {
        Entry::Occupied(entry) => Ok::<_, Refusal>(Some(*entry.get())),
        Entry::Vacant(place) => {
            place.insert(value);
            Ok(None)
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_insert_evicting(
    map: ToChange<HeptadMap>,
    key: u64,
    value: u64,
    choose: ChooseEntry,
    context: Context,
    old_key: Optional<u64>,
    old_value: Optional<u64>,
) -> c_int {
    let Some(choose) = choose else { return code::NULL };
    map.change(|map| {
        insert_evicting(Some(key), (old_key, old_value), || {
            let inserted = map.insert_evicting(key, value, |pairs| {
                let pair = |index| pairs.get(index).map(|&(&key, &value)| (key, value));
                choose_among(choose, context, pairs.len(), &pair)
            });
            match inserted {
                Inserted::New => Ok(Insertion::New),
                Inserted::Replaced(before) => Ok(Insertion::Replaced(before)),
                Inserted::Evicted(key, value) => Ok(Insertion::Evicted(key, value)),
                Inserted::Refused(..) => Err(Refusal(code::FULL)),
            }
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_replace(
    map: ToChange<HeptadMap>,
    key: u64,
    value: u64,
    previous: Optional<u64>,
) -> c_int {
    map.modify(previous, |map| map.get_mut(&key), |_| value)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_modify(
    map: ToChange<HeptadMap>,
    key: u64,
    change: ChangeValue,
    context: Context,
    previous: Optional<u64>,
) -> c_int {
    let Some(change) = change else { return code::NULL };
    map.modify(previous, |map| map.get_mut(&key), |value| change(value, context))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_add(
    map: ToChange<HeptadMap>,
    key: u64,
    addend: u64,
    sum: Optional<u64>,
) -> c_int {
    map.change(|map| {
        let sum = sum.open()?;
        let entry = map.try_entry(key)?;
        let is_new = matches!(entry, Entry::Vacant(_));
        let value = entry.or_insert(0);
        *value = value.wrapping_add(addend);
        sum.give(*value);
        Ok::<_, Refusal>(is_new)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_get(map: ToRead<HeptadMap>, key: u64, value: Optional<u64>) -> c_int {
    map.find(value, |map| map.get(&key).copied())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_remove(
    map: ToChange<HeptadMap>,
    key: u64,
    value: Optional<u64>,
) -> c_int {
    map.remove(value, |map| map.remove(&key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_prefetch(map: ToRead<HeptadMap>, key: u64) -> c_int {
    map.look(|map| map.prefetch(&key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_get_many(
    map: ToRead<HeptadMap>,
    keys: Array<u64>,
    count: Count,
    values: ArrayOut<u64>,
    found: ArrayOut<u8>,
) -> c_int {
    map.batch(count, |map, batch| {
        let (keys, batch) = batch.read(keys)?;
        let mut write = batch.write_answers(values, found)?;
        map.get_words(keys, |_, answer| write(answer.copied()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_next(
    map: ToRead<HeptadMap>,
    position: Position,
    key: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.step(position, (key, value), |map, position| {
        map.next_from(position).map(|(after, (&key, &value))| (after, (key, value)))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_retain(
    map: ToChange<HeptadMap>,
    keep: KeepPair,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    map.edit(|map| map.retain(|&key, value| keep(key, value, context) != 0))
}
