//! The interface of a shared map in the comparison.

/// Keys of a batch.
pub(crate) const BATCH: usize = 16;

/// Operations after which a guard is renewed, so that memory can be reclaimed.
pub(crate) const OPERATIONS_PER_GUARD: usize = 256;

/// A map from words to words that threads share. Each method is what a user of the map would write for a single
/// operation, with the hash that all maps share.
pub(crate) trait Map: Sized + Send + Sync + 'static {
    /// The map's name in the report.
    const NAME: &'static str;

    /// An empty map with room for `entries`, as the map's own constructor understands it.
    fn with_room(entries: usize) -> Self;

    fn get(&self, key: u64) -> Option<u64>;

    /// The sum of the values of the present keys among `keys`.
    #[inline(always)]
    fn get_many(&self, keys: &[u64; BATCH]) -> u64 {
        sum_of(keys, |key| self.get(key))
    }

    /// Inserts `key`; returns false and changes nothing if it is present.
    fn insert(&self, key: u64, value: u64) -> bool;

    /// Inserts `key` or replaces its value. Returns the previous value.
    fn upsert(&self, key: u64, value: u64) -> Option<u64>;

    /// Removes `key` and returns its value.
    fn remove(&self, key: u64) -> Option<u64>;

    /// How many entries there are while no thread changes them.
    fn len(&self) -> usize;
}

/// The same for maps whose users may keep a guard (for example of an epoch) during several operations: the loops
/// take a new one every [`OPERATIONS_PER_GUARD`] operations. A [`Map`] needs none.
pub(crate) trait GuardedMap: Sized + Send + Sync + 'static {
    const NAME: &'static str;

    /// What a thread keeps during several operations.
    type Guard<'a>;

    fn with_room(entries: usize) -> Self;
    fn guard(&self) -> Self::Guard<'_>;
    fn get(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64>;
    fn insert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> bool;
    fn upsert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> Option<u64>;
    fn remove(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64>;
    fn len(&self) -> usize;

    #[inline(always)]
    fn get_many(&self, guard: &Self::Guard<'_>, keys: &[u64; BATCH]) -> u64 {
        sum_of(keys, |key| self.get(guard, key))
    }
}

impl<M: Map> GuardedMap for M {
    const NAME: &'static str = <M as Map>::NAME;

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        <M as Map>::with_room(entries)
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        Map::get(self, key)
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        Map::insert(self, key, value)
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        Map::upsert(self, key, value)
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        Map::remove(self, key)
    }

    fn len(&self) -> usize {
        Map::len(self)
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        Map::get_many(self, keys)
    }
}

/// The sum of the values that `get` finds.
#[inline(always)]
pub(crate) fn sum_of(keys: &[u64; BATCH], get: impl Fn(u64) -> Option<u64>) -> u64 {
    keys.iter().fold(0, |sum, &key| sum.wrapping_add(get(key).unwrap_or(0)))
}
