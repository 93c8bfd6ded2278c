#![cfg_attr(target_os = "none", no_std, no_main)]
//! A sampling profiler for a bare-metal kernel of several cores: every table in it is heptad's.
//!
//! ```text
//!  linked kernel --xtask--> list of its functions --loaded beside it--> symbols.rs
//!                                                            name  -> function   swiss::Table
//!                                                            block -> function   swiss::Map
//!  workload.rs, on every core, on and on: words (swiss::Table), churn (swiss::Set), sorting,
//!       ^                                 formatting, checksums
//!       | timer interrupts, 1000 times a second on each core
//!  profile.rs:                                            address -> samples     lockfree::Map
//!       | core 0 reads it meanwhile
//!       v after the last sample
//!  report.rs: the hottest functions,                     function -> samples     swiss::Map
//!             and how large all these tables are
//! ```
//!
//! No allocator is linked: the tables live in one arena. The samples of all cores go into one map,
//! from interrupts that come anywhere; the other tables have one owner each. On the host the same
//! source is a program, its cores are threads, and `SIGPROF` is the timer.

mod arena;
mod profile;
mod report;
mod symbols;
mod workload;

use arena::Arena;
use spin::{Mutex, Once};
use symbols::Symbols;
use tests_qemu::machine::{self, CORES, Exit};
use tests_qemu::{kernel, println};
use workload::Workload;

/// Seed of every hash here: a constant, so that two runs differ in their interrupts alone.
const SEED: u64 = 0x6865_7074_6164;

/// Interrupts a second on each core, and the number of samples in a profile.
const HERTZ: u32 = 1000;
const SAMPLES: u64 = 4000;
/// Core 0 reads the profile each time this many samples have been added.
const LOOK: u64 = 1000;

static ARENA: Mutex<Option<Arena>> = Mutex::new(None);
static SYMBOLS: Once<Symbols> = Once::new();
/// What each core worked on, stored when it is done.
static WORKLOADS: [Mutex<Option<Workload<'static>>>; CORES] = [const { Mutex::new(None) }; CORES];

kernel!(demo);

fn demo() {
    let mut arena = Arena::take_all();
    let known = ("demo::demo", demo as *const () as u64);
    let symbols = SYMBOLS.call_once(|| Symbols::load(machine::attachment(), known, &mut arena));
    symbols.check();
    // One function of ours and one of core's, far from each other: the list has both at their
    // addresses.
    for (name, code) in [
        ("demo::profile::on_tick", profile::on_tick as *const ()),
        ("core::str::converts::from_utf8", core::str::from_utf8 as *const ()),
    ] {
        let found = symbols.function_at(code as u64).map(|function| symbols.name(function));
        assert_eq!(found, Some(name), "the list is of another program");
    }
    println!("{} functions, each found by name and by address", symbols.len());

    profile::set_up(&mut arena);
    *ARENA.lock() = Some(arena);
    machine::on_every_core(work);

    for (core, workload) in WORKLOADS.iter().enumerate() {
        let workload = workload.lock();
        let workload = workload.as_ref().expect("every core has worked");
        workload.check();
        println!(
            "core {core}: {} samples, {} rounds of work, {} words read",
            profile::samples_of(core),
            workload.rounds,
            workload.words_read
        );
    }
    let mut arena = ARENA.lock().take().expect("it was put there");
    report::print_hottest(symbols, &mut arena);
    report::print_tables(symbols, WORKLOADS[0].lock().as_ref().expect("core 0 has worked"));
    machine::exit(Exit::Pass)
}

/// Runs on every core: works until all cores together have taken enough samples.
fn work(core: usize) {
    let symbols = SYMBOLS.get().expect("core 0 has loaded them");
    let mut workload =
        Workload::new(symbols, ARENA.lock().as_mut().expect("core 0 has put it there"));
    let mut next_look = LOOK;
    machine::start_timer(HERTZ, profile::on_tick);
    while profile::samples() < SAMPLES {
        workload.run_round();
        if core == 0 && profile::samples() >= next_look {
            report::print_hottest_so_far(symbols);
            next_look += LOOK;
        }
    }
    machine::stop_timer();
    *WORKLOADS[core].lock() = Some(workload);
}
