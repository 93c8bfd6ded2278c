//! The machine interface: everything that a kernel may use of the machine it runs on.
//!
//! A kernel of `src/bin` is one source for all machines: QEMU's AArch64 and RISC-V `virt`, QEMU's x86_64 `q35`, two
//! boards without 64-bit atomics, and the host, where it is an ordinary program. It uses the functions of this file
//! only; the block below is the one place that chooses a machine.
//!
//! # What a machine promises
//!
//! | item | promise |
//! |---|---|
//! | boot | calls [`run_kernel`] once, on core 0, with interrupts unmasked and a stack of at least 128 KiB, with FP and SIMD trapped on every core before any other Rust code runs there; an FP or SIMD instruction then ends the run with [`Exit::FloatTrap`] |
//! | `write_bytes` | writes to the console; from any core, never from a tick |
//! | `exit` | ends the run with that exit status and does not return; may be called anywhere |
//! | `arm_timer`, `disarm_timer` | start and stop a periodic interrupt on the calling core that calls [`tick`] with the address of the interrupted instruction; after `disarm_timer` returns no tick is under way on this core or will come |
//! | `without_interrupts` | runs a closure with this core's interrupts masked, and leaves the mask as it was |
//! | `CORES`, `on_every_core` | run a function on every core, with interrupts unmasked, and wait until all have returned; at most once in a run |
//! | `core` | the number of the calling core; may be called from a tick |
//! | `execute_fp_instruction` | does what its name says, spelled out in assembly; the host just returns |
//! | `attachment` | the bytes the runner placed beside the kernel; empty when there are none |
//! | `seize_console` | bare machines only: breaks the console's lock, for a core that panics or faults |
//!
//! Any exception but a timer interrupt or an FP trap is printed, with the address of the
//! instruction, and ends the run with [`Exit::Exception`].

use core::fmt;

cfg_if::cfg_if! {
    if #[cfg(all(target_os = "none", target_arch = "aarch64"))] {
        mod aarch64;
        use aarch64 as machine;
    } else if #[cfg(all(target_os = "none", target_arch = "x86_64"))] {
        mod x86_64;
        use x86_64 as machine;
    } else if #[cfg(all(target_os = "none", target_arch = "arm"))] {
        mod cortex_m;
        mod one_core;
        use cortex_m as machine;
    } else if #[cfg(all(target_os = "none", target_arch = "riscv32"))] {
        mod one_core;
        mod riscv32;
        use riscv32 as machine;
    } else if #[cfg(all(target_os = "none", target_arch = "riscv64"))] {
        mod riscv64;
        use riscv64 as machine;
    } else {
        mod host;
        use host as machine;
    }
}

/// How a run ends, as the exit status of the emulator.
///
/// The numbers are odd, because x86_64's debug-exit device can produce no other, and QEMU, a shell or a time limit ends
/// by itself with none of them: a kernel that switches its machine off leaves status 0, and has not passed. On the host
/// passing is status 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every case passed, and the last line says how many.
    Pass = 33,
    /// Rust code panicked.
    Panic = 101,
    /// An FP or SIMD instruction was executed.
    FloatTrap = 7,
    /// Any other exception.
    Exception = 13,
}

/// Called by a timer interrupt with the address of the interrupted instruction, on the core whose timer it is, with
/// interrupts masked. It may touch only what nobody else touches while the timer runs, what is used under
/// [`without_interrupts`] elsewhere on this core, or what anybody may use at any time, such as lock-free tables. It
/// must not print.
pub type Tick = fn(interrupted: usize);

/// The tick of each core's running timer. Only its core locks it: [`start_timer`] and [`stop_timer`] do so while the
/// timer is off, so [`tick`] never finds it locked.
static TICKS: [spin::Mutex<Option<Tick>>; CORES] = [const { spin::Mutex::new(None) }; CORES];

/// Calls `on_tick` `hertz` times a second on this core, until [`stop_timer`].
pub fn start_timer(hertz: u32, on_tick: Tick) {
    *TICKS[core()].lock() = Some(on_tick);
    machine::arm_timer(hertz);
}

/// Stops this core's timer. Afterwards nothing calls its tick.
pub fn stop_timer() {
    machine::disarm_timer();
    *TICKS[core()].lock() = None;
}

/// Called by the machine for each timer interrupt.
fn tick(interrupted: usize) {
    let on_tick = *TICKS[core()].lock();
    on_tick.expect("the timer is stopped: no tick may come")(interrupted);
}

/// Ends the run.
pub fn exit(how: Exit) -> ! {
    machine::exit(how)
}

/// Runs `critical` with this core's interrupts masked.
pub fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    machine::without_interrupts(critical)
}

/// How many cores [`on_every_core`] uses.
pub const CORES: usize = machine::CORES;

/// The number of this core, less than [`CORES`].
pub fn core() -> usize {
    machine::core()
}

/// Runs `body` on every core at once, with the number of the core, and returns when all have returned. At most once in
/// a run: a core that has returned is parked for good.
pub fn on_every_core(body: fn(core: usize)) {
    machine::on_every_core(body);
}

/// Writes one FP register. On a bare machine this does not return: see [`Exit::FloatTrap`].
pub fn execute_fp_instruction() {
    machine::execute_fp_instruction();
}

/// The bytes the runner placed beside the kernel, 8-aligned; empty when there are none.
///
/// The runner loads a file at an address that the machine fixes: its length as a little-endian `u64`, then its bytes.
/// Memory that nobody loaded is zero, which means the length 0. The host reads the same file, named by its first
/// argument.
pub fn attachment() -> &'static [u8] {
    machine::attachment()
}

/// The console, for [`print!`](crate::print).
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        machine::write_bytes(text.as_bytes());
        Ok(())
    }
}

/// Prints to the console.
#[macro_export]
macro_rules! print {
    ($($arguments:tt)*) => {{
        // The console never fails.
        let _ = core::fmt::Write::write_fmt(
            &mut $crate::machine::Console,
            format_args!($($arguments)*),
        );
    }};
}

/// Prints a line to the console.
#[macro_export]
macro_rules! println {
    ($($arguments:tt)*) => {
        $crate::print!("{}\n", format_args!($($arguments)*))
    };
}

/// Makes `fn()` the kernel of this binary.
///
/// The file must begin with `#![cfg_attr(target_os = "none", no_std, no_main)]`.
#[macro_export]
macro_rules! kernel {
    ($body:path) => {
        /// Called by the machine's boot code, by this name.
        #[cfg(target_os = "none")]
        #[unsafe(export_name = "heptad_kernel")]
        fn kernel() {
            $body()
        }

        #[cfg(not(target_os = "none"))]
        fn main() {
            $body()
        }
    };
}

#[cfg(target_os = "none")]
mod bare {
    //! What the bare machines share: the kernel's entry, and what a panic does.

    use super::{Exit, exit};

    unsafe extern "Rust" {
        /// The kernel, from [`kernel!`](crate::kernel).
        #[link_name = "heptad_kernel"]
        safe fn kernel();
    }

    /// Runs the kernel. A machine's boot code ends here.
    ///
    /// A kernel ends with [`exit`]; returning is a failure, since it says nothing about the result.
    pub(super) fn run_kernel() -> ! {
        kernel();
        panic!("the kernel returned without a result");
    }

    #[panic_handler]
    fn panic(information: &core::panic::PanicInfo) -> ! {
        super::machine::seize_console();
        crate::println!("{information}");
        exit(Exit::Panic)
    }
}
