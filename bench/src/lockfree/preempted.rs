//! Suite `preempted`: how long single operations take when threads lose their processor in the middle of them.
//!
//! Each processor has several threads, which are pinned to it, so that the system preempts them many times, wherever
//! they are. A thread that is preempted inside a lock keeps it, and any other thread that needs the lock waits until
//! the thread runs again: some milliseconds. Beside it, the same with a thread for each processor.
//!
//! Each step of a random mix of hits, misses, upserts, removals and insertions is timed by itself. The clock's own
//! cost, which is part of every number, is printed beside. A thread that waits makes no other steps meanwhile, so a
//! long wait counts once: where all wait for one lock, long waits are few, and appear in the maximum. A step that is
//! preempted itself takes as long in every map; with steps of 100 ns and slices of some milliseconds that is one in
//! tens of thousands, so up to p99.99 the steps show the map, and the maximum shows the scheduler too.
//!
//! What one stopped thread does to the others, without a clock, is the suite [`stopped`](crate::stopped).

use std::{
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

use crate::{
    options::Options,
    progress::Progress,
    report::{Failure, Report},
    rounds::turns,
};

use super::{
    heptad::Heptad,
    loops::Factory,
    members::Member,
    peers::{Dash, Papaya, PerOperation, ReadWrite, Scc, SpinHashbrown},
    plan::Kind,
    rows,
    sizes::{SMALL, patience},
    worker::{Answer, Latency, Request},
};

/// The suite's name.
pub(crate) const SUITE: &str = "preempted";

/// The contenders, ours first.
pub(super) const FACTORIES: [Factory; 6] = [
    Factory::of::<Heptad>(),
    Factory::of::<SpinHashbrown>(),
    Factory::of::<ReadWrite>(),
    Factory::of::<Dash>(),
    Factory::of::<PerOperation<Papaya>>(),
    Factory::of::<Scc>(),
];

/// Threads per processor: none is preempted by others of the map, or most are.
const CROWDS: [usize; 2] = [1, 4];
/// Steps of all threads in a round.
const STEPS: usize = 1 << 21;
/// Rounds of a long and of a short run.
const ROUNDS: (usize, usize) = (10, 2);

/// Measures every kind of step with every contender that `options` selects.
pub(crate) fn run(options: &Options, report: &mut Report) {
    if !options.wants_suite(SUITE) || options.counts {
        return;
    }
    let wanted =
        |(index, factory): &(usize, Factory)| *index == 0 || options.wants_peer(factory.name);
    let factories = FACTORIES.into_iter().enumerate().filter(wanted).map(|(_, factory)| factory);
    let factories: Vec<Factory> = factories.collect();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let clock = clock_ns();
    println!(
        "\nsingle operations; reading the clock takes {clock} ns, which are in every one of them"
    );
    let rounds = if options.quick { ROUNDS.1 } else { ROUNDS.0 };
    let turns = CROWDS.len() * rounds * factories.len();
    let mut progress = Progress::new(SUITE, turns as f64);
    for threads in CROWDS.map(|crowd| crowd * processors) {
        let new_member = |factory: &Factory| Member::new(*factory, SMALL, threads, patience(SMALL));
        let mut members: Vec<Member> = factories.iter().map(new_member).collect();
        let names = members.iter().map(|member| member.name).collect();
        let section = rows::section(SUITE, SMALL, threads, names);
        section.print_head();
        let latencies = measure(&mut members, rounds, STEPS / threads, &mut progress);
        for kind in Kind::ALL {
            let of_kind: Vec<Result<Latency, Failure>> = latencies
                .iter()
                .map(|result| result.clone().map(|latencies| latencies[kind as usize]))
                .collect();
            rows::add_latencies(report, &section, kind, &of_kind);
        }
        section.print_failures(&latencies);
    }
}

/// The latencies of each kind of step, over `rounds` rounds of `steps` steps by each thread.
fn measure(
    members: &mut [Member],
    rounds: usize,
    steps: usize,
    progress: &mut Progress,
) -> Vec<Result<Vec<Latency>, Failure>> {
    let mut failures: Vec<Result<(), Failure>> = vec![Ok(()); members.len()];
    for round in 0..rounds {
        for index in turns(round, members.len()) {
            if failures[index].is_ok() {
                let request = Request::TimeEach { steps, seed: round as u64 };
                failures[index] = members[index].ask(request).map(drop);
            }
            progress.advance(1.0);
        }
    }
    let summary = |(member, failure): (&mut Member, Result<(), Failure>)| {
        failure?;
        match member.ask(Request::Latencies)? {
            Answer::Latencies(latencies) if latencies.len() == Kind::ALL.len() => Ok(latencies),
            other => Err(format!("unexpected {other:?}")),
        }
    };
    members.iter_mut().zip(failures).map(summary).collect()
}

/// The latency of an empty measurement: the median of many.
fn clock_ns() -> u64 {
    let mut times = Histogram::<u64>::new(3).expect("three digits are valid");
    for _ in 0..100_000 {
        let start = Instant::now();
        let nothing: Duration = start.elapsed();
        times.saturating_record(nothing.as_nanos() as u64);
    }
    times.value_at_quantile(0.5)
}
