//! A range of addresses in which memory appears step by step.

use core::{marker::PhantomData, num::NonZeroUsize, panic::UnwindSafe, ptr::NonNull};

use super::Downward;
use crate::{
    error::Error,
    layout::{LINE_BYTES, Line},
};

/// The provider of memory for the addresses of a [`Reserved`] range: in a kernel, the mapper of pages.
///
/// # Safety
///
/// When [`map`](Self::map) has returned `Ok`, the bytes are valid for reads and writes and nothing
/// else uses them, until they are unmapped or the range is dropped; and they are zero if
/// [`ZEROED`](Self::ZEROED).
pub unsafe trait Pages {
    /// Are newly mapped bytes zero?
    const ZEROED: bool;

    /// Provides memory for the `len_bytes` bytes from `start` on: a whole number of steps.
    ///
    /// # Errors
    ///
    /// The reason: [`Error::Full`], or [`Error::AllocationFailed`]. Then none
    /// of these bytes is used.
    fn map(&mut self, start: NonNull<u8>, len_bytes: usize) -> Result<(), Error>;

    /// Takes back memory that `map` gave; from the lowest address that is mapped, a whole number of
    /// steps. Doing nothing keeps it; `map` may be called for it again, and has to clear it then if
    /// [`ZEROED`](Self::ZEROED).
    fn unmap(&mut self, start: NonNull<u8>, len_bytes: usize) {
        let _ = (start, len_bytes);
    }
}

/// A reserved range of addresses. A table at its end grows downwards through it, and requests memory in steps as it
/// grows: `pages` maps it.
///
/// Reserve once what the table could ever need; nothing is copied to another place later, and two
/// copies never exist.
#[derive(Debug)]
pub struct Reserved<'a, P: Pages> {
    end: NonNull<Line>,
    reserved_lines: usize,
    /// The last lines that are mapped: all of them, or a whole number of steps.
    mapped_lines: usize,
    /// Those of them that may have been written.
    claimed_lines: usize,
    step_lines: NonZeroUsize,
    pages: P,
    borrowed: PhantomData<&'a mut [Line]>,
}

impl<P: Pages> Reserved<'_, P> {
    /// Takes the `len_bytes` addresses from `start` on. Memory is requested from `pages` in multiples of
    /// `step_bytes`, at the end of the range first.
    ///
    /// # Errors
    ///
    /// [`Error::Null`]; [`Error::Misaligned`] unless `start`, `len_bytes` and `step_bytes` are
    /// multiples of 64 and `len_bytes` is one of `step_bytes`; [`Error::TooSmall`] if the range is
    /// empty, and [`Error::CapacityOverflow`] if it is longer than half of the address space.
    ///
    /// # Safety
    ///
    /// The addresses do not wrap round the end of the address space, are one object as far as Rust
    /// is concerned (`start` may be offset to each of them), and nothing else uses them during the
    /// storage's life.
    pub unsafe fn from_raw(
        start: *mut u8,
        len_bytes: usize,
        step_bytes: usize,
        pages: P,
    ) -> Result<Self, Error> {
        let start = NonNull::new(start).ok_or(Error::Null)?;
        for number in [start.addr().get(), len_bytes, step_bytes] {
            if number % LINE_BYTES != 0 {
                return Err(Error::Misaligned { needed_bytes: LINE_BYTES });
            }
        }
        let step_lines = match NonZeroUsize::new(step_bytes / LINE_BYTES) {
            Some(step_lines) if len_bytes > 0 => step_lines,
            _ => return Err(Error::TooSmall { needed_bytes: LINE_BYTES, given_bytes: 0 }),
        };
        if (len_bytes / LINE_BYTES) % step_lines.get() != 0 {
            return Err(Error::Misaligned { needed_bytes: step_bytes });
        }
        if len_bytes > isize::MAX as usize {
            return Err(Error::CapacityOverflow);
        }
        // SAFETY: one past the last byte of the range, which is one object by the caller's promise.
        let end = unsafe { start.add(len_bytes) };
        Ok(Reserved {
            end: end.cast(),
            reserved_lines: len_bytes / LINE_BYTES,
            mapped_lines: 0,
            claimed_lines: 0,
            step_lines,
            pages,
            borrowed: PhantomData,
        })
    }

    /// Bytes that are mapped now.
    pub fn mapped_bytes(&self) -> usize {
        self.mapped_lines * LINE_BYTES
    }

    /// The mapper of the pages.
    pub fn pages(&self) -> &P {
        &self.pages
    }

    /// The address `lines` lines before the end.
    fn before_end(&self, lines: usize) -> NonNull<u8> {
        // SAFETY: callers pass no more than `reserved_lines`, which all lie in the range.
        unsafe { self.end.sub(lines) }.cast()
    }

    /// Lines of the steps that `lines` lines need. No more than `reserved_lines`, which is a whole
    /// number of steps, if `lines` is not.
    fn whole_steps(&self, lines: usize) -> usize {
        lines.div_ceil(self.step_lines.get()) * self.step_lines.get()
    }
}

// SAFETY: a reserved range is an exclusive borrow of plain memory, and its pages go along.
unsafe impl<P: Pages + Send> Send for Reserved<'_, P> {}
// SAFETY: a shared one only returns a pointer for reading, and `pages`.
unsafe impl<P: Pages + Sync> Sync for Reserved<'_, P> {}

/// Bytes have no invariant that a panic could break; what is in them is the table's to answer for.
impl<P: Pages + UnwindSafe> UnwindSafe for Reserved<'_, P> {}

// SAFETY: aligned and one object by the checks and the contract of `from_raw`; what `pages` has
// mapped is valid, exclusive and zero by the contract of `Pages` until it is claimed, and only what lies in
// front of released lines is unmapped.
unsafe impl<P: Pages> Downward for Reserved<'_, P> {
    #[inline]
    fn end(&self) -> *const Line {
        self.end.as_ptr()
    }

    #[inline]
    fn end_mut(&mut self) -> *mut Line {
        self.end.as_ptr()
    }

    #[inline]
    fn reserved_lines(&self) -> usize {
        self.reserved_lines
    }

    #[inline]
    fn can_grow(&self) -> bool {
        false
    }

    fn try_commit(&mut self, lines: usize) -> Result<(), Error> {
        if lines > self.reserved_lines {
            return Err(Error::Full);
        }
        let wanted = self.whole_steps(lines);
        if let Some(more) = wanted.checked_sub(self.mapped_lines).filter(|&more| more > 0) {
            self.pages.map(self.before_end(wanted), more * LINE_BYTES)?;
            self.mapped_lines = wanted;
        }
        Ok(())
    }

    fn release(&mut self, lines: usize) {
        let kept = self.whole_steps(lines.min(self.reserved_lines));
        if let Some(fewer) = self.mapped_lines.checked_sub(kept).filter(|&fewer| fewer > 0) {
            self.pages.unmap(self.before_end(self.mapped_lines), fewer * LINE_BYTES);
            self.mapped_lines = kept;
            self.claimed_lines = self.claimed_lines.min(kept);
        }
    }

    fn claim(&mut self, lines: usize) -> usize {
        let zero = lines.saturating_sub(self.claimed_lines);
        self.claimed_lines = self.claimed_lines.max(lines);
        if P::ZEROED { zero } else { 0 }
    }
}
