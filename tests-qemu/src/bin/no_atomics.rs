#![cfg_attr(target_os = "none", no_std, no_main)]
//! What a processor without 64-bit atomics gets if it requests the lock-free map nevertheless: right answers in
//! the main loop, and a constant that says what is lost.
//!
//! The timer ticks meanwhile, and does not touch the map: without critical sections an interrupt that uses it
//! may wait for ever. With them it may use the map: then the kernels `shared_map` and `rebuild` run as well.

use heptad::lockfree::{IS_LOCK_FREE, arena_lines};
use heptad::storage::StaticLines;
use portable_atomic::{AtomicUsize, Ordering::Relaxed};
use tests_qemu::machine::{start_timer, stop_timer};
use tests_qemu::player::{self, COMMON_KEYS, OWN_KEYS, Player, Shared};
use tests_qemu::support::Case;
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[&[
    Case { name: "the_map_says_whether_it_is_lock_free", run: says_whether_it_is_lock_free },
    Case { name: "the_main_loop_gets_right_answers", run: the_main_loop_gets_right_answers },
]];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}

/// Among the machines that kernels boot on, the 32-bit ones have no 64-bit atomics.
fn says_whether_it_is_lock_free() {
    assert_eq!(IS_LOCK_FREE, cfg!(target_pointer_width = "64"));
}

const HERTZ: u32 = 1000;
const OPERATIONS: u64 = 20_000;

fn the_main_loop_gets_right_answers() {
    static LINES: StaticLines<{ arena_lines(2 * OWN_KEYS + COMMON_KEYS) }> = StaticLines::new();
    // Relaxed: counted by the tick, and read by the core that it interrupts.
    static TICKS: AtomicUsize = AtomicUsize::new(0);

    let lines = LINES.take().expect("not taken before");
    let map = Shared::<'_>::new_in(lines, 7).expect("it has lines");
    let mut players = [Player::new(0), Player::new(1)];
    start_timer(HERTZ, |_| {
        // A load and a store suffice: the core has no other tick.
        TICKS.store(TICKS.load(Relaxed) + 1, Relaxed);
    });
    while players[0].operations < OPERATIONS || TICKS.load(Relaxed) < 20 {
        players.iter_mut().for_each(|player| player.play(&map));
    }
    stop_timer();
    for player in &players {
        assert_eq!((player.busy, player.full), (0, 0));
        player.check(&map);
    }
    player::check_accounts(&map, players.iter().map(|player| player.accounts));
    let common = (0..COMMON_KEYS as u64).filter(|&key| map.contains_key(key)).count();
    let own: usize = players.iter().map(Player::own_entries).sum();
    assert_eq!((map.len(), map.iter().count()), (common + own, common + own));
}
