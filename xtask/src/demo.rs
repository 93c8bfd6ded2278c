//! The demo: a kernel that profiles itself, with the symbols it was linked with.
//!
//! The kernel is linked once, with uncalled functions kept, so that it contains its own functions,
//! heptad's, and many of core's. The functions of the linked file, sorted by address and with
//! readable names, go into a second file that QEMU loads beside the kernel
//! (`tests-qemu/src/bin/demo/symbols.rs` has the format). So the profiled functions are the listed
//! ones.
//!
//! Where QEMU is missing and may not be installed, the same source runs on the host.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSymbol, SymbolKind};
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::AARCH64_NONE_SOFTFLOAT;
use crate::needs::{self, Need};
use crate::qemu::STATUS_PASS;

/// The address at which the kernel expects the list: `ATTACHMENT_ADDRESS` in
/// `tests-qemu/src/machine/aarch64.rs`.
const ATTACHMENT_ADDRESS: u64 = 0x4200_0000;

/// Runs the demo and shows what it prints.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let emulator = [
        Need::Program("qemu-system-aarch64", "qemu-system-arm"),
        Need::Target(AARCH64_NONE_SOFTFLOAT),
    ];
    match needs::obtain(shell, &emulator) {
        Ok(()) => run_under_qemu(shell),
        Err(error) => {
            println!("{error:#}");
            println!("so the demo runs on the host, as an ordinary program:");
            run_on_host(shell)
        }
    }
}

fn run_under_qemu(shell: &Shell) -> Result<()> {
    let list = build_and_list(shell, AARCH64_NONE_SOFTFLOAT)?;
    let device = format!("loader,file={},addr={ATTACHMENT_ADDRESS},force-raw=on", list.display());
    run_demo(shell, AARCH64_NONE_SOFTFLOAT, &["-device", &device], STATUS_PASS)
}

fn run_on_host(shell: &Shell) -> Result<()> {
    let host = needs::host_target(shell)?;
    let list = build_and_list(shell, &host)?;
    run_demo(shell, &host, &[&list.display().to_string()], 0)
}

/// `cargo VERB` of the demo for `target`.
fn cargo<'shell>(shell: &'shell Shell, verb: &str, target: &str) -> Cmd<'shell> {
    cmd!(shell, "cargo {verb} --package tests-qemu --bin demo --release --target {target}")
}

/// Builds the demo, and writes the list of its functions to a file.
fn build_and_list(shell: &Shell, target: &str) -> Result<PathBuf> {
    let build = Job::step(format!("building the demo for {target}"), cargo(shell, "build", target));
    ensure!(build.run()?.failed == 0, "the demo does not build");

    let folder = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    let program = folder.join(target).join("release/demo");
    let list = program.with_file_name("demo.functions");
    let bytes = fs::read(&program).with_context(|| format!("reading {}", program.display()))?;
    fs::write(&list, attachment_of(&functions_of(&bytes)?)?)?;
    Ok(list)
}

/// Runs the demo with its output passed through; it has to end with `status`.
fn run_demo(shell: &Shell, target: &str, arguments: &[&str], status: i32) -> Result<()> {
    let run = cargo(shell, "run", target).arg("--quiet").arg("--").args(arguments);
    let ended = Command::from(run).stdin(Stdio::null()).status().context("running cargo")?;
    ensure!(ended.code() == Some(status), "the demo failed: {ended}");
    Ok(())
}

/// A function of the linked program.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    start: u64,
    code_bytes: u64,
    name: String,
}

/// The functions of the program in `file`, by address: none overlaps the next, none is empty.
fn functions_of(file: &[u8]) -> Result<Vec<Function>> {
    let file = object::File::parse(file).context("the linked program is no object file")?;
    let mut functions = Vec::new();
    for symbol in file.symbols() {
        if symbol.is_definition() && symbol.kind() == SymbolKind::Text && symbol.size() > 0 {
            // The alternate format omits the hash at the end of a Rust symbol.
            let name = format!("{:#}", rustc_demangle::demangle(symbol.name()?));
            let (start, code_bytes) = (symbol.address(), symbol.size());
            functions.push(Function { start, code_bytes, name });
        }
    }
    functions.sort();
    // Several symbols may name one piece of code: the first by name is used.
    functions.dedup_by_key(|function| function.start);
    for index in 1..functions.len() {
        let next = functions[index].start;
        let function = &mut functions[index - 1];
        function.code_bytes = function.code_bytes.min(next - function.start);
    }
    Ok(functions)
}

/// The attachment: its length, then the list.
fn attachment_of(functions: &[Function]) -> Result<Vec<u8>> {
    let mut names = String::new();
    let mut list = Vec::from((functions.len() as u64).to_le_bytes());
    for Function { start, code_bytes, name } in functions {
        list.extend(start.to_le_bytes());
        list.extend(u32::try_from(*code_bytes)?.to_le_bytes());
        list.extend(u32::try_from(names.len())?.to_le_bytes());
        names.push_str(name);
        names.push('\n');
    }
    list.extend(u64::MAX.to_le_bytes());
    list.extend(0_u32.to_le_bytes());
    list.extend(u32::try_from(names.len())?.to_le_bytes());
    list.extend(names.bytes());
    let mut attachment = Vec::from((list.len() as u64).to_le_bytes());
    attachment.extend(list);
    Ok(attachment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_in_order_and_apart() {
        let program = fs::read(env::current_exe().unwrap()).unwrap();
        let functions = functions_of(&program).unwrap();
        let own = "xtask::demo::functions_of";
        assert!(functions.iter().any(|function| function.name == own), "{own} is missing");
        for pair in functions.windows(2) {
            assert!(pair[0].code_bytes > 0 && pair[0].start + pair[0].code_bytes <= pair[1].start);
        }
    }

    #[test]
    fn the_list_is_laid_out_as_the_kernel_reads_it() {
        let function =
            |start, code_bytes, name: &str| Function { start, code_bytes, name: name.into() };
        let list =
            attachment_of(&[function(0x100, 8, "first"), function(0x200, 4, "2nd")]).unwrap();
        let words: Vec<u64> =
            list[..64].chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect();
        let bytes = 8 + 3 * 16 + 10;
        assert_eq!(words, [bytes, 2, 0x100, 8, 0x200, 4 | 6 << 32, u64::MAX, 10 << 32]);
        assert_eq!(&list[64..], b"first\n2nd\n");
    }
}
