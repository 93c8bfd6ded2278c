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

use anyhow::Result;

mod growth;
mod merge;
pub(crate) mod ordered;
mod pass;
mod race;
mod threads;

/// Runs all parts; small tables only if `quick`.
pub(crate) fn run(quick: bool) -> Result<()> {
    pass::run(quick)?;
    growth::run(quick)?;
    threads::run(quick)?;
    merge::run(quick)
}
