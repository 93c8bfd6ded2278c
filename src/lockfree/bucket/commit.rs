//! Changing a header: the compare-exchange that makes a change visible, and those that reserve and release.
//!
//! All writes of a header are compare-exchanges, so a thread that acquires a header has also acquired all that was
//! released into an earlier one.

use super::{
    header::Header,
    home::Home,
    reserver::{Reserver, SPARE},
};
use crate::sync::Ordering::{self, Acquire, Relaxed, Release, SeqCst};

/// Another operation committed first, or the bucket was frozen: what was read is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// What became of an attempt to reserve a slot or the spare cell.
pub(crate) enum Attempt {
    /// It is ours, and this is the header now.
    Done(Header),
    /// Another operation has reserved it.
    Reserved,
    /// Another operation committed first, or the bucket was frozen: what was read is out of date.
    Lost,
}

impl Home<'_> {
    /// Makes `change` visible, if nothing became visible or hidden since `seen`, and answers the header
    /// after it.
    #[inline(always)]
    pub(crate) fn commit(
        self,
        seen: Header,
        change: impl Fn(Header) -> Header,
    ) -> Result<Header, Lost> {
        // SeqCst: in one order with the first looks at all homes. A Release too, for `header`: what this
        // shows is filled.
        match self.exchange(seen, SeqCst, |now| Some(change(now).committed())) {
            Attempt::Done(after) => Ok(after),
            Attempt::Reserved | Attempt::Lost => Err(Lost),
        }
    }

    /// Reserves an own slot that is neither visible nor reserved.
    #[inline(always)]
    pub(crate) fn reserve(self, reserver: impl Reserver, seen: Header, slot: u32) -> Attempt {
        if !reserver.reserves(self.bucket(), slot) {
            return Attempt::Reserved;
        }
        // Acquire: pairs with the Release of `release`, so that the last holder's stores to the
        // slot come before ours. The first look has acquired it already: between two commits nothing
        // is released that was reserved after the first. No model needs it.
        self.exchange(seen, Acquire, |now| {
            if now.is_reserved(slot) { None } else { Some(now.reserving(slot)) }
        })
    }

    /// Reserves the spare cell.
    #[inline(always)]
    pub(crate) fn reserve_spare(self, reserver: impl Reserver, seen: Header) -> Attempt {
        if !reserver.reserves(self.bucket(), SPARE) {
            return Attempt::Reserved;
        }
        // Acquire: as in `reserve`.
        self.exchange(seen, Acquire, |now| {
            if now.is_spare_reserved() { None } else { Some(now.reserving_spare()) }
        })
    }

    /// Replaces the header, if it still shows what `seen` shows, and `change` wants to.
    ///
    /// Goes round again when others reserved or released something meanwhile. Between two commits each
    /// running operation does so a bounded number of times, so this ends.
    #[inline(always)]
    fn exchange(
        self,
        seen: Header,
        success: Ordering,
        change: impl Fn(Header) -> Option<Header>,
    ) -> Attempt {
        let mut now = seen;
        loop {
            let Some(new) = change(now) else { return Attempt::Reserved };
            // Relaxed on failure: only reserved bits may differ then, and the last exchange decides about those.
            match self.bucket().header().compare_exchange(now.0, new.0, success, Relaxed) {
                Ok(_) => return Attempt::Done(new),
                Err(other) if Header(other).is_same_but_for_reserved(now) => now = Header(other),
                Err(_) => return Attempt::Lost,
            }
        }
    }

    /// Releases an own slot or the spare cell: `change` says which. A frozen bucket stays as it is:
    /// nothing is reserved there any more.
    pub(crate) fn release(self, change: impl Fn(Header) -> Header) {
        // Relaxed: the exchange below fails if it is no longer so.
        let mut now = Header(self.bucket().header().load(Relaxed));
        while !now.is_frozen() {
            // Release: pairs with the Acquire of `reserve`.
            match self.bucket().header().compare_exchange(now.0, change(now).0, Release, Relaxed) {
                Ok(_) => return,
                Err(other) => now = Header(other),
            }
        }
    }

    /// Freezes the bucket, if it is not frozen yet, and returns its header: frozen, or migrated.
    pub(crate) fn freeze(self) -> Header {
        let mut now = self.header();
        while !now.is_frozen() {
            let frozen = now.freezing();
            // Acquire: what the bucket shows is filled.
            match self.bucket().header().compare_exchange(now.0, frozen.0, Acquire, Acquire) {
                Ok(_) => return frozen,
                Err(other) => now = Header(other),
            }
        }
        now
    }

    /// Marks the frozen bucket: its entries are in the next table.
    pub(crate) fn set_migrated(self, frozen: Header) {
        let mut now = frozen;
        while !now.is_migrated() {
            let migrated = Header::MIGRATED.0;
            // SeqCst: before the commits in the next table, in the order of `commit`, also for operations that know
            // of this by `done`. A Release too, for `header`: an operation that sees this finds the copies. When it
            // fails, only reserved bits differ, or another has done it.
            match self.bucket().header().compare_exchange(now.0, migrated, SeqCst, Relaxed) {
                Ok(_) => return,
                Err(other) => now = Header(other),
            }
        }
    }
}
