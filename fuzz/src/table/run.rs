//! A table beside its model, operation by operation.

use std::collections::BTreeSet;

use heptad::{
    Error,
    storage::Storage,
    swiss::{Table, table::Entry},
};

use super::{Act, Choice, Growing, Input, Operation, key_of};
use crate::{
    hashing::Hashing,
    storages::{Load, check_move},
};

/// A table, and its expected content.
pub(super) struct Run<S: Storage> {
    pub(super) table: Table<u64, S>,
    /// The expected entries: those of one key side by side.
    pub(super) model: BTreeSet<u64>,
    /// Storages that the table may move into.
    spares: Vec<S>,
    /// The operations that need a growing storage.
    growing: Option<fn(&mut Self, Growing)>,
    pub(super) hashing: Hashing,
    pub(super) load: Load,
    next_stamp: u64,
    /// The capacity before the operation.
    pub(super) capacity: usize,
    /// Was an entry stashed since the last reinsertion of all entries?
    pub(super) ever_stashed: bool,
}

pub(super) fn hash_of(hashing: Hashing, key: u8) -> u64 {
    hashing.hash(u64::from(key))
}

/// The hash function in the form that tables take.
pub(super) fn hasher(hashing: Hashing) -> impl Fn(&u64) -> u64 {
    move |&entry| hash_of(hashing, key_of(entry))
}

impl<S: Storage> Run<S> {
    pub(super) fn new(
        table: Table<u64, S>,
        spares: Vec<S>,
        growing: Option<fn(&mut Self, Growing)>,
        input: &Input,
    ) -> Self {
        let capacity = table.capacity();
        let lines = table.allocation_size() / 64;
        assert_eq!(capacity, input.load.capacity_within(lines, 64));
        Run {
            table,
            model: BTreeSet::new(),
            spares,
            growing,
            hashing: input.hashing,
            load: input.load,
            next_stamp: 0,
            capacity,
            ever_stashed: false,
        }
    }

    /// Runs `operations`, and takes the table apart.
    pub(super) fn all(mut self, operations: Vec<Operation>) {
        for operation in operations {
            self.one(operation);
            self.check();
        }
        let lines = self.table.allocation_size() / 64;
        if self.next_stamp % 2 == 0 {
            assert_eq!(self.table.into_storage().lines(), lines);
        } else {
            let entries = self.table.into_iter();
            assert_eq!(entries.len(), self.model.len());
            assert_eq!(entries.collect::<BTreeSet<u64>>(), self.model);
        }
    }

    fn one(&mut self, operation: Operation) {
        match operation {
            Operation::Insert(key) => self.insert(key),
            Operation::InsertRun(first, count) => {
                for step in 0..count {
                    self.insert(first.wrapping_add(step));
                    self.check();
                }
            }
            Operation::InsertWithinCapacity(key) => {
                let entry = self.new_entry(key);
                let result = self.table.insert_within_capacity(hash_of(self.hashing, key), entry);
                let result = result.map(|held| *held.get());
                let result = result.map_err(|rejected| (rejected.value, rejected.error));
                self.check_insertion(result, entry, false);
            }
            Operation::Entry(key, act) => self.entry(key, act),
            Operation::FindEntry(key) => self.find_entry(key),
            Operation::Find(key) => self.find(key),
            Operation::Remove(key) => {
                self.remove(key);
            }
            Operation::RemoveRun(first, count) => {
                for step in 0..count {
                    self.remove(first.wrapping_add(step));
                    self.check();
                }
            }
            Operation::RemoveAll(key) => while self.remove(key) {},
            Operation::IterHash(key) => self.iter_hash(key),
            Operation::FindMany(keys) => self.find_many(&keys),
            Operation::Disjoint(keys) => self.disjoint(keys),
            Operation::Retain(choice) => self.retain(choice),
            Operation::ExtractIf(choice, count) => {
                for entry in self.table.extract_if(|entry| choice.has(*entry)).take(count.into()) {
                    assert!(choice.has(entry) && self.model.remove(&entry));
                }
            }
            Operation::Drain(count) => {
                let drain = self.table.drain();
                assert_eq!(drain.len(), self.model.len());
                for entry in drain.take(count.into()) {
                    assert!(self.model.remove(&entry));
                }
                self.emptied();
            }
            Operation::Clear => {
                self.table.clear();
                self.emptied();
            }
            Operation::Clone => match self.table.try_clone() {
                Ok(copy) => {
                    assert_eq!(copy.capacity(), self.capacity);
                    self.table = copy; // its contents are checked next
                }
                Err(error) => assert!(error == Error::Full && self.growing.is_none()),
            },
            Operation::Restamp => {
                let mut changed = BTreeSet::new();
                for entry in &mut self.table {
                    assert!(self.model.remove(entry));
                    *entry ^= 1 << 48;
                    changed.insert(*entry);
                }
                assert!(self.model.is_empty());
                self.model = changed;
            }
            Operation::Reserve(additional) => {
                let fits = self.table.len() + usize::from(additional) <= self.capacity;
                let result = self.table.try_reserve(additional.into(), hasher(self.hashing));
                if fits || self.growing.is_some() {
                    assert_eq!(result, Ok(()));
                    assert!(self.table.len() + usize::from(additional) <= self.table.capacity());
                } else {
                    assert_eq!(result, Err(Error::Full));
                }
            }
            Operation::ReserveTooMuch => {
                let result = self.table.try_reserve(usize::MAX / 4, hasher(self.hashing));
                assert_eq!(result, Err(Error::CapacityOverflow));
            }
            Operation::MoveInto(index, hashing) => self.move_into(index, hashing),
            Operation::Growing(operation) => {
                if let Some(grow) = self.growing {
                    grow(self, operation);
                }
            }
        }
    }

