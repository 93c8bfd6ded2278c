//! Operations on one home: pairs on the same key, and the rare moments each by its name.

use std::{vec, vec::Vec};

use super::{Scene, fill, key};
use crate::lockfree::{
    Expectation,
    judge::{ALL, OWN, Operation, Operation::*},
};

/// Operations on the key `about`, each with a value of its own.
pub(super) fn operations_on(about: u64, first_value: u64) -> Vec<Operation> {
    let value = |number| first_value + number;
    vec![
        Get(about),
        Insert(about, value(1)),
        Upsert(about, value(2)),
        Replace(about, value(3)),
        Remove(about),
        CompareAndSet(about, Expectation::Value(100), Some(value(4))),
        CompareAndSet(about, Expectation::Value(100), None),
        Increment(about),
        Toggle(about, value(5)),
    ]
}

/// Every pair of `operations_on` one key, each order once.
pub(super) fn race_pairs(scene: &Scene, about: u64) {
    let (left, right) = (operations_on(about, 1_000), operations_on(about, 2_000));
    for (index, &one) in left.iter().enumerate() {
        for &other in &right[index..] {
            scene.race(&[&[one], &[other]]);
        }
        for whole in [Iterate, Count] {
            scene.race(&[&[one], &[whole]]);
        }
    }
}

#[test]
fn p2_n1_every_pair_on_an_absent_key() {
    race_pairs(&Scene::of_one_home(&[]), key(0));
}

#[test]
fn p2_n1_every_pair_on_a_key_in_the_bucket() {
    race_pairs(&Scene::of_one_home(&fill(0..1)), key(0));
}

#[test]
fn p2_insert_lookup_erase() {
    let scene = Scene::of_one_home(&[]).with_preemptions(3);
    scene.race(&[&[Insert(key(0), 1)], &[Get(key(0))], &[Remove(key(0))]]);
}

#[test]
fn p2_two_inserts_and_erase() {
    let scene = Scene::of_one_home(&[]).with_preemptions(2);
    scene.race(&[&[Insert(key(0), 1)], &[Insert(key(0), 2)], &[Remove(key(0))]]);
}

#[test]
fn p2_two_keys_of_one_home() {
    let scene = Scene::of_one_home(&[]).with_preemptions(3);
    scene.race(&[&[Insert(key(0), 1), Remove(key(0))], &[Insert(key(1), 2), Get(key(0))]]);
}

/// A reader stands at an entry whose slot is emptied and filled with another key.
#[test]
fn p5_slot_reuse_under_a_reader() {
    let scene = Scene::of_one_home(&fill(0..1));
    let reuse = [Remove(key(0)), Insert(key(1), 2)];
    scene.race(&[&reuse, &[Get(key(0))]]);
    scene.race(&[&reuse, &[Get(key(1))]]);
    scene.race(&[&reuse, &[GetInBatch(key(0))]]);
    scene.race(&[&reuse, &[Iterate]]);
}

/// An operation that would change the entry must not take the next one's value for it, whatever it decides.
#[test]
fn p5_slot_reuse_under_a_writer() {
    let scene = Scene::of_one_home(&fill(0..1)).with_preemptions(3);
    let reuse = [Remove(key(0)), Insert(key(1), 2)];
    for writer in [Insert(key(0), 7), Insert(key(1), 7), Replace(key(1), 7), Upsert(key(0), 2)] {
        scene.race(&[&reuse, &[writer]]);
    }
}

/// The same in a group, where a slot is released by its claim.
#[test]
fn p5_group_slot_reuse_under_a_reader() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1));
    let reuse = [Remove(key(OWN)), Insert(key(OWN + 1), 2)];
    scene.race(&[&reuse, &[Get(key(OWN))]]);
    scene.race(&[&reuse, &[Get(key(OWN + 1))]]);
    scene.race(&[&reuse, &[GetInBatch(key(OWN + 1))]]);
    scene.race(&[&[Remove(key(OWN))], &[Insert(key(OWN + 1), 2)]]);
}

/// The same for those that find the key there and change nothing.
#[test]
fn p5_group_slot_reuse_under_a_writer() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(2);
    let reuse = [Remove(key(OWN)), Insert(key(OWN + 1), 2)];
    scene.race(&[&reuse, &[Insert(key(OWN), 7)]]);
    scene.race(&[&reuse, &[Insert(key(OWN + 1), 7)]]);
}

