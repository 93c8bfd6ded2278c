//! Stage `proofs`: the theorems of `proofs/`, by z3 and by symbolic execution of machine code.
//!
//! They run in a separate Python environment below the target folder. It is created once, and again
//! when `proofs/requirements.txt` changes; a copy of that file in the environment shows this.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::{AARCH64_NONE_SOFTFLOAT, RISCV64IMAC_NONE, X86_64_NONE, target_folder};
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Program("python3", "python3"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::Program("x86_64-linux-gnu-gcc", "gcc"),
    Need::Program("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
    Need::Program("qemu-riscv64", "qemu-user"),
    Need::Target(AARCH64_NONE_SOFTFLOAT),
    Need::Target(X86_64_NONE),
    Need::Target(RISCV64IMAC_NONE),
];

/// Debian has what `python3 -m venv` needs in a separate package; its list of files shows whether it
/// is installed.
const VENV: Need = Need::File("/var/lib/dpkg/info/python3-venv.list", "python3-venv");

const REQUIREMENTS: &str = "proofs/requirements.txt";

/// The theorems, with the planted errors that are found quickly.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    prove(shell, &[])
}

/// The same, with every planted error.
pub(crate) fn run_long(shell: &Shell) -> Result<Count> {
    prove(shell, &["--long"])
}

fn prove(shell: &Shell, arguments: &[&str]) -> Result<Count> {
    let folder = format!("{}/proofs", target_folder());
    make_environment(shell, &folder)?;
    let python = format!("{folder}/bin/python");
    Job::tests("theorems", cmd!(shell, "{python} proofs/run.py {arguments...}")).run()
}

fn make_environment(shell: &Shell, folder: &str) -> Result<()> {
    let wanted = fs::read_to_string(REQUIREMENTS)?;
    let stamp = Path::new(folder).join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if cmd!(shell, "python3 -c 'import ensurepip'").quiet().ignore_stderr().run().is_err() {
        needs::obtain(shell, &[VENV])?;
    }
    step("making a Python environment", cmd!(shell, "python3 -m venv --clear {folder}"))?;
    let pip = format!("{folder}/bin/pip");
    let install = "install --quiet --disable-pip-version-check --requirement".split(' ');
    step("installing z3 and angr", cmd!(shell, "{pip} {install...} {REQUIREMENTS}"))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

fn step(name: &str, command: Cmd) -> Result<()> {
    if Job::step(name, command).run()?.failed > 0 {
        bail!("without it the proofs cannot run");
    }
    Ok(())
}
