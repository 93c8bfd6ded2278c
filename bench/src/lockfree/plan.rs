//! Keys, and the work of each thread.
//!
//! Keys are numbered: a bijection takes number `i` to key `i`. The numbers in the map are windows, one
//! for each thread: a thread that replaces entries removes the oldest of its own window and inserts the
//! next, so no two threads wait for each other's keys, and the map never has more entries than it has
//! requested room for. Reads and updates of one thread go to the windows of all threads. Keys of misses
//! have numbers that no window reaches.
//!
//! The value of a key is the key. Each step that finds, replaces, removes or inserts a key adds that
//! key to a sum, which is known beforehand: so a map that loses or mixes up entries is detected.

use std::sync::Arc;

use rand::{Rng, SeedableRng, rngs::SmallRng, seq::SliceRandom};

use crate::{
    draws::ranks,
    op::{Draw, SharedOp},
    workload::{key, sum},
};

/// Each thread's numbers start at a multiple of this number.
const LANE: u64 = 1 << 40;
/// Numbers from here on belong to keys that are never inserted.
const ABSENT: u64 = 1 << 60;

/// What a step does to its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Get,
    Miss,
    Upsert,
    Remove,
    Insert,
}

impl Kind {
    pub(crate) const ALL: [Kind; 5] =
        [Kind::Get, Kind::Miss, Kind::Upsert, Kind::Remove, Kind::Insert];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Get => "get",
            Kind::Miss => "miss",
            Kind::Upsert => "upsert",
            Kind::Remove => "remove",
            Kind::Insert => "insert",
        }
    }
}

/// The steps of one thread, of which the first are not measured.
pub(crate) struct Task {
    pub(crate) op: SharedOp,
    pub(crate) keys: Vec<u64>,
    /// The kind of each step; empty if all are of one kind.
    pub(crate) kinds: Vec<Kind>,
    /// Steps that only load the map into the caches.
    pub(crate) warm_steps: usize,
    /// Operations among the measured steps.
    pub(crate) operations: usize,
    /// The sum of what all steps return.
    pub(crate) expected: u64,
}

/// The keys of a map, and the numbers that come next.
pub(crate) struct Plan {
    entries: usize,
    /// The oldest number in each thread's window, counted from the start of its lane.
    oldest: Vec<u64>,
}

impl Plan {
    /// A plan for a map of `entries` entries, changed by `threads` threads.
    pub(crate) fn new(entries: usize, threads: usize) -> Plan {
        Plan { entries, oldest: vec![0; threads] }
    }

    fn threads(&self) -> usize {
        self.oldest.len()
    }

    /// Entries in the window of `thread`.
    fn window(&self, thread: usize) -> usize {
        let (each, left) = (self.entries / self.threads(), self.entries % self.threads());
        each + usize::from(thread < left)
    }

    /// The keys in the window of `thread`, the oldest first.
    pub(crate) fn keys_of(&self, thread: usize) -> Vec<u64> {
        (0..self.window(thread)).map(|place| key(self.number(thread, place))).collect()
    }

    fn number(&self, thread: usize, place: usize) -> u64 {
        LANE * thread as u64 + self.oldest[thread] + place as u64
    }

    /// The key of `rank` over all windows.
    fn key_of_rank(&self, rank: usize) -> u64 {
        let threads = self.threads();
        key(self.number(rank % threads, rank / threads))
    }

    /// The next task of `op` for every thread: `warm_steps`, then about `steps` measured steps.
    pub(crate) fn tasks(
        &mut self,
        op: SharedOp,
        draw: Draw,
        warm_steps: usize,
        steps: usize,
        seed: u64,
    ) -> Arc<[Task]> {
        (0..self.threads())
            .map(|thread| {
                let random = SmallRng::seed_from_u64(seed << 8 | thread as u64);
                self.task(thread, op, draw, warm_steps, steps, random)
            })
            .collect()
    }

