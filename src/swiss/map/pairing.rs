//! How a key and its value share the slots and the values of a table.
#![forbid(unsafe_code)]

/// How a map keeps its pairs. There are two ways, [`Narrow`] and [`Wide`].
pub trait Pairing<K, V>: sealed::Sealed {
    /// What stands in the probed group.
    type Entry;
    /// What stands in the array of values.
    type Beside;

    /// Puts a pair together.
    fn join(key: K, value: V) -> (Self::Entry, Self::Beside);
    /// Takes a pair apart.
    fn split(entry: Self::Entry, beside: Self::Beside) -> (K, V);
    /// The key of an entry.
    fn key(entry: &Self::Entry) -> &K;
    /// Key and value.
    fn pair<'a>(entry: &'a Self::Entry, beside: &'a Self::Beside) -> (&'a K, &'a V);
    /// Key and value, the value to change.
    fn pair_mut<'a>(entry: &'a mut Self::Entry, beside: &'a mut Self::Beside)
    -> (&'a K, &'a mut V);
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Narrow {}
    impl Sealed for super::Wide {}
}

/// Key and value together are one entry, of at most eight bytes: a [`PackedMap`](super::PackedMap).
#[derive(Clone, Copy, Debug)]
pub enum Narrow {}

/// The key is the entry, and the value stands in an array beside the groups: a [`Map`](super::Map).
#[derive(Clone, Copy, Debug)]
pub enum Wide {}

impl<K, V> Pairing<K, V> for Narrow {
    type Entry = (K, V);
    type Beside = ();

    fn join(key: K, value: V) -> ((K, V), ()) {
        ((key, value), ())
    }

    fn split(entry: (K, V), (): ()) -> (K, V) {
        entry
    }

    fn key(entry: &(K, V)) -> &K {
        &entry.0
    }

    fn pair<'a>(entry: &'a (K, V), (): &'a ()) -> (&'a K, &'a V) {
        (&entry.0, &entry.1)
    }

    fn pair_mut<'a>(entry: &'a mut (K, V), (): &'a mut ()) -> (&'a K, &'a mut V) {
        (&entry.0, &mut entry.1)
    }
}

impl<K, V> Pairing<K, V> for Wide {
    type Entry = K;
    type Beside = V;

    fn join(key: K, value: V) -> (K, V) {
        (key, value)
    }

    fn split(entry: K, beside: V) -> (K, V) {
        (entry, beside)
    }

    fn key(entry: &K) -> &K {
        entry
    }

    fn pair<'a>(entry: &'a K, beside: &'a V) -> (&'a K, &'a V) {
        (entry, beside)
    }

    fn pair_mut<'a>(entry: &'a mut K, beside: &'a mut V) -> (&'a K, &'a mut V) {
        (entry, beside)
    }
}
