//! Closures that panic, in operations that are stopped at every access: nothing stays reserved.

use std::{
    boxed::Box,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    vec::Vec,
};

use super::{Interrupt, Judged, Map, region_for, steps};
use crate::{
    error::Error,
    lockfree::{
        arena::Shape,
        judge::{ALL, OWN, Operation, Operation::*, keys_of_home},
    },
};

fn key(number: usize) -> u64 {
    keys_of_home(Shape::for_entries(1).unwrap(), 0).nth(number).unwrap()
}

/// A closure that panics in its second round, which an interrupt in the first one causes.
fn panics_in_round_two(count: usize, about: u64, interrupt: Operation) {
    for accesses_before in 0.. {
        let map: &Judged = Box::leak(Box::new(Map::new_in(region_for(1), 0).unwrap()));
        (0..count).for_each(|number| assert_eq!(map.insert(key(number), 100), Ok(None)));
        let is_reached = Rc::new(Cell::new(false));
        let reached = Rc::clone(&is_reached);
        let handler = Box::new(move || {
            reached.set(true);
            interrupt.run(map);
        });
        let mut rounds = 0;
        let change = |value: Option<u64>| {
            rounds += 1;
            if rounds == 2 {
                // Without the panic's message.
                resume_unwind(Box::new(()));
            }
            Some(value.unwrap_or(0) + 1)
        };
        let interrupts = [Interrupt { accesses_before, handler }].into();
        let run = || steps::run(interrupts, || map.fetch_update(about, change));
        let _ = catch_unwind(AssertUnwindSafe(run));
        let story = (count, about, interrupt, accesses_before);
        assert_eq!((map.tables().stats().reserved, map.tables().check()), (0, Ok(())), "{story:?}");
        if !is_reached.get() {
            break;
        }
    }
}

#[test]
fn a_closure_that_panics_leaves_nothing() {
    for count in [0, 1, OWN, OWN + 2, ALL - 1] {
        let keys: Vec<u64> = [0, OWN, count].into_iter().map(key).collect();
        for &about in &keys {
            for &other in &keys {
                for interrupt in [Upsert(other, 7), Remove(other), Toggle(other, 8)] {
                    panics_in_round_two(count, about, interrupt);
                }
            }
        }
    }
}

/// The steps' own bound on accesses would notice otherwise.
#[test]
fn a_closure_that_changes_its_home_ends() {
    for about in [key(0), key(OWN + 1)] {
        let map: Judged = Map::new_in(region_for(1), 0).unwrap();
        (0..OWN + 2).for_each(|number| assert_eq!(map.insert(key(number), 100), Ok(None)));
        let change = |value| {
            Increment(key(1)).run(&map);
            value + 1
        };
        let (answer, _) = steps::run([].into(), || map.modify(about, change));
        assert_eq!((answer, map.get(about)), (Err(Error::Reentrant), Some(100)));
    }
}
