//! Steps in a vector register: one compare for the eight bytes of a metadata word.
//!
//! For hosted targets, whose programs may use vector registers. A kernel leaves them to its users.

cfg_if::cfg_if! {
    if #[cfg(target_arch = "x86_64")] {
        use core::arch::x86_64::{
            __m128i, _mm_cmpeq_epi8, _mm_cvtsi64_si128, _mm_movemask_epi8, _mm_set_epi64x,
            _mm_set1_epi8, _mm_setzero_si128,
        };

        use super::slots::{SlotBits, Slots};
        use crate::layout::{Slot, Word};

        pub use super::slots::SlotBits as Matches;

        /// Slots of `word` that carry `slot_byte`, as bit `s` per slot `s`. Exact. Other bits mean nothing.
        #[inline(always)]
        pub fn match_tag(word: u64, slot_byte: u64) -> u16 {
            // SAFETY: this module is compiled only where SSE2 is enabled; the same for all of them.
            let word = unsafe { _mm_cvtsi64_si128(word as i64) };
            // SAFETY: as above.
            let equal = unsafe { _mm_cmpeq_epi8(word, in_every_lane(slot_byte)) };
            // SAFETY: as above.
            unsafe { _mm_movemask_epi8(equal) as u16 }
        }

        /// A register with `byte` in each of its eight low bytes. AVX2 has an instruction for that; a multiplication is
        /// shorter than what SSE2 has.
        #[inline(always)]
        fn in_every_lane(byte: u64) -> __m128i {
            const LANES: u64 = 0x0101_0101_0101_0101;
            if cfg!(target_feature = "avx2") {
                // SAFETY: as above.
                unsafe { _mm_set1_epi8(byte as i8) }
            } else {
                // SAFETY: as above.
                unsafe { _mm_cvtsi64_si128(byte.wrapping_mul(LANES) as i64) }
            }
        }

        /// The lowest free slot of `word`. A lookup before it has the word in a vector register already.
        #[inline(always)]
        pub fn lowest_free_slot(word: Word) -> Option<Slot> {
            SlotBits::new(match_tag(word.0, 0)).lowest()
        }

        /// Which bytes of the words are not zero: bit `8 * g + s` for byte `s` of word `g`.
        #[inline(always)]
        pub fn occupied([a, b, c, d, e, f, g, h]: [u64; 8]) -> u64 {
            !(zeros(a, b) | zeros(c, d) << 16 | zeros(e, f) << 32 | zeros(g, h) << 48)
        }

        /// Which bytes of two words are zero, a bit per byte.
        #[inline(always)]
        fn zeros(low: u64, high: u64) -> u64 {
            // SAFETY: as above.
            let words = unsafe { _mm_set_epi64x(high as i64, low as i64) };
            // SAFETY: as above.
            let zero = unsafe { _mm_setzero_si128() };
            // SAFETY: as above.
            let zeros = unsafe { _mm_cmpeq_epi8(words, zero) };
            // SAFETY: as above.
            u64::from(unsafe { _mm_movemask_epi8(zeros) as u16 })
        }
    } else {
        use core::arch::aarch64::{
            uint8x16_t, vandq_u8, vceq_u8, vcombine_u8, vcreate_u8, vdup_n_u8, vget_lane_u64, vgetq_lane_u64, vpaddq_u8,
            vreinterpret_u64_u8, vreinterpretq_u64_u8, vtstq_u8,
        };

        pub use super::portable::lowest_free_slot;
        pub use super::slots::SlotOffsets as Matches;

        /// Which bytes of the words are not zero: bit `8 * g + s` for byte `s` of word `g`.
        #[inline(always)]
        pub fn occupied([a, b, c, d, e, f, g, h]: [u64; 8]) -> u64 {
            let low = added(flags(a, b), flags(c, d));
            let high = added(flags(e, f), flags(g, h));
            let sums = added(low, high);
            // SAFETY: this module is compiled only where NEON is enabled; the same for all of them.
            let bits = unsafe { vreinterpretq_u64_u8(added(sums, sums)) };
            // SAFETY: as above.
            unsafe { vgetq_lane_u64::<0>(bits) }
        }

        /// For each byte of two words that is not zero, the bit of its number in its word.
        #[inline(always)]
        fn flags(low: u64, high: u64) -> uint8x16_t {
            const BITS: u64 = 0x8040_2010_0804_0201;
            let words = pair(low, high);
            // SAFETY: as above.
            let filled = unsafe { vtstq_u8(words, words) };
            // SAFETY: as above.
            unsafe { vandq_u8(filled, pair(BITS, BITS)) }
        }

        /// Two words in one register.
        #[inline(always)]
        fn pair(low: u64, high: u64) -> uint8x16_t {
            // SAFETY: as above.
            let low = unsafe { vcreate_u8(low) };
            // SAFETY: as above.
            let high = unsafe { vcreate_u8(high) };
            // SAFETY: as above.
            unsafe { vcombine_u8(low, high) }
        }

        /// The sums of neighbouring bytes, those of `low` first.
        #[inline(always)]
        fn added(low: uint8x16_t, high: uint8x16_t) -> uint8x16_t {
            // SAFETY: as above.
            unsafe { vpaddq_u8(low, high) }
        }

        /// Slots of `word` that carry `slot_byte`, as bit `8 * s` per slot `s`. Exact. Other bits mean nothing.
        #[inline(always)]
        pub fn match_tag(word: u64, slot_byte: u64) -> u64 {
            // SAFETY: this module is compiled only where NEON is enabled; the same for all of them.
            let word = unsafe { vcreate_u8(word) };
            // SAFETY: as above.
            let wanted = unsafe { vdup_n_u8(slot_byte as u8) };
            // SAFETY: as above.
            let equal = unsafe { vceq_u8(word, wanted) };
            // SAFETY: as above.
            let bytes = unsafe { vreinterpret_u64_u8(equal) };
            // SAFETY: as above.
            unsafe { vget_lane_u64::<0>(bytes) }
        }
    }
}
