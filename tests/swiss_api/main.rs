//! The interfaces of `Table`, `Set` and the maps that the model test does not reach.

use std::{collections::BTreeSet, hash::BuildHasherDefault};

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad},
    storage::{Heap, Inline, Region},
    swiss::{Map, PackedMap, Set, Table, table::Entry},
};

mod seeds;

fn hash(word: &u64) -> u64 {
    hash_word(0x5eed, *word)
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}

#[test]
fn entries_of_a_table() {
    let mut table: Table<u64> = Table::with_capacity(10);
    assert_eq!(table.capacity(), 13);
    assert!(table.find_entry(hash(&1), |&entry| entry == 1).is_err());
    table.entry(hash(&1), |&entry| entry == 1, hash).insert(1);
    let occupied = table.find_entry(hash(&1), |&entry| entry == 1).unwrap();
    let (entry, vacant) = occupied.remove();
    assert_eq!(entry, 1);
    assert_eq!(*vacant.insert(1).get(), 1);
    let absent = table.find_entry(hash(&2), |&entry| entry == 2).unwrap_err();
    assert_eq!(*absent.try_insert(hash(&2), 2, hash).unwrap().into_mut(), 2);
    assert!(matches!(table.entry(hash(&2), |&entry| entry == 2, hash), Entry::Occupied(_)));
    assert_eq!(sorted(table), [1, 2]);
}

/// Equal entries are the table's user's business: all of one hash can be walked, stashed ones too.
#[test]
fn iter_hash_yields_every_entry_of_the_hash() {
    let mut table: Table<u64, Inline<16>> = Table::inline();
    for entry in 0..40 {
        table.insert_within_capacity(7, entry).unwrap();
        table.insert_within_capacity(hash(&entry), entry + 1000).unwrap();
    }
    assert!(table.stats().stashed > 0);
    let of_hash = sorted(table.iter_hash(7).copied());
    assert!((0..40).all(|entry| of_hash.contains(&entry)));
    for entry in table.iter_hash_mut(7).filter(|entry| **entry < 40) {
        *entry += 500;
    }
    assert_eq!(
        sorted(table.iter_hash(7).copied().filter(|&entry| entry < 1000)),
        Vec::from_iter(500..540)
    );
    assert_eq!(table.iter_hash(!7).filter(|&&entry| entry < 1000).count(), 0);
}

#[test]
fn find_many_answers_in_order_for_every_length() {
    let mut table: Table<u64, Inline<32>> = Table::inline();
    for key in 0..100 {
        table.insert_within_capacity(hash(&key), key).unwrap();
    }
    for length in 0..70u64 {
        let keys: Vec<u64> = (0..length).map(|index| index * 3).collect();
        let hashes: Vec<u64> = keys.iter().map(hash).collect();
        let mut answers = vec![];
        table.find_many(
            &hashes,
            |index, &entry| entry == keys[index],
            |index, found| {
                assert_eq!(index, answers.len());
                answers.push(found.copied());
            },
        );
        let expected: Vec<_> = keys.iter().map(|&key| (key < 100).then_some(key)).collect();
        assert_eq!(answers, expected);
    }
}

#[test]
fn words_are_found_in_batches_of_every_length() {
    // Half of them with one hash, so that many are stashed.
    let hash = |&key: &u64| if key % 2 == 0 { 7 } else { hash(&key) };
    let mut table: Table<u64, Inline<8>> = Table::inline();
    let mut set: Set<u64, Inline<8>> = Set::inline(Keyed::new(1));
    let mut map: Map<u64, u64, Inline<16>> = Map::inline(Keyed::new(2));
    for key in 0..50 {
        table.insert_within_capacity(hash(&key), key).unwrap();
        set.try_insert(key).unwrap();
        map.try_insert(key, !key).unwrap();
    }
    assert!(table.stats().stashed > 10);
    for length in (0..200u64).step_by(if cfg!(miri) { 66 } else { 1 }) {
        let keys: Vec<u64> = (0..length).map(|index| index * 7 % 100).collect();
        let expected: Vec<_> = keys.iter().map(|&key| (key < 50).then_some(key)).collect();
        let mut answers = vec![];
        table.find_words(&keys, hash, |index, found| {
            assert_eq!(index, answers.len());
            answers.push(found.copied());
        });
        assert_eq!(answers, expected);
        let mut answers = vec![];
        set.contains_many(&keys, |index, is_there| {
            assert_eq!(index, answers.len());
            answers.push(is_there);
        });
        assert!(answers.into_iter().eq(expected.iter().map(Option::is_some)));
        let mut answers = vec![];
        map.get_words(&keys, |index, value| {
            assert_eq!(index, answers.len());
            answers.push(value.copied());
        });
        assert!(answers.into_iter().eq(expected.iter().map(|key| key.map(|key| !key))));
    }
}

