//! Stage `no-panic`: a bare-metal user of the whole fallible interface links, and so cannot panic.
//!
//! `tests-link` has a panic handler that needs an undefined function: if no code can reach a panic,
//! the linker drops the handler, and with it the reference. The counter-proof plants a panic, and
//! must not link, for exactly that reason.
//!
//! Its program `fixed` has maps that are never rebuilt. No symbol of it may be a function of migration; where the same
//! maps may be rebuilt, some are, although the program rebuilds none.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use object::{Object as _, ObjectSymbol as _};
use xshell::{Cmd, Shell, cmd};

use crate::builds;
use crate::job::{self, Job};
use crate::matrix::{AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE, target_folder};
use crate::needs::Need;
use crate::stage::Count;

const TARGETS: [&str; 3] = [AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE];

pub(crate) const NEEDS: &[Need] =
    &[Need::Target(AARCH64_NONE), Need::Target(AARCH64_NONE_SOFTFLOAT), Need::Target(X86_64_NONE)];

/// The linker's message when the handler stays.
const COMPLAINT: &str = "undefined symbol: a_panic_is_reachable";
/// In the symbol of each function of `src/lockfree/chain/migrate.rs`.
const MIGRATION: &str = "5chain7migrate";

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let all = link(shell, &TARGETS);
    let none = Job::step(format!("no panic for {}", TARGETS.join(", ")), all);
    let planted = TARGETS.iter().map(|&target| {
        let planted = link(shell, &[target]).args(["--features", "plant-a-panic"]);
        Job::refused(format!("a planted panic for {target}"), planted, COMPLAINT)
    });
    let mut count = job::run_until_failure([none].into_iter().chain(planted))?;
    let planted = functions_of_migration(shell, &["--features", "plant-a-rebuild"])?;
    let fixed = functions_of_migration(shell, &[])?;
    for (name, functions, is_right) in [
        ("maps that may be rebuilt", planted, planted > 0),
        ("maps that are never rebuilt", fixed, fixed == 0),
    ] {
        println!("      {name}: {functions} functions of migration");
        count += Count::of(is_right);
    }
    Ok(count)
}

fn link<'shell>(shell: &'shell Shell, targets: &[&str]) -> Cmd<'shell> {
    cmd!(shell, "cargo build --package tests-link --release").args(builds::targets(targets))
}

/// How many functions of migration there are in the program `fixed`, built with these words.
fn functions_of_migration(shell: &Shell, words: &[&str]) -> Result<usize> {
    link(shell, &[X86_64_NONE]).args(["--quiet", "--bin", "fixed"]).args(words).quiet().run()?;
    let program = PathBuf::from(target_folder()).join(X86_64_NONE).join("release/fixed");
    let contents = fs::read(&program).with_context(|| format!("reading {}", program.display()))?;
    let file = object::File::parse(&*contents)?;
    let names = file.symbols().filter_map(|symbol| symbol.name().ok());
    Ok(names.filter(|name| name.contains(MIGRATION)).count())
}
