//! Sets together. Both have to keep their keys in the same order; then each question is one pass over
//! both, side by side, whatever their storage and size.
#![forbid(unsafe_code)]

use super::Set;
use crate::{
    error::{Error, Rejected},
    robin_hood::{
        merge::{self, Merge, Merged, frame_of_both},
        order::Order,
        raw::Raw,
        shape::Shape,
    },
    storage::Downward,
};

impl<S: Downward, O: Order + PartialEq> Set<S, O> {
    /// The keys that `merge` makes of this set and `other`, in order.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use heptad::robin_hood::{ByValue, Merge, Set};
    ///
    /// let mut even = Set::with_order(ByValue);
    /// even.extend([2 << 56, 4 << 56, 6 << 56]);
    /// let mut small = Set::with_order(ByValue);
    /// small.extend([1 << 56, 2 << 56]);
    /// let both: Vec<u64> = even.merged(Merge::Union, &small)?.map(|key| key >> 56).collect();
    /// assert_eq!(both, [1, 2, 4, 6]);
    /// # }
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::DifferentOrders`].
    pub fn merged<'a, S2: Downward>(
        &'a self,
        merge: Merge,
        other: &'a Set<S2, O>,
    ) -> Result<impl Iterator<Item = u64> + Clone + 'a, Error> {
        self.same_order(other)?;
        let taken = Merged::new(&self.raw, &other.raw).filter(merge.filter());
        Ok(taken.map(|it| self.order.key(it.0)))
    }

    /// A new set in `storage` of the keys that `merge` makes of this set and `other`. One streaming
    /// pass, without a branch that depends on a key; another one to count the keys first if the
    /// storage might be too small, or to shrink the table at the end.
    ///
    /// # Errors
    ///
    /// `storage` comes back with [`Error::DifferentOrders`], with [`Error::Full`] if it has no room
    /// for the keys, or with what inserting them one by one says.
    pub fn try_merge_in<S2: Downward, S3: Downward>(
        &self,
        merge: Merge,
        other: &Set<S2, O>,
        storage: S3,
    ) -> Result<Set<S3, O>, Rejected<S3>>
    where
        O: Clone,
    {
        let mut raw = Raw::without_slots(storage, None, self.raw.load);
        match self.same_order(other).and_then(|()| self.fill(merge, other, &mut raw)) {
            Ok(()) => Ok(Set { raw, order: self.order.clone() }),
            Err(error) => Err(Rejected { value: raw.into_storages().keys, error }),
        }
    }

    /// [`try_merge_in`](Self::try_merge_in) another storage like this set's, of the size it takes.
    ///
    /// # Errors
    ///
    /// As there; [`Error::Full`] where there can be no such storage.
    pub fn try_merge<S2: Downward>(
        &self,
        merge: Merge,
        other: &Set<S2, O>,
    ) -> Result<Set<S, O>, Error>
    where
        O: Clone,
    {
        self.same_order(other)?;
        let most = merge.most(self.len(), other.len());
        let shape = Shape::for_len(most.max(1), self.raw.load).ok_or(Error::CapacityOverflow)?;
        let mut raw = self.raw.another(shape)?;
        self.fill(merge, other, &mut raw)?;
        Ok(Set { raw, order: self.order.clone() })
    }

    fn same_order<S2: Downward>(&self, other: &Set<S2, O>) -> Result<(), Error> {
        if self.order == other.order { Ok(()) } else { Err(Error::DifferentOrders) }
    }

    /// Makes `raw`, which has no slots yet, the table of the keys that `merge` makes.
    fn fill<S2: Downward, S3: Downward>(
        &self,
        merge: Merge,
        other: &Set<S2, O>,
        raw: &mut Raw<S3>,
    ) -> Result<(), Error> {
        let (lines, load) = (raw.reserved_lines(), raw.load);
        let most = merge.most(self.len(), other.len());
        let shape = Shape::for_storage(lines, most, load).or_else(|| {
            Shape::for_storage(lines, merge::count(merge, &self.raw, &other.raw), load)
        });
        let shape = shape.ok_or(Error::Full)?;
        raw.commit(shape)?;
        raw.take_shape(shape);
        raw.frame = frame_of_both(&self.raw, &other.raw);
        raw.fill_merged(merge, &self.raw, &other.raw)?;
        // Half of what there might have been would have fitted half of the table.
        if raw.len < most / 2 {
            raw.shrink_in_place(0);
        }
        Ok(())
    }

    /// Has `other` every key of this set? `false` also if they are in different orders.
    pub fn is_subset<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        self.len() <= other.len() && self.holds_of_all(other, |_, in_other| in_other)
    }

    /// Has this set every key of `other`? `false` also if they are in different orders.
    pub fn is_superset<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        other.is_subset(self)
    }

    /// Have the sets no key in common? `false` also if they are in different orders.
    pub fn is_disjoint<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        self.holds_of_all(other, |in_self, in_other| !(in_self && in_other))
    }

    /// Does `holds(in_self, in_other)` hold of each key of either set?
    fn holds_of_all<S2: Downward>(
        &self,
        other: &Set<S2, O>,
        holds: impl Fn(bool, bool) -> bool,
    ) -> bool {
        self.same_order(other).is_ok()
            && Merged::new(&self.raw, &other.raw).all(|it| holds(it.1.is_some(), it.2.is_some()))
    }
}

/// Equal if they have the same order and the same keys, whatever their storage and size.
impl<S: Downward, S2: Downward, O: Order + PartialEq> PartialEq<Set<S2, O>> for Set<S, O> {
    fn eq(&self, other: &Set<S2, O>) -> bool {
        self.len() == other.len() && self.is_subset(other)
    }
}

impl<S: Downward, O: Order + Eq> Eq for Set<S, O> {}
