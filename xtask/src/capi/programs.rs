//! C programs: compiled strictly, linked with the archive, run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use super::header::STRICT;
use super::library::{self, Library};
use crate::asm_check::kernel::fp_uses_in;
use crate::job::{self, Job};
use crate::stage::Count;
use crate::user_mode;

/// A compiler, and how its programs are started.
pub(super) struct Toolchain {
    pub(super) compiler: &'static str,
    options: &'static [&'static str],
    launcher: &'static [&'static str],
}

/// Compilers for this machine. The library is the same for each of them, so only the first one's program is interrupted
/// before every instruction of the library, which takes ten seconds.
pub(super) const NATIVE: &[Toolchain] = &[
    Toolchain { compiler: "gcc", options: &["-O2"], launcher: &[] },
    Toolchain { compiler: "clang", options: &["-O1", SAMPLE], launcher: &[] },
    Toolchain {
        compiler: "gcc",
        options: &["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", SAMPLE],
        launcher: &[],
    },
];

const SAMPLE: &str = "-DSAMPLE";

/// For programs under valgrind. Such a program cannot be stopped after each instruction, nor read below its stack
/// pointer.
pub(super) const WATCHED: Toolchain = Toolchain {
    compiler: "gcc",
    options: &["-O1", "-g", "-DWATCHED_BY_VALGRIND"],
    launcher: &["valgrind", "--quiet", "--error-exitcode=9"],
};

/// The compiler for AArch64. Its programs are linked statically: dynamic ones hang in QEMU's user mode when they
/// start a thread.
pub(super) const AARCH64: Toolchain = Toolchain {
    compiler: user_mode::AARCH64.compiler,
    options: &["-O2", "-static"],
    launcher: &[user_mode::AARCH64.launcher],
};

/// The compiler for RISC-V; its programs are linked statically too.
pub(super) const RISCV64: Toolchain = Toolchain {
    compiler: user_mode::RISCV64.compiler,
    options: &["-O2", "-static"],
    launcher: &[user_mode::RISCV64.launcher],
};

/// The compiler for musl.
pub(super) const MUSL: Toolchain =
    Toolchain { compiler: "musl-gcc", options: &["-static"], launcher: &[] };

impl Toolchain {
    /// The command that compiles `program` from a C source and the library.
    pub(super) fn compile<'shell>(
        &self,
        shell: &'shell Shell,
        library: &Library,
        source: &Path,
        program: &Path,
    ) -> Cmd<'shell> {
        let Toolchain { compiler, options, .. } = self;
        cmd!(shell, "{compiler} -std=c99 -Iinclude -o {program} {source}")
            .args(*options)
            .args(STRICT)
            .arg(&library.archive)
            .arg("-Wl,--gc-sections")
    }

    /// The command that starts a program.
    pub(super) fn start<'shell>(&self, shell: &'shell Shell, program: &Path) -> Cmd<'shell> {
        match self.launcher.split_first() {
            Some((launcher, rest)) => cmd!(shell, "{launcher} {rest...} {program}"),
            None => cmd!(shell, "{program}"),
        }
    }

    /// Its name for display.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.compiler, self.options.join(" "))
    }
}

/// Compiles and runs every C test.
pub(super) fn tests(toolchain: &Toolchain, library: &Library, folder: &Path) -> Result<Count> {
    job::run_beside(sources("capi/tests")?, |shell, source| {
        let name = source.file_stem().context("a file has a name")?.to_string_lossy();
        let program = folder.join(&*name);
        let compile = toolchain.compile(shell, library, &source, &program);
        let what = format!("{name}.c by {}", toolchain.name());
        let run = Job::tests(what.clone(), toolchain.start(shell, &program));
        job::run_until_failure([Job::step(format!("compiling {what}"), compile), run])
    })
}

/// The ways to compile the functions of the inline header for this machine: languages, optimisation levels, each form
/// of the probe, and without inlining.
const INLINED: &[&[&str]] = &[
    &["gcc", "-std=c99", "-O0"],
    &["gcc", "-std=c11", "-O3"],
    &["clang", "-std=c99", "-O0"],
    &["clang", "-std=c11", "-O3"],
    &["g++", "-std=c++11", "-O2", "-x", "c++"],
    &["clang++", "-std=c++17", "-O3", "-x", "c++"],
    &["gcc", "-std=c99", "-O2", "-DHEPTAD_GENERAL_REGISTERS"],
    &["clang", "-std=c99", "-O2", "-DHEPTAD_GENERAL_REGISTERS"],
    &["gcc", "-std=c99", "-O2", "-DHEPTAD_NO_INLINE"],
];

/// The same for AArch64. [`tests`] has compiled them there as they are.
const INLINED_AARCH64: &[&[&str]] =
    &[&[AARCH64.compiler, "-std=c99", "-O2", "-static", "-mgeneral-regs-only"]];

/// Stand-ins for a kernel's functions, so that the header compiles.
const KERNEL_USER: &str = "\
#include <heptad/inline.h>
int has(const heptad_set *set, uint64_t key);
int has(const heptad_set *set, uint64_t key)
{
    return heptad_inline_set_contains(set, key);
}
int get(const heptad_map *map, uint64_t key, uint64_t *value);
int get(const heptad_map *map, uint64_t key, uint64_t *value)
{
    return heptad_inline_map_prefetch(map, key) + heptad_inline_map_get(map, key, value);
}
";

