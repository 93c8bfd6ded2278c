//! Maps together. Both have to keep their keys in the same order; then a merge is one pass over both,
//! side by side.
#![forbid(unsafe_code)]

use super::Map;
use crate::{
    error::{Error, Rejected},
    robin_hood::{
        fill::Filler,
        merge::{Merged, frame_of_both},
        order::Order,
        raw::{Raw, Storages},
        shape::Shape,
    },
    storage::Downward,
};

impl<S: Downward, O: Order + PartialEq> Map<S, O> {
    /// A new map in `keys` and `values` of what `merge` makes of each key of either map:
    /// `merge(key, value in this map, value in the other)` gives its value, or `None` to leave it out.
    /// It is asked in order, and once more from the start if the storages might be too small: then to
    /// count.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use heptad::{robin_hood::Map, storage::Heap};
    ///
    /// let counts = Map::<Heap>::from([(1, 10), (2, 20)]);
    /// let more = Map::<Heap>::from([(2, 2), (3, 3)]);
    /// let (keys, values) = (Heap::try_with_lines(16)?, Heap::try_with_lines(16)?);
    /// let sums = counts.try_merge_in(&more, keys, values, |_, one, two| {
    ///     Some(one.unwrap_or(0) + two.unwrap_or(0))
    /// })?;
    /// assert_eq!(sums, Map::<Heap>::from([(1, 10), (2, 22), (3, 3)]));
    /// # }
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The storages come back with [`Error::DifferentOrders`], with [`Error::Full`] if they have no
    /// room for the keys, or with what inserting them one by one says.
    pub fn try_merge_in<S2: Downward, S3: Downward>(
        &self,
        other: &Map<S2, O>,
        keys: S3,
        values: S3,
        merge: impl FnMut(u64, Option<u64>, Option<u64>) -> Option<u64>,
    ) -> Result<Map<S3, O>, Rejected<Storages<S3>>>
    where
        O: Clone,
    {
        let mut raw = Raw::without_slots(keys, Some(values), self.raw.load);
        match self.fill(other, &mut raw, merge) {
            Ok(()) => Ok(Map { raw, order: self.order.clone() }),
            Err(error) => Err(Rejected { value: raw.into_storages(), error }),
        }
    }

    /// Makes `raw`, which has no slots yet, the table of what `merge` makes.
    fn fill<S2: Downward, S3: Downward>(
        &self,
        other: &Map<S2, O>,
        raw: &mut Raw<S3>,
        mut merge: impl FnMut(u64, Option<u64>, Option<u64>) -> Option<u64>,
    ) -> Result<(), Error> {
        if self.order != other.order {
            return Err(Error::DifferentOrders);
        }
        let (lines, load) = (raw.reserved_lines(), raw.load);
        let most = self.len().saturating_add(other.len());
        let shape = match Shape::for_storage(lines, most, load) {
            Some(shape) => Some(shape),
            None => Shape::for_storage(lines, self.merged(other, &mut merge).count(), load),
        };
        let shape = shape.ok_or(Error::Full)?;
        raw.commit(shape)?;
        raw.take_shape(shape);
        raw.frame = frame_of_both(&self.raw, &other.raw);
        let mut filler = Filler::new(raw);
        let mut merged = self.merged(other, &mut merge);
        let late = merged.find(|&(word, value)| filler.push(word, value).is_err());
        // What the pass has no slot for, as insertions would.
        raw.insert_all(late.into_iter().chain(merged))
    }

    /// The words that `merge` gives a value, with it.
    fn merged<'a, S2: Downward, F: FnMut(u64, Option<u64>, Option<u64>) -> Option<u64>>(
        &'a self,
        other: &'a Map<S2, O>,
        merge: &'a mut F,
    ) -> impl Iterator<Item = (u64, u64)> + 'a {
        Merged::new(&self.raw, &other.raw).filter_map(move |(word, first, second)| {
            let first = first.and_then(|place| self.raw.value(place)).copied();
            let second = second.and_then(|place| other.raw.value(place)).copied();
            Some((word, merge(self.order.key(word), first, second)?))
        })
    }
}
