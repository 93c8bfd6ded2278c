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
    /// `cargo test` of the crate's own tests with these atomics. Each kind has its own target folder, because
    /// Cargo rebuilds everything whenever the flags change.
    pub(super) fn cargo_test(self, shell: &Shell) -> Result<Cmd<'_>> {
        let (package, flags, name) = match self {
            // The same sources, in a package that has loom.
            Atomics::Loom => ("heptad-models", "--cfg heptad_loom", "loom"),
            Atomics::Steps => ("heptad", "--cfg heptad_steps", "steps"),
        };
        let folder = std::path::absolute(target_folder())?.join(name);
        let cargo = cmd!(shell, "cargo test --release --package {package} --lib");
        Ok(cargo.env("RUSTFLAGS", flags).env("CARGO_TARGET_DIR", folder))
    }
}
