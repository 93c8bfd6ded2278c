//! The states in which operations are stopped, and the operations.

use std::{vec, vec::Vec};

use super::{Call, Scene};
use crate::lockfree::{
    Expectation,
    arena::Shape,
    bucket::GROUP_SLOTS,
    judge::{ALL, OWN, Operation, Operation::*, keys_of_home},
};

/// A scene, with operations that are interesting there.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) scene: Scene,
    /// All of them.
    pub(super) operations: Vec<Operation>,
    /// Those that change most, of which three are combined.
    pub(super) chosen: Vec<Operation>,
}

/// A key of the first home of two, or of the only one.
pub(super) fn key(number: usize) -> u64 {
    key_of(0, number)
}

/// A home that takes no other key, in which no operation may be refused that needs none.
pub(super) fn full_home() -> Scene {
    Scene::new(1, fill(0, 0..ALL), false)
}

fn key_of(home: u64, number: usize) -> u64 {
    let shape = Shape::for_entries(3).unwrap();
    assert_eq!(shape.buckets, 2);
    keys_of_home(shape, home).nth(number).unwrap()
}

fn fill(home: u64, numbers: core::ops::Range<usize>) -> Vec<Call> {
    numbers.map(|number| Insert(key_of(home, number), 100).into()).collect()
}

/// Removes the first key of `home`, which is in the bucket, and loses the race to fill its slot against an
/// insertion of the key `number`: so a slot of the bucket is free, while there are overflow entries.
fn make_vacancy(home: u64, number: usize, accesses_before: u64) -> Call {
    let inserted = Insert(key_of(home, number), 100);
    Call::stopped(Remove(key_of(home, 0)), accesses_before, vec![inserted.into()])
}

/// Operations about `about`, and about `beside`, which is in the bucket or nowhere.
fn operations(about: u64, beside: u64) -> Vec<Operation> {
    vec![
        Get(about),
        GetInBatch(about),
        Insert(about, 1),
        Upsert(about, 2),
        Replace(about, 3),
        Remove(about),
        CompareAndSet(about, Expectation::Value(100), Some(4)),
        CompareAndSet(about, Expectation::Value(100), None),
        Increment(about),
        Toggle(about, 5),
        Insert(key(ALL), 6),
        InsertEvicting(key(ALL), 8),
        Upsert(beside, 7),
        Remove(beside),
    ]
}

fn chosen(about: u64, beside: u64) -> Vec<Operation> {
    vec![Upsert(about, 2), Toggle(about, 5), Remove(beside), Insert(key(ALL), 6)]
}

fn setting(
    name: &'static str,
    capacity: usize,
    before: Vec<Call>,
    about: u64,
    beside: u64,
) -> Setting {
    let is_tight = before.len() + 3 > ALL;
    let scene = Scene::new(capacity, before, is_tight);
    let mut operations = operations(about, beside);
    if capacity == 1 {
        operations.extend([Iterate, Count]);
    }
    Setting { name, scene, operations, chosen: chosen(about, beside) }
}

/// All scenes.
pub(super) fn settings() -> Vec<Setting> {
    vec![
        setting("an absent key", 1, vec![], key(0), key(1)),
        setting("a key in the bucket", 1, fill(0, 0..1), key(0), key(1)),
        setting("a full bucket", 1, fill(0, 0..OWN), key(0), key(1)),
        setting("a key in the bucket, overflow entries", 1, fill(0, 0..OWN + 2), key(0), key(1)),
        setting("an overflow entry", 1, fill(0, 0..OWN + 2), key(OWN), key(0)),
        setting("an overflow entry, a vacancy", 1, vacancy(OWN + 1), key(OWN), key(1)),
        setting("one place left, in a group", 1, fill(0, 0..ALL - 1), key(ALL - 2), key(0)),
        setting("one place left, in the bucket", 1, vacancy(ALL - 1), key(ALL - 1), key(1)),
        setting("a full home, a key in the bucket", 1, fill(0, 0..ALL), key(0), key(1)),
        setting("a full home, an overflow entry", 1, fill(0, 0..ALL), key(ALL - 1), key(0)),
        setting("an absent key, a full bucket", 1, fill(0, 0..OWN), key(OWN), key(1)),
        setting(
            "an absent key, one place left in the bucket",
            1,
            vacancy(ALL - 1),
            key(ALL + 1),
            key(1),
        ),
        setting("an absent key, room after a move", 3, room_after_a_move(), key(ALL - 1), key(0)),
    ]
}

/// The first home has one place left, which an entry of the other home occupies, and that one has room
/// in another group. They share their groups in the last region.
fn room_after_a_move() -> Vec<Call> {
    let shared = OWN + GROUP_SLOTS as usize - 1;
    let mut before = fill(1, 0..shared + 1);
    before.push(Remove(key_of(1, OWN)).into());
    before.extend(fill(0, 0..ALL - 1));
    before
}

/// The first keys, `count` of them, all in groups but for two; a slot of the bucket is free.
fn vacancy(count: usize) -> Vec<Call> {
    let mut before = fill(0, 0..count);
    before.push(make_vacancy(0, count, 0));
    let mut has_vacancy = false;
    super::sweep(|accesses_before| {
        let last = before.len() - 1;
        before[last] = make_vacancy(0, count, accesses_before);
        let mut scene = Scene::new(1, before.clone(), true);
        has_vacancy = scene.has_vacancy();
        !has_vacancy
    });
    before
}
