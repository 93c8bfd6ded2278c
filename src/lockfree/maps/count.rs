//! Maps that count: one operation more where values are 64-bit numbers.

use super::{map::Map, segmented::SegmentedMap, word::Word};
use crate::{error::Error, lockfree::chain::Track};

impl<K: Word, G: Track> Map<'_, K, u64, G> {
    /// Adds `number` to the value of `key`, wrapping around at 2^64, or inserts `number` if the key is absent. Returns
    /// the value that the key had.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert).
    #[inline]
    pub fn fetch_add(&self, key: K, number: u64) -> Result<Option<u64>, Error> {
        self.insert_or_modify(key, number, |value| value.wrapping_add(number))
    }
}

impl<K: Word, G: Track, const SEGMENTS: usize> SegmentedMap<'_, K, u64, SEGMENTS, G> {
    /// See [`Map::fetch_add`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn fetch_add(&self, key: K, number: u64) -> Result<Option<u64>, Error> {
        self.of(key).fetch_add(key, number)
    }
}