    fn task(
        &mut self,
        thread: usize,
        op: SharedOp,
        draw: Draw,
        warm_steps: usize,
        steps: usize,
        mut random: SmallRng,
    ) -> Task {
        let all = warm_steps + steps;
        let mut warm_steps = warm_steps;
        let (keys, kinds) = match op {
            SharedOp::Hit | SharedOp::BatchHit | SharedOp::Update => {
                (self.draw(draw, all, &mut random), Vec::new())
            }
            SharedOp::Miss | SharedOp::BatchMiss => {
                let ranks = ranks(self.entries, draw, all, &mut random);
                (ranks.map(|rank| key(ABSENT + rank as u64)).collect(), Vec::new())
            }
            SharedOp::Read90 | SharedOp::Read50 => {
                let keys = self.draw(draw, all, &mut random);
                let choose = |_: &u64| match random.random_ratio(reads(op), 100) {
                    true => Kind::Get,
                    false => Kind::Upsert,
                };
                let kinds = keys.iter().map(choose).collect();
                (keys, kinds)
            }
            SharedOp::Turn90 | SharedOp::Turn50 => {
                let choose = |random: &mut SmallRng| {
                    random.random_ratio(reads(op), 100).then_some(Kind::Get)
                };
                self.turnover(thread, all, &mut random, choose)
            }
            SharedOp::Churn => self.turnover(thread, 2 * all, &mut random, |_| None),
            SharedOp::Insert | SharedOp::Remove => {
                warm_steps = 0;
                let mut keys = self.keys_of(thread);
                if op == SharedOp::Remove {
                    keys.shuffle(&mut random);
                }
                (keys, Vec::new())
            }
        };
        let steps_per_operation = if op == SharedOp::Churn { 2 } else { 1 };
        let warm_steps = warm_steps * steps_per_operation;
        let operations = (keys.len() - warm_steps) / steps_per_operation;
        let expected =
            if matches!(op, SharedOp::Miss | SharedOp::BatchMiss) { 0 } else { sum(&keys) };
        Task { op, keys, kinds, warm_steps, operations, expected }
    }

    /// The tasks of a run in which each step is timed: all kinds of steps, at random.
    pub(crate) fn mixed_tasks(&mut self, steps: usize, seed: u64) -> Arc<[Task]> {
        (0..self.threads())
            .map(|thread| {
                let mut random = SmallRng::seed_from_u64(seed << 8 | thread as u64);
                let choose = |random: &mut SmallRng| match random.random_range(0..5) {
                    0 => Some(Kind::Get),
                    1 => Some(Kind::Miss),
                    2 => Some(Kind::Upsert),
                    _ => None,
                };
                let (keys, kinds) = self.turnover(thread, steps, &mut random, choose);
                let found = keys.iter().zip(&kinds).filter(|(_, kind)| **kind != Kind::Miss);
                let expected = found.fold(0u64, |sum, (key, _)| sum.wrapping_add(*key));
                Task {
                    op: SharedOp::Turn50,
                    operations: keys.len(),
                    keys,
                    kinds,
                    warm_steps: 0,
                    expected,
                }
            })
            .collect()
    }

    /// Steps of one thread on its own window. Where `choose` returns no kind, the step removes the
    /// oldest entry and the next such step inserts a new one. There is an even number of such steps.
    fn turnover(
        &mut self,
        thread: usize,
        steps: usize,
        random: &mut SmallRng,
        choose: impl Fn(&mut SmallRng) -> Option<Kind>,
    ) -> (Vec<u64>, Vec<Kind>) {
        let window = self.window(thread);
        let mut removed = false;
        let mut one = |kind: Option<Kind>, random: &mut SmallRng| {
            // While an entry is removed, the window is one shorter at its end.
            let present = window - usize::from(removed);
            match kind {
                Some(Kind::Miss) => {
                    (key(ABSENT + random.random_range(0..window) as u64), Kind::Miss)
                }
                Some(kind) => (key(self.number(thread, random.random_range(0..present))), kind),
                None if removed => {
                    removed = false;
                    (key(self.number(thread, window - 1)), Kind::Insert)
                }
                None => {
                    removed = true;
                    let oldest = key(self.number(thread, 0));
                    self.oldest[thread] += 1;
                    (oldest, Kind::Remove)
                }
            }
        };
        let mut done: Vec<(u64, Kind)> = (0..steps)
            .map(|_| {
                let kind = choose(random);
                one(kind, random)
            })
            .collect();
        if done.iter().filter(|(_, kind)| *kind == Kind::Remove).count()
            > done.iter().filter(|(_, kind)| *kind == Kind::Insert).count()
        {
            done.push(one(None, random));
        }
        done.into_iter().unzip()
    }

