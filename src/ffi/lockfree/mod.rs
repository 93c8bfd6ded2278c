//! `heptad_lockfree_*`: the map that cores, interrupts and processes share. The manual is
//! `include/heptad/lockfree.h`.
//!
//! Every function but init, attach and release takes a `const` handle and may run at any time beside
//! any other. There is no busy state: nothing here is ever halfway through a change.

use core::ffi::c_int;

use super::{
    batch::{Array, ArrayOut, Count},
    handle::{Body, Handle, ToRead, Words128},
    results::{Optional, Required},
};
use crate::lockfree::{Map, Stats, arena_layout, shared_layout};

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
pub use shared::OnRelease;
pub use update::*;

type Shared = Map<'static, u64, u64, Guard>;

impl Body for Shared {
    const KIND: u32 = u32::from_be_bytes(*b"lfm0");
    type Words = Words128;
}

impl shared::Guarded for Shared {
    #[inline]
    fn guard(&self) -> &Guard {
        self.tables().guard()
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

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_check(map: ToRead<HeptadLockfree>) -> c_int {
    map.ask(|map| map.tables().check())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_len(map: ToRead<HeptadLockfree>) -> usize {
    map.measure(Shared::len)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_capacity(map: ToRead<HeptadLockfree>) -> usize {
    map.measure(Shared::capacity)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_seed(map: ToRead<HeptadLockfree>, seed: Required<u64>) -> c_int {
    // The map has a table.
    map.report(seed, |map| map.tables().seed().unwrap_or_default())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_stats(
    map: ToRead<HeptadLockfree>,
    stats: Required<HeptadSharedStats>,
) -> c_int {
    map.report(stats, |map| map.tables().stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_get(
    map: ToRead<HeptadLockfree>,
    key: u64,
    value: Optional<u64>,
) -> c_int {
    map.find(value, |map| map.get(key))
}

/// Keys that are answered together: their values stand on the stack in between.
pub(super) const TOGETHER: usize = 32;

#[unsafe(no_mangle)]
pub extern "C" fn heptad_lockfree_get_many(
    map: ToRead<HeptadLockfree>,
    keys: Array<u64>,
    count: Count,
    values: ArrayOut<u64>,
    found: ArrayOut<u8>,
) -> c_int {
    map.batch(count, |map, batch| {
        let (keys, batch) = batch.read(keys)?;
        let mut write = batch.write_answers(values, found)?;
        for keys in keys.chunks(TOGETHER) {
            let mut answers = [None; TOGETHER];
            map.get_many(keys, &mut answers);
            keys.iter().zip(answers).for_each(|(_, answer)| write(answer));
        }
        Ok(())
    })
}
