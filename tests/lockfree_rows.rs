//! What the lock-free map promises, row by row: counts, memory, values that are returned exactly once.

#[path = "support/set_on_drop.rs"]
mod set_on_drop;

use std::{
    cell::Cell,
    hint,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    hash::unhash_word,
    layout::{LINE_BYTES, Line},
    lockfree::{Map, Removal, arena_layout},
    storage::{Region, Storage},
};
use set_on_drop::SetOnDrop;

/// Lines for a map of `capacity` entries.
fn lines_for(capacity: usize) -> Vec<Line> {
    vec![Line::EMPTY; arena_layout(capacity).unwrap().size() / LINE_BYTES]
}

fn map_in(lines: &mut [Line], seed: u64) -> Map<'_, u64, u64> {
    Map::new_in(Region::from_lines(lines).unwrap(), seed).unwrap()
}

const ROUNDS: u64 = if cfg!(miri) { 30 } else { 50_000 };

/// Row N2: every word is a key, and every word is a value.
#[test]
fn n2_every_word_is_legal() {
    let words = || (0..64).map(|bit| 1 << bit).chain((0..64).map(|bit| !(1 << bit))).chain([0, !0]);
    let mut lines = lines_for(words().count());
    let map = map_in(&mut lines, 2);
    for (key, value) in words().zip(words().rev()) {
        assert_eq!((map.insert(key, value), map.get(key)), (Ok(None), Some(value)));
    }
    for (key, value) in words().zip(words().rev()) {
        assert_eq!(map.insert(key, !value), Ok(Some(value)));
        assert_eq!(map.remove(key), Ok(Some(!value)));
    }
    assert!(map.is_empty());
}

/// Rows N6 and M6: whatever the others do, the count is never more than could be there, which a count
/// below zero would be; and it is exact when they have done.
#[test]
fn n6_m6_the_count_never_wraps() {
    const THREADS: u64 = 3;
    const KEYS: u64 = 16;
    let mut lines = lines_for((THREADS * KEYS) as usize);
    let map = map_in(&mut lines, 6);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let over = SetOnDrop(&is_over);
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let map = &map;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let key = number * KEYS + round % KEYS;
                        assert_eq!(map.insert(key, round), Ok(None));
                        assert_eq!(map.remove(key), Ok(Some(round)));
                    }
                })
            })
            .collect();
        let counter = scope.spawn(|| {
            let mut most = 0;
            while !is_over.load(Relaxed) {
                most = most.max(map.len()).max(map.tables().stats().entries);
            }
            most
        });
        for thread in threads {
            thread.join().unwrap();
        }
        drop(over);
        // A thread has one key in the map at a time, but moves on while the count does, which may so
        // meet each of its keys, in each key's home once.
        let most = counter.join().unwrap();
        assert!(most <= (THREADS * KEYS) as usize, "{most}");
    });
    assert_eq!((map.len(), map.is_empty(), map.tables().stats().reserved), (0, true, 0));
}

/// Row M7: of all that is put in, every value comes out exactly once: by a removal, by being replaced,
/// or at the end.
#[test]
fn m7_every_value_comes_back_once() {
    const THREADS: u64 = 3;
    let mut lines = lines_for(8);
    let map = map_in(&mut lines, 7);
    let mut seen: Vec<u64> = Vec::new();
    thread::scope(|scope| {
        let work = |number: u64| {
            let map = &map;
            move || {
                let mut random = fastrand::Rng::with_seed(number);
                let mut seen = Vec::new();
                for round in 0..ROUNDS {
                    let key = random.u64(..8);
                    // No value is put in twice.
                    let value = round * THREADS + number;
                    match random.u8(..3) {
                        0 => seen.extend(map.insert(key, value).unwrap_or(Some(value))),
                        1 => match map.insert_if_absent(key, value) {
                            Ok(None) => {}
                            Ok(Some(_)) | Err(_) => seen.push(value),
                        },
                        _ => {
                            seen.push(value);
                            seen.extend(map.remove(key).unwrap());
                        }
                    }
                }
                seen
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(work(number))).collect();
        for thread in threads {
            seen.extend(thread.join().unwrap());
        }
    });
    seen.extend(map.iter().map(|(_, value)| value));
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(0..ROUNDS * THREADS), "a value was lost or came twice");
}

/// Two threads insert a key each, in different homes, and look for the other's. In every order of the four
/// operations that keeps the order of each thread, one of the two finds the other's key.
#[test]
fn two_keys_take_effect_in_one_order() {
    const SEED: u64 = 1;
    let [low, high] = [0, u64::MAX].map(|hash| unhash_word(SEED, hash));
    for _ in 0..ROUNDS.min(1_000) {
        let mut lines = lines_for(100);
        let map = map_in(&mut lines, SEED);
        let both_started = AtomicUsize::new(0);
        let insert_and_look = &|own, other| {
            both_started.fetch_add(1, Relaxed);
            while both_started.load(Relaxed) < 2 {
                hint::spin_loop();
            }
            assert_eq!(map.insert(own, 1), Ok(None));
            map.get(other)
        };
        let found = thread::scope(|scope| {
            let threads = [(low, high), (high, low)]
                .map(|(own, other)| scope.spawn(move || insert_and_look(own, other)));
            threads.map(|thread| thread.join().unwrap())
        });
        assert_ne!(found, [None, None]);
    }
}

