//! `cargo xtask install-c`: headers, archive, shared library, relocatable object, `heptad.pc`, CMake's files, and
//! manual pages.
//!
//! ```text
//!   DIR/include/heptad.h, heptad/*.h
//!   DIR/lib/libheptad.a
//!   DIR/lib/libheptad.so -> libheptad.so.0.1 -> libheptad.so.0.1.0     not on bare metal, nor for musl
//!   DIR/lib/heptad.o                                                   all functions, closed
//!   DIR/lib/pkgconfig/heptad.pc
//!   DIR/lib/cmake/heptad/heptadConfig.cmake, heptadConfigVersion.cmake
//!   DIR/share/man/man3/heptad.3, heptad_set.3, ...
//! ```
//!
//! With `--linux`, for a module's folder: the headers, `lib/heptad.o_shipped`, and what the module's Kbuild file
//! includes.
//!
//! With `--destdir` or the variable `DESTDIR`, as packagers set it, the files go below that folder, and name the prefix
//! without it. Everything is built first, and then installed as a whole ([`prefix`]).

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use xshell::{Shell, cmd};

use super::header;
use super::library::{self, Library, Memory};
use super::manual;
use super::prefix;
use super::programs::{NATIVE, Toolchain};
use crate::job::{self, Job};
use crate::linux;
use crate::needs::{self, Need};
use crate::stage::Count;

const USAGE: &str = "\
usage: cargo xtask install-c --prefix DIR [--destdir DIR] [--target TARGET] [--with-memory-functions]
       cargo xtask install-c --prefix DIR [--destdir DIR] --linux

  --prefix DIR               where to install; DIR/include, DIR/lib and DIR/share are made
  --destdir DIR              a folder to put that below, for packages; else the variable DESTDIR, if there is one
  --target TARGET            for another target than this machine, such as aarch64-unknown-none-softfloat
                             or x86_64-unknown-linux-musl (an archive and an object: no shared library)
  --with-memory-functions    heptad.o brings memcpy, memset and memcmp, as weak symbols (bare metal only)
  --linux                    an object for modules of Linux on x86_64: docs/linux.md";

/// The options of the command.
pub(crate) struct Call {
    prefix: PathBuf,
    destdir: Option<PathBuf>,
    target: Option<String>,
    memory: Memory,
    for_linux: bool,
}

impl Call {
    /// Parses the rest of the command line; `None` if it requests the help text, which is printed. A relative folder is
    /// relative to where the command was typed.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Option<Call>> {
        let destdir = env::var_os("DESTDIR").filter(|folder| !folder.is_empty());
        let mut call = Call {
            prefix: PathBuf::new(),
            destdir: destdir.map(PathBuf::from),
            target: None,
            memory: Memory::Elsewhere,
            for_linux: false,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("prefix") => call.prefix = env::current_dir()?.join(parser.value()?),
                Arg::Long("destdir") => {
                    call.destdir = Some(env::current_dir()?.join(parser.value()?));
                }
                Arg::Long("target") => call.target = Some(parser.value()?.string()?),
                Arg::Long("with-memory-functions") => call.memory = Memory::Within,
                Arg::Long("linux") => call.for_linux = true,
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
        if call.for_linux && (call.target.is_some() || call.memory == Memory::Within) {
            bail!("--linux has a target and memory functions of its own\n{USAGE}");
        }
        Ok(Some(call))
    }
}

/// The folder of the files, and the folder that they name.
struct Place {
    folder: PathBuf,
    prefix: PathBuf,
}

impl Call {
    fn place(&self) -> Place {
        let prefix = self.prefix.clone();
        let folder = match &self.destdir {
            Some(destdir) => destdir.join(prefix.strip_prefix("/").unwrap_or(&prefix)),
            None => prefix.clone(),
        };
        Place { folder, prefix }
    }
}

/// Installs.
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<()> {
    if call.for_linux {
        needs::obtain(shell, linux::OBJECT_NEEDS)?;
        let place = call.place();
        let files = prefix::fill(&place.folder, |staging| linux::object::install(shell, staging))?;
        files.iter().for_each(|file| println!("{}", file.display()));
        return Ok(());
    }
    let host = needs::host_target(shell)?;
    let target = call.target.clone().unwrap_or(host);
    let needed = [
        Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-ar"),
        // The leaked name lives as long as the program, which ends with this command.
        Need::Target(target.clone().leak()),
    ];
    needs::obtain(shell, &needed)?;
    if call.memory == Memory::Within && !target.contains("-none") {
        bail!("a C library has memcpy, memset and memcmp: leave out --with-memory-functions");
    }
    let library = library::build(shell, &target)?;
    for file in install(shell, &library, call.memory, &call.place())? {
        println!("{}", file.display());
    }
    Ok(())
}

