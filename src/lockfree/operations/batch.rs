//! Many lookups at once, so that their waits for memory overlap.
//!
//! ```text
//!   locate    hash each key, and prefetch its bucket
//!   look      read the buckets, which are enough for most keys; prefetch the groups of the others
//!   search    read the groups
//! ```
//!
//! Sixteen keys go through a pass before any of them goes through the next, and the next sixteen are
//! located while the groups of these are on their way.

use super::key::{Key, Matches};
use crate::{
    layout::lowest_bit,
    lockfree::{
        arena::Table,
        bucket::{Header, Home, Reserver},
    },
};

/// Keys that go through a pass together.
const TOGETHER: usize = 16;

impl<'a, T: Reserver> Table<'a, T> {
    /// Looks for all of `keys`, which `key_of` makes of what the caller has, and writes what `answer` makes
    /// of their values into `places`; as many as the shorter of both has. `answer` is called right after
    /// its lookup.
    pub(crate) fn get_many<'k, K, M: Matches, P>(
        self,
        keys: &'k [K],
        places: &mut [P],
        key_of: impl Fn(&'k K) -> Key<M>,
        mut answer: impl FnMut(Option<u64>) -> P,
    ) {
        let locate = |homes: &mut [Home<'a>; TOGETHER], keys: Option<&'k [K]>| {
            for (home, key) in homes.iter_mut().zip(keys.unwrap_or_default()) {
                *home = self.prefetch_home(key_of(key).word);
            }
        };
        let mut next_homes = [self.first_home(); TOGETHER];
        let mut headers = [Header::MIGRATED; TOGETHER];
        let mut ahead = keys.chunks(TOGETHER);
        locate(&mut next_homes, ahead.next());
        for (keys, places) in keys.chunks(TOGETHER).zip(places.chunks_mut(TOGETHER)) {
            let homes = next_homes;
            let mut undecided = Indices(0);
            let row = keys.iter().zip(&mut *places).zip(homes.iter().zip(&mut headers));
            for (index, ((key, place), (&home, header))) in row.enumerate() {
                match home.get_in_bucket(key_of(key)) {
                    Ok(value) => *place = answer(value),
                    Err(seen) => {
                        self.prefetch_overflow(home, seen);
                        *header = seen;
                        undecided.0 |= 1 << index;
                    }
                }
            }
            locate(&mut next_homes, ahead.next());
            for index in undecided {
                if let (Some(key), Some(place)) = (keys.get(index), places.get_mut(index)) {
                    *place = answer(self.get_overflow(homes[index], headers[index], key_of(key)));
                }
            }
        }
    }
}

/// Indices in a row of [`TOGETHER`]: a bit for each.
#[derive(Clone, Copy)]
struct Indices(u32);

impl Iterator for Indices {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let index = lowest_bit(u64::from(self.0)) as usize % TOGETHER;
        self.0 &= self.0 - 1;
        Some(index)
    }
}
