//! What a caller of [`compare_and_set`](super::Map::compare_and_set) expects of the present value.

use crate::lockfree::operations::Decision;

/// What the present value must be for a compare-and-set to take place: the four expectations of nbds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation<V> {
    /// Anything, or none.
    Whatever,
    /// Some value.
    Exists,
    /// None: the key is absent.
    NotExists,
    /// This value.
    Value(V),
}

impl<V: PartialEq> Expectation<V> {
    /// Is `current` what is expected? So the answer of a compare-and-set shows whether it took place.
    #[inline]
    pub fn is_met_by(&self, current: Option<V>) -> bool {
        match self {
            Expectation::Whatever => true,
            Expectation::Exists => current.is_some(),
            Expectation::NotExists => current.is_none(),
            Expectation::Value(expected) => current.is_some_and(|current| current == *expected),
        }
    }
}

impl<V> Expectation<V> {
    /// The same expectation of another type of value.
    #[inline]
    pub(crate) fn map<W>(self, convert: impl FnOnce(V) -> W) -> Expectation<W> {
        match self {
            Expectation::Whatever => Expectation::Whatever,
            Expectation::Exists => Expectation::Exists,
            Expectation::NotExists => Expectation::NotExists,
            Expectation::Value(value) => Expectation::Value(convert(value)),
        }
    }
}

/// What to do for `expected` and `new`, when `current` is there. Nothing is written that is there.
#[inline]
pub(crate) fn decide(
    expected: &Expectation<u64>,
    new: Option<u64>,
    current: Option<u64>,
) -> Decision {
    if !expected.is_met_by(current) || new == current {
        return Decision::Keep;
    }
    new.map_or(Decision::Remove, Decision::Set)
}
