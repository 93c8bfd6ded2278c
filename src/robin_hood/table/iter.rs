//! Iterators over the entries of a table.
#![forbid(unsafe_code)]

use core::{
    fmt,
    iter::{FusedIterator, Zip},
    marker::PhantomData,
    ops::{RangeBounds, RangeInclusive},
    slice,
};

use super::{
    super::{
        frame::Frame,
        insert::Place,
        iter::Words,
        order::{Monotone, Order, words_within},
        raw::{Parts, Raw},
        shape::EMPTY,
    },
    Entry,
};
use crate::storage::Downward;

/// All entries of a table, in order.
pub struct Iter<'a, E, O> {
    words: Words<'a>,
    values: &'a [u64],
    zero: &'a Option<u64>,
    order: &'a O,
    entry: PhantomData<E>,
}

impl<E, O> Clone for Iter<'_, E, O> {
    fn clone(&self) -> Self {
        Iter { words: self.words.clone(), ..*self }
    }
}

impl<'a, E: Entry, O> Iter<'a, E, O> {
    pub(super) fn new<S: Downward>(raw: &'a Raw<S>, order: &'a O) -> Self {
        Iter::of(raw, order, Words::all(raw))
    }

    fn of<S: Downward>(raw: &'a Raw<S>, order: &'a O, words: Words<'a>) -> Self {
        Iter { words, values: raw.values(), zero: &raw.zero, order, entry: PhantomData }
    }
}

impl<'a, E: Entry, O: Order> Iter<'a, E, O> {
    #[inline]
    fn entry(&self, (place, word): (Place, u64)) -> Option<E::Ref<'a>> {
        E::join(self.order.key(word), || match place {
            Place::Slot(slot) => self.values.get(slot),
            Place::Header => self.zero.as_ref(),
        })
    }
}

impl<'a, E: Entry, O: Order> Iterator for Iter<'a, E, O> {
    type Item = E::Ref<'a>;

    #[inline]
    fn next(&mut self) -> Option<E::Ref<'a>> {
        let found = self.words.next()?;
        self.entry(found)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, E::Ref<'a>) -> B>(self, start: B, mut each: F) -> B {
        let words = self.words.clone();
        words.fold(start, |sum, found| match self.entry(found) {
            Some(entry) => each(sum, entry),
            None => sum,
        })
    }
}

impl<E: Entry, O: Order> DoubleEndedIterator for Iter<'_, E, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let found = self.words.next_back()?;
        self.entry(found)
    }
}

impl<E, O> fmt::Debug for Iter<'_, E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("len", &self.words.size_hint().0).finish_non_exhaustive()
    }
}

impl<E: Entry, O: Order> ExactSizeIterator for Iter<'_, E, O> {}
impl<E: Entry, O: Order> FusedIterator for Iter<'_, E, O> {}

/// Some entries of a table, with ascending keys.
pub struct Range<'a, E, O>(Iter<'a, E, O>);

impl<E, O> Clone for Range<'_, E, O> {
    fn clone(&self) -> Self {
        Range(self.0.clone())
    }
}

impl<'a, E: Entry, O: Monotone> Range<'a, E, O> {
    pub(super) fn new<S: Downward>(
        raw: &'a Raw<S>,
        order: &'a O,
        bounds: &impl RangeBounds<u64>,
    ) -> Self {
        Range::of(raw, order, words_within(order, bounds))
    }

    /// The entries whose words are in `words`, if there is one.
    pub(super) fn of<S: Downward>(
        raw: &'a Raw<S>,
        order: &'a O,
        words: Option<RangeInclusive<u64>>,
    ) -> Self {
        Range(Iter::of(raw, order, Words::within(raw, words)))
    }

    /// The same entries, and how many they are. Reads their slots.
    #[cfg(feature = "alloc")]
    pub(super) fn counted(self) -> Self {
        Range(Iter { words: self.0.words.counted(), ..self.0 })
    }
}

impl<'a, E: Entry, O: Order> Iterator for Range<'a, E, O> {
    type Item = E::Ref<'a>;

