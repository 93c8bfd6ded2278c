//! The C library: built, and looked into.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSymbol};
use xshell::{Shell, cmd};

use crate::matrix::target_folder;
use crate::needs;

/// What there is to link with, for one target.
pub(super) struct Library {
    pub(super) target: String,
    pub(super) archive: PathBuf,
    /// Only for targets that have such.
    pub(super) shared: Option<PathBuf>,
}

/// Builds the library for `target`.
pub(super) fn build(shell: &Shell, target: &str) -> Result<Library> {
    let is_hosted = !target.contains("-none");
    // On bare metal there is no shared library, and Cargo would say so each time.
    let kinds = if is_hosted { "staticlib,cdylib" } else { "staticlib" };
    cmd!(shell, "cargo rustc --quiet --package heptad-capi --profile capi --target {target}")
        .args(["--crate-type", kinds])
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .quiet()
        .run()
        .with_context(|| format!("building the C library for {target}"))?;
    let folder = PathBuf::from(target_folder()).join(target).join("capi");
    let shared = is_hosted.then(|| folder.join("libheptad_capi.so"));
    Ok(Library { target: target.into(), archive: folder.join("libheptad_capi.a"), shared })
}

/// Whether an object brings `memcpy`, `memset` and `memcmp`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The program that it is linked into has them.
    Elsewhere,
    /// As weak symbols, if the target's own library has them: those for bare metal do.
    Within,
}

impl Library {
    /// One relocatable object with `functions` and what they need, and nothing else.
    pub(super) fn object(
        &self,
        shell: &Shell,
        functions: &[&str],
        memory: Memory,
        object: &Path,
    ) -> Result<()> {
        let archive = &self.archive;
        let inputs = match memory {
            Memory::Within => vec![archive.clone()],
            Memory::Elsewhere => self.own_members(shell)?,
        };
        let linker = tool(shell, "rust-lld")?;
        let roots = functions.iter().flat_map(|function| ["-u", function]);
        cmd!(shell, "{linker} -flavor gnu -r --gc-sections -o {object}")
            .args(roots)
            .args(inputs)
            .quiet()
            .run()
            .context("linking the object")?;
        // The linker does not strip what it makes to be linked again.
        let stripper = tool(shell, "llvm-objcopy")?;
        cmd!(shell, "{stripper} --strip-debug {object}").quiet().run().context("stripping it")
    }

    /// The archive's members that are heptad's, without those of `core`.
    fn own_members(&self, shell: &Shell) -> Result<Vec<PathBuf>> {
        let archiver = tool(shell, "llvm-ar")?;
        let archive = &self.archive;
        let folder = archive.with_file_name("members");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let list = cmd!(shell, "{archiver} t {archive}").quiet().read()?;
        let own: Vec<&str> = list.lines().filter(|name| name.starts_with("heptad")).collect();
        ensure!(!own.is_empty(), "{} has no member of heptad's own", archive.display());
        cmd!(shell, "{archiver} x --output {folder} {archive}").args(&own).quiet().run()?;
        Ok(own.iter().map(|name| folder.join(name)).collect())
    }
}

/// The symbols that `object` needs, by llvm-nm.
pub(super) fn undefined(shell: &Shell, object: &Path) -> Result<BTreeSet<String>> {
    let lister = tool(shell, "llvm-nm")?;
    let list = cmd!(shell, "{lister} --undefined-only --format=just-symbols {object}");
    Ok(list.quiet().read()?.lines().map(String::from).collect())
}

/// The symbols that `object` defines for others, or keeps to itself.
pub(super) fn defined(object: &Path) -> Result<BTreeSet<String>> {
    let bytes = fs::read(object).with_context(|| format!("reading {}", object.display()))?;
    let file = object::File::parse(&*bytes)?;
    let defined = file.symbols().filter(|symbol| symbol.is_definition());
    defined.map(|symbol| Ok(symbol.name()?.to_owned())).collect()
}

/// The functions that a shared library exports.
pub(super) fn exported(shared: &Path) -> Result<BTreeSet<String>> {
    let bytes = fs::read(shared).with_context(|| format!("reading {}", shared.display()))?;
    let file = object::File::parse(&*bytes)?;
    let symbols = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    symbols.map(|symbol| Ok(symbol.name()?.to_owned())).collect()
}

/// Bytes of code and constants that `object` adds to a program.
pub(super) fn loaded_bytes(shell: &Shell, object: &Path) -> Result<u64> {
    let sizer = tool(shell, "llvm-size")?;
    let table = cmd!(shell, "{sizer} {object}").quiet().read()?;
    let row = table.lines().nth(1).and_then(|row| row.split_whitespace().nth(3));
    row.and_then(|sum| sum.parse().ok()).context("llvm-size prints no sum")
}

/// A program of the toolchain's llvm-tools.
pub(super) fn tool(shell: &Shell, name: &str) -> Result<PathBuf> {
    let sysroot = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
    let host = needs::host_target(shell)?;
    let program = sysroot.join("lib/rustlib").join(host).join("bin").join(name);
    ensure!(program.exists(), "{} is missing: install llvm-tools", program.display());
    Ok(program)
}
