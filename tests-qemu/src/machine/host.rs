//! The host: an ordinary process, its threads as cores, `SIGPROF` as the timer.
//!
//! FP is free here; a kernel run on the host tests its own logic, and the demo can show itself where
//! there is no emulator. The timer counts the time the process computes, not the time that passes.

use std::ffi::c_int;
use std::io::Write;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;

use super::Exit;

/// Threads of [`on_every_core`].
pub(super) const CORES: usize = 4;

pub(super) fn write_bytes(bytes: &[u8]) {
    std::io::stdout().write_all(bytes).expect("standard output is open");
}

pub(super) fn exit(how: Exit) -> ! {
    std::process::exit(match how {
        Exit::Pass => 0,
        failure => failure as i32,
    })
}

pub(super) fn execute_fp_instruction() {}

pub(super) fn attachment() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let Some(path) = std::env::args_os().nth(1) else { return Vec::new() };
        let file = std::fs::read(path).expect("the first argument names a readable file");
        let (length, bytes) = file.split_first_chunk().expect("it begins with a length");
        bytes[..u64::from_le_bytes(*length) as usize].to_vec()
    })
}

pub(super) fn on_every_core(body: fn(core: usize)) {
    std::thread::scope(|scope| {
        // A thread inherits the mask, so that ticks come to this one alone.
        without_interrupts(|| {
            for core in 1..CORES {
                scope.spawn(move || body(core));
            }
        });
        body(0);
    });
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    let mut ticks = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set it is given.
    unsafe { libc::sigemptyset(ticks.as_mut_ptr()) };
    // SAFETY: the set is initialised, and the signal exists.
    unsafe { libc::sigaddset(ticks.as_mut_ptr(), libc::SIGPROF) };
    // SAFETY: `ticks` is initialised; `before` is room for a set, and becomes one.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, ticks.as_ptr(), before.as_mut_ptr()) };
    let result = critical();
    // SAFETY: `before` was initialised above; a null third argument asks for nothing.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut()) };
    result
}

pub(super) fn arm_timer(hertz: u32) {
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_signal;
    // SAFETY: all zeros is a value of this C structure: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    // SAFETY: the handler has the signature that SA_SIGINFO asks for.
    unsafe { libc::sigaction(libc::SIGPROF, &action, ptr::null_mut()) };
    set_interval(1_000_000 / hertz);
}

pub(super) fn disarm_timer() {
    set_interval(0);
    // A signal that was raised just before is delivered, at the latest, when this returns.
    without_interrupts(|| ());
}

/// Asks for `SIGPROF` every so many microseconds of computing; never again for 0.
fn set_interval(microseconds: u32) {
    let interval = libc::timeval { tv_sec: 0, tv_usec: microseconds.into() };
    let timer = libc::itimerval { it_interval: interval, it_value: interval };
    // SAFETY: the structure is complete; a null third argument asks for nothing.
    unsafe { libc::setitimer(libc::ITIMER_PROF, &timer, ptr::null_mut()) };
}

extern "C" fn on_signal(_: c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO the third argument is the interrupted thread's context.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    super::tick(interrupted_address(context));
}

cfg_if::cfg_if! {
    if #[cfg(all(target_os = "linux", target_arch = "x86_64"))] {
        fn interrupted_address(context: &libc::ucontext_t) -> usize {
            context.uc_mcontext.gregs[libc::REG_RIP as usize] as usize
        }
    } else if #[cfg(all(target_os = "linux", target_arch = "aarch64"))] {
        fn interrupted_address(context: &libc::ucontext_t) -> usize {
            context.uc_mcontext.pc as usize
        }
    } else {
        /// Each system keeps it elsewhere; without it a tick is still a tick.
        fn interrupted_address(_: &libc::ucontext_t) -> usize {
            0
        }
    }
}
