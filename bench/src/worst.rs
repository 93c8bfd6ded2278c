//! Suite `worst`: what a single insertion may cost, where the other suites report means.
//!
//! A table that grows, cleans up tombstones or searches far does so in one insertion, and its caller waits. Every
//! insertion is measured by itself, and the report has the worst, quantiles, and the most memory that one insertion
//! requested on top of what the table had.
//!
//! | op | measured are |
//! |---|---|
//! | fill | the insertions that fill a table |
//! | refill | the insertions of two turnovers of a full table; each follows a removal, which is not measured |
//! | shared-fill | those that fill a map that threads may share, by one thread |
//! | shared-refill | the same of a full one |
//!
//! The number of entries is what heptad's fixed memory takes at 15/16. `made` tables have room for all entries from
//! the start, `grown` ones none, `made x2` room for twice as many. heptad's first column is fixed memory, and the
//! other tables come as their users have them. The shared maps grow; heptad's is made for its entries.
//!
//! Instructions (`--counts`) repeat exactly, those of the worst insertion too. A time is the least of [`REPLAYS`] runs
//! over the same keys, insertion by insertion, so that what neighbours on the machine add is gone where they were not
//! there each time; reading the clock is in it. Under callgrind each insertion takes a millisecond, so only the
//! smallest tables are counted; `--target` counts the next size too.

use std::{collections::BTreeSet, time::Instant};

use anyhow::Result;
use heptad::{
    hash::Keyed,
    layout::{MaxLoad, max_entries},
    swiss::Set,
};
use indexmap::IndexSet;

use crate::{
    adapter::Words,
    gauge::Gauge,
    lockfree::{
        heptad::Heptad,
        map::GuardedMap,
        peers::{Dash, Papaya, Scc},
    },
    memory,
    options::Options,
    peers::Fixed,
    progress,
    report::{Report, Row, Section, with_ratios},
    workload::key,
};

/// The suite's name.
pub(crate) const SUITE: &str = "worst";
const EXTRA_BYTES: &str = "extra_bytes";
pub(crate) const OPS: [&str; 4] = ["fill", "refill", "shared-fill", "shared-refill"];

/// Groups of heptad's tables, and heapless's size for as many entries.
const SIZES: [Size; 3] = [
    (1 << 7, Some(replay::<Fixed<(), { 1 << 10 }>, MADE>)),
    (1 << 12, Some(replay::<Fixed<(), { 1 << 15 }>, MADE>)),
    (1 << 16, None),
];
const REPLAYS: usize = 5;
const TURNOVERS: usize = 2;

/// Room that a table is made with, in multiples of the entries.
const GROWN: usize = 0;
const MADE: usize = 1;
const TWICE: usize = 2;

/// The groups of a size, and heapless's set for it.
type Size = (usize, Option<Replay>);

/// Measures each insertion into one kind of table.
type Replay = fn(&Plan, &mut Gauge) -> Result<Costs>;

const SINGLE: [(&str, Replay); 7] = [
    ("heptad", replay::<Set<u64>, MADE>),
    ("heptad, grown", replay::<Set<u64>, GROWN>),
    ("hashbrown", replay::<hashbrown::HashSet<u64, Keyed>, GROWN>),
    ("hashbrown, made", replay::<hashbrown::HashSet<u64, Keyed>, MADE>),
    ("hashbrown, made x2", replay::<hashbrown::HashSet<u64, Keyed>, TWICE>),
    ("indexmap", replay::<IndexSet<u64, Keyed>, GROWN>),
    ("BTreeSet", replay::<BTreeSet<u64>, GROWN>),
];
const SHARED: [(&str, Replay); 4] = [
    ("heptad", replay::<Shared<Heptad>, MADE>),
    ("papaya", replay::<Shared<Papaya>, GROWN>),
    ("scc", replay::<Shared<Scc>, GROWN>),
    ("dashmap", replay::<Shared<Dash>, GROWN>),
];

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    if !options.wants_suite(SUITE) {
        return Ok(());
    }
    let sizes = match (gauge.is_exact(), gauge.counts_quickly()) {
        (true, false) => &SIZES[..1],
        (true, true) => &SIZES[..2],
        (false, _) if options.quick => &SIZES[..2],
        (false, _) => &SIZES,
    };
    let of_size =
        |size| OPS.into_iter().filter(|op| options.wants_op(op)).map(move |op| (size, op));
    let parts: Vec<(&Size, &str)> = sizes.iter().flat_map(of_size).collect();
    let weight = |part: &(&Size, &str)| part.0.0 as f64;
    for ((groups, heapless), op) in progress::through(SUITE, parts, weight) {
        let entries = max_entries(*groups, MaxLoad::FifteenSixteenths);
        let heapless = heapless.map(|replay| ("heapless", replay));
        let replays: Vec<(&str, Replay)> = match op {
            "fill" | "refill" => SINGLE.into_iter().chain(heapless).collect(),
            _ => SHARED.into(),
        };
        let plan = Plan { entries, refills: op.ends_with("refill") };
        let names = replays.iter().map(|(name, _)| *name).collect();
        let section = Section { suite: SUITE, entries, subject: Vec::new(), names };
        section.print_head();
        let costs = replays.iter().map(|(_, replay)| replay(&plan, gauge));
        let costs: Vec<Costs> = costs.collect::<Result<_>>()?;
        add(report, &section, op, gauge.is_exact(), &costs);
    }
    Ok(())
}

