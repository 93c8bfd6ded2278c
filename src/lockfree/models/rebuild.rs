//! Operations and helpers while a table of one home is moved into the next one.

use super::{
    Scene, fill,
    judge::Operation::{self, *},
    key,
};

/// One entry, and the rebuild has begun.
fn rebuilt(before: &[Operation]) -> Scene {
    Scene::of_one_home(before).in_rebuild()
}

/// Row M3: an update in the new table beats a late copy of the old value.
#[test]
fn m3_an_update_beats_a_late_copy() {
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(1)], &[Upsert(key(0), 7)]]);
}

/// Row N3: a removal and a copy of the same entry.
#[test]
fn n3_a_removal_and_a_copy() {
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(1)], &[Remove(key(0)), Get(key(0))]]);
}

/// A commit either comes before the freeze, and is copied, or fails and is done in the new table.
#[test]
fn a_freeze_and_an_insertion() {
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(1)], &[Insert(key(1), 7)]]);
}

/// A reader goes on, wherever the entry is.
#[test]
fn p6_a_reader_in_a_rebuild() {
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(2)], &[Get(key(0)), Get(key(1))]]);
}
