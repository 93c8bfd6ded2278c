//! A bare-metal program's panic handler and start. It links only if nothing can panic: see `main.rs`.

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_is_reachable() -> !;
    }
    a_panic_is_reachable()
}

/// Where the linker starts.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn _start(seed: u64) -> u64 {
    crate::run(seed)
}
