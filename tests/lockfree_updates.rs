//! Changing the value of a key that is there needs no room, however full the map is.

use heptad::{
    Error,
    layout::Line,
    lockfree::{Counted, Expectation, Map, arena_lines},
    storage::Region,
};

const SEEDS: u64 = if cfg!(miri) { 2 } else { 15 };
const SIZES: &[usize] = if cfg!(miri) { &[1, 30] } else { &[1, 3, 10, 30, 100, 1_000] };

fn region_for(lines: &mut Vec<Line>, capacity: usize) -> Region<'_> {
    lines.resize(arena_lines(capacity), Line::EMPTY);
    Region::from_lines(lines).unwrap()
}

/// Every present key takes another value, by every operation that gives it one.
fn assert_updates<G: heptad::lockfree::Track>(map: &Map<'_, u64, u64, G>) {
    let entries: Vec<(u64, u64)> = map.iter().collect();
    for &(key, value) in &entries {
        let before = Ok(Some(value));
        assert_eq!(map.insert(key, !value), before);
        assert_eq!(map.replace(key, value), Ok(Some(!value)));
        assert_eq!(map.modify(key, |value| value + 1), before);
        let expected = Expectation::Value(value + 1);
        assert_eq!(map.compare_and_set(key, expected, Some(value + 2)), Ok(Some(value + 1)));
        assert_eq!(map.insert_or_modify(key, 0, |value| value - 1), Ok(Some(value + 2)));
        assert_eq!(map.fetch_update(key, |value| value.map(|it| it - 1)), Ok(Some(value + 1)));
    }
    assert!(map.iter().eq(entries));
}

/// Filled until many have been refused, and again through churn at that load.
#[test]
fn present_keys_are_never_refused() {
    for seed in 0..SEEDS {
        for &capacity in SIZES {
            let mut lines = Vec::new();
            let map = Map::<u64, u64>::new_in(region_for(&mut lines, capacity), seed).unwrap();
            let mut random = fastrand::Rng::with_seed(seed);
            let mut refused = 0;
            let more = 2 * capacity.max(30) as u64;
            while refused < more {
                match map.insert(random.u64(..1 << 40), 5) {
                    Err(Error::Full) => refused += 1,
                    answer => assert_eq!(answer, Ok(None)),
                }
            }
            assert_updates(&map);
            for (key, _) in map.iter().step_by(3) {
                assert!(map.remove(key).unwrap().is_some());
                let _ = map.insert(random.u64(..1 << 40), 5);
            }
            assert_updates(&map);
            assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        }
    }
}

/// As a profiler does that counts more addresses than its map takes: what is in it goes on counting.
#[test]
fn counters_of_a_map_that_is_too_small() {
    let mut lines = Vec::new();
    let map = Map::<u64, u64>::new_in(region_for(&mut lines, SIZES[SIZES.len() - 2]), 0).unwrap();
    let count = |address| map.insert_or_modify(address, 1, |count| count + 1);
    (0..40 * map.capacity() as u64).for_each(|address| assert!(count(address) != Err(Error::Busy)));
    for round in 1..4 {
        for (address, before) in &map {
            assert_eq!((before, count(address)), (round, Ok(Some(round))));
        }
    }
}

/// The same after a rebuild into a table of the same size, which chance has filled otherwise.
#[test]
fn after_a_rebuild() {
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    let region = region_for(&mut lines, 300);
    let map = Map::<u64, u64, Counted>::new_with(region, 1, Counted::new()).unwrap();
    (0..300).for_each(|key| assert_eq!(map.insert(key, 5), Ok(None)));
    map.tables().rebuild(region_for(&mut others, 300), 2).unwrap();
    while map.tables().help(10) != Ok(true) {}
    (300..3_000).for_each(|key| assert!(map.insert(key, 5) != Err(Error::Busy)));
    assert_updates(&map);
}
