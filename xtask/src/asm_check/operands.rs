//! The meaning of a disassembled instruction's operands: registers, memory, and what is written.
//!
//! Operands are split into words first, because a search for `v0` or `d7` in a whole line would find
//! them in addresses.

use super::branches::RISCV_BRANCHES;
use super::machine::Architecture;
use super::objdump::Instruction;

/// The general registers of x86_64 by their 64-bit names, and the names of their narrower parts.
const X86_64_GENERAL: &[[&str; 5]] = &[
    ["rax", "eax", "ax", "al", "ah"],
    ["rbx", "ebx", "bx", "bl", "bh"],
    ["rcx", "ecx", "cx", "cl", "ch"],
    ["rdx", "edx", "dx", "dl", "dh"],
    ["rsi", "esi", "si", "sil", "sil"],
    ["rdi", "edi", "di", "dil", "dil"],
    ["rbp", "ebp", "bp", "bpl", "bpl"],
    ["rsp", "esp", "sp", "spl", "spl"],
];

/// The words of an operand: names and numbers, including a leading `%` or `#`.
fn words(operand: &str) -> impl Iterator<Item = &str> {
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || "%#$_.".contains(character);
    operand.split(move |character| !is_part(character)).filter(|word| !word.is_empty())
}

/// The first operand that is or contains an FP or SIMD register; or the mnemonic, if the instruction
/// uses such registers without naming one.
pub(super) fn find_fp_register(architecture: Architecture, one: &Instruction) -> Option<&str> {
    let is_fp_register = match architecture {
        Architecture::Aarch64 => is_aarch64_fp_register,
        Architecture::Riscv64 => is_riscv64_fp_register,
        Architecture::X86_64 => is_x86_64_fp_register,
    };
    let named =
        one.operands.iter().flat_map(|operand| words(operand)).find(|word| is_fp_register(word));
    named.or_else(|| {
        // All x87 mnemonics start with an f, and no others of x86_64 do.
        let implied = ["emms", "vzeroupper", "vzeroall", "ldmxcsr", "stmxcsr", "wait"];
        let is_implied = architecture == Architecture::X86_64
            && (one.mnemonic.starts_with('f') || implied.contains(&&*one.mnemonic));
        is_implied.then_some(&*one.mnemonic)
    })
}

/// v, q, d, s, h, b and z registers 0..31, p registers 0..15, with or without `.16b` and the like.
fn is_aarch64_fp_register(word: &str) -> bool {
    if word == "fpcr" || word == "fpsr" || word == "ffr" {
        return true;
    }
    let name = word.split('.').next().unwrap_or(word);
    let Some((kind, number)) = name.split_at_checked(1) else { return false };
    let count = match kind {
        "v" | "q" | "d" | "s" | "h" | "b" | "z" => 32,
        "p" => 16,
        _ => return false,
    };
    number.parse().is_ok_and(|number: u32| number < count)
}

/// The f registers by their ABI names, v registers, and the state registers of both.
fn is_riscv64_fp_register(word: &str) -> bool {
    if ["fcsr", "frm", "fflags", "vl", "vtype", "vstart", "vcsr"].contains(&word) {
        return true;
    }
    let kind = word.trim_end_matches(|character: char| character.is_ascii_digit());
    kind.len() < word.len() && ["f", "fa", "fs", "ft", "v"].contains(&kind)
}

fn is_x86_64_fp_register(word: &str) -> bool {
    let Some(name) = word.strip_prefix('%') else { return false };
    let kind = name.trim_end_matches(|character: char| character.is_ascii_digit());
    ["xmm", "ymm", "zmm", "mm", "st", "k", "tmm", "bnd"].contains(&kind)
}

/// Does the instruction read or write memory?
pub(super) fn touches_memory(architecture: Architecture, one: &Instruction) -> bool {
    let computes_address_only = one.mnemonic.starts_with("lea") || one.mnemonic.starts_with("nop");
    !computes_address_only && one.operands.iter().any(|operand| is_memory(architecture, operand))
}

