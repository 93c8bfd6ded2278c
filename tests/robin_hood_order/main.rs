//! Ranges, neighbours and merges against the standard library's ordered set.

use std::{
    collections::BTreeSet,
    ops::Bound::{self, Excluded, Included, Unbounded},
};

use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    robin_hood::{ByValue, Map, Merge, Order, Set},
    storage::{Heap, Region},
};
use proptest::prelude::*;

#[path = "../support/allocations.rs"]
mod allocations;
mod entries;
mod owned;
mod room;
mod sets;

/// Keys near one another, near the ends, and far apart.
fn keys() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => any::<u64>(),
        2 => (0..64u64).prop_map(|number| number << 58),
        1 => 0..16u64,
        1 => (0..16u64).prop_map(|number| u64::MAX - number),
    ]
}

fn key_sets() -> impl Strategy<Value = BTreeSet<u64>> {
    prop::collection::btree_set(keys(), 0..if cfg!(miri) { 40 } else { 300 })
}

fn bounds() -> impl Strategy<Value = Bound<u64>> {
    prop_oneof![keys().prop_map(Included), keys().prop_map(Excluded), Just(Unbounded)]
}

fn set_of<O: Order>(order: O, keys: &BTreeSet<u64>) -> Set<Heap, O> {
    let mut set = Set::with_order(order);
    for &key in keys {
        set.try_insert(key).unwrap();
    }
    set
}

/// `BTreeSet::range` panics for bounds the wrong way round; ours is empty.
fn range_of(keys: &BTreeSet<u64>, start: Bound<u64>, end: Bound<u64>) -> Vec<u64> {
    let above = |key: u64| match start {
        Included(least) => key >= least,
        Excluded(least) => key > least,
        Unbounded => true,
    };
    let below = |key: u64| match end {
        Included(greatest) => key <= greatest,
        Excluded(greatest) => key < greatest,
        Unbounded => true,
    };
    keys.iter().copied().filter(|&key| above(key) && below(key)).collect()
}

/// In any order: a walk by position is the iterator, from each key on too, and neighbours are its
/// neighbours.
fn check_walks<O: Order + Clone>(order: O, keys: &BTreeSet<u64>, sought: &[u64]) {
    let set = set_of(order.clone(), keys);
    let mut map = Map::with_order(order.clone());
    for &key in keys {
        map.try_insert(key, !key).unwrap();
    }
    let walk = |start| {
        let mut position = start;
        core::iter::from_fn(|| {
            let (behind, key) = set.next_from(position)?;
            assert_eq!(map.next_from(position), Some((behind, (key, &!key))));
            position = behind;
            Some(key)
        })
        .collect::<Vec<u64>>()
    };
    let all: Vec<u64> = set.iter().collect();
    assert_eq!(walk(0), all);
    assert_eq!((set.next_from(usize::MAX), map.next_from(usize::MAX)), (None, None));
    for &key in sought.iter().chain(&all) {
        let from = all.partition_point(|&other| order.word(other) < order.word(key));
        assert_eq!(walk(set.position_of(key)), all[from..]);
        assert_eq!(map.position_of(key), set.position_of(key));
        let next = all[from..].iter().copied().find(|&other| other != key);
        assert_eq!(set.successor(key), next);
        assert_eq!(map.successor(key).map(|it| it.0), next);
        let before = all[..from].last().copied();
        assert_eq!(set.predecessor(key), before);
        assert_eq!(map.predecessor(key), before.map(|key| (key, map.get(key).unwrap())));
    }
}

fn model_of(merge: Merge, one: &BTreeSet<u64>, two: &BTreeSet<u64>) -> BTreeSet<u64> {
    match merge {
        Merge::Union => one | two,
        Merge::Intersection => one & two,
        Merge::Difference => one - two,
        Merge::SymmetricDifference => one ^ two,
    }
}

