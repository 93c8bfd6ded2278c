//! Entries that leave their table, and tables that are compared and hashed, as the standard library's.

use std::{
    cell::Cell,
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
};

use heptad::{
    Error,
    robin_hood::{ByValue, Map, Monotone, Order, Set, Within},
};
use proptest::prelude::*;

use super::{
    allocations::{ALLOCATIONS, without_memory},
    key_sets, keys, set_of,
};

fn map_of(keys: impl IntoIterator<Item = u64>) -> Map<heptad::storage::Heap, ByValue> {
    let mut map = Map::with_order(ByValue);
    map.extend(keys.into_iter().map(|key| (key, !key)));
    map
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 64 }))]

    #[test]
    fn ends_leave_in_order(model in key_sets(), sides in prop::collection::vec(any::<bool>(), 0..40)) {
        let (mut keys, mut set, mut map) = (model.clone(), set_of(ByValue, &model), map_of(model));
        for is_first in sides {
            let key = if is_first { keys.pop_first() } else { keys.pop_last() };
            prop_assert_eq!(if is_first { set.pop_first() } else { set.pop_last() }, key);
            let entry = if is_first { map.pop_first() } else { map.pop_last() };
            prop_assert_eq!(entry, key.map(|key| (key, !key)));
            prop_assert_eq!(set.check_invariants(), Ok(()));
            prop_assert_eq!(map.check_invariants(), Ok(()));
        }
        let mut left = set.into_iter();
        prop_assert_eq!(left.len(), keys.len());
        prop_assert!(left.by_ref().eq(keys.iter().copied()));
        prop_assert_eq!((left.next(), left.len()), (None, 0));
        prop_assert!(map.into_iter().eq(keys.into_iter().map(|key| (key, !key))));
    }

    #[test]
    fn a_part_moves_to_a_table_of_its_own(model in key_sets(), key in keys()) {
        let (mut keys, mut set, mut map) = (model.clone(), set_of(ByValue, &model), map_of(model));
        let (upper, upper_map) = (set.try_split_off(key).unwrap(), map.try_split_off(key).unwrap());
        let above = keys.split_off(&key);
        prop_assert_eq!(upper_map, map_of(above.iter().copied()));
        prop_assert_eq!(upper, set_of(ByValue, &above));
        prop_assert_eq!(map, map_of(keys.iter().copied()));
        prop_assert_eq!(&set, &set_of(ByValue, &keys));
        prop_assert_eq!(set.check_invariants(), Ok(()));
    }

    #[test]
    fn tables_compare_as_their_models(one in key_sets(), other in key_sets()) {
        let sets = (set_of(ByValue, &one), set_of(ByValue, &other));
        prop_assert_eq!(sets.0.cmp(&sets.1), one.cmp(&other));
        let models = (BTreeMap::from_iter(map_of(one)), BTreeMap::from_iter(map_of(other)));
        let maps = (Map::<_, ByValue>::from_iter(models.0.clone()), Map::from_iter(models.1.clone()));
        prop_assert_eq!(maps.0.partial_cmp(&maps.1), models.0.partial_cmp(&models.1));
    }
}

#[test]
fn equal_tables_have_equal_hashes_whatever_their_size() {
    let state = RandomState::new();
    let small: Set<_, ByValue> = (0..100).map(|key| key << 40).collect();
    let mut large = small.clone();
    large.reserve(10_000);
    assert!(large.capacity() > small.capacity());
    assert_eq!(state.hash_one(&large), state.hash_one(&small));
    assert_eq!(large.pop_last(), Some(99 << 40));
    assert_ne!(state.hash_one(&large), state.hash_one(&small));
}

/// Equal they are too, whatever their orders.
#[test]
fn equal_sets_of_two_orders_have_equal_hashes() {
    let state = RandomState::new();
    let [small, large] =
        [20, 200].map(|last| set_of(Within::new(0..=last).unwrap(), &(3..9).collect()));
    assert!(small == large && state.hash_one(&small) == state.hash_one(&large));
}

/// The order of the keys, which counts its calls.
#[derive(Clone)]
struct Asked<'a>(&'a Cell<usize>);

impl Order for Asked<'_> {
    fn word(&self, key: u64) -> u64 {
        key
    }

    fn key(&self, word: u64) -> u64 {
        self.0.set(self.0.get() + 1);
        word
    }
}

impl Monotone for Asked<'_> {}

/// Room for a part is made at once, and the other part is not read. The order may be one that refuses keys.
#[test]
fn a_part_that_moves_is_allocated_once_and_read_alone() {
    let asked = Cell::new(0);
    let (mut set, mut map) = (Set::with_order(Asked(&asked)), Map::with_order(Asked(&asked)));
    let keys = if cfg!(miri) { 1_000 } else { 10_000 };
    let key = |number: u64| number * (u64::MAX / keys);
    for number in 0..keys {
        assert!(set.try_insert(key(number)).is_ok() && map.try_insert(key(number), number).is_ok());
    }
    let mut left = keys;
    for moved in [keys / 2, keys / 4] {
        left -= moved;
        let allocated = ALLOCATIONS.get();
        asked.set(0);
        let upper = set.try_split_off(key(left)).unwrap();
        // The ends are looked at beforehand.
        assert_eq!((ALLOCATIONS.get() - allocated, asked.get() as u64), (1, moved + 2));
        let upper_map = map.try_split_off(key(left)).unwrap();
        assert_eq!((ALLOCATIONS.get() - allocated, asked.get() as u64), (3, 2 * moved + 4));
        assert!(
            upper.iter().eq((left..left + moved).map(key)) && upper_map.keys().eq(upper.iter())
        );
        assert_eq!((set.len() as u64, set.check_invariants()), (left, Ok(())));
        assert_eq!((map.len() as u64, map.check_invariants()), (left, Ok(())));
    }
    let refused = without_memory(|| set.try_split_off(0));
    assert!(matches!(refused, Err(Error::AllocationFailed { .. })));
    assert!(set.iter().eq((0..left).map(key)));
}

/// Of any order, that cannot be printed itself too.
#[test]
fn iterators_print_how_much_is_left() {
    let asked = Cell::new(0);
    let mut map = Map::with_order(Asked(&asked));
    (0..4).for_each(|key| assert_eq!(map.try_insert(key << 60, key), Ok(None)));
    let mut walk = map.iter();
    walk.next();
    assert_eq!(format!("{walk:?}"), "Iter { len: 3, .. }");
    assert!(format!("{:?}", map.range(..)).starts_with("Range { at_most: "));
    let mut walk = map.iter_mut();
    walk.next_back();
    assert_eq!(format!("{walk:?}"), "IterMut { len: 3, .. }");
    assert_eq!(format!("{:?}", map.range_mut(..)), "RangeMut { at_most: 4, .. }");
    assert_eq!(format!("{:?}", map.into_iter()), "IntoIter { len: 4, .. }");
}
