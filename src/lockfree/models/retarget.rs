//! The next table turns out without room, and gets a next one itself: a chain of three tables.
//!
//! ```text
//!   table 0, one home       table 1, one home            table 2, one home
//!   an entry                all six places are reserved      given by the first thread
//! ```
//!
//! The places of table 1 are reserved by contexts that were killed, which takes fewer accesses than a home full of
//! entries. The entry stays in its frozen bucket, and changes are refused; or it goes
//! to table 2, once that is there and the home in table 1 is migrated.

use super::{Rebuild, Scene, fill, key};
use crate::lockfree::judge::{Operation, Operation::*};

/// The first of `threads` begins with making table 2.
fn race(preemptions: usize, threads: &[&[Operation]]) {
    let scene = Scene::of_one_home(&fill(0..1)).with_rebuild(Rebuild::Stuck);
    scene.with_preemptions(preemptions).race(threads);
}

/// Row N3: a copier finds no room, or goes on to the third table, while a removal does the same.
#[test]
fn n3_a_copier_and_a_removal() {
    race(1, &[&[], &[Help(2)], &[Remove(key(0))]]);
}

/// The thread that gives table 2 changes the entry itself, beside a copier.
#[test]
fn m3_whoever_retargets_goes_on() {
    race(2, &[&[Upsert(key(0), 7)], &[Help(2)]]);
    race(1, &[&[Remove(key(0)), Insert(key(0), 8)], &[Help(2)]]);
}

/// A reader finds the entry in whichever table it is.
#[test]
fn p6_a_reader() {
    race(2, &[&[], &[Help(2)], &[Get(key(0)), Get(key(1))]]);
}
