//! Rebuilt into other memory, and the old memory given back.

use core::ffi::{c_int, c_void};

use super::{HeptadLockfree, shared};

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_rebuild(
    map: *const HeptadLockfree,
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
pub unsafe extern "C" fn heptad_lockfree_rebuild_if_needed(
    map: *const HeptadLockfree,
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
pub unsafe extern "C" fn heptad_lockfree_needs_rebuild(map: *const HeptadLockfree) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::needs_rebuild(map) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_help(map: *const HeptadLockfree, steps: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::help(map, steps) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_reclaim(
    map: *const HeptadLockfree,
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
pub unsafe extern "C" fn heptad_lockfree_repair(
    map: *mut HeptadLockfree,
    released: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::repair(map, released) }
}
