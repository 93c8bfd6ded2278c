//! Keys that are taken out.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator};

use crate::swiss::extract::Extraction;

/// The keys of a set that a function chooses, which are taken out.
pub struct ExtractIf<'a, K, F> {
    pub(super) extraction: Extraction<'a, K, ()>,
    pub(super) chosen: F,
}

impl<K, F: FnMut(&K) -> bool> Iterator for ExtractIf<'_, K, F> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        let chosen = &mut self.chosen;
        self.extraction.next(|key, ()| chosen(key)).map(|(key, ())| key)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.left()))
    }
}

impl<K, F: FnMut(&K) -> bool> FusedIterator for ExtractIf<'_, K, F> {}

impl<K, F> fmt::Debug for ExtractIf<'_, K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.extraction.left()).finish_non_exhaustive()
    }
}
