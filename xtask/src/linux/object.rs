//! The library as Linux takes it: `heptad.o_shipped`, which the file `heptad.kbuild` links what a module uses of.

use std::fs;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::harden::harden;
use crate::capi::header;
use crate::matrix::{X86_64_NONE, target_folder};

/// The target's own options: general registers only, no red zone, addresses within the topmost 2 GiB. A module is
/// placed anywhere in there, by relocations; and has no jump tables, which are indirect branches.
const FLAGS: &str = "-Crelocation-model=static -Cllvm-args=-min-jump-table-entries=1000000";

/// For a module's folder, beside the object.
const FILES: &[(&str, &str)] = &[
    ("heptad.kbuild", include_str!("../../../targets/linux/heptad.kbuild")),
    ("heptad.lds", include_str!("../../../targets/linux/heptad.lds")),
];

/// The library in assembly, as rustc writes it.
pub(super) fn assembly(shell: &Shell) -> Result<String> {
    let folder = absolute(target_folder())?.join("linux/build");
    fs::create_dir_all(&folder)?;
    let file = folder.join("heptad.s");
    let emit = format!("--emit=asm={}", file.display());
    cmd!(shell, "cargo rustc --quiet --package heptad-capi --profile capi --target {X86_64_NONE}")
        .args(["--crate-type", "staticlib", "--", &emit])
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", &folder)
        .quiet()
        .run()
        .context("building the library for Linux")?;
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

/// Assembles `text` into `object`.
pub(super) fn assemble(shell: &Shell, text: &str, object: &Path) -> Result<()> {
    let source = object.with_extension("s");
    fs::write(&source, text)?;
    cmd!(shell, "gcc -c -o {object} {source}").quiet().run().context("assembling")?;
    Ok(fs::remove_file(source)?)
}

/// Fills `prefix` for a module: headers, the object, and what its Kbuild file includes.
pub(crate) fn install(shell: &Shell, prefix: &Path) -> Result<()> {
    let (include, lib) = (prefix.join("include"), prefix.join("lib"));
    for folder in [&include.join("heptad"), &lib] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    for file in header::files()? {
        fs::copy(Path::new(header::FOLDER).join(&file), include.join(&file))?;
    }
    for (name, text) in FILES {
        fs::write(lib.join(name), text)?;
    }
    assemble(shell, &harden(&assembly(shell)?)?, &shipped(prefix))
}

/// The object in a prefix.
pub(super) fn shipped(prefix: &Path) -> PathBuf {
    prefix.join("lib/heptad.o_shipped")
}
