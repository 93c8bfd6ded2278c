//! Target `robin_hood`: sorted maps on provided memory and on the heap, in both orders, against the
//! standard library's ordered map, with the invariants checked after each operation.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    robin_hood::{ByValue, Map, Monotone, Order, Within},
    storage::{Downward, Heap, Region},
};

use crate::rest;

/// A map and the operations on it.
#[derive(Debug)]
pub struct Input {
    /// Lines of provided memory for the keys, and as many for the values; none selects the heap.
    lines: u8,
    kept: Kept,
    operations: Vec<Operation>,
}

/// The order of the map.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kept {
    Keyed(u64),
    ByValue,
    Within(Key, Key),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Insert(Key),
    Remove(Key),
    Get(Key),
    Neighbours(Key, Key),
    Retain(u8),
    Grow,
    Shrink(u8),
    Reserve(u8),
}

/// A key of a limited set: spread, crowded at four places, and adjacent in pages.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Key {
    Spread(u8),
    Low(u8),
    Middle(u8),
    High(u8),
    Page(u16),
}

impl Key {
    fn number(self) -> u64 {
        match self {
            Key::Spread(number) => u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15),
            Key::Low(number) => number.into(),
            Key::Middle(number) => (1 << 63) - 128 + u64::from(number),
            Key::High(number) => u64::MAX - u64::from(number),
            Key::Page(number) => 0xffff_8000_0000_0000 + (u64::from(number) << 12),
        }
    }
}

impl<'bytes> Arbitrary<'bytes> for Input {
    fn arbitrary(input: &mut Unstructured<'bytes>) -> Result<Self> {
        let (lines, kept) = (input.arbitrary::<u8>()? % 80, input.arbitrary()?);
        Ok(Input { lines, kept, operations: rest(input)? })
    }
}

impl Input {
    /// Runs everything, and panics if an answer is wrong.
    pub fn run(self) {
        match self.kept {
            Kept::Keyed(seed) => self.run_in(Keyed::new(seed)),
            Kept::ByValue => self.run_in(ByValue),
            Kept::Within(one, two) => {
                let keys = one.number().min(two.number())..=one.number().max(two.number());
                self.run_in(Within::new(keys).expect("a key at least"));
            }
        }
    }

    fn run_in<O: Asked>(self, order: O) {
        if self.lines == 0 {
            run(Map::<Heap, O>::with_order(order), &self.operations, true);
            return;
        }
        let mut memory = [(); 2].map(|()| vec![Line::EMPTY; self.lines.into()]);
        let [keys, values] =
            memory.each_mut().map(|lines| Region::from_lines(lines).expect("a line or more"));
        let map = Map::new_in(keys, values, order).expect("the first line is there");
        run(map, &self.operations, false);
    }
}

/// An order, and the queries that only maps in the order of their keys answer.
trait Asked: Order + Sized {
    fn ask<S: Downward>(_: &Map<S, Self>, _: &BTreeMap<u64, u64>, _: [u64; 2]) {}
}

impl Asked for Keyed {}

fn ask_ascending<S: Downward, O: Monotone>(
    map: &Map<S, O>,
    model: &BTreeMap<u64, u64>,
    [one, two]: [u64; 2],
) {
    let (least, greatest) = (one.min(two), one.max(two));
    let pair = |(key, value): (u64, &u64)| (key, *value);
    let expected = model.range(least..greatest).map(|(&key, &value)| (key, value));
    assert!(map.range(least..greatest).map(pair).eq(expected.clone()));
    assert!(map.range(least..greatest).rev().map(pair).eq(expected.rev()));
    let before = model.range(..one).next_back().map(|(&key, _)| key);
    assert_eq!(map.predecessor(one).map(|it| it.0), before);
}

macro_rules! asked {
    ($($order:ty),+) => {
        $(impl Asked for $order {
            fn ask<S: Downward>(map: &Map<S, Self>, model: &BTreeMap<u64, u64>, keys: [u64; 2]) {
                ask_ascending(map, model, keys);
            }
        })+
    };
}

asked!(ByValue, Within);

fn run<S: Downward, O: Asked>(mut map: Map<S, O>, operations: &[Operation], grows: bool) {
    let mut model = BTreeMap::new();
    for (number, &operation) in operations.iter().enumerate() {
        match operation {
            Operation::Insert(key) => {
                let (key, value) = (key.number(), number as u64);
                match map.try_insert(key, value) {
                    Ok(previous) => assert_eq!(previous, model.insert(key, value)),
                    Err(refused) => {
                        assert_eq!(refused.value, (key, value));
                        assert!(!model.contains_key(&key));
                        if map.order().keys().contains(&key) {
                            assert_eq!((refused.error, map.len()), (Error::Full, map.capacity()));
                            assert!(!grows);
                        } else {
                            assert_eq!(refused.error, Error::KeyOutOfRange);
                        }
                    }
                }
            }
            Operation::Remove(key) => {
                assert_eq!(map.remove(key.number()), model.remove(&key.number()));
            }
            Operation::Get(key) => assert_eq!(map.get(key.number()), model.get(&key.number())),
            Operation::Neighbours(one, two) => O::ask(&map, &model, [one.number(), two.number()]),
            Operation::Retain(modulus) => {
                let keep = |key: u64| key % (u64::from(modulus) + 2) != 0;
                map.retain(|key, _| keep(key));
                model.retain(|&key, _| keep(key));
            }
            Operation::Grow => {
                // Memory for some doublings, and not for as many as an input may request.
                if map.capacity() < 10_000 {
                    assert!(map.try_grow().is_ok() || !grows);
                }
            }
            Operation::Shrink(capacity) => map.shrink_in_place(capacity.into()),
            Operation::Reserve(additional) => {
                assert!(map.try_reserve(additional.into()).is_ok() || !grows);
            }
        }
        assert_eq!(map.check_invariants(), Ok(()));
        assert_eq!(map.len(), model.len());
    }
    let mut expected: Vec<(u64, u64)> = model.into_iter().collect();
    expected.sort_by_key(|&(key, _)| map.order().word(key));
    assert!(map.iter().map(|(key, &value)| (key, value)).eq(expected));
}
