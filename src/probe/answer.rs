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
        match NonNull::new(answer.cast_mut()) {
            None => FoundWord::Absent,
            Some(entry) if entry.addr().get() == MAYBE_STASHED => FoundWord::MaybeStashed,
            Some(entry) => FoundWord::At(entry),
        }
    }
}
