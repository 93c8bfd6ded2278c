//! Operations and migrators while a table of one home is moved into the next one.

use super::{
    Rebuild, Scene, fill,
    judge::Operation::{self, *},
    key, key_of_home,
};

/// Of a table of one home the rebuild has begun.
fn rebuilt(before: &[Operation]) -> Scene {
    Scene::of_one_home(before).with_rebuild(Rebuild::Begun)
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
    let scene = Scene::of_one_home(&fill(0..1)).with_rebuild(Rebuild::Begins).with_preemptions(2);
    scene.race(&[&[Help(1)], &[Insert(key(1), 7)]]);
    scene.race(&[&[Help(1)], &[Upsert(key(0), 7)]]);
    scene.race(&[&[Help(1)], &[Remove(key(0))]]);
}

/// A reader goes on, wherever the entry is.
#[test]
fn p6_a_reader_in_a_rebuild() {
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(2)], &[Get(key(0)), Get(key(1))]]);
    rebuilt(&fill(0..1)).with_preemptions(3).race(&[&[Help(2)], &[GetInBatch(key(0))]]);
}

/// A table is made, moved into and settled while a reader is on its way there.
#[test]
fn p6_a_reader_of_a_table_that_is_rebuilt_meanwhile() {
    let scene = Scene::of_one_home(&fill(0..1)).with_rebuild(Rebuild::Begins).with_preemptions(2);
    scene.race(&[&[Help(2)], &[Get(key(0))]]);
}

/// One context has moved the entry and published that; another finds the rebuild over, settles, and looks there.
#[test]
fn p6_who_finds_a_rebuild_over() {
    let scene = rebuilt(&fill(0..1)).with_preemptions(1);
    scene.race(&[&[Help(1)], &[Help(1), Get(key(0))]]);
}

/// One home has moved, and the reader's has not.
#[test]
fn p6_a_reader_of_the_second_home() {
    let second = key_of_home(1, 0);
    let scene = Scene::of_two_homes(&[Insert(second, 7)]).with_rebuild(Rebuild::Begun);
    scene.with_preemptions(2).race(&[&[Help(1)], &[Get(second)]]);
}
