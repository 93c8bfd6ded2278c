//! Target `robin_hood`: sorted maps on provided memory and on the heap, in both orders, against the
//! standard library's ordered map, with the invariants checked after each operation.

use std::collections::{BTreeMap, btree_map::Entry::Vacant};

use arbitrary::{Arbitrary, Result, Unstructured};
use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    robin_hood::{ByValue, Map, Monotone, Order, Within, map::Entry},
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
    Entry(Key),
    End(bool),
    Change(Key, Key, u8),
    Extract(u8, u8),
    ExtractRange(Key, Key, u8),
    Append([Key; 9]),
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

/// An order, and the queries and changes that only maps in the order of their keys have.
trait Asked: Order + Sized {
    fn ask<S: Downward>(_: &Map<S, Self>, _: &BTreeMap<u64, u64>, _: [u64; 2]) {}
    fn change<S: Downward>(
        _: &mut Map<S, Self>,
        _: &mut BTreeMap<u64, u64>,
        _: [u64; 2],
        _: usize,
    ) {
    }
    fn extract<S: Downward>(
        _: &mut Map<S, Self>,
        _: &mut BTreeMap<u64, u64>,
        _: [u64; 2],
        _: usize,
    ) {
    }
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

/// Changes values within the range, from both ends in turn.
fn change_ascending<S: Downward, O: Monotone>(
    map: &mut Map<S, O>,
    model: &mut BTreeMap<u64, u64>,
    [one, two]: [u64; 2],
    most: usize,
) {
    let range = one.min(two)..=one.max(two);
    let (mut found, mut expected) = (map.range_mut(range.clone()), model.range_mut(range));
    for number in 0..most {
        let (found, expected) = match number % 2 {
            0 => (found.next(), expected.next()),
            _ => (found.next_back(), expected.next_back()),
        };
        match (found, expected) {
            (Some((key, value)), Some((&expected_key, expected))) => {
                assert_eq!((key, *value), (expected_key, *expected));
                (*value, *expected) = (number as u64, number as u64);
            }
            (found, expected) => return assert!(found.is_none() && expected.is_none()),
        }
    }
}

/// Takes out up to `most` entries of the range whose values are even.
fn extract_ascending<S: Downward, O: Monotone>(
    map: &mut Map<S, O>,
    model: &mut BTreeMap<u64, u64>,
    [one, two]: [u64; 2],
    most: usize,
) {
    let range = one.min(two)..one.max(two);
    let is_even = |_: u64, value: &mut u64| *value % 2 == 0;
    let taken: Vec<_> = map.extract_range_if(range.clone(), is_even).take(most).collect();
    let of_range = model.range(range).map(|(&key, &value)| (key, value));
    let expected: Vec<_> = of_range.filter(|(_, value)| value % 2 == 0).take(most).collect();
    assert_eq!(taken, expected);
    model.retain(|key, _| !taken.iter().any(|(other, _)| other == key));
}

macro_rules! asked {
    ($($order:ty),+) => {
        $(impl Asked for $order {
            fn ask<S: Downward>(map: &Map<S, Self>, model: &BTreeMap<u64, u64>, keys: [u64; 2]) {
                ask_ascending(map, model, keys);
            }
            fn change<S: Downward>(
                map: &mut Map<S, Self>, model: &mut BTreeMap<u64, u64>, keys: [u64; 2], most: usize,
            ) {
                change_ascending(map, model, keys, most);
            }
            fn extract<S: Downward>(
                map: &mut Map<S, Self>, model: &mut BTreeMap<u64, u64>, keys: [u64; 2], most: usize,
            ) {
                extract_ascending(map, model, keys, most);
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
            Operation::Entry(key) => match map.try_entry(key.number()) {
                Ok(entry) => {
                    let of_model = model.entry(key.number());
                    assert_eq!(matches!(entry, Entry::Vacant(_)), matches!(of_model, Vacant(_)));
                    let value = *entry.and_modify(|value| *value += 1).or_insert(number as u64);
                    assert_eq!(value, *of_model.and_modify(|it| *it += 1).or_insert(number as u64));
                }
                Err(_) => assert!(!model.contains_key(&key.number())),
            },
            Operation::End(is_first) => {
                let entry = if is_first { map.first_entry() } else { map.last_entry() };
                let removed = entry.map(|entry| entry.remove_entry());
                assert_eq!(removed.is_none(), model.is_empty());
                removed.inspect(|(key, value)| assert_eq!(model.remove(key), Some(*value)));
            }
            Operation::Change(one, two, most) => {
                O::change(&mut map, &mut model, [one.number(), two.number()], most.into());
            }
            Operation::Extract(modulus, most) => {
                let chosen = |key: u64| key % (u64::from(modulus) + 1) == 0;
                let taken = map.extract_if(|key, _| chosen(key)).take(most.into());
                taken.for_each(|(key, value)| {
                    assert!(chosen(key) && model.remove(&key) == Some(value));
                });
                assert!(map.len() == model.len());
            }
            Operation::ExtractRange(one, two, most) => {
                O::extract(&mut map, &mut model, [one.number(), two.number()], most.into());
            }
            Operation::Append(keys) => {
                let value = number as u64;
                let mut more: Map<Heap> = keys.iter().map(|key| (key.number(), value)).collect();
                let done = map.try_append(&mut more);
                assert!(done.is_ok() == more.is_empty() && more.check_invariants().is_ok());
                let moved =
                    keys.iter().map(|key| key.number()).filter(|&key| !more.contains_key(key));
                model.extend(moved.map(|key| (key, value)));
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
