//! The thread that goes on working while the first one is stopped, and the one that watches it.
//!
//! The order of events: both are ready, the first thread begins its operation and stops; the watching thread notes the
//! memory in use and lets the other one work; once that is done or has come to a halt, it notes the memory again and
//! lets the first one go on. It allocates nothing in between: the first thread may be stopped in the allocator.

use std::{
    fs::File,
    mem::MaybeUninit,
    os::unix::fs::FileExt,
    sync::atomic::{
        AtomicBool, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    thread,
    time::Duration,
};

use super::stepping::{self, nap};
use crate::memory;

/// Operations of the other thread after each stop.
pub(super) const LIMIT: usize = 1_000;
/// The time between two looks at the other thread.
const LOOK: Duration = Duration::from_micros(200);
/// It has come to a halt if it completes nothing in this much of its own processor time, or sleeps at this many looks.
const PATIENCE_NS: i64 = 1_000_000;
const SLEEPS: usize = 3;

/// How far the other thread came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halt {
    /// Less than [`LIMIT`] if it came to a halt.
    pub(super) completed: usize,
    /// Memory that the thread requested and did not return.
    pub(super) kept_bytes: i64,
}

/// What the three threads know of each other. Each flag is set once.
#[derive(Default)]
pub(super) struct Other {
    /// The thread's handle and number, and its strip of the memory's tally, for the thread that watches it.
    handle: AtomicUsize,
    number: AtomicUsize,
    strip: AtomicUsize,
    is_there: AtomicBool,
    is_watched: AtomicBool,
    may_work: AtomicBool,
    /// Has the first thread's operation ended?
    is_over: AtomicBool,
    completed: AtomicUsize,
}

impl Other {
    /// Waits until the others are ready.
    pub(super) fn wait_for_both(&self) {
        while !self.is_watched.load(Acquire) {
            nap();
        }
    }

    /// The first thread's operation has ended.
    pub(super) fn end(&self) {
        self.is_over.store(true, Release);
    }

    /// The other thread: performs [`LIMIT`] operations once the first one is stopped, if it is.
    pub(super) fn work(&self, mut operation: impl FnMut(usize)) {
        // Relaxed: published by the flag after them.
        // SAFETY: it always succeeds.
        self.handle.store(unsafe { libc::pthread_self() } as usize, Relaxed);
        // SAFETY: it always succeeds.
        self.number.store(unsafe { libc::gettid() } as usize, Relaxed);
        self.strip.store(memory::strip_of_thread(), Relaxed);
        // What a thread does only the first time comes before.
        operation(1);
        operation(2);
        self.is_there.store(true, Release);
        while !self.may_work.load(Acquire) {
            if self.is_over.load(Acquire) {
                return;
            }
            nap();
        }
        for number in 0..LIMIT {
            operation(number);
            // Release: the watching thread reads the memory in use after it.
            self.completed.store(number + 1, Release);
        }
        // What comes after this may request memory.
        while stepping::is_stopped() {
            nap();
        }
    }

    /// Watches the other thread: how far it came while the first one was stopped, if it was.
    pub(super) fn watch(&self) -> Option<Halt> {
        while !self.is_there.load(Acquire) {
            nap();
        }
        let thread = Thread::new(self.handle.load(Relaxed), self.number.load(Relaxed));
        self.is_watched.store(true, Release);
        while !stepping::is_stopped() {
            if self.is_over.load(Acquire) {
                return None;
            }
            nap();
        }
        let strip = self.strip.load(Relaxed);
        let before = memory::bytes_held_by(strip);
        self.may_work.store(true, Release);
        let completed = self.watch_until_halt(&thread);
        let kept_bytes = (memory::bytes_held_by(strip) - before).max(0);
        stepping::go_on();
        Some(Halt { completed, kept_bytes })
    }

    /// The operations that the thread has completed when it is done or has come to a halt.
    fn watch_until_halt(&self, thread: &Thread) -> usize {
        let mut last = (0, thread.processor_ns());
        let mut sleeps = 0;
        loop {
            thread::sleep(LOOK);
            // The state first: if it completed nothing until after the look, it slept in an operation.
            let (is_asleep, now) = (thread.is_asleep(), thread.processor_ns());
            let completed = self.completed.load(Acquire);
            if completed == LIMIT {
                return completed;
            }
            if completed != last.0 {
                last = (completed, now);
                sleeps = 0;
                continue;
            }
            sleeps = if is_asleep { sleeps + 1 } else { 0 };
            if now - last.1 >= PATIENCE_NS || sleeps == SLEEPS {
                return completed;
            }
        }
    }
}

/// Another thread of this process, as the system sees it.
struct Thread {
    clock: libc::clockid_t,
    state: File,
}

impl Thread {
    fn new(handle: usize, number: usize) -> Thread {
        let mut clock = libc::CLOCK_MONOTONIC;
        // SAFETY: the thread runs until its watcher has seen it, and there is room for the answer.
        let result =
            unsafe { libc::pthread_getcpuclockid(handle as libc::pthread_t, &raw mut clock) };
        assert_eq!(result, 0, "threads have clocks");
        let state = File::open(format!("/proc/self/task/{number}/stat"));
        Thread { clock, state: state.expect("Linux shows its threads") }
    }

    /// Its processor time so far.
    fn processor_ns(&self) -> i64 {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: a clock, and room for its time.
        let result = unsafe { libc::clock_gettime(self.clock, time.as_mut_ptr()) };
        assert_eq!(result, 0, "the clock goes");
        // SAFETY: the call succeeded.
        let time = unsafe { time.assume_init() };
        time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Does it wait in the system, rather than for a processor?
    fn is_asleep(&self) -> bool {
        let mut text = [0; 256];
        let length = self.state.read_at(&mut text, 0).unwrap_or(0);
        // The state follows the thread's name in brackets, which may have brackets itself.
        let end_of_name = text[..length].iter().rposition(|&byte| byte == b')');
        end_of_name.is_some_and(|end| text.get(end + 2) == Some(&b'S'))
    }
}
