//! Insertions that evict: what goes, what stays, and what a closure may do.

#[path = "support/numbers.rs"]
mod numbers;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use heptad::{
    Error,
    hash::unhash_word,
    layout::Line,
    lockfree::{Counted, IndirectMap, Inserted, Map, SegmentedMap, Set, arena_lines},
    storage::Region,
};
use numbers::{Numbers, reference_to};

fn lines_for(capacity: usize) -> Vec<Line> {
    vec![Line::EMPTY; arena_lines(capacity)]
}

fn map_in(lines: &mut [Line], seed: u64) -> Map<'_, u64, u64> {
    Map::new_in(Region::from_lines(lines).unwrap(), seed).unwrap()
}

/// A map of one home that is full: keys 1 to 21, each with ten times its number.
fn full_home(lines: &mut Vec<Line>) -> Map<'_, u64, u64> {
    *lines = lines_for(1);
    let map = map_in(lines, 0);
    (1..=21).for_each(|key| assert_eq!(map.insert(key, 10 * key), Ok(None)));
    assert_eq!(map.insert(22, 220), Err(Error::Full));
    map
}

/// A cache in fixed memory takes every key; what goes and what stays adds up.
#[test]
fn eviction_makes_room_for_every_key() {
    let mut random = fastrand::Rng::with_seed(3);
    for capacity in [1, 20, 200] {
        let mut lines = lines_for(capacity);
        let map = map_in(&mut lines, 7);
        let mut model = HashMap::new();
        let mut evictions = 0;
        for step in 0..if cfg!(miri) { 300 } else { 6_000 } {
            let key = random.u64(..4 * capacity as u64 + 30);
            if random.u8(..8) == 0 {
                assert_eq!(map.remove(key), Ok(model.remove(&key)));
                continue;
            }
            let pick = random.usize(..25);
            let inserted = map.insert_evicting(key, step, |entries| {
                assert!((1..=21).contains(&entries.len()));
                let keys: BTreeSet<u64> = entries.iter().map(|&(key, _)| key).collect();
                assert_eq!(keys.len(), entries.len());
                assert!(entries.iter().all(|(key, value)| model.get(key) == Some(value)));
                pick
            });
            match inserted.unwrap() {
                Inserted::New => assert_eq!(model.insert(key, step), None),
                Inserted::Replaced(before) => assert_eq!(model.insert(key, step), Some(before)),
                Inserted::Evicted(old, value) => {
                    evictions += 1;
                    assert_eq!(model.remove(&old), Some(value));
                    assert_eq!(model.insert(key, step), None);
                }
            }
            assert_eq!(map.get(key), Some(step));
        }
        assert!(evictions > 0);
        assert_eq!(map.iter().collect::<HashMap<_, _>>(), model);
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        // Each group still has its free slot: every value can be changed.
        assert!(model.keys().all(|&key| map.modify(key, |value| value + 1).is_ok()));
    }
}

/// Of a full home, whichever place the entry has: an index beyond stands for the last.
#[test]
fn any_entry_of_the_home_may_go() {
    for pick in 0..30 {
        let mut lines = Vec::new();
        let map = full_home(&mut lines);
        let mut chosen = None;
        let inserted = map.insert_evicting(22, 220, |entries| {
            assert_eq!(entries.len(), 21);
            chosen = entries.get(pick).or(entries.last()).copied();
            pick
        });
        let (key, value) = chosen.unwrap();
        assert_eq!(inserted, Ok(Inserted::Evicted(key, value)));
        assert_eq!((map.len(), map.get(key), map.get(22)), (21, None, Some(220)));
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        assert_eq!(map.insert_evicting(22, 1, |_| unreachable!()), Ok(Inserted::Replaced(220)));
    }
}

