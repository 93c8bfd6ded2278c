//! The allocator of this program: one policy for every table.
//!
//! Whether a large table lies in huge pages decides more about its times than its algorithm does:
//! a lookup in 64 MiB of small pages waits for the page walk as well. So large memory is mapped on
//! its own, at a multiple of 2 MiB, and the kernel is asked to use huge pages for it, or not to;
//! ours and the peers' get the same treatment. Mapping and unmapping on every allocation also means
//! that a table that grows pays for fresh pages each time, whoever it is.
//!
//! Smaller allocations come from the system's allocator.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

/// Size and alignment of a huge page.
const HUGE_PAGE: usize = 2 << 20;
/// Size of a small one.
const PAGE: usize = 4 << 10;

/// Is the kernel asked for small pages? Relaxed: set once, before there is a table.
static SMALL_PAGES: AtomicBool = AtomicBool::new(false);

/// From now on, asks for small pages only, or for huge ones.
pub(crate) fn use_small_pages(small: bool) {
    SMALL_PAGES.store(small, Relaxed);
}

/// Bytes in use, and the most there were since [`forget_peak`]. Relaxed: counters of one thread.
static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Starts counting the peak anew; returns the bytes in use.
pub(crate) fn forget_peak() -> usize {
    let live = LIVE_BYTES.load(Relaxed);
    PEAK_BYTES.store(live, Relaxed);
    live
}

/// The most bytes in use since the last [`forget_peak`].
pub(crate) fn peak_bytes() -> usize {
    PEAK_BYTES.load(Relaxed)
}

/// The system's allocator below 2 MiB, advised mappings from there on.
pub(crate) struct Advised;

// SAFETY: passes small layouts on to the system's allocator; large ones get fresh mappings of their
// own, at a multiple of 2 MiB, which is more than any of their alignments.
unsafe impl GlobalAlloc for Advised {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE_BYTES.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK_BYTES.fetch_max(live, Relaxed);
        if is_large(layout) {
            map(mapped_bytes(layout))
        } else {
            // SAFETY: the caller's promise.
            unsafe { System.alloc(layout) }
        }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Relaxed);
        if is_large(layout) {
            // SAFETY: `alloc` made this mapping for this layout.
            unsafe { unmap(start, mapped_bytes(layout)) };
        } else {
            // SAFETY: the caller's promise.
            unsafe { System.dealloc(start, layout) };
        }
    }
}

fn is_large(layout: Layout) -> bool {
    layout.size() >= HUGE_PAGE && layout.align() <= HUGE_PAGE
}

fn mapped_bytes(layout: Layout) -> usize {
    layout.size().next_multiple_of(PAGE)
}

/// Maps `bytes` of fresh memory, whole pages, at a multiple of a huge page; null if there is none.
pub(crate) fn map(bytes: usize) -> *mut u8 {
    let Some(with_slack) = bytes.checked_add(HUGE_PAGE) else { return ptr::null_mut() };
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping where there is room disturbs nobody.
    let mapped =
        unsafe { mmap_anonymous(ptr::null_mut(), with_slack, protection, MapFlags::PRIVATE) };
    let Ok(start) = mapped.map(|start| start.cast::<u8>()) else { return ptr::null_mut() };
    let before = start.addr().next_multiple_of(HUGE_PAGE) - start.addr();
    // SAFETY: the slack has room for it.
    let aligned = unsafe { start.add(before) };
    // SAFETY: as above.
    let end = unsafe { aligned.add(bytes) };
    // SAFETY: the pages before belong to this mapping alone.
    unsafe { unmap(start, before) };
    // SAFETY: so do the pages behind.
    unsafe { unmap(end, HUGE_PAGE - before) };
    let small = SMALL_PAGES.load(Relaxed);
    let advice = if small { Advice::LinuxNoHugepage } else { Advice::LinuxHugepage };
    // SAFETY: the mapping is ours, and its contents are the same in pages of any size. A kernel that
    // knows no huge pages refuses, and that does no harm.
    let _ = unsafe { madvise(aligned.cast(), bytes, advice) };
    aligned
}

/// Gives `bytes` back, whole pages.
///
/// # Safety
///
/// They are part of a mapping of [`map`], and nobody uses them.
pub(crate) unsafe fn unmap(start: *mut u8, bytes: usize) {
    if bytes != 0 {
        // SAFETY: the caller's promise. Failing would only leave them mapped.
        let _ = unsafe { munmap(start.cast(), bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_memory_is_aligned_zeroed_and_usable_to_the_last_byte() {
        for bytes in [HUGE_PAGE, 3 * HUGE_PAGE + 17, 9 * HUGE_PAGE - 1] {
            let mut block = vec![0u8; bytes];
            assert!(block.as_ptr().addr().is_multiple_of(HUGE_PAGE));
            assert!(block.iter().all(|byte| *byte == 0));
            block.fill(0xa5);
            block.extend_from_slice(&[1; 100]);
            assert!(block[..bytes].iter().all(|byte| *byte == 0xa5));
        }
    }
}
