//! What hashbrown's tables can do: docs/parity.md has every method of theirs, which `tests/parity` checks, and here is
//! what the answers do.

use std::collections::HashSet as Model;

use heptad::{
    hash::{Keyed, hash_word},
    storage::{Heap, Inline},
    swiss::{
        Equivalent, Map, PackedMap, Set, Table,
        map::{Entry, EntryRef, Inserted},
        set, table,
    },
};

fn hash(word: &u64) -> u64 {
    hash_word(0x5eed, *word)
}

#[test]
fn operators_of_sets() {
    let one: Set<u32> = (0..60).collect();
    let mut other: Set<u32, Inline<32>, _> = Set::inline(Keyed::new(9));
    (40..90).for_each(|key| assert_eq!(other.try_insert(key), Ok(true)));
    let of = |set: &Set<u32>| set.iter().copied().collect::<Model<u32>>();
    assert_eq!(of(&(&one | &other)), (0..90).collect());
    assert_eq!(of(&(&one & &other)), (40..60).collect());
    assert_eq!(of(&(&one - &other)), (0..40).collect());
    assert_eq!(of(&(&one ^ &other)), (0..40).chain(60..90).collect());
    type Assign<'a> = fn(&mut Set<u32>, &Set<u32, Inline<32>>);
    let assigning: [(Assign<'_>, Set<u32>); 4] = [
        (|set, other| *set |= other, &one | &other),
        (|set, other| *set &= other, &one & &other),
        (|set, other| *set -= other, &one - &other),
        (|set, other| *set ^= other, &one ^ &other),
    ];
    for (assign, expected) in assigning {
        let mut set = one.clone();
        assign(&mut set, &other);
        assert!(set == expected && set.check_invariants(true).is_ok());
    }
    // The smaller set decides which way is taken.
    let mut few: Set<u32> = [41, 7].into();
    few -= &other;
    assert!(few == Set::from([7]));
    // What only takes out works where nothing grows.
    let mut inline: Set<u32, Inline<32>> = Set::inline(Keyed::new(4));
    (0..50).for_each(|key| assert!(inline.try_insert(key).is_ok()));
    inline &= &one;
    inline -= &other;
    assert_eq!(inline.iter().copied().collect::<Model<_>>(), (0..40).collect());
}

/// Equal to any other of its number; which one it is shows in `name`.
#[derive(Clone, Copy, Debug)]
struct Named {
    number: u32,
    name: u32,
}

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.number == other.number
    }
}
impl Eq for Named {}
impl std::hash::Hash for Named {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// A number as what a [`Named`] is looked up by.
#[derive(Hash)]
struct Number(u32);

impl Equivalent<Named> for Number {
    fn equivalent(&self, key: &Named) -> bool {
        self.0 == key.number
    }
}

impl From<&Number> for Named {
    fn from(number: &Number) -> Named {
        Named { number: number.0, name: 100 }
    }
}

#[test]
fn sets_replace_and_get_or_insert() {
    let mut set: Set<Named, Inline<1>> = Set::inline(Keyed::new(1));
    let named = |number, name| Named { number, name };
    assert_eq!(set.try_get_or_insert(named(1, 1)).unwrap().name, 1);
    assert_eq!(set.try_get_or_insert(named(1, 2)).unwrap().name, 1);
    assert_eq!(set.try_replace(named(1, 3)).unwrap().unwrap().name, 1);
    assert!(set.try_replace(named(2, 1)).unwrap().is_none());
    (3..7).for_each(|number| assert!(set.try_insert(named(number, 0)).is_ok()));
    // A full set replaces, and refuses what is new.
    assert_eq!(set.try_replace(named(1, 4)).unwrap().unwrap().name, 3);
    assert_eq!(set.try_replace(named(9, 4)).unwrap_err().value.name, 4);
    assert!(set.try_entry(named(9, 4)).is_err());
    assert_eq!((set.len(), set.get(&Number(1)).unwrap().name), (6, 4));

    let mut set: Set<Named> = Set::with_capacity(10);
    assert_eq!(set.get_or_insert_with(&Number(5), |&Number(five)| named(five, 8)).name, 8);
    assert_eq!(set.get_or_insert_with(&Number(5), |_| unreachable!()).name, 8);
    assert_eq!(set.get_or_insert(named(5, 9)).name, 8);
    assert_eq!(
        (set.replace(named(5, 9)).unwrap().name, set.insert_unique(named(6, 1)).name),
        (8, 1)
    );
    let entry = set.entry(named(7, 7)).insert();
    assert_eq!((entry.get().name, entry.remove().name), (7, 7));
    set.entry(named(7, 2)).or_insert();
    assert_eq!(set.entry(named(7, 3)).get().name, 2);
    match set.entry(named(8, 3)) {
        set::Entry::Vacant(entry) => {
            assert_eq!((entry.get().name, entry.into_value().name), (3, 3))
        }
        set::Entry::Occupied(_) => unreachable!(),
    }
    set.shrink_to(0);
    assert!(set.capacity() < 10 && set.len() == 3 && set.check_invariants(false).is_ok());
}

#[test]
fn entries_of_maps() {
    let mut map: Map<u32, String> = Map::with_capacity(3);
    assert!(map.capacity() >= 3);
    assert_eq!(map.entry(1).or_insert_with_key(|key| format!("is {key}")), "is 1");
    assert_eq!(map.entry(1).or_insert_with_key(|_| unreachable!()), "is 1");
    assert_eq!(map.entry(2).insert_entry("two".into()).get(), "two");
    assert_eq!(map.entry(2).insert_entry("zwei".into()).into_entry(), (&2, &mut "zwei".into()));
    assert_eq!(map.entry(3).or_insert_entry("three".into()).remove_entry(), (3, "three".into()));
    assert_eq!(map.entry(2).or_insert_entry("three".into()).get(), "zwei");
    let (key, value) = map.get_key_value_mut(&2).unwrap();
    assert_eq!((*key, core::mem::take(value)), (2, "zwei".into()));
    let [one, none] = map.get_disjoint_key_value_mut([&1, &9]).unwrap();
    assert!(one.unwrap() == (&1, &mut "is 1".into()) && none.is_none());
    assert_eq!(map.insert_unique(8, "eight".into()), (&8, &mut "eight".into()));
    let Entry::Vacant(vacant) = map.entry(5) else { unreachable!() };
    assert_eq!(format!("{vacant:?}"), "VacantEntry(5)");
    assert_eq!(
        format!("{:?}", vacant.insert_entry("V".into())),
        "OccupiedEntry { key: 5, value: \"V\" }"
    );
    let Entry::Occupied(entry) = map.entry(5) else { unreachable!() };
    let kept = entry.replace_entry_with(|&key, value| Some(format!("{key}{value}")));
    assert_eq!(format!("{kept:?}"), "Occupied(5, \"5V\")");
    let Entry::Vacant(vacant) =
        kept.and_replace_entry_with(|_, value| Some(value).filter(|_| false))
    else {
        unreachable!()
    };
    assert_eq!(vacant.insert_entry("V".into()).key(), &5);
    assert_eq!(map.entry(6).and_replace_entry_with(|_, _| unreachable!()).key(), &6);
    map.shrink_to(100);
    assert_eq!((map.len(), map.check_invariants(false)), (4, Ok(())));
    let mut extraction = map.extract_if(|key, _| *key == 5);
    assert_eq!(format!("{extraction:?}"), "ExtractIf { left: 4, .. }");
    assert_eq!((extraction.next(), extraction.next()), (Some((5, "V".into())), None));
    drop(extraction);
    let keys = map.clone().into_keys();
    assert_eq!((keys.len(), format!("{keys:?}")), (3, "IntoKeys { len: 3, .. }".into()));
    assert_eq!(keys.collect::<Model<_>>(), [1, 2, 8].into());
    assert_eq!(map.into_values().collect::<Model<_>>().len(), 3);
    let mut copies: Map<u32, u8> = Map::new();
    copies.extend(&[(1, 2), (3, 4)].into_iter().collect::<PackedMap<u32, u8>>());
    assert!(copies == Map::from([(1, 2), (3, 4)]));
    let mut keys: Set<u32> = Set::new();
    keys.extend(copies.keys());
    assert!(keys == Set::from([1, 3]));
}

#[test]
fn entries_by_reference() {
    let mut map: Map<Named, u64> = Map::new();
    *map.entry_ref(&Number(4)).or_default() += 7;
    *map.entry_ref(&Number(4)).and_modify(|value| *value += 1).or_insert(0) += 1;
    assert_eq!(map.entry_ref(&Named { number: 4, name: 3 }).key().name, 100);
    assert_eq!(
        map.get_key_value(&Number(4)).map(|(key, &value)| (key.name, value)),
        Some((100, 9))
    );
    assert_eq!(*map.entry_ref(&Number(5)).or_insert_with_key(|number| number.0.into()), 5);
    assert_eq!(*map.entry_ref(&Number(5)).insert_entry(6).get(), 6);
    match map.entry_ref(&Number(6)) {
        EntryRef::Vacant(entry) => {
            assert_eq!(entry.key().0, 6);
            let key = Named { number: 6, name: 1 };
            assert_eq!(entry.insert_entry_with_key(key, 3).key().name, 1);
        }
        EntryRef::Occupied(_) => unreachable!(),
    }
    assert_eq!((map.remove(&Number(6)), map.contains_key(&Number(6))), (Some(3), false));
}

#[test]
fn buckets_of_tables() {
    let mut table: Table<u64> = Table::new();
    assert_eq!(
        (table.num_buckets(), table.get_bucket(1), table.iter_buckets().count()),
        (0, None, 0)
    );
    for key in 0..40 {
        table.insert_unique(hash(&key), key, hash);
    }
    for key in 0..40 {
        let index = table.find_bucket_index(hash(&key), |&entry| entry == key).unwrap();
        assert!(index < table.num_buckets() && table.get_bucket(index) == Some(&key));
        assert_eq!(
            table.find_entry(hash(&key), |&entry| entry == key).unwrap().bucket_index(),
            index
        );
    }
    let entries: Model<u64> =
        table.iter_buckets().map(|index| *table.get_bucket(index).unwrap()).collect();
    assert_eq!(entries, (0..40).collect());
    // Numbers that are none.
    let none = [0, 8, table.num_buckets(), table.num_buckets() + 1, usize::MAX];
    assert!(none.into_iter().all(|index| table.get_bucket(index).is_none()));
    assert!(none.into_iter().all(|index| table.get_bucket_mut(index).is_none()));
    let index = table.find_bucket_index(hash(&7), |&entry| entry == 7).unwrap();
    *table.get_bucket_mut(index).unwrap() += 0;
    assert_eq!((table.remove_bucket(index), table.len()), (Some(7), 39));
    let entry = table.entry(hash(&8), |&entry| entry == 8, hash);
    let table::Entry::Occupied(entry) = entry else { unreachable!() };
    let table::Entry::Occupied(entry) = entry.replace_entry_with(Some) else { unreachable!() };
    assert!(matches!(entry.replace_entry_with(|_| None), table::Entry::Vacant(_)));
    assert_eq!((table.len(), table.check_invariants(hash, false)), (38, Ok(())));
    table.shrink_to(0, hash);
    assert_eq!(table.check_invariants(hash, false), Ok(()));
}

/// A cache in fixed memory: what is evicted and what stays add up, under hashes good and bad.
#[test]
fn eviction_makes_room_for_every_key() {
    fn play<H: std::hash::BuildHasher>(hasher: H) {
        let mut cache: Map<u32, u32, Inline<16>, H> = Map::inline(hasher);
        let mut model = std::collections::HashMap::new();
        let mut random = fastrand::Rng::with_seed(3);
        let mut evictions = 0;
        for step in 0..(if cfg!(miri) { 200 } else { 5_000 }) {
            let key = random.u32(..200);
            let pick = random.usize(..20);
            let inserted = cache.insert_evicting(key, step, |entries| {
                assert!((1..=14).contains(&entries.len()));
                assert!(entries.iter().all(|(key, value)| model.get(*key) == Some(*value)));
                pick
            });
            match inserted {
                Inserted::New => assert_eq!(model.insert(key, step), None),
                Inserted::Replaced(before) => assert_eq!(model.insert(key, step), Some(before)),
                Inserted::Evicted(old, value) => {
                    evictions += 1;
                    assert_eq!(model.remove(&old), Some(value));
                    assert_eq!(model.insert(key, step), None);
                    assert_eq!(cache.len(), cache.capacity());
                }
                Inserted::Refused(..) => unreachable!("there is room for one at least"),
            }
            assert_eq!(cache.get(&key), Some(&step));
            assert_eq!((cache.len(), cache.check_invariants(true)), (model.len(), Ok(())));
        }
        assert!(evictions > 0);
    }
    /// All keys have one hash, or one of two.
    #[derive(Clone, Default)]
    struct Crowded(u64);
    impl std::hash::Hasher for Crowded {
        fn finish(&self) -> u64 {
            self.0 & 1
        }

        fn write(&mut self, bytes: &[u8]) {
            self.0 = bytes.first().map_or(0, |&byte| byte.into());
        }
    }
    play(Keyed::new(5));
    play(std::hash::BuildHasherDefault::<Crowded>::default());
    let mut nothing: Map<u32, u32, Heap> = Map::new();
    assert_eq!(nothing.insert_evicting(1, 2, |_| unreachable!()), Inserted::Refused(1, 2));
    let mut set: Set<u32, Inline<1>> = Set::inline(Keyed::new(1));
    (0..6).for_each(|key| assert_eq!(set.insert_evicting(key, |_| 0), Inserted::New));
    let Inserted::Evicted(key, ()) = set.insert_evicting(9, |keys| keys.len()) else {
        unreachable!()
    };
    assert!(key < 6 && set.contains(&9) && !set.contains(&key));
}

#[test]
fn iterators_show_and_begin_as_in_std() {
    let mut map: Map<u32, u8> = Map::from([(1, 2)]);
    assert_eq!(format!("{:?} {:?}", map.keys(), map.values()), "[1] [2]");
    assert_eq!(format!("{:?}", map.iter_mut()), "IterMut { len: 1, .. }");
    assert_eq!(format!("{:?}", map.drain()), "Drain { len: 1, .. }");
    assert_eq!(heptad::swiss::map::Iter::<u32, u8, heptad::swiss::map::Wide>::default().count(), 0);
    assert_eq!(table::Iter::<u64>::default().fold(0, |sum, _| sum + 1), 0);
}
