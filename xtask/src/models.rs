//! Stages `models` of `test` and `models-long` of `verify`: the lock-free map's code under loom.

use anyhow::Result;
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::stage::Count;

/// The models that take minutes.
const LONG: &str = "lockfree::models::thorough::";

/// The small models.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let command = cargo_test(shell).args(["lockfree::models::", "--", "--skip", LONG]);
    Job::tests("small models", command).run()
}

/// All of them.
pub(crate) fn run_long(shell: &Shell) -> Result<Count> {
    let command = cargo_test(shell).arg("lockfree::models::");
    Job::tests("all models", command).run()
}

/// `cargo test` of the crate's own tests with loom's atomics. They have a target folder of their own,
/// because Cargo builds everything anew whenever the flags change.
fn cargo_test(shell: &Shell) -> Cmd<'_> {
    cmd!(shell, "cargo test --release --lib")
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", format!("{}/loom", target_folder()))
}
