//! hashbrown's tables with heptad's hash of words, over an allocator that never takes anything back: the least that
//! there is, so that only the table is weighed. A kernel's own allocator comes on top.

use core::{
    alloc::{GlobalAlloc, Layout},
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicPtr, Ordering::Relaxed},
};

use cfg_if::cfg_if;
use heptad::hash::Keyed;

use super::{SEED, Table};
use crate::MEMORY_BYTES;

/// Gives memory from the end of what is left to its start. For one thread: Relaxed loads and stores.
struct Bump {
    end: AtomicPtr<u8>,
}

#[global_allocator]
static BUMP: Bump = Bump { end: AtomicPtr::new(ptr::null_mut()) };

// SAFETY: returns every byte at most once, aligned, from memory that lives for ever.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let end = self.end.load(Relaxed);
        let address = end.addr().wrapping_sub(layout.size()) & !(layout.align() - 1);
        let Some(taken) = end.addr().checked_sub(address) else { return ptr::null_mut() };
        if taken > MEMORY_BYTES {
            return ptr::null_mut();
        }
        let start = end.wrapping_sub(taken);
        self.end.store(start, Relaxed);
        start
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

fn hasher(memory: &'static mut [MaybeUninit<u8>]) -> Option<Keyed> {
    BUMP.end.store(memory.as_mut_ptr_range().end.cast(), Relaxed);
    Some(Keyed::new(SEED))
}

cfg_if! {
    if #[cfg(feature = "hashbrown-set")] {
        use hashbrown::HashSet;

        table! {
            HashSet<u64, Keyed>;
            new |memory| hasher(memory).map(HashSet::with_hasher);
            get |set, key| set.get(&key).copied();
            insert |set, key, _value| set.insert(key);
            remove |set, key| set.remove(&key);
            words |set| set.iter().copied();
            clear |set| set.clear();
        }
    } else {
        use hashbrown::HashMap;

        table! {
            HashMap<u64, u64, Keyed>;
            new |memory| hasher(memory).map(HashMap::with_hasher);
            get |map, key| map.get(&key).copied();
            insert |map, key, value| map.insert(key, value).is_none();
            remove |map, key| map.remove(&key).is_some();
            words |map| map.values().copied();
            clear |map| map.clear();
        }
    }
}
