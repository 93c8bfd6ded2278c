//! A copier that is late, stopped where it hurts: deterministic forms of what the models race.
//!
//! ```text
//!   copier A    reads the entry in the old bucket .....................  inserts it in the next table
//!   copier C                      copies the bucket, marks it as migrated
//!   remover                                              removes the entry
//! ```
//!
//! A's insertion has a step (2) between loading the new home's header (1) and its commit (3): the
//! question whether the old bucket is migrated. The tests answer it in A's place, and act before or after.

use std::{cell::Cell, vec};

use super::*;
use crate::{
    layout::Line,
    lockfree::{Map, Never, arena_lines, chain::user::TableOf},
    storage::Region,
};

const KEY: u64 = 5;
const OLD: u64 = 10;

/// A map with one entry that is being rebuilt, and how its tables look from inside.
fn in_rebuild(act: impl FnOnce(&Map<'static, u64, u64>, TableOf<'_, Never>, TableOf<'_, Never>)) {
    let region = || Region::from_lines(vec![Line::EMPTY; arena_lines(4)].leak()).unwrap();
    let map = Map::new_in(region(), 1).unwrap();
    assert_eq!(map.insert(KEY, OLD), Ok(None));
    map.tables().rebuild(region(), 2).unwrap();
    let chain = map.chain();
    let old = chain.current().unwrap();
    act(&map, old, old.next().unwrap());
    while map.tables().help(1) != Ok(true) {}
    assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
}

/// Row M2: A reads an entry, C copies the bucket, the entry is removed, and only then A begins to insert.
#[test]
fn m2_a_copier_that_begins_late_brings_nothing_back() {
    in_rebuild(|map, old, next| {
        let home = old.home_of(KEY);
        home.freeze();
        old.migrate_home(home, next).unwrap(); // C
        assert_eq!(map.remove(KEY), Ok(Some(OLD)));
        next.insert_copy(KEY, OLD, || home.header().is_migrated()).unwrap(); // A
        assert_eq!(map.get(KEY), None);
    });
}

/// Row M2: the same, but A has looked at the old bucket before C and the remover came.
#[test]
fn m2_a_copier_that_commits_late_brings_nothing_back() {
    in_rebuild(|map, old, next| {
        let home = old.home_of(KEY);
        let looks = Cell::new(0);
        let is_over = || {
            let answer = home.header().is_migrated();
            if looks.replace(looks.get() + 1) == 0 {
                old.migrate_home(home, next).unwrap(); // C
                assert_eq!(map.remove(KEY), Ok(Some(OLD)));
            }
            answer
        };
        next.insert_copy(KEY, OLD, is_over).unwrap(); // A
        // The first commit failed, and the second look showed that it is over.
        assert_eq!((looks.get(), map.get(KEY)), (2, None));
    });
}

/// Row M3: the same with an update in place of the removal: the old value is not restored.
#[test]
fn m3_an_update_beats_a_copier_that_commits_late() {
    in_rebuild(|map, old, next| {
        let home = old.home_of(KEY);
        let is_first = Cell::new(true);
        let is_over = || {
            let answer = home.header().is_migrated();
            if is_first.replace(false) {
                assert_eq!(map.insert(KEY, 11), Ok(Some(OLD)));
            }
            answer
        };
        next.insert_copy(KEY, OLD, is_over).unwrap();
        assert_eq!(map.get(KEY), Some(11));
    });
}

/// What the second look is for: a copier without it does restore the entry.
#[test]
fn m2_without_the_second_look_the_entry_comes_back() {
    in_rebuild(|map, old, next| {
        old.migrate_home(old.home_of(KEY), next).unwrap();
        assert_eq!(map.remove(KEY), Ok(Some(OLD)));
        next.insert_copy(KEY, OLD, || false).unwrap();
        assert_eq!(map.get(KEY), Some(OLD));
    });
}

/// Row N5: a copier that has stopped for ever after freezing a bucket, or after copying from it, is in
/// nobody's way.
#[test]
fn n5_a_copier_that_never_goes_on() {
    in_rebuild(|map, old, next| {
        let home = old.home_of(KEY);
        home.freeze();
        assert_eq!(map.get(KEY), Some(OLD));
        next.insert_copy(KEY, OLD, || false).unwrap();
        assert_eq!((map.get(KEY), map.len()), (Some(OLD), 1));
        assert_eq!(map.insert(KEY, 11), Ok(Some(OLD)));
        assert_eq!((map.get(KEY), map.remove(KEY), map.get(KEY)), (Some(11), Ok(Some(11)), None));
    });
}

/// A home without room, all of whose neighbours have moved on: their entries still stand in the groups, and
/// nobody is in the way.
#[test]
fn n9_room_that_those_who_moved_on_left_behind() {
    let region =
        |capacity| Region::from_lines(vec![Line::EMPTY; arena_lines(capacity)].leak()).unwrap();
    let map = Map::<u64, u64>::new_in(region(4), 1).unwrap();
    let old = map.chain().current().unwrap();
    let keys_of = |number| (0..).filter(move |&key| old.number(old.home_of(key)) == number);
    // Both homes share a group, which the second one has filled when the first one comes.
    assert_eq!((old.shape().buckets, old.shape().group_of(0, 2)), (2, old.shape().group_of(1, 2)));
    let entries = 3 + 2 * 6;
    for key in keys_of(1).take(entries).chain(keys_of(0).take(entries)) {
        assert_eq!(map.insert(key, key), Ok(None));
    }
    map.tables().rebuild(region(100), 2).unwrap();
    old.migrate_home(old.home_number(1).unwrap(), old.next().unwrap()).unwrap();
    let key = keys_of(0).nth(entries).unwrap();
    let home = old.home_of(key);
    let wanted = Key { word: key, matches: |word, stored, _: Look<'_>| word == stored };
    let answer = old.update(home, wanted, |_: Option<u64>| Decision::Set(1));
    assert_eq!((answer, home.header().is_frozen()), (Err(Stop::Busy), false));
    assert!(old.follow(key, Stop::Busy).unwrap().is(old.next().unwrap()));
    assert_eq!((map.insert(key, 1), map.len()), (Ok(None), 2 * entries + 1));
}
