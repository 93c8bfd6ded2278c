//! Keys in the orders in which they come: ascending, descending, from the ends inwards and back, in the
//! order of a table, in crowds. Sets and maps in every order take them all, and stay sound.
#![cfg(all(feature = "alloc", feature = "lockfree"))]

use std::collections::{BTreeMap, BTreeSet};

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad},
    lockfree,
    robin_hood::{ByValue, Map, Monotone, Order, Set, Within, lines_for},
    storage::{Heap, Region},
    swiss,
};
use proptest::prelude::*;

/// The keys, and how they came about.
type Input = (String, Vec<u64>);

/// Keys of several kinds, ascending.
fn kinds(count: u64) -> Vec<(&'static str, Vec<u64>)> {
    let kernel = 0xffff_8000_0000_0000u64;
    let sorted = |keys: &mut dyn Iterator<Item = u64>| {
        keys.collect::<BTreeSet<u64>>().into_iter().collect::<Vec<u64>>()
    };
    vec![
        ("spread", sorted(&mut (0..count).map(|number| hash_word(7, number)))),
        ("numbers", sorted(&mut (0..count))),
        ("the last numbers", sorted(&mut (0..count).map(|number| u64::MAX - number))),
        ("kernel pages", sorted(&mut (0..count).map(|number| kernel + (number << 12)))),
        ("a kernel heap", sorted(&mut (0..count).map(|it| kernel + (hash_word(9, it) >> 24)))),
        (
            "two crowds",
            sorted(
                &mut (0..count).map(|number| kernel * (number % 2) + (hash_word(9, number) >> 40)),
            ),
        ),
    ]
}

/// Ascending keys in some orders.
fn orders(keys: &[u64], seed: u64) -> Vec<(&'static str, Vec<u64>)> {
    let backwards: Vec<u64> = keys.iter().rev().copied().collect();
    let half = keys.len() / 2;
    let inwards: Vec<u64> =
        keys.iter().zip(&backwards).take(half).flat_map(|(&one, &two)| [one, two]).collect();
    let outwards = inwards.iter().rev().copied().collect();
    let mut shuffled = keys.to_vec();
    shuffled.sort_by_key(|&key| hash_word(1, key));
    let mut by_hash = keys.to_vec();
    by_hash.sort_by_key(|&key| hash_word(seed, key));
    let by_hash_backwards = by_hash.iter().rev().copied().collect();
    vec![
        ("ascending", keys.to_vec()),
        ("descending", backwards),
        ("inwards", inwards),
        ("outwards", outwards),
        ("shuffled", shuffled),
        ("in table order", by_hash),
        ("in table order backwards", by_hash_backwards),
    ]
}

fn inputs(count: u64, seed: u64) -> Vec<Input> {
    let name = |kind, order| format!("{kind}, {order}");
    kinds(count)
        .into_iter()
        .flat_map(|(kind, keys)| {
            orders(&keys, seed).into_iter().map(move |(order, keys)| (name(kind, order), keys))
        })
        .collect()
}

/// A set on the heap and one in provided memory that is just enough take `keys`, as long as the order does.
fn check_input<O: Order + Clone + PartialEq>(order: &O, (name, keys): &Input) {
    let model: BTreeSet<u64> = keys.iter().copied().collect();
    let mut heap = Set::with_order(order.clone());
    let mut memory = vec![Line::EMPTY; lines_for(keys.len(), MaxLoad::SevenEighths).unwrap()];
    let region = Region::from_lines(&mut memory).unwrap();
    let mut provided = Set::new_in(region, order.clone()).unwrap();
    for (number, &key) in keys.iter().enumerate() {
        assert_eq!(heap.try_insert(key), Ok(true), "{name}: {number}");
        assert_eq!(provided.try_insert(key), Ok(true), "{name}: {number}");
        if number % 97 == 0 {
            assert_eq!(heap.check_invariants(), Ok(()), "{name}: {number}");
            assert_eq!(provided.check_invariants(), Ok(()), "{name}: {number}");
        }
    }
    assert!(keys.iter().all(|&key| heap.contains(key) && provided.contains(key)), "{name}");
    let mut sorted: Vec<u64> = model.iter().copied().collect();
    sorted.sort_by_key(|&key| order.word(key));
    assert!(heap.iter().eq(sorted.iter().copied()), "{name}");
    assert!(provided.iter().rev().eq(sorted.iter().rev().copied()), "{name}");
    assert!(
        heap == provided
            .try_merge_in(
                heptad::robin_hood::Merge::Union,
                &heap,
                Heap::try_with_lines(lines_for(2 * keys.len(), MaxLoad::SevenEighths).unwrap())
                    .unwrap()
            )
            .unwrap()
    );
    // Out again in the order in which they came in.
    for &key in keys {
        assert!(heap.remove(key) && provided.remove(key), "{name}");
    }
    assert!(heap.is_empty() && provided.is_empty());
    assert_eq!((heap.check_invariants(), provided.check_invariants()), (Ok(()), Ok(())), "{name}");
}

