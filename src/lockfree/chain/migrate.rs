//! Migrating a table into the next one, bucket by bucket, while other operations continue.
//!
//! ```text
//!   bucket of the old table      operations, and migrators
//!   ----------------------    ---------------------------------------------------------------
//!   normal                    read and change it as at rest
//!     | freeze                a compare-exchange; every commit under an older header fails
//!   frozen                    readers read it; writers copy it first, then work in the next table
//!     | copy all, set         every entry is inserted into the next table where it is absent
//!   migrated                  all work in the next table
//! ```
//!
//! # Why nothing is lost, doubled or restored
//!
//! - **M1** A frozen bucket shows the same entries until it is migrated, and stays migrated.
//! - **M2** Only copiers change a key in the next table before its old bucket is migrated.
//! - **M3** A copier inserts a key (1) under a header of the new home that it loaded first and that does
//!   not show the key, (2) after it found the old bucket not migrated yet, (3) by a commit that fails if the
//!   new home has changed since (1).
//!
//! A copier is late if others have migrated the bucket and have changed or removed the key since. If it
//! loaded the header of (1) after that change, it finds the bucket migrated in (2). If it loaded the header
//! before, it fails in (3). Without (2), a removed key would be restored.
//!
//! A migrator that stops for ever has reserved at most one slot, and others can do the rest of its work.
//!
//! # When the next table has no room
//!
//! The bucket stays frozen: reads continue, and changes to that bucket are refused. A further rebuild links a
//! third table, to which the entries without room migrate. Nothing is lost.

use core::ops::Range;

use crate::{
    lockfree::{
        arena::Table,
        bucket::{Home, Reserver},
        operations::{Decision, Key, Look, Stop},
    },
    sync::Ordering::{Acquire, Relaxed, Release},
};

#[cfg(all(test, not(heptad_loom)))]
mod tests;

