//! Tables on the heap: growth, failing allocation, ownership of entries.

#[cfg(target_pointer_width = "64")]
use std::cell::Cell;
use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::MaxLoad,
    storage::Heap,
    swiss::{Map, Set, Table},
};

#[path = "support/allocations.rs"]
mod allocations;

use allocations::{ALLOCATIONS, LIVE_BYTES, without_memory};

fn hash(word: &u64) -> u64 {
    hash_word(0x5eed, *word)
}

#[test]
fn s4_grows_exactly_at_15_16() {
    let load = MaxLoad::FifteenSixteenths;
    let table = Table::with_max_load_in(Heap::new(), load).unwrap();
    grows_exactly_at(table, &[6, 13, 26, 52, 105, 210, 420, 840, 1680]);
}

#[test]
fn a_table_on_the_heap_grows_exactly_at_7_8_by_default() {
    grows_exactly_at(Table::new(), &[6, 12, 24, 49, 98, 196, 392, 784, 1568]);
}

/// Fills `table`, which has no memory, and compares its capacities with those of 1, 2, 4, … groups.
fn grows_exactly_at(mut table: Table<u64>, expected: &[usize]) {
    let allocations = ALLOCATIONS.get();
    assert_eq!(table.capacity(), 0);
    let mut capacities = vec![];
    let expected = if cfg!(miri) { &expected[..4] } else { expected };
    for key in 0..if cfg!(miri) { 30 } else { 1000 } {
        let before = table.capacity();
        table.insert_unique(hash(&key), key, hash);
        if table.capacity() != before {
            assert_eq!(key as usize, before, "grew before it was full");
            capacities.push(table.capacity());
        }
        assert_eq!(table.check_invariants(hash, false), Ok(()));
    }
    assert_eq!(capacities, expected);
    // `capacities` itself allocates a few times.
    assert!(ALLOCATIONS.get() - allocations <= capacities.len() + 3);
}

#[test]
fn s4_failed_allocation_changes_nothing() {
    let mut set: Set<u64> = Set::new();
    let rejected = without_memory(|| set.try_insert(1)).unwrap_err();
    assert_eq!(rejected.value, 1);
    assert_eq!(rejected.error, Error::AllocationFailed { bytes: 64 });
    for key in 0..49 {
        set.insert(key);
    }
    let rejected = without_memory(|| set.try_insert(49)).unwrap_err();
    assert_eq!(rejected.error, Error::AllocationFailed { bytes: 16 * 64 });
    assert_eq!((set.len(), set.capacity()), (49, 49));
    assert_eq!(set.check_invariants(false), Ok(()));
    assert!((0..49).all(|key| set.contains(&key)) && !set.contains(&49));
    assert_eq!(without_memory(|| set.try_insert(48)), Ok(false), "no room is needed for it");
    assert_eq!(set.try_insert(49), Ok(true));
}

/// A seed for each size, and neither key nor seed is lost when there is no memory for the next.
#[test]
fn the_seed_changes_with_each_growth_that_is_asked_to() {
    let mut set: Set<u64> = Set::new();
    let mut map: Map<u64, u64> = Map::new();
    let mut seeds = vec![set.hasher().seed()];
    for key in 0..if cfg!(miri) { 30 } else { 1_000 } {
        if set.len() == set.capacity() {
            let answer = without_memory(|| set.try_reserve_reseeded(1, Keyed::reseeded));
            assert!(matches!(answer, Err(Error::AllocationFailed { .. })));
            assert_eq!(set.hasher().seed(), *seeds.last().unwrap());
            set.try_reserve_reseeded(1, Keyed::reseeded).unwrap();
            map.try_reserve_reseeded(1, Keyed::reseeded).unwrap();
            seeds.push(set.hasher().seed());
        }
        // There is room: nothing moves, and no seed is requested.
        assert_eq!(set.try_reserve_reseeded(1, |_| unreachable!()), Ok(()));
        assert_eq!(map.try_reserve_reseeded(1, |_| unreachable!()), Ok(()));
        assert!(set.insert(key) && map.insert(key, !key).is_none());
        assert_eq!(set.hasher().seed(), map.hasher().seed());
        assert_eq!((set.check_invariants(false), map.check_invariants(false)), (Ok(()), Ok(())));
        assert!(set.contains(&(key / 2)) && map.get(&(key / 2)) == Some(&!(key / 2)));
    }
    let huge = set.try_reserve_reseeded(usize::MAX, Keyed::reseeded);
    assert_eq!(huge, Err(Error::CapacityOverflow));
    let growths = seeds.len();
    seeds.sort_unstable();
    seeds.dedup();
    assert!(growths > 3 && seeds.len() == growths);
}

