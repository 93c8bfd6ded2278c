//! A growth of a table into a second storage.

use core::slice;

use static_assertions::{assert_eq_size, const_assert};

use super::{Growth, LEAST_RANGE_SLOTS, Source, Target};
use crate::{
    error::{Error, Rejected},
    layout::Line,
    robin_hood::{Map, Set, Storages, raw::Raw, shape::Shape},
    storage::Downward,
    sync::SharedU64,
};

/// [`Set::grow_shared`], which C has without the feature too.
pub(crate) fn larger_set<S: Downward, S2: Downward, O: Clone>(
    small: &Set<S, O>,
    storage: S2,
    work: impl FnOnce(&Growth<'_>),
) -> Result<Set<S2, O>, Rejected<S2>> {
    let mut raw = Raw::without_slots(storage, None, small.raw.load);
    match raw.grow_from(&small.raw, work) {
        Ok(()) => Ok(Set::of(raw, small.order.clone())),
        Err(error) => Err(Rejected { value: raw.into_storages().keys, error }),
    }
}

/// [`Map::grow_shared`], likewise.
pub(crate) fn larger_map<S: Downward, S2: Downward, O: Clone>(
    small: &Map<S, O>,
    keys: S2,
    values: S2,
    work: impl FnOnce(&Growth<'_>),
) -> Result<Map<S2, O>, Rejected<Storages<S2>>> {
    let mut raw = Raw::without_slots(keys, Some(values), small.raw.load);
    match raw.grow_from(&small.raw, work) {
        Ok(()) => Ok(Map::of(raw, small.order.clone())),
        Err(error) => Err(Rejected { value: raw.into_storages(), error }),
    }
}

#[cfg(feature = "lockfree")]
impl<S: Downward, O: Clone> Set<S, O> {
    /// Makes a set of twice as many homes in `storage`, on the threads to which `work` passes
    /// the growth. What they leave undone is done here.
    ///
    /// This set stays as it is. What of `storage` is not [zero](Downward::claim) is cleared first.
    ///
    /// ```
    /// # #[cfg(all(feature = "alloc", not(heptad_loom)))] {
    /// use heptad::{robin_hood::Set, storage::Heap};
    ///
    /// let small: Set = (0..1000).collect();
    /// let storage = Heap::try_with_lines(small.stats().bytes / 32)?;
    /// let large = small.grow_shared(storage, |growth| {
    ///     std::thread::scope(|scope| {
    ///         for _ in 0..4 {
    ///             scope.spawn(|| while growth.help() {});
    ///         }
    ///     });
    /// })?;
    /// assert!(large == small && large.capacity() == 2 * small.capacity());
    /// # }
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `storage` is returned with [`Error::Full`] if it is too small, or with its own error.
    pub fn grow_shared<S2: Downward>(
        &self,
        storage: S2,
        work: impl FnOnce(&Growth<'_>),
    ) -> Result<Set<S2, O>, Rejected<S2>> {
        larger_set(self, storage, work)
    }
}

#[cfg(feature = "lockfree")]
impl<S: Downward, O: Clone> Map<S, O> {
    /// As [`Set::grow_shared`], with values.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn grow_shared<S2: Downward>(
        &self,
        keys: S2,
        values: S2,
        work: impl FnOnce(&Growth<'_>),
    ) -> Result<Map<S2, O>, Rejected<Storages<S2>>> {
        larger_map(self, keys, values, work)
    }
}

impl<S: Downward> Raw<S> {
    /// Makes this table, which has no slots yet, what `old` is when it has grown.
    fn grow_from<T: Downward>(
        &mut self,
        old: &Raw<T>,
        work: impl FnOnce(&Growth<'_>),
    ) -> Result<(), Error> {
        let doubled = if old.shape == Shape::NONE { None } else { old.shape.doubled() };
        let shape = doubled.filter(|shape| shape.lines() <= self.reserved_lines());
        let shape = shape.ok_or(Error::Full)?;
        self.commit(shape)?;
        self.take_shape(shape);
        self.frame = old.frame;
        let source = Source { slots: old.slots(), values: old.values() };
        let (slots, values) = self.slots_and_values();
        let target = Target { slots: atomic(slots), values: atomic(values), shape };
        let growth = Growth::new(source, target, LEAST_RANGE_SLOTS);
        work(&growth);
        growth.finish();
        (self.len, self.zero) = (old.len, old.zero);
        Ok(())
    }
}

assert_eq_size!(SharedU64, u64);
const_assert!(align_of::<SharedU64>() <= align_of::<Line>());

/// The same words, for several threads.
fn atomic(words: &mut [u64]) -> &[SharedU64] {
    let (start, len) = (words.as_mut_ptr().cast::<SharedU64>(), words.len());
    // SAFETY: an `SharedU64` is a `u64` in memory, and the words of lines are aligned for it, as asserted above;
    // for as long as the slice is borrowed, only atomic accesses are made to them.
    unsafe { slice::from_raw_parts(start, len) }
}
