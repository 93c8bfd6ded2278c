//! Suite `stopped`: one thread is stopped at each instruction of an operation, and another goes on working on the same
//! map. At how many of these instructions does the other one come to a halt, and how many operations does it complete
//! before?
//!
//! An interrupt handler, a preemption and a debugger stop a thread like this, at any instruction; other users of the
//! map meanwhile must not wait for it. There is no clock in the answer, so it is the same on a busy machine.
//!
//! # How it is measured
//!
//! Two threads, and one that watches ([`watch`]). The first performs one operation instruction by instruction
//! ([`stepping`]), and stops before the chosen one. Then the other performs [`LIMIT`] operations on the other keys: a
//! lookup and an update in turn. It has come to a halt if it sleeps, or completes nothing in a millisecond of its own
//! processor time, some thousand times what an operation takes. Then the first one goes on, and both end. This is
//! repeated for every instruction, with a new map each time; the operation, its key and the other keys are the same.
//!
//! | measure | what it is |
//! |---|---|
//! | waits | the instructions before which the first thread may be stopped so that the other one comes to a halt |
//! | steps | the instructions of the operation |
//! | unfinished | the most operations, of [`LIMIT`], that the other one did not complete before its halt; 0 if it never came to one |
//! | kept_bytes | the most memory that the other one had requested and not returned when it was done |
//!
//! In a map with one lock the other thread's first operation waits. With a lock for each shard or bucket it waits when
//! it meets the same one, which is a question of time: [`LIMIT`] is far above their number. Maps that reclaim memory
//! later do not wait; they keep what the other thread frees until the first one goes on, which `kept_bytes` shows. The
//! first one then frees it, in the operation that was stopped.
//!
//! Only on `x86_64`, whose trap flag makes single steps, and not with `--counts`: there the program runs in an
//! emulator.

use std::{hint::black_box, sync::Arc};

use anyhow::{Context, Result, ensure};

use crate::{
    lockfree::{
        heptad::Heptad,
        map::Map,
        peers::{Dash, Papaya, PerOperation, ReadWrite, Scc, SpinHashbrown},
        plan::Kind,
        pool::Pool,
    },
    options::Options,
    progress,
    report::{Report, Row, Section, with_ratios},
    workload::key,
};

mod stepping;
mod watch;

use watch::{Halt, LIMIT, Other};

/// The suite's name.
pub(crate) const SUITE: &str = "stopped";

/// Entries of each map.
const ENTRIES: usize = 1_000;
/// The operations whose thread is stopped.
const KINDS: [Kind; 4] = [Kind::Get, Kind::Upsert, Kind::Insert, Kind::Remove];

/// Stops a thread in every `every`-th instruction of an operation of one kind of map.
type Measure = fn(&mut Pool, Kind, every: usize) -> Result<Stops>;

const CONTENDERS: [(&str, Measure); 6] = [
    ("heptad", stops::<Heptad>),
    ("hashbrown, spin", stops::<SpinHashbrown>),
    ("hashbrown, rw", stops::<ReadWrite>),
    ("dashmap", stops::<Dash>),
    ("papaya", stops::<PerOperation<Papaya>>),
    ("scc", stops::<Scc>),
];

/// What was seen over all stops in one operation.
#[derive(Clone, Copy, Debug)]
struct Stops {
    /// Instructions of the operation.
    steps: usize,
    /// Those before which a stop brought the other thread to a halt.
    waits: usize,
    /// The fewest operations that the other thread completed.
    completed: usize,
    /// The most bytes that the other thread had requested and not returned when it was done.
    kept_bytes: i64,
}

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, report: &mut Report) -> Result<()> {
    if !options.wants_suite(SUITE) || options.counts {
        return Ok(());
    }
    if !stepping::IS_POSSIBLE {
        println!("\n{SUITE}: no single steps on this architecture");
        return Ok(());
    }
    let _handler = stepping::Handler::install()?;
    let mut pool = Pool::default();
    let names = CONTENDERS.iter().map(|(name, _)| *name).collect();
    let section = Section { suite: SUITE, entries: ENTRIES, subject: Vec::new(), names };
    section.print_head();
    let all = KINDS.into_iter().flat_map(|kind| CONTENDERS.map(|it| (kind, it)));
    let mut seen: Vec<Stops> = Vec::new();
    for (kind, (name, measure)) in progress::through(SUITE, all.collect(), |_| 1.0) {
        seen.push(measure(&mut pool, kind, 1).context(name)?);
        if seen.len() == CONTENDERS.len() {
            add(report, &section, kind, &seen);
            seen.clear();
        }
    }
    Ok(())
}

