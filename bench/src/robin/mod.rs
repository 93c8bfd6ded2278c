//! Suite `robin-passes`: the sorted table that grows in place.
//!
//! | part | ours | beside |
//! |---|---|---|
//! | pass | `try_grow` of a table of a load of .5 and .9, with and without clearing | copies of as many words |
//! | growth | filling a set that starts empty, and one doubling | swiss, hashbrown: time and peak memory |
//! | threads | `grow_shared` by one thread and by two | each other |
//! | merge | union and intersection of two sets that share half of their keys | swiss, hashbrown, `BTreeSet`, a sorted `Vec` |
//!
//! The suite `robin` has its lookups, insertions and walks, measured like those of the other tables.
//!
//! The contenders of a line take turns, in another order each round; the result is the median of their thread's
//! processor time. Ours is `robin_hood::Set` under the keyed order, cleared memory included.

use anyhow::Result;

use crate::{progress, report::Report};

mod growth;
mod merge;
pub(crate) mod ordered;
mod pass;
mod race;
mod threads;

/// One part; only the small tables if `quick`.
type Part = fn(quick: bool, report: &mut Report) -> Result<()>;

/// With their weights: about their shares of the time.
const PARTS: [(f64, Part); 4] =
    [(4.0, pass::run), (1.0, growth::run), (1.0, threads::run), (3.0, merge::run)];

/// Runs all parts.
pub(crate) fn run(quick: bool, report: &mut Report) -> Result<()> {
    let mut parts = progress::through(race::PASSES, PARTS.into(), |part| part.0);
    parts.try_for_each(|(_, run)| run(quick, report))
}
