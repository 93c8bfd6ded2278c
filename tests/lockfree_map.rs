//! The lock-free map and set through their public interface, one thread.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use heptad::{
    Error,
    layout::{LINE_BYTES, Line},
    lockfree::{
        Expectation, IndirectMap, Keys, Map, Removal, Set, SharedIndirectMap, Stored, arena_layout,
    },
    storage::Region,
};

/// Lines for a map of `capacity` entries.
fn lines_for(capacity: usize) -> Vec<Line> {
    vec![Line::EMPTY; arena_layout(capacity).unwrap().size() / LINE_BYTES]
}

fn map_in(lines: &mut [Line], seed: u64) -> Map<'_, u64, u64> {
    Map::new_in(Region::from_lines(lines).unwrap(), seed).unwrap()
}

/// Every operation in random order, on few keys, answers what the standard library's map does.
#[test]
fn answers_what_the_standard_map_answers() {
    let mut rng = fastrand::Rng::with_seed(4);
    for capacity in [1, 5, 30, 200] {
        let mut lines = lines_for(capacity);
        let map = map_in(&mut lines, rng.u64(..));
        let mut model: HashMap<u64, u64> = HashMap::new();
        for _ in 0..if cfg!(miri) { 300 } else { 30_000 } {
            let key = rng.u64(..capacity as u64).wrapping_sub(1);
            let value = rng.u64(..4).wrapping_sub(2);
            let before = model.get(&key).copied();
            match rng.u8(..8) {
                0 => {
                    assert_eq!(map.insert_if_absent(key, value), Ok(before));
                    model.entry(key).or_insert(value);
                }
                1 => {
                    assert_eq!(map.insert(key, value), Ok(before));
                    model.insert(key, value);
                }
                2 => {
                    assert_eq!(map.replace(key, value), Ok(before));
                    model.entry(key).and_modify(|old| *old = value);
                }
                3 => assert_eq!(map.remove(key), Ok(model.remove(&key))),
                4 => {
                    let removed = map.remove_if(key, |old| old < value).unwrap();
                    assert_eq!(removed.before(), before);
                    assert_eq!(removed.removed(), before.filter(|&old| old < value));
                    if removed.removed().is_some() {
                        model.remove(&key);
                    }
                }
                5 => {
                    assert_eq!(map.modify(key, |old| old ^ value), Ok(before));
                    model.entry(key).and_modify(|old| *old ^= value);
                }
                6 => {
                    let added = map.insert_or_modify(key, value, |old| old.wrapping_add(1));
                    assert_eq!(added, Ok(before));
                    model.entry(key).and_modify(|old| *old = old.wrapping_add(1)).or_insert(value);
                }
                _ => assert_eq!(map.get(key), before),
            }
        }
        let mut entries: Vec<_> = map.iter().collect();
        entries.sort_unstable();
        let mut expected: Vec<_> = model.into_iter().collect();
        expected.sort_unstable();
        assert_eq!(entries, expected);
        assert_eq!((map.len(), map.tables().check()), (expected.len(), Ok(())));
        map.clear().unwrap();
        assert_eq!((map.is_empty(), map.tables().stats().reserved), (true, 0));
    }
}

/// Row N1: state, expectation and new value to answer and new state.
#[test]
fn n1_compare_and_set_table() {
    let mut lines = lines_for(1);
    let map = map_in(&mut lines, 1);
    let words = [0, 1, u64::MAX];
    let states = words.map(Some).into_iter().chain([None]);
    let expectations = words.map(Expectation::Value).into_iter().chain([
        Expectation::Whatever,
        Expectation::Exists,
        Expectation::NotExists,
    ]);
    for state in states.clone() {
        for expected in expectations.clone() {
            for new in states.clone() {
                map.compare_and_set(7, Expectation::Whatever, state).unwrap();
                assert_eq!(map.compare_and_set(7, expected, new), Ok(state));
                let takes_place = match expected {
                    Expectation::Whatever => true,
                    Expectation::Exists => state.is_some(),
                    Expectation::NotExists => state.is_none(),
                    Expectation::Value(value) => state == Some(value),
                };
                assert_eq!(expected.is_met_by(state), takes_place);
                assert_eq!(map.get(7), if takes_place { new } else { state });
            }
        }
    }
}

