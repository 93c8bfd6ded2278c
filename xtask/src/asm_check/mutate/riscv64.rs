//! Mutants of one RISC-V instruction of 32 bits: changed bits of its word, chosen by its format.
//!
//! ```text
//!  31     25 24 20 19 15 14  12 11  7 6      0
//!  [ funct7 | rs2 | rs1 | funct3 | rd | opcode ]      R: two registers and a result
//!  [    immediate | rs1 | funct3 | rd | opcode ]      I: a register and a constant
//!  [  high  | rs2 | rs1 | funct3 | low| opcode ]      S, B: stores, branches
//!  [        immediate            | rd | opcode ]      U, J
//! ```

use super::variant::{Variant, variants_of_word};
use crate::asm_check::objdump::Instruction;

/// `addi zero, zero, 0`.
const NOP: u32 = 0x13;

const DESTINATION: (&str, u32) = ("other destination", 1 << 7);
const FIRST: (&str, u32) = ("other first operand", 1 << 15);
const SECOND: (&str, u32) = ("other second operand or constant", 1 << 20);
const INVERTED: (&str, u32) = ("condition inverted", 1 << 12);
/// `ori` for `andi`, `sll` for `sub`: another operation of the same format.
const OPERATION: (&str, u32) = ("other operation", 1 << 12);

pub(super) fn variants(one: &Instruction) -> Vec<Variant> {
    let Ok(bytes) = <[u8; 4]>::try_from(&*one.bytes) else { return Vec::new() };
    let word = u32::from_le_bytes(bytes);
    let flips: &[(&'static str, u32)] = match word & 0x7f {
        // One of a constant's high bits that the tests notice: group numbers have less than 64
        // bits.
        0x37 => &[DESTINATION, ("other constant", 1 << 14)],
        0x63 => &[INVERTED, FIRST, SECOND],
        0x23 => &[FIRST, SECOND, ("other constant", 1 << 10)],
        0x03 => &[DESTINATION, FIRST, ("other constant", 1 << 23)],
        0x33 => &[DESTINATION, FIRST, SECOND, OPERATION],
        0x13 if matches!(&*one.mnemonic, "li" | "mv" | "not") => &[DESTINATION, FIRST, SECOND],
        0x13 => &[DESTINATION, FIRST, SECOND, OPERATION],
        // Jumps and returns.
        _ => &[],
    };
    variants_of_word(word, NOP, flips)
}

#[cfg(test)]
mod tests {
    use super::super::variant::instruction_of_word;
    use super::*;

    #[test]
    fn fields_depend_on_the_format() {
        let count = |mnemonic, word| variants(&instruction_of_word(mnemonic, word)).len();
        // and a0, a0, a1; andi a2, a7, 7; li a0, 0; lui t0, 0x1010; ld t6, 0(t5); sd t3, 0(a5).
        assert_eq!(count("and", 0x00b5_7533), 5);
        assert_eq!(count("andi", 0x0078_f613), 5);
        assert_eq!(count("li", 0x0000_0513), 4);
        assert_eq!(count("lui", 0x0101_02b7), 3);
        assert_eq!(count("ld", 0x000f_3f83), 4);
        assert_eq!(count("sd", 0x01c7_b023), 4);
        // bnez a0, .; ret; j .
        assert_eq!(count("bnez", 0x0005_1063), 4);
        assert_eq!(count("ret", 0x0000_8067), 1);
        assert_eq!(count("j", 0x0000_006f), 1);
    }
}
