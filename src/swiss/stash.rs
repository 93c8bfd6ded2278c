//! Stashed entries: what a flood of equal hashes turns into.
//!
//! A key goes to the first free slot after its alternate if its two groups are full and no resident of them can be
//! moved. Its byte carries no tag, so it is found by comparing; `span` bounds how far a search goes, and keys with
//! another home or class do not search, as the filter bit of their home is clear. Growing the table inserts the
//! stashed afresh, and with a sound hash they become ordinary entries.

use super::{
    value::Value,
    view::{Place, Reader, Writer},
};
use crate::{
    layout::{Offset, SlotByte, Tag},
    probe,
};

impl<T, V: ?Sized + Value> Reader<'_, T, V> {
    /// Looks among the stashed entries after `alternate`: at most `span` lines.
    #[cold]
    pub(super) fn find_stashed(
        self,
        alternate: Offset,
        mut equal: impl FnMut(&T) -> bool,
    ) -> Option<Place> {
        (1..=self.control.span).find_map(|distance| {
            let offset = self.geometry().after(alternate, distance);
            let matching = probe::match_slots(self.word(offset), SlotByte::STASHED);
            self.compare(offset, matching, &mut equal)
        })
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// A slot for a key that has no room in either group. Some slot of the table must be free: then
    /// the search ends, at the latest when it has been round once.
    #[cold]
    pub(super) fn make_room_in_stash(&mut self, hash: u64) -> Place {
        let (home, alternate) = self.geometry().pair(hash);
        let class = Tag::of(hash).class();
        let mut distance = 1;
        loop {
            let offset = self.geometry().after(alternate, distance);
            if let Some(slot) = probe::free_slot(self.word(offset)) {
                self.set_filter(home, class);
                self.control.add_stashed(home, class, distance); // W3
                return Place::new(offset, slot);
            }
            distance += 1;
        }
    }
}
