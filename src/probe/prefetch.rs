//! Requesting a cache line ahead of its use.

use crate::layout::Line;

/// Requests `line` from the cache, without waiting. A hint: any address will do, nothing is read.
#[inline(always)]
pub fn prefetch(line: *const Line) {
    cfg_if::cfg_if! {
        if #[cfg(miri)] {
            let _ = line;
        } else if #[cfg(target_arch = "x86_64")] {
            // SAFETY: a prefetch cannot fault and changes no register; every x86_64 has it.
            unsafe {
                core::arch::asm!(
                    "prefetcht0 [{line}]",
                    line = in(reg) line,
                    options(nostack, preserves_flags, readonly),
                );
            }
        } else if #[cfg(target_arch = "aarch64")] {
            // SAFETY: a prefetch cannot fault and changes no register; every AArch64 has it.
            unsafe {
                core::arch::asm!(
                    "prfm pldl1keep, [{line}]",
                    line = in(reg) line,
                    options(nostack, preserves_flags, readonly),
                );
            }
        } else if #[cfg(target_arch = "riscv64")] {
            // SAFETY: `prefetch.r` of Zicbop, spelt so that every assembler knows it: an OR without a
            // result, which every RISC-V has, cannot fault and changes no register.
            unsafe {
                core::arch::asm!(
                    "ori x0, {line}, 1",
                    line = in(reg) line,
                    options(nostack, preserves_flags, readonly),
                );
            }
        } else {
            let _ = line;
        }
    }
}
