//! Lines in memory that the caller provides.

use core::{marker::PhantomData, mem::MaybeUninit, panic::UnwindSafe, ptr::NonNull};

use super::Storage;
use crate::{
    error::{Error, Rejected},
    layout::{LINE_BYTES, Line},
};

/// Memory that the caller provides for as long as `'a`: an arena, pages, a linker section.
///
/// A region is an exclusive borrow and cannot be copied, so no two tables have the same memory, and what moves or
/// merges tables cannot be given memory that one of them is in. Only [`from_raw`](Self::from_raw) makes a second region
/// of the same bytes, against its contract.
///
/// ```
/// use heptad::{layout::Line, robin_hood::{ByValue, Set}, storage::Region};
///
/// let (mut lines, mut others) = ([const { Line::EMPTY }; 8], [const { Line::EMPTY }; 8]);
/// let mut set = Set::new_in(Region::from_lines(&mut lines)?, ByValue)?;
/// set.move_into(Region::from_lines(&mut others)?).map_err(|rejected| rejected.error)?;
/// # Ok::<(), heptad::Error>(())
/// ```
///
/// ```compile_fail,E0499
/// # use heptad::{layout::Line, robin_hood::{ByValue, Set}, storage::Region};
/// # let mut lines = [const { Line::EMPTY }; 8];
/// let mut set = Set::new_in(Region::from_lines(&mut lines)?, ByValue)?;
/// set.move_into(Region::from_lines(&mut lines)?).map_err(|rejected| rejected.error)?;
/// # Ok::<(), heptad::Error>(())
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct Region<'a> {
    base: NonNull<Line>,
    /// All of them, those of a last line that is not whole included.
    bytes: usize,
    borrowed: PhantomData<&'a mut [Line]>,
}

impl<'a> Region<'a> {
    /// Takes `bytes` as storage. What stands in them does not matter and is overwritten; a rest of
    /// less than a line stays unused, and still belongs to the region.
    ///
    /// # Errors
    ///
    /// [`Error::Misaligned`] unless they start at a multiple of 64, [`Error::TooSmall`] if they are
    /// fewer than 64.
    pub fn new(bytes: &'a mut [MaybeUninit<u8>]) -> Result<Self, Error> {
        // SAFETY: a slice is valid for reads and writes of its length, and borrowed for 'a.
        unsafe { Self::from_raw(bytes.as_mut_ptr().cast(), bytes.len()) }
    }

    /// Takes `lines` as storage: they cannot be misaligned.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] if there are none.
    pub fn from_lines(lines: &'a mut [Line]) -> Result<Self, Error> {
        // SAFETY: a slice is valid for reads and writes of its length, and borrowed for 'a.
        unsafe { Self::from_raw(lines.as_mut_ptr().cast(), size_of_val(lines)) }
    }

    /// Takes the `len_bytes` bytes at `start` as storage.
    ///
    /// # Errors
    ///
    /// [`Error::Null`], and those of [`new`](Self::new).
    ///
    /// # Safety
    ///
    /// If `start` is not null, the bytes are valid for reads and writes during `'a`, do not wrap
    /// round the end of the address space, and nothing else uses them until the storage is dropped
    /// (but for other maps of `lockfree`, if one attaches to memory that they share).
    pub unsafe fn from_raw(start: *mut u8, len_bytes: usize) -> Result<Self, Error> {
        let base = NonNull::new(start.cast::<Line>()).ok_or(Error::Null)?;
        if !base.is_aligned() {
            return Err(Error::Misaligned { needed_bytes: LINE_BYTES });
        }
        if len_bytes < LINE_BYTES {
            return Err(Error::TooSmall { needed_bytes: LINE_BYTES, given_bytes: len_bytes });
        }
        Ok(Region { base, bytes: len_bytes, borrowed: PhantomData })
    }

    /// The memory itself, its start and its bytes, for [`from_raw`](Self::from_raw) or for its provider: the way to
    /// return pages that a table does not need any more.
    ///
    /// ```
    /// use heptad::{hash::Keyed, layout::Line, storage::Region, swiss::Set};
    ///
    /// let mut page = [Line::EMPTY; 64];
    /// let start = page.as_mut_ptr().cast();
    /// let mut set: Set<u64, _> = Set::new_in(Region::from_lines(&mut page)?, Keyed::new(7))?;
    /// set.try_insert(1)?;
    /// let (returned, bytes) = set.into_storage().into_raw();
    /// assert_eq!((returned.as_ptr(), bytes), (start, 4096));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[inline]
    pub fn into_raw(self) -> (NonNull<u8>, usize) {
        (self.base.cast(), self.bytes)
    }

    /// The bytes of the region: as many as it was made of.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Two regions of one: the first `lines` lines, and the rest.
    ///
    /// ```
    /// use heptad::{layout::Line, storage::{Region, Storage}};
    ///
    /// let mut memory = [Line::EMPTY; 40];
    /// let (keys, values) = Region::from_lines(&mut memory)?.split_at(20)?;
    /// assert_eq!((keys.lines(), values.lines()), (20, 20));
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The region is returned with [`Error::TooSmall`] unless both have a line at least.
    pub fn split_at(self, lines: usize) -> Result<(Self, Self), Rejected<Self>> {
        if lines == 0 || lines >= self.lines() {
            let needed_bytes = lines.max(1).saturating_add(1).saturating_mul(LINE_BYTES);
            let given_bytes = self.bytes;
            let error = Error::TooSmall { needed_bytes, given_bytes };
            return Err(Rejected { value: self, error });
        }
        // SAFETY: within the region, so within one piece of memory.
        let after = unsafe { self.base.add(lines) };
        let first_bytes = lines * LINE_BYTES;
        let rest = Region { base: after, bytes: self.bytes - first_bytes, borrowed: PhantomData };
        Ok((Region { bytes: first_bytes, ..self }, rest))
    }
}

// SAFETY: a region is an exclusive borrow of plain memory.
unsafe impl Send for Region<'_> {}
// SAFETY: a shared region only returns a pointer for reading.
unsafe impl Sync for Region<'_> {}

/// Bytes have no invariant that a panic could break; what is in them is the table's to answer for.
impl UnwindSafe for Region<'_> {}

// SAFETY: checked for alignment and size when made; valid and exclusive by `from_raw`'s contract.
unsafe impl Storage for Region<'_> {
    #[inline]
    fn base(&self) -> *const Line {
        self.base.as_ptr()
    }

    #[inline]
    fn base_mut(&mut self) -> *mut Line {
        self.base.as_ptr()
    }

    #[inline]
    fn lines(&self) -> usize {
        self.bytes / LINE_BYTES
    }

    #[inline]
    fn is_fixed(&self) -> bool {
        true
    }

    #[inline]
    fn can_grow(&self) -> bool {
        false
    }
}
