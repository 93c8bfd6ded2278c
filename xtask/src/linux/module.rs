//! Building the module, as its users build theirs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::debian::Kernel;
use super::object;
use crate::asm_check::kernel::fp_uses_in;
use crate::capi::guide;
use crate::job::Job;
use crate::matrix::X86_64_NONE;
use crate::stage::Count;

/// Follows docs/linux.md, whose module is one for readers.
pub(super) fn follow_guide(shell: &Shell, kernel: &Kernel, folder: &Path) -> Result<Count> {
    let work = folder.join("guide");
    guide::follow(shell, "docs/linux.md", &work, &[("KERNEL", &kernel.headers)])?.run()
}

/// Builds `heptad_check.ko` in `folder`; its path, if nobody complained.
pub(super) fn build(
    shell: &Shell,
    kernel: &Kernel,
    folder: &Path,
) -> Result<(Count, Option<PathBuf>)> {
    let sources = folder.join("module");
    let prefix = sources.join("heptad");
    fs::create_dir_all(&sources)?;
    for entry in fs::read_dir("tests-linux")? {
        let file = entry?.path();
        fs::copy(&file, sources.join(file.file_name().context("a file has a name")?))?;
    }
    object::install(shell, &prefix)?;
    let shipped = object::shipped(&prefix);
    let hardened = fs::read(&shipped)?;

    // Objtool has to notice what `harden` replaces, or its silence says nothing.
    object::assemble(shell, &object::assembly(shell)?, &shipped)?;
    let (mut count, output) = make(shell, kernel, &sources, "the module, not hardened")?;
    let complaints = complaints_in(&output);
    for wanted in ["return found", "indirect call found", "missing int3"] {
        let number = complaints.iter().filter(|line| line.contains(wanted)).count();
        println!("      objtool, of code that is not hardened: {number} times `{wanted}`");
        count += Count::of(number > 0);
    }

    fs::write(&shipped, hardened)?;
    let (made, output) = make(shell, kernel, &sources, "the module")?;
    count += made;
    let complaints = complaints_in(&output);
    for line in &complaints {
        println!("      {line}");
    }
    println!("      complaints of objtool, modpost and the compiler: {}", complaints.len());
    count += Count::of(complaints.is_empty());
    let (instructions, fp_uses) = fp_uses_in(shell, X86_64_NONE, &sources.join("heptad.o"))?;
    println!(
        "      {instructions} instructions in heptad.o, with an FP or SIMD register: {fp_uses:?}"
    );
    count += Count::of(instructions > 1000 && fp_uses.is_empty());
    let module = sources.join("heptad_check.ko");
    Ok((count, (count.failed == 0).then_some(module)))
}

fn make(shell: &Shell, kernel: &Kernel, sources: &Path, name: &str) -> Result<(Count, String)> {
    let headers = &kernel.headers;
    let command = cmd!(shell, "make -C {headers} M={sources} modules");
    Job::step(name, command).run_for_output()
}

/// Lines of a build that nobody should have to read.
fn complaints_in(output: &str) -> Vec<&str> {
    let is_complaint = |line: &&str| {
        let line = line.to_lowercase();
        ["warning", "error", "objtool"].iter().any(|word| line.contains(word))
    };
    output.lines().filter(is_complaint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_found() {
        let output = "  CC [M]  main.o\nheptad.o: warning: objtool: f+0x1: naked return\n\
                      ERROR: modpost: undefined\nSkipping BTF generation for a.ko\n";
        assert_eq!(complaints_in(output).len(), 2);
    }
}
