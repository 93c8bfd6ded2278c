//! Runs code instruction by instruction, and stops before a chosen one.
//!
//! With the trap flag set the processor raises an exception after each instruction, which Linux turns into a signal for
//! the thread. The handler counts, and at the chosen instruction it waits there until another thread lets it go on: the
//! code below it stands still, as under an interrupt handler that takes long. Afterwards it runs at full speed: all
//! that the other thread left to it may be a thousand times as much.

use std::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr,
    sync::atomic::{
        AtomicBool, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};

/// Are there single steps on this architecture?
pub(super) const IS_POSSIBLE: bool = cfg!(target_arch = "x86_64");

/// The bit of the flags that makes steps.
#[cfg(target_arch = "x86_64")]
const TRAP_FLAG: i64 = 0x100;

/// Steps of the thread that is being stepped, and the one at which it stops. Relaxed: used by that thread and the
/// handler that interrupts it.
static STEPS: AtomicUsize = AtomicUsize::new(0);
static STOP: AtomicUsize = AtomicUsize::new(0);
/// Does the thread stand still now? Set by the handler, and cleared by the thread that lets it go on.
static IS_STOPPED: AtomicBool = AtomicBool::new(false);

/// The handler of single steps, while this value exists.
pub(super) struct Handler {
    before: libc::sigaction,
}

impl Handler {
    pub(super) fn install() -> Result<Handler> {
        // SAFETY: of integers, pointers and an optional function, for which zeros are values.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_step;
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO;
        let mut before = action;
        // SAFETY: both are actions, and the handler calls nothing that a handler may not.
        let result = unsafe { libc::sigaction(libc::SIGTRAP, &raw const action, &raw mut before) };
        ensure!(result == 0, "no handler for single steps");
        Ok(Handler { before })
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // SAFETY: the action that was there before.
        unsafe { libc::sigaction(libc::SIGTRAP, &raw const self.before, ptr::null_mut()) };
    }
}

extern "C" fn on_step(_: c_int, _: *mut libc::siginfo_t, interrupted: *mut c_void) {
    let step = STEPS.load(Relaxed) + 1;
    STEPS.store(step, Relaxed);
    if step == STOP.load(Relaxed) {
        // Release and Acquire: what each side wrote before is visible to the other.
        IS_STOPPED.store(true, Release);
        while IS_STOPPED.load(Acquire) {
            nap();
        }
        end_steps(interrupted);
    }
}

/// Clears the trap flag of the interrupted code.
fn end_steps(interrupted: *mut c_void) {
    #[cfg(target_arch = "x86_64")]
    {
        let context = interrupted.cast::<libc::ucontext_t>();
        // SAFETY: the system passes the handler a context that is the handler's to change.
        let registers = unsafe { &mut (*context).uc_mcontext.gregs };
        registers[libc::REG_EFL as usize] &= !TRAP_FLAG;
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = interrupted;
}

/// Sleeps for a moment, also in a handler: it is one system call.
pub(super) fn nap() {
    thread::sleep(Duration::from_micros(20));
}

/// Runs `work` in steps, and stops after `stop` of them until [`go_on`], which ends the steps. Returns how many there
/// were, with some around `work`. One thread at a time, and there is a [`Handler`].
pub(super) fn step_through(stop: usize, work: &mut dyn FnMut()) -> usize {
    STEPS.store(0, Relaxed);
    STOP.store(stop, Relaxed);
    set_trap_flag();
    work();
    clear_trap_flag();
    STEPS.load(Relaxed)
}

#[inline(always)]
fn set_trap_flag() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: changes the trap flag and nothing else; the handler of its signal is installed.
    unsafe {
        std::arch::asm!("pushfq", "or qword ptr [rsp], {flag}", "popfq", flag = const TRAP_FLAG);
    }
}

#[inline(always)]
fn clear_trap_flag() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: changes the trap flag and nothing else.
    unsafe {
        std::arch::asm!("pushfq", "and qword ptr [rsp], {rest}", "popfq", rest = const !TRAP_FLAG);
    }
}

/// Does the thread stand still?
pub(super) fn is_stopped() -> bool {
    IS_STOPPED.load(Acquire)
}

/// Lets the thread go on.
pub(super) fn go_on() {
    IS_STOPPED.store(false, Release);
}
