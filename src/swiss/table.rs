//! `Table`: any eight-byte entry, with hash and equality from the caller.
#![forbid(unsafe_code)]

use core::fmt;

use super::{
    entry::{Entry, OccupiedEntry, VacantEntry},
    iter::Pairs,
    raw::Raw,
    stats::Stats,
};
use crate::{
    error::{Error, Rejected},
    layout::MaxLoad,
    storage::{Growable, Heap, Inline, Storage},
};

/// A hash table of eight-byte entries; the caller passes hashes and an equality along.
///
/// `T` has a size of eight bytes and an alignment of at most eight, or the program does not
/// compile: a word, a reference, a `Box`, a pair of `u32`. Every value of `T` is legal.
///
/// | operation | cache lines | can fail |
/// |---|---|---|
/// | find, find_mut | 1 or 2; more only for deep entries | no |
/// | try_insert_unique | 1 to 3 and, above about 3/4 load, the words of some neighbours (two groups' neighbours are at most 14 lines; a search, 128) | full, or no memory |
/// | remove | find's, and 1 or 2 when a displaced entry comes home | no |
///
/// The table never calls the hash function in a lookup or a removal; an insert calls it once per
/// entry when the storage grows.
///
/// ```
/// use heptad::{hash::hash_word, storage::Inline, swiss::Table};
///
/// let hash = |name: &[u8; 8]| hash_word(0, u64::from_le_bytes(*name));
/// let mut table: Table<[u8; 8], Inline<4>> = Table::inline();
/// let name = *b"heptad  ";
/// table.try_insert_unique(hash(&name), name, hash)?;
/// assert!(table.find(hash(&name), |entry| *entry == name).is_some());
/// # Ok::<(), heptad::Rejected<[u8; 8]>>(())
/// ```
pub struct Table<T, S: Storage = Heap> {
    raw: Raw<T, (), S>,
}

impl<T, const LINES: usize> Table<T, Inline<LINES>> {
    /// An empty table of `LINES` groups (a power of two, or the one below is used) inside its own
    /// value, for a `static`. All its bytes are zero but for the header.
    pub const fn inline() -> Self {
        Table { raw: Raw::inline(MaxLoad::FifteenSixteenths) }
    }
}

#[cfg(feature = "alloc")]
impl<T> Table<T, Heap> {
    /// An empty table without memory; the first insert allocates one group.
    pub const fn new() -> Self {
        Table { raw: Raw::without_lines(Heap::new()) }
    }

    /// An empty table that takes `capacity` entries without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize) -> Result<Self, Error> {
        let mut table = Table::new();
        table.try_reserve(capacity, |_| 0)?;
        Ok(table)
    }
}

impl<T, S: Storage> Table<T, S> {
    /// An empty table over `storage`: as many groups as fit, a power of two. What stands in the
    /// storage is overwritten: one store per line.
    ///
    /// # Errors
    ///
    /// None for the storages of this crate, which have at least one line or can grow.
    pub fn new_in(storage: S) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::default())
    }

    /// [`new_in`](Self::new_in) with another load at which the table counts as full.
    ///
    /// # Errors
    ///
    /// Those of [`new_in`](Self::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad) -> Result<Self, Error> {
        Ok(Table { raw: Raw::new_in(storage, load)? })
    }

    /// Entries in the table.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Is there no entry?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that fit before the table has to grow, those in it included.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// The entry of hash `hash` for which `equal` holds. Read-only; one or two cache lines.
    #[inline]
    pub fn find(&self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<&T> {
        self.raw.find(hash, equal).map(|(entry, ())| entry)
    }

    /// [`find`](Self::find), to change the entry in place: its hash has to stay what it is.
    #[inline]
    pub fn find_mut(&mut self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.raw.find_mut(hash, equal).map(|(entry, ())| entry)
    }

    /// Takes out the entry of hash `hash` for which `equal` holds.
    pub fn remove(&mut self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<T> {
        self.raw.remove(hash, equal).map(|(entry, ())| entry)
    }

    /// Puts in an entry that the table does not have yet, growing the storage if it must and can;
    /// `hasher` gives the hashes of the entries then. An equal entry already there is not noticed:
    /// the table holds both.
    ///
    /// # Errors
    ///
    /// The value comes back with [`Error::Full`] from a storage that cannot grow, with
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`] from one that can. The table is as
    /// it was.
    pub fn try_insert_unique(
        &mut self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<OccupiedEntry<'_, T, S>, Rejected<T>> {
        match self.raw.try_insert(hash, value, (), hasher) {
            Ok(held) => Ok(OccupiedEntry { held }),
            Err(Rejected { value: (value, ()), error }) => Err(Rejected { value, error }),
        }
    }

    /// The entry of hash `hash` for which `equal` holds, or a place for it. Room is made for one
    /// more entry if there is none, so that filling a vacant entry cannot fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert_unique`](Self::try_insert_unique), and only if the entry is absent.
    pub fn try_entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<Entry<'_, T, S>, Error> {
        match self.raw.find_held(hash, equal) {
            Ok(held) => Ok(Entry::Occupied(OccupiedEntry { held })),
            Err(table) => {
                table.try_reserve_one(hasher)?;
                Ok(Entry::Vacant(VacantEntry { table, hash }))
            }
        }
    }

    /// Makes sure that `additional` more entries fit without growing.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::AllocationFailed`] or [`Error::CapacityOverflow`]; the table is as
    /// it was.
    pub fn try_reserve(
        &mut self,
        additional: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        self.raw.try_reserve(additional, hasher)
    }

    /// Drops all entries; the memory stays. Writes one word per group.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// All entries, in no order that means anything. Reads each line once.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { pairs: self.raw.pairs() }
    }

    /// All entries, to change in place: their hashes have to stay what they are.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.raw.pairs_mut().map(|(entry, ())| entry)
    }

    /// Checks the invariants W1..W6; W5 only if no entry ever was deep.
    #[doc(hidden)]
    pub fn check_invariants(
        &self,
        hasher: impl Fn(&T) -> u64,
        ever_deep: bool,
    ) -> Result<(), &'static str> {
        self.raw.broken_invariant(hasher, ever_deep).map_or(Ok(()), Err)
    }

    /// How full and how orderly the table is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        Stats::of(self.raw.reader())
    }
}

impl<T, S: Growable> Table<T, S> {
    /// [`try_insert_unique`](Self::try_insert_unique), ending in the allocation error handler when
    /// there is no memory.
    pub fn insert_unique(
        &mut self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> OccupiedEntry<'_, T, S> {
        self.try_insert_unique(hash, value, hasher)
            .unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_entry`](Self::try_entry), ending in the allocation error handler when there is no
    /// memory.
    pub fn entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Entry<'_, T, S> {
        self.try_entry(hash, equal, hasher).unwrap_or_else(|error| S::fail(error))
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize, hasher: impl Fn(&T) -> u64) {
        self.try_reserve(additional, hasher).unwrap_or_else(|error| S::fail(error));
    }
}

#[cfg(feature = "alloc")]
impl<T> Default for Table<T, Heap> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug, S: Storage> fmt::Debug for Table<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<'a, T, S: Storage> IntoIterator for &'a Table<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The entries of a [`Table`].
pub struct Iter<'a, T> {
    pairs: Pairs<'a, T, ()>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Iter { pairs: self.pairs.clone() }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.pairs.next().map(|(entry, ())| entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> core::iter::FusedIterator for Iter<'_, T> {}
