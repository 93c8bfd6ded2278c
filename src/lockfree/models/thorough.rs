//! What takes minutes: every pair on every kind of place, and three threads that are stopped more often.

use std::vec::Vec;

use super::{Rebuild, Scene, fill, key, one_home::race_pairs};
use crate::lockfree::judge::{ALL, OWN, Operation, Operation::*};

#[test]
fn every_pair_on_a_key_in_a_group() {
    let before: Vec<_> = fill(1..OWN + 1).into_iter().chain(fill(0..1)).collect();
    race_pairs(&Scene::of_one_home(&before).with_preemptions(4), key(0));
}

#[test]
fn every_pair_on_a_key_in_the_bucket_with_entries_outside() {
    race_pairs(&Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(3), key(0));
}

#[test]
fn every_pair_in_a_full_home() {
    race_pairs(&Scene::of_one_home(&fill(0..ALL)).with_preemptions(3), key(0));
}

/// Row M2: two migrators copy an entry that a third context removes; it is not restored.
#[test]
fn m2_a_removed_key_stays_removed() {
    Scene::of_one_home(&fill(0..1)).with_rebuild(Rebuild::Begun).with_preemptions(1).race(&[
        &[Help(1)],
        &[Help(1)],
        &[Remove(key(0))],
    ]);
}

#[test]
fn three_updates_and_one_spare_cell() {
    let scene = Scene::of_one_home(&fill(0..1)).with_preemptions(2);
    scene.race(&[&[Increment(key(0))], &[Increment(key(0))], &[Upsert(key(0), 7)]]);
}

#[test]
fn three_that_insert_remove_and_toggle() {
    let scene = Scene::of_one_home(&[]).with_preemptions(1);
    let threads: [&[Operation]; 3] =
        [&[Insert(key(0), 1), Remove(key(0))], &[Toggle(key(0), 2)], &[Get(key(0))]];
    scene.race(&threads);
}

/// Two take an entry in and out of the bucket while a third looks for it.
#[test]
fn three_around_an_entry_outside() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(1);
    scene.race(&[&[Remove(key(0))], &[Upsert(key(OWN), 7)], &[Get(key(OWN))]]);
    scene.race(&[&[Remove(key(0))], &[Remove(key(1))], &[Get(key(OWN))]]);
}
