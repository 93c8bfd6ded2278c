//! What a map that threads share has to do to take part.

/// Keys of a batch.
pub(crate) const BATCH: usize = 16;

/// The seed of every map's hash.
pub(crate) const SEED: u64 = 0x5eed;

/// A map from words to words that threads share.
///
/// A method is what a user of the map would write for a single operation, with the hash that is the same
/// for all. What a map makes its users hold while they operate, such as an epoch's guard, is its
/// [`Guard`](Self::Guard): the loops take a new one every [`OPERATIONS_PER_GUARD`] operations. A map
/// whose methods see to their guards themselves has none.
pub(crate) trait SharedMap: Sized + Send + Sync + 'static {
    /// What the report calls it.
    const NAME: &'static str;

    /// What a thread holds during some operations.
    type Guard<'a>;

    /// An empty map with room for `entries`, by the map's own notion of that.
    fn with_room(entries: usize) -> Self;

    fn guard(&self) -> Self::Guard<'_>;

    fn get(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64>;

    /// The sum of the values of those of `keys` that are present.
    #[inline(always)]
    fn get_many(&self, guard: &Self::Guard<'_>, keys: &[u64; BATCH]) -> u64 {
        keys.iter().fold(0, |sum, &key| sum.wrapping_add(self.get(guard, key).unwrap_or(0)))
    }

    /// Puts in `key`; false, with nothing done, if it is present.
    fn insert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> bool;

    /// Puts in `key` or gives it a new value. Returns the previous one.
    fn upsert(&self, guard: &Self::Guard<'_>, key: u64, value: u64) -> Option<u64>;

    /// Takes out `key` and returns its value.
    fn remove(&self, guard: &Self::Guard<'_>, key: u64) -> Option<u64>;

    /// How many entries there are while no thread changes them.
    fn len(&self) -> usize;
}

/// Operations after which a guard is renewed, so that memory can be reclaimed.
pub(crate) const OPERATIONS_PER_GUARD: usize = 256;
