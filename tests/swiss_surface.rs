//! What the other tests leave out: printing, defaults, lengths and folds of iterators, walks
//! from a position, shrinking and moving of every kind of table, comparisons, errors in words.

use std::{
    cell::Cell,
    hash::{BuildHasherDefault, Hasher},
};

use heptad::{
    Error, Rejected,
    hash::{Keyed, hash_word},
    layout::Line,
    storage::{Heap, Inline, Region, Storage},
    swiss::{Map, PackedMap, Set, Table, map},
};

fn hash(word: &u64) -> u64 {
    hash_word(0x5eed, *word)
}

fn table_of(keys: impl IntoIterator<Item = u64>) -> Table<u64> {
    let mut table = Table::default();
    for key in keys {
        table.insert_unique(hash(&key), key, hash);
    }
    table
}

/// Walking one by one, and what is left of the walk at once, in the same order.
fn check_walk<T: PartialEq + std::fmt::Debug>(
    walk: impl ExactSizeIterator<Item = T> + Clone,
    len: usize,
) {
    let mut expected = Vec::new();
    let mut one_by_one = walk.clone();
    for left in (0..len).rev() {
        expected.push(one_by_one.next().expect("as many as it says"));
        assert_eq!((one_by_one.len(), one_by_one.size_hint()), (left, (left, Some(left))));
    }
    assert!(one_by_one.next().is_none() && one_by_one.next().is_none());
    for taken in 0..=len {
        let mut rest = walk.clone();
        rest.by_ref().take(taken).for_each(drop);
        let mut folded = Vec::new();
        rest.fold((), |(), item| folded.push(item));
        assert_eq!(folded, expected[taken..]);
    }
}

#[test]
fn a_walk_can_be_folded_from_anywhere() {
    for len in [0, 1, 6, 7, 40] {
        check_walk(table_of(0..len).iter(), len as usize);
        let map: Map<u64, u64> = (0..len).map(|key| (key, !key)).collect();
        check_walk(map.iter(), len as usize);
        check_walk(map.keys(), len as usize);
        check_walk(map.values(), len as usize);
        let narrow: PackedMap<u32, u32> = (0..len as u32).map(|key| (key, !key)).collect();
        check_walk(narrow.iter(), len as usize);
    }
    assert_eq!(Table::<u64>::new().iter().count(), 0, "a table without memory");
}

#[test]
fn every_walk_knows_its_length() {
    let mut map: Map<u64, u64> = (0..40).map(|key| (key, key)).collect();
    assert_eq!((map.iter_mut().len(), map.values_mut().len()), (40, 40));
    for (_, value) in &mut map {
        *value += 1;
    }
    assert_eq!((&map).into_iter().map(|(key, value)| value - key).sum::<u64>(), 40);
    assert_eq!(map.clone().into_keys().len(), 40);
    assert_eq!(map.clone().into_keys().sum::<u64>(), 780);
    assert_eq!(map.clone().into_iter().len(), 40);
    assert_eq!(map.drain().len(), 40);
    assert!(map.is_empty());
    let mut table = table_of(0..40);
    assert_eq!(table.iter_mut().len(), 40);
    for entry in &mut table {
        *entry = !*entry;
    }
    assert!((0..40).all(|key| table.find(hash(&key), |&entry| entry == !key).is_some()));
    assert_eq!(table.drain().len(), 40);
    assert!(table.is_empty());
    let set: Set<u64> = (0..40).collect();
    assert_eq!((set.iter().len(), set.into_iter().sum::<u64>()), (40, 780));
}

/// Each step of `next_from` gives the entry that a walk would, from whatever position between.
fn check_positions<T: PartialEq + std::fmt::Debug>(
    walk: impl Iterator<Item = T>,
    next_from: impl Fn(usize) -> Option<(usize, T)>,
) {
    let mut position = 0;
    for expected in walk {
        let (behind, entry) = next_from(position).expect("as many as the walk has");
        assert_eq!(entry, expected);
        for between in position..behind {
            assert_eq!(next_from(between), next_from(position), "at {between}");
        }
        position = behind;
    }
    assert_eq!((next_from(position), next_from(usize::MAX)), (None, None));
}

#[test]
fn a_walk_can_begin_at_any_position() {
    for len in [0, 1, 8, 40] {
        let table = table_of(0..len);
        check_positions(table.iter(), |position| table.next_from(position));
        let set: Set<u64> = (0..len).collect();
        check_positions(set.iter(), |position| set.next_from(position));
        let map: Map<u64, u64> = (0..len).map(|key| (key, !key)).collect();
        check_positions(map.iter(), |position| map.next_from(position));
    }
}

