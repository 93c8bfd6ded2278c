//! What the boards with one small core share: console and exit are semihosting calls, which QEMU answers in
//! place of a debugger; there is no attachment.

use semihosting::{io, io::Write, process};

use super::Exit;

pub(in super::super) const CORES: usize = 1;

pub(in super::super) fn core() -> usize {
    0
}

pub(in super::super) fn on_every_core(body: fn(core: usize)) {
    body(0);
}

pub(in super::super) fn write_bytes(bytes: &[u8]) {
    // The console never fails.
    let _ = io::stdout().and_then(|mut console| console.write_all(bytes));
}

/// The console has no lock.
pub(in super::super) fn seize_console() {}

pub(in super::super) fn exit(how: Exit) -> ! {
    process::exit(how as i32)
}

pub(in super::super) fn attachment() -> &'static [u8] {
    &[]
}
