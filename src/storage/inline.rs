//! Lines inside the table's own value.

use core::{cell::UnsafeCell, panic::RefUnwindSafe};

use super::Storage;
use crate::{error::Error, layout::Line};

/// `LINES` lines of 64 bytes inside the table itself: for a `static`, or the stack.
pub struct Inline<const LINES: usize> {
    /// In a cell, because entries may have interior mutability: a shared table is then written to.
    lines: UnsafeCell<[Line; LINES]>,
}

impl<const LINES: usize> Inline<LINES> {
    /// Empty lines: zero bytes only.
    pub const fn new() -> Self {
        const { assert!(LINES > 0, "an inline storage needs at least one line") };
        Inline { lines: UnsafeCell::new([Line::EMPTY; LINES]) }
    }
}

impl<const LINES: usize> Default for Inline<LINES> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: a shared storage only returns a pointer. Tables write through it to entries with interior
// mutability and to nothing else, and are themselves only `Sync` if their entries are.
unsafe impl<const LINES: usize> Sync for Inline<LINES> {}

/// Bytes have no invariant that a panic could break; what is in them is the table's to answer for.
impl<const LINES: usize> RefUnwindSafe for Inline<LINES> {}

// SAFETY: the array is 64-byte aligned as its elements are, is borrowed together with the storage,
// moves with it, and has at least one line; the cell allows writes through a shared borrow.
unsafe impl<const LINES: usize> Storage for Inline<LINES> {
    #[inline]
    fn base(&self) -> *const Line {
        self.lines.get().cast_const().cast()
    }

    #[inline]
    fn base_mut(&mut self) -> *mut Line {
        self.lines.get_mut().as_mut_ptr()
    }

    #[inline]
    fn lines(&self) -> usize {
        LINES
    }

    #[inline]
    fn can_grow(&self) -> bool {
        false
    }

    fn try_another(&self, lines: usize) -> Result<Self, Error> {
        if lines <= LINES { Ok(Self::new()) } else { Err(Error::Full) }
    }
}
