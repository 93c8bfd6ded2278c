//! Iterators over the keys and values of a map.
#![forbid(unsafe_code)]

use core::{
    iter::{FusedIterator, Zip},
    ops::RangeBounds,
    slice,
};

use crate::{
    robin_hood::{
        frame::Frame,
        insert::Place,
        iter::Words,
        order::{Monotone, Order, words_within},
        raw::{Parts, Raw},
        shape::EMPTY,
    },
    storage::Downward,
};

/// Where the values are.
#[derive(Clone, Copy, Debug)]
struct Values<'a> {
    slots: &'a [u64],
    zero: &'a Option<u64>,
}

impl<'a> Values<'a> {
    fn of<S: Downward>(raw: &'a Raw<S>) -> Self {
        Values { slots: raw.values(), zero: &raw.zero }
    }

    #[inline]
    fn at(self, place: Place) -> Option<&'a u64> {
        match place {
            Place::Slot(slot) => self.slots.get(slot),
            Place::Header => self.zero.as_ref(),
        }
    }
}

/// All keys of a map with their values, in order.
#[derive(Debug)]
pub struct Iter<'a, O> {
    words: Words<'a>,
    values: Values<'a>,
    order: &'a O,
}

impl<O> Clone for Iter<'_, O> {
    fn clone(&self) -> Self {
        Iter { words: self.words.clone(), values: self.values, order: self.order }
    }
}

impl<'a, O> Iter<'a, O> {
    pub(super) fn new<S: Downward>(raw: &'a Raw<S>, order: &'a O) -> Self {
        Iter { words: Words::all(raw), values: Values::of(raw), order }
    }
}

impl<'a, O: Order> Iterator for Iter<'a, O> {
    type Item = (u64, &'a u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, &'a u64)> {
        let (place, word) = self.words.next()?;
        Some((self.order.key(word), self.values.at(place)?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }
}

impl<O: Order> DoubleEndedIterator for Iter<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let (place, word) = self.words.next_back()?;
        Some((self.order.key(word), self.values.at(place)?))
    }
}

impl<O: Order> ExactSizeIterator for Iter<'_, O> {}
impl<O: Order> FusedIterator for Iter<'_, O> {}

/// Some keys of a map with their values, ascending.
#[derive(Debug)]
pub struct Range<'a, O>(Iter<'a, O>);

impl<O> Clone for Range<'_, O> {
    fn clone(&self) -> Self {
        Range(self.0.clone())
    }
}

impl<'a, O: Monotone> Range<'a, O> {
    pub(super) fn new<S: Downward>(
        raw: &'a Raw<S>,
        order: &'a O,
        bounds: &impl RangeBounds<u64>,
    ) -> Self {
        let words = Words::within(raw, words_within(order, bounds));
        Range(Iter { words, ..Iter::new(raw, order) })
    }
}

impl<'a, O: Order> Iterator for Range<'a, O> {
    type Item = (u64, &'a u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, &'a u64)> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<O: Order> DoubleEndedIterator for Range<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl<O: Order> FusedIterator for Range<'_, O> {}

/// All keys of a map with their values to be changed, in order.
#[derive(Debug)]
pub struct IterMut<'a, O> {
    zero: Option<&'a mut u64>,
    slots: Zip<slice::Iter<'a, u64>, slice::IterMut<'a, u64>>,
    left: usize,
    frame: Frame,
    order: &'a O,
}

impl<'a, O> IterMut<'a, O> {
    pub(super) fn new<S: Downward>(raw: &'a mut Raw<S>, order: &'a O) -> Self {
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
