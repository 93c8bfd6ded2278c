//! Stages `aarch64-user` and `riscv64-user`, and the same with `-all`: the tests as Linux programs for another
//! architecture, run in QEMU's user mode.
//!
//! The programs are linked statically: dynamic ones hang there when they start a thread.

use anyhow::{Context, Result};
use xshell::{Cmd, Shell};

use crate::job::{self, Job};
use crate::matrix::{
    AARCH64_LINUX, ALL, Backend, CONCURRENT, DEFAULT, Features, PROBING, RISCV64_LINUX,
    X86_64_LINUX,
};
use crate::needs::Need;
use crate::stage::Count;

/// An architecture whose programs run on this machine.
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    pub(crate) target: &'static str,
    /// The emulator that runs a program.
    pub(crate) launcher: &'static str,
    pub(crate) compiler: &'static str,
    pub(crate) needs: &'static [Need],
}

/// This architecture, for counts of instructions.
const X86_64: Guest = Guest {
    name: "x86_64",
    target: X86_64_LINUX,
    launcher: "qemu-x86_64",
    compiler: "cc",
    needs: &[Need::Program("qemu-x86_64", "qemu-user"), Need::Program("cc", "gcc")],
};

pub(crate) const AARCH64: Guest = Guest {
    name: "aarch64",
    target: AARCH64_LINUX,
    launcher: "qemu-aarch64",
    compiler: "aarch64-linux-gnu-gcc",
    needs: &[
        Need::Target(AARCH64_LINUX),
        Need::Program("qemu-aarch64", "qemu-user"),
        Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
        Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
    ],
};

pub(crate) const RISCV64: Guest = Guest {
    name: "riscv64",
    target: RISCV64_LINUX,
    launcher: "qemu-riscv64",
    compiler: "riscv64-linux-gnu-gcc",
    needs: &[
        Need::Target(RISCV64_LINUX),
        Need::Program("qemu-riscv64", "qemu-user"),
        Need::Program("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
        Need::File("/usr/riscv64-linux-gnu/lib/libc.a", "libc6-dev-riscv64-cross"),
    ],
};

/// The variables that set Cargo's linker for every guest.
pub(crate) const LINKERS: [(&str, &str); 2] = [
    ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", AARCH64.compiler),
    ("CARGO_TARGET_RISCV64GC_UNKNOWN_LINUX_GNU_LINKER", RISCV64.compiler),
];

/// Adds the extension Zbb.
const ZBB: &str = "+zbb";

/// Only the tests of the routines, which `asm-check` builds too.
const ROUTINES: &[&str] = &["--test=shared", "--test=probe_abi", "--test=probe_memory"];

/// The routines, and the steps in Rust with NEON; the map's threads.
pub(crate) fn aarch64(shell: &Shell) -> Result<Count> {
    // Optimised: unoptimised, emulated tests take minutes and show the same as on the host.
    let concurrent = [PROBING, CONCURRENT].concat();
    tests(shell, &AARCH64, Backend::Chosen, ALL, "", &concurrent).run()
}

pub(crate) fn aarch64_all(shell: &Shell) -> Result<Count> {
    job::run_until_failure([
        tests(shell, &AARCH64, Backend::Chosen, ALL, "", &[]),
        tests(shell, &AARCH64, Backend::Assembly, ALL, "", PROBING),
    ])
}

pub(crate) fn riscv64(shell: &Shell) -> Result<Count> {
    tests(shell, &RISCV64, Backend::Chosen, ALL, "", ROUTINES).run()
}

pub(crate) fn riscv64_all(shell: &Shell) -> Result<Count> {
    job::run_until_failure([
        tests(shell, &RISCV64, Backend::Chosen, ALL, "", &[]),
        tests(shell, &RISCV64, Backend::Assembly, ALL, "", PROBING),
        tests(shell, &RISCV64, Backend::Chosen, DEFAULT, ZBB, ROUTINES),
    ])
}

impl Guest {
    /// The one of this name.
    pub(crate) fn of(name: &str) -> Result<&'static Guest> {
        const ALL: [&Guest; 3] = [&X86_64, &AARCH64, &RISCV64];
        let all = || ALL.map(|guest| guest.name).join(", ");
        let guest = ALL.into_iter().find(|guest| guest.name == name);
        guest.with_context(|| format!("there is no target `{name}`; there are: {}", all()))
    }

    /// `cargo` for static programs of this architecture, with these additional target features.
    pub(crate) fn cargo<'shell>(
        &self,
        shell: &'shell Shell,
        backend: Backend,
        target_features: &str,
    ) -> Cmd<'shell> {
        let all = ["+crt-static", target_features].join(",");
        let cargo =
            backend.cargo(shell, &format!("-Ctarget-feature={}", all.trim_end_matches(',')));
        let variable = self.target.to_uppercase().replace('-', "_");
        cargo.envs(LINKERS).env(format!("CARGO_TARGET_{variable}_RUNNER"), self.launcher)
    }
}

fn tests(
    shell: &Shell,
    guest: &Guest,
    backend: Backend,
    features: Features,
    target_features: &str,
    programs: &[&str],
) -> Job {
    let command = guest
        .cargo(shell, backend, target_features)
        .args(["test", "--release", "--target", guest.target])
        .args(features.arguments)
        .args(programs);
    let parts = ["release", features.name, target_features, backend.name()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Job::tests(parts.join(", "), command)
}
