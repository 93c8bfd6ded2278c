//! The atomics of the whole crate, and nothing else.
//!
//! | build | where they come from |
//! |---|---|
//! | normal | `core`: the processor's own, 64-bit ones included |
//! | no 64-bit atomics, feature `lockfree-emulated-with-locks` | `portable-atomic`, which emulates what is missing |
//! | no 64-bit atomics otherwise | nowhere: the feature `lockfree` does not compile, and C functions refuse (`absent.rs`) |
//! | `--cfg heptad_loom` | `loom`, which tries every interleaving that the memory model allows; and a check of stores (`ordered.rs`) |
//! | tests with `--cfg heptad_steps` | the normal ones, which can be stopped before each access (`steps.rs`) |

#![allow(unused_imports, dead_code, reason = "which of them are used depends on the features")]

cfg_if::cfg_if! {
    if #[cfg(heptad_loom)] {
        mod ordered;
        pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering, fence};
        /// A word that several may store to at once, if it does not matter which of them comes last.
        pub(crate) use loom::sync::atomic::AtomicU64 as SharedU64;
        pub(crate) use ordered::AtomicU64;
    } else if #[cfg(all(test, heptad_steps))] {
        pub(crate) mod steps;
        pub(crate) use core::sync::atomic::{AtomicUsize, Ordering, fence};
        pub(crate) use steps::{AtomicPtr, AtomicU8, AtomicU64, AtomicU64 as SharedU64};
    } else if #[cfg(target_has_atomic = "64")] {
        pub(crate) use core::sync::atomic::{
            AtomicPtr, AtomicU8, AtomicU64, AtomicU64 as SharedU64, AtomicUsize, Ordering, fence,
        };
    } else if #[cfg(feature = "lockfree-emulated-with-locks")] {
        portable_atomic::cfg_has_atomic_64! {
            pub(crate) use portable_atomic::{
                AtomicPtr, AtomicU8, AtomicU64, AtomicU64 as SharedU64, AtomicUsize, Ordering, fence,
            };
        }
        portable_atomic::cfg_no_atomic_64! {
            compile_error!(
                "this target has no compare-and-swap, from which `portable-atomic` could make a lock: \
                 turn on its feature `critical-section`, or `unsafe-assume-single-core` where there is \
                 one core only"
            );
            mod absent;
            pub(crate) use absent::*;
        }
    } else {
        #[cfg(feature = "lockfree")]
        compile_error!(
            "heptad's feature `lockfree` needs 64-bit atomics, which this target does not have. For the \
             other tables: `default-features = false, features = [\"asm\"]`. To have `lockfree` \
             emulated, no longer lock-free: the feature `lockfree-emulated-with-locks`"
        );
        mod absent;
        pub(crate) use absent::*;
    }
}

/// Are all atomics instructions of the processor?
pub(crate) const IS_LOCK_FREE: bool = cfg!(target_has_atomic = "64");

/// Orders what the SeqCst accesses before it wrote before what those after it read.
///
/// They do that by themselves; loom does not model it, and gets a fence.
#[inline]
pub(crate) fn sequentially_consistent() {
    #[cfg(heptad_loom)]
    fence(Ordering::SeqCst);
}
