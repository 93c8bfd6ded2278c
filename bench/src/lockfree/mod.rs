//! What heptad's shared map costs, beside the maps that programs use for the same purpose.
//!
//! # Contenders
//!
//! | name | map | progress |
//! |---|---|---|
//! | heptad | `heptad::lockfree::Map` | lock-free, no allocation |
//! | papaya | `papaya::HashMap` | lock-free reads; allocates an entry per write, reclaims with guards |
//! | flurry | `flurry::HashMap` | lock-free reads, a lock per bucket for writes; guards |
//! | moka-cht | `moka_cht::HashMap` | lock-free but for its resize; allocates per write, pins an epoch |
//! | leapfrog | `leapfrog::LeapMap` | lock-free reads and updates |
//! | scc | `scc::HashMap` | a lock per bucket of 32 |
//! | dashmap | `dashmap::DashMap` | a lock per shard, four shards per processor |
//! | hashbrown, rw | `std::sync::RwLock<hashbrown::HashMap>` | one lock |
//! | swiss, spin | `heptad::swiss::Locked<Map>` | one spin lock |
//!
//! papaya and flurry take part twice: with a guard for each operation (or batch), and, *held*, with one
//! for 256 operations. leapfrog as well: with room for the entries, and, *x2*, for twice as many.
//!
//! All have the same hash, [`heptad::hash::Keyed`] of the same seed; the same keys in the same order; 64-bit
//! keys and values; the same memory advice; and room for the entries, requested through their own
//! constructors, with as many entries as that. The memory that each map then uses stands beside the times.
//!
//! # How it is measured
//!
//! Every contender has a process of its own ([`worker`]), which performs one portion of work at a time. They
//! take turns: in each round all do the same work, starting with another contender each time, while the
//! others wait. The report has the median over rounds; a ratio is a peer's median divided by ours. A peer
//! that crashes, hangs or answers wrongly loses that cell, which says so.
//!
//! Rounds in which a neighbour on the machine took a processor away are left out, and further rounds replace
//! them, up to a limit. Cells that have only such rounds are marked with a star.
//!
//! With one thread, the time is the thread's processor time; with several, the wall-clock time from the
//! first start to the last end, divided by the operations of all threads: perfect scaling halves it.
//!
//! | op | one operation is |
//! |---|---|
//! | hit, miss | a lookup of a key that is there; that is not |
//! | batch-hit, batch-miss | a lookup in a batch of 16 keys; peers without batches get the keys one by one |
//! | read90, read50 | a lookup of a present key, or, in 10 or 50 of 100, an upsert of one |
//! | update | an upsert of a present key |
//! | turn90, turn50 | a lookup, or, in 10 or 50 of 100, a removal or an insertion of a new key |
//! | churn | removing the thread's oldest entry *and* inserting a new one |
//! | insert | one of the insertions that fill a new map to its room; memory is touched for the first time |
//! | remove | one of the removals that empty it, in random order |
//!
//! Keys of the rows from hit to update are drawn uniformly, or by Zipf's law with exponent .99. In the
//! others, a thread goes through keys of its own: see [`plan`].
//!
//! # Memory, allocations, floor
//!
//! Bytes per entry and allocations per operation are counted by the program's allocator ([`memory`]): what
//! the map requested, without the allocator's overhead. The suite [`preempted`] has the times of single operations.
//!
//! `--op floor` times the bare exchanges of which a change consists: see [`floor`].
//!
//! [`memory`]: crate::memory

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    gauge::Gauge,
    op::{Draw, SharedOp},
    options::Options,
    progress::Progress,
    report::{Failure, Report},
    rounds::{median, turns},
};

mod counts;
mod floor;
pub(crate) mod heptad;
mod loops;
pub(crate) mod map;
mod members;
pub(crate) mod peers;
pub(crate) mod plan;
pub(crate) mod pool;
pub(crate) mod preempted;
mod rows;
mod sizes;
mod worker;

use loops::Factory;
use members::Member;
use rows::Sample;
pub(crate) use sizes::SUITE;
use sizes::{LARGE, SMALL, patience};
use worker::{Answer, Request};

/// The name for `--op` of the bare exchanges.
const FLOOR: &str = "floor";

