//! The bytes of an arena.
//!
//! The first two lines are the descriptor, words in the processor's byte order:
//!
//! | word | contents |
//! |---|---|
//! | 0 | the letters `heptLF`, and the number of this layout in the upper 16 bits |
//! | 1 | bytes of the arena, those that the table leaves unused among them |
//! | 2 | buckets |
//! | 3 | groups per region |
//! | 4 | the seed |
//! | 5 | the home mask: the bits of a key word that decide its home |
//! | 6 | a hash of words 0 to 5 |
//! | 7 | the address of the next table's descriptor; 0 until the table is rebuilt |
//! | 8 to 15 | how far the rebuilds are that it takes part in: [`Progress`] |
//!
//! Buckets follow, then the groups: [`Shape`] has the picture. Before a rebuild no word is an address, so an
//! arena means the same wherever it is mapped. A new one is all zero after word 6.

use core::{
    mem::offset_of,
    ptr::{self, NonNull},
    slice,
};

use super::{Progress, shape::Shape};
use crate::{
    error::{Error, Rejected},
    hash::hash_word,
    layout::LINE_BYTES,
    lockfree::bucket::{Bucket, Group},
    storage::{Region, Storage},
    sync::{AtomicPtr, Ordering::Relaxed},
};

/// A machine of the other byte order reads other letters: neither takes the other's arenas.
const LETTERS: u64 = u64::from_le_bytes(*b"heptLF\0\0");
const FORMAT_SHIFT: u32 = 48;
/// The layout described here, in `bucket/mod.rs` and in `bucket/header.rs`.
const FORMAT: u64 = 2;

/// The first two lines of an arena. But for their last words they are written once, before anyone else
/// can see them.
#[repr(C, align(64))]
pub(crate) struct Descriptor {
    magic: u64,
    pub(crate) bytes: u64,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    pub(crate) home_mask: u64,
    check: u64,
    pub(crate) next: AtomicPtr<Descriptor>,
    pub(crate) progress: Progress,
}

const _: () = assert!(size_of::<Descriptor>() == 2 * LINE_BYTES);
const _: () = assert!(offset_of!(Descriptor, progress) == LINE_BYTES);
const _: () = assert!(size_of::<Bucket>() == LINE_BYTES);
const _: () = assert!(size_of::<Group>() == 2 * LINE_BYTES);

impl Descriptor {
    /// Makes an empty table in `region`, as large as fits.
    pub(crate) fn create(
        mut region: Region<'_>,
        seed: u64,
        home_mask: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        let lines = region.lines();
        let Some(shape) = Shape::for_lines(lines as u64) else {
            return Err(Rejected { error: too_small(lines), value: region });
        };
        let base = region.base_mut();
        // SAFETY: `lines` lines are valid for writes and ours alone; zero is fine for all of them.
        unsafe { base.write_bytes(0, lines) };
        let mut descriptor = Descriptor {
            magic: LETTERS | FORMAT << FORMAT_SHIFT,
            bytes: region.bytes() as u64,
            shape,
            seed,
            home_mask,
            check: 0,
            next: AtomicPtr::new(ptr::null_mut()),
            progress: Progress::default(),
        };
        descriptor.check = descriptor.expected_check();
        let first = base.cast::<Descriptor>();
        // SAFETY: a shape has lines for a descriptor, valid for writes and aligned.
        unsafe { first.write(descriptor) };
        // SAFETY: a region is never null.
        Ok(unsafe { NonNull::new_unchecked(first) })
    }

    /// Finds the table that stands in `region`, and checks that it is one of this home mask.
    ///
    /// # Safety
    ///
    /// The region's bytes are initialised, and are written by nobody but tables of this crate.
    pub(crate) unsafe fn attach(
        mut region: Region<'_>,
        home_mask: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        let first = region.base_mut().cast::<Descriptor>();
        let (lines, bytes) = (region.lines(), region.bytes());
        if bytes < size_of::<Descriptor>() {
            return Err(Rejected { error: too_small(lines), value: region });
        }
        // SAFETY: aligned, initialised, and valid for as long as the region; not written meanwhile.
        let descriptor = unsafe { &*first };
        match descriptor.complaint(bytes, home_mask) {
            Some(error) => Err(Rejected { error, value: region }),
            // SAFETY: a region is never null.
            None => Ok(unsafe { NonNull::new_unchecked(first) }),
        }
    }

