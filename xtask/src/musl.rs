//! Stage `musl` of `verify`: the tests as static Linux programs, for 64 and 32 bits. An x86_64 machine runs
//! both, and neither needs a C compiler: Rust supplies the library and the linker.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{ALL, I686_MUSL, X86_64_MUSL};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[Need::Target(X86_64_MUSL), Need::Target(I686_MUSL)];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    job::run_until_failure([X86_64_MUSL, I686_MUSL].map(|target| {
        let command = cmd!(shell, "cargo test --release --target {target}").args(ALL.arguments);
        let variable = target.to_uppercase().replace('-', "_");
        let command = command.env(format!("CARGO_TARGET_{variable}_LINKER"), "rust-lld");
        Job::tests(format!("release, {}, {target}", ALL.name), command)
    }))
}
