//! The whole lookups of `heptad::probe` as contenders: is a call worth it?
//!
//! The tables inline a lookup that takes any entry and any equality. `find_word` is a complete
//! lookup for words only: in portable Rust, which may be inlined too, and in assembly, which is
//! called. `src/probe/mod.rs` chooses between them by these numbers.

use std::marker::PhantomData;

use heptad::{
    layout::{Geometry, Line, MaxLoad, log2_groups_for},
    probe,
    storage::{Heap, Storage},
    swiss::Table,
};

use crate::{
    adapter::{Footprint, Words},
    ours::{self, MEMORY, hash},
};

/// One backend's whole lookup.
pub(crate) trait Lookup {
    const NAME: &'static str;

    /// # Safety
    ///
    /// That of [`probe::portable::find_word`].
    unsafe fn find_word(base: *const Line, mask_bytes: usize, hash: u64, wanted: u64)
    -> *const u64;
}

pub(crate) struct Portable;

impl Lookup for Portable {
    const NAME: &'static str = "portable find_word";

    #[inline(always)]
    unsafe fn find_word(
        base: *const Line,
        mask_bytes: usize,
        hash: u64,
        wanted: u64,
    ) -> *const u64 {
        // SAFETY: the caller's promise.
        unsafe { probe::portable::find_word(base, mask_bytes, hash, wanted) }
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
pub(crate) struct Assembly;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
impl Lookup for Assembly {
    const NAME: &'static str = "assembly find_word";

    #[inline(always)]
    unsafe fn find_word(
        base: *const Line,
        mask_bytes: usize,
        hash: u64,
        wanted: u64,
    ) -> *const u64 {
        // SAFETY: the caller's promise.
        unsafe { probe::assembly::find_word(base, mask_bytes, hash, wanted) }
    }
}

/// A table whose lookups go through `L`. It does not grow.
pub(crate) struct Probed<L> {
    table: Table<u64>,
    /// The cache lines of `table`; their number is `mask_bytes / 64 + 1`.
    base: *const Line,
    mask_bytes: usize,
    lookup: PhantomData<L>,
}

impl<L: Lookup> Words for Probed<L> {
    const NAME: &'static str = L::NAME;

    fn with_capacity(entries: usize) -> Self {
        let log2 = log2_groups_for(entries, MaxLoad::FifteenSixteenths).expect(MEMORY);
        let heap = Heap::try_with_lines(1 << log2).expect(MEMORY);
        let base = heap.base();
        let geometry = Geometry::largest_within(heap.lines()).expect(MEMORY);
        let table = Table::new_in(heap).expect(MEMORY);
        Probed { table, base, mask_bytes: geometry.mask_bytes(), lookup: PhantomData }
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u64 {
        // SAFETY: the lines are those of the table, which has not grown, and hold its groups.
        let entry = unsafe { L::find_word(self.base, self.mask_bytes, hash(&key), key) };
        if entry.addr() <= probe::MAYBE_STASHED {
            return 0;
        }
        // SAFETY: an address that is neither 0 nor the other mark is that of an entry.
        unsafe { entry.read() }
    }

    fn insert(&mut self, key: u64) {
        assert!(self.table.len() < self.table.capacity(), "the lines stay where they are");
        Words::insert(&mut self.table, key);
    }

    fn remove(&mut self, key: u64) -> u64 {
        Words::remove(&mut self.table, key)
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        self.table.words()
    }

    fn clear(&mut self) {
        self.table.clear();
    }

    fn len(&self) -> usize {
        self.table.len()
    }

    fn footprint(&self) -> Footprint {
        ours::footprint(self.table.stats())
    }
}
