//! How long single operations take, including operations whose thread is preempted in the middle.

use std::{
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

use crate::{
    options::Options,
    report::{Failure, Report},
    rounds::turns,
};

use super::{
    loops::Factory,
    members::Member,
    plan::Kind,
    rows,
    sizes::{LARGE, SMALL, patience},
    worker::{Answer, Latency, Request},
};

/// Threads per processor in the oversubscribed case.
const CROWD: usize = 4;

/// Measures every kind of step with every contender.
pub(crate) fn run(options: &Options, factories: &[Factory], report: &mut Report) {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let clock = clock_ns();
    println!("\nlatencies; reading the clock takes {clock} ns, which are in every one of them");
    let sizes: &[usize] = if options.quick { &[SMALL] } else { &[SMALL, LARGE] };
    let rounds = if options.quick { 2 } else { 5 };
    for &entries in sizes {
        for threads in [1, processors, CROWD * processors] {
            let mut members: Vec<Member> = factories
                .iter()
                .map(|factory| Member::new(*factory, entries, threads, patience(entries)))
                .collect();
            let names = members.iter().map(|member| member.name).collect();
            let section = rows::section(entries, threads, names);
            section.print_head();
            let latencies = measure(&mut members, rounds, (1 << 21) / threads);
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
}

/// The latencies of each kind of step, over `rounds` rounds of `steps` steps by each thread.
fn measure(
    members: &mut [Member],
    rounds: usize,
    steps: usize,
) -> Vec<Result<Vec<Latency>, Failure>> {
    let mut failures: Vec<Result<(), Failure>> = vec![Ok(()); members.len()];
    for round in 0..rounds {
        for index in turns(round, members.len()) {
            if failures[index].is_ok() {
                let request = Request::TimeEach { steps, seed: round as u64 };
                failures[index] = members[index].ask(request).map(drop);
            }
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
