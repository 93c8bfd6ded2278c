//! Disassembly: parses what LLVM's `objdump` prints.
//!
//! ```text
//! 0000000000072680 <heptad_0_1_free_slot>:
//!    72698: 48 89 f8                      movq    %rdi, %rax
//!    726a7: 74 09                         je      0x726b2 <heptad_0_1_free_slot+0x32>
//! ```
//!
//! Operands are split at the commas between them and kept as text; [`operands`](super::operands) interprets
//! them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::needs;

/// A function in an object file or a program.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) instructions: Vec<Instruction>,
}

impl Function {
    /// The address of its first instruction.
    pub(super) fn start(&self) -> u64 {
        self.instructions.first().map_or(0, |first| first.address)
    }

    /// Keeps the first `size` bytes, which belong to the symbol: the rest is padding.
    pub(super) fn drop_padding(&mut self, size: u64) {
        let start = self.start();
        self.instructions.retain(|one| one.address < start + size);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) address: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) mnemonic: String,
    pub(super) operands: Vec<String>,
}

impl Instruction {
    /// The target address of a branch, if it is written in the instruction.
    pub(super) fn target(&self) -> Option<u64> {
        u64::from_str_radix(self.operands.last()?.strip_prefix("0x")?, 16).ok()
    }
}

impl std::fmt::Display for Instruction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.mnemonic, self.operands.join(", "))
    }
}

/// The disassembler of the toolchain.
pub(super) struct Objdump {
    program: PathBuf,
}

impl Objdump {
    pub(super) fn of_toolchain(shell: &Shell) -> Result<Objdump> {
        let sysroot = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
        let host = needs::host_target(shell)?;
        let program = sysroot.join("lib/rustlib").join(host).join("bin/llvm-objdump");
        ensure!(program.exists(), "{} is missing: install llvm-tools", program.display());
        Ok(Objdump { program })
    }

    /// Every function of `file`, a program, an object or an archive of objects.
    pub(super) fn all_functions(&self, shell: &Shell, file: &Path) -> Result<Vec<Function>> {
        self.run(shell, &[OsStr::new("--disassemble"), file.as_os_str()])
    }

    /// The function `symbol` of `file`.
    pub(super) fn function(&self, shell: &Shell, file: &Path, symbol: &str) -> Result<Function> {
        let option = format!("--disassemble-symbols={symbol}");
        let functions = self.run(shell, &[OsStr::new(&option), file.as_os_str()])?;
        let mut named = functions.into_iter().filter(|function| function.name == symbol);
        let function = named.next().with_context(|| format!("{symbol} is not in {file:?}"))?;
        ensure!(named.next().is_none(), "{symbol} is in {file:?} more than once");
        Ok(function)
    }

    fn run(&self, shell: &Shell, arguments: &[&OsStr]) -> Result<Vec<Function>> {
        let program = &self.program;
        let text = cmd!(shell, "{program} {arguments...}").quiet().ignore_stderr().read()?;
        Ok(parse(&text))
    }
}

/// The functions of a listing.
pub(super) fn parse(listing: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    for line in listing.lines() {
        if let Some(name) = parse_heading(line) {
            functions.push(Function { name: name.into(), instructions: Vec::new() });
        } else if let Some(instruction) = parse_instruction(line) {
            if let Some(function) = functions.last_mut() {
                function.instructions.push(instruction);
            }
        }
    }
    functions
}

/// The name in `0000000000072680 <name>:`.
fn parse_heading(line: &str) -> Option<&str> {
    let (address, name) = line.strip_suffix(">:")?.split_once(" <")?;
    u64::from_str_radix(address, 16).ok()?;
    Some(name)
}

fn parse_instruction(line: &str) -> Option<Instruction> {
    let (address, rest) = line.trim_start().split_once(": ")?;
    let address = u64::from_str_radix(address, 16).ok()?;
    let (bytes, text) = rest.split_once('\t')?;
    let text = without_comment(text).trim();
    let (mnemonic, operands) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some(Instruction {
        address,
        bytes: parse_bytes(bytes)?,
        mnemonic: mnemonic.into(),
        operands: split_operands(operands.trim()),
    })
}

