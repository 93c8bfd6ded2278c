//! Targets without an operating system. The program speaks to Linux by itself, so that it runs on this
//! machine or in QEMU's user mode; a WebAssembly module speaks to its host.

use core::fmt::{self, Write};

struct Output;

impl Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(text.as_bytes());
        Ok(())
    }
}

/// What is started.
#[no_mangle]
extern "C" fn run_bare() {
    crate::run(&mut |line| {
        let _ = writeln!(Output, "{line}");
    });
    exit(0);
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = writeln!(Output, "{info}");
    exit(101);
    loop {}
}

#[cfg(not(target_arch = "wasm32"))]
/// `_start`, which aligns the stack, and the numbers of `write` and `exit_group`.
macro_rules! linux {
    ($start:literal, $write:literal, $exit:literal) => {
        core::arch::global_asm!(".globl _start", "_start:", $start);

        fn write(bytes: &[u8]) {
            system_call($write, 1, bytes.as_ptr() as usize, bytes.len());
        }

        fn exit(code: usize) {
            system_call($exit, code, 0, 0);
        }
    };
}

#[cfg(target_arch = "x86_64")]
linux!("and rsp, -16; call run_bare", 1, 231);
#[cfg(target_arch = "aarch64")]
linux!("bl run_bare", 64, 94);
#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
linux!("call run_bare", 64, 94);
#[cfg(target_arch = "arm")]
linux!(".type _start, %function; .thumb_func; bl run_bare", 4, 248);

#[cfg(target_arch = "x86_64")]
fn system_call(number: usize, first: usize, second: usize, third: usize) {
    // SAFETY: writes what the arguments say, or ends the program.
    unsafe {
        core::arch::asm!("syscall", inlateout("rax") number => _, in("rdi") first, in("rsi") second,
            in("rdx") third, lateout("rcx") _, lateout("r11") _);
    }
}

#[cfg(target_arch = "aarch64")]
fn system_call(number: usize, first: usize, second: usize, third: usize) {
    // SAFETY: writes what the arguments say, or ends the program.
    unsafe {
        core::arch::asm!("svc #0", in("x8") number, inlateout("x0") first => _, in("x1") second,
            in("x2") third);
    }
}

#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
fn system_call(number: usize, first: usize, second: usize, third: usize) {
    // SAFETY: writes what the arguments say, or ends the program.
    unsafe {
        core::arch::asm!("ecall", in("a7") number, inlateout("a0") first => _, in("a1") second,
            in("a2") third);
    }
}

#[cfg(target_arch = "arm")]
fn system_call(number: usize, first: usize, second: usize, third: usize) {
    // SAFETY: writes what the arguments say, or ends the program. The number is wanted in r7, which
    // Thumb code may need for itself.
    unsafe {
        core::arch::asm!("push {{r7}}", "mov r7, {number}", "svc #0", "pop {{r7}}",
            number = in(reg) number, inlateout("r0") first => _, in("r1") second, in("r2") third);
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    #[link(wasm_import_module = "host")]
    extern "C" {
        pub(super) fn write(bytes: *const u8, length: usize);
        pub(super) fn exit(code: usize);
    }
}

#[cfg(target_arch = "wasm32")]
fn write(bytes: &[u8]) {
    // SAFETY: the host reads these bytes.
    unsafe { host::write(bytes.as_ptr(), bytes.len()) }
}

#[cfg(target_arch = "wasm32")]
fn exit(code: usize) {
    // SAFETY: the host notes the code.
    unsafe { host::exit(code) }
}