/// Row P3, and the promise of `capacity`: through any amount of churn.
#[test]
fn p3_a_map_for_n_entries_takes_n() {
    let turns = if cfg!(miri) { 2 } else { 1_000_000 };
    let most = if cfg!(miri) { 256 } else { 3_000 };
    for capacity in [1, 10, 256, most] {
        let mut lines = lines_for(capacity);
        let map = map_in(&mut lines, 9);
        assert!(map.capacity() >= capacity);
        let capacity = map.capacity() as u64;
        for key in 0..capacity {
            assert_eq!(map.insert(key, !key), Ok(None), "of {capacity}");
        }
        for key in capacity..capacity + turns {
            assert_eq!(map.remove(key - capacity), Ok(Some(!(key - capacity))));
            assert_eq!(map.insert(key, !key), Ok(None), "of {capacity}");
        }
        assert_eq!((map.len() as u64, map.tables().stats().reserved), (capacity, 0));
        assert_eq!(map.tables().check(), Ok(()));
    }
}

#[test]
fn p1_a_full_map_refuses_and_changes_nothing() {
    let mut lines = lines_for(1);
    let map = map_in(&mut lines, 2);
    let mut present = Vec::new();
    let refused = (0..1_000u64).find(|&key| match map.insert(key, key) {
        Ok(None) => {
            present.push(key);
            false
        }
        answer => {
            assert_eq!(answer, Err(Error::Full));
            true
        }
    });
    assert!(refused.is_some() && present.len() >= map.capacity());
    assert!(present.iter().all(|&key| map.get(key) == Some(key)));
    assert_eq!((map.len(), map.tables().check()), (present.len(), Ok(())));
    assert!(present.iter().all(|&key| map.remove(key) == Ok(Some(key))));
}

/// Row N9: keys of one home are refused after 21, and the others are served.
#[test]
fn n9_keys_of_one_home() {
    let seed = 3;
    let mut lines = lines_for(1_000);
    let map = map_in(&mut lines, seed);
    let keys = (0..100).map(|hash| heptad::hash::unhash_word(seed, hash));
    let answers: Vec<_> = keys.map(|key| map.insert(key, 1)).collect();
    assert!(answers[..21].iter().all(|answer| *answer == Ok(None)));
    assert!(answers[21..].iter().all(|answer| *answer == Err(Error::Full)));
    assert_eq!(map.tables().stats().fullest_home, 21);
    assert_eq!(map.insert(heptad::hash::unhash_word(seed, u64::MAX), 1), Ok(None));
}

#[test]
fn batches_answer_in_order() {
    let mut lines = lines_for(500);
    let map = map_in(&mut lines, 5);
    for key in 0..500 {
        map.insert(key, key * 2).unwrap();
    }
    for count in [0, 1, 15, 16, 17, 100, 700] {
        let keys: Vec<u64> = (0..count).map(|key| key * 3).collect();
        let mut values = vec![Some(1); keys.len() + 1];
        let found = map.get_many(&keys, &mut values);
        assert_eq!(values.pop(), Some(Some(1)));
        let expected: Vec<_> = keys.iter().map(|&key| map.get(key)).collect();
        assert_eq!((found, values), (expected.iter().flatten().count(), expected));
    }
}

#[test]
fn a_static_map_is_empty_and_full_until_it_is_placed() {
    static MAP: Map<'static, u32, i64> = Map::unplaced();
    assert_eq!((MAP.get(1), MAP.remove(1), MAP.len(), MAP.capacity()), (None, Ok(None), 0, 0));
    assert_eq!((MAP.insert(1, 1), MAP.modify(1, |value| value)), (Err(Error::Unplaced), Ok(None)));
    let lines = Box::leak(lines_for(100).into_boxed_slice());
    MAP.tables().place(Region::from_lines(lines).unwrap(), 1).unwrap();
    assert_eq!(MAP.insert(1, -1), Ok(None));
    assert_eq!(MAP.iter().collect::<Vec<_>>(), [(1, -1)]);
    let more = Box::leak(lines_for(100).into_boxed_slice());
    let rejected = MAP.tables().place(Region::from_lines(more).unwrap(), 1).unwrap_err();
    assert_eq!(rejected.error, Error::Occupied);
}

