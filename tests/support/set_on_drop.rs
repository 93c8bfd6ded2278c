//! A flag that other threads wait for, set when its scope ends: also by a failed assertion, which would leave the
//! threads, and the scope that waits for them, running for ever.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Sets the flag when it is dropped.
pub(crate) struct SetOnDrop<'a>(pub(crate) &'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
