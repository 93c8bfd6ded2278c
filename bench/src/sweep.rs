//! Suite `sweep`: tables as most programs have them. Each is grown from empty to its size, and the sizes are evenly
//! spread over two octaves, so that no table's own powers of two decide: eight sizes from each of [`FIRST_SIZES`] on.
//!
//! A row of the report is one operation over the eight sizes: the geometric mean of the measures, the worst of the
//! ratios, and the mean of the bytes per key afterwards.

use anyhow::Result;
use serde_json::json;

use crate::{
    gauge::Gauge,
    op::Op,
    options::Options,
    progress::{self, Progress},
    report::{Report, Row, Section, with_ratios},
    rounds,
    suite::{self, Contenders},
    workload::Workload,
};

/// The suite's name.
pub(crate) const SUITE: &str = "sweep";

/// The least size of each sweep.
const FIRST_SIZES: [usize; 4] = [1_000, 16_000, 256_000, 4_000_000];
/// The number of small ones among them.
const SMALL: usize = 2;
/// Sizes of a sweep, and the octaves that they cover.
const SIZES: usize = 8;
const OCTAVES: f64 = 2.0;

/// Those that leave the tables as they are come first, and the one that grows them before the one that needs them
/// grown: so tables are made twice for each size.
const OPS: [Op; 6] = [Op::Hit, Op::Miss, Op::Mixed, Op::Iterate, Op::Grow, Op::Churn];

/// The measures of each size of a sweep for one operation, a value per contender.
#[derive(Default)]
struct Taken {
    costs: Vec<Vec<f64>>,
    bytes_per_key: Vec<Vec<f64>>,
}

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    let ops: Vec<Op> = OPS.into_iter().filter(|op| options.wants_op(op.name())).collect();
    if !options.wants_suite(SUITE) || ops.is_empty() {
        return Ok(());
    }
    let unit = if gauge.is_exact() { "instructions" } else { "ns" };
    let first_sizes =
        if options.quick || gauge.is_exact() { &FIRST_SIZES[..SMALL] } else { &FIRST_SIZES[..] };
    let weights = first_sizes.iter().flat_map(|first| sizes(*first)).map(weight);
    let mut progress = Progress::new(SUITE, weights.sum());
    for &first in first_sizes {
        let mut contenders = suite::sets();
        let names = contenders.iter().map(|contender| contender.name()).collect();
        let section =
            Section { suite: SUITE, entries: first, subject: vec![("sizes", json!(SIZES))], names };
        section.print_head();
        let mut taken: Vec<Taken> = ops.iter().map(|_| Taken::default()).collect();
        for size in sizes(first) {
            let mut workload = Workload::new(size);
            let mut are_grown = false;
            for (op, taken) in ops.iter().zip(&mut taken) {
                if !are_grown && *op != Op::Grow {
                    grow(&mut contenders, &mut workload);
                }
                are_grown = *op != Op::Churn;
                taken.costs.push(rounds::medians(*op, &mut contenders, &mut workload, gauge)?);
                taken.bytes_per_key.push(bytes_per_key(&contenders, size));
            }
            progress.advance(weight(size));
        }
        for (op, taken) in ops.iter().zip(&taken) {
            let means = (0..contenders.len()).map(|index| geometric_mean(&taken.costs, index));
            let means: Vec<Option<f64>> = means.map(Some).collect();
            let worst: Vec<_> =
                (0..contenders.len()).map(|index| worst(&taken.costs, index)).collect();
            let bytes: Vec<_> = (0..contenders.len())
                .map(|index| Some(mean(&taken.bytes_per_key, index)))
                .collect();
            section.print_line(op.name(), with_ratios(&means, |mean| format!("{mean:.2}")));
            section.print_line("  worst ratio", worst.iter().map(shown));
            section.print_line("  bytes per key", bytes.iter().map(shown));
            let measures = vec![(unit, means), ("worst_ratio", worst), ("bytes_per_key", bytes)];
            report.add(&section, &Row::exact(op.name(), measures));
        }
    }
    Ok(())
}

/// The sizes of the sweep that starts with `first`.
fn sizes(first: usize) -> impl Iterator<Item = usize> {
    let size = move |index| first as f64 * (OCTAVES * index as f64 / SIZES as f64).exp2();
    (0..SIZES).map(move |index| size(index) as usize)
}

/// The weight of all operations on tables of one size.
fn weight(size: usize) -> f64 {
    OPS.len() as f64 * progress::weight(size)
}

/// Gives every contender a new table, which grows while the first keys are inserted.
fn grow(contenders: &mut Contenders, workload: &mut Workload) {
    let keys = workload.start_over();
    for contender in contenders {
        contender.fill(&keys, 0);
    }
}

fn bytes_per_key(contenders: &Contenders, size: usize) -> Vec<f64> {
    contenders.iter().map(|it| it.footprint().bytes as f64 / size as f64).collect()
}

/// The mean of one contender over all sizes.
fn geometric_mean(costs: &[Vec<f64>], contender: usize) -> f64 {
    let logarithms: f64 = costs.iter().map(|costs| costs[contender].ln()).sum();
    (logarithms / costs.len() as f64).exp()
}

/// The mean of one contender over all sizes.
fn mean(values: &[Vec<f64>], contender: usize) -> f64 {
    values.iter().map(|values| values[contender]).sum::<f64>() / values.len() as f64
}

/// The least ratio of a peer to ours, the first contender; ours has none.
fn worst(costs: &[Vec<f64>], contender: usize) -> Option<f64> {
    let ratios = costs.iter().map(|costs| costs[contender] / costs[0]);
    ratios.min_by(f64::total_cmp).filter(|_| contender > 0)
}

fn shown(value: &Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_lie_evenly_over_two_octaves() {
        let sizes: Vec<usize> = sizes(1_000).collect();
        assert_eq!(sizes, [1_000, 1_189, 1_414, 1_681, 2_000, 2_378, 2_828, 3_363]);
    }

    #[test]
    fn means_and_the_worst_are_over_all_sizes() {
        let costs = [vec![1.0, 2.0], vec![4.0, 2.0]];
        assert_eq!((geometric_mean(&costs, 0), geometric_mean(&costs, 1)), (2.0, 2.0));
        assert_eq!((mean(&costs, 0), mean(&costs, 1)), (2.5, 2.0));
        assert_eq!((worst(&costs, 0), worst(&costs, 1)), (None, Some(0.5)));
    }
}
