//! Sets and maps through serde (feature `serde`): as sequences and maps. Reading one back needs the
//! heap, a default hasher, and as many bytes as the entries take: no length of a foreign input is
//! trusted for an allocation.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use serde::ser::{Serialize, Serializer};

use super::{
    map::{PairMap, Pairing},
    set::Set,
};
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

#[cfg(feature = "alloc")]
mod read {
    use core::{
        fmt,
        hash::{BuildHasher, Hash},
        marker::PhantomData,
    };

    use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

    use super::{PairMap, Pairing, Set};
    use crate::storage::Heap;

    struct Build<T>(PhantomData<T>);

    impl<'de, K, H> Deserialize<'de> for Set<K, Heap, H>
    where
        K: Deserialize<'de> + Hash + Eq,
        H: BuildHasher + Default,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_seq(Build::<Self>(PhantomData))
        }
    }

    impl<'de, K, H> Visitor<'de> for Build<Set<K, Heap, H>>
    where
        K: Deserialize<'de> + Hash + Eq,
        H: BuildHasher + Default,
    {
        type Value = Set<K, Heap, H>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a sequence of keys")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
            let mut set = Set::default();
            while let Some(key) = keys.next_element()? {
                set.try_insert(key).map_err(|rejected| A::Error::custom(rejected.error))?;
            }
            Ok(set)
        }
    }

    impl<'de, K, V, P, H> Deserialize<'de> for PairMap<K, V, P, Heap, H>
    where
        K: Deserialize<'de> + Hash + Eq,
        V: Deserialize<'de>,
        P: Pairing<K, V>,
        H: BuildHasher + Default,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Build::<Self>(PhantomData))
        }
    }

    impl<'de, K, V, P, H> Visitor<'de> for Build<PairMap<K, V, P, Heap, H>>
    where
        K: Deserialize<'de> + Hash + Eq,
        V: Deserialize<'de>,
        P: Pairing<K, V>,
        H: BuildHasher + Default,
    {
        type Value = PairMap<K, V, P, Heap, H>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
            let mut map = PairMap::default();
            while let Some((key, value)) = pairs.next_entry()? {
                map.try_insert(key, value).map_err(|rejected| A::Error::custom(rejected.error))?;
            }
            Ok(map)
        }
    }
}
