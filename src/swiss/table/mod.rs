//! `Table`: any entry of at most eight bytes, with hash and equality from the caller.
#![forbid(unsafe_code)]

use super::{entry::Vacant, raw::Raw, stats::Stats};
#[cfg(feature = "alloc")]
use crate::storage::Growable;
use crate::{
    error::{Error, Rejected},
    layout::MaxLoad,
    storage::{Heap, Inline, Storage},
};

mod bucket;
mod entry;
mod growing;
mod iter;
mod traits;

pub use entry::{AbsentEntry, Entry, OccupiedEntry, VacantEntry};
pub use iter::{Drain, Entries, ExtractIf, IntoIter, Iter, IterHash, IterHashMut, IterMut};

/// A hash table of entries of at most eight bytes; the caller passes hashes and an equality along.
///
/// `T` has a size and an alignment of at most eight bytes, or the program does not compile: a word, a reference, a
/// `Box`, a `char`, a pair of `u32`. Every value of `T` is legal, and an entry takes eight bytes whatever its size.
///
/// | operation | cache lines | can fail |
/// |---|---|---|
/// | find, find_mut | 1 or 2; more only for stashed entries | no |
/// | try_insert_unique | on average 1.7 at 3/4 load and 5.2 at 15/16; at the most 198, when a search finds nothing, unless the entry becomes stashed | full, or no memory |
/// | remove | at the most 4, without stashed entries | no |
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
///
/// A larger entry is refused by the compiler:
///
/// ```compile_fail,E0080
/// use heptad::{storage::Inline, swiss::Table};
/// let table: Table<[u32; 3], Inline<4>> = Table::inline();
/// ```
#[repr(transparent)]
pub struct Table<T, S: Storage = Heap> {
    pub(super) raw: Raw<T, (), S>,
}

impl<T, const LINES: usize> Table<T, Inline<LINES>> {
    /// An empty table of `LINES` groups (a power of two, or the one below is used) inside its own
    /// value, for a `static`. All its bytes are zero but for the header.
    pub const fn inline() -> Self {
        Self::inline_with_max_load(MaxLoad::FifteenSixteenths)
    }

    /// [`inline`](Self::inline) with another load at which the table counts as full.
    pub const fn inline_with_max_load(load: MaxLoad) -> Self {
        Table { raw: Raw::inline(load) }
    }
}

#[cfg(feature = "alloc")]
impl<T> Table<T, Heap> {
    /// An empty table without memory; the first insert allocates one group. It grows when 7/8 of its slots are in
    /// use ([`MaxLoad::GROWING`]); [`with_max_load_in`](Self::with_max_load_in) an empty [`Heap`] takes another load.
    pub const fn new() -> Self {
        Table { raw: Raw::without_lines(Heap::new(), MaxLoad::GROWING, ()) }
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

    /// [`try_with_capacity`](Self::try_with_capacity), ending in the allocation error handler when
    /// there is no memory.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::try_with_capacity(capacity).unwrap_or_else(|error| Heap::fail(error))
    }
}

/// Making, measuring and emptying.
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

    /// Drops all entries and gives the storage back.
    pub fn into_storage(self) -> S {
        self.raw.into_storage()
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

    /// Bytes of the storage, used or not. The header is not among them unless the storage is
    /// [`Inline`].
    pub fn allocation_size(&self) -> usize {
        self.raw.storage().lines() * crate::layout::LINE_BYTES
    }

    /// How full and how orderly the table is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        Stats::of(self.raw.reader())
    }

    /// Drops all entries; the memory stays. Writes one word per group.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// Takes out all entries; the memory stays. Entries not taken are dropped with the iterator.
    pub fn drain(&mut self) -> Drain<'_, T> {
        Entries { pairs: self.raw.drain() }
    }

    /// Drops the entries for which `keep` does not hold. Calls it once for each entry.
    pub fn retain(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        self.raw.retain(|entry, ()| keep(entry));
    }

    /// Takes out the entries for which `chosen` holds, as the iterator is stepped; the rest stays.
    pub fn extract_if<F: FnMut(&mut T) -> bool>(&mut self, chosen: F) -> ExtractIf<'_, T, F> {
        ExtractIf { extraction: self.raw.extraction(), chosen }
    }

    /// Checks the invariants W1..W6; W5 only if no entry ever was stashed.
    #[doc(hidden)]
    pub fn check_invariants(
        &self,
        hasher: impl Fn(&T) -> u64,
        ever_stashed: bool,
    ) -> Result<(), &'static str> {
        self.raw.broken_invariant(hasher, ever_stashed).map_or(Ok(()), Err)
    }
}

