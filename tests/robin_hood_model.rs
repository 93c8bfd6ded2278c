//! Random sequences of operations against the standard library's ordered map, shrunk when they fail:
//! on every storage, in both orders, with spread and with crowded keys.

use std::collections::BTreeMap;

use heptad::{
    Error,
    hash::Keyed,
    layout::{Line, MaxLoad},
    robin_hood::{ByValue, Map, Order, Storages},
    storage::{Downward, Heap, Inline, Region},
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Operation {
    Insert(u64, u64),
    InsertWithinCapacity(u64, u64),
    AddTo(u64, u64),
    Remove(u64),
    Get(u64),
    Retain(u64),
    AddToAll(u64),
    Clear,
    Clone,
    Reserve(usize),
    Grow,
    ShrinkInPlace(usize),
}

/// Keys from a small number of them: spread over all 64 bits, next to one another at either end, and
/// the extremes.
fn keys() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => (0..200u64).prop_map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        2 => 0..20u64,
        1 => (0..20u64).prop_map(|number| u64::MAX - number),
        1 => Just(1 << 63),
    ]
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let one = prop_oneof![
        16 => (keys(), any::<u64>()).prop_map(|(key, value)| Operation::Insert(key, value)),
        6 => (keys(), any::<u64>()).prop_map(|(key, value)| Operation::InsertWithinCapacity(key, value)),
        6 => (keys(), any::<u64>()).prop_map(|(key, value)| Operation::AddTo(key, value)),
        10 => keys().prop_map(Operation::Remove),
        8 => keys().prop_map(Operation::Get),
        1 => (2..9u64).prop_map(Operation::Retain),
        1 => any::<u64>().prop_map(Operation::AddToAll),
        1 => Just(Operation::Clear),
        1 => Just(Operation::Clone),
        1 => (0..40usize).prop_map(Operation::Reserve),
        1 => Just(Operation::Grow),
        1 => (0..100usize).prop_map(Operation::ShrinkInPlace),
    ];
    prop::collection::vec(one, 0..if cfg!(miri) { 30 } else { 300 })
}

fn loads() -> impl Strategy<Value = MaxLoad> {
    prop_oneof![
        Just(MaxLoad::FifteenSixteenths),
        Just(MaxLoad::SevenEighths),
        Just(MaxLoad::ThreeQuarters),
    ]
}

/// A map and what it should hold.
struct Checked<S: Downward, O> {
    map: Map<S, O>,
    model: BTreeMap<u64, u64>,
    /// Can the map always grow?
    grows: bool,
}

impl<S: Downward, O: Order + Clone> Checked<S, O> {
    fn new(map: Map<S, O>, grows: bool) -> Self {
        Checked { map, model: BTreeMap::new(), grows }
    }

    fn run(&mut self, operations: Vec<Operation>) {
        for operation in operations {
            self.step(operation);
            assert_eq!(self.map.check_invariants(), Ok(()));
            assert_eq!(self.map.len(), self.model.len());
        }
        self.compare_all();
    }

    /// A refusal has to be for a reason, and to change nothing.
    fn check_refusal(&self, key: u64, error: Error, may_grow: bool) {
        assert!(!self.model.contains_key(&key));
        assert!(!(may_grow && self.grows), "refused with {error:?}");
        assert_eq!((error, self.map.len()), (Error::Full, self.map.capacity()));
        assert_eq!(self.map.get(key), None);
    }

    fn step(&mut self, operation: Operation) {
        match operation {
            Operation::Insert(key, value) => match self.map.try_insert(key, value) {
                Ok(previous) => assert_eq!(previous, self.model.insert(key, value)),
                Err(refused) => {
                    assert_eq!(refused.value, (key, value));
                    self.check_refusal(key, refused.error, true);
                }
            },
            Operation::InsertWithinCapacity(key, value) => {
                let capacity = self.map.capacity();
                match self.map.insert_within_capacity(key, value) {
                    Ok(previous) => assert_eq!(previous, self.model.insert(key, value)),
                    Err(refused) => {
                        assert_eq!(refused.value, (key, value));
                        self.check_refusal(key, refused.error, false);
                    }
                }
                assert_eq!(self.map.capacity(), capacity);
            }
            Operation::AddTo(key, summand) => match self.map.try_get_or_insert(key, 0) {
                Ok(value) => {
                    *value = value.wrapping_add(summand);
                    let expected = self.model.entry(key).or_insert(0);
                    *expected = expected.wrapping_add(summand);
                    assert_eq!(self.map.get(key), Some(&*expected));
                }
                Err(refused) => self.check_refusal(key, refused.error, true),
            },
            Operation::Remove(key) => assert_eq!(self.map.remove(key), self.model.remove(&key)),
            Operation::Get(key) => {
                assert_eq!(self.map.get(key), self.model.get(&key));
                assert_eq!(self.map.get_mut(key), self.model.get_mut(&key));
                assert_eq!(self.map.contains_key(key), self.model.contains_key(&key));
            }
            Operation::Retain(modulus) => {
                let keep = |key: u64, value: &mut u64| {
                    *value = value.wrapping_add(1);
                    key % modulus != 0
                };
                self.map.retain(keep);
                self.model.retain(|&key, value| keep(key, value));
                self.compare_all();
            }
            Operation::AddToAll(summand) => {
                self.map.values_mut().for_each(|value| *value = value.wrapping_add(summand));
                self.model.values_mut().for_each(|value| *value = value.wrapping_add(summand));
                let changed = self.map.iter_mut();
                assert_eq!(changed.len(), self.model.len());
                assert!(
                    changed.into_iter().all(|(key, value)| self.model.get(&key) == Some(value))
                );
            }
            Operation::Clear => {
                self.map.clear();
                self.model.clear();
            }
            Operation::Clone => {
                if let Ok(copy) = self.map.try_clone() {
                    assert_eq!(copy.check_invariants(), Ok(()));
                    assert!(copy == self.map);
                    assert_eq!(copy.iter().len(), self.model.len());
                }
            }
            Operation::Reserve(additional) => {
                let fits = self.map.len() + additional <= self.map.capacity();
                match self.map.try_reserve(additional) {
                    Ok(()) => assert!(self.map.len() + additional <= self.map.capacity()),
                    Err(error) => {
                        assert!(error == Error::Full && !fits && !self.grows);
                    }
                }
                self.compare_all();
            }
            Operation::Grow => {
                // Small enough for a test to grow at will.
                if self.map.capacity() < 4_000 && self.map.try_grow().is_err() {
                    assert!(!self.grows);
                }
                self.compare_all();
            }
            Operation::ShrinkInPlace(capacity) => {
                let before = self.map.capacity();
                self.map.shrink_in_place(capacity);
                assert!(self.map.capacity() >= capacity.min(before));
                assert!(self.map.capacity() <= before);
                self.compare_all();
            }
        }
    }

