//! Maps beside `BTreeMap`: entries, ranges to change, extraction, moves of parts and of all.

use std::{collections::BTreeMap, mem};

use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    robin_hood::{ByValue, Map, Set, map::Entry},
    storage::{Downward, Heap, Region},
};
use proptest::prelude::*;

use super::{bounds, key_sets, keys, set_of};

type Bounds = (std::ops::Bound<u64>, std::ops::Bound<u64>);

#[derive(Clone, Debug)]
enum Operation {
    OrInsert(u64, u64),
    Modify(u64),
    RemoveEntry(u64),
    First(bool),
    Last(bool),
    RangeMut(Bounds, usize),
    Extract(Bounds, u64, usize),
    Append(Vec<u64>),
    SplitOff(u64),
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let range = || (bounds(), bounds());
    let one = prop_oneof![
        12 => (keys(), any::<u64>()).prop_map(|(key, value)| Operation::OrInsert(key, value)),
        4 => keys().prop_map(Operation::Modify),
        4 => keys().prop_map(Operation::RemoveEntry),
        1 => any::<bool>().prop_map(Operation::First),
        1 => any::<bool>().prop_map(Operation::Last),
        2 => (range(), 0..20usize).prop_map(|(range, most)| Operation::RangeMut(range, most)),
        2 => (range(), 1..5u64, 0..20usize).prop_map(|(range, modulus, most)| Operation::Extract(range, modulus, most)),
        3 => prop::collection::vec(keys(), 0..30).prop_map(Operation::Append),
        1 => keys().prop_map(Operation::SplitOff),
    ];
    prop::collection::vec(one, 0..if cfg!(miri) { 15 } else { 80 })
}

fn pair((key, &value): (&u64, &u64)) -> (u64, u64) {
    (key.to_owned(), value)
}

/// As `BTreeMap::range_mut`, with bounds in any order.
fn within((start, end): Bounds, key: u64) -> bool {
    std::ops::RangeBounds::contains(&(start, end), &key)
}

fn step<S: Downward>(
    map: &mut Map<S, ByValue>,
    model: &mut BTreeMap<u64, u64>,
    operation: Operation,
) {
    match operation {
        Operation::OrInsert(key, value) => match map.try_entry(key) {
            Ok(entry) => {
                assert_eq!(entry.key(), key);
                assert_eq!(matches!(entry, Entry::Occupied(_)), model.contains_key(&key));
                assert_eq!(*entry.or_insert(value), *model.entry(key).or_insert(value));
            }
            Err(refused) => {
                assert_eq!((refused.value, refused.error), (key, Error::Full));
                assert!(!model.contains_key(&key));
            }
        },
        Operation::Modify(key) => {
            if let Ok(entry) = map.try_entry(key) {
                let entry = entry.and_modify(|value| *value ^= 1);
                model.entry(key).and_modify(|value| *value ^= 1);
                match entry {
                    Entry::Occupied(entry) => assert_eq!(Some(entry.get()), model.get(&key)),
                    Entry::Vacant(entry) => assert_eq!(entry.into_key(), key),
                }
            }
        }
        Operation::RemoveEntry(key) => {
            if let Ok(Entry::Occupied(mut entry)) = map.try_entry(key) {
                assert_eq!(Some(entry.insert(5)), model.insert(key, 5));
                assert_eq!(Some(entry.remove_entry()), model.remove_entry(&key));
            }
            assert_eq!(map.remove_entry(key), model.remove_entry(&key));
        }
        Operation::First(removes) => {
            let (entry, expected) = (map.first_entry(), model.first_entry());
            assert_eq!(entry.as_ref().map(|it| it.key()), expected.as_ref().map(|it| *it.key()));
            if let (Some(mut entry), Some(mut expected)) = (entry, expected) {
                assert_eq!(entry.insert(9), expected.insert(9));
                if removes {
                    assert_eq!(entry.remove(), expected.remove());
                }
            }
        }
        Operation::Last(removes) => {
            let (entry, expected) = (map.last_entry(), model.last_entry());
            assert_eq!(entry.as_ref().map(|it| it.key()), expected.as_ref().map(|it| *it.key()));
            if let (Some(mut entry), Some(mut expected)) = (entry, expected) {
                assert_eq!(*entry.get_mut(), *expected.get_mut());
                *entry.into_mut() = 8;
                *expected.get_mut() = 8;
                if removes {
                    assert_eq!(map.pop_last(), model.pop_last());
                }
            }
        }
        Operation::RangeMut(range, most) => {
            let mut expected = model.iter_mut().filter(|(key, _)| within(range, **key));
            let mut found = map.range_mut(range);
            assert!(found.size_hint().1 <= Some(model_len(&found)));
            for number in 0..most {
                let (found, expected) = match number % 3 {
                    0 => (found.next_back(), expected.next_back()),
                    _ => (found.next(), expected.next()),
                };
                assert_eq!(found.as_ref().map(|it| it.0), expected.as_ref().map(|it| *it.0));
                if let (Some((_, value)), Some((_, expected))) = (found, expected) {
                    *value ^= number as u64;
                    *expected ^= number as u64;
                }
            }
        }
        Operation::Extract(range, modulus, most) => {
            let mut visited = Vec::new();
            let chosen = |key: u64, value: &mut u64| {
                *value ^= 2;
                key % modulus == 0
            };
            let taken: Vec<(u64, u64)> = map
                .extract_range_if(range, |key, value| {
                    visited.push(key);
                    chosen(key, value)
                })
                .take(most)
                .collect();
            let mut expected = Vec::new();
            for key in model.keys().copied().filter(|&key| within(range, key)).collect::<Vec<_>>() {
                if expected.len() == most {
                    break;
                }
                assert!(visited.contains(&key));
                let value = model.get_mut(&key).unwrap();
                if chosen(key, value) {
                    expected.push(model.remove_entry(&key).unwrap());
                }
            }
            assert_eq!(taken, expected);
            assert!(visited.is_sorted() && visited.iter().all(|&key| within(range, key)));
        }
        Operation::Append(keys) => {
            let mut other: Map = keys.into_iter().map(|key| (key, !key)).collect();
            let all: Vec<(u64, u64)> = other.iter().map(|(key, &value)| (key, value)).collect();
            let done = map.try_append(&mut other);
            let moved = all.len() - other.len();
            assert_eq!((done, other.check_invariants()), (done, Ok(())));
            assert!(done == if moved == all.len() { Ok(()) } else { Err(Error::Full) });
            let left = other.into_iter();
            assert!(left.eq(all[moved..].iter().copied()), "what did not move is still there");
            model.extend(all.into_iter().take(moved));
        }
        // Of tables on the heap.
        Operation::SplitOff(_) => {}
    }
}

