//! The peers' maps: how each is made, and its names for the operations.

use std::sync::{PoisonError, RwLock};

use dashmap::{DashMap, Entry};
use heptad::{
    hash::Keyed,
    swiss::{self, Locked, map},
};
use leapfrog::LeapMap;

use super::map::{BATCH, GuardedMap, Map, sum_of};
use crate::ours::{MEMORY, SEED};

pub(crate) type Papaya = papaya::HashMap<u64, u64, Keyed>;
pub(crate) type Flurry = flurry::HashMap<u64, u64, Keyed>;
/// Pins an epoch in each operation.
pub(crate) type MokaCht = moka_cht::HashMap<u64, u64, Keyed>;
/// Locks a bucket of 32 entries.
pub(crate) type Scc = scc::HashMap<u64, u64, Keyed>;
/// Locks a shard; it makes four for each processor.
pub(crate) type Dash = DashMap<u64, u64, Keyed>;
/// hashbrown behind the standard library's lock for many readers or one writer.
pub(crate) type ReadWrite = RwLock<hashbrown::HashMap<u64, u64, Keyed>>;
/// hashbrown behind a spin lock.
pub(crate) type SpinHashbrown = Locked<hashbrown::HashMap<u64, u64, Keyed>>;
/// heptad's own single-owner map behind its spin lock.
pub(crate) type SpinSwiss = Locked<swiss::Map<u64, u64>>;

/// leapfrog, with room for `FACTOR` times the entries: its speed depends on that more than other maps' speed does. It
/// reserves the two highest values and the hash 0, and leaves removed keys in place until it migrates everything.
pub(crate) struct Leapfrog<const FACTOR: usize>(LeapMap<u64, u64, Keyed>);

/// Implements [`Map`] from one expression per operation, so that all peers read alike.
macro_rules! peer {
    (
        $map:ty: $name:expr;
        make |$room:ident, $hasher:ident| $make:expr;
        get |$in_get:ident, $key_got:ident| $get:expr;
        insert |$in_insert:ident, $key:ident, $value:ident| $insert:expr;
        upsert |$in_upsert:ident, $old_key:ident, $new:ident| $upsert:expr;
        remove |$in_remove:ident, $gone:ident| $remove:expr;
        len |$in_len:ident| $len:expr;
        $($get_many:item)?
    ) => {
        impl Map for $map {
            const NAME: &'static str = $name;

            fn with_room($room: usize) -> Self {
                let $hasher = Keyed::new(SEED);
                $make
            }

            #[inline(always)]
            fn get(&self, $key_got: u64) -> Option<u64> {
                let $in_get = self;
                $get
            }

            #[inline(always)]
            fn insert(&self, $key: u64, $value: u64) -> bool {
                let $in_insert = self;
                $insert
            }

            #[inline(always)]
            fn upsert(&self, $old_key: u64, $new: u64) -> Option<u64> {
                let $in_upsert = self;
                $upsert
            }

            #[inline(always)]
            fn remove(&self, $gone: u64) -> Option<u64> {
                let $in_remove = self;
                $remove
            }

            fn len(&self) -> usize {
                let $in_len = self;
                $len
            }

            $($get_many)?
        }
    };
}

// It has no insertion that leaves a present key alone. The benchmark inserts absent keys only, and for these this is
// the shortest way.
peer! {
    MokaCht: "moka-cht";
    make |room, hasher| MokaCht::with_capacity_and_hasher(room, hasher);
    get |map, key| map.get(&key);
    insert |map, key, value| map.insert(key, value).is_none();
    upsert |map, key, value| map.insert(key, value);
    remove |map, key| map.remove(&key);
    len |map| map.len();
}

peer! {
    Scc: "scc";
    make |room, hasher| Scc::with_capacity_and_hasher(room, hasher);
    get |map, key| map.read_sync(&key, |_, value| *value);
    insert |map, key, value| map.insert_sync(key, value).is_ok();
    upsert |map, key, value| map.upsert_sync(key, value);
    remove |map, key| map.remove_sync(&key).map(|(_, value)| value);
    len |map| map.len();
}

peer! {
    Dash: "dashmap";
    make |room, hasher| Dash::with_capacity_and_hasher(room, hasher);
    get |map, key| map.get(&key).map(|value| *value);
    insert |map, key, value| match map.entry(key) {
        Entry::Occupied(_) => false,
        Entry::Vacant(vacant) => {
            vacant.insert(value);
            true
        }
    };
    upsert |map, key, value| map.insert(key, value);
    remove |map, key| map.remove(&key).map(|(_, value)| value);
    len |map| map.len();
}

peer! {
    ReadWrite: "hashbrown, rw";
    make |room, hasher| RwLock::new(hashbrown::HashMap::with_capacity_and_hasher(room, hasher));
    get |map, key| map.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    insert |map, key, value| {
        let mut map = map.write().unwrap_or_else(PoisonError::into_inner);
        map.try_insert(key, value).is_ok()
    };
    upsert |map, key, value|
        map.write().unwrap_or_else(PoisonError::into_inner).insert(key, value);
    remove |map, key| map.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
    len |map| map.read().unwrap_or_else(PoisonError::into_inner).len();

    #[inline(always)]
    fn get_many(&self, keys: &[u64; BATCH]) -> u64 {
        let map = self.read().unwrap_or_else(PoisonError::into_inner);
        sum_of(keys, |key| map.get(&key).copied())
    }
}

