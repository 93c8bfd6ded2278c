//! Suite `dependent`: lookups that wait for each other, as in a walk along links that a table resolves.
//!
//! In the other suites a processor begins the next lookups while it waits for the memory of the first one, so they
//! measure how many lookups a table gets through. Here each key is computed from the value found before, so that
//! nothing overlaps: the rows say how long one lookup takes. Both are measured on the same tables.
//!
//! Only hits, and in maps: the answer of a miss is no word, and a set's compiled code may take the key that was looked
//! up for the one that was found. Instructions are those of `hit` and three more, so nothing is measured with
//! `--counts`.

use std::collections::BTreeMap;

use anyhow::Result;
use heptad::layout::{MaxLoad, SLOTS, max_entries};
use serde_json::json;

use crate::{
    adapter::Adapter,
    gauge::Gauge,
    op::Op,
    options::Options,
    progress,
    report::{Report, Row, Section, with_ratios},
    rounds, suite,
    workload::Workload,
};

/// The suite's name.
pub(crate) const SUITE: &str = "dependent";

/// Groups of maps of 128 KiB, 1 MiB, 16 MiB and 128 MiB.
const SIZES: [usize; 4] = [1 << 10, 1 << 13, 1 << 17, 1 << 20];
/// The number of small ones among them.
const SMALL: usize = 2;
/// Sixteenths of the slots that have an entry.
const LOADS: [usize; 2] = [12, 15];

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    let ops = [Op::Hit, Op::DependentHit].into_iter();
    let ops: Vec<Op> = ops.filter(|op| options.wants_op(op.name())).collect();
    if !options.wants_suite(SUITE) || ops.is_empty() || gauge.is_exact() {
        return Ok(());
    }
    let sizes = if options.quick { &SIZES[..SMALL] } else { &SIZES[..] };
    let parts = sizes.iter().flat_map(|groups| LOADS.map(|load| (*groups, load))).collect();
    let weight = |(groups, _): &(usize, usize)| progress::weight(groups * SLOTS);
    for (groups, load) in progress::through(SUITE, parts, weight) {
        let entries = groups * SLOTS * load / 16;
        let mut contenders = suite::maps();
        contenders.push(Adapter::<BTreeMap<u64, u64>>::boxed());
        let mut workload = Workload::new(entries);
        let room = max_entries(groups, MaxLoad::FifteenSixteenths);
        suite::fill(&mut contenders, &mut workload, room);
        let names = contenders.iter().map(|contender| contender.name()).collect();
        let subject = vec![("groups", json!(groups)), ("load", json!(load as f64 / 16.0))];
        let section = Section { suite: SUITE, entries, subject, names };
        section.print_head();
        for op in &ops {
            let medians = rounds::medians(*op, &mut contenders, &mut workload, gauge)?;
            let medians: Vec<Option<f64>> = medians.into_iter().map(Some).collect();
            section.print_line(op.name(), with_ratios(&medians, |median| format!("{median:.2}")));
            report.add(&section, &Row::exact(op.name(), vec![("ns", medians)]));
        }
    }
    Ok(())
}
