//! Rebuilt into other memory, and the old memory given back.

use core::ffi::{c_int, c_void};

use super::{Handle, HeptadLockfree, Memory, Shared, arguments, code};
use crate::{
    error::Rejected,
    lockfree::Need,
    storage::{Region, Storage},
};

/// The common part of both ways to start a rebuild.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn start(
    map: *const HeptadLockfree,
    start: *mut c_void,
    bytes: usize,
    start_with: impl FnOnce(&Shared, Region<'static>) -> Result<(), Rejected<Region<'static>>>,
) -> c_int {
    let rebuild = |shared: &Shared| {
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(map, 1)?)?;
        if shared.guard().is_attached() {
            return Err(code::ARGUMENT);
        }
        // SAFETY: lent, by the caller's promise.
        let region = unsafe { memory.lend() }?;
        start_with(shared, region).map_err(|rejected| code::of(rejected.error))?;
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, rebuild) }
}

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
    unsafe { start(map, memory, bytes, |map, region| map.rebuild(region, seed)) }
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
    unsafe { start(map, memory, bytes, |map, region| map.rebuild_if_needed(region, seed)) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_needs_rebuild(map: *const HeptadLockfree) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { Handle::read(map) } {
        Ok(map) => match map.needs_rebuild() {
            None => 0,
            Some(Need::Size) => 1,
            Some(Need::Flood) => 2,
            Some(Need::Leaks) => 3,
        },
        Err(code) => code,
    }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_help(map: *const HeptadLockfree, steps: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, |map| map.help(steps).map_err(code::of)) }
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
    let reclaim = |map: &Shared| {
        // Before anything comes back that could not be told.
        arguments::check(memory.cast_const())?;
        arguments::check(bytes.cast_const())?;
        let Some(mut region) = map.try_reclaim() else { return Ok(false) };
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { memory.write(region.base_mut().cast()) };
        // SAFETY: as above.
        unsafe { bytes.write(region.lines() * crate::layout::LINE_BYTES) };
        Ok(true)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, reclaim) }
}