    /// A new entry of `key`, different from all earlier ones.
    pub(super) fn new_entry(&mut self, key: u8) -> u64 {
        self.next_stamp += 1;
        u64::from(key) << 56 | self.next_stamp
    }

    /// The expected entries of `key`.
    fn entries_of(&self, key: u8) -> Vec<u64> {
        let first = u64::from(key) << 56;
        self.model.range(first..=first | u64::MAX >> 8).copied().collect()
    }

    /// Finds an entry of `key`. Everything compared on the way must be an entry.
    pub(super) fn lookup(&self, key: u8) -> Option<u64> {
        let found = self.table.find(hash_of(self.hashing, key), |entry| {
            assert!(self.model.contains(entry), "compared with {entry:#x}, which is not there");
            key_of(*entry) == key
        });
        found.copied()
    }

    fn replace(&mut self, old: u64, new: u64) {
        assert!(self.model.remove(&old), "{old:#x} should not be there");
        self.model.insert(new);
    }

    fn insert(&mut self, key: u8) {
        let (entry, hashing) = (self.new_entry(key), self.hashing);
        let result = self.table.try_insert_unique(hash_of(hashing, key), entry, hasher(hashing));
        let result = result.map(|held| *held.get());
        let result = result.map_err(|rejected| (rejected.value, rejected.error));
        self.check_insertion(result, entry, self.growing.is_some());
    }

    pub(super) fn check_insertion(
        &mut self,
        result: Result<u64, (u64, Error)>,
        entry: u64,
        grows: bool,
    ) {
        let full = self.model.len() == self.capacity;
        match result {
            Ok(inserted) => {
                assert_eq!(inserted, entry);
                assert!(!full || grows, "beyond the capacity");
                assert!(full || self.table.capacity() == self.capacity, "grew without need");
                self.model.insert(entry);
            }
            Err(refused) => {
                assert_eq!(refused, (entry, Error::Full));
                assert!(full && !grows, "refused without need");
            }
        }
    }

    fn entry(&mut self, key: u8, act: Act) {
        let (new, hashing) = (self.new_entry(key), self.hashing);
        let full = self.model.len() == self.capacity;
        let is_there = !self.entries_of(key).is_empty();
        let equal = |entry: &u64| key_of(*entry) == key;
        let entry = match self.table.try_entry(hash_of(hashing, key), equal, hasher(hashing)) {
            Ok(entry) => entry,
            Err(error) => {
                assert_eq!(error, Error::Full);
                return assert!(full && self.growing.is_none() && !is_there);
            }
        };
        let old = match &entry {
            Entry::Occupied(occupied) => Some(*occupied.get()),
            Entry::Vacant(_) => None,
        };
        assert_eq!(old.is_some(), is_there);
        assert!(old.is_none_or(|old| key_of(old) == key && self.model.contains(&old)));
        match (act, entry) {
            (Act::Insert, entry) => {
                assert_eq!(*entry.insert(new).get(), new);
                old.map(|old| self.model.remove(&old));
                self.model.insert(new);
            }
            (Act::OrInsert, entry) => {
                assert_eq!(*entry.or_insert(new).into_mut(), old.unwrap_or(new));
                self.model.insert(old.unwrap_or(new));
            }
            (Act::Modify, entry) => {
                entry.and_modify(|entry| *entry = new);
                if let Some(old) = old {
                    self.replace(old, new);
                }
            }
            (Act::Remove, Entry::Occupied(occupied)) => {
                let (removed, _) = occupied.remove();
                assert!(Some(removed) == old && self.model.remove(&removed));
            }
            (Act::RemoveThenInsert, Entry::Occupied(occupied)) => {
                let (removed, vacant) = occupied.remove();
                assert_eq!(*vacant.insert(new).get(), new);
                self.replace(removed, new);
            }
            _ => {}
        }
    }

    fn find_entry(&mut self, key: u8) {
        let (new, hashing) = (self.new_entry(key), self.hashing);
        let hash = hash_of(hashing, key);
        match self.table.find_entry(hash, |entry| key_of(*entry) == key) {
            Ok(mut occupied) => {
                let old = std::mem::replace(occupied.get_mut(), new);
                assert_eq!(key_of(old), key);
                self.replace(old, new);
            }
            Err(absent) => {
                let result = absent.try_insert(hash, new, hasher(hashing));
                let result = result.map(|held| *held.get());
                let result = result.map_err(|rejected| (rejected.value, rejected.error));
                assert!(self.entries_of(key).is_empty());
                self.check_insertion(result, new, self.growing.is_some());
            }
        }
    }