/// A closure may panic, read the map, and change it, itself by another eviction.
#[test]
fn what_a_closure_may_do() {
    let mut lines = Vec::new();
    let map = full_home(&mut lines);
    let panics = || map.insert_evicting(22, 220, |_| std::panic::resume_unwind(Box::new(())));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!((map.len(), map.get(22), map.tables().stats().reserved), (21, None, 0));

    // As an interrupt in the middle of it would do.
    let calls = Cell::new(0);
    let nested = map.insert_evicting(22, 220, |entries| {
        if calls.replace(calls.get() + 1) == 0 {
            assert!(matches!(map.insert_evicting(23, 230, |_| 0), Ok(Inserted::Evicted(..))));
        }
        assert_eq!(map.len(), entries.len());
        entries.iter().position(|&(key, _)| key == 23).unwrap_or(0)
    });
    assert_eq!((nested, calls.get()), (Ok(Inserted::Evicted(23, 230)), 2));

    let calls = Cell::new(0);
    let refused = map.insert_evicting(24, 240, |entries| {
        calls.set(calls.get() + 1);
        map.modify(entries[0].0, |value| value + 1).unwrap();
        0
    });
    assert_eq!((refused, calls.get()), (Err(Error::Reentrant), 128));
    assert_eq!((map.get(24), map.tables().stats().reserved), (None, 0));
    let unplaced = Map::<u64, u64>::unplaced();
    assert_eq!(unplaced.insert_evicting(1, 1, |_| 0), Err(Error::Unplaced));
}

/// Threads insert keys of their own: each is there in the end, or was returned once.
#[test]
fn no_entry_is_lost_and_none_comes_back_twice() {
    const KEYS: u64 = if cfg!(miri) { 40 } else { 4_000 };
    for capacity in [1, 60] {
        let mut lines = lines_for(capacity);
        let map = &map_in(&mut lines, 1);
        let insert = |thread: u64| {
            let mut gone = Vec::new();
            for key in (0..KEYS).map(|key| key * 3 + thread) {
                let inserted = loop {
                    // `Busy` while the others have reserved all that could be used.
                    match map.insert_evicting(key, !key, |entries| key as usize % entries.len()) {
                        Err(Error::Busy) => thread::yield_now(),
                        answer => break answer,
                    }
                };
                match inserted {
                    Ok(Inserted::Evicted(old, value)) => {
                        assert_eq!(value, !old);
                        gone.push(old);
                    }
                    other => assert_eq!(other, Ok(Inserted::New)),
                }
            }
            gone
        };
        let mut seen = BTreeMap::<u64, usize>::new();
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..3).map(|thread| scope.spawn(move || insert(thread))).collect();
            for key in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
                *seen.entry(key).or_default() += 1;
            }
        });
        map.keys().for_each(|key| *seen.entry(key).or_default() += 1);
        assert!(seen.values().all(|&times| times == 1));
        assert_eq!(seen.len() as u64, 3 * KEYS);
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
    }
}