/// Does the instruction write memory that one of its operands names, or the stack? (String
/// instructions do neither, and are in no list of allowed mnemonics.)
pub(super) fn stores(architecture: Architecture, one: &Instruction) -> bool {
    let starts_with = |starts: &[&str]| starts.iter().any(|start| one.mnemonic.starts_with(start));
    match architecture {
        Architecture::Aarch64 => {
            let stores = ["st", "cas", "swp", "ldadd", "ldclr", "ldset", "ldeor", "ldsmax", "dc"];
            starts_with(&stores)
        }
        Architecture::Riscv64 => {
            ["sb", "sh", "sw", "sd", "fsw", "fsd"].contains(&&*one.mnemonic)
                || starts_with(&["sc.", "amo"])
        }
        Architecture::X86_64 => {
            let only_reads =
                starts_with(&["cmp", "test"]) || ["bt", "btl", "btq"].contains(&&*one.mnemonic);
            let last = one.operands.last();
            let names_memory = last.is_some_and(|operand| is_memory(architecture, operand));
            !only_reads && names_memory || starts_with(&["push"])
        }
    }
}

/// Does the instruction call another routine?
pub(super) fn calls(one: &Instruction) -> bool {
    let mnemonic = &*one.mnemonic;
    mnemonic.starts_with("call")
        || ["bl", "blr", "svc", "syscall", "int"].contains(&mnemonic)
        || ["jal", "jalr", "jr", "ecall"].contains(&mnemonic)
}

fn is_memory(architecture: Architecture, operand: &str) -> bool {
    match architecture {
        Architecture::Aarch64 => operand.starts_with('['),
        Architecture::Riscv64 | Architecture::X86_64 => operand.contains('('),
    }
}

/// The general registers that the instruction writes, by their 64-bit names.
pub(super) fn written_registers(architecture: Architecture, one: &Instruction) -> Vec<String> {
    let mnemonic = &*one.mnemonic;
    let (destinations, writes_nothing) = match architecture {
        Architecture::Aarch64 => {
            let writes_nothing = ["cmp", "cmn", "tst", "ccmp", "ret", "bti", "hint", "nop"];
            let is_branch = mnemonic.starts_with("b.")
                || ["b", "br", "cbz", "cbnz", "tbz", "tbnz"].contains(&mnemonic);
            let has_no_result = mnemonic.starts_with("st") || mnemonic.starts_with("prfm");
            let count = if mnemonic.starts_with("ldp") { 2 } else { 1 };
            let destinations = one.operands.iter().take(count).collect::<Vec<_>>();
            (destinations, is_branch || has_no_result || writes_nothing.contains(&mnemonic))
        }
        Architecture::Riscv64 => {
            let writes_nothing = ["ret", "nop", "fence", "j"];
            let destinations = one.operands.iter().take(1).collect();
            let has_no_result = RISCV_BRANCHES.contains(&mnemonic) || stores(architecture, one);
            (destinations, has_no_result || writes_nothing.contains(&mnemonic))
        }
        Architecture::X86_64 => {
            let writes_nothing = ["cmp", "test", "nop", "ret", "endbr", "push", "prefetch"];
            let is_bit_test = mnemonic == "bt" || mnemonic == "btq" || mnemonic == "btl";
            let is_jump = mnemonic.starts_with('j');
            let keeps = writes_nothing.iter().any(|start| mnemonic.starts_with(start));
            (one.operands.last().into_iter().collect(), is_bit_test || is_jump || keeps)
        }
    };
    if writes_nothing {
        return Vec::new();
    }
    let mut written: Vec<String> = destinations
        .into_iter()
        .filter_map(|operand| general_register(architecture, operand))
        .collect();
    // Loads with write-back change their base register too.
    for operand in &one.operands {
        if architecture == Architecture::Aarch64 && operand.ends_with(']') | operand.ends_with("]!")
        {
            let writes_back = operand.ends_with('!') || one.operands.last() != Some(operand);
            let base = words(operand).next().filter(|_| writes_back);
            written.extend(base.and_then(|base| general_register(architecture, base)));
        }
    }
    written
}

/// The registers that the instruction saves on the stack.
pub(super) fn saved_registers(architecture: Architecture, one: &Instruction) -> Vec<String> {
    stack_registers(architecture, one, ["push", "st"])
}

/// The registers that the instruction takes from the stack.
pub(super) fn restored_registers(architecture: Architecture, one: &Instruction) -> Vec<String> {
    stack_registers(architecture, one, ["pop", "ld"])
}

/// The registers among the operands, if the instruction starts with the given text for x86_64 or
/// AArch64 and uses the stack.
fn stack_registers(
    architecture: Architecture,
    one: &Instruction,
    [intel, arm]: [&str; 2],
) -> Vec<String> {
    let fits = match architecture {
        Architecture::X86_64 => one.mnemonic.starts_with(intel),
        Architecture::Aarch64 => {
            let on_stack = one.operands.iter().any(|operand| operand.starts_with("[sp"));
            on_stack && one.mnemonic.starts_with(arm)
        }
        // No routine does so, and nothing else uses this.
        Architecture::Riscv64 => false,
    };
    let operands = one.operands.iter().filter(|_| fits);
    operands.filter_map(|operand| general_register(architecture, operand)).collect()
}

