//! Iterators that take entries out of a map: those that a function chooses, and all of them, keys or values alone.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator, marker::PhantomData};

use super::{super::extract::Extraction, IntoIter, Pairing};
use crate::storage::Storage;

/// The entries of a map that a function chooses, which are taken out.
pub struct ExtractIf<'a, K, V, P: Pairing<K, V>, F> {
    extraction: Extraction<'a, P::Entry, P::Beside>,
    chosen: F,
    owned: PhantomData<(K, V)>,
}

impl<'a, K, V, P: Pairing<K, V>, F> ExtractIf<'a, K, V, P, F> {
    pub(super) fn new(extraction: Extraction<'a, P::Entry, P::Beside>, chosen: F) -> Self {
        ExtractIf { extraction, chosen, owned: PhantomData }
    }
}

impl<K, V, P, F> Iterator for ExtractIf<'_, K, V, P, F>
where
    P: Pairing<K, V>,
    F: FnMut(&K, &mut V) -> bool,
{
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let chosen = &mut self.chosen;
        let found = self.extraction.next(|entry, beside| {
            let (key, value) = P::pair_mut(entry, beside);
            chosen(key, value)
        });
        found.map(|(entry, beside)| P::split(entry, beside))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.left()))
    }
}

impl<K, V, P: Pairing<K, V>, F: FnMut(&K, &mut V) -> bool> FusedIterator
    for ExtractIf<'_, K, V, P, F>
{
}

impl<K, V, P: Pairing<K, V>, F> fmt::Debug for ExtractIf<'_, K, V, P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.extraction.left()).finish_non_exhaustive()
    }
}

/// One part of the pairs of a map that is gone.
macro_rules! part_of_pairs {
    ($(#[$doc:meta] $name:ident: $item:ident = $part:expr;)+) => {
        $(
            #[$doc]
            pub struct $name<K, V, P: Pairing<K, V>, S: Storage>(pub(super) IntoIter<K, V, P, S>);

            impl<K, V, P: Pairing<K, V>, S: Storage> Iterator for $name<K, V, P, S> {
                type Item = $item;

                fn next(&mut self) -> Option<$item> {
                    self.0.next().map($part)
                }

                fn size_hint(&self) -> (usize, Option<usize>) {
                    self.0.size_hint()
                }
            }

            impl<K, V, P: Pairing<K, V>, S: Storage> ExactSizeIterator for $name<K, V, P, S> {}
            impl<K, V, P: Pairing<K, V>, S: Storage> FusedIterator for $name<K, V, P, S> {}

            impl<K, V, P: Pairing<K, V>, S: Storage> fmt::Debug for $name<K, V, P, S> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($name)).field("len", &self.len()).finish_non_exhaustive()
                }
            }
        )+
    };
}

part_of_pairs! {
    /// The keys of a map that is gone.
    IntoKeys: K = |(key, _)| key;
    /// The values of a map that is gone.
    IntoValues: V = |(_, value)| value;
}
