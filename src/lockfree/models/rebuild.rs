//! Operations and helpers while a table is moved into the next one.

use super::{race, race_in_rebuild};

/// Rows N3, M2: two helpers copy an entry that a third context removes, and it does not come back.
#[test]
fn m2_a_removed_key_stays_removed() {
    race_in_rebuild(
        |map| {
            map.insert(1, 10).unwrap();
        },
        &[
            |map| {
                let _ = map.help(1);
                None
            },
            |map| {
                let _ = map.help(2);
                None
            },
            |map| map.remove(1).ok(),
        ],
        |map, answers| match answers[2] {
            Some(removed) => {
                assert_eq!(removed, Some(10));
                assert_eq!((map.get(1), map.len()), (None, 0));
            }
            None => assert_eq!(map.get(1), Some(10)),
        },
    );
}

/// Row M3: an update in the new table beats a late copy of the old value.
#[test]
fn m3_an_update_beats_a_late_copy() {
    race_in_rebuild(
        |map| {
            map.insert(1, 10).unwrap();
        },
        &[
            |map| {
                let _ = map.help(2);
                None
            },
            |map| map.upsert(1, 20).ok(),
        ],
        |map, answers| {
            let expected = if answers[1].is_some() { 20 } else { 10 };
            assert_eq!((map.get(1), map.len()), (Some(expected), 1));
        },
    );
}

/// A commit either comes before the freeze, and is copied, or fails and is done in the new table.
#[test]
fn a_freeze_and_an_insertion() {
    race_in_rebuild(
        |map| {
            map.insert(1, 10).unwrap();
        },
        &[
            |map| {
                let _ = map.help(1);
                Some(None)
            },
            |map| map.insert(2, 20).ok(),
            |map| Some(map.get(1)),
        ],
        |map, answers| {
            assert_eq!(answers[2], Some(Some(10)));
            let inserted = answers[1].map(|before| {
                assert_eq!(before, None);
                20
            });
            assert_eq!((map.get(1), map.get(2)), (Some(10), inserted));
        },
    );
}

/// A rebuild that begins in the middle of an operation.
#[test]
fn a_rebuild_begins_and_an_update() {
    race(
        |map| {
            map.insert(1, 10).unwrap();
        },
        &[
            |map| {
                map.rebuild_into(super::one_bin());
                let _ = map.help(1);
                None
            },
            |map| map.upsert(1, 20).ok(),
        ],
        |map, answers| {
            while map.help(1) != Ok(true) {}
            let expected = if answers[1].is_some() { 20 } else { 10 };
            assert_eq!((map.get(1), map.len()), (Some(expected), 1));
        },
    );
}
