#![cfg_attr(target_os = "none", no_std, no_main)]
//! One lock-free map in a `static`, used at the same time by the main loops of all cores and by the timer
//! interrupts that come in the middle of them.
//!
//! Each core has two players on each of two maps: one plays in the main loop, one in the interrupt. The
//! first map is large enough for all keys, and must never be full. The second one is not: its homes
//! overflow, entries of other homes are moved to make room, and insertions are refused.

use heptad::layout::Line;
use heptad::lockfree::arena_layout;
use heptad::storage::Region;
use portable_atomic::{AtomicUsize, Ordering::Relaxed};
use spin::{Mutex, MutexGuard};
use tests_qemu::machine::{self, CORES};
use tests_qemu::player::{self, COMMON_KEYS, OWN_KEYS, Player, Shared};
use tests_qemu::support::Case;
use tests_qemu::{count_cases, kernel, println, run_cases};

const GROUPS: &[&[Case]] = &[&[
    Case { name: "cores_and_interrupts_share_maps", run: cores_and_interrupts_share_maps },
    Case { name: "m7_every_value_is_accounted_for", run: m7_every_value_is_accounted_for },
    Case { name: "n6_the_count_is_exact_when_idle", run: n6_the_count_is_exact_when_idle },
    Case { name: "a_map_within_its_capacity_is_never_full", run: never_full_within_capacity },
    Case { name: "a_crowded_map_refuses_and_bears_it", run: a_crowded_map_refuses_and_bears_it },
]];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}

const SEED: u64 = 7;
const HERTZ: u32 = 2000;

/// Operations of each core's main loop and of its interrupts, at least. Emulated atomics are slow.
const MAIN_OPERATIONS: u64 = if cfg!(target_has_atomic = "64") { 250_000 } else { 20_000 };
const TICK_OPERATIONS: u64 = if cfg!(target_has_atomic = "64") { 15_000 } else { 4_000 };
/// Operations of one interrupt, on either map.
const PER_TICK: u64 = 8;

/// Players on one map: two for each core, in its main loop and in its interrupt.
const PLAYERS: usize = 2 * CORES;

/// Entries that the two maps are made for: as many as there may be, and too few.
const CAPACITIES: [usize; 2] = [PLAYERS * OWN_KEYS + COMMON_KEYS, PLAYERS * OWN_KEYS / 8];
const MAP_LINES: usize = lines_for(CAPACITIES[0]);
/// Entries of the second map that stay: with one core there are too few players to fill the smallest
/// arena.
const STAYING: [usize; 2] = [0, if CORES == 1 { 20 } else { 0 }];
/// The key of the first of them. No player's number leads to it.
const FIRST_STAYING: u64 = 1 << 60;

const fn lines_for(capacity: usize) -> usize {
    match arena_layout(capacity) {
        Ok(layout) => layout.size() / size_of::<Line>(),
        Err(_) => panic!("an absurd capacity"),
    }
}

