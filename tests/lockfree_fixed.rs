//! Maps with one table for good: the guard `Fixed` changes no answer.

use std::thread;

use heptad::{
    Error,
    layout::{LINE_BYTES, Line},
    lockfree::{
        Expectation, Fixed, IndirectMap, Inserted, Map, Never, Rebuild, SegmentedMap, Set, Track,
        arena_lines,
    },
    storage::Region,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

#[path = "support/numbers.rs"]
mod numbers;

use numbers::{Numbers, reference_to};

assert_impl_all!(Never: Rebuild);
assert_not_impl_any!(Fixed: Rebuild, heptad::lockfree::Reclaim);

/// A region for a map of `capacity` entries, for ever.
fn region_for(capacity: usize) -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY; arena_lines(capacity)].leak()).unwrap()
}

/// An operation and its answer, in words.
#[derive(Debug, PartialEq)]
enum Answer {
    Value(Result<Option<u64>, Error>),
    Number(usize),
    Evicted(Result<Inserted<u64, u64>, Error>),
    Found(Vec<Option<u64>>),
}

/// A random operation on one of `keys` keys.
fn operate<G: Track>(map: &Map<'_, u64, u64, G>, random: &mut fastrand::Rng, keys: u64) -> Answer {
    let (key, value) = (random.u64(..keys), random.u64(..4));
    let half = |value: u64| (value > 1).then_some(value / 2);
    Answer::Value(match random.u8(..12) {
        0 => Ok(map.get(key)),
        1 | 2 => map.insert(key, value),
        3 => map.insert_if_absent(key, value),
        4 => map.replace(key, value),
        5 => map.remove(key),
        6 => map.remove_if(key, |present| present < value).map(|removal| removal.removed()),
        7 => map.compare_and_set(key, Expectation::Value(value), Some(1)),
        8 => map.fetch_update(key, |present| present.map_or(Some(value), half)),
        9 => return Answer::Evicted(map.insert_evicting(key, value, |entries| entries.len() / 2)),
        10 => {
            let (wanted, mut found) = ([key, key ^ 1, keys], vec![None; 3]);
            assert!(map.get_many(&wanted, &mut found) <= 2);
            return Answer::Found(found);
        }
        _ => return Answer::Number(map.len()),
    })
}

/// A map with one table, and one that could be rebuilt, of one seed: the same answers, in the same places, also when
/// they are full.
#[test]
fn it_answers_as_a_map_that_could_be_rebuilt() {
    let mut full = 0;
    for round in 0..if cfg!(miri) { 2 } else { 12 } {
        let (capacity, keys) = [(8, 60), (200, 300), (1, 40)][round as usize % 3];
        let fixed = Map::<u64, u64, Fixed>::new_with(region_for(capacity), round, Fixed).unwrap();
        let other = Map::<u64, u64>::new_in(region_for(capacity), round).unwrap();
        let [mut random, mut same] = [(); 2].map(|()| fastrand::Rng::with_seed(round));
        for _ in 0..if cfg!(miri) { 300 } else { 3_000 } {
            let answer = operate(&fixed, &mut random, keys);
            full += usize::from(answer == Answer::Value(Err(Error::Full)));
            assert_eq!(answer, operate(&other, &mut same, keys));
        }
        assert!(fixed.iter().eq(other.iter()) && fixed.iter().clone().count() == fixed.len());
        assert_eq!(fixed.tables().stats(), other.tables().stats());
        assert_eq!(fixed.tables().needs_rebuild(), other.tables().needs_rebuild());
        assert_eq!((fixed.tables().check(), fixed.capacity()), (Ok(()), other.capacity()));
        let regions: Vec<_> = fixed.into_regions().collect();
        assert_eq!(regions.len(), 1);
        assert_eq!(regions[0].bytes(), arena_lines(capacity) * LINE_BYTES);
    }
    assert!(full > 50 || cfg!(miri), "{full} refusals");
}

/// Without a table it answers as any map without one; it gets one, and not another.
#[test]
fn it_is_placed_once() {
    static MAP: Map<'static, u64, u64, Fixed> = Map::unplaced_with(Fixed);
    let choose = |_: &[(u64, u64)]| 0;
    assert_eq!((MAP.get(1), MAP.remove(1), MAP.len()), (None, Ok(None), 0));
    assert_eq!(MAP.insert(1, 1), Err(Error::Unplaced));
    assert_eq!(MAP.insert_evicting(1, 1, choose), Err(Error::Unplaced));
    assert_eq!((MAP.iter().next(), MAP.capacity(), MAP.tables().seed()), (None, 0, None));
    let mut found = [Some(1)];
    assert_eq!((MAP.get_many(&[1], &mut found), found), (0, [None]));
    MAP.tables().place(region_for(10), 7).unwrap();
    assert_eq!((MAP.insert(1, 2), MAP.get(1), MAP.tables().seed()), (Ok(None), Some(2), Some(7)));
    let rejected = MAP.tables().place(region_for(20), 8).unwrap_err();
    assert_eq!(rejected.error, Error::Occupied);
    assert_eq!(rejected.value.bytes(), arena_lines(20) * LINE_BYTES);
    assert_eq!(Map::<u64, u64, Fixed>::unplaced_with(Fixed).into_regions().count(), 0);
}

/// Threads that place the table of a map at once, and use it at once: one region is in it.
#[test]
fn it_is_placed_while_others_use_it() {
    for round in 0..if cfg!(miri) { 2 } else { 50 } {
        let map = Map::<u64, u64, Fixed>::unplaced_with(Fixed);
        let placed = thread::scope(|scope| {
            let threads = [0, 1].map(|number| {
                let map = &map;
                scope.spawn(move || {
                    let early = map.insert(10 + number, number);
                    assert!(matches!(early, Ok(None) | Err(Error::Unplaced)));
                    let is_placed = map.tables().place(region_for(20), round).is_ok();
                    assert_eq!(map.insert(number, number), Ok(None));
                    assert_eq!(map.get(number), Some(number));
                    is_placed
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!((placed[0] ^ placed[1], map.into_regions().count()), (true, 1));
    }
}

/// All forms of map take the guard.
#[test]
fn every_form_may_have_one_table() {
    let set = Set::<u64, Fixed>::new_with(region_for(100), 1, Fixed).unwrap();
    let parts = SegmentedMap::of_segments([const { Map::unplaced_with(Fixed) }; 4], 2);
    for part in parts.segments() {
        part.tables().place(region_for(60), 3).unwrap();
    }
    let indirect =
        IndirectMap::<_, u64, Fixed>::new_with(region_for(100), 4, Numbers, Fixed).unwrap();
    for key in 0..100 {
        assert_eq!((set.insert(key), parts.insert(key, !key)), (Ok(true), Ok(None)));
        assert_eq!(indirect.insert(&key, reference_to(key), !key), Ok(None));
    }
    assert_eq!((set.len(), parts.len(), indirect.len()), (100, 100, 100));
    for key in 0..100 {
        assert_eq!((set.remove(key), parts.remove(key)), (Ok(true), Ok(Some(!key))));
        assert_eq!(indirect.remove(&key), Ok(Some((reference_to(key).into(), !key))));
    }
    assert!(set.is_empty() && parts.is_empty() && indirect.is_empty());
    assert_eq!((parts.check(), indirect.into_regions().count()), (Ok(()), 1));
}
