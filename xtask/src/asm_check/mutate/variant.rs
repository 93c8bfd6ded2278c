//! What a mutation rule returns.

/// A changed instruction.
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The instruction `word` left out, for which `nop` stands, and with each of `flips`: a name, and the bits to invert.
pub(super) fn variants_of_word(word: u32, nop: u32, flips: &[(&'static str, u32)]) -> Vec<Variant> {
    let flipped = flips.iter().map(|&(name, bits)| (name, word ^ bits));
    std::iter::once(("left out", nop))
        .chain(flipped)
        .map(|(name, word)| Variant { name, bytes: word.to_le_bytes().to_vec() })
        .collect()
}

/// An instruction of 32 bits, for tests of the rules.
#[cfg(test)]
pub(super) fn instruction_of_word(
    mnemonic: &str,
    word: u32,
) -> crate::asm_check::objdump::Instruction {
    crate::asm_check::objdump::Instruction {
        address: 0,
        bytes: word.to_le_bytes().to_vec(),
        mnemonic: mnemonic.into(),
        operands: Vec::new(),
    }
}