#[test]
fn tables_without_memory_have_no_words() {
    let table = Table::<u64>::new();
    let mut answers = 0;
    table.find_words(&[0, 1, u64::MAX], hash, |_, found| {
        assert_eq!(found, None);
        answers += 1;
    });
    assert_eq!(answers, 3);
}

#[test]
fn get_disjoint_mut_refuses_overlap() {
    let mut table: Table<u64, Inline<4>> = Table::inline();
    for key in 0..10 {
        table.insert_within_capacity(hash(&key), key).unwrap();
    }
    let keys = [3, 99, 5];
    let found =
        table.get_disjoint_mut(keys.map(|key| hash(&key)), |index, &entry| entry == keys[index]);
    let [Some(three), None, Some(five)] = found.unwrap() else { panic!("three and five") };
    core::mem::swap(three, five);
    let keys = [4, 6, 4];
    let found =
        table.get_disjoint_mut(keys.map(|key| hash(&key)), |index, &entry| entry == keys[index]);
    assert_eq!(found.err(), Some(Error::Overlapping));
}

#[test]
fn retain_and_extract_bring_the_displaced_home() {
    let mut set: Set<u64, Inline<256>> = Set::inline(Keyed::new(1));
    for key in 0..set.capacity() as u64 {
        set.insert_within_capacity(key).unwrap();
    }
    assert!(set.stats().displaced > 100);
    set.retain(|key| key % 4 == 0);
    assert_eq!(set.check_invariants(false), Ok(()));
    // Displaced entries remain only where their home is still full.
    assert_eq!(set.stats().displaced, 0, "{}", set.stats());
    let taken: Vec<u64> = set.extract_if(|key| key % 8 == 0).take(10).collect();
    assert_eq!(taken.len(), 10);
    assert!(taken.iter().all(|key| key % 8 == 0 && !set.contains(key)));
    assert_eq!(set.check_invariants(false), Ok(()));
}

#[test]
fn shrinking_and_rehashing() {
    let mut map: Map<u64, u64> = (0..1000).map(|key| (key, key)).collect();
    assert_eq!(map.capacity(), 1680);
    map.retain(|&key, _| key < 50);
    map.shrink_to_fit();
    assert_eq!(map.capacity(), 52);
    map.try_shrink_to(1000).unwrap();
    assert_eq!(map.capacity(), 52, "shrinking never grows");
    map.try_rehash(500, Keyed::new(99)).unwrap();
    assert_eq!((map.capacity(), map.hasher().seed()), (840, 99));
    assert!((0..50).all(|key| map[&key] == key));
    assert_eq!(map.check_invariants(false), Ok(()));
    map.clear();
    map.shrink_to_fit();
    assert_eq!((map.capacity(), map.allocation_size()), (0, 0));
    map.shrink_to_fit();
    map.insert(1, 1);
    assert_eq!(map.try_rehash(usize::MAX, Keyed::new(1)), Err(Error::CapacityOverflow));
}

/// A table in provided memory that moves into more of it, and returns what it had.
#[test]
fn a_region_table_moves_and_gives_its_memory_back() {
    let mut small = vec![Line::EMPTY; 2];
    let mut large = vec![Line::EMPTY; 64];
    let small_start = small.as_ptr();
    let region = Region::from_lines(&mut small).unwrap();
    let mut set: Set<u64, Region<'_>> = Set::new_in(region, Keyed::new(1)).unwrap();
    while set.try_insert(set.len() as u64).is_ok() {}
    assert_eq!((set.len(), set.capacity()), (13, 13));
    let old = set.move_into(Region::from_lines(&mut large).unwrap(), Keyed::new(2)).unwrap();
    assert_eq!((set.len(), set.capacity()), (13, 420));
    while set.len() < 20 {
        assert!(set.try_insert(set.len() as u64).unwrap());
    }
    let refused = set.move_into(old, Keyed::new(3)).unwrap_err();
    assert_eq!(refused.error, Error::TooSmall { needed_bytes: 256, given_bytes: 128 });
    assert_eq!((set.len(), set.hasher().seed()), (20, 2), "as it was");
    assert!((0..20).all(|key| set.contains(&key)));
    drop((refused, set));
    assert_eq!(small.as_ptr(), small_start);
}