const MERGES: [Merge; 4] =
    [Merge::Union, Merge::Intersection, Merge::Difference, Merge::SymmetricDifference];

/// All merges of two sets in one order, as tables and as iterators.
fn check_merges<O: Order + Clone + Copy + PartialEq + std::fmt::Debug>(
    order: O,
    one: &BTreeSet<u64>,
    two: &BTreeSet<u64>,
) {
    let (first, mut second) = (set_of(order, one), set_of(order, two));
    // Of different shapes as a rule.
    second.try_grow().unwrap();
    for merge in MERGES {
        let expected = model_of(merge, one, two);
        let merged = first.try_merge(merge, &second).unwrap();
        assert_eq!(merged.check_invariants(), Ok(()), "{merge:?}");
        assert_eq!(merged.iter().collect::<BTreeSet<_>>(), expected, "{merge:?}");
        assert!(merged.iter().eq(first.merged(merge, &second).unwrap()));
        assert!(merged == set_of(order, &expected));

        // In provided memory that is just enough: 16 lines hold 56 keys, or half or twice that.
        let mut lines = 1;
        let (in_region, len) = loop {
            let mut memory = vec![Line::EMPTY; lines];
            let region = Region::from_lines(&mut memory).unwrap();
            match first.try_merge_in(merge, &second, region) {
                Ok(set) => {
                    assert_eq!(set.check_invariants(), Ok(()));
                    break (set.iter().collect::<BTreeSet<_>>(), set.capacity());
                }
                Err(rejected) => {
                    assert_eq!(rejected.error, Error::Full);
                    lines += 1;
                }
            }
        };
        assert_eq!(in_region, expected);
        assert!(len >= expected.len());
    }
    assert_eq!(first.is_subset(&second), one.is_subset(two));
    assert_eq!(first.is_superset(&second), one.is_superset(two));
    assert_eq!(first.is_disjoint(&second), one.is_disjoint(two));
    assert_eq!(first == second, one == two);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 1 } else { 128 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn ranges_and_neighbours(
        keys in key_sets(),
        queries in prop::collection::vec((bounds(), bounds()), 1..20),
    ) {
        let set = set_of(ByValue, &keys);
        let map: Map<Heap, ByValue> = keys.iter().map(|&key| (key, !key)).collect();
        assert!(set.iter().eq(keys.iter().copied()));
        assert!(set.iter().rev().eq(keys.iter().rev().copied()));
        assert_eq!(set.first(), keys.first().copied());
        assert_eq!(set.last(), keys.last().copied());
        assert_eq!(map.first_key_value(), keys.first().map(|&key| (key, map.get(key).unwrap())));
        assert_eq!(map.last_key_value().map(|it| it.0), keys.last().copied());
        for (start, end) in queries {
            let expected = range_of(&keys, start, end);
            assert_eq!(set.range((start, end)).collect::<Vec<_>>(), expected);
            assert_eq!(set.range((start, end)).fold(0, |count, _| count + 1), expected.len());
            assert!(set.range((start, end)).rev().eq(expected.iter().rev().copied()));
            assert!(map.range((start, end)).all(|(key, &value)| value == !key));
            assert!(map.range((start, end)).map(|it| it.0).eq(expected.iter().copied()));
            assert!(map.range((start, end)).rev().map(|it| it.0).eq(expected.iter().rev().copied()));
            let (least, most) = set.range((start, end)).size_hint();
            assert!(least <= expected.len() && expected.len() <= most.unwrap());
            // From both sides at once: each key once.
            let mut range = set.range((start, end));
            let mut taken = BTreeSet::new();
            while let Some(key) = range.next() {
                assert!(taken.insert(key));
                if let Some(key) = range.next_back() {
                    assert!(taken.insert(key));
                }
            }
            assert!(range.next_back().is_none());
            assert!(taken.into_iter().eq(expected.iter().copied()));
            for bound in [start, end] {
                if let Included(key) | Excluded(key) = bound {
                    let successor = keys.range((Excluded(key), Unbounded)).next();
                    let predecessor = keys.range(..key).next_back();
                    assert_eq!(set.successor(key), successor.copied());
                    assert_eq!(set.predecessor(key), predecessor.copied());
                    assert_eq!(map.successor(key).map(|it| it.0), successor.copied());
                    assert_eq!(map.predecessor(key).map(|it| it.0), predecessor.copied());
                }
            }
        }
    }

    #[test]
    fn walks_by_position(keys in key_sets(), sought in prop::collection::vec(keys(), 1..20), seed: u64) {
        check_walks(ByValue, &keys, &sought);
        check_walks(Keyed::new(seed), &keys, &sought);
    }

    #[test]
    fn merges_are_set_algebra(one in key_sets(), two in key_sets(), seed: u64, share: bool) {
        // Half of the cases share many keys.
        let two = if share { one.iter().step_by(2).chain(&two).copied().collect() } else { two };
        check_merges(ByValue, &one, &two);
        check_merges(Keyed::new(seed), &one, &two);
    }

    #[test]
    fn maps_merge_by_the_callers_rule(
        one in prop::collection::btree_map(keys(), any::<u64>(), 0..100),
        two in prop::collection::btree_map(keys(), any::<u64>(), 0..100),
    ) {
        let map_of = |pairs: &std::collections::BTreeMap<u64, u64>| {
            pairs.iter().map(|(&key, &value)| (key, value)).collect::<Map>()
        };
        // Sums, without those that are odd.
        let rule = |one: Option<u64>, two: Option<u64>| {
            Some(one.unwrap_or(1).wrapping_add(two.unwrap_or(1))).filter(|sum| sum % 2 == 0)
        };
        let (first, second) = (map_of(&one), map_of(&two));
        let keys: BTreeSet<u64> = one.keys().chain(two.keys()).copied().collect();
        let expected: Map = keys
            .iter()
            .filter_map(|key| Some((*key, rule(one.get(key).copied(), two.get(key).copied())?)))
            .collect();
        let mut lines = 1;
        let merged = loop {
            let storage = || Heap::try_with_lines(lines).unwrap();
            match first.try_merge_in(&second, storage(), storage(), |_, one, two| rule(one, two)) {
                Ok(map) => break map,
                Err(rejected) => {
                    assert_eq!(rejected.error, Error::Full);
                    lines += 1;
                }
            }
        };
        assert_eq!(merged.check_invariants(), Ok(()));
        assert_eq!(merged, expected);
    }
}

