//! Lines of a `static`, for programs without an allocator and without a linker section.

use core::{cell::UnsafeCell, fmt};

use super::Region;
use crate::{
    layout::{LINE_BYTES, Line},
    sync::{
        AtomicU8,
        Ordering::{Acquire, Relaxed},
    },
};

/// `LINES` lines of 64 bytes in a `static`, which can be taken as a [`Region`] once.
///
/// They are zero until then, so that they cost nothing in the binary. Not on processors without any
/// compare-and-swap, such as a Cortex-M0, unless the feature `lockfree-emulated-with-locks` is on.
///
/// ```
/// # #[cfg(feature = "lockfree")] {
/// use heptad::{lockfree::{Map, arena_lines}, storage::StaticLines};
///
/// static MEMORY: StaticLines<{ arena_lines(1_000) }> = StaticLines::new();
/// static OWNERS: Map<'static, u64, u32> = Map::unplaced();
///
/// // At boot:
/// let memory = MEMORY.take().expect("taken once");
/// OWNERS.tables().place(memory, 0x5eed)?;
/// assert!(OWNERS.capacity() >= 1_000 && MEMORY.take().is_none());
/// # }
/// # Ok::<(), heptad::Error>(())
/// ```
pub struct StaticLines<const LINES: usize> {
    lines: UnsafeCell<[Line; LINES]>,
    is_taken: AtomicU8,
}

// SAFETY: only the caller that takes the lines uses them, and one caller does.
unsafe impl<const LINES: usize> Sync for StaticLines<LINES> {}

impl<const LINES: usize> StaticLines<LINES> {
    /// Zeros, not taken.
    pub const fn new() -> Self {
        const { assert!(LINES > 0, "a region needs at least one line") };
        StaticLines { lines: UnsafeCell::new([Line::EMPTY; LINES]), is_taken: AtomicU8::new(0) }
    }

    /// The lines as a region, for the first caller.
    pub fn take(&'static self) -> Option<Region<'static>> {
        // Acquire, though nothing is written before it is taken: it costs nothing here, and needs no argument.
        self.is_taken.compare_exchange(0, 1, Acquire, Relaxed).ok()?;
        // SAFETY: valid for as long as the program runs, and taken once.
        unsafe { Region::from_raw(self.lines.get().cast(), LINES * LINE_BYTES) }.ok()
    }
}

impl<const LINES: usize> Default for StaticLines<LINES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const LINES: usize> fmt::Debug for StaticLines<LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticLines").field("lines", &LINES).finish_non_exhaustive()
    }
}