#[test]
fn maximum_loads() {
    let capacity =
        |load| Set::<u64, Inline<64>>::inline_with_max_load(load, Keyed::new(0)).capacity();
    assert_eq!(capacity(MaxLoad::FifteenSixteenths), 420);
    assert_eq!(capacity(MaxLoad::SevenEighths), 392);
    assert_eq!(capacity(MaxLoad::ThreeQuarters), 336);
    let mut set =
        Set::<u64>::with_max_load_in(Heap::new(), MaxLoad::ThreeQuarters, Keyed::new(0)).unwrap();
    let capacities: BTreeSet<usize> = (0..100u64)
        .map(|key| {
            set.insert(key);
            set.capacity()
        })
        .collect();
    assert!(capacities.into_iter().eq([5, 10, 21, 42, 84, 168]));
    let mut copy = set.clone();
    copy.extend(100..169);
    assert_eq!(copy.capacity(), 336, "the maximum load is copied too");
}

#[test]
fn set_algebra() {
    let twos: Set<u64> = (0..60).filter(|key| key % 2 == 0).collect();
    let mut threes: Set<u64, Inline<16>> = Set::inline(Keyed::new(9));
    assert_eq!(threes.try_insert_many(&Vec::from_iter((0..60).step_by(3))), Ok(20));
    let both = |keep: fn(bool, bool) -> bool| {
        (0..60u64).filter(move |key| keep(key % 2 == 0, key % 3 == 0))
    };
    assert!(sorted(twos.union(&threes).copied()).into_iter().eq(both(|two, three| two || three)));
    assert!(
        sorted(twos.intersection(&threes).copied()).into_iter().eq(both(|two, three| two && three))
    );
    assert!(
        sorted(twos.difference(&threes).copied()).into_iter().eq(both(|two, three| two && !three))
    );
    assert!(
        sorted(twos.symmetric_difference(&threes).copied())
            .into_iter()
            .eq(both(|two, three| two != three))
    );
    let sixes: Set<u64> = (0..60).step_by(6).collect();
    assert!(sixes.is_subset(&twos) && twos.is_superset(&sixes) && !twos.is_subset(&sixes));
    assert!(!twos.is_disjoint(&threes) && twos.is_disjoint(&Set::from([1, 3, 5])));
    assert!(sixes == twos.intersection(&threes).copied().collect::<Set<u64>>());
    assert!(twos != sixes);
}

