//! Rows M2, M3, N3, N5: operations and migrators stopped at every access while the map is rebuilt.

use std::{boxed::Box, cell::Cell, rc::Rc, vec, vec::Vec};

use super::{
    Call, Interrupt, Judged, Map, Scene, each_in_each, each_killed, region_for, steps, sweep,
};
use crate::lockfree::{
    arena::Shape,
    judge::{OWN, Operation, Operation::*, keys_of_home},
};

fn key(number: usize) -> u64 {
    keys_of_home(Shape::for_entries(3).unwrap(), 0).nth(number).unwrap()
}

/// Maps of one home with some entries, which have begun to move into a table of one home or of more.
fn scenes() -> Vec<Scene> {
    let scene = |count: usize, capacity| {
        let before = (0..count).map(|number| Insert(key(number), 100).into()).collect();
        Scene::new(1, before, false).in_rebuild(capacity)
    };
    vec![scene(0, 1), scene(1, 1), scene(1, 9), scene(OWN, OWN), scene(OWN + 2, 9)]
}

/// On the first key, and on one that is not there.
fn operations() -> Vec<Operation> {
    let (first, absent) = (key(0), key(OWN + 2));
    vec![
        Get(first),
        GetInBatch(first),
        Insert(first, 1),
        Upsert(first, 2),
        Remove(first),
        Increment(first),
        Toggle(first, 5),
        Insert(absent, 6),
        InsertEvicting(absent, 8),
        Help(1),
        Help(4),
    ]
}

#[test]
fn n3_every_operation_in_every_other_at_every_access() {
    scenes().iter_mut().for_each(|scene| each_in_each(scene, &operations()));
}

/// A migrator is stopped, the rebuild completed, the key removed or changed, and only then it goes on.
#[test]
fn m2_m3_a_late_helper_brings_nothing_back() {
    let changes = [
        vec![Remove(key(0))],
        vec![Upsert(key(0), 7)],
        vec![Remove(key(0)), Insert(key(0), 8)],
        vec![Upsert(key(0), 7), Remove(key(0))],
    ];
    for mut scene in scenes() {
        for late in operations() {
            for change in &changes {
                let meanwhile: Vec<Call> =
                    [Help(40)].iter().chain(change).map(|&operation| operation.into()).collect();
                sweep(|accesses| {
                    scene.play(&[Call::stopped(late, accesses, meanwhile.clone())]) == 1
                });
            }
        }
    }
}

/// A context that is killed in a rebuild blocks no other, and the rebuild ends.
#[test]
fn n5_killed_at_every_access() {
    scenes().iter_mut().for_each(|scene| each_killed(scene, &operations()));
}

/// A reader that has gone on to the second table finds its key when that one is rebuilt meanwhile too.
#[test]
fn p6_a_reader_overtaken_by_the_next_rebuild() {
    sweep(|accesses_before| {
        let map: &Judged = Box::leak(Box::new(Map::new_in(region_for(1), 0).unwrap()));
        let finish = |map: &Judged| while map.tables().help(1) != Ok(true) {};
        assert_eq!(map.insert(key(0), 100), Ok(None));
        map.tables().rebuild(region_for(1), 1).unwrap();
        // The entry has moved, and operations still begin in the first table.
        assert_eq!(map.tables().help(1), Ok(false));
        let is_reached = Rc::new(Cell::new(false));
        let reached = Rc::clone(&is_reached);
        let handler = Box::new(move || {
            reached.set(true);
            finish(map);
            map.tables().rebuild(region_for(1), 2).unwrap();
            finish(map);
        });
        let interrupts = [Interrupt { accesses_before, handler }].into();
        let (answer, _) = steps::run(interrupts, || map.get(key(0)));
        assert_eq!(answer, Some(100), "stopped before access {accesses_before}");
        is_reached.get()
    });
}
