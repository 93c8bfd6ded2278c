//! Two homes whose groups are the same: claims, and moving another home's entry away.

use std::vec::Vec;

use super::{Scene, fill, key, key_of_home};
use crate::lockfree::judge::{ALL, OWN, Operation, Operation::*};

/// Keys of the other home.
fn other(number: usize) -> u64 {
    key_of_home(1, number)
}

/// Insertions of the first keys of the other home.
fn fill_other(count: usize) -> Vec<Operation> {
    (0..count).map(|number| Insert(other(number), 200 + number as u64)).collect()
}

/// The first home has one place left, which an entry of the other home occupies, and that one has room
/// in another group.
fn full_but_for_a_move() -> Scene {
    let mut before = fill_other(OWN + 2);
    before.push(Remove(other(OWN)));
    before.extend(fill(0..ALL - 1));
    Scene::of_neighbours(&before)
}

/// Both buckets are full, one slot of a group is left, and both homes want it.
#[test]
fn n7_two_homes_claim_slots_of_one_group() {
    let mut before = fill(0..OWN + 1);
    before.extend(fill_other(OWN + 1));
    let scene = Scene::of_two_homes(&before);
    scene.race(&[&[Insert(key(8), 8)], &[Insert(other(8), 9)]]);
    let scene = scene.with_preemptions(2);
    scene.race(&[&[Insert(key(8), 8), Remove(key(8))], &[Insert(other(8), 9), Get(other(8))]]);
}

/// A slot of a group goes from one home to the other under the eyes of the first one's reader.
#[test]
fn p5_a_group_slot_changes_its_home_under_a_reader() {
    let mut before = fill(0..ALL);
    before.extend(fill_other(OWN));
    let scene = Scene::of_two_homes(&before).with_preemptions(2);
    let last = key(ALL - 1);
    scene.race(&[&[Remove(last)], &[Insert(other(8), 9)], &[Get(last)]]);
}

#[test]
fn a_move_for_an_insertion() {
    let scene = full_but_for_a_move().with_preemptions(2);
    let moved = other(OWN + 1);
    for operation in [Get(moved), Remove(moved), Upsert(moved, 7), Remove(other(0)), Get(other(0))]
    {
        scene.race(&[&[Insert(key(8), 8)], &[operation]]);
    }
}