    /// Everything, forwards and backwards, in the order of the words.
    fn compare_all(&self) {
        let order = self.map.order();
        let mut expected: Vec<(u64, u64)> =
            self.model.iter().map(|(&key, &value)| (key, value)).collect();
        expected.sort_by_key(|&(key, _)| order.word(key));
        let pairs = |(key, &value): (u64, &u64)| (key, value);
        assert!(self.map.iter().map(pairs).eq(expected.iter().copied()));
        assert!(self.map.iter().rev().map(pairs).eq(expected.iter().rev().copied()));
        assert_eq!(self.map.check_invariants(), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 128 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn heap(operations in operations(), load in loads(), seed: u64) {
        let (keys, values) = (Heap::new(), Heap::new());
        let map = Map::with_max_load_in(keys, values, load, Keyed::new(seed)).unwrap();
        let mut checked = Checked::new(map, true);
        checked.run(operations);
        checked.map.try_shrink_to(0).unwrap();
        checked.compare_all();
    }

    #[test]
    fn heap_by_value(operations in operations(), load in loads()) {
        let map = Map::with_max_load_in(Heap::new(), Heap::new(), load, ByValue).unwrap();
        let mut checked = Checked::new(map, true);
        checked.run(operations);
        checked.map.try_shrink_to(0).unwrap();
        checked.compare_all();
    }

    #[test]
    fn inline(operations in operations(), load in loads(), seed: u64) {
        let storage = || Inline::<16>::new();
        let map = Map::with_max_load_in(storage(), storage(), load, Keyed::new(seed)).unwrap();
        Checked::new(map, false).run(operations);
    }

    /// Provided memory of any size, the two parts not the same.
    #[test]
    fn region(
        operations in operations(), load in loads(), seed: u64,
        lines in 1..80usize, more in 0..20usize, by_value: bool,
    ) {
        let (mut keys, mut values) = (vec![Line::EMPTY; lines], vec![Line::EMPTY; lines + more]);
        let keys = Region::from_lines(&mut keys).unwrap();
        let values = Region::from_lines(&mut values).unwrap();
        if by_value {
            let map = Map::with_max_load_in(keys, values, load, ByValue).unwrap();
            Checked::new(map, false).run(operations);
        } else {
            let map = Map::with_max_load_in(keys, values, load, Keyed::new(seed)).unwrap();
            Checked::new(map, false).run(operations);
        }
    }

    /// A map that moves between two regions of different sizes.
    #[test]
    fn moves(operations in prop::collection::vec(operations(), 0..if cfg!(miri) { 2 } else { 6 }), seed: u64) {
        let lines = [8, 24];
        let mut memory: Vec<Vec<Line>> =
            [8, 8, 24, 24].iter().map(|&lines| vec![Line::EMPTY; lines]).collect();
        let mut regions: Vec<Region> =
            memory.iter_mut().map(|lines| Region::from_lines(lines).unwrap()).collect();
        let mut spare = regions.split_off(2);
        let (values, keys) = (regions.pop().unwrap(), regions.pop().unwrap());
        let map = Map::new_in(keys, values, Keyed::new(seed)).unwrap();
        let mut checked = Checked::new(map, false);
        let mut at = 0;
        for part in operations {
            checked.run(part);
            let (values, keys) = (spare.pop().unwrap(), spare.pop().unwrap());
            match checked.map.move_into(keys, values) {
                Ok(old) => {
                    spare = vec![old.keys, old.values.unwrap()];
                    at = 1 - at;
                }
                Err(rejected) => {
                    assert!(rejected.error == Error::Full && lines[1 - at] == 8);
                    assert!(checked.map.len() > 28);
                    let Storages { keys, values } = rejected.value;
                    spare = vec![keys, values.unwrap()];
                }
            }
            checked.compare_all();
        }
    }
}
