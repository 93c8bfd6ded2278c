//! `heptad_robin_*`: sorted sets and maps of 64-bit words that grow in place. The manual is
//! `include/heptad/robin.h`.
//!
//! Sets and maps are one type each; a field of the handle says which order they keep ([`Kept`]). A map has the
//! first half of the memory for its keys and the second for their values.

use core::{ffi::c_int, ops::RangeInclusive};

use super::{
    arguments,
    code::{self, Refusal},
    handle::{Handle, Words192},
    owned::{Kind, Owned},
};
use crate::{
    error::Rejected,
    hash::Keyed,
    layout::LINE_BYTES,
    robin_hood::{ByValue, Map, Order, Set, Stats, Within, lines_for},
    storage::{Region, Storage},
};

mod growth;
mod map;
mod merge;
mod range;
mod set;

pub use growth::*;
pub use map::*;
pub use merge::*;
pub use set::*;

type SortedSet = Set<Region<'static>, Kept>;
type SortedMap = Map<Region<'static>, Kept>;

impl Kind for SortedSet {
    const KIND: u32 = u32::from_be_bytes(*b"rob0");
    type Words = Words192;
}

impl Kind for SortedMap {
    const KIND: u32 = u32::from_be_bytes(*b"rom0");
    type Words = Words192;
}

/// `heptad_robin`.
pub type HeptadRobin = Handle<Owned<SortedSet>>;
/// `heptad_robin_map`.
pub type HeptadRobinMap = Handle<Owned<SortedMap>>;

/// The order of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Kept {
    ByValue,
    Within(Within),
    Keyed(Keyed),
}

impl Kept {
    fn keyed(seed: u64) -> Kept {
        Kept::Keyed(Keyed::new(seed))
    }

    fn within(low: u64, high: u64) -> Result<Kept, Refusal> {
        Within::new(low..=high).map(Kept::Within).ok_or(Refusal(code::ARGUMENT))
    }
}

impl Order for Kept {
    #[inline]
    fn word(&self, key: u64) -> u64 {
        match self {
            Kept::ByValue => ByValue.word(key),
            Kept::Within(order) => order.word(key),
            Kept::Keyed(order) => order.word(key),
        }
    }

    #[inline]
    fn key(&self, word: u64) -> u64 {
        match self {
            Kept::ByValue => ByValue.key(word),
            Kept::Within(order) => order.key(word),
            Kept::Keyed(order) => order.key(word),
        }
    }

    #[inline]
    fn keys(&self) -> RangeInclusive<u64> {
        match self {
            Kept::ByValue => ByValue.keys(),
            Kept::Within(order) => order.keys(),
            Kept::Keyed(order) => order.keys(),
        }
    }
}

/// `heptad_sorted_stats`: the fields are those of [`Stats`], in 64 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadSortedStats {
    pub homes: u64,
    pub overflow_slots: u64,
    pub overflow_taken: u64,
    pub len: u64,
    pub capacity: u64,
    pub displacement: u64,
    pub most_displacement: u64,
    pub longest_run: u64,
    pub lines_of_hits: u64,
    pub bytes: u64,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadSortedStats>() == 80);
    assert!(core::mem::offset_of!(HeptadSortedStats, bytes) == 72);
};

impl From<Stats> for HeptadSortedStats {
    fn from(stats: Stats) -> HeptadSortedStats {
        HeptadSortedStats {
            homes: stats.homes as u64,
            overflow_slots: stats.overflow_slots as u64,
            overflow_taken: stats.overflow_taken as u64,
            len: stats.len as u64,
            capacity: stats.capacity as u64,
            displacement: stats.displacement as u64,
            most_displacement: stats.most_displacement as u64,
            longest_run: stats.longest_run as u64,
            lines_of_hits: stats.lines_of_hits as u64,
            bytes: stats.bytes as u64,
        }
    }
}

/// Bytes of memory for a set that takes `keys` at `load`; 0 if there can be none.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_bytes(keys: usize, load: c_int) -> usize {
    bytes_for(keys, load, 1)
}

/// The same for a map.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_bytes(keys: usize, load: c_int) -> usize {
    bytes_for(keys, load, 2)
}

/// Bytes of `storages` storages for `keys`.
fn bytes_for(keys: usize, load: c_int, storages: usize) -> usize {
    let lines = arguments::load(load).ok().and_then(|load| lines_for(keys, load));
    let bytes = lines.and_then(|lines| lines.checked_mul(storages * LINE_BYTES));
    bytes.filter(|&bytes| isize::try_from(bytes).is_ok()).unwrap_or(0)
}

/// The storages of a map's keys and values, in one piece of memory.
fn halves(
    region: Region<'static>,
) -> Result<(Region<'static>, Region<'static>), Rejected<Region<'static>>> {
    let lines = region.lines() / 2;
    region.split_at(lines)
}
