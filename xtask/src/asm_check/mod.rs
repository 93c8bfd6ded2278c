//! Stage `asm-check`: the assembly routines, and the code that the compiler generates from the library, keep what the
//! sources promise.
//!
//! | what | where it looks | promise |
//! |---|---|---|
//! | [`banner`] | `asm/`, `src/probe/assembly.rs` | the C prototype is the Rust declaration; clobbers and costs are true |
//! | [`symbols`] | objects from GNU as; test programs | symbols are typed, sized, hidden, weak; sections aligned; the stack not executable; frames described |
//! | [`leftovers`] | the routines in one unit with a stranger's text, from GNU as and rustc | nothing is defined but the routines |
//! | [`rules`] | disassembled routines, every target | landing pad; no FP or SIMD register, no call, no store through `const`; only listed instructions |
//! | [`kernel`] | disassembled user of the library | no FP or SIMD register in anything the compiler makes for kernels; LSE atomics where the target has them |
//! | [`stack`] | the same | no operation takes more stack than docs/kernel.md says |
//! | [`pass`] | the same | the loops of a growing sorted table have no branch that depends on a word |
//! | [`mutate`] | test programs | a change of any one instruction makes a test fail |
//!
//! The last row shows that the tests of the routines can fail. The parts that judge banners and code have unit tests in
//! which they refuse some.