#[test]
fn layouts_are_exact_and_bounded() {
    let step = if cfg!(miri) { 499 } else { 1 };
    for capacity in (0..2_000).step_by(step).chain([1 << 20, 12_345_678]) {
        let bytes = arena_layout(capacity).unwrap().size();
        let n = capacity.max(1);
        assert_eq!(bytes, 64 * (2 + (8 * n).div_ceil(21) + 6 * (n.div_ceil(64) + 2)));
        if capacity < 2_000 {
            let mut lines = vec![Line::EMPTY; bytes / LINE_BYTES];
            assert!(map_in(&mut lines, 1).capacity() >= capacity);
        }
    }
    // Where addresses have 64 bits.
    if let Ok(most) = usize::try_from(1_u64 << 52) {
        assert!(arena_layout(most).is_ok());
        assert_eq!(arena_layout(most + 1), Err(Error::CapacityOverflow));
    }
    for capacity in [usize::MAX / 32, usize::MAX / 16, usize::MAX] {
        assert_eq!(arena_layout(capacity), Err(Error::CapacityOverflow));
    }
    let mut three = [Line::EMPTY; 3];
    let rejected = Map::<u64, u64>::new_in(Region::from_lines(&mut three).unwrap(), 1);
    assert!(matches!(rejected.unwrap_err().error, Error::TooSmall { given_bytes: 192, .. }));
}

#[test]
fn a_set_is_a_map_without_values() {
    let mut lines = lines_for(50);
    let set = Set::<u64>::new_in(Region::from_lines(&mut lines).unwrap(), 8).unwrap();
    assert_eq!(
        (set.insert(0), set.insert(0), set.insert(u64::MAX)),
        (Ok(true), Ok(false), Ok(true))
    );
    assert!(set.contains(0) && !set.contains(1));
    let mut found = [true; 4];
    assert_eq!(set.contains_many(&[1, 0, 2, u64::MAX, 0], &mut found), 2);
    assert_eq!(found, [false, true, false, true]);
    assert_eq!((&set).into_iter().collect::<BTreeSet<_>>(), [0, u64::MAX].into());
    set.retain(|key| key > 0).unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [u64::MAX]);
    assert_eq!((set.remove(u64::MAX), set.remove(u64::MAX)), (Ok(true), Ok(false)));
    assert!(set.is_empty());
}

