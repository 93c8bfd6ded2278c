//! Union and intersection of two sets of the same size that share half of their keys.

use std::{cell::RefCell, collections::BTreeSet};

use anyhow::Result;
use heptad::{
    hash::{Keyed, hash_word},
    robin_hood::{self, ByValue, Merge, Order},
    storage::{Heap, Storage},
    swiss,
};

use super::race::{Entrant, PASSES, names, race};
use crate::{
    ours::{MEMORY, SEED},
    report::{Report, Section},
};

/// Numbers of keys in each set.
const SIZES: [(usize, usize); 2] = [(50_000, 41), (3_200_000, 5)];

type Peer = hashbrown::HashSet<u64, Keyed>;

pub(super) fn run(quick: bool, report: &mut Report) -> Result<()> {
    for (count, rounds) in if quick { &SIZES[..1] } else { &SIZES[..] } {
        measure(*count, *rounds, report)?;
    }
    Ok(())
}

/// Measures one operation of sets of `keys` keys together, per key of both.
fn add(
    report: &mut Report,
    op: &str,
    entrants: &mut [Entrant<'_>],
    rounds: usize,
    keys: usize,
) -> Result<()> {
    let medians = race(entrants, rounds)?;
    let names = names(entrants);
    let section = Section { suite: PASSES, entries: keys / 2, subject: Vec::new(), names };
    section.print_head();
    let per_key = medians.iter().map(|time| time / keys as f64).collect();
    report.show(&section, &format!("{op}, per key of both"), vec![("ns", per_key)]);
    Ok(())
}

/// An entrant whose work is `work`, which returns the size of the new set.
fn entrant<'a>(
    name: &'static str,
    expected: usize,
    work: impl Fn() -> usize + Copy + 'a,
) -> Entrant<'a> {
    Entrant {
        name,
        prepare: Box::new(move || Box::new(move || assert_eq!(work(), expected, "{name}"))),
    }
}