fn model_len(found: &impl Iterator) -> usize {
    found.size_hint().1.unwrap()
}

fn check<S: Downward>(map: &Map<S, ByValue>, model: &BTreeMap<u64, u64>) {
    assert_eq!((map.check_invariants(), map.len()), (Ok(()), model.len()));
    assert!(map.iter().map(|(key, &value)| (key, value)).eq(model.iter().map(pair)));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 48 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn maps_do_what_btree_maps_do(operations in operations(), start in key_sets()) {
        let mut map: Map<Heap, ByValue> = Map::from_iter(start.iter().map(|&key| (key, key)));
        let mut model: BTreeMap<u64, u64> = start.into_iter().map(|key| (key, key)).collect();
        for operation in operations {
            if let Operation::SplitOff(key) = operation {
                let (upper, expected) = (map.split_off(key), model.split_off(&key));
                check(&upper, &expected);
                if key % 2 == 0 {
                    (map, model) = (upper, expected);
                }
            } else {
                step(&mut map, &mut model, operation);
            }
            check(&map, &model);
        }
        prop_assert!(map.values_mut().rev().map(|value| *value).eq(model.values().rev().copied()));
        let copy = map.clone();
        prop_assert!(copy.into_keys().rev().eq(model.keys().rev().copied()));
        prop_assert!(map.into_values().eq(model.into_values()));
    }

    /// In memory that does not grow, and which the operations fill.
    #[test]
    fn maps_in_fixed_memory_do_too(operations in operations(), lines in 1..20usize) {
        let mut memory = [(); 2].map(|()| vec![Line::EMPTY; lines]);
        let [keys, values] = memory.each_mut().map(|lines| Region::from_lines(lines).unwrap());
        let mut map = Map::new_in(keys, values, ByValue).unwrap();
        let mut model = BTreeMap::new();
        for operation in operations {
            step(&mut map, &mut model, operation);
            check(&map, &model);
        }
    }

    /// From both ends, in any order of the ends.
    #[test]
    fn owned_entries_come_from_both_ends(model in key_sets(), ends in prop::collection::vec(any::<bool>(), 0..300)) {
        let (mut owned, mut expected) = (set_of(Keyed::new(3), &model).into_iter(), Vec::new());
        expected.extend(set_of(Keyed::new(3), &model).iter());
        let mut expected = expected.into_iter();
        for is_first in ends {
            prop_assert_eq!(owned.len(), expected.len());
            let (found, key) = match is_first {
                true => (owned.next(), expected.next()),
                false => (owned.next_back(), expected.next_back()),
            };
            prop_assert_eq!(found, key);
        }
    }
}

