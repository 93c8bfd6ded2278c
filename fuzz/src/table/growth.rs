//! Operations of tables whose storages grow.

use heptad::storage::Growable;

use super::{
    Growing, key_of,
    run::{Run, hash_of, hasher},
};

impl<S: Growable> Run<S> {
    pub(super) fn grow(&mut self, operation: Growing) {
        let (len, hashing) = (self.model.len(), self.hashing);
        match operation {
            Growing::Insert(key) => {
                let entry = self.new_entry(key);
                let held = self.table.insert_unique(hash_of(hashing, key), entry, hasher(hashing));
                let inserted = *held.get();
                self.check_insertion(Ok(inserted), entry, true);
            }
            Growing::Entry(key) => {
                let (new, found) = (self.new_entry(key), self.lookup(key));
                let equal = |entry: &u64| key_of(*entry) == key;
                let entry = self.table.entry(hash_of(hashing, key), equal, hasher(hashing));
                let held = entry.or_insert_with(|| new);
                assert_eq!(*held.get(), found.unwrap_or(new));
                self.model.insert(found.unwrap_or(new));
            }
            Growing::Reserve(additional) => {
                self.table.reserve(additional.into(), hasher(hashing));
                assert!(self.table.capacity() >= len + usize::from(additional));
            }
            Growing::ShrinkTo(capacity) => {
                let wanted = len.max(capacity.into());
                assert_eq!(self.table.try_shrink_to(capacity.into(), hasher(hashing)), Ok(()));
                self.check_shrunk(wanted);
            }
            Growing::ShrinkToFit => {
                self.table.shrink_to_fit(hasher(hashing));
                self.check_shrunk(len);
            }
            Growing::Rehash(hashing) => {
                assert_eq!(self.table.try_rehash(hasher(hashing)), Ok(()));
                // A table without memory may get some.
                assert!(self.table.capacity() == self.capacity || self.capacity == 0);
                self.hashing = hashing;
                self.ever_stashed = false;
            }
        }
    }

    /// The table is no larger than `wanted` entries need, nor larger than it was.
    fn check_shrunk(&self, wanted: usize) {
        let least = if wanted == 0 { 0 } else { self.load.capacity(self.load.groups_for(wanted)) };
        assert_eq!(self.table.capacity(), least.min(self.capacity));
    }
}
