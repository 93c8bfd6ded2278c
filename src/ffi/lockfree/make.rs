//! Made, attached to, released.

use core::ffi::c_int;

use super::{
    super::{
        code::Refusal,
        handle::{ToChange, ToRead},
        memory::{Bytes, Provided},
        results::{Context, Input},
    },
    HeptadLockfree, Map, Shared,
    guard::{Guard, HeptadReclaim},
    shared::{self, DeadMember, OnRelease},
};
use crate::{lockfree::SharedMap, storage::Region};

fn new(region: Region<'static>, seed: u64, guard: Guard) -> Result<Shared, Refusal> {
    Ok(Map::new_with(region, seed, guard)?)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_init(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
) -> c_int {
    map.make_guarded(memory, bytes, |_, _, region| new(region, seed, Guard::Kept))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_init_counted(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    counters: Provided,
    counters_bytes: Bytes,
) -> c_int {
    let new = Ok(|region, guard| new(region, seed, guard));
    map.make_counted((memory, bytes), (counters, counters_bytes), new)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_init_with(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    reclaim: Input<HeptadReclaim>,
) -> c_int {
    map.make_with((memory, bytes), reclaim, Ok(|region, guard| new(region, seed, guard)))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_format(
    memory: Provided,
    bytes: Bytes,
    seed: u64,
    members: usize,
) -> c_int {
    shared::format(memory, bytes, |region| SharedMap::<u64, u64>::format(region, seed, members))
}

fn attach(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    member: Option<usize>,
) -> c_int {
    map.make_guarded(memory, bytes, |_, _, region| {
        // SAFETY: initialised, and only maps write it, by C's promise of `Provided`; every word is a key or a
        // value of this map.
        Ok(unsafe { Map::attach_with(region, member, Guard::Shared) }?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_attach(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
) -> c_int {
    attach(map, memory, bytes, None)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_join(
    map: ToChange<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    member: usize,
) -> c_int {
    attach(map, memory, bytes, Some(member))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_reap(map: ToRead<HeptadLockfree>, member: DeadMember) -> c_int {
    // SAFETY: the member is dead by C's promise.
    map.ask(|map| unsafe { map.tables().reap(member.number()) })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_destroy(map: ToRead<HeptadLockfree>) -> c_int {
    map.ask(|map| map.tables().destroy())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_release(
    map: ToChange<HeptadLockfree>,
    on_release: OnRelease,
    context: Context,
) -> c_int {
    map.release(on_release, context, Shared::into_regions)
}
