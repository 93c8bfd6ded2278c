//! The loops around the operations of a map, the same for every kind of map.
//!
//! Each loop is compiled once per kind, with the map's methods inlined as they would be in a user's
//! program.

use std::{ops::Range, sync::Arc, time::Instant};

use crate::op::SharedOp;

use super::{
    map::{BATCH, GuardedMap, OPERATIONS_PER_GUARD},
    plan::{Kind, Task},
};

/// A map that takes part in the comparison.
pub(crate) trait Contender: Send + Sync {
    /// Does the steps of `task` in `range`; returns the sum of what they return.
    fn perform(&self, task: &Task, range: Range<usize>) -> u64;

    /// Does all steps, and passes the nanoseconds of each to `record`; returns the sum of what the
    /// steps return.
    fn time_each(&self, task: &Task, record: &mut dyn FnMut(Kind, u64)) -> u64;

    fn len(&self) -> usize;
}

/// The name of a map, and a function that makes one with room for a number of entries.
#[derive(Clone, Copy)]
pub(crate) struct Factory {
    pub(crate) name: &'static str,
    pub(crate) make: fn(usize) -> Arc<dyn Contender>,
}

impl Factory {
    pub(crate) const fn of<M: GuardedMap>() -> Factory {
        Factory { name: M::NAME, make: |entries| Arc::new(Looped(M::with_room(entries))) }
    }
}

struct Looped<M>(M);

impl<M: GuardedMap> Contender for Looped<M> {
    fn perform(&self, task: &Task, range: Range<usize>) -> u64 {
        let keys = &task.keys[range.clone()];
        match task.op {
            SharedOp::Hit | SharedOp::Miss => get_all(&self.0, keys),
            SharedOp::BatchHit | SharedOp::BatchMiss => get_in_batches(&self.0, keys),
            SharedOp::Update => upsert_all(&self.0, keys),
            SharedOp::Insert => insert_all(&self.0, keys),
            SharedOp::Remove => remove_all(&self.0, keys),
            SharedOp::Read90 | SharedOp::Read50 => {
                mix(&self.0, keys, &task.kinds[range], without_turnover)
            }
            SharedOp::Turn90 | SharedOp::Turn50 | SharedOp::Churn => {
                mix(&self.0, keys, &task.kinds[range], step)
            }
        }
    }

    fn time_each(&self, task: &Task, record: &mut dyn FnMut(Kind, u64)) -> u64 {
        let guarded =
            task.keys.chunks(OPERATIONS_PER_GUARD).zip(task.kinds.chunks(OPERATIONS_PER_GUARD));
        let mut sum = 0u64;
        for (keys, kinds) in guarded {
            let guard = self.0.guard();
            for (&key, &kind) in keys.iter().zip(kinds) {
                let start = Instant::now();
                let word = step(&self.0, &guard, key, kind);
                let taken = start.elapsed();
                sum = sum.wrapping_add(word);
                record(kind, taken.as_nanos() as u64);
            }
        }
        sum
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// The sum of `act` over `keys`; the guard is renewed at intervals.
#[inline(always)]
fn over<M: GuardedMap>(map: &M, keys: &[u64], act: impl Fn(&M::Guard<'_>, u64) -> u64) -> u64 {
    let mut sum = 0u64;
    for keys in keys.chunks(OPERATIONS_PER_GUARD) {
        let guard = map.guard();
        for &key in keys {
            sum = sum.wrapping_add(act(&guard, key));
        }
    }
    sum
}

#[inline(never)]
fn get_all<M: GuardedMap>(map: &M, keys: &[u64]) -> u64 {
    over(map, keys, |guard, key| map.get(guard, key).unwrap_or(0))
}

#[inline(never)]
fn get_in_batches<M: GuardedMap>(map: &M, keys: &[u64]) -> u64 {
    let mut sum = 0u64;
    for keys in keys.chunks(OPERATIONS_PER_GUARD) {
        let guard = map.guard();
        let (batches, rest) = keys.as_chunks::<BATCH>();
        for batch in batches {
            sum = sum.wrapping_add(map.get_many(&guard, batch));
        }
        for &key in rest {
            sum = sum.wrapping_add(map.get(&guard, key).unwrap_or(0));
        }
    }
    sum
}

#[inline(never)]
fn upsert_all<M: GuardedMap>(map: &M, keys: &[u64]) -> u64 {
    over(map, keys, |guard, key| map.upsert(guard, key, key).unwrap_or(0))
}

#[inline(never)]
fn insert_all<M: GuardedMap>(map: &M, keys: &[u64]) -> u64 {
    over(map, keys, |guard, key| if map.insert(guard, key, key) { key } else { 0 })
}

#[inline(never)]
fn remove_all<M: GuardedMap>(map: &M, keys: &[u64]) -> u64 {
    over(map, keys, |guard, key| map.remove(guard, key).unwrap_or(0))
}

#[inline(never)]
fn mix<M: GuardedMap>(
    map: &M,
    keys: &[u64],
    kinds: &[Kind],
    step: impl Fn(&M, &M::Guard<'_>, u64, Kind) -> u64,
) -> u64 {
    let mut sum = 0u64;
    for (keys, kinds) in keys.chunks(OPERATIONS_PER_GUARD).zip(kinds.chunks(OPERATIONS_PER_GUARD)) {
        let guard = map.guard();
        for (&key, &kind) in keys.iter().zip(kinds) {
            sum = sum.wrapping_add(step(map, &guard, key, kind));
        }
    }
    sum
}

/// A step of a mix of gets and upserts only: its loop has no code for the others.
#[inline(always)]
fn without_turnover<M: GuardedMap>(map: &M, guard: &M::Guard<'_>, key: u64, kind: Kind) -> u64 {
    match kind {
        Kind::Upsert => map.upsert(guard, key, key).unwrap_or(0),
        _ => map.get(guard, key).unwrap_or(0),
    }
}

#[inline(always)]
fn step<M: GuardedMap>(map: &M, guard: &M::Guard<'_>, key: u64, kind: Kind) -> u64 {
    match kind {
        Kind::Get | Kind::Miss => map.get(guard, key).unwrap_or(0),
        Kind::Upsert => map.upsert(guard, key, key).unwrap_or(0),
        Kind::Remove => map.remove(guard, key).unwrap_or(0),
        Kind::Insert => {
            if map.insert(guard, key, key) {
                key
            } else {
                0
            }
        }
    }
}
