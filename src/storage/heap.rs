//! Lines from the global allocator.

cfg_if::cfg_if! {
    if #[cfg(feature = "alloc")] {
        pub use owned::Heap;
    } else {
        use super::Storage;
        use crate::layout::Line;

        /// Lines from the global allocator: has no values unless the feature `alloc` is on. It is
        /// there so that the tables' default storage has a name in every build.
        #[derive(Debug)]
        pub enum Heap {}

        // SAFETY: there is no value to keep a promise for.
        unsafe impl Storage for Heap {
            fn base(&self) -> *const Line {
                match *self {}
            }

            fn base_mut(&mut self) -> *mut Line {
                match *self {}
            }

            fn lines(&self) -> usize {
                match *self {}
            }
        }
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};
    use core::ptr::NonNull;

    use super::super::{Growable, Storage};
    use crate::{error::Error, layout::Line};

    /// What a storage without lines points to: a group without entries, which is never written.
    static NO_LINES: Line = Line::EMPTY;

    /// Lines from the global allocator (feature `alloc`).
    #[derive(Debug)]
    pub struct Heap {
        base: NonNull<Line>,
        lines: usize,
    }

    impl Heap {
        /// No lines, no allocation.
        pub const fn new() -> Heap {
            let base = core::ptr::from_ref(&NO_LINES).cast_mut();
            // SAFETY: the address of a static is not null.
            Heap { base: unsafe { NonNull::new_unchecked(base) }, lines: 0 }
        }

        /// Allocates `lines` lines, contents unspecified.
        ///
        /// # Errors
        ///
        /// [`Error::AllocationFailed`], or [`Error::CapacityOverflow`] where the lines exceed the
        /// address space.
        pub fn try_with_lines(lines: usize) -> Result<Heap, Error> {
            if lines == 0 {
                return Ok(Heap::new());
            }
            let layout = Layout::array::<Line>(lines).map_err(|_| Error::CapacityOverflow)?;
            // SAFETY: the layout's size is not zero.
            let base = unsafe { alloc(layout) };
            match NonNull::new(base.cast::<Line>()) {
                Some(base) => Ok(Heap { base, lines }),
                None => Err(Error::AllocationFailed { bytes: layout.size() }),
            }
        }
    }

    impl Default for Heap {
        fn default() -> Heap {
            Heap::new()
        }
    }

    impl Drop for Heap {
        fn drop(&mut self) {
            if self.lines == 0 {
                return;
            }
            if let Ok(layout) = Layout::array::<Line>(self.lines) {
                // SAFETY: allocated in `try_with_lines` with this very layout.
                unsafe { dealloc(self.base.as_ptr().cast(), layout) };
            }
        }
    }

    // SAFETY: the lines are owned.
    unsafe impl Send for Heap {}
    // SAFETY: a shared storage only returns a pointer for reading.
    unsafe impl Sync for Heap {}

    // SAFETY: the allocation is aligned as `Line` is, owned, and stays where it is until dropped;
    // without lines, `base` points to the static group, and no line may be written.
    unsafe impl Storage for Heap {
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
            self.lines
        }

        #[inline]
        fn is_fixed(&self) -> bool {
            true
        }

        fn try_another(&self, lines: usize) -> Result<Heap, Error> {
            Heap::try_with_lines(lines)
        }
    }

    impl Growable for Heap {
        #[cold]
        fn fail(error: Error) -> ! {
            let bytes = match error {
                Error::AllocationFailed { bytes } => bytes,
                _ => isize::MAX as usize - 63,
            };
            match Layout::from_size_align(bytes, 1) {
                Ok(layout) => handle_alloc_error(layout),
                Err(_) => handle_alloc_error(Layout::new::<u8>()),
            }
        }
    }
}
