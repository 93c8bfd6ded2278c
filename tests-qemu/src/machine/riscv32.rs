//! QEMU's `virt` board with a 32-bit RISC-V core: boot, exceptions, the core-local timer.
//!
//! riscv-rt initialises memory, installs its trap handler and calls [`main`] in machine mode. It leaves the
//! FP unit as the reset does, switched off, so an FP instruction is an illegal instruction.

use core::ptr;

use riscv::interrupt::Interrupt;
use riscv::register::{mcause, mepc, mie, mstatus, mtval};
use riscv_rt::{TrapFrame, core_interrupt, entry};
use spin::Mutex;

use super::Exit;
pub(super) use super::one_core::*;

/// Registers of the board's CLINT. Each is a 64-bit word that is accessed in halves.
const COMPARE: *mut u32 = ptr::without_provenance_mut(0x0200_4000);
const TIME: *mut u32 = ptr::without_provenance_mut(0x0200_bff8);
/// The clock of [`TIME`].
const CLOCK_HERTZ: u32 = 10_000_000;

/// The code of an illegal instruction.
const ILLEGAL_INSTRUCTION: usize = 2;
/// Major opcodes of FP: loads, stores, four kinds of multiply-add, and the rest.
const FP_OPCODES: [usize; 7] = [0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53];

/// Clock ticks between two interrupts. Locked while the timer is off, and in its interrupt.
static PERIOD: Mutex<u32> = Mutex::new(0);

#[entry]
fn main() -> ! {
    // SAFETY: this target uses no FP register.
    unsafe { mstatus::set_fs(mstatus::FS::Off) };
    // SAFETY: the handler below is installed, and no source is enabled yet.
    unsafe { riscv::interrupt::enable() };
    super::bare::run_kernel()
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    riscv::interrupt::free(critical)
}

pub(super) fn arm_timer(hertz: u32) {
    *PERIOD.lock() = CLOCK_HERTZ / hertz;
    set_due(time() + u64::from(CLOCK_HERTZ / hertz));
    // SAFETY: the handler below serves it.
    unsafe { mie::set_mtimer() };
}

pub(super) fn disarm_timer() {
    // SAFETY: nothing waits for the interrupt.
    unsafe { mie::clear_mtimer() };
}

fn time() -> u64 {
    loop {
        let [high, low, high_after] = [1, 0, 1].map(|half| {
            // SAFETY: a register of the board.
            unsafe { TIME.wrapping_add(half).read_volatile() }
        });
        if high == high_after {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// Sets the time of the next interrupt.
fn set_due(time: u64) {
    // The high half is at its maximum meanwhile, so no interrupt comes in between.
    for (half, word) in [(1, u32::MAX), (0, time as u32), (1, (time >> 32) as u32)] {
        // SAFETY: a register of the board.
        unsafe { COMPARE.wrapping_add(half).write_volatile(word) };
    }
}

#[core_interrupt(Interrupt::MachineTimer)]
fn machine_timer() {
    set_due(time() + u64::from(*PERIOD.lock()));
    super::tick(mepc::read());
}

#[unsafe(export_name = "ExceptionHandler")]
extern "C" fn on_exception(_: &TrapFrame) -> ! {
    let (address, code, value) = (mepc::read(), mcause::read().code(), mtval::read());
    if code == ILLEGAL_INSTRUCTION && FP_OPCODES.contains(&(value & 0x7f)) {
        crate::println!("FP trap at {address:#x}");
        exit(Exit::FloatTrap)
    }
    crate::println!("exception {code} at {address:#x}: mtval {value:#x}");
    exit(Exit::Exception)
}

pub(super) fn execute_fp_instruction() {
    // `fmv.w.x ft0, zero`, which the assembler does not know for a target without FP.
    // SAFETY: were it not trapped, it would write a register that this target never uses.
    unsafe { core::arch::asm!(".4byte 0xf0000053", options(nomem, nostack)) }
}
