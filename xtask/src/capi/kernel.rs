//! The kernel in C of `tests-qemu/c`: linked with the archive, booted under QEMU.
//!
//! Its sources contain no Rust and are compiled for general registers only. The second boot executes
//! one FP instruction and must end by its trap; otherwise the first one would show nothing about FP.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::header::STRICT;
use super::library::Library;
use crate::job::Job;
use crate::qemu::{self, Ending, HEADLESS};
use crate::stage::Count;

/// GCC's options for a kernel that uses no FP register and has no C library.
const FREESTANDING: &[&str] = &[
    "-ffreestanding",
    "-nostdlib",
    "-static",
    "-no-pie",
    "-fno-pic",
    "-fno-stack-protector",
    "-mgeneral-regs-only",
    "-mno-outline-atomics",
    "-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments",
];

const SOURCES: &[&str] =
    &["tests-qemu/c/start.S", "tests-qemu/c/machine.c", "tests-qemu/c/kernel.c"];

/// Booted with one core, otherwise as `.cargo/config.toml` boots the other kernels.
const BOOT: &[&str] = &[
    "--foreground",
    "--kill-after=2",
    "300",
    "qemu-system-aarch64",
    "-M",
    "virt,gic-version=3",
    "-smp",
    "1",
    "-m",
    "64M",
    "-semihosting-config",
    "enable=on,target=native",
];

/// Builds and boots the kernel, on a processor with LSE atomics and on one without.
pub(super) fn run(shell: &Shell, library: &Library, folder: &Path) -> Result<Count> {
    let boots = [
        ("max", "", Ending::Pass),
        ("cortex-a57", "", Ending::Pass),
        ("max", "-DPLANT_AN_FP_INSTRUCTION", Ending::FpTrap),
    ];
    let mut count = Count::NONE;
    for (processor, option, ending) in boots {
        let kernel = folder.join("kernel.elf");
        let compile = cmd!(shell, "aarch64-linux-gnu-gcc -std=gnu99 -O2 -Iinclude -o {kernel}")
            .args(FREESTANDING)
            .args(STRICT.iter().filter(|option| **option != "-pedantic"))
            .args((!option.is_empty()).then_some(option))
            .arg("-Wl,-T,tests-qemu/c/kernel.ld")
            .args(SOURCES)
            .arg(&library.archive);
        let compiled = Job::step(format!("the kernel in C {option}"), compile).run()?;
        count += compiled;
        if compiled.failed > 0 {
            break;
        }
        count += boot(processor, &kernel, ending)?;
    }
    Ok(count)
}

fn boot(processor: &str, kernel: &Path, ending: Ending) -> Result<Count> {
    let start = Instant::now();
    let output = Command::new("timeout")
        .args(BOOT)
        .args(HEADLESS)
        .args(["-cpu", processor, "-kernel"])
        .arg(kernel)
        .stdin(Stdio::null())
        .output()
        .context("running QEMU")?;
    let text = qemu::text_of(&output);
    let (count, verdict) = qemu::judge(ending, output.status.code(), &text);
    for line in text.lines().filter(|line| count.failed > 0 || line.contains("samples at")) {
        println!("      {line}");
    }
    println!("      on {processor}: {verdict} ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(count)
}
