//! The C interface from Rust, so that Miri can look at it: handles, lent memory, and callbacks that call
//! for the table they are called for. What C sees is tested in C (`capi/tests`).

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;

use heptad::ffi::*;
use heptad::layout::Line;

/// What `HEPTAD_INIT` makes of a handle of any kind.
#[repr(C)]
struct Handle {
    version: u32,
    state: u32,
    body: [u64; 15],
}

impl Handle {
    const INIT: Handle = Handle { version: ABI_VERSION, state: 0, body: [0; 15] };

    fn as_ptr<T>(&mut self) -> *mut T {
        ptr::from_mut(self).cast()
    }
}

const LINE_BYTES: usize = size_of::<Line>();

/// A set in lent memory of 16 groups.
struct Lent {
    set: Handle,
    lines: *mut [MaybeUninit<Line>; 16],
}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: from a box, and lent to a set that is gone with this.
        drop(unsafe { Box::from_raw(self.lines) });
    }
}

impl Lent {
    fn new() -> Box<Lent> {
        // As a pointer: a box that moves takes back what was lent.
        let lines = Box::into_raw(Box::new([const { MaybeUninit::uninit() }; 16]));
        let mut lent = Box::new(Lent { set: Handle::INIT, lines });
        let (set, memory) = (lent.set.as_ptr(), lines.cast());
        // SAFETY: the handle is unmade, and the memory is lent as long as the box lives.
        assert_eq!(unsafe { heptad_set_init(set, memory, 16 * LINE_BYTES, 7, 0) }, 0);
        lent
    }
}

/// Calls for the set that is being changed.
unsafe extern "C" fn call_back(key: u64, set: *mut c_void) -> c_int {
    let set = set.cast::<HeptadSet>();
    // SAFETY: the pointer that `retain` was called with.
    assert_eq!(unsafe { heptad_set_insert(set, 1_000 + key) }, code::BUSY);
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_set_contains(set, key) }, code::BUSY);
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_set_len(set) }, 0);
    c_int::from(key % 2 == 0)
}

#[test]
fn a_callback_meets_a_busy_handle() {
    let mut lent = Lent::new();
    let set: *mut HeptadSet = lent.set.as_ptr();
    for key in 0..50 {
        // SAFETY: a live handle that only this test uses.
        assert_eq!(unsafe { heptad_set_insert(set, key) }, 1);
    }
    // SAFETY: as above; the callback is called with the handle.
    assert_eq!(unsafe { heptad_set_retain(set, Some(call_back), set.cast()) }, 0);
    for key in 0..50 {
        // SAFETY: a live handle that only this test uses.
        assert_eq!(unsafe { heptad_set_contains(set, key) }, c_int::from(key % 2 == 0));
    }
}

#[test]
fn batches_write_into_uninitialised_memory() {
    let mut lent = Lent::new();
    let set: *mut HeptadSet = lent.set.as_ptr();
    let keys: Vec<u64> = (0..100).collect();
    // SAFETY: a live handle that only this test uses, and an array that is there.
    assert_eq!(unsafe { heptad_set_insert_many(set, keys.as_ptr(), 50, ptr::null_mut()) }, 0);
    let mut found = [MaybeUninit::<u8>::uninit(); 100];
    let results = found.as_mut_ptr().cast();
    // SAFETY: as above, and an array to write.
    assert_eq!(unsafe { heptad_set_contains_many(set, keys.as_ptr(), 100, results) }, 0);
    for (key, result) in found.iter().enumerate() {
        // SAFETY: the call above wrote all of them.
        assert_eq!(unsafe { result.assume_init() }, u8::from(key < 50));
    }
}

#[test]
fn memory_comes_back_and_can_be_lent_again() {
    let mut lent = Lent::new();
    let set: *mut HeptadSet = lent.set.as_ptr();
    let mut large = Box::new([const { MaybeUninit::<Line>::uninit() }; 64]);
    let (memory, bytes) = (large.as_mut_ptr().cast(), 64 * LINE_BYTES);
    let mut old = ptr::null_mut();
    // SAFETY: a live handle that only this test uses; the memory is lent while the set lives.
    let moved = unsafe { heptad_set_move(set, memory, bytes, 8, &raw mut old, ptr::null_mut()) };
    assert_eq!((moved, old), (0, lent.lines.cast()));
    // SAFETY: the set has left this memory.
    unsafe { old.cast::<u8>().write_bytes(0xee, 16 * LINE_BYTES) };
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_set_insert(set, 3) }, 1);
    let mut size = 0;
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_set_release(set, &raw mut old, &raw mut size) }, 0);
    assert_eq!((old, size), (memory, bytes));
    // SAFETY: the handle is unmade again.
    assert_eq!(unsafe { heptad_set_contains(set, 3) }, code::HANDLE);
    // SAFETY: the memory came back.
    assert_eq!(unsafe { heptad_set_init(set, old, size, 9, 0) }, 0);
}

/// Changes the map that it is called for: nothing is held meanwhile.
unsafe extern "C" fn change(value: u64, map: *mut c_void) -> u64 {
    let map = map.cast_const().cast::<HeptadLockfree>();
    // SAFETY: the handle that the map was changed by.
    assert!(unsafe { heptad_lockfree_add(map, value + 100, 1, ptr::null_mut()) } >= 0);
    value + 1
}

#[test]
fn a_callback_may_use_a_map_without_a_lock() {
    let mut map = Handle::INIT;
    let bytes = heptad_lockfree_bytes(50);
    let mut lines = vec![Line::EMPTY; bytes / LINE_BYTES];
    let mut counters = vec![Line::EMPTY; 17];
    let handle: *mut HeptadLockfree = map.as_ptr();
    let (memory, counters) = (lines.as_mut_ptr().cast(), counters.as_mut_ptr().cast());
    // SAFETY: the handle is unmade, and both pieces of memory are lent as long as the map lives.
    let made = unsafe {
        heptad_lockfree_init_counted(handle, memory, bytes, 7, counters, 17 * LINE_BYTES)
    };
    assert_eq!(made, 0);
    for round in 0..10 {
        // SAFETY: a live handle; the callback is called with it.
        let result = unsafe {
            heptad_lockfree_insert_or_modify(
                handle,
                1,
                0,
                Some(change),
                handle.cast(),
                ptr::null_mut(),
            )
        };
        assert_eq!(result, c_int::from(round == 0));
    }
    let mut value = 0;
    // SAFETY: a live handle.
    assert_eq!(unsafe { heptad_lockfree_get(handle, 1, &raw mut value) }, 1);
    // SAFETY: a live handle.
    assert_eq!((value, unsafe { heptad_lockfree_len(handle) }), (9, 10));
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_lockfree_release(handle, None, ptr::null_mut()) }, 0);
}