/// Rows N7 and M7: the whole memory is returned, whatever is in the map.
#[test]
fn n7_the_memory_comes_back() {
    let mut lines = lines_for(300);
    let given = lines.len();
    let start = lines.as_ptr().addr();
    let map = map_in(&mut lines, 1);
    (0..250).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let mut region = map.into_regions().next().unwrap();
    assert_eq!((region.lines(), region.base_mut().addr()), (given, start));
    assert!(Map::<u64, u64>::new_in(region, 1).unwrap().is_empty());
}

/// Rows P7 and M4: all the memory there is, by a formula; no use of the map takes more.
#[test]
fn p7_m4_bytes_per_entry() {
    for entries in [1_000, 10_000, 100_000] {
        let bytes = arena_layout(entries).unwrap().size();
        let formula = 64 * (2 + (8 * entries).div_ceil(21) + 6 * (entries.div_ceil(64) + 2));
        assert_eq!(bytes, formula);
        let hundredths = 100 * bytes / entries;
        assert!((3_030..=3_150).contains(&hundredths), "{hundredths} hundredths for {entries}");
    }
    let mut lines = lines_for(500);
    let bytes = lines.len() * LINE_BYTES;
    let map = map_in(&mut lines, 4);
    for key in 0..10 * ROUNDS.min(100_000) {
        assert_eq!(map.insert(key, key), Ok(None));
        assert!(key < 400 || map.remove(key - 400) == Ok(Some(key - 400)));
    }
    assert_eq!(map.tables().stats().bytes, bytes);
}

/// Row M1: how often a closure runs: once with nobody else at work, and again for each commit of
/// another operation on the same home that comes between its run and its own commit.
#[test]
fn m1_how_often_closures_run() {
    let mut lines = lines_for(1);
    let map = map_in(&mut lines, 1);
    let runs = Cell::new(0);
    let count = |value: u64| {
        runs.set(runs.get() + 1);
        value + 1
    };
    assert_eq!((map.modify(1, count), runs.take()), (Ok(None), 0));
    assert_eq!((map.insert_or_modify(1, 5, count), runs.take()), (Ok(None), 0));
    assert_eq!((map.insert_or_modify(1, 5, count), runs.take()), (Ok(Some(5)), 1));
    assert_eq!((map.modify(1, count), runs.take()), (Ok(Some(6)), 1));
    let made = map.insert_with_or_modify(2, || count(0), count);
    assert_eq!((made, runs.take()), (Ok(None), 1));
    assert_eq!(
        (map.remove_if(2, |value| count(value) == 2), runs.take()),
        (Ok(Removal::Removed(1)), 1)
    );
    assert_eq!(
        (map.remove_if(1, |value| count(value) == 2), runs.take()),
        (Ok(Removal::Kept(7)), 1)
    );
    assert_eq!(
        (map.remove_if(2, |value| count(value) == 2), runs.take()),
        (Ok(Removal::Absent), 0)
    );

    // An operation in the middle of another, as an interrupt's is: from inside the closure.
    let disturbed = map.modify(1, |value| {
        if runs.get() < 3 {
            assert_eq!(map.insert(100 + runs.get(), 0), Ok(None));
        }
        count(value)
    });
    assert_eq!((disturbed, runs.take(), map.get(1)), (Ok(Some(7)), 4, Some(8)));
}

/// How often a map that is as full as it is made for refuses an insertion: see the table of gaps in DESIGN.md.
/// `HEPTAD_CHURN_TURNS` says how many turns there are, over all sizes.
#[test]
fn p3_maps_of_all_sizes_take_what_they_are_for() {
    let wanted = std::env::var("HEPTAD_CHURN_TURNS").ok().and_then(|turns| turns.parse().ok());
    let turns: u64 = wanted.unwrap_or(if cfg!(miri) { 1 } else { 300_000 });
    let sizes = [1, 3, 10, 30, 72, 100, 300, 1_000, 10_000, 100_000];
    let small = if cfg!(miri) { 4 } else { sizes.len() };
    let (mut done, mut refused, mut seed) = (0_u64, 0_u64, 0);
    while done < turns {
        for &size in &sizes[..small] {
            seed += 1;
            let mut lines = lines_for(size);
            let map = map_in(&mut lines, seed);
            let entries = map.capacity() as u64;
            let turns = (20 * entries).max(2_000).min(turns.max(40));
            // Keys come and go in order; those of another seed are others.
            let key = |index: u64| index ^ seed << 40;
            for index in 0..entries + turns {
                if index >= entries {
                    assert_eq!(map.remove(key(index - entries)), Ok(Some(index - entries)));
                }
                match map.insert_if_absent(key(index), index) {
                    Ok(before) => assert_eq!(before, None),
                    Err(error) => {
                        assert_eq!(error, Error::Full, "nobody else is at work");
                        println!("size {size}, seed {seed}: refused entry {index}");
                        refused += 1;
                    }
                }
            }
            done += entries + turns;
        }
    }
    println!("{done} insertions under {seed} seeds, {refused} refused");
    assert_eq!(refused, 0);
}
