//! QEMU's `virt` board with a GICv3: boot, exceptions, the other cores, the console and the exit.
//!
//! aarch64-rt enables the MMU, zeroes `.bss`, sets the stack and calls [`main`] in EL1. It also lets
//! EL1 use FP, on core 0 and on every core it starts; our code disables FP first of all on each. The
//! vectors it installs save the integer registers only, which is all that soft-float code has.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

use aarch64_cpu::asm::{barrier, wfi};
use aarch64_cpu::registers::{CPACR_EL1, DAIF, ESR_EL1, FAR_EL1, MPIDR_EL1};
use aarch64_cpu::registers::{ReadWriteable, Readable, Writeable};
use aarch64_rt::{
    ExceptionHandlers, InitialPagetable, RegisterStateRef, Stack, entry, exception_handlers,
    initial_pagetable, start_core,
};
use arm_pl011_uart::{PL011Registers, Uart, UniqueMmioPointer};
use qemu_exit::QEMUExit;
use spin::{LazyLock, Mutex};

use super::Exit;

mod timer;

pub(super) use timer::{arm_timer, disarm_timer};

/// The address of the board's first UART.
const UART_ADDRESS: *mut PL011Registers = 0x0900_0000 as _;

/// Where the runner loads the attachment, and where the board's memory (`-m 64M`) ends.
const ATTACHMENT_ADDRESS: usize = 0x4200_0000;
const MEMORY_END: usize = 0x4400_0000;

/// How many cores the runner gives the board (`-smp 4`).
pub(super) const CORES: usize = 4;

/// 4 KiB pages of a core's stack: 160 KiB.
const STACK_PAGES: usize = 40;

// Translation table descriptors (Arm ARM, D8.3): a valid block, its access flag set, not global;
// the attribute index selects device memory (0) or cached normal memory (1) of aarch64-rt's MAIR.
const BLOCK: usize = 1 | 1 << 10 | 1 << 11;
const NORMAL: usize = BLOCK | 1 << 2 | 0b11 << 8;
const DEVICE: usize = BLOCK | 1 << 54;

initial_pagetable!({
    let mut gibibytes = [0; 512];
    gibibytes[0] = DEVICE;
    gibibytes[1] = 0x4000_0000 | NORMAL;
    InitialPagetable(gibibytes)
});

exception_handlers!(Exceptions);
entry!(main, 40);

fn main(_: u64, _: u64, _: u64, _: u64) -> ! {
    trap_fp();
    enable_interrupts();
    super::bare::run_kernel()
}

/// Makes every FP and SIMD instruction of EL1 and EL0 an exception.
fn trap_fp() {
    CPACR_EL1.modify(CPACR_EL1::FPEN::TrapEl0El1);
    barrier::isb(barrier::SY);
}

fn enable_interrupts() {
    DAIF.modify(DAIF::I::Unmasked);
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    let before = DAIF.get();
    DAIF.modify(DAIF::I::Masked);
    let result = critical();
    DAIF.set(before);
    result
}

struct Exceptions;

impl ExceptionHandlers for Exceptions {
    extern "C" fn irq_current(state: RegisterStateRef) {
        timer::handle_interrupt(state.elr);
    }

    extern "C" fn sync_current(state: RegisterStateRef) {
        seize_console();
        if ESR_EL1.matches_all(ESR_EL1::EC::TrappedFP) {
            // If the kernel itself is built with FP, then so is the printing below.
            CPACR_EL1.modify(CPACR_EL1::FPEN::TrapNothing);
            barrier::isb(barrier::SY);
            crate::println!("FP trap at {:#x}", state.elr);
            exit(Exit::FloatTrap)
        }
        die(&state, "synchronous exception")
    }

    extern "C" fn fiq_current(state: RegisterStateRef) {
        die(&state, "FIQ")
    }

    extern "C" fn serror_current(state: RegisterStateRef) {
        die(&state, "SError")
    }
}

/// Says what happened and where, and ends the run.
fn die(state: &RegisterStateRef, what: &str) -> ! {
    seize_console();
    let (syndrome, address) = (ESR_EL1.get(), FAR_EL1.get());
    crate::println!("{what} at {:#x}: ESR {syndrome:#x}, FAR {address:#x}", state.elr);
    exit(Exit::Exception)
}

static CONSOLE: LazyLock<Mutex<Uart>> = LazyLock::new(|| {
    let registers = NonNull::new(UART_ADDRESS).expect("not null");
    // SAFETY: the address is the UART's, mapped as device memory, and nothing else refers to it.
    Mutex::new(Uart::new(unsafe { UniqueMmioPointer::new(registers) }))
});

pub(super) fn write_bytes(bytes: &[u8]) {
    let mut console = CONSOLE.lock();
    for &byte in bytes {
        console.write_word(byte);
    }
}

/// Breaks the console's lock: this core is about to report why the run ends, and may itself have
/// taken the lock.
pub(super) fn seize_console() {
    // SAFETY: if another core was printing, the two write to one FIFO, and the text is mixed.
    unsafe { CONSOLE.force_unlock() }
}

pub(super) fn exit(how: Exit) -> ! {
    qemu_exit::AArch64::new().exit(how as u32)
}

pub(super) fn execute_fp_instruction() {
    // SAFETY: were it not trapped, it would clear a register that this target never uses.
    unsafe { core::arch::asm!(".arch_extension fp", "fmov d0, xzr", options(nomem, nostack)) }
}

pub(super) fn attachment() -> &'static [u8] {
    let start = core::ptr::with_exposed_provenance::<u8>(ATTACHMENT_ADDRESS);
    // SAFETY: the address is memory, aligned, and outside the image (targets/aarch64/memory.ld).
    let len_bytes = unsafe { start.cast::<u64>().read() } as usize;
    assert!(len_bytes <= MEMORY_END - ATTACHMENT_ADDRESS - 8, "the attachment does not fit");
    let bytes = start.wrapping_add(8);
    // SAFETY: the assertion keeps it within memory, and nobody writes there.
    unsafe { core::slice::from_raw_parts(bytes, len_bytes) }
}

/// The stacks of cores 1 and up.
#[unsafe(link_section = ".stack.secondary")]
static mut STACKS: [Stack<STACK_PAGES>; CORES - 1] = [const { Stack::new() }; CORES - 1];

/// QEMU numbers the cores of this board from 0, all in one cluster.
pub(super) fn core() -> usize {
    MPIDR_EL1.read(MPIDR_EL1::Aff0) as usize
}

pub(super) fn on_every_core(body: fn(core: usize)) {
    /// How many of the other cores have returned from `body`.
    static RETURNED: AtomicUsize = AtomicUsize::new(0);

    let stacks = (&raw mut STACKS).cast::<Stack<STACK_PAGES>>();
    for core in 1..CORES {
        let stack = stacks.wrapping_add(core - 1);
        let run = move || {
            trap_fp();
            enable_interrupts();
            body(core);
            // Release: what this core wrote is visible to core 0 after its Acquire below.
            RETURNED.fetch_add(1, Ordering::Release);
            loop {
                wfi();
            }
        };
        // SAFETY: the stack is this core's alone; PSCI starts a core once, and refuses it after.
        unsafe { start_core::<smccc::Hvc, _, STACK_PAGES>(core as u64, stack, run) }
            .expect("PSCI starts the core");
    }
    body(0);
    // Acquire: pairs with each core's Release.
    while RETURNED.load(Ordering::Acquire) < CORES - 1 {
        core::hint::spin_loop();
    }
}
