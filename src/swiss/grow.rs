//! Moving to another storage: growing, shrinking, moving into memory that the caller provides.
//!
//! ```text
//!   old group g   | a b c d e f g |     the next bit of each hash says which
//!                    /         \
//!   new group g  | a c d |    | b e f g |  new group g + n
//! ```
//!
//! Doubling takes the residents at home group by group, and each goes into one of two lines that
//! stay in the cache meanwhile. The displaced and the stashed follow; all are ordinary inserts. The
//! old table is left alone until the new one is complete, so a failed allocation, or a hash
//! function that panics, leaves everything as it was. The hash function may be another one than
//! before: nothing of the old hashes is used.

use core::mem::{self, ManuallyDrop};

use super::{
    raw::Raw,
    shape::Shape,
    value::Value,
    view::{Place, Reader, Writer},
};
use crate::{
    error::{Error, Rejected},
    layout::{Geometry, LINE_BYTES, WINDOW, WINDOW_BYTES, WindowMask, Word, log2_groups_for},
    probe,
    storage::Storage,
};

/// A table whose entries belong to another one as well: forgotten, not dropped.
struct Copies<T, V: ?Sized + Value, S: Storage>(ManuallyDrop<Raw<T, V, S>>);

impl<T, V: ?Sized + Value, S: Storage> Copies<T, V, S> {
    fn new(table: Raw<T, V, S>) -> Self {
        Copies(ManuallyDrop::new(table))
    }

    fn into_storage(self) -> S {
        let mut copies = ManuallyDrop::new(self);
        // SAFETY: taken once: `Copies` is not dropped.
        unsafe { ManuallyDrop::take(&mut copies.0) }.forget_entries()
    }
}

impl<T, V: ?Sized + Value, S: Storage> Drop for Copies<T, V, S> {
    fn drop(&mut self) {
        // SAFETY: taken once: `into_storage` does not come here.
        drop(unsafe { ManuallyDrop::take(&mut self.0) }.forget_entries());
    }
}

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// Makes sure that `additional` more entries fit.
    #[cold]
    #[inline(never)]
    pub(super) fn try_reserve(
        &mut self,
        additional: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        let wanted = self.len().checked_add(additional).ok_or(Error::CapacityOverflow)?;
        if wanted <= self.capacity() {
            return Ok(());
        }
        self.try_resize(wanted, hasher)
    }

    /// Releases memory that is not needed for `min_capacity` entries, nor for those in the table.
    pub(super) fn try_shrink_to(
        &mut self,
        min_capacity: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        let wanted = min_capacity.max(self.len());
        if wanted == 0 {
            *self = Raw::sized_in(self.storage().try_another(0)?, self.load(), self.size())?;
            return Ok(());
        }
        match self.groups_for(wanted) {
            Ok(groups) if groups < self.reader().geometry().groups() => {
                self.try_resize(wanted, hasher)
            }
            // More than there is already, or than there can be: nothing to release.
            _ => Ok(()),
        }
    }

    /// Moves all entries to a new storage of the same kind, with room for `capacity` of them,
    /// which must be enough.
    pub(super) fn try_resize(
        &mut self,
        capacity: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        let groups = self.groups_for(capacity)?;
        let lines = self.shape().lines_of_groups(groups).ok_or(Error::CapacityOverflow)?;
        if self.storage().can_grow() { self.resize_to(lines, hasher) } else { Err(Error::Full) }
    }

    /// Moves all entries to a new storage of `lines` lines. By itself, because its frame has room for
    /// storages and tables, which may be large.
    #[inline(never)]
    fn resize_to(&mut self, lines: usize, hasher: impl Fn(&T) -> u64) -> Result<(), Error> {
        let storage = self.storage().try_another(lines)?;
        self.move_into(Raw::sized_in(storage, self.load(), self.size())?, hasher);
        Ok(())
    }

    /// Moves all entries to `storage` and gives the old one back; or gives `storage` back if it is
    /// too small.
    pub(super) fn try_move_into(
        &mut self,
        storage: S,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<S, Rejected<S>> {
        let (given, needed) = (storage.lines(), self.groups_for(self.len()));
        let shape = self.shape();
        match needed.map(|groups| shape.lines_of_groups(groups)) {
            Ok(Some(lines)) if lines <= given => {}
            Ok(lines) => {
                let needed_bytes = lines.unwrap_or(usize::MAX / LINE_BYTES) * LINE_BYTES;
                let error = Error::TooSmall { needed_bytes, given_bytes: given * LINE_BYTES };
                return Err(Rejected { value: storage, error });
            }
            Err(error) => return Err(Rejected { value: storage, error }),
        }
        if shape.needs_fixed_lines() && !storage.is_fixed() {
            let error = Error::Misaligned { needed_bytes: shape.align };
            return Err(Rejected { value: storage, error });
        }
        let geometry = shape.largest_within(given).unwrap_or(Geometry::ONE);
        let table = Raw::of_geometry(storage, geometry, self.load(), self.size());
        Ok(self.move_into(table, hasher).into_storage())
    }

    /// Moves all entries to the empty table `table`, which must have room for them. Returns the old
    /// one, its entries no longer its own.
    fn move_into(&mut self, table: Self, hasher: impl Fn(&T) -> u64) -> Copies<T, V, S> {
        let mut new = Copies::new(table);
        copy_all(self.reader(), new.0.writer(), hasher);
        mem::swap(self, &mut new.0);
        new
    }

    fn shape(&self) -> Shape {
        V::shape(self.size())
    }

    /// Groups that `capacity` entries need.
    fn groups_for(&self, capacity: usize) -> Result<usize, Error> {
        log2_groups_for(capacity, self.load()).map(|log2| 1 << log2).ok_or(Error::CapacityOverflow)
    }
}

