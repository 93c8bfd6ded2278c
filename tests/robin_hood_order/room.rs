//! How many keys fit into a memory.

use std::collections::BTreeSet;

use heptad::{
    hash::hash_word,
    layout::{Line, MaxLoad},
    robin_hood::{ByValue, Map, Merge, Set, lines_for},
    storage::Region,
};

/// Storage of exactly that many lines holds the keys for which it was made.
#[test]
fn lines_for_so_many_keys_are_enough() {
    for load in [MaxLoad::ThreeQuarters, MaxLoad::SevenEighths, MaxLoad::FifteenSixteenths] {
        for keys in (0..200).chain((1..10).map(|number| number * number * 211)) {
            let lines = lines_for(keys, load).unwrap();
            let mut memory = vec![Line::EMPTY; lines];
            let region = Region::from_lines(&mut memory).unwrap();
            let mut set = Set::with_max_load_in(region, load, ByValue).unwrap();
            assert_eq!(set.try_reserve(keys), Ok(()), "{keys} keys in {lines} lines");
            assert!(set.capacity() >= keys);
        }
    }
    assert_eq!(lines_for(usize::MAX, MaxLoad::ThreeQuarters), None);
}

/// The key of a number.
type KeyOf = fn(u64) -> u64;

/// Keys that run over the last home in memory that is nearly full.
fn filling_keys() -> [(&'static str, KeyOf); 5] {
    const KERNEL: u64 = 0xffff_8000_0000_0000;
    [
        ("from both ends", |number| if number % 2 == 0 { number } else { u64::MAX - number }),
        ("two crowds", |number| KERNEL * (number % 2) + 0x40_0000 + number * 4096),
        ("kernel pages", |number| KERNEL + number * 4096),
        ("the last numbers", |number| u64::MAX - number),
        ("spread", |number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
    ]
}

/// Kinds of keys, the load of their table, and the lines of its memory: few, those of a page, and others
/// that leave some after twice the homes.
fn filled_memories() -> impl Iterator<Item = (&'static str, KeyOf, MaxLoad, usize)> {
    let lines = || (1..24).chain([41, 64, 73, 100, 102, 128, 256]);
    let loads = [MaxLoad::ThreeQuarters, MaxLoad::SevenEighths, MaxLoad::FifteenSixteenths];
    filling_keys()
        .into_iter()
        .flat_map(move |(name, key)| loads.map(|load| (name, key, load)))
        .flat_map(move |(name, key, load)| lines().map(move |lines| (name, key, load, lines)))
        .filter(|it| !cfg!(miri) || it.2 == MaxLoad::SevenEighths && it.3 == 9)
}

fn check_full_set(name: &str, lines: usize, load: MaxLoad, key: KeyOf) {
    let region = || Region::from_lines(vec![Line::EMPTY; lines].leak()).unwrap();
    let empty = || Set::with_max_load_in(region(), load, ByValue).unwrap();
    let mut set = empty();
    let taken = (0..).take_while(|&number| set.try_insert(key(number)).is_ok()).count();
    let keys: BTreeSet<u64> = (0..taken as u64).map(key).collect();
    let check = |set: &Set<Region<'_>, ByValue>, what: &str| {
        assert_eq!(set.check_invariants(), Ok(()), "{what} of {name}, {lines} lines, {load:?}");
        assert!(set.iter().eq(keys.iter().copied()), "{what} of {name}, {lines} lines, {load:?}");
    };
    check(&set, "insertion");
    let mut refused = Vec::new();
    for (what, merge, other) in [
        ("s | s", Merge::Union, &set),
        ("s & s", Merge::Intersection, &set),
        ("s - {}", Merge::Difference, &empty()),
        ("s ^ {}", Merge::SymmetricDifference, &empty()),
    ] {
        match set.try_merge_in(merge, other, region()) {
            Ok(merged) => check(&merged, what),
            Err(_) => refused.push(what),
        }
    }
    let mut sorted = empty();
    match sorted.try_extend_sorted(keys.iter().copied()) {
        Ok(()) => check(&sorted, "sorted input"),
        Err(_) => refused.push("sorted input"),
    }
    for (what, more) in [("a move", 0), ("a move into one more line", 1)] {
        match set.move_into(Region::from_lines(vec![Line::EMPTY; lines + more].leak()).unwrap()) {
            Ok(_) => check(&set, what),
            Err(_) => refused.push(what),
        }
    }
    assert!(refused.is_empty(), "{refused:?} of {taken} keys {name}, {lines} lines, {load:?}");
}

fn check_full_map(name: &str, lines: usize, load: MaxLoad, key: KeyOf) {
    let region = || Region::from_lines(vec![Line::EMPTY; lines].leak()).unwrap();
    let empty = || Map::with_max_load_in(region(), region(), load, ByValue).unwrap();
    let mut map = empty();
    let taken = (0..).take_while(|&it| map.try_insert(key(it), !key(it)).is_ok()).count();
    let keys: BTreeSet<u64> = (0..taken as u64).map(key).collect();
    let check = |map: &Map<Region<'_>, ByValue>, what: &str| {
        assert_eq!(map.check_invariants(), Ok(()), "{what} of {name}, {lines} lines, {load:?}");
        let entries = keys.iter().map(|&key| (key, !key));
        assert!(map.iter().map(|(key, &value)| (key, value)).eq(entries), "{what} of {name}");
    };
    check(&map, "insertion");
    let mut refused = Vec::new();
    for (what, other) in [("a merge with itself", &map), ("a merge with nothing", &empty())] {
        let mut calls = 0;
        let merged = map.try_merge_in(other, region(), region(), |_, one, _| {
            calls += 1;
            one
        });
        match merged {
            Ok(merged) => check(&merged, what),
            Err(_) => refused.push(what),
        }
        assert!(calls <= 2 * taken, "{what} of {name}: {calls} calls for {taken} keys");
    }
    match map.move_into(region(), region()) {
        Ok(_) => check(&map, "a move"),
        Err(_) => refused.push("a move"),
    }
    assert!(refused.is_empty(), "{refused:?} of {taken} entries {name}, {lines} lines, {load:?}");
}

