//! Atomics that can be stopped: before each access they ask whether something else runs first.
//!
//! One thread is enough: what runs in between runs to its end, as an interrupt handler does, and may
//! itself be interrupted. It may also end what it interrupts, by unwinding through it.

use std::{boxed::Box, cell::Cell, cell::RefCell, thread_local};

use portable_atomic::Ordering;

/// What runs before the access that `accesses_before` others precede.
pub(crate) struct Interrupt {
    pub(crate) accesses_before: u64,
    pub(crate) handler: Box<dyn FnOnce()>,
}

thread_local! {
    static PENDING: RefCell<Option<Interrupt>> = const { RefCell::new(None) };
    static ACCESSES: Cell<u64> = const { Cell::new(0) };
}

/// An operation that makes more accesses than this will never end.
const MOST_ACCESSES: u64 = 5_000;

/// Runs `operation`, with `interrupt` in the middle. Answers its result, how many accesses it made
/// itself, and whether it got as far as the interrupt.
pub(crate) fn run<T>(interrupt: Option<Interrupt>, operation: impl FnOnce() -> T) -> (T, Course) {
    let awaits = interrupt.is_some();
    let outer_interrupt = PENDING.replace(interrupt);
    let outer_accesses = ACCESSES.replace(0);
    let _restore = Restore { outer_interrupt, outer_accesses };
    let result = operation();
    let was_interrupted = awaits && PENDING.with_borrow(Option::is_none);
    (result, Course { accesses: ACCESSES.get(), was_interrupted })
}

/// How an operation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) accesses: u64,
    pub(crate) was_interrupted: bool,
}

/// Puts back what belongs to the operation that was interrupted, even when unwinding.
struct Restore {
    outer_interrupt: Option<Interrupt>,
    outer_accesses: u64,
}

impl Drop for Restore {
    fn drop(&mut self) {
        PENDING.set(self.outer_interrupt.take());
        ACCESSES.set(self.outer_accesses);
    }
}

/// Called before each access.
fn step() {
    let accesses = ACCESSES.get();
    assert!(accesses < MOST_ACCESSES, "an operation that does not end");
    let is_due = |interrupt: &mut Interrupt| interrupt.accesses_before == accesses;
    let due = PENDING.with_borrow_mut(|pending| pending.take_if(is_due));
    ACCESSES.set(accesses + 1);
    if let Some(interrupt) = due {
        (interrupt.handler)();
    }
}

macro_rules! stoppable {
    ($name:ident, $word:ty) => {
        /// The normal atomic, in the same memory.
        #[derive(Debug, Default)]
        #[repr(transparent)]
        pub(crate) struct $name(portable_atomic::$name);

        impl $name {
            pub(crate) fn load(&self, order: Ordering) -> $word {
                step();
                self.0.load(order)
            }

            pub(crate) fn store(&self, value: $word, order: Ordering) {
                step();
                self.0.store(value, order);
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
    };
}

stoppable!(AtomicU8, u8);
stoppable!(AtomicU64, u64);

impl AtomicU64 {
    pub(crate) fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_add(more, order)
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
