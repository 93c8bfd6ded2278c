//! The state of a handle: claimed in one step, so that of two calls one gets the table.
//!
//! ```text
//!   init      unmade -> busy, make the body, busy -> live
//!   a change  live -> busy, change the body, busy -> live
//!   release   live -> busy, take the body,   busy -> unmade
//! ```
//!
//! An interrupt before any instruction of a call finds the handle either as it was, and may do what it
//! likes before the call claims it, or busy.
//!
//! Two of the targets load and store atomically and have no exchange: Armv6-M, and RISC-V without `A`.
//! There a claim is a look and a store, and an interrupt between both is not excluded. The header says so.

use core::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

/// A state.
#[repr(transparent)]
pub(super) struct State(AtomicU32);

impl State {
    /// The state; and if it is a live one, the body is seen as it was made.
    #[inline]
    pub(super) fn load(&self) -> u32 {
        // Acquire: pairs with the Release of `publish`.
        self.0.load(Acquire)
    }

    /// Makes `from` into `to`. The state that there is, if it is another.
    #[inline]
    pub(super) fn claim(&self, from: u32, to: u32) -> Result<(), u32> {
        cfg_if::cfg_if! {
            if #[cfg(target_has_atomic = "32")] {
                // Acquire: pairs with the Release of `publish`. Relaxed: nothing is read when it fails.
                self.0.compare_exchange(from, to, Acquire, Relaxed).map(drop)
            } else {
                match self.load() {
                    state if state == from => {
                        // Relaxed: the caller's own code follows it on this, the only core.
                        self.0.store(to, Relaxed);
                        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
                        Ok(())
                    }
                    state => Err(state),
                }
            }
        }
    }

    /// Ends a claim.
    #[inline]
    pub(super) fn publish(&self, state: u32) {
        // Release: what the claim was for comes before the next call's.
        self.0.store(state, Release);
    }
}
