//! Growing into a larger storage.
//!
//! ```text
//!   old group g   | a b c d e f g |     the next bit of each hash says which
//!                    /         \
//!   new group g  | a c d |    | b e f g |  new group g + n
//! ```
//!
//! Doubling takes the residents at home group by group, and each goes into one of two lines that
//! stay in the cache meanwhile. The displaced and the deep follow; all are ordinary inserts. The old table is
//! left alone until the new one is complete, so a failed allocation, or a hash function that
//! panics, leaves everything as it was.

use super::{
    iter::occupied,
    raw::Raw,
    view::{Place, Reader, Writer},
};
use crate::{error::Error, layout::log2_groups_for, storage::Storage};

/// A table whose entries belong to another one as well: forgotten, not dropped.
struct Copies<T, V, S: Storage>(Raw<T, V, S>);

impl<T, V, S: Storage> Drop for Copies<T, V, S> {
    fn drop(&mut self) {
        self.0.forget_entries();
    }
}

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Makes sure that `additional` more entries fit.
    #[cold]
    pub(super) fn try_reserve(
        &mut self,
        additional: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        let wanted = self.len().checked_add(additional).ok_or(Error::CapacityOverflow)?;
        if wanted <= self.capacity() {
            return Ok(());
        }
        let log2 = log2_groups_for(wanted, self.load()).ok_or(Error::CapacityOverflow)?;
        self.move_to(1 << log2, hasher)
    }

    /// Moves all entries to a new storage of `groups` groups, which must have room for them.
    fn move_to(&mut self, groups: usize, hasher: impl Fn(&T) -> u64) -> Result<(), Error> {
        let lines = groups.checked_mul(Self::LINES_PER_GROUP).ok_or(Error::CapacityOverflow)?;
        let storage = self.storage().try_larger(lines)?;
        let mut new = Copies(Raw::new_in(storage, self.load())?);
        copy_all(self.reader(), new.0.writer(), hasher);
        // The entries are the new table's now; `new` takes the old one, and forgets them there.
        self.swap(&mut new.0);
        Ok(())
    }
}

/// Copies every entry of `old` bit by bit into the empty table `new`: those at home first, so that
/// in a doubled table each of them finds room in its home.
fn copy_all<T, V>(old: Reader<'_, T, V>, mut new: Writer<'_, T, V>, hasher: impl Fn(&T) -> u64) {
    for away in [false, true] {
        for group in 0..old.geometry().groups() {
            let offset = old.geometry().at(group);
            let word = old.word(offset);
            for slot in occupied(word).filter(|&slot| word.slot_byte(slot).is_away() == away) {
                copy(old, Place { offset, slot }, &mut new, &hasher);
            }
        }
    }
}

/// Copies one entry.
fn copy<T, V>(
    old: Reader<'_, T, V>,
    place: Place,
    new: &mut Writer<'_, T, V>,
    hasher: &impl Fn(&T) -> u64,
) {
    // SAFETY: the slot is not free.
    let entry = unsafe { old.entry(place) };
    let hash = hasher(entry);
    // SAFETY: one of the two copies is forgotten by `Copies`, whatever happens.
    let entry = unsafe { core::ptr::from_ref(entry).read() };
    // SAFETY: the slot is not free.
    let value = unsafe { old.value(place) };
    // SAFETY: as for the entry.
    let value = unsafe { core::ptr::from_ref(value).read() };
    new.insert(hash, entry, value);
}
