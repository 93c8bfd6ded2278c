//! Random sequences of operations against the standard library's map, shrunk when they fail: on
//! every storage, at every maximum load, with good and bad hash functions.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher},
};

use heptad::{
    Error,
    hash::Keyed,
    layout::{Line, MaxLoad},
    storage::{Growable, Heap, Inline, Region, Storage},
    swiss::{Map, map::Entry},
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Operation {
    Insert(u64, u64),
    InsertWithinCapacity(u64, u64),
    EntryOrInsert(u64, u64),
    EntryRemove(u64),
    Remove(u64),
    Get(u64),
    GetMany(Vec<u64>),
    Retain(u64),
    ExtractIf(u64),
    Drain(usize),
    Clear,
    AddToAll(u64),
    Clone,
    Reserve(usize),
    Rehash(u64),
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let key = || 0..150u64;
    let one = prop_oneof![
        12 => (key(), any::<u64>()).prop_map(|(key, value)| Operation::Insert(key, value)),
        6 => (key(), any::<u64>()).prop_map(|(key, value)| Operation::InsertWithinCapacity(key, value)),
        6 => (key(), any::<u64>()).prop_map(|(key, value)| Operation::EntryOrInsert(key, value)),
        4 => key().prop_map(Operation::EntryRemove),
        8 => key().prop_map(Operation::Remove),
        8 => key().prop_map(Operation::Get),
        1 => prop::collection::vec(key(), 0..40).prop_map(Operation::GetMany),
        1 => (2..9u64).prop_map(Operation::Retain),
        1 => (2..9u64).prop_map(Operation::ExtractIf),
        1 => (0..20usize).prop_map(Operation::Drain),
        1 => Just(Operation::Clear),
        1 => any::<u64>().prop_map(Operation::AddToAll),
        1 => Just(Operation::Clone),
        1 => (0..40usize).prop_map(Operation::Reserve),
        1 => any::<u64>().prop_map(Operation::Rehash),
    ];
    // Everything is compared after every one of them.
    prop::collection::vec(one, 0..if cfg!(miri) { 40 } else { 400 })
}

/// A hash function of one of three qualities.
#[derive(Clone, Copy, Debug)]
enum Quality {
    Good(Keyed),
    /// Sixteen hashes in all.
    Crowded(Keyed),
    Constant,
}

struct QualityHasher(Quality, u64);

impl Hasher for QualityHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("the keys are words");
    }

    fn write_u64(&mut self, word: u64) {
        self.1 = match self.0 {
            Quality::Good(keyed) => keyed.hash_one(word),
            Quality::Crowded(keyed) => keyed.hash_one(word % 16),
            Quality::Constant => 0,
        };
    }

    fn finish(&self) -> u64 {
        self.1
    }
}

impl BuildHasher for Quality {
    type Hasher = QualityHasher;

    fn build_hasher(&self) -> QualityHasher {
        QualityHasher(*self, 0)
    }
}

fn qualities() -> impl Strategy<Value = Quality> {
    prop_oneof![
        6 => any::<u64>().prop_map(|seed| Quality::Good(Keyed::new(seed))),
        2 => any::<u64>().prop_map(|seed| Quality::Crowded(Keyed::new(seed))),
        1 => Just(Quality::Constant),
    ]
}

fn loads() -> impl Strategy<Value = MaxLoad> {
    prop_oneof![
        Just(MaxLoad::FifteenSixteenths),
        Just(MaxLoad::SevenEighths),
        Just(MaxLoad::ThreeQuarters),
    ]
}

type Checked<S> = Map<u64, u64, S, Quality>;

/// What an insertion into a storage that may be full has to answer.
fn check_insertion(
    result: Result<Option<u64>, (u64, u64, Error)>,
    (key, value): (u64, u64),
    may_refuse: bool,
    model: &mut HashMap<u64, u64>,
) {
    match result {
        Ok(previous) => assert_eq!(previous, model.insert(key, value)),
        Err(refused) => {
            assert_eq!(refused, (key, value, Error::Full));
            assert!(may_refuse && !model.contains_key(&key));
        }
    }
}

