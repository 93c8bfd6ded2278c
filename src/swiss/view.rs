//! The lines of a table, opened for reading or for writing. All access to them is here.
//!
//! A view takes the place of the storage's type, so that the algorithms are compiled once per entry
//! type. Offsets are masked by the geometry when they are made and when they are used, so the
//! address of a word always lies inside the table:
//!
//! - **V1** `base` points to `geometry.groups()` group lines, and to the values after them as `shape` has it,
//!   valid for reads during `'a`, and through a [`Writer`] for writes; nothing else writes them meanwhile.
//! - **V2** Each metadata word is initialised; entry and value of a slot are initialised exactly
//!   while its slot byte is not free.

use core::{array, marker::PhantomData, num::NonZeroUsize, ptr};

use super::{control::Control, shape::Shape, value::Value};
use crate::layout::{
    Class, ENTRY_BYTES, Geometry, LINE_BYTES, Line, Offset, Slot, SlotByte, WINDOW, WINDOW_BYTES,
    Word,
};

/// Where an entry stands, or could: its group, and its bytes from the start of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Follows from `bytes`, but is known where a place is made: values are found without computing it again.
    offset: Offset,
    bytes: usize,
}

impl Place {
    #[inline]
    pub(super) fn new(offset: Offset, slot: Slot) -> Place {
        // SAFETY: a multiple of 64, plus 56 at most.
        let bytes = unsafe { offset.bytes().unchecked_add(slot.entry_bytes()) };
        Place { offset, bytes }
    }

    /// The place of the entry at `bytes` from the start of the table.
    #[inline]
    pub(super) fn at(geometry: Geometry, bytes: usize) -> Place {
        Place { offset: geometry.containing(bytes), bytes }
    }

    /// The group's offset.
    #[inline]
    pub(super) fn offset(self) -> Offset {
        self.offset
    }

    /// The number of the slot: eight per group.
    #[inline]
    pub(super) fn bucket(self) -> usize {
        self.bytes / ENTRY_BYTES
    }

    #[inline]
    pub(super) fn slot(self) -> Slot {
        Slot::from_entry_bytes(self.bytes)
    }
}

/// A table's lines for reading.
pub(super) struct Reader<'a, T, V: ?Sized + Value> {
    base: *const Line,
    pub(super) control: &'a Control,
    size: V::Size,
    entries: PhantomData<&'a (T, V)>,
}

impl<T, V: ?Sized + Value> Clone for Reader<'_, T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V: ?Sized + Value> Copy for Reader<'_, T, V> {}

// SAFETY: a reader is a shared borrow of entries and values.
unsafe impl<T: Sync, V: ?Sized + Value + Sync> Send for Reader<'_, T, V> {}
// SAFETY: as above.
unsafe impl<T: Sync, V: ?Sized + Value + Sync> Sync for Reader<'_, T, V> {}

impl<'a, T, V: ?Sized + Value> Reader<'a, T, V> {
    /// # Safety
    ///
    /// V1 and V2 hold.
    #[inline]
    pub(super) unsafe fn new(base: *const Line, control: &'a Control, size: V::Size) -> Self {
        Reader { base, control, size, entries: PhantomData }
    }

    #[inline]
    pub(super) fn geometry(self) -> Geometry {
        self.control.geometry
    }

