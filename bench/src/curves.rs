//! Suite `curves`: what an operation costs against the memory that each key takes.
//!
//! Every table doubles at some load, so that a comparison at one number of entries compares two accidents. Here the
//! number of entries goes through an octave, from one doubling to the next, and each row has both figures for every
//! table: its cost, and its bytes per key. Joined by lines they are the curve from which "fastest in this memory" is
//! read off. Bytes are those that the allocator provides, for all tables alike.
//!
//! | state | the tables are |
//! |---|---|
//! | at rest | just filled |
//! | turned | the same tables after ten turnovers: every key replaced ten times. hashbrown has doubled by then if it was more than half full |
//! | equal memory | after ten turnovers too, and heptad in the largest memory that is no more than hashbrown's |
//!
//! "heptad" has fixed memory for a load of 15/16, and "heptad, grown" has grown from empty. heapless has the one size
//! that its type says, and is 15/16 full at the top of the octave: at a load of 1 a miss takes thousands of
//! instructions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use heptad::{
    hash::Keyed,
    layout::{MaxLoad, max_entries},
    swiss::{Map, Set},
};
use indexmap::{IndexMap, IndexSet};
use serde_json::json;

use crate::{
    adapter::{Adapter, Contender},
    gauge::Gauge,
    memory,
    op::Op,
    options::Options,
    peers::Fixed,
    progress,
    report::{Report, Row, Section, with_ratios},
    rounds,
    suite::Contenders,
    workload::Workload,
};

/// The suite's name.
pub(crate) const SUITE: &str = "curves";

/// The octaves: their greatest sizes, and heapless's set and map, 15/16 full then. The second is the only one of a
/// short run.
const OCTAVES: [(usize, Option<[Make; 2]>); 3] = [
    (
        15 << 6,
        Some([Adapter::<Fixed<(), { 1 << 10 }>>::boxed, Adapter::<Fixed<u64, { 1 << 10 }>>::boxed]),
    ),
    (
        15 << 11,
        Some([Adapter::<Fixed<(), { 1 << 15 }>>::boxed, Adapter::<Fixed<u64, { 1 << 15 }>>::boxed]),
    ),
    (15 << 18, None),
];
const SHORT: std::ops::Range<usize> = 1..2;
/// Sizes of an octave.
const STEPS: usize = 5;
const TURNOVERS: usize = 10;

const AT_REST: &[Op] = &[Op::Hit, Op::Miss, Op::Mixed];
const TURNED: &[Op] = &[Op::Hit, Op::Miss, Op::Mixed, Op::Churn];

type Make = fn() -> Box<dyn Contender>;

/// A table that takes part: how it is made, and whether it has room for all entries then, or grows.
type Entrant = (Make, Room);

#[derive(Clone, Copy, PartialEq)]
enum Room {
    Made,
    Grown,
}

/// Of each kind ours first, then hashbrown.
const SETS: [Entrant; 6] = [
    (Adapter::<Set<u64>>::boxed, Room::Made),
    (Adapter::<hashbrown::HashSet<u64, Keyed>>::boxed, Room::Made),
    (Adapter::<hashbrown_eight::HashSet<u64, Keyed>>::boxed, Room::Made),
    (Adapter::<Set<u64>>::boxed, Room::Grown),
    (Adapter::<IndexSet<u64, Keyed>>::boxed, Room::Made),
    (Adapter::<BTreeSet<u64>>::boxed, Room::Grown),
];
const MAPS: [Entrant; 6] = [
    (Adapter::<Map<u64, u64>>::boxed, Room::Made),
    (Adapter::<hashbrown::HashMap<u64, u64, Keyed>>::boxed, Room::Made),
    (Adapter::<hashbrown_eight::HashMap<u64, u64, Keyed>>::boxed, Room::Made),
    (Adapter::<Map<u64, u64>>::boxed, Room::Grown),
    (Adapter::<IndexMap<u64, u64, Keyed>>::boxed, Room::Made),
    (Adapter::<BTreeMap<u64, u64>>::boxed, Room::Grown),
];
/// How many of them are ours or hashbrown's, in memory made for all entries.
const EQUALS: usize = 3;

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    if !options.wants_suite(SUITE) {
        return Ok(());
    }
    let is_short = options.quick || gauge.is_exact();
    let mut parts = Vec::new();
    for (top, heapless) in if is_short { &OCTAVES[SHORT] } else { &OCTAVES } {
        for (index, (table, entrants)) in [("set", SETS), ("map", MAPS)].into_iter().enumerate() {
            let heapless = heapless.map(|both| (both[index], Room::Made));
            let all: Vec<Entrant> = entrants.into_iter().chain(heapless).collect();
            parts.extend(sizes(*top).map(|entries| (table, all.clone(), entries)));
        }
    }
    // Twenty turnovers weigh more than everything else.
    for (table, all, entries) in progress::through(SUITE, parts, |it| progress::weight(10 * it.2)) {
        let mut run = Run { options, gauge, report, table, entries };
        let mut tables = Tables::new(&all, entries, |_| entries);
        run.state("at rest", AT_REST, &mut tables)?;
        tables.turn();
        run.state("turned", TURNED, &mut tables)?;
        let most = tables.bytes[1..EQUALS].iter().min().copied().unwrap_or_default();
        let room = room_within(most, all[0].0);
        let ours_alone = |index| if index == 0 { room } else { entries };
        let mut tables = Tables::new(&all[..EQUALS], entries, ours_alone);
        tables.turn();
        run.state("equal memory", TURNED, &mut tables)?;
    }
    Ok(())
}

