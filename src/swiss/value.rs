//! What goes along with an entry: a value of a type, or bytes of a number that each table has for itself.
//!
//! The compiler knows the size of every type, and a table keeps nothing for it: `Size` is `()`. Of [`Bytes`] a table
//! keeps how many it has. Both are the same table otherwise: what finds, moves and removes entries uses the value's
//! [`Shape`] alone.

use core::{cell::Cell, mem::MaybeUninit, ptr};

use super::shape::Shape;

/// The bytes of a value that has no type: those of a [`BytesMap`](super::BytesMap). They may be changed by a shared
/// reference, and may be anything, uninitialised too, until they are written.
pub type Bytes = [Cell<MaybeUninit<u8>>];

/// A value of a table.
pub trait Value {
    /// What a table keeps to know the size of its values.
    type Size: Copy;

    /// Is there nothing to read or write?
    const IS_EMPTY: bool;

    /// The shape of values of this size.
    fn shape(size: Self::Size) -> Shape;

    /// The value at `start`.
    fn at(start: *mut u8, size: Self::Size) -> *mut Self;

    /// Copies a value bit by bit.
    ///
    /// # Safety
    ///
    /// `from` is valid for reads and `to` for writes of values of one size, and they do not overlap.
    unsafe fn copy(from: *const Self, to: *mut Self);
}

impl<V> Value for V {
    type Size = ();
    const IS_EMPTY: bool = size_of::<V>() == 0;

    #[inline(always)]
    fn shape((): ()) -> Shape {
        const { Shape::of::<V>() }
    }

    #[inline(always)]
    fn at(start: *mut u8, (): ()) -> *mut V {
        start.cast()
    }

    #[inline(always)]
    unsafe fn copy(from: *const V, to: *mut V) {
        // SAFETY: the caller's promise.
        unsafe { to.copy_from_nonoverlapping(from, 1) }
    }
}

impl Value for Bytes {
    type Size = usize;
    const IS_EMPTY: bool = false;

    #[inline(always)]
    fn shape(size: usize) -> Shape {
        Shape::of_bytes(size)
    }

    #[inline(always)]
    fn at(start: *mut u8, size: usize) -> *mut Bytes {
        ptr::slice_from_raw_parts_mut(start.cast(), size)
    }

    #[inline(always)]
    unsafe fn copy(from: *const Bytes, to: *mut Bytes) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<u8>().copy_from_nonoverlapping(from.cast(), from.len()) }
    }
}
