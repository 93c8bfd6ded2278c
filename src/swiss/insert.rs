//! Inserting a key that is known to be absent.

use super::{
    value::Value,
    view::{Place, Writer},
};
use crate::{
    layout::{SlotByte, Tag, Word},
    probe,
};

impl<T, V> Writer<'_, T, V> {
    /// Puts in an entry that is not in the table: see [`claim`](Self::claim).
    ///
    /// # Safety
    ///
    /// `home_word` is the metadata word of the home of `hash`.
    #[inline]
    pub(super) unsafe fn insert(mut self, hash: u64, home_word: Word, entry: T, value: V) -> Place {
        // SAFETY: the caller's promise, and both are written next.
        let Some(place) = (unsafe { self.claim_at_home(hash, home_word) }) else {
            return self.insert_displaced(hash, entry, value);
        };
        // SAFETY: a place of this table that holds nothing yet.
        unsafe { self.write(place, entry, value) };
        place
    }

    /// [`insert`](Self::insert) when the home is full. Nothing follows the call, so the function around it need not
    /// save registers.
    #[inline(never)]
    fn insert_displaced(mut self, hash: u64, entry: T, value: V) -> Place {
        // SAFETY: both are written next.
        let place = unsafe { self.again().claim_displaced(hash) };
        // SAFETY: a place of this table that holds nothing yet.
        unsafe { self.write(place, entry, value) };
        place
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// Takes a slot for an entry that is not in the table, which must hold less than `max`: then a slot is
    /// free (W6). Touches the home, and the alternate when the home is full; further lines only to
    /// move residents out of the way.
    ///
    /// # Safety
    ///
    /// `home_word` is the metadata word of the home of `hash`, and entry and value are written next (V2).
    #[inline]
    pub(super) unsafe fn claim(&mut self, hash: u64, home_word: Word) -> Place {
        // SAFETY: the caller's promise.
        let at_home = unsafe { self.claim_at_home(hash, home_word) };
        // SAFETY: the caller's promise.
        at_home.unwrap_or_else(|| unsafe { self.again().claim_displaced(hash) })
    }

    /// [`claim`](Self::claim) if the home has a free slot.
    ///
    /// # Safety
    ///
    /// As for [`claim`](Self::claim).
    #[inline]
    unsafe fn claim_at_home(&mut self, hash: u64, home_word: Word) -> Option<Place> {
        debug_assert!(self.control.len < self.control.max);
        let place = Place::new(self.geometry().home(hash), probe::free_slot(home_word)?);
        // SAFETY: the slot was found free in the word of the group; the caller writes what it holds.
        unsafe { self.mark(home_word, place, Tag::of(hash).at_home()) };
        self.control.len += 1;
        Some(place)
    }

    /// [`claim`](Self::claim) when the home is full.
    ///
    /// # Safety
    ///
    /// Entry and value are written next (V2).
    #[inline(never)]
    unsafe fn claim_displaced(mut self, hash: u64) -> Place {
        let (place, byte) = self.make_room(hash);
        let word = self.word(place.offset());
        // SAFETY: a free slot of this table; the caller writes what it holds.
        unsafe { self.mark(word, place, byte) };
        self.control.len += 1;
        place
    }

    /// A free slot for a key of `hash` whose home is full, and the byte it is to carry there. Filter
    /// bits are set already (W2, W3).
    fn make_room(&mut self, hash: u64) -> (Place, SlotByte) {
        let tag = Tag::of(hash);
        let (home, alternate) = self.geometry().pair(hash);
        let place = match probe::free_slot(self.word(alternate)) {
            Some(slot) => Place::new(alternate, slot),
            None => match self.displace(home, alternate) {
                Some(place) => place,
                None => return (self.make_room_in_stash(hash), SlotByte::STASHED),
            },
        };
        if place.offset() == home {
            return (place, tag.at_home());
        }
        self.set_filter(home, tag.class());
        (place, tag.displaced())
    }
}
