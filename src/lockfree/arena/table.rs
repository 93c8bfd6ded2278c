//! A table: buckets, groups, and the numbers that lead a hash into them.

use core::{
    marker::PhantomData,
    ptr::{self, NonNull},
};

use super::{Descriptor, Progress, Shape};
use crate::{
    hash::hash_word,
    layout::LINE_BYTES,
    lockfree::bucket::{Anyone, Bucket, GROUP_SLOTS, Group, Home, Pair, Place, Reserver},
    sync::Ordering::{Acquire, Relaxed, Release},
};

/// A table, and the reserver of slots in it: what all operations work on. Without a member it is one word, so that
/// calls can pass it in a register.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a, T = Anyone> {
    descriptor: NonNull<Descriptor>,
    pub(crate) reserver: T,
    borrow: PhantomData<&'a Descriptor>,
}

// SAFETY: a table is a shared borrow of atomics and of a descriptor that nobody writes.
unsafe impl<T: Send> Send for Table<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Table<'_, T> {}

impl<'a, T: Reserver + Default> Table<'a, T> {
    /// The table that `descriptor` describes.
    ///
    /// # Safety
    ///
    /// A1: it came from `create` or `attach`, and the region that it was made from is valid and provided to
    /// the table during `'a`.
    #[inline]
    pub(crate) unsafe fn at(descriptor: NonNull<Descriptor>) -> Self {
        Table { descriptor, reserver: T::default(), borrow: PhantomData }
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// The same, for a reserver.
    pub(crate) fn for_reserver<R: Reserver>(self, reserver: R) -> Table<'a, R> {
        Table { descriptor: self.descriptor, reserver, borrow: PhantomData }
    }

    #[inline]
    fn descriptor(self) -> &'a Descriptor {
        // SAFETY: valid during 'a, and not written (A1).
        unsafe { Descriptor::get(self.descriptor) }
    }

    #[inline]
    fn buckets(self) -> &'a [Bucket] {
        // SAFETY: A1.
        unsafe { Descriptor::buckets(self.descriptor) }
    }

    /// All groups, region by region.
    #[inline]
    pub(crate) fn groups(self) -> &'a [Group] {
        // SAFETY: A1.
        unsafe { Descriptor::groups(self.descriptor) }
    }

    #[inline]
    pub(crate) fn shape(self) -> Shape {
        self.descriptor().shape
    }

    pub(crate) fn seed(self) -> u64 {
        self.descriptor().seed
    }

    /// The entries that the table is for.
    pub(crate) fn capacity(self) -> usize {
        Shape::entries_for(self.bytes() / LINE_BYTES as u64) as usize
    }

    /// Bytes of the arena.
    pub(crate) fn bytes(self) -> u64 {
        self.descriptor().bytes
    }

    /// The table that entries move to, if this one is being rebuilt, or has been.
    #[inline]
    pub(crate) fn next(self) -> Option<Table<'a, T>> {
        if !T::rebuilds() {
            return None;
        }
        // Acquire: pairs with the Release of `set_next`, which comes after making the table.
        let next = NonNull::new(self.descriptor().next.load(Acquire))?;
        // SAFETY: A1 of the next table: R2 keeps it at least as long as this one.
        Some(unsafe { Table::<Anyone>::at(next) }.for_reserver(self.reserver))
    }

    /// Makes `next` the table that entries move to, if there is none.
    ///
    /// # Safety
    ///
    /// R2: `next` stays a table for as long as this one does, and longer.
    pub(crate) unsafe fn set_next(self, next: NonNull<Descriptor>) -> bool {
        let link = &self.descriptor().next;
        // Release: pairs with the Acquire of `next`. Relaxed: nothing is read when it fails.
        link.compare_exchange(ptr::null_mut(), next.as_ptr(), Release, Relaxed).is_ok()
    }

    /// How far moving to the next table is, and from the one before.
    #[inline]
    pub(crate) fn progress(self) -> &'a Progress {
        &self.descriptor().progress
    }

    pub(crate) fn is(self, other: Table<'_, T>) -> bool {
        self.descriptor == other.descriptor
    }

    pub(crate) fn as_ptr(self) -> NonNull<Descriptor> {
        self.descriptor
    }

    /// The home of the key that `word` stands for: only its bits in the home mask count.
    #[inline]
    pub(crate) fn home_of(self, word: u64) -> Home<'a> {
        let hash = hash_word(self.seed(), word & self.descriptor().home_mask);
        self.home(self.shape().bucket_of(hash))
    }

    #[inline]
    fn home(self, number: u64) -> Home<'a> {
        // SAFETY: numbers come from the shape, which makes them less than `buckets`, or are 0 (A1).
        let bucket = unsafe { self.buckets().get_unchecked(number as usize) };
        Home::of(bucket)
    }

    /// The number of a home of this table.
    #[inline]
    pub(crate) fn number(self, home: Home<'_>) -> u64 {
        let offset_bytes = ptr::from_ref(home.bucket()).addr() - self.buckets().as_ptr().addr();
        (offset_bytes / size_of::<Bucket>()) as u64
    }

    /// The first home: there is always one.
    pub(crate) fn first_home(self) -> Home<'a> {
        self.home(0)
    }

    /// The number of the bucket that an address is in, and how far after its first byte, if that is less than a word.
    pub(crate) fn bucket_at(self, address: usize) -> Option<(u64, u32)> {
        index_in(self.buckets(), address)
    }

    /// The same for groups.
    pub(crate) fn group_at(self, address: usize) -> Option<(u64, u32)> {
        index_in(self.groups(), address).filter(|&(_, slot)| slot < GROUP_SLOTS)
    }

    /// The home with a number, if there is one.
    pub(crate) fn home_number(self, number: u64) -> Option<Home<'a>> {
        self.buckets().get(number as usize).map(Home::of)
    }

    /// Every home, in order.
    pub(crate) fn homes(self) -> impl Iterator<Item = Home<'a>> {
        self.buckets().iter().map(Home::of)
    }

    /// The number of the group that `home` has in `region`.
    #[inline]
    pub(crate) fn group_number(self, home: Home<'_>, region: u32) -> u64 {
        self.shape().group_of(self.number(home), region)
    }

    /// The group that `home` has in `region`.
    #[inline]
    pub(crate) fn group(self, home: Home<'_>, region: u32) -> &'a Group {
        let number = self.group_number(home, region);
        // SAFETY: the shape makes it less than `groups` (A1).
        unsafe { self.groups().get_unchecked(number as usize) }
    }

    /// The key and value of a place in a group.
    #[inline]
    pub(crate) fn pair_at(self, home: Home<'_>, place: Place) -> &'a Pair {
        self.group(home, place.region()).pair(place.group_slot())
    }

    /// Names a place that the next commit hides: see [`Reserver::hides`].
    #[inline(always)]
    pub(crate) fn hides(self, home: Home<'a>, place: Place) {
        if place.is_own() {
            self.reserver.hides(home.bucket(), place.own_slot());
        } else {
            self.reserver.hides(self.group(home, place.region()), place.group_slot());
        }
    }
}

/// The element that an address is in, and how far after its first byte, if that is less than a word.
fn index_in<E>(elements: &[E], address: usize) -> Option<(u64, u32)> {
    let offset_bytes = address.checked_sub(elements.as_ptr().addr())?;
    let (number, rest) = (offset_bytes / size_of::<E>(), offset_bytes % size_of::<E>());
    (number < elements.len() && rest < size_of::<u64>()).then_some((number as u64, rest as u32))
}
