//! `heptad_lockfree_*`: the map that cores, interrupts and processes share. The manual is
//! `include/heptad.h`.
//!
//! Every function but init, attach and release takes a `const` handle and may run at any time beside
//! any other. There is no busy state: nothing here is ever halfway through a change.

use core::{ffi::c_int, mem::MaybeUninit};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Body, Handle, Words128},
};
use crate::{
    error::{Error, Rejected},
    lockfree::{Map, Need, Stats, arena_layout, shared_layout},
    storage::Region,
};

mod closures;
pub(super) mod guard;
mod make;
mod rebuild;
pub(super) mod shared;
mod update;

pub use closures::*;
pub use guard::{Guard, HeptadReclaim};
pub use make::*;
pub use rebuild::*;
pub use update::*;

type Shared = Map<'static, u64, u64, Guard>;

impl Body for Shared {
    const KIND: u32 = u32::from_be_bytes(*b"lfm0");
    type Words = Words128;
}

impl shared::SharedMap for Shared {
    fn into_regions(self) -> impl Iterator<Item = Region<'static>> {
        self.into_regions()
    }

    fn rebuild(&self, to: Region<'static>, seed: u64) -> Result<(), Rejected<Region<'static>>> {
        self.rebuild(to, seed)
    }

    fn rebuild_if_needed(
        &self,
        to: Region<'static>,
        seed: u64,
    ) -> Result<(), Rejected<Region<'static>>> {
        self.rebuild_if_needed(to, seed)
    }

    unsafe fn reap(&self, member: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { self.reap(member) }
    }

    fn destroy(&self) -> Result<(), Error> {
        self.destroy()
    }

    fn needs_rebuild(&self) -> Option<Need> {
        self.needs_rebuild()
    }

    fn help(&self, steps: usize) -> Result<bool, Error> {
        self.help(steps)
    }

    fn try_reclaim(&self) -> Option<Region<'static>> {
        self.try_reclaim()
    }

    fn guard(&self) -> &Guard {
        self.guard()
    }

    fn repair(&mut self) -> usize {
        self.repair()
    }
}

/// `heptad_lockfree`.
pub type HeptadLockfree = Handle<Shared>;

/// `heptad_shared_stats`: the fields are those of [`Stats`], in 64 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadSharedStats {
    pub entries: u64,
    pub overflow: u64,
    pub overflowing_buckets: u64,
    pub buckets: u64,
    pub slots: u64,
    pub reserved: u64,
    pub most_reserved: u64,
    pub fullest_home: u64,
    pub bytes: u64,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadSharedStats>() == 72);
    assert!(core::mem::offset_of!(HeptadSharedStats, bytes) == 64);
};

impl From<Stats> for HeptadSharedStats {
    fn from(stats: Stats) -> HeptadSharedStats {
        HeptadSharedStats {
            entries: stats.entries as u64,
            overflow: stats.overflow as u64,
            overflowing_buckets: stats.overflowing_buckets as u64,
            buckets: stats.buckets as u64,
            slots: stats.slots as u64,
            reserved: stats.reserved as u64,
            most_reserved: stats.most_reserved as u64,
            fullest_home: stats.fullest_home as u64,
            bytes: stats.bytes as u64,
        }
    }
}

/// Bytes of memory for a map that takes `entries`; 0 if no address space could hold it.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_bytes(entries: usize) -> usize {
    arena_layout(entries).map_or(0, |layout| layout.size())
}

/// Bytes of shared memory for a map that takes `entries`, of `members`; 0 if no address space could hold it.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_shared_bytes(entries: usize, members: usize) -> usize {
    shared_layout(entries, members).map_or(0, |layout| layout.size())
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_check(map: *const HeptadLockfree) -> c_int {
    let check = |map: &Shared| map.check().map(|()| false).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, check) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_len(map: *const HeptadLockfree) -> usize {
    // SAFETY: the caller's promise.
    unsafe { Handle::read(map) }.map_or(0, Shared::len)
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_capacity(map: *const HeptadLockfree) -> usize {
    // SAFETY: the caller's promise.
    unsafe { Handle::read(map) }.map_or(0, Shared::capacity)
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_seed(map: *const HeptadLockfree, seed: *mut u64) -> c_int {
    // The map has a table.
    let tell = |map: &Shared| map.seed().unwrap_or_default();
    // SAFETY: the caller's promise.
    unsafe { shared::tell(map, seed, tell) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_stats(
    map: *const HeptadLockfree,
    stats: *mut HeptadSharedStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::tell(map, stats, |map: &Shared| map.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_clear(map: *const HeptadLockfree) -> c_int {
    let clear = |map: &Shared| {
        map.clear().map_err(code::of)?;
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, clear) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_get(
    map: *const HeptadLockfree,
    key: u64,
    value: *mut u64,
) -> c_int {
    let get = |map: &Shared| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(value) }?;
        Ok(map.get(key).map(|value| wanted.give(value)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, get) }
}

/// Keys that are answered together: their values stand on the stack in between.
pub(super) const TOGETHER: usize = 32;

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_lockfree_get_many(
    map: *const HeptadLockfree,
    keys: *const u64,
    count: usize,
    values: *mut u64,
    found: *mut u8,
) -> c_int {
    let look_up = |shared: &Shared| {
        // Before there is a reference to the results: nothing else may be there.
        let results = [Memory::of(values, count)?, Memory::of(found, count)?];
        shared::check_apart(&results, &[Memory::of(keys, count)?, Memory::of(map, 1)?])?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        // SAFETY: the caller's promise, and what was checked above.
        let values = unsafe { arguments::array_mut(values.cast::<MaybeUninit<u64>>(), count) }?;
        // SAFETY: as above.
        let found = unsafe { arguments::array_mut(found.cast::<MaybeUninit<u8>>(), count) }?;
        let mut results = values.iter_mut().zip(found);
        for keys in keys.chunks(TOGETHER) {
            let mut answers = [None; TOGETHER];
            shared.get_many(keys, &mut answers);
            // The keys come first: `zip` must not take a result for which there is no answer.
            for ((_, answer), (value, is_there)) in keys.iter().zip(answers).zip(&mut results) {
                value.write(answer.unwrap_or(0));
                is_there.write(u8::from(answer.is_some()));
            }
        }
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, look_up) }
}
