//! Atomics that can be stopped: before each access something else may run.
//!
//! One thread is enough: what runs in between runs to its end, as an interrupt handler does, and may
//! itself be interrupted. It may also end what it interrupts, by unwinding through it.

use core::sync::atomic::{self, Ordering};
use std::{boxed::Box, cell::Cell, cell::RefCell, collections::VecDeque, thread_local};

/// What runs before the access that `accesses_before` others precede.
pub(crate) struct Interrupt {
    pub(crate) accesses_before: u64,
    pub(crate) handler: Box<dyn FnOnce()>,
}

thread_local! {
    static PENDING: RefCell<VecDeque<Interrupt>> = const { RefCell::new(VecDeque::new()) };
    /// Of the operation that runs, if one does.
    static ACCESSES: Cell<Option<u64>> = const { Cell::new(None) };
}

/// An operation that makes more accesses than this will never end.
const MOST_ACCESSES: u64 = 5_000;

/// Runs `operation`, with `interrupts` in the middle, the first first. Answers its result, and how many
/// accesses it made itself.
pub(crate) fn run<T>(interrupts: VecDeque<Interrupt>, operation: impl FnOnce() -> T) -> (T, u64) {
    let outer_interrupts = PENDING.replace(interrupts);
    let outer_accesses = ACCESSES.replace(Some(0));
    let _restore = Restore { outer_interrupts, outer_accesses };
    let result = operation();
    (result, ACCESSES.get().unwrap_or(0))
}

/// Runs `operation` without a stop.
pub(crate) fn undisturbed<T>(operation: impl FnOnce() -> T) -> T {
    let outer = ACCESSES.replace(None);
    let result = operation();
    ACCESSES.set(outer);
    result
}

/// Restores what belongs to the operation that was interrupted, even when unwinding.
struct Restore {
    outer_interrupts: VecDeque<Interrupt>,
    outer_accesses: Option<u64>,
}

impl Drop for Restore {
    fn drop(&mut self) {
        PENDING.set(core::mem::take(&mut self.outer_interrupts));
        ACCESSES.set(self.outer_accesses);
    }
}

/// Called before each access.
fn step() {
    let Some(accesses) = ACCESSES.get() else { return };
    assert!(accesses < MOST_ACCESSES, "an operation that does not end");
    ACCESSES.set(Some(accesses + 1));
    let due = PENDING.with_borrow_mut(|pending| {
        let is_due = pending.front().is_some_and(|next| next.accesses_before == accesses);
        if is_due { pending.pop_front() } else { None }
    });
    if let Some(interrupt) = due {
        (interrupt.handler)();
    }
}

macro_rules! stoppable {
    ($name:ident $(<$pointee:ident>)?, $word:ty) => {
        /// The normal atomic, in the same memory.
        #[derive(Default)]
        #[repr(transparent)]
        pub(crate) struct $name $(<$pointee>)? (atomic::$name $(<$pointee>)?);

        impl $(<$pointee>)? $name $(<$pointee>)? {
            pub(crate) const fn new(value: $word) -> Self {
                $name(atomic::$name::new(value))
            }

            #[allow(dead_code, reason = "no flag of a byte is only read")]
            pub(crate) fn load(&self, order: Ordering) -> $word {
                step();
                self.0.load(order)
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $word,
                new: $word,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$word, $word> {
                step();
                self.0.compare_exchange(current, new, success, failure)
            }
        }

        impl $(<$pointee>)? core::fmt::Debug for $name $(<$pointee>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

stoppable!(AtomicU8, u8);
stoppable!(AtomicU64, u64);
stoppable!(AtomicPtr<T>, *mut T);

impl AtomicU8 {
    pub(crate) fn store(&self, value: u8, order: Ordering) {
        step();
        self.0.store(value, order);
    }
}

impl AtomicU64 {
    pub(crate) fn store(&self, value: u64, order: Ordering) {
        step();
        self.0.store(value, order);
    }

    pub(crate) fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_add(more, order)
    }

    pub(crate) fn fetch_and(&self, bits: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_and(bits, order)
    }

    pub(crate) fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_or(bits, order)
    }

    pub(crate) fn fetch_sub(&self, less: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_sub(less, order)
    }

    pub(crate) fn fetch_max(&self, least: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_max(least, order)
    }
}
