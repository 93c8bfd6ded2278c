//! A table in a reserved range of addresses, at which memory appears in steps.
//!
//! The range is memory from the start, but filled with a word that a table never writes; what the
//! mapper has not given is looked at afterwards, and must still be as it was.

use core::ptr::NonNull;

use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    robin_hood::{Map, Set},
    storage::{Downward, Pages, Reserved},
};

use super::arena::{LINES, with_lines};

cases![
    r1_grows_through_a_range_in_steps,
    r1_a_refused_step_changes_nothing,
    r3_zeroed_steps_are_not_cleared_again,
    shrinking_gives_steps_back,
    maps_grow_through_two_ranges,
    range_refuses_what_it_cannot_use,
];

const SEED: u64 = 0x5eed;
const LINE_BYTES: usize = size_of::<Line>();
/// What unmapped bytes look like.
const UNMAPPED: u8 = 0xa5;
const STEP_BYTES: usize = 4096;
const RANGE_BYTES: usize = LINES * LINE_BYTES;

/// Maps pages from the end of a range downwards, as many as it has.
struct Mapper<const ZEROED: bool> {
    /// Bytes that may still be given.
    left_bytes: usize,
    mapped_bytes: usize,
    /// The lowest address that is mapped.
    lowest: *mut u8,
    calls: usize,
}

impl<const ZEROED: bool> Mapper<ZEROED> {
    fn new(end: *mut u8, left_bytes: usize) -> Self {
        Mapper { left_bytes, mapped_bytes: 0, lowest: end, calls: 0 }
    }
}

// SAFETY: the bytes belong to the provided arena; they are filled with zeros if `ZEROED`.
unsafe impl<const Z: bool> Pages for Mapper<Z> {
    const ZEROED: bool = Z;

    fn map(&mut self, start: NonNull<u8>, len_bytes: usize) -> Result<(), Error> {
        assert!(len_bytes % STEP_BYTES == 0 && len_bytes > 0);
        assert_eq!(start.as_ptr().wrapping_add(len_bytes), self.lowest, "next to what is mapped");
        self.calls += 1;
        self.left_bytes = self
            .left_bytes
            .checked_sub(len_bytes)
            .ok_or(Error::AllocationFailed { bytes: len_bytes })?;
        let fill = if Z { 0 } else { 0x11 };
        // SAFETY: inside the arena.
        unsafe { start.as_ptr().write_bytes(fill, len_bytes) };
        self.lowest = start.as_ptr();
        self.mapped_bytes += len_bytes;
        Ok(())
    }

    fn unmap(&mut self, start: NonNull<u8>, len_bytes: usize) {
        assert!(len_bytes % STEP_BYTES == 0 && len_bytes > 0);
        assert_eq!(start.as_ptr(), self.lowest, "from the lowest on");
        // SAFETY: inside the arena.
        unsafe { start.as_ptr().write_bytes(UNMAPPED, len_bytes) };
        self.lowest = start.as_ptr().wrapping_add(len_bytes);
        self.left_bytes += len_bytes;
        self.mapped_bytes -= len_bytes;
    }
}

type Range<const ZEROED: bool> = Reserved<'static, Mapper<ZEROED>>;

/// Provides a range of `RANGE_BYTES`, of which `left_bytes` can be mapped.
fn with_range<const Z: bool>(left_bytes: usize, use_it: impl FnOnce(*mut u8, Range<Z>)) {
    with_lines(LINES, |lines| {
        let start = lines.as_mut_ptr().cast::<u8>();
        // SAFETY: the arena.
        unsafe { start.write_bytes(UNMAPPED, RANGE_BYTES) };
        let mapper = Mapper::new(start.wrapping_add(RANGE_BYTES), left_bytes);
        // SAFETY: the arena is borrowed for the call, and nobody else uses it.
        let range = unsafe { Range::from_raw(start, RANGE_BYTES, STEP_BYTES, mapper) };
        use_it(start, range.expect("a multiple of everything"));
    });
}

/// Is nothing written in front of what is mapped?
fn assert_untouched(start: *mut u8, mapped_bytes: usize) {
    for offset in 0..RANGE_BYTES - mapped_bytes {
        let byte = start.wrapping_add(offset);
        // SAFETY: inside the arena, all of which is initialised.
        let byte = unsafe { byte.read() };
        assert_eq!(byte, UNMAPPED, "byte {offset}, {mapped_bytes} mapped");
    }
}

fn fill<S: Downward>(set: &mut Set<S>, from: u64) -> (u64, Error) {
    let mut key = from;
    loop {
        match set.try_insert(key) {
            Ok(is_new) => assert!(is_new),
            Err(rejected) => {
                assert_eq!(rejected.value, key);
                return (key, rejected.error);
            }
        }
        key += 1;
    }
}