static MAPS: [Shared<'static>; 2] = [const { Shared::unplaced() }; 2];

/// What one core does on both maps, in its main loop or in its interrupt.
struct Team {
    players: [Player; 2],
}

impl Team {
    const fn new(number: usize) -> Team {
        Team { players: [Player::new(number as u64), Player::new(number as u64)] }
    }

    fn play(&mut self, times: u64) {
        for _ in 0..times {
            for (player, map) in self.players.iter_mut().zip(&MAPS) {
                player.play(map);
            }
        }
    }
}

/// The main loop's player of each core. Locked while it runs, and at the end.
static MAIN: [Mutex<Team>; CORES] = teams(0);
/// The interrupt's player of each core. Locked only in the interrupt, and at the end.
static TICK: [Mutex<Team>; CORES] = teams(CORES);

const fn teams(first: usize) -> [Mutex<Team>; CORES] {
    let mut teams = [const { Mutex::new(Team::new(0)) }; CORES];
    let mut core = 0;
    while core < CORES {
        teams[core] = Mutex::new(Team::new(first + core));
        core += 1;
    }
    teams
}

/// Turns that each core has played in its interrupt. Relaxed: a count.
static TURNS: [AtomicUsize; CORES] = [const { AtomicUsize::new(0) }; CORES];

fn on_tick(_: usize) {
    let core = machine::core();
    TICK[core].lock().play(PER_TICK);
    TURNS[core].fetch_add(PER_TICK as usize, Relaxed);
}

fn on_core(core: usize) {
    let mut team = MAIN[core].lock();
    machine::start_timer(HERTZ, on_tick);
    let mut turns = 0;
    // A turn is two operations.
    while turns < MAIN_OPERATIONS / 2 || TURNS[core].load(Relaxed) < TICK_OPERATIONS as usize / 2 {
        team.play(1);
        turns += 1;
    }
    machine::stop_timer();
}

fn cores_and_interrupts_share_maps() {
    static MEMORY: Mutex<[[Line; MAP_LINES]; 2]> = Mutex::new([[Line::EMPTY; MAP_LINES]; 2]);

    let memory = MutexGuard::leak(MEMORY.lock());
    for ((map, lines), capacity) in MAPS.iter().zip(memory).zip(CAPACITIES) {
        let region = Region::from_lines(&mut lines[..lines_for(capacity)]).expect("it has lines");
        map.tables().place(region, SEED).expect("the map has no memory yet");
    }
    for (map, staying) in MAPS.iter().zip(STAYING) {
        for number in 0..staying as u64 {
            assert_eq!(map.insert(FIRST_STAYING + number, 0), Ok(None));
        }
    }
    machine::on_every_core(on_core);

    let sum = |teams: &[Mutex<Team>]| {
        let operations = |player: &Player| player.operations + player.busy + player.full;
        let of_team = |team: &Mutex<Team>| team.lock().players.iter().map(operations).sum::<u64>();
        teams.iter().map(of_team).sum::<u64>()
    };
    let (main, tick) = (sum(&MAIN), sum(&TICK));
    println!("{main} operations in main loops, {tick} in interrupts");
    assert!(main >= CORES as u64 * MAIN_OPERATIONS && tick >= CORES as u64 * TICK_OPERATIONS);
}

/// All players of one map.
fn each_player(map: usize, mut look: impl FnMut(&Player)) {
    for team in MAIN.iter().chain(&TICK) {
        look(&team.lock().players[map]);
    }
}

fn m7_every_value_is_accounted_for() {
    for (index, map) in MAPS.iter().enumerate() {
        each_player(index, |player| player.check(map));
        let accounts = MAIN.iter().chain(&TICK).map(|team| team.lock().players[index].accounts);
        player::check_accounts(map, accounts);
    }
}

fn n6_the_count_is_exact_when_idle() {
    for (index, map) in MAPS.iter().enumerate() {
        let common = (0..COMMON_KEYS as u64).filter(|&key| map.contains_key(key)).count();
        let mut expected = common + STAYING[index];
        each_player(index, |player| expected += player.own_entries());
        assert_eq!(
            (map.len(), map.tables().stats().entries, map.iter().count()),
            (expected, expected, expected)
        );
    }
}

/// How often the map refused: temporarily, and for lack of room.
fn refusals(map: usize) -> (u64, u64) {
    let (mut busy, mut full) = (0, 0);
    each_player(map, |player| {
        busy += player.busy;
        full += player.full;
    });
    (busy, full)
}

/// No home has more keys than it takes, in any run: seed and keys are constants. But a change is `Busy` while four
/// others at least, each stopped in the middle of its own, have reserved all that its home could use, which is rare.
fn never_full_within_capacity() {
    let (busy, full) = refusals(0);
    println!("{busy} times busy");
    assert!(full == 0 && busy < CORES as u64 * MAIN_OPERATIONS / 1_000);
}

fn a_crowded_map_refuses_and_bears_it() {
    let (busy, full) = refusals(1);
    println!("refused {full} times as full and {busy} times as busy");
    assert!(full > 0, "the map was never full");
    assert!(MAPS[1].tables().stats().fullest_home > 3, "no home overflows");
}
