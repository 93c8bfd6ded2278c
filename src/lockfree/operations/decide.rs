//! What an operation does with a key, and which closure decides it.
//!
//! A decision depends on the key's present value, so it is made again in each round. If a caller's code
//! takes part, it may panic, and it may change the same map:
//!
//! - Nothing is reserved while it runs, so nothing stays reserved after a panic, a callback that never returns, or a
//!   killed context.
//! - A change that it makes in the key's own home forces the operation into another round, in which the
//!   closure runs and makes its change again. [`Callers`] counts these rounds and ends them.

use super::{
    outcome::{Setback, Stop},
    reservation::Reservation,
};
use crate::{
    lockfree::bucket::{Header, Home},
    sync::Ordering::Relaxed,
};

/// What to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing.
    Keep,
    /// Give it this value, whether it is present or not.
    Set(u64),
    /// Remove it, if it is present.
    Remove,
}

/// Decides what to do with a key.
pub(crate) trait Decide {
    /// Does an operation keep its reservation from one round to the next? Only if no round runs a caller's
    /// code.
    const KEEPS_RESERVATION: bool;

    /// What to do, given the key's present value.
    fn decide(&mut self, current: Option<u64>) -> Decision;

    /// How many more rounds may be lost because the home changed while [`decide`](Self::decide) ran.
    /// `None`: any number.
    #[inline]
    fn rounds_left(&mut self) -> Option<&mut u32> {
        None
    }
}

/// The library's own closures.
impl<F: FnMut(Option<u64>) -> Decision> Decide for F {
    const KEEPS_RESERVATION: bool = true;

    #[inline]
    fn decide(&mut self, current: Option<u64>) -> Decision {
        self(current)
    }
}

/// The library's own closures, where the search runs a caller's comparison.
pub(crate) struct Compared<F>(pub(crate) F);

impl<F: FnMut(Option<u64>) -> Decision> Decide for Compared<F> {
    const KEEPS_RESERVATION: bool = false;

    #[inline]
    fn decide(&mut self, current: Option<u64>) -> Decision {
        self.0(current)
    }
}

/// A caller's closure.
pub(crate) struct Callers<F> {
    decide: F,
    rounds_left: u32,
}

/// How often an operation calls a caller's closure while the home changes: more often than other contexts cause by
/// chance, unless the closure is slow.
pub(super) const MOST_CALLS: u32 = 128;

impl<F> Callers<F> {
    #[inline]
    pub(crate) fn new(decide: F) -> Self {
        // The attempt in the bucket comes before all rounds.
        Callers { decide, rounds_left: MOST_CALLS - 1 }
    }
}

impl<F: FnMut(Option<u64>) -> Decision> Decide for Callers<F> {
    const KEEPS_RESERVATION: bool = false;

    #[inline]
    fn decide(&mut self, current: Option<u64>) -> Decision {
        (self.decide)(current)
    }

    #[inline]
    fn rounds_left(&mut self) -> Option<&mut u32> {
        Some(&mut self.rounds_left)
    }
}

impl Home<'_> {
    /// Ends the round if the home has changed while a caller's closure ran, as no commit under `seen` can
    /// succeed then; and the operation if this has happened too often.
    #[inline]
    pub(crate) fn check_round(
        self,
        seen: Header,
        rounds_left: Option<&mut u32>,
    ) -> Result<(), Setback> {
        let Some(left) = rounds_left else { return Ok(()) };
        // Relaxed: only an early answer; the commit decides.
        let now = Header(self.bucket().header().load(Relaxed));
        if now.is_same_but_for_reserved(seen) {
            return Ok(());
        }
        *left = left.saturating_sub(1);
        // Nothing is reserved while a caller's code runs.
        let reservation = Reservation::None;
        Err(if *left == 0 {
            Setback::Stop(Stop::Reentrant, reservation)
        } else {
            Setback::Again(reservation)
        })
    }
}
