//! The peers that lock nothing, or claim so.
//!
//! Users of papaya and flurry hold a guard. They are here twice: with a guard for each operation, which
//! is how a map is used here and there in a program, and with one for a row of operations, which is the
//! best that a loop can do.

use std::marker::PhantomData;

use heptad::hash::Keyed;
use leapfrog::LeapMap;

use super::map::{BATCH, SEED, SharedMap};

/// papaya, with a guard for each operation, or for each batch.
pub(crate) struct Papaya(papaya::HashMap<u64, u64, Keyed>);

impl SharedMap for Papaya {
    const NAME: &'static str = "papaya";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        Papaya(papaya::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED)))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.pin().get(&key).copied()
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        let pinned = self.0.pin();
        keys.iter().fold(0, |sum, key| sum.wrapping_add(pinned.get(key).copied().unwrap_or(0)))
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.pin().try_insert(key, value).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.pin().insert(key, value).copied()
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.pin().remove(&key).copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// papaya, with one guard for many operations.
pub(crate) struct PapayaGuarded(papaya::HashMap<u64, u64, Keyed>);

impl SharedMap for PapayaGuarded {
    const NAME: &'static str = "papaya, held";

    type Guard<'a> = papaya::LocalGuard<'a>;

    fn with_room(entries: usize) -> Self {
        PapayaGuarded(Papaya::with_room(entries).0)
    }

    #[inline(always)]
    fn guard(&self) -> Self::Guard<'_> {
        self.0.guard()
    }

    #[inline(always)]
    fn get(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64> {
        self.0.get(&key, guard).copied()
    }

    #[inline(always)]
    fn insert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> bool {
        self.0.try_insert(key, value, guard).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value, guard).copied()
    }

    #[inline(always)]
    fn remove(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64> {
        self.0.remove(&key, guard).copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// flurry, with a guard for each operation, or for each batch.
pub(crate) struct Flurry(flurry::HashMap<u64, u64, Keyed>);

impl SharedMap for Flurry {
    const NAME: &'static str = "flurry";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        Flurry(flurry::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED)))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.pin().get(&key).copied()
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        let pinned = self.0.pin();
        keys.iter().fold(0, |sum, key| sum.wrapping_add(pinned.get(key).copied().unwrap_or(0)))
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.pin().try_insert(key, value).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.pin().insert(key, value).copied()
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.pin().remove(&key).copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// flurry, with one guard for many operations.
pub(crate) struct FlurryGuarded(flurry::HashMap<u64, u64, Keyed>);

impl SharedMap for FlurryGuarded {
    const NAME: &'static str = "flurry, held";

    type Guard<'a> = flurry::Guard<'a>;

    fn with_room(entries: usize) -> Self {
        FlurryGuarded(Flurry::with_room(entries).0)
    }

    #[inline(always)]
    fn guard(&self) -> Self::Guard<'_> {
        self.0.guard()
    }

    #[inline(always)]
    fn get(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64> {
        self.0.get(&key, guard).copied()
    }

    #[inline(always)]
    fn insert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> bool {
        self.0.try_insert(key, value, guard).is_ok()
    }

    #[inline(always)]
    fn upsert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value, guard).copied()
    }

    #[inline(always)]
    fn remove(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64> {
        self.0.remove(&key, guard).copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// moka-cht, which pins an epoch in each operation.
pub(crate) struct MokaCht(moka_cht::HashMap<u64, u64, Keyed>);

impl SharedMap for MokaCht {
    const NAME: &'static str = "moka-cht";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        MokaCht(moka_cht::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED)))
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.get(&key)
    }

    /// It has no insertion that leaves a present key alone. None of the benchmark's insertions meets
    /// one, and for an absent key this is the shortest way.
    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.insert(key, value).is_none()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.remove(&key)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// How much room a leapfrog map is asked for.
pub(crate) trait Room: Send + Sync + 'static {
    const NAME: &'static str;
    const FACTOR: usize;
}

/// Room for the entries, as everyone has it.
pub(crate) struct Once;

impl Room for Once {
    const NAME: &'static str = "leapfrog";
    const FACTOR: usize = 1;
}

/// Room for twice the entries: leapfrog's speed depends on it more than that of others.
pub(crate) struct Twice;

impl Room for Twice {
    const NAME: &'static str = "leapfrog, x2";
    const FACTOR: usize = 2;
}

/// leapfrog. It reserves the two highest values, the hash 0, and leaves removed keys in place until it
/// moves everything.
pub(crate) struct Leapfrog<R>(LeapMap<u64, u64, Keyed>, PhantomData<R>);

impl<R: Room> SharedMap for Leapfrog<R> {
    const NAME: &'static str = R::NAME;

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        let room = entries * R::FACTOR;
        Leapfrog(LeapMap::with_capacity_and_hasher(room, Keyed::new(SEED)), PhantomData)
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.0.get(&key)?.value()
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        self.0.try_insert(key, value).is_none()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        self.0.remove(&key)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
