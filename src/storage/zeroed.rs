//! Memory that is zero already.

use super::{Downward, Storage};
use crate::{error::Error, layout::Line};

/// A storage whose bytes are all zero, so that a growing table need not clear them: pages fresh from
/// the operating system, `.bss`.
#[derive(Debug)]
pub struct Zeroed<S>(S);

impl<S: Storage> Zeroed<S> {
    /// Takes the word of the caller for it.
    ///
    /// # Safety
    ///
    /// Every byte of the storage's lines is zero.
    pub unsafe fn new(storage: S) -> Zeroed<S> {
        Zeroed(storage)
    }

    /// The storage, with whatever was written to it since.
    pub fn into_inner(self) -> S {
        self.0
    }
}

// SAFETY: as for the storage inside, which is usable from the start; zero by the contract of `new`,
// and from then on written by nobody but the user of this storage.
unsafe impl<S: Storage> Downward for Zeroed<S> {
    #[inline]
    fn end(&self) -> *const Line {
        self.0.end()
    }

    #[inline]
    fn end_mut(&mut self) -> *mut Line {
        self.0.end_mut()
    }

    #[inline]
    fn reserved_lines(&self) -> usize {
        self.0.lines()
    }

    fn try_commit(&mut self, lines: usize) -> Result<(), Error> {
        self.0.try_commit(lines)
    }

    fn is_zeroed(&self) -> bool {
        true
    }
}
