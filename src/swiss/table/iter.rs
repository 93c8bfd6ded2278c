//! The iterators of `Table`: those of the raw table, without the values it has not.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator};

use super::super::{
    drain,
    extract::Extraction,
    iter::{Pairs, PairsMut},
    of_hash,
};

/// The entries of an iterator over entries and what goes along with them.
#[derive(Clone, Default)]
pub struct Entries<I> {
    pub(in crate::swiss) pairs: I,
}

impl<T, V, I: Iterator<Item = (T, V)>> Iterator for Entries<I> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.pairs.next().map(|(entry, _)| entry)
    }

    #[inline]
    fn fold<B, F: FnMut(B, T) -> B>(self, init: B, mut step: F) -> B {
        self.pairs.fold(init, |sum, (entry, _)| step(sum, entry))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl<T: fmt::Debug, V, I: Iterator<Item = (T, V)> + Clone> fmt::Debug for Entries<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T, V, I: ExactSizeIterator<Item = (T, V)>> ExactSizeIterator for Entries<I> {}
impl<T, V, I: FusedIterator<Item = (T, V)>> FusedIterator for Entries<I> {}

/// The entries of a table.
pub type Iter<'a, T> = Entries<Pairs<'a, T, ()>>;
/// The entries of a table, to change.
pub type IterMut<'a, T> = Entries<PairsMut<'a, T, ()>>;
/// The entries of a table that is gone.
pub type IntoIter<T, S> = Entries<drain::IntoPairs<T, (), S>>;
/// The entries of a table that is emptied.
pub type Drain<'a, T> = Entries<drain::Drain<'a, T, ()>>;
/// The entries of a table that may have a certain hash.
pub type IterHash<'a, T> = Entries<of_hash::PairsOf<'a, T, ()>>;
/// The entries of a table that may have a certain hash, to change.
pub type IterHashMut<'a, T> = Entries<of_hash::PairsOfMut<'a, T, ()>>;

/// The entries of a table that a function chooses, which are taken out.
pub struct ExtractIf<'a, T, F> {
    pub(super) extraction: Extraction<'a, T, ()>,
    pub(super) chosen: F,
}

impl<T, F: FnMut(&mut T) -> bool> Iterator for ExtractIf<'_, T, F> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let chosen = &mut self.chosen;
        self.extraction.next(|entry, ()| chosen(entry)).map(|(entry, ())| entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.left()))
    }
}

impl<T, F: FnMut(&mut T) -> bool> FusedIterator for ExtractIf<'_, T, F> {}

impl<T, F> fmt::Debug for ExtractIf<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.extraction.left()).finish_non_exhaustive()
    }
}
