//! What the compiler makes of the library for kernels.
//!
//! `kernel-user/` is a small user of every part of the public API. It is linked for each bare-metal
//! target, and everything in it is disassembled: not only our own code, but the parts of `core` that
//! came with it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::banner::Declaration;
use super::machine::{Architecture, MACHINES};
use super::objdump::{Function, Objdump};
use super::{Findings, operands, pass, rules, symbols};
use crate::matrix::{AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE, target_folder};

/// A target for kernels.
struct Target {
    name: &'static str,
    architecture: Architecture,
    /// Does the target promise that the compiler uses no FP or SIMD register?
    is_soft: bool,
}

const TARGETS: &[Target] = &[
    Target { name: X86_64_NONE, architecture: Architecture::X86_64, is_soft: true },
    Target { name: AARCH64_NONE_SOFTFLOAT, architecture: Architecture::Aarch64, is_soft: true },
    Target { name: AARCH64_NONE, architecture: Architecture::Aarch64, is_soft: false },
];

/// Checks every target. All routines of `declarations` must be there.
pub(super) fn check(
    shell: &Shell,
    objdump: &Objdump,
    declarations: &[Declaration],
    findings: &mut Findings,
) -> Result<()> {
    for target in TARGETS {
        check_target(shell, objdump, target, declarations, findings)
            .with_context(|| format!("checking {}", target.name))?;
    }
    Ok(())
}

fn check_target(
    shell: &Shell,
    objdump: &Objdump,
    target: &Target,
    declarations: &[Declaration],
    findings: &mut Findings,
) -> Result<()> {
    let name = target.name;
    let folder = format!("{}/asm-check", target_folder());
    let manifest = "xtask/src/asm_check/kernel-user/Cargo.toml";
    cmd!(shell, "cargo build --quiet --release --manifest-path {manifest} --target {name}")
        .args(["--target-dir", &folder])
        .quiet()
        .run()
        .context("building the user of the library")?;
    let program = PathBuf::from(format!("{folder}/{name}/release/kernel_user"));
    let mut functions = objdump.all_functions(shell, &program)?;
    let contents = symbols::read(&program)?;

    let machine = MACHINES
        .iter()
        .find(|machine| machine.architecture == target.architecture)
        .context("an architecture has a machine")?;
    for Declaration { prototype, .. } in declarations {
        let mut named = functions.iter_mut().filter(|function| function.name == prototype.name);
        let routine = named
            .next()
            .with_context(|| format!("{} is not in {}", prototype.name, program.display()))?;
        routine.drop_padding(symbols::place(&contents, &routine.name)?.size);
        let what = format!("{name}: {}", routine.name);
        findings.note(&what, &rules::complaints(machine, routine, prototype));
    }

    let what = format!("{name}: the pass of growing");
    findings.note(&what, &pass::complaints(target.architecture, &functions));

    let (instructions, complaints) = fp_uses(target.architecture, &functions);
    ensure!(instructions > 1_000, "only {instructions} instructions in {}", program.display());
    if target.is_soft {
        println!(
            "      {name}: {} functions, {instructions} instructions, {} with FP or SIMD registers",
            functions.len(),
            complaints.len()
        );
        findings.note(name, &complaints);
    }
    Ok(())
}

/// How many instructions `functions` have, and those of them that use an FP or SIMD register.
fn fp_uses(architecture: Architecture, functions: &[Function]) -> (usize, Vec<String>) {
    let mut instructions = 0;
    let mut complaints = Vec::new();
    for function in functions {
        instructions += function.instructions.len();
        for one in &function.instructions {
            if let Some(register) = operands::find_fp_register(architecture, one) {
                complaints.push(format!("{}: `{one}` uses {register}", function.name));
            }
        }
    }
    (instructions, complaints)
}

/// The same for everything in the object `file`, which is for the soft-float target `name`.
pub(crate) fn fp_uses_in(shell: &Shell, name: &str, file: &Path) -> Result<(usize, Vec<String>)> {
    let mut soft = TARGETS.iter().filter(|target| target.is_soft);
    let target = soft.find(|target| target.name == name).context("not a soft-float target")?;
    let functions = Objdump::of_toolchain(shell)?.all_functions(shell, file)?;
    Ok(fp_uses(target.architecture, &functions))
}