#[test]
fn memory_is_returned() {
    let before = LIVE_BYTES.get();
    let mut map: Map<u64, u64> = (0..1000).map(|key| (key, key)).collect();
    assert_eq!(LIVE_BYTES.get() - before, 256 * (64 + 7 * 8), "one allocation for all of them");
    for more in [map.capacity() + 1, 1 << (usize::BITS - 7), usize::MAX] {
        assert_eq!(map.try_shrink_to(more), Ok(()));
        assert_eq!(LIVE_BYTES.get() - before, 256 * (64 + 7 * 8), "nothing to return");
    }
    map.retain(|&key, _| key < 10);
    map.shrink_to_fit();
    assert_eq!(LIVE_BYTES.get() - before, 4 * 64, "of two groups, in whole lines");
    let copy = map.clone();
    drop((map, copy));
    assert_eq!(LIVE_BYTES.get(), before);
}

#[test]
fn huge_requests_are_errors() {
    let mut map: Map<u64, u64> = Map::new();
    map.insert(1, 2);
    for additional in [usize::MAX, usize::MAX / 2, usize::MAX / 3, usize::MAX / 8] {
        assert_eq!(map.try_reserve(additional), Err(Error::CapacityOverflow), "{additional}");
    }
    assert_eq!(
        Set::<u64>::try_with_capacity(usize::MAX, Keyed::new(0)).err(),
        Some(Error::CapacityOverflow)
    );
    assert_eq!(Table::<u64>::try_with_capacity(0).unwrap().capacity(), 0);
    assert_eq!(map.get(&1), Some(&2));
}

#[test]
fn empty_tables_answer_without_memory() {
    without_memory(|| {
        let mut map: Map<u64, u64> = Map::new();
        assert_eq!((map.len(), map.capacity(), map.get(&0)), (0, 0, None));
        assert_eq!((map.remove(&0), map.iter().len()), (None, 0));
        map.clear();
        assert_eq!(map.stats().bytes, 0);
        assert_eq!(map.check_invariants(false), Ok(()));
    });
}

#[test]
fn agrees_with_std_under_growth_and_churn() {
    let (mut map, mut model) = (Map::<u64, u64>::new(), HashMap::new());
    let (mut set, mut set_model) = (Set::<u64>::new(), HashSet::new());
    let mut random = fastrand::Rng::with_seed(4);
    for round in 0..if cfg!(miri) { 300 } else { 40_000 } {
        let (key, value) = (random.u64(..1 + round / 4), random.u64(..));
        if random.u8(..) < 160 {
            assert_eq!(map.insert(key, value), model.insert(key, value));
            assert_eq!(set.insert(key), set_model.insert(key));
        } else {
            assert_eq!(map.remove(&key), model.remove(&key));
            assert_eq!(set.remove(&key), set_model.remove(&key));
        }
        let probe = random.u64(..1 + round / 4);
        assert_eq!(map.get(&probe), model.get(&probe));
    }
    assert_eq!(map.check_invariants(false), Ok(()));
    assert_eq!(map.iter().map(|(&key, &value)| (key, value)).collect::<HashMap<_, _>>(), model);
    assert_eq!(set.iter().copied().collect::<HashSet<_>>(), set_model);
}