#[test]
fn all_inputs_are_taken_in_every_order() {
    let count = if cfg!(miri) { 70 } else { 700 };
    for input in inputs(count, 3).iter().step_by(if cfg!(miri) { 5 } else { 1 }) {
        check_input(&Keyed::new(3), input);
        check_input(&ByValue, input);
        check_input(&LowFirst, input);
        if input.1.iter().all(|&key| key >= KERNEL) {
            check_input(&Within::new(KERNEL..=u64::MAX).unwrap(), input);
        }
    }
}

const KERNEL: u64 = 0xffff_8000_0000_0000;

/// A bijection of a caller's: the low 47 bits come first, so addresses of both halves are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
struct LowFirst;

impl Order for LowFirst {
    fn word(&self, key: u64) -> u64 {
        key.rotate_left(17)
    }

    fn key(&self, word: u64) -> u64 {
        word.rotate_right(17)
    }
}

/// The walks of this crate's tables: of sorted ones, of hashed ones, and of those that cores share.
#[test]
#[cfg_attr(miri, ignore = "more keys of the same kind")]
fn walks_of_other_tables_are_taken() {
    let count = 20_000u64;
    for seed in [0, 1, 77] {
        let order = Keyed::new(seed);
        let mut sorted = Set::with_order(order);
        sorted.extend(0..count);
        let mut hashed: swiss::Set<u64> = swiss::Set::default();
        hashed.extend(0..count);
        let mut memory = vec![Line::EMPTY; 20_000];
        let shared =
            lockfree::Map::<u64, u64>::new_in(Region::from_lines(&mut memory).unwrap(), seed)
                .unwrap();
        for key in 0..count {
            shared.insert(key, 0).unwrap();
        }
        let walks: [(&str, Vec<u64>); 4] = [
            ("sorted", sorted.iter().collect()),
            ("sorted, backwards", sorted.iter().rev().collect()),
            ("hashed", hashed.iter().copied().collect()),
            ("shared", shared.iter().map(|(key, _)| key).collect()),
        ];
        for other in [seed, seed + 1] {
            for (name, keys) in &walks {
                let mut memory =
                    vec![Line::EMPTY; lines_for(keys.len(), MaxLoad::SevenEighths).unwrap()];
                let region = Region::from_lines(&mut memory).unwrap();
                let mut set = Set::new_in(region, Keyed::new(other)).unwrap();
                for (number, &key) in keys.iter().enumerate() {
                    assert_eq!(set.try_insert(key), Ok(true), "{name}: {number}");
                }
                assert_eq!((set.len() as u64, set.check_invariants()), (count, Ok(())), "{name}");
            }
        }
    }
}

/// A table in which a window of keys slides upwards, or a key jumps about, has room for the keys that it
/// has and not for those that it had.
#[test]
#[cfg_attr(miri, ignore = "many keys")]
fn keys_that_come_and_go_take_no_more_memory() {
    for (window, stride) in [(1, 1), (100, 1), (1_000, 1), (1_000, 1 << 12), (1_000, 1 << 40)] {
        let mut set = Set::with_order(ByValue);
        let spread = lines_for(window, MaxLoad::SevenEighths).unwrap() * 8;
        for number in 0..20_000u64 {
            assert!(set.insert(KERNEL / 2 + number * stride));
            if let Some(old) = number.checked_sub(window as u64 - 1) {
                assert!(set.remove(KERNEL / 2 + old * stride));
            }
            assert!(set.layout().len() <= 4 * spread, "{window} {stride}: {number}");
        }
        assert_eq!(set.check_invariants(), Ok(()));
    }
    let mut set = Set::with_order(ByValue);
    set.extend(0..1_000);
    let slots = set.layout().len();
    (0..1_000).for_each(|key| assert!(set.remove(key)));
    for number in 0..500 {
        let key = hash_word(5, number);
        assert!(set.insert(key) && set.remove(key));
        assert!(set.layout().len() <= slots, "{number}");
    }
}

