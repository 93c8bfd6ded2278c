//! Made, attached to, released.

use core::ffi::c_int;

use super::{
    super::{
        code::Refusal,
        handle::{ToChange, ToRead},
        lockfree::{
            Guard, HeptadReclaim, OnRelease, required,
            shared::{self, DeadMember},
        },
        memory::{Bytes, Provided},
        results::{Context, Input, Key},
    },
    CallersKeys, EqualReference, HeptadIndirect, Indirect,
};
use crate::{
    lockfree::{IndirectMap, SharedIndirectMap, home_mask},
    storage::Region,
};

/// The caller's keys, if all that they need is there.
fn keys(hash_bits: u64, equal: EqualReference, context: Context) -> Result<CallersKeys, Refusal> {
    let keys = CallersKeys { hash_bits, equal: required(equal)?, context };
    home_mask(&keys)?;
    Ok(keys)
}

/// The comparison of a map that is only formatted.
extern "C" fn nothing(_: u64, _: Key, _: Context) -> c_int {
    0
}

/// Makes a map with `keys`, or says why there are none.
fn new(
    keys: Result<CallersKeys, Refusal>,
    seed: u64,
) -> Result<impl FnOnce(Region<'static>, Guard) -> Result<Indirect, Refusal>, Refusal> {
    keys.map(|keys| move |region, guard| Ok(IndirectMap::new_with(region, seed, keys, guard)?))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_init(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: Context,
) -> c_int {
    let new = new(keys(hash_bits, equal, context), seed);
    map.make_guarded(memory, bytes, |_, _, region| new?(region, Guard::Kept))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_init_counted(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: Context,
    counters: Provided,
    counters_bytes: Bytes,
) -> c_int {
    let new = new(keys(hash_bits, equal, context), seed);
    map.make_counted((memory, bytes), (counters, counters_bytes), new)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_init_with(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    hash_bits: u64,
    equal: EqualReference,
    context: Context,
    reclaim: Input<HeptadReclaim>,
) -> c_int {
    map.make_with((memory, bytes), reclaim, new(keys(hash_bits, equal, context), seed))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_format(
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    members: usize,
    hash_bits: u64,
) -> c_int {
    let keys = match keys(hash_bits, Some(nothing), Context::NOTHING) {
        Ok(keys) => keys,
        Err(refusal) => return refusal.0,
    };
    shared::format(memory, bytes, |region| {
        SharedIndirectMap::<_, u64>::format(region, seed, members, &keys)
    })
}

fn attach(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    member: Option<usize>,
    keys: Result<CallersKeys, Refusal>,
) -> c_int {
    map.make_guarded(memory, bytes, |_, _, region| {
        // SAFETY: initialised, and only maps write it, by C's promise of `Provided`; only the caller's function
        // knows what its references stand for.
        Ok(unsafe { IndirectMap::attach_with(region, member, keys?, Guard::Shared) }?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_attach(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    hash_bits: u64,
    equal: EqualReference,
    context: Context,
) -> c_int {
    attach(map, memory, bytes, None, keys(hash_bits, equal, context))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_join(
    map: ToChange<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    member: usize,
    hash_bits: u64,
    equal: EqualReference,
    context: Context,
) -> c_int {
    attach(map, memory, bytes, Some(member), keys(hash_bits, equal, context))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_reap(map: ToRead<HeptadIndirect>, member: DeadMember) -> c_int {
    // SAFETY: the member is dead by C's promise.
    map.ask(|map| unsafe { map.tables().reap(member.number()) })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_destroy(map: ToRead<HeptadIndirect>) -> c_int {
    map.ask(|map| map.tables().destroy())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_release(
    map: ToChange<HeptadIndirect>,
    on_release: OnRelease,
    context: Context,
) -> c_int {
    map.release(on_release, context, Indirect::into_regions)
}
