//! Row M4: what an operation costs while the map is rebuilt does not depend on how large the map is.
//!
//! Maps of four sizes, each as full as it is made for, are rebuilt while every kind of operation takes
//! its turn, thousands of times. One bound holds for all of them: a cost that grew with the table, a
//! scan of its buckets say, would pass at the smallest and break at the largest.

use core::cell::Cell;
use std::{
    array, format,
    string::{String, ToString},
    vec::Vec,
};

use super::{Map, lines_for};
use crate::{
    hash::{hash_word, unhash_word},
    layout::touched::{Tally, assert_measured_cells, assert_most, lines_of},
    lockfree::{
        Counted, SegmentedMap,
        arena::Shape,
        bucket::{MOST_ENTRIES, REGIONS},
    },
    storage::Region,
};

/// The sizes that are compared, in entries.
pub(in crate::lockfree) const SIZES: [u64; 4] = [64, 1_024, 16_384, 262_144];
/// Turns at the least; the largest takes more for one rebuild.
const TURNS: u64 = 10_000;

/// The kinds of operations.
const KINDS: [&str; 6] = ["get", "update", "remove", "insert", "help(1)", "try_reclaim"];
/// The first of them, which each turn has. The last one follows the end of a rebuild.
const CALLS: usize = 5;

/// Measures what its argument costs.
pub(in crate::lockfree) type Gauge = fn(&mut dyn FnMut()) -> usize;

type Segmented<'a, const SEGMENTS: usize> = SegmentedMap<'a, u64, u64, SEGMENTS, Counted>;

/// Asserts that at no size an operation costs more than `bounds` say, in the order of `KINDS`, when
/// the parts of a map are rebuilt one after another. One part: the map itself. Returns the most at any size.
pub(in crate::lockfree) fn assert_same_bounds<const SEGMENTS: usize>(
    unit: &str,
    gauge: Gauge,
    bounds: [usize; KINDS.len()],
) -> [usize; KINDS.len()] {
    let mut most_of_all = [0; KINDS.len()];
    for entries in SIZES {
        let most = costs::<SEGMENTS>(entries, gauge).map(|tally| tally.most);
        most_of_all = array::from_fn(|kind| most_of_all[kind].max(most[kind]));
        for ((kind, most), bound) in KINDS.iter().zip(most).zip(bounds) {
            let story = format!("{entries} entries, {kind}: {most} {unit} at the most");
            assert!(most <= bound, "{story}, {bound} are documented");
        }
    }
    most_of_all
}

/// What the operations of many turns cost, of a map that is rebuilt all the time.
fn costs<const SEGMENTS: usize>(entries: u64, gauge: Gauge) -> [Tally; KINDS.len()] {
    let each = entries.div_ceil(SEGMENTS as u64);
    // Parts do not fill exactly alike.
    let each = if SEGMENTS == 1 { each } else { each + 6 * each.isqrt() };
    let mut memory: Vec<_> = (0..=SEGMENTS).map(|_| lines_for(each)).collect();
    let mut regions = memory.iter_mut().map(|lines| Region::from_lines(lines).unwrap());
    let mut spare = regions.next();
    let map: Segmented<'_, SEGMENTS> = Segmented::of_segments(
        array::from_fn(|_| Map::new_with(regions.next().unwrap(), 0, Counted::new()).unwrap()),
        0x5e95,
    );
    (0..entries).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));

    let mut tallies = [(); KINDS.len()].map(|()| Tally::default());
    let is_done = Cell::new(false);
    let (mut part, mut rebuilds, mut turn) = (0, 0, 0);
    while turn < TURNS || rebuilds == 0 {
        let segment = &map.segments()[part];
        if let Some(region) = spare.take() {
            segment.tables().rebuild(region, hash_word(7, turn)).unwrap();
        }
        // Of the keys that are there: those from `turn` on.
        let present = turn + hash_word(1, turn) % entries;
        let calls: [&mut dyn FnMut(); CALLS] = [
            &mut || assert_eq!(map.get(present), Some(present)),
            &mut || assert_eq!(map.insert(present, present), Ok(Some(present))),
            &mut || assert_eq!(map.remove(turn), Ok(Some(turn))),
            &mut || assert_eq!(map.insert(turn + entries, turn + entries), Ok(None)),
            &mut || is_done.set(segment.tables().help(1).unwrap()),
        ];
        calls.into_iter().zip(&mut tallies).for_each(|(call, tally)| tally.add(gauge(call)));
        if is_done.get() {
            tallies[CALLS].add(gauge(&mut || spare = segment.tables().try_reclaim()));
            assert!(spare.is_some());
            part = (part + 1) % SEGMENTS;
            rebuilds += 1;
        }
        turn += 1;
    }
    tallies
}