/// Copies every entry of `old` bit by bit into the empty table `new`: those at home first, so that
/// in a doubled table each of them finds room in its home.
fn copy_all<T, V: ?Sized + Value>(
    old: Reader<'_, T, V>,
    mut new: Writer<'_, T, V>,
    hasher: impl Fn(&T) -> u64,
) {
    let geometry = old.geometry();
    for are_displaced in [false, true] {
        for window in (0..=geometry.mask_bytes()).step_by(WINDOW_BYTES) {
            for bytes in old.words().part(window, are_displaced) {
                copy(old, Place::at(geometry, window + bytes), &mut new, &hasher);
            }
        }
    }
}

impl Reader<'_, (), ()> {
    /// The slots of the window at `bytes` that hold entries at home, or displaced and stashed ones. A call where it is
    /// long, as it is the same for all types of entries.
    #[inline(always)]
    fn part(self, bytes: usize, are_displaced: bool) -> WindowMask {
        if WINDOW == 1 {
            self.find_part(bytes, are_displaced)
        } else {
            self.call_find_part(bytes, are_displaced)
        }
    }

    #[inline(never)]
    fn call_find_part(self, bytes: usize, are_displaced: bool) -> WindowMask {
        self.find_part(bytes, are_displaced)
    }

    #[inline(always)]
    fn find_part(self, bytes: usize, are_displaced: bool) -> WindowMask {
        let words = self.window(bytes);
        let part = if are_displaced {
            words.map(Word::with_displaced_alone)
        } else {
            words.map(Word::without_displaced)
        };
        probe::occupied(part, self.geometry().groups())
    }
}

/// Copies one entry.
fn copy<T, V: ?Sized + Value>(
    old: Reader<'_, T, V>,
    place: Place,
    new: &mut Writer<'_, T, V>,
    hasher: &impl Fn(&T) -> u64,
) {
    // SAFETY: the slot is not free.
    let entry = unsafe { old.entry(place) };
    let hash = hasher(entry);
    // SAFETY: the slot is not free.
    let value = unsafe { old.value(place) };
    let home_word = new.reader().home_word(hash);
    // SAFETY: the word of the home, and both are written next.
    let room = unsafe { new.claim(hash, home_word) };
    // SAFETY: another table's place; one of the two copies is forgotten by `Copies`, whatever happens.
    unsafe { new.copy_from(room, (entry, value)) };
}