#[test]
fn iterators_of_maps_run_from_both_ends() {
    let mut map: Map<Heap, ByValue> = Map::from([(0, 1), (7, 2), (1 << 63, 3), (u64::MAX, 4)]);
    assert!(map.keys().rev().eq([u64::MAX, 1 << 63, 7, 0]));
    assert!(map.values().clone().rev().eq(&[4, 3, 2, 1]));
    assert_eq!((map.keys().len(), map.values_mut().len(), map.iter_mut().len()), (4, 4, 4));
    let mut both = map.iter_mut();
    assert_eq!((both.next_back(), both.next()), (Some((u64::MAX, &mut 4)), Some((0, &mut 1))));
    assert_eq!(
        (both.len(), both.next_back().is_some(), both.next_back().is_some()),
        (2, true, true)
    );
    assert!(both.next_back().is_none() && both.next().is_none());
    assert_eq!(map.range_mut(..7).next_back(), Some((0, &mut 1)));
    assert_eq!(map.range_mut(7..7).next(), None);
    assert_eq!(format!("{:?}", map.keys()), "Keys { len: 4, .. }");
    assert_eq!(format!("{:?}", map.extract_if(|_, _| true)), "ExtractIf { left: 4, .. }");
    assert_eq!((map[7], map.get_key_value(7), map.get_key_value(8)), (2, Some((7, &2)), None));
    assert!(std::panic::catch_unwind(|| map[8]).is_err());
    assert_eq!(*map.entry(9).or_insert_with_key(|key| key + 1), 10);
    assert_eq!(*map.entry(10).or_default(), 0);
    assert_eq!(map.entry(9).or_insert_entry(1).remove_entry(), (9, 10));
    assert_eq!(*map.entry(11).insert_entry(5).get(), 5);
    assert_eq!(*map.entry(11).insert_entry(6).get(), 6);
    let occupied = "Occupied(OccupiedEntry { key: 11, value: 6 })";
    assert_eq!(format!("{:?}", map.entry(11)), occupied);
    assert_eq!(format!("{:?}", map.entry(12)), "Vacant(VacantEntry(12))");
    let mut copies: Map = Map::with_capacity(3);
    copies.extend(&BTreeMap::from([(1, 2), (3, 4)]));
    assert!(copies.capacity() >= 3 && copies == Map::<Heap>::from([(1, 2), (3, 4)]));
}

/// Forgetting the iterator loses the entries, and nothing worse.
#[test]
fn a_forgotten_extraction_leaves_an_empty_table() {
    let fill = |start: u64| (start..start + 60).map(|number| (number << 56 | number, number));
    let mut on_heap: Map<Heap, ByValue> = fill(0).collect();
    let (mut keys, mut values) = ([Line::EMPTY; 24], [Line::EMPTY; 24]);
    let region = |lines| Region::from_lines(lines).unwrap();
    let mut fixed = Map::new_in(region(&mut keys), region(&mut values), ByValue).unwrap();
    fill(0).try_for_each(|(key, value)| fixed.try_insert(key, value).map(drop)).unwrap();
    fn forget<S: Downward>(map: &mut Map<S, ByValue>) {
        let mut extraction = map.extract_if(|key, _| key % 2 == 0);
        assert_eq!(extraction.by_ref().take(7).count(), 7);
        mem::forget(extraction);
        assert_eq!((map.len(), map.capacity(), map.check_invariants()), (0, 0, Ok(())));
        assert!(map.iter().next().is_none() && map.get(0).is_none() && map.pop_last().is_none());
        assert!(map.range(5..).next().is_none() && map.successor(u64::MAX).is_none());
        assert!(map.range(u64::MAX..).next().is_none() && map.remove(u64::MAX).is_none());
        assert_eq!(map.insert_within_capacity(1, 1).unwrap_err().error, Error::Full);
        map.retain(|_, _| unreachable!());
        map.shrink_in_place(0);
        map.clear();
    }
    forget(&mut on_heap);
    forget(&mut fixed);
    on_heap.try_reserve(30).unwrap();
    on_heap.extend(fill(1));
    fill(1).try_for_each(|(key, value)| fixed.try_insert(key, value).map(drop)).unwrap();
    check(&on_heap, &fill(1).collect());
    check(&fixed, &fill(1).collect());
    mem::forget(fixed.extract_range_if(3.., |_, _| true));
    assert_eq!((fixed.try_reserve(60), fixed.is_empty()), (Ok(()), true));
    assert!(fixed.capacity() >= 60);
}

#[test]
fn sets_get_take_and_replace() {
    let mut set: Set<Heap, ByValue> = Set::with_capacity_and_order(5, ByValue);
    assert_eq!(
        (set.replace(7), set.replace(7), set.get(7), set.get(8)),
        (None, Some(7), Some(7), None)
    );
    assert_eq!((set.take(7), set.take(7), set.len()), (Some(7), None, 0));
    set.extend(&[5, 3, 1]);
    set.shrink_to(100);
    let mut other = set.split_off(3);
    assert!(set.iter().eq([1]) && other.iter().eq([3, 5]));
    other.append(&mut set);
    assert!(set.is_empty() && other.iter().eq([1, 3, 5]));
    assert!(other.extract_if(|key| key > 2).eq([3, 5]) && other.iter().eq([1]));
}