/// Runs `operations` on `map` and on a model. `rehash` gives the map a new seed, if it can.
fn run<S: Storage>(
    mut map: Checked<S>,
    operations: Vec<Operation>,
    grows: bool,
    mut rehash: impl FnMut(&mut Checked<S>, u64),
) {
    let mut model = HashMap::new();
    let mut ever_stashed = false;
    for operation in operations {
        let full = map.len() == map.capacity();
        match operation {
            Operation::Insert(key, value) => {
                let result = map.try_insert(key, value);
                let result = result.map_err(|it| (it.value.0, it.value.1, it.error));
                check_insertion(result, (key, value), full && !grows, &mut model);
            }
            Operation::InsertWithinCapacity(key, value) => {
                let capacity = map.capacity();
                let result = map.insert_within_capacity(key, value);
                let result = result.map_err(|it| (it.value.0, it.value.1, it.error));
                check_insertion(result, (key, value), full, &mut model);
                assert_eq!(map.capacity(), capacity);
            }
            Operation::EntryOrInsert(key, value) => match map.try_entry(key) {
                Ok(entry) => {
                    assert_eq!(*entry.key(), key);
                    let entry = entry.and_modify(|value| *value ^= 1);
                    model.entry(key).and_modify(|value| *value ^= 1);
                    assert_eq!(entry.or_insert(value), model.entry(key).or_insert(value));
                }
                Err(rejected) => assert!(full && !grows && !model.contains_key(&rejected.value)),
            },
            Operation::EntryRemove(key) => match map.try_entry(key) {
                Ok(Entry::Occupied(entry)) => {
                    assert_eq!(Some(entry.remove_entry()), model.remove_entry(&key));
                }
                Ok(Entry::Vacant(entry)) => {
                    assert_eq!(entry.into_key(), key);
                    assert!(!model.contains_key(&key));
                }
                Err(rejected) => assert!(full && !model.contains_key(&rejected.value)),
            },
            Operation::Remove(key) => assert_eq!(map.remove(&key), model.remove(&key)),
            Operation::Get(key) => {
                map.prefetch(&key);
                assert_eq!(map.get(&key), model.get(&key));
                assert_eq!(map.get_mut(&key), model.get_mut(&key));
                let (mine, theirs) = (map.get_disjoint_mut([&key, &1_000]), model.get_mut(&key));
                assert_eq!(mine.unwrap(), [theirs, None]);
                let twice = map.get_disjoint_mut([&key, &key]);
                assert_eq!(twice.is_err(), model.contains_key(&key));
            }
            Operation::GetMany(keys) => {
                let mut answers = vec![];
                map.get_many(&keys, |index, value| {
                    assert_eq!(index, answers.len());
                    answers.push(value);
                });
                assert_eq!(answers, keys.iter().map(|key| model.get(key)).collect::<Vec<_>>());
                let mut words = vec![];
                map.get_words(&keys, |index, value| {
                    assert_eq!(index, words.len());
                    words.push(value);
                });
                assert_eq!(words, answers);
            }
            Operation::Retain(modulus) => {
                map.retain(|key, value| {
                    *value += 1;
                    key % modulus != 0
                });
                model.retain(|key, value| {
                    *value = value.wrapping_add(1);
                    key % modulus != 0
                });
            }
            Operation::ExtractIf(modulus) => {
                for (key, value) in map.extract_if(|key, _| key % modulus == 0).take(5) {
                    assert_eq!(key % modulus, 0);
                    assert_eq!(model.remove(&key), Some(value));
                }
            }
            Operation::Drain(count) => {
                for (key, value) in map.drain().take(count) {
                    assert_eq!(model.remove(&key), Some(value));
                }
                model.clear();
            }
            Operation::Clear => {
                map.clear();
                model.clear();
            }
            Operation::AddToAll(summand) => {
                map.values_mut().for_each(|value| *value = value.wrapping_add(summand));
                model.values_mut().for_each(|value| *value = value.wrapping_add(summand));
            }
            Operation::Clone => {
                if let Ok(copy) = map.try_clone() {
                    assert_eq!(copy.check_invariants(ever_stashed), Ok(()));
                    assert!(copy == map);
                    assert!(copy.into_iter().collect::<HashMap<_, _>>() == model);
                }
            }
            Operation::Reserve(additional) => {
                let fits = map.len() + additional <= map.capacity();
                assert_eq!(map.try_reserve(additional).is_ok(), fits || grows);
                assert!(!grows || map.len() + additional <= map.capacity());
            }
            Operation::Rehash(seed) => rehash(&mut map, seed),
        }
        ever_stashed |= map.stats().stashed > 0;
        assert_eq!(map.check_invariants(ever_stashed), Ok(()));
        assert_eq!(map.len(), model.len());
        assert!(map.iter().all(|(key, value)| model.get(key) == Some(value)));
        assert_eq!(map.keys().len(), map.values().count());
    }
}

/// The same quality under another seed.
fn reseeded(quality: Quality, seed: u64) -> Quality {
    match quality {
        Quality::Good(_) => Quality::Good(Keyed::new(seed)),
        Quality::Crowded(_) => Quality::Crowded(Keyed::new(seed)),
        Quality::Constant => Quality::Constant,
    }
}

/// Growing storages get a new seed by moving within themselves, and give memory back now and then.
fn rehash_growable<S: Growable>(map: &mut Checked<S>, seed: u64) {
    let quality = reseeded(*map.hasher(), seed);
    map.try_rehash(map.capacity(), quality).unwrap();
    if seed % 2 == 0 {
        map.try_shrink_to(seed as usize % 64).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 128 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn heap(operations in operations(), quality in qualities(), load in loads()) {
        let map = Checked::with_max_load_in(Heap::new(), load, quality).unwrap();
        run(map, operations, true, rehash_growable);
    }

    #[test]
    fn inline(operations in operations(), quality in qualities(), load in loads()) {
        let map = Checked::<Inline<32>>::inline_with_max_load(load, quality);
        run(map, operations, false, |_, _| ());
    }

    /// Provided memory: moves from one region to another, of the same size or not, and back.
    #[test]
    fn region(operations in operations(), quality in qualities(), load in loads()) {
        let mut small = vec![Line::EMPTY; 16];
        let mut large = vec![Line::EMPTY; 32];
        let small = Region::from_lines(&mut small).unwrap();
        let large = Region::from_lines(&mut large).unwrap();
        let map = Checked::with_max_load_in(small, load, quality).unwrap();
        let mut spare = Some(large);
        run(map, operations, false, |map, seed| {
            let given = spare.take().unwrap();
            let (len, lines) = (map.len(), given.lines());
            let back = match map.move_into(given, reseeded(*map.hasher(), seed)) {
                Ok(old) => old,
                Err(rejected) => {
                    assert!(lines == 16 && len > 40, "refused without need");
                    rejected.value
                }
            };
            spare = Some(back);
        });
    }
}
