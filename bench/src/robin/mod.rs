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

use crate::report::Report;

mod growth;
mod merge;
pub(crate) mod ordered;
mod pass;
mod race;
mod threads;

/// Runs all parts; only the small tables if `quick`.
pub(crate) fn run(quick: bool, report: &mut Report) -> Result<()> {
    pass::run(quick, report)?;
    growth::run(quick, report)?;
    threads::run(quick, report)?;
    merge::run(quick, report)
}