/// A hash function that floods one home: entries after the first few are stashed.
#[derive(Clone, Default)]
struct Same;

impl Hasher for Same {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn stashed_words_are_found_one_at_a_time() {
    let mut table: Table<u64> = Table::new();
    let mut set: Set<u64, Heap, BuildHasherDefault<Same>> = Set::default();
    let mut map: Map<u64, u64, Heap, BuildHasherDefault<Same>> = Map::default();
    for key in 0..50 {
        table.insert_unique(7, key, |_| 7);
        set.insert(key);
        map.insert(key, !key);
    }
    assert!(table.stats().stashed > 10);
    for key in 0..100 {
        let there = key < 50;
        assert_eq!(table.find_word(7, key), there.then_some(&key));
        assert_eq!((set.contains_word(key), set.contains(&key)), (there, there));
        assert_eq!(
            (map.get_word(key).copied(), map.contains_key(&key)),
            (there.then_some(!key), there)
        );
    }
}

#[test]
fn empty_is_what_has_no_entries() {
    let (mut table, mut set) = (table_of([]), Set::<u64>::new());
    let mut map: Map<u64, u64> = Map::new();
    assert!(table.is_empty() && set.is_empty() && map.is_empty());
    table.insert_unique(hash(&1), 1, hash);
    set.insert(1);
    map.insert(1, 2);
    assert!(!table.is_empty() && !set.is_empty() && !map.is_empty());
    table.clear();
    set.clear();
    map.clear();
    assert!(table.is_empty() && set.is_empty() && map.is_empty());
}

#[test]
fn sets_and_maps_are_equal_only_if_all_is() {
    let set = |keys: std::ops::Range<u64>| keys.collect::<Set<u64>>();
    assert!(set(0..9) == set(0..9) && set(0..9) != set(1..10) && set(0..9) != set(0..10));
    assert!(set(0..9).is_subset(&set(0..10)) && set(0..10).is_superset(&set(0..9)));
    assert!(!set(0..9).is_subset(&set(1..10)) && !set(0..10).is_subset(&set(0..9)));
    assert!(!set(0..9).is_superset(&set(0..10)) && !set(1..10).is_superset(&set(0..9)));
    let map = |keys: std::ops::Range<u64>, add: u64| -> Map<u64, u64> {
        keys.map(|key| (key, key + add)).collect()
    };
    assert!(map(0..9, 0) == map(0..9, 0) && map(0..9, 0) != map(0..9, 1));
    assert!(map(0..9, 0) != map(1..10, 0) && map(0..9, 0) != map(0..10, 0));
}

/// A key that can be changed where it stands, as none should be.
#[derive(PartialEq, Eq)]
struct Loose(Cell<u64>);

impl std::hash::Hash for Loose {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

#[test]
fn a_key_that_changed_breaks_an_invariant() {
    let table = table_of(0..9);
    assert_eq!(table.check_invariants(hash, false), Ok(()));
    assert!(table.check_invariants(|key| !hash(key), false).is_err());
    let mut set: Set<Loose> = Set::new();
    let mut map: Map<Loose, u64> = Map::new();
    for key in 0..9 {
        set.insert(Loose(Cell::new(key)));
        map.insert(Loose(Cell::new(key)), key);
    }
    assert_eq!((set.check_invariants(false), map.check_invariants(false)), (Ok(()), Ok(())));
    set.iter().for_each(|key| key.0.set(key.0.get() + 100));
    map.keys().for_each(|key| key.0.set(key.0.get() + 100));
    assert!(set.check_invariants(false).is_err() && map.check_invariants(false).is_err());
}

#[test]
fn shrinking_to_the_size_at_hand_moves_nothing() {
    let mut set: Set<u64> = (0..27).collect();
    let first: *const u64 = set.iter().next().unwrap();
    set.try_shrink_to(27).unwrap();
    assert!(std::ptr::eq(first, set.iter().next().unwrap()));
    set.retain(|&key| key == 0);
    set.try_shrink_to(0).unwrap();
    assert!(set.capacity() < 27 && set.contains(&0));
}

#[test]
fn extraction_can_tell_the_most_that_it_yields() {
    let mut table = table_of(0..9);
    let mut odd = table.extract_if(|key| *key % 2 == 1);
    assert_eq!(odd.size_hint(), (0, Some(9)));
    assert_eq!(odd.by_ref().count(), 4);
    assert_eq!(odd.size_hint(), (0, Some(0)));
}

#[test]
fn tables_shrink_rehash_and_give_their_storage_back() {
    let other_hash = |key: &u64| hash_word(1, *key);
    let mut table = table_of(0..50);
    table.reserve(1000, hash);
    assert_eq!((table.capacity(), table.allocation_size()), (1568, 256 * 64));
    table.try_shrink_to(98, hash).unwrap();
    assert_eq!(table.capacity(), 98);
    table.try_rehash(other_hash).unwrap();
    assert_eq!(table.check_invariants(other_hash, false), Ok(()));
    *table.find_mut(other_hash(&7), |&entry| entry == 7).unwrap() = 7;
    table.shrink_to_fit(other_hash);
    assert_eq!((table.capacity(), table.clone().len()), (98, 50));
    assert_eq!(table.into_storage().lines(), 16);

    let mut set: Set<u64> = (0..50).collect();
    set.reserve(1000);
    assert_eq!((set.capacity(), set.allocation_size()), (1568, 256 * 64));
    set.try_rehash(0, Keyed::new(3)).unwrap();
    assert_eq!((set.capacity(), set.hasher().seed()), (98, 3));
    set.try_shrink_to(0).unwrap();
    set.reserve(100);
    set.shrink_to_fit();
    assert_eq!((set.capacity(), set.drain().count(), set.len()), (98, 50, 0));
    assert_eq!(set.into_storage().lines(), 16);

    let mut map = Map::<u64, u64>::try_with_capacity(98, Keyed::new(1)).unwrap();
    assert_eq!((map.capacity(), map.allocation_size()), (98, 16 * (64 + 7 * 8)));
    map.reserve(99);
    assert_eq!(*map.entry(1).or_insert(2), 2);
    assert_eq!((map.capacity(), map.into_storage().lines()), (196, 60));
}

#[test]
fn refused_values_come_back() {
    let (mut lines, mut small) = ([Line::EMPTY; 2], [Line::EMPTY; 1]);
    let mut map: Map<u64, u64, Region<'_>> =
        Map::new_in(Region::from_lines(&mut lines).unwrap(), Keyed::new(0)).unwrap();
    for key in 0..6 {
        assert_eq!(map.try_insert(key, key).unwrap(), None);
    }
    let rejected = map.try_insert(6, 60).unwrap_err();
    assert_eq!((rejected.value, rejected.error), ((6, 60), Error::Full));
    assert_eq!(map.insert_within_capacity(6, 60).unwrap_err().value, (6, 60));
    assert_eq!(map.try_entry(6).unwrap_err().value, 6);
    let refused = map.move_into(Region::from_lines(&mut small).unwrap(), Keyed::new(1));
    let needed = Error::TooSmall { needed_bytes: 128, given_bytes: 64 };
    assert_eq!(refused.unwrap_err().error, needed);

    let mut table: Table<u64, Inline<1>> = Table::default();
    for key in 0..6 {
        table.insert_within_capacity(hash(&key), key).unwrap();
    }
    assert_eq!(table.insert_within_capacity(hash(&6), 6).unwrap_err().value, 6);
    let absent = table.find_entry(hash(&6), |&entry| entry == 6).unwrap_err();
    assert_eq!(absent.try_insert(hash(&6), 6, hash).unwrap_err().value, 6);
    let known = table.try_entry(hash(&5), |&entry| entry == 5, hash).unwrap();
    assert_eq!(*known.insert(5).get(), 5);
}

#[test]
fn sets_answer_in_batches() {
    let set: Set<u64> = (0..100).collect();
    let keys: Vec<u64> = (0..40).map(|index| index * 7).collect();
    let mut found = Vec::new();
    set.get_many(&keys, |index, key| found.push((index, key.copied())));
    let expected = keys.iter().map(|&key| (key < 100).then_some(key)).enumerate();
    assert!(found.into_iter().eq(expected));
}

#[test]
fn entries_of_maps_can_be_seen_and_taken() {
    let mut map: Map<u64, u64, Inline<4>> = Map::inline(Keyed::new(0));
    assert_eq!(format!("{:?}", map.try_entry(1).unwrap()), "Vacant(1)");
    map.try_insert(1, 2).unwrap();
    assert_eq!(format!("{:?}", map.try_entry(1).unwrap()), "Occupied(1, 2)");
    let map::Entry::Occupied(occupied) = map.try_entry(1).unwrap() else { panic!("it is there") };
    assert_eq!((*occupied.get(), occupied.remove()), (2, 2));
    assert!(map.is_empty());
}

#[test]
fn everything_can_be_printed() {
    let map: Map<u64, u64> = [(1, 2)].into();
    assert_eq!(format!("{map:?} {:?}", map.iter()), "{1: 2} {1: 2}");
    let mut table = table_of([3]);
    assert_eq!(format!("{:?}", table.iter()), "[3]");
    let found = table.find_entry(hash(&3), |&entry| entry == 3);
    assert_eq!(format!("{found:?}"), "Ok(OccupiedEntry(3))");
    let absent = table.find_entry(hash(&4), |&entry| entry == 4);
    assert_eq!(format!("{absent:?}"), "Err(AbsentEntry)");
    assert_eq!(
        map.stats().to_string(),
        "1 of 6 entries, 1 groups in 120 bytes, 0 displaced, 0 stashed, lines per hit 1.000 and per \
         miss 1.000"
    );
    // SAFETY: no table has used it.
    assert_eq!(unsafe { Line::EMPTY.word() }.0, 0);
}

#[test]
fn errors_are_described_in_words() {
    let errors = [
        (Error::Full, "the table is full and its storage cannot grow"),
        (Error::CapacityOverflow, "the capacity exceeds the address space"),
        (Error::AllocationFailed { bytes: 64 }, "no memory for 64 bytes"),
        (
            Error::TooSmall { needed_bytes: 64, given_bytes: 3 },
            "memory of 3 bytes where 64 are needed",
        ),
        (Error::Misaligned { needed_bytes: 64 }, "memory that is not aligned to 64 bytes"),
        (Error::Null, "a null address"),
        (
            Error::Overlapping,
            "the same entry was requested twice, or memory that is in use was given",
        ),
    ];
    for (error, words) in errors {
        assert_eq!(error.to_string(), words);
        assert_eq!(Rejected { value: (), error }.to_string(), words);
    }
}

#[test]
fn integers_of_both_signs_hash_alike() {
    use std::hash::BuildHasher;
    let build = Keyed::new(1);
    assert_eq!(build.hash_one(-1i64), build.hash_one(u64::MAX));
    assert_eq!(build.hash_one(-1i128), build.hash_one(u128::MAX));
    assert_ne!(build.hash_one(1i128 << 64), build.hash_one(1i128));
}

#[cfg(feature = "serde")]
#[test]
fn what_is_no_set_is_refused() {
    let error = serde_json::from_str::<Set<u64>>("7").unwrap_err().to_string();
    assert!(error.contains("a sequence of keys"), "{error}");
}

#[cfg(feature = "spin")]
#[test]
fn a_lock_that_is_held_is_not_waited_for() {
    use heptad::swiss::Locked;
    let locked: Locked<Set<u64>> = Locked::new(Set::new());
    locked.with(|set| {
        assert!(set.insert(7));
        assert_eq!(locked.try_with(|set| set.len()), None, "held");
    });
    assert_eq!(locked.try_with(|set| set.len()), Some(1));
    let guard = locked.lock();
    assert!(guard.contains(&7) && locked.try_lock().is_none());
    // SAFETY: the guard is not used meanwhile.
    assert_eq!(unsafe { locked.force_with(Set::len) }, 1);
    drop(guard);
    assert!(locked.try_lock().is_some());
    assert!(locked.into_inner().contains(&7));
}

/// A lock of one core, which masks its interrupts while it is held: here a flag stands for them.
#[cfg(feature = "spin")]
#[test]
fn a_lock_may_be_of_any_kind() {
    use heptad::swiss::Locked;
    use lock_api::{GuardNoSend, RawMutex};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    static MASKED: AtomicBool = AtomicBool::new(false);
    struct Masking;
    // SAFETY: the first to mask has the lock until it unmasks; a test has one thread.
    unsafe impl RawMutex for Masking {
        #[allow(clippy::declare_interior_mutable_const)]
        const INIT: Self = Masking;
        type GuardMarker = GuardNoSend;

        fn lock(&self) {
            assert!(self.try_lock(), "one core would wait for itself");
        }
        fn try_lock(&self) -> bool {
            !MASKED.swap(true, Relaxed)
        }
        unsafe fn unlock(&self) {
            MASKED.store(false, Relaxed);
        }
    }

    let set: Locked<Set<u64>, Masking> = Locked::default();
    set.with(|set| {
        assert!(MASKED.load(Relaxed) && set.insert(7));
    });
    assert!(!MASKED.load(Relaxed) && format!("{set:?}").contains('7'));
    assert_eq!(set.into_inner().len(), 1);
}
