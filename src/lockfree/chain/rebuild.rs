//! A rebuild: the newest table gets a next one, and everyone moves what is in the others.

use core::ptr::{self, NonNull};

use super::{Chain, UNSETTLED, guard::Track, migrate::Step, user::TableOf};
use crate::{
    error::{Error, Rejected},
    lockfree::arena::{Descriptor, Table, arena_layout},
    storage::Region,
    sync::Ordering::{Relaxed, SeqCst},
};

/// Tables that are moved into one another at once: a rebuild, and two more for want of room.
const MOST_UNFINISHED: usize = 3;

/// The rebuild.
impl<'a, G: Track> Chain<'a, G> {
    /// Gives the newest table a next one, in `region`: from now on entries move there.
    pub(crate) fn rebuild(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        let _inside = self.enter();
        let refuse = |error, value| Err(Rejected { error, value });
        if self.member().is_some() {
            return refuse(Error::Shared, region);
        }
        let Some(newest) = self.newest() else {
            return self.place(region, seed, home_mask);
        };
        let unfinished = self.tables().filter(|table| !table.is_migrated()).count();
        if unfinished > MOST_UNFINISHED || unfinished > 1 && !self.is_stuck() {
            return refuse(Error::Busy, region);
        }
        if self.overlaps(&region) {
            return refuse(Error::Overlapping, region);
        }
        // No key is in two homes of one table, but in a rebuild it may be in two tables.
        let entries = self.tables().map(Table::count).max();
        if let Err(error) = fits(entries.unwrap_or(0), &region) {
            return refuse(error, region);
        }
        let descriptor = Descriptor::create(region, seed, home_mask)?;
        // SAFETY: R1, R2: of a region provided for 'a; tables leave the chain at its start.
        if !unsafe { self.append(newest, descriptor) } {
            // SAFETY: just created, and nobody else has seen it.
            return refuse(Error::Busy, unsafe { Descriptor::into_region(descriptor) });
        }
        for table in self.tables() {
            // Relaxed, both: as in `is_stuck`.
            let _ = table.progress().stuck.compare_exchange(1, 0, Relaxed, Relaxed);
        }
        Ok(())
    }

    /// Makes `descriptor` the newest table in the place of `newest`, if that still is it.
    ///
    /// # Safety
    ///
    /// R1, R2: it stays a table for as long as `newest` does, and longer.
    pub(crate) unsafe fn append(
        &self,
        newest: TableOf<'_, G>,
        descriptor: NonNull<Descriptor>,
    ) -> bool {
        let (null, before) = (ptr::null_mut(), newest.as_ptr().as_ptr());
        // SeqCst, both: after the look at `newest`. If they are null it is the only table. `oldest` last: where
        // it is not `first`, a table is retired.
        let _ = self.first.compare_exchange(null, before, SeqCst, Relaxed);
        let _ = self.oldest.compare_exchange(null, before, SeqCst, Relaxed);
        self.link();
        let unsettled = |table: *mut Descriptor| table.map_addr(|address| address | UNSETTLED);
        // Settled or not: that changes once at the most.
        let is_newest = [before, unsettled(before), before].into_iter().any(|now| {
            // SeqCst: as in `start_with`.
            let new = unsettled(descriptor.as_ptr());
            self.newest.compare_exchange(now, new, SeqCst, Relaxed).is_ok()
        });
        if is_newest {
            self.link();
        }
        is_newest
    }

    /// [`rebuild`](Self::rebuild), if [`needs_rebuild`](Self::needs_rebuild) returns a reason.
    pub(crate) fn rebuild_if_needed(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        match self.needs_rebuild() {
            None if self.member().is_some() => {
                Err(Rejected { error: Error::Shared, value: region })
            }
            Some(_) => self.rebuild(region, seed, home_mask),
            None => Err(Rejected { error: Error::NotRequired, value: region }),
        }
    }

    /// Was the newest table found to have no room for an entry, and has there been no other table since?
    pub(crate) fn is_stuck(&self) -> bool {
        let _inside = self.enter();
        // Relaxed: a note; it decides nothing.
        self.tables().any(|table| table.progress().stuck.load(Relaxed) != 0)
    }

    /// Does at most `steps` bounded parts of a rebuild's work. Is there nothing left to do?
    pub(crate) fn help(&self, steps: usize) -> Result<bool, Error> {
        let _inside = self.enter();
        let mut left = if self.member().is_some() { 0 } else { steps as u64 };
        while left > 0 {
            let (step, done) = self.step(left);
            match step {
                Step::More => left = left.saturating_sub(done),
                Step::Done => return Ok(true),
                Step::Stopped(stop) => return Err(stop.into()),
            }
        }
        Ok(self.is_settled())
    }

    /// At most `most` parts of the work, and how many. The newest table that is being moved goes first: it
    /// makes room for others.
    #[cold]
    pub(crate) fn step(&self, most: u64) -> (Step, u64) {
        let moving = self.tables().filter(|table| !table.is_migrated());
        let pairs = moving.filter_map(|table| Some((table, table.next()?)));
        let (step, done) =
            pairs.last().map_or((Step::Done, 1), |(table, next)| table.step(next, most));
        if step == Step::Done {
            self.settle();
            return (if self.is_settled() { Step::Done } else { Step::More }, 1);
        }
        (step, done)
    }

    /// Is nothing being moved?
    fn is_settled(&self) -> bool {
        self.newest().is_none() || self.settled().is_some() || self.member().is_some()
    }

    /// Lets operations start in the first table that is not migrated, and lets them know if it is the newest.
    fn settle(&self) {
        while let Some(first) = self.first() {
            let now = first.as_ptr().as_ptr();
            let Some(next) = first.next() else {
                // Fails if there is another one, which `first` does not lead to yet.
                let unsettled = now.map_addr(|address| address | UNSETTLED);
                let _ = self.newest.compare_exchange(unsettled, now, SeqCst, Relaxed);
                return;
            };
            if !first.is_migrated() {
                return;
            }
            // SeqCst: before the look at the counters of grace periods. It does not matter which context does it.
            let _ = self.first.compare_exchange(now, next.as_ptr().as_ptr(), SeqCst, Relaxed);
        }
    }
}

/// Is `region` large enough for `entries` entries?
fn fits(entries: usize, region: &Region<'_>) -> Result<(), Error> {
    let given_bytes = region.bytes();
    let needed_bytes = arena_layout(entries)?.size();
    if needed_bytes > given_bytes {
        return Err(Error::TooSmall { needed_bytes, given_bytes });
    }
    Ok(())
}
