//! Loom's atomic word, with one rule more: its plain stores are ordered.
//!
//! Loom tries every store that a load may read, but takes two stores to be in the order in which they
//! ran. The memory model does not: of two stores that nothing orders, the one that ran first may
//! win, on every processor of a kind that reorders. A table stores plainly only what an operation has
//! reserved, and the next one to reserve it must come after. So each plain store is also an access to one
//! of loom's cells, which fails for any two that nothing orders.

use loom::{
    cell::UnsafeCell,
    sync::atomic::{self, Ordering},
};

/// An atomic word whose plain stores come one after another, or loom fails.
#[derive(Debug, Default)]
pub(crate) struct AtomicU64 {
    word: atomic::AtomicU64,
    stores: UnsafeCell<()>,
}

// SAFETY: the cell holds nothing; through it loom sees accesses.
unsafe impl Sync for AtomicU64 {}

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> Self {
        AtomicU64 { word: atomic::AtomicU64::new(value), stores: UnsafeCell::new(()) }
    }

    #[track_caller]
    pub(crate) fn load(&self, order: Ordering) -> u64 {
        self.word.load(order)
    }

    #[track_caller]
    pub(crate) fn store(&self, value: u64, order: Ordering) {
        self.stores.with_mut(|_| ());
        self.word.store(value, order);
    }

    #[track_caller]
    pub(crate) fn compare_exchange(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.word.compare_exchange(current, new, success, failure)
    }

    #[track_caller]
    pub(crate) fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        self.word.fetch_add(more, order)
    }

    #[track_caller]
    pub(crate) fn fetch_and(&self, bits: u64, order: Ordering) -> u64 {
        self.word.fetch_and(bits, order)
    }

    #[track_caller]
    pub(crate) fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        self.word.fetch_or(bits, order)
    }

    #[track_caller]
    pub(crate) fn fetch_sub(&self, less: u64, order: Ordering) -> u64 {
        self.word.fetch_sub(less, order)
    }

    #[track_caller]
    pub(crate) fn fetch_max(&self, least: u64, order: Ordering) -> u64 {
        self.word.fetch_max(least, order)
    }
}