/// Installs everything or nothing, and returns what is installed now.
fn install(
    shell: &Shell,
    library: &Library,
    memory: Memory,
    place: &Place,
) -> Result<Vec<PathBuf>> {
    prefix::fill(&place.folder, |staging| write(shell, library, memory, &place.prefix, staging))
}

/// Writes every file below `staging`, with the layout that it has below `prefix`.
fn write(
    shell: &Shell,
    library: &Library,
    memory: Memory,
    prefix: &Path,
    staging: &Path,
) -> Result<()> {
    let (include, lib) = (staging.join("include"), staging.join("lib"));
    let (pkgconfig, cmake) = (lib.join("pkgconfig"), lib.join("cmake/heptad"));
    let man = staging.join("share/man/man3");
    for folder in [&include.join("heptad"), &pkgconfig, &cmake, &man] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let version = library::version()?;
    let so_name = format!("libheptad.so.{}", library::minor_version()?);
    for file in header::files()? {
        fs::copy(Path::new(header::FOLDER).join(&file), include.join(&file))?;
    }
    fs::copy(&library.archive, lib.join("libheptad.a"))?;

    if let Some(shared) = &library.shared {
        let real = format!("libheptad.so.{version}");
        fs::copy(shared, lib.join(&real))?;
        symlink(&real, lib.join(&so_name))?;
        symlink(&so_name, lib.join("libheptad.so"))?;
    }

    let functions = header::functions()?;
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    library.object(shell, &functions, memory, &lib.join("heptad.o"))?;

    // The folder itself, if it exists: the links on its path may be removed later.
    let prefix = fs::canonicalize(prefix).unwrap_or_else(|_| prefix.to_path_buf());
    let prefix = prefix.to_str().context("the prefix is not UTF-8")?;
    let templates = [
        (pkgconfig.join("heptad.pc"), include_str!("../../../capi/heptad.pc.in")),
        (cmake.join("heptadConfig.cmake"), include_str!("../../../capi/heptadConfig.cmake.in")),
        (
            cmake.join("heptadConfigVersion.cmake"),
            include_str!("../../../capi/heptadConfigVersion.cmake.in"),
        ),
    ];
    for (file, template) in templates {
        let text = template.replace("@prefix@", prefix).replace("@version@", &version);
        fs::write(file, text.replace("@soname@", &so_name))?;
    }
    for page in manual::pages(&version)? {
        fs::write(man.join(page.name).with_extension("3"), page.text)?;
    }
    Ok(())
}

/// Installs into a folder and uses the result as a user would: by pkg-config, with the shared library, with the
/// archive, and with the object.
pub(super) fn check(shell: &Shell, library: &Library, folder: &Path) -> Result<Count> {
    let prefix = folder.join("installed");
    let _ = fs::remove_dir_all(&prefix);
    // Twice: the second time over the first.
    let place = Place { folder: prefix.clone(), prefix: prefix.clone() };
    install(shell, library, Memory::Elsewhere, &place)?;
    install(shell, library, Memory::Elsewhere, &place)?;
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
    let shared = library::without_version(shell, &lib.join("libheptad.so"))?;
    println!("      without the version {}: {shared:?}", library::symbol_version()?);
    let mut count = Count::of(shared.is_empty());
    count += manual_is_whole(shell, &prefix)?;
    count += with_cmake(shell, &prefix, folder)?;
    count += job::run_until_failure([
        Job::step("installed: compiling with the shared library", compile().args(&libs)),
        Job::tests("installed: with the shared library", run()),
        Job::step(
            "installed: compiling with the archive",
            compile().arg(lib.join("libheptad.a")).arg("-Wl,--gc-sections"),
        ),
        Job::tests("installed: with the archive", run()),
        Job::step("installed: compiling with the object", compile().arg(lib.join("heptad.o"))),
        Job::tests("installed: with the object", run()),
    ])?;
    Ok(count)
}

