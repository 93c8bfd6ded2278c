//! The host: an ordinary process, its threads as cores, `SIGPROF` as the timer.
//!
//! FP is allowed here; a kernel run on the host tests its own logic, and the demo can run where
//! there is no emulator. The timer counts the processor time of the process, not the time that
//! passes.

use std::cell::Cell;
use std::ffi::c_int;
use std::io::Write;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::{Mutex, OnceLock};

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

thread_local! {
    /// The thread's number as a core; each thread that `on_every_core` starts has one of its own.
    static CORE: Cell<usize> = const { Cell::new(0) };
    /// Whether signals that come to this thread are its ticks.
    static HAS_TIMER: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn core() -> usize {
    CORE.get()
}

pub(super) fn on_every_core(body: fn(core: usize)) {
    std::thread::scope(|scope| {
        // A thread inherits the mask: it receives ticks once it has a timer of its own.
        without_interrupts(|| {
            for core in 1..CORES {
                scope.spawn(move || {
                    CORE.set(core);
                    body(core);
                });
            }
        });
        body(0);
    });
}

pub(super) fn without_interrupts<T>(critical: impl FnOnce() -> T) -> T {
    let before = change_mask(libc::SIG_BLOCK);
    let result = critical();
    // SAFETY: `before` is initialised; a null third argument requests nothing.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut()) };
    result
}

/// Blocks or unblocks `SIGPROF` for this thread; returns the mask that it had.
fn change_mask(how: c_int) -> libc::sigset_t {
    let mut ticks = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set it is given.
    unsafe { libc::sigemptyset(ticks.as_mut_ptr()) };
    // SAFETY: the set is initialised, and the signal exists.
    unsafe { libc::sigaddset(ticks.as_mut_ptr(), libc::SIGPROF) };
    // SAFETY: `ticks` is initialised; `before` is room for a set, and becomes one.
    unsafe { libc::pthread_sigmask(how, ticks.as_ptr(), before.as_mut_ptr()) };
    // SAFETY: initialised by the call above.
    unsafe { before.assume_init() }
}

/// Threads whose timer runs. They share the process's one timer.
static ARMED: Mutex<usize> = Mutex::new(0);

pub(super) fn arm_timer(hertz: u32) {
    let mut armed = ARMED.lock().expect("nobody panics with it");
    if *armed == 0 {
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_signal;
        // SAFETY: all zeros is a value of this C structure: no flags, an empty mask.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        // SAFETY: the handler has the signature that SA_SIGINFO requires.
        unsafe { libc::sigaction(libc::SIGPROF, &action, ptr::null_mut()) };
        set_interval(1_000_000 / hertz);
    }
    *armed += 1;
    drop(armed);
    HAS_TIMER.set(true);
    change_mask(libc::SIG_UNBLOCK);
}

pub(super) fn disarm_timer() {
    HAS_TIMER.set(false);
    // The signals go to the threads that still have a timer.
    change_mask(libc::SIG_BLOCK);
    let mut armed = ARMED.lock().expect("nobody panics with it");
    *armed -= 1;
    if *armed == 0 {
        set_interval(0);
    }
}

/// Requests `SIGPROF` at this interval of processor time, in microseconds; 0 stops it.
fn set_interval(microseconds: u32) {
    let interval = libc::timeval { tv_sec: 0, tv_usec: microseconds.into() };
    let timer = libc::itimerval { it_interval: interval, it_value: interval };
    // SAFETY: the structure is complete; a null third argument requests nothing.
    unsafe { libc::setitimer(libc::ITIMER_PROF, &timer, ptr::null_mut()) };
}

extern "C" fn on_signal(_: c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    if HAS_TIMER.get() {
        // SAFETY: with SA_SIGINFO the third argument is the interrupted thread's context.
        let context = unsafe { &*context.cast::<libc::ucontext_t>() };
        super::tick(interrupted_address(context));
    }
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
    } else if #[cfg(all(target_os = "linux", target_arch = "riscv64"))] {
        fn interrupted_address(context: &libc::ucontext_t) -> usize {
            context.uc_mcontext.__gregs[libc::REG_PC] as usize
        }
    } else {
        /// Each system keeps it at a different place; a tick without it still counts as a tick.
        fn interrupted_address(_: &libc::ucontext_t) -> usize {
            0
        }
    }
}
