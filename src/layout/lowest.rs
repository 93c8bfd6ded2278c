//! The lowest bit of a mask.
//!
//! RISC-V without Zbb has no instruction that counts trailing zeros. The compiler then looks the count up, and each
//! function that counts brings a table of 64 bytes. In the C library these were 117 tables in one section, which a
//! linker takes whole or not at all. So here is one table for all of them, and none for the slots of a group: a
//! multiplication counts those below one. Everywhere else each of these is the instruction.

/// Does the processor count trailing zeros, or is the compiler's way as good?
pub(super) const COUNTS: bool = !cfg!(all(target_arch = "riscv64", not(target_feature = "zbb")));

/// The number of the lowest bit of `mask`, which is not 0.
#[inline(always)]
pub(crate) const fn lowest_bit(mask: u64) -> u32 {
    if COUNTS { mask.trailing_zeros() } else { looked_up(mask) }
}

/// [`lowest_bit`] of a mask below 8.
#[cfg(any(test, feature = "lockfree", feature = "ffi"))]
#[inline(always)]
pub(crate) const fn lowest_of_three(mask: u64) -> u32 {
    if COUNTS { mask.trailing_zeros() } else { compared(mask) }
}

/// Eight times the number of the lowest slot of `mask`, the bits of a [`SlotMask`](super::SlotMask) that is not empty.
#[inline(always)]
pub(super) const fn lowest_slot(mask: u64) -> u32 {
    if COUNTS { mask.trailing_zeros() & 0x38 } else { multiplied(mask) }
}

/// Each six bits in a row, those with zeros following the end included, stand in it once: a sequence of de Bruijn.
const DE_BRUIJN: u64 = 0x03f7_9d71_b4cb_0a89;

/// Which bit it is of which `(mask ^ (mask - 1)) * DE_BRUIJN` has these six highest bits.
static BITS: [u8; 64] = {
    let mut bits = [0; 64];
    let mut bit = 0;
    while bit < 64 {
        bits[(up_to(1 << bit).wrapping_mul(DE_BRUIJN) >> 58) as usize] = bit;
        bit += 1;
    }
    bits
};

/// The lowest bit of `mask`, and all below it.
const fn up_to(mask: u64) -> u64 {
    mask ^ mask.wrapping_sub(1)
}

/// [`lowest_bit`] by a table. The compiler knows the usual form, with the lowest bit alone, and would put its own table
/// back in place.
const fn looked_up(mask: u64) -> u32 {
    BITS[(up_to(mask).wrapping_mul(DE_BRUIJN) >> 58) as usize] as u32
}

/// [`lowest_of_three`] by comparisons.
#[cfg(any(test, feature = "lockfree", feature = "ffi"))]
const fn compared(mask: u64) -> u32 {
    (mask & 1 == 0) as u32 + (mask & 3 == 0) as u32
}

/// [`lowest_slot`] by a multiplication. Taking 1 from the mask sets the bits below the lowest one, among them bit 8, 16
/// and so on of that slot and those below it. The product adds these up in its highest byte.
const fn multiplied(mask: u64) -> u32 {
    const LANES: u64 = 0x0101_0101_0101_0100;
    let below = mask.wrapping_sub(1) & LANES;
    (below.wrapping_mul(LANES >> 8) >> 53) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s5_each_way_finds_the_lowest_bit() {
        for bit in 0..64 {
            for above in [0, u64::MAX, 0x5555_5555_5555_5555, 0x0123_4567_89ab_cdef] {
                let mask = 1 << bit | above.checked_shl(bit + 1).unwrap_or(0);
                assert_eq!((lowest_bit(mask), looked_up(mask)), (bit, bit), "{mask:#x}");
            }
        }
    }

    #[test]
    fn s5_each_way_finds_the_lowest_of_three() {
        let ways = |mask| (lowest_of_three(mask), compared(mask));
        assert_eq!([1, 2, 3, 4, 5, 6, 7].map(ways), [0, 1, 0, 2, 0, 1, 0].map(|bit| (bit, bit)));
    }

    #[test]
    fn s5_each_way_finds_the_lowest_slot() {
        for numbers in 1..1u64 << 7 {
            let bits = (0..7).fold(0, |bits, slot| bits | (numbers >> slot & 1) << (8 * slot + 15));
            let expected = 8 * (numbers.trailing_zeros() + 1);
            assert_eq!((lowest_slot(bits), multiplied(bits)), (expected, expected), "{bits:#x}");
        }
    }
}
