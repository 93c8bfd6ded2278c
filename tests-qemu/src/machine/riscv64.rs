//! QEMU's `virt` board with 64-bit RISC-V cores under OpenSBI: boot, exceptions, the other cores, the console
//! and the exit. All of it runs in supervisor mode, without paging.
//!
//! OpenSBI picks the core that boots; that core has the number 0 here. `boot.S` gives each core its stack, and its
//! number in `tp`, which code without thread-local variables never changes. FP is off before any Rust code runs, so
//! an FP instruction is an illegal one.

use core::arch::global_asm;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use qemu_exit::QEMUExit;
use riscv::register::{scause, sepc, sie, sip, sstatus, stval, time};
use spin::Mutex;

use super::Exit;

/// How many cores the runner gives the board (`-smp 4`).
pub(super) const CORES: usize = 4;

/// Bytes of a core's stack: a power of two.
const STACK_BYTES: usize = 256 * 1024;
const _: () = assert!(STACK_BYTES.is_power_of_two());

/// The board's first UART, a 16550: the addresses of its data and line-status registers.
const UART_DATA: *mut u8 = ptr::without_provenance_mut(0x1000_0000);
const UART_LINE_STATUS: *mut u8 = ptr::without_provenance_mut(0x1000_0005);
const UART_CAN_SEND: u8 = 0x20;

/// The device that ends the run.
const TEST_DEVICE_ADDRESS: u64 = 0x10_0000;

/// The end of the memory (`-m 64M`) that the attachment may use: the device tree follows.
const ATTACHMENT_END: usize = 0x83e0_0000;

/// The clock of the `time` register.
const CLOCK_HERTZ: u64 = 10_000_000;

/// Causes of traps.
const TIMER_INTERRUPT: usize = 5;
const ILLEGAL_INSTRUCTION: usize = 2;
/// Major opcodes of FP: loads, stores, four kinds of multiply-add, and the rest.
const FP_OPCODES: [usize; 7] = [0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53];

global_asm!(
    include_str!("riscv64/boot.S"),
    cores = const CORES,
    stack_shift = const STACK_BYTES.ilog2(),
    fp_and_vectors = const 3 << 13 | 3 << 9,
);

/// Clock ticks between two interrupts of each core. Relaxed everywhere: a core reads what it wrote itself.
static PERIODS: [AtomicUsize; CORES] = [const { AtomicUsize::new(0) }; CORES];

/// The function for the other cores; core 0 stores it before it wakes them.
static BODY: Mutex<Option<fn(core: usize)>> = Mutex::new(None);

/// How many of the other cores have returned from it.
static RETURNED: AtomicUsize = AtomicUsize::new(0);

/// The board's numbers of all cores except 0, as bits. Relaxed everywhere: only core 0 uses it.
static OTHER_HARTS: AtomicUsize = AtomicUsize::new(0);

/// Called by `boot.S`, once on each core, with interrupts masked.
#[unsafe(export_name = "heptad_core_started")]
extern "C" fn core_started(hart: usize, core: usize) -> ! {
    if core == 0 {
        start_others(hart);
        // SAFETY: `boot.S` has set the trap handler, and no source is enabled yet.
        unsafe { riscv::interrupt::enable() };
        super::bare::run_kernel()
    }
    let body = wait_for_body();
    // SAFETY: as above.
    unsafe { riscv::interrupt::enable() };
    body(core);
    // Release: what this core wrote is visible to core 0 after its Acquire in `on_every_core`.
    RETURNED.fetch_add(1, Ordering::Release);
    loop {
        riscv::asm::wfi();
    }
}

/// Starts the other cores. They wait in [`wait_for_body`], because OpenSBI's own waiting keeps a core busy.
fn start_others(boot_hart: usize) {
    unsafe extern "C" {
        /// OpenSBI starts a core here, with its number as the argument.
        #[link_name = "heptad_start_core"]
        safe fn start_core();
    }
    let others = (0..CORES).filter(|&hart| hart != boot_hart);
    OTHER_HARTS.store(others.clone().map(|hart| 1 << hart).sum(), Ordering::Relaxed);
    for (hart, core) in others.zip(1..) {
        // Refused while the core is still entering OpenSBI.
        while sbi_rt::hart_start(hart, start_core as *const () as usize, core).is_err() {
            ::core::hint::spin_loop();
        }
    }
}

/// Waits until core 0 has stored a function for this core, and returns it. Interrupts are masked: one from core 0
/// only ends a wait.
fn wait_for_body() -> fn(core: usize) {
    // SAFETY: interrupts are masked.
    unsafe { sie::set_ssoft() };
    let body = loop {
        if let Some(body) = *BODY.lock() {
            break body;
        }
        riscv::asm::wfi();
    };
    // SAFETY: nothing waits for the interrupt.
    unsafe { sie::clear_ssoft() };
    // SAFETY: as above.
    unsafe { sip::clear_ssoft() };
    body
}

