//! Booting Linux with the module.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::qemu::{self, Ending, HEADLESS};
use crate::stage::Count;

/// A machine whose end is seen in QEMU's status, as that of the kernels of `tests-qemu`.
const MACHINE: &[&str] = &[
    "--foreground",
    "--kill-after=2",
    "900",
    "qemu-system-x86_64",
    "-M",
    "q35",
    "-cpu",
    "max",
    "-m",
    "512M",
    "-device",
    "isa-debug-exit,iobase=0xf4,iosize=4",
];

/// Four processors, each a thread of QEMU.
const FOUR: &[&str] = &["-smp", "4", "-accel", "tcg,thread=multi"];
/// One, whose time stamp counter counts instructions.
const COUNTING: &[&str] =
    &["-smp", "1", "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"];

/// An error of the kernel ends the machine. Late ticks at boot, and a processor that stands still for a minute, do not:
/// on a busy machine the emulator has to wait.
const COMMAND_LINE: &str =
    "console=ttyS0 panic=-1 oops=panic softlockup_panic=1 watchdog_thresh=60 no_timer_check";

/// Every check of the module, with a planted error at the end.
pub(super) fn books(kernel: &Path, initramfs: &Path) -> Result<Count> {
    boot("checks on four processors", kernel, initramfs, FOUR, "heptad_counts=0", ": counted ")
}

/// Instructions per operation, beside the kernel's own table.
pub(super) fn counts(kernel: &Path, initramfs: &Path) -> Result<Count> {
    boot("counting", kernel, initramfs, COUNTING, "heptad_counts=1", "heptad: instructions: ")
}

/// Boots, and prints the lines with `shown`; all lines after a failure.
fn boot(
    name: &str,
    kernel: &Path,
    initramfs: &Path,
    processors: &[&str],
    option: &str,
    shown: &str,
) -> Result<Count> {
    let start = Instant::now();
    let output = Command::new("timeout")
        .args(MACHINE)
        .args(HEADLESS)
        .args(processors)
        .arg("-kernel")
        .arg(kernel)
        .arg("-initrd")
        .arg(initramfs)
        .args(["-append", &format!("{COMMAND_LINE} {option}")])
        .stdin(Stdio::null())
        .output()
        .context("running QEMU")?;
    let text = qemu::text_of(&output);
    let (count, verdict) = qemu::judge(Ending::Pass, output.status.code(), &text);
    for line in text.lines().filter(|line| count.failed > 0 || line.contains(shown)) {
        println!("      {line}");
    }
    println!("      {name}: {verdict} ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(count)
}
