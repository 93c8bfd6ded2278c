//! What a map says of itself in the middle of a rebuild, and walks beside rebuilds that never stop.

#[path = "support/set_on_drop.rs"]
mod set_on_drop;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    layout::Line,
    lockfree::{Counted, Map, Need, arena_lines},
    storage::Region,
};
use set_on_drop::SetOnDrop;

fn region_for(capacity: usize) -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY; arena_lines(capacity)].leak()).unwrap()
}

/// At every step of a rebuild that nobody disturbs, all figures are those of the entries that are there.
#[test]
fn every_step_of_a_healthy_rebuild() {
    for (entries, next) in [(1_000, 1_000), (300, 2_000), (50, 60)] {
        let map = Map::<u64, u64>::new_in(region_for(entries), 1).unwrap();
        (0..entries as u64).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
        map.tables().rebuild(region_for(next), 2).unwrap();
        let mut is_done = false;
        while !is_done {
            is_done = map.tables().help(1).unwrap();
            let stats = map.tables().stats();
            assert_eq!((map.len(), stats.entries), (entries, entries));
            assert_eq!(
                (stats.reserved, stats.most_reserved, map.tables().needs_rebuild()),
                (0, 0, None)
            );
            assert_eq!(map.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len(), entries);
        }
        // Changes go on meanwhile.
        map.tables().rebuild(region_for(next), 3).unwrap();
        for key in 0..entries as u64 {
            assert_eq!(map.insert(key, !key), Ok(Some(key)));
            assert_eq!(map.remove(key), Ok(Some(!key)));
            assert_eq!(map.insert(key, key), Ok(None));
            assert_eq!(
                (map.len(), map.tables().stats().entries, map.tables().stats().reserved),
                (entries, entries, 0)
            );
        }
    }
}

/// Beside rebuilds that never stop: no count is more than there is, and every walk ends.
#[test]
#[cfg_attr(miri, ignore = "minutes")]
fn counts_and_walks_beside_endless_rebuilds() {
    const ENTRIES: usize = 2_000;
    let map = Map::<u64, u64, Counted>::new_with(region_for(ENTRIES), 1, Counted::new()).unwrap();
    (0..ENTRIES as u64).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let over = SetOnDrop(&is_over);
        let rebuilder = scope.spawn(|| {
            let (mut spare, mut seed) = (Vec::new(), 2);
            spare.extend((0..3).map(|_| region_for(ENTRIES)));
            while !is_over.load(Relaxed) {
                if let Some(region) = spare.pop() {
                    match map.tables().rebuild(region, seed) {
                        Ok(()) => seed += 1,
                        Err(rejected) => spare.push(rejected.value),
                    }
                }
                let _ = map.tables().help(64);
                spare.extend(map.tables().try_reclaim());
            }
            while map.tables().help(64) != Ok(true) {}
            seed
        });
        for _ in 0..100 {
            let (len, stats) = (map.len(), map.tables().stats());
            assert!(len <= ENTRIES && stats.entries <= ENTRIES, "{len}, {stats:?}");
            // At most eight tables, so no entry comes more often.
            assert!(map.iter().count() <= 8 * ENTRIES);
        }
        drop(over);
        assert!(rebuilder.join().unwrap() > 2);
    });
    assert_eq!(
        (map.len(), map.tables().stats().reserved, map.tables().check()),
        (ENTRIES, 0, Ok(()))
    );
}

/// A walk whose reader rebuilds the map into fresh memory at each entry reads eight tables, and ends.
#[test]
fn a_walk_ends_while_tables_are_added() {
    let map = Map::<u64, u64>::new_in(region_for(10), 1).unwrap();
    (0..10).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let mut seed = 2;
    let mut rebuild = || {
        map.tables().rebuild(region_for(10), seed).unwrap();
        seed += 1;
        while map.tables().help(64) != Ok(true) {}
        assert!(seed < 200, "the walk goes on and on");
    };
    map.iter().for_each(|_| rebuild());
    assert_eq!(map.retain(|_, _| true), Ok(()));
    let before = map.len();
    let retain = |_, _| {
        map.tables().rebuild(region_for(10), 7).unwrap();
        while map.tables().help(64) != Ok(true) {}
        true
    };
    assert_eq!((map.retain(retain), map.len(), before), (Ok(()), 10, 10));
}