    /// Why this is no table's first line, in an arena of `bytes` bytes.
    fn complaint(&self, bytes: usize, home_mask: u64) -> Option<Error> {
        if self.magic & !(u64::MAX << FORMAT_SHIFT) != LETTERS {
            return Some(Error::Foreign);
        }
        let found = self.magic >> FORMAT_SHIFT;
        if found != FORMAT {
            return Some(Error::UnknownFormat { found, known: FORMAT });
        }
        if self.check != self.expected_check() {
            return Some(Error::Corrupt);
        }
        if self.home_mask != home_mask {
            return Some(Error::Foreign);
        }
        if self.bytes > bytes as u64 {
            let needed_bytes = usize::try_from(self.bytes).unwrap_or(usize::MAX);
            return Some(Error::TooSmall { needed_bytes, given_bytes: bytes });
        }
        if Shape::for_lines(self.bytes / LINE_BYTES as u64) != Some(self.shape) {
            return Some(Error::Corrupt);
        }
        // Relaxed: nothing is read through it.
        let is_rebuilt = !self.next.load(Relaxed).is_null();
        if is_rebuilt { Some(Error::Busy) } else { None }
    }

    fn expected_check(&self) -> u64 {
        let words = [
            self.magic,
            self.bytes,
            self.shape.buckets,
            self.shape.groups_per_region,
            self.seed,
            self.home_mask,
        ];
        words.into_iter().fold(0, hash_word)
    }

    /// The descriptor itself.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets).
    #[inline]
    pub(crate) unsafe fn get<'a>(this: NonNull<Descriptor>) -> &'a Descriptor {
        // SAFETY: initialised by `create`, or checked by `attach`; nobody writes it.
        unsafe { this.as_ref() }
    }

    /// The buckets of the arena that starts here.
    ///
    /// # Safety
    ///
    /// `this` came from [`create`](Self::create) or [`attach`](Self::attach), and the region that
    /// it was made from is valid during `'a`.
    #[inline]
    pub(crate) unsafe fn buckets<'a>(this: NonNull<Descriptor>) -> &'a [Bucket] {
        // SAFETY: initialised by `create`, or checked by `attach`; nobody writes it.
        let shape = unsafe { this.as_ref() }.shape;
        // SAFETY: the arena has the shape's lines, and the first two are the descriptor.
        let first = unsafe { this.add(1) }.cast::<Bucket>();
        // SAFETY: initialised, as zeros or by tables; atomics may be shared.
        unsafe { slice::from_raw_parts(first.as_ptr(), shape.buckets as usize) }
    }

    /// The groups of the arena that starts here.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets).
    #[inline]
    pub(crate) unsafe fn groups<'a>(this: NonNull<Descriptor>) -> &'a [Group] {
        // SAFETY: initialised by `create`, or checked by `attach`; nobody writes it.
        let shape = unsafe { this.as_ref() }.shape;
        // SAFETY: the arena has the shape's lines, and the first two are the descriptor.
        let buckets = unsafe { this.add(1) }.cast::<Bucket>();
        // SAFETY: as above: the groups follow the buckets.
        let first = unsafe { buckets.add(shape.buckets as usize) }.cast::<Group>();
        // SAFETY: initialised, as zeros or by tables; atomics may be shared.
        unsafe { slice::from_raw_parts(first.as_ptr(), shape.groups() as usize) }
    }

    /// The region that the table at `this` was made in.
    ///
    /// # Safety
    ///
    /// As for [`buckets`](Self::buckets), and nobody uses the table or the region from now on.
    pub(crate) unsafe fn into_region<'a>(this: NonNull<Descriptor>) -> Region<'a> {
        // SAFETY: initialised by `create`, or checked by `attach`.
        let bytes = unsafe { this.as_ref() }.bytes as usize;
        // SAFETY: the region had this address and at least as many bytes, and is unused.
        let region = unsafe { Region::from_raw(this.as_ptr().cast(), bytes) };
        // SAFETY: the address is aligned and not null, and there are lines, as it was a region.
        unsafe { region.unwrap_unchecked() }
    }
}

fn too_small(lines: usize) -> Error {
    let needed = Shape::for_entries(1).map_or(0, Shape::lines);
    Error::TooSmall { needed_bytes: needed as usize * LINE_BYTES, given_bytes: lines * LINE_BYTES }
}
