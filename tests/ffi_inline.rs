//! The words of live handles that `include/heptad/probe.h` reads.
#![cfg(target_pointer_width = "64")]

use core::ffi::{c_int, c_void};
use core::ptr;

use heptad::ffi::{ABI_VERSION, inline};
use heptad::layout::Line;

unsafe extern "C" {
    fn heptad_set_init(
        set: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        load: c_int,
    ) -> c_int;
    fn heptad_set_insert(set: *mut Handle, key: u64) -> c_int;
    fn heptad_map_init(
        map: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        load: c_int,
    ) -> c_int;
    fn heptad_sized_map_init(
        map: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        load: c_int,
        value_size: usize,
    ) -> c_int;
    fn heptad_table_init(
        table: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        load: c_int,
        hash: unsafe extern "C" fn(u64, *mut c_void) -> u64,
        equal: unsafe extern "C" fn(u64, *const c_void, *mut c_void) -> c_int,
        context: *mut c_void,
    ) -> c_int;
    safe fn heptad_unhash_word(seed: u64, hash: u64) -> u64;
}

/// A handle of 128 bytes.
#[repr(C, align(8))]
struct Handle {
    version: u32,
    kind: u32,
    body: [u64; 15],
}

const UNMADE: Handle = Handle { version: ABI_VERSION, kind: 0, body: [0; 15] };
const SEED: u64 = 0x5eed;
const GROUPS: u64 = 4;

type Memory = [Line; 2 * GROUPS as usize];

/// A handle that `make` makes, and where its lines are.
fn made(make: impl FnOnce(*mut Handle, *mut c_void, usize) -> c_int) -> (Box<Handle>, u64) {
    // The table's for good: it is never released.
    let lines = Box::leak(Box::new([Line::EMPTY; 2 * GROUPS as usize]));
    let address = ptr::from_mut(lines).addr() as u64;
    let mut handle = Box::new(UNMADE);
    let made = make(ptr::from_mut(&mut *handle), ptr::from_mut(lines).cast(), size_of::<Memory>());
    assert_eq!((made, handle.version), (0, ABI_VERSION));
    (handle, address)
}

#[test]
#[cfg_attr(miri, ignore = "reads an address as a number; capi/tests/inline.c reads through it")]
fn a_live_handle_has_the_words_that_c_reads() {
    // SAFETY: the handle is unmade, and the memory is the table's alone.
    let (set, lines) =
        made(|set, memory, bytes| unsafe { heptad_set_init(set, memory, bytes, SEED, 0) });
    assert_eq!(set.kind, inline::KIND_SET);
    assert_eq!(set.body[inline::BODY_LINES], lines);
    assert_eq!(set.body[inline::BODY_BYTES], 2 * GROUPS * 64);
    assert_eq!(set.body[inline::BODY_MASK], (2 * GROUPS - 1) * 64);
    assert_eq!((set.body[inline::BODY_SPAN], set.body[inline::BODY_SEED]), (0, SEED));

    // SAFETY: as above.
    let (map, lines) =
        made(|map, memory, bytes| unsafe { heptad_map_init(map, memory, bytes, SEED, 0) });
    assert_eq!((map.kind, map.body[inline::BODY_LINES]), (inline::KIND_MAP, lines));
    assert_eq!(map.body[inline::BODY_BYTES], 2 * GROUPS * 64);
    assert_eq!(map.body[inline::BODY_MASK], (GROUPS - 1) * 64);
    assert_eq!((map.body[inline::BODY_SPAN], map.body[inline::BODY_SEED]), (0, SEED));

    // SAFETY: as above.
    let (map, lines) =
        made(|map, memory, bytes| unsafe { heptad_sized_map_init(map, memory, bytes, SEED, 0, 9) });
    assert_eq!((map.kind, map.body[inline::BODY_LINES]), (inline::KIND_SIZED, lines));
    assert_eq!(map.body[inline::BODY_MASK], (GROUPS - 1) * 64);
    assert_eq!((map.body[inline::BODY_SPAN], map.body[inline::BODY_SIZED_SEED]), (0, SEED));
    assert_eq!(map.body[inline::BODY_VALUE_BYTES], 9);
}

unsafe extern "C" fn itself(entry: u64, _: *mut c_void) -> u64 {
    entry
}

unsafe extern "C" fn is_it(_: u64, _: *const c_void, _: *mut c_void) -> c_int {
    1
}

#[test]
#[cfg_attr(miri, ignore = "reads an address as a number; capi/tests/inline.c reads through it")]
fn a_table_has_its_context_there() {
    let mut context = 0_u8;
    let context = ptr::from_mut(&mut context).cast::<c_void>();
    // SAFETY: the handle is unmade, and the memory is the table's alone.
    let (table, lines) = made(|table, memory, bytes| unsafe {
        heptad_table_init(table, memory, bytes, 0, itself, is_it, context)
    });
    assert_eq!((table.kind, table.body[inline::BODY_LINES]), (inline::KIND_TABLE, lines));
    assert_eq!(table.body[inline::BODY_MASK], (2 * GROUPS - 1) * 64);
    assert_eq!(table.body[inline::BODY_SPAN], 0);
    assert_eq!(table.body[inline::BODY_CONTEXT], context.addr() as u64);
}

/// The fifteenth key of one pair of groups is stashed.
#[test]
#[cfg_attr(miri, ignore = "reads an address as a number; capi/tests/inline.c reads through it")]
fn the_span_says_that_a_key_is_stashed() {
    // SAFETY: the handle is unmade, and the memory is the table's alone.
    let (mut set, _) =
        made(|set, memory, bytes| unsafe { heptad_set_init(set, memory, bytes, SEED, 0) });
    for number in 0..15_u64 {
        assert_eq!(set.body[inline::BODY_SPAN], 0, "before key {number}");
        let key = heptad_unhash_word(SEED, 7 << 57 | number << 8);
        // SAFETY: a live set.
        assert_eq!(unsafe { heptad_set_insert(&raw mut *set, key) }, 1);
    }
    assert!((1..2 * GROUPS).contains(&set.body[inline::BODY_SPAN]));
}
