//! Entrants that take turns.

use std::hint::black_box;

use anyhow::Result;

use crate::{
    gauge::Gauge,
    rounds::{median, turns},
};

/// The suite's name.
pub(crate) const PASSES: &str = "robin-passes";

/// A thing to be measured: prepared anew, then timed.
pub(crate) struct Entrant<'a> {
    pub(crate) name: &'static str,
    /// Returns the work to be timed.
    pub(crate) prepare: Box<dyn FnMut() -> Box<dyn FnMut() + 'a> + 'a>,
}

/// The entrants' names.
pub(crate) fn names(entrants: &[Entrant<'_>]) -> Vec<&'static str> {
    entrants.iter().map(|entrant| entrant.name).collect()
}

/// The median time of each entrant, in nanoseconds.
pub(crate) fn race(entrants: &mut [Entrant<'_>], rounds: usize) -> Result<Vec<f64>> {
    let mut samples = vec![Vec::new(); entrants.len()];
    for round in 0..rounds {
        for index in turns(round, entrants.len()) {
            let mut work = (entrants[index].prepare)();
            samples[index].push(Gauge::Nanoseconds.measure(&mut work)?);
            black_box(&work);
        }
    }
    Ok(samples.into_iter().map(median).collect())
}
