//! `heptad_sized_map_*`: maps from 64-bit words to values of a size that init is given. The manual is
//! `include/heptad/sized.h`.

use core::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr,
};

use super::{
    arguments,
    batch::{Array, ArrayOut, Batch, Count, TableAndHandle, Value, ValueOut},
    code::{self, Refusal},
    general::bytes_of,
    handle::{Body, Handle, ToChange, ToRead, Words128},
    inline,
    memory::{Bytes, Provided},
    owned::{Kind, Owned},
    results::{Answer, Context, Optional, Position, Required},
    stats::HeptadStats,
};
use crate::{
    hash::Keyed,
    storage::Region,
    swiss::{self, BytesMap},
};

type Values = BytesMap<Region<'static>>;

impl Kind for Values {
    const KIND: u32 = inline::KIND_SIZED;
    type Words = Words128;
}

/// `heptad_sized_map`.
pub type HeptadSizedMap = Handle<Owned<Values>>;

/// `heptad_sized_entry`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct HeptadSizedEntry {
    pub key: u64,
    pub value: *const c_void,
}

/// Picks the one of `count` entries that goes, by its index.
pub type ChooseSizedEntry = Option<
    extern "C" fn(entries: *const HeptadSizedEntry, count: usize, context: Context) -> usize,
>;

/// Decides whether an entry stays; it may change the value.
pub type KeepSized = Option<extern "C" fn(key: u64, value: *mut c_void, context: Context) -> c_int>;

/// Where a value is, for C.
fn address(value: &swiss::Bytes) -> *mut c_void {
    value.as_ptr().cast_mut().cast()
}

/// Writes a value.
#[inline(never)]
fn write(place: &swiss::Bytes, value: &[MaybeUninit<u8>]) {
    for (to, from) in place.iter().zip(value) {
        to.set(*from);
    }
}

/// Reads a value to where it is wanted.
#[inline(never)]
fn read(place: &swiss::Bytes, value: &mut [MaybeUninit<u8>]) {
    for (from, to) in place.iter().zip(value) {
        *to = from.get();
    }
}

/// Changes a map by values of its size.
#[inline]
fn change<A: Answer>(
    map: ToChange<HeptadSizedMap>,
    change: impl FnOnce(&mut Values, Batch<TableAndHandle>) -> Result<A, Refusal>,
) -> c_int {
    let handle = map.memory();
    map.change(|map| {
        let used = (map.memory(), (handle?, ()));
        let batch = Batch::new(Count::of_value(map.value_bytes()), true, used);
        change(map, batch)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_bytes(entries: usize, load: c_int, value_size: usize) -> usize {
    match arguments::load(load) {
        Ok(load) if value_size > 0 => bytes_of(Values::lines_for(entries, load, value_size)),
        _ => 0,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_init(
    map: ToChange<HeptadSizedMap>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    load: c_int,
    value_size: usize,
) -> c_int {
    map.make_in(memory, bytes, |region, _| {
        let load = arguments::load(load)?;
        if value_size == 0 {
            return Err(Refusal(code::ARGUMENT));
        }
        Ok(BytesMap::new_in(region, load, value_size, Keyed::new(seed))?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_release(
    map: ToChange<HeptadSizedMap>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    map.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_move(
    map: ToChange<HeptadSizedMap>,
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
pub extern "C" fn heptad_sized_map_clear(map: ToChange<HeptadSizedMap>) -> c_int {
    map.edit(|map| map.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_len(map: ToRead<HeptadSizedMap>) -> usize {
    map.measure(|map| map.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_capacity(map: ToRead<HeptadSizedMap>) -> usize {
    map.measure(|map| map.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_stats(
    map: ToRead<HeptadSizedMap>,
    stats: Required<HeptadStats>,
) -> c_int {
    map.report(stats, |map| map.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_prefetch(map: ToRead<HeptadSizedMap>, key: u64) -> c_int {
    map.look(|map| map.prefetch(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_get(map: ToRead<HeptadSizedMap>, key: u64) -> *mut c_void {
    let found = map.open().ok().and_then(|map| map.get(key));
    found.map_or(ptr::null_mut(), address)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_get_many(
    map: ToRead<HeptadSizedMap>,
    keys: Array<u64>,
    count: Count,
    values: ArrayOut<*mut c_void>,
) -> c_int {
    map.batch(count, |map, batch| {
        let (keys, batch) = batch.read(keys)?;
        let (values, batch) = batch.write(values)?;
        batch.done()?;
        let mut places = values.iter_mut();
        map.get_many(keys, |_, value| {
            if let Some(place) = places.next() {
                place.write(value.map_or(ptr::null_mut(), address));
            }
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_at(
    map: ToChange<HeptadSizedMap>,
    key: u64,
    value: Required<*mut c_void>,
) -> c_int {
    map.change(|map| {
        let place = value.open()?;
        let (is_new, value) = map.get_or_insert(key)?;
        place.give(address(value));
        Ok::<_, Refusal>(is_new)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_insert(
    map: ToChange<HeptadSizedMap>,
    key: u64,
    value: Value,
    previous: ValueOut,
) -> c_int {
    change(map, |map, batch| {
        let (value, batch) = batch.read(value.array())?;
        let (previous, batch) = batch.write_if_wanted(Some(previous.array()))?;
        batch.done()?;
        let (is_new, place) = map.get_or_insert(key)?;
        if !is_new {
            read(place, previous);
        }
        write(place, value);
        Ok(is_new)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_insert_evicting(
    map: ToChange<HeptadSizedMap>,
    key: u64,
    value: Value,
    choose: ChooseSizedEntry,
    context: Context,
    old_key: Optional<u64>,
    old_value: ValueOut,
) -> c_int {
    let Some(choose) = choose else { return code::NULL };
    change(map, |map, batch| {
        let (value, batch) = batch.read(value.array())?;
        let (old_value, batch) = batch.write_if_wanted(Some(old_value.array()))?;
        batch.apart_from_all(old_key.memory()?)?;
        let old_key = old_key.open()?;
        batch.done()?;
        let mut answer = 1;
        let choose = |pairs: &[(u64, &swiss::Bytes)]| {
            let mut entries = [HeptadSizedEntry { key: 0, value: ptr::null() }; 14];
            for (entry, &(key, value)) in entries.iter_mut().zip(pairs) {
                *entry = HeptadSizedEntry { key, value: address(value) };
            }
            choose(entries.as_ptr(), pairs.len(), context)
        };
        let (is_new, place) = map.get_or_insert_evicting(key, choose, |gone, place| {
            old_key.give(gone);
            read(place, old_value);
            answer = 2;
        })?;
        if !is_new {
            old_key.give(key);
            read(place, old_value);
            answer = 0;
        }
        write(place, value);
        Ok(answer)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_remove(
    map: ToChange<HeptadSizedMap>,
    key: u64,
    value: ValueOut,
) -> c_int {
    change(map, |map, batch| {
        let (value, batch) = batch.write_if_wanted(Some(value.array()))?;
        batch.done()?;
        Ok(map.remove_after(key, |place| read(place, value)))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_next(
    map: ToRead<HeptadSizedMap>,
    position: Position,
    key: Optional<u64>,
    value: Optional<*mut c_void>,
) -> c_int {
    map.step(position, (key, value), |map, position| {
        map.next_from(position).map(|(after, (key, value))| (after, (key, address(value))))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_sized_map_retain(
    map: ToChange<HeptadSizedMap>,
    keep: KeepSized,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    map.edit(|map| map.retain(|key, value| keep(key, address(value), context) != 0))
}
