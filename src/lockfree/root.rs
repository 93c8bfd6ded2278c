//! From a map to its table.

use core::{
    marker::PhantomData,
    ptr::{self, NonNull},
};

use super::{
    arena::{Descriptor, Table},
    update::{Decision, Key, Stop},
};
use crate::{
    error::{Error, Rejected},
    storage::Region,
    sync::{
        AtomicPtr,
        Ordering::{Acquire, Relaxed, Release},
    },
};

/// Where a map's table is, once it has one.
///
/// - **R1** The pointer is null, or came from a region that is lent for `'a`. Once it is not null it
///   stays as it is.
#[derive(Debug)]
pub(super) struct Root<'a> {
    descriptor: AtomicPtr<Descriptor>,
    lent: PhantomData<Region<'a>>,
}

impl<'a> Root<'a> {
    /// No table yet. Under loom pointers are no constants, and there are no statics.
    #[cfg(not(loom))]
    pub(super) const fn empty() -> Self {
        Root { descriptor: AtomicPtr::new(ptr::null_mut()), lent: PhantomData }
    }

    /// An empty table in `region`.
    pub(super) fn create(
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<Self, Rejected<Region<'a>>> {
        Ok(Root::at(Descriptor::create(region, seed, home_mask)?))
    }

    /// The table that stands in `region`.
    ///
    /// # Safety
    ///
    /// As for [`Descriptor::attach`].
    pub(super) unsafe fn attach(
        region: Region<'a>,
        home_mask: u64,
    ) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        Ok(Root::at(unsafe { Descriptor::attach(region, home_mask)? }))
    }

    /// A root whose table is made.
    pub(super) fn at(descriptor: NonNull<Descriptor>) -> Self {
        Root { descriptor: AtomicPtr::new(descriptor.as_ptr()), lent: PhantomData }
    }

    /// Makes a table in `region` for a root that has none.
    pub(super) fn place(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        let descriptor = Descriptor::create(region, seed, home_mask)?;
        // Release: pairs with the Acquire of `descriptor`, which then reads what `create` wrote.
        let placed = self.descriptor.compare_exchange(
            ptr::null_mut(),
            descriptor.as_ptr(),
            Release,
            Relaxed, // nothing is read through the other table
        );
        match placed {
            Ok(_) => Ok(()),
            Err(_) => {
                // SAFETY: just created, and nobody else has seen it.
                let region = unsafe { Descriptor::into_region(descriptor) };
                Err(Rejected { error: Error::Occupied, value: region })
            }
        }
    }

    /// Takes the region back. The table is gone.
    pub(super) fn into_region(self) -> Option<Region<'a>> {
        let descriptor = self.descriptor()?;
        // SAFETY: R1; the root is consumed, so nobody uses the table any more.
        Some(unsafe { Descriptor::into_region(descriptor) })
    }

    #[inline]
    fn descriptor(&self) -> Option<NonNull<Descriptor>> {
        // Acquire: pairs with the Release of `place`.
        NonNull::new(self.descriptor.load(Acquire))
    }

    /// The table, if there is one.
    #[inline]
    pub(super) fn table(&self) -> Option<Table<'_>> {
        // SAFETY: R1; `'a` outlives the borrow of `self`.
        self.descriptor().map(|descriptor| unsafe { Table::at(descriptor) })
    }

    /// The entries that the table is for.
    pub(super) fn capacity(&self) -> usize {
        self.table().map_or(0, Table::capacity)
    }

    /// The value of a key.
    #[inline]
    pub(super) fn get(&self, key: &Key<impl Fn(u64) -> bool>) -> Option<u64> {
        self.table()?.get(key)
    }

    /// The values of many keys: see [`Table::get_many`].
    pub(super) fn get_many<M: Fn(u64) -> bool, P>(
        &self,
        keys: impl Iterator<Item = Key<M>>,
        places: impl Iterator<Item = P>,
        mut answer: impl FnMut(P, Option<u64>),
    ) {
        match self.table() {
            Some(table) => table.get_many(keys, places, answer),
            None => keys.zip(places).for_each(|(_, place)| answer(place, None)),
        }
    }

    /// Changes a key as `decide` says, and answers the value that it had before.
    #[inline]
    pub(super) fn update(
        &self,
        key: &Key<impl Fn(u64) -> bool>,
        mut decide: impl FnMut(Option<u64>) -> Decision,
    ) -> Result<Option<u64>, Error> {
        let Some(table) = self.table() else {
            return match decide(None) {
                Decision::Keep | Decision::Remove => Ok(None),
                Decision::Set(_) => Err(Error::Full),
            };
        };
        table.update(key, decide).map_err(|stop| match stop {
            Stop::Full => Error::Full,
            Stop::Busy => Error::Busy,
        })
    }
}
