//! The bytes of an arena.
//!
//! The first line is the descriptor, eight words in the processor's byte order:
//!
//! | word | contents |
//! |---|---|
//! | 0 | the letters `heptLF`, and the number of this layout in the upper 16 bits |
//! | 1 | lines of the arena, those that the table leaves unused among them |
//! | 2 | the entries that the table is for |
//! | 3 | bins |
//! | 4 | groups per region |
//! | 5 | the seed |
//! | 6 | the home mask: the bits of a key word that decide its home |
//! | 7 | a hash of words 0 to 6 |
//!
//! Bins follow, then the groups: [`Shape`] has the picture. No word is an address, so an arena means
//! the same wherever it is mapped. A new one is all zero behind its descriptor.

use core::{ptr::NonNull, slice};

use super::{Bin, Group, Shape};
use crate::{
    error::{Error, Rejected},
    hash::hash_word,
    layout::LINE_BYTES,
    storage::{Region, Storage},
};

/// A machine of the other byte order reads other letters: neither takes the other's arenas.
const LETTERS: u64 = u64::from_le_bytes(*b"heptLF\0\0");
const FORMAT_SHIFT: u32 = 48;
/// The layout told here, in `bin.rs` and in `header.rs`.
const FORMAT: u64 = 1;

/// The first line of an arena. Written once, before anyone else can see it.
#[repr(C, align(64))]
pub(in crate::lockfree) struct Descriptor {
    magic: u64,
    lines: u64,
    pub(super) entries: u64,
    pub(super) shape: Shape,
    pub(super) seed: u64,
    pub(super) home_mask: u64,
    check: u64,
}

const _: () = assert!(size_of::<Descriptor>() == LINE_BYTES);
const _: () = assert!(size_of::<Bin>() == LINE_BYTES);
const _: () = assert!(size_of::<Group>() == 2 * LINE_BYTES);

impl Descriptor {
    /// Makes an empty table in `region`, as large as fits.
    pub(in crate::lockfree) fn create(
        mut region: Region<'_>,
        seed: u64,
        home_mask: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        let lines = region.lines();
        let Some((shape, entries)) = Shape::for_lines(lines as u64) else {
            return Err(Rejected { error: too_small(lines), value: region });
        };
        let base = region.base_mut();
        // SAFETY: `lines` lines are valid for writes and ours alone; zero is fine for all of them.
        unsafe { base.write_bytes(0, lines) };
        let mut descriptor = Descriptor {
            magic: LETTERS | FORMAT << FORMAT_SHIFT,
            lines: lines as u64,
            entries,
            shape,
            seed,
            home_mask,
            check: 0,
        };
        descriptor.check = descriptor.expected_check();
        let first = base.cast::<Descriptor>();
        // SAFETY: the first line is valid for writes, aligned, and a descriptor's size.
        unsafe { first.write(descriptor) };
        // SAFETY: a region is never null.
        Ok(unsafe { NonNull::new_unchecked(first) })
    }

    /// Finds the table that stands in `region`, and checks that it is one of this home mask.
    ///
    /// # Safety
    ///
    /// The region's bytes are initialised, and are written by nobody but tables of this crate.
    pub(in crate::lockfree) unsafe fn attach(
        mut region: Region<'_>,
        home_mask: u64,
    ) -> Result<NonNull<Descriptor>, Rejected<Region<'_>>> {
        let first = region.base_mut().cast::<Descriptor>();
        // SAFETY: aligned, initialised, and valid for as long as the region; not written meanwhile.
        let descriptor = unsafe { &*first };
        match descriptor.complaint(region.lines(), home_mask) {
            Some(error) => Err(Rejected { error, value: region }),
            // SAFETY: a region is never null.
            None => Ok(unsafe { NonNull::new_unchecked(first) }),
        }
    }

    /// Why this is no table's first line, in an arena of `lines` lines.
    fn complaint(&self, lines: usize, home_mask: u64) -> Option<Error> {
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
        if self.lines > lines as u64 {
            let needed_bytes = (self.lines as usize).saturating_mul(LINE_BYTES);
            return Some(Error::TooSmall { needed_bytes, given_bytes: lines * LINE_BYTES });
        }
        let expected = Some((self.shape, self.entries));
        if Shape::for_lines(self.lines) == expected { None } else { Some(Error::Corrupt) }
    }

    fn expected_check(&self) -> u64 {
        let words = [
            self.magic,
            self.lines,
            self.entries,
            self.shape.bins,
            self.shape.groups_per_region,
            self.seed,
            self.home_mask,
        ];
        words.into_iter().fold(0, hash_word)
    }

    /// The bins of the arena that starts here.
    ///
    /// # Safety
    ///
    /// `this` came from [`create`](Self::create) or [`attach`](Self::attach), and the region that
    /// it was made from is valid during `'a`.
    #[inline]
    pub(super) unsafe fn bins<'a>(this: NonNull<Descriptor>) -> &'a [Bin] {
        // SAFETY: initialised by `create`, or checked by `attach`; nobody writes it.
        let shape = unsafe { this.as_ref() }.shape;
        // SAFETY: the arena has the shape's lines, and the first is the descriptor.
        let first = unsafe { this.add(1) }.cast::<Bin>();
        // SAFETY: initialised, as zeros or by tables; atomics may be shared.
        unsafe { slice::from_raw_parts(first.as_ptr(), shape.bins as usize) }
    }

    /// The groups of the arena that starts here.
    ///
    /// # Safety
    ///
    /// As for [`bins`](Self::bins).
    #[inline]
    pub(super) unsafe fn groups<'a>(this: NonNull<Descriptor>) -> &'a [Group] {
        // SAFETY: initialised by `create`, or checked by `attach`; nobody writes it.
        let shape = unsafe { this.as_ref() }.shape;
        // SAFETY: the arena has the shape's lines: the descriptor, the bins, the groups.
        let first = unsafe { this.add(1 + shape.bins as usize) }.cast::<Group>();
        // SAFETY: initialised, as zeros or by tables; atomics may be shared.
        unsafe { slice::from_raw_parts(first.as_ptr(), shape.groups() as usize) }
    }

    /// The region that the table at `this` was made in.
    ///
    /// # Safety
    ///
    /// As for [`bins`](Self::bins), and nobody uses the table or the region from now on.
    pub(in crate::lockfree) unsafe fn into_region<'a>(this: NonNull<Descriptor>) -> Region<'a> {
        // SAFETY: initialised by `create`, or checked by `attach`.
        let lines = unsafe { this.as_ref() }.lines as usize;
        // SAFETY: the region had this address and at least as many lines, and is unused.
        let region = unsafe { Region::from_raw(this.as_ptr().cast(), lines * LINE_BYTES) };
        // SAFETY: the address is aligned and not null, and there are lines, as it was a region.
        unsafe { region.unwrap_unchecked() }
    }
}

fn too_small(lines: usize) -> Error {
    let needed = Shape::for_entries(1).map_or(0, Shape::lines);
    Error::TooSmall { needed_bytes: needed as usize * LINE_BYTES, given_bytes: lines * LINE_BYTES }
}