/// Bytes are listed one by one on x86_64, as one 32-bit number on AArch64, and on RISC-V as one number of
/// 32 bits or, if the instruction is compressed, of 16 bits.
fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() == 8 && !text.contains(' ') {
        return Some(u32::from_str_radix(text, 16).ok()?.to_le_bytes().to_vec());
    }
    if text.len() == 4 {
        return Some(u16::from_str_radix(text, 16).ok()?.to_le_bytes().to_vec());
    }
    text.split(' ').map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

/// The disassembler adds values as comments: `# imm = 0x…` on x86_64, `// =…` on AArch64.
fn without_comment(text: &str) -> &str {
    let end = ["# ", "//"].iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

/// Splits at the commas outside brackets, and drops the names added to addresses: `0x64 <name>`.
fn split_operands(text: &str) -> Vec<String> {
    let mut operands = vec![String::new()];
    let mut depth = 0;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if character == ',' && depth == 0 {
            operands.push(String::new());
        } else if let Some(operand) = operands.last_mut() {
            operand.push(character);
        }
    }
    let plain = |operand: &String| match operand.split_once(" <") {
        Some((address, _)) => address.trim().to_string(),
        None => operand.trim().to_string(),
    };
    operands.iter().map(plain).filter(|operand| !operand.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_back() {
        let listing = "\n\
            program:\tfile format elf64-x86-64\n\n\
            Disassembly of section .text:\n\n\
            0000000000072680 <heptad_0_1_free_slot>:\n\
            \x20  72680: f3 0f 1e fa                  \tendbr64\n\
            \x20  72684: 48 b9 00 01 01 01 01 01 01 01\tmovabsq\t$0x101010101010100, %rcx # imm = 0x1\n\
            \x20  7268e: 4b 39 4c 08 f9               \tcmpq\t%rcx, -0x7(%r8,%r9)\n\
            \x20  726a7: 74 09                        \tje\t0x726b2 <heptad_0_1_free_slot+0x32>\n\n\
            0000000000000010 <core::ops::Fn>:\n\
            \x20     10: f8408ca5     \tldr\tx5, [x5, #0x8]!\n\
            \x20     14: 8b08216b     \tadd\tx11, x11, x8, lsl #8 // =1\n\n\
            0000000000000020 <riscv>:\n\
            \x20     20: 8082         \tret\n\
            \x20     22: fe029ae3     \tbnez\tt0, 0x20 <riscv>\n";
        let functions = parse(listing);
        let names: Vec<&str> = functions.iter().map(|function| &*function.name).collect();
        assert_eq!(names, ["heptad_0_1_free_slot", "core::ops::Fn", "riscv"]);
        let texts = |function: &Function| {
            function.instructions.iter().map(|one| one.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(&functions[0]),
            [
                "endbr64 ",
                "movabsq $0x101010101010100, %rcx",
                "cmpq %rcx, -0x7(%r8,%r9)",
                "je 0x726b2",
            ]
        );
        assert_eq!(texts(&functions[1]), ["ldr x5, [x5, #0x8]!", "add x11, x11, x8, lsl #8"]);
        assert_eq!(functions[0].instructions[1].bytes.len(), 10);
        assert_eq!(functions[0].instructions[3].target(), Some(0x726b2));
        assert_eq!(functions[1].instructions[0].bytes, [0xa5, 0x8c, 0x40, 0xf8]);
        assert_eq!(functions[1].instructions[0].operands, ["x5", "[x5, #0x8]!"]);
        assert_eq!(texts(&functions[2]), ["ret ", "bnez t0, 0x20"]);
        assert_eq!(functions[2].instructions[0].bytes, [0x82, 0x80]);
    }
}
