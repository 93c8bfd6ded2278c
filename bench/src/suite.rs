//! The suites: which tables are compared, at which sizes and loads, in which operations.

use std::collections::BTreeSet;

use anyhow::Result;
use heptad::{
    hash::Keyed,
    layout::{MaxLoad, SLOTS, max_entries},
    robin_hood::{self, ByValue},
    storage::Heap,
    swiss::{Map, Set, Table},
};

use serde_json::json;

use crate::{
    adapter::{Adapter, Contender},
    batches::Batched,
    gauge::Gauge,
    op::Op,
    options::Options,
    probes::{self, Probed},
    progress,
    report::{Report, Row, Section, with_ratios},
    robin::{self as robin_suite, ordered::SortedVec},
    rounds,
    workload::Workload,
};

/// Groups of the tables of 64 KiB, 512 KiB, 8 MiB, 64 MiB and 256 MiB.
const SIZES: [usize; 5] = [1 << 10, 1 << 13, 1 << 17, 1 << 20, 1 << 22];
/// The number of small ones among them.
const SMALL_SIZES: usize = 2;
/// The size of suites with one size only.
const ONE_SIZE: usize = 1 << 13;

/// With this many groups or more, filling a table takes long: operations that write are measured at
/// full load only.
const HUGE_SIZE: usize = 1 << 22;

/// Sixteenths of the slots that have an entry.
const LOADS: [usize; 3] = [12, 14, 15];
const SPARSE: usize = 1;
/// The load, in slots of seven, at which a table with a power of two of homes is 0.76 full.
const ROBIN_LOAD: usize = 14;
const FULL: usize = 15;

/// The suites' names.
pub(crate) const NAMES: [&str; 7] =
    ["table", "set", "map64", "batch", "probe", "robin", "robin-passes"];

pub(crate) type Contenders = Vec<Box<dyn Contender>>;

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    let small_only = options.quick || options.counts;
    let sizes = if small_only { &SIZES[..SMALL_SIZES] } else { &SIZES };
    if !NAMES.iter().any(|name| options.wants_suite(name)) {
        return Ok(());
    }
    let unit = if gauge.is_exact() { "instructions" } else { "ns" };
    println!("{unit} per operation; in brackets the peer's divided by ours, above 1 is ahead");
    let mut run = Run { gauge, report, unit };
    let mut parts = parts(sizes);
    for part in &mut parts {
        part.ops.retain(|op| options.wants_op(op.name()));
    }
    parts.retain(|part| options.wants_suite(part.suite) && !part.ops.is_empty());
    for part in progress::through("all tables with one owner", parts, Part::weight) {
        run.section(&part)?;
    }
    let parts_are_wanted =
        options.ops.is_empty() && options.wants_suite("robin-passes") && !run.gauge.is_exact();
    if parts_are_wanted {
        robin_suite::run(options.quick, run.report)?;
    }
    Ok(())
}

/// The tables of one section, and what is measured on them.
struct Part {
    suite: &'static str,
    groups: usize,
    /// Of the slots, how many sixteenths have an entry.
    sixteenths: usize,
    ops: Vec<Op>,
    contenders: fn() -> Contenders,
}

impl Part {
    fn entries(&self) -> usize {
        SLOTS * self.groups * self.sixteenths / 16
    }

    fn weight(&self) -> f64 {
        self.ops.len() as f64 * progress::weight(self.entries())
    }
}

/// All sections of tables of these sizes.
fn parts(sizes: &[usize]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |suite, groups, sixteenths, ops: &[Op], contenders| {
        parts.push(Part { suite, groups, sixteenths, ops: ops.to_vec(), contenders });
    };
    for &groups in sizes {
        for load in LOADS {
            let reads_only = groups >= HUGE_SIZE && load != FULL;
            let ops = Op::ALL.into_iter().filter(|op| !reads_only || op.only_reads());
            add("table", groups, load, &ops.collect::<Vec<_>>(), tables as fn() -> Contenders);
        }
        add("table", groups, SPARSE, &[Op::Iterate, Op::Fold], tables);
    }
    for load in LOADS {
        add("set", ONE_SIZE, load, &Op::ALL, sets);
    }
    for load in LOADS {
        add("map64", ONE_SIZE, load, &Op::ALL, maps);
    }
    for &groups in sizes {
        add("batch", groups, FULL, &[Op::Hit, Op::Miss, Op::Insert], batches);
    }
    for &groups in sizes {
        add("probe", groups, FULL, &[Op::Hit, Op::Miss], lookups);
    }
    for &groups in sizes.iter().filter(|&&groups| groups < HUGE_SIZE) {
        // A large sorted vector takes too long to change one key at a time.
        let contenders = if groups <= ONE_SIZE { sorted } else { sorted_but_vec };
        add("robin", groups, ROBIN_LOAD, &Op::ALL, contenders);
    }
    parts
}

