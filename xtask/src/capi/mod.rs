//! The C interface: stage `capi` of `cargo xtask test`, `cargo xtask install-c`, `cargo xtask bench-c`.
//!
//! | what | promise |
//! |---|---|
//! | [`examples`] | a word counter agrees with sort and uniq; C++ and Python can use the library |
//! | [`guide`] | `docs/c.md` can be followed to the letter: its commands work, and print what it shows |
//! | [`header`] | every compiler reads the header without a warning, as C and as C++; it agrees with the code |
//! | [`install`] | the installed files are found by pkg-config, and can be used in each way |
//! | [`prefix`] | an installation is complete, or changes nothing |
//! | [`manual`] | manual pages, generated from the headers: one per family of functions |
//! | [`kernel`] | a kernel in C, with heptad in its timer interrupt, boots and counts correctly |
//! | [`library`] | the library, one object, needs nothing but `memcpy`, `memset` and `memcmp`, offers weak functions and no other symbol, cannot panic, and is small |
//! | [`members`] | stage `members-long` of `verify`: killed processes leave nothing reserved |
//! | [`memcheck`] | stage `capi-memcheck` of `verify`: the C tests under valgrind |
//! | [`programs`] | the C tests pass here and on AArch64 |
//! | [`riscv64`] | stage `capi-riscv64` of `verify`: they pass on RISC-V, and the library for its kernels is closed |

pub(crate) mod bench;
mod examples;
pub(crate) mod guide;
pub(crate) mod header;
pub(crate) mod install;
mod kernel;
pub(crate) mod library;
mod manual;
pub(crate) mod members;
pub(crate) mod memcheck;
mod prefix;
mod programs;
pub(crate) mod riscv64;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::Shell;

use crate::matrix::{
    AARCH64_LINUX, AARCH64_NONE_SOFTFLOAT, X86_64_MUSL, X86_64_NONE, target_folder,
};
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"),
    Need::Target(AARCH64_LINUX),
    Need::Target(X86_64_MUSL),
    Need::Program("musl-gcc", "musl-tools"),
    Need::Target(AARCH64_NONE_SOFTFLOAT),
    Need::Target(X86_64_NONE),
    Need::Program("gcc", "gcc"),
    Need::Program("g++", "g++"),
    Need::Program("clang", "clang"),
    Need::Program("pkg-config", "pkg-config"),
    Need::Program("cmake", "cmake"),
    Need::Program("groff", "groff-base"),
    Need::Program("python3", "python3"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
    Need::Program("qemu-aarch64", "qemu-user"),
    Need::Program("qemu-system-aarch64", "qemu-system-arm"),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = PathBuf::from(target_folder()).join("capi-check");
    fs::create_dir_all(&folder)?;
    let host = library::build(shell, &needs::host_target(shell)?)?;
    let shared = host.shared.as_ref().context("a host has shared libraries")?;

    let mut count = header::read_everywhere(shell, &folder)?;
    count += header::agrees(shell, &library::exported(shared)?, &folder)?;

    let functions = header::functions()?;
    for target in [X86_64_NONE, AARCH64_NONE_SOFTFLOAT] {
        let library = library::build(shell, target)?;
        count += programs::object_is_closed(shell, &library, &functions, &folder)?;
        if target == AARCH64_NONE_SOFTFLOAT {
            count += kernel::run(shell, &library, &folder)?;
        }
    }
    count += programs::object_is_closed(shell, &host, &functions, &folder)?;

    for toolchain in programs::NATIVE {
        count += programs::tests(toolchain, &host, &folder)?;
    }
    let aarch64 = library::build(shell, AARCH64_LINUX)?;
    count += programs::inlined(shell, &host, &aarch64, &folder)?;
    count += programs::tests(&programs::AARCH64, &aarch64, &folder)?;
    count += install::check(shell, &host, &folder)?;
    let musl = library::build(shell, X86_64_MUSL)?;
    count += Count::of(musl.shared.is_none());
    count += install::check_static(shell, &musl, &programs::MUSL, &folder)?;
    count += guide::run(shell, &folder)?;
    count += examples::run(shell, &host, &aarch64, &folder)?;
    Ok(count)
}
