//! A storage, a header and the entries in it: what tables, sets and maps are made of.
//!
//! `T` is the entry, at most eight bytes, which stands at the start of an eight-byte slot; the rest of the slot is
//! never read. `V` is the value that goes along with it, of any size, or `()`. From here up everything is safe.

use core::{marker::PhantomData, mem::ManuallyDrop, ptr};

use super::{
    control::Control,
    iter::{Pairs, PairsMut},
    shape::Shape,
    value::Value,
    view::{Reader, Writer},
};
use crate::{
    error::Error,
    layout::{ENTRY_BYTES, Geometry, LINE_BYTES, MaxLoad},
    storage::{Inline, Storage},
};

/// A table of entries `T` with values `V` in the lines of `S`. C reads its first words (`src/ffi/inline.rs`).
#[repr(C)]
pub(super) struct Raw<T, V: ?Sized + Value, S: Storage> {
    storage: S,
    control: Control,
    load: MaxLoad,
    size: V::Size,
    entries: PhantomData<(T, V)>,
}

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// Naming it checks the entry for every table that can be made.
    const FITS: () = {
        assert!(
            size_of::<T>() <= ENTRY_BYTES,
            "heptad: an entry has at most eight bytes: the T of a Table, the key of a Set or Map, key and value \
             of a PackedMap together. Put a larger one behind a reference or a Box"
        );
        assert!(
            align_of::<T>() <= ENTRY_BYTES,
            "heptad: an entry, the key of a Set or Map, is aligned to at most eight bytes"
        );
    };

    /// An empty table over as many lines of `storage` as make a power of two of groups, with values of `size`.
    pub(super) fn sized_in(storage: S, load: MaxLoad, size: V::Size) -> Result<Self, Error> {
        let (lines, shape) = (storage.lines(), V::shape(size));
        match shape.largest_within(lines) {
            Some(_) if shape.needs_fixed_lines() && !storage.is_fixed() => {
                Err(Error::Misaligned { needed_bytes: shape.align })
            }
            Some(geometry) => Ok(Self::of_geometry(storage, geometry, load, size)),
            None if lines == 0 => Ok(Self::without_lines(storage, load, size)),
            None => Err(Error::TooSmall {
                needed_bytes: shape.lines_of_groups(1).unwrap_or(usize::MAX / LINE_BYTES)
                    * LINE_BYTES,
                given_bytes: lines * LINE_BYTES,
            }),
        }
    }

    /// An empty table of a size for which `storage` has the lines, which are fixed if `V` needs that.
    pub(super) fn of_geometry(
        storage: S,
        geometry: Geometry,
        load: MaxLoad,
        size: V::Size,
    ) -> Self {
        let () = Self::FITS;
        let lines = V::shape(size).lines_of_groups(geometry.groups());
        debug_assert!(lines.is_some_and(|lines| lines <= storage.lines()));
        let control = Control::with_load(geometry, load);
        let mut table = Raw { storage, control, load, size, entries: PhantomData };
        table.writer().empty_words();
        table
    }

    /// Drops the entries and gives the storage back.
    pub(super) fn into_storage(mut self) -> S {
        self.clear();
        self.forget_entries()
    }

    /// Gives the storage back without a look at its lines. Entries are not dropped: they live on elsewhere.
    pub(super) fn forget_entries(self) -> S {
        let table = ManuallyDrop::new(self);
        // SAFETY: a valid field, read once: `table` is never dropped, and its other fields need no
        // dropping.
        unsafe { ptr::read(&table.storage) }
    }

    /// An empty table over `storage`, which has no lines.
    pub(super) const fn without_lines(storage: S, load: MaxLoad, size: V::Size) -> Self {
        let () = Self::FITS;
        Raw { storage, control: Control::NO_LINES, load, size, entries: PhantomData }
    }

    #[inline]
    pub(super) fn reader(&self) -> Reader<'_, T, V> {
        // SAFETY: V1: `Storage` promises the lines, and the geometry was made to fit them; without
        // lines there is one readable line of zeros, and no entries. V2: `new_in` emptied the words,
        // and only `Writer` changes them, keeping V2.
        unsafe { Reader::new(self.storage.base(), &self.control, self.size) }
    }

    #[inline]
    pub(super) fn writer(&mut self) -> Writer<'_, T, V> {
        // SAFETY: as for `reader`; without lines nothing is written, because `max` is 0 and no
        // slot is in use.
        unsafe { Writer::new(self.storage.base_mut(), &mut self.control, self.size) }
    }

    pub(super) fn storage(&self) -> &S {
        &self.storage
    }

    pub(super) fn load(&self) -> MaxLoad {
        self.load
    }

    pub(super) fn size(&self) -> V::Size {
        self.size
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.control.len
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.control.max
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    #[inline(always)]
    pub(super) fn find(&self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<(&T, &V)> {
        let reader = self.reader();
        let place = reader.find(hash, equal)?;
        // SAFETY: `find` yields slots that are not free.
        let entry = unsafe { reader.entry(place) };
        // SAFETY: as above.
        Some((entry, unsafe { reader.value(place) }))
    }
}

impl<T, V, S: Storage> Raw<T, V, S> {
    /// An empty table over as many lines of `storage` as make a power of two of groups.
    pub(super) fn new_in(storage: S, load: MaxLoad) -> Result<Self, Error> {
        Self::sized_in(storage, load, ())
    }

    #[inline(always)]
    pub(super) fn find_mut(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
    ) -> Option<(&mut T, &mut V)> {
        let mut writer = self.writer();
        let place = writer.reader().find(hash, equal)?;
        // SAFETY: `find` yields slots that are not free, and its references are gone.
        Some(unsafe { writer.pair_mut(place) })
    }

    #[inline(always)]
    pub(super) fn remove(&mut self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<(T, V)> {
        let writer = self.writer();
        let place = writer.reader().find(hash, equal)?;
        // SAFETY: `find` yields slots that are not free.
        Some(unsafe { writer.remove(place) })
    }

    pub(super) fn pairs(&self) -> Pairs<'_, T, V> {
        Pairs::new(self.reader())
    }

    pub(super) fn pairs_mut(&mut self) -> PairsMut<'_, T, V> {
        PairsMut::new(self.writer())
    }
}

impl<T, V, const LINES: usize> Raw<T, V, Inline<LINES>> {
    /// An empty table inside its own value.
    pub(super) const fn inline(load: MaxLoad) -> Self {
        let () = Self::FITS;
        let geometry = const {
            assert!(
                !Shape::of::<V>().needs_fixed_lines(),
                "heptad: values in an Inline storage are aligned to at most 64 bytes, because it moves with its \
                 table. Take a Region or Heap"
            );
            match Shape::of::<V>().largest_within(LINES) {
                Some(geometry) => geometry,
                None => panic!("heptad: an inline table needs lines for one group: see lines_for"),
            }
        };
        let control = Control::with_load(geometry, load);
        Raw { storage: Inline::new(), control, load, size: (), entries: PhantomData }
    }
}
