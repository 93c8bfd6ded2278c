//! The guard that counts operations.

use core::hint::black_box;

use super::guard::{Beside, Reclaim, Track};
use crate::{
    hash::hash_word,
    sync::{
        AtomicU64,
        Ordering::{Relaxed, Release, SeqCst},
        sequentially_consistent,
    },
};

/// By counting: an operation adds one to a counter when it enters and to another when it leaves. No
/// registration, no thread-local storage; safe in NMIs. Two atomic additions an operation.
///
/// The counters are in two banks of eight stripes, a line each. Operations enter the active bank; banks
/// change roles when nobody is in the other one, so that a stream of new operations cannot hide that
/// the old ones have left. This is how sleepable RCU counts (McKenney).
///
/// A context that is killed inside an operation never leaves: from then on nothing is reclaimed.
///
/// One that left twice would hide another that is inside. Safe code cannot leave, and what entering answers
/// is used up:
///
/// ```compile_fail,E0133
/// # use heptad::lockfree::{Counted, Track};
/// let guard = Counted::new();
/// let inside = guard.enter();
/// guard.leave(inside);
/// ```
/// ```compile_fail,E0382
/// # use heptad::lockfree::{Counted, Track};
/// # let guard = Counted::new();
/// let inside = guard.enter();
/// // SAFETY: it entered above, and leaves once.
/// unsafe { guard.leave(inside) };
/// // SAFETY: none.
/// unsafe { guard.leave(inside) };
/// ```
#[derive(Debug)]
pub struct Counted {
    /// How often the banks have changed roles; the lowest bit is the active one.
    changes: AtomicU64,
    banks: [[Stripe; STRIPES]; 2],
}

/// Stripes of a bank. Models have one.
const STRIPES: usize = if cfg!(heptad_loom) { 1 } else { 8 };
/// Both banks have been empty after so many changes: the first may have been decided on before.
const CHANGES_PER_GRACE_PERIOD: u64 = 3;

/// A line of counters. They only ever grow, and wrap.
#[derive(Debug)]
#[repr(align(64))]
struct Stripe {
    entered: AtomicU64,
    left: AtomicU64,
}

cfg_if::cfg_if! {
    if #[cfg(heptad_loom)] {
        impl Default for Counted {
            fn default() -> Self {
                let stripe = |_| Stripe { entered: AtomicU64::new(0), left: AtomicU64::new(0) };
                let bank = |_| core::array::from_fn(stripe);
                Counted { changes: AtomicU64::new(0), banks: core::array::from_fn(bank) }
            }
        }
    } else {
        impl Stripe {
            const fn new() -> Self {
                Stripe { entered: AtomicU64::new(0), left: AtomicU64::new(0) }
            }
        }

        impl Counted {
            /// Nobody inside.
            pub const fn new() -> Self {
                Counted {
                    changes: AtomicU64::new(0),
                    banks: [const { [const { Stripe::new() }; STRIPES] }; 2],
                }
            }
        }

        impl Default for Counted {
            fn default() -> Self {
                Self::new()
            }
        }
    }
}

impl Counted {
    #[inline]
    fn stripe(&self, inside: &Inside) -> &Stripe {
        &self.banks[usize::from(inside.bank) % 2][usize::from(inside.stripe) % STRIPES]
    }

    /// Is nobody in the bank that is not active, after `changes` changes?
    fn is_other_empty(&self, changes: u64) -> bool {
        let bank = &self.banks[(changes + 1) as usize % 2];
        let sum = |counter: fn(&Stripe) -> &AtomicU64| {
            bank.iter().fold(0u64, |sum, stripe| sum.wrapping_add(counter(stripe).load(SeqCst)))
        };
        // Leavers first: an operation counted there has been counted in the other sum.
        let left = sum(|stripe| &stripe.left);
        sum(|stripe| &stripe.entered) == left
    }
}

/// Which counter an operation has to be counted out of, once.
#[derive(Debug)]
pub struct Inside {
    bank: u8,
    stripe: u8,
}

impl Track for Counted {
    type Inside = Inside;

    #[inline]
    fn enter(&self) -> Inside {
        // Stacks tell contexts apart where nothing else does; which stripe it is does not matter.
        let local = 0u8;
        let page = (black_box(&raw const local).addr() >> 12) as u64;
        let stripe = (hash_word(0, page) >> 61) as u8;
        // Relaxed: an old answer enters the bank that was active; see above why that is no harm.
        let inside = Inside { bank: (self.changes.load(Relaxed) % 2) as u8, stripe };
        // SeqCst: before the loads of this operation, in the one order that `is_other_empty` is in.
        self.stripe(&inside).entered.fetch_add(1, SeqCst);
        sequentially_consistent();
        inside
    }

    #[inline]
    unsafe fn leave(&self, inside: Inside) {
        // Release: pairs with the load in `is_other_empty`.
        self.stripe(&inside).left.fetch_add(1, Release);
    }
}

// SAFETY: an operation that entered before `start` is in one of the banks. Each change of roles saw the
// bank that became active empty; `CHANGES_PER_GRACE_PERIOD` changes that follow `start` include one such
// look at each bank, begun after it, and reading `left` acquired what the leavers released. An operation
// that a look missed entered after it in the order of SeqCst, so it sees what was written before.
unsafe impl Reclaim for Counted {
    fn start(&self) -> u64 {
        sequentially_consistent();
        self.changes.load(SeqCst).wrapping_add(CHANGES_PER_GRACE_PERIOD)
    }

    fn has_elapsed(&self, started: u64) -> bool {
        for _ in 0..CHANGES_PER_GRACE_PERIOD {
            // SeqCst: a look that sees a change of roles comes after it, in the one order of all looks.
            let changes = self.changes.load(SeqCst);
            // The difference, as numbers wrap.
            if started.wrapping_sub(changes) as i64 <= 0 {
                return true;
            }
            sequentially_consistent();
            if !self.is_other_empty(changes) {
                return false;
            }
            let next = changes.wrapping_add(1);
            // If this fails, another context has looked.
            let _ = self.changes.compare_exchange(changes, next, SeqCst, Relaxed);
        }
        let changes = self.changes.load(SeqCst);
        started.wrapping_sub(changes) as i64 <= 0
    }
}

// SAFETY: it is counted in the bank of the other one, which that one keeps from being found empty; a look that
// finds the other one in `left` has acquired this one in `entered`, which came before.
unsafe impl Beside for Counted {
    fn enter_beside(&self, inside: &Inside) -> Inside {
        // Relaxed: the other one's `leave` releases it, and what is reached is what that one reached.
        self.stripe(inside).entered.fetch_add(1, Relaxed);
        Inside { bank: inside.bank, stripe: inside.stripe }
    }
}
