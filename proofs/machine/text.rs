//! The assembly routines as the crate assembles them, and nothing else: so the proved code is the
//! crate's own.

#![no_std]

#[cfg(target_arch = "aarch64")]
#[path = "../../src/probe/aarch64.rs"]
mod text;
#[cfg(target_arch = "x86_64")]
#[path = "../../src/probe/x86_64.rs"]
mod text;
#[cfg(target_arch = "riscv64")]
#[path = "../../src/probe/riscv64.rs"]
mod text;
