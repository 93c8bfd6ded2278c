//! The public iterator.

use core::{fmt, iter::FusedIterator, marker::PhantomData};

use super::word::Word;
use crate::lockfree::chain::{Beside, Chain, Never, Track, Walk};

/// The entries of a [`Map`](super::Map), while others change it: see [`Map::iter`](super::Map::iter).
pub struct Iter<'m, K, V, G: Track = Never> {
    walk: Walk<'m, G>,
    words: PhantomData<fn() -> (K, V)>,
}

impl<'m, K, V, G: Track> Iter<'m, K, V, G> {
    pub(crate) fn over(chain: &'m Chain<'_, G>) -> Self {
        Iter { walk: Walk::over(chain), words: PhantomData }
    }
}

/// The clone stays in the table of its original, and keeps it as its original does.
impl<K, V, G: Beside> Clone for Iter<'_, K, V, G> {
    fn clone(&self) -> Self {
        Iter { walk: self.walk.clone(), words: PhantomData }
    }
}

impl<K: Word, V: Word, G: Track> Iterator for Iter<'_, K, V, G> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.walk.next().map(|(key, value)| (K::from_word(key), V::from_word(value)))
    }
}

impl<K: Word, V: Word, G: Track> FusedIterator for Iter<'_, K, V, G> {}

impl<K, V, G: Track> fmt::Debug for Iter<'_, K, V, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
