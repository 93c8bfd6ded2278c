//! The allocator of this program: one policy for every table.
//!
//! The times of a large table depend more on huge pages than on its algorithm: a lookup in 64 MiB of
//! small pages waits for the page walk as well. So large memory is mapped separately, at a multiple of 2
//! MiB, and the kernel is advised to use huge pages for it, or not to; our tables and the peers' get the
//! same treatment. Because every allocation maps and unmaps, every table that grows pays for fresh pages
//! each time.
//!
//! Smaller allocations come from the system's allocator.
//!
//! Everything is counted ([`tally`]), by each thread in a cache line of its own, so that counting costs
//! about a nanosecond and makes no thread wait for another.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ops::Sub,
    ptr,
    sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::Relaxed},
};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

/// Size and alignment of a huge page.
const HUGE_PAGE: usize = 2 << 20;
/// Size of a small page.
const PAGE: usize = 4 << 10;

/// Is the kernel advised to use small pages? Relaxed: set once, before there is a table.
static SMALL_PAGES: AtomicBool = AtomicBool::new(false);

/// Requests small pages only, or huge ones, from now on.
pub(crate) fn use_small_pages(small: bool) {
    SMALL_PAGES.store(small, Relaxed);
}

/// The allocations of all threads so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) allocations: i64,
    /// Bytes allocated and not freed, without the allocator's overhead.
    pub(crate) bytes_held: i64,
}

impl Sub for Tally {
    type Output = Tally;

    fn sub(self, earlier: Tally) -> Tally {
        Tally {
            allocations: self.allocations - earlier.allocations,
            bytes_held: self.bytes_held - earlier.bytes_held,
        }
    }
}

/// The tally now. Exact if no other thread is allocating.
pub(crate) fn tally() -> Tally {
    let sum = |count: fn(&Strip) -> &AtomicI64| STRIPS.iter().map(|s| count(s).load(Relaxed)).sum();
    Tally {
        allocations: sum(|strip| &strip.allocations),
        bytes_held: sum(|strip| &strip.bytes_held),
    }
}

/// One thread's share of the tally, in a cache line of its own.
#[repr(align(64))]
struct Strip {
    allocations: AtomicI64,
    bytes_held: AtomicI64,
}

const STRIP_COUNT: usize = 64;
/// The strip shared by all threads for which no separate one is left.
const SHARED_STRIP: usize = STRIP_COUNT - 1;
static STRIPS: [Strip; STRIP_COUNT] =
    [const { Strip { allocations: AtomicI64::new(0), bytes_held: AtomicI64::new(0) } };
        STRIP_COUNT];
static NEXT_STRIP: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The strip of this thread, once it has one. Constant and without a destructor, as an allocator
    /// needs it: reading it neither allocates nor fails.
    static STRIP: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The number of the calling thread's strip.
pub(crate) fn strip_of_thread() -> usize {
    STRIP.get().unwrap_or_else(|| {
        let index = NEXT_STRIP.fetch_add(1, Relaxed).min(SHARED_STRIP);
        STRIP.set(Some(index));
        index
    })
}

/// Bytes that the thread with this strip has allocated, less those that it has freed.
pub(crate) fn bytes_held_by(strip: usize) -> i64 {
    STRIPS[strip].bytes_held.load(Relaxed)
}

fn count(allocations: i64, bytes: i64) {
    let index = strip_of_thread();
    let strip = &STRIPS[index];
    for (counter, more) in [(&strip.allocations, allocations), (&strip.bytes_held, bytes)] {
        if index == SHARED_STRIP {
            counter.fetch_add(more, Relaxed);
        } else {
            // Nobody else writes here, and a locked instruction would cost ten times as much.
            counter.store(counter.load(Relaxed) + more, Relaxed);
        }
    }
}

/// Is the peak counted? Counting it in one place slows threads down.
static PEAK_IS_WANTED: AtomicBool = AtomicBool::new(false);
/// Bytes allocated since [`forget_peak`] less those freed, and the maximum of that difference. Relaxed:
/// counters of one thread.
static MORE_BYTES: AtomicI64 = AtomicI64::new(0);
static PEAK_BYTES: AtomicI64 = AtomicI64::new(0);

/// Restarts counting the peak.
pub(crate) fn forget_peak() {
    MORE_BYTES.store(0, Relaxed);
    PEAK_BYTES.store(0, Relaxed);
    PEAK_IS_WANTED.store(true, Relaxed);
}

/// The maximum of bytes in use since the last [`forget_peak`], beyond those in use at that time.
pub(crate) fn peak_bytes() -> usize {
    PEAK_IS_WANTED.store(false, Relaxed);
    PEAK_BYTES.load(Relaxed).max(0) as usize
}

fn count_peak(bytes: i64) {
    if PEAK_IS_WANTED.load(Relaxed) {
        let more = MORE_BYTES.fetch_add(bytes, Relaxed) + bytes;
        PEAK_BYTES.fetch_max(more, Relaxed);
    }
}

/// The system's allocator below 2 MiB, advised mappings from there on.
pub(crate) struct Advised;

// SAFETY: passes small layouts on to the system's allocator; large ones get fresh mappings of their
// own, at a multiple of 2 MiB, which is more than any of their alignments.
unsafe impl GlobalAlloc for Advised {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        count_peak(layout.size() as i64);
        if is_large(layout) {
            map(mapped_bytes(layout))
        } else {
            // SAFETY: the caller's promise.
            unsafe { System.alloc(layout) }
        }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        count_peak(-(layout.size() as i64));
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
    // SAFETY: so do the pages after.
    unsafe { unmap(end, HUGE_PAGE - before) };
    let small = SMALL_PAGES.load(Relaxed);
    let advice = if small { Advice::LinuxNoHugepage } else { Advice::LinuxHugepage };
    // SAFETY: the mapping is ours, and its contents are the same in pages of any size. A kernel without
    // huge pages refuses, which does no harm.
    let _ = unsafe { madvise(aligned.cast(), bytes, advice) };
    aligned
}

/// Unmaps `bytes`, whole pages.
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

    /// All tests of the program share one allocator, so this is the only test of the tally, and it
    /// allocates more than the others do together.
    #[test]
    fn what_is_held_is_counted_across_threads() {
        const BYTES: usize = 1 << 30;
        let before = tally();
        let block = std::thread::spawn(|| Vec::<u8>::with_capacity(BYTES)).join().unwrap();
        let with_block = tally() - before;
        drop(block);
        let after = tally() - before;
        assert!(with_block.allocations >= 1);
        assert!((with_block.bytes_held - BYTES as i64).abs() < BYTES as i64 / 2);
        assert!(after.bytes_held.abs() < BYTES as i64 / 2);
    }
}