fn r1_grows_through_a_range_in_steps() {
    with_range::<false>(RANGE_BYTES, |start, range| {
        let mut set = Set::new_in(range, Keyed::new(SEED)).expect("a step");
        let mut checked_at = 0;
        for key in 0.. {
            if set.try_insert(key).is_err() {
                assert_eq!(key as usize, set.capacity());
                break;
            }
            let mapped_bytes = set.storage().mapped_bytes();
            assert_eq!(mapped_bytes, set.storage().pages().mapped_bytes);
            if mapped_bytes != checked_at {
                checked_at = mapped_bytes;
                assert_untouched(start, mapped_bytes);
                assert!((0..=key).all(|key| set.contains(key)));
                set.check_invariants().expect("sound");
            }
        }
        // 64 homes and 64 slots are a KiB; 4096 homes are 32 KiB and a half: nine steps.
        assert_eq!((set.stats().homes, set.storage().mapped_bytes()), (4096, 9 * STEP_BYTES));
        assert_eq!(set.try_grow(), Err(Error::Full));
    });
}

fn r1_a_refused_step_changes_nothing() {
    with_range::<true>(5 * STEP_BYTES, |start, range| {
        let mut set = Set::new_in(range, Keyed::new(SEED)).expect("a step");
        // 2048 homes take five steps; there is no memory for the next four.
        let (len, error) = fill(&mut set, 0);
        assert_eq!(error, Error::AllocationFailed { bytes: 4 * STEP_BYTES });
        assert_eq!((set.len() as u64, set.stats().homes), (len, 2048));
        assert_untouched(start, set.storage().mapped_bytes());
        assert!((0..len).all(|key| set.contains(key)));
        set.check_invariants().expect("sound");
        assert!(set.remove(0) && set.try_insert(0) == Ok(true), "it can be used as before");
        assert_eq!(set.try_reserve(10_000), Err(Error::Full));
        assert_eq!(set.len() as u64, len);
    });
}

fn r3_zeroed_steps_are_not_cleared_again() {
    with_range::<true>(RANGE_BYTES, |start, range| {
        let mut set = Set::new_in(range, Keyed::new(SEED)).expect("a step");
        fill(&mut set, 0);
        set.check_invariants().expect("sound");
        // After shrinking and growing again, what was once written is cleared.
        set.retain(|key| key < 50);
        set.shrink_in_place(0);
        set.check_invariants().expect("sound");
        let (len, error) = fill(&mut set, 50);
        assert_eq!((error, set.len() as u64), (Error::Full, len));
        set.check_invariants().expect("sound");
        assert_untouched(start, set.storage().mapped_bytes());
    });
}

fn shrinking_gives_steps_back() {
    with_range::<false>(RANGE_BYTES, |start, range| {
        let mut set = Set::new_in(range, Keyed::new(SEED)).expect("a step");
        fill(&mut set, 0);
        let most_bytes = set.storage().mapped_bytes();
        set.retain(|key| key % 16 == 0);
        set.shrink_in_place(0);
        let mapped_bytes = set.storage().mapped_bytes();
        assert!(mapped_bytes <= most_bytes / 4, "{mapped_bytes} of {most_bytes}");
        assert_untouched(start, mapped_bytes);
        assert!((0..3000).all(|key| set.contains(key) == (key % 16 == 0)));
        set.check_invariants().expect("sound");
        // And take them again.
        for key in 0..2000 {
            set.try_insert(key).expect("there is memory again");
        }
        assert!((0..2000).all(|key| set.contains(key)));
        set.check_invariants().expect("sound");
    });
}

fn maps_grow_through_two_ranges() {
    with_lines(LINES, |lines| {
        let start = lines.as_mut_ptr().cast::<u8>();
        let half_bytes = RANGE_BYTES / 2;
        let half = |index: usize| {
            let start = start.wrapping_add(index * half_bytes);
            let mapper = Mapper::<true>::new(start.wrapping_add(half_bytes), half_bytes);
            // SAFETY: half of the arena, borrowed for the call.
            unsafe { Range::from_raw(start, half_bytes, STEP_BYTES, mapper) }.expect("aligned")
        };
        let mut map = Map::new_in(half(0), half(1), Keyed::new(SEED)).expect("steps");
        let mut len = 0;
        while map.try_insert(len, !len) == Ok(None) {
            len += 1;
        }
        assert_eq!((map.len() as u64, map.stats().homes), (len, 2048));
        assert!((0..len).all(|key| map.get(key) == Some(&!key)));
        map.check_invariants().expect("sound");
    });
}

fn range_refuses_what_it_cannot_use() {
    with_lines(8, |lines| {
        let start = lines.as_mut_ptr().cast::<u8>();
        let with = |start: *mut u8, len_bytes: usize, step_bytes: usize| {
            let mapper = Mapper::<true>::new(start.wrapping_add(len_bytes), len_bytes);
            // SAFETY: nothing is ever mapped.
            unsafe { Range::from_raw(start, len_bytes, step_bytes, mapper) }.map(drop)
        };
        assert_eq!(with(start, 512, 64), Ok(()));
        assert_eq!(with(core::ptr::null_mut(), 512, 64), Err(Error::Null));
        let misaligned = Err(Error::Misaligned { needed_bytes: 64 });
        assert_eq!(with(start.wrapping_add(8), 448, 64), misaligned);
        assert_eq!(with(start, 500, 64), misaligned);
        assert_eq!(with(start, 512, 100), misaligned);
        assert_eq!(with(start, 448, 128), Err(Error::Misaligned { needed_bytes: 128 }));
        let empty = Err(Error::TooSmall { needed_bytes: 64, given_bytes: 0 });
        assert_eq!(with(start, 0, 64), empty);
        assert_eq!(with(start, 512, 0), empty);
    });
}
