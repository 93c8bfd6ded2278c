//! The targets that the program is built for, and how it is started there.
//!
//! Programs without an operating system make Linux system calls themselves, so that all except
//! WebAssembly run as ordinary processes: on this processor, or in QEMU's user mode.

use crate::matrix::{
    AARCH64_LINUX, AARCH64_NONE_SOFTFLOAT, RISCV32IMC, RISCV64_NONE, THUMBV6M, THUMBV7EM,
    X86_64_LINUX, X86_64_MUSL, X86_64_NONE,
};
use crate::needs::Need;

/// A target, and how its programs are built and started.
pub(super) struct Target {
    pub(super) name: &'static str,
    /// Does it have the 64-bit atomics that the lock-free map needs?
    pub(super) has_atomics: bool,
    /// Flags without which its programs do not start here.
    pub(super) flags: &'static str,
    pub(super) linker: Option<&'static str>,
    /// The command that starts its programs; empty if they start directly.
    pub(super) launcher: &'static [&'static str],
    /// A compiler for C libraries, with its options.
    pub(super) c_compiler: Option<&'static [&'static str]>,
}

const PLAIN: Target = Target {
    name: "",
    has_atomics: true,
    flags: "",
    linker: None,
    launcher: &[],
    c_compiler: None,
};

/// Options of a C library for a kernel.
macro_rules! freestanding {
    ($compiler:literal, $($option:literal),*) => {
        Some(&[$compiler, "-ffreestanding", "-fno-stack-protector", "-fno-pic", $($option),*])
    };
}

pub(super) const HOST: Target = Target { name: X86_64_LINUX, c_compiler: Some(&["gcc"]), ..PLAIN };
pub(super) const MUSL: Target = Target { name: X86_64_MUSL, c_compiler: Some(&["gcc"]), ..PLAIN };
pub(super) const I686: Target = Target {
    name: "i686-unknown-linux-musl",
    flags: "-Clink-self-contained=yes",
    linker: Some("rust-lld"),
    ..PLAIN
};
pub(super) const AARCH64: Target = Target {
    name: AARCH64_LINUX,
    flags: "-Ctarget-feature=+crt-static",
    linker: Some("aarch64-linux-gnu-gcc"),
    launcher: &["qemu-aarch64"],
    c_compiler: Some(&["aarch64-linux-gnu-gcc"]),
    ..PLAIN
};
pub(super) const X86_64_BARE: Target = Target {
    name: X86_64_NONE,
    // Nothing would apply relocations.
    flags: "-Crelocation-model=static",
    c_compiler: freestanding!("gcc", "-mgeneral-regs-only", "-mno-red-zone"),
    ..PLAIN
};
pub(super) const AARCH64_BARE: Target = Target {
    name: AARCH64_NONE_SOFTFLOAT,
    launcher: &["qemu-aarch64"],
    c_compiler: freestanding!(
        "aarch64-linux-gnu-gcc",
        "-mgeneral-regs-only",
        "-mno-outline-atomics"
    ),
    ..PLAIN
};
const RISCV64: Target = Target { name: RISCV64_NONE, launcher: &["qemu-riscv64"], ..PLAIN };
const RISCV32: Target =
    Target { name: RISCV32IMC, has_atomics: false, launcher: &["qemu-riscv32"], ..PLAIN };
const THUMB_V7: Target =
    Target { name: THUMBV7EM, has_atomics: false, launcher: &["qemu-arm"], ..PLAIN };
pub(super) const THUMB_V6: Target =
    Target { name: THUMBV6M, has_atomics: false, launcher: &["qemu-arm"], ..PLAIN };
const WASM: Target = Target {
    name: "wasm32-unknown-unknown",
    flags: "-Clink-arg=--export=run_bare",
    launcher: &["node", "host.mjs"],
    ..PLAIN
};

/// Every target.
pub(super) const ALL: &[&Target] = &[
    &HOST,
    &MUSL,
    &I686,
    &AARCH64,
    &X86_64_BARE,
    &AARCH64_BARE,
    &RISCV64,
    &RISCV32,
    &THUMB_V7,
    &THUMB_V6,
    &WASM,
];

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"),
    Need::Target(HOST.name),
    Need::Target(MUSL.name),
    Need::Target(I686.name),
    Need::Target(AARCH64.name),
    Need::Target(X86_64_BARE.name),
    Need::Target(AARCH64_BARE.name),
    Need::Target(THUMB_V6.name),
    Need::Program("gcc", "gcc"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
    Need::Program("qemu-aarch64", "qemu-user"),
];

/// Needs of the other targets.
pub(crate) const ALL_NEEDS: &[Need] = &[
    NEEDS[0],
    NEEDS[1],
    NEEDS[2],
    NEEDS[3],
    NEEDS[4],
    NEEDS[5],
    NEEDS[6],
    NEEDS[7],
    NEEDS[8],
    NEEDS[9],
    NEEDS[10],
    NEEDS[11],
    Need::Target(RISCV64.name),
    Need::Target(RISCV32.name),
    Need::Target(THUMB_V7.name),
    Need::Target(WASM.name),
    Need::Program("node", "nodejs"),
];
