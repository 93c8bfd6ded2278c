//! How long it takes to move all entries while nobody uses the map.

use std::sync::atomic::AtomicBool;

use heptad::hash::Keyed;

use super::migrating::{Heptad, Migrating};
use crate::{
    gauge::thread_nanoseconds,
    report::{Report, Section},
    rounds::median,
    workload::key,
};

type Hashbrown = hashbrown::HashMap<u64, u64, Keyed>;

/// Measures nanoseconds per entry, as medians over rounds in which both take turns.
pub(super) fn run(suite: &'static str, entries: usize, rounds: usize, report: &mut Report) {
    let ours = Heptad::<1, true>::with_entries(entries);
    let [mut full, mut empty] =
        [0, 1].map(|seed| Hashbrown::with_capacity_and_hasher(entries, Keyed::new(seed)));
    (0..entries as u64).for_each(|number| _ = full.insert(key(number), key(number)));
    let is_over = AtomicBool::new(false);
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for round in 0..rounds as u64 {
        let start = thread_nanoseconds();
        while !ours.move_some(round, &is_over) {}
        our_times.push((thread_nanoseconds() - start) as f64 / entries as f64);

        let start = thread_nanoseconds();
        empty.clear();
        full.iter().for_each(|(&key, &value)| _ = empty.insert(key, value));
        their_times.push((thread_nanoseconds() - start) as f64 / entries as f64);
        std::mem::swap(&mut full, &mut empty);
    }
    assert_eq!(full.len(), entries);
    let (ours, theirs) = (median(our_times), median(their_times));
    let names = vec!["heptad", "hashbrown to hashbrown"];
    let section = Section { suite, entries, subject: Vec::new(), names };
    section.print_head();
    report.show(&section, "move an entry", vec![("ns", vec![ours, theirs])]);
}
