//! What memory looks like: a bucket is one line, a group two.
//!
//! ```text
//!  bucket    | header | key 0 | key 1 | key 2 | cell 0 | cell 1 | cell 2 | cell 3 |
//!         0        8      16      24      32       40       48       56       64
//!
//!  group  | claims | unused | key 0 | value 0 | key 1 | value 1 | key 2 | value 2 |
//!         0        8       16      24        32      40        48      56        64
//!         | key 3 | value 3 | ...                                         | key 6 | value 6 |
//!        64                                                              112     120       128
//! ```
//!
//! All words are atomic. Keys and values are only ever loaded and stored; headers and claims are what
//! operations meet at.

mod claims;
mod commit;
mod header;
mod home;
mod reserver;

pub(crate) use claims::Purpose;
pub(crate) use commit::{Attempt, Lost};
#[cfg(test)]
pub(crate) use header::MOST_ENTRIES;
#[cfg(all(test, not(heptad_loom)))]
pub(crate) use header::VERSION_ONE;
pub(crate) use header::{GROUP_SLOTS, Header, OWN_SLOTS, PLACES, Place, REGIONS};
pub(crate) use home::Home;
pub(crate) use reserver::{Anyone, Reserver, SPARE};

use crate::sync::AtomicU64;

const FIRST_KEY: u32 = 1;
const FIRST_CELL: u32 = FIRST_KEY + OWN_SLOTS;
const WORDS: usize = 8;

/// The home of some keys: header, three keys, four cells for their values.
#[derive(Default)]
#[repr(C, align(64))]
pub(crate) struct Bucket {
    words: [AtomicU64; WORDS],
}

impl Bucket {
    #[inline]
    pub(crate) fn header(&self) -> &AtomicU64 {
        touched(&self.words[0])
    }

    #[inline]
    pub(crate) fn key(&self, slot: u32) -> &AtomicU64 {
        // The remainder is the index itself, and shows the compiler that it is in bounds.
        touched(&self.words[(FIRST_KEY + slot) as usize % WORDS])
    }

    #[inline]
    pub(crate) fn cell(&self, cell: u32) -> &AtomicU64 {
        touched(&self.words[(FIRST_CELL + cell) as usize % WORDS])
    }
}

/// A key and its value, in a group.
#[derive(Default)]
#[repr(C)]
pub(crate) struct Pair {
    pub(crate) key: AtomicU64,
    pub(crate) value: AtomicU64,
}

/// Seven places that many homes share.
#[derive(Default)]
#[repr(C, align(64))]
pub(crate) struct Group {
    /// A bit for each slot that is visible in some header, or that an operation has reserved.
    claims: AtomicU64,
    unused: u64,
    pairs: [Pair; GROUP_SLOTS as usize],
}

impl Group {
    #[inline]
    pub(crate) fn claims(&self) -> &AtomicU64 {
        touched(&self.claims)
    }

    #[inline]
    pub(crate) fn pair(&self, slot: u32) -> &Pair {
        touched(&self.pairs[in_group(slot)])
    }
}

/// The index itself; shows the compiler that it is in bounds.
#[inline]
fn in_group(slot: u32) -> usize {
    slot.min(GROUP_SLOTS - 1) as usize
}

/// Records an access, in tests that count lines.
#[inline]
fn touched<T>(place: &T) -> &T {
    #[cfg(test)]
    crate::layout::touched::touch(core::ptr::from_ref(place).addr());
    place
}
