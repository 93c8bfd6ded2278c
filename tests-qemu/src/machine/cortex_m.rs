//! QEMU's `mps2-an386` board, a Cortex-M4: boot, exceptions, SysTick.
//!
//! cortex-m-rt fills the vector table, initialises memory and calls [`main`]. It leaves the FPU as the reset
//! does, switched off, so an FP instruction is a usage fault, which escalates to a hard fault.

use core::arch::global_asm;
use core::ptr;

use cortex_m::Peripherals;
use cortex_m::peripheral::{SCB, SYST, syst::SystClkSource};
use cortex_m_rt::{ExceptionFrame, entry, exception};
use spin::Mutex;

use super::Exit;
pub(super) use super::one_core::*;

/// The board's clock, from which SysTick counts.
const CLOCK_HERTZ: u32 = 25_000_000;

/// The Configurable Fault Status Register, which Armv6-M does not have but this processor does.
const FAULT_STATUS: *const u32 = ptr::without_provenance(0xe000_ed28);
/// One of its bits: an instruction for a disabled coprocessor.
const NO_COPROCESSOR: u32 = 1 << 19;

static TIMER: Mutex<Option<SYST>> = Mutex::new(None);

#[entry]
fn main() -> ! {
    *TIMER.lock() = Peripherals::take().map(|peripherals| peripherals.SYST);
    super::bare::run_kernel()
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    cortex_m::interrupt::free(|_| critical())
}

pub(super) fn arm_timer(hertz: u32) {
    let mut timer = TIMER.lock();
    let timer = timer.as_mut().expect("`main` took it");
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CLOCK_HERTZ / hertz - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

pub(super) fn disarm_timer() {
    let mut timer = TIMER.lock();
    let timer = timer.as_mut().expect("`main` took it");
    timer.disable_counter();
    timer.disable_interrupt();
    // It may have become pending while interrupts were masked.
    SCB::clear_pendst();
}

// The processor has pushed eight registers; the seventh is the address to return to. `on_tick` returns from
// the exception, by the value in `lr`.
global_asm!(
    ".globl SysTick",
    ".type SysTick, %function",
    ".thumb_func",
    "SysTick: mrs r0, msp",
    "ldr r0, [r0, #24]",
    "ldr r1, ={on_tick}",
    "bx r1",
    ".ltorg",
    on_tick = sym on_tick,
);

extern "C" fn on_tick(interrupted: usize) {
    super::tick(interrupted);
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    // SAFETY: a register of the processor.
    let status = unsafe { FAULT_STATUS.read_volatile() };
    if status & NO_COPROCESSOR != 0 {
        crate::println!("FP trap at {:#x}", frame.pc());
        exit(Exit::FloatTrap)
    }
    crate::println!("hard fault at {:#x}: CFSR {status:#x}", frame.pc());
    exit(Exit::Exception)
}

#[exception]
unsafe fn DefaultHandler(number: i16) {
    crate::println!("exception {number}");
    exit(Exit::Exception)
}

pub(super) fn execute_fp_instruction() {
    // `vmov s0, r0`, which the assembler does not know for a target without FP.
    // SAFETY: were it not trapped, it would write a register that this target never uses.
    unsafe { core::arch::asm!(".inst.w 0xee000a10", options(nomem, nostack)) }
}
