//! Growing into a second storage on one thread and on two, beside growing in place.
//!
//! Both threads have to run at once, so the time here is wall-clock time.

use std::{thread, time::Instant};

use anyhow::Result;
use heptad::{
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad},
    robin_hood::{Set, shared::Growth},
    storage::{Heap, Region, Zeroed},
};

use serde_json::json;

use super::race::PASSES;
use crate::{
    ours::{MEMORY, SEED},
    report::{Report, Section},
    rounds::median,
};

/// Homes before growing, and the number of rounds.
const SIZES: [(usize, usize); 2] = [(1 << 20, 31), (1 << 24, 7)];

pub(super) fn run(quick: bool, report: &mut Report) -> Result<()> {
    for (homes, rounds) in if quick { &SIZES[..1] } else { &SIZES[..] } {
        measure(*homes, *rounds, report)?;
    }
    Ok(())
}

fn measure(homes: usize, rounds: usize, report: &mut Report) -> Result<()> {
    let keys = homes / 10 * 9;
    let mut set = Set::with_max_load_in(Heap::new(), MaxLoad::FifteenSixteenths, Keyed::new(SEED))?;
    set.try_reserve(keys)?;
    set.extend((0..keys as u64).map(|number| hash_word(1, number)));
    let mut memory = vec![Line::EMPTY; set.stats().bytes / size_of::<Line>() * 2];
    let by = [("one thread", 1), ("two threads", 2)];
    let mut samples = by.map(|_| Vec::new());
    for _ in 0..rounds {
        for ((_, threads), samples) in by.iter().zip(&mut samples) {
            memory.fill(Line::EMPTY);
            let region = Region::from_lines(&mut memory)?;
            // SAFETY: just filled with zeros.
            let zeroed = unsafe { Zeroed::new(region) };
            let start = Instant::now();
            let grown = set.grow_shared(zeroed, |growth| work(growth, *threads));
            let time = start.elapsed().as_nanos() as f64;
            assert_eq!(grown.map_err(|rejected| rejected.error).expect(MEMORY).len(), keys);
            samples.push(time / homes as f64);
        }
    }
    let subject = vec![("homes", json!(homes)), ("load", json!(0.9))];
    let names = by.iter().map(|(name, _)| *name).collect();
    let section = Section { suite: PASSES, entries: keys, subject, names };
    section.print_head();
    let medians = samples.map(median).to_vec();
    report.show(&section, "grow_shared, per slot, wall clock", vec![("ns", medians)]);
    Ok(())
}

/// Migrates on `threads` threads, this one among them.
fn work(growth: &Growth<'_>, threads: usize) {
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| while growth.help() {});
        }
        while growth.help() {}
    });
}
