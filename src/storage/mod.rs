//! Where the lines of a table live.
//!
//! | storage | memory | grows |
//! |---|---|---|
//! | [`Inline<LINES>`](Inline) | inside the table itself, so in a `static` or on the stack | no |
//! | [`Region`] | bytes that the caller provides, those of [`StaticLines`] for one | no |
//! | [`Later`] | one of the others, which comes after the table is made | as that |
//! | [`Heap`] (feature `alloc`) | the global allocator | yes |
//!
//! A table of `n` groups has them first, `n` lines, and then its values if there are any, in as many lines as
//! `7 * n` of them need: see [`lines_for`](crate::swiss::lines_for). `n` is the greatest power of two that fits.
//!
//! Tables of [`robin_hood`](crate::robin_hood) use the last lines of their storage and grow downwards in place:
//! in each of these, in one that is [`Zeroed`] already, or in a [`Reserved`] range of addresses whose memory
//! appears as they grow ([`Downward`]).

use crate::{error::Error, layout::Line};

mod downward;
mod heap;
mod inline;
mod later;
mod region;
mod reserved;
#[cfg(all(
    not(heptad_loom),
    any(target_has_atomic = "8", feature = "lockfree-emulated-with-locks")
))]
mod static_lines;
mod zeroed;

pub use downward::Downward;
pub use heap::Heap;
pub use inline::Inline;
pub use later::Later;
pub use region::Region;
pub use reserved::{Pages, Reserved};
#[cfg(all(
    not(heptad_loom),
    any(target_has_atomic = "8", feature = "lockfree-emulated-with-locks")
))]
pub use static_lines::StaticLines;
pub use zeroed::Zeroed;

/// Memory for the lines of one table.
///
/// # Safety
///
/// An implementation promises, for as long as the storage lives and is not moved:
///
/// - [`base`](Self::base) and [`base_mut`](Self::base_mut) give the same, 64-byte aligned address;
/// - [`lines`](Self::lines) lines from there on are valid for reads through the first and for
///   reads and writes through the second, and nothing else uses them; through the first they may
///   be written too where entries have interior mutability, as in an `UnsafeCell`;
/// - if [`is_fixed`](Self::is_fixed) returns true, the address stays the same when the storage is moved;
/// - their number does not change, and their contents change only through these pointers; moving
///   the storage moves the contents along;
/// - [`try_another`](Self::try_another) gives at least the requested lines, or an error;
/// - when there are no lines, `base` still points to one readable line whose words are zero.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no memory for the lines of a table",
    note = "storages are `Inline`, `Region` and, with the feature `alloc`, `Heap`: see `heptad::storage`"
)]
pub unsafe trait Storage {
    /// The first line, for reading.
    fn base(&self) -> *const Line;

    /// The first line, for writing.
    fn base_mut(&mut self) -> *mut Line;

    /// Lines of the storage.
    fn lines(&self) -> usize;

    /// Do the lines stay where they are when the storage is moved? Values that are aligned to more than 64 bytes need
    /// that.
    #[inline]
    fn is_fixed(&self) -> bool {
        false
    }

    /// Can there be a larger storage of this kind at all? Where not, [`try_another`](Self::try_another) is not
    /// called for more lines than these, and no stack is set aside for what it would return.
    #[inline]
    fn can_grow(&self) -> bool {
        true
    }

    /// Another storage of this kind, of at least `lines` lines, contents unspecified: to grow or
    /// shrink into, or to clone into.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] where storages of this kind cannot be that large, or cannot be made at will;
    /// else the allocator's error.
    fn try_another(&self, lines: usize) -> Result<Self, Error>
    where
        Self: Sized,
    {
        let _ = lines;
        Err(Error::Full)
    }
}

/// A storage that grows as long as there is memory. Its tables have the methods that cannot fail:
/// they end in the allocation error handler when memory runs out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not grow, so this operation could fail",
    note = "call the method that starts with `try_`, or use a table in `storage::Heap` (feature `alloc`)"
)]
pub trait Growable: Storage {
    /// Gives up, for the methods that return no error.
    fn fail(error: Error) -> !;
}

#[cfg(test)]
mod tests;
