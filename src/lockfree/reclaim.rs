//! When an old table's memory can be given back: after every operation that may still be in it.
//!
//! An operation enters when it begins and leaves when it ends. Whoever has an old table that no new
//! operation can reach starts a grace period, and asks now and then whether it has elapsed: whether
//! every operation that was inside at the start has left. Nobody ever waits.

use core::hint::black_box;

use super::shared::Member;
use crate::{
    hash::hash_word,
    sync::{
        AtomicU64,
        Ordering::{Relaxed, Release, SeqCst},
        sequentially_consistent,
    },
};

/// Who may ask a guard for its member: this module's tables. Others cannot name it.
#[derive(Clone, Copy, Debug)]
pub struct Asking(());

impl Asking {
    pub(super) const TABLES: Asking = Asking(());
}

/// How a map lets it be known that an operation is under way: what a reader of the kernel's own RCU does.
///
/// For maps whose old tables are given back it is a [`Reclaim`] too.
pub trait Track {
    /// What an operation keeps between entering and leaving.
    type Inside;

    /// The member of shared memory that the map is, if it is one. Not for implementors.
    #[doc(hidden)]
    #[inline]
    fn member(&self, _: Asking) -> Option<&Member<'_>> {
        None
    }

    /// An operation begins. Called in any context: interrupts and NMIs too, nested in others.
    fn enter(&self) -> Self::Inside;

    /// The operation ends.
    ///
    /// # Safety
    ///
    /// `inside` is what this guard answered to one call of [`enter`](Self::enter) or
    /// [`enter_beside`](Beside::enter_beside); it leaves once; and what was reached inside is not used any
    /// more.
    unsafe fn leave(&self, inside: Self::Inside);
}

/// How a map knows that no operation is left in a table: the kernel's own RCU, say.
///
/// # Safety
///
/// [`has_elapsed`](Self::has_elapsed) answers `true` for a grace period only if each
/// [`enter`](Track::enter) that had returned before its [`start`](Self::start) was called is followed by
/// its [`leave`](Track::leave), and what was written before `start` is visible after each `enter` that
/// returns later; and everything that was done before such a `leave` happens before that answer.
///
/// # Progress
///
/// A period that has elapsed stays so: once [`has_elapsed`](Self::has_elapsed) has answered `true`, it does
/// so for the same number from then on, also when it is asked by a context that is inside. A map asks
/// outside first, because an operation may be in its own way, and then once more inside; with a guard that
/// forgets, no memory comes back.
pub unsafe trait Reclaim: Track {
    /// Starts a grace period, and answers what [`has_elapsed`](Self::has_elapsed) wants to know.
    fn start(&self) -> u64;

    /// Has the grace period elapsed? May help it along, and must not wait.
    fn has_elapsed(&self, started: u64) -> bool;
}

/// A guard with which an operation that is inside can be split in two: what a clone of a map's iterator
/// needs, which goes on in the table of its original.
///
/// # Safety
///
/// For every grace period the new operation counts as having entered when the other one did: none that
/// the other one holds up elapses before both have left, whichever leaves first, in whatever context.
pub unsafe trait Beside: Track {
    /// Another operation begins where `inside`, of this guard, is now.
    fn enter_beside(&self, inside: &Self::Inside) -> Self::Inside;
}

/// Never: operations are not tracked, which costs nothing, and old tables stay lent until the map is
/// taken apart. For maps that are never rebuilt, or seldom. Their `try_reclaim` does not compile:
///
/// ```compile_fail,E0599
/// use heptad::lockfree::{Counted, Map, Never};
/// Map::<u64, u64, Never>::unplaced_with(Never).try_reclaim();
/// ```
/// ```
/// use heptad::lockfree::{Counted, Map, Never};
/// Map::<u64, u64, Counted>::unplaced_with(Counted::new()).try_reclaim();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Track for Never {
    type Inside = ();

    #[inline]
    fn enter(&self) {}

    #[inline]
    unsafe fn leave(&self, (): ()) {}
}

// SAFETY: there are no grace periods.
unsafe impl Beside for Never {
    fn enter_beside(&self, (): &()) {}
}

/// By counting: an operation adds one to a counter when it enters and to another when it leaves. No
/// registration, no thread-local storage; safe in NMIs. Two atomic additions an operation.
///
/// The counters are in two banks of eight stripes, a line each. Operations enter the active bank; banks
/// change roles when nobody is in the other one, so that a stream of new operations cannot hide that
/// the old ones have left. This is how sleepable RCU counts (McKenney).
///
/// A context that is killed inside an operation never leaves: from then on nothing is reclaimed.
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
        // Leavers first: who is counted there has been counted in the other sum.
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
// that a look missed entered behind it in the order of SeqCst, so it sees what was written before.
unsafe impl Reclaim for Counted {
    fn start(&self) -> u64 {
        sequentially_consistent();
        self.changes.load(SeqCst).wrapping_add(CHANGES_PER_GRACE_PERIOD)
    }

    fn has_elapsed(&self, started: u64) -> bool {
        for _ in 0..CHANGES_PER_GRACE_PERIOD {
            // SeqCst: who sees a change of roles looks behind it, in the one order of all looks.
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
            // Whoever loses this was overtaken by another that looked.
            let _ = self.changes.compare_exchange(changes, next, SeqCst, Relaxed);
        }
        let changes = self.changes.load(SeqCst);
        started.wrapping_sub(changes) as i64 <= 0
    }
}

// SAFETY: it is counted in the bank of the other one, which that one keeps from being found empty; whoever
// finds the other one in `left` has acquired this one in `entered`, which came before.
unsafe impl Beside for Counted {
    fn enter_beside(&self, inside: &Inside) -> Inside {
        // Relaxed: the other one's `leave` releases it, and what is reached is what that one reached.
        self.stripe(inside).entered.fetch_add(1, Relaxed);
        Inside { bank: inside.bank, stripe: inside.stripe }
    }
}

/// An operation that is inside, until this is dropped.
pub(super) struct Guarded<'m, G: Track> {
    guard: &'m G,
    inside: Option<G::Inside>,
}

impl<'m, G: Track> Guarded<'m, G> {
    #[inline]
    pub(super) fn enter(guard: &'m G) -> Self {
        Guarded { guard, inside: Some(guard.enter()) }
    }
}

impl<G: Track> Drop for Guarded<'_, G> {
    #[inline]
    fn drop(&mut self) {
        if let Some(inside) = self.inside.take() {
            // SAFETY: it entered by this guard and leaves once; who owns this uses nothing from inside now.
            unsafe { self.guard.leave(inside) };
        }
    }
}

/// Both are inside from when the first one entered.
impl<G: Beside> Clone for Guarded<'_, G> {
    fn clone(&self) -> Self {
        let inside = self.inside.as_ref().map(|inside| self.guard.enter_beside(inside));
        Guarded { guard: self.guard, inside }
    }
}
