//! Asking for a cache line before it is needed.

use crate::layout::Line;

/// Asks the cache for `line`, without waiting. A hint: any address will do, nothing is read.
#[inline(always)]
pub fn prefetch(line: *const Line) {
    hint::<false>(line);
}

/// As [`prefetch`], for a line that will be written: no other processor keeps a copy. Nothing is
/// written.
#[inline(always)]
pub(crate) fn prefetch_to_write(line: *mut Line) {
    hint::<true>(line);
}

cfg_if::cfg_if! {
    if #[cfg(miri)] {
        fn hint<const TO_WRITE: bool>(_: *const Line) {}
    } else if #[cfg(target_arch = "x86_64")] {
        #[inline(always)]
        fn hint<const TO_WRITE: bool>(line: *const Line) {
            use core::arch::asm;
            if TO_WRITE {
                // SAFETY: a prefetch cannot fault and changes no register. An x86_64 that does not
                // have this one does nothing instead.
                unsafe { asm!("prefetchw [{}]", in(reg) line, options(nostack, preserves_flags, readonly)) }
            } else {
                // SAFETY: as above; every x86_64 has it.
                unsafe { asm!("prefetcht0 [{}]", in(reg) line, options(nostack, preserves_flags, readonly)) }
            }
        }
    } else if #[cfg(target_arch = "aarch64")] {
        #[inline(always)]
        fn hint<const TO_WRITE: bool>(line: *const Line) {
            use core::arch::asm;
            if TO_WRITE {
                // SAFETY: a prefetch cannot fault and changes no register; every AArch64 has it.
                unsafe { asm!("prfm pstl1keep, [{}]", in(reg) line, options(nostack, preserves_flags, readonly)) }
            } else {
                // SAFETY: as above.
                unsafe { asm!("prfm pldl1keep, [{}]", in(reg) line, options(nostack, preserves_flags, readonly)) }
            }
        }
    } else {
        fn hint<const TO_WRITE: bool>(_: *const Line) {}
    }
}
