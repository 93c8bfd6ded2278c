//! Rebuilding a lock-free map while it is used.

#[path = "support/set_on_drop.rs"]
mod set_on_drop;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    hash::unhash_word,
    layout::{LINE_BYTES, Line},
    lockfree::{Counted, Map, Need, Rebuild, arena_layout},
    storage::{Region, Storage},
};
use set_on_drop::SetOnDrop;

/// A region for a map of `capacity` entries, for ever.
fn region_for(capacity: usize) -> Region<'static> {
    let lines = arena_layout(capacity).unwrap().size() / LINE_BYTES;
    Region::from_lines(vec![Line::EMPTY; lines].leak()).unwrap()
}

fn counted_map(capacity: usize, seed: u64) -> Map<'static, u64, u64, Counted> {
    Map::new_with(region_for(capacity), seed, Counted::default()).unwrap()
}

/// Helps until the rebuild is over.
fn finish<G: Rebuild>(map: &Map<'_, u64, u64, G>) {
    while map.tables().help(1) != Ok(true) {}
}

/// Row N4, one thread: at any point of a rebuild, to any size, every operation answers as before.
#[test]
fn n4_operations_between_any_two_steps() {
    let mut rng = fastrand::Rng::with_seed(11);
    let map = counted_map(200, 1);
    let mut model: HashMap<u64, u64> = HashMap::new();
    for round in 0..if cfg!(miri) { 2 } else { 60 } {
        let capacity = [200, 400, 201, 1_000][round % 4];
        map.tables().rebuild(region_for(capacity), rng.u64(..)).unwrap();
        assert_eq!(map.tables().rebuild(region_for(capacity), 1).unwrap_err().error, Error::Busy);
        let mut is_over = false;
        while !is_over {
            for _ in 0..rng.u8(..4) {
                let key = rng.u64(..200);
                let before = model.get(&key).copied();
                match rng.u8(..4) {
                    0 => assert_eq!(map.remove(key), Ok(model.remove(&key))),
                    1 => {
                        assert_eq!(map.insert(key, round as u64), Ok(before));
                        model.insert(key, round as u64);
                    }
                    2 => assert_eq!(map.get(key), before),
                    _ => assert_eq!(map.len(), model.len()),
                }
            }
            is_over = map.tables().help(1).unwrap();
        }
        let mut entries: Vec<_> = map.iter().collect();
        entries.sort_unstable();
        let mut expected: Vec<_> = model.iter().map(|(&key, &value)| (key, value)).collect();
        expected.sort_unstable();
        assert_eq!(entries, expected);
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        let bytes = arena_layout(capacity).unwrap().size();
        assert!(map.tables().stats().bytes > bytes);
        assert!(map.tables().try_reclaim().is_some());
        assert!(map.tables().try_reclaim().is_none());
        assert_eq!(map.tables().stats().bytes, bytes);
    }
}

/// Nobody calls `help`: insertions alone have moved a full table before the next one is full.
#[test]
#[cfg_attr(miri, ignore = "thousands of entries: no question for Miri")]
fn n8_a_growing_map_moves_itself() {
    let map = counted_map(5_000, 1);
    (0..5_000).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    map.tables().rebuild(region_for(10_000), 2).unwrap();
    (5_000..8_000).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    // The last table is the current one.
    assert_eq!((map.tables().help(1), map.len()), (Ok(true), 8_000));
    assert!(map.tables().try_reclaim().is_some());
}

/// Row N8: so do changes of keys that are there, of which one in 256 moves a bucket.
#[test]
fn n8_changes_of_present_keys_finish_it() {
    let count = if cfg!(miri) { 10 } else { 1_000 };
    let map = counted_map(count as usize, 1);
    (0..count).for_each(|key| assert_eq!(map.insert(key, 0), Ok(None)));
    map.tables().rebuild(region_for(count as usize), 2).unwrap();
    let buckets = map.tables().stats().buckets as u64;
    // As many again may be needed to find out that all are moved.
    let most = 2 * 256 * (buckets + 16);
    let mut changes = (0..most).map(|change| (change % count, change));
    let is_moved = |(key, value)| {
        map.insert(key, value).unwrap();
        map.tables().help(0) == Ok(true)
    };
    assert!(changes.any(is_moved), "{most} changes were not enough");
}

/// Row N8: with readers alone, `help` finishes it.
#[test]
fn n8_a_read_only_phase_finishes() {
    let count = if cfg!(miri) { 30 } else { 1_000 };
    let map = counted_map(count, 1);
    let keys = 0..count as u64;
    keys.clone().for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    map.tables().rebuild(region_for(count), 2).unwrap();
    while !map.tables().help(1).unwrap() {
        assert!(keys.clone().all(|key| map.get(key) == Some(key)));
    }
    assert_eq!(map.tables().seed(), Some(2));
}

/// Too small, in the middle of it: nothing is lost, and a third region takes everything.
#[test]
fn a_new_table_without_room_is_replaced() {
    let map = counted_map(500, 1);
    (0..500).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let refused = map.tables().rebuild(region_for(400), 2).unwrap_err();
    assert!(matches!(refused.error, Error::TooSmall { .. }));
    (50..500).for_each(|key| assert_eq!(map.remove(key), Ok(Some(key))));
    map.tables().rebuild(region_for(50), 2).unwrap();
    // More come than were there.
    let mut present = 50;
    while present < 2_000 && map.insert(present, present).is_ok() {
        present += 1;
    }
    let stuck = loop {
        match map.tables().help(1) {
            Ok(false) => {}
            answer => break answer,
        }
    };
    assert!(present < 2_000 && stuck == Err(Error::Full), "{present} {stuck:?}");
    assert_eq!(map.tables().needs_rebuild(), Some(Need::Size));
    assert!((0..present).all(|key| map.get(key) == Some(key)));
    assert_eq!(map.len() as u64, present);
    map.tables().rebuild(region_for(2_000), 3).unwrap();
    finish(&map);
    assert_eq!(
        (map.len() as u64, map.tables().seed(), map.tables().check()),
        (present, Some(3), Ok(()))
    );
    assert!((0..present).all(|key| map.get(key) == Some(key)));
    assert!(map.tables().try_reclaim().is_some() && map.tables().try_reclaim().is_some());
    assert!(map.tables().try_reclaim().is_none());
}

