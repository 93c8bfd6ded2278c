//! The backends as values, for tests and benchmarks that compare them all.

use crate::layout::Line;

/// One implementation of the contract of [`probe`](super).
#[derive(Clone, Copy)]
pub struct Backend {
    /// The name of its module.
    pub name: &'static str,
    /// Which slots of a word carry a slot byte.
    pub match_slots: fn(u64, u64) -> u64,
    /// The lowest free slot of a word.
    pub free_slot: fn(u64) -> u64,
    /// Where an entry is in its two groups. The caller's duties are those of
    /// [`find_word`](super::portable::find_word).
    pub find_word: unsafe fn(*const Line, usize, u64, u64) -> *const u64,
    /// The same for many entries. The caller's duties are those of
    /// [`find_words`](super::portable::find_words).
    pub find_words: unsafe fn(*const Line, usize, *const u64, *mut u64, usize),
}

/// The [`Backend`] of a module of [`probe`](super).
macro_rules! backend {
    ($module:ident) => {
        $crate::probe::backend::Backend {
            name: stringify!($module),
            match_slots: $module::match_slots,
            free_slot: $module::free_slot,
            find_word: $module::find_word,
            find_words: $module::find_words,
        }
    };
}
pub(super) use backend;
