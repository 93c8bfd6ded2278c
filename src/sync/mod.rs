//! Atomics: the machine's, or loom's when the crate is built to be checked by it.

#![allow(unused_imports, reason = "the whole shim, whoever uses how much of it")]

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering, fence};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering, fence};