/// The 64-bit name of `operand`, if it is a general register.
fn general_register(architecture: Architecture, operand: &str) -> Option<String> {
    match architecture {
        Architecture::Aarch64 => {
            let number: u32 = operand.strip_prefix(['x', 'w'])?.parse().ok()?;
            Some(format!("x{number}"))
        }
        Architecture::Riscv64 => {
            let is_numbered = operand
                .strip_prefix(['a', 's', 't'])
                .is_some_and(|number| number.parse::<u32>().is_ok());
            (is_numbered || ["ra", "gp", "tp"].contains(&operand)).then(|| operand.into())
        }
        Architecture::X86_64 => {
            let name = operand.strip_prefix('%')?;
            if let Some(names) = X86_64_GENERAL.iter().find(|names| names.contains(&name)) {
                return Some(names[0].into());
            }
            let number: u32 =
                name.strip_prefix('r')?.trim_end_matches(['d', 'w', 'b']).parse().ok()?;
            Some(format!("r{number}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instruction(mnemonic: &str, operands: &[&str]) -> Instruction {
        Instruction {
            address: 0,
            bytes: Vec::new(),
            mnemonic: mnemonic.into(),
            operands: operands.iter().map(|operand| operand.to_string()).collect(),
        }
    }

    #[test]
    fn fp_registers_are_seen_and_addresses_are_not() {
        let found = |architecture, mnemonic, operands: &[&str]| {
            find_fp_register(architecture, &instruction(mnemonic, operands)).map(String::from)
        };
        let arm = |mnemonic, operands: &[&str]| found(Architecture::Aarch64, mnemonic, operands);
        assert_eq!(arm("fmov", &["d0", "x1"]).as_deref(), Some("d0"));
        assert_eq!(arm("movi", &["v31.16b", "#0xff"]).as_deref(), Some("v31.16b"));
        assert_eq!(arm("ld1", &["{ v0.8b, v1.8b }", "[x0]"]).as_deref(), Some("v0.8b"));
        assert_eq!(arm("str", &["q7", "[sp, #0x10]"]).as_deref(), Some("q7"));
        assert_eq!(arm("ptrue", &["p0.b"]).as_deref(), Some("p0.b"));
        assert_eq!(arm("msr", &["fpcr", "x0"]).as_deref(), Some("fpcr"));
        assert_eq!(arm("b.eq", &["0xd0"]), None);
        assert_eq!(arm("mrs", &["x0", "s3_0_c4_c2_0"]), None);
        assert_eq!(arm("ldr", &["x0", "[sp, #0xd8]"]), None);

        let intel = |mnemonic, operands: &[&str]| found(Architecture::X86_64, mnemonic, operands);
        assert_eq!(intel("movups", &["%xmm0", "(%rdi)"]).as_deref(), Some("%xmm0"));
        assert_eq!(intel("fldt", &["(%rdi)"]).as_deref(), Some("fldt"));
        assert_eq!(intel("kmovq", &["%k1", "%rax"]).as_deref(), Some("%k1"));
        assert_eq!(intel("emms", &[]).as_deref(), Some("emms"));
        assert_eq!(intel("movq", &["0x58(%rdi)", "%r8"]), None);
        assert_eq!(intel("movw", &["%ss", "%ax"]), None);

        let risc = |mnemonic, operands: &[&str]| found(Architecture::Riscv64, mnemonic, operands);
        assert_eq!(risc("fmv.w.x", &["ft0", "zero"]).as_deref(), Some("ft0"));
        assert_eq!(risc("fsd", &["fs11", "0x8(sp)"]).as_deref(), Some("fs11"));
        assert_eq!(risc("vadd.vv", &["v8", "v9", "v10"]).as_deref(), Some("v8"));
        assert_eq!(risc("csrr", &["a0", "fcsr"]).as_deref(), Some("fcsr"));
        assert_eq!(risc("ld", &["a0", "0xf0(s1)"]), None);
        assert_eq!(risc("fence", &["rw", "rw"]), None);
    }

    #[test]
    fn stores_and_calls_are_seen() {
        let intel = |mnemonic, operands: &[&str]| {
            stores(Architecture::X86_64, &instruction(mnemonic, operands))
        };
        assert!(intel("movq", &["%rax", "(%rdi)"]) && intel("btsq", &["%rax", "(%rdi)"]));
        assert!(intel("incq", &["0x8(%rdi)"]) && intel("pushq", &["%rbx"]));
        assert!(!intel("cmpq", &["%rcx", "-0x7(%r8,%r9)"]) && !intel("btq", &["%r9", "%rax"]));
        assert!(!intel("xorq", &["(%r8)", "%r9"]) && !intel("leaq", &["-0x1(%rax)", "%r9"]));
        assert!(!intel("movslq", &["%eax", "%rcx"]));
        let arm = |mnemonic, operands: &[&str]| {
            stores(Architecture::Aarch64, &instruction(mnemonic, operands))
        };
        assert!(arm("str", &["x0", "[x1]"]) && arm("stlxr", &["w0", "x1", "[x2]"]));
        assert!(!arm("ldr", &["x0", "[x1]"]));
        let risc = |mnemonic, operands: &[&str]| {
            stores(Architecture::Riscv64, &instruction(mnemonic, operands))
        };
        assert!(risc("sd", &["a0", "0x8(a1)"]) && risc("amoswap.d", &["a0", "a1", "(a2)"]));
        assert!(!risc("slli", &["a0", "a0", "0x3"]) && !risc("ld", &["a0", "0x8(a1)"]));
        assert!(calls(&instruction("jalr", &["t0"])) && !calls(&instruction("j", &["0x10"])));
        assert!(calls(&instruction("callq", &["0x10"])) && calls(&instruction("bl", &["0x10"])));
        assert!(!calls(&instruction("b.lt", &["0x10"])));
    }

    #[test]
    fn registers_on_the_stack_are_seen() {
        let arm = |mnemonic, operands: &[&str]| instruction(mnemonic, operands);
        let pair = ["x19", "x20", "[sp, #-0x10]!"];
        assert_eq!(saved_registers(Architecture::Aarch64, &arm("stp", &pair)), ["x19", "x20"]);
        assert_eq!(restored_registers(Architecture::Aarch64, &arm("ldp", &pair)), ["x19", "x20"]);
        assert!(restored_registers(Architecture::Aarch64, &arm("ldr", &["x1", "[x2]"])).is_empty());
        let push = instruction("pushq", &["%rbx"]);
        assert_eq!(saved_registers(Architecture::X86_64, &push), ["rbx"]);
        assert!(restored_registers(Architecture::X86_64, &push).is_empty());
    }

    #[test]
    fn written_registers_have_one_name() {
        let intel = |mnemonic, operands: &[&str]| {
            written_registers(Architecture::X86_64, &instruction(mnemonic, operands)).join(" ")
        };
        assert_eq!(intel("movl", &["$0x1", "%eax"]), "rax");
        assert_eq!(intel("xorb", &["%al", "%r11b"]), "r11");
        assert_eq!(intel("cmpq", &["%rcx", "%rdx"]) + &intel("btq", &["%r9", "%rax"]), "");
        assert_eq!(intel("je", &["0x10"]) + &intel("retq", &[]), "");
        let risc = |mnemonic, operands: &[&str]| {
            written_registers(Architecture::Riscv64, &instruction(mnemonic, operands)).join(" ")
        };
        assert_eq!(risc("addi", &["s11", "a0", "0x1"]) + &risc("ld", &["t0", "0x0(a1)"]), "s11t0");
        assert_eq!(risc("sd", &["t0", "0x0(a1)"]) + &risc("beqz", &["a0", "0x10"]), "");
        assert_eq!(risc("auipc", &["zero", "0x0"]) + &risc("ori", &["zero", "a0", "0x1"]), "");
        let arm = |mnemonic, operands: &[&str]| {
            written_registers(Architecture::Aarch64, &instruction(mnemonic, operands)).join(" ")
        };
        assert_eq!(arm("ands", &["w3", "w3", "w1"]), "x3");
        assert_eq!(arm("ldr", &["x3", "[x5, #0x8]!"]), "x3 x5");
        assert_eq!(arm("ldr", &["x3", "[x5]", "#0x8"]), "x3 x5");
        assert_eq!(arm("ldr", &["x3", "[x5, x4]"]), "x3");
        assert_eq!(arm("ldp", &["x3", "x4", "[sp]", "#0x10"]), "x3 x4");
        assert_eq!(arm("stp", &["x3", "x4", "[sp, #-0x10]!"]), "");
        assert_eq!(arm("cmp", &["x3", "x4"]) + &arm("tbnz", &["w6", "#0x0", "0x78"]), "");
    }
}