/// Prints and stores one row: the worst first, which is what ratios are of.
fn add(report: &mut Report, section: &Section, op: &str, is_exact: bool, costs: &[Costs]) {
    let names = if is_exact {
        ["instructions", "p50_instructions", "p99_instructions", "p999_instructions"]
    } else {
        ["ns", "p50_ns", "p99_ns", "p999_ns"]
    };
    let column = |of: &dyn Fn(&Costs) -> f64| costs.iter().map(|it| Some(of(it))).collect();
    let quantiles = [1.0, 0.5, 0.99, 0.999];
    let mut measures: Vec<(&str, Vec<Option<f64>>)> = names
        .into_iter()
        .zip(quantiles)
        .map(|(name, quantile)| (name, column(&|costs| costs.quantile(quantile))))
        .collect();
    measures.push((EXTRA_BYTES, column(&|costs| costs.extra_bytes as f64)));
    for (index, (name, values)) in measures.iter().enumerate() {
        let label = if index == 0 { format!("{op}, most {name}") } else { format!("  {name}") };
        if *name == EXTRA_BYTES {
            // Often 0, so there are no ratios.
            section.print_line(&label, values.iter().map(|value| value.unwrap_or(0.0).to_string()));
        } else {
            section.print_line(&label, with_ratios(values, |value| format!("{value:.0}")));
        }
    }
    report.add(section, &Row::exact(op, measures));
}

/// The insertions to measure.
struct Plan {
    entries: usize,
    /// Those into a full table, rather than those that fill it?
    refills: bool,
}

/// What the insertions cost, in ascending order, and the most memory that one requested.
struct Costs {
    sorted: Vec<f64>,
    extra_bytes: usize,
}

impl Costs {
    /// The cost that this part of the insertions does not exceed.
    fn quantile(&self, part: f64) -> f64 {
        let rank = (self.sorted.len() as f64 * part).ceil() as usize;
        self.sorted[rank.clamp(1, self.sorted.len()) - 1]
    }
}

/// A table into which single keys go.
trait Table {
    fn with_room(entries: usize) -> Self;
    fn insert(&mut self, key: u64);
    fn remove(&mut self, key: u64);
}

impl<W: Words> Table for W {
    fn with_room(entries: usize) -> Self {
        W::with_capacity(entries)
    }

    #[inline(always)]
    fn insert(&mut self, key: u64) {
        Words::insert(self, key);
    }

    fn remove(&mut self, key: u64) {
        Words::remove(self, key);
    }
}

/// A map that threads may share; each operation has a guard of its own, where there are guards.
struct Shared<M>(M);

impl<M: GuardedMap> Table for Shared<M> {
    fn with_room(entries: usize) -> Self {
        Shared(M::with_room(entries))
    }

    #[inline(always)]
    fn insert(&mut self, key: u64) {
        self.0.insert(&self.0.guard(), key, key);
    }

    fn remove(&mut self, key: u64) {
        self.0.remove(&self.0.guard(), key);
    }
}

/// Measures each insertion of `plan` into tables that are made for `ROOM` times the entries.
fn replay<T: Table, const ROOM: usize>(plan: &Plan, gauge: &mut Gauge) -> Result<Costs> {
    let mut extra_bytes = 0;
    play::<T, ROOM>(plan, |insert| {
        memory::forget_peak();
        insert();
        extra_bytes = memory::peak_bytes().max(extra_bytes);
        Ok(())
    })?;
    let replays = if gauge.is_exact() { 1 } else { REPLAYS };
    let mut sorted: Vec<f64> = Vec::new();
    for _ in 0..replays {
        let mut costs = Vec::new();
        play::<T, ROOM>(plan, |insert| {
            costs.push(cost(gauge, insert)?);
            Ok(())
        })?;
        sorted = match sorted.is_empty() {
            true => costs,
            false => sorted.into_iter().zip(costs).map(|(one, other)| one.min(other)).collect(),
        };
    }
    sorted.sort_by(f64::total_cmp);
    Ok(Costs { sorted, extra_bytes })
}

/// Makes a table, and passes each insertion of `plan` to `measure`, which does it.
fn play<T: Table, const ROOM: usize>(
    plan: &Plan,
    mut measure: impl FnMut(&mut dyn FnMut()) -> Result<()>,
) -> Result<()> {
    let entries = plan.entries;
    let keys: Vec<u64> = (0..entries * (1 + TURNOVERS)).map(|it| key(it as u64)).collect();
    let (first, later) = keys.split_at(entries);
    let mut table = T::with_room(entries * ROOM);
    if !plan.refills {
        return first.iter().try_for_each(|&key| measure(&mut || table.insert(key)));
    }
    first.iter().for_each(|&key| table.insert(key));
    for (&old, &new) in keys.iter().zip(later) {
        table.remove(old);
        measure(&mut || table.insert(new))?;
    }
    Ok(())
}

/// The measure of one operation. The gauge's own clock, that of the thread, would take longer than the operation.
fn cost(gauge: &mut Gauge, operation: &mut dyn FnMut()) -> Result<f64> {
    if gauge.is_exact() {
        return gauge.measure(operation);
    }
    let start = Instant::now();
    operation();
    Ok(start.elapsed().as_nanos() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_costs_that_occur() {
        let costs = Costs { sorted: (1..=1000).map(f64::from).collect(), extra_bytes: 0 };
        let all = [0.5, 0.99, 0.999, 1.0].map(|part| costs.quantile(part));
        assert_eq!(all, [500.0, 990.0, 999.0, 1000.0]);
    }

    #[test]
    fn every_insertion_is_measured_whatever_the_table() {
        for (refills, insertions) in [(false, 840), (true, 1680)] {
            let plan = Plan { entries: 840, refills };
            for (name, replay) in SINGLE.into_iter().chain(SHARED) {
                let costs = replay(&plan, &mut Gauge::Nanoseconds).unwrap();
                assert_eq!(costs.sorted.len(), insertions, "{name}");
            }
        }
    }
}