    /// The same lines without a look at the values.
    #[inline]
    pub(super) fn entries(self) -> Reader<'a, T, ()> {
        Reader { base: self.base, control: self.control, size: (), entries: PhantomData }
    }

    /// The same lines without a look at entries and values.
    #[inline]
    pub(super) fn words(self) -> Reader<'a, (), ()> {
        Reader { base: self.base, control: self.control, size: (), entries: PhantomData }
    }

    /// The shape of the values.
    #[inline]
    pub(super) fn shape(self) -> Shape {
        V::shape(self.size)
    }

    #[inline]
    pub(super) fn base(self) -> *const Line {
        self.base
    }

    /// The metadata word of the group at `offset`. One line.
    #[inline]
    pub(super) fn word(self, offset: Offset) -> Word {
        let within = offset.bytes() & self.geometry().mask_bytes();
        // SAFETY: inside the table (V1).
        let line = unsafe { self.base.byte_add(within) };
        #[cfg(test)]
        crate::layout::touched::touch(line.addr());
        // SAFETY: valid for reads (V1) and initialised (V2).
        Word(unsafe { line.cast::<u64>().read() })
    }

    /// The metadata words of the window at `bytes` from the start of the table. They repeat where a table has fewer
    /// groups than a window. A line for each.
    #[inline]
    pub(super) fn window(self, bytes: usize) -> [Word; WINDOW] {
        let geometry = self.geometry();
        if geometry.groups() < WINDOW {
            return array::from_fn(|index| self.word(geometry.at(index)));
        }
        let within = bytes & geometry.mask_bytes() & !(WINDOW_BYTES - 1);
        // SAFETY: inside the table, and so are the lines after it: the number of groups is a multiple of a
        // window's (V1).
        let first = unsafe { self.base.byte_add(within) };
        array::from_fn(|index| {
            // SAFETY: as above.
            let line = unsafe { first.add(index) };
            #[cfg(test)]
            crate::layout::touched::touch(line.addr());
            // SAFETY: valid for reads (V1) and initialised (V2).
            Word(unsafe { line.cast::<u64>().read() })
        })
    }

    /// The metadata word of the home of `hash`. One line.
    #[inline]
    pub(super) fn home_word(self, hash: u64) -> Word {
        self.word(self.geometry().home(hash))
    }

    /// The place of the entry at `address`, an address inside this table.
    #[inline]
    pub(super) fn place_of(self, address: NonZeroUsize) -> Place {
        let bytes = address.get().wrapping_sub(self.base.addr());
        Place::at(self.geometry(), bytes)
    }

    /// The entry at `place`.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn entry(self, place: Place) -> &'a T {
        // SAFETY: inside the table (V1), as something stands there.
        let entry = unsafe { self.base.byte_add(place.bytes) }.cast::<T>();
        // SAFETY: initialised, as the slot is not free (V2), and unchanged during 'a (V1).
        unsafe { &*entry }
    }

    /// The value at `place`.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    pub(super) unsafe fn value(self, place: Place) -> &'a V {
        let value = value_at::<V>(self.base, self.geometry(), self.size, place);
        // SAFETY: inside the table, or without size (V1); initialised, as the slot is not free (V2), and unchanged
        // during 'a (V1).
        unsafe { &*value }
    }
}

/// The value of size `size` at `place` in a table whose lines begin at `base`.
#[inline]
fn value_at<V: ?Sized + Value>(
    base: *const Line,
    geometry: Geometry,
    size: V::Size,
    place: Place,
) -> *const V {
    let shape = V::shape(size);
    if V::IS_EMPTY {
        // Aligned, and nothing is read there.
        return V::at(ptr::without_provenance_mut(shape.align), size);
    }
    let mut values = geometry.mask_bytes() + LINE_BYTES;
    if shape.needs_fixed_lines() {
        values += base.addr().wrapping_add(values).wrapping_neg() & (shape.align - 1);
    }
    let value = values + shape.value_bytes(place.offset.bytes(), place.bytes);
    let value = base.wrapping_byte_add(value);
    #[cfg(test)]
    crate::layout::touched::touch(value.addr());
    V::at(value.cast_mut().cast(), size)
}

/// A table's lines for writing.
pub(super) struct Writer<'a, T, V: ?Sized + Value> {
    base: *mut Line,
    pub(super) control: &'a mut Control,
    size: V::Size,
    entries: PhantomData<&'a mut (T, V)>,
}

// SAFETY: a writer is an exclusive borrow of entries and values.
unsafe impl<T: Send, V: ?Sized + Value + Send> Send for Writer<'_, T, V> {}
// SAFETY: as above; shared, it only reads.
unsafe impl<T: Sync, V: ?Sized + Value + Sync> Sync for Writer<'_, T, V> {}

