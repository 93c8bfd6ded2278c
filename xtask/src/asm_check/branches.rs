//! The mnemonics that branch.

/// RISC-V's conditional branches, with the short forms of comparisons with zero.
pub(super) const RISCV_BRANCHES: &[&str] =
    &["beq", "beqz", "bge", "bgeu", "bgez", "bgtz", "blez", "blt", "bltu", "bltz", "bne", "bnez"];

/// May it jump, on any of the architectures?
pub(super) fn is_branch(mnemonic: &str) -> bool {
    mnemonic.starts_with('j')
        || mnemonic.starts_with("b.")
        || ["b", "cbz", "cbnz", "tbz", "tbnz"].contains(&mnemonic)
        || RISCV_BRANCHES.contains(&mnemonic)
}