    /// Keys that are in the map.
    fn draw(&self, draw: Draw, count: usize, random: &mut SmallRng) -> Vec<u64> {
        ranks(self.entries, draw, count, random).map(|rank| self.key_of_rank(rank)).collect()
    }
}

/// Percent of the steps that read.
fn reads(op: SharedOp) -> u32 {
    if matches!(op, SharedOp::Read90 | SharedOp::Turn90) { 90 } else { 50 }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Replays tasks on a set: the keys that they expect to be present or absent are.
    fn play(set: &mut HashSet<u64>, task: &Task) {
        let pure = match task.op {
            SharedOp::Hit | SharedOp::BatchHit => Kind::Get,
            SharedOp::Miss | SharedOp::BatchMiss => Kind::Miss,
            SharedOp::Update => Kind::Upsert,
            SharedOp::Insert => Kind::Insert,
            _ => Kind::Remove,
        };
        let mut sum = 0u64;
        for (index, key) in task.keys.iter().enumerate() {
            let kind = task.kinds.get(index).copied().unwrap_or(pure);
            let counts = match kind {
                Kind::Get | Kind::Upsert => set.contains(key),
                Kind::Miss => !set.contains(key),
                Kind::Remove => set.remove(key),
                Kind::Insert => set.insert(*key),
            };
            assert!(counts, "{:?} of step {index} in {:?}", kind, task.op);
            if kind != Kind::Miss {
                sum = sum.wrapping_add(*key);
            }
        }
        assert_eq!(sum, task.expected);
    }

    #[test]
    fn tasks_fit_the_map_they_are_for() {
        for threads in [1, 2, 3] {
            let mut plan = Plan::new(100, threads);
            let mut set = HashSet::new();
            for op in [SharedOp::Insert]
                .into_iter()
                .chain(SharedOp::ALL)
                .filter(|op| *op != SharedOp::Remove)
            {
                if op == SharedOp::Insert {
                    set.clear();
                }
                for draw in [Draw::Uniform, Draw::Zipf] {
                    for task in &*plan.tasks(op, draw, 10, 300, 1) {
                        play(&mut set, task);
                    }
                    if op == SharedOp::Insert {
                        break;
                    }
                }
                for task in &*plan.mixed_tasks(301, 2) {
                    play(&mut set, task);
                }
                assert_eq!(set.len(), 100, "after {op:?}");
            }
            for task in &*plan.tasks(SharedOp::Remove, Draw::Uniform, 10, 300, 3) {
                play(&mut set, task);
            }
            assert!(set.is_empty());
        }
    }

    #[test]
    fn mixes_have_their_share_of_reads() {
        for (op, percent) in [
            (SharedOp::Read90, 90),
            (SharedOp::Read50, 50),
            (SharedOp::Turn90, 90),
            (SharedOp::Turn50, 50),
        ] {
            let mut plan = Plan::new(1000, 1);
            let tasks = plan.tasks(op, Draw::Uniform, 0, 100_000, 4);
            let reads = tasks[0].kinds.iter().filter(|kind| **kind == Kind::Get).count();
            assert!(reads.abs_diff(1000 * percent) < 1000, "{reads} reads of {op:?}");
        }
    }
}