/// The same while the map is rebuilt again and again, in every second table with all keys in one home.
#[test]
fn no_entry_is_lost_in_rebuilds() {
    const BAD_SEED: u64 = 5;
    const REBUILDS: usize = if cfg!(miri) { 3 } else { 40 };
    let mut memory = vec![lines_for(100); 3];
    let mut spare: Vec<_> =
        memory.iter_mut().map(|lines| Region::from_lines(lines).unwrap()).collect();
    let map = Map::<u64, u64, Counted>::unplaced_with(Counted::new());
    map.tables().place(spare.pop().unwrap(), BAD_SEED).unwrap();
    let mut keys = (0..).map(|number| unhash_word(BAD_SEED, number));
    let (mut there, mut gone, mut evictions) = (BTreeSet::new(), BTreeSet::new(), 0);
    for turn in 0..REBUILDS {
        let seed = if turn % 2 == 0 { turn as u64 } else { BAD_SEED };
        // A table of many homes may have more entries than one home of the next one takes.
        while there.len() > 15 {
            let key = there.pop_first().unwrap();
            assert_eq!(map.remove(key), Ok(Some(!key)));
        }
        map.tables().rebuild(spare.pop().unwrap(), seed).unwrap();
        for key in keys.by_ref().take(40) {
            match map.insert_evicting(key, !key, |entries| turn % entries.len()) {
                Ok(Inserted::Evicted(old, value)) => {
                    evictions += 1;
                    assert!(value == !old && there.remove(&old) && gone.insert(old));
                    there.insert(key);
                }
                Ok(inserted) => assert!(inserted == Inserted::New && there.insert(key)),
                // Only entries that are not migrated could go, or those that are find no room.
                Err(error) => assert!(matches!(error, Error::Busy | Error::Full)),
            }
            let _ = map.tables().help(1);
            assert!(there.iter().all(|&key| map.get(key) == Some(!key)), "turn {turn}");
        }
        loop {
            match map.tables().help(4) {
                Ok(true) => break,
                // New keys have taken the places of old ones in the only home.
                Err(Error::Full) => map.tables().rebuild(spare.pop().unwrap(), 9).unwrap(),
                _ => {}
            }
        }
        spare.extend(core::iter::from_fn(|| map.tables().try_reclaim()));
        assert!(gone.iter().all(|&key| map.get(key).is_none()), "turn {turn}");
    }
    assert!(evictions > 0 || cfg!(miri));
    assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
}

/// Sets, maps in parts and maps of longer keys do the same.
#[test]
fn every_kind_of_map_evicts() {
    let set_lines = &mut lines_for(1);
    let set = Set::<u64>::new_in(Region::from_lines(set_lines).unwrap(), 0).unwrap();
    (1..=21).for_each(|key| assert_eq!(set.insert_evicting(key, |_| 0), Ok(Inserted::New)));
    let Ok(Inserted::Evicted(gone, ())) = set.insert_evicting(22, |keys| keys.len()) else {
        unreachable!()
    };
    assert!(!set.contains(gone) && set.contains(22) && set.len() == 21);

    let mut memory = [(); 4].map(|()| lines_for(1));
    let parts = memory.each_mut().map(|lines| map_in(lines, 0));
    let parts = SegmentedMap::<u64, u64, 4>::of_segments(parts, 9);
    let inserted = (0..200).map(|key| parts.insert_evicting(key, key, |_| 0).unwrap());
    let evicted = inserted.filter(|inserted| matches!(inserted, Inserted::Evicted(..))).count();
    assert_eq!((parts.len(), evicted), (4 * 21, 200 - 4 * 21));

    let indirect_lines = &mut lines_for(1);
    let region = Region::from_lines(indirect_lines).unwrap();
    let map = IndirectMap::<Numbers, u64>::new_in(region, 0, Numbers).unwrap();
    for key in 0..21 {
        let inserted = map.insert_evicting(&key, reference_to(key), key, |_| 0);
        assert_eq!(inserted, Ok(Inserted::New));
    }
    assert_eq!(map.insert_evicting(&7, 7, 70, |_| 0), Ok(Inserted::Replaced(7)));
    let first =
        |entries: &[(u64, u64)]| entries.iter().position(|&entry| entry == (1003, 3)).unwrap();
    assert_eq!(map.insert_evicting(&30, 1030, 300, first), Ok(Inserted::Evicted(1003, 3)));
    assert_eq!((map.get(&3), map.get(&30), map.get(&7)), (None, Some(300), Some(70)));
    assert_eq!((map.fetch_add(&7, 0, u64::MAX), map.get(&7)), (Ok(Some(70)), Some(69)));
    assert_eq!(map.remove(&7), Ok(Some((1007, 69))));
    assert_eq!((map.fetch_add(&7, 1007, 5), map.get_key_value(&7)), (Ok(None), Some((1007, 5))));
    let mut removed = Vec::new();
    assert_eq!(map.clear(|reference, value| removed.push((reference, value))), Ok(()));
    assert!(map.is_empty() && removed.len() == 21 && removed.contains(&(1030, 300)));
}