impl<'a, T, V: ?Sized + Value> Writer<'a, T, V> {
    /// # Safety
    ///
    /// V1 and V2 hold, for writing too.
    #[inline]
    pub(super) unsafe fn new(base: *mut Line, control: &'a mut Control, size: V::Size) -> Self {
        Writer { base, control, size, entries: PhantomData }
    }

    /// The same lines for a while: a writer that is passed by value stays in registers.
    #[inline]
    pub(super) fn again(&mut self) -> Writer<'_, T, V> {
        Writer { base: self.base, control: self.control, size: self.size, entries: PhantomData }
    }

    /// The same lines for reading, as long as nothing is written.
    #[inline]
    pub(super) fn reader(&self) -> Reader<'_, T, V> {
        // SAFETY: what holds for writing holds for reading; the borrow of `self` keeps writers off.
        unsafe { Reader::new(self.base, self.control, self.size) }
    }

    #[inline]
    pub(super) fn geometry(&self) -> Geometry {
        self.control.geometry
    }

    #[inline]
    pub(super) fn word(&self, offset: Offset) -> Word {
        self.reader().word(offset)
    }

    /// Sets the filter bit of `class` in the group at `offset`.
    #[inline]
    pub(super) fn set_filter(&mut self, offset: Offset, class: Class) {
        let word = self.word(offset).with_filter(class);
        // SAFETY: no slot byte changes.
        unsafe { self.set_word(offset, word) }
    }

    /// Makes all slots free without looking at what they hold, which is forgotten, and clears the filters.
    pub(super) fn empty_words(&mut self) {
        for group in 0..self.geometry().groups() {
            let offset = self.geometry().at(group);
            // SAFETY: no slot is in use afterwards.
            unsafe { self.set_word(offset, Word::EMPTY) }
        }
    }

    /// Replaces a metadata word.
    ///
    /// # Safety
    ///
    /// V2 holds afterwards: entry and value are initialised in each slot whose byte is not free.
    #[inline]
    pub(super) unsafe fn set_word(&mut self, offset: Offset, word: Word) {
        let within = offset.bytes() & self.geometry().mask_bytes();
        // SAFETY: inside the table (V1).
        let line = unsafe { self.base.byte_add(within) };
        // SAFETY: valid for writes (V1).
        unsafe { line.cast::<u64>().write(word.0) }
    }

    /// The slot byte at `place`.
    #[inline]
    pub(super) fn slot_byte(&self, place: Place) -> SlotByte {
        self.word(place.offset()).slot_byte(place.slot())
    }

    /// The entry at `place`, initialised or not.
    #[inline]
    pub(super) fn entry_ptr(&mut self, place: Place) -> *mut T {
        self.base.wrapping_byte_add(place.bytes).cast()
    }

    /// The value at `place`, initialised or not.
    #[inline]
    pub(super) fn value_ptr(&mut self, place: Place) -> *mut V {
        value_at::<V>(self.base, self.geometry(), self.size, place).cast_mut()
    }

    /// Sets the byte of a free slot in a group whose metadata word is `word`.
    ///
    /// # Safety
    ///
    /// `place` is one of this table, its slot is free, `word` is that of its group, and entry and value are written
    /// next (V2).
    #[inline]
    pub(super) unsafe fn mark(&mut self, word: Word, place: Place, byte: SlotByte) {
        let word = word.with_filled(place.slot(), byte);
        // SAFETY: the caller's promise.
        unsafe { self.set_word(place.offset(), word) };
    }

    /// Copies entry and value from `from`, in this table or another, bit by bit: values of any size do not pass the
    /// stack.
    ///
    /// # Safety
    ///
    /// `from` has an entry and a value, `place` is another place, of this table, and one of the two copies is
    /// forgotten.
    #[inline]
    pub(super) unsafe fn copy_from(&mut self, place: Place, from: (*const T, *const V)) {
        // SAFETY: the caller's promise; inside the table, valid for writes (V1).
        unsafe { self.entry_ptr(place).copy_from_nonoverlapping(from.0, 1) };
        // SAFETY: as above.
        unsafe { V::copy(from.1, self.value_ptr(place)) };
    }

    /// Moves the resident at `from`, not stashed, to the free slot `to` of its other group. The filter bit of its
    /// home is the caller's.
    ///
    /// # Safety
    ///
    /// The slot of `from` is not free, that of `to` is, and both are of this table.
    #[inline]
    pub(super) unsafe fn relocate(&mut self, from: Place, to: Place) {
        let offset = from.offset();
        let word = self.word(offset);
        let byte = word.slot_byte(from.slot()).moved();
        // SAFETY: one slot less is in use.
        unsafe { self.set_word(offset, word.with_slot_byte(from.slot(), SlotByte::FREE)) };
        let word = self.word(to.offset());
        // SAFETY: entry and value are written next.
        unsafe { self.mark(word, to, byte) };
        let pair = (self.entry_ptr(from).cast_const(), self.value_ptr(from).cast_const());
        // SAFETY: the caller's promise; what stands at `from` is forgotten, as its slot is free now.
        unsafe { self.copy_from(to, pair) };
    }

    /// Frees a slot. What it held is forgotten.
    #[inline]
    pub(super) fn empty(&mut self, place: Place) {
        let offset = place.offset();
        let word = self.word(offset).with_slot_byte(place.slot(), SlotByte::FREE);
        // SAFETY: no slot more is in use.
        unsafe { self.set_word(offset, word) };
    }

    /// Entry and value at `place`, for as long as the lines are borrowed.
    ///
    /// # Safety
    ///
    /// The slot is not free, and no other reference to it is alive.
    #[inline]
    pub(super) unsafe fn pair_mut(&mut self, place: Place) -> (&'a mut T, &'a mut V) {
        let value = self.value_ptr(place);
        // SAFETY: inside the table (V1), as something stands there. So it is not null, as the compiler is to know: a walk
        // then has no test for it.
        let entry = unsafe { self.base.byte_add(place.bytes) }.cast::<T>();
        // SAFETY: initialised, as the slot is not free (V2), and ours alone during 'a (V1).
        let entry = unsafe { &mut *entry };
        // SAFETY: as above; the value is another word than the entry.
        let value = unsafe { &mut *value };
        (entry, value)
    }
}

