//! Insertions that evict, in a full home.

use super::{Scene, fill, key};
use crate::lockfree::judge::{ALL, OWN, Operation::*};

/// A home that is full with keys of which the one with this number has the least value.
fn full_with_least(number: usize) -> Scene {
    let mut before = fill(0..ALL);
    before.push(Upsert(key(number), 1));
    Scene::of_one_home(&before)
}

/// The places where the entry is that goes: in the bucket, and in a group.
const VICTIMS: [usize; 2] = [0, OWN];

/// Readers see the victim or the new entry: never both, never neither.
#[test]
fn an_eviction_and_a_reader() {
    for victim in VICTIMS {
        let scene = full_with_least(victim).with_preemptions(2);
        scene.race(&[&[InsertEvicting(key(9), 9)], &[Count]]);
        scene.race(&[&[InsertEvicting(key(9), 9)], &[Iterate]]);
        scene.race(&[&[InsertEvicting(key(9), 9)], &[Get(key(9)), Get(key(victim))]]);
        scene.race(&[&[InsertEvicting(key(9), 9)], &[Get(key(victim)), Get(key(9))]]);
    }
}

/// With any operation in between: what goes was there, and the new key is there once.
#[test]
fn an_eviction_and_a_writer() {
    for victim in VICTIMS {
        let scene = full_with_least(victim).with_preemptions(2);
        for writer in [
            InsertEvicting(key(9), 8),
            InsertEvicting(key(8), 8),
            Insert(key(9), 8),
            Upsert(key(victim), 200),
            Remove(key(victim)),
            Remove(key(1)),
            Increment(key(1)),
        ] {
            scene.race(&[&[InsertEvicting(key(9), 9)], &[writer]]);
        }
    }
}

/// The slot of an entry that went is filled again, under the eyes of its reader.
#[test]
fn p5_an_evicted_slot_is_filled_again_under_a_reader() {
    for victim in VICTIMS {
        let scene = full_with_least(victim).with_preemptions(2);
        let turns = [InsertEvicting(key(9), 2), InsertEvicting(key(8), 3)];
        scene.race(&[&turns, &[Get(key(victim))]]);
        scene.race(&[&turns, &[Get(key(9))]]);
    }
}
