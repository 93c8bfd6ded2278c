//! Suite `robin-passes`: the sorted table that grows in place.
//!
//! | part | ours | beside |
//! |---|---|---|
//! | pass | `try_grow` of a table of a load of .5 and .9, with and without clearing | copies of as many words |
//! | growth | filling a set that starts empty, and one doubling | swiss, hashbrown: time and peak memory |
//! | threads | `grow_shared` by one thread and by two | each other |
//! | merge | union and intersection of two sets that share half of their keys | swiss, hashbrown, `BTreeSet`, a sorted `Vec` |
//!
//! Its lookups, insertions and walks are the suite `robin`, measured like those of the others.
//!
//! The contenders of a line take turns, in another order each round; what is printed is the median of
//! the time their thread had the processor.

use std::hint::black_box;

use anyhow::Result;

use crate::{
    gauge::Gauge,
    rounds::{median, turns},
};

mod growth;
mod merge;
pub(crate) mod ordered;
mod pass;
mod threads;

/// Something to be measured: prepared afresh, then timed.
pub(crate) struct Entrant<'a> {
    pub(crate) name: &'static str,
    /// Returns the work to be timed.
    pub(crate) prepare: Box<dyn FnMut() -> Box<dyn FnMut() + 'a> + 'a>,
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

/// Runs all parts; small tables only if `quick`.
pub(crate) fn run(quick: bool) -> Result<()> {
    pass::run(quick)?;
    growth::run(quick)?;
    threads::run(quick)?;
    merge::run(quick)
}