pub(super) fn core() -> usize {
    let core;
    // SAFETY: reads a register.
    unsafe { core::arch::asm!("mv {core}, tp", core = out(reg) core, options(nomem, nostack)) };
    core
}

pub(super) fn on_every_core(body: fn(core: usize)) {
    *BODY.lock() = Some(body);
    let others = sbi_rt::HartMask::from_mask_base(OTHER_HARTS.load(Ordering::Relaxed), 0);
    assert!(sbi_rt::send_ipi(others).is_ok(), "OpenSBI interrupts the other cores");
    body(0);
    // Acquire: pairs with each core's Release.
    while RETURNED.load(Ordering::Acquire) < CORES - 1 {
        core::hint::spin_loop();
    }
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    riscv::interrupt::free(critical)
}

pub(super) fn arm_timer(hertz: u32) {
    let period = CLOCK_HERTZ / u64::from(hertz);
    PERIODS[core()].store(period as usize, Ordering::Relaxed);
    sbi_rt::set_timer(time::read64() + period);
    // SAFETY: `on_trap` serves it.
    unsafe { sie::set_stimer() };
}

pub(super) fn disarm_timer() {
    // SAFETY: nothing waits for the interrupt.
    unsafe { sie::clear_stimer() };
    sbi_rt::set_timer(u64::MAX);
}

/// Called by `boot.S` for a trap, with interrupts masked and the registers saved.
#[unsafe(export_name = "heptad_trap")]
extern "C" fn on_trap() {
    let (cause, address) = (scause::read(), sepc::read());
    if cause.is_interrupt() && cause.code() == TIMER_INTERRUPT {
        let period = PERIODS[core()].load(Ordering::Relaxed);
        sbi_rt::set_timer(time::read64() + period as u64);
        return super::tick(address);
    }
    seize_console();
    let value = stval::read();
    if cause.is_exception() && cause.code() == ILLEGAL_INSTRUCTION && is_fp(value) {
        crate::println!("FP trap at {address:#x}");
        exit(Exit::FloatTrap)
    }
    crate::println!("trap {:#x} at {address:#x}: stval {value:#x}", cause.bits());
    exit(Exit::Exception)
}

/// Is this an FP instruction while FP is off?
fn is_fp(instruction: usize) -> bool {
    sstatus::read().fs() == sstatus::FS::Off && FP_OPCODES.contains(&(instruction & 0x7f))
}

/// Locked while bytes go to the UART, so that the bytes of one call stay together.
static CONSOLE: Mutex<()> = Mutex::new(());

pub(super) fn write_bytes(bytes: &[u8]) {
    let _held = CONSOLE.lock();
    for &byte in bytes {
        // SAFETY: reading the line status changes nothing that matters here.
        while unsafe { UART_LINE_STATUS.read_volatile() } & UART_CAN_SEND == 0 {}
        // SAFETY: the device sends the byte, and touches no memory.
        unsafe { UART_DATA.write_volatile(byte) };
    }
}

/// Breaks the console's lock: this core is about to report why the run ends, and may itself have taken the lock.
pub(super) fn seize_console() {
    // SAFETY: the lock guards no data. If another core was printing, the text is mixed.
    unsafe { CONSOLE.force_unlock() }
}

pub(super) fn exit(how: Exit) -> ! {
    // SAFETY: the device is there.
    unsafe { qemu_exit::RISCV64::new(TEST_DEVICE_ADDRESS) }.exit(how as u32)
}

pub(super) fn execute_fp_instruction() {
    // `fmv.w.x ft0, zero`, which the assembler does not know for a target without FP.
    // SAFETY: were it not trapped, it would write a register that this target never uses.
    unsafe { core::arch::asm!(".4byte 0xf0000053", options(nomem, nostack)) }
}

pub(super) fn attachment() -> &'static [u8] {
    unsafe extern "C" {
        /// The address at which the runner loads the attachment (targets/riscv64/kernel.ld).
        #[link_name = "heptad_attachment"]
        static ATTACHMENT: u64;
    }
    let start = &raw const ATTACHMENT;
    // SAFETY: the linker script puts it at an aligned address, in memory and outside the image.
    let len_bytes = unsafe { start.read() } as usize;
    let bytes = start.wrapping_add(1).cast::<u8>();
    assert!(len_bytes <= ATTACHMENT_END - bytes.addr(), "the attachment does not fit");
    // SAFETY: the assertion keeps it within memory, and nobody writes there.
    unsafe { core::slice::from_raw_parts(bytes, len_bytes) }
}