#[test]
fn large_sets_merge_by_blocks() {
    let count = if cfg!(miri) { 150 } else { 50_000 };
    let one: BTreeSet<u64> = (0..count).map(|number| ((number * 3) << 40) | number).collect();
    let two: BTreeSet<u64> = (0..count).map(|number| ((number * 2) << 40) | number).collect();
    check_big(&one, &two);
    // One after the other, and nothing beside something.
    let far: BTreeSet<u64> = one.iter().map(|key| key | 1 << 62).collect();
    check_big(&one, &far);
    check_big(&far, &one);
    check_big(&one, &BTreeSet::new());
    check_big(&BTreeSet::new(), &one);
    check_big(&one, &one);
}

fn check_big(one: &BTreeSet<u64>, two: &BTreeSet<u64>) {
    let order = Keyed::new(9);
    let (first, second) = (set_of(order, one), set_of(order, two));
    for merge in MERGES {
        let merged = first.try_merge(merge, &second).unwrap();
        assert_eq!(merged.check_invariants(), Ok(()), "{merge:?}");
        assert!(merged.iter().collect::<BTreeSet<_>>() == model_of(merge, one, two), "{merge:?}");
    }
}

/// Tables are merged in two halves; here the keys crowd around the cut, a few and many.
#[test]
fn keys_crowd_around_the_middle() {
    let middle = 1u64 << 63;
    let (spread, crowds): (u64, (&[u64], &[u64])) = match cfg!(miri) {
        true => (40, (&[70], &[5])),
        false => (300, (&[0, 3, 60, 70, 200], &[0, 5, 100])),
    };
    for &below in crowds.0 {
        for &above in crowds.1 {
            let spread = (0..spread).map(|number| number << 55 | 1);
            let one = spread.clone().chain(middle - below..middle + above).collect();
            let two = spread.map(|key| key + 1).chain(middle - below / 2..middle).collect();
            check_merges(ByValue, &one, &two);
        }
    }
}

