//! Programs in QEMU's user mode whose instructions are counted, by the plugin `counts/qemu_plugin.c`.
//!
//! The counts are exact and take seconds, for other architectures as for this one. QEMU models no caches and no branch
//! predictor.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::Need;
use crate::user_mode::Guest;

/// The compiler of the plugin; each guest has further needs.
pub(crate) const NEEDS: &[Need] = &[Need::Program("cc", "gcc")];

/// The variable that names the file of counts, for the program.
const VARIABLE: &str = "HEPTAD_EMULATED_COUNTS";

/// Compiles the plugin.
fn plugin(shell: &Shell) -> Result<PathBuf> {
    let path = Path::new(&target_folder()).join("heptad_qemu_plugin.so");
    std::fs::create_dir_all(target_folder())?;
    let compile = cmd!(shell, "cc -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -o {path}")
        .arg("counts/qemu_plugin.c");
    ensure!(Job::step("building QEMU's plugin", compile).run()?.failed == 0, "it does not compile");
    path.canonicalize().with_context(|| path.display().to_string())
}

/// The command that runs `program` of `guest` with its instructions counted into `counts`.
pub(crate) fn command<'shell>(
    shell: &'shell Shell,
    guest: &Guest,
    program: &Path,
    counts: &Path,
) -> Result<Cmd<'shell>> {
    let plugin = format!("{},path={}", plugin(shell)?.display(), counts.display());
    let launcher = guest.launcher;
    Ok(cmd!(shell, "{launcher} -plugin {plugin} {program}").env(VARIABLE, counts))
}
