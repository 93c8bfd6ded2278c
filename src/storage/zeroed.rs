//! Memory that is zero already.

use super::{Downward, Storage};
use crate::{error::Error, layout::Line};

/// A storage whose bytes were all zero when it was wrapped, so that a growing table need not clear them: pages
/// fresh from the operating system, `.bss`.
///
/// It keeps how many of its last lines a table has used, and may be used again: those are cleared then.
#[derive(Debug)]
pub struct Zeroed<S> {
    storage: S,
    /// Lines at the end that may have been written: those in front of them are zero.
    claimed_lines: usize,
}

impl<S: Storage> Zeroed<S> {
    /// Wraps `storage`, trusting that it is zero.
    ///
    /// # Safety
    ///
    /// Every byte of the storage's lines is zero.
    pub unsafe fn new(storage: S) -> Zeroed<S> {
        Zeroed { storage, claimed_lines: 0 }
    }

    /// The storage, with whatever was written to it since.
    pub fn into_inner(self) -> S {
        self.storage
    }
}

// SAFETY: as for the storage inside, which is usable from the start; zero by the contract of `new`, and written only by
// the users of this storage, which claim lines first.
unsafe impl<S: Storage> Downward for Zeroed<S> {
    #[inline]
    fn end(&self) -> *const Line {
        self.storage.end()
    }

    #[inline]
    fn end_mut(&mut self) -> *mut Line {
        self.storage.end_mut()
    }

    #[inline]
    fn reserved_lines(&self) -> usize {
        self.storage.lines()
    }

    #[inline]
    fn can_grow(&self) -> bool {
        false
    }

    fn try_commit(&mut self, lines: usize) -> Result<(), Error> {
        self.storage.try_commit(lines)
    }

    fn claim(&mut self, lines: usize) -> usize {
        let zero = lines.saturating_sub(self.claimed_lines);
        self.claimed_lines = self.claimed_lines.max(lines);
        zero
    }
}