/// Entries that own something are dropped exactly once, whatever becomes of the table.
#[cfg(target_pointer_width = "64")]
#[test]
fn owned_entries_are_dropped_once() {
    let owner = Rc::new(());
    let share = |key: u64| -> (u64, Box<Rc<()>>) { (key, Box::new(owner.clone())) };
    let alive = || Rc::strong_count(&owner) - 1;
    let mut map: Map<u64, Box<Rc<()>>> = Map::new();
    for key in 0..500 {
        let (key, value) = share(key);
        map.insert(key, value);
    }
    assert_eq!(alive(), 500);
    for key in 0..250 {
        drop(map.remove(&key));
    }
    assert_eq!(alive(), 250);
    let (key, value) = share(499);
    drop(map.insert(key, value));
    assert_eq!(alive(), 250);
    map.clear();
    assert_eq!((alive(), map.len()), (0, 0));
    for key in 0..20 {
        let (key, value) = share(key);
        map.insert(key, value);
    }
    drop(map.into_storage());
    assert_eq!(alive(), 0);
    let mut map: Map<u64, Box<Rc<()>>> = (0..20).map(share).collect();
    let mut drained = map.drain();
    drop(drained.next());
    std::mem::forget(drained);
    assert_eq!((alive(), map.len()), (19, 19), "a forgotten drain forgets nothing");
    assert_eq!(map.check_invariants(false), Ok(()));
    drop(map.into_iter().next());
    assert_eq!(alive(), 0);
}

/// What was cloned before a clone panics is dropped, and the table that was cloned is as it was.
/// Whichever clone it is, and also where most entries are stashed.
#[cfg(target_pointer_width = "64")]
#[test]
fn panicking_clone_leaks_nothing() {
    /// With the number of clones that are left.
    struct Costly<'a>(Rc<()>, &'a Cell<u32>);
    impl Clone for Costly<'_> {
        fn clone(&self) -> Self {
            let left = self.1.get().checked_sub(1).expect("a clone too many");
            self.1.set(left);
            Costly(self.0.clone(), self.1)
        }
    }
    let one_hash = |_: &u64| 5;
    for hash in [&hash as &dyn Fn(&u64) -> u64, &one_hash] {
        let (owner, left) = (Rc::new(()), Cell::new(0));
        let mut table: Table<Box<Costly>> = Table::try_with_capacity(40).unwrap();
        for key in 0..40 {
            let entry = Box::new(Costly(owner.clone(), &left));
            table.insert_unique(hash(&key), entry, |_| unreachable!("it has room"));
        }
        for clones in 0..40 {
            left.set(clones);
            assert!(catch_unwind(AssertUnwindSafe(|| table.try_clone())).is_err());
            assert_eq!((Rc::strong_count(&owner), table.len()), (41, 40));
        }
        left.set(40);
        let copy = table.try_clone().unwrap();
        assert_eq!((copy.len(), copy.stats().stashed), (40, table.stats().stashed));
        assert_eq!(Rc::strong_count(&owner), 81);
    }
}

