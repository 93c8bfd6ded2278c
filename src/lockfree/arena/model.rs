//! A table for loom: its atomics are objects of its own, so buckets and groups stand in boxes.
//!
//! The memory that a model provides is kept, and returned, but holds nothing. That nobody uses a table after its
//! end is watched: each use of a descriptor reads one of loom's cells, and returning the region writes it.

use core::ptr::{self, NonNull};
use std::{
    boxed::Box,
    cell::RefCell,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread_local,
    vec::Vec,
};

use loom::cell::UnsafeCell;

use super::{Progress, shape::Shape};
use crate::{
    error::{Error, Rejected},
    layout::{LINE_BYTES, Line},
    lockfree::bucket::{Bucket, Group},
    storage::{Region, Storage},
    sync::AtomicPtr,
};

/// What stands in place of an arena's first line.
pub(crate) struct Descriptor {
    memory: *mut Line,
    pub(crate) bytes: u64,
    buckets: Box<[Bucket]>,
    groups: Box<[Group]>,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    pub(crate) home_mask: u64,
    pub(crate) next: AtomicPtr<Descriptor>,
    pub(crate) progress: Progress,
    /// Read by every use of the table; written where the table is made and where it ends.
    uses: UnsafeCell<()>,
    /// Not loom's: a late use that is in order with the end is none either.
    is_returned: AtomicBool,
}

thread_local! {
    /// Tables that were returned: kept, so that late uses are noticed. Loom's threads are all in one of the system's.
    static RETURNED: RefCell<Vec<NonNull<Descriptor>>> = const { RefCell::new(Vec::new()) };
}

impl Descriptor {
    /// An empty table as large as would fit into `region`.
    pub(crate) fn create(
        region: Region<'_>,
        seed: u64,
        home_mask: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        match Shape::for_lines(region.lines() as u64) {
            Some(shape) => Ok(Descriptor::of_shape(region, shape, seed, home_mask)),
            None => {
                let given_bytes = region.lines() * LINE_BYTES;
                let error = Error::TooSmall { needed_bytes: given_bytes + 1, given_bytes };
                Err(Rejected { error, value: region })
            }
        }
    }

    /// An empty table of any shape, so that models can be small.
    pub(crate) fn of_shape(
        mut region: Region<'_>,
        shape: Shape,
        seed: u64,
        home_mask: u64,
    ) -> NonNull<Descriptor> {
        let descriptor = Descriptor {
            memory: region.base_mut(),
            bytes: region.bytes() as u64,
            buckets: (0..shape.buckets).map(|_| Bucket::default()).collect(),
            groups: (0..shape.groups()).map(|_| Group::default()).collect(),
            shape,
            seed,
            home_mask,
            next: AtomicPtr::new(ptr::null_mut()),
            progress: Progress::default(),
            uses: UnsafeCell::new(()),
            is_returned: AtomicBool::new(false),
        };
        NonNull::from(Box::leak(Box::new(descriptor)))
    }

    /// Loom's tables do not outlive a model: there is none to find.
    ///
    /// # Safety
    ///
    /// None is required.
    pub(crate) unsafe fn attach(
        region: Region<'_>,
        _: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        Err(Rejected { error: Error::Foreign, value: region })
    }

    /// Frees the tables that were returned: at the end of a model, when nobody can use one.
    pub(crate) fn free_all() {
        for descriptor in RETURNED.take() {
            // SAFETY: leaked from a box by `of_shape`, and returned once.
            drop(unsafe { Box::from_raw(descriptor.as_ptr()) });
        }
    }

    /// The descriptor itself.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets).
    #[track_caller]
    pub(crate) unsafe fn get<'a>(this: NonNull<Descriptor>) -> &'a Descriptor {
        // SAFETY: it lives until `free_all`, and nobody writes it.
        let descriptor = unsafe { this.as_ref() };
        assert!(!descriptor.is_returned.load(Relaxed), "a table is used that was returned");
        descriptor.uses.with(|_| ());
        descriptor
    }

    /// The buckets.
    ///
    /// # Safety
    ///
    /// `this` came from [`create`](Self::create) or [`of_shape`](Self::of_shape).
    pub(crate) unsafe fn buckets<'a>(this: NonNull<Descriptor>) -> &'a [Bucket] {
        // SAFETY: the caller's promise.
        &unsafe { Descriptor::get(this) }.buckets
    }

    /// The groups.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets).
    pub(crate) unsafe fn groups<'a>(this: NonNull<Descriptor>) -> &'a [Group] {
        // SAFETY: the caller's promise.
        &unsafe { Descriptor::get(this) }.groups
    }

    /// The region that was provided for the table, which is gone.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets), and nobody uses the table or the region from now on.
    pub(crate) unsafe fn into_region<'a>(this: NonNull<Descriptor>) -> Region<'a> {
        // SAFETY: leaked from a box by `of_shape`, and freed by `free_all` alone.
        let descriptor = unsafe { this.as_ref() };
        let was_returned = descriptor.is_returned.swap(true, Relaxed);
        assert!(!was_returned, "a region is returned twice");
        descriptor.uses.with_mut(|_| ());
        let (start, bytes) = (descriptor.memory.cast(), descriptor.bytes as usize);
        RETURNED.with_borrow_mut(|all| all.push(this));
        // SAFETY: the region had this address and length, and is unused.
        let region = unsafe { Region::from_raw(start, bytes) };
        // SAFETY: it was a region, so it can be one again.
        unsafe { region.unwrap_unchecked() }
    }
}
