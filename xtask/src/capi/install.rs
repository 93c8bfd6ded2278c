//! `cargo xtask install-c`: header, archive, shared library, relocatable object, and `heptad.pc`.
//!
//! ```text
//!   DIR/include/heptad.h, heptad/*.h
//!   DIR/lib/libheptad.a
//!   DIR/lib/libheptad.so -> libheptad.so.0.1 -> libheptad.so.0.1.0     not on bare metal, nor for musl
//!   DIR/lib/heptad.o                                                   all functions, closed
//!   DIR/lib/pkgconfig/heptad.pc
//! ```
//!
//! Everything is built first, and then put there as a whole ([`prefix`]).

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use xshell::{Shell, cmd};

use super::header;
use super::library::{self, Library, Memory};
use super::prefix;
use super::programs::NATIVE;
use crate::job::{self, Job};
use crate::needs::{self, Need};
use crate::stage::Count;

const USAGE: &str = "\
usage: cargo xtask install-c --prefix DIR [--target TARGET] [--with-memory-functions]

  --prefix DIR               where to install; DIR/include, DIR/lib and DIR/lib/pkgconfig are made
  --target TARGET            for another target than this machine, such as aarch64-unknown-none-softfloat
                             or x86_64-unknown-linux-musl (an archive and an object: no shared library)
  --with-memory-functions    heptad.o brings memcpy, memset and memcmp, as weak symbols (bare metal only)";

/// The options of a call.
pub(crate) struct Call {
    prefix: PathBuf,
    target: Option<String>,
    memory: Memory,
}

impl Call {
    /// The rest of the command line; `None` if that only wants to know the options, which are shown. A
    /// relative folder is one of where the command was typed.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Option<Call>> {
        let mut call = Call { prefix: PathBuf::new(), target: None, memory: Memory::Elsewhere };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("prefix") => call.prefix = env::current_dir()?.join(parser.value()?),
                Arg::Long("target") => call.target = Some(parser.value()?.string()?),
                Arg::Long("with-memory-functions") => call.memory = Memory::Within,
                Arg::Short('h') | Arg::Long("help") => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                _ => bail!("{}\n{USAGE}", argument.unexpected()),
            }
        }
        if call.prefix.as_os_str().is_empty() {
            bail!("where to?\n{USAGE}");
        }
        Ok(Some(call))
    }
}

