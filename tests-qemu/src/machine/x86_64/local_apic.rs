//! Each core's own interrupt controller: its periodic timer, and the call to the other cores.
//!
//! The registers are at one address, where each core finds its own. QEMU's timer counts nanoseconds
//! on every processor.

use super::interrupts::{SPURIOUS_VECTOR, TIMER_VECTOR};

/// Their address on every x86_64 processor.
const REGISTERS: usize = 0xfee0_0000;

/// The registers used here, by their offset (Intel's manual, volume 3, "Local APIC Register Address
/// Map").
#[derive(Clone, Copy)]
enum Register {
    EndOfInterrupt = 0xb0,
    SpuriousVector = 0xf0,
    Command = 0x300,
    TimerVector = 0x320,
    InitialCount = 0x380,
    Divider = 0x3e0,
}

/// In [`Register::SpuriousVector`]: enables the controller.
const ENABLED: u32 = 1 << 8;

// In `Register::TimerVector`.
const MASKED: u32 = 1 << 16;
const PERIODIC: u32 = 1 << 17;

/// In [`Register::Divider`]: count at the full rate.
const DIVIDE_BY_ONE: u32 = 0b1011;
const COUNTS_PER_SECOND: u32 = 1_000_000_000;

// In `Register::Command`: what to send, to whom, and the trigger: an asserted edge.
const INIT: u32 = 0b101 << 8;
const START: u32 = 0b110 << 8;
const ASSERT: u32 = 1 << 14;
const ALL_BUT_SELF: u32 = 0b11 << 18;

fn address(register: Register) -> *mut u32 {
    core::ptr::with_exposed_provenance_mut(REGISTERS + register as usize)
}

fn write(register: Register, value: u32) {
    // SAFETY: `boot.S` maps the registers. What this file writes to them raises interrupts that
    // `interrupts.rs` has stubs for, and starts cores that `boot.S` has a path for.
    unsafe { address(register).write_volatile(value) }
}

fn read(register: Register) -> u32 {
    // SAFETY: `boot.S` maps the registers, and reading one of those named above changes nothing.
    unsafe { address(register).read_volatile() }
}

/// Lets this core's controller deliver interrupts.
pub(super) fn enable() {
    write(Register::TimerVector, MASKED);
    write(Register::Divider, DIVIDE_BY_ONE);
    write(Register::SpuriousVector, ENABLED | u32::from(SPURIOUS_VECTOR));
}

pub(in super::super) fn arm_timer(hertz: u32) {
    write(Register::TimerVector, PERIODIC | u32::from(TIMER_VECTOR));
    write(Register::InitialCount, COUNTS_PER_SECOND / hertz);
}

pub(in super::super) fn disarm_timer() {
    write(Register::TimerVector, MASKED);
}

/// Serves the timer's interrupt; `interrupted` is the address it will return to.
#[unsafe(export_name = "heptad_timer_interrupt")]
extern "sysv64" fn serve_timer(interrupted: usize) {
    // An interrupt that was already pending in the controller when the timer was stopped, because
    // this core masked interrupts, is still delivered; it no longer counts as a tick.
    if read(Register::TimerVector) & MASKED == 0 {
        super::super::tick(interrupted);
    }
    write(Register::EndOfInterrupt, 0);
}

/// Starts all other cores at `address`, below 1 MiB and page-aligned, in real mode.
pub(super) fn start_others(address: u32) {
    write(Register::Command, ALL_BUT_SELF | ASSERT | INIT);
    // The first start takes a core up to 10 ms: 50 million cycles at 5 GHz.
    let sent = time_stamp();
    while time_stamp() - sent < 50_000_000 {
        core::hint::spin_loop();
    }
    write(Register::Command, ALL_BUT_SELF | ASSERT | START | address >> 12);
}

fn time_stamp() -> u64 {
    // SAFETY: every x86_64 processor has the counter, and ring 0 may always read it.
    unsafe { core::arch::x86_64::_rdtsc() }
}