    #[inline]
    fn next(&mut self) -> Option<E::Ref<'a>> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, E::Ref<'a>) -> B>(self, start: B, each: F) -> B {
        self.0.fold(start, each)
    }
}

impl<E: Entry, O: Order> DoubleEndedIterator for Range<'_, E, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl<E, O> fmt::Debug for Range<'_, E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.0.words.size_hint().1.unwrap_or(0);
        f.debug_struct("Range").field("at_most", &most).finish_non_exhaustive()
    }
}

impl<E: Entry, O: Order> FusedIterator for Range<'_, E, O> {}

/// All entries of a map, in order, with values that can be changed.
pub struct IterMut<'a, O> {
    zero: Option<&'a mut u64>,
    slots: Zip<slice::Iter<'a, u64>, slice::IterMut<'a, u64>>,
    left: usize,
    frame: Frame,
    order: &'a O,
}

impl<'a, O> IterMut<'a, O> {
    pub(in super::super) fn new<S: Downward>(raw: &'a mut Raw<S>, order: &'a O) -> Self {
        let left = raw.len;
        IterMut::between(raw, order, (0, usize::MAX), left)
    }

    /// The entries from one position to before another; `left` of them at most.
    fn between<S: Downward>(
        raw: &'a mut Raw<S>,
        order: &'a O,
        (start, end): (usize, usize),
        left: usize,
    ) -> Self {
        let Parts { slots, values, zero, frame, .. } = raw.parts();
        let part = start.saturating_sub(1)..end.saturating_sub(1).min(slots.len());
        let words = slots.get(part.clone()).unwrap_or(&[]);
        let values = values.get_mut(part).unwrap_or(&mut []);
        let zero = zero.as_mut().filter(|_| start == 0 && end > 0);
        IterMut { zero, slots: words.iter().zip(values), left, frame, order }
    }
}

impl<'a, O: Order> IterMut<'a, O> {
    #[inline]
    fn entry(&mut self, offset: u64, value: &'a mut u64) -> (u64, &'a mut u64) {
        self.left = self.left.saturating_sub(1);
        (self.order.key(self.frame.word(offset)), value)
    }
}

impl<'a, O: Order> Iterator for IterMut<'a, O> {
    type Item = (u64, &'a mut u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, &'a mut u64)> {
        if let Some(value) = self.zero.take() {
            return Some(self.entry(EMPTY, value));
        }
        let (&offset, value) = self.slots.find(|(offset, _)| **offset != EMPTY)?;
        Some(self.entry(offset, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<O: Order> DoubleEndedIterator for IterMut<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        match self.slots.rfind(|(offset, _)| **offset != EMPTY) {
            Some((&offset, value)) => Some(self.entry(offset, value)),
            None => {
                let value = self.zero.take()?;
                Some(self.entry(EMPTY, value))
            }
        }
    }
}

impl<O> fmt::Debug for IterMut<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterMut").field("len", &self.left).finish_non_exhaustive()
    }
}

impl<O: Order> ExactSizeIterator for IterMut<'_, O> {}
impl<O: Order> FusedIterator for IterMut<'_, O> {}

/// Some entries of a map, with ascending keys, and values that can be changed.
pub struct RangeMut<'a, O>(IterMut<'a, O>);

impl<'a, O: Monotone> RangeMut<'a, O> {
    pub(in super::super) fn new<S: Downward>(
        raw: &'a mut Raw<S>,
        order: &'a O,
        bounds: &impl RangeBounds<u64>,
    ) -> Self {
        let positions = raw.positions_within(words_within(order, bounds));
        let most = positions.1.saturating_sub(positions.0).min(raw.len);
        RangeMut(IterMut::between(raw, order, positions, most))
    }
}

impl<'a, O: Order> Iterator for RangeMut<'a, O> {
    type Item = (u64, &'a mut u64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.0.size_hint().1)
    }
}

impl<O: Order> DoubleEndedIterator for RangeMut<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl<O> fmt::Debug for RangeMut<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeMut").field("at_most", &self.0.left).finish_non_exhaustive()
    }
}

impl<O: Order> FusedIterator for RangeMut<'_, O> {}
