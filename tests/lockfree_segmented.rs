//! The map in parts: what its parts have in common, and each one's own rebuild.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    hash::unhash_word,
    layout::Line,
    lockfree::{Counted, Expectation, Map, Need, Removal, SegmentedMap, arena_lines},
    storage::{Region, Storage},
};

const SEGMENTS: usize = 8;

type Segmented = SegmentedMap<'static, u64, u64, SEGMENTS, Counted>;

/// A region for a map of `capacity` entries, for ever.
fn region_for(capacity: usize) -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY; arena_lines(capacity)].leak()).unwrap()
}

/// Every part with a table for `capacity` entries.
fn segmented(capacity: usize, seed: u64) -> Segmented {
    let map = SegmentedMap::of_segments(
        std::array::from_fn(|_| Map::unplaced_with(Counted::new())),
        seed,
    );
    for part in map.segments() {
        part.tables().place(region_for(capacity), seed).unwrap();
    }
    map
}

/// Row M5: parts follow from the top bits of a hash alone; length and capacity add up.
#[test]
fn m5_len_and_capacity_add_up() {
    let map = segmented(200, 1);
    let each = map.segments()[0].capacity();
    assert!((200..210).contains(&each));
    assert_eq!((map.num_segments(), map.capacity()), (SEGMENTS, each * SEGMENTS));
    let mut sizes = [0; SEGMENTS];
    for key in 0..1_000 {
        assert_eq!(map.insert(key, !key), Ok(None));
        sizes[map.segment_index(key)] += 1;
        assert_eq!(map.segments()[map.segment_index(key)].get(key), Some(!key));
    }
    assert!(map.segments().iter().map(Map::len).eq(sizes));
    // Chance: 125 each, give or take six times its root.
    assert!(sizes.iter().all(|size| (58..=192).contains(size)), "{sizes:?}");
    assert_eq!((map.len(), map.iter().count(), map.stats().entries), (1_000, 1_000, 1_000));
    let bytes = SEGMENTS * arena_lines(200) * size_of::<Line>();
    assert_eq!((map.stats().bytes, map.check()), (bytes, Ok(())));
    assert!(map.segment(SEGMENTS - 1).is_some() && map.segment(SEGMENTS).is_none());

    let part = &map.segments()[3];
    part.tables().rebuild(region_for(500), 2).unwrap();
    assert!(part.capacity() >= 500);
    assert_eq!((map.len(), map.capacity()), (1_000, each * (SEGMENTS - 1) + part.capacity()));
}

/// The number that chooses parts may be the tables' seed too: keys of a part still spread over it.
#[test]
fn one_seed_for_everything_does_no_harm() {
    let map = segmented(1_000, 9);
    (0..4_000).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    assert!(map.stats().fullest_home < 12, "{:?}", map.stats());
}

/// Entries that belong elsewhere are noticed.
#[test]
fn an_entry_in_the_wrong_part_is_noticed() {
    let map = segmented(10, 1);
    let wrong = (map.segment_index(5) + 1) % SEGMENTS;
    map.segments()[wrong].insert(5, 5).unwrap();
    assert_eq!((map.get(5), map.check()), (None, Err(Error::Corrupt)));
}

/// All operations, while one part after the other is rebuilt, against the standard library's map.
#[test]
fn answers_what_the_standard_map_answers() {
    let mut random = fastrand::Rng::with_seed(6);
    let map = segmented(100, 3);
    let mut model: HashMap<u64, u64> = HashMap::new();
    let mut spare = Some(region_for(100));
    for round in 0..if cfg!(miri) { 200 } else { 40_000 } {
        let part = &map.segments()[round / 64 % SEGMENTS];
        if let Some(region) = spare.take() {
            spare =
                part.tables().rebuild(region, random.u64(..)).err().map(|refused| refused.value);
        }
        part.tables().help(2).unwrap();
        spare = spare.or_else(|| map.segments().iter().find_map(|map| map.tables().try_reclaim()));

        let (key, value) = (random.u64(..400), random.u64(..5));
        let before = model.get(&key).copied();
        let (answer, after) = match random.u8(..13) {
            0 => (Ok(map.get(key)), before),
            1 => (Ok(map.contains_key(key).then_some(0).and(before)), before),
            2 => (map.insert_if_absent(key, value), before.or(Some(value))),
            3 => (map.insert(key, value), Some(value)),
            4 => (map.replace(key, value), before.map(|_| value)),
            5 => (map.remove(key), None),
            6 => {
                let removal = map.remove_if(key, |old| old < value);
                assert_eq!(removal.map(Removal::removed), Ok(before.filter(|&old| old < value)));
                (removal.map(Removal::before), before.filter(|&old| old >= value))
            }
            7 => (map.modify(key, |old| old + 1), before.map(|old| old + 1)),
            8 => {
                let after = before.map_or(value, |old| old + 1);
                (map.insert_or_modify(key, value, |old| old + 1), Some(after))
            }
            9 => {
                let after = before.map_or(value, |old| old + 2);
                (map.insert_with_or_modify(key, || value, |old| old + 2), Some(after))
            }
            10 => (map.fetch_update(key, |old| old.xor(Some(value))), before.xor(Some(value))),
            11 => {
                let after = if before == Some(value) { None } else { before };
                (map.compare_and_set(key, Expectation::Value(value), None), after)
            }
            _ => {
                let keys: [u64; 40] = std::array::from_fn(|_| random.u64(..400));
                let mut values = [None; 40];
                let found = map.get_many(&keys, &mut values);
                let expected = keys.map(|key| model.get(&key).copied());
                assert_eq!((values, found), (expected, expected.iter().flatten().count()));
                (Ok(before), before)
            }
        };
        assert_eq!(answer, Ok(before), "key {key}");
        match after {
            Some(value) => model.insert(key, value),
            None => model.remove(&key),
        };
        assert_eq!(map.get(key), after);
        if round % 1_000 == 0 {
            assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        }
    }
    assert!(map.segments().iter().all(|part| part.tables().seed() != Some(3)) || cfg!(miri));
    map.retain(|key, _| key % 2 == 0).unwrap();
    model.retain(|key, _| key % 2 == 0);
    assert!(model.iter().all(|(&key, &value)| map.get(key) == Some(value)));
    assert_eq!((map.len(), map.check()), (model.len(), Ok(())));
    map.clear().unwrap();
    assert!(map.is_empty());
}

