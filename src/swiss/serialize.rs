//! Sets and maps through serde (feature `serde`): as sequences and maps. [`ReadInto`] reads one back into a table
//! that was made before. `Deserialize` makes one, which needs the heap and a default hasher. Memory is taken as entries
//! come: no length of a foreign input is trusted for an allocation.
#![forbid(unsafe_code)]

use core::{
    fmt,
    hash::{BuildHasher, Hash},
};

use serde::{
    de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
    ser::{Serialize, Serializer},
};

use super::{
    map::{PairMap, Pairing},
    set::Set,
};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::storage::Storage;

impl<K: Serialize, S: Storage, H> Serialize for Set<K, S, H> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self)
    }
}

impl<K, V, P: Pairing<K, V>, S, H> Serialize for PairMap<K, V, P, S, H>
where
    K: Serialize + Hash + Eq,
    V: Serialize,
    S: Storage,
    H: BuildHasher,
{
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Reads entries into a set or map that was made before: in its storage, which need not be the heap, and under its
/// hasher, whose seed a foreign input cannot know. What was there stays, unless it is read again. After an error, what
/// was read before is there too.
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::{ReadInto, Set}};
/// use serde::de::DeserializeSeed;
///
/// # fn seed_of_this_boot() -> u64 { 0x5eed }
/// let mut ids: Set<u64, Inline<4>> = Set::inline(Keyed::new(seed_of_this_boot()));
/// ReadInto(&mut ids).deserialize(&mut serde_json::Deserializer::from_str("[1, 2, 3]"))?;
/// assert!(ids.len() == 3 && ids.contains(&2));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Entries that find no room are an error of the deserializer.
#[derive(Debug)]
pub struct ReadInto<'a, T>(pub &'a mut T);

impl<'de, K, S, H> DeserializeSeed<'de> for ReadInto<'_, Set<K, S, H>>
where
    K: Deserialize<'de> + Hash + Eq,
    S: Storage,
    H: BuildHasher,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, K, S, H> Visitor<'de> for ReadInto<'_, Set<K, S, H>>
where
    K: Deserialize<'de> + Hash + Eq,
    S: Storage,
    H: BuildHasher,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<(), A::Error> {
        while let Some(key) = keys.next_element()? {
            self.0.try_insert(key).map_err(|rejected| A::Error::custom(rejected.error))?;
        }
        Ok(())
    }
}

impl<'de, K, V, P, S, H> DeserializeSeed<'de> for ReadInto<'_, PairMap<K, V, P, S, H>>
where
    K: Deserialize<'de> + Hash + Eq,
    V: Deserialize<'de>,
    P: Pairing<K, V>,
    S: Storage,
    H: BuildHasher,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, K, V, P, S, H> Visitor<'de> for ReadInto<'_, PairMap<K, V, P, S, H>>
where
    K: Deserialize<'de> + Hash + Eq,
    V: Deserialize<'de>,
    P: Pairing<K, V>,
    S: Storage,
    H: BuildHasher,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        while let Some((key, value)) = pairs.next_entry()? {
            self.0.try_insert(key, value).map_err(|rejected| A::Error::custom(rejected.error))?;
        }
        Ok(())
    }
}

/// Under the default hasher: that of [`Keyed`](crate::hash::Keyed) has a seed that everyone knows, so that an attacker
/// who chooses the input can make each insertion take as long as a walk over the table. Read such input with
/// [`ReadInto`], or have a hasher whose default is random, such as the standard library's `RandomState`.
#[cfg(feature = "alloc")]
impl<'de, K, H> Deserialize<'de> for Set<K, Heap, H>
where
    K: Deserialize<'de> + Hash + Eq,
    H: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut set = Set::default();
        ReadInto(&mut set).deserialize(deserializer)?;
        Ok(set)
    }
}

/// Under the default hasher: see `Deserialize` of [`Set`] for what that means for input that others choose.
#[cfg(feature = "alloc")]
impl<'de, K, V, P, H> Deserialize<'de> for PairMap<K, V, P, Heap, H>
where
    K: Deserialize<'de> + Hash + Eq,
    V: Deserialize<'de>,
    P: Pairing<K, V>,
    H: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = PairMap::default();
        ReadInto(&mut map).deserialize(deserializer)?;
        Ok(map)
    }
}
