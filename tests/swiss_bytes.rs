//! Maps to bytes of a number that is given at run time: the same table as a [`Map`], with the same answers.

use std::{cell::Cell, collections::HashMap, hash::BuildHasher, mem::MaybeUninit};

use heptad::{
    Error,
    hash::Keyed,
    layout::{Line, MaxLoad},
    storage::Region,
    swiss::{Bytes, BytesMap, Map, lines_for_load},
};
use proptest::prelude::*;

/// The bytes of a value.
fn written(size: usize, number: u64) -> Vec<u8> {
    (0..size).map(|at| (number >> (at % 8 * 8)) as u8 ^ at as u8).collect()
}

fn write(place: &Bytes, number: u64) {
    for (to, from) in place.iter().zip(written(place.len(), number)) {
        to.set(MaybeUninit::new(from));
    }
}

fn read(place: &Bytes) -> Vec<u8> {
    // SAFETY: each value of these tests is written when it is new.
    place.iter().map(|byte| unsafe { byte.get().assume_init() }).collect()
}

#[derive(Clone, Debug)]
enum Operation {
    Insert(u64, u64),
    InsertEvicting(u64, u64),
    Remove(u64),
    Retain(u64),
    Move(u64),
    Clear,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let key = || 0..70u64;
    let one = prop_oneof![
        12 => (key(), any::<u64>()).prop_map(|(key, number)| Operation::Insert(key, number)),
        4 => (key(), any::<u64>()).prop_map(|(key, number)| Operation::InsertEvicting(key, number)),
        8 => key().prop_map(Operation::Remove),
        1 => (2..9u64).prop_map(Operation::Retain),
        1 => any::<u64>().prop_map(Operation::Move),
        1 => Just(Operation::Clear),
    ];
    prop::collection::vec(one, 0..if cfg!(miri) { 40 } else { 200 })
}

/// A hasher of two qualities: equal hashes fill the groups of a home, and then the stash.
#[derive(Clone, Copy)]
struct Poor(Option<Keyed>);

impl BuildHasher for Poor {
    type Hasher = <Keyed as BuildHasher>::Hasher;
    fn build_hasher(&self) -> Self::Hasher {
        self.0.unwrap_or(Keyed::new(0)).build_hasher()
    }
    fn hash_one<T: std::hash::Hash>(&self, key: T) -> u64 {
        let hash = self.0.unwrap_or(Keyed::new(0)).hash_one(key);
        if self.0.is_some() { hash } else { hash % 3 * 0x0400_0000_0000_0001 }
    }
}

/// Compares everything that a map says with a model.
fn compare<S: heptad::storage::Storage>(map: &BytesMap<S, Poor>, model: &HashMap<u64, u64>) {
    map.check_invariants(true).unwrap();
    assert_eq!(map.len(), model.len());
    let keys: Vec<u64> = (0..70).collect();
    map.get_many(&keys, |index, value| {
        let expected = model.get(&(index as u64)).map(|&number| written(map.value_bytes(), number));
        assert_eq!(value.map(read), expected);
        assert_eq!(map.get(index as u64).map(<[_]>::as_ptr), value.map(<[_]>::as_ptr));
    });
    let (mut position, mut seen) = (0, 0);
    while let Some((next, (key, value))) = map.next_from(position) {
        assert_eq!(read(value), written(map.value_bytes(), model[&key]));
        (position, seen) = (next, seen + 1);
    }
    assert_eq!(seen, model.len());
}

