//! Inserting a key that is known to be absent.

use super::view::{Place, Writer};
use crate::{
    layout::{SlotByte, Tag, Word},
    probe,
};

impl<T, V> Writer<'_, T, V> {
    /// Puts in an entry that is not in the table, which must hold less than `max`: then a slot is
    /// free (W6). Touches the home, and the alternate when the home is full; further lines only to
    /// move residents out of the way.
    ///
    /// # Safety
    ///
    /// `home_word` is the metadata word of the home of `hash`.
    #[inline]
    pub(super) unsafe fn insert(mut self, hash: u64, home_word: Word, entry: T, value: V) -> Place {
        debug_assert!(self.control.len < self.control.max);
        let home = self.geometry().home(hash);
        let Some(slot) = probe::free_slot(home_word) else {
            return self.insert_displaced(hash, entry, value);
        };
        let place = Place::new(home, slot);
        let word = home_word.with_filled(slot, Tag::of(hash).at_home());
        // SAFETY: the slot was found free in the word of the group.
        unsafe { self.fill_in(home, word, place, entry, value) };
        self.control.len += 1;
        place
    }

    /// [`insert`](Self::insert) when the home is full.
    #[inline(never)]
    fn insert_displaced(mut self, hash: u64, entry: T, value: V) -> Place {
        let (place, byte) = self.make_room(hash);
        // SAFETY: a free slot of this table.
        unsafe { self.fill(place, byte, entry, value) };
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
        if place.offset(self.geometry()) == home {
            return (place, tag.at_home());
        }
        self.set_filter(home, tag.class());
        (place, tag.displaced())
    }
}
