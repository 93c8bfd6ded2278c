//! Rebuilt into other memory, and the old memory released.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        handle::{ToChange, ToRead},
        lockfree::shared,
        memory::{Bytes, Provided},
        results::{Optional, Required},
    },
    HeptadIndirect,
};

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_rebuild(
    map: ToRead<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
) -> c_int {
    map.rebuild(memory, bytes, |map, region| map.tables().rebuild(region, seed))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_rebuild_if_needed(
    map: ToRead<HeptadIndirect>,
    memory: Provided,
    bytes: Bytes,
    seed: u64,
) -> c_int {
    map.rebuild(memory, bytes, |map, region| map.tables().rebuild_if_needed(region, seed))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_needs_rebuild(map: ToRead<HeptadIndirect>) -> c_int {
    map.look(|map| shared::number_of(map.tables().needs_rebuild()))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_help(map: ToRead<HeptadIndirect>, steps: usize) -> c_int {
    map.ask(|map| map.tables().help(steps))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_reclaim(
    map: ToRead<HeptadIndirect>,
    memory: Required<*mut c_void>,
    bytes: Required<usize>,
) -> c_int {
    map.reclaim(memory, bytes, |map| map.tables().try_reclaim())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_repair(
    map: ToChange<HeptadIndirect>,
    released: Optional<usize>,
) -> c_int {
    map.change(|map| released.open().map(|place| place.give(map.repair())))
}