/// Sorted input, in all orders, into all kinds of memory: the table that insertions make.
#[test]
fn sorted_input_makes_the_table_that_insertions_make() {
    fn check<O: Order + Clone + PartialEq + std::fmt::Debug>(order: &O, keys: &[u64], name: &str) {
        let mut sorted = keys.to_vec();
        sorted.sort_by_key(|&key| order.word(key));
        let mut model = Set::with_order(order.clone());
        for &key in keys {
            model.try_insert(key).unwrap();
        }
        let mut set = Set::with_order(order.clone());
        set.try_extend_sorted(sorted.iter().copied()).unwrap();
        let mut map = Map::with_order(order.clone());
        map.try_extend_sorted(sorted.iter().map(|&key| (key, !key))).unwrap();
        let mut memory = vec![Line::EMPTY; lines_for(keys.len(), MaxLoad::SevenEighths).unwrap()];
        let mut provided =
            Set::new_in(Region::from_lines(&mut memory).unwrap(), order.clone()).unwrap();
        assert_eq!(provided.try_extend_sorted(set.iter()), Ok(()), "{name}");
        assert_eq!((set.check_invariants(), map.check_invariants()), (Ok(()), Ok(())), "{name}");
        assert_eq!(provided.check_invariants(), Ok(()), "{name}");
        assert!(set == model && provided == model, "{name}");
        assert!(map.iter().map(|(key, &value)| (key, !value)).eq(set.iter().map(|key| (key, key))));
        // A table with keys takes sorted ones too, and one that had keys far away.
        set.try_extend_sorted(sorted.iter().map(|key| key ^ 1)).unwrap();
        for &key in keys {
            model.try_insert(key ^ 1).unwrap();
        }
        assert!(set == model && set.check_invariants() == Ok(()), "{name}");
        assert_eq!(set.len(), model.len());
    }
    for (name, keys) in kinds(if cfg!(miri) { 60 } else { 3_000 }) {
        check(&Keyed::new(3), &keys, name);
        check(&ByValue, &keys, name);
        check(&LowFirst, &keys, name);
        if keys.iter().all(|&key| key >= KERNEL) {
            check(&Within::new(KERNEL..=u64::MAX).unwrap(), &keys, name);
        }
    }
}

/// Input that is not sorted after all, or has keys twice, or is longer than it says, is taken as `extend`
/// takes it; a key that is refused is returned, and those before it stay.
#[test]
fn unsorted_input_is_taken_one_by_one() {
    let keys: Vec<u64> = (0..500).map(|number| (hash_word(7, number) % 700) << 50).collect();
    let mut map = Map::with_order(ByValue);
    map.extend_sorted(keys.iter().enumerate().map(|(number, &key)| (key, number as u64)));
    let model: BTreeMap<u64, u64> =
        keys.iter().enumerate().map(|(number, &key)| (key, number as u64)).collect();
    assert!(map.iter().map(|(key, &value)| (key, value)).eq(model));
    assert_eq!(map.check_invariants(), Ok(()));

    let mut set = Set::with_order(ByValue);
    // A filter promises no keys at all.
    set.extend_sorted((0..2_000u64).filter(|key| key % 2 == 0));
    assert!(set.iter().eq((0..2_000).step_by(2)));
    assert_eq!(set.check_invariants(), Ok(()));

    let mut some = Set::with_order(Within::new(10..=90).unwrap());
    let refused = some.try_extend_sorted(50..200).unwrap_err();
    assert_eq!((refused.value, refused.error), (91, Error::KeyOutOfRange));
    assert!(some.iter().eq(50..=90));
    assert_eq!(some.try_extend_sorted(0..20).unwrap_err().value, 0);

    let mut memory = [Line::EMPTY; 24];
    let mut full = Set::new_in(Region::from_lines(&mut memory).unwrap(), Keyed::new(1)).unwrap();
    let mut large = Set::with_order(Keyed::new(1));
    large.extend(0..1_000);
    let refused = full.try_extend_sorted(large.iter()).unwrap_err();
    assert_eq!(refused.error, Error::Full);
    assert_eq!(full.len(), full.capacity());
    assert_eq!(large.iter().nth(full.len()), Some(refused.value));
    assert_eq!(full.check_invariants(), Ok(()));

    // All keys are gone, but the table still is one for where they were.
    let mut moved = Set::with_order(ByValue);
    moved.extend(0..1_000);
    (0..1_000).for_each(|key| assert!(moved.remove(key)));
    moved.extend_sorted(KERNEL..KERNEL + 1_000);
    assert!(moved.iter().eq(KERNEL..KERNEL + 1_000) && moved.check_invariants() == Ok(()));
}

