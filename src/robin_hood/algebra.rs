//! Merging and comparing two tables. If both keep their keys in one order, each operation is one pass over both,
//! whatever their storage and size; sets in two orders are compared by lookups.
#![forbid(unsafe_code)]

use super::{
    map::Map,
    merge::{self, Merge, Merged},
    order::Order,
    raw::{Raw, Storages},
    set::Set,
    shape::Shape,
    table::{Entry, Table},
};
use crate::{
    error::{Error, Rejected},
    storage::Downward,
};

impl<E: Entry, S: Downward, O: Order + PartialEq> Table<E, S, O> {
    fn same_order<S2: Downward>(&self, other: &Table<E, S2, O>) -> Result<(), Error> {
        if self.order == other.order { Ok(()) } else { Err(Error::DifferentOrders) }
    }
}

impl<S: Downward, O: Order + PartialEq> Set<S, O> {
    /// Iterates over the keys that `merge` takes from this set and `other`, in order.
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

    /// Makes a set in `storage` of the keys that `merge` takes from this set and `other`. It is one
    /// streaming pass in which no branch depends on a key, preceded by a pass that counts the keys if
    /// `storage` might be too small, and followed by one that shrinks the table if it came out small.
    ///
    /// # Errors
    ///
    /// `storage`, with [`Error::DifferentOrders`], with [`Error::Full`] if it has no room for the keys,
    /// or with its error if it cannot commit memory.
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
            Ok(()) => Ok(Set::of(raw, self.order.clone())),
            Err(error) => Err(Rejected { value: raw.into_storages().keys, error }),
        }
    }

    /// [`try_merge_in`](Self::try_merge_in) new storage of the same kind, which is allocated as large as
    /// needed.
    ///
    /// # Errors
    ///
    /// Those of [`try_merge_in`](Self::try_merge_in); [`Error::Full`] where no such storage can be
    /// allocated.
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
        Ok(Set::of(raw, self.order.clone()))
    }

    /// Makes `raw`, which has no slots yet, the table of the keys that `merge` takes.
    fn fill<S2: Downward, S3: Downward>(
        &self,
        merge: Merge,
        other: &Set<S2, O>,
        raw: &mut Raw<S3>,
    ) -> Result<(), Error> {
        let most = merge.most(self.len(), other.len());
        let count = || merge::count(merge, &self.raw, &other.raw);
        raw.take_shape_for_both(&self.raw, &other.raw, most, count)?;
        raw.fill_merged(merge, &self.raw, &other.raw)?;
        // Half as many keys fit into half of the table.
        if raw.len < most / 2 {
            raw.shrink_in_place(0);
        }
        Ok(())
    }

    /// Iterates over the keys that `merge` takes from this set and `other`: in order if the orders are equal; else
    /// first over those of this set, with a lookup in the other set for each, and then over those of `other`.
    pub(super) fn taken<'a, S2: Downward>(
        &'a self,
        merge: Merge,
        other: &'a Set<S2, O>,
    ) -> impl Iterator<Item = u64> + Clone + 'a {
        let in_order = self.merged(merge, other).ok();
        let one_by_one = in_order.is_none().then(|| {
            let of_self = self.iter().filter(move |&key| merge.takes(true, other.contains(key)));
            let of_other = other.iter().filter(move |&key| !self.contains(key));
            of_self.chain(of_other.filter(move |_| merge.takes(false, true)))
        });
        in_order.into_iter().flatten().chain(one_by_one.into_iter().flatten())
    }

    /// Iterates over the keys of either set, each once, in order. One pass over both sets; if their orders differ, a
    /// lookup per key, and the keys of this set come first.
    pub fn union<'a, S2: Downward>(
        &'a self,
        other: &'a Set<S2, O>,
    ) -> impl Iterator<Item = u64> + Clone + 'a {
        self.taken(Merge::Union, other)
    }

    /// Iterates over the keys of both sets, as [`union`](Self::union) does.
    pub fn intersection<'a, S2: Downward>(
        &'a self,
        other: &'a Set<S2, O>,
    ) -> impl Iterator<Item = u64> + Clone + 'a {
        self.taken(Merge::Intersection, other)
    }

    /// Iterates over the keys of this set that are not in `other`, as [`union`](Self::union) does.
    pub fn difference<'a, S2: Downward>(
        &'a self,
        other: &'a Set<S2, O>,
    ) -> impl Iterator<Item = u64> + Clone + 'a {
        self.taken(Merge::Difference, other)
    }

    /// Iterates over the keys of exactly one of the sets, as [`union`](Self::union) does.
    pub fn symmetric_difference<'a, S2: Downward>(
        &'a self,
        other: &'a Set<S2, O>,
    ) -> impl Iterator<Item = u64> + Clone + 'a {
        self.taken(Merge::SymmetricDifference, other)
    }

    /// Returns whether `other` has every key of this set. One pass over both sets; if their orders differ, a lookup
    /// for each key of this one.
    pub fn is_subset<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        self.len() <= other.len()
            && match self.all_of_both(other, |_, in_other| in_other) {
                Some(holds) => holds,
                None => self.iter().all(|key| other.contains(key)),
            }
    }

    /// Returns whether this set has every key of `other`, as [`is_subset`](Self::is_subset) does.
    pub fn is_superset<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        other.is_subset(self)
    }

    /// Returns whether the sets have no key in common. One pass over both; if their orders differ, a lookup for each
    /// key of the smaller one.
    pub fn is_disjoint<S2: Downward>(&self, other: &Set<S2, O>) -> bool {
        match self.all_of_both(other, |in_self, in_other| !(in_self && in_other)) {
            Some(holds) => holds,
            None if self.len() <= other.len() => self.iter().all(|key| !other.contains(key)),
            None => other.iter().all(|key| !self.contains(key)),
        }
    }

    /// Returns whether `holds(in_self, in_other)` is true for each key of either set, if they have one order.
    fn all_of_both<S2: Downward>(
        &self,
        other: &Set<S2, O>,
        holds: impl Fn(bool, bool) -> bool,
    ) -> Option<bool> {
        self.same_order(other).ok()?;
        let mut both = Merged::new(&self.raw, &other.raw);
        Some(both.all(|it| holds(it.1.is_some(), it.2.is_some())))
    }
}

