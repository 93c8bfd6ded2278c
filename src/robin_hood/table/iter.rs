//! Iterators over the entries of a table.
#![forbid(unsafe_code)]

use core::{
    iter::{FusedIterator, Zip},
    marker::PhantomData,
    ops::RangeBounds,
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
#[derive(Debug)]
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

impl<E: Entry, O: Order> ExactSizeIterator for Iter<'_, E, O> {}
impl<E: Entry, O: Order> FusedIterator for Iter<'_, E, O> {}

/// Some entries of a table, with ascending keys.
#[derive(Debug)]
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
        Range(Iter::of(raw, order, Words::within(raw, words_within(order, bounds))))
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

impl<E: Entry, O: Order> FusedIterator for Range<'_, E, O> {}

/// All entries of a map, in order, with values that can be changed.
#[derive(Debug)]
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
        let Parts { slots, values, zero, frame, .. } = raw.parts();
        IterMut { zero: zero.as_mut(), slots: slots.iter().zip(values), left, frame, order }
    }
}

impl<'a, O: Order> Iterator for IterMut<'a, O> {
    type Item = (u64, &'a mut u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, &'a mut u64)> {
        let (offset, value) = match self.zero.take() {
            Some(value) => (EMPTY, value),
            None => {
                let (&offset, value) = self.slots.find(|(offset, _)| **offset != EMPTY)?;
                (offset, value)
            }
        };
        self.left = self.left.saturating_sub(1);
        Some((self.order.key(self.frame.word(offset)), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<O: Order> ExactSizeIterator for IterMut<'_, O> {}
impl<O: Order> FusedIterator for IterMut<'_, O> {}