/// Keys within bounds, and bounds of all sizes.
#[test]
fn keys_outside_the_bounds_are_refused_and_found_nowhere() {
    for (low, high) in
        [(0, 0), (0, u64::MAX), (5, 9), (KERNEL, u64::MAX), (1, 1 << 63), (u64::MAX, u64::MAX)]
    {
        let order = Within::new(low..=high).unwrap();
        for key in [low, high, low + (high - low) / 2, low + (high - low) / 3] {
            assert_eq!(order.key(order.word(key)), key);
        }
        assert!(low == high || order.word(high) > order.word(high - 1));
        let mut set = Set::with_order(order);
        let mut map = Map::with_order(order);
        assert!(set.try_insert(low).unwrap() && set.contains(low));
        assert_eq!(map.try_insert(high, 7).unwrap(), None);
        for key in [low.wrapping_sub(1), high.wrapping_add(1)] {
            if (low..=high).contains(&key) {
                continue;
            }
            let refused = set.try_insert(key).unwrap_err();
            assert_eq!((refused.value, refused.error), (key, Error::KeyOutOfRange));
            assert_eq!(set.insert_within_capacity(key).unwrap_err().error, Error::KeyOutOfRange);
            assert_eq!(map.try_insert(key, 1).unwrap_err().error, Error::KeyOutOfRange);
            assert_eq!(map.try_get_or_insert(key, 1).unwrap_err().error, Error::KeyOutOfRange);
            assert!(!set.contains(key) && !set.remove(key) && map.get(key).is_none());
            assert_eq!(set.successor(key), (key < low).then_some(low));
            assert_eq!(set.predecessor(key), (key > high).then_some(low));
        }
        assert!(set.range(..).eq([low]) && set.range(..low).next().is_none());
        assert!(map.range(low..).map(|(key, _)| key).eq([high]));
    }
    let (low, high) = (6, 5);
    assert_eq!(Within::new(low..=high), None);
}

/// Some of the numbers, three times as far apart: an order of a caller's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Thirds;

impl Order for Thirds {
    fn word(&self, key: u64) -> u64 {
        key * 3 + 1
    }

    fn key(&self, word: u64) -> u64 {
        word / 3
    }

    fn keys(&self) -> std::ops::RangeInclusive<u64> {
        10..=u64::MAX / 3 - 1
    }
}

impl Monotone for Thirds {}

fn check_ranges<O: Monotone + Clone>(order: O, keys: &BTreeSet<u64>, bounds: &[(u64, u64)]) {
    let mut set = Set::with_order(order.clone());
    let mut map = Map::with_order(order.clone());
    let model: BTreeMap<u64, u64> =
        keys.iter().filter(|key| order.keys().contains(key)).map(|&key| (key, !key)).collect();
    for &key in keys {
        let is_new = order.keys().contains(&key).then_some(true).ok_or(Error::KeyOutOfRange);
        assert_eq!(set.try_insert(key).map_err(|rejected| rejected.error), is_new);
        let _ = map.try_insert(key, !key);
    }
    for &(one, two) in bounds {
        let (least, greatest) = (one.min(two), one.max(two));
        let expected = model.range(least..=greatest).map(|(&key, &value)| (key, value));
        assert!(set.range(least..=greatest).eq(expected.clone().map(|pair| pair.0)));
        assert!(set.range(least..=greatest).rev().eq(expected.clone().map(|pair| pair.0).rev()));
        assert!(map.range(least..=greatest).map(|(key, &value)| (key, value)).eq(expected));
        let next = model.range(one..).map(|(&key, _)| key).find(|&key| key > one);
        assert_eq!(set.successor(one), next);
        assert_eq!(
            map.predecessor(one).map(|pair| pair.0),
            model.range(..one).next_back().map(|pair| *pair.0)
        );
        let (position, before) = (set.position_of(one), model.range(one..).next());
        assert_eq!(set.next_from(position).map(|found| found.1), before.map(|pair| *pair.0));
    }
    assert_eq!((set.check_invariants(), map.check_invariants()), (Ok(()), Ok(())));
}

fn near_and_far() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => any::<u64>(),
        3 => 0..300u64,
        3 => (0..300u64).prop_map(|number| KERNEL + (number << 12)),
        1 => (0..300u64).prop_map(|number| u64::MAX - number),
        1 => (0..300u64).prop_map(|number| u64::MAX / 3 - number),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 1 } else { 64 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn ranges_in_all_orders_that_ascend(
        keys in prop::collection::btree_set(near_and_far(), 0..if cfg!(miri) { 40 } else { 400 }),
        bounds in prop::collection::vec((near_and_far(), near_and_far()), 1..20),
    ) {
        check_ranges(ByValue, &keys, &bounds);
        check_ranges(Within::new(KERNEL..=u64::MAX).unwrap(), &keys, &bounds);
        check_ranges(Within::new(100..=200).unwrap(), &keys, &bounds);
        check_ranges(Thirds, &keys, &bounds);
    }
}
