//! A table behind a spin lock (feature `spin`), for a `static` that several cores use.
#![forbid(unsafe_code)]

use spin::Mutex;

/// Anything, usually a table in a `static`, behind a spin lock.
///
/// A spin lock is only right where nobody holds it for long; taking it again inside
/// [`with`](Self::with) waits for ever; and **an interrupt handler must not
/// wait for it**: the code it interrupted may be the one that holds it. Handlers use
/// [`try_with`](Self::try_with), or the code outside masks interrupts around
/// [`with`](Self::with).
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::{Locked, Set}};
///
/// static SEEN: Locked<Set<u64, Inline<16>>> = Locked::new(Set::inline(Keyed::new(0x5eed)));
///
/// let is_new = SEEN.with(|seen| seen.try_insert(7))?;
/// assert!(is_new);
/// assert_eq!(SEEN.try_with(|seen| seen.len()), Some(1), "nobody holds the lock");
/// # Ok::<(), heptad::Rejected<u64>>(())
/// ```
#[derive(Debug, Default)]
pub struct Locked<T> {
    mutex: Mutex<T>,
}

impl<T> Locked<T> {
    /// Locks `inner` up.
    pub const fn new(inner: T) -> Self {
        Locked { mutex: Mutex::new(inner) }
    }

    /// Waits for the lock, spinning, and lets `act` use what it guards.
    pub fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        act(&mut self.mutex.lock())
    }

    /// Lets `act` use what the lock guards if nobody holds it. Never waits.
    pub fn try_with<R>(&self, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.mutex.try_lock().map(|mut inner| act(&mut inner))
    }

    /// What was locked up.
    pub fn into_inner(self) -> T {
        self.mutex.into_inner()
    }
}