mod banner;
mod branches;
mod findings;
pub(crate) mod kernel;
mod leftovers;
mod machine;
mod mutate;
mod objdump;
mod operands;
mod pass;
mod rules;
mod source;
mod stack;
mod symbols;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use self::banner::{Banner, Declaration};
use self::findings::Findings;
use self::machine::{MACHINES, Machine};
use self::objdump::{Function, Objdump};
use self::source::{PREFIX, Source, parts_of, sources, text_of};
use crate::matrix::{
    AARCH64_LINUX, AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, RISCV64_LINUX, RISCV64IMAC_NONE,
    X86_64_NONE, target_folder,
};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-objdump"),
    Need::Target(AARCH64_LINUX),
    Need::Target(AARCH64_NONE),
    Need::Target(AARCH64_NONE_SOFTFLOAT),
    Need::Target(X86_64_NONE),
    Need::Program("qemu-aarch64", "qemu-user"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::Program("x86_64-linux-gnu-gcc", "gcc"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
    Need::Target(RISCV64_LINUX),
    Need::Target(RISCV64IMAC_NONE),
    Need::Program("qemu-riscv64", "qemu-user"),
    Need::Program("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
    Need::File("/usr/riscv64-linux-gnu/lib/libc.a", "libc6-dev-riscv64-cross"),
];

/// The test programs that call the routines, in the order of how quickly they find errors.
const PROGRAMS: &[&str] = &["shared", "probe_memory", "probe_abi"];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let objdump = Objdump::of_toolchain(shell)?;
    let declarations = banner::declarations(&fs::read_to_string("src/probe/assembly.rs")?, PREFIX)?;
    let mut findings = Findings::default();
    for machine in MACHINES.iter().filter(|machine| machine.target_features.is_empty()) {
        let mutants = machine.has_quick_mutants;
        check_machine(shell, machine, mutants, &objdump, &declarations, &mut findings)
            .with_context(|| format!("checking {}", machine.name))?;
    }
    kernel::check(shell, &objdump, &declarations, &mut findings)?;
    Ok(findings.count)
}

/// Stage `asm-check-all` of `verify`: what [`run`] omits, other variants and slow mutants.
pub(crate) fn run_all(shell: &Shell) -> Result<Count> {
    let objdump = Objdump::of_toolchain(shell)?;
    let declarations = banner::declarations(&fs::read_to_string("src/probe/assembly.rs")?, PREFIX)?;
    let mut findings = Findings::default();
    for machine in MACHINES.iter().filter(|machine| !machine.has_quick_mutants) {
        // The survivors among the mutants of the other variants still need reasons.
        let mutants = machine.target_features.is_empty();
        check_machine(shell, machine, mutants, &objdump, &declarations, &mut findings)
            .with_context(|| format!("checking {}", machine.name))?;
    }
    Ok(findings.count)
}

fn check_machine(
    shell: &Shell,
    machine: &Machine,
    with_mutants: bool,
    objdump: &Objdump,
    declarations: &[Declaration],
    findings: &mut Findings,
) -> Result<()> {
    let launcher = machine.launcher(shell)?;
    let sources = sources(machine)?;
    let folder = PathBuf::from(format!("{}/asm-check", target_folder()));
    fs::create_dir_all(&folder)?;
    let declared = |source: &Source| {
        let symbol = source.symbol();
        declarations.iter().find(|declaration| declaration.prototype.name == symbol)
    };
    let undeclared: Vec<String> = sources
        .iter()
        .filter(|source| declared(source).is_none())
        .map(|source| format!("{} is not declared in Rust", source.routine))
        .chain(
            (declarations.len() != sources.len())
                .then(|| "routines and declarations differ".into()),
        )
        .collect();
    findings.note(machine.name, &undeclared);

    for source in &sources {
        let what = format!("{} assembled by GNU as", source.path.display());
        findings.note(&what, &assemble(shell, machine, source, &folder)?);
    }

    let complaints = leftovers::complaints(shell, machine, &sources, &folder)?;
    findings.note(&format!("{}, {}", parts_of(machine).display(), machine.name), &complaints);

    let programs = build_test_programs(shell, machine)?;
    let contents = symbols::read(&programs[0])?;
    let mut routines = Vec::new();
    for source in &sources {
        let place = symbols::place(&contents, &source.symbol())?;
        let mut function = objdump.function(shell, &programs[0], &source.symbol())?;
        function.drop_padding(place.size);
        let Some(declaration) = declared(source) else { continue };
        let banner = banner::parse(machine.architecture, machine.cost, &source.text)
            .with_context(|| format!("reading the banner of {}", source.path.display()))?;
        check_routine(machine, source, &function, &banner, declaration, findings);
        let described = symbols::has_frame_description(&contents, place)?;
        let missing = (!described).then(|| "the unwinder finds no frame description".to_string());
        findings.note(&source.symbol(), missing.as_slice());
        routines.push((source.routine.clone(), function));
    }

    if !with_mutants {
        return Ok(());
    }
    let outcome = mutate::run(machine, launcher, &routines, &programs, &folder)?;
    println!(
        "      {}: {} mutants noticed ({} of them endless), {} equivalent, {} survived",
        machine.name,
        outcome.noticed,
        outcome.endless,
        outcome.equivalent,
        outcome.survivors.len()
    );
    findings.count.passed += outcome.noticed;
    findings.count.failed += outcome.survivors.len();
    for survivor in &outcome.survivors {
        println!("      SURVIVED {survivor}");
    }
    Ok(())
}

/// The code of one routine, its banner and its declaration; and its instruction counts, for display.
fn check_routine(
    machine: &Machine,
    source: &Source,
    function: &Function,
    banner: &Banner,
    declaration: &Declaration,
    findings: &mut Findings,
) {
    let what = source.path.display().to_string();
    findings.note(&what, &rules::complaints(machine, function, &declaration.prototype));
    let paths = machine.paths_through(&source.routine);
    findings.note(&what, &rules::contradictions(machine, function, banner, declaration, &paths));
    let bytes: usize = function.instructions.iter().map(|one| one.bytes.len()).sum();
    let mut line = format!("{}: {} instructions, {bytes} bytes", what, function.instructions.len());
    for path in paths {
        if let Some(count) = rules::walk(function, path.taken) {
            line += &format!("; {}: {count}", path.name);
        }
    }
    println!("      {line}");
}

/// Assembles the prelude and one routine with GNU as, both as one text and as two files through the
/// C preprocessor; returns what is wrong with the objects.
fn assemble(
    shell: &Shell,
    machine: &Machine,
    source: &Source,
    folder: &Path,
) -> Result<Vec<String>> {
    let compiler = machine.compiler;
    let preludes: Vec<_> =
        machine.preludes.iter().map(|name| parts_of(machine).join(name)).collect();
    let object = folder.join(format!("{}-{}.o", machine.name, source.routine));
    let text = text_of(&preludes)? + &source.text;
    let options = ["-c", "-Wa,--fatal-warnings", "-x"];
    let plain = cmd!(shell, "{compiler} {options...} assembler -o {object} -").stdin(text);
    let file = &source.path;
    let includes = preludes.iter().flat_map(|prelude| ["-include".as_ref(), prelude.as_os_str()]);
    let with_include =
        cmd!(shell, "{compiler} {options...} assembler-with-cpp -o {object} {file}").args(includes);
    let section = format!(".text.heptad_{}", source.routine);
    let mut complaints = Vec::new();
    for command in [plain, with_include] {
        let output = command.quiet().ignore_status().output()?;
        if output.status.success() {
            let data = symbols::read(&object)?;
            complaints.extend(symbols::complaints_of_object(&data, &source.symbol(), &section)?);
        } else {
            complaints.push(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    Ok(complaints)
}

/// Builds the test programs of [`PROGRAMS`] and returns their paths.
fn build_test_programs(shell: &Shell, machine: &Machine) -> Result<Vec<PathBuf>> {
    let mut command =
        machine.cargo_test(shell).args(["--quiet", "--no-run", "--message-format", "json"]);
    for name in PROGRAMS {
        command = command.args(["--test", name]);
    }
    let messages = command.quiet().read().context("building the test programs")?;
    let messages = messages
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<serde_json::Value>, _>>()
        .context("reading what Cargo says")?;
    let path_of = |name: &str| {
        messages.iter().find_map(|message| {
            let is_it = message["target"]["name"] == name;
            message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
        })
    };
    PROGRAMS
        .iter()
        .map(|name| path_of(name).with_context(|| format!("Cargo built no test {name}")))
        .collect()
}

#[cfg(test)]
mod tests {
    /// Symbols of two versions with different interfaces must differ.
    #[test]
    fn the_prefix_carries_the_version() {
        let manifest = include_str!("../../../Cargo.toml");
        let version = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
        let parts: Vec<&str> = version.unwrap().split('.').collect();
        assert_eq!(super::PREFIX, format!("heptad_{}_{}_", parts[0], parts[1]));
    }
}
