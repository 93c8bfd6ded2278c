//! `heptad_set_*`: sets of 64-bit words. The manual is `include/heptad/swiss.h`.

use core::ffi::{c_int, c_void};

use super::{
    arguments,
    batch::{Array, ArrayOut, Count},
    code::{self, Refusal},
    handle::{Handle, ToChange, ToRead, Words128},
    inline,
    memory::{Bytes, Provided},
    owned::{Kind, Owned},
    results::{Context, Optional, Position, Required},
    stats::HeptadStats,
};
use crate::{hash::Keyed, storage::Region, swiss::Set};

type Words = Set<u64, Region<'static>>;

impl Kind for Words {
    const KIND: u32 = inline::KIND_SET;
    type Words = Words128;
}

/// `heptad_set`.
pub type HeptadSet = Handle<Owned<Words>>;

/// Decides whether an entry stays.
pub type KeepKey = Option<extern "C" fn(key: u64, context: Context) -> c_int>;

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_init(
    set: ToChange<HeptadSet>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    load: c_int,
) -> c_int {
    set.make_in(memory, bytes, |region, _| {
        let load = arguments::load(load)?;
        Ok::<_, Refusal>(Set::with_max_load_in(region, load, Keyed::new(seed))?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_release(
    set: ToChange<HeptadSet>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    set.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_move(
    set: ToChange<HeptadSet>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    old_memory: Optional<*mut c_void>,
    old_bytes: Optional<usize>,
) -> c_int {
    let old = (old_memory, old_bytes);
    set.relocate(memory, bytes, old, |set, region| set.move_into(region, Keyed::new(seed)))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_clear(set: ToChange<HeptadSet>) -> c_int {
    set.edit(|set| set.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_len(set: ToRead<HeptadSet>) -> usize {
    set.measure(|set| set.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_capacity(set: ToRead<HeptadSet>) -> usize {
    set.measure(|set| set.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_stats(set: ToRead<HeptadSet>, stats: Required<HeptadStats>) -> c_int {
    set.report(stats, |set| set.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_insert(set: ToChange<HeptadSet>, key: u64) -> c_int {
    set.change(|set| set.insert_within_capacity(key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_contains(set: ToRead<HeptadSet>, key: u64) -> c_int {
    set.look(|set| set.contains(&key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_remove(set: ToChange<HeptadSet>, key: u64) -> c_int {
    set.edit(|set| set.remove(&key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_prefetch(set: ToRead<HeptadSet>, key: u64) -> c_int {
    set.look(|set| set.prefetch(&key))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_contains_many(
    set: ToRead<HeptadSet>,
    keys: Array<u64>,
    count: Count,
    found: ArrayOut<u8>,
) -> c_int {
    set.batch(count, |set, batch| {
        let (keys, batch) = batch.read(keys)?;
        let (found, batch) = batch.write(found)?;
        batch.done()?;
        let mut found = found.iter_mut();
        set.contains_many(keys, |_, is_there| {
            found.next().map(|result| result.write(u8::from(is_there)));
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_insert_many(
    set: ToChange<HeptadSet>,
    keys: Array<u64>,
    count: Count,
    taken: Optional<usize>,
) -> c_int {
    set.batch(count, |set, batch| {
        let taken = taken.open()?;
        let (keys, batch) = batch.read(keys)?;
        batch.done()?;
        let inserted = set.try_insert_many(keys);
        taken.give(inserted.as_ref().map_or_else(|rejected| rejected.value, |_| count.get()));
        Ok(inserted.map(drop)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_next(
    set: ToRead<HeptadSet>,
    position: Position,
    key: Optional<u64>,
) -> c_int {
    set.step(position, key, |set, position| {
        set.next_from(position).map(|(after, &key)| (after, key))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_retain(
    set: ToChange<HeptadSet>,
    keep: KeepKey,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    set.edit(|set| set.retain(|&key| keep(key, context) != 0))
}
