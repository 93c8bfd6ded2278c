//! The kernels of `tests-qemu`, booted under QEMU.
//!
//! `.cargo/config.toml` has the command that boots a kernel, as the `runner` of its target, with a time limit;
//! so a manual `cargo run --package tests-qemu --target … --bin probe` does what a stage does. Arguments after
//! `--` are appended to QEMU's command line.
//!
//! A boot passes by its exit status **and** its last line. The statuses are those of `Exit` in
//! `tests-qemu/src/machine`: QEMU, a shell or a time limit produces none of them.

use std::fmt;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::{AARCH64_NONE_SOFTFLOAT, RISCV64IMAC_NONE, X86_64_NONE};
use crate::stage::Count;

/// How a kernel must end.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// With status 33, and `PASS n/n` as the last line.
    Pass,
    /// With status 7, and `FP trap at …` as the last line: a test of the trap itself.
    FpTrap,
}

/// The kernels, one property each.
pub(crate) const KERNELS: &[Kernel] = &[
    ("machine", Ending::Pass),
    FP_TRAP,
    ("fp_trap_last_core", Ending::FpTrap),
    PROBE,
    TABLE,
    ROBIN_HOOD,
    STATIC_AND_ARENA,
    SHARED_MAP,
    REBUILD,
];

/// A kernel's name, and how it must end.
pub(crate) type Kernel = (&'static str, Ending);

pub(crate) const FP_TRAP: Kernel = ("fp_trap", Ending::FpTrap);
const PROBE: Kernel = ("probe", Ending::Pass);
const TABLE: Kernel = ("table", Ending::Pass);
pub(crate) const ROBIN_HOOD: Kernel = ("robin_hood", Ending::Pass);
pub(crate) const STATIC_AND_ARENA: Kernel = ("static_and_arena", Ending::Pass);
pub(crate) const SHARED_MAP: Kernel = ("shared_map", Ending::Pass);
pub(crate) const REBUILD: Kernel = ("rebuild", Ending::Pass);

/// A machine without a screen, with its serial port as standard output.
pub(crate) const HEADLESS: &[&str] =
    &["-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"];

/// The status of a kernel that passed, and of one that an FP instruction ended.
pub(crate) const STATUS_PASS: i32 = 33;
const STATUS_FP_TRAP: i32 = 7;
/// The status of `timeout`, when it had to end the command.
const STATUS_TIMEOUT: i32 = 124;

/// What the kernels are built for: a target, flags for the compiler, and the kernels' features if they are not
/// the default.
#[derive(Clone, Copy)]
pub(crate) struct Build {
    pub(crate) target: &'static str,
    pub(crate) flags: &'static str,
    pub(crate) features: &'static str,
}

const AARCH64: Build = Build { target: AARCH64_NONE_SOFTFLOAT, flags: "", features: "" };
/// With the atomic instructions of Armv8.1, which replace loops.
const AARCH64_LSE: Build = Build { flags: "-Ctarget-feature=+lse", ..AARCH64 };
const X86_64: Build = Build { target: X86_64_NONE, ..AARCH64 };
const RISCV64: Build = Build { target: RISCV64IMAC_NONE, ..AARCH64 };
/// With the extension whose instructions the routines can use.
const RISCV64_ZBB: Build = Build { flags: "-Ctarget-feature=+zbb", ..RISCV64 };

/// Boots every kernel on AArch64, on a recent processor and on an old one; then boots the kernels that test
/// atomics again, built with the atomics of Armv8.1.
pub(crate) fn aarch64(shell: &Shell) -> Result<Count> {
    let mut sum = boot_all(shell, AARCH64, &["max", "cortex-a57"], KERNELS)?;
    sum += boot_all(shell, AARCH64_LSE, &["max"], &[SHARED_MAP, REBUILD])?;
    Ok(sum)
}

/// Boots every kernel on x86_64.
pub(crate) fn x86_64(shell: &Shell) -> Result<Count> {
    boot_all(shell, X86_64, &["max"], KERNELS)
}

/// Boots every kernel on 64-bit RISC-V, on a processor without FP and Zbb; then boots the kernels that test
/// the routines again, built with Zbb.
pub(crate) fn riscv64(shell: &Shell) -> Result<Count> {
    let mut sum = boot_all(shell, RISCV64, &["rv64,f=false,d=false,zbb=false"], KERNELS)?;
    sum += boot_all(shell, RISCV64_ZBB, &["rv64"], &[FP_TRAP, PROBE, TABLE])?;
    Ok(sum)
}

impl Build {
    /// `cargo VERB` of the kernels, optimised.
    fn cargo<'shell>(self, shell: &'shell Shell, verb: &str) -> Cmd<'shell> {
        let target = self.target;
        let cargo = cmd!(shell, "cargo {verb} --package tests-qemu --release --target {target}");
        let cargo = match self.features {
            "" => cargo,
            features => cargo.args(["--no-default-features", "--features", features]),
        };
        if self.flags.is_empty() { cargo } else { cargo.env("RUSTFLAGS", self.flags) }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.target, self.flags, self.features];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        write!(f, "{}", parts.join(", "))
    }
}

