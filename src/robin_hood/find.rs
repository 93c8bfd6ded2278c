//! Looking a word up, and finding the slot where it belongs.

use super::shape::{EMPTY, Shape};

/// Slots that are compared together, without a branch between: most words are no further from their
/// homes, and which slot it is cannot be predicted.
const WINDOW_SLOTS: usize = 4;

/// The first slot from the home of `word` on that is empty or holds a word that is not less: where
/// `word` is, or belongs (T2 to T4). The number of slots if there is none.
///
/// `word` is not EMPTY.
#[inline(always)]
pub(super) fn place_of(slots: &[u64], shape: Shape, word: u64) -> usize {
    // One comparison for both ends of the walk: EMPTY less one is the greatest number. It holds for no
    // slot after the end of the walk, as words there are greater still, so the slots for which it holds
    // can be counted.
    let is_less = |resident: u64| resident.wrapping_sub(1) < word.wrapping_sub(1);
    let mut place = shape.home(word);
    if let Some(window) = slots.get(place..).and_then(|from_home| from_home.first_chunk()) {
        let window: &[u64; WINDOW_SLOTS] = window;
        let less = window.iter().map(|&resident| usize::from(is_less(resident))).sum::<usize>();
        place += less;
        if less < WINDOW_SLOTS {
            return place;
        }
    }
    place + run_of(slots.get(place..).unwrap_or(&[]), is_less)
}

/// Returns how many of the first `slots` are less. They precede all others, so a search in steps that
/// double finds where they end, in twice the logarithm of their number.
pub(super) fn run_of(slots: &[u64], mut is_less: impl FnMut(u64) -> bool) -> usize {
    let mut step = 1;
    while slots.get(step - 1).is_some_and(|&resident| is_less(resident)) {
        step *= 2;
    }
    // What precedes half a step is less, and the last slot of the step is not, or there is none.
    let known = step / 2;
    let rest = slots.get(known..slots.len().min(step - 1)).unwrap_or(&[]);
    known + rest.partition_point(|&resident| is_less(resident))
}

/// Returns the slot of `word`, which is not EMPTY.
#[inline(always)]
pub(super) fn find(slots: &[u64], shape: Shape, word: u64) -> Option<usize> {
    let place = place_of(slots, shape, word);
    (slots.get(place) == Some(&word)).then_some(place)
}

/// Returns the first empty slot from `place` on.
pub(super) fn gap_from(slots: &[u64], place: usize) -> Option<usize> {
    let distance = slots.get(place..)?.iter().position(|&word| word == EMPTY)?;
    Some(place + distance)
}
