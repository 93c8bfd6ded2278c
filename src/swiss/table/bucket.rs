//! Entries by the number of their slot.
#![forbid(unsafe_code)]

use super::Table;
use crate::storage::Storage;

/// Entries by number, for callers that keep a number where they cannot keep a borrow. A number stays good until the
/// table changes; then it may have another entry, or none.
impl<T, S: Storage> Table<T, S> {
    /// The number of the entry of hash `hash` for which `equal` holds.
    ///
    /// ```
    /// use heptad::{hash::hash_word, storage::Inline, swiss::Table};
    ///
    /// let mut table: Table<u64, Inline<4>> = Table::inline();
    /// table.insert_within_capacity(hash_word(0, 7), 7)?;
    /// let number = table.find_bucket_index(hash_word(0, 7), |&word| word == 7).expect("it is there");
    /// assert!(table.get_bucket(number) == Some(&7) && number < table.num_buckets());
    /// # Ok::<(), heptad::Rejected<u64>>(())
    /// ```
    pub fn find_bucket_index(&self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<usize> {
        self.raw.find_bucket(hash, equal)
    }

    /// All numbers of entries are below this: eight per group.
    pub fn num_buckets(&self) -> usize {
        self.raw.buckets()
    }

    /// The entry of number `index`, if there is one.
    pub fn get_bucket(&self, index: usize) -> Option<&T> {
        self.raw.bucket(index).map(|(entry, ())| entry)
    }

    /// [`get_bucket`](Self::get_bucket), to change in place: its hash has to stay what it is.
    pub fn get_bucket_mut(&mut self, index: usize) -> Option<&mut T> {
        self.raw.occupied_bucket(index).map(|entry| entry.into_pair_mut().0)
    }

    /// Takes out the entry of number `index`.
    pub fn remove_bucket(&mut self, index: usize) -> Option<T> {
        self.raw.occupied_bucket(index).map(|entry| entry.remove().0.0)
    }

    /// The numbers of all entries.
    pub fn iter_buckets(&self) -> impl Iterator<Item = usize> {
        (0..self.num_buckets()).filter(|&index| self.get_bucket(index).is_some())
    }
}