/// All contenders, ours first.
const FACTORIES: [Factory; 12] = [
    Factory::of::<heptad::Heptad>(),
    Factory::of::<peers::PerOperation<peers::Papaya>>(),
    Factory::of::<peers::Papaya>(),
    Factory::of::<peers::PerOperation<peers::Flurry>>(),
    Factory::of::<peers::Flurry>(),
    Factory::of::<peers::MokaCht>(),
    Factory::of::<peers::Leapfrog<1>>(),
    Factory::of::<peers::Leapfrog<2>>(),
    Factory::of::<peers::Scc>(),
    Factory::of::<peers::Dash>(),
    Factory::of::<peers::ReadWrite>(),
    Factory::of::<peers::SpinSwiss>(),
];

/// Numbers of threads that change a map.
const THREADS: [usize; 2] = [1, 2];

/// The names that `--op` and `--peer` know.
pub(crate) fn op_names() -> impl Iterator<Item = &'static str> {
    SharedOp::ALL.into_iter().map(SharedOp::name).chain([FLOOR])
}

pub(crate) fn peer_names() -> impl Iterator<Item = &'static str> {
    all_factories().skip(1).map(|factory| factory.name)
}

/// The contenders of both suites; some are in both.
fn all_factories() -> impl Iterator<Item = Factory> {
    FACTORIES.into_iter().chain(preempted::FACTORIES)
}

/// Serves the requests of the parent process, if this process is a worker.
pub(crate) fn serve_if_worker() -> Result<()> {
    match members::worker_name()
        .and_then(|name| all_factories().find(|factory| *name == *factory.name))
    {
        Some(factory) => worker::serve(factory),
        None => Ok(()),
    }
}

/// How much work a cell gets.
struct Effort {
    /// Warm-up steps of each thread, and measured steps.
    warm_steps: usize,
    steps: usize,
    /// Undisturbed rounds that each contender should have, and the maximum of rounds.
    rounds: (usize, usize),
    /// No further round starts after this time if each contender had that many rounds, disturbed or not.
    enough: Duration,
}

impl Effort {
    fn new(entries: usize, quick: bool) -> Effort {
        // Rounds are short, so that some fit between the time slices of neighbours. Maps larger than the
        // caches need little warming up.
        let (warm_steps, steps) =
            if entries < LARGE { (1 << 15, 1 << 16) } else { (1 << 13, 1 << 15) };
        let (rounds, enough_ms) = if quick { ((5, 20), 1500) } else { ((15, 80), 6000) };
        Effort { warm_steps, steps, rounds, enough: Duration::from_millis(enough_ms) }
    }

    /// The rounds for `op`: fewer if each has to fill a large map first.
    fn rounds_of(&self, op: SharedOp, entries: usize) -> (usize, usize) {
        if op.refills() && entries >= LARGE { (3, 9) } else { self.rounds }
    }
}

/// Measures what `options` selects, on the shared maps.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    if !options.wants_suite(SUITE) {
        return Ok(());
    }
    let [ours, peers @ ..] = FACTORIES;
    let peers = peers.into_iter().filter(|factory| options.wants_peer(factory.name));
    let factories: Vec<Factory> = [ours].into_iter().chain(peers).collect();
    if gauge.is_exact() {
        return counts::run(options, &factories, gauge, report);
    }
    let sizes = [SMALL, LARGE].map(|entries| (entries, rows_of(options, entries)));
    let rows: usize = sizes.iter().map(|(_, rows)| THREADS.len() * rows.len()).sum();
    let mut progress = Progress::new(SUITE, rows as f64);
    for (entries, rows) in sizes {
        throughput(options, &factories, entries, &rows, report, &mut progress);
    }
    if options.wants_op(FLOOR) {
        floor::run(report)?;
    }
    Ok(())
}

/// The operations that are measured on maps of `entries` entries, with the way in which their keys are drawn.
fn rows_of(options: &Options, entries: usize) -> Vec<(SharedOp, Draw)> {
    let slow = options.quick && entries >= LARGE;
    let wanted = |op: &SharedOp| options.wants_op(op.name()) && !(slow && op.refills());
    let draws = |op: SharedOp| {
        let draws = if op.draws() { &[Draw::Uniform, Draw::Zipf][..] } else { &[Draw::Uniform] };
        draws.iter().map(move |draw| (op, *draw))
    };
    SharedOp::ALL.into_iter().filter(wanted).flat_map(draws).collect()
}

