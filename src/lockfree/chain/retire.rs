//! Returning old tables: one after another, the oldest first, by any caller of `try_reclaim`.
//!
//! ```text
//!   oldest --> A --> B    first --> B
//!   1  a retired table is chosen to leave        leaving: none 4  ->  A 5
//!   2  the chain begins after it                 oldest: A  ->  B
//!   3  its grace period has started              leaving: A 5  ->  A 5, begun
//!   4  its grace period has elapsed: the         leaving: A 5, begun  ->  none 5
//!      exchange returns the region
//! ```
//!
//! Each step is one exchange that any context can perform. So a context that stops between two of them, even
//! for ever, blocks no other. One that dies right after step 4 loses the region that it was about to return.
//!
//! # Why no table is read after it was returned
//!
//! - **Q1** A context is inside while it performs a step. It reads a table only if it found the table first in
//!   `oldest` and then still in `leaving`. So it entered before step 2, and the grace period of step 3 waits
//!   for it.
//! - **Q2** Departures are numbered, and `leaving` has the lowest bits of the number. While a context is
//!   inside, no grace period that started after its entry elapses. So the departure under way at its entry may
//!   end, and the one after that cannot. Five bits of the number therefore distinguish an old `leaving` from a new
//!   one. The guard's answer at the start has two places in turn: a late write, for a departure that has
//!   ended, goes to the place that the next one does not read.
//!
//! `has_elapsed` is called outside first, because an operation of the caller's own would delay it, and then once
//! more inside, where the guard repeats its answer.

use core::{iter, ptr::NonNull};

use super::{
    Chain,
    guard::{Reclaim, Track},
    leaving::Departure,
    user::TableOf,
};
use crate::{
    lockfree::arena::{Descriptor, Table},
    storage::{Region, Storage},
    sync::Ordering::{Relaxed, SeqCst},
};

impl<G: Track> Chain<'_, G> {
    /// Bytes of all regions that are provided. Called inside.
    pub(crate) fn bytes(&self) -> usize {
        self.provided().map(|(_, bytes)| bytes).sum::<u64>() as usize
    }

    /// Does `region` reach into one that is provided? Called inside.
    pub(crate) fn overlaps(&self, region: &Region<'_>) -> bool {
        let start = region.base().addr();
        let end = start.saturating_add(region.bytes());
        self.provided()
            .any(|(other, bytes)| start < other.saturating_add(bytes as usize) && other < end)
    }

    /// Address and bytes of each region that is provided. Nobody follows the table that is leaving: its size stands in
    /// the table after it.
    fn provided(&self) -> impl Iterator<Item = (usize, u64)> {
        self.link();
        let leaving = self.leaving.table();
        // SAFETY: R1, and Q1: found in `oldest`.
        let oldest =
            NonNull::new(self.oldest.load(SeqCst)).map(|oldest| unsafe { Table::at(oldest) });
        let out = leaving.zip(oldest).and_then(|(leaving, oldest)| {
            // Relaxed: written before `oldest` led here.
            let bytes = oldest.progress().bytes_before.load(Relaxed);
            // Still the one that leaves: so `oldest` is the table after it, and these are its bytes.
            let is_out = leaving != oldest.as_ptr() && self.leaving.table() == Some(leaving);
            is_out.then(|| (leaving.addr().get(), bytes))
        });
        let chain = iter::successors(oldest.or_else(|| self.newest()), |table| table.next());
        out.into_iter().chain(chain.map(|table| (table.as_ptr().addr().get(), table.bytes())))
    }
}

impl<'a, G: Reclaim> Chain<'a, G> {
    /// The region of the oldest table, if it is retired and no operation can be in it any more.
    pub(crate) fn try_reclaim(&self) -> Option<Region<'a>> {
        let departure = self.take_out()?;
        // Outside. Relaxed, here and below: written before the step that begins the grace period.
        let started = self.leaving.started(departure).load(Relaxed);
        if self.guard().has_elapsed(started) { self.end_departure() } else { None }
    }

    /// Steps 1 to 3. `None` if there is nothing to do, or others do it.
    fn take_out(&self) -> Option<Departure> {
        let _inside = self.enter();
        let mut departure = self.leaving.load();
        if departure.table().is_none() {
            // SeqCst, here and below: after entering, and before the look at the counters in `start`.
            let oldest = NonNull::new(self.oldest.load(SeqCst))?;
            // After the look at `oldest`, so never null: operations start after it, or it is not retired.
            if self.first.load(SeqCst) == oldest.as_ptr() {
                return None;
            }
            departure = self.leaving.exchange(departure, departure.then(oldest))?;
        }
        let table = departure.table()?;
        if self.oldest.load(SeqCst) == table.as_ptr() {
            if self.leaving.load() != departure {
                return None;
            }
            // SAFETY: R1, Q1.
            let leaving: TableOf<'_, G> = unsafe { Table::at(table) };
            let next = leaving.next()?;
            // Relaxed: a figure for people; all who write it write the same.
            let before = &next.progress().bytes_before;
            let _ = before.compare_exchange(0, leaving.bytes(), Relaxed, Relaxed);
            let next = next.as_ptr().as_ptr();
            // If this fails, another context has done the same.
            let _ = self.oldest.compare_exchange(table.as_ptr(), next, SeqCst, Relaxed);
        }
        if departure.has_begun() {
            return Some(departure);
        }
        self.leaving.started(departure).store(self.guard().start(), Relaxed);
        self.leaving.exchange(departure, departure.begun())
    }

    /// Step 4.
    fn end_departure(&self) -> Option<Region<'a>> {
        let _inside = self.enter();
        let departure = self.leaving.load();
        let table = departure.table().filter(|_| departure.has_begun())?;
        if !self.guard().has_elapsed(self.leaving.started(departure).load(Relaxed)) {
            return None;
        }
        self.leaving.exchange(departure, departure.ended())?;
        // SAFETY: out of the chain, and its grace period has elapsed: nobody uses it.
        Some(unsafe { Descriptor::into_region(table) })
    }
}
