//! Iterators over the keys of a set.
#![forbid(unsafe_code)]

use core::{iter::FusedIterator, ops::RangeBounds};

use crate::{
    robin_hood::{
        iter::Words,
        order::{Monotone, Order, words_within},
        raw::Raw,
    },
    storage::Downward,
};

/// All keys of a set, in order.
#[derive(Debug)]
pub struct Iter<'a, O> {
    words: Words<'a>,
    order: &'a O,
}

impl<O> Clone for Iter<'_, O> {
    fn clone(&self) -> Self {
        Iter { words: self.words.clone(), order: self.order }
    }
}

impl<'a, O> Iter<'a, O> {
    pub(super) fn new<S: Downward>(raw: &'a Raw<S>, order: &'a O) -> Self {
        Iter { words: Words::all(raw), order }
    }
}

impl<O: Order> Iterator for Iter<'_, O> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        self.words.next().map(|(_, word)| self.order.key(word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, u64) -> B>(self, start: B, mut each: F) -> B {
        self.words.fold(start, |sum, (_, word)| each(sum, self.order.key(word)))
    }
}

impl<O: Order> DoubleEndedIterator for Iter<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<u64> {
        self.words.next_back().map(|(_, word)| self.order.key(word))
    }
}

impl<O: Order> ExactSizeIterator for Iter<'_, O> {}
impl<O: Order> FusedIterator for Iter<'_, O> {}

/// Some keys of a set, ascending.
#[derive(Debug)]
pub struct Range<'a, O> {
    words: Words<'a>,
    order: &'a O,
}

impl<O> Clone for Range<'_, O> {
    fn clone(&self) -> Self {
        Range { words: self.words.clone(), order: self.order }
    }
}

impl<'a, O: Monotone> Range<'a, O> {
    pub(super) fn new<S: Downward>(
        raw: &'a Raw<S>,
        order: &'a O,
        bounds: &impl RangeBounds<u64>,
    ) -> Self {
        Range { words: Words::within(raw, words_within(order, bounds)), order }
    }
}

impl<O: Order> Iterator for Range<'_, O> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        self.words.next().map(|(_, word)| self.order.key(word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, u64) -> B>(self, start: B, mut each: F) -> B {
        self.words.fold(start, |sum, (_, word)| each(sum, self.order.key(word)))
    }
}

impl<O: Order> DoubleEndedIterator for Range<'_, O> {
    #[inline]
    fn next_back(&mut self) -> Option<u64> {
        self.words.next_back().map(|(_, word)| self.order.key(word))
    }
}

impl<O: Order> FusedIterator for Range<'_, O> {}
