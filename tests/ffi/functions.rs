//! The functions as C declares them.

use core::ffi::{c_int, c_void};
use core::ptr;

use heptad::ffi::ABI_VERSION;

unsafe extern "C" {
    pub(crate) fn heptad_set_init(
        set: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        load: c_int,
    ) -> c_int;
    pub(crate) fn heptad_set_release(
        set: *mut Handle,
        memory: *mut *mut c_void,
        bytes: *mut usize,
    ) -> c_int;
    pub(crate) fn heptad_set_move(
        set: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        old_memory: *mut *mut c_void,
        old_bytes: *mut usize,
    ) -> c_int;
    pub(crate) fn heptad_set_len(set: *const Handle) -> usize;
    pub(crate) fn heptad_set_insert(set: *mut Handle, key: u64) -> c_int;
    pub(crate) fn heptad_set_contains(set: *const Handle, key: u64) -> c_int;
    pub(crate) fn heptad_set_contains_many(
        set: *const Handle,
        keys: *const u64,
        count: usize,
        found: *mut u8,
    ) -> c_int;
    pub(crate) fn heptad_set_insert_many(
        set: *mut Handle,
        keys: *const u64,
        count: usize,
        taken: *mut usize,
    ) -> c_int;
    pub(crate) fn heptad_set_retain(
        set: *mut Handle,
        keep: Option<unsafe extern "C" fn(u64, *mut c_void) -> c_int>,
        context: *mut c_void,
    ) -> c_int;
    pub(crate) safe fn heptad_lockfree_bytes(entries: usize) -> usize;
    pub(crate) fn heptad_lockfree_init_counted(
        map: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        counters: *mut c_void,
        counters_bytes: usize,
    ) -> c_int;
    pub(crate) fn heptad_lockfree_release(
        map: *mut Handle,
        release: Option<unsafe extern "C" fn(*mut c_void, usize, *mut c_void)>,
        context: *mut c_void,
    ) -> c_int;
    pub(crate) fn heptad_lockfree_len(map: *const Handle) -> usize;
    pub(crate) fn heptad_lockfree_get(map: *const Handle, key: u64, value: *mut u64) -> c_int;
    pub(crate) fn heptad_lockfree_add(
        map: *const Handle,
        key: u64,
        addend: u64,
        sum: *mut u64,
    ) -> c_int;
    pub(crate) fn heptad_lockfree_insert_or_modify(
        map: *const Handle,
        key: u64,
        value: u64,
        change: Option<unsafe extern "C" fn(u64, *mut c_void) -> u64>,
        context: *mut c_void,
        previous: *mut u64,
    ) -> c_int;
    pub(crate) fn heptad_robin_map_init(
        map: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        load: c_int,
    ) -> c_int;
    pub(crate) fn heptad_robin_map_insert(
        map: *mut Handle,
        key: u64,
        value: u64,
        previous: *mut u64,
    ) -> c_int;
    pub(crate) fn heptad_robin_map_merge(
        result: *mut Handle,
        first: *const Handle,
        second: *const Handle,
        merge: Option<
            unsafe extern "C" fn(u64, *const u64, *const u64, *mut u64, *mut c_void) -> c_int,
        >,
        context: *mut c_void,
        memory: *mut c_void,
        bytes: usize,
    ) -> c_int;
    pub(crate) fn heptad_robin_map_grow_shared(
        small: *const Handle,
        large: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        work: Option<unsafe extern "C" fn(*const Growth, *mut c_void)>,
        context: *mut c_void,
    ) -> c_int;
    pub(crate) fn heptad_growth_help(growth: *const Growth) -> c_int;
    pub(crate) fn heptad_robin_map_range(
        map: *const Handle,
        least: u64,
        greatest: u64,
        keys: *mut u64,
        values: *mut u64,
        room: usize,
        count: *mut usize,
    ) -> c_int;
    pub(crate) fn heptad_indirect_init(
        map: *mut Handle,
        memory: *mut c_void,
        bytes: usize,
        seed: u64,
        hash_bits: u64,
        equal: Option<unsafe extern "C" fn(u64, *const c_void, *mut c_void) -> c_int>,
        context: *mut c_void,
    ) -> c_int;
    pub(crate) fn heptad_indirect_release(
        map: *mut Handle,
        release: Option<unsafe extern "C" fn(*mut c_void, usize, *mut c_void)>,
        context: *mut c_void,
    ) -> c_int;
    pub(crate) fn heptad_indirect_len(map: *const Handle) -> usize;
    pub(crate) fn heptad_indirect_get_or_insert(
        map: *const Handle,
        hash: u64,
        key: *const c_void,
        reference: u64,
        value: u64,
        present: *mut u64,
    ) -> c_int;
    pub(crate) fn heptad_indirect_get_many(
        map: *const Handle,
        hashes: *const u64,
        keys: *const *const c_void,
        count: usize,
        references: *mut u64,
        values: *mut u64,
        found: *mut u8,
    ) -> c_int;
    pub(crate) fn heptad_indirect_remove(
        map: *const Handle,
        hash: u64,
        key: *const c_void,
        reference: *mut u64,
        value: *mut u64,
    ) -> c_int;
}

/// `heptad_growth`.
#[repr(C)]
pub(crate) struct Growth {
    hidden: [u8; 0],
}

/// What `HEPTAD_INIT` makes of a handle of any kind: as large as the largest.
#[repr(C, align(8))]
pub(crate) struct Handle {
    version: u32,
    state: u32,
    body: [u64; 23],
}

impl Handle {
    pub(crate) const INIT: Handle = Handle { version: ABI_VERSION, state: 0, body: [0; 23] };

    pub(crate) fn as_ptr(&mut self) -> *mut Handle {
        ptr::from_mut(self)
    }
}
