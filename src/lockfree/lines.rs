//! The cache lines that an operation touches: what the documentation says about lines is asserted here.

use std::{vec, vec::Vec};

use super::{
    Map,
    arena::Shape,
    arena_layout,
    bucket::{GROUP_SLOTS, MOST_ENTRIES, REGIONS, VERSION_ONE},
};
use crate::{
    error::Error,
    hash::unhash_word,
    layout::{
        LINE_BYTES, Line,
        touched::{Tally, assert_documented, assert_header_says, assert_measured_row, lines_of},
    },
    storage::Region,
};

mod evictions;
pub(super) mod rebuilds;

/// Entries of the map whose lines are counted: its own capacity.
const ENTRIES: u64 = 10_000;

fn lines_for(capacity: u64) -> Vec<Line> {
    vec![Line::EMPTY; arena_layout(capacity as usize).unwrap().size() / LINE_BYTES]
}

/// The table of costs in docs/measurements.md: a map that is as full as it is made for, just filled and after
/// its keys have been replaced ten times over.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn n10_lines_per_operation() {
    let mut lines = lines_for(ENTRIES);
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut lines).unwrap(), 0x5eed).unwrap();
    let mut inserts = Tally::default();
    for key in 0..ENTRIES {
        inserts.add(lines_of(|| map.insert(key, key)).0);
    }
    assert_documented("insert while it fills", &inserts, 1290, 14);
    let reads = [(1240, 7), (1370, 7), (1330, 6)];
    assert_reads("just filled", &map, 0, reads);
    assert_measured_row("just filled", &[&reads[..], &[(1290, 14)]].concat());

    let [mut removes, mut inserts] = [(); 2].map(|()| Tally::default());
    for key in 0..10 * ENTRIES {
        removes.add(lines_of(|| assert_eq!(map.remove(key), Ok(Some(key)))).0);
        let next = key + ENTRIES;
        inserts.add(lines_of(|| assert_eq!(map.insert(next, next), Ok(None))).0);
    }
    assert_documented("remove", &removes, 1680, 7);
    assert_documented("insert", &inserts, 1950, 20);
    let reads = [(1250, 7), (1380, 7), (1360, 7)];
    assert_reads("after churn", &map, 10 * ENTRIES, reads);
    assert_measured_row("after ten turnovers", &[&reads[..], &[(1950, 20), (1680, 7)]].concat());
    assert_header_says(
        "In a full map of 10,000 entries a lookup touches 1.4 lines on average, a change of a value 1.4, an \
         insertion 2.0 and a removal 1.7.",
    );
}

/// What follows from the constants; the rest of it is an argument in the essay.
#[test]
fn n10_bounds_in_a_home() {
    // An insertion leaves a slot of each group free.
    let slots_of_others = REGIONS * (GROUP_SLOTS - 1);
    // Lines of a home, and of the owner of a slot: its bucket and two groups.
    assert_eq!(7 + slots_of_others * 5, 97);
    assert_header_says("A lookup and a removal touch 7 lines at most, a change 97.");
    // Versions are the bits from here on.
    assert_eq!(u64::MAX / VERSION_ONE + 1, 1 << 29);
    assert_header_says("A key's home counts its changes modulo 2^29.");
    assert_eq!(2 * MOST_ENTRIES, 42);
    assert_header_says("A change moves 42 entries at most");
    assert_header_says("the most entries of one home; 21 is the end");
    // One hash bit too few, and two buckets would have keys with the same bits.
    let buckets = Shape::for_entries(2_500_000).map_or(0, |shape| shape.buckets);
    assert!(buckets <= 1 << 20, "{buckets}");
    assert_header_says("20 do for two and a half million entries");
    let per_entry = arena_layout(10_000_000).unwrap().size() as f64 / 1e7;
    assert!((per_entry - 30.4).abs() < 0.05, "{per_entry} bytes");
    assert_header_says("about 30.4 for each");
}

/// Hit, miss and update of a map with the keys from `first` on; per thousand, and most.
fn assert_reads(when: &str, map: &Map<'_, u64, u64>, first: u64, documented: [(usize, usize); 3]) {
    let [mut hits, mut misses, mut updates] = [(); 3].map(|()| Tally::default());
    for key in first..first + ENTRIES {
        hits.add(lines_of(|| assert_eq!(map.get(key), Some(key))).0);
        misses.add(lines_of(|| assert_eq!(map.get(!key), None)).0);
        updates.add(lines_of(|| assert_eq!(map.insert(key, key), Ok(Some(key)))).0);
    }
    let kinds = [("hit", hits), ("miss", misses), ("update", updates)];
    for ((kind, tally), (per_1000, most)) in kinds.iter().zip(documented) {
        assert_documented(&std::format!("{kind}, {when}"), tally, per_1000, most);
    }
}

/// Lines stay as few for as long as the map is used: a million keys go through a small one.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn p3_no_decay() {
    let mut lines = lines_for(256);
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut lines).unwrap(), 3).unwrap();
    for key in 0..256 {
        assert_eq!(map.insert(key, key), Ok(None));
    }
    let mut periods = Vec::new();
    for period in 0..10 {
        let mut tally = Tally::default();
        for key in (0..100_000).map(|key| key + period * 100_000) {
            let turn = || {
                assert_eq!(map.remove(key), Ok(Some(key)));
                assert_eq!(map.insert(key + 256, key + 256), Ok(None));
            };
            // Counting takes longer than the turn.
            if key % 16 == 0 { tally.add(lines_of(turn).0) } else { turn() }
        }
        periods.push(tally.per_1000());
    }
    let (least, most) = (*periods.iter().min().unwrap(), *periods.iter().max().unwrap());
    assert!(most - least < most / 20, "lines per 1000 turns, in ten periods: {periods:?}");
    assert_eq!(map.tables().stats().reserved, 0);
}

/// The most that a home holds: 21 entries, in seven lines.
#[test]
fn n10_the_fullest_home() {
    let seed = 3;
    let mut lines = lines_for(1_000);
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut lines).unwrap(), seed).unwrap();
    let keys: Vec<u64> = (0..22).map(|hash| unhash_word(seed, hash)).collect();
    for &key in &keys[..21] {
        assert_eq!(map.insert(key, 1), Ok(None));
    }
    let (touched, _) = lines_of(|| map.get(keys[21]));
    assert_eq!(touched, 7, "the bucket, and two lines of three groups");
    let (touched, refused) = lines_of(|| map.insert(keys[21], 1));
    assert_eq!((touched, refused), (7, Err(Error::Full)));
}
