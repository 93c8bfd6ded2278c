//! What takes minutes: every pair on every kind of place, and three threads.

use std::vec::Vec;

use super::{Scene, fill, key, one_home::race_pairs};
use crate::lockfree::judge::{ALL, OWN};

#[test]
fn every_pair_on_a_key_in_a_group() {
    race_pairs(
        &Scene::of_one_home(&fill(1..OWN + 1).into_iter().chain(fill(0..1)).collect::<Vec<_>>()),
        key(0),
    );
}

#[test]
fn every_pair_in_a_full_home() {
    race_pairs(&Scene::of_one_home(&fill(0..ALL)).with_preemptions(3), key(0));
}

/// Row M2: two helpers copy an entry that a third context removes; it does not come back.
#[test]
fn m2_a_removed_key_stays_removed() {
    Scene::of_one_home(&fill(0..1)).in_rebuild().with_preemptions(1).race(&[
        &[Help(1)],
        &[Help(1)],
        &[Remove(key(0))],
    ]);
}
