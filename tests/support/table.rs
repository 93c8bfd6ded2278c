//! The swiss table against a bitmap, with good, weak and constant hashes, at full load, with its
//! invariants checked after every operation.

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::LINE_BYTES,
    storage::{Inline, Region},
    swiss::{Map, Set, Table, table::Entry},
};

use super::arena::{LINES, with_lines};

mod model;

use model::Checked;

cases![
    s1_group_is_one_aligned_line,
    s7_lookups_end_on_full_tables,
    s8_churn_does_not_decay,
    s11_every_word_is_legal,
    churn_one_group,
    churn_two_groups,
    churn_four_groups,
    churn_sixteen_groups,
    churn_1024_groups,
    constant_hashes_still_answer,
    removed_key_is_never_found_again,
    entry_finds_fills_and_removes,
    full_table_hands_the_value_back,
    map_moves_values_with_keys,
    honest_keys_are_rarely_stashed,
    filters_heal_after_a_flood,
    map_needs_two_lines,
    static_set_is_const,
];

/// Operations per churn: fewer where each one costs a hundred times as much.
const OPERATIONS: usize = if cfg!(miri) {
    40
} else if cfg!(debug_assertions) {
    1_000
} else {
    10_000
};

/// Is the whole table checked after each insertion that fills it, and each removal that empties it?
fn is_checked_always(groups: usize) -> bool {
    groups <= if cfg!(miri) { 2 } else { 16 } || !cfg!(debug_assertions)
}

/// Fills a table of `groups` groups, churns it at full load, empties it. Filling and emptying a
/// large one unchecked in debug builds: each check reads the whole table.
fn churn(groups: usize, hash: fn(u64) -> u64, operations: usize) {
    with_lines(groups, |lines| {
        let mut checked = Checked::new(Region::from_lines(lines).unwrap(), hash);
        let capacity = checked.table.capacity() as u64;
        assert_eq!(capacity as usize, 7 * groups * 15 / 16);
        let keys = 2 * capacity;
        checked.thorough = is_checked_always(groups);
        for key in 0..=capacity {
            checked.insert(key);
        }
        checked.thorough = true;
        checked.check_contents(keys);

        let mut random = fastrand::Rng::with_seed(groups as u64);
        for _ in 0..operations {
            // Removals and insertions in turn keep the table within a few entries of its limit.
            checked.remove(random.u64(..keys));
            checked.insert(random.u64(..keys));
            checked.insert(random.u64(..keys));
        }
        checked.check_contents(keys);

        checked.thorough = is_checked_always(groups);
        for key in 0..keys {
            checked.remove(key);
        }
        checked.thorough = true;
        checked.check();
        assert!(checked.table.is_empty());
        checked.check_contents(keys);
    });
}

fn good(key: u64) -> u64 {
    hash_word(0x5eed, key)
}

/// Group from the low bits, one tag for all.
fn identity(key: u64) -> u64 {
    key
}

/// Only the tag differs: every key has the same home.
fn one_home(key: u64) -> u64 {
    key << 57
}

/// Four hashes in all.
fn four_hashes(key: u64) -> u64 {
    hash_word(0x5eed, key & 3)
}

fn churn_small(groups: usize) {
    churn(groups, good, OPERATIONS / 10);
    if cfg!(miri) && groups > 2 {
        return; // in larger tables floods leave many stashed entries, and each lookup walks them
    }
    for hash in [identity, one_home, four_hashes, |_| 0, |_| u64::MAX] {
        churn(groups, hash, OPERATIONS / 10);
    }
}

fn churn_one_group() {
    churn_small(1);
}

fn churn_two_groups() {
    churn_small(2);
}

fn churn_four_groups() {
    churn_small(4);
}

fn churn_sixteen_groups() {
    churn_small(16);
}

fn churn_1024_groups() {
    if !cfg!(miri) {
        churn(1024, good, OPERATIONS / 20);
        churn(1024, identity, OPERATIONS / 100);
    }
}

