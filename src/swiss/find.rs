//! Lookup: one line, sometimes two, and the stashed entries where there are any.
//!
//! Lookups, and the part of an insertion or removal that concerns the home alone, are inlined always. The compiler's
//! own choice depends on the caller, and a call takes twenty instructions more. What is rare, or long, is called.

use super::{
    value::Value,
    view::{Place, Reader},
};
use crate::{
    layout::{Offset, Tag, Word},
    probe::{self, Slots},
};

impl<T, V: ?Sized + Value> Reader<'_, T, V> {
    /// Where the entry of hash `hash` for which `equal` holds stands. `equal` sees entries of this
    /// tag only (or stashed ones), home group first.
    #[inline(always)]
    pub(super) fn find(self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<Place> {
        self.find_or_home_word(hash, equal).ok()
    }

    /// [`find`](Self::find) that returns the metadata word of the home if there is no such entry: an
    /// insertion goes on from there.
    #[inline(always)]
    pub(super) fn find_or_home_word(
        self,
        hash: u64,
        mut equal: impl FnMut(&T) -> bool,
    ) -> Result<Place, Word> {
        let word = self.home_word(hash);
        if let Some(place) = self.find_at_home(hash, word, &mut equal) {
            return Ok(place);
        }
        self.find_beyond_home(hash, word, equal)
    }

    /// The rest of a lookup that has not found the entry in its home, whose metadata word is `word`.
    #[inline(always)]
    pub(super) fn find_beyond_home(
        self,
        hash: u64,
        word: Word,
        mut equal: impl FnMut(&T) -> bool,
    ) -> Result<Place, Word> {
        let tag = Tag::of(hash);
        if !word.filter_has(tag.class()) {
            return Err(word); // W4
        }
        let home = self.geometry().home(hash);
        let alternate = self.geometry().alternate(home, tag.class());
        let matching = probe::match_tag(self.word(alternate), tag.displaced());
        if let Some(place) = self.compare(alternate, matching, &mut equal) {
            return Ok(place);
        }
        if self.control.span == 0 {
            return Err(word);
        }
        self.find_stashed(alternate, equal).ok_or(word)
    }

    /// The first step of a lookup: where the entry stands in its home, whose metadata word is `word`.
    #[inline(always)]
    pub(super) fn find_at_home(
        self,
        hash: u64,
        word: Word,
        equal: &mut impl FnMut(&T) -> bool,
    ) -> Option<Place> {
        let matching = probe::match_tag(word, Tag::of(hash).at_home());
        self.compare(self.geometry().home(hash), matching, equal)
    }

    /// The first of the slots in `matching` whose entry is the one wanted.
    #[inline(always)]
    pub(super) fn compare(
        self,
        offset: Offset,
        matching: impl Slots,
        equal: &mut impl FnMut(&T) -> bool,
    ) -> Option<Place> {
        let mut rest = matching;
        while let Some(slot) = rest.lowest() {
            let place = Place::new(offset, slot);
            // SAFETY: the slot's byte is not the free one: see `match_slots` and `match_tag`.
            if equal(unsafe { self.entry(place) }) {
                return Some(place);
            }
            rest = rest.without_lowest();
        }
        None
    }
}