/// Row N7: in the middle of a rebuild, all regions are returned.
#[test]
fn n7_taken_apart_in_the_middle() {
    let map = counted_map(100, 1);
    (0..100).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    map.tables().rebuild(region_for(300), 2).unwrap();
    assert_eq!(map.tables().help(3), Ok(false));
    let sizes = [100, 300].map(|capacity| arena_layout(capacity).unwrap().size() / LINE_BYTES);
    assert!(map.into_regions().map(|region| region.lines()).eq(sizes));
}

/// An attacker who knows the seed fills one home; another seed spreads the keys.
#[test]
fn p6_a_flood_is_noticed_and_scattered() {
    let map = counted_map(1_000, 7);
    let attack = (0..21).map(|low| unhash_word(7, low));
    attack.clone().for_each(|key| assert_eq!(map.insert(key, 1), Ok(None)));
    assert_eq!(map.insert(unhash_word(7, 21), 1), Err(Error::Full));
    assert_eq!(map.tables().needs_rebuild(), Some(Need::Flood));
    map.tables().rebuild_if_needed(region_for(1_000), 8).unwrap();
    finish(&map);
    assert_eq!(map.insert(unhash_word(7, 21), 1), Ok(None));
    assert!(attack.clone().all(|key| map.get(key) == Some(1)));
    assert!(map.tables().stats().fullest_home < 6);
    let refused = map.tables().rebuild_if_needed(region_for(1_000), 9).unwrap_err();
    assert_eq!((map.tables().needs_rebuild(), refused.error), (None, Error::NotRequired));
}

/// Threads work on keys of their own while two regions are used in turn.
#[test]
fn threads_work_through_many_rebuilds() {
    const KEYS: u64 = 300;
    let rounds = if cfg!(miri) { 2 } else { 300 };
    let map = counted_map(1_000, 0);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let over = SetOnDrop(&is_over);
        for thread in 0..3 {
            let (map, is_over) = (&map, &is_over);
            scope.spawn(move || {
                let mut rng = fastrand::Rng::with_seed(thread);
                let mut model = HashMap::new();
                while !is_over.load(Relaxed) {
                    let key = thread * KEYS + rng.u64(..KEYS);
                    let value = rng.u64(..);
                    let before = model.get(&key).copied();
                    match rng.u8(..3) {
                        0 => {
                            if let Ok(answer) = map.insert(key, value) {
                                assert_eq!(answer, before);
                                model.insert(key, value);
                            }
                        }
                        1 => {
                            if let Ok(answer) = map.remove(key) {
                                assert_eq!(answer, before);
                                model.remove(&key);
                            }
                        }
                        _ => assert_eq!(map.get(key), before),
                    }
                }
                for key in thread * KEYS..(thread + 1) * KEYS {
                    assert_eq!(map.get(key), model.get(&key).copied());
                }
            });
        }
        let mut spare = region_for(1_000);
        for seed in 1..=rounds {
            map.tables().rebuild(spare, seed).unwrap();
            while map.tables().help(1) != Ok(true) {}
            spare = loop {
                if let Some(region) = map.tables().try_reclaim() {
                    break region;
                }
                thread::yield_now();
            };
        }
        drop(over);
    });
    assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
}

/// One thread is refused for want of room alone, also where tables without room follow each other: if
/// something that lasts were called busy, no other rebuild would be accepted, and it would last for ever.
#[test]
fn one_thread_never_finds_the_map_busy() {
    let (mut refusals, mut retargets) = (0, 0);
    for seed in 0..if cfg!(miri) { 1 } else { 500 } {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut spare: Vec<_> = (0..3).map(|_| region_for(rng.u64(1..150) as usize)).collect();
        let map = Map::new_with(spare.remove(0), seed, Counted::default()).unwrap();
        for _ in 0..400 {
            let key = rng.u64(..150);
            let answer = match rng.u8(..16) {
                0..8 => map.insert(key, key).map(drop),
                8..11 => map.remove(key).map(drop),
                11 => map.tables().help(1).map(drop),
                12 => map.retain(|key, _| key % 8 != 0),
                13 => {
                    spare.extend(map.tables().try_reclaim());
                    Ok(())
                }
                _ => {
                    if let Some(region) = spare.pop() {
                        let was_stuck = map.tables().needs_rebuild() == Some(Need::Size);
                        match map.tables().rebuild(region, rng.u64(..)) {
                            Ok(()) => retargets += usize::from(was_stuck),
                            Err(refused) => spare.insert(0, refused.value),
                        }
                    }
                    Ok(())
                }
            };
            if let Err(error) = answer {
                assert_eq!(error, Error::Full);
                refusals += 1;
            }
            assert_eq!(map.tables().check(), Ok(()));
        }
    }
    assert!(cfg!(miri) || refusals > 30 && retargets > 30, "{refusals}, {retargets}");
}
