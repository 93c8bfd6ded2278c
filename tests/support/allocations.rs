//! The system's allocator, counted, for tests of what tables allocate and of what they do without memory.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    /// Allocations of this thread that may still succeed.
    static ALLOCATIONS_LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
    /// Allocations this thread has made.
    pub(crate) static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Bytes this thread has allocated and not freed again.
    pub(crate) static LIVE_BYTES: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, with a limit that a test can set for its own thread.
struct Limited;

// SAFETY: passes everything on to the system's allocator, or returns null, which is always allowed.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = ALLOCATIONS_LEFT.get();
        if left == 0 {
            return std::ptr::null_mut();
        }
        ALLOCATIONS_LEFT.set(left - 1);
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        LIVE_BYTES.set(LIVE_BYTES.get() + layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE_BYTES.set(LIVE_BYTES.get() - layout.size() as isize);
        // SAFETY: allocated by `System` with the same layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

/// Runs `act` while every allocation fails.
pub(crate) fn without_memory<R>(act: impl FnOnce() -> R) -> R {
    ALLOCATIONS_LEFT.set(0);
    let result = act();
    ALLOCATIONS_LEFT.set(usize::MAX);
    result
}
