//! The greater and the lesser of two numbers, without a branch.
//!
//! On x86_64 the compiler makes a branch of a maximum on which the next iteration of a loop waits,
//! reckoning that it will be predicted; in a pass over hashes it is not, every third time. Two
//! instructions of our own keep it from doing so.

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

        /// The lesser of `one` and `other`.
        #[inline(always)]
        pub fn lesser(one: u64, other: u64) -> u64 {
            let mut lesser = one;
            // SAFETY: a comparison and a conditional move of registers; no memory, no stack.
            unsafe {
                asm!(
                    "cmp {other}, {lesser}",
                    "cmovb {lesser}, {other}",
                    lesser = inout(reg) lesser,
                    other = in(reg) other,
                    options(pure, nomem, nostack),
                );
            }
            lesser
        }
    } else {
        /// The greater of `one` and `other`.
        #[inline(always)]
        pub fn greater(one: usize, other: usize) -> usize {
            one.max(other)
        }

        /// The lesser of `one` and `other`.
        #[inline(always)]
        pub fn lesser(one: u64, other: u64) -> u64 {
            one.min(other)
        }
    }
}
