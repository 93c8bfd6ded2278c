//! Stage `capi-riscv64` of `verify`: the C library for 64-bit RISC-V, for Linux and for kernels.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use super::{header, install, library, programs};
use crate::matrix::{RISCV64_LINUX, RISCV64IMAC_NONE, target_folder};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"),
    Need::Target(RISCV64_LINUX),
    Need::Target(RISCV64IMAC_NONE),
    Need::Program("qemu-riscv64", "qemu-user"),
    Need::Program("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
    Need::File("/usr/riscv64-linux-gnu/lib/libc.a", "libc6-dev-riscv64-cross"),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = PathBuf::from(target_folder()).join("capi-riscv64");
    fs::create_dir_all(&folder)?;
    let functions = header::functions()?;
    let kernels = library::build(shell, RISCV64IMAC_NONE)?;
    let mut count = programs::object_is_closed(shell, &kernels, &functions, &folder)?;
    let linux = library::build(shell, RISCV64_LINUX)?;
    count += programs::object_is_closed(shell, &linux, &functions, &folder)?;
    count += programs::tests(&programs::RISCV64, &linux, &folder)?;
    count += install::check_static(shell, &linux, &programs::RISCV64, &folder)?;
    Ok(count)
}