peer! {
    SpinHashbrown: "hashbrown, spin";
    make |room, hasher| Locked::new(hashbrown::HashMap::with_capacity_and_hasher(room, hasher));
    get |map, key| map.with(|map| map.get(&key).copied());
    insert |map, key, value| map.with(|map| map.try_insert(key, value).is_ok());
    upsert |map, key, value| map.with(|map| map.insert(key, value));
    remove |map, key| map.with(|map| map.remove(&key));
    len |map| map.with(|map| map.len());
}

peer! {
    SpinSwiss: "swiss, spin";
    make |room, hasher| Locked::new(swiss::Map::try_with_capacity(room, hasher).expect(MEMORY));
    get |map, key| map.with(|map| map.get(&key).copied());
    insert |map, key, value| map.with(|map| match map.try_entry(key) {
        Ok(map::Entry::Vacant(vacant)) => {
            vacant.insert(value);
            true
        }
        _ => false,
    });
    upsert |map, key, value| map.with(|map| map.insert(key, value));
    remove |map, key| map.with(|map| map.remove(&key));
    len |map| map.with(|map| map.len());

    #[inline(always)]
    fn get_many(&self, keys: &[u64; BATCH]) -> u64 {
        let mut sum = 0u64;
        self.with(|map| {
            map.get_many(keys, |_, value| sum = sum.wrapping_add(value.copied().unwrap_or(0)));
        });
        sum
    }
}

macro_rules! leapfrog {
    ($factor:literal: $name:literal) => {
        peer! {
            Leapfrog<$factor>: $name;
            make |room, hasher| Leapfrog(LeapMap::with_capacity_and_hasher(room * $factor, hasher));
            get |map, key| map.0.get(&key)?.value();
            insert |map, key, value| map.0.try_insert(key, value).is_none();
            upsert |map, key, value| map.0.insert(key, value);
            remove |map, key| map.0.remove(&key);
            len |map| map.0.len();
        }
    };
}

leapfrog!(1: "leapfrog");
leapfrog!(2: "leapfrog, x2");

/// A map that takes a guard for each operation, or batch: as programs use a map in single places. With one guard for
/// several operations it is a contender of its own, which is the best that a loop can do.
pub(crate) struct PerOperation<M>(M);

/// A map that is compared in both ways: with a guard kept for many operations, and pinned for each operation.
macro_rules! pinned {
    (
        $map:ident: $name:literal, $held:literal;
        $take:ident $guard_type:ty;
        get |$in_get:ident, $get_guard:ident, $wanted:ident| $get:expr;
        insert |$in_insert:ident, $insert_guard:ident, $key:ident, $value:ident| $insert:expr;
        upsert |$in_upsert:ident, $upsert_guard:ident, $old_key:ident, $new:ident| $upsert:expr;
        remove |$in_remove:ident, $remove_guard:ident, $gone:ident| $remove:expr;
    ) => {
        impl GuardedMap for $map {
            const NAME: &'static str = $held;

            type Guard<'a> = $guard_type;

            fn with_room(entries: usize) -> Self {
                $map::with_capacity_and_hasher(entries, Keyed::new(SEED))
            }

            #[inline(always)]
            fn guard(&self) -> Self::Guard<'_> {
                self.$take()
            }

            #[inline(always)]
            fn get(&self, $get_guard: &Self::Guard<'_>, $wanted: u64) -> Option<u64> {
                let $in_get = self;
                $get.copied()
            }

            #[inline(always)]
            fn insert(&self, $insert_guard: &Self::Guard<'_>, $key: u64, $value: u64) -> bool {
                let $in_insert = self;
                $insert.is_ok()
            }

            #[inline(always)]
            fn upsert(
                &self,
                $upsert_guard: &Self::Guard<'_>,
                $old_key: u64,
                $new: u64,
            ) -> Option<u64> {
                let $in_upsert = self;
                $upsert.copied()
            }

            #[inline(always)]
            fn remove(&self, $remove_guard: &Self::Guard<'_>, $gone: u64) -> Option<u64> {
                let $in_remove = self;
                $remove.copied()
            }

            fn len(&self) -> usize {
                self.len()
            }
        }

        peer! {
            PerOperation<$map>: $name;
            make |room, _hasher| PerOperation($map::with_room(room));
            get |map, key| map.0.pin().get(&key).copied();
            insert |map, key, value| map.0.pin().try_insert(key, value).is_ok();
            upsert |map, key, value| map.0.pin().insert(key, value).copied();
            remove |map, key| map.0.pin().remove(&key).copied();
            len |map| map.0.len();

            #[inline(always)]
            fn get_many(&self, keys: &[u64; BATCH]) -> u64 {
                let pinned = self.0.pin();
                sum_of(keys, |key| pinned.get(&key).copied())
            }
        }
    };
}

pinned! {
    Papaya: "papaya", "papaya, held";
    pin papaya::HashMapRef<'a, u64, u64, Keyed, papaya::LocalGuard<'a>>;
    get |_map, pinned, key| pinned.get(&key);
    insert |_map, pinned, key, value| pinned.try_insert(key, value);
    upsert |_map, pinned, key, value| pinned.insert(key, value);
    remove |_map, pinned, key| pinned.remove(&key);
}

pinned! {
    Flurry: "flurry", "flurry, held";
    guard flurry::Guard<'a>;
    get |map, guard, key| map.get(&key, guard);
    insert |map, guard, key, value| map.try_insert(key, value, guard);
    upsert |map, guard, key, value| map.insert(key, value, guard);
    remove |map, guard, key| map.remove(&key, guard);
}
