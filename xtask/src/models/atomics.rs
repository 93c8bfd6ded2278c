//! The kinds of atomics under which the lock-free map is tested.

use anyhow::Result;
use xshell::{Cmd, Shell, cmd};

use crate::matrix::target_folder;

/// The atomics of the code under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atomics {
    Loom,
    Steps,
}

impl Atomics {
    /// `cargo test` of the crate's own tests with these atomics, in the package of the same sources that has loom, and
    /// nothing of what the other tests need. Each kind has its own target folder.
    pub(super) fn cargo_test(self, shell: &Shell) -> Result<Cmd<'_>> {
        let (flags, name) = match self {
            Atomics::Loom => ("--cfg heptad_loom", "loom"),
            Atomics::Steps => ("--cfg heptad_steps", "steps"),
        };
        let folder = std::path::absolute(target_folder())?.join(name);
        let cargo = cmd!(shell, "cargo test --release --package heptad-models --lib");
        Ok(cargo.env("RUSTFLAGS", flags).env("CARGO_TARGET_DIR", folder))
    }
}
