//! The pass of a growing sorted table has no branch that depends on a word.
//!
//! The loops are Rust, so the compiler's code is checked, in the user of the library that is linked
//! for kernels. A loop over slots needs one conditional branch, and one more around it for an empty
//! range; each word's maximum has to be a conditional move or select.

use super::branches::RISCV_BRANCHES;
use super::machine::Architecture;
use super::objdump::Function;

/// Parts of the functions' names, and the maxima in one turn of their loops.
const LOOPS: &[(&str, usize)] = &[("spread_two", 8), ("move_up", 1)];

/// Conditional branches: one for the loop, and one around it.
const MOST_BRANCHES: usize = 2;

/// The complaints about the loops among `functions`: one for sets, one for maps.
pub(super) fn complaints(architecture: Architecture, functions: &[Function]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, maxima) in LOOPS {
        let found: Vec<_> = functions.iter().filter(|one| one.name.contains(name)).collect();
        if found.len() != 2 {
            complaints.push(format!("{} functions `{name}`, where there should be 2", found.len()));
        }
        for function in found {
            complaints.extend(complaint_about(architecture, function, *maxima));
        }
    }
    complaints
}

fn complaint_about(
    architecture: Architecture,
    function: &Function,
    maxima: usize,
) -> Option<String> {
    let count = |is_it: fn(Architecture, &str) -> bool| {
        let mnemonics = function.instructions.iter().map(|one| one.mnemonic.as_str());
        mnemonics.filter(|mnemonic| is_it(architecture, mnemonic)).count()
    };
    let (branches, selects) = (count(is_conditional_branch), count(is_select));
    if branches <= MOST_BRANCHES && selects >= maxima {
        return None;
    }
    Some(format!("{}: {branches} conditional branches, {selects} selects", function.name))
}

fn is_conditional_branch(architecture: Architecture, mnemonic: &str) -> bool {
    match architecture {
        Architecture::X86_64 => mnemonic.starts_with('j') && !mnemonic.starts_with("jmp"),
        Architecture::Aarch64 => {
            mnemonic.starts_with("b.") || ["cbz", "cbnz", "tbz", "tbnz"].contains(&mnemonic)
        }
        Architecture::Riscv64 => RISCV_BRANCHES.contains(&mnemonic),
    }
}

fn is_select(architecture: Architecture, mnemonic: &str) -> bool {
    match architecture {
        Architecture::X86_64 => mnemonic.starts_with("cmov"),
        Architecture::Aarch64 => mnemonic.starts_with("csel") || mnemonic.starts_with("csinc"),
        Architecture::Riscv64 => mnemonic.starts_with("max"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm_check::objdump;

    fn function(mnemonics: &[&str]) -> Vec<Function> {
        let mut listing = String::from("0000000000001000 <x6Target10spread_two17h>:\n");
        for (index, mnemonic) in mnemonics.iter().enumerate() {
            listing +=
                &format!("    {:x}: 90                \t{mnemonic}\t%rax, %rbx\n", 0x1000 + index);
        }
        objdump::parse(&listing)
    }

    #[test]
    fn a_branch_for_a_maximum_is_refused() {
        let branchless = function(&["testq", "je", "cmpq", "cmovbq", "cmovbq", "jne"]);
        assert_eq!(complaint_about(Architecture::X86_64, &branchless[0], 2), None);
        let branchy = function(&["testq", "je", "cmpq", "ja", "cmovbq", "jne"]);
        assert!(complaint_about(Architecture::X86_64, &branchy[0], 2).is_some());
        let missing = function(&["testq", "je", "jne"]);
        assert!(complaint_about(Architecture::X86_64, &missing[0], 2).is_some());
        assert!(!complaints(Architecture::X86_64, &branchless).is_empty(), "no loop for maps");
    }
}