/// What a set took key by key, a merge takes: all keys share one home, the last, in either half or none.
#[test]
fn merges_take_what_insertions_take() {
    let count = 200u64;
    let middle = 1u64 << 63;
    for start in [u64::MAX - 2 * count, middle - count, 1] {
        let keys: BTreeSet<u64> = (start..start + count).collect();
        let set = set_of(ByValue, &keys);
        assert!(set.try_merge(Merge::Union, &set).unwrap() == set, "{start:#x}");
        check_merges(ByValue, &keys, &keys.iter().map(|key| key + 100).collect());
        let mut map = Map::with_order(ByValue);
        map.extend(keys.iter().map(|&key| (key, key)));
        let storage = || Heap::try_with_lines(40).unwrap();
        let mut asked = 0;
        let merged = map.try_merge_in(&map, storage(), storage(), |_, one, _| {
            asked += 1;
            one
        });
        assert_eq!(merged.unwrap(), map, "{start:#x}");
        assert!(asked <= 2 * keys.len());
    }
}

#[test]
fn shrinking_to_more_than_there_is_does_nothing() {
    let mut set = Set::<Heap>::from([1, 2, 3]);
    let capacity = set.capacity();
    for wanted in [usize::MAX, 1 << (usize::BITS - 7), capacity + 1] {
        assert_eq!(set.try_shrink_to(wanted), Ok(()));
        assert_eq!(set.capacity(), capacity);
    }
}

#[test]
fn different_orders_do_not_merge() {
    let one = set_of(Keyed::new(1), &(0..9).collect());
    let two = set_of(Keyed::new(2), &(0..9).collect());
    assert_eq!(one.merged(Merge::Union, &two).err(), Some(Error::DifferentOrders));
    assert_eq!(one.try_merge(Merge::Union, &two).err(), Some(Error::DifferentOrders));
    let storage = Heap::try_with_lines(64).unwrap();
    let rejected = one.try_merge_in(Merge::Union, &two, storage).unwrap_err();
    assert_eq!(rejected.error, Error::DifferentOrders);
    let map = Map::<Heap>::from([(1, 1)]);
    let other: Map<Heap> = {
        let mut map = Map::with_order(Keyed::new(3));
        map.insert(1, 1);
        map
    };
    assert!(map == other, "maps are compared by keys and values");
    let storage = || Heap::try_with_lines(16).unwrap();
    let refused = map.try_merge_in(&other, storage(), storage(), |_, one, _| one);
    assert_eq!(refused.map(drop).unwrap_err().error, Error::DifferentOrders);
}

#[test]
fn a_panic_while_retaining_leaves_a_whole_table() {
    let mut set = set_of(ByValue, &(0..200u64).map(|number| number << 56 | number).collect());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        set.retain(|key| {
            assert!(key & 0xff != 100, "the caller's function");
            key % 3 != 0
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(set.check_invariants(), Ok(()));
    let expected = (0..200u64).filter(|number| *number >= 100 || number % 3 != 0);
    assert_eq!(set.len(), set.iter().count());
    let mut kept: Vec<u64> = set.iter().map(|key| key & 0xff).collect();
    kept.sort_unstable();
    assert!(kept.into_iter().eq(expected.filter(|n| *n >= 100 || (n << 56 | n) % 3 != 0)));
}
