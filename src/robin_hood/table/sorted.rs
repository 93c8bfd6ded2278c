//! Filling a table from entries that are sorted already.
#![forbid(unsafe_code)]

use super::{Entry, Table};
use crate::{
    error::Rejected,
    robin_hood::{
        fill::Filler,
        order::{Lookup, Order, Total},
    },
    storage::{Downward, Growable},
};

impl<E: Entry, S: Downward, O: Order> Table<E, S, O> {
    /// Inserts `entries`, whose keys are sorted in the order of the table: ascending in a
    /// [`Monotone`](super::super::Monotone) order, or the walk of another table in an equal order.
    ///
    /// An empty table is filled in one pass that moves no entry, however the keys are distributed. From
    /// the first key that is not greater than the one before, or once the size hint of `entries` was
    /// too low, entries are inserted one by one; so are all entries into a table with keys. To add many
    /// sorted keys to a large table, fill a second table and merge the two.
    ///
    /// ```
    /// use heptad::{layout::Line, robin_hood::{ByValue, Set}, storage::Region};
    ///
    /// let mut memory = [Line::EMPTY; 24];
    /// let mut pages = Set::new_in(Region::from_lines(&mut memory)?, ByValue)?;
    /// let sorted = [0x1000, 0x2000, 0xffff_8000_0000_0000, 0xffff_8000_0000_1000];
    /// assert!(pages.try_extend_sorted(sorted).is_ok());
    /// assert!(pages.iter().eq(sorted));
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The error of the first entry that [insertion](super::super::Set::try_insert) refuses, and that
    /// entry; the entries before it are in the table.
    pub fn try_extend_sorted<I>(&mut self, entries: I) -> Result<(), Rejected<E>>
    where
        I: IntoIterator<Item = E>,
        I::IntoIter: DoubleEndedIterator + Clone,
    {
        let mut entries = entries.into_iter();
        if !self.is_empty() {
            return entries.try_for_each(|entry| self.put(entry).map(drop));
        }
        let word_of = |entry: E| self.order.word_of(entry.split().0);
        let ends = (entries.clone().next(), entries.clone().next_back());
        if let (Some(least), Some(greatest)) = (ends.0.and_then(word_of), ends.1.and_then(word_of))
        {
            self.raw.make_room_between(least, greatest, entries.size_hint().0);
        }
        let mut filler = Filler::new(&mut self.raw);
        let mut previous = None;
        let late = entries.find(|&entry| {
            let (key, value) = entry.split();
            let Some(word) = self.order.word_of(key) else { return true };
            let is_next = previous.replace(word) < Some(word);
            !is_next || filler.push(word, value).is_err()
        });
        late.into_iter().chain(entries).try_for_each(|entry| self.put(entry).map(drop))
    }

    /// Calls [`try_extend_sorted`](Self::try_extend_sorted). Without memory it ends in the allocation
    /// error handler.
    pub fn extend_sorted<I>(&mut self, entries: I)
    where
        S: Growable,
        O: Total,
        I: IntoIterator<Item = E>,
        I::IntoIter: DoubleEndedIterator + Clone,
    {
        self.try_extend_sorted(entries).unwrap_or_else(|rejected| S::fail(rejected.error));
    }
}