/// Finding.
impl<T, S: Storage> Table<T, S> {
    /// The entry of hash `hash` for which `equal` holds. Read-only; one or two cache lines.
    #[inline(always)]
    pub fn find(&self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<&T> {
        self.raw.find(hash, equal).map(|(entry, ())| entry)
    }

    /// [`find`](Self::find), to change the entry in place: its hash has to stay what it is.
    #[inline(always)]
    pub fn find_mut(&mut self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.raw.find_mut(hash, equal).map(|(entry, ())| entry)
    }

    /// Prefetches the home line of `hash`, without waiting: for a lookup, insertion or removal soon to come.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        self.raw.reader().prefetch(hash);
    }

    /// Looks up the entry of each of `hashes`, sixteen lines under way at a time: for tables that
    /// fit no cache. `equal(i, entry)` compares for `hashes[i]`, `found(i, answer)` gets the answers
    /// in order.
    pub fn find_many<'a>(
        &'a self,
        hashes: &[u64],
        equal: impl FnMut(usize, &T) -> bool,
        mut found: impl FnMut(usize, Option<&'a T>),
    ) {
        let answer = |index, pair: Option<(&'a T, &'a ())>| {
            found(index, pair.map(|(entry, ())| entry));
        };
        self.raw.find_many(hashes, |&hash| hash, equal, answer);
    }

    /// Several entries at once, to change: for each hash the entry for which `equal(i, entry)` holds.
    ///
    /// # Errors
    ///
    /// [`Error::Overlapping`] if two of them are the same entry.
    pub fn get_disjoint_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        equal: impl FnMut(usize, &T) -> bool,
    ) -> Result<[Option<&mut T>; N], Error> {
        let pairs = self.raw.find_disjoint_mut(hashes, equal)?;
        Ok(pairs.map(|pair| pair.map(|(entry, ())| entry)))
    }

    /// All entries, in no order that means anything. Reads every line.
    pub fn iter(&self) -> Iter<'_, T> {
        Entries { pairs: self.raw.pairs() }
    }

    /// One step of a walk that holds no borrow, for callers that cannot keep an iterator: the first
    /// entry at `position` or after it, and the position to go on from. A walk starts at 0; every
    /// other number is a position too. If the table changes during the walk, entries that are moved
    /// may be seen twice or not at all.
    ///
    /// ```
    /// use heptad::{hash::hash_word, storage::Inline, swiss::Table};
    ///
    /// let hash = |word: &u64| hash_word(0x5eed, *word);
    /// let mut table: Table<u64, Inline<4>> = Table::inline();
    /// table.try_insert_unique(hash(&7), 7, hash)?;
    /// table.try_insert_unique(hash(&9), 9, hash)?;
    /// let (mut position, mut sum) = (0, 0);
    /// while let Some((next, word)) = table.next_from(position) {
    ///     (position, sum) = (next, sum + word);
    /// }
    /// assert_eq!(sum, 16);
    /// # Ok::<(), heptad::Rejected<u64>>(())
    /// ```
    pub fn next_from(&self, position: usize) -> Option<(usize, &T)> {
        self.raw.reader().next_from(position).map(|(next, (entry, ()))| (next, entry))
    }

    /// All entries, to change in place: their hashes have to stay what they are.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        Entries { pairs: self.raw.pairs_mut() }
    }

    /// The entries that may have hash `hash`: those with its home and tag, and those stashed. One or
    /// two cache lines.
    pub fn iter_hash(&self, hash: u64) -> IterHash<'_, T> {
        Entries { pairs: self.raw.pairs_of(hash) }
    }

    /// [`iter_hash`](Self::iter_hash), to change in place.
    pub fn iter_hash_mut(&mut self, hash: u64) -> IterHashMut<'_, T> {
        Entries { pairs: self.raw.pairs_of_mut(hash) }
    }
}

/// Finding words.
impl<S: Storage> Table<u64, S> {
    /// The entry that is `word`, whose hash is `hash`, by one call of the probe routine, in assembly
    /// where there is any: short code, and no faster than [`find`](Self::find), which is inlined.
    pub fn find_word(&self, hash: u64, word: u64) -> Option<&u64> {
        self.raw.find_word(hash, word).map(|(entry, ())| entry)
    }

