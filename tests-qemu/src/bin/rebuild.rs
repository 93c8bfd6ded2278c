#![cfg_attr(target_os = "none", no_std, no_main)]
//! One lock-free map that core 0 moves back and forth between two arenas in `static`s, all the time,
//! while the other cores work on it, and so do the timer interrupts of all cores, core 0 included.
//!
//! Each player records what it did: see `tests/support/player.rs`. A table's memory is zeroed as soon
//! as the map returns it, so an operation that still used it would answer wrongly.

use heptad::Error;
use heptad::layout::LINE_BYTES;
use heptad::lockfree::{Counted, arena_lines};
use heptad::storage::{Region, StaticLines};
use portable_atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use spin::Mutex;
use tests_qemu::machine::{self, CORES};
use tests_qemu::player::{self, COMMON_KEYS, OWN_KEYS, Player, Shared};
use tests_qemu::support::Case;
use tests_qemu::{count_cases, kernel, println, run_cases};

const GROUPS: &[&[Case]] = &[&[
    Case { name: "p6_work_goes_on_through_rebuilds", run: p6_work_goes_on_through_rebuilds },
    Case { name: "m7_every_value_is_accounted_for", run: m7_every_value_is_accounted_for },
    Case { name: "n6_the_count_is_exact_when_idle", run: n6_the_count_is_exact_when_idle },
    Case { name: "n7_all_memory_comes_back", run: n7_all_memory_comes_back },
]];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}

const HERTZ: u32 = 2000;

/// Operations of the main loop of each core except core 0, at least; and of each core's interrupts.
const MAIN_OPERATIONS: u64 = 320_000;
const TICK_OPERATIONS: usize = 10_000;
const PER_TICK: usize = 8;
/// Rebuilds of core 0, at least.
const REBUILDS: usize = 100;

/// Players: one in the main loop of each core except core 0, and one in the interrupts of each.
const PLAYERS: usize = 2 * CORES - 1;
const CAPACITY: usize = PLAYERS * OWN_KEYS + COMMON_KEYS;
const LINES: usize = arena_lines(CAPACITY);

static FIRST: StaticLines<LINES> = StaticLines::new();
static SECOND: StaticLines<LINES> = StaticLines::new();
static MAP: Shared<'static, Counted> = Shared::unplaced_with(Counted::new());

/// The arena that the map does not use.
static SPARE: Mutex<Option<Region<'static>>> = Mutex::new(None);
static TIMES_REBUILT: AtomicUsize = AtomicUsize::new(0);
/// Cores whose main loop has done its work.
static CORES_DONE: AtomicUsize = AtomicUsize::new(0);

/// The main loop's player of each core; core 0's never plays. Locked while it runs, and at the end.
static MAIN: [Mutex<Player>; CORES] = players(0);
/// The interrupt's player of each core. Locked only in the interrupt, and at the end.
static TICK: [Mutex<Player>; CORES] = players(CORES);

const fn players(first: usize) -> [Mutex<Player>; CORES] {
    let mut players = [const { Mutex::new(Player::in_rebuilds(0)) }; CORES];
    let mut core = 0;
    while core < CORES {
        players[core] = Mutex::new(Player::in_rebuilds((first + core) as u64));
        core += 1;
    }
    players
}

/// Operations of each core's interrupts. Relaxed: a count.
static TICKED: [AtomicUsize; CORES] = [const { AtomicUsize::new(0) }; CORES];

fn on_tick(_: usize) {
    let core = machine::core();
    let mut player = TICK[core].lock();
    for _ in 0..PER_TICK {
        player.play(&MAP);
    }
    TICKED[core].fetch_add(PER_TICK, Relaxed);
}

fn on_core(core: usize) {
    machine::start_timer(HERTZ, on_tick);
    if core == 0 {
        let mut spare = SPARE.lock().take();
        while CORES_DONE.load(SeqCst) < CORES - 1
            || TIMES_REBUILT.load(Relaxed) < REBUILDS
            || TICKED[0].load(Relaxed) < TICK_OPERATIONS
        {
            spare = spare.map(move_into);
        }
        *SPARE.lock() = spare;
    } else {
        let mut player = MAIN[core].lock();
        let mut operations = 0;
        while operations < MAIN_OPERATIONS || TICKED[core].load(Relaxed) < TICK_OPERATIONS {
            player.play(&MAP);
            operations += 1;
        }
        CORES_DONE.fetch_add(1, SeqCst);
    }
    machine::stop_timer();
}

/// Moves the map into `region`, and returns the one that it used.
fn move_into(region: Region<'static>) -> Region<'static> {
    let seed = TIMES_REBUILT.fetch_add(1, Relaxed) as u64;
    MAP.tables().rebuild(region, seed).expect("no other rebuild runs, and the arena is as large");
    loop {
        match MAP.tables().help(1) {
            Ok(true) => break,
            Ok(false) | Err(Error::Busy) => {}
            Err(error) => panic!("{error}"),
        }
    }
    loop {
        if let Some(region) = MAP.tables().try_reclaim() {
            return region;
        }
        core::hint::spin_loop();
    }
}

fn p6_work_goes_on_through_rebuilds() {
    let [first, second] = [&FIRST, &SECOND].map(|lines| lines.take().expect("not taken before"));
    MAP.tables().place(first, 7).expect("the map has no memory yet");
    *SPARE.lock() = Some(second);
    machine::on_every_core(on_core);

    let (mut operations, mut busy, mut full) = (0, 0, 0);
    each_player(|player| {
        operations += player.operations;
        busy += player.busy;
        full += player.full;
    });
    let rebuilds = TIMES_REBUILT.load(Relaxed);
    println!(
        "{operations} operations in {rebuilds} rebuilds; {busy} times busy, {full} times full"
    );
    assert!(operations + busy >= (CORES - 1) as u64 * MAIN_OPERATIONS && full == 0);
    // As in `shared_map`: rare, however long the others are stopped.
    assert!(busy < operations / 100, "refused too often");
}

fn each_player(mut look: impl FnMut(&Player)) {
    MAIN.iter().chain(&TICK).for_each(|player| look(&player.lock()));
}

fn m7_every_value_is_accounted_for() {
    each_player(|player| player.check(&MAP));
    player::check_accounts(&MAP, MAIN.iter().chain(&TICK).map(|player| player.lock().accounts));
}

fn n6_the_count_is_exact_when_idle() {
    let mut expected = (0..COMMON_KEYS as u64).filter(|&key| MAP.contains_key(key)).count();
    each_player(|player| expected += player.own_entries());
    let counts = (MAP.len(), MAP.tables().stats().entries, MAP.iter().count());
    assert_eq!(counts, (expected, expected, expected));
}

fn n7_all_memory_comes_back() {
    assert_eq!(MAP.tables().stats().bytes, LINES * LINE_BYTES);
    assert!(SPARE.lock().is_some() && MAP.tables().try_reclaim().is_none());
}
