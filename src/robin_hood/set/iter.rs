//! Iterators over the keys of a set.
#![forbid(unsafe_code)]

use core::{iter::FusedIterator, ops::RangeBounds};

use crate::{
    robin_hood::{iter::Words, order::Order, raw::Raw},
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

/// Some keys of a set in the order of their values.
#[derive(Clone, Debug)]
pub struct Range<'a> {
    words: Words<'a>,
}

impl<'a> Range<'a> {
    pub(super) fn new<S: Downward>(raw: &'a Raw<S>, bounds: &impl RangeBounds<u64>) -> Self {
        Range { words: Words::within(raw, bounds) }
    }
}

impl Iterator for Range<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        self.words.next().map(|(_, word)| word)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, u64) -> B>(self, start: B, mut each: F) -> B {
        self.words.fold(start, |sum, (_, word)| each(sum, word))
    }
}

impl DoubleEndedIterator for Range<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u64> {
        self.words.next_back().map(|(_, word)| word)
    }
}

impl FusedIterator for Range<'_> {}
