//! Row S10: what the StahlOS page left to be analysed. "Since we do open addressing, the chance of
//! a collision might actually be higher": by how much, here and there. docs/measurements.md quotes the
//! numbers that are asserted here.

// Statistics over thousands of tables: no question for Miri.
#![cfg(not(miri))]

use std::cell::Cell;

use heptad::{hash::hash_word, layout::Line, storage::Region, swiss::Table};

/// The page's model: the chance that no two of `entries` keys share a home group and a tag of
/// `tags` values, if nothing is ever displaced.
fn chance_without_collision(tags: f64, groups: f64, entries: u32) -> f64 {
    (0..entries).map(|index| 1.0 - f64::from(index) / (tags * groups)).product()
}

/// The share of `tables` random tables of `groups` groups, filled to 15/16, in which no lookup of a
/// key that is there compares it with another one; and the comparisons in vain per thousand lookups.
fn measure(groups: usize, tables: u64) -> (f64, f64) {
    let mut lines = vec![Line::EMPTY; groups];
    let (mut clean, mut in_vain, mut lookups) = (0u64, 0u64, 0u64);
    for table in 0..tables {
        // Neighbouring seeds would only permute neighbouring keys.
        let seed = hash_word(10, table);
        let hash = |&key: &u64| hash_word(seed, key);
        let region = Region::from_lines(&mut lines).unwrap();
        let mut table = Table::<u64, _>::new_in(region).unwrap();
        for key in 0..table.capacity() as u64 {
            table.insert_within_capacity(hash(&key), key).unwrap();
        }
        let others = Cell::new(0u64);
        for &key in &table {
            let found = table.find(hash(&key), |&entry| {
                others.set(others.get() + u64::from(entry != key));
                entry == key
            });
            assert_eq!(found, Some(&key));
        }
        clean += u64::from(others.get() == 0);
        in_vain += others.get();
        lookups += table.len() as u64;
    }
    (clean as f64 / tables as f64, 1000.0 * in_vain as f64 / lookups as f64)
}

fn assert_near(measured: f64, expected: f64, tolerance: f64) {
    assert!((measured - expected).abs() <= tolerance, "{measured} where {expected} is documented");
}

#[test]
fn s10_chance_of_no_collision() {
    // The page's figure for its own table, 256 tags: .52 and .26.
    assert_near(chance_without_collision(256.0, 8.0, 52), 0.52, 0.005);
    assert_near(chance_without_collision(256.0, 16.0, 105), 0.26, 0.005);
    // Ours: 127 tags and the displaced bit, which distinguishes entries at home from displaced ones.
    let tables = if cfg!(debug_assertions) { 4_000 } else { 20_000 };
    let (small, in_vain_small) = measure(8, tables);
    let (large, in_vain_large) = measure(16, tables);
    assert_near(small, 0.265, 0.02);
    assert_near(large, 0.062, 0.01);
    assert_near(in_vain_small, 25.3, 1.2);
    assert_near(in_vain_large, 25.8, 1.2);
}

/// The lines per lookup that docs/measurements.md quotes, when a table has just been filled, and
/// after its keys have been replaced over and over.
#[test]
fn s10_lines_per_lookup() {
    let groups = 1024;
    let hash = |&key: &u64| hash_word(7, key);
    // Load in 64ths, turnovers, lines per thousand hits and misses.
    let documented = [
        (48, 0, 1065, 1040),
        (56, 0, 1125, 1085),
        (60, 0, 1175, 1125),
        (48, 20, 1080, 1045),
        (56, 20, 1150, 1100),
        (60, 20, 1230, 1160),
    ];
    for (load_64ths, turnovers, hits, misses) in documented {
        let mut lines = vec![Line::EMPTY; groups];
        let region = Region::from_lines(&mut lines).unwrap();
        let mut table = Table::<u64, _>::new_in(region).unwrap();
        let entries = (groups * 7 * load_64ths / 64) as u64;
        for key in 0..entries {
            table.insert_within_capacity(hash(&key), key).unwrap();
        }
        for key in 0..entries * turnovers {
            table.remove(hash(&key), |&entry| entry == key).unwrap();
            let next = key + entries;
            table.insert_within_capacity(hash(&next), next).unwrap();
        }
        let stats = table.stats();
        assert_eq!(stats.stashed, 0);
        assert_near(stats.lines_per_1000_hits() as f64, f64::from(hits), 12.0);
        assert_near(stats.lines_per_1000_misses() as f64, f64::from(misses), 12.0);
    }
}
