//! Entries that others chose or wrote, and the seed that they meet.

use heptad::{hash::Keyed, storage::Heap, swiss::Set};
#[cfg(feature = "serde")]
use heptad::{
    layout::Line,
    storage::{Inline, Region},
    swiss::Map,
};

#[cfg(feature = "serde")]
#[test]
fn serde_round_trip() {
    let map: Map<u64, u64> = (0..100).map(|key| (key, key * key)).collect();
    let text = serde_json::to_string(&map).unwrap();
    assert!(serde_json::from_str::<Map<u64, u64>>(&text).unwrap() == map);
    let set: Set<u64> = (0..100).collect();
    let text = serde_json::to_string(&set).unwrap();
    assert!(serde_json::from_str::<Set<u64>>(&text).unwrap() == set);
    let error = serde_json::from_str::<Map<u64, u64>>("[1]").unwrap_err().to_string();
    assert!(error.contains("a map"), "{error}");
}

/// Numbers that share a home under the seed that `Deserialize` and `collect` use.
fn flood() -> Vec<u64> {
    (0..100).map(|number| heptad::hash::unhash_word(0, number << 32)).collect()
}

/// What an attacker wrote for the seed that everyone knows is harmless under another, in any storage.
#[cfg(feature = "serde")]
#[test]
fn serde_reads_under_a_seed_of_the_reader() {
    use heptad::swiss::ReadInto;
    use serde::de::DeserializeSeed;

    let text = serde_json::to_string(&flood()).unwrap();
    let input = || serde_json::Deserializer::from_str(&text);
    assert!(serde_json::from_str::<Set<u64>>(&text).unwrap().stats().stashed > 50);
    let mut set: Set<u64> = Set::with_hasher(Keyed::new(0x5eed));
    ReadInto(&mut set).deserialize(&mut input()).unwrap();
    assert_eq!((set.len(), set.stats().stashed, set.hasher().seed()), (100, 0, 0x5eed));
    let mut fixed: Set<u64, Inline<16>> = Set::inline(Keyed::new(0x5eed));
    ReadInto(&mut fixed).deserialize(&mut input()).unwrap();
    assert!(fixed == set);
    let mut small: Set<u64, Inline<8>> = Set::inline(Keyed::new(0x5eed));
    let error = ReadInto(&mut small).deserialize(&mut input()).unwrap_err().to_string();
    assert!(error.contains("full") && small.len() == small.capacity(), "{error}");

    let pairs: std::collections::BTreeMap<u64, u64> =
        flood().into_iter().map(|key| (key, !key)).collect();
    let text = serde_json::to_string(&pairs).unwrap();
    assert!(serde_json::from_str::<Map<u64, u64>>(&text).unwrap().stats().stashed > 50);
    let mut lines = [Line::EMPTY; 64];
    let region = Region::from_lines(&mut lines).unwrap();
    let mut map = Map::<u64, u64, _>::new_in(region, Keyed::new(0x5eed)).unwrap();
    ReadInto(&mut map).deserialize(&mut serde_json::Deserializer::from_str(&text)).unwrap();
    assert!(map.len() == 100 && map.stats().stashed == 0);
    assert!(pairs.iter().all(|(key, value)| map.get(key) == Some(value)));
}

/// The ways to collect keys that others choose: into a set made before, or under a hasher whose default is random.
#[test]
fn collecting_under_a_seed_of_ones_own() {
    assert!(flood().into_iter().collect::<Set<u64>>().stats().stashed > 50);
    let mut seeded = Set::with_hasher(Keyed::new(0x5eed));
    seeded.extend(flood());
    assert_eq!((seeded.len(), seeded.stats().stashed), (100, 0));
    let random: Set<u64, Heap, std::hash::RandomState> = flood().into_iter().collect();
    assert!(random == seeded && random.stats().stashed <= 2, "{}", random.stats());
}
