//! The tables, one of which is in the program.

use cfg_if::cfg_if;

use super::Table;

/// Implements [`Table`] for `Chosen` from one expression per operation, so that all tables read alike.
#[allow(unused_macros, reason = "a program without a table has no use for it")]
macro_rules! table {
    (
        $table:ty;
        new |$memory:ident| $new:expr;
        get |$in_get:ident, $wanted:ident| $get:expr;
        insert |$in_insert:ident, $key:ident, $value:ident| $insert:expr;
        remove |$in_remove:ident, $gone:ident| $remove:expr;
        words |$in_words:ident| $words:expr;
        clear |$in_clear:ident| $clear:expr;
        $($rebuild:item)?
    ) => {
        pub(crate) struct Chosen($table);

        impl Table for Chosen {
            fn new($memory: &'static mut [core::mem::MaybeUninit<u8>]) -> Option<Self> {
                $new.map(Chosen)
            }

            #[inline(always)]
            fn get(&mut self, $wanted: u64) -> u64 {
                let $in_get = &mut self.0;
                $get.unwrap_or(0)
            }

            #[inline(always)]
            fn insert(&mut self, $key: u64, $value: u64) -> u64 {
                let $in_insert = &mut self.0;
                u64::from($insert)
            }

            #[inline(always)]
            fn remove(&mut self, $gone: u64) -> u64 {
                let $in_remove = &mut self.0;
                u64::from($remove)
            }

            #[inline(always)]
            fn sum(&mut self) -> u64 {
                let $in_words = &mut self.0;
                $words.fold(0, u64::wrapping_add)
            }

            #[inline(always)]
            fn clear(&mut self) {
                let $in_clear = &mut self.0;
                $clear;
            }

            $($rebuild)?
        }
    };
}

cfg_if! {
    if #[cfg(any(feature = "swiss-set", feature = "swiss-map", feature = "swiss-values"))] {
        mod swiss;
        pub(crate) use swiss::Chosen;
    } else if #[cfg(feature = "lockfree")] {
        mod lockfree;
        pub(crate) use lockfree::Chosen;
    } else if #[cfg(any(feature = "robin-set", feature = "robin-map"))] {
        mod robin;
        pub(crate) use robin::Chosen;
    } else if #[cfg(feature = "heapless")] {
        mod heapless;
        pub(crate) use heapless::Chosen;
    } else if #[cfg(feature = "hashbrown")] {
        mod hashbrown;
        pub(crate) use hashbrown::Chosen;
    } else {
        mod nothing;
        pub(crate) use nothing::Chosen;
    }
}

#[allow(dead_code, reason = "not every table has a seed")]
const SEED: u64 = 0x5eed;
