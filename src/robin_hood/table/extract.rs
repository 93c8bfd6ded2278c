//! Taking out the entries that a function chooses.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator, marker::PhantomData, ops::RangeBounds};

use super::{
    super::{
        order::{Monotone, Order, words_within},
        retain::Removal,
    },
    Entry, Table,
};
use crate::storage::Downward;

impl<E: Entry, S: Downward, O: Order> Table<E, S, O> {
    /// Removes the entries for which `chosen` holds, and returns them, in order. `chosen` is called once per
    /// entry, with the key, and in a map with the value, which it may change. It is called as the iterator
    /// advances: entries that the iterator has not reached when it is dropped stay.
    ///
    /// One pass over all slots, or over those up to where the iterator is dropped. A forgotten iterator
    /// ([`core::mem::forget`]) leaves the table empty.
    ///
    /// ```
    /// use heptad::{layout::Line, robin_hood::{ByValue, Set}, storage::Region};
    ///
    /// let mut memory = [Line::EMPTY; 24];
    /// let mut ids = Set::new_in(Region::from_lines(&mut memory)?, ByValue)?;
    /// (1..=10).try_for_each(|id| ids.try_insert(id).map(drop)).map_err(|it| it.error)?;
    /// assert!(ids.extract_if(|id| id % 3 == 0).eq([3, 6, 9]));
    /// assert!(ids.extract_range_if(5.., |id| id % 2 == 0).eq([8, 10]));
    /// assert!(ids.iter().eq([1, 2, 4, 5, 7]));
    /// # Ok::<(), heptad::Error>(())
    /// ```
    pub fn extract_if<F>(&mut self, chosen: F) -> ExtractIf<'_, E, O, F>
    where
        for<'a> ExtractIf<'a, E, O, F>: Iterator<Item = E>,
    {
        let removal = self.raw.removal_between(0, usize::MAX);
        ExtractIf { removal, order: &self.order, chosen, entry: PhantomData }
    }

    /// [`extract_if`](Self::extract_if) of the keys within `bounds`. Two lookups, and one pass over the slots
    /// in between.
    pub fn extract_range_if<F>(
        &mut self,
        bounds: impl RangeBounds<u64>,
        chosen: F,
    ) -> ExtractIf<'_, E, O, F>
    where
        O: Monotone,
        for<'a> ExtractIf<'a, E, O, F>: Iterator<Item = E>,
    {
        let (start, end) = self.raw.positions_within(words_within(&self.order, &bounds));
        let removal = self.raw.removal_between(start, end);
        ExtractIf { removal, order: &self.order, chosen, entry: PhantomData }
    }
}

/// The entries of a table that a function chooses, which leave it.
pub struct ExtractIf<'a, E, O, F> {
    removal: Removal<'a>,
    order: &'a O,
    chosen: F,
    entry: PhantomData<E>,
}

impl<O: Order, F: FnMut(u64) -> bool> Iterator for ExtractIf<'_, u64, O, F> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let ExtractIf { removal, order, chosen, .. } = self;
        let (word, _) = removal.next(|word, _| chosen(order.key(word)))?;
        Some(order.key(word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.removal.left()))
    }
}

impl<O: Order, F: FnMut(u64, &mut u64) -> bool> Iterator for ExtractIf<'_, (u64, u64), O, F> {
    type Item = (u64, u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, u64)> {
        let ExtractIf { removal, order, chosen, .. } = self;
        let (word, value) = removal.next(|word, value| chosen(order.key(word), value))?;
        Some((order.key(word), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.removal.left()))
    }
}

impl<E, O, F> FusedIterator for ExtractIf<'_, E, O, F> where Self: Iterator {}

impl<E, O, F> fmt::Debug for ExtractIf<'_, E, O, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.removal.left()).finish_non_exhaustive()
    }
}
