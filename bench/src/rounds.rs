//! Rounds: all contenders do the same portion of work in turns, until the median is stable.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    adapter::Contender,
    gauge::Gauge,
    op::Op,
    workload::{Portion, Workload},
};

/// The least and the greatest number of rounds of one operation.
const ROUNDS: (usize, usize) = (5, 41);
/// With this many entries a round is long and steady, so fewer rounds are enough.
const LARGE_ENTRIES: usize = 4_000_000;
const ROUNDS_OF_LARGE: usize = 3;
/// No further round starts after this time, if there were enough.
const PATIENCE: Duration = Duration::from_millis(700);

/// The measure of operation `op` with each of the contenders, whose tables are filled: the median over rounds.
pub(crate) fn medians(
    op: Op,
    contenders: &mut [Box<dyn Contender>],
    workload: &mut Workload,
    gauge: &mut Gauge,
) -> Result<Vec<f64>> {
    let mut before = warm_up(op, contenders, workload, gauge);
    let mut samples = vec![Vec::new(); contenders.len()];
    let start = Instant::now();
    for round in 1.. {
        let portion = workload.portion(op);
        for index in turns(round, contenders.len()) {
            let contender = &mut contenders[index];
            contender.prepare(&portion);
            if let Some(before) = &before {
                // The other contenders have just used the caches: load the table into them again.
                contender.perform(before);
            }
            let mut sum = 0;
            let taken = gauge.measure(&mut || sum = contender.perform(&portion))?;
            assert_eq!(sum, portion.expected, "{} of {}", op.name(), contender.name());
            contender.check(op, workload.entries());
            samples[index].push(taken / portion.operations as f64);
        }
        if is_enough(round, workload.entries(), start.elapsed(), gauge) {
            break;
        }
        before = before.map(|_| portion);
    }
    Ok(samples.into_iter().map(median).collect())
}

/// Brings the tables into the state in which `op` is measured. Returns a portion to repeat before each
/// measurement, if the operation can be repeated.
fn warm_up(
    op: Op,
    contenders: &mut [Box<dyn Contender>],
    workload: &mut Workload,
    gauge: &Gauge,
) -> Option<Portion> {
    if op == Op::Churn {
        let turnover = workload.turnover();
        for contender in contenders {
            contender.perform(&turnover);
        }
    }
    (op.only_reads() && !gauge.is_exact()).then(|| workload.portion(op))
}

fn is_enough(rounds: usize, entries: usize, elapsed: Duration, gauge: &Gauge) -> bool {
    let least = if entries < LARGE_ENTRIES { ROUNDS.0 } else { ROUNDS_OF_LARGE };
    gauge.is_exact() || rounds == ROUNDS.1 || rounds >= least && elapsed >= PATIENCE
}

/// The order in which `contenders` contenders take their turns in a round: each round starts with another one.
pub(crate) fn turns(round: usize, contenders: usize) -> impl Iterator<Item = usize> {
    (0..contenders).map(move |turn| (round + turn) % contenders)
}

/// The median of `samples`, of which there is at least one.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    if samples.len() % 2 == 1 {
        samples[middle]
    } else {
        f64::midpoint(samples[middle - 1], samples[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0]), 3.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![8.0, 1.0, 2.0, 4.0]), 3.0);
    }
}
