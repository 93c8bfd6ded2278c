//! Cloning a table: the same groups, entry by entry.

use super::{iter::Places, raw::Raw};
use crate::{error::Error, layout::Word, storage::Storage};

impl<T: Clone, V: Clone, S: Storage> Raw<T, V, S> {
    /// A copy in another storage of the same kind and size. No hashing: every entry keeps its place.
    /// If a `clone` panics, what was cloned so far is dropped and nothing else happens.
    pub(super) fn try_clone(&self) -> Result<Self, Error> {
        let old = self.reader();
        if self.capacity() == 0 {
            return Raw::new_in(self.storage().try_another(0)?, self.load());
        }
        let lines = old.shape().lines_of_groups(old.geometry().groups());
        let lines = lines.ok_or(Error::CapacityOverflow)?;
        let storage = self.storage().try_another(lines)?;
        let mut table = Raw::of_geometry(storage, old.geometry(), self.load(), ());
        let mut new = table.writer();
        for group in 0..old.geometry().groups() {
            let offset = old.geometry().at(group);
            // SAFETY: only the filter: no slot is in use.
            unsafe { new.set_word(offset, Word(u64::from(old.word(offset).filter()))) };
        }
        // The table is sound at every moment, as a clone that panics leaves it to be dropped.
        *new.control = old.control.without_entries();
        let mut places = Places::of(old);
        while let Some(place) = places.next(old.words()) {
            // SAFETY: `Places` yields slots that are not free.
            let entry = unsafe { old.entry(place) }.clone();
            // SAFETY: as above.
            let value = unsafe { old.value(place) }.clone();
            let byte = old.word(place.offset()).slot_byte(place.slot());
            // SAFETY: a place of a table of the same size, to which nothing was copied yet.
            unsafe { new.fill(place, byte, entry, value) };
            new.control.len += 1;
            new.control.stashed += usize::from(byte.is_stashed());
        }
        Ok(table)
    }
}
