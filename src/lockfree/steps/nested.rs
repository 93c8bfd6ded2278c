//! Rows N5, P4: stopped at every access, resumed or not.

use std::{eprintln, vec, vec::Vec};

use super::{
    Call, End, Stop, each_in_each, each_killed,
    scenes::{Setting, full_home, key, settings},
    sweep,
};
use crate::{
    error::Error,
    lockfree::judge::{ALL, OWN, Operation, Operation::Upsert},
};

/// Plays `trials` in every setting, and reports in which one they failed.
fn in_every_setting(mut trials: impl FnMut(&mut Setting)) {
    for mut setting in settings() {
        let name = setting.name;
        let result =
            std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| trials(&mut setting)));
        if let Err(panic) = result {
            eprintln!("in the setting: {name}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// An operation that runs alone never meets a conflict.
#[test]
fn alone_no_operation_meets_a_conflict() {
    in_every_setting(|Setting { scene, operations, .. }| {
        for &operation in operations.iter() {
            assert_eq!(scene.play(&[operation.into()]), 0);
        }
    });
}

/// A home that is filled until it takes no other key leaves a slot of each group to updates.
#[test]
fn insertions_leave_a_slot_of_each_group() {
    let scene = &mut full_home();
    assert_eq!(scene.play(&[Upsert(key(0), 7).into()]), 0);
    let world = scene.make();
    assert_eq!(world.map.insert(key(ALL), 1), Err(Error::Full));
}

/// Updates of present keys in a home that takes no other, stopped in one another: none is refused.
#[test]
fn p4_updates_in_a_full_home() {
    let mut scene = full_home();
    // In the bucket; and in each group, two of the last.
    let keys = [0, 1, OWN, ALL - 2, ALL - 1].map(key);
    let updates = keys.map(|key| Upsert(key, 7));
    for_triples(&updates, |[outer, middle, inner]| {
        sweep_two(|first, second| {
            let middle = Call::stopped(middle, second, vec![inner.into()]).numbered(1);
            scene.play(&[Call::stopped(outer, first, vec![middle])])
        });
    });
}

#[test]
fn p4_every_operation_in_every_other_at_every_access() {
    in_every_setting(|Setting { scene, operations, .. }| each_in_each(scene, operations));
}

#[test]
fn p4_two_operations_in_a_row_in_every_other() {
    in_every_setting(|Setting { scene, chosen, .. }| {
        for_triples(chosen, |[outer, first, second]| {
            sweep(|accesses_before| {
                let meanwhile = vec![first.into(), second.into()];
                scene.play(&[Call::stopped(outer, accesses_before, meanwhile)]) == 1
            });
        });
    });
}

#[test]
fn p4_an_interrupt_in_an_interrupt() {
    in_every_setting(|Setting { scene, chosen, .. }| {
        for_triples(chosen, |[outer, middle, inner]| {
            sweep_two(|first, second| {
                let middle = Call::stopped(middle, second, vec![inner.into()]).numbered(1);
                scene.play(&[Call::stopped(outer, first, vec![middle])])
            });
        });
    });
}

/// A killed operation blocks no other, and costs one slot.
#[test]
fn n5_p4_killed_at_every_access() {
    in_every_setting(|Setting { scene, operations, .. }| each_killed(scene, operations));
}

#[test]
fn n5_p4_two_killed_one_after_another() {
    in_every_setting(|Setting { scene, chosen, .. }| {
        for_pairs(chosen, |[first, second]| {
            sweep_two(|one, two| {
                let second = Call::killed(second, two).numbered(1);
                scene.play(&then_all(chosen, vec![Call::killed(first, one), second]))
            });
        });
    });
}

/// Killed in the middle of another, which goes on.
#[test]
fn n5_p4_an_interrupt_that_is_killed() {
    in_every_setting(|Setting { scene, chosen, .. }| {
        for_pairs(chosen, |[outer, dead]| {
            sweep_two(|first, second| {
                let dead = Call::killed(dead, second).numbered(1);
                let outer = Call::stopped(outer, first, vec![dead]);
                scene.play(&then_all(chosen, vec![outer]))
            });
        });
    });
}

/// Killed after it was interrupted, with its reservation from before.
#[test]
fn n5_p4_interrupted_and_then_killed() {
    in_every_setting(|Setting { scene, chosen, .. }| {
        for_pairs(chosen, |[dead, inner]| {
            sweep_two(|first, more| {
                let mut call = Call::stopped(dead, first, vec![inner.into()]);
                call.stops.push(Stop {
                    number: 1,
                    accesses_before: first + 1 + more,
                    meanwhile: Vec::new(),
                    ends: End::Killed,
                });
                scene.play(&then_all(chosen, vec![call]))
            });
        });
    });
}

/// `calls`, and after them all of `operations`.
fn then_all(operations: &[Operation], mut calls: Vec<Call>) -> Vec<Call> {
    calls.extend(operations.iter().map(|&operation| Call::from(operation)));
    calls
}

fn for_pairs(operations: &[Operation], mut trials: impl FnMut([Operation; 2])) {
    for &one in operations {
        for &two in operations {
            trials([one, two]);
        }
    }
}

fn for_triples(operations: &[Operation], mut trials: impl FnMut([Operation; 3])) {
    for_pairs(operations, |[one, two]| {
        operations.iter().for_each(|&three| trials([one, two, three]));
    });
}

/// Every pair of places for two stops, of which `play` answers the ones reached.
fn sweep_two(mut play: impl FnMut(u64, u64) -> u32) {
    sweep(|first| {
        let mut is_first_reached = false;
        sweep(|second| {
            let reached = play(first, second);
            is_first_reached = reached & 1 != 0;
            reached == 3
        });
        is_first_reached
    });
}
