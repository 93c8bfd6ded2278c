//! Removal: no tombstone, and one displaced resident returns to its home.
//!
//! ```text
//!   home    | a b c . e f g |  filter bit 3 set        home    | a b c x e f g |  bit 3 clear
//!                   ^ free                      --->                   |
//!   alt 3   | p q x r s t u |                          alt 3   | p q . r s t u |
//! ```
//!
//! Pulling one entry back for each removal keeps the table as if the removed keys had never been there, on
//! average: lines per lookup stay the same under churn without end. A filter bit that stashed entries
//! have left set is cleared on the way, once nothing can rely on it.

use super::{
    displace::displaced_of,
    value::Value,
    view::{Place, Writer},
};
use crate::layout::{Class, Offset, SlotByte, lowest_bit};

impl<T, V> Writer<'_, T, V> {
    /// Takes the entry at `place` out and fills its slot.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn remove(mut self, place: Place) -> (T, V) {
        // SAFETY: the caller's promise; the slot is freed next.
        let pair = unsafe { self.read(place) };
        // SAFETY: the caller's promise.
        unsafe { self.forget(place) };
        pair
    }

    /// Takes the entry at `place` out and leaves its slot free.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn take(&mut self, place: Place) -> (T, V) {
        // SAFETY: the caller's promise; the slot is freed next.
        let pair = unsafe { self.read(place) };
        // SAFETY: the caller's promise.
        unsafe { self.vacate(place) };
        pair
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// Forgets the entry at `place` and fills its slot.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn forget(mut self, place: Place) {
        let filter = self.word(place.offset()).filter();
        // SAFETY: the caller's promise.
        unsafe { self.vacate(place) };
        if filter != 0 {
            // SAFETY: the slot was freed just now.
            unsafe { self.pull_into(place) };
        }
    }

    /// Forgets the entry at `place` and leaves its slot free.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn vacate(&mut self, place: Place) {
        let byte = self.slot_byte(place);
        self.empty(place);
        self.control.len -= 1;
        if byte.is_displaced() {
            self.again().settle_displaced(byte, place.offset());
        }
    }

    /// What the header and the home have to know when an entry that was not at home, and whose byte
    /// was `byte`, is gone from group `here`.
    #[inline(never)]
    fn settle_displaced(mut self, byte: SlotByte, here: Offset) {
        if byte.is_stashed() {
            self.control.remove_stashed();
        } else {
            let home = self.geometry().alternate(here, byte.class());
            self.settle_filter(home, byte.class(), here);
        }
    }

    /// Moves one displaced resident of this home into the free slot `vacancy`. Looks at one other group per set filter
    /// bit, and finds one in the first unless stashed entries have left bits set.
    ///
    /// # Safety
    ///
    /// `vacancy` is a free slot of this table.
    #[inline(never)]
    pub(super) unsafe fn pull_into(mut self, vacancy: Place) {
        let here = vacancy.offset();
        let mut filter = self.word(here).filter();
        while filter != 0 {
            let class = Class::new(lowest_bit(u64::from(filter)) as u8);
            let offset = self.geometry().alternate(here, class);
            let displaced = displaced_of(self.word(offset), class);
            if let Some(slot) = displaced.lowest() {
                // SAFETY: a displaced resident, and the caller's promise.
                unsafe { self.relocate(Place::new(offset, slot), vacancy) };
            }
            self.set_filter_for(here, class, displaced.without_lowest());
            if !displaced.is_empty() {
                return;
            }
            filter &= filter - 1;
        }
    }
}
