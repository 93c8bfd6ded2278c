//! `heptad_abi_version`, `heptad_strerror`, hashes and sizes: what belongs to no table.

use core::ffi::{c_char, c_int};

use super::{
    ABI_VERSION, arguments,
    batch::{Count, Text},
    code,
};
use crate::{
    hash::{hash_bytes, hash_word, unhash_word},
    layout::LINE_BYTES,
    lockfree::IS_LOCK_FREE,
    swiss::lines_for_load,
};

/// The version of the interface that the library was built for.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_abi_version() -> u32 {
    ABI_VERSION
}

/// [`IS_LOCK_FREE`].
#[unsafe(no_mangle)]
pub extern "C" fn heptad_is_lock_free() -> c_int {
    c_int::from(IS_LOCK_FREE)
}

/// What a result code says.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_strerror(code: c_int) -> *const c_char {
    code::text(code).as_ptr()
}

/// The version of the crate.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The name of a result code in the header.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_error_name(code: c_int) -> *const c_char {
    code::name(code).as_ptr()
}

/// [`hash_word`].
#[unsafe(no_mangle)]
pub extern "C" fn heptad_hash_word(seed: u64, word: u64) -> u64 {
    hash_word(seed, word)
}

/// [`unhash_word`].
#[unsafe(no_mangle)]
pub extern "C" fn heptad_unhash_word(seed: u64, hash: u64) -> u64 {
    unhash_word(seed, hash)
}

/// [`hash_bytes`], of no bytes where there can be none.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_hash_bytes(seed: u64, bytes: Text, count: Count) -> u64 {
    hash_bytes(seed, bytes.open(count).unwrap_or_default())
}

/// Bytes of memory for a set or table that takes `entries` at `load`; 0 if there can be none.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_set_bytes(entries: usize, load: c_int) -> usize {
    bytes_for::<()>(entries, load)
}

/// The same, under the name of a table.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_bytes(entries: usize, load: c_int) -> usize {
    bytes_for::<()>(entries, load)
}

/// The same for a map.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_map_bytes(entries: usize, load: c_int) -> usize {
    bytes_for::<u64>(entries, load)
}

/// Bytes of a table with values of type `V`.
fn bytes_for<V>(entries: usize, load: c_int) -> usize {
    let Ok(load) = arguments::load(load) else { return 0 };
    bytes_of(lines_for_load::<V>(entries, load))
}

/// Bytes of so many lines; 0 if there can be none.
pub(super) fn bytes_of(lines: usize) -> usize {
    let bytes = lines * LINE_BYTES;
    if isize::try_from(bytes).is_ok() { bytes } else { 0 }
}
