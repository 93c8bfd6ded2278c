//! The C interface from Rust, so that Miri can look at it: handles, memory of the caller's, and callbacks that use
//! the table that they are called for. The functions are declared as C declares them, since only C can make their
//! arguments. What C sees is tested in C (`capi/tests`).

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;

use heptad::ffi::code;
use heptad::layout::Line;

mod functions;

use functions::*;

const LINE_BYTES: usize = size_of::<Line>();

/// A set of 16 groups.
struct Made {
    set: Handle,
    lines: *mut [MaybeUninit<Line>; 16],
}

impl Drop for Made {
    fn drop(&mut self) {
        // SAFETY: from a box; the set that used it is gone with this.
        drop(unsafe { Box::from_raw(self.lines) });
    }
}

impl Made {
    fn new() -> Box<Made> {
        // As a pointer: a box that moves ends all other uses of its memory.
        let lines = Box::into_raw(Box::new([const { MaybeUninit::uninit() }; 16]));
        let mut made = Box::new(Made { set: Handle::INIT, lines });
        let (set, memory) = (made.set.as_ptr(), lines.cast());
        // SAFETY: the handle is unmade, and the memory is the set's as long as the box lives.
        assert_eq!(unsafe { heptad_set_init(set, memory, 16 * LINE_BYTES, 7, 0) }, 0);
        made
    }
}

