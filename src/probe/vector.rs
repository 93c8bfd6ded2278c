//! The step `match_tag` in a vector register: one compare for the eight bytes of a metadata word.
//!
//! For hosted targets, whose programs may use vector registers. A kernel leaves them to its users.

use crate::layout::SlotMask;

const LANES: u64 = 0x0101_0101_0101_0101;

/// Slots of `word` that carry `slot_byte`, as bit `8 * s + 7` per slot `s`. Exact.
#[inline(always)]
pub fn match_tag(word: u64, slot_byte: u64) -> u64 {
    equal_bytes(word, slot_byte.wrapping_mul(LANES)) & SlotMask::ALL.bits()
}

cfg_if::cfg_if! {
    if #[cfg(target_arch = "x86_64")] {
        use core::arch::x86_64::{_mm_cmpeq_epi8, _mm_cvtsi64_si128, _mm_cvtsi128_si64};

        /// `0xff` in each byte in which `one` and `other` are equal, else `0x00`.
        #[inline(always)]
        fn equal_bytes(one: u64, other: u64) -> u64 {
            // SAFETY: this module is compiled only where SSE2 is enabled; the same for all four.
            let one = unsafe { _mm_cvtsi64_si128(one as i64) };
            // SAFETY: as above.
            let other = unsafe { _mm_cvtsi64_si128(other as i64) };
            // SAFETY: as above.
            let equal = unsafe { _mm_cmpeq_epi8(one, other) };
            // SAFETY: as above.
            unsafe { _mm_cvtsi128_si64(equal) as u64 }
        }
    } else {
        use core::arch::aarch64::{vceq_u8, vcreate_u8, vget_lane_u64, vreinterpret_u64_u8};

        /// `0xff` in each byte in which `one` and `other` are equal, else `0x00`.
        #[inline(always)]
        fn equal_bytes(one: u64, other: u64) -> u64 {
            // SAFETY: this module is compiled only where NEON is enabled; the same for all of them.
            let one = unsafe { vcreate_u8(one) };
            // SAFETY: as above.
            let other = unsafe { vcreate_u8(other) };
            // SAFETY: as above.
            let equal = unsafe { vceq_u8(one, other) };
            // SAFETY: as above.
            let word = unsafe { vreinterpret_u64_u8(equal) };
            // SAFETY: as above.
            unsafe { vget_lane_u64::<0>(word) }
        }
    }
}