    fn find(&mut self, key: u8) {
        let (new, hash) = (self.new_entry(key), hash_of(self.hashing, key));
        self.table.prefetch(hash);
        let found = self.lookup(key);
        assert_eq!(found.is_some(), !self.entries_of(key).is_empty());
        let to_change = self.table.find_mut(hash, |entry| key_of(*entry) == key);
        assert_eq!(to_change.as_deref(), found.as_ref());
        if let Some(entry) = to_change {
            let old = std::mem::replace(entry, new);
            self.replace(old, new);
        }
    }

    /// Removes an entry of `key`; was there one?
    fn remove(&mut self, key: u8) -> bool {
        let is_there = !self.entries_of(key).is_empty();
        let removed = self.table.remove(hash_of(self.hashing, key), |entry| key_of(*entry) == key);
        assert_eq!(removed.is_some(), is_there);
        assert!(removed.is_none_or(|entry| key_of(entry) == key && self.model.remove(&entry)));
        is_there
    }

    /// Every entry of the hash is yielded, none twice, and nothing else.
    fn iter_hash(&mut self, key: u8) {
        let hash = hash_of(self.hashing, key);
        let yielded: Vec<u64> = self.table.iter_hash(hash).copied().collect();
        let distinct: BTreeSet<u64> = yielded.iter().copied().collect();
        assert_eq!(yielded.len(), distinct.len(), "an entry twice");
        assert!(distinct.is_subset(&self.model));
        let of_hash = |entry: &&u64| hash_of(self.hashing, key_of(**entry)) == hash;
        assert!(self.model.iter().filter(of_hash).all(|entry| distinct.contains(entry)));
        let mut again = 0;
        for entry in self.table.iter_hash_mut(hash) {
            again += 1;
            if key_of(*entry) == key {
                assert!(self.model.remove(entry));
                *entry ^= 1 << 48;
                self.model.insert(*entry);
            }
        }
        assert_eq!(again, yielded.len());
    }

    fn find_many(&self, keys: &[u8]) {
        let hashes: Vec<u64> = keys.iter().map(|&key| hash_of(self.hashing, key)).collect();
        let mut next = 0;
        self.table.find_many(
            &hashes,
            |index, entry| key_of(*entry) == keys[index],
            |index, found| {
                assert_eq!(index, next);
                assert_eq!(found.copied(), self.lookup(keys[index]));
                next += 1;
            },
        );
        assert_eq!(next, keys.len());
    }

    fn disjoint(&mut self, keys: [u8; 3]) {
        let single = keys.map(|key| self.lookup(key));
        let [first, second, third] = single;
        let same = |one: Option<u64>, other| one.is_some() && one == other;
        let overlap = same(first, second) || same(first, third) || same(second, third);
        let hashes = keys.map(|key| hash_of(self.hashing, key));
        let result =
            self.table.get_disjoint_mut(hashes, |index, entry| key_of(*entry) == keys[index]);
        match result {
            Ok(together) => {
                assert_eq!(together.map(|entry| entry.map(|entry| *entry)), single);
                assert!(!overlap);
            }
            Err(error) => assert!(error == Error::Overlapping && overlap),
        }
    }

    fn retain(&mut self, choice: Choice) {
        let mut asked = Vec::new();
        self.table.retain(|entry| {
            asked.push(*entry);
            choice.has(*entry)
        });
        asked.sort_unstable();
        assert!(asked.iter().eq(&self.model), "each entry is asked once");
        self.model.retain(|entry| choice.has(*entry));
    }

    fn move_into(&mut self, index: u8, hashing: Hashing) {
        let given = self.spares.swap_remove(usize::from(index) % self.spares.len());
        let (lines, needed) = (given.lines(), self.load.groups_for(self.model.len()));
        let (has_moved, spare) =
            check_move(self.table.move_into(given, hasher(hashing)), lines, needed);
        self.spares.push(spare);
        if has_moved {
            assert_eq!(self.table.capacity(), self.load.capacity_within(lines, 64));
            self.hashing = hashing;
            self.ever_stashed = false;
        }
    }

    fn emptied(&mut self) {
        self.model.clear();
        self.ever_stashed = false;
        assert_eq!(self.table.capacity(), self.capacity);
    }

    /// The table has the expected content, and its invariants hold.
    fn check(&mut self) {
        assert_eq!(self.table.len(), self.model.len());
        assert_eq!(self.table.is_empty(), self.model.is_empty());
        assert_eq!(self.table.iter().len(), self.model.len());
        let mut entries: Vec<u64> = self.table.iter().copied().collect();
        entries.sort_unstable();
        assert!(entries.iter().eq(&self.model));
        if self.capacity != self.table.capacity() {
            self.capacity = self.table.capacity();
            self.ever_stashed = false;
        }
        self.ever_stashed |= self.table.stats().stashed > 0;
        let checked = self.table.check_invariants(hasher(self.hashing), self.ever_stashed);
        assert_eq!(checked, Ok(()));
    }
}