/// With one hash for all, everything beyond two groups is stashed, and still every answer is right.
fn constant_hashes_still_answer() {
    let (groups, capacity) = if cfg!(miri) { (4, 26) } else { (16, 105) };
    with_lines(groups, |lines| {
        let mut checked = Checked::new(Region::from_lines(lines).unwrap(), |_| 0x1234);
        for key in 0..capacity {
            checked.insert(key);
            assert_eq!(checked.table.stats().stashed as u64, (key + 1).saturating_sub(14));
        }
        checked.check_contents(2 * capacity);
        for key in 0..capacity {
            checked.remove(key);
        }
        assert_eq!((checked.table.stats().stashed, checked.table.stats().span), (0, 0));
    });
}

fn s1_group_is_one_aligned_line() {
    with_lines(4, |lines| {
        let start = lines.as_ptr().addr();
        let mut table = Table::<u64, _>::new_in(Region::from_lines(lines).unwrap()).unwrap();
        for key in 0..26 {
            table.try_insert_unique(good(key), key, |&key| good(key)).unwrap();
        }
        for entry in &table {
            let offset = core::ptr::from_ref(entry).addr() - start;
            assert!(offset < 4 * LINE_BYTES, "inside the four lines");
            assert_ne!(offset % LINE_BYTES, 0, "the first word is metadata");
            assert_eq!(offset % 8, 0);
        }
    });
}

fn s7_lookups_end_on_full_tables() {
    for groups in [1, 2, 4, if cfg!(miri) { 8 } else { 64 }] {
        for hash in [good, |_| 0, one_home] {
            with_lines(groups, |lines| {
                let mut table =
                    Table::<u64, _>::new_in(Region::from_lines(lines).unwrap()).unwrap();
                for key in 0..table.capacity() as u64 {
                    table.try_insert_unique(hash(key), key, |&key| hash(key)).unwrap();
                }
                let absent = 1 << 40;
                assert!(table.find(hash(absent), |&entry| entry == absent).is_none());
                assert!(table.find(hash(absent), |_| false).is_none());
            });
        }
    }
}

/// Lines per lookup after many turnovers are what they were after a few.
fn s8_churn_does_not_decay() {
    const TURNOVERS: usize = if cfg!(any(miri, debug_assertions)) { 3 } else { 100 };
    let groups = if cfg!(miri) { 16 } else { LINES };
    with_lines(groups, |lines| {
        let mut set: Set<u64, _> =
            Set::new_in(Region::from_lines(lines).unwrap(), Keyed::new(8)).unwrap();
        let capacity = set.capacity() as u64;
        for key in 0..capacity {
            assert!(set.try_insert(key).unwrap());
        }
        // First in, first out: each turnover replaces every key.
        for key in 0..capacity * TURNOVERS as u64 {
            assert!(set.remove(&key));
            assert!(set.try_insert(key + capacity).unwrap());
        }
        assert_eq!(set.check_invariants(false), Ok(()));
        let stats = set.stats();
        assert_eq!((stats.len, stats.stashed), (stats.capacity, 0));
        if groups == LINES {
            assert!(stats.lines_per_1000_hits() < 1270, "{stats}");
            assert!(stats.lines_per_1000_misses() < 1190, "{stats}");
        }
    });
}

fn s11_every_word_is_legal() {
    let mut set: Set<u64, Inline<16>> = Set::inline(Keyed::new(1));
    let words = [0, 1, 2, 0xff, u64::MAX, u64::MAX - 1, 1 << 63, i64::MAX as u64];
    for (index, &word) in words.iter().enumerate() {
        assert!(!set.contains(&word));
        assert_eq!(set.try_insert(word), Ok(true));
        assert_eq!(set.try_insert(word), Ok(false));
        assert_eq!(set.len(), index + 1);
    }
    for word in words {
        assert!(set.remove(&word));
        assert!(!set.contains(&word) && !set.remove(&word));
    }
}