/// Two buckets with as many entries as a bucket can have, and a next table that has taken in most of the
/// others: the cost of a change that has to move both, its own and another.
pub(in crate::lockfree) fn assert_fullest_buckets(unit: &str, gauge: Gauge, bound: usize) {
    for entries in SIZES {
        let [mut first, mut second] = [(); 2].map(|()| lines_for(entries));
        let map = Map::<u64, u64>::new_in(Region::from_lines(&mut first).unwrap(), 0).unwrap();
        let shape = Shape::for_entries(entries).unwrap();
        let shares = |one: u64, other: u64| {
            (0..REGIONS).any(|region| shape.group_of(one, region) == shape.group_of(other, region))
        };
        // The bucket of the call's own key, and one that the call will be assigned.
        let own = shape.buckets - 1;
        let assigned = (0..own).rev().find(|&assigned| !shares(own, assigned)).unwrap();
        let keys_of = |bucket: u64| {
            let first =
                (u128::from(bucket) << u64::BITS).div_ceil(u128::from(shape.buckets)) as u64;
            (first..).map(|hash| unhash_word(0, hash))
        };
        let places = MOST_ENTRIES as usize;
        for key in keys_of(own).take(places).chain(keys_of(assigned).take(places)) {
            assert_eq!(map.insert(key, key), Ok(None));
        }
        // Keys that share a group with both buckets may find no room.
        let others = 0..entries - 2 * places as u64;
        let refused = others.filter(|&key| map.insert(key, key).is_err()).count();
        assert!(refused <= 8, "{refused} of {entries} keys found no room");
        assert_eq!(map.tables().stats().fullest_home, places);
        map.tables().rebuild(Region::from_lines(&mut second).unwrap(), 1).unwrap();
        assert_eq!(map.tables().help(assigned as usize), Ok(false));
        let key = keys_of(own).nth(places).unwrap();
        // As a copier leaves it that has stopped.
        map.chain().current().unwrap().home_of(key).freeze();
        let cost = gauge(&mut || assert_eq!(map.insert(key, 1), Ok(None)));
        let story = format!("{entries} entries, two full buckets: {cost} {unit}");
        assert!(cost <= bound, "{story}, {bound} are documented");
    }
}

/// Lines of buckets and groups.
fn lines(call: &mut dyn FnMut()) -> usize {
    lines_of(call).0
}

#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn m4_lines_in_a_rebuild_at_every_size() {
    let bounds @ [get, update, remove, insert, ..] = [6, 21, 23, 46, 35, 0];
    let most = assert_same_bounds::<1>("lines", lines, bounds);
    KINDS
        .iter()
        .zip(most.into_iter().zip(bounds))
        .for_each(|(kind, (found, bound))| assert_most(kind, found, bound));
    let essay = include_str!("../mod.rs");
    assert!(essay.contains("| counted at most, 64 to 262,144 entries, full | 6 | 46 | 35 |"));
    // A miss is not among the operations.
    let cells = [Some(get), None, Some(update), Some(insert), Some(remove)];
    let cells = cells.map(|lines| lines.map_or_else(String::new, |lines: usize| lines.to_string()));
    assert_measured_cells("in a rebuild, at most, of 64 to 262,144 entries alike", &cells);
}

/// Row M5: the same while one part after the other of a segmented map is rebuilt.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn m5_lines_in_a_rebuild_of_a_part_at_every_size() {
    assert_same_bounds::<4>("lines", lines, [6, 35, 35, 46, 35, 0]);
}

#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn m4_lines_of_the_fullest_buckets_at_every_size() {
    assert_fullest_buckets("lines", lines, 134);
    let essay = include_str!("../mod.rs");
    assert!(essay.contains("nearly full | | 134 | |"));
}
