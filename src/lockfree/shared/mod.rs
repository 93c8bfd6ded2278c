//! Memory that processes share: one map in it, and its users.
//!
//! ```text
//!   | block   | member 0 | member 1 | ... | descriptor, buckets, groups: an arena |
//!   0        64         128                64 * (1 + members)
//!
//!   block     letters and layout | bytes | members | check | reaper | reaped
//!   member    state | reserves | hides
//! ```
//!
//! No word is an address, so the memory means the same wherever it is mapped. [`format`] makes it; after that all
//! maps that attach to it are equal: none owns it, and when one dies the others have all entries that it had.
//!
//! # No rebuild
//!
//! A link to another table would be an address of one process. So a map in shared memory has one table: a
//! rebuild is refused as [`Error::Shared`], and nothing is ever returned before the map is taken apart.
//!
//! # Members
//!
//! An operation that is killed leaves what it had reserved: one slot or spare cell, for good. In private memory
//! that is rare. Here it adds up. So memory may be formatted for *members*: contexts with a number, one
//! operation at a time, each with a line in which it writes what it is about to reserve. [`reap`](super::Tables::reap)
//! releases what a dead member had: see `intent.rs`.
//!
//! # Whom a process trusts
//!
//! Every process that can write the memory: it may change entries at will, and so make every answer wrong. But
//! damaged memory leads no operation out of it: [`attach`] keeps the numbers from which the addresses of buckets and
//! groups follow, and an operation that finds other numbers in the memory takes the map for one without a table. This
//! is checked when an operation begins: a writer that changes the first two lines of an arena in the middle of one is
//! not excluded.

use crate::{
    error::{Error, Rejected},
    hash::hash_word,
    layout::LINE_BYTES,
    lockfree::{
        arena::{Descriptor, Shape, Table, arena_layout},
        bucket::{Anyone, Reserver},
    },
    storage::{Region, Storage},
    sync::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};
use intent::{FREE, Intent, JOINED, Line};
use reap::{Gate, Reaper};

pub(crate) mod intent;
pub(crate) mod reap;

/// A machine of the other byte order reads other letters, as with arenas.
const LETTERS: u64 = u64::from_le_bytes(*b"heptSH\0\0");
const FORMAT_SHIFT: u32 = 48;
/// The layout described here.
const FORMAT: u64 = 1;
/// More members than any system has processes; so that sizes cannot overflow.
const MOST_MEMBERS: usize = 1 << 20;

/// The first line of shared memory.
#[repr(C, align(64))]
struct Block {
    /// 0 once the memory was given up.
    magic: AtomicU64,
    bytes: u64,
    members: u64,
    check: u64,
    gate: Gate,
    unused: [u64; 2],
}

#[cfg(not(heptad_loom))]
const _: () = assert!(size_of::<Block>() == LINE_BYTES && size_of::<Line>() == LINE_BYTES);

impl Block {
    fn expected_check(&self) -> u64 {
        [LETTERS, FORMAT, self.bytes, self.members].into_iter().fold(0, hash_word)
    }

    /// Why this is not the first line of `bytes` bytes of shared memory.
    fn complaint(&self, bytes: usize) -> Option<Error> {
        // Acquire: pairs with the Release of `format`.
        let magic = self.magic.load(Acquire);
        if magic & !(u64::MAX << FORMAT_SHIFT) != LETTERS {
            return Some(Error::Foreign);
        }
        let found = magic >> FORMAT_SHIFT;
        if found != FORMAT {
            return Some(Error::UnknownFormat { found, known: FORMAT });
        }
        if self.check != self.expected_check() || self.members > MOST_MEMBERS as u64 {
            return Some(Error::Corrupt);
        }
        if self.bytes > bytes as u64 {
            let needed_bytes = usize::try_from(self.bytes).unwrap_or(usize::MAX);
            return Some(Error::TooSmall { needed_bytes, given_bytes: bytes });
        }
        None
    }
}

/// Lines of the block and of `members` members.
const fn lines_before_arena(members: usize) -> usize {
    1 + members
}

