//! Values that are made when a key is absent.

use super::{map::Map, segmented::SegmentedMap, word::Word};
use crate::{error::Error, lockfree::chain::Track};

impl<K: Word, V: Word, G: Track> Map<'_, K, V, G> {
    /// The value of `key`; what `make` returns if it is absent, which it has from then on. Returns the value that the
    /// key has, also if another context inserted it.
    ///
    /// `make` is called once at most, between two operations: it may do anything with the map. If another context
    /// inserts the key meanwhile, what `make` returned is dropped.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert); `make` was called then.
    ///
    /// ```
    /// use heptad::{layout::Line, lockfree::{Map, arena_lines}, storage::Region};
    ///
    /// let mut memory = vec![Line::EMPTY; arena_lines(10)];
    /// let ids = Map::<u64, u32>::new_in(Region::from_lines(&mut memory)?, 0x5eed)?;
    /// assert_eq!(ids.get_or_insert_with(7, || 1)?, 1);
    /// assert_eq!(ids.get_or_insert_with(7, || unreachable!())?, 1);
    /// assert_eq!(ids.get_or_insert_with(8, || ids.insert(8, 5).map_or(0, |_| 2))?, 5);
    /// # Ok::<(), heptad::Error>(())
    /// ```
    #[inline]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> Result<V, Error> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let value = make();
        Ok(self.insert_if_absent(key, value)?.unwrap_or(value))
    }
}

impl<K: Word, V: Word, const SEGMENTS: usize, G: Track> SegmentedMap<'_, K, V, SEGMENTS, G> {
    /// See [`Map::get_or_insert_with`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> Result<V, Error> {
        self.of(key).get_or_insert_with(key, make)
    }
}
