//! Instructions of single operations, of one thread in maps that fit the caches.

use anyhow::{Result, ensure};

use crate::{gauge::Gauge, options::Options};

use super::{
    SMALL,
    op::{Draw, Op},
    plan::{Plan, Task},
    report::{Report, Section},
    seat::Kit,
};

/// Steps of an operation, as it goes: the same number of steps is always counted the same.
const STEPS: usize = 1 << 13;

/// Counts every operation that `options` asks for, with every contender.
pub(crate) fn run(
    options: &Options,
    kits: &[Kit],
    gauge: &mut Gauge,
    report: &mut Report,
) -> Result<()> {
    let names = kits.iter().map(|kit| kit.name).collect();
    let section = Section { entries: SMALL, threads: 1, names };
    section.print_head();
    // From filling the maps to emptying them.
    let in_order =
        [Op::Insert].into_iter().chain(Op::ALL.into_iter().filter(|op| *op != Op::Insert));
    let mut plan = Plan::new(SMALL, 1);
    let maps: Vec<_> = kits.iter().map(|kit| (kit.make)(SMALL)).collect();
    for op in in_order {
        let tasks = plan.tasks(op, Draw::Uniform, 0, STEPS, 0);
        let is_wanted = options.wants_op(op.name());
        let mut counts = Vec::new();
        for (map, kit) in maps.iter().zip(kits) {
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
            ensure!(sum == tasks[0].expected, "wrong answers to {} of {}", op.name(), kit.name);
        }
        if is_wanted {
            report.add_counts(&section, op, &counts);
        }
    }
    Ok(())
}