/// The trap of the cheap zero-byte match: with the displaced bit elsewhere in the byte, it would take a
/// freed slot for a match, and find the key that was removed from it.
fn removed_key_is_never_found_again() {
    with_lines(2, |lines| {
        let mut table = Table::<u64, _>::new_in(Region::from_lines(lines).unwrap()).unwrap();
        for round in 0..128u64 {
            let hash = |&key: &u64| (key % 128) << 57;
            for key in 0..7 {
                table.try_insert_unique(hash(&(round + key)), round + key, hash).unwrap();
            }
            for key in 0..7 {
                let wanted = round + key;
                assert!(table.remove(hash(&wanted), |&entry| entry == wanted).is_some());
                assert!(table.find(hash(&wanted), |&entry| entry == wanted).is_none());
            }
        }
    });
}

fn entry_finds_fills_and_removes() {
    let mut table: Table<u64, Inline<4>> = Table::inline();
    let hash = |&word: &u64| good(word & 0xffff_ffff);
    let (key, count) = (7u64, 1u64 << 32);
    for _ in 0..3 {
        let same_key = |entry: &u64| entry & 0xffff_ffff == key;
        let entry = table.try_entry(good(key), same_key, hash).unwrap();
        entry.and_modify(|word| *word += count).or_insert(key + count);
    }
    match table.try_entry(good(key), |&entry| entry & 0xffff_ffff == key, hash).unwrap() {
        Entry::Occupied(entry) => assert_eq!(entry.remove().0, key + 3 * count),
        Entry::Vacant(_) => panic!("the key is there"),
    }
    assert!(table.is_empty());
    drop(table.try_entry(good(key), |_| false, hash));
    assert_eq!(table.check_invariants(hash, false), Ok(()));
}

fn full_table_hands_the_value_back() {
    let mut table: Table<u64, Inline<2>> = Table::inline();
    for key in 0..13 {
        table.try_insert_unique(good(key), key, |&key| good(key)).unwrap();
    }
    let rejected = match table.try_insert_unique(good(13), 13, |&key| good(key)) {
        Ok(_) => panic!("a fourteenth entry at 15/16"),
        Err(rejected) => rejected,
    };
    assert_eq!((rejected.value, rejected.error), (13, Error::Full));
    assert!(table.try_entry(good(13), |&entry| entry == 13, |&key| good(key)).is_err());
    assert!(table.try_entry(good(12), |&entry| entry == 12, |&key| good(key)).is_ok());
    assert_eq!(table.try_reserve(1, |&key| good(key)), Err(Error::Full));
    assert_eq!(table.try_reserve(usize::MAX, |&key| good(key)), Err(Error::CapacityOverflow));
    assert_eq!(table.len(), 13);
    table.clear();
    assert!(table.is_empty() && table.iter().next().is_none());
    assert_eq!(table.check_invariants(|&key| good(key), false), Ok(()));
}

fn map_moves_values_with_keys() {
    let lines = if cfg!(miri) { 16 } else { 256 };
    with_lines(lines, |lines| {
        let region = Region::from_lines(lines).unwrap();
        let mut map = Map::<u64, u64, _>::new_in(region, Keyed::new(3)).unwrap();
        let keys = 2 * map.capacity() as u64;
        let mut random = fastrand::Rng::with_seed(9);
        let mut values = [None; 2 * 7 * 128];
        for _ in 0..OPERATIONS {
            let (key, value) = (random.u64(..keys), random.u64(..));
            let expected = &mut values[key as usize];
            if random.bool() {
                match map.try_insert(key, value) {
                    Ok(previous) => assert_eq!(previous, expected.replace(value)),
                    Err(rejected) => {
                        assert_eq!((rejected.value, rejected.error), ((key, value), Error::Full));
                        assert_eq!((map.len(), *expected), (map.capacity(), None));
                    }
                }
            } else {
                assert_eq!(map.remove(&key), expected.take());
            }
        }
        assert_eq!(map.check_invariants(false), Ok(()));
        for (_, value) in map.iter_mut() {
            *value = !*value;
        }
        for (key, expected) in values.iter().enumerate() {
            assert_eq!(map.get(&(key as u64)).copied(), expected.map(|value: u64| !value));
        }
        assert_eq!(map.iter().count(), map.len());
        if map.len() < map.capacity() {
            *map.try_entry(u64::MAX).unwrap().or_insert(5) += 1;
            *map.try_entry(u64::MAX).unwrap().or_insert(5) += 1;
            assert_eq!(map.get(&u64::MAX), Some(&7));
        }
    });
}

