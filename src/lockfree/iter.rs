//! The public iterator.

use core::{fmt, iter::FusedIterator, marker::PhantomData};

use super::{root::Root, walk::Walk, word::Word};

/// The entries of a [`Map`](super::Map), while others change it: see [`Map::iter`](super::Map::iter).
#[derive(Clone)]
pub struct Iter<'m, K, V> {
    walk: Walk<'m>,
    words: PhantomData<fn() -> (K, V)>,
}

impl<'m, K, V> Iter<'m, K, V> {
    pub(super) fn over(root: &'m Root<'_>) -> Self {
        Iter { walk: Walk::over(root.table()), words: PhantomData }
    }
}

impl<K: Word, V: Word> Iterator for Iter<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.walk.next().map(|(key, value)| (K::from_word(key), V::from_word(value)))
    }
}

impl<K: Word, V: Word> FusedIterator for Iter<'_, K, V> {}

impl<K, V> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
