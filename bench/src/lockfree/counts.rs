//! Instructions and allocations of single operations, on one thread, in maps that fit in the caches, and the maps'
//! memory.

use anyhow::{Result, ensure};

use crate::{
    gauge::Gauge,
    memory,
    op::{Draw, SharedOp},
    options::Options,
    report::Report,
};

use super::{
    loops::Factory,
    plan::{Plan, Task},
    rows,
    sizes::{SMALL, SUITE},
};

/// Steps of an operation: the counts of the same steps are always equal.
const STEPS: usize = 1 << 13;

/// Counts every operation that `options` names, with every contender.
pub(crate) fn run(
    options: &Options,
    factories: &[Factory],
    gauge: &mut Gauge,
    report: &mut Report,
) -> Result<()> {
    let names = factories.iter().map(|factory| factory.name).collect();
    let section = rows::section(SUITE, SMALL, 1, names);
    section.print_head();
    // Filling the maps comes first, emptying them last.
    let in_order = [SharedOp::Insert]
        .into_iter()
        .chain(SharedOp::ALL.into_iter().filter(|op| *op != SharedOp::Insert));
    let mut plan = Plan::new(SMALL, 1);
    // What the allocator has handed out for each map so far.
    let mut tallies = Vec::new();
    let maps: Vec<_> = factories
        .iter()
        .map(|factory| {
            let before = memory::tally();
            let map = (factory.make)(SMALL);
            tallies.push(memory::tally() - before);
            map
        })
        .collect();
    for op in in_order {
        let tasks = plan.tasks(op, Draw::Uniform, 0, STEPS, 0);
        let is_wanted = options.wants_op(op.name());
        let (mut counts, mut allocations) = (Vec::new(), Vec::new());
        for ((map, factory), held) in maps.iter().zip(factories).zip(&mut tallies) {
            let before = memory::tally();
            let mut sum = 0u64;
            let mut work = || {
                let of = |task: &Task| map.perform(task, 0..task.keys.len());
                sum = tasks.iter().map(of).fold(0, u64::wrapping_add);
            };
            if is_wanted {
                counts.push(gauge.measure(&mut work)? / tasks[0].operations as f64);
            } else {
                work();
            }
            let spent = memory::tally() - before;
            held.bytes_held += spent.bytes_held;
            allocations.push(spent.allocations as f64 / tasks[0].operations as f64);
            ensure!(sum == tasks[0].expected, "wrong answers to {} of {}", op.name(), factory.name);
        }
        if is_wanted {
            let bytes = tallies.iter().map(|tally| tally.bytes_held as f64).collect();
            rows::add_counts(report, &section, op, [counts, bytes, allocations]);
        }
    }
    Ok(())
}
