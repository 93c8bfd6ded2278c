//! Code as Linux wants it against speculation, from the assembly that rustc writes.
//!
//! A kernel with `CONFIG_RETHUNK`, `CONFIG_RETPOLINE` and `CONFIG_SLS`, as Debian's is, returns by a jump to a thunk
//! and branches to an address by a call of one; the kernel replaces both when it boots, as the processor needs. Its
//! tool objtool refuses anything else. rustc has options for that (`-Zfunction-return`, `-Zretpoline`), none of which
//! is stable, and none of which reaches the assembly routines. So the instructions are replaced in the text:
//!
//! | rustc writes | Linux gets |
//! |---|---|
//! | `retq` | `jmp __x86_return_thunk`, `int3` |
//! | `callq *%rax` | `callq __x86_indirect_thunk_rax` |
//! | `callq *8(%rbx)` | `movq 8(%rbx), %r11`, `callq __x86_indirect_thunk_r11` |
//! | `jmpq *%rax` | `jmp __x86_indirect_thunk_rax`, `int3` |
//! | `callq *memset@GOTPCREL(%rip)` | `callq memset`: modules have no table of addresses |
//! | the start of a function | `endbr64`, for kernels with `CONFIG_X86_KERNEL_IBT` |
//!
//! `%r11` is free at a call: it carries no argument, and the callee may change it. What this file overlooks, objtool
//! reports: it disassembles the result.

use anyhow::{Result, bail};

const LANDING_PAD: &str = "endbr64";

/// The text of an assembly file for Linux.
pub(super) fn harden(text: &str) -> Result<String> {
    let mut hardened = String::with_capacity(text.len() + text.len() / 8);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        // Notes for debuggers; objtool takes two of them for two files.
        if line.trim_start().starts_with(".file") {
            continue;
        }
        for replacement in replace(line)? {
            hardened += &replacement;
            hardened.push('\n');
        }
        let has_pad = lines.peek().is_some_and(|next| next.trim() == LANDING_PAD);
        if line.trim() == ".cfi_startproc" && !has_pad {
            hardened += "\tendbr64\n";
        }
    }
    Ok(hardened)
}

/// What takes the place of a line.
fn replace(line: &str) -> Result<Vec<String>> {
    let (operation, operands) =
        line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let operands = operands.trim();
    let replacement = match (operation, operands.strip_prefix('*')) {
        ("ret" | "retq", _) if operands.is_empty() => {
            vec!["\tjmp\t__x86_return_thunk".into(), "\tint3".into()]
        }
        ("callq" | "call", Some(address)) => match entry_of(address) {
            Some(symbol) => vec![format!("\tcallq\t{symbol}")],
            None => by_thunk("callq", address),
        },
        ("jmpq" | "jmp", Some(address)) => {
            let mut lines = match entry_of(address) {
                Some(symbol) => return Ok(vec![format!("\tjmp\t{symbol}")]),
                None => by_thunk("jmp", address),
            };
            lines.push("\tint3".into());
            lines
        }
        ("movq", _) if operands.contains("@GOTPCREL") => match operands.split_once(", ") {
            Some((source, register)) if entry_of(source).is_some() => {
                let symbol = entry_of(source).unwrap_or_default();
                vec![format!("\tleaq\t{symbol}(%rip), {register}")]
            }
            _ => bail!("no rule for `{}`", line.trim()),
        },
        _ if operands.contains("@GOTPCREL") => bail!("no rule for `{}`", line.trim()),
        _ => vec![line.into()],
    };
    Ok(replacement)
}

/// The symbol whose address stands at `operand`, if that is an entry of the table of addresses.
fn entry_of(operand: &str) -> Option<&str> {
    operand.strip_suffix("@GOTPCREL(%rip)")
}

/// A branch to what `address` holds, a register or a place in memory.
fn by_thunk(branch: &str, address: &str) -> Vec<String> {
    match address.strip_prefix('%') {
        Some(register) => vec![format!("\t{branch}\t__x86_indirect_thunk_{register}")],
        None => vec![
            format!("\tmovq\t{address}, %r11"),
            format!("\t{branch}\t__x86_indirect_thunk_r11"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hardened(before: &str, after: &[&str]) {
        assert_eq!(replace(before).unwrap(), after, "{before}");
    }

    #[test]
    fn returns_and_indirect_branches_go_by_thunks() {
        is_hardened("\tretq", &["\tjmp\t__x86_return_thunk", "\tint3"]);
        is_hardened("    ret", &["\tjmp\t__x86_return_thunk", "\tint3"]);
        is_hardened("\tcallq\t*%rbp", &["\tcallq\t__x86_indirect_thunk_rbp"]);
        is_hardened(
            "\tcallq\t*56(%rsp)",
            &["\tmovq\t56(%rsp), %r11", "\tcallq\t__x86_indirect_thunk_r11"],
        );
        is_hardened("\tjmpq\t*%rcx", &["\tjmp\t__x86_indirect_thunk_rcx", "\tint3"]);
        is_hardened("\tcallq\theptad_strerror", &["\tcallq\theptad_strerror"]);
        is_hardened("\tjmp\t.LBB1_2", &["\tjmp\t.LBB1_2"]);
    }

    #[test]
    fn addresses_come_from_no_table() {
        is_hardened("\tcallq\t*memset@GOTPCREL(%rip)", &["\tcallq\tmemset"]);
        is_hardened("\tjmpq\t*memcmp@GOTPCREL(%rip)", &["\tjmp\tmemcmp"]);
        is_hardened("\tmovq\tmemcpy@GOTPCREL(%rip), %rbp", &["\tleaq\tmemcpy(%rip), %rbp"]);
        assert!(replace("\tcmpq\tmemcpy@GOTPCREL(%rip), %rbp").is_err());
    }

    #[test]
    fn every_function_has_one_landing_pad() {
        let text =
            "\t.file\t\"a\"\nf:\n\t.cfi_startproc\n\tnop\ng:\n\t.cfi_startproc\n    endbr64\n";
        let hardened = harden(text).unwrap();
        assert_eq!(
            hardened,
            "f:\n\t.cfi_startproc\n\tendbr64\n\tnop\ng:\n\t.cfi_startproc\n    endbr64\n"
        );
    }
}