/// The sizes of an octave, the greatest last.
fn sizes(top: usize) -> impl Iterator<Item = usize> {
    let size = move |step| top as f64 * (-(step as f64) / STEPS as f64).exp2();
    (0..STEPS).rev().map(move |step| size(step) as usize)
}

/// The most entries for which a table of heptad's may be made that takes no more than `bytes`.
fn room_within(bytes: i64, make: Make) -> usize {
    let mut table = make();
    let rooms = (0..).map(|log2| max_entries(1 << log2, MaxLoad::FifteenSixteenths));
    let fits = |room: &usize| {
        table.fill(&[], *room);
        table.footprint().bytes as i64 <= bytes
    };
    rooms.take_while(fits).last().unwrap_or(0)
}

/// Tables with the same entries.
struct Tables {
    names: Vec<&'static str>,
    contenders: Contenders,
    workload: Workload,
    /// What each of them holds.
    bytes: Vec<i64>,
}

impl Tables {
    /// Filled tables, each made for `room` of its index unless it grows.
    fn new(entrants: &[Entrant], entries: usize, room: impl Fn(usize) -> usize) -> Tables {
        let mut workload = Workload::new(entries);
        let keys = workload.start_over();
        let mut tables =
            Tables { names: Vec::new(), contenders: Vec::new(), workload, bytes: Vec::new() };
        for (index, (make, how)) in entrants.iter().enumerate() {
            let before = memory::tally();
            let mut contender = make();
            contender.fill(&keys, if *how == Room::Made { room(index) } else { 0 });
            tables.bytes.push((memory::tally() - before).bytes_held);
            let is_ours_grown = *how == Room::Grown && contender.name() == "heptad";
            tables.names.push(if is_ours_grown { "heptad, grown" } else { contender.name() });
            tables.contenders.push(contender);
        }
        tables
    }

    /// Replaces every key ten times.
    fn turn(&mut self) {
        for _ in 0..TURNOVERS {
            let turnover = self.workload.turnover();
            for (contender, bytes) in self.contenders.iter_mut().zip(&mut self.bytes) {
                let before = memory::tally();
                contender.perform(&turnover);
                *bytes += (memory::tally() - before).bytes_held;
            }
        }
    }
}

/// The rows of one size.
struct Run<'a> {
    options: &'a Options,
    gauge: &'a mut Gauge,
    report: &'a mut Report,
    table: &'static str,
    entries: usize,
}

impl Run<'_> {
    fn state(&mut self, state: &'static str, ops: &[Op], tables: &mut Tables) -> Result<()> {
        let subject = vec![("table", json!(self.table)), ("state", json!(state))];
        let names = tables.names.clone();
        let section = Section { suite: SUITE, entries: self.entries, subject, names };
        section.print_head();
        let per_key = |bytes: &i64| *bytes as f64 / self.entries as f64;
        let unit = if self.gauge.is_exact() { "instructions" } else { "ns" };
        for op in ops.iter().filter(|op| self.options.wants_op(op.name())) {
            let Tables { contenders, workload, .. } = &mut *tables;
            let medians = rounds::medians(*op, contenders, workload, self.gauge)?;
            let medians: Vec<Option<f64>> = medians.into_iter().map(Some).collect();
            section.print_line(op.name(), with_ratios(&medians, |median| format!("{median:.2}")));
            let bytes = tables.bytes.iter().map(|bytes| Some(per_key(bytes))).collect();
            let measures = vec![(unit, medians), ("bytes_per_key", bytes)];
            self.report.add(&section, &Row::exact(op.name(), measures));
        }
        section.print_line(
            "bytes per key",
            tables.bytes.iter().map(|it| format!("{:.2}", per_key(it))),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_end_at_the_top_of_their_octave() {
        assert_eq!(sizes(960).collect::<Vec<_>>(), [551, 633, 727, 835, 960]);
    }

    /// Our table in equal memory is the largest that takes no more.
    #[test]
    fn equal_memory_is_no_more_and_more_than_half() {
        for make in [SETS[0].0, MAPS[0].0] {
            for bytes in [9_000, 65_536, 589_840] {
                let mut table = make();
                table.fill(&[], room_within(bytes, make));
                let ours = table.footprint().bytes as i64;
                assert!(ours <= bytes && bytes < 2 * ours, "{ours} of {bytes}");
            }
        }
    }
}