/// Every function is in one manual page, and `man` reads each page without a warning.
fn manual_is_whole(shell: &Shell, prefix: &Path) -> Result<Count> {
    let man = prefix.join("share/man/man3");
    let (mut count, mut synopses) = (Count::NONE, String::new());
    for entry in fs::read_dir(&man)? {
        let page = entry?.path();
        let warnings = cmd!(shell, "groff -man -ww -z -Tutf8 {page}").quiet().read_stderr()?;
        if !warnings.is_empty() {
            println!("      {}: {warnings}", page.display());
        }
        count += Count::of(warnings.is_empty());
        let text = fs::read_to_string(&page)?;
        let synopsis = text.split(".SH DESCRIPTION").next().unwrap_or_default();
        synopses += synopsis;
    }
    let functions = header::functions()?;
    let uses = |name: &String| synopses.matches(&format!("{name}(")).count();
    let elsewhere: Vec<&String> = functions.iter().filter(|name| uses(name) != 1).collect();
    println!("      manual pages: {} functions, not in one page: {elsewhere:?}", functions.len());
    count += Count::of(elsewhere.is_empty());
    Ok(count)
}

/// Lets CMake find the library, and runs what it builds with each kind.
fn with_cmake(shell: &Shell, prefix: &Path, folder: &Path) -> Result<Count> {
    const PROJECT: &str = "\
cmake_minimum_required(VERSION 3.10)
project(stranger C)
find_package(heptad 0.1 REQUIRED)
add_executable(shared set.c)
target_link_libraries(shared heptad::heptad)
add_executable(static set.c)
target_link_libraries(static heptad::static)
";
    let project = folder.join("cmake-stranger");
    let _ = fs::remove_dir_all(&project);
    fs::create_dir_all(&project)?;
    fs::write(project.join("CMakeLists.txt"), PROJECT)?;
    fs::copy("capi/tests/set.c", project.join("set.c"))?;
    fs::copy("capi/tests/check.h", project.join("check.h"))?;
    let (build, prefix) = (project.join("build"), fs::canonicalize(prefix)?);
    let configure = cmd!(shell, "cmake -S {project} -B {build}");
    job::run_until_failure([
        Job::step("CMake finds the library", configure.env("CMAKE_PREFIX_PATH", prefix)),
        Job::step("CMake builds", cmd!(shell, "cmake --build {build}")),
        Job::tests("installed: by CMake, shared", cmd!(shell, "{build}/shared")),
        Job::tests("installed: by CMake, static", cmd!(shell, "{build}/static")),
    ])
}

/// The same for programs that `toolchain` links statically, with the archive.
pub(super) fn check_static(
    shell: &Shell,
    library: &Library,
    toolchain: &Toolchain,
    folder: &Path,
) -> Result<Count> {
    let name = toolchain.name();
    let prefix = folder.join("installed-static");
    let _ = fs::remove_dir_all(&prefix);
    let place = Place { folder: prefix.clone(), prefix: "/usr".into() };
    let files = install(shell, library, Memory::Elsewhere, &place)?;
    let has_so = files.iter().any(|file| file.to_string_lossy().contains(".so"));
    let pkgconfig = fs::read_to_string(prefix.join("lib/pkgconfig/heptad.pc"))?;
    let mut count = Count::of(pkgconfig.starts_with("prefix=/usr\n"));
    let (include, archive) = (prefix.join("include"), prefix.join("lib/libheptad.a"));
    let program = folder.join("static-stranger");
    let compiler = toolchain.compiler;
    let compile = cmd!(shell, "{compiler} -static -std=c99 -o {program} capi/tests/set.c").args([
        "-I".as_ref(),
        include.as_os_str(),
        archive.as_os_str(),
    ]);
    let jobs = [
        Job::step(format!("installed for {name}: compiling with the archive"), compile),
        Job::tests(format!("installed for {name}"), toolchain.start(shell, &program)),
    ];
    count += Count::of(has_so == library.shared.is_some());
    count += job::run_until_failure(jobs)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::library;

    /// The library, the crate and the soname change their version together.
    #[test]
    fn the_library_has_the_version_of_the_crate() {
        let line = format!("\nversion = \"{}\"\n", library::version().unwrap());
        assert!(include_str!("../../../Cargo.toml").contains(&line));
    }
}
