#![cfg_attr(target_os = "none", no_std, no_main)]
//! The machine keeps what `machine/mod.rs` promises: ticks come, and only where they may; every core
//! runs.
//!
//! The other kernels depend on this: with a timer that never ticks each of them would pass.

use portable_atomic::{AtomicUsize, Ordering::Relaxed};
use tests_qemu::machine::{self, CORES};
use tests_qemu::support::Case;
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[&[
    Case { name: "ticks_come_and_tell_where", run: ticks_come_and_tell_where },
    Case { name: "masked_code_sees_no_tick", run: masked_code_sees_no_tick },
    Case { name: "a_stopped_timer_is_silent", run: a_stopped_timer_is_silent },
    Case { name: "stopped_while_masked_never_ticks", run: stopped_while_masked_never_ticks },
    Case {
        name: "interrupted_code_keeps_its_registers",
        run: interrupted_code_keeps_its_registers,
    },
    Case { name: "every_core_runs_once_and_ticks", run: every_core_runs_once_and_ticks },
    Case { name: "nothing_is_attached", run: nothing_is_attached },
]];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}

const HERTZ: u32 = 1000;

// Relaxed everywhere: a tick interrupts the one core that reads these.
static TICKS: AtomicUsize = AtomicUsize::new(0);
static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);

fn count_tick(interrupted: usize) {
    TICKS.fetch_add(1, Relaxed);
    INTERRUPTED.store(interrupted, Relaxed);
}

fn wait_for_ticks(ticks: usize) {
    let target = TICKS.load(Relaxed) + ticks;
    while TICKS.load(Relaxed) < target {
        core::hint::spin_loop();
    }
}

/// Spins for many periods of the timer, on every machine that runs this.
fn spin_long() {
    for turn in 0..20_000_000 {
        core::hint::black_box(turn);
    }
}

fn ticks_come_and_tell_where() {
    machine::start_timer(HERTZ, count_tick);
    wait_for_ticks(20);
    let interrupted = INTERRUPTED.load(Relaxed);
    machine::stop_timer();
    let here = wait_for_ticks as *const () as usize;
    assert!(interrupted.abs_diff(here) < 1 << 20, "{interrupted:#x} is not near {here:#x}");
}

fn masked_code_sees_no_tick() {
    machine::start_timer(HERTZ, count_tick);
    wait_for_ticks(1);
    let (before, after) = machine::without_interrupts(|| {
        let before = TICKS.load(Relaxed);
        spin_long();
        (before, TICKS.load(Relaxed))
    });
    wait_for_ticks(1);
    machine::stop_timer();
    assert_eq!(before, after);
}

fn a_stopped_timer_is_silent() {
    machine::start_timer(HERTZ, count_tick);
    wait_for_ticks(1);
    machine::stop_timer();
    let before = TICKS.load(Relaxed);
    spin_long();
    assert_eq!(before, TICKS.load(Relaxed));
}

/// A tick that was due while interrupts were masked, and whose timer was stopped before they were
/// unmasked, does not come late.
fn stopped_while_masked_never_ticks() {
    let before = TICKS.load(Relaxed);
    machine::without_interrupts(|| {
        machine::start_timer(HERTZ, count_tick);
        spin_long();
        machine::stop_timer();
    });
    spin_long();
    assert_eq!(before, TICKS.load(Relaxed));
}

/// More values than a processor has registers, each depending on the others, come out the same with
/// and without ticks in between.
fn interrupted_code_keeps_its_registers() {
    let undisturbed = mix_many_values();
    machine::start_timer(HERTZ, count_tick);
    wait_for_ticks(1);
    let ticks_before = TICKS.load(Relaxed);
    let disturbed = mix_many_values();
    let ticks = TICKS.load(Relaxed) - ticks_before;
    machine::stop_timer();
    assert_eq!(undisturbed, disturbed);
    assert!(ticks > 5, "only {ticks} ticks came in between");
}

fn mix_many_values() -> [u64; 28] {
    let mut values: [u64; 28] = core::array::from_fn(|index| index as u64);
    for round in 0..3_000_000 {
        let mut carried = round;
        for value in &mut values {
            carried ^= value.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
            *value = carried;
        }
    }
    values
}

fn every_core_runs_once_and_ticks() {
    /// One byte per core.
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    /// Ticks of each core, counted by itself.
    static CORE_TICKS: [AtomicUsize; CORES] = [const { AtomicUsize::new(0) }; CORES];

    machine::on_every_core(|core| {
        RUNS.fetch_add(1 << (8 * core), Relaxed);
        assert_eq!(core, machine::core());
        machine::start_timer(HERTZ, |_| {
            CORE_TICKS[machine::core()].fetch_add(1, Relaxed);
        });
        while CORE_TICKS[core].load(Relaxed) < 20 {
            core::hint::spin_loop();
        }
        machine::stop_timer();
        let before = CORE_TICKS[core].load(Relaxed);
        spin_long();
        assert_eq!(before, CORE_TICKS[core].load(Relaxed), "core {core} still ticks");
    });
    assert_eq!(RUNS.load(Relaxed), 0x0101_0101 & ((1 << (8 * CORES)) - 1));
}

fn nothing_is_attached() {
    assert!(machine::attachment().is_empty());
}
