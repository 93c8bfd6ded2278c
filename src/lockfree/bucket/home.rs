//! A home: the bucket of some keys, and the two looks at its header.
//!
//! What a header shows is not written while the header shows it (F3). A reader loads the header, reads what it
//! shows, and loads the header again. If nothing has changed, what it has read was the home's state at one instant.

use core::ptr;

use super::{Bucket, header::Header};
use crate::sync::{
    Ordering::{Acquire, Relaxed, SeqCst},
    fence,
};

/// The home of some keys: a bucket of a table. One word; its groups follow from where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    bucket: &'a Bucket,
}

impl<'a> Home<'a> {
    #[inline]
    pub(crate) fn of(bucket: &'a Bucket) -> Home<'a> {
        Home { bucket }
    }

    #[inline]
    pub(crate) fn bucket(self) -> &'a Bucket {
        self.bucket
    }

    pub(crate) fn is(self, other: Home<'_>) -> bool {
        ptr::eq(self.bucket, other.bucket)
    }

    /// The header, and with it all that was written before it was committed.
    #[inline]
    pub(crate) fn header(self) -> Header {
        // SeqCst: in one order with the commits in all homes, so that operations on different keys take effect
        // in one order too. An Acquire too, for `commit`: what this header shows is filled.
        Header(self.bucket().header().load(SeqCst))
    }

    /// Does the home still show what it showed in `seen`? Then all that was read in between was so.
    #[inline]
    pub(crate) fn still_shows(self, seen: Header) -> bool {
        // Pairs with the Release fence before a slot is filled: a reader of a word of the slot's next entry sees
        // here that the last one was hidden.
        fence(Acquire);
        // Relaxed: the fence orders it after the loads before it.
        Header(self.bucket().header().load(Relaxed)).shows_same_as(seen)
    }
}
