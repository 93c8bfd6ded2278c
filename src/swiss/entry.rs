//! An entry of a borrowed table, or the place for one that is absent: the safe half of the entry interfaces.

use super::{raw::Raw, view::Place};
use crate::{
    error::{Error, Rejected},
    layout::{Tag, Word},
    storage::Storage,
};

impl<T, V, S: Storage> Raw<T, V, S> {
    /// The entry of hash `hash` for which `equal` holds, to do more with; or the place for one.
    #[inline]
    pub(super) fn entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
    ) -> Result<Occupied<'_, T, V, S>, Vacant<'_, T, V, S>> {
        match self.reader().find_or_home_word(hash, equal) {
            // SAFETY: a lookup yields slots that are not free.
            Ok(place) => Ok(unsafe { Occupied::new(self, place) }),
            // SAFETY: the word is that of the home.
            Err(home_word) => Err(unsafe { Vacant::new(self, hash, home_word) }),
        }
    }

    /// [`entry`](Self::entry) as far as the home alone decides it. Nothing is called, so the function around it need
    /// not save registers, if what follows an undecided answer is a call.
    #[inline]
    pub(super) fn entry_at_home(
        &mut self,
        hash: u64,
        mut equal: impl FnMut(&T) -> bool,
    ) -> AtHome<'_, T, V, S> {
        let word = self.reader().home_word(hash);
        if let Some(place) = self.reader().find_at_home(hash, word, &mut equal) {
            // SAFETY: a lookup yields slots that are not free.
            return AtHome::Occupied(unsafe { Occupied::new(self, place) });
        }
        if self.len() < self.capacity() && !word.filter_has(Tag::of(hash).class()) {
            // SAFETY: the word is that of the home.
            AtHome::Vacant(unsafe { Vacant::new(self, hash, word) })
        } else {
            // SAFETY: as above.
            AtHome::Undecided(unsafe { Undecided::new(self, hash, word) })
        }
    }

    /// Puts in an entry that is not in the table, growing the storage if it is full and can.
    #[inline]
    pub(super) fn try_insert(
        &mut self,
        hash: u64,
        entry: T,
        value: V,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<Occupied<'_, T, V, S>, Rejected<(T, V)>> {
        match Vacant::of(self, hash).try_reserve(hasher) {
            Ok(vacant) => Ok(vacant.insert(entry, value)),
            Err(error) => Err(Rejected { value: (entry, value), error }),
        }
    }
}

/// An entry found, or just put in, together with its table.
///
/// **H1** The slot of `place` is not free, as nothing else can touch the table meanwhile.
pub(super) struct Occupied<'a, T, V, S: Storage> {
    table: &'a mut Raw<T, V, S>,
    place: Place,
}

impl<'a, T, V, S: Storage> Occupied<'a, T, V, S> {
    /// The entry at `place`.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn new(table: &'a mut Raw<T, V, S>, place: Place) -> Self {
        Occupied { table, place }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn pair(&self) -> (&T, &V) {
        let reader = self.table.reader();
        // SAFETY: H1.
        let entry = unsafe { reader.entry(self.place) };
        // SAFETY: H1.
        (entry, unsafe { reader.value(self.place) })
    }

    #[inline]
    pub(super) fn pair_mut(&mut self) -> (&mut T, &mut V) {
        // SAFETY: H1, and the result borrows `self`.
        unsafe { self.table.writer().pair_mut(self.place) }
    }

    #[inline]
    pub(super) fn into_pair_mut(self) -> (&'a mut T, &'a mut V) {
        // SAFETY: H1, and `self` is gone.
        unsafe { self.table.writer().pair_mut(self.place) }
    }

    /// Takes the entry out. There is room for another one in the table that is returned.
    pub(super) fn remove(self) -> ((T, V), &'a mut Raw<T, V, S>) {
        // SAFETY: H1.
        let pair = unsafe { self.table.writer().remove(self.place) };
        (pair, self.table)
    }
}

/// An entry that is absent, with its table and what the lookup read: an insertion does not read it again.
///
/// **H2** `home_word` is the metadata word of the home of `hash`, as nothing else can touch the table meanwhile.
pub(super) struct Vacant<'a, T, V, S: Storage> {
    table: &'a mut Raw<T, V, S>,
    hash: u64,
    home_word: Word,
}

impl<'a, T, V, S: Storage> Vacant<'a, T, V, S> {
    /// The place for an entry of hash `hash` that is not in the table.
    #[inline]
    pub(super) fn of(table: &'a mut Raw<T, V, S>, hash: u64) -> Self {
        let home_word = table.reader().home_word(hash);
        Vacant { table, hash, home_word }
    }

    /// [`of`](Self::of) after a lookup.
    ///
    /// # Safety
    ///
    /// `home_word` is the metadata word of the home of `hash`.
    #[inline]
    pub(super) unsafe fn new(table: &'a mut Raw<T, V, S>, hash: u64, home_word: Word) -> Self {
        Vacant { table, hash, home_word }
    }

    /// Makes sure that the entry fits, growing the storage if it is full and can.
    #[inline]
    pub(super) fn try_reserve(self, hasher: impl Fn(&T) -> u64) -> Result<Self, Error> {
        if self.has_room() {
            return Ok(self);
        }
        self.table.try_reserve(1, hasher)?;
        Ok(Vacant::of(self.table, self.hash))
    }

    /// Does the entry fit?
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.table.len() < self.table.capacity()
    }

    /// Puts the entry in. [`has_room`](Self::has_room) holds.
    #[inline]
    pub(super) fn insert(self, entry: T, value: V) -> Occupied<'a, T, V, S> {
        // SAFETY: H2.
        let place = unsafe { self.table.writer().insert(self.hash, self.home_word, entry, value) };
        // SAFETY: `insert` has just filled the slot.
        unsafe { Occupied::new(self.table, place) }
    }

    /// The hash of the entry.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// The table again.
    pub(super) fn into_table(self) -> &'a mut Raw<T, V, S> {
        self.table
    }
}

/// What the home of a hash decides about an entry.
pub(super) enum AtHome<'a, T, V, S: Storage> {
    /// It is there.
    Occupied(Occupied<'a, T, V, S>),
    /// It is absent (W4), and there is room for it.
    Vacant(Vacant<'a, T, V, S>),
    /// Other groups decide, or the table is full.
    Undecided(Undecided<'a, T, V, S>),
}

/// A lookup that has not found an entry in its home.
///
/// **H3** `home_word` is as in H2.
pub(super) struct Undecided<'a, T, V, S: Storage> {
    table: &'a mut Raw<T, V, S>,
    hash: u64,
    home_word: Word,
}

impl<'a, T, V, S: Storage> Undecided<'a, T, V, S> {
    /// # Safety
    ///
    /// H3 holds.
    #[inline]
    pub(super) unsafe fn new(table: &'a mut Raw<T, V, S>, hash: u64, home_word: Word) -> Self {
        Undecided { table, hash, home_word }
    }

    /// The rest of the lookup: the entry, or the place for it.
    #[inline]
    pub(super) fn decide(
        self,
        equal: impl FnMut(&T) -> bool,
    ) -> Result<Occupied<'a, T, V, S>, Vacant<'a, T, V, S>> {
        let Undecided { table, hash, home_word } = self;
        match table.reader().find_beyond_home(hash, home_word, equal) {
            // SAFETY: a lookup yields slots that are not free.
            Ok(place) => Ok(unsafe { Occupied::new(table, place) }),
            // SAFETY: H3.
            Err(home_word) => Err(unsafe { Vacant::new(table, hash, home_word) }),
        }
    }
}