    /// [`find_many`](Self::find_many) for a table whose entries are the keys themselves, and the
    /// fastest way to look many of them up: one routine, in assembly where there is any, takes them
    /// in blocks whose lines are all under way. `found(i, answer)` gets the answers in order. `hash`
    /// may be called more than once for a word. Uses a quarter of a KiB of stack.
    ///
    /// ```
    /// use heptad::{hash::hash_word, storage::Inline, swiss::Table};
    ///
    /// let hash = |word: &u64| hash_word(0x5eed, *word);
    /// let mut table: Table<u64, Inline<4>> = Table::inline();
    /// table.try_insert_unique(hash(&7), 7, hash)?;
    /// let mut found = [false; 3];
    /// table.find_words(&[6, 7, 8], hash, |index, word| found[index] = word.is_some());
    /// assert_eq!(found, [false, true, false]);
    /// # Ok::<(), heptad::Rejected<u64>>(())
    /// ```
    pub fn find_words<'a>(
        &'a self,
        words: &[u64],
        hash: impl Fn(&u64) -> u64,
        mut found: impl FnMut(usize, Option<&'a u64>),
    ) {
        let answer = |index, pair: Option<(&'a u64, &'a ())>| {
            found(index, pair.map(|(entry, ())| entry));
        };
        self.raw.find_words(words, hash, answer);
    }
}

/// Putting in and taking out.
impl<T, S: Storage> Table<T, S> {
    /// Takes out the entry of hash `hash` for which `equal` holds.
    #[inline(always)]
    pub fn remove(&mut self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<T> {
        self.raw.remove(hash, equal).map(|(entry, ())| entry)
    }

    /// Puts in an entry that the table does not have yet, growing the storage if it must and can;
    /// `hasher` gives the hashes of the entries then. An equal entry already there is not noticed:
    /// the table holds both.
    ///
    /// # Errors
    ///
    /// The value is returned with [`Error::Full`] from a storage that cannot grow, with
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`] from one that can. The table is as
    /// it was.
    #[inline]
    pub fn try_insert_unique(
        &mut self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<OccupiedEntry<'_, T, S>, Rejected<T>> {
        match self.raw.try_insert(hash, value, (), hasher) {
            Ok(occupied) => Ok(OccupiedEntry { occupied, hash }),
            Err(Rejected { value: (value, ()), error }) => Err(Rejected { value, error }),
        }
    }

    /// [`try_insert_unique`](Self::try_insert_unique) that never grows: it allocates nothing and
    /// needs no hash function. Its cost does not depend on the size of the table, unless the entry
    /// becomes stashed.
    ///
    /// # Errors
    ///
    /// The value is returned with [`Error::Full`] when [`len`](Self::len) has reached
    /// [`capacity`](Self::capacity).
    #[inline]
    pub fn insert_within_capacity(
        &mut self,
        hash: u64,
        value: T,
    ) -> Result<OccupiedEntry<'_, T, S>, Rejected<T>> {
        let vacant = Vacant::of(&mut self.raw, hash);
        if !vacant.has_room() {
            return Err(Rejected { value, error: Error::Full });
        }
        Ok(OccupiedEntry { occupied: vacant.insert(value, ()), hash })
    }

    /// The entry of hash `hash` for which `equal` holds, or a place for it. Room is made for one
    /// more entry if there is none, so that filling a vacant entry cannot fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert_unique`](Self::try_insert_unique), and only if the entry is absent.
    #[inline]
    pub fn try_entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<Entry<'_, T, S>, Error> {
        match self.raw.entry(hash, equal) {
            Ok(occupied) => Ok(Entry::Occupied(OccupiedEntry { occupied, hash })),
            Err(vacant) => {
                Ok(Entry::Vacant(VacantEntry { vacant: vacant.try_reserve(hasher)?, hash }))
            }
        }
    }

    /// The entry of hash `hash` for which `equal` holds.
    ///
    /// # Errors
    ///
    /// An [`AbsentEntry`], which has the table again.
    pub fn find_entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
    ) -> Result<OccupiedEntry<'_, T, S>, AbsentEntry<'_, T, S>> {
        match self.raw.entry(hash, equal) {
            Ok(occupied) => Ok(OccupiedEntry { occupied, hash }),
            Err(vacant) => Err(AbsentEntry { raw: vacant.into_table() }),
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

    /// Moves all entries to `storage` and gives the old one back. `hasher` may be another than
    /// before: this is also how a table in provided memory gets a new seed.
    ///
    /// # Errors
    ///
    /// `storage` is returned with [`Error::TooSmall`]; the table is as it was.
    pub fn move_into(&mut self, storage: S, hasher: impl Fn(&T) -> u64) -> Result<S, Rejected<S>> {
        self.raw.try_move_into(storage, hasher)
    }
}
