//! Stage `no-panic`: what a bare-metal user of heptad does not link.
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
    let mut count = job::run_until_failure(TARGETS.into_iter().flat_map(|target| {
        let planted = link(shell, target)
            .env("RUSTFLAGS", "--cfg plant_a_panic")
            .env("CARGO_TARGET_DIR", format!("{}/planted-panic", target_folder()));
        [
            Job::step(format!("no panic for {target}"), link(shell, target)),
            Job::refused(format!("a planted panic for {target}"), planted, COMPLAINT),
        ]
    }))?;
    let planted = functions_of_migration(shell, &["--cfg", "plant_a_rebuild"])?;
    let fixed = functions_of_migration(shell, &[])?;
    for (name, functions, is_right) in [
        ("maps that may be rebuilt", &planted, !planted.is_empty()),
        ("maps that are never rebuilt", &fixed, fixed.is_empty()),
    ] {
        println!("      {name}: {} functions of migration", functions.len());
        count += Count::of(is_right);
    }
    Ok(count)
}

fn link<'shell>(shell: &'shell Shell, target: &str) -> Cmd<'shell> {
    cmd!(shell, "cargo build --package tests-link --release --target {target}")
}

/// The symbols of migration in the program `fixed`, compiled with these flags.
fn functions_of_migration(shell: &Shell, flags: &[&str]) -> Result<Vec<String>> {
    cmd!(
        shell,
        "cargo rustc --quiet --package tests-link --bin fixed --release --target {X86_64_NONE}"
    )
    .arg("--")
    .args(flags)
    .quiet()
    .run()?;
    let program = PathBuf::from(target_folder()).join(X86_64_NONE).join("release/fixed");
    let contents = fs::read(&program).with_context(|| format!("reading {}", program.display()))?;
    let file = object::File::parse(&*contents)?;
    let names = file.symbols().filter_map(|symbol| symbol.name().ok().map(String::from));
    Ok(names.filter(|name| name.contains(MIGRATION)).collect())
}