/// Installs.
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<()> {
    let host = needs::host_target(shell)?;
    let target = call.target.clone().unwrap_or(host);
    let needed = [
        Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-ar"),
        // The name lives as long as the program, which ends with this command.
        Need::Target(target.clone().leak()),
    ];
    needs::obtain(shell, &needed)?;
    if call.memory == Memory::Within && !target.contains("-none") {
        bail!("a C library has memcpy, memset and memcmp: leave out --with-memory-functions");
    }
    let library = library::build(shell, &target)?;
    for file in install(shell, &library, call.memory, &call.prefix)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// Puts everything where it belongs, all of it or nothing, and returns what is there now.
fn install(
    shell: &Shell,
    library: &Library,
    memory: Memory,
    prefix: &Path,
) -> Result<Vec<PathBuf>> {
    prefix::fill(prefix, |staging| write(shell, library, memory, prefix, staging))
}

/// Writes every file below `staging`, as it will be below `prefix`.
fn write(
    shell: &Shell,
    library: &Library,
    memory: Memory,
    prefix: &Path,
    staging: &Path,
) -> Result<()> {
    let (include, lib) = (staging.join("include"), staging.join("lib"));
    let pkgconfig = lib.join("pkgconfig");
    for folder in [&include.join("heptad"), &pkgconfig] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let version = version()?;
    for file in header::files()? {
        fs::copy(Path::new(header::FOLDER).join(&file), include.join(&file))?;
    }
    fs::copy(&library.archive, lib.join("libheptad.a"))?;

    if let Some(shared) = &library.shared {
        let real = format!("libheptad.so.{version}");
        let so_name = real.rsplit_once('.').context("a version has parts")?.0.to_owned();
        fs::copy(shared, lib.join(&real))?;
        symlink(&real, lib.join(&so_name))?;
        symlink(&so_name, lib.join("libheptad.so"))?;
    }

    let functions = header::functions()?;
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    library.object(shell, &functions, memory, &lib.join("heptad.o"))?;

    let template = include_str!("../../../capi/heptad.pc.in");
    let prefix = fs::canonicalize(prefix)?;
    let text = template
        .replace("@prefix@", prefix.to_str().context("the prefix is not UTF-8")?)
        .replace("@version@", &version);
    fs::write(pkgconfig.join("heptad.pc"), text)?;
    Ok(())
}

/// The version of the library.
fn version() -> Result<String> {
    let manifest = include_str!("../../../capi/Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    Ok(version.and_then(|rest| rest.strip_suffix('"')).context("capi has a version")?.into())
}

/// Installs into a folder and uses what is there as a stranger would: by pkg-config, with the shared
/// library, with the archive, and with the object.
pub(super) fn check(shell: &Shell, library: &Library, folder: &Path) -> Result<Count> {
    let prefix = folder.join("installed");
    let _ = fs::remove_dir_all(&prefix);
    // Twice: the second time over the first.
    install(shell, library, Memory::Elsewhere, &prefix)?;
    install(shell, library, Memory::Elsewhere, &prefix)?;
    let lib = prefix.join("lib");
    let pkg_config = |question: &str| {
        let answer = cmd!(shell, "pkg-config {question} heptad")
            .env("PKG_CONFIG_PATH", lib.join("pkgconfig"))
            .quiet()
            .read();
        answer.map(|words| words.split_whitespace().map(String::from).collect::<Vec<_>>())
    };
    let (cflags, libs) = (pkg_config("--cflags")?, pkg_config("--libs")?);
    let compiler = NATIVE[0].compiler;
    let program = folder.join("stranger");
    let compile = || cmd!(shell, "{compiler} -std=c99 -o {program} capi/tests/set.c").args(&cflags);
    let run = || cmd!(shell, "{program}").env("LD_LIBRARY_PATH", &lib);
    job::run_until_failure([
        Job::step("installed: compiling with the shared library", compile().args(&libs)),
        Job::tests("installed: with the shared library", run()),
        Job::step(
            "installed: compiling with the archive",
            compile().arg(lib.join("libheptad.a")).arg("-Wl,--gc-sections"),
        ),
        Job::tests("installed: with the archive", run()),
        Job::step("installed: compiling with the object", compile().arg(lib.join("heptad.o"))),
        Job::tests("installed: with the object", run()),
    ])
}

/// The same for musl, whose programs are static: there is no shared library.
pub(super) fn check_musl(shell: &Shell, library: &Library, folder: &Path) -> Result<Count> {
    let prefix = folder.join("installed-musl");
    let _ = fs::remove_dir_all(&prefix);
    let files = install(shell, library, Memory::Elsewhere, &prefix)?;
    // An archive, an object, heptad.pc.
    let is_static = files.len() == header::files()?.len() + 3 && library.shared.is_none();
    let (include, archive) = (prefix.join("include"), prefix.join("lib/libheptad.a"));
    let program = folder.join("static-stranger");
    let compile = cmd!(shell, "musl-gcc -static -std=c99 -o {program} capi/tests/set.c").args([
        "-I".as_ref(),
        include.as_os_str(),
        archive.as_os_str(),
    ]);
    let jobs = [
        Job::step("installed for musl: compiling with the archive", compile),
        Job::tests("installed for musl", cmd!(shell, "{program}")),
    ];
    let mut count = Count::of(is_static);
    count += job::run_until_failure(jobs)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    /// The library, the crate and the soname change their version together.
    #[test]
    fn the_library_has_the_version_of_the_crate() {
        let line = format!("\nversion = \"{}\"\n", super::version().unwrap());
        assert!(include_str!("../../../Cargo.toml").contains(&line));
    }
}
