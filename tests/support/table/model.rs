//! A table beside a bitmap of the keys that it should hold.

use heptad::{Error, storage::Storage, swiss::Table};

/// Keys are below this; a bitmap says which are in the table.
pub(super) const KEYS: usize = 16 * 1024;

/// What the table should hold.
pub(super) struct Model {
    pub(super) present: [u64; KEYS / 64],
    pub(super) len: usize,
}

impl Model {
    pub(super) const EMPTY: Model = Model { present: [0; KEYS / 64], len: 0 };

    pub(super) fn has(&self, key: u64) -> bool {
        self.present[key as usize / 64] >> (key % 64) & 1 == 1
    }

    pub(super) fn set(&mut self, key: u64, present: bool) {
        if self.has(key) != present {
            self.present[key as usize / 64] ^= 1 << (key % 64);
            self.len = if present { self.len + 1 } else { self.len - 1 };
        }
    }
}

/// A table with its model.
pub(super) struct Checked<S: Storage> {
    pub(super) table: Table<u64, S>,
    pub(super) model: Model,
    pub(super) hash: fn(u64) -> u64,
    pub(super) ever_stashed: bool,
    /// Check the invariants after every operation?
    pub(super) thorough: bool,
}

impl<S: Storage> Checked<S> {
    pub(super) fn new(storage: S, hash: fn(u64) -> u64) -> Self {
        let table = Table::new_in(storage).unwrap();
        Checked { table, model: Model::EMPTY, hash, ever_stashed: false, thorough: true }
    }

    pub(super) fn insert(&mut self, key: u64) {
        let hash = (self.hash)(key);
        let found = self.table.find(hash, |&entry| entry == key).copied();
        assert_eq!(found, self.model.has(key).then_some(key));
        if found.is_none() {
            let full = self.table.len() == self.table.capacity();
            match self.table.try_insert_unique(hash, key, |&entry| (self.hash)(entry)) {
                Ok(entry) => {
                    assert_eq!(*entry.get(), key);
                    assert!(!full, "an entry beyond the capacity");
                    self.model.set(key, true);
                }
                Err(rejected) => {
                    assert_eq!((rejected.value, rejected.error), (key, Error::Full));
                    assert!(full, "refused below the capacity");
                }
            }
        }
        self.check();
    }

    pub(super) fn remove(&mut self, key: u64) {
        let removed = self.table.remove((self.hash)(key), |&entry| entry == key);
        assert_eq!(removed, self.model.has(key).then_some(key));
        self.model.set(key, false);
        self.check();
    }

    pub(super) fn check(&mut self) {
        assert_eq!(self.table.len(), self.model.len);
        if !self.thorough {
            return;
        }
        self.ever_stashed |= self.table.stats().stashed > 0;
        let checked = self.table.check_invariants(|&entry| (self.hash)(entry), self.ever_stashed);
        assert_eq!(checked, Ok(()));
    }

    /// Every key below `keys` is found exactly if it should be, alone and in a batch, and iteration
    /// yields the same.
    pub(super) fn check_contents(&self, keys: u64) {
        for key in 0..keys {
            let found = self.table.find((self.hash)(key), |&entry| entry == key);
            assert_eq!(found.is_some(), self.model.has(key), "key {key}");
        }
        for first in (0..keys).step_by(150) {
            let batch: [u64; 150] = core::array::from_fn(|index| first + index as u64);
            let mut next = 0;
            self.table.find_words(
                &batch,
                |&key| (self.hash)(key),
                |index, found| {
                    assert_eq!(index, next, "answers come in order");
                    next += 1;
                    let key = batch[index];
                    assert_eq!(found.copied(), self.model.has(key).then_some(key), "key {key}");
                },
            );
            assert_eq!(next, batch.len());
        }
        let mut seen = Model::EMPTY;
        for &key in &self.table {
            assert!(!seen.has(key), "key {key} twice");
            seen.set(key, true);
        }
        assert_eq!(seen.present, self.model.present);
    }
}
