//! The cache lines of insertions that evict.

use super::*;
use crate::lockfree::Inserted;

/// A cache that is full: new keys come, and of each home the oldest entry goes.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn n10_lines_of_an_eviction() {
    let mut lines = lines_for(ENTRIES);
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut lines).unwrap(), 0x5eed).unwrap();
    let oldest = |entries: &[(u64, u64)]| {
        let times = entries.iter().map(|&(_, time)| time).enumerate();
        times.min_by_key(|&(_, time)| time).map_or(0, |(index, _)| index)
    };
    let is_eviction =
        |key| matches!(map.insert_evicting(key, key, oldest).unwrap(), Inserted::Evicted(..));
    let early = (0..ENTRIES).filter(|&key| is_eviction(key)).count();
    assert_eq!(early, 6, "entries that go before the map has as many as it is made for");
    let _ = (ENTRIES..4 * ENTRIES).filter(|&key| is_eviction(key)).count();
    // Where insertions without evictions find no room, and move other homes' entries, it is less.
    assert_eq!(map.len(), 14_280);
    let mut evictions = Tally::default();
    for key in 4 * ENTRIES..6 * ENTRIES {
        let (lines, is_eviction) = lines_of(|| is_eviction(key));
        if is_eviction {
            evictions.add(lines);
        }
    }
    assert_documented("insert that evicts", &evictions, 4810, 7);
}