impl<S: Downward, O: Order + PartialEq> Map<S, O> {
    /// Makes a map in `keys` and `values` of the keys of this map and `other`.
    /// `merge(key, value in this map, value in the other)` returns the value of a key, or `None` to
    /// leave the key out. It is called once per key, in order; if the storages might be too small, a
    /// pass that counts calls it once more per key, before.
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
    /// The storages, with [`Error::DifferentOrders`], with [`Error::Full`] if they have no room for the
    /// keys, or with the error of one that cannot commit memory.
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
        match self.same_order(other).and_then(|()| self.fill(other, &mut raw, merge)) {
            Ok(()) => Ok(Map::of(raw, self.order.clone())),
            Err(error) => Err(Rejected { value: raw.into_storages(), error }),
        }
    }

    /// Makes `raw`, which has no slots yet, the table of what `merge` returns.
    fn fill<S2: Downward, S3: Downward>(
        &self,
        other: &Map<S2, O>,
        raw: &mut Raw<S3>,
        mut merge: impl FnMut(u64, Option<u64>, Option<u64>) -> Option<u64>,
    ) -> Result<(), Error> {
        let most = self.len().saturating_add(other.len());
        let count = || self.merged(other, &mut merge).count();
        raw.take_shape_for_both(&self.raw, &other.raw, most, count)?;
        raw.fill_in_order(self.merged(other, &mut merge))
    }

    /// Iterates over the words to which `merge` gives a value, with that value.
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
