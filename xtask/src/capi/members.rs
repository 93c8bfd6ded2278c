//! Stage `members-long` of `verify`: each test kills ten thousand of the processes that share a map.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use super::{library, programs};
use crate::job::{self, Job};
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] =
    &[Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"), Need::Program("gcc", "gcc")];

/// The variable that the tests read, and its value.
const KILLS: (&str, &str) = ("HEPTAD_KILLS", "10000");

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = PathBuf::from(target_folder()).join("members-long");
    fs::create_dir_all(&folder)?;
    let library = library::build(shell, &needs::host_target(shell)?)?;
    let toolchain = &programs::NATIVE[0];
    let program = folder.join("shared_members");
    let source = Path::new("capi/tests/shared_members.c");
    let (variable, kills) = KILLS;
    let in_c = toolchain.start(shell, &program).env(variable, kills);
    let in_rust = cmd!(shell, "cargo test --release --all-features --test lockfree_members");
    job::run_until_failure([
        Job::step("compiling the test in C", toolchain.compile(shell, &library, source, &program)),
        Job::tests(format!("{kills} kills, by C"), in_c),
        Job::tests(format!("{kills} kills, by Rust"), in_rust.env(variable, kills)),
    ])
}
