//! What memory looks like: lines, groups, tags, and the arithmetic of capacity.
//!
//! ```text
//!  one group = one 64-byte cache line, 64-aligned
//!  +---------+---------+---------+---------+---------+---------+---------+---------+
//!  | word    | entry 1 | entry 2 | entry 3 | entry 4 | entry 5 | entry 6 | entry 7 |
//!  +---------+---------+---------+---------+---------+---------+---------+---------+
//!  0         8        16        24        32        40        48        56        64
//!
//!  the metadata word, a native u64 (bit numbers, so byte order does not matter)
//!  63     56 55     48 47     40 39     32 31     24 23     16 15      8 7       0
//!  | slot 7 | slot 6  | slot 5  | slot 4  | slot 3  | slot 2  | slot 1  | filter  |
//! ```
//!
//! A slot byte is `tag << 1 | displaced`, with `tag` in `1..=127`: bit 0 says whether the entry sits in
//! its alternate group instead of its home. `0x00` is a free slot and `0x01` a *stashed* entry, one
//! that found no room in either group. The entry of a free slot is never read.
//!
//! Filter bit `c` is set when some key of this home and of class `c` is not in this group.
//!
//! Everything here is arithmetic on plain values: it touches no memory, and its results are the
//! same on every target.

mod capacity;
mod geometry;
mod line;
mod lowest;
mod tag;
mod window;
mod word;

pub use capacity::{MaxLoad, estimate_log2_groups, log2_groups_for, max_entries};
pub use geometry::{Geometry, Offset};
pub use line::{ENTRY_BYTES, LINE_BYTES, Line, SLOTS};
pub(crate) use lowest::lowest_bit;
#[cfg(any(feature = "lockfree", feature = "ffi"))]
pub(crate) use lowest::lowest_of_three;
pub use tag::{Class, SlotByte, Tag};
pub use window::{WINDOW, WINDOW_BYTES, WindowMask};
pub use word::{Slot, SlotMask, Word};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod touched;
