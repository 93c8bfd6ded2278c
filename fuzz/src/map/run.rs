//! A map beside its model, operation by operation.

use std::collections::HashMap;

use heptad::{
    Error,
    storage::{Heap, Storage},
    swiss::map::{Entry, PairMap, Pairing},
};

use super::{
    Act, Choice, Growing, Operation,
    types::{Key, Value},
};
use crate::{
    hashing::Hashing,
    storages::{Load, check_move},
};

/// A map, and its expected content.
pub(super) struct Run<K, V, P: Pairing<K, V>, S: Storage> {
    map: PairMap<K, V, P, S, Hashing>,
    model: HashMap<K, V>,
    /// Storages that the map may move into.
    spares: Vec<S>,
    /// The operations that need a growing storage.
    growing: Option<fn(&mut Self, Growing)>,
    load: Load,
    group_bytes: usize,
    /// The capacity before the operation.
    capacity: usize,
    /// Was an entry stashed since the last reinsertion of all entries?
    ever_stashed: bool,
}

impl<K: Key, V: Value, P: Pairing<K, V>, S: Storage> Run<K, V, P, S>
where
    P::Entry: Clone,
    P::Beside: Clone,
{
    pub(super) fn new(
        map: PairMap<K, V, P, S, Hashing>,
        spares: Vec<S>,
        growing: Option<fn(&mut Self, Growing)>,
        load: Load,
        group_bytes: usize,
    ) -> Self {
        let capacity = map.capacity();
        assert_eq!(capacity, load.capacity_within(map.allocation_size() / 64, group_bytes));
        let model = HashMap::new();
        Run { map, model, spares, growing, load, group_bytes, capacity, ever_stashed: false }
    }

    /// Runs `operations`, and takes the map apart.
    pub(super) fn all(mut self, operations: Vec<Operation>) {
        let ending = operations.len() % 5;
        for operation in operations {
            self.one(operation);
            self.check();
        }
        let lines = self.map.allocation_size() / 64;
        match ending {
            0 => assert!(self.map.into_iter().collect::<HashMap<K, V>>() == self.model),
            1 => {
                let keys = self.map.into_keys();
                assert_eq!(keys.len(), self.model.len());
                keys.for_each(|key| drop(self.model.remove(&key).expect("a key of the model")));
            }
            2 => assert_eq!(self.map.into_values().count(), self.model.len()),
            3 => assert_eq!(self.map.into_storage().lines(), lines),
            _ => drop(self.map),
        }
    }

    fn one(&mut self, operation: Operation) {
        match operation {
            Operation::Insert(key, value) => self.insert(key, value),
            Operation::InsertRun(first, count) => {
                for step in 0..count {
                    self.insert(first.wrapping_add(step), step.into());
                    self.check();
                }
            }
            Operation::InsertWithinCapacity(key, value) => {
                let result = self.map.insert_within_capacity(key.into(), value.into());
                let result = result.map_err(|rejected| (rejected.value, rejected.error));
                self.check_insertion(result, key.into(), value.into(), false);
            }
            Operation::Entry(key, value, act) => self.entry(key.into(), value.into(), act),
            Operation::Get(key) => {
                let key = K::from(key);
                self.map.prefetch(&key);
                assert_eq!(self.map.get(&key), self.model.get(&key));
                assert_eq!(self.map.get_key_value(&key), self.model.get_key_value(&key));
                assert_eq!(self.map.contains_key(&key), self.model.contains_key(&key));
                if let Some(value) = self.model.get(&key) {
                    assert_eq!(self.map[&key], *value);
                }
            }
            Operation::GetMut(key, value) => {
                let key = K::from(key);
                let (mine, theirs) = (self.map.get_mut(&key), self.model.get_mut(&key));
                assert_eq!(mine, theirs);
                if let (Some(mine), Some(theirs)) = (mine, theirs) {
                    *mine = value.into();
                    *theirs = value.into();
                }
            }
            Operation::GetMany(keys) => {
                let keys: Vec<K> = keys.into_iter().map(K::from).collect();
                let mut next = 0;
                self.map.get_many(&keys, |index, value| {
                    assert_eq!(index, next);
                    assert_eq!(value, self.model.get(&keys[index]));
                    next += 1;
                });
                assert_eq!(next, keys.len());
            }
            Operation::Disjoint(keys, value) => self.disjoint(keys.map(K::from), value.into()),
            Operation::Remove(key) => {
                let key = K::from(key);
                assert_eq!(self.map.remove(&key), self.model.remove(&key));
            }
            Operation::RemoveRun(first, count) => {
                for key in (0..count).map(|step| K::from(first.wrapping_add(step))) {
                    assert_eq!(self.map.remove(&key), self.model.remove(&key));
                    self.check();
                }
            }
            Operation::RemoveEntry(key) => {
                let key = K::from(key);
                assert_eq!(self.map.remove_entry(&key), self.model.remove_entry(&key));
            }
            Operation::Retain(choice, value) => self.retain(choice, value.into()),
            Operation::ExtractIf(choice, count) => {
                let chosen = |key: &K, _: &mut V| choice.has((*key).into());
                for (key, value) in self.map.extract_if(chosen).take(count.into()) {
                    assert!(choice.has(key.into()));
                    assert_eq!(self.model.remove(&key), Some(value));
                }
            }
            Operation::Drain(count) => {
                let drain = self.map.drain();
                assert_eq!(drain.len(), self.model.len());
                for (key, value) in drain.take(count.into()) {
                    assert_eq!(self.model.remove(&key), Some(value));
                }
                self.emptied();
            }
            Operation::Clear => {
                self.map.clear();
                self.emptied();
            }
            Operation::Clone => match self.map.try_clone() {
                Ok(copy) => {
                    assert_eq!(copy.capacity(), self.capacity);
                    assert!(copy == self.map);
                    self.map = copy; // its contents are checked next
                }
                Err(error) => assert!(error == Error::Full && self.growing.is_none()),
            },
            Operation::IterMut(value) => {
                let mut count = 0;
                for (key, mine) in &mut self.map {
                    let theirs = self.model.get_mut(key).expect("a key of the model");
                    assert_eq!(mine, theirs);
                    *mine = (value ^ count).into();
                    *theirs = (value ^ count).into();
                    count += 1;
                }
                assert_eq!(count as usize, self.model.len());
            }
            Operation::ValuesMut(value) => {
                let mut count = 0;
                for mine in self.map.values_mut() {
                    *mine = value.into();
                    count += 1;
                }
                assert_eq!(count, self.model.len());
                self.model.values_mut().for_each(|theirs| *theirs = value.into());
            }
            Operation::Reserve(additional) => {
                let fits = self.map.len() + usize::from(additional) <= self.capacity;
                let result = self.map.try_reserve(additional.into());
                if fits || self.growing.is_some() {
                    assert_eq!(result, Ok(()));
                    assert!(self.map.len() + usize::from(additional) <= self.map.capacity());
                } else {
                    assert_eq!(result, Err(Error::Full));
                }
            }
            Operation::ReserveTooMuch => {
                let result = self.map.try_reserve(usize::MAX / 4);
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

    fn insert(&mut self, key: u8, value: u32) {
        let result = self.map.try_insert(key.into(), value.into());
        let result = result.map_err(|rejected| (rejected.value, rejected.error));
        self.check_insertion(result, key.into(), value.into(), self.growing.is_some());
    }

    fn check_insertion(
        &mut self,
        result: Result<Option<V>, ((K, V), Error)>,
        key: K,
        value: V,
        grows: bool,
    ) {
        let room_needed = !self.model.contains_key(&key) && self.model.len() == self.capacity;
        match result {
            Ok(previous) => {
                assert!(!room_needed || grows, "beyond the capacity");
                assert!(room_needed || self.map.capacity() == self.capacity, "grew without need");
                assert_eq!(previous, self.model.insert(key, value));
            }
            Err(refused) => {
                assert_eq!(refused, ((key, value), Error::Full));
                assert!(room_needed && !grows, "refused without need");
            }
        }
    }

    fn entry(&mut self, key: K, value: V, act: Act) {
        let room_needed = !self.model.contains_key(&key) && self.model.len() == self.capacity;
        let entry = match self.map.try_entry(key) {
            Ok(entry) => entry,
            Err(rejected) => {
                assert_eq!((rejected.value, rejected.error), (key, Error::Full));
                return assert!(room_needed && self.growing.is_none());
            }
        };
        assert_eq!(*entry.key(), key);
        assert_eq!(matches!(entry, Entry::Occupied(_)), self.model.contains_key(&key));
        match (act, entry) {
            (Act::OrInsert, entry) => {
                let theirs = self.model.entry(key).or_insert_with(|| value.clone());
                assert_eq!(entry.or_insert(value), theirs);
            }
            (Act::OrDefault, entry) => {
                assert_eq!(entry.or_default(), self.model.entry(key).or_default());
            }
            (Act::Modify, entry) => {
                self.model.entry(key).and_modify(|theirs| *theirs = value.clone());
                entry.and_modify(|mine| *mine = value);
            }
            (Act::Insert, Entry::Occupied(mut entry)) => {
                assert_eq!(entry.get(), &self.model[&key]);
                assert_eq!(Some(entry.insert(value.clone())), self.model.insert(key, value));
            }
            (Act::Insert, Entry::Vacant(entry)) => {
                assert_eq!(*entry.insert(value.clone()), value);
                self.model.insert(key, value);
            }
            (Act::Remove, Entry::Occupied(entry)) => {
                assert_eq!(Some(entry.remove_entry()), self.model.remove_entry(&key));
            }
            (Act::IntoKey, Entry::Vacant(entry)) => assert_eq!(entry.into_key(), key),
            (Act::Replace(stays), entry) => {
                let replace = |_: &K, _: V| Some(value.clone()).filter(|_| stays);
                let entry = entry.and_replace_entry_with(replace);
                let theirs = self.model.remove(&key).filter(|_| stays);
                assert_eq!(matches!(entry, Entry::Occupied(_)), theirs.is_some());
                assert_eq!(*entry.or_insert(value.clone()), value);
                self.model.insert(key, value);
            }
            (Act::Remove, Entry::Vacant(_)) => {}
            (Act::IntoKey, Entry::Occupied(entry)) => {
                assert_eq!(entry.into_mut(), &self.model[&key]);
            }
        }
    }

    fn disjoint(&mut self, keys: [K; 3], value: V) {
        let [first, second, third] = keys;
        let there = |key| self.model.contains_key(&key);
        let overlap = (first == second && there(first))
            || (first == third && there(first))
            || (second == third && there(second));
        match self.map.get_disjoint_mut([&first, &second, &third]) {
            Ok(together) => {
                assert!(!overlap);
                for (key, mine) in keys.into_iter().zip(together) {
                    let theirs = self.model.get_mut(&key);
                    assert_eq!(mine, theirs);
                    if let (Some(mine), Some(theirs)) = (mine, theirs) {
                        *mine = value.clone();
                        *theirs = value.clone();
                    }
                }
            }
            Err(error) => assert!(error == Error::Overlapping && overlap),
        }
    }

    fn retain(&mut self, choice: Choice, value: V) {
        let mut asked = 0;
        self.map.retain(|key, mine| {
            asked += 1;
            assert_eq!(self.model.get(key), Some(&*mine));
            *mine = value.clone();
            choice.has((*key).into())
        });
        assert_eq!(asked, self.model.len());
        self.model.retain(|key, theirs| {
            *theirs = value.clone();
            choice.has((*key).into())
        });
    }

    fn move_into(&mut self, index: u8, hashing: Hashing) {
        let given = self.spares.swap_remove(usize::from(index) % self.spares.len());
        let lines = given.lines();
        let needed = (self.group_bytes * self.load.groups_for(self.model.len())).div_ceil(64);
        let (has_moved, spare) = check_move(self.map.move_into(given, hashing), lines, needed);
        self.spares.push(spare);
        if has_moved {
            assert_eq!(self.map.capacity(), self.load.capacity_within(lines, self.group_bytes));
            self.ever_stashed = false;
        }
    }

    fn emptied(&mut self) {
        self.model.clear();
        self.ever_stashed = false;
        assert_eq!(self.map.capacity(), self.capacity);
    }

    /// The map has the expected content, and its invariants hold.
    fn check(&mut self) {
        assert_eq!(self.map.len(), self.model.len());
        assert_eq!(self.map.is_empty(), self.model.is_empty());
        let (keys, values) = (self.map.keys(), self.map.values());
        assert_eq!((keys.len(), values.len()), (self.model.len(), self.model.len()));
        let mut seen = HashMap::with_capacity(self.model.len());
        for ((key, value), pair) in keys.zip(values).zip(&self.map) {
            assert_eq!((key, value), pair);
            assert_eq!(self.model.get(key), Some(value));
            assert_eq!(seen.insert(*key, ()), None, "a key twice");
        }
        assert_eq!(seen.len(), self.model.len());
        if self.capacity != self.map.capacity() {
            self.capacity = self.map.capacity();
            self.ever_stashed = false;
        }
        self.ever_stashed |= self.map.stats().stashed > 0;
        assert_eq!(self.map.check_invariants(self.ever_stashed), Ok(()));
    }
}

impl<K: Key, V: Value, P: Pairing<K, V>> Run<K, V, P, Heap>
where
    P::Entry: Clone,
    P::Beside: Clone,
{
    pub(super) fn grow(&mut self, operation: Growing) {
        let len = self.model.len();
        match operation {
            Growing::Insert(key, value) => {
                let previous = self.map.insert(key.into(), value.into());
                self.check_insertion(Ok(previous), key.into(), value.into(), true);
            }
            Growing::Entry(key, value) => {
                let theirs = self.model.entry(key.into()).or_insert(value.into());
                assert_eq!(self.map.entry(key.into()).or_insert(value.into()), theirs);
            }
            Growing::Extend(pairs) => {
                let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value.into()));
                self.map.extend(pairs.clone());
                self.model.extend(pairs);
            }
            Growing::Reserve(additional) => {
                self.map.reserve(additional.into());
                assert!(self.map.capacity() >= len + usize::from(additional));
            }
            Growing::ShrinkTo(capacity) => {
                assert_eq!(self.map.try_shrink_to(capacity.into()), Ok(()));
                self.check_shrunk(len.max(capacity.into()));
            }
            Growing::ShrinkToFit => {
                self.map.shrink_to_fit();
                self.check_shrunk(len);
            }
            Growing::Rehash(capacity, hashing) => {
                let groups = self.load.groups_for(len.max(capacity.into()));
                assert_eq!(self.map.try_rehash(capacity.into(), hashing), Ok(()));
                assert_eq!(self.map.capacity(), self.load.capacity(groups));
                self.ever_stashed = false;
            }
            Growing::CollectAgain => {
                let pairs = self.map.iter().map(|(key, value)| (*key, value.clone()));
                let again: PairMap<K, V, P, Heap> = pairs.collect();
                assert!(again == self.map, "made of the same entries in another order");
                assert_eq!(again.check_invariants(again.stats().stashed > 0), Ok(()));
            }
        }
    }

    /// The map is no larger than `wanted` entries need, nor larger than it was.
    fn check_shrunk(&self, wanted: usize) {
        let least = if wanted == 0 { 0 } else { self.load.capacity(self.load.groups_for(wanted)) };
        assert_eq!(self.map.capacity(), least.min(self.capacity));
    }
}
