//! The C library: its build and the checks of its contents.
//!
//! Cargo makes of `capi` an archive of Rust's object files, with their internal symbols: linked into a program that has
//! Rust of its own, it defines things twice. So it is only an intermediate. The library is one relocatable object with
//! the functions of the header as weak symbols, so that two libraries that contain heptad are linked as one, and
//! everything else local. `libheptad.a` is an archive of it; on bare metal it has a second member with `memcpy` and the
//! like, for programs that have none. The shared library is linked from the same object, and its functions have the
//! version of the interface.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSymbol};
use xshell::{Shell, cmd};

use super::header;
use crate::matrix::target_folder;
use crate::needs;

/// The files to link with, for one target.
pub(crate) struct Library {
    pub(super) target: String,
    /// Cargo's archive.
    raw: PathBuf,
    /// All functions in one closed object.
    pub(crate) object: PathBuf,
    /// `object`, and on bare metal the memory functions.
    pub(crate) archive: PathBuf,
    /// Only for targets with shared libraries.
    pub(super) shared: Option<PathBuf>,
}

/// The version of the library.
pub(super) fn version() -> Result<String> {
    let manifest = include_str!("../../../capi/Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    Ok(version.and_then(|rest| rest.strip_suffix('"')).context("capi has a version")?.into())
}

/// Its first two numbers: before 1.0 each change of them may break the interface.
pub(super) fn minor_version() -> Result<String> {
    Ok(version()?.rsplit_once('.').context("a version has parts")?.0.to_owned())
}

/// The version of each function of the shared library.
pub(super) fn symbol_version() -> Result<String> {
    Ok(format!("HEPTAD_{}", minor_version()?))
}

/// Functions that the compiler calls, and a C library has.
const MEMORY_FUNCTIONS: &[&str] = &["memcpy", "memmove", "memset", "memcmp", "bcmp"];

/// Builds the library for `target`.
pub(crate) fn build(shell: &Shell, target: &str) -> Result<Library> {
    let has_shared = has_shared_libraries(shell, target)?;
    cmd!(shell, "cargo rustc --quiet --package heptad-capi --profile capi --target {target}")
        .args(["--crate-type", "staticlib"])
        .quiet()
        .run()
        .with_context(|| format!("building the C library for {target}"))?;
    let folder = PathBuf::from(target_folder()).join(target).join("capi");
    let library = Library {
        target: target.into(),
        raw: folder.join("libheptad_capi.a"),
        object: folder.join("heptad.o"),
        archive: folder.join("libheptad.a"),
        shared: has_shared.then(|| folder.join("libheptad.so")),
    };
    let functions = header::functions()?;
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    library.object(shell, &functions, Memory::Elsewhere, &library.object)?;
    if let Some(shared) = &library.shared {
        library.link_shared(shell, shared)?;
    }
    let mut members = vec![library.object.clone()];
    if target.contains("-none") {
        let memory = folder.join("memory.o");
        library.link(shell, MEMORY_FUNCTIONS, slice::from_ref(&library.raw), &memory)?;
        members.push(memory);
    }
    let archive = &library.archive;
    let _ = fs::remove_file(archive);
    let archiver = tool(shell, "llvm-ar")?;
    cmd!(shell, "{archiver} rcs {archive} {members...}").quiet().run().context("archiving")?;
    Ok(library)
}

/// Does the target have shared libraries? Bare metal has none, and programs for musl are static.
fn has_shared_libraries(shell: &Shell, target: &str) -> Result<bool> {
    let facts = cmd!(shell, "rustc --print cfg --target {target}").quiet().read()?;
    let has = |fact: &str| facts.lines().any(|line| line == fact);
    Ok(has("unix") && !has("target_feature=\"crt-static\""))
}

/// Whether an object contains `memcpy`, `memset` and `memcmp`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The program that it is linked into has them.
    Elsewhere,
    /// As weak symbols, if the target's own library has them: the bare-metal ones do.
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
        match memory {
            Memory::Within => {
                let all = [functions, MEMORY_FUNCTIONS].concat();
                self.link(shell, &all, slice::from_ref(&self.raw), object)
            }
            Memory::Elsewhere => self.link(shell, functions, &self.own_members(shell)?, object),
        }
    }

    /// Links `inputs` into one object in which `functions` are weak and everything else is local.
    fn link(
        &self,
        shell: &Shell,
        functions: &[&str],
        inputs: &[PathBuf],
        object: &Path,
    ) -> Result<()> {
        let linker = tool(shell, "rust-lld")?;
        let roots = functions.iter().flat_map(|function| ["-u", function]);
        cmd!(shell, "{linker} -flavor gnu -r --gc-sections -o {object}")
            .args(roots)
            .args(inputs)
            .quiet()
            .run()
            .context("linking the object")?;
        // The linker does not strip relocatable output.
        let editor = tool(shell, "llvm-objcopy")?;
        let kept = functions.iter().map(|function| format!("--keep-global-symbol={function}"));
        cmd!(shell, "{editor} --strip-debug --weaken {object}")
            .args(kept)
            .quiet()
            .run()
            .context("making its symbols local")
    }

    /// Links the object into a shared library whose functions have the version [`symbol_version`].
    fn link_shared(&self, shell: &Shell, shared: &Path) -> Result<()> {
        let minor = minor_version()?;
        let script = shared.with_extension("map");
        fs::write(
            &script,
            include_str!("../../../capi/libheptad.map.in").replace("@minor@", &minor),
        )?;
        let (compiler, options): (_, &[&str]) = match self.target.split('-').next() {
            Some("aarch64") => ("aarch64-linux-gnu-gcc", &[]),
            Some("riscv64gc") => ("riscv64-linux-gnu-gcc", &[]),
            Some("i686") => ("cc", &["-m32"]),
            _ => ("cc", &[]),
        };
        let (script, object) = (script.display().to_string(), &self.object);
        cmd!(shell, "{compiler} {options...} -shared -nostartfiles -o {shared} {object}")
            .arg(format!("-Wl,-soname,libheptad.so.{minor},--version-script={script}"))
            .arg("-Wl,-z,defs,-z,relro,-z,now")
            .quiet()
            .run()
            .context("linking the shared library")
    }

    /// heptad's members of the archive, without those of `core`.
    fn own_members(&self, shell: &Shell) -> Result<Vec<PathBuf>> {
        let archiver = tool(shell, "llvm-ar")?;
        let archive = &self.raw;
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

/// The symbols that `object` defines, for others or only for itself.
pub(super) fn defined(object: &Path) -> Result<BTreeSet<String>> {
    definitions(object, |_| true)
}

/// The symbols that `object` offers to others; another definition overrides a weak one.
pub(super) fn offered(object: &Path, weak: bool) -> Result<BTreeSet<String>> {
    definitions(object, |symbol| symbol.is_global() && symbol.is_weak() == weak)
}

fn definitions(
    object: &Path,
    is_wanted: impl Fn(&object::Symbol<'_, '_>) -> bool,
) -> Result<BTreeSet<String>> {
    let bytes = fs::read(object).with_context(|| format!("reading {}", object.display()))?;
    let file = object::File::parse(&*bytes)?;
    let defined = file.symbols().filter(|symbol| symbol.is_definition() && is_wanted(symbol));
    defined.map(|symbol| Ok(symbol.name()?.to_owned())).collect()
}

/// The functions that a shared library exports.
pub(super) fn exported(shared: &Path) -> Result<BTreeSet<String>> {
    let bytes = fs::read(shared).with_context(|| format!("reading {}", shared.display()))?;
    let file = object::File::parse(&*bytes)?;
    // The name of the version is an absolute symbol.
    let is_function = |symbol: &object::Symbol<'_, '_>| symbol.section_index().is_some();
    let symbols = file.dynamic_symbols().filter(|it| it.is_definition() && is_function(it));
    symbols.map(|symbol| Ok(symbol.name()?.to_owned())).collect()
}

/// The functions of a shared library whose version is not [`symbol_version`], by llvm-nm.
pub(super) fn without_version(shell: &Shell, shared: &Path) -> Result<Vec<String>> {
    let lister = tool(shell, "llvm-nm")?;
    let list = cmd!(shell, "{lister} --dynamic --defined-only --format=just-symbols {shared}");
    let version = symbol_version()?;
    let is_other = |name: &&str| !name.ends_with(&format!("@@{version}")) && *name != version;
    Ok(list.quiet().read()?.lines().filter(is_other).map(String::from).collect())
}

/// Bytes of code and constants that `object` adds to a program.
pub(super) fn loaded_bytes(shell: &Shell, object: &Path) -> Result<u64> {
    let sizer = tool(shell, "llvm-size")?;
    let table = cmd!(shell, "{sizer} {object}").quiet().read()?;
    let row = table.lines().nth(1).and_then(|row| row.split_whitespace().nth(3));
    row.and_then(|sum| sum.parse().ok()).context("llvm-size prints no sum")
}

/// A program of the toolchain's llvm-tools.
pub(crate) fn tool(shell: &Shell, name: &str) -> Result<PathBuf> {
    let sysroot = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
    let host = needs::host_target(shell)?;
    let program = sysroot.join("lib/rustlib").join(host).join("bin").join(name);
    ensure!(program.exists(), "{} is missing: install llvm-tools", program.display());
    Ok(program)
}
