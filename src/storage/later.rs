//! Memory that is provided after the table is made.

use super::Storage;
use crate::{error::Error, layout::Line};

/// What a storage without lines points to: a group without entries, which is never written.
const NO_LINES: &Line = &Line::EMPTY;

/// A storage of kind `S` that comes later: a table in it stands in a `static` from the start, and gets its memory at
/// boot.
///
/// Until then there are no lines: lookups miss, and insertions return [`Error::Full`]. Without a storage all its bytes
/// are zero, so that the `static` takes no room in the binary.
///
/// ```
/// use std::sync::Mutex;
/// use heptad::{Error, hash::Keyed, storage::{Later, Region, StaticLines}, swiss::{Map, lines_for}};
///
/// static MEMORY: StaticLines<{ lines_for::<u64>(100) }> = StaticLines::new();
/// static OWNERS: Mutex<Map<u32, u64, Later<Region<'static>>>> = Mutex::new(Map::unplaced(Keyed::new(0)));
///
/// let mut owners = OWNERS.lock().expect("nobody panics");
/// assert_eq!(owners.try_insert(1, 2).unwrap_err().error, Error::Full);
/// // At boot, with a seed that nobody can guess:
/// owners.place(MEMORY.take().ok_or(Error::Occupied)?, Keyed::new(0x5eed))?;
/// assert_eq!((owners.try_insert(1, 2)?, owners.capacity()), (None, 105));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Later<S> {
    storage: Option<S>,
}

impl<S> Later<S> {
    /// Not there yet.
    pub const fn new() -> Self {
        Later { storage: None }
    }

    /// There at once: for what moves a table to another storage.
    pub const fn of(storage: S) -> Self {
        Later { storage: Some(storage) }
    }

    /// The storage, if it came.
    pub fn into_inner(self) -> Option<S> {
        self.storage
    }
}

impl<S> Default for Later<S> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: as the storage inside; without one, no line may be used, and one readable line of zeros is pointed to.
unsafe impl<S: Storage> Storage for Later<S> {
    #[inline]
    fn base(&self) -> *const Line {
        self.storage.as_ref().map_or(NO_LINES, Storage::base)
    }

    #[inline]
    fn base_mut(&mut self) -> *mut Line {
        match &mut self.storage {
            Some(storage) => storage.base_mut(),
            None => core::ptr::from_ref(NO_LINES).cast_mut(),
        }
    }

    #[inline]
    fn lines(&self) -> usize {
        self.storage.as_ref().map_or(0, Storage::lines)
    }

    #[inline]
    fn is_fixed(&self) -> bool {
        self.storage.as_ref().is_some_and(Storage::is_fixed)
    }

    #[inline]
    fn can_grow(&self) -> bool {
        self.storage.as_ref().is_some_and(Storage::can_grow)
    }

    fn try_another(&self, lines: usize) -> Result<Self, Error> {
        match &self.storage {
            Some(storage) => Ok(Later::of(storage.try_another(lines)?)),
            None if lines == 0 => Ok(Later::new()),
            None => Err(Error::Full),
        }
    }
}
