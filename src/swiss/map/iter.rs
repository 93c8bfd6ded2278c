//! The iterators of maps.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator, marker::PhantomData};

use super::{
    super::{
        drain::{self, IntoPairs},
        iter::{Pairs, PairsMut},
    },
    Pairing,
};
use crate::storage::Storage;

/// Keys and values of a map.
pub struct Iter<'a, K, V, P: Pairing<K, V>> {
    pairs: Pairs<'a, P::Entry, P::Beside>,
    borrowed: PhantomData<(&'a K, &'a V)>,
}

impl<'a, K, V, P: Pairing<K, V>> Iter<'a, K, V, P> {
    pub(super) fn new(pairs: Pairs<'a, P::Entry, P::Beside>) -> Self {
        Iter { pairs, borrowed: PhantomData }
    }
}

impl<K, V, P: Pairing<K, V>> Clone for Iter<'_, K, V, P> {
    fn clone(&self) -> Self {
        Iter::new(self.pairs.clone())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, P: Pairing<K, V>> fmt::Debug for Iter<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'a, K, V, P: Pairing<K, V>> Iterator for Iter<'a, K, V, P>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.pairs.next().map(|(entry, beside)| P::pair(entry, beside))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut step: F) -> B {
        self.pairs.fold(init, |sum, (entry, beside)| step(sum, P::pair(entry, beside)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Keys and values of a map, the values to change.
pub struct IterMut<'a, K, V, P: Pairing<K, V>> {
    pairs: PairsMut<'a, P::Entry, P::Beside>,
    borrowed: PhantomData<(&'a K, &'a mut V)>,
}

impl<'a, K, V, P: Pairing<K, V>> IterMut<'a, K, V, P> {
    pub(super) fn new(pairs: PairsMut<'a, P::Entry, P::Beside>) -> Self {
        IterMut { pairs, borrowed: PhantomData }
    }
}

impl<'a, K, V, P: Pairing<K, V>> Iterator for IterMut<'a, K, V, P>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.pairs.next().map(|(entry, beside)| P::pair_mut(entry, beside))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Keys and values of a map that is emptied.
pub struct Drain<'a, K, V, P: Pairing<K, V>> {
    pairs: drain::Drain<'a, P::Entry, P::Beside>,
    owned: PhantomData<(K, V)>,
}

impl<'a, K, V, P: Pairing<K, V>> Drain<'a, K, V, P> {
    pub(super) fn new(pairs: drain::Drain<'a, P::Entry, P::Beside>) -> Self {
        Drain { pairs, owned: PhantomData }
    }
}

impl<K, V, P: Pairing<K, V>> Iterator for Drain<'_, K, V, P> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.pairs.next().map(|(entry, beside)| P::split(entry, beside))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Keys and values of a map that is gone.
pub struct IntoIter<K, V, P: Pairing<K, V>, S: Storage> {
    pairs: IntoPairs<P::Entry, P::Beside, S>,
    owned: PhantomData<(K, V)>,
}

impl<K, V, P: Pairing<K, V>, S: Storage> IntoIter<K, V, P, S> {
    pub(super) fn new(pairs: IntoPairs<P::Entry, P::Beside, S>) -> Self {
        IntoIter { pairs, owned: PhantomData }
    }
}

impl<K, V, P: Pairing<K, V>, S: Storage> Iterator for IntoIter<K, V, P, S> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.pairs.next().map(|(entry, beside)| P::split(entry, beside))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Keys of a map.
pub struct Keys<'a, K, V, P: Pairing<K, V>>(pub(super) Iter<'a, K, V, P>);

impl<K, V, P: Pairing<K, V>> Clone for Keys<'_, K, V, P> {
    fn clone(&self) -> Self {
        Keys(self.0.clone())
    }
}

impl<'a, K, V, P: Pairing<K, V>> Iterator for Keys<'a, K, V, P>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        self.0.next().map(|(key, _)| key)
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'a K) -> B>(self, init: B, mut step: F) -> B {
        self.0.fold(init, |sum, (key, _)| step(sum, key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Values of a map.
pub struct Values<'a, K, V, P: Pairing<K, V>>(pub(super) Iter<'a, K, V, P>);

impl<K, V, P: Pairing<K, V>> Clone for Values<'_, K, V, P> {
    fn clone(&self) -> Self {
        Values(self.0.clone())
    }
}

impl<'a, K, V, P: Pairing<K, V>> Iterator for Values<'a, K, V, P>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = &'a V;

    #[inline]
    fn next(&mut self) -> Option<&'a V> {
        self.0.next().map(|(_, value)| value)
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'a V) -> B>(self, init: B, mut step: F) -> B {
        self.0.fold(init, |sum, (_, value)| step(sum, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Values of a map, to change.
pub struct ValuesMut<'a, K, V, P: Pairing<K, V>>(pub(super) IterMut<'a, K, V, P>);

impl<'a, K, V, P: Pairing<K, V>> Iterator for ValuesMut<'a, K, V, P>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = &'a mut V;

    #[inline]
    fn next(&mut self) -> Option<&'a mut V> {
        self.0.next().map(|(_, value)| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Every iterator here knows its length and stays at its end.
macro_rules! exact_and_fused {
    ($([$($parameter:tt)*] $name:ty),+ $(,)?) => {
        $(
            impl<$($parameter)*> ExactSizeIterator for $name {}
            impl<$($parameter)*> FusedIterator for $name {}
        )+
    };
}

exact_and_fused![
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] Iter<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] IterMut<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] Keys<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] Values<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] ValuesMut<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V>] Drain<'a, K, V, P>,
    [K, V, P: Pairing<K, V>, S: Storage] IntoIter<K, V, P, S>,
];

/// The values that are left.
impl<K, V: fmt::Debug, P: Pairing<K, V>> fmt::Debug for Values<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The keys that are left.
impl<K: fmt::Debug, V, P: Pairing<K, V>> fmt::Debug for Keys<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// How many entries are left, of iterators that cannot show them without handing them out.
macro_rules! debug_of_length {
    ($([$($parameter:tt)*] $name:ident: $type:ty),+ $(,)?) => {
        $(
            impl<$($parameter)*> fmt::Debug for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($name)).field("len", &self.len()).finish_non_exhaustive()
                }
            }
        )+
    };
}

debug_of_length![
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] IterMut: IterMut<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V, Entry: 'a, Beside: 'a>] ValuesMut: ValuesMut<'a, K, V, P>,
    ['a, K, V, P: Pairing<K, V>] Drain: Drain<'a, K, V, P>,
    [K, V, P: Pairing<K, V>, S: Storage] IntoIter: IntoIter<K, V, P, S>,
];

/// No entries.
impl<K, V, P: Pairing<K, V>> Default for Iter<'_, K, V, P> {
    fn default() -> Self {
        Iter::new(Pairs::default())
    }
}

/// No keys.
impl<K, V, P: Pairing<K, V>> Default for Keys<'_, K, V, P> {
    fn default() -> Self {
        Keys(Iter::default())
    }
}

/// No values.
impl<K, V, P: Pairing<K, V>> Default for Values<'_, K, V, P> {
    fn default() -> Self {
        Values(Iter::default())
    }
}
