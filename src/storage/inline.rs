//! Lines inside the table's own value.

use super::Storage;
use crate::{error::Error, layout::Line};

/// `LINES` lines of 64 bytes inside the table itself: for a `static`, or the stack.
#[derive(Clone, Copy)]
pub struct Inline<const LINES: usize> {
    lines: [Line; LINES],
}

impl<const LINES: usize> Inline<LINES> {
    /// Empty lines. Zero bytes only, so that a `static` of it takes no room in an image.
    pub const fn new() -> Self {
        const { assert!(LINES > 0, "an inline storage needs at least one line") };
        Inline { lines: [Line::EMPTY; LINES] }
    }
}

impl<const LINES: usize> Default for Inline<LINES> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: the array is 64-byte aligned as its elements are, is borrowed together with the storage,
// moves with it, and has at least one line.
unsafe impl<const LINES: usize> Storage for Inline<LINES> {
    #[inline]
    fn base(&self) -> *const Line {
        self.lines.as_ptr()
    }

    #[inline]
    fn base_mut(&mut self) -> *mut Line {
        self.lines.as_mut_ptr()
    }

    #[inline]
    fn lines(&self) -> usize {
        LINES
    }

    fn try_another(&self, lines: usize) -> Result<Self, Error> {
        if lines <= LINES { Ok(Self::new()) } else { Err(Error::Full) }
    }
}
