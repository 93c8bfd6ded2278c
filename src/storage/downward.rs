//! Memory for tables that grow downwards, in place.

use super::Storage;
use crate::{error::Error, layout::Line};

/// Memory whose last lines a table uses, and takes more of in front of those as it grows.
///
/// Every [`Storage`] is one, whose lines are all there from the start.
/// [`Reserved`](super::Reserved) is one that is made usable step by step.
///
/// # Safety
///
/// An implementation promises, for as long as the storage lives and is not moved:
///
/// - [`end`](Self::end) and [`end_mut`](Self::end_mut) give the same, 64-byte aligned address;
/// - after `try_commit(n)` returned `Ok`, and until `release(m)` with a smaller `m`, the last `n`
///   lines before the end are valid for reads through the first and for reads and writes through
///   the second, and nothing else uses them; moving the storage moves their contents along;
/// - they keep their contents, which change only through these pointers;
/// - the lines that [`claim`](Self::claim) returns as zero are zero, if no line was written that had not been
///   claimed;
/// - [`reserved_lines`](Self::reserved_lines) does not change, and is less than
///   `isize::MAX as usize / 64`;
/// - [`try_larger`](Self::try_larger) gives a storage of at least the requested lines, or an error.
pub unsafe trait Downward {
    /// One line past the last, for reading.
    fn end(&self) -> *const Line;

    /// One line past the last, for writing.
    fn end_mut(&mut self) -> *mut Line;

    /// The most lines that a table may request.
    fn reserved_lines(&self) -> usize;

    /// Makes the last `lines` lines usable, if they are not yet.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if there are not as many; else the error of the provider of the memory.
    /// The lines that were usable before still are.
    fn try_commit(&mut self, lines: usize) -> Result<(), Error>;

    /// The table needs no more than the last `lines` lines from now on: what is in front of them
    /// may go back to where it came from.
    fn release(&mut self, lines: usize) {
        let _ = lines;
    }

    /// Must be called before anything is written to the last `lines` lines, which are committed: from now on
    /// they may hold anything. Returns how many of the first of them are zero.
    ///
    /// The storage keeps what was claimed, so that a table that is made in it later does not take the
    /// entries of an earlier one for zero memory.
    fn claim(&mut self, lines: usize) -> usize {
        let _ = lines;
        0
    }

    /// Can there be a larger storage of this kind at all? See [`Storage::can_grow`].
    #[inline]
    fn can_grow(&self) -> bool {
        true
    }

    /// Another storage of this kind, of at least `lines` lines, to move to.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] where storages of this kind cannot be that large, or cannot be made at will;
    /// else the allocator's error.
    fn try_larger(&self, lines: usize) -> Result<Self, Error>
    where
        Self: Sized,
    {
        let _ = lines;
        Err(Error::Full)
    }
}

// SAFETY: `Storage` promises aligned, exclusive, valid lines whose number does not change, and that
// another one is as large as requested; they are usable from the start, and never taken back.
unsafe impl<S: Storage> Downward for S {
    #[inline]
    fn end(&self) -> *const Line {
        self.base().wrapping_add(self.lines())
    }

    #[inline]
    fn end_mut(&mut self) -> *mut Line {
        let lines = self.lines();
        self.base_mut().wrapping_add(lines)
    }

    #[inline]
    fn reserved_lines(&self) -> usize {
        self.lines()
    }

    fn try_commit(&mut self, lines: usize) -> Result<(), Error> {
        if lines <= self.lines() { Ok(()) } else { Err(Error::Full) }
    }

    #[inline]
    fn can_grow(&self) -> bool {
        Storage::can_grow(self)
    }

    fn try_larger(&self, lines: usize) -> Result<S, Error> {
        self.try_another(lines)
    }
}