fn run(size: usize, is_poor: bool, load: MaxLoad, operations: Vec<Operation>) {
    let hasher = |seed| Poor((!is_poor).then(|| Keyed::new(seed)));
    let lines = |entries| vec![Line::EMPTY; BytesMap::<Region>::lines_for(entries, load, size)];
    let (mut less, mut more) = (lines(25), lines(50));
    let mut spare = Some(Region::from_lines(&mut more).unwrap());
    let region = Region::from_lines(&mut less).unwrap();
    let mut map = BytesMap::new_in(region, load, size, hasher(1)).unwrap();
    let mut model = HashMap::new();
    for operation in operations {
        match operation {
            Operation::Insert(key, number) => match map.get_or_insert(key) {
                Ok((is_new, place)) => {
                    let before = model.insert(key, number);
                    assert_eq!(is_new, before.is_none());
                    assert!(before.is_none_or(|number| read(place) == written(size, number)));
                    write(place, number);
                }
                Err(error) => {
                    assert!(error == Error::Full && map.len() == map.capacity());
                    assert!(!model.contains_key(&key));
                }
            },
            Operation::InsertEvicting(key, number) => {
                let gone = Cell::new(None);
                let choose = |pairs: &[(u64, &Bytes)]| {
                    assert!((1..=14).contains(&pairs.len()));
                    assert!(
                        pairs.iter().all(|(key, value)| read(value) == written(size, model[key]))
                    );
                    pairs.len() / 2
                };
                let was_full = map.len() == map.capacity();
                let (is_new, place) = map
                    .get_or_insert_evicting(key, choose, |key, value| {
                        gone.set(Some((key, read(value))))
                    })
                    .unwrap();
                write(place, number);
                if let Some((key, value)) = gone.take() {
                    assert_eq!(value, written(size, model.remove(&key).unwrap()));
                    assert!(was_full && is_new);
                }
                assert_eq!(model.insert(key, number).is_none(), is_new);
            }
            Operation::Remove(key) => {
                let mut value = None;
                assert_eq!(
                    map.remove_after(key, |gone| value = Some(read(gone))),
                    model.contains_key(&key)
                );
                assert_eq!(value, model.remove(&key).map(|number| written(size, number)));
            }
            Operation::Retain(modulus) => {
                map.retain(|key, value| {
                    assert_eq!(read(value), written(size, model[&key]));
                    key % modulus != 0
                });
                model.retain(|key, _| key % modulus != 0);
            }
            Operation::Move(seed) => {
                let storage = spare.take().unwrap();
                spare = Some(match map.move_into(storage, hasher(seed)) {
                    Ok(old) => old,
                    Err(rejected) => {
                        assert!(matches!(rejected.error, Error::TooSmall { .. }));
                        rejected.value
                    }
                });
            }
            Operation::Clear => {
                map.clear();
                model.clear();
            }
        }
        compare(&map, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 64 }))]
    #[test]
    fn any_sequence_of_operations(
        size in prop::sample::select(vec![0, 1, 3, 8, 12, 24, 100]),
        is_poor in any::<bool>(),
        load in prop::sample::select(vec![MaxLoad::FifteenSixteenths, MaxLoad::SevenEighths, MaxLoad::ThreeQuarters]),
        operations in operations(),
    ) {
        run(size, is_poor, load, operations);
    }
}

/// A `BytesMap` takes the memory that a `Map` takes, and puts its values in the same places.
#[test]
fn the_layout_is_that_of_a_map() {
    fn same<V: Copy + Default>(entries: usize) {
        let load = MaxLoad::default();
        let lines = lines_for_load::<V>(entries, load);
        assert_eq!(BytesMap::<Region>::lines_for(entries, load, size_of::<V>()), lines);
        let (mut one, mut two) = (vec![Line::EMPTY; lines], vec![Line::EMPTY; lines]);
        let (one_start, two_start) = (one.as_ptr().addr(), two.as_ptr().addr());
        let mut map =
            Map::<u64, V, _>::new_in(Region::from_lines(&mut one).unwrap(), Keyed::new(7)).unwrap();
        let region = Region::from_lines(&mut two).unwrap();
        let mut bytes = BytesMap::new_in(region, load, size_of::<V>(), Keyed::new(7)).unwrap();
        assert_eq!(bytes.capacity(), map.capacity());
        for key in 0..map.capacity() as u64 {
            map.try_insert(key, V::default()).map_err(|rejected| rejected.error).unwrap();
            bytes.get_or_insert(key).unwrap();
        }
        assert_eq!(bytes.get_or_insert(u64::MAX).map(|(is_new, _)| is_new), Err(Error::Full));
        assert_eq!(bytes.stats(), map.stats());
        for key in 0..map.capacity() as u64 {
            let place = std::ptr::from_ref(map.get(&key).unwrap()).addr() - one_start;
            assert_eq!(bytes.get(key).unwrap().as_ptr().addr() - two_start, place);
        }
    }
    same::<u8>(100);
    same::<u64>(100);
    same::<[u8; 20]>(100);
    same::<[u16; 5]>(400);
    same::<[u64; 9]>(1_000);
}

#[test]
fn sizes_that_no_memory_has() {
    let most = usize::MAX / 64;
    for size in [usize::MAX, usize::MAX / 7, usize::MAX / 8] {
        assert!(BytesMap::<Region>::lines_for(1, MaxLoad::default(), size) >= most / 2);
        let mut lines = vec![Line::EMPTY; 64];
        let region = Region::from_lines(&mut lines).unwrap();
        let refused = BytesMap::new_in(region, MaxLoad::default(), size, Keyed::new(1));
        assert!(matches!(refused.err(), Some(Error::TooSmall { .. })));
    }
    assert_eq!(BytesMap::<Region>::lines_for(usize::MAX, MaxLoad::default(), 1), most);
}
