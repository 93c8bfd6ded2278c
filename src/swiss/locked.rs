//! A table behind a lock (feature `spin`), for a `static` that several cores use.

use core::fmt;

use lock_api::{Mutex, MutexGuard, RawMutex};

/// Anything, usually a table in a `static`, behind a lock: a spin lock, unless `R` is another.
///
/// A spin lock is only right where it is never held for long; taking it again inside
/// [`with`](Self::with) waits for ever; and **an interrupt handler must not
/// wait for it**: the code it interrupted may be the one that holds it. Handlers use
/// [`try_with`](Self::try_with), or `R` masks interrupts while the lock is held, as in docs/kernel.md.
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::{Locked, Set}};
///
/// static SEEN: Locked<Set<u64, Inline<16>>> = Locked::new(Set::inline(Keyed::new(0x5eed)));
///
/// let is_new = SEEN.with(|seen| seen.try_insert(7))?;
/// assert!(is_new);
/// assert_eq!(SEEN.try_with(|seen| seen.len()), Some(1), "nobody holds the lock");
/// assert!(SEEN.lock().contains(&7));
/// # Ok::<(), heptad::Rejected<u64>>(())
/// ```
pub struct Locked<T, R = spin::Mutex<()>> {
    mutex: Mutex<R, T>,
}

impl<T, R: RawMutex> Locked<T, R> {
    /// Locks `inner` up.
    pub const fn new(inner: T) -> Self {
        Locked { mutex: Mutex::new(inner) }
    }

    /// Waits for the lock and lets `act` use what it guards.
    pub fn with<A>(&self, act: impl FnOnce(&mut T) -> A) -> A {
        act(&mut self.mutex.lock())
    }

    /// Lets `act` use what the lock guards if nobody holds it. Never waits.
    pub fn try_with<A>(&self, act: impl FnOnce(&mut T) -> A) -> Option<A> {
        self.mutex.try_lock().map(|mut inner| act(&mut inner))
    }

    /// Waits for the lock, which is held until the guard is dropped.
    pub fn lock(&self) -> MutexGuard<'_, R, T> {
        self.mutex.lock()
    }

    /// Takes the lock if nobody holds it, until the guard is dropped. Never waits.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, R, T>> {
        self.mutex.try_lock()
    }

    /// Lets `act` read what the lock guards, also while it is held: for a panic handler, when all other code has
    /// stopped.
    ///
    /// # Safety
    ///
    /// Nothing else uses what the lock guards until `act` returns. A holder that was stopped inside a method of a table
    /// has left its slots between two states: then `act` may read `len` and `capacity`, and call nothing that reads
    /// slots.
    pub unsafe fn force_with<A>(&self, act: impl FnOnce(&T) -> A) -> A {
        // SAFETY: the pointer is that of a field, and nothing else uses it.
        act(unsafe { &*self.mutex.data_ptr() })
    }

    /// What was locked up, which nothing else can reach.
    pub fn get_mut(&mut self) -> &mut T {
        self.mutex.get_mut()
    }

    /// What was locked up.
    pub fn into_inner(self) -> T {
        self.mutex.into_inner()
    }
}

impl<T: Default, R: RawMutex> Default for Locked<T, R> {
    fn default() -> Self {
        Locked::new(T::default())
    }
}

impl<T: fmt::Debug, R: RawMutex> fmt::Debug for Locked<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mutex.fmt(f)
    }
}
