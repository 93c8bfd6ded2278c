//! Row M4, in accesses: those that an operation makes in a rebuild, lines that it returns to counted
//! each time.

use std::collections::VecDeque;

use super::steps;
use crate::lockfree::lines::rebuilds::{assert_fullest_buckets, assert_same_bounds};

/// Loads, stores and exchanges of words and claims; the counters of [`Counted`] among them.
///
/// [`Counted`]: crate::lockfree::Counted
fn accesses(call: &mut dyn FnMut()) -> usize {
    steps::run(VecDeque::new(), call).1 as usize
}

#[test]
fn m4_accesses_in_a_rebuild_at_every_size() {
    assert_same_bounds::<1>("accesses", accesses, [32, 340, 340, 340, 340, 96]);
}

#[test]
fn m4_accesses_of_the_fullest_buckets_at_every_size() {
    assert_fullest_buckets("accesses", accesses, 1_200);
}