/// Runs the test of `heptad/inline.h`, compiled in each of these ways; and checks with GCC that it uses no FP
/// register.
pub(super) fn inlined(
    shell: &Shell,
    host: &Library,
    aarch64: &Library,
    folder: &Path,
) -> Result<Count> {
    let program = folder.join("inline");
    let mut count = Count::NONE;
    let native = INLINED.iter().map(|words| (words, host, &NATIVE[0]));
    let foreign = INLINED_AARCH64.iter().map(|words| (words, aarch64, &AARCH64));
    for (words, library, toolchain) in native.chain(foreign) {
        let (compiler, options) = words.split_first().context("a compiler")?;
        let what = format!("inline.c by {}", words.join(" "));
        let compile = cmd!(shell, "{compiler} {options...} -Iinclude -o {program}")
            .arg("capi/tests/inline.c")
            .args(["-x", "none"])
            .arg(&library.archive)
            .args(STRICT);
        count += job::run_until_failure([
            Job::step(format!("compiling {what}"), compile),
            Job::tests(what, toolchain.start(shell, &program)),
        ])?;
    }
    let source = folder.join("kernel_user.c");
    fs::write(&source, KERNEL_USER)?;
    let kernel = cmd!(shell, "gcc -std=c99 -O2 -ffreestanding -mgeneral-regs-only -Iinclude")
        .args(["-c", "-o", "/dev/null"])
        .arg(&source)
        .args(STRICT);
    count += Job::step("inline.h for general registers", kernel).run()?;
    Ok(count)
}

/// The C sources of a folder.
fn sources(folder: &str) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

/// Checks how much a program grows by using some of the library, and that it needs nothing beyond what every C
/// compiler requires.
pub(super) fn object_is_closed(
    shell: &Shell,
    library: &Library,
    functions: &[String],
    folder: &Path,
) -> Result<Count> {
    let mut count = Count::NONE;
    let all: Vec<&str> = functions.iter().map(String::as_str).collect();
    let few = ["heptad_set_init", "heptad_set_insert", "heptad_set_contains"];
    let object = folder.join("heptad.o");
    for (what, functions) in [("init, insert, contains", &few[..]), ("every function", &all[..])] {
        library.object(shell, functions, library::Memory::Elsewhere, &object)?;
        let undefined = library::undefined(shell, &object)?;
        let allowed = ["memcpy", "memset", "memcmp"];
        let foreign: Vec<&String> =
            undefined.iter().filter(|symbol| !allowed.contains(&symbol.as_str())).collect();
        let panics: Vec<String> = library::defined(&object)?
            .into_iter()
            .filter(|symbol| symbol.contains("panic"))
            .collect();
        let bytes = library::loaded_bytes(shell, &object)?;
        println!(
            "      {} for {what}: {bytes} bytes; needs {}",
            library.target,
            undefined.iter().cloned().collect::<Vec<_>>().join(", ")
        );
        if !foreign.is_empty() || !panics.is_empty() {
            println!("      it must not need {foreign:?}, nor bring {panics:?}");
        }
        let wanted = functions.iter().map(|function| function.to_string()).collect();
        let is_alone = library::offered(&object, true)? == wanted
            && library::offered(&object, false)?.is_empty();
        if !is_alone {
            println!("      it must offer the requested functions, as weak symbols, and no others");
        }
        let is_small = bytes < if functions.len() > 10 { 298 << 10 } else { 8 << 10 };
        count += Count::of(foreign.is_empty() && panics.is_empty() && is_small && is_alone);
    }
    if library.shared.is_none() {
        let (instructions, uses) = fp_uses_in(shell, &library.target, &object)?;
        println!(
            "      {}: {instructions} instructions, {} with FP or SIMD registers",
            library.target,
            uses.len()
        );
        count += Count::of(uses.is_empty() && instructions > 1_000);
        library.object(shell, &all, library::Memory::Within, &object)?;
        let undefined = library::undefined(shell, &object)?;
        println!("      {} with its own memcpy: needs {undefined:?}", library.target);
        count += Count::of(undefined.is_empty());
    }
    Ok(count)
}

/// The limits of stack that `capi/tests/stack.c` holds calls to, by its names for them.
#[cfg(test)]
fn stack_limits(source: &str) -> Vec<(&str, &str)> {
    let rows = source.lines().filter_map(|line| {
        let (name, rest) = line.trim().strip_prefix("{ \"")?.split_once("\", ")?;
        Some((name, rest.split_once(", ")?.1.strip_suffix(" },")?))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    /// The page has a row for each limit that the test asserts.
    #[test]
    fn the_page_has_the_stack_limits_of_the_test() {
        let page = include_str!("../../../docs/c.md");
        let limits = super::stack_limits(include_str!("../../../capi/tests/stack.c"));
        assert_eq!(limits.len(), 14);
        for (name, most) in limits {
            let row = page
                .lines()
                .find(|line| line.starts_with("| ") && line.contains(&format!("`{name}`")));
            let row = row.unwrap_or_else(|| panic!("docs/c.md has no row of {name}"));
            let shown = row.replace(',', "");
            assert!(shown.ends_with(&format!("| {most} |")), "{row}: not {most}");
        }
    }
}
