//! What a conditional removal did.

/// What [`remove_if`](super::Map::remove_if) did, and the value that the key had: in an
/// [`IndirectMap`](super::IndirectMap), its reference and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal<V> {
    /// There was no such key.
    Absent,
    /// The condition did not hold for this value, which the key keeps.
    Kept(V),
    /// The key had this value, and is gone.
    Removed(V),
}

impl<V> Removal<V> {
    /// The value that was removed, if one was.
    #[inline]
    pub fn removed(self) -> Option<V> {
        match self {
            Removal::Removed(value) => Some(value),
            Removal::Absent | Removal::Kept(_) => None,
        }
    }

    /// The value that the key had, removed or not.
    #[inline]
    pub fn before(self) -> Option<V> {
        match self {
            Removal::Removed(value) | Removal::Kept(value) => Some(value),
            Removal::Absent => None,
        }
    }

    /// What it is, of the value before.
    #[inline]
    pub(super) fn of(before: Option<V>, removes: bool) -> Removal<V> {
        match before {
            None => Removal::Absent,
            Some(value) if removes => Removal::Removed(value),
            Some(value) => Removal::Kept(value),
        }
    }
}
