//! QEMU's `q35` and `microvm` boards: boot, exceptions, the other cores, the console and the exit.
//!
//! `boot.S` brings each core from where the emulator leaves it to [`core_started`], with FP and SIMD
//! already trapped; `interrupts.rs` installs its tables; then core 0 runs the kernel and the others
//! wait for [`on_every_core`]. targets/README.md describes the boot as a whole.

use core::arch::{asm, global_asm};
use core::sync::atomic::{AtomicUsize, Ordering};

use ::x86_64::VirtAddr;
use ::x86_64::instructions::interrupts as interrupt_flag;
use ::x86_64::instructions::port::Port;
use ::x86_64::registers::model_specific::GsBase;
use qemu_exit::QEMUExit;
use spin::Mutex;

use super::Exit;

mod interrupts;
mod local_apic;

pub(super) use local_apic::{arm_timer, disarm_timer};

/// How many cores the runner gives the board (`-smp 4`).
pub(super) const CORES: usize = 4;

/// A core's stacks, in the 2 MiB that targets/x86_64/kernel.ld leaves below the image: an unmapped
/// page, then its ordinary stack, then the one on which it reports a fault.
const STACK_BYTES: usize = 256 * 1024;
const FAULT_STACK_BYTES: usize = 16 * 1024;
const _: () = assert!(CORES * STACK_BYTES <= 2 * 1024 * 1024);

/// Where `boot.S` copies the first instructions of the other cores: below 1 MiB, page-aligned.
const TRAMPOLINE_ADDRESS: u32 = 0x8000;

/// Where the board's memory (`-m 64M`) ends.
const MEMORY_END: usize = 0x400_0000;

/// The first serial port: the ports of its data and line-status registers.
const SERIAL_PORT: u16 = 0x3f8;
const SERIAL_DATA: u16 = SERIAL_PORT;
const SERIAL_LINE_STATUS: u16 = SERIAL_PORT + 5;
const SERIAL_CAN_SEND: u8 = 0x20;

/// The port of the device that ends the run (`-device isa-debug-exit,iobase=0xf4`).
const EXIT_PORT: u16 = 0xf4;

global_asm!(
    include_str!("x86_64/boot.S"),
    cores = const CORES,
    stack_bytes = const STACK_BYTES,
    fault_stack_bytes = const FAULT_STACK_BYTES,
    trampoline_address = const TRAMPOLINE_ADDRESS,
    options(att_syntax)
);

/// The function for the other cores; core 0 stores it before it starts them.
static BODY: Mutex<Option<fn(core: usize)>> = Mutex::new(None);

/// How many of the other cores have returned from it.
static RETURNED: AtomicUsize = AtomicUsize::new(0);

/// Called by `boot.S`, once on each core, with interrupts masked.
#[unsafe(export_name = "heptad_core_started")]
extern "sysv64" fn core_started(core: usize, fault_stack_end: usize) -> ! {
    interrupts::set_up_core(core, fault_stack_end);
    // Nothing uses the segment, so its base can store this core's number.
    GsBase::write(VirtAddr::new(core as u64));
    if core == 0 {
        interrupts::mask_legacy_controllers();
    }
    local_apic::enable();
    interrupt_flag::enable();
    if core == 0 {
        super::bare::run_kernel()
    }
    // Core 0 locks it only before it starts this core, and thus before this core has interrupts.
    let body = BODY.lock().expect("core 0 has set it");
    body(core);
    // Release: what this core wrote is visible to core 0 after its Acquire in `on_every_core`.
    RETURNED.fetch_add(1, Ordering::Release);
    loop {
        ::x86_64::instructions::hlt();
    }
}

pub(super) fn core() -> usize {
    GsBase::read().as_u64() as usize
}

pub(super) fn on_every_core(body: fn(core: usize)) {
    *BODY.lock() = Some(body);
    local_apic::start_others(TRAMPOLINE_ADDRESS);
    body(0);
    // Acquire: pairs with each core's Release.
    while RETURNED.load(Ordering::Acquire) < CORES - 1 {
        core::hint::spin_loop();
    }
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    interrupt_flag::without_interrupts(critical)
}

/// Locked while bytes go to the serial port, so that the bytes of one call stay together.
static CONSOLE: Mutex<()> = Mutex::new(());

pub(super) fn write_bytes(bytes: &[u8]) {
    let _held = CONSOLE.lock();
    let (mut data, mut line_status) =
        (Port::<u8>::new(SERIAL_DATA), Port::<u8>::new(SERIAL_LINE_STATUS));
    for &byte in bytes {
        // SAFETY: reading the line status changes nothing that matters here.
        while unsafe { line_status.read() } & SERIAL_CAN_SEND == 0 {}
        // SAFETY: the port sends the byte, and touches no memory.
        unsafe { data.write(byte) };
    }
}

/// Breaks the console's lock: this core is about to report why the run ends, and may itself have
/// taken the lock.
pub(super) fn seize_console() {
    // SAFETY: the lock guards no data. If another core was printing, the text is mixed.
    unsafe { CONSOLE.force_unlock() }
}

pub(super) fn exit(how: Exit) -> ! {
    const { assert!(Exit::Pass as u32 % 2 == 1) };
    // SAFETY: the runner gives the device this port.
    let device = unsafe { qemu_exit::X86::new(EXIT_PORT, Exit::Pass as u32) };
    // The emulator shifts the value left and adds 1: all of `Exit` is odd.
    device.exit(how as u32 >> 1)
}

pub(super) fn execute_fp_instruction() {
    // SAFETY: were it not trapped, it would clear a register that this target never uses.
    unsafe { asm!("xorps %xmm0, %xmm0", options(att_syntax, nomem, nostack)) }
}

pub(super) fn attachment() -> &'static [u8] {
    unsafe extern "C" {
        /// The address at which the runner loads the attachment (targets/x86_64/kernel.ld).
        #[link_name = "heptad_attachment"]
        static ATTACHMENT: u64;
    }
    let start = &raw const ATTACHMENT;
    // SAFETY: the linker script puts it at an aligned address, in memory and outside the image.
    let len_bytes = unsafe { start.read() } as usize;
    let bytes = start.wrapping_add(1).cast::<u8>();
    assert!(len_bytes <= MEMORY_END - bytes.addr(), "the attachment does not fit");
    // SAFETY: the assertion keeps it within memory, and nobody writes there.
    unsafe { core::slice::from_raw_parts(bytes, len_bytes) }
}