impl<T, V> Writer<'_, T, V> {
    /// Fills a free slot.
    ///
    /// # Safety
    ///
    /// `place` is one of this table, and its slot is free.
    #[inline]
    pub(super) unsafe fn fill(&mut self, place: Place, byte: SlotByte, entry: T, value: V) {
        let word = self.word(place.offset());
        // SAFETY: entry and value are written below.
        unsafe { self.mark(word, place, byte) };
        // SAFETY: the caller's promise.
        unsafe { self.write(place, entry, value) };
    }

    /// Writes entry and value of a slot that holds none.
    ///
    /// # Safety
    ///
    /// `place` is one of this table.
    #[inline]
    pub(super) unsafe fn write(&mut self, place: Place, entry: T, value: V) {
        // SAFETY: inside the table, valid for writes (V1).
        unsafe { self.entry_ptr(place).write(entry) };
        // SAFETY: as above.
        unsafe { self.value_ptr(place).write(value) };
    }

    /// Reads entry and value of a slot, which is freed next.
    ///
    /// # Safety
    ///
    /// The slot is not free, and what it holds is read once.
    #[inline]
    pub(super) unsafe fn read(&mut self, place: Place) -> (T, V) {
        // SAFETY: the slot is not free, so the entry is initialised (V2); the caller makes it ours.
        let entry = unsafe { self.entry_ptr(place).read() };
        // SAFETY: as above.
        let value = unsafe { self.value_ptr(place).read() };
        (entry, value)
    }
}