/// In a rebuild `retain` may decide about a key twice: by the value that it has then.
#[test]
fn retain_may_decide_twice_in_a_rebuild() {
    let map = Map::<u64, u64>::new_in(region_for(1), 1).unwrap();
    map.insert(1, 0).unwrap();
    let mut decisions = Vec::new();
    let mut rebuilds = 0;
    map.retain(|key, value| {
        decisions.push((key, value));
        if rebuilds == 0 {
            rebuilds += 1;
            map.tables().rebuild(region_for(1), 2).unwrap();
            while map.tables().help(64) != Ok(true) {}
            // Removed and inserted again: it is decided about by its new value.
            map.remove(key).unwrap();
            map.insert(key, 5).unwrap();
        }
        value == 0
    })
    .unwrap();
    assert!(decisions.contains(&(1, 5)), "{decisions:?}");
    assert_eq!(map.len(), 0);
}

/// Memory of the map's own tables is refused, whole or in part, and nothing changes.
#[test]
fn a_rebuild_into_itself() {
    let mut memory = vec![Line::EMPTY; 2 * arena_lines(100)];
    let start = memory.as_mut_ptr();
    let lines = memory.len();
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut memory).unwrap(), 1).unwrap();
    (0..100).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    for (first, lines) in [(0, lines), (1, lines - 1), (lines / 2, lines / 2)] {
        let bytes = lines * size_of::<Line>();
        // SAFETY: within the memory; that it is used is what the test is about: nothing touches it.
        let region = unsafe { Region::from_raw(start.wrapping_add(first).cast(), bytes) }.unwrap();
        assert_eq!(map.tables().rebuild(region, 2).unwrap_err().error, Error::Overlapping);
    }
    assert_eq!((map.len(), map.tables().check(), map.get(7)), (100, Ok(()), Some(7)));
}

/// So is that of old tables, which is borrowed until it is returned: after a rebuild, while the oldest one leaves, and
/// behind two more. What was returned may be provided again.
#[test]
fn a_rebuild_into_old_memory() {
    let mut memory = vec![Line::EMPTY; 3 * arena_lines(100)];
    let lines = arena_lines(100);
    let start = memory.as_mut_ptr();
    let region = |first: usize, lines: usize| {
        let start = start.wrapping_add(first).cast();
        // SAFETY: within the memory; where it is used already, nothing touches it: that is what the test is about.
        unsafe { Region::from_raw(start, lines * size_of::<Line>()) }.unwrap()
    };
    let piece = |number: usize| region(number * lines, lines);
    let map = Map::<u64, u64, _>::new_with(piece(0), 1, Counted::new()).unwrap();
    (0..50).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let refused = |first: usize, lines: usize| {
        let refused = map.tables().rebuild(region(first, lines), 9).map_err(|it| it.error);
        assert_eq!(refused, Err(Error::Overlapping));
    };
    let move_to = |number| {
        assert!(map.tables().rebuild(piece(number), number as u64).is_ok());
        while map.tables().help(100) != Ok(true) {}
    };
    move_to(1);
    refused(0, lines);
    let iterator = map.iter();
    move_to(2);
    for _ in 0..3 {
        // The first one leaves, and cannot be used again while the iterator may look at the second.
        [0, 1, 2].into_iter().for_each(|number| refused(number * lines, lines));
        refused(1, lines / 2 - 1);
        refused(lines - 1, lines);
        let _ = map.tables().try_reclaim();
    }
    drop(iterator);
    let back: Vec<_> =
        (0..20).filter_map(|_| map.tables().try_reclaim()).map(|region| region.bytes()).collect();
    assert_eq!((back.len(), map.tables().stats().bytes), (2, lines * size_of::<Line>()));
    move_to(0);
    assert_eq!((map.len(), map.tables().check(), map.get(7)), (50, Ok(()), Some(7)));
}

/// Contexts that were killed in one home are reported, though they hold few of all slots.
#[test]
fn repair_of_a_map_at_rest_releases_nothing() {
    let mut map = Map::<u64, u64>::new_in(region_for(100), 1).unwrap();
    (0..150).for_each(|key| assert!(map.insert(key, key) != Err(Error::Busy)));
    let entries: Vec<_> = map.iter().collect();
    assert_eq!(map.repair(), 0);
    assert!(map.iter().eq(entries));
    assert!(map.tables().needs_rebuild() != Some(Need::Leaks));
    let mut unplaced = Map::<u64, u64>::unplaced();
    assert_eq!(unplaced.repair(), 0);
}
