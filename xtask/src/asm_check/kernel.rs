//! The code that the compiler generates from the library for kernels.
//!
//! `kernel-user/` is a small user of every part of the public API. It is linked for each bare-metal
//! target, and the whole program is disassembled: our own code, and the parts of `core` that it uses.
//!
//! The lock-free tables exchange words: on AArch64 by single LSE instructions where the target has
//! them, and otherwise by loops of exclusive loads and stores. The same program, built for each, must
//! have only the one or the other.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::banner::Declaration;
use super::findings::Findings;
use super::machine::{Architecture, MACHINES};
use super::objdump::{Function, Objdump};
use super::{operands, pass, rules, stack, symbols};
use crate::matrix::{
    AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, RISCV64IMAC_NONE, X86_64_NONE, target_folder,
};

/// A target for kernels.
struct Target {
    name: &'static str,
    architecture: Architecture,
    /// Does the target promise that the compiler uses no FP or SIMD register?
    is_soft: bool,
    /// The column of its limits in the table of stack use.
    stack_column: Option<usize>,
}

const TARGETS: &[Target] = &[
    Target {
        name: X86_64_NONE,
        architecture: Architecture::X86_64,
        is_soft: true,
        stack_column: Some(0),
    },
    Target {
        name: AARCH64_NONE_SOFTFLOAT,
        architecture: Architecture::Aarch64,
        is_soft: true,
        stack_column: Some(1),
    },
    Target {
        name: RISCV64IMAC_NONE,
        architecture: Architecture::Riscv64,
        is_soft: true,
        stack_column: None,
    },
    Target {
        name: AARCH64_NONE,
        architecture: Architecture::Aarch64,
        is_soft: false,
        stack_column: None,
    },
];

/// Checks every target. All routines of `declarations` must be present.
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
    let name = AARCH64_NONE_SOFTFLOAT;
    for (flags, has_lse) in [("", false), ("-Ctarget-feature=+lse", true)] {
        let functions = objdump.all_functions(shell, &build(shell, name, flags)?)?;
        let exchanges = Exchanges::count(&functions);
        println!("      {name} {flags}: {exchanges:?}");
        let what = format!("{name} {flags}");
        findings.note(&what, exchanges.complaint(has_lse).as_slice());
    }
    Ok(())
}

/// Builds the user of the library; each set of flags has its own folder.
fn build(shell: &Shell, target: &str, flags: &str) -> Result<PathBuf> {
    let folder = format!("{}/asm-check{}", target_folder(), flags.replace(['=', ' '], "-"));
    let manifest = "xtask/src/asm_check/kernel-user/Cargo.toml";
    cmd!(shell, "cargo build --quiet --release --manifest-path {manifest} --target {target}")
        .args(["--target-dir", &folder])
        .env("RUSTFLAGS", flags)
        // For `stack::FLAGS`, on stable compilers too.
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .run()
        .context("building the user of the library")?;
    Ok(PathBuf::from(format!("{folder}/{target}/release/kernel_user")))
}

/// Instructions of AArch64 that exchange a word of memory atomically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exchanges {
    /// `cas` and its relatives: LSE.
    single: usize,
    /// Exclusive loads and stores: each exchange is a loop around two.
    exclusive: usize,
}

impl Exchanges {
    fn count(functions: &[Function]) -> Exchanges {
        let mnemonics = || {
            let instructions = functions.iter().flat_map(|function| &function.instructions);
            instructions.map(|instruction| &*instruction.mnemonic)
        };
        let exclusive = ["ldxr", "ldaxr", "stxr", "stlxr"];
        Exchanges {
            single: mnemonics().filter(|it| it.starts_with("cas") || it.starts_with("swp")).count(),
            exclusive: mnemonics()
                .filter(|it| exclusive.iter().any(|start| it.starts_with(start)))
                .count(),
        }
    }

    /// What is wrong for a target with or without LSE.
    fn complaint(self, has_lse: bool) -> Option<String> {
        let is_right = match has_lse {
            true => self.single > 0 && self.exclusive == 0,
            false => self.single == 0 && self.exclusive > 0,
        };
        (!is_right).then(|| format!("exchanges are not those of the target: {self:?}"))
    }
}

fn check_target(
    shell: &Shell,
    objdump: &Objdump,
    target: &Target,
    declarations: &[Declaration],
    findings: &mut Findings,
) -> Result<()> {
    let name = target.name;
    let program = build(shell, name, "")?;
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

    // RISC-V has no maximum instruction without Zbb: there the compiler generates a branch.
    if target.architecture != Architecture::Riscv64 {
        let what = format!("{name}: the pass of growing");
        findings.note(&what, &pass::complaints(target.architecture, &functions));
    }

    if let Some(column) = target.stack_column {
        let program = build(shell, name, stack::FLAGS)?;
        let functions = objdump.all_functions(shell, &program)?;
        let contents = symbols::read(&program)?;
        let complaints = stack::complaints(target.architecture, column, &functions, &contents)?;
        findings.note(&format!("{name}: the stack"), &complaints);
    }

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

/// The number of instructions in `functions`, and those among them that use an FP or SIMD register.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm_check::objdump;

    #[test]
    fn exchanges_are_distinguished() {
        let of = |code: &str| {
            Exchanges::count(&objdump::parse(&format!("0000000000000000 <f>:\n{code}")))
        };
        let lse = of("  0: c8a07c41     \tcas\tx0, x1, [x2]\n  4: d65f03c0     \tret\n");
        let exclusive =
            of("  0: c85f7c40     \tldxr\tx0, [x2]\n  4: c800fc41     \tstlxr\tw0, x1, [x2]\n");
        assert_eq!((lse.single, lse.exclusive), (1, 0));
        assert_eq!((exclusive.single, exclusive.exclusive), (0, 2));
        assert_eq!((lse.complaint(true), exclusive.complaint(false)), (None, None));
        assert!(lse.complaint(false).is_some() && exclusive.complaint(true).is_some());
        assert!(of("  0: d65f03c0     \tret\n").complaint(true).is_some());
    }
}