/// Migrated buckets that one step passes by.
const BUCKETS_PER_STEP: u64 = 16;
/// Buckets that are assigned to a migrator at once, if it wants to do as much.
const MOST_ASSIGNED_AT_ONCE: u64 = 16;
/// Migrated buckets for which migrators write the word that every operation reads once: else each write would
/// cost each reader a wait.
const BUCKETS_PER_WORD: u64 = if cfg!(heptad_loom) { 1 } else { 64 };
/// Buckets whose entries' new homes are prefetched together.
const AHEAD: usize = 4;

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more to do.
    More,
    /// Every bucket is migrated.
    Done,
    /// An entry found no room, or was reserved.
    Stopped(Stop),
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Moves all entries of `home` to the next table, `next`. At most 21 insertions there.
    #[cold]
    pub(crate) fn migrate_home(self, home: Home<'a>, next: Self) -> Result<(), Stop> {
        let frozen = home.freeze();
        if frozen.is_migrated() {
            return Ok(());
        }
        let copies = frozen.places().try_for_each(|place| {
            // M1: what the frozen header shows is final.
            let (word, value) = (self.key_at(home, place), self.value_at(home, frozen, place));
            next.insert_copy(word, value, || home.header().is_migrated())
        });
        match copies {
            Ok(()) => home.set_migrated(frozen),
            Err(Stop::Full) if !home.header().is_migrated() => {
                // Relaxed: a note for `needs_rebuild`.
                self.progress().stuck.fetch_max(1, Relaxed);
                return Err(Stop::Full);
            }
            Err(_) if home.header().is_migrated() => {}
            Err(stop) => return Err(stop),
        }
        Ok(())
    }

    /// Inserts a copied entry where it is absent: here, or in the next table if its home has moved on.
    /// `is_over` returns whether the entry's old bucket is migrated, and the copy comes too late.
    fn insert_copy(self, word: u64, value: u64, is_over: impl Fn() -> bool) -> Result<(), Stop> {
        let key = Key { word, matches: |word, stored, _: Look<'_>| stored == word };
        let mut table = self;
        loop {
            // M3: `update` has loaded the header (1) when it calls this (2), and commits under it (3).
            let answer =
                table.update(table.home_of(word), key, |current: Option<u64>| match current {
                    None if !is_over() => Decision::Set(value),
                    _ => Decision::Keep,
                });
            let Err(stop) = answer else { return Ok(()) };
            table = table.follow(word, stop)?;
        }
    }

    /// Where to go on with the key of `word` after this table has refused it for `stop`: to the next
    /// table, once its home has been moved there. For any reason: the room that a home lacks, or finds reserved, may
    /// be that of neighbours that have moved on already.
    #[cold]
    pub(crate) fn follow(self, word: u64, stop: Stop) -> Result<Self, Stop> {
        let next = self.next().filter(|_| stop != Stop::Reentrant).ok_or(stop)?;
        let home = self.home_of(word);
        self.prefetch_targets(home, next);
        self.migrate_home(home, next)?;
        Ok(next)
    }

    /// Does at most `most` bounded parts of the work, at least one, and answers how many: a bucket moved, or
    /// up to [`BUCKETS_PER_STEP`] found to be migrated and the next one moved.
    pub(crate) fn step(self, next: Self, most: u64) -> (Step, u64) {
        let assigned = &next.progress().assigned;
        let buckets = self.shape().buckets;
        // Relaxed, both: hints; the headers decide.
        if assigned.load(Relaxed) < buckets {
            let wanted = most.clamp(1, MOST_ASSIGNED_AT_ONCE);
            let first = assigned.fetch_add(wanted, Relaxed);
            if first < buckets {
                let step = self.migrate_homes(next, first..buckets.min(first + wanted));
                // Twice as many, so that this keeps up with the moving if others stop looking.
                self.look(next, 2 * wanted);
                return step;
            }
        }
        // Everything is assigned; now see what came of it, in order.
        match self.look(next, BUCKETS_PER_STEP) {
            Some(number) => self.migrate_homes(next, number..number + 1),
            None if self.is_migrated() => (Step::Done, 1),
            None => (Step::More, 1),
        }
    }

    /// Looks at up to `most` buckets, in order from the first that was not found migrated yet, until one is not
    /// migrated: that one is the answer. Publishes what was found.
    fn look(self, next: Self, most: u64) -> Option<u64> {
        let (found, done) = (&next.progress().found, &self.progress().done);
        let buckets = self.shape().buckets;
        // Acquire: pairs with the Release below: what others found migrated is so for us. No model has found
        // a use for it, as a fence of `settle` comes after it.
        let first = found.load(Acquire);
        let mut range = first..buckets.min(first + most);
        let is_migrated = |home: Home<'_>| home.header().is_migrated();
        let unmigrated = range.find(|&number| !self.home_number(number).is_some_and(is_migrated));
        let migrated = unmigrated.unwrap_or(range.end);
        if migrated > first {
            found.fetch_max(migrated, Release);
        }
        let known =
            if migrated == buckets { buckets } else { migrated - migrated % BUCKETS_PER_WORD };
        // Relaxed: a late answer costs an exchange. Loaded even if nothing was found: the migrator that found the
        // last of these may have stopped before it published that.
        if done.load(Relaxed) < known {
            // Release: pairs with the Acquire of `start_for`: an operation that relies on this need not see the
            // headers.
            done.fetch_max(known, Release);
        }
        unmigrated
    }

    /// Where to start with the key of `word`: here, or in `next` if its home is known to be migrated, which
    /// spares the line of the home.
    #[inline]
    pub(crate) fn start_for(self, word: u64, next: Self) -> Self {
        // Acquire: as if the header itself had been found migrated. No model needs it: the fence before
        // the second look does as much.
        let is_migrated = self.number(self.home_of(word)) < self.progress().done.load(Acquire);
        // No branch: while a rebuild is on, the answer cannot be predicted.
        [self, next][usize::from(is_migrated)]
    }

    /// Moves the homes with these numbers, until one cannot be moved. The next table's homes of their
    /// entries are prefetched [`AHEAD`] buckets before they are needed.
    fn migrate_homes(self, next: Self, numbers: Range<u64>) -> (Step, u64) {
        let homes =
            |numbers: Range<u64>| numbers.filter_map(move |number| self.home_number(number));
        let mut ahead = homes(numbers.clone());
        ahead.by_ref().take(AHEAD).for_each(|home| self.prefetch_targets(home, next));
        let mut moved = 0;
        for home in homes(numbers) {
            if let Some(home) = ahead.next() {
                self.prefetch_targets(home, next);
            }
            moved += 1;
            if let Err(stop) = self.migrate_home(home, next) {
                return (Step::Stopped(stop), moved);
            }
        }
        (Step::More, moved)
    }

    /// Prefetches the homes of `next` where the entries of `home` are going.
    fn prefetch_targets(self, home: Home<'a>, next: Self) {
        for place in home.header().places() {
            next.prefetch_home(self.key_at(home, place));
        }
    }

    /// Is every bucket known to be migrated?
    pub(crate) fn is_migrated(self) -> bool {
        // Acquire: as in `step`.
        self.progress().done.load(Acquire) >= self.shape().buckets
    }
}
