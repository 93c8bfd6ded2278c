//! Stages `linux` and `linux-rt` of `verify`: the module of `tests-linux`, built against the headers of Debian's
//! kernel, and booted with that kernel under QEMU.
//!
//! | what | promise |
//! |---|---|
//! | [`object`] | the library as an object that a kernel's build takes: no register of FP, its returns and indirect branches by the kernel's thunks |
//! | [`module`] | objtool and modpost have no complaint about the module; about code that is not hardened, objtool has |
//! | [`boot`] | on four processors, every count of threads, timers and NMIs is there; instructions per operation |
//! | [`debian`] | the kernel is unpacked, never installed |

mod boot;
mod debian;
mod harden;
mod initramfs;
mod module;
pub(crate) mod object;

use std::fs;
use std::path::{PathBuf, absolute};

use anyhow::Result;
use xshell::Shell;

use crate::matrix::{X86_64_NONE, target_folder};
use crate::needs::Need;
use crate::stage::Count;
use debian::Flavour;

/// For the object alone.
pub(crate) const OBJECT_NEEDS: &[Need] = &[TARGET, ASSEMBLER];
pub(crate) const NEEDS: &[Need] =
    &[TARGET, DISASSEMBLER, ASSEMBLER, MAKE, STATIC_LIBC, EMULATOR, debian::AMD64.need()];
pub(crate) const RT_NEEDS: &[Need] =
    &[TARGET, DISASSEMBLER, ASSEMBLER, MAKE, STATIC_LIBC, EMULATOR, debian::RT_AMD64.need()];

const TARGET: Need = Need::Target(X86_64_NONE);
const DISASSEMBLER: Need = Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-objdump");
const ASSEMBLER: Need = Need::Program("gcc", "gcc");
const MAKE: Need = Need::Program("make", "make");
const STATIC_LIBC: Need = Need::File("/usr/lib/x86_64-linux-gnu/libc.a", "libc6-dev");
const EMULATOR: Need = Need::Program("qemu-system-x86_64", "qemu-system-x86");

/// Debian's usual kernel.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let (mut count, built) = build(shell, &debian::AMD64)?;
    if let Some((kernel, initramfs)) = built {
        count += boot::books(&kernel, &initramfs)?;
        count += boot::counts(&kernel, &initramfs)?;
    }
    Ok(count)
}

/// The kernel with PREEMPT_RT, where most interrupt handlers are threads, and spin locks sleep.
pub(crate) fn run_rt(shell: &Shell) -> Result<Count> {
    let (mut count, built) = build(shell, &debian::RT_AMD64)?;
    if let Some((kernel, initramfs)) = built {
        count += boot::books(&kernel, &initramfs)?;
    }
    Ok(count)
}

/// Builds the module; the kernel and the archive to boot, if that succeeded.
fn build(shell: &Shell, flavour: &Flavour) -> Result<(Count, Option<(PathBuf, PathBuf)>)> {
    let folder = absolute(target_folder())?.join("linux").join(flavour.name());
    fs::create_dir_all(&folder)?;
    let kernel = flavour.kernel(shell, &folder)?;
    println!("      Linux {}", kernel.release);
    let (mut count, module) = module::build(shell, &kernel, &folder)?;
    count += module::follow_guide(shell, &kernel, &folder)?;
    let Some(module) = module else { return Ok((count, None)) };
    let initramfs = initramfs::make(shell, &module, &folder)?;
    Ok((count, Some((kernel.image, initramfs))))
}
