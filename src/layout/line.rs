//! The unit of storage: one cache line.

use core::mem::MaybeUninit;

use super::Word;

/// Bytes of a line, and its alignment.
pub const LINE_BYTES: usize = 64;
/// Entries of a group.
pub const SLOTS: usize = 7;
/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 8;

/// One 64-byte, 64-aligned cache line of raw memory: a group, or the values of a group.
///
/// The first word of a group's line is always initialised; an entry is initialised exactly while
/// its slot byte is not free.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line {
    words: [MaybeUninit<u64>; 8],
}

impl Line {
    /// A group without entries.
    pub const EMPTY: Line = Line { words: [MaybeUninit::new(0); 8] };

    /// The metadata word of a line that holds a group.
    ///
    /// # Safety
    ///
    /// The line is one of the groups of a table, or no table has used it. In a line of values, whatever stands at its
    /// start may be uninitialised.
    ///
    /// ```compile_fail,E0133
    /// # use heptad::layout::Line;
    /// assert_eq!(Line::EMPTY.word().0, 0);
    /// ```
    pub const unsafe fn word(&self) -> Word {
        // SAFETY: a `Line` starts as `EMPTY`, and tables write initialised words to the groups.
        Word(unsafe { self.words[0].assume_init() })
    }
}

const _: () = assert!(size_of::<Line>() == LINE_BYTES);
const _: () = assert!(align_of::<Line>() == LINE_BYTES);
const _: () = assert!(ENTRY_BYTES * (SLOTS + 1) == LINE_BYTES);
