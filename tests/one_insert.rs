//! `insert` means the same in every table: the rule at the top of the crate's documentation.

#[path = "support/numbers.rs"]
mod numbers;

use heptad::{
    hash::Keyed,
    layout::Line,
    lockfree::{self, IndirectMap, Inserted, SegmentedMap, arena_lines},
    robin_hood,
    storage::{Inline, Region},
    swiss::{self, lines_for},
};
use numbers::{Numbers, reference_to};

/// Inserts a key with its value, and returns the value before.
type Way<M> = fn(&mut M, u64, u64) -> Option<u64>;

/// How a map is changed, and what it has.
trait Inserts {
    /// Each way to insert that replaces a present value.
    fn ways(&mut self) -> Vec<Way<Self>>;
    /// The way that keeps it.
    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64>;
    fn get(&self, key: u64) -> Option<u64>;
}

/// One scenario for all.
fn follow_the_rule(map: &mut impl Inserts) {
    for (index, way) in map.ways().into_iter().enumerate() {
        let key = 100 + index as u64;
        assert_eq!((way(map, key, 1), map.get(key)), (None, Some(1)), "way {index}, absent");
        assert_eq!((way(map, key, 2), map.get(key)), (Some(1), Some(2)), "way {index}, present");
        assert_eq!((map.insert_if_absent(key, 3), map.get(key)), (Some(2), Some(2)));
    }
    assert_eq!((map.insert_if_absent(7, 3), map.get(7)), (None, Some(3)));
}

type Swiss = swiss::Map<u64, u64, Inline<{ lines_for::<u64>(50) }>>;

impl Inserts for Swiss {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![
            |map, key, value| map.try_insert(key, value).unwrap(),
            |map, key, value| map.insert_within_capacity(key, value).unwrap(),
            |map, key, value| match map.insert_evicting(key, value, |_| 0) {
                swiss::map::Inserted::Replaced(before) => Some(before),
                _ => None,
            },
        ]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        let before = self.get(&key).copied();
        self.try_entry(key).unwrap().or_insert(value);
        before
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.get(&key).copied()
    }
}

/// The key and the value are halves of a word.
type Packed = swiss::PackedMap<u32, u32, Inline<16>>;

impl Inserts for Packed {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![
            |map, key, value| map.try_insert(key as u32, value as u32).unwrap().map(u64::from),
            |map, key, value| {
                map.insert_within_capacity(key as u32, value as u32).unwrap().map(u64::from)
            },
        ]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        let before = Inserts::get(self, key);
        self.try_entry(key as u32).unwrap().or_insert(value as u32);
        before
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.get(&(key as u32)).copied().map(u64::from)
    }
}

/// What an insertion of a lock-free map replaced.
fn replaced(inserted: Inserted<u64, u64>) -> Option<u64> {
    if let Inserted::Replaced(before) = inserted { Some(before) } else { None }
}

impl Inserts for lockfree::Map<'_, u64, u64> {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![|map, key, value| map.insert(key, value).unwrap(), |map, key, value| {
            replaced(map.insert_evicting(key, value, |_| 0).unwrap())
        }]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        lockfree::Map::insert_if_absent(self, key, value).unwrap()
    }

    fn get(&self, key: u64) -> Option<u64> {
        lockfree::Map::get(self, key)
    }
}

impl Inserts for SegmentedMap<'_, u64, u64, 2> {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![|map, key, value| map.insert(key, value).unwrap(), |map, key, value| {
            replaced(map.insert_evicting(key, value, |_| 0).unwrap())
        }]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        SegmentedMap::insert_if_absent(self, key, value).unwrap()
    }

    fn get(&self, key: u64) -> Option<u64> {
        SegmentedMap::get(self, key)
    }
}

type Indirect<'a> = IndirectMap<'a, Numbers, u64>;

impl Inserts for Indirect<'_> {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![
            |map, key, value| map.insert(&key, reference_to(key), value).unwrap(),
            |map, key, value| {
                let inserted = map.insert_evicting(&key, reference_to(key), value, |_| 0);
                replaced(inserted.unwrap())
            },
        ]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        IndirectMap::insert_if_absent(self, &key, reference_to(key), value).unwrap()
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.get(&key)
    }
}

type Sorted<'a> = robin_hood::Map<Region<'a>, robin_hood::ByValue>;

impl Inserts for Sorted<'_> {
    fn ways(&mut self) -> Vec<Way<Self>> {
        vec![|map, key, value| map.try_insert(key, value).unwrap(), |map, key, value| {
            map.insert_within_capacity(key, value).unwrap()
        }]
    }

    fn insert_if_absent(&mut self, key: u64, value: u64) -> Option<u64> {
        let before = robin_hood::Map::get(self, key).copied();
        assert_eq!(*self.try_get_or_insert(key, value).unwrap(), before.unwrap_or(value));
        before
    }

    fn get(&self, key: u64) -> Option<u64> {
        robin_hood::Map::get(self, key).copied()
    }
}

#[test]
fn of_a_present_key_insert_replaces_the_value() {
    follow_the_rule(&mut Swiss::inline(Keyed::new(1)));
    follow_the_rule(&mut Packed::inline(Keyed::new(1)));
    let mut lines = [(); 4].map(|()| vec![Line::EMPTY; arena_lines(50)]);
    let [first, second, third, fourth] =
        lines.each_mut().map(|lines| Region::from_lines(lines).unwrap());
    follow_the_rule(&mut lockfree::Map::<u64, u64>::new_in(first, 0).unwrap());
    let parts = [second, third].map(|region| lockfree::Map::new_in(region, 0).unwrap());
    follow_the_rule(&mut SegmentedMap::<u64, u64, 2>::of_segments(parts, 1));
    follow_the_rule(&mut Indirect::new_in(fourth, 0, Numbers).unwrap());
    let mut lines = [(); 2].map(|()| vec![Line::EMPTY; 64]);
    let [keys, values] = lines.each_mut().map(|lines| Region::from_lines(lines).unwrap());
    follow_the_rule(&mut Sorted::new_in(keys, values, robin_hood::ByValue).unwrap());
}

#[test]
fn of_sets_insert_answers_whether_the_key_is_new() {
    let mut lines = [(); 2].map(|()| vec![Line::EMPTY; 64]);
    let [first, second] = lines.each_mut().map(|lines| Region::from_lines(lines).unwrap());
    let mut swiss = swiss::Set::<u64, Inline<16>>::inline(Keyed::new(1));
    let shared = lockfree::Set::<u64>::new_in(first, 0).unwrap();
    let mut sorted = robin_hood::Set::new_in(second, robin_hood::ByValue).unwrap();
    for is_new in [true, false] {
        assert_eq!(swiss.try_insert(5), Ok(is_new));
        assert_eq!(shared.insert(5), Ok(is_new));
        assert_eq!(sorted.try_insert(5), Ok(is_new));
    }
}
