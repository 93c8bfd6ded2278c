//! Mutants of one x86_64 instruction.
//!
//! ```text
//!  prefixes  REX  opcode  ModRM  SIB  displacement  immediate
//! ```
//!
//! Registers are fields of ModRM, of SIB, or the low bits of the opcode; if ModRM has only one
//! register, its other field selects the operation.

use std::ops::Range;

use super::variant::Variant;

/// The offsets of an instruction's parts, as far as it has them.
struct Encoding {
    opcode: usize,
    modrm: Option<usize>,
    sib: Option<usize>,
    displacement: Range<usize>,
    immediate: Range<usize>,
}

impl Encoding {
    /// Parses the instructions that routines may use (`Machine::mnemonics`).
    fn of(bytes: &[u8]) -> Encoding {
        let is_prefix = |byte: &u8| matches!(byte, 0x66 | 0xf2 | 0xf3);
        let prefixes = bytes.iter().take_while(|byte| is_prefix(byte)).count();
        let rex = bytes.get(prefixes).is_some_and(|byte| byte & 0xf0 == 0x40);
        let mut opcode = prefixes + usize::from(rex);
        let two_bytes = bytes[opcode] == 0x0f;
        opcode += usize::from(two_bytes);
        // Pushes, pops, jumps, returns, and moves of a constant into the register that the opcode
        // names.
        let has_modrm = match bytes[opcode] {
            0x80..=0x8f => !two_bytes,
            0x50..=0x5f | 0x70..=0x7f | 0xb8..=0xbf | 0xc3 | 0xe9 | 0xeb => two_bytes,
            _ => true,
        };
        let mut end = opcode + 1;
        let (mut modrm, mut sib, mut displacement) = (None, None, end..end);
        if has_modrm {
            let (mode, rm) = (bytes[end] >> 6, bytes[end] & 7);
            modrm = Some(end);
            end += 1;
            if mode != 3 && rm == 4 {
                sib = Some(end);
                end += 1;
            }
            let length = match mode {
                1 => 1,
                2 => 4,
                0 if rm == 5 => 4,
                _ => 0,
            };
            displacement = end..end + length;
        }
        let immediate = displacement.end.max(end)..bytes.len();
        Encoding { opcode, modrm, sib, displacement, immediate }
    }
}

pub(super) fn variants(bytes: &[u8]) -> Vec<Variant> {
    let Encoding { opcode, modrm, sib, displacement, immediate } = Encoding::of(bytes);
    let flip = |name, index: usize, bits: u8| {
        let mut flipped = bytes.to_vec();
        flipped[index] ^= bits;
        Variant { name, bytes: flipped }
    };
    let mut variants = vec![Variant { name: "left out", bytes: vec![0x90; bytes.len()] }];
    if matches!(bytes[opcode], 0x70..=0x7f) && modrm.is_none() {
        variants.push(flip("condition inverted", opcode, 1));
        return variants;
    }
    if matches!(bytes[opcode], 0x50..=0x5f | 0xb8..=0xbf) && modrm.is_none() {
        variants.push(flip("other register", opcode, 1));
    }
    if let Some(modrm) = modrm {
        variants.push(flip("other register or operation", modrm, 0x08));
        variants.push(flip("other operand", modrm, 0x01));
    }
    if let Some(sib) = sib {
        variants.push(flip("other index", sib, 0x08));
    }
    if !displacement.is_empty() {
        variants.push(flip("other displacement", displacement.start, 1));
    }
    if !immediate.is_empty() {
        let lowest = immediate.clone().find(|&index| bytes[index] != 0).unwrap_or(immediate.start);
        let bit = 1u8.checked_shl(bytes[lowest].trailing_zeros()).unwrap_or(1);
        variants.push(flip("other constant, lowest bit", lowest, bit));
        if immediate.len() == 8 {
            variants.push(flip("other constant, bit 20", immediate.start + 2, 0x10));
        }
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(bytes: &[u8]) -> usize {
        let variants = variants(bytes);
        for variant in &variants {
            assert_eq!(variant.bytes.len(), bytes.len());
            assert_ne!(variant.bytes, bytes);
        }
        variants.len()
    }

    #[test]
    fn instructions_are_taken_apart() {
        // cmpq %rcx, -0x7(%r8,%r9): left out, two fields of ModRM, index, displacement.
        assert_eq!(count(&[0x4b, 0x39, 0x4c, 0x08, 0xf9]), 5);
        // movabsq: left out, register, two constants.
        assert_eq!(count(&[0x49, 0xb9, 0, 2, 2, 2, 2, 2, 2, 2]), 4);
        // tzcntq %rax, %r9 and andq %r9, %rax: left out, two fields.
        assert_eq!(count(&[0xf3, 0x4c, 0x0f, 0xbc, 0xc8]), 3);
        assert_eq!(count(&[0x4c, 0x21, 0xc8]), 3);
        // je and retq.
        assert_eq!(count(&[0x74, 0x1b]), 2);
        assert_eq!(count(&[0xc3]), 1);
        // pushq %rbx and popq %r12: another register.
        assert_eq!(count(&[0x53]), 2);
        assert_eq!(count(&[0x41, 0x5c]), 2);
        // andq $0x7, %r9 and movl $0x1, %eax: a constant more.
        assert_eq!(count(&[0x49, 0x83, 0xe1, 0x07]), 4);
        assert_eq!(count(&[0xb8, 1, 0, 0, 0]), 3);
    }
}
