//! What maps of words and maps of longer keys have in common: how they are made, rebuilt and released.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        arguments::{self, Memory, Wanted},
        code,
        handle::{Body, Handle, answer},
    },
    guard::{Guard, HeptadReclaim},
    make::GiveBack,
};
use crate::{
    error::{Error, Rejected},
    lockfree::{Need, arena_layout},
    storage::{Region, Storage},
};

/// A map without a lock, whatever its keys are.
pub(in crate::ffi) trait SharedMap: Body + Sized {
    fn into_regions(self) -> impl Iterator<Item = Region<'static>>;
    fn rebuild(&self, to: Region<'static>, seed: u64) -> Result<(), Rejected<Region<'static>>>;
    fn rebuild_if_needed(
        &self,
        to: Region<'static>,
        seed: u64,
    ) -> Result<(), Rejected<Region<'static>>>;
    /// # Safety
    ///
    /// The member is dead.
    unsafe fn reap(&self, member: usize) -> Result<(), Error>;
    fn destroy(&self) -> Result<(), Error>;
    fn needs_rebuild(&self) -> Option<Need>;
    fn help(&self, steps: usize) -> Result<bool, Error>;
    fn try_reclaim(&self) -> Option<Region<'static>>;
    fn guard(&self) -> &Guard;
    fn repair(&mut self) -> usize;
}

/// Makes a map in the memory at `start`. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn make<T: SharedMap>(
    map: *mut Handle<T>,
    start: *mut c_void,
    bytes: usize,
    make: impl FnOnce(Memory, Region<'static>) -> Result<T, c_int>,
) -> c_int {
    let body = || {
        arguments::check_atomics()?;
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(map, 1)?)?;
        // SAFETY: lent, by the caller's promise.
        make(memory, unsafe { memory.lend() }?)
    };
    // SAFETY: the caller's promise.
    answer(unsafe { Handle::make(map, body) })
}

/// [`make`] with counters in memory that is lent too; `new` is what to make, or why it cannot be made.
///
/// # Safety
///
/// As there.
pub(in crate::ffi) unsafe fn make_counted<T: SharedMap>(
    map: *mut Handle<T>,
    start: *mut c_void,
    bytes: usize,
    counters: *mut c_void,
    counters_bytes: usize,
    new: Result<impl FnOnce(Region<'static>, Guard) -> Result<T, c_int>, c_int>,
) -> c_int {
    let counted = |memory: Memory, region| {
        let counters_memory = Memory::of(counters.cast::<u8>(), counters_bytes)?;
        counters_memory.apart_from(memory)?;
        counters_memory.apart_from(Memory::of(map, 1)?)?;
        let new = new?;
        if memory.bytes < arena_layout(1).map_err(code::of)?.size() {
            return Err(code::TOO_SMALL);
        }
        // The last that can fail: who gets an error finds the counters as they were.
        // SAFETY: lent, by the caller's promise.
        new(region, unsafe { Guard::counted(counters, counters_bytes) }?)
    };
    // SAFETY: the caller's promise.
    unsafe { make(map, start, bytes, counted) }
}

/// [`make`] with the caller's functions.
///
/// # Safety
///
/// As there; the functions keep the promise of [`Reclaim`](crate::lockfree::Reclaim).
pub(in crate::ffi) unsafe fn make_with<T: SharedMap>(
    map: *mut Handle<T>,
    start: *mut c_void,
    bytes: usize,
    reclaim: *const HeptadReclaim,
    new: Result<impl FnOnce(Region<'static>, Guard) -> Result<T, c_int>, c_int>,
) -> c_int {
    let with = |_, region| {
        arguments::check(reclaim)?;
        // SAFETY: not null, aligned, and readable by the caller's promise.
        new?(region, Guard::of_functions(unsafe { reclaim.read() })?)
    };
    // SAFETY: the caller's promise.
    unsafe { make(map, start, bytes, with) }
}

/// Makes shared memory of the bytes at `start`. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn format(
    start: *mut c_void,
    bytes: usize,
    format: impl FnOnce(Region<'static>) -> Result<Region<'static>, Rejected<Region<'static>>>,
) -> c_int {
    let format = || {
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        // SAFETY: lent, by the caller's promise.
        format(unsafe { memory.lend() }?).map_err(|rejected| code::of(rejected.error))?;
        Ok(false)
    };
    answer(format())
}

/// Releases what a dead member had reserved. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the member is dead.
pub(in crate::ffi) unsafe fn reap<T: SharedMap>(map: *const Handle<T>, member: usize) -> c_int {
    // SAFETY: the caller's promise.
    let reap = |map: &T| unsafe { map.reap(member) }.map(|()| false).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, reap) }
}