#[test]
fn try_insert_many_says_where_it_stopped() {
    let mut set: Set<u64, Inline<1>> = Set::inline(Keyed::new(0));
    let rejected = set.try_insert_many(&[1, 2, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap_err();
    assert_eq!((rejected.value, rejected.error), (8, Error::Full));
    assert_eq!(sorted(set.iter().copied()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(set.insert_within_capacity(6), Ok(false));
}

/// Entries with interior mutability may change while the table is shared; and so may it be sent, if
/// they may.
#[test]
fn atomic_values_in_an_inline_map() {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    let mut counts: Map<u64, AtomicU64, Inline<8>> = Map::default();
    for key in 0..5 {
        counts.insert_within_capacity(key, AtomicU64::new(0)).unwrap();
    }
    let counts = &counts;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let mut entries = counts.iter();
            scope.spawn(move || entries.all(|(key, count)| count.fetch_add(*key, Relaxed) < 9));
        }
    });
    assert_eq!(sorted(counts.values().map(|count| count.load(Relaxed))), [0, 2, 4, 6, 8]);
}

#[test]
fn refusals_become_errors_with_a_question_mark() {
    fn fill(set: &mut Set<u64, Inline<1>>) -> Result<(), Error> {
        for key in 0.. {
            set.try_insert(key)?;
        }
        Ok(())
    }
    let mut set = Set::default();
    assert_eq!(fill(&mut set), Err(Error::Full));
    assert_eq!(format!("{:?}", set.iter()).len(), "[0, 1, 2, 3, 4, 5]".len());
}

/// Later pairs win, also when they come within one batch of each other.
#[test]
fn extending_keeps_the_order() {
    for length in [0, 1, 5, 16, 17, 50] {
        let pairs = (0..length).map(|index| (index % 7, index));
        let map: Map<u64, u64> = pairs.clone().collect();
        let model: std::collections::HashMap<u64, u64> = pairs.collect();
        assert_eq!(map.len(), model.len());
        assert!(model.iter().all(|(key, value)| map[key] == *value));
    }
}

#[test]
fn narrow_maps_take_pairs_of_half_words() {
    let mut counts: PackedMap<u32, u32, Inline<64>> = PackedMap::inline(Keyed::new(2));
    for step in 0..1000u32 {
        *counts.try_entry(step % 10).unwrap().or_default() += 1;
    }
    assert!((0..10).all(|key| counts.get(&key) == Some(&100)));
    assert_eq!(counts.stats().bytes, 64 * 64);
    assert_eq!(counts.remove_entry(&3), Some((3, 100)));
    assert_eq!(sorted(counts.keys().copied()), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
    counts.values_mut().for_each(|count| *count += 1);
    let heap: PackedMap<u32, u32> = counts.drain().collect();
    assert!(counts.is_empty() && heap.into_values().all(|count| count == 101));
    let debug = format!("{:?} {:?}", PackedMap::<u32, u32>::from([(1, 2)]), Set::<u64>::from([3]));
    assert_eq!(debug, "{1: 2} {3}");
}

/// Any `BuildHasher`, such as a keyed cryptographic one, against floods.
#[test]
fn other_hash_functions() {
    type Sip = BuildHasherDefault<siphasher::sip::SipHasher13>;
    let mut set: Set<u64, Heap, Sip> = Set::default();
    set.extend(0..1000);
    assert!((0..1000).all(|key| set.contains(&key)) && !set.contains(&1000));
    assert_eq!(set.stats().stashed, 0);
    let mut map: Map<u64, u64, Inline<64>, std::hash::RandomState> =
        Map::inline(std::hash::RandomState::new());
    assert_eq!(map.try_insert(1, 2).unwrap(), None);
    assert_eq!(map.get(&1), Some(&2));
}

/// Keys as programs have them, under the default hash: nothing stashed, at any maximum size.
#[test]
fn ordinary_keys_are_never_stashed() {
    type Kind = (&'static str, fn(u64) -> u64);
    let kinds: [Kind; 7] = [
        ("sequential", |index| index),
        ("descending", |index| u64::MAX - index),
        ("pointers", |index| 0x7f00_1234_5000 + index * 48),
        ("pages", |index| 0xffff_8000_0000_0000 + (index << 12)),
        ("high bits", |index| index.rotate_right(16)),
        ("low entropy", |index| (index & 0xff) * 0x0101_0101 + (index >> 8 << 32)),
        ("IPv4-like pairs", |index| (index / 250) << 24 | (index % 250) << 8 | 0x0a),
    ];
    for (name, key) in kinds {
        for seed in 0..if cfg!(miri) { 1 } else { 20 } {
            let mut set: Set<u64, Inline<64>> = Set::inline(Keyed::new(seed));
            for index in 0..set.capacity() as u64 {
                set.insert_within_capacity(key(index)).unwrap();
            }
            let stats = set.stats();
            assert_eq!(stats.stashed, 0, "{name}, seed {seed}: {stats}");
            assert!(stats.lines_per_1000_hits() < 1400, "{name}, seed {seed}: {stats}");
        }
    }
}

/// Walks skip groups without entries, several at a time: each pair of groups, in tables of every small size.
#[test]
fn a_walk_finds_the_entries_of_an_almost_empty_table() {
    for groups in [1, 2, 4, 8, 16] {
        let mut lines = vec![Line::EMPTY; groups as usize];
        for (first, second) in
            (0..groups).flat_map(|first| (first..groups).map(move |second| (first, second)))
        {
            let region = Region::from_lines(&mut lines).unwrap();
            let mut table = Table::<u64, _>::new_in(region).unwrap();
            // The hash is the number of the home group.
            table.insert_within_capacity(first, first).unwrap();
            table.insert_within_capacity(second, second).unwrap();
            let expected = [first, second];
            let mut stepped = Vec::new();
            for &entry in &table {
                stepped.push(entry);
            }
            assert_eq!(stepped, expected);
            assert!(table.iter_mut().map(|&mut entry| entry).eq(expected));
            let folded = table.iter().fold(Vec::new(), |mut all, &entry| {
                all.push(entry);
                all
            });
            assert_eq!(folded, expected);
            assert_eq!(table.extract_if(|_| true).collect::<Vec<_>>(), expected);
        }
    }
}
