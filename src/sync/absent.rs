//! Stands in for atomics that the processor lacks, and is never used.
//!
//! The C functions of the tables that need atomics exist on every target, and are compiled with these types
//! where no table can be made: what they would do with one is code that nothing reaches,
//! and the compiler drops most of it. Rust programs do not see those tables there.

#[cfg(target_has_atomic = "ptr")]
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize};
pub(crate) use core::sync::atomic::{Ordering, fence};

pub(crate) type AtomicU64 = Absent<u64>;
pub(crate) type SharedU64 = Absent<u64>;
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) type AtomicU8 = Absent<u8>;
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) type AtomicUsize = Absent<usize>;
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) type AtomicPtr<T> = Absent<*mut T>;

/// The memory of an atomic `T`, which nothing reads or writes: making a table is refused first.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Absent<T>(T);

// SAFETY: the pointer in it, if it is one, is never read.
unsafe impl<T> Send for Absent<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Absent<T> {}

/// Methods that nothing reaches: the library promises not to panic, so they do not panic.
macro_rules! unreached {
    ($($name:ident ($($argument:ty),*) -> $result:ty;)*) => {
        $(
            pub(crate) fn $name(&self, $(_: $argument),*) -> $result {
                loop {}
            }
        )*
    };
}

impl<T> Absent<T> {
    pub(crate) const fn new(initial: T) -> Self {
        Absent(initial)
    }

    unreached! {
        load(Ordering) -> T;
        store(T, Ordering) -> ();
        compare_exchange(T, T, Ordering, Ordering) -> Result<T, T>;
        fetch_add(T, Ordering) -> T;
        fetch_sub(T, Ordering) -> T;
        fetch_and(T, Ordering) -> T;
        fetch_or(T, Ordering) -> T;
        fetch_max(T, Ordering) -> T;
    }
}