/// The shared memory that a map for `capacity` entries and `members` members needs.
///
/// # Errors
///
/// [`Error::CapacityOverflow`] if no address space holds it.
pub const fn shared_layout(capacity: usize, members: usize) -> Result<core::alloc::Layout, Error> {
    let arena = match arena_layout(capacity) {
        Ok(layout) => layout.size(),
        Err(error) => return Err(error),
    };
    if members > MOST_MEMBERS || arena > isize::MAX as usize / 2 {
        return Err(Error::CapacityOverflow);
    }
    let bytes = arena + lines_before_arena(members) * LINE_BYTES;
    match core::alloc::Layout::from_size_align(bytes, LINE_BYTES) {
        Ok(layout) => Ok(layout),
        Err(_) => Err(Error::CapacityOverflow),
    }
}

/// Makes shared memory with an empty map of `region`.
pub(crate) fn format(
    mut region: Region<'_>,
    seed: u64,
    home_mask: u64,
    members: usize,
) -> Result<Region<'_>, Rejected<Region<'_>>> {
    let bytes = region.bytes();
    match shared_layout(1, members) {
        Ok(least) if least.size() > bytes => {
            let error = Error::TooSmall { needed_bytes: least.size(), given_bytes: bytes };
            return Err(Rejected { error, value: region });
        }
        Ok(_) => {}
        Err(error) => return Err(Rejected { error, value: region }),
    }
    let (base, lines) = (region.base_mut(), lines_before_arena(members));
    let mut block = Block {
        magic: AtomicU64::new(0),
        bytes: bytes as u64,
        members: members as u64,
        check: 0,
        gate: Gate::default(),
        unused: [0; 2],
    };
    block.check = block.expected_check();
    // SAFETY: within the region, which is ours alone; zero is fine for all lines.
    unsafe { base.write_bytes(0, lines) };
    let first = base.cast::<Block>();
    // SAFETY: the first line, valid for writes and aligned.
    unsafe { first.write(block) };
    // SAFETY: the region has an arena's bytes after these lines.
    let arena = unsafe { arena_in(base.cast(), bytes, members) };
    if let Err(rejected) = Descriptor::create(arena, seed, home_mask) {
        return Err(Rejected { error: rejected.error, value: region });
    }
    // SAFETY: written above.
    let block = unsafe { &*first };
    // Release: pairs with the Acquire of `complaint`. The last, so that nobody attaches to half of it.
    block.magic.store(LETTERS | FORMAT << FORMAT_SHIFT, Release);
    Ok(region)
}

/// The arena in shared memory.
///
/// # Safety
///
/// The `bytes` bytes at `start` are valid for reads and writes during `'a`, used by maps alone, aligned to lines,
/// and at least `shared_layout(1, members)`.
unsafe fn arena_in<'a>(start: *mut u8, bytes: usize, members: usize) -> Region<'a> {
    let before_bytes = lines_before_arena(members) * LINE_BYTES;
    // SAFETY: within the memory, by the caller's promise.
    let arena = unsafe { start.add(before_bytes) };
    // SAFETY: the caller's promise.
    let arena = unsafe { Region::from_raw(arena, bytes - before_bytes) };
    // SAFETY: aligned, not null, and more than a line, by the caller's promise.
    unsafe { arena.unwrap_unchecked() }
}

/// The user of shared memory by a map: its guard.
#[derive(Debug)]
pub struct Member<'a> {
    start: NonNull<Block>,
    bytes: usize,
    /// The shape of the arena, when it was attached to.
    shape: Shape,
    /// How many members the block had, when it was attached to.
    members: u32,
    /// This member's number: [`NO_NUMBER`] in memory without members.
    number: u32,
    borrowed: PhantomData<&'a Line>,
}

const NO_NUMBER: u32 = u32::MAX;

// SAFETY: a shared borrow of atomics, and of words that nobody writes.
unsafe impl Send for Member<'_> {}
// SAFETY: as above.
unsafe impl Sync for Member<'_> {}

/// The number of a member, if the memory is for members.
pub(crate) type Number = Option<usize>;