/// Rows N11 and P5: keys of several words, which the caller keeps.
#[test]
fn n11_keys_longer_than_a_word() {
    struct Pairs(Vec<(u64, u64)>);

    impl Keys for Pairs {
        type Key = (u64, u64);
        type Reference = u64;

        fn hash_bits(&self) -> u64 {
            0xfff << 52
        }

        fn hash(&self, key: &(u64, u64)) -> u64 {
            heptad::hash::hash_word(key.0, key.1)
        }

        fn is(&self, reference: Stored<Self>, key: &(u64, u64)) -> bool {
            self.0[reference.number() as usize] == *key
        }
    }

    let count = if cfg!(miri) { 40 } else { 300 };
    let pairs: Vec<_> = (0..count).map(|number| (number / 17, number)).collect();
    let mut lines = lines_for(300);
    let region = Region::from_lines(&mut lines).unwrap();
    let map = IndirectMap::<_, i32>::new_in(region, 6, Pairs(pairs.clone())).unwrap();
    for (reference, pair) in (0..).zip(&pairs) {
        assert_eq!(map.insert(pair, reference, -1), Ok(None));
        assert_eq!(map.insert_if_absent(pair, 0, 5), Ok(Some(-1)));
        assert_eq!(map.insert(pair, 0, reference as i32), Ok(Some(-1)));
        assert_eq!(map.get_key_value(pair), Some((reference, reference as i32)));
        assert_eq!(map.get(&(pair.0 + 1, pair.1)), None);
    }
    let mut references: Vec<_> = map.iter().map(|(reference, _)| reference).collect();
    references.sort_unstable();
    assert!(references.into_iter().eq(0..count));
    let mut sought = pairs.clone();
    sought.push((count, count));
    let mut entries = vec![Some((7, 7)); sought.len()];
    assert_eq!(map.get_many(&sought, &mut entries), pairs.len());
    let all = (0..count).map(|reference| Some((reference, reference as i32)));
    assert!(entries.into_iter().eq(all.chain([None])));
    // What changes a value leaves the reference; what inserts takes the one that comes along.
    assert_eq!(map.replace(&pairs[3], 30), Ok(Some(3)));
    assert_eq!(map.modify(&pairs[3], |value| value + 1), Ok(Some(30)));
    assert_eq!(map.insert_or_modify(&pairs[3], 9, 0, |value| value + 1), Ok(Some(31)));
    let made = map.insert_with_or_modify(&pairs[3], 9, || unreachable!(), |value| value - 29);
    assert_eq!((made, map.get_key_value(&pairs[3])), (Ok(Some(32)), Some((3, 3))));
    assert_eq!(map.get_or_insert_with(&pairs[3], 9, || unreachable!()), Ok(3));
    let absent = (count, count);
    assert_eq!(
        (map.replace(&absent, 1), map.modify(&absent, |_| unreachable!())),
        (Ok(None), Ok(None))
    );
    assert_eq!(map.get(&absent), None);
    type Inserts<'m, M> = fn(&'m M, &(u64, u64)) -> Result<Option<i32>, Error>;
    let inserting: [Inserts<'_, IndirectMap<'_, Pairs, i32>>; 3] = [
        |map, key| map.insert_or_modify(key, 3, 5, |_| unreachable!()),
        |map, key| map.insert_with_or_modify(key, 3, || 5, |_| unreachable!()),
        |map, key| Ok(Some(map.get_or_insert_with(key, 3, || 5)?).filter(|value| *value != 5)),
    ];
    for insert in inserting {
        assert_eq!(map.remove(&pairs[3]), Ok(Some((3, 3))));
        assert_eq!(
            (insert(&map, &pairs[3]), map.get_key_value(&pairs[3])),
            (Ok(None), Some((3, 5)))
        );
        assert_eq!(map.replace(&pairs[3], 3), Ok(Some(5)));
    }
    assert_eq!(map.values().filter(|&value| value == 3).count(), 1);
    assert_eq!(map.remove_if(&absent, |_| unreachable!()), Ok(Removal::Absent));
    assert_eq!(map.remove_if(&pairs[3], |value| value == 4), Ok(Removal::Kept((3, 3))));
    assert_eq!(map.remove_if(&pairs[3], |value| value == 3), Ok(Removal::Removed((3, 3))));
    assert_eq!(map.insert(&pairs[3], 3, 3), Ok(None));
    // The reference that was kept, not the one that came along, whichever operation removes.
    assert_eq!(map.compare_and_set(&pairs[3], 9, Expectation::Exists, None), Ok(Some((3, 3))));
    assert_eq!(map.fetch_update(&pairs[3], 3, |_| Some(4)), Ok(None));
    assert_eq!(map.fetch_update(&pairs[3], 9, |_| None), Ok(Some((3, 4))));
    assert_eq!(map.insert(&pairs[3], 3, 3), Ok(None));
    assert_eq!(
        (map.tables().check(), map.tables().seed(), map.tables().needs_rebuild()),
        (Ok(()), Some(6), None)
    );
    let mut removed = Vec::new();
    let keep = |reference, value| reference != 7 && value as u64 == reference;
    assert_eq!(map.retain(keep, |reference, value| removed.push((reference, value))), Ok(()));
    assert_eq!((removed, map.len()), (vec![(7, 7)], pairs.len() - 1));
    assert_eq!(map.insert(&pairs[7], 7, 7), Ok(None));
    for (reference, pair) in (0..).zip(&pairs) {
        let removed = (reference, reference as i32);
        assert_eq!((map.remove(pair), map.remove(pair)), (Ok(Some(removed)), Ok(None)));
    }
    assert_eq!((map.len(), map.tables().stats().reserved), (0, 0));
}