/// Prints and stores one operation with every contender.
fn add(report: &mut Report, section: &Section, kind: Kind, seen: &[Stops]) {
    let column = |of: fn(&Stops) -> f64| seen.iter().map(|it| Some(of(it))).collect();
    let measures: Vec<(&'static str, Vec<Option<f64>>)> = vec![
        ("waits", column(|it| it.waits as f64)),
        ("steps", column(|it| it.steps as f64)),
        ("unfinished", column(|it| (LIMIT - it.completed) as f64)),
        ("kept_bytes", column(|it| it.kept_bytes as f64)),
    ];
    for (name, values) in &measures {
        let label = format!("{}: {name}", kind.name());
        section.print_line(&label, with_ratios(values, |value| format!("{value:.0}")));
    }
    report.add(section, &Row::exact(kind.name(), measures));
}

/// Stops a thread in every `every`th instruction of an operation.
fn stops<M: Map>(pool: &mut Pool, kind: Kind, every: usize) -> Result<Stops> {
    // The instructions around the operation, and all of them.
    let around = stepping::step_through(usize::MAX, &mut || ());
    let (all, halt) = stop::<M>(pool, kind, usize::MAX)?;
    ensure!(halt.is_none(), "an operation without end");
    let steps = all.saturating_sub(around);
    let mut stops = Stops { steps, waits: 0, completed: LIMIT, kept_bytes: 0 };
    for before in (1..=all).step_by(every) {
        // In some runs the operation is a few instructions shorter, for which no stop is left.
        let Some(halt) = stop::<M>(pool, kind, before)?.1 else { break };
        stops.waits += usize::from(halt.completed < LIMIT);
        stops.completed = stops.completed.min(halt.completed);
        stops.kept_bytes = stops.kept_bytes.max(halt.kept_bytes);
    }
    Ok(stops)
}

/// One stop before an instruction: how many instructions the operation had, and how the other thread got on, if the
/// first one came there.
fn stop<M: Map>(pool: &mut Pool, kind: Kind, before: usize) -> Result<(usize, Option<Halt>)> {
    let map = M::with_room(ENTRIES + 1);
    (0..ENTRIES as u64).map(key).for_each(|key| {
        map.insert(key, key);
    });
    let (map, other) = (Arc::new(map), Arc::new(Other::default()));
    let seen = pool.run(3, move |thread| {
        let (mut steps, mut halt) = (0, None);
        match thread {
            0 => {
                // What a thread does only the first time comes before.
                work(&*map, 1);
                work(&*map, 2);
                other.wait_for_both();
                let keys = black_box((key(0), key(ENTRIES as u64)));
                steps = stepping::step_through(before, &mut || operate(&*map, kind, keys));
                other.end();
            }
            1 => other.work(|number| work(&*map, number)),
            _ => halt = other.watch(),
        }
        (steps, halt)
    })?;
    Ok((seen[0].0, seen[2].1))
}

/// The operation that is stopped, on one of two keys.
fn operate<M: Map>(map: &M, kind: Kind, (present, absent): (u64, u64)) {
    let is_right = match kind {
        Kind::Get => map.get(present) == Some(present),
        Kind::Upsert => map.upsert(present, present) == Some(present),
        Kind::Insert => map.insert(absent, absent),
        Kind::Remove => map.remove(present) == Some(present),
        Kind::Miss => map.get(absent).is_none(),
    };
    assert!(is_right, "{} of {}", kind.name(), M::NAME);
}

/// Operation `number` of the other thread: on any entry but the first one's.
fn work<M: Map>(map: &M, number: usize) {
    let key = key((1 + number * 7919 % (ENTRIES - 1)) as u64);
    let found = if number.is_multiple_of(2) { map.get(key) } else { map.upsert(key, key) };
    assert_eq!(found, Some(key), "an entry of {}", M::NAME);
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// With a lock the other thread comes to a halt at once, whether it spins or sleeps; without one never. This is the
    /// only test that makes single steps: there is one handler.
    #[test]
    fn a_lock_halts_the_other_thread_and_heptad_does_not() {
        let _handler = stepping::Handler::install().unwrap();
        let mut pool = Pool::default();
        for kind in KINDS {
            let mut of = |measure: Measure| measure(&mut pool, kind, 301).unwrap();
            let ours = of(stops::<Heptad>);
            assert_eq!((ours.waits, ours.completed), (0, LIMIT), "{kind:?}");
            assert!(ours.steps > 30, "{ours:?}");
            let spinning = of(stops::<SpinHashbrown>);
            assert!(spinning.waits > 0 && spinning.completed == 0, "{kind:?}: {spinning:?}");
            let sleeping = of(stops::<ReadWrite>);
            // Two may read at the same time.
            let first_update = usize::from(kind == Kind::Get);
            assert!(
                sleeping.waits > 0 && sleeping.completed == first_update,
                "{kind:?}: {sleeping:?}"
            );
        }
    }
}
