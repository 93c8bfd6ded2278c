//! Mutants of one AArch64 instruction: changed bits of its 32-bit word, chosen by its mnemonic.

use super::variant::{Variant, variants_of_word};
use crate::asm_check::objdump::Instruction;

const NOP: u32 = 0xd503_201f;

/// Fields that most instructions have.
const DESTINATION: (&str, u32) = ("other destination", 1);
const FIRST: (&str, u32) = ("other first operand", 1 << 5);
const SECOND: (&str, u32) = ("other second operand or rotation", 1 << 16);
const CONSTANT: (&str, u32) = ("other constant, shift or operation", 1 << 10);

pub(super) fn variants(one: &Instruction) -> Vec<Variant> {
    let Ok(bytes) = <[u8; 4]>::try_from(&*one.bytes) else { return Vec::new() };
    let word = u32::from_le_bytes(bytes);
    let is_wide_move = word >> 23 & 0x3f == 0b10_0101;
    let is_add_of_constant = word >> 24 & 0x1f == 0b1_0001;
    let flips: &[(&'static str, u32)] = match &*one.mnemonic {
        "b.eq" | "b.ne" => &[("condition inverted", 1)],
        "tbnz" | "tbz" => {
            &[("condition inverted", 1 << 24), ("other bit", 1 << 19), ("other register", 1)]
        }
        "ret" => &[],
        "cinc" => &[DESTINATION, FIRST, SECOND, CONSTANT, ("condition inverted", 1 << 12)],
        // A bit that the tests notice: group numbers have less than 64 bits.
        "mov" | "movk" if is_wide_move && word >> 21 & 3 == 3 => {
            &[DESTINATION, ("other constant", 1 << 7), ("other place", 1 << 21)]
        }
        "mov" | "movk" if is_wide_move => &[DESTINATION, ("other constant", 1 << 14)],
        _ if is_add_of_constant => &[DESTINATION, FIRST, CONSTANT],
        _ => &[DESTINATION, FIRST, SECOND, CONSTANT],
    };
    variants_of_word(word, NOP, flips)
}

#[cfg(test)]
mod tests {
    use super::super::variant::instruction_of_word;
    use super::*;

    #[test]
    fn fields_depend_on_the_mnemonic() {
        let count = |mnemonic, word| variants(&instruction_of_word(mnemonic, word)).len();
        assert_eq!(count("and", 0x8a02_1824), 5);
        assert_eq!(count("b.eq", 0x5400_0160), 2);
        assert_eq!(count("tbnz", 0x3700_0066), 4);
        assert_eq!(count("ret", 0xd65f_03c0), 1);
        assert_eq!(count("movk", 0xf2f3_c6ef), 4);
        assert_eq!(count("mov", 0xd280_0000), 3);
        assert_eq!(count("sub", 0xd100_056c), 4);
        // A move of a repeated pattern is an ORR.
        assert_eq!(count("mov", 0xb200_c3e8), 5);
    }
}