fn measure(count: usize, rounds: usize, report: &mut Report) -> Result<()> {
    let keys = |from: usize| (from..from + count).map(|number| hash_word(1, number as u64));
    let (from, shared) = (count / 2, count - count / 2);
    let all = count + from;

    let robin = [0, from].map(|from| {
        let mut set = robin_hood::Set::try_with_capacity(count, Keyed::new(SEED)).expect(MEMORY);
        set.extend(keys(from));
        set
    });
    let by_value = [0, from].map(|from| {
        let mut set = robin_hood::Set::<Heap, ByValue>::with_order(ByValue);
        set.extend(keys(from));
        set
    });
    let swiss = [0, from].map(|from| {
        let mut set = swiss::Set::with_hasher(Keyed::new(SEED));
        set.extend(keys(from));
        set
    });
    let peer = [0, from].map(|from| {
        let mut set = Peer::with_capacity_and_hasher(count, Keyed::new(SEED));
        set.extend(keys(from));
        set
    });
    let tree = [0, from].map(|from| keys(from).collect::<BTreeSet<u64>>());
    let sorted = [0, from].map(|from| {
        let mut keys: Vec<u64> = keys(from).collect();
        keys.sort_unstable();
        keys
    });

    let merge = |merge| {
        let robin = &robin;
        move || robin[0].try_merge(merge, &robin[1]).expect(MEMORY).len()
    };
    let merge_by_value = |merge| {
        let by_value = &by_value;
        move || by_value[0].try_merge(merge, &by_value[1]).expect(MEMORY).len()
    };
    let mut unions = [
        entrant("robin_hood", all, merge(Merge::Union)),
        entrant("robin_hood by value", all, merge_by_value(Merge::Union)),
        entrant("swiss, cloned and extended", all, || {
            let mut set = swiss[0].clone();
            set.extend(swiss[1].iter().copied());
            set.len()
        }),
        entrant("hashbrown, cloned and extended", all, || {
            let mut set = peer[0].clone();
            set.extend(peer[1].iter().copied());
            set.len()
        }),
        entrant("hashbrown, cloned, room, extended", all, || {
            let mut set = peer[0].clone();
            set.reserve(peer[1].len());
            set.extend(peer[1].iter().copied());
            set.len()
        }),
        entrant("hashbrown, both into a new one", all, || {
            let room = peer[0].len() + peer[1].len();
            let mut set = Peer::with_capacity_and_hasher(room, Keyed::new(SEED));
            set.extend(peer[0].iter().chain(&peer[1]).copied());
            set.len()
        }),
        entrant("BTreeSet", all, || (&tree[0] | &tree[1]).len()),
        entrant("sorted Vec", all, || merge_vectors(&sorted[0], &sorted[1], true).len()),
    ];
    add(report, "union", &mut unions, rounds, 2 * count)?;

    // The same with memory that exists and has been written before: all rounds reuse it.
    let lines = robin[0].try_merge(Merge::Union, &robin[1]).expect(MEMORY).storage().lines();
    let memory = RefCell::new(Some(Heap::try_with_lines(lines).expect(MEMORY)));
    let memory_by_value = RefCell::new(Some(Heap::try_with_lines(lines).expect(MEMORY)));
    let room = peer[0].len() + peer[1].len();
    let old_peer = RefCell::new(Peer::with_capacity_and_hasher(room, Keyed::new(SEED)));
    let mut unions_in_old_memory = [
        entrant("robin_hood", all, || union_in(&memory, &robin)),
        entrant("robin_hood by value", all, || union_in(&memory_by_value, &by_value)),
        entrant("hashbrown, cleared, extended", all, || {
            let mut set = old_peer.borrow_mut();
            set.clear();
            set.extend(peer[0].iter().chain(&peer[1]).copied());
            set.len()
        }),
    ];
    add(report, "union in memory used before", &mut unions_in_old_memory, rounds, 2 * count)?;

    let mut intersections = [
        entrant("robin_hood", shared, merge(Merge::Intersection)),
        entrant("robin_hood by value", shared, merge_by_value(Merge::Intersection)),
        entrant("swiss", shared, || {
            let mut set = swiss::Set::with_hasher(Keyed::new(SEED));
            set.extend(swiss[0].intersection(&swiss[1]).copied());
            set.len()
        }),
        entrant("hashbrown", shared, || {
            let mut set = Peer::with_hasher(Keyed::new(SEED));
            set.extend(peer[0].intersection(&peer[1]).copied());
            set.len()
        }),
        entrant("hashbrown, with room", shared, || {
            let mut set = Peer::with_capacity_and_hasher(peer[0].len(), Keyed::new(SEED));
            set.extend(peer[0].intersection(&peer[1]).copied());
            set.len()
        }),
        entrant("BTreeSet", shared, || (&tree[0] & &tree[1]).len()),
        entrant("sorted Vec", shared, || merge_vectors(&sorted[0], &sorted[1], false).len()),
    ];
    add(report, "intersection", &mut intersections, rounds, 2 * count)
}

/// The size of the union, which is made in `memory` and dropped.
fn union_in<O: Order + Clone + PartialEq>(
    memory: &RefCell<Option<Heap>>,
    sets: &[robin_hood::Set<Heap, O>; 2],
) -> usize {
    let storage = memory.take().expect("it is returned each time");
    let merged = sets[0].try_merge_in(Merge::Union, &sets[1], storage);
    let set = merged.unwrap_or_else(|rejected| panic!("{}", rejected.error));
    let len = set.len();
    memory.replace(Some(set.into_storage()));
    len
}

/// The union or the intersection of two sorted vectors.
fn merge_vectors(one: &[u64], two: &[u64], union: bool) -> Vec<u64> {
    let mut merged = Vec::with_capacity(if union { one.len() + two.len() } else { one.len() });
    let (mut first, mut second) = (0, 0);
    while first < one.len() && second < two.len() {
        let (a, b) = (one[first], two[second]);
        if union || a == b {
            merged.push(a.min(b));
        }
        first += usize::from(a <= b);
        second += usize::from(b <= a);
    }
    if union {
        merged.extend_from_slice(&one[first..]);
        merged.extend_from_slice(&two[second..]);
    }
    merged
}
