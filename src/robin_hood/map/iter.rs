//! The keys of a map alone, and its values alone.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator};

use crate::{
    robin_hood::{
        order::Order,
        table::{IntoIter, Iter, IterMut},
    },
    storage::Downward,
};

/// An iterator over one part of the pairs of another, from either end.
macro_rules! part_of_pairs {
    ($($(#[$doc:meta])* $name:ident<[$($life:lifetime,)? $($parameter:ident $(: $bound:ident)?),*]>
        ($pairs:ty): $item:ty = $part:expr;)+) => {
        $(
            $(#[$doc])*
            pub struct $name<$($life,)? $($parameter $(: $bound)?),*>(pub(super) $pairs);

            impl<$($life,)? $($parameter: of_map::$parameter),*> Iterator
                for $name<$($life,)? $($parameter),*>
            {
                type Item = $item;

                #[inline]
                fn next(&mut self) -> Option<$item> {
                    self.0.next().map($part)
                }

                #[inline]
                fn fold<B, F: FnMut(B, $item) -> B>(self, start: B, each: F) -> B {
                    self.0.map($part).fold(start, each)
                }

                fn size_hint(&self) -> (usize, Option<usize>) {
                    self.0.size_hint()
                }
            }

            impl<$($life,)? $($parameter: of_map::$parameter),*> DoubleEndedIterator
                for $name<$($life,)? $($parameter),*>
            {
                #[inline]
                fn next_back(&mut self) -> Option<$item> {
                    self.0.next_back().map($part)
                }
            }

            impl<$($life,)? $($parameter: of_map::$parameter),*> ExactSizeIterator
                for $name<$($life,)? $($parameter),*> {}
            impl<$($life,)? $($parameter: of_map::$parameter),*> FusedIterator
                for $name<$($life,)? $($parameter),*> {}

            /// How many are left.
            impl<$($life,)? $($parameter: of_map::$parameter),*> fmt::Debug
                for $name<$($life,)? $($parameter),*>
            {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($name)).field("len", &self.len()).finish_non_exhaustive()
                }
            }
        )+
    };
}

/// What the parameters of the iterators are: the storage and the order of a map.
mod of_map {
    pub(super) use super::{Downward as S, Order as O};
}

part_of_pairs! {
    /// The keys of a map, in order.
    Keys<['a, O]>(Iter<'a, (u64, u64), O>): u64 = |(key, _)| key;
    /// The values of a map, in the order of their keys.
    Values<['a, O]>(Iter<'a, (u64, u64), O>): &'a u64 = |(_, value)| value;
    /// The values of a map, in the order of their keys, to be changed.
    ValuesMut<['a, O]>(IterMut<'a, O>): &'a mut u64 = |(_, value)| value;
    /// The keys of a map that is no more, in order.
    IntoKeys<[S: Downward, O]>(IntoIter<(u64, u64), S, O>): u64 = |(key, _)| key;
    /// The values of a map that is no more, in the order of their keys.
    IntoValues<[S: Downward, O]>(IntoIter<(u64, u64), S, O>): u64 = |(_, value)| value;
}

impl<O> Clone for Keys<'_, O> {
    fn clone(&self) -> Self {
        Keys(self.0.clone())
    }
}

impl<O> Clone for Values<'_, O> {
    fn clone(&self) -> Self {
        Values(self.0.clone())
    }
}
