//! The words of a live handle that `include/heptad/probe.h` reads, under the header's names.
//!
//! ```text
//!   version | kind | body[0]   address of the first group
//!                    body[1]   bytes of the memory
//!                    body[2]   (groups - 1) * 64
//!                    body[3]   span: not 0 if entries are stashed
//!                    body[9]   of a set or map its seed, of a table its context, of a sized map its values' bytes
//!                    body[10]  of a sized map its seed
//! ```
//!
//! Every structure on the way there is `repr(C)` or transparent, so the numbers hold wherever a pointer has 64 bits.
//! `tests/ffi_inline.rs` reads live handles by them, and `cargo xtask test capi` compares them with the header's.

/// The address of the first group.
pub const BODY_LINES: usize = 0;
/// The bytes of its memory: those of a map's values too, and unused ones.
pub const BODY_BYTES: usize = 1;
/// `(groups - 1) * 64`.
pub const BODY_MASK: usize = 2;
/// Groups after its alternate where a stashed entry may lie; 0 if none is stashed.
pub const BODY_SPAN: usize = 3;
/// The seed of a set or map.
pub const BODY_SEED: usize = 9;
/// The context of a table's functions.
pub const BODY_CONTEXT: usize = 9;
/// The bytes of a value, in a map that has values of any size.
pub const BODY_VALUE_BYTES: usize = 9;
/// The seed of that map.
pub const BODY_SIZED_SEED: usize = 10;

/// The second word of a live set: `set0`.
pub const KIND_SET: u32 = 0x7365_7430;
/// Of a map: `map0`.
pub const KIND_MAP: u32 = 0x6d61_7030;
/// Of a table: `tab0`.
pub const KIND_TABLE: u32 = 0x7461_6230;
/// Of a map that has values of any size: `siz0`.
pub const KIND_SIZED: u32 = 0x7369_7a30;
