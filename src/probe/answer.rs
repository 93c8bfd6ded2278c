//! The answer of `find_word`: an address, or one of two marks.

use core::ptr::NonNull;

/// The answer when neither group has the entry but it may be stashed.
pub const MAYBE_STASHED: usize = 1;

/// The answer of [`find_word`](super::find_word).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundWord {
    /// The entry is here.
    At(NonNull<u64>),
    /// No group of the table has it.
    Absent,
    /// It is in neither of its two groups, but may be a stashed entry.
    MaybeStashed,
}

impl FoundWord {
    /// What a routine's answer means.
    #[inline(always)]
    pub(super) fn of_answer(answer: *const u64) -> FoundWord {
        // One match on the address: from conditions on the pointer the compiler computes a number, and tests that.
        match answer.addr() {
            0 => FoundWord::Absent,
            MAYBE_STASHED => FoundWord::MaybeStashed,
            // SAFETY: the address is not 0.
            _ => FoundWord::At(unsafe { NonNull::new_unchecked(answer.cast_mut()) }),
        }
    }
}