/// All cells of maps of `entries` entries.
fn throughput(
    options: &Options,
    factories: &[Factory],
    entries: usize,
    rows: &[(SharedOp, Draw)],
    report: &mut Report,
    progress: &mut Progress,
) {
    if rows.is_empty() {
        return;
    }
    let effort = Effort::new(entries, options.quick);
    for threads in THREADS {
        // New workers, so that none still has to free what an earlier map left.
        let new_member =
            |factory: &Factory| Member::new(*factory, entries, threads, patience(entries));
        let mut members: Vec<Member> = factories.iter().map(new_member).collect();
        let names = members.iter().map(|member| member.name).collect();
        let section = rows::section(SUITE, entries, threads, names);
        section.print_head();
        rows::print_memory(&section, &members);
        for &(op, draw) in rows {
            let effort = Effort { rounds: effort.rounds_of(op, entries), ..effort };
            let results = measure(&mut members, op, draw, &effort);
            rows::add_times(report, &section, op, draw, &results);
            progress.advance(1.0);
        }
    }
}

/// One operation with every contender: its measure, or the failure.
fn measure(
    members: &mut [Member],
    op: SharedOp,
    draw: Draw,
    effort: &Effort,
) -> Vec<Result<Sample, Failure>> {
    let mut samples: Vec<Result<Vec<Sample>, Failure>> = vec![Ok(Vec::new()); members.len()];
    let start = Instant::now();
    for round in 0..effort.rounds.1 {
        for index in turns(round, members.len()) {
            let Ok(taken) = &mut samples[index] else { continue };
            let Effort { warm_steps, steps, .. } = *effort;
            let seed = round as u64;
            match members[index].ask(Request::Measure { op, draw, warm_steps, steps, seed }) {
                Ok(Answer::Measured { nanoseconds, allocations, disturbed, memory }) => {
                    taken.push(Sample { nanoseconds, allocations, disturbed, memory });
                }
                Ok(other) => samples[index] = Err(format!("unexpected {other:?}")),
                Err(failure) => samples[index] = Err(failure),
            }
        }
        let enough = |samples: &Vec<Sample>| undisturbed(samples) >= effort.rounds.0;
        let all_have = samples.iter().flatten().all(enough);
        let is_late = round + 1 >= effort.rounds.0 && start.elapsed() >= effort.enough;
        if all_have || is_late {
            break;
        }
    }
    samples.into_iter().map(|samples| samples.map(middle)).collect()
}

/// The medians of the undisturbed samples, or of all samples if none is undisturbed; and the map's memory at
/// the end.
fn middle(samples: Vec<Sample>) -> Sample {
    let memory = samples.last().map(|sample| sample.memory).unwrap_or_default();
    let disturbed = undisturbed(&samples) == 0;
    let of = |part: fn(&Sample) -> f64| {
        median(samples.iter().filter(|one| one.disturbed == disturbed).map(part).collect())
    };
    Sample {
        nanoseconds: of(|sample| sample.nanoseconds),
        allocations: of(|sample| sample.allocations),
        disturbed,
        memory,
    }
}

fn undisturbed(samples: &[Sample]) -> usize {
    samples.iter().filter(|sample| !sample.disturbed).count()
}

#[cfg(test)]
mod tests {
    use super::{worker::Memory, *};

    #[test]
    fn disturbed_rounds_are_left_out_while_there_are_others() {
        let sample = |(nanoseconds, disturbed): (f64, bool)| Sample {
            nanoseconds,
            disturbed,
            allocations: 1.0,
            memory: Memory { bytes: nanoseconds as i64 },
        };
        let of = |samples: &[(f64, bool)]| {
            let middle = middle(samples.iter().copied().map(sample).collect());
            (middle.nanoseconds, middle.disturbed, middle.memory.bytes)
        };
        assert_eq!(of(&[(3.0, false), (1.0, false), (2.0, false)]), (2.0, false, 2));
        assert_eq!(of(&[(9.0, true), (3.0, false), (4.0, true)]), (3.0, false, 4));
        assert_eq!(of(&[(9.0, true), (8.0, true)]), (8.5, true, 8));
    }
}