/// A function that panics inside an entry, `extract_if` or `retain` leaves a whole map, and each value is dropped once.
#[test]
fn a_panicking_function_drops_nothing_twice() {
    type Owned = (Rc<()>, u32);
    fn check(change: impl Fn(&mut Map<u32, Owned>), gone: usize) {
        let owner = Rc::new(());
        let mut map: Map<u32, Owned> = (0..100).map(|key| (key, (owner.clone(), key))).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| change(&mut map))).is_err());
        assert_eq!((map.len(), Rc::strong_count(&owner)), (100 - gone, 101 - gone));
        assert!(map.iter().all(|(&key, value)| value.1 == key));
        assert!((0..100).filter(|key| map.contains_key(key)).count() == map.len());
        assert_eq!(map.check_invariants(true), Ok(()));
        drop(map);
        assert_eq!(Rc::strong_count(&owner), 1);
    }
    let stop = || -> Owned { panic!("the caller's function") };
    check(|map| assert_eq!(map.entry(100).or_insert_with(stop).1, 0), 0);
    check(|map| assert_eq!(map.entry(100).or_insert_with_key(|_| stop()).1, 0), 0);
    check(|map| assert_eq!(map.entry(7).and_modify(|value| *value = stop()).key(), &7), 0);
    let replace = |_: &u32, _| Some(stop());
    check(|map| assert_eq!(map.entry(7).and_replace_entry_with(replace).key(), &7), 1);
    for seen in [0, 1, 40] {
        let choose = || {
            let mut calls = 0;
            move |_: &u32, _: &mut Owned| {
                assert!(calls < seen, "the caller's function");
                calls += 1;
                calls % 2 == 0
            }
        };
        check(|map| assert!(map.extract_if(choose()).count() > 0), seen / 2);
        check(
            |map| {
                let mut choose = choose();
                map.retain(|key, value| !choose(key, value));
            },
            seen / 2,
        );
    }
}

/// A hash function that panics while the table grows leaves it as it was.
#[cfg(target_pointer_width = "64")]
#[test]
fn panicking_hasher_loses_nothing() {
    let mut table: Table<Box<u64>> = Table::new();
    for key in 0..24 {
        table.insert_unique(hash(&key), Box::new(key), |key| hash(key));
    }
    let calls = Cell::new(0);
    let panicking = |key: &u64| {
        calls.set(calls.get() + 1);
        assert!(calls.get() < 20, "the twentieth call");
        hash(key)
    };
    let grow = || table.try_reserve(1, |key| panicking(key));
    let grown = catch_unwind(AssertUnwindSafe(grow));
    assert!(grown.is_err());
    assert_eq!((table.len(), table.capacity()), (24, 24));
    assert_eq!(table.check_invariants(|key| hash(key), false), Ok(()));
    for key in 0..24 {
        assert!(table.find(hash(&key), |entry| **entry == key).is_some());
    }
}

/// An entry whose destructor panics: the table is empty afterwards, and every entry was dropped once.
#[cfg(target_pointer_width = "64")]
#[test]
fn panicking_destructor_leaves_an_empty_table() {
    struct Fragile<'a>(&'a Cell<usize>);
    impl Drop for Fragile<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            assert_ne!(self.0.get(), 5, "the fifth drop");
        }
    }
    let dropped = Cell::new(0);
    let mut map: Map<u64, Box<Fragile<'_>>> = Map::new();
    for key in 0..20 {
        map.insert(key, Box::new(Fragile(&dropped)));
    }
    assert!(catch_unwind(AssertUnwindSafe(|| map.clear())).is_err());
    assert_eq!((map.len(), dropped.get()), (0, 20));
    assert_eq!(map.check_invariants(false), Ok(()));
    assert!(map.iter().next().is_none());
    map.insert(1, Box::new(Fragile(&dropped)));
    assert!(map.contains_key(&1));
}

/// References and boxes are eight bytes: sets of them look up by what they refer to.
#[cfg(target_pointer_width = "64")]
#[test]
fn entries_may_be_references_or_boxes() {
    let words: Vec<[u8; 8]> = (0..100u64).map(u64::to_le_bytes).collect();
    let by_reference: Set<&[u8; 8]> = {
        let mut set = Set::new();
        words.iter().for_each(|word| assert!(set.insert(word)));
        set
    };
    assert!(by_reference.contains(&5u64.to_le_bytes()));
    let mut boxed: Set<Box<u64>> = Set::new();
    assert!(boxed.insert(Box::new(3)) && !boxed.insert(Box::new(3)));
    assert_eq!(boxed.take(&3), Some(Box::new(3)));
}
