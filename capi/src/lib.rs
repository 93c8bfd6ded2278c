#![cfg_attr(panic = "abort", no_std)]
//! heptad as a C library. The functions are those of [`heptad::ffi`]; here is what only a library
//! needs that is linked by others: the end of a panic.
//!
//! No function of the interface can panic in an optimised build, so the linker drops the handler
//! from any program that drops dead code, and `cargo xtask test capi` checks that it can.
//! Built with unwinding, as Cargo's own profiles do, the standard library has a handler.

// Named, so that it is linked, and its functions exported.
pub use heptad::ffi;

#[cfg(panic = "abort")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "external-panic")]
    {
        unsafe extern "C" {
            safe fn heptad_panic() -> !;
        }
        heptad_panic()
    }
    #[cfg(not(feature = "external-panic"))]
    trap()
}

/// Ends the program where it stands: an illegal instruction, or for want of one an endless loop.
#[cfg(all(panic = "abort", not(feature = "external-panic")))]
fn trap() -> ! {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction faults, and does nothing else.
    unsafe {
        core::arch::asm!("ud2", options(noreturn, nomem, nostack));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the instruction faults, and does nothing else.
    unsafe {
        core::arch::asm!("udf #0", options(noreturn, nomem, nostack));
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: the instruction faults, and does nothing else.
    unsafe {
        core::arch::asm!("unimp", options(noreturn, nomem, nostack));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
    loop {
        core::hint::spin_loop();
    }
}
