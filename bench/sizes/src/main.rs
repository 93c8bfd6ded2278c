//! A bare-metal program with one table, chosen by a feature, whose code and constants are weighed by `cargo xtask
//! sizes`.
//!
//! It makes the table in memory of its own, and then does operations that it reads from a device: what they are is
//! unknown to the compiler, and each is inlined once, as in a small kernel. The program is linked and weighed, never
//! run.
#![cfg_attr(target_os = "none", no_std, no_main)]

use core::{mem::MaybeUninit, ptr};

mod tables;

/// A table that the program may contain. An operation's answer is a word, 0 where there is none.
trait Table: Sized {
    fn new(memory: &'static mut [MaybeUninit<u8>]) -> Option<Self>;
    fn get(&mut self, key: u64) -> u64;
    fn insert(&mut self, key: u64, value: u64) -> u64;
    fn remove(&mut self, key: u64) -> u64;
    /// The sum of all words.
    fn sum(&mut self) -> u64;
    fn clear(&mut self);

    /// Moves to other memory, if the table can while others use it.
    fn rebuild(&mut self) -> u64 {
        0
    }
}

const MEMORY_BYTES: usize = 1 << 16;

#[repr(align(64))]
struct Memory([MaybeUninit<u8>; MEMORY_BYTES]);

static mut MEMORY: Memory = Memory([MaybeUninit::uninit(); MEMORY_BYTES]);

/// Makes the table, and does what the device says until it says 0.
fn run(device: *mut u64) -> u64 {
    // SAFETY: the device is readable, by the caller.
    let read = || unsafe { ptr::read_volatile(device) };
    let memory = &raw mut MEMORY;
    // SAFETY: `run` is called once, so this is the only reference.
    let memory = unsafe { &mut *memory };
    let Some(mut table) = tables::Chosen::new(&mut memory.0) else { return 1 };
    loop {
        let answer = match read() {
            0 => return 0,
            1 => table.get(read()),
            2 => table.insert(read(), read()),
            3 => table.remove(read()),
            4 if cfg!(feature = "lockfree-rebuilt") => table.rebuild(),
            5 if cfg!(feature = "walk") => table.sum(),
            _ => {
                if cfg!(feature = "walk") {
                    table.clear();
                }
                0
            }
        };
        // SAFETY: the device is writable, by the caller.
        unsafe { ptr::write_volatile(device, answer) };
    }
}

#[cfg(target_os = "none")]
mod bare {
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {}
    }

    /// Where the linker starts.
    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    extern "C" fn _start(device: *mut u64) -> u64 {
        super::run(device)
    }
}

/// For tools that compile the whole workspace.
#[cfg(not(target_os = "none"))]
fn main() {
    let mut device = 0;
    assert_eq!(run(&raw mut device), 0);
}