/// The table in shared memory, and its user.
///
/// # Safety
///
/// The region's bytes are initialised, and are written by nobody but maps that are attached to them.
pub(crate) unsafe fn attach<'a>(
    mut region: Region<'a>,
    home_mask: u64,
    number: Number,
) -> Result<(NonNull<Descriptor>, Member<'a>), Rejected<Region<'a>>> {
    let (start, given_bytes) = (region.base_mut().cast::<Block>(), region.bytes());
    // SAFETY: a region is at least a line, aligned and never null; initialised by the caller's promise.
    let block = unsafe { &*start };
    let refuse = |error, value| Err(Rejected { error, value });
    if let Some(error) = block.complaint(given_bytes) {
        return refuse(error, region);
    }
    let (bytes, members) = (block.bytes as usize, block.members as usize);
    if shared_layout(1, members).map_or(usize::MAX, |least| least.size()) > bytes {
        return refuse(Error::Corrupt, region);
    }
    // SAFETY: as large as its first line says, which was checked; attached maps alone use it.
    let arena = unsafe { arena_in(start.cast(), bytes, members) };
    // SAFETY: the caller's promise.
    let descriptor = match unsafe { Descriptor::attach(arena, home_mask) } {
        Ok(descriptor) => descriptor,
        Err(rejected) => return refuse(rejected.error, region),
    };
    let number = match number {
        None if members == 0 => NO_NUMBER,
        Some(number) if number < members => number as u32,
        _ => return refuse(Error::Member, region),
    };
    // SAFETY: A1, by the checks of `attach`.
    let shape = unsafe { Table::<Anyone>::at(descriptor) }.shape();
    // SAFETY: a region is never null.
    let start = unsafe { NonNull::new_unchecked(start) };
    let (members, borrowed) = (members as u32, PhantomData);
    let member =
        ManuallyDrop::new(Member { start, bytes: given_bytes, shape, members, number, borrowed });
    let is_taken = member.line().is_some_and(|line| {
        // Acquire: pairs with the Release of `drop`: what the last one with this number did comes first.
        line.state.compare_exchange(FREE, JOINED, Acquire, Relaxed).is_err()
    });
    if is_taken {
        return refuse(Error::Occupied, region);
    }
    Ok((descriptor, ManuallyDrop::into_inner(member)))
}

impl<'a> Member<'a> {
    /// Is the descriptor as it was when it was attached to?
    pub(crate) fn vouches_for(&self, table: Table<'_>) -> bool {
        table.shape() == self.shape && table.next().is_none()
    }

    /// The memory, as it was provided.
    ///
    /// # Safety
    ///
    /// `'r` is what the region was provided for; its table is used no more.
    pub(crate) unsafe fn region<'r>(&self) -> Region<'r> {
        // SAFETY: a region of this address and size was used up by `attach`; the caller's promise.
        let region = unsafe { Region::from_raw(self.start.as_ptr().cast(), self.bytes) };
        // SAFETY: it was a region, so it can be one again.
        unsafe { region.unwrap_unchecked() }
    }

    /// The member's intent, if the memory is for members. One operation at a time.
    pub(crate) fn intent(&self) -> Option<Intent<'_>> {
        let names = &self.line()?.names;
        Some(Intent { names, reaped: &self.block().gate.reaped, base: self.start.addr().get() })
    }

    /// Releases what the dead member `number` had reserved in `table`.
    pub(crate) fn reap<T: Reserver>(
        &self,
        table: Table<'_, T>,
        number: usize,
    ) -> Result<(), Error> {
        self.line().ok_or(Error::Member)?;
        let (lines, gate) = (self.lines(), &self.block().gate);
        let base = self.start.addr().get();
        Reaper { number: self.number as usize, lines, gate, base }.reap(table, number)
    }

    /// The lines of all members.
    fn lines(&self) -> &[Line] {
        // SAFETY: the lines of members follow the first one.
        let first = unsafe { self.start.cast::<Line>().add(1) };
        // SAFETY: atomics, aligned, initialised and valid for 'a, as many as `attach` checked.
        unsafe { core::slice::from_raw_parts(first.as_ptr(), self.members as usize) }
    }

    /// The member's own line, if the memory is for members.
    #[inline]
    fn line(&self) -> Option<&Line> {
        self.lines().get(self.number as usize)
    }

    fn block(&self) -> &Block {
        // SAFETY: valid during 'a.
        unsafe { self.start.as_ref() }
    }

    /// Gives the memory up: no map can attach to it any more.
    pub(crate) fn destroy(&self) {
        // Relaxed: a map that attaches at the same time may have come first.
        self.block().magic.store(0, Relaxed);
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.line() {
            // Release: pairs with the Acquire of `attach`.
            line.state.store(FREE, Release);
        }
    }
}
