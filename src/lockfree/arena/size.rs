//! The memory that a map needs.

use core::alloc::Layout;

use super::Shape;
use crate::{error::Error, layout::LINE_BYTES};

/// The memory that a map or set for `capacity` entries needs.
///
/// With `n = max(capacity, 1)`: `64 * (2 + ceil(8 * n / 21) + 6 * (ceil(n / 64) + 2))` bytes, aligned
/// to 64. That is 30.4 bytes per entry for large `n`, everything included.
///
/// # Errors
///
/// [`Error::CapacityOverflow`] if no address space holds it.
pub const fn arena_layout(capacity: usize) -> Result<Layout, Error> {
    let Some(shape) = Shape::for_entries(capacity as u64) else {
        return Err(Error::CapacityOverflow);
    };
    let lines = shape.lines();
    if lines > (isize::MAX as u64 - LINE_BYTES as u64) / LINE_BYTES as u64 {
        return Err(Error::CapacityOverflow);
    }
    match Layout::from_size_align(lines as usize * LINE_BYTES, LINE_BYTES) {
        Ok(layout) => Ok(layout),
        Err(_) => Err(Error::CapacityOverflow),
    }
}

/// [`arena_layout`] in lines of 64 bytes, for the size of a `static`; more than any memory has where that
/// is an error.
pub const fn arena_lines(capacity: usize) -> usize {
    match arena_layout(capacity) {
        Ok(layout) => layout.size() / LINE_BYTES,
        Err(_) => usize::MAX / LINE_BYTES,
    }
}