/// The memory of a removed key may be used for something else: nobody compares with it any more, although
/// its word still stands in the table.
#[test]
fn a_removed_reference_is_not_looked_at() {
    /// Keys that stand for themselves, and have one hash; and those whose memory is in use.
    struct InUse(RefCell<BTreeSet<u64>>);

    impl Keys for &InUse {
        type Key = u64;
        type Reference = u64;

        fn hash_bits(&self) -> u64 {
            0xff << 56
        }

        fn hash(&self, _: &u64) -> u64 {
            0
        }

        fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
            let number = reference.number();
            assert!(self.0.borrow().contains(&number), "{number} is gone");
            number == *key
        }
    }

    let in_use = InUse(RefCell::default());
    let mut lines = lines_for(50);
    let region = Region::from_lines(&mut lines).unwrap();
    let map = IndirectMap::<_, u64>::new_in(region, 4, &in_use).unwrap();
    for key in 0..40 {
        in_use.0.borrow_mut().insert(key);
        assert_eq!(map.insert(&key, key, key), Ok(None));
        if let Some(old) = key.checked_sub(2) {
            assert_eq!(map.remove(&old), Ok(Some((old, old))));
            in_use.0.borrow_mut().remove(&old);
        }
        for probe in 0..=key {
            let expected = in_use.0.borrow().contains(&probe).then_some(probe);
            assert_eq!((map.get(&probe), map.get(&(probe + 100))), (expected, None));
        }
    }
}

/// Without hash bits all keys would have one home, and without other bits all references would be one.
#[test]
fn hash_bits_of_none_or_all_are_refused() {
    /// Keys with these hash bits.
    struct Bits(u64);

    impl Keys for Bits {
        type Key = u64;
        type Reference = u64;

        fn hash_bits(&self) -> u64 {
            self.0
        }

        fn hash(&self, key: &u64) -> u64 {
            *key
        }

        fn is(&self, _: Stored<Self>, _: &u64) -> bool {
            unreachable!("there is no table")
        }
    }

    let mut lines = lines_for(50);
    for bits in [0, u64::MAX] {
        // Each returns the region.
        let region = Region::from_lines(&mut lines).unwrap();
        let refused = IndirectMap::<_, u64>::new_in(region, 1, Bits(bits)).unwrap_err();
        assert_eq!(refused.error, Error::HashBits);
        let map = IndirectMap::<_, u64>::unplaced(Bits(bits));
        let refused = map.tables().place(refused.value, 1).unwrap_err();
        assert_eq!(refused.error, Error::HashBits);
        let refused = map.tables().rebuild(refused.value, 1).unwrap_err();
        assert_eq!(refused.error, Error::HashBits);
        assert_eq!((map.insert(&1, 1, 1), map.get(&1)), (Err(Error::Unplaced), None));
        let refused =
            SharedIndirectMap::<_, u64>::format(refused.value, 1, 0, &Bits(bits)).unwrap_err();
        assert_eq!(refused.error, Error::HashBits);
        let region =
            SharedIndirectMap::<_, u64>::format(refused.value, 1, 0, &Bits(1 << 63)).unwrap();
        // SAFETY: formatted, and nobody else is there.
        let refused =
            unsafe { SharedIndirectMap::<_, u64>::attach(region, Bits(bits)) }.unwrap_err();
        assert_eq!(refused.error, Error::HashBits);
    }
    for bits in [1, 1 << 63, !1, !(1 << 63)] {
        let region = Region::from_lines(&mut lines).unwrap();
        assert!(IndirectMap::<_, u64>::new_in(region, 1, Bits(bits)).is_ok());
    }
}