/// Calls for the set that is being changed.
unsafe extern "C" fn call_back(key: u64, set: *mut c_void) -> c_int {
    let set = set.cast::<Handle>();
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
    let mut made = Made::new();
    let set: *mut Handle = made.set.as_ptr();
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
    let mut made = Made::new();
    let set: *mut Handle = made.set.as_ptr();
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
fn memory_is_released_and_used_again() {
    let mut made = Made::new();
    let set: *mut Handle = made.set.as_ptr();
    let mut large = Box::new([const { MaybeUninit::<Line>::uninit() }; 64]);
    let (memory, bytes) = (large.as_mut_ptr().cast(), 64 * LINE_BYTES);
    let mut old = ptr::null_mut();
    // SAFETY: a live handle that only this test uses; the memory is the set's while it lives.
    let moved = unsafe { heptad_set_move(set, memory, bytes, 8, &raw mut old, ptr::null_mut()) };
    assert_eq!((moved, old), (0, made.lines.cast()));
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
    // SAFETY: the memory is released.
    assert_eq!(unsafe { heptad_set_init(set, old, size, 9, 0) }, 0);
}

/// Changes the map that it is called for: nothing is reserved meanwhile.
unsafe extern "C" fn change(value: u64, map: *mut c_void) -> u64 {
    let map = map.cast_const().cast::<Handle>();
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
    let handle: *mut Handle = map.as_ptr();
    let (memory, counters) = (lines.as_mut_ptr().cast(), counters.as_mut_ptr().cast());
    // SAFETY: the handle is unmade, and both pieces of memory are the map's as long as it lives.
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

/// Memory on the heap, which a table may use as long as this lives.
struct Room(Vec<Line>);

impl Room {
    fn of(lines: usize) -> Room {
        Room(vec![Line::EMPTY; lines])
    }

    fn start(&mut self) -> *mut c_void {
        self.0.as_mut_ptr().cast()
    }

    fn bytes(&self) -> usize {
        self.0.len() * LINE_BYTES
    }
}

/// Keeps the first value.
unsafe extern "C" fn keep_first(
    _: u64,
    first: *const u64,
    _: *const u64,
    value: *mut u64,
    _: *mut c_void,
) -> c_int {
    // SAFETY: a value of the merge's.
    let before = unsafe { value.read() };
    if !first.is_null() {
        // SAFETY: as above; the first is there.
        assert_eq!(before, unsafe { first.read() });
    }
    1
}

/// Helps until nothing is left.
unsafe extern "C" fn help(growth: *const Growth, _: *mut c_void) {
    // SAFETY: the growth that this function was called with.
    while unsafe { heptad_growth_help(growth) } == 1 {}
}

/// Keys and values lie in two halves of one piece of memory; what is made of two maps in a third.
#[test]
fn sorted_maps_share_one_piece_of_memory() {
    let mut handles = [Handle::INIT, Handle::INIT, Handle::INIT, Handle::INIT];
    let [one, two, both, large] = handles.each_mut().map(|handle| handle.as_ptr());
    let mut rooms = [Room::of(8), Room::of(8), Room::of(16), Room::of(32)];
    for (handle, room, step) in [(one, 0, 2), (two, 1, 3)] {
        let (memory, bytes) = (rooms[room].start(), rooms[room].bytes());
        // SAFETY: the handle is unmade, and the memory is the map's as long as it lives.
        assert_eq!(unsafe { heptad_robin_map_init(handle, memory, bytes, 1) }, 0);
        for number in (0..18).step_by(step) {
            // SAFETY: a live handle that only this test uses.
            let result = unsafe {
                heptad_robin_map_insert(handle, number << 58, step as u64, ptr::null_mut())
            };
            assert_eq!(result, 1);
        }
    }
    let (memory, bytes) = (rooms[2].start(), rooms[2].bytes());
    // SAFETY: live handles, one that is not, and memory that nothing else uses.
    let merged = unsafe {
        heptad_robin_map_merge(both, one, two, Some(keep_first), ptr::null_mut(), memory, bytes)
    };
    assert_eq!(merged, 0);
    let (memory, bytes) = (rooms[3].start(), rooms[3].bytes());
    // SAFETY: as above.
    let grown = unsafe {
        heptad_robin_map_grow_shared(both, large, memory, bytes, Some(help), ptr::null_mut())
    };
    assert_eq!(grown, 0);
    let (mut keys, mut values, mut count) = ([0; 18], [0; 18], 0);
    let (keys_start, values_start) = (keys.as_mut_ptr(), values.as_mut_ptr());
    // SAFETY: a live handle, and arrays to write.
    let more = unsafe {
        heptad_robin_map_range(large, 0, u64::MAX, keys_start, values_start, 18, &raw mut count)
    };
    let expected: Vec<(u64, u64)> = (0..18)
        .filter(|number| number % 2 == 0 || number % 3 == 0)
        .map(|number| (number << 58, if number % 2 == 0 { 2 } else { 3 }))
        .collect();
    assert_eq!((more, count), (0, expected.len()));
    assert!(keys.into_iter().zip(values).take(count).eq(expected));
}

/// Compares a name with the one at an index.
unsafe extern "C" fn is_name(reference: u64, key: *const c_void, names: *mut c_void) -> c_int {
    // SAFETY: what the map was made with, and what is looked up.
    let names = unsafe { &*names.cast::<[&str; 3]>() };
    // SAFETY: as above.
    let key = unsafe { &*key.cast::<&str>() };
    c_int::from(names.get(reference as usize) == Some(key))
}

#[test]
fn a_map_of_longer_keys_calls_the_callers_comparison() {
    let mut names = ["init", "idle", "a longer name"];
    let mut map = Handle::INIT;
    let handle: *mut Handle = map.as_ptr();
    let mut room = Room::of(heptad_lockfree_bytes(20) / LINE_BYTES);
    let (memory, bytes) = (room.start(), room.bytes());
    let context = ptr::from_mut(&mut names).cast();
    let hash_bits = !0 << 32;
    // SAFETY: the handle is unmade, and the memory is the map's as long as it lives.
    let made = unsafe {
        heptad_indirect_init(handle, memory, bytes, 7, hash_bits, Some(is_name), context)
    };
    assert_eq!(made, 0);
    let sought = ["a longer name", "init", "nobody"];
    let keys = sought.each_ref().map(|name| ptr::from_ref(name).cast::<c_void>());
    let hashes = sought.map(|name| heptad::hash::hash_bytes(3, name.as_bytes()));
    for (index, reference) in [(0, 2), (1, 0)] {
        let (hash, key) = (hashes[index], keys[index]);
        // SAFETY: a live handle, and a key that the caller's function understands.
        let result = unsafe {
            heptad_indirect_get_or_insert(handle, hash, key, reference, 5, ptr::null_mut())
        };
        assert_eq!(result, 1);
    }
    let (mut references, mut values, mut found) = ([9; 3], [9; 3], [9; 3]);
    let (hashes_start, keys_start) = (hashes.as_ptr(), keys.as_ptr());
    let (references_start, values_start) = (references.as_mut_ptr(), values.as_mut_ptr());
    // SAFETY: as above, and arrays to write.
    let result = unsafe {
        heptad_indirect_get_many(
            handle,
            hashes_start,
            keys_start,
            3,
            references_start,
            values_start,
            found.as_mut_ptr(),
        )
    };
    assert_eq!((result, references, values, found), (0, [2, 0, 0], [5, 5, 0], [1, 1, 0]));
    let mut reference = 9;
    // SAFETY: as above.
    let result = unsafe {
        heptad_indirect_remove(handle, hashes[0], keys[0], &raw mut reference, ptr::null_mut())
    };
    assert_eq!((result, reference), (1, 2));
    // SAFETY: a live handle.
    assert_eq!(unsafe { heptad_indirect_len(handle) }, 1);
    // SAFETY: as above.
    assert_eq!(unsafe { heptad_indirect_release(handle, None, ptr::null_mut()) }, 0);
}

/// Without the feature, Rust has no growth that threads share: the trait's function is the only one of its name.
#[cfg(not(feature = "lockfree"))]
#[test]
fn rust_has_no_shared_growth_without_the_feature() {
    use heptad::robin_hood::{ByValue, Map, Set};
    use heptad::storage::Inline;

    trait Absent {
        fn grow_shared(&self) -> bool {
            true
        }
    }
    impl Absent for Set<Inline<4>, ByValue> {}
    impl Absent for Map<Inline<4>, ByValue> {}

    let set = Set::new_in(Inline::<4>::new(), ByValue).unwrap();
    let map = Map::new_in(Inline::<4>::new(), Inline::new(), ByValue).unwrap();
    assert!(set.grow_shared() && map.grow_shared());
}
