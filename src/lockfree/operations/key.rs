//! The key that an operation is about, and which stored words stand for it.

use crate::lockfree::bucket::{Header, Home};

/// A look at a place, under a header: what stood there may be an entry's, or anything.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) home: Home<'a>,
    pub(crate) seen: Header,
    /// Does the header show the place?
    pub(crate) is_visible: bool,
}

impl Look<'_> {
    /// Was what was read at the place an entry's? Looks at the header once more. A reference that is followed after
    /// this was in the map at this moment.
    #[inline]
    pub(crate) fn holds(self) -> bool {
        self.is_visible && self.home.still_shows(self.seen)
    }
}

/// The key that an operation is about.
#[derive(Clone, Copy)]
pub(crate) struct Key<M> {
    /// The word that an insertion stores. Its bits in the home mask decide the home.
    pub(crate) word: u64,
    /// Which stored words mean the same key as `word`.
    pub(crate) matches: M,
}

/// Do two words mean the same key: the one looked for, and a stored one? If the look at the stored one does not
/// hold, that one may be anything, and the answer does not count.
pub(crate) trait Matches: Fn(u64, u64, Look<'_>) -> bool + Copy {}

impl<M: Fn(u64, u64, Look<'_>) -> bool + Copy> Matches for M {}

impl<M: Matches> Key<M> {
    /// Does a stored word mean this key? See [`Matches`].
    #[inline]
    pub(crate) fn is(self, stored: u64, look: Look<'_>) -> bool {
        (self.matches)(self.word, stored, look)
    }
}