/// Row M5: threads count in all parts while one part after the other is rebuilt, under new seeds: no
/// count is lost, whichever part and table a key is in.
#[test]
fn m5_counts_are_exact_while_parts_are_rebuilt() {
    const KEYS: u64 = 500;
    const WORKERS: u64 = 2;
    let turns = if cfg!(miri) { 20 } else { 200_000 };
    let map = segmented(150, 4);
    let running = AtomicU64::new(WORKERS);
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (map, running) = (&map, &running);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(worker);
                for _ in 0..turns {
                    let key = random.u64(..KEYS);
                    // Another thread may have reserved what is needed for a moment.
                    while let Err(error) = map.insert_or_modify(key, 1, |count| count + 1) {
                        assert_eq!(error, Error::Busy);
                    }
                }
                running.fetch_sub(1, Relaxed);
            });
        }
        let mut spare = Some(region_for(150));
        let mut part = 0;
        while running.load(Relaxed) > 0 || part == 0 {
            let segment = &map.segments()[part % SEGMENTS];
            if let Some(region) = spare.take() {
                spare = segment
                    .tables()
                    .rebuild(region, part as u64)
                    .err()
                    .map(|refused| refused.value);
            }
            let _ = segment.tables().help(4);
            if let Some(region) = segment.tables().try_reclaim() {
                spare = Some(region);
                part += 1;
            }
        }
    });
    let counts: u64 = map.iter().map(|(_, count)| count).sum();
    assert_eq!((counts, map.check()), (WORKERS * turns, Ok(())));
}

/// An attack on one part is answered by a rebuild of that part.
#[test]
fn a_flooded_part_is_named() {
    let map = segmented(300, 7);
    assert_eq!(map.needs_rebuild(), None);
    // Keys of one home in every table with the seed 7, and of one part.
    let mut attack =
        (0..).map(|low| unhash_word(7, low)).filter(|&key| map.segment_index(key) == 2);
    for key in attack.by_ref().take(20) {
        assert_eq!(map.insert(key, 1), Ok(None));
    }
    assert_eq!(map.needs_rebuild(), Some((2, Need::Flood)));
    let part = map.segment(2).unwrap();
    part.tables().rebuild(region_for(300), 8).unwrap();
    while part.tables().help(100) != Ok(true) {}
    assert_eq!((map.needs_rebuild(), map.len()), (None, 20));
    assert_eq!(part.tables().try_reclaim().map(|region| region.lines()), Some(arena_lines(300)));
}

#[test]
fn counts_keys_and_values_are_those_of_one_map() {
    let segmented = segmented(64, 9);
    let map = Map::<u64, u64>::new_in(region_for(64), 9).unwrap();
    for number in [1, 5, u64::MAX] {
        for key in 0..10 {
            let before = map.fetch_add(key, number).unwrap();
            assert_eq!(
                before,
                if number == 1 { None } else { Some(if number == 5 { 1 } else { 6 }) }
            );
            assert_eq!(segmented.fetch_add(key, number).unwrap(), before);
        }
    }
    let sorted = |words: &mut dyn Iterator<Item = u64>| {
        let mut words: Vec<_> = words.collect();
        words.sort_unstable();
        words
    };
    assert_eq!(sorted(&mut map.keys()), sorted(&mut segmented.keys()));
    assert_eq!(sorted(&mut map.keys()), (0..10).collect::<Vec<_>>());
    assert_eq!(sorted(&mut map.values()), [5; 10]);
    assert_eq!(sorted(&mut segmented.values()), [5; 10]);
}