/// What insertion took, a move, a merge and sorted input take in as much memory.
#[test]
fn keys_that_fill_memory_fit_into_as_much() {
    for (name, key, load, lines) in filled_memories() {
        check_full_set(name, lines, load, key);
        check_full_map(name, lines, load, key);
    }
}

/// In any order, crowded or not, removed and inserted again: memory takes as many keys as the most homes that
/// fit into it.
#[test]
fn no_key_is_refused_because_keys_crowd() {
    for (name, key, load, lines) in filled_memories() {
        let region = || Region::from_lines(vec![Line::EMPTY; lines].leak()).unwrap();
        let empty = || Set::with_max_load_in(region(), load, ByValue).unwrap();
        let mut most = empty();
        while most.try_grow().is_ok() {}
        let given: Vec<u64> = (0..most.capacity() as u64).map(key).collect();
        let mut sorted = given.clone();
        sorted.sort_unstable();
        let mut shuffled = given.clone();
        shuffled.sort_unstable_by_key(|&key| hash_word(lines as u64, key));
        let reversed = given.iter().rev().copied().collect();
        let descending = sorted.iter().rev().copied().collect();
        for keys in [given, sorted, shuffled, reversed, descending] {
            let mut set = empty();
            for (number, &key) in keys.iter().enumerate() {
                let taken = set.try_insert(key);
                assert_eq!(taken, Ok(true), "{number} {name}, {lines} lines, {load:?}");
            }
            assert!(keys.iter().step_by(2).all(|&key| set.remove(key)));
            set.shrink_in_place(0);
            let back = keys.iter().step_by(2).all(|&key| set.try_insert(key).is_ok());
            assert!(back, "{name}, {lines} lines, {load:?}");
            assert_eq!(set.check_invariants(), Ok(()), "{name}, {lines} lines, {load:?}");
        }
    }
}
