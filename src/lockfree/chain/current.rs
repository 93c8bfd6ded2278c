//! Which tables there are, and in which of them an operation starts.

use core::{hint::assert_unchecked, iter, ptr::NonNull};

use super::{
    Chain, UNSETTLED,
    guard::{Asking, Guarded, Track},
    user::{TableOf, UserOf},
};
use crate::{
    lockfree::{arena::Table, shared::Member},
    sync::Ordering::SeqCst,
};

/// What operations begin with.
impl<'a, G: Track> Chain<'a, G> {
    pub(crate) fn guard(&self) -> &G {
        &self.guard
    }

    /// The member of shared memory that this map is, if it is one.
    #[inline]
    pub(crate) fn member(&self) -> Option<&Member<'_>> {
        self.guard.member(Asking::TABLES)
    }

    /// Enters: the tables that are reached now stay until the answer is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> Guarded<'_, G> {
        Guarded::enter(&self.guard)
    }

    /// The table in which operations start: the first that is not migrated. Called inside.
    #[inline]
    pub(crate) fn current(&self) -> Option<TableOf<'_, G>> {
        self.settled().or_else(|| self.first())
    }

    /// The newest table. Called inside.
    pub(crate) fn newest(&self) -> Option<TableOf<'_, G>> {
        // SeqCst: as in `settled`.
        let newest = self.newest.load(SeqCst).map_addr(|address| address & !UNSETTLED);
        // SAFETY: R1, R2; the operation is inside, which keeps it from being returned.
        let table = NonNull::new(newest).map(|newest| unsafe { Table::at(newest) });
        let is_as_it_was = |table: &Table<'_>| match self.member() {
            Some(member) => member.vouches_for(*table),
            None => true,
        };
        table.filter(is_as_it_was).map(|table| table.for_reserver(UserOf::default()))
    }

    /// The newest table, unless there is another one before it that is not migrated. Called inside.
    #[inline]
    pub(crate) fn settled(&self) -> Option<TableOf<'_, G>> {
        // SeqCst: after entering and after `settle` in one order, for grace periods; and Acquire, which
        // pairs with the Releases of `start_with` and `append`.
        let newest = self.newest.load(SeqCst);
        if newest.addr() & UNSETTLED != 0 {
            return None;
        }
        // SAFETY: R1: it is never null. So one test is left, not two.
        unsafe { assert_unchecked(!newest.is_null()) };
        // SAFETY: R1, R2; the operation is inside, which keeps it from being returned.
        NonNull::new(newest).map(|newest| unsafe { Table::at(newest) })
    }

    /// The first table that is not known to be migrated. In a map that is never rebuilt, a settled one is
    /// all there is.
    pub(crate) fn first(&self) -> Option<TableOf<'_, G>> {
        if !G::rebuilds(Asking::TABLES) {
            return self.member().and_then(|_| self.newest());
        }
        loop {
            // SeqCst: as in `settled`.
            if let Some(first) = NonNull::new(self.first.load(SeqCst)) {
                // SAFETY: R1, R2; the operation is inside, which keeps it from being returned.
                return Some(unsafe { Table::at(first) });
            }
            // There was one table at the most. If there are several now, `first` was written before.
            let newest = self.newest()?;
            let settled = self.settled().filter(|settled| settled.is(newest));
            if settled.is_some() || self.member().is_some() {
                return Some(newest);
            }
        }
    }

    /// [`start`](Self::start), out of line: most operations find the table settled.
    #[cold]
    #[inline(never)]
    pub(crate) fn start_unsettled(&self, word: u64) -> Option<TableOf<'_, G>> {
        self.start(word)
    }

    /// The table in which an operation on the key of `word` starts, if the newest one is not settled.
    #[inline]
    pub(crate) fn start(&self, word: u64) -> Option<TableOf<'_, G>> {
        let table = self.first()?;
        Some(table.next().map_or(table, |next| table.start_for(word, next)))
    }

    /// The tables from the first that is not migrated on.
    pub(crate) fn tables(&self) -> impl Iterator<Item = TableOf<'_, G>> {
        self.link();
        iter::successors(self.current(), |table| table.next())
    }

    /// Makes sure that the table before the newest one leads to it. Only that link can be missing: `rebuild` calls
    /// this before it makes a table the newest.
    pub(crate) fn link(&self) {
        let Some(mut last) = self.first() else { return };
        // After the look at `first` (R3).
        let Some(newest) = self.newest() else { return };
        while !last.is(newest) {
            let Some(next) = last.next() else {
                // SAFETY: R2: tables leave the chain at its start.
                unsafe { last.set_next(newest.as_ptr()) };
                return;
            };
            last = next;
        }
    }
}