/// An update frees a cell, and the next one, of another key, fills it.
#[test]
fn p5_cell_reuse_under_a_reader() {
    let scene = Scene::of_one_home(&fill(0..2)).with_preemptions(3);
    let reuse = [Upsert(key(0), 1), Upsert(key(1), 2)];
    scene.race(&[&reuse, &[Get(key(0))]]);
    scene.race(&[&reuse, &[Iterate]]);
    let again = [Upsert(key(0), 1), Upsert(key(0), 2)];
    scene.race(&[&again, &[Get(key(0)), Get(key(0))]]);
}

/// An insertion that loses releases a slot that it has filled; another key takes it.
#[test]
fn n7_a_released_slot_is_filled_again() {
    let scene = Scene::of_one_home(&fill(1..2)).with_preemptions(2);
    scene.race(&[&[Insert(key(0), 1)], &[Insert(key(0), 2), Insert(key(2), 3)]]);
    let scene = scene.with_preemptions(1);
    scene.race(&[&[Insert(key(0), 1)], &[Insert(key(0), 2)], &[Insert(key(2), 3)]]);
}

/// The same for slots of groups.
#[test]
fn n7_a_released_group_slot_is_filled_again() {
    let scene = Scene::of_one_home(&fill(1..OWN + 1)).with_preemptions(2);
    let threads: [&[Operation]; 3] =
        [&[Insert(key(0), 1)], &[Insert(key(0), 2)], &[Insert(key(9), 3), Get(key(9))]];
    scene.race(&threads);
}

/// Three updates of one key want the one spare cell; one of another key as well.
#[test]
fn m7_three_updates_and_one_spare_cell() {
    let scene = Scene::of_one_home(&fill(0..1)).with_preemptions(1);
    scene.race(&[&[Increment(key(0))], &[Increment(key(0))], &[Upsert(key(0), 7)]]);
}

#[test]
fn two_keys_and_one_spare_cell() {
    let scene = Scene::of_one_home(&fill(0..2));
    scene.race(&[&[Upsert(key(0), 1)], &[Upsert(key(1), 2)]]);
    scene.race(&[&[Increment(key(0))], &[Increment(key(1)), Get(key(0))]]);
}

/// An update without the spare cell, in a full bucket, leaves a vacancy that takes in an entry.
#[test]
fn updates_of_two_keys_in_a_full_bucket() {
    let scene = Scene::of_one_home(&fill(0..OWN)).with_preemptions(3);
    scene.race(&[&[Upsert(key(0), 1)], &[Upsert(key(1), 2)]]);
    let scene = Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(2);
    scene.race(&[&[Upsert(key(0), 1)], &[Upsert(key(1), 2)]]);
}

/// Removing from the bucket takes in the overflow entry, which others look for, update or remove.
#[test]
fn p5_an_entry_is_taken_in_while_others_use_it() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(4);
    let overflow = key(OWN);
    for operation in [
        Get(overflow),
        Remove(overflow),
        Upsert(overflow, 7),
        Increment(overflow),
        Remove(key(1)),
        Iterate,
        Count,
    ] {
        scene.race(&[&[Remove(key(0))], &[operation]]);
    }
}

/// After an entry was taken in, its old slot serves another key, under a reader's eyes.
#[test]
fn n7_the_slot_of_an_entry_that_was_taken_in() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1)).with_preemptions(3);
    let overflow = key(OWN);
    scene.race(&[&[Remove(key(0)), Insert(key(9), 9)], &[Get(overflow)]]);
    scene.race(&[&[Remove(key(0))], &[Insert(key(9), 9), Get(key(9))]]);
}

/// Row N9: a full home refuses, and is as it was; with the last place in dispute it may be `Busy`.
#[test]
fn n9_p1_the_last_place() {
    let scene = Scene::of_one_home(&fill(0..ALL - 1)).with_preemptions(3);
    scene.race(&[&[Insert(key(8), 8)], &[Insert(key(9), 9)]]);
    scene.race(&[&[Insert(key(8), 8)], &[Insert(key(8), 9)]]);
    scene.race(&[&[Insert(key(8), 8)], &[Remove(key(0))]]);
}

/// Replace against remove: in the bucket, and in a group.
#[test]
fn m1_replace_against_remove() {
    for count in [1, OWN + 1] {
        let scene = Scene::of_one_home(&fill(0..count));
        let about = key(count - 1);
        scene.race(&[&[Replace(about, 7)], &[Remove(about)]]);
        scene.race(&[&[Replace(about, 7), Get(about)], &[Remove(about)]]);
    }
}

/// Rows N6, M6: counting while entries come, move and go is never out of range.
#[test]
fn n6_m6_counts_are_of_some_instant() {
    let scene = Scene::of_one_home(&fill(0..OWN + 1));
    scene.race(&[&[Remove(key(0)), Insert(key(0), 7)], &[Count]]);
}
