//! Rebuilt into other memory, and the old memory given back.

use core::ffi::{c_int, c_void};

use super::{HeptadIndirect, shared};

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_rebuild(
    map: *const HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::rebuild(map, memory, bytes, seed, true) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_rebuild_if_needed(
    map: *const HeptadIndirect,
    memory: *mut c_void,
    bytes: usize,
    seed: u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::rebuild(map, memory, bytes, seed, false) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_needs_rebuild(map: *const HeptadIndirect) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::needs_rebuild(map) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_help(map: *const HeptadIndirect, steps: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::help(map, steps) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_reclaim(
    map: *const HeptadIndirect,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::reclaim(map, memory, bytes) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_repair(
    map: *mut HeptadIndirect,
    released: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::repair(map, released) }
}
