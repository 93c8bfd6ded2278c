//! A signal handler runs every operation of a lock-free map in the middle of every operation, and is
//! itself interrupted by another that does the same.
//!
//! What a signal is for a thread, an interrupt is for a core: the interrupted operation stands still,
//! at any of its instructions, until the handler has returned.
#![cfg(all(unix, not(miri)))]
#![allow(unreachable_pub, reason = "the kernels' library exports the same source")]

#[allow(dead_code, reason = "players through rebuilds are the kernels' and other tests'")]
#[path = "support/player.rs"]
mod player;
#[path = "support/set_on_drop.rs"]
mod set_on_drop;

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use heptad::{
    layout::{LINE_BYTES, Line},
    lockfree::arena_layout,
    storage::Region,
};
use player::{COMMON_KEYS, KINDS, OWN_KEYS, Player, Shared, check_accounts};
use set_on_drop::SetOnDrop;

/// The thread itself, its first handler, and the handler that interrupts either.
const LEVELS: usize = 3;
/// Each is sent by a thread of its own: the first as fast as it can, the second after a pause, so that
/// it comes at any moment and not where the first one does.
const SIGNALS: [(c_int, Duration); LEVELS - 1] =
    [(libc::SIGUSR1, Duration::ZERO), (libc::SIGUSR2, Duration::from_micros(20))];

static MAP: Shared<'static> = Shared::unplaced();

/// One per level. A level's lock is taken by that level alone, and it cannot interrupt itself.
static PLAYERS: [spin::Mutex<Player>; LEVELS] = [
    spin::Mutex::new(Player::new(0)),
    spin::Mutex::new(Player::new(1)),
    spin::Mutex::new(Player::new(2)),
];

/// The kind of operation that each level is in the middle of, and [`KINDS`] for none. Relaxed here and
/// below: read by the thread that writes, or for a figure.
static UNDER_WAY: [AtomicUsize; LEVELS] = [const { AtomicUsize::new(KINDS) }; LEVELS];

/// How often an operation of one kind ran in the middle of one of another.
static MET: [[AtomicU64; KINDS]; KINDS] = [const { [const { AtomicU64::new(0) }; KINDS] }; KINDS];

/// Operations that ran in the middle of two others.
static NESTED: AtomicU64 = AtomicU64::new(0);

/// So many of the latter are enough.
const ENOUGH: u64 = 3;

/// Signals meet all operations within a second, or much later on a machine that does much else; where they never do,
/// this ends the test.
const PATIENCE: Duration = Duration::from_secs(600);

/// Makes an operation of that kind, and another of any kind with it.
fn play(level: usize, kind: usize) {
    let mut player = PLAYERS[level].lock();
    UNDER_WAY[level].store(kind, Relaxed);
    player.play_kind(&MAP, kind);
    UNDER_WAY[level].store(KINDS, Relaxed);
    player.play(&MAP);
}

extern "C" fn on_signal(signal: c_int) {
    static NEXT: [AtomicUsize; LEVELS] = [const { AtomicUsize::new(0) }; LEVELS];

    let level = if signal == SIGNALS[0].0 { 1 } else { 2 };
    let kind = NEXT[level].fetch_add(1, Relaxed) % KINDS;
    let interrupted = UNDER_WAY[..level].iter().rev().map(|kind| kind.load(Relaxed));
    let mut interrupted = interrupted.filter(|&kind| kind < KINDS);
    if let Some(innermost) = interrupted.next() {
        MET[innermost][kind].fetch_add(1, Relaxed);
        NESTED.fetch_add(u64::from(interrupted.next().is_some()), Relaxed);
    }
    play(level, kind);
}

/// Each of the two signals interrupts the handler of the other, but not its own.
fn handle_signals() {
    let handler: extern "C" fn(c_int) = on_signal;
    for (signal, _) in SIGNALS {
        // SAFETY: all zeros is a value of this C structure: no flags, an empty mask.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART;
        // SAFETY: the handler has the signature for flags without SA_SIGINFO, and calls only what may
        // be called anywhere: that is what is tested.
        assert_eq!(unsafe { libc::sigaction(signal, &action, ptr::null_mut()) }, 0);
    }
}

/// Pairs of kinds that have not met.
fn missing_pairs() -> Vec<(usize, usize)> {
    let pairs = (0..KINDS).flat_map(|outer| (0..KINDS).map(move |inner| (outer, inner)));
    pairs.filter(|&(outer, inner)| MET[outer][inner].load(Relaxed) == 0).collect()
}

#[test]
fn every_operation_runs_in_the_middle_of_every_operation() {
    let capacity = LEVELS * OWN_KEYS + COMMON_KEYS;
    let lines = vec![Line::EMPTY; arena_layout(capacity).unwrap().size() / LINE_BYTES].leak();
    MAP.tables().place(Region::from_lines(lines).unwrap(), 7).unwrap();
    handle_signals();

    let is_over = AtomicBool::new(false);
    // As a number: musl's is a pointer, which may not cross to the threads below.
    // SAFETY: reads this thread's own.
    let this_thread = unsafe { libc::pthread_self() } as usize;
    thread::scope(|scope| {
        let over = SetOnDrop(&is_over);
        for (signal, pause) in SIGNALS {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Relaxed) {
                    // SAFETY: the thread is there until this scope ends, and handles the signal.
                    unsafe { libc::pthread_kill(this_thread as libc::pthread_t, signal) };
                    if pause > Duration::ZERO {
                        thread::sleep(pause);
                    }
                }
            });
        }
        let deadline = Instant::now() + PATIENCE;
        while !(missing_pairs().is_empty() && NESTED.load(Relaxed) >= ENOUGH)
            && Instant::now() < deadline
        {
            for kind in (0..KINDS).cycle().take(50 * KINDS) {
                play(0, kind);
            }
        }
        drop(over);
    });

    let met: u64 = MET.iter().flatten().map(|met| met.load(Relaxed)).sum();
    println!("{met} operations in the middle of others, {} nested twice", NESTED.load(Relaxed));
    assert_eq!(missing_pairs(), [], "these never met");
    assert!(NESTED.load(Relaxed) >= ENOUGH, "handlers were not interrupted");
    for player in &PLAYERS {
        let player = player.lock();
        player.check(&MAP);
        assert_eq!(player.full, 0, "a map within its capacity was full");
    }
    check_accounts(&MAP, PLAYERS.iter().map(|player| player.lock().accounts));
}