/// Gives shared memory up. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn destroy<T: SharedMap>(map: *const Handle<T>) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, |map| map.destroy().map(|()| false).map_err(code::of)) }
}

/// Ends a handle, and gives all memory back. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn release<T: SharedMap>(
    map: *mut Handle<T>,
    give_back: GiveBack,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    let map = match unsafe { Handle::take(map) } {
        Ok(map) => map,
        Err(code) => return code,
    };
    for mut region in map.into_regions() {
        let bytes = region.bytes();
        if let Some(give_back) = give_back {
            // SAFETY: the caller's function, for the caller's context.
            unsafe { give_back(region.base_mut().cast(), bytes, context) };
        }
    }
    code::OK
}

/// Starts a rebuild, if it is needed or `always`.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn rebuild<T: SharedMap>(
    map: *const Handle<T>,
    start: *mut c_void,
    bytes: usize,
    seed: u64,
    always: bool,
) -> c_int {
    let rebuild = |shared: &T| {
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(map, 1)?)?;
        if let Some(counters) = shared.guard().counters() {
            memory.apart_from(Memory::of(counters, 1)?)?;
        }
        // SAFETY: lent, by the caller's promise.
        let region = unsafe { memory.lend() }?;
        let rebuilt = if always {
            shared.rebuild(region, seed)
        } else {
            shared.rebuild_if_needed(region, seed)
        };
        rebuilt.map_err(|rejected| code::of(rejected.error))?;
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, rebuild) }
}

/// Releases what killed contexts hold, and tells how many places. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn repair<T: SharedMap>(
    map: *mut Handle<T>,
    released: *mut usize,
) -> c_int {
    let repair = |map: &mut T| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(released) }?;
        wanted.give(map.repair());
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(map, repair) }
}

/// The number of the need for a rebuild, 0 if there is none, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn needs_rebuild<T: SharedMap>(map: *const Handle<T>) -> c_int {
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

/// Does parts of a rebuild. 1 if nothing is left to do, 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn help<T: SharedMap>(map: *const Handle<T>, steps: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, |map| map.help(steps).map_err(code::of)) }
}

/// Gives the oldest memory back, if it can be. 1, 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn reclaim<T: SharedMap>(
    map: *const Handle<T>,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    let reclaim = |map: &T| {
        // Before anything comes back that could not be told.
        arguments::check(memory.cast_const())?;
        arguments::check(bytes.cast_const())?;
        let Some(mut region) = map.try_reclaim() else { return Ok(false) };
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { memory.write(region.base_mut().cast()) };
        // SAFETY: as above.
        unsafe { bytes.write(region.bytes()) };
        Ok(true)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, reclaim) }
}

/// Writes what `tell` tells of a map, which is wanted. 0, or a code.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
pub(in crate::ffi) unsafe fn tell<T: Body, R>(
    map: *const Handle<T>,
    result: *mut R,
    tell: impl FnOnce(&T) -> R,
) -> c_int {
    let tell = |map: &T| {
        arguments::check(result.cast_const())?;
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { result.write(tell(map)) };
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, tell) }
}

/// Results of a batch may not overlap each other, the handle, or what is read. What lies in the map's
/// memory is not found out.
pub(in crate::ffi) fn check_apart(results: &[Memory], inputs: &[Memory]) -> Result<(), c_int> {
    for (number, result) in results.iter().enumerate() {
        let others = results.iter().skip(number + 1).chain(inputs);
        others.into_iter().try_for_each(|other| result.apart_from(*other))?;
    }
    Ok(())
}