pub(crate) fn boot_all(
    shell: &Shell,
    build: Build,
    processors: &[&str],
    kernels: &[Kernel],
) -> Result<Count> {
    let names = kernels.iter().flat_map(|(name, _)| ["--bin", name]);
    let built = Job::step(
        format!("building the kernels for {build}"),
        build.cargo(shell, "build").args(names),
    )
    .run()?;
    if built.failed > 0 {
        return Ok(built);
    }
    let mut sum = Count::NONE;
    for processor in processors {
        for &(kernel, ending) in kernels {
            sum += boot(shell, build, processor, kernel, ending)?;
        }
    }
    Ok(sum)
}

/// Boots one kernel and prints the result in one line; after a failure also everything that it printed.
fn boot(
    shell: &Shell,
    build: Build,
    processor: &str,
    kernel: &str,
    ending: Ending,
) -> Result<Count> {
    let start = Instant::now();
    let run = build.cargo(shell, "run").args(["--quiet", "--bin", kernel]);
    let output = Command::from(run.args(["--", "-cpu", processor]))
        .stdin(Stdio::null())
        .output()
        .context("running cargo")?;
    let (count, verdict) = judge(ending, output.status.code(), &text_of(&output));
    if count.failed > 0 {
        print!("{}", text_of(&output));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    println!("      {kernel} on {processor}: {verdict} ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(count)
}

pub(crate) fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The result of a boot that printed `text` and ended with `status`.
pub(crate) fn judge(ending: Ending, status: Option<i32>, text: &str) -> (Count, String) {
    let last = text.lines().next_back().unwrap_or("");
    match (ending, status) {
        (Ending::Pass, Some(STATUS_PASS)) => match passed_cases(last) {
            Some(passed) => (Count { passed, ..Count::NONE }, last.into()),
            None => (Count::ONE_FAILED, format!("status {STATUS_PASS}, but ends with `{last}`")),
        },
        (Ending::FpTrap, Some(STATUS_FP_TRAP)) if last.starts_with("FP trap at 0x") => {
            (Count::ONE_PASSED, "trapped, as it must be".into())
        }
        (_, Some(STATUS_TIMEOUT)) => (Count::ONE_FAILED, format!("TIMEOUT after `{last}`")),
        (_, status) => (Count::ONE_FAILED, format!("FAILED: status {status:?}, `{last}`")),
    }
}

/// `n` of a line that is exactly `PASS n/n`, with `n` not zero.
fn passed_cases(line: &str) -> Option<usize> {
    let (passed, total) = line.strip_prefix("PASS ")?.split_once('/')?;
    let count = passed.parse().ok()?;
    (passed == total && count > 0 && line == format!("PASS {count}/{count}")).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_read_strictly() {
        assert_eq!(passed_cases("PASS 12/12"), Some(12));
        for line in
            ["PASS 11/12", "PASS 0/0", "PASS 12/12 ", "PASS +1/+1", "PASS 01/01", "PASS", "ok", ""]
        {
            assert_eq!(passed_cases(line), None, "{line}");
        }
    }

    #[test]
    fn a_boot_passes_by_status_and_last_line_together() {
        let failures = |ending, status, text| judge(ending, status, text).0.failed;
        assert_eq!(judge(Ending::Pass, Some(33), "a ... ok\nPASS 3/3\n").0.passed, 3);
        assert_eq!(failures(Ending::Pass, Some(33), "PASS 3/3\nmore\n"), 1);
        assert_eq!(failures(Ending::Pass, Some(0), "PASS 3/3\n"), 1);
        assert_eq!(failures(Ending::Pass, None, "PASS 3/3\n"), 1);
        assert_eq!(failures(Ending::Pass, Some(124), "a ... "), 1);
        assert_eq!(failures(Ending::FpTrap, Some(7), "FP trap at 0x40080814\n"), 0);
        assert_eq!(failures(Ending::FpTrap, Some(7), ""), 1);
        assert_eq!(failures(Ending::FpTrap, Some(33), "PASS 1/1\n"), 1);
    }
}
