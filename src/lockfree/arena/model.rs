//! A table for loom: its atomics are objects of its own, so buckets and groups stand in boxes.
//!
//! The memory that a model provides is kept, and returned, but holds nothing.

use core::ptr::{self, NonNull};
use std::boxed::Box;

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
        };
        NonNull::from(Box::leak(Box::new(descriptor)))
    }

    /// Loom's tables do not outlive a model: there is none to find.
    ///
    /// # Safety
    ///
    /// None is asked for.
    pub(crate) unsafe fn attach(
        region: Region<'_>,
        _: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        Err(Rejected { error: Error::Foreign, value: region })
    }

    /// The buckets.
    ///
    /// # Safety
    ///
    /// `this` came from [`create`](Self::create) or [`of_shape`](Self::of_shape).
    pub(crate) unsafe fn buckets<'a>(this: NonNull<Descriptor>) -> &'a [Bucket] {
        // SAFETY: it lives until `into_region`, and nobody writes it.
        &unsafe { this.as_ref() }.buckets
    }

    /// The groups.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets).
    pub(crate) unsafe fn groups<'a>(this: NonNull<Descriptor>) -> &'a [Group] {
        // SAFETY: as in `buckets`.
        &unsafe { this.as_ref() }.groups
    }

    /// The region that was provided for the table, which is gone.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets), and nobody uses the table or the region from now on.
    pub(crate) unsafe fn into_region<'a>(this: NonNull<Descriptor>) -> Region<'a> {
        // SAFETY: leaked from a box by `of_shape`, and used no more.
        let descriptor = unsafe { Box::from_raw(this.as_ptr()) };
        let (start, bytes) = (descriptor.memory.cast(), descriptor.bytes as usize);
        // SAFETY: the region had this address and length, and is unused.
        let region = unsafe { Region::from_raw(start, bytes) };
        // SAFETY: it was a region, so it can be one again.
        unsafe { region.unwrap_unchecked() }
    }
}
