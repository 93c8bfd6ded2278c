//! The greater of two numbers, and what a merge takes of two words, without a branch.
//!
//! On x86_64 the compiler makes a branch of a maximum on which the next iteration of a loop waits, which mispredicts
//! one time in three on hashed keys. Two instructions in assembly avoid it. A merge's choice is compiled to two flags,
//! which are written to memory and read again before the next address is known; here it is five instructions.

cfg_if::cfg_if! {
    if #[cfg(all(target_arch = "x86_64", target_pointer_width = "64", feature = "asm", not(miri)))] {
        use core::arch::asm;

        /// The greater of `one` and `other`.
        #[inline(always)]
        pub fn greater(one: usize, other: usize) -> usize {
            let mut greater = one;
            // SAFETY: a comparison and a conditional move of registers; no memory, no stack.
            unsafe {
                asm!(
                    "cmp {greater}, {other}",
                    "cmovb {greater}, {other}",
                    greater = inout(reg) greater,
                    other = in(reg) other,
                    options(pure, nomem, nostack),
                );
            }
            greater
        }

        /// The lesser of two words, and for each of the two slots they stand in the one after it if
        /// that was the lesser, itself if not. Both are, if they are equal.
        #[expect(clippy::pointers_in_nomem_asm_block, reason = "which are chosen, not followed")]
        #[inline(always)]
        pub fn take_lesser(words: [u64; 2], slots: [*const u64; 2]) -> (u64, [*const u64; 2]) {
            let ([one, other], [mut one_slot, mut other_slot]) = (words, slots);
            let behind = slots.map(|slot| slot.wrapping_add(1));
            let mut lesser = one;
            // SAFETY: comparisons and conditional moves of registers; no memory, no stack.
            unsafe {
                asm!(
                    "cmp {other}, {lesser}",
                    "cmovae {one_slot}, {behind_one}",
                    "cmp {lesser}, {other}",
                    "cmovae {other_slot}, {behind_other}",
                    "cmovae {lesser}, {other}",
                    lesser = inout(reg) lesser,
                    other = in(reg) other,
                    one_slot = inout(reg) one_slot,
                    other_slot = inout(reg) other_slot,
                    behind_one = in(reg) behind[0],
                    behind_other = in(reg) behind[1],
                    options(pure, nomem, nostack),
                );
            }
            (lesser, [one_slot, other_slot])
        }
    } else {
        /// The greater of `one` and `other`.
        #[inline(always)]
        pub fn greater(one: usize, other: usize) -> usize {
            one.max(other)
        }

        /// The lesser of two words, and for each of the two slots they stand in the one after it if
        /// that was the lesser, itself if not. Both are, if they are equal.
        #[inline(always)]
        pub fn take_lesser(words: [u64; 2], slots: [*const u64; 2]) -> (u64, [*const u64; 2]) {
            let ([one, other], [one_slot, other_slot]) = (words, slots);
            let one_slot = one_slot.wrapping_add(usize::from(one <= other));
            let other_slot = other_slot.wrapping_add(usize::from(other <= one));
            (one.min(other), [one_slot, other_slot])
        }
    }
}

#[cfg(all(test, not(heptad_loom)))]
mod tests {
    use super::{greater, take_lesser};

    #[test]
    fn choices_are_those_of_a_comparison() {
        let words = [0, 1, 2, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
        let slots = [[0; 2]; 2];
        let [one_slot, other_slot] = slots.each_ref().map(|pair| pair.as_ptr());
        for one in words {
            for other in words {
                assert_eq!(
                    greater(one as usize, other as usize),
                    (one as usize).max(other as usize)
                );
                let (lesser, [one_next, other_next]) =
                    take_lesser([one, other], [one_slot, other_slot]);
                assert_eq!(lesser, one.min(other));
                assert_eq!(one_next, one_slot.wrapping_add(usize::from(one <= other)));
                assert_eq!(other_next, other_slot.wrapping_add(usize::from(other <= one)));
            }
        }
    }
}