/// Sets with and without an order.
fn sorted() -> Contenders {
    let mut contenders = sorted_but_vec();
    contenders.push(Adapter::<SortedVec>::boxed());
    contenders
}

fn sorted_but_vec() -> Contenders {
    vec![
        Adapter::<robin_hood::Set<Heap, Keyed>>::boxed(),
        Adapter::<robin_hood::Set<Heap, ByValue>>::boxed(),
        Adapter::<Set<u64>>::boxed(),
        Adapter::<hashbrown::HashSet<u64, _>>::boxed(),
        Adapter::<BTreeSet<u64>>::boxed(),
    ]
}

fn tables() -> Contenders {
    vec![
        Adapter::<Table<u64>>::boxed(),
        Adapter::<hashbrown::HashTable<u64>>::boxed(),
        Adapter::<hashbrown_eight::HashTable<u64>>::boxed(),
    ]
}

pub(crate) fn sets() -> Contenders {
    vec![
        Adapter::<Set<u64>>::boxed(),
        Adapter::<hashbrown::HashSet<u64, _>>::boxed(),
        Adapter::<hashbrown_eight::HashSet<u64, _>>::boxed(),
    ]
}

pub(crate) fn maps() -> Contenders {
    vec![
        Adapter::<Map<u64, u64>>::boxed(),
        Adapter::<hashbrown::HashMap<u64, u64, _>>::boxed(),
        Adapter::<hashbrown_eight::HashMap<u64, u64, _>>::boxed(),
    ]
}

fn batches() -> Contenders {
    vec![
        Adapter::<Batched>::boxed(),
        Adapter::<Set<u64>>::boxed(),
        Adapter::<hashbrown::HashSet<u64, _>>::boxed(),
        Adapter::<hashbrown_eight::HashSet<u64, _>>::boxed(),
    ]
}

fn lookups() -> Contenders {
    vec![
        Adapter::<Table<u64>>::boxed(),
        Adapter::<Probed<probes::Portable>>::boxed(),
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
        Adapter::<Probed<probes::Assembly>>::boxed(),
    ]
}

/// One run of the program.
struct Run<'a> {
    gauge: &'a mut Gauge,
    report: &'a mut Report,
    unit: &'static str,
}

impl Run<'_> {
    /// Measures the operations of `part`.
    fn section(&mut self, part: &Part) -> Result<()> {
        let Part { suite, groups, sixteenths, .. } = *part;
        let room = max_entries(groups, MaxLoad::FifteenSixteenths);
        let entries = part.entries();
        let mut workload = Workload::new(entries);
        let mut contenders = (part.contenders)();
        fill(&mut contenders, &mut workload, room);
        let names = contenders.iter().map(|contender| contender.name()).collect();
        let subject = vec![("groups", json!(groups)), ("load", json!(sixteenths as f64 / 16.0))];
        let section = Section { suite, entries, subject, names };
        section.print_head();
        section.print_line("memory", contenders.iter().map(|it| size(it.footprint().bytes)));
        section.print_line("load", loads(&contenders, entries).map(|load| format!("{load:.3}")));

        let mut as_filled = true;
        for &op in &part.ops {
            if !as_filled && op.needs_entries() {
                fill(&mut contenders, &mut workload, room);
            }
            as_filled = op.only_reads();
            let filled_bytes = bytes(&contenders);
            let medians = rounds::medians(op, &mut contenders, &mut workload, self.gauge)?;
            let medians: Vec<Option<f64>> = medians.into_iter().map(Some).collect();
            section.print_line(op.name(), with_ratios(&medians, |median| format!("{median:.2}")));
            if op == Op::Churn && bytes(&contenders) != filled_bytes {
                section.print_line("  memory", bytes(&contenders).into_iter().map(size));
            }
            let bytes = bytes(&contenders).into_iter().map(|bytes| Some(bytes as f64)).collect();
            let loads = loads(&contenders, entries).map(Some).collect();
            let measures = vec![(self.unit, medians), ("bytes", bytes), ("load", loads)];
            self.report.add(&section, &Row::exact(op.name(), measures));
        }
        Ok(())
    }
}

fn bytes(contenders: &Contenders) -> Vec<usize> {
    contenders.iter().map(|contender| contender.footprint().bytes).collect()
}

fn loads(contenders: &Contenders, entries: usize) -> impl Iterator<Item = f64> {
    contenders.iter().map(move |contender| entries as f64 / contender.footprint().slots as f64)
}

/// A number of bytes in readable form.
fn size(bytes: usize) -> String {
    match bytes.checked_ilog2() {
        Some(20..) => format!("{} MiB", bytes >> 20),
        _ => format!("{} KiB", bytes >> 10),
    }
}

/// Gives every contender a new table with room for `room` entries, and inserts the first keys.
pub(crate) fn fill(contenders: &mut Contenders, workload: &mut Workload, room: usize) {
    let keys = workload.start_over();
    for contender in contenders {
        contender.fill(&keys, room);
    }
}
