#![cfg_attr(target_os = "none", no_std, no_main)]
//! Tables without an allocator: one in a `static`, one in a caller's arena, while the timer ticks.
//!
//! Each tick inserts a number into the table in the static; the kernel does so too, with interrupts
//! masked while it holds the lock. The table in the arena belongs to the kernel alone and is used
//! with interrupts on: a tick may come between any two of its instructions.

use core::mem::MaybeUninit;

use heptad::Error;
use heptad::hash::Keyed;
use heptad::storage::{Inline, Region};
use heptad::swiss::{Map, Set};
use spin::Mutex;
use tests_qemu::machine::{start_timer, stop_timer, without_interrupts};
use tests_qemu::support::Case;
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[&[
    Case { name: "static_table_takes_ticks_and_calls", run: static_table_takes_ticks_and_calls },
    Case { name: "arena_table_bears_interrupts", run: arena_table_bears_interrupts },
    Case { name: "arena_refuses_what_it_cannot_hold", run: arena_refuses_what_it_cannot_hold },
]];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}

const SEED: u64 = 7;
const HERTZ: u32 = 1000;

/// What the ticks and the kernel share: the ticks insert odd numbers, the kernel inserts even ones
/// and removes them again.
struct Shared {
    numbers: Set<u64, Inline<64>>,
    /// The odd numbers below this are present.
    odd_end: u64,
    /// The even numbers from the first of these up to the second are present.
    even_start: u64,
    even_end: u64,
}

static SHARED: Mutex<Shared> = Mutex::new(Shared {
    numbers: Set::inline(Keyed::new(SEED)),
    odd_end: 1,
    even_start: 0,
    even_end: 0,
});

impl Shared {
    fn insert_odd(&mut self) {
        if self.numbers.len() < self.numbers.capacity() {
            assert_eq!(self.numbers.try_insert(self.odd_end), Ok(true));
            self.odd_end += 2;
        }
    }

    /// Keeps a hundred even numbers present: inserts one, removes one.
    fn turn_over_even(&mut self) {
        assert_eq!(self.numbers.try_insert(self.even_end), Ok(true));
        self.even_end += 2;
        if self.even_end - self.even_start > 200 {
            assert!(self.numbers.remove(&self.even_start));
            self.even_start += 2;
        }
    }
}

fn static_table_takes_ticks_and_calls() {
    start_timer(HERTZ, |_| SHARED.lock().insert_odd());
    let ticked = |shared: &mut Shared| {
        shared.turn_over_even();
        shared.odd_end > 2 * 100
    };
    while !without_interrupts(|| ticked(&mut SHARED.lock())) {}
    stop_timer();

    let mut shared = SHARED.lock();
    while shared.numbers.len() < shared.numbers.capacity() {
        shared.insert_odd();
    }
    let Shared { numbers, odd_end, even_start, even_end } = &*shared;
    assert_eq!(numbers.len(), 420, "64 groups of 7, filled to 15/16");
    assert_eq!(odd_end / 2 + (even_end - even_start) / 2, 420);
    assert!((1..*odd_end).step_by(2).all(|odd| numbers.contains(&odd)));
    assert!((*even_start..*even_end).step_by(2).all(|even| numbers.contains(&even)));
    numbers.check_invariants(true).expect("the table is sound");
}

/// The caller's arena: any memory aligned to 64 bytes serves.
#[repr(align(64))]
struct Arena([MaybeUninit<u8>; ARENA_BYTES]);

const ARENA_BYTES: usize = 64 * 1024;

static ARENA: Mutex<Arena> = Mutex::new(Arena([MaybeUninit::uninit(); ARENA_BYTES]));

fn arena_table_bears_interrupts() {
    static TICKS: Mutex<u64> = Mutex::new(0);

    let arena = &mut *ARENA.lock();
    let region = Region::new(&mut arena.0).expect("aligned, and large enough");
    let mut map = Map::<u64, u64, _>::new_in(region, Keyed::new(SEED)).expect("it has lines");
    let capacity = map.capacity() as u64;
    assert_eq!(capacity, 3360, "512 groups of 7 in 64 KiB, values beside, filled to 15/16");

    start_timer(HERTZ, |_| *TICKS.lock() += 1);
    let mut oldest = 0;
    for key in 0..capacity {
        assert_eq!(map.try_insert(key, !key), Ok(None));
    }
    // Full, with one entry replaced after another until enough interrupts have come.
    while without_interrupts(|| *TICKS.lock()) < 200 {
        assert_eq!(map.remove(&oldest), Some(!oldest));
        assert_eq!(map.try_insert(oldest + capacity, !(oldest + capacity)), Ok(None));
        oldest += 1;
    }
    stop_timer();
    assert_eq!(map.len() as u64, capacity);
    assert!((oldest..oldest + capacity).all(|key| map.get(&key) == Some(&!key)));
    assert_eq!(map.get(&(oldest.wrapping_sub(1))), None);
    map.check_invariants(true).expect("the map is sound");
}

fn arena_refuses_what_it_cannot_hold() {
    let arena = &mut *ARENA.lock();
    let misaligned = Region::new(&mut arena.0[1..]).map(drop);
    assert_eq!(misaligned, Err(Error::Misaligned { needed_bytes: 64 }));
    let too_small = Region::new(&mut arena.0[..63]).map(drop);
    assert_eq!(too_small, Err(Error::TooSmall { needed_bytes: 64, given_bytes: 63 }));

    let one_group = Region::new(&mut arena.0[..64]).expect("one line");
    let mut set = Set::<u64, _>::new_in(one_group, Keyed::new(SEED)).expect("it has a line");
    for key in 0..6 {
        assert_eq!(set.try_insert(key), Ok(true));
    }
    let rejected = set.try_insert(6).expect_err("seven slots filled to 15/16 take six");
    assert_eq!((rejected.value, rejected.error), (6, Error::Full));
    assert!((0..6).all(|key| set.contains(&key)), "nothing was lost");
}
