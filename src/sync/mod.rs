//! The atomics of the whole crate, and nothing else.
//!
//! | build | where they come from |
//! |---|---|
//! | normal | `portable-atomic`: the processor's own wherever it has them |
//! | `--cfg heptad_loom` | `loom`, which tries every interleaving that the memory model allows; and a check of stores (`ordered.rs`) |
//! | tests with `--cfg heptad_steps` | the normal ones, which can be stopped before each access (`steps.rs`) |
//!
//! A processor without 64-bit atomics, a Cortex-M for one, gets them emulated by a lock. There the
//! tables that use this module still give right answers, but are no longer lock-free: a context that
//! is stopped inside an operation stops the others, and an interrupt handler must not use them.

cfg_if::cfg_if! {
    if #[cfg(heptad_loom)] {
        mod ordered;
        pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering, fence};
        /// A word that several may store to at once, if all store the same in the end.
        pub(crate) use loom::sync::atomic::AtomicU64 as SharedU64;
        pub(crate) use ordered::AtomicU64;
    } else if #[cfg(all(test, heptad_steps))] {
        pub(crate) mod steps;
        pub(crate) use portable_atomic::{AtomicPtr, AtomicUsize, Ordering, fence};
        pub(crate) use steps::{AtomicU8, AtomicU64};
        pub(crate) use portable_atomic::AtomicU64 as SharedU64;
    } else {
        pub(crate) use portable_atomic::AtomicU64 as SharedU64;
        pub(crate) use portable_atomic::{
            AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence,
        };
    }
}

/// Puts what the SeqCst accesses before it wrote in front of what those behind it read.
///
/// They do that by themselves; loom does not model it, and gets a fence.
#[inline]
pub(crate) fn sequentially_consistent() {
    #[cfg(heptad_loom)]
    fence(Ordering::SeqCst);
}