/// What the essay says of small tables: stashed entries in at most 2 of 100 fills to 15/16, and in 1 of
/// 200 to 7/8.
fn honest_keys_are_rarely_stashed() {
    const FILLS: u64 = if cfg!(miri) {
        1
    } else if cfg!(debug_assertions) {
        50
    } else {
        2_000
    };
    for groups in [2, 4, 8, 16, 32, 64] {
        with_lines(groups, |lines| {
            let (mut stashed_at_seven_eighths, mut stashed_fills) = (0, 0);
            for fill in 0..FILLS {
                let hash = |&key: &u64| hash_word(good(fill), key);
                let region = Region::from_lines(lines).unwrap();
                let mut table = Table::<u64, _>::new_in(region).unwrap();
                for key in 0..table.capacity() as u64 {
                    if key as usize == 7 * groups * 14 / 16 {
                        stashed_at_seven_eighths += u64::from(table.stats().stashed > 0);
                    }
                    table.insert_within_capacity(hash(&key), key).unwrap();
                }
                stashed_fills += u64::from(table.stats().stashed > 0);
            }
            // With as much again for chance as two of the few fills of a slow machine.
            assert!(stashed_fills <= FILLS / 50 + 2, "{groups} groups: {stashed_fills} of {FILLS}");
            let stashed = stashed_at_seven_eighths;
            assert!(stashed <= FILLS / 200 + 2, "{groups} groups at 7/8: {stashed} of {FILLS}");
        });
    }
}

/// Filter bits that stashed entries have left set are cleared by the removals that find them.
fn filters_heal_after_a_flood() {
    with_lines(16, |lines| {
        let mut table = Table::<u64, _>::new_in(Region::from_lines(lines).unwrap()).unwrap();
        for key in 0..50 {
            table.insert_within_capacity(7, key).unwrap();
        }
        for key in (0..50).rev() {
            table.remove(7, |&entry| entry == key).unwrap();
        }
        assert_eq!((table.stats().filter_bits, table.stats().span), (0, 0));
        table.insert_within_capacity(7, 1).unwrap();
        assert_eq!(table.stats().full_groups, 0);
        for key in 2..8 {
            table.insert_within_capacity(7, key).unwrap();
        }
        assert_eq!(table.stats().full_groups, 1);
    });
}

fn map_needs_two_lines() {
    with_lines(1, |lines| {
        let region = Region::from_lines(lines).unwrap();
        let error = Map::<u64, u64, _>::new_in(region, Keyed::new(0)).err();
        assert_eq!(error, Some(Error::TooSmall { needed_bytes: 128, given_bytes: 64 }));
    });
}

fn static_set_is_const() {
    static SET: spin::Mutex<Set<u64, Inline<64>>> = spin::Mutex::new(Set::inline(Keyed::new(7)));
    let mut set = SET.lock();
    set.clear();
    assert_eq!(set.capacity(), 420);
    for key in 0..420 {
        assert!(set.try_insert(key * 4096).unwrap());
    }
    assert!((0..420).all(|key| set.contains(&(key * 4096)) && !set.contains(&(key * 4096 + 1))));
    assert_eq!(set.check_invariants(false), Ok(()));
}
