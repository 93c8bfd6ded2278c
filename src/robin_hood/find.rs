//! Looking a word up, and finding the slot where it belongs.

use super::shape::{EMPTY, Shape};

/// The first slot from the home of `word` on that is empty or holds a word that is not less: where
/// `word` is, or belongs (T2 to T4). The number of slots if there is none.
///
/// `word` is not EMPTY.
#[inline(always)]
pub(super) fn place_of(slots: &[u64], shape: Shape, word: u64) -> usize {
    // One comparison for both ends of the walk: EMPTY less one is the greatest number.
    let less_one = word.wrapping_sub(1);
    let mut place = shape.home(word);
    while let Some(resident) = slots.get(place) {
        if resident.wrapping_sub(1) >= less_one {
            break;
        }
        place += 1;
    }
    place
}

/// The slot that holds `word`, which is not EMPTY.
#[inline(always)]
pub(super) fn find(slots: &[u64], shape: Shape, word: u64) -> Option<usize> {
    let place = place_of(slots, shape, word);
    (slots.get(place) == Some(&word)).then_some(place)
}

/// The first slot from `place` on that is empty.
pub(super) fn gap_from(slots: &[u64], place: usize) -> Option<usize> {
    let distance = slots.get(place..)?.iter().position(|&word| word == EMPTY)?;
    Some(place + distance)
}
