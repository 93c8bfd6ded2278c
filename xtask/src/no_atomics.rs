//! Stages `no-atomics` and `no-atomics-all`: the kernels of `tests-qemu` on processors without 64-bit atomics, for
//! each emulation of the lock-free map's atomics that the table of `lockfree::IS_LOCK_FREE` calls usable in
//! handlers.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::capi::library;
use crate::job::{self, Job};
use crate::matrix::{RISCV32IMAC, RISCV32IMC, THUMBV6M, THUMBV7EM, target_folder};
use crate::needs::Need;
use crate::qemu::{
    self, Build, Ending, FP_TRAP, HEADLESS, KERNELS, Kernel, REBUILD, ROBIN_HOOD, SHARED_MAP,
    STATIC_AND_ARENA, STATUS_PASS,
};
use crate::stage::Count;

const ARM_EMULATOR: Need = Need::Program("qemu-system-arm", "qemu-system-arm");

const RISCV_EMULATOR: Need = Need::Program("qemu-system-riscv32", "qemu-system-misc");

pub(crate) const NEEDS: &[Need] = &[Need::Target(RISCV32IMC), RISCV_EMULATOR];

pub(crate) const ALL_NEEDS: &[Need] = &[
    Need::Target(THUMBV6M),
    Need::Target(THUMBV7EM),
    Need::Target(RISCV32IMC),
    Need::Target(RISCV32IMAC),
    ARM_EMULATOR,
    RISCV_EMULATOR,
    Need::Program("clang", "clang"),
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"),
];

/// A target, and the processor that QEMU emulates for its kernels.
type Machine = (&'static str, &'static str);

const CORTEX_M0: Machine = (THUMBV6M, "cortex-m4");
const CORTEX_M4: Machine = (THUMBV7EM, "cortex-m4");
const RISCV_IMC: Machine = (RISCV32IMC, "rv32");
const RISCV_IMAC: Machine = (RISCV32IMAC, "rv32");

/// Uses the lock-free map outside interrupts.
const NO_ATOMICS: Kernel = ("no_atomics", Ending::Pass);

/// How `portable-atomic` emulates the atomics: flags for the compiler, and features of the kernels.
type Emulation = (&'static str, &'static str);

const BY_LOCK: Emulation = ("", "emulated");
const BY_CRITICAL_SECTION: Emulation = ("", "emulated,critical-section");
const ON_ONE_CORE: Emulation = ("--cfg portable_atomic_unsafe_assume_single_core", "emulated");
const PRIVILEGED: Emulation = ("--cfg portable_atomic_unsafe_assume_privileged", "emulated");
/// The kernels' own locks need it on the smallest processors; the lock-free map is disabled.
const WITHOUT_LOCKFREE: Emulation = ("", "critical-section");

/// Uses the faster of the two emulators.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let kernels = &[FP_TRAP, STATIC_AND_ARENA, ROBIN_HOOD, NO_ATOMICS, SHARED_MAP, REBUILD];
    boot(shell, RISCV_IMC, BY_CRITICAL_SECTION, kernels)
}

pub(crate) fn run_all(shell: &Shell) -> Result<Count> {
    let mut sum = Count::NONE;
    let without_lockfree: Vec<Kernel> = KERNELS
        .iter()
        .copied()
        .filter(|kernel| ![SHARED_MAP.0, REBUILD.0].contains(&kernel.0))
        .collect();
    let in_handlers = [NO_ATOMICS, SHARED_MAP, REBUILD];
    for machine in [CORTEX_M0, RISCV_IMC] {
        sum += boot(shell, machine, WITHOUT_LOCKFREE, &without_lockfree)?;
        sum += boot(shell, machine, BY_CRITICAL_SECTION, &in_handlers)?;
        sum += boot(shell, machine, ON_ONE_CORE, &in_handlers)?;
    }
    for machine in [CORTEX_M4, RISCV_IMAC] {
        sum += boot(shell, machine, BY_LOCK, &[NO_ATOMICS])?;
        sum += boot(shell, machine, ON_ONE_CORE, &in_handlers)?;
        sum += boot(shell, machine, PRIVILEGED, &in_handlers)?;
    }
    sum += kernel_in_c(shell)?;
    Ok(sum)
}

fn boot(
    shell: &Shell,
    (target, processor): Machine,
    (flags, features): Emulation,
    kernels: &[Kernel],
) -> Result<Count> {
    qemu::boot_all(shell, Build { target, flags, features }, &[processor], kernels)
}

/// The kernel in C: what C refuses there, and what it answers.
fn kernel_in_c(shell: &Shell) -> Result<Count> {
    let folder = PathBuf::from(target_folder()).join("no-atomics");
    fs::create_dir_all(&folder)?;
    let archive = library::build(shell, RISCV32IMC)?.archive;
    let (object, kernel) = (folder.join("no_atomics.o"), folder.join("no_atomics.elf"));
    let linker = library::tool(shell, "rust-lld")?;
    let source = "tests-qemu/c/no_atomics.c";
    let compile = cmd!(shell, "clang --target=riscv32-none-elf -march=rv32imc -mabi=ilp32")
        .args(["-std=gnu99", "-O2", "-ffreestanding", "-fno-pic", "-Wall", "-Wextra", "-Werror"])
        .args(["-Iinclude", "-c", source, "-o"])
        .arg(&object);
    let link =
        cmd!(shell, "{linker} -flavor gnu --gc-sections -T targets/riscv32/c.ld -o {kernel}")
            .arg(&object)
            .arg(archive);
    let start = cmd!(shell, "timeout --kill-after=2 300 qemu-system-riscv32 -M virt -bios none")
        .args(HEADLESS)
        .arg("-kernel")
        .arg(&kernel);
    job::run_until_failure([
        Job::step("compiling the kernel in C for riscv32imc", compile),
        Job::step("linking it", link),
        Job::ends("the kernel in C for riscv32imc", start, &[STATUS_PASS]),
    ])
}
