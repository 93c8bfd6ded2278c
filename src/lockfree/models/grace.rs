//! Grace periods by counting: what an old table's memory is to operations, a cell is here.
//!
//! Threads that find the table current use the cell without atomics, and a thread that has seen the grace period
//! elapse writes it; loom fails if nothing orders the two. The counters have one stripe here.

use std::{sync::Arc, vec::Vec};

use crate::{
    lockfree::{Counted, Reclaim, Track, chain::Guarded},
    sync::{
        AtomicU64,
        Ordering::{Acquire, SeqCst},
        sequentially_consistent,
    },
};
use loom::{cell::UnsafeCell, model::Builder, thread};

/// A map, but for its tables.
#[derive(Default)]
struct World {
    guard: Counted,
    /// The number of the table that operations begin in.
    current: AtomicU64,
    /// The memory of table 0.
    memory: UnsafeCell<()>,
}

// SAFETY: nothing is in the cell; loom watches its uses.
unsafe impl Sync for World {}
// SAFETY: as above.
unsafe impl Send for World {}

impl World {
    /// What `Chain` does around every operation.
    fn operate(&self) {
        let inside = self.guard.enter();
        if self.current.load(SeqCst) == 0 {
            self.memory.with(|_| ());
        }
        // SAFETY: it entered above.
        unsafe { self.guard.leave(inside) };
    }

    /// What an iterator does that is cloned, and its clone again, each dropped before its clone.
    fn clone_inside(&self) {
        let mut inside = Guarded::enter(&self.guard);
        let is_in_old_table = self.current.load(SeqCst) == 0;
        for _ in 0..2 {
            let clone = inside.clone();
            inside = clone;
        }
        if is_in_old_table {
            self.memory.with(|_| ());
        }
        drop(inside);
    }

    /// What `Chain` does to retire and reclaim a table; polls so many times.
    fn reclaim(&self, polls: usize) {
        let _ = self.current.compare_exchange(0, 1, SeqCst, Acquire);
        sequentially_consistent();
        let started = self.guard.start();
        if (0..polls).any(|_| self.guard.has_elapsed(started)) {
            self.memory.with_mut(|_| ());
        }
    }

    /// Another context with a grace period of another table.
    fn ask(&self) {
        self.guard.has_elapsed(self.guard.start());
    }
}

/// Runs these at once.
fn race(preemptions: usize, threads: &'static [fn(&World)]) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        let world = Arc::new(World::default());
        let spawn = |&act: &fn(&World)| {
            let world = Arc::clone(&world);
            thread::spawn(move || act(&world))
        };
        let handles: Vec<_> = threads.iter().map(spawn).collect();
        handles.into_iter().for_each(|handle| handle.join().unwrap());
    });
}

#[test]
fn an_operation_and_a_reclaimer() {
    race(4, &[World::operate, |world| world.reclaim(1)]);
}

#[test]
fn two_operations_and_a_reclaimer() {
    race(2, &[World::operate, World::operate, |world| world.reclaim(1)]);
}

/// A change of banks that was decided on before the grace period began counts for nothing.
#[test]
fn two_who_ask() {
    race(3, &[World::operate, |world| world.reclaim(1), World::ask]);
}

/// What takes a minute.
mod thorough {
    use super::*;

    /// A clone counts as its original does: what that one reached stays until both have left.
    #[test]
    fn an_iterator_that_is_cloned_and_a_reclaimer() {
        race(5, &[World::clone_inside, |world| world.reclaim(3)]);
    }
}
