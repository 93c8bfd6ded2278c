//! Sets together, beside `BTreeSet`: the iterators and operators, in one order and in two.

use std::collections::BTreeSet;

use heptad::{
    hash::Keyed,
    layout::Line,
    robin_hood::{ByValue, Order, Set, Total},
    storage::{Heap, Region},
};
use proptest::prelude::*;

use super::{key_sets, keys, set_of};

fn sorted(keys: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut keys: Vec<u64> = keys.collect();
    keys.sort_unstable();
    keys
}

fn check<O: Order + Total + PartialEq + Clone>(
    orders: [O; 2],
    one: &BTreeSet<u64>,
    two: &BTreeSet<u64>,
) {
    let is_one_order = orders[0] == orders[1];
    let [first, second] = orders;
    let (first, second) = (set_of(first, one), set_of(second, two));
    let walks = [
        (first.union(&second).collect::<Vec<_>>(), one | two),
        (first.intersection(&second).collect(), one & two),
        (first.difference(&second).collect(), one - two),
        (first.symmetric_difference(&second).collect(), one ^ two),
    ];
    for (walk, expected) in walks {
        assert!(sorted(walk.iter().copied()).into_iter().eq(expected));
        if is_one_order {
            assert!(walk.is_sorted_by_key(|&key| first.order().word(key)));
        }
    }
    let results = [
        (&first | &second, one | two),
        (&first & &second, one & two),
        (&first - &second, one - two),
        (&first ^ &second, one ^ two),
    ];
    type Assign<S> = fn(&mut S, &S);
    let assigning: [Assign<Set<Heap, O>>; 4] = [
        |set, other| *set |= other,
        |set, other| *set &= other,
        |set, other| *set -= other,
        |set, other| *set ^= other,
    ];
    for ((result, expected), assign) in results.into_iter().zip(assigning) {
        assert!(result.order() == first.order() && sorted(result.iter()).into_iter().eq(expected));
        let mut assigned = first.clone();
        assign(&mut assigned, &second);
        assert!(assigned == result);
        assert_eq!((result.check_invariants(), assigned.check_invariants()), (Ok(()), Ok(())));
    }
}

/// Whether sets are equal, one is a part of the other, or they have nothing in common: in any two orders.
fn check_relations<O: Order + PartialEq>(orders: [O; 2], one: &BTreeSet<u64>, two: &BTreeSet<u64>) {
    let [first, second] = orders;
    let (first, second) = (set_of(first, one), set_of(second, two));
    assert_eq!((first == second, second == first), (one == two, one == two));
    assert_eq!(first.is_subset(&second), one.is_subset(two));
    assert_eq!(first.is_superset(&second), one.is_superset(two));
    assert_eq!(first.is_disjoint(&second), one.is_disjoint(two));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 32 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn sets_combine_as_btree_sets(one in key_sets(), two in key_sets(), few in 0..20usize) {
        let few: BTreeSet<u64> = one.iter().step_by(3).chain(&two).copied().take(few).collect();
        check([ByValue; 2], &one, &two);
        check([ByValue; 2], &one, &few);
        check([Keyed::new(1), Keyed::new(1)], &one, &two);
        check([Keyed::new(1), Keyed::new(2)], &one, &two);
    }

    #[test]
    fn sets_relate_as_btree_sets(one in key_sets(), two in key_sets(), left_out in keys()) {
        let (both, only) = (&one | &two, &one - &two);
        let without: BTreeSet<u64> = one.iter().copied().filter(|&key| key != left_out).collect();
        let pairs = [(&one, &two), (&one, &one), (&one, &both), (&both, &two), (&only, &two), (&one, &without)];
        for (one, two) in pairs {
            check_relations([ByValue; 2], one, two);
            check_relations([Keyed::new(1), Keyed::new(2)], one, two);
        }
    }
}

/// What only removes works where nothing grows.
#[test]
fn sets_in_fixed_memory_combine() {
    let mut memory = [Line::EMPTY; 24];
    let mut fixed = Set::new_in(Region::from_lines(&mut memory).unwrap(), ByValue).unwrap();
    (0..50).for_each(|key| assert!(fixed.try_insert(key).is_ok()));
    let even: Set<Heap, ByValue> = (0..100).step_by(2).collect();
    assert!((&even & &fixed).iter().eq((0..50).step_by(2)));
    assert!((&fixed - &even).iter().eq((1..50).step_by(2)));
    fixed &= &even;
    fixed -= &Set::<Heap>::from([4, 6, 60]);
    assert!(fixed.iter().eq((0..50).step_by(2).filter(|key| ![4, 6].contains(key))));
}
