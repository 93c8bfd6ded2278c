//! Rebuilt into other memory, and the old memory released.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        handle::{ToChange, ToRead},
        memory::{Bytes, Provided},
        results::{Optional, Required},
    },
    HeptadLockfree, shared,
};

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_rebuild(
    map: ToRead<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
) -> c_int {
    map.rebuild(memory, bytes, |map, region| map.tables().rebuild(region, seed))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_rebuild_if_needed(
    map: ToRead<HeptadLockfree>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
) -> c_int {
    map.rebuild(memory, bytes, |map, region| map.tables().rebuild_if_needed(region, seed))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_needs_rebuild(map: ToRead<HeptadLockfree>) -> c_int {
    map.look(|map| shared::number_of(map.tables().needs_rebuild()))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_help(map: ToRead<HeptadLockfree>, steps: usize) -> c_int {
    map.ask(|map| map.tables().help(steps))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_reclaim(
    map: ToRead<HeptadLockfree>,
    memory: Required<*mut c_void>,
    bytes: Required<usize>,
) -> c_int {
    map.reclaim(memory, bytes, |map| map.tables().try_reclaim())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_repair(
    map: ToChange<HeptadLockfree>,
    released: Optional<usize>,
) -> c_int {
    map.change(|map| released.open().map(|place| place.give(map.repair())))
}
