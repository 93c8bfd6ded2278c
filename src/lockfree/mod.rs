//! The map that cores, interrupt handlers and NMIs share: no lock, no guard, no allocator, no wait.
//!
//! # The picture
//!
//! ```text
//!   the home of a key: one bucket, one line               its three groups, two lines each
//!  +--------+-------+-------+-------+-------------+   +--------+------+------+-- ... --+------+
//!  | header | key 0 | key 1 | key 2 | four values |   | claims | pair | pair |         | pair |
//!  +--------+-------+-------+-------+-------------+   +--------+------+------+-- ... --+------+
//!      |        ^       ^       ^                         one in each region; many homes share
//!      |        |       |       |                         a group, each slot belongs to one
//!      +--------+-------+-------+------ 3 bits
//!      +------------------------------- 21 bits: the slots of the groups that are this home's
//! ```
//!
//! Every place where a key can be belongs to the key's home: three slots of its bucket, and seven of each
//! of three groups, which follow from the bucket's number. **One word, the header of the bucket, says which
//! of the 24 places hold an entry.** An operation that changes something prepares it where nobody looks,
//! and makes it visible by one compare-exchange on that word, which also counts the change. A reader
//! loads the header, reads what it shows, and loads the header again.
//!
//! So there are no tombstones, no reserved keys or values, no wider compare-exchange than a word's, and
//! nothing to reclaim while a table is in use.
//!
//! A map has one table, and while it is rebuilt a chain of them, each leading to the next: see below.
//!
//! # Invariants
//!
//! - **F1** A key is visible at one place of its home at the most.
//! - **F2** A slot of a group that is visible in a header is visible in no other, and its claim is 1.
//! - **F3** Keys and values that a header shows are not written while it shows them: only who holds a
//!   slot writes it, and a reserved slot is not visible.
//! - **F4** A slot is reserved by who took or claimed it, until it is shown or released; and by who hid
//!   it, until it is released or filled. The own slot of a home without entries outside is free as
//!   soon as it is hidden.
//! - **F5** Every change of what a header shows, or of the cells that its slots name, makes its version
//!   one more. Reserving and releasing do not.
//! - **F6** The four value cells of a bucket are named by its three slots and the spare, each by one. Only
//!   who holds the spare exchanges it.
//! - **F7** An operation holds one slot or spare cell at the most at any instant.
//! - **F8** An operation moves one entry of another home (`operations/relocate.rs`) and one of its own (`operations/remove.rs`) at
//!   the most; one that runs a caller's code may move one more of another home in each round.
//!
//! # Operations
//!
//! ```text
//! get      header; three keys; slots of groups that it shows; header again: the same, or once more
//! insert   take a free own slot, or claim a slot of a group, or move another home's entry away;
//!          fill it; commit
//! update   take the spare cell; fill it; commit "slot s names this cell now"
//!          (an entry in a group: into a free own slot, or a slot of that group, by a commit that hides the
//!          old place too)
//! remove   commit "hidden"; if it was an own slot, one entry from outside moves into it
//! ```
//!
//! A commit fails only if another one came first. Then the operation scans again, as another may have
//! inserted its key. It keeps its reservation, unless a caller's code runs in the next round: nothing is
//! reserved while a closure or a comparison of a caller's runs. A closure that changes the home of its own
//! key is called again, 128 times at the most: see `operations/decide.rs`.
//!
//! # Progress and cost
//!
//! | operation | progress | happens at | lines, usual and most | can be refused |
//! |---|---|---|---|---|
//! | get, contains | lock-free, writes nothing | the second look at the header | 1.4, 7 | never |
//! | insert, upsert, replace, ... | lock-free | its commit, or the second look if it changes nothing | 2.0, see below | `Full`, `Busy` |
//! | modify, fetch_update, ... | the same, the closure's time apart | the same | the same | `Reentrant` too |
//! | remove, remove_if | lock-free | its commit | 1.7, 7 | only in a rebuild without room: see below |
//! | iter, retain, clear | lock-free, home by home; at most eight tables | each home by itself | all buckets | `retain` and `clear` as `remove` |
//! | len, stats, check | wait-free, in the tables that there are | each home by itself | all buckets | never |
//! | rebuild | lock-free | when the new table is the newest | the new region, written; all buckets, read | `Busy`, `TooSmall` |
//! | help | lock-free | each bucket by itself | a step: a bucket's 7, and 21 insertions | `Full`, `Busy` |
//! | try_reclaim | lock-free | when the table that left the chain is nobody's | 5, and the counters' 16 four times | never: there may be nothing to return |
//!
//! A home is its bucket and three groups of two lines: seven lines at the most.
//!
//! *Lock-free*: an operation that goes round again does so because another one on the same home has
//! committed. A suspended or killed operation blocks nobody: it has
//! reserved one slot or cell at most, and the others do without it.
//!
//! An insertion into a full home whose groups are full looks at up to 18 entries of other homes, and so
//! reads up to 18 buckets and their groups; it moves one of them.
//!
//! - `Full`: an insertion finds no free place in the home, and no neighbour's entry has room elsewhere;
//!   what running operations hold counts as taken there, so at another moment there may be room. A map
//!   made for `n` entries takes `n`: of 258 million insertions at capacity none was refused, with one
//!   thread at work; what it takes beyond is a matter of luck. Of keys with one hash it takes 21.
//! - `Busy`: as `Full`, but places were reserved by running operations, or a move lost a race. The same call
//!   may succeed later. Nothing spins on it.
//!
//! **Changing the value of a present key needs no room**: it is never `Full`, at any load, but where a
//! rebuild has to move the key first. Insertions leave one slot of each group free. An update in a group
//! uses that slot, and frees the old one. If running operations have reserved it, the update borrows the
//! one of another group of its home and brings the entry back by a second commit, so that each group keeps
//! its own. It is `Busy` only if other operations have reserved what it needs: all free own slots and the
//! last slot of all three groups, and for a key in its bucket the spare cell too.
//!
//! # Rebuilds
//!
//! ```text
//!   first                            first                         try_reclaim ... first
//!   |                                |                                             |
//!   table A --next--> table B        table A (migrated) --next--> table B          table B
//! ```
//!
//! [`rebuild`](Tables::rebuild) gives the newest table a next one, of any size and with any seed, and
//! returns. From then on each bucket is frozen, copied into the next table and marked as migrated, once,
//! by whoever comes first: [`help`](Tables::help), or an operation that wants to change something.
//! `chain/migrate.rs` tells why no entry is lost, doubled or brought back (M1, M2, M3).
//!
//! What everyone does for it:
//!
//! - Each *operation* starts in the next table if its bucket is known to be migrated: migrators
//!   advance a watermark of migrated buckets, and publish it every 64 buckets.
//! - A *read* does nothing. It reads a frozen bucket as any other, and one bucket of the next table more
//!   where it finds its bucket migrated.
//! - A *change* works in the first table in which its own bucket is not frozen; a frozen one, or one without
//!   room, it moves first. Then it performs one step of migration, its assigned bucket or a scan of 16 for
//!   stragglers: always if the key was not there before, so that a table that
//!   grows is moved before the next one is full; else one change in 256 does it.
//!   A bucket has at most 21 entries, so that is at most 42 insertions into the next table, each of them as
//!   above: 2 lines usually. A bucket has 2.6 entries on average in a full table. After a table without room
//!   it can be 21 times as much: each entry that finds no room in the table between takes a bucket of that
//!   one along.
//! - [`help`](Tables::help) does as many such steps as it is asked to, so that a rebuild ends while
//!   nobody changes anything.
//!
//! None of this grows with the table:
//!
//! | in a rebuild, lines | get | a change | help(1) |
//! |---|---|---|---|
//! | bound, with room in the next table | 8 | 4,400 | 2,150 |
//! | counted at most, 64 to 262,144 entries, full | 6 | 35 | 31 |
//! | moving two buckets of 21 entries, the next table nearly full | | 134 | |
//!
//! In the bound each of the 21 entries of a bucket that is moved is an insertion of 97 lines.
//!
//! A helper that stops for ever holds one slot of the next table, and nobody waits for what it was doing:
//! the bucket that was assigned to it is moved by others, who find it in a last scan in order.
//!
//! When an entry finds no room in the next table, its bucket stays frozen: it is read, but changes to it are
//! refused with `Full`, removals too, as they would have to happen in a table that cannot take the rest.
//! Another `rebuild` makes a third table the next of the second, and what is in either moves on. There
//! are at most four tables in a chain that is not migrated.
//!
//! # Old tables, and memory
//!
//! An operation that began in table A may still read it when `first` is B. So A comes back, as the
//! [`Region`](crate::storage::Region) that was provided, only when no operation can be in it:
//! [`try_reclaim`](Tables::try_reclaim) asks, and never waits. How that is known is the map's type `G`:
//!
//! | `G` | costs an operation | returns memory |
//! |---|---|---|
//! | [`Never`] | nothing | when the map is taken apart: [`into_regions`](Map::into_regions); there is no `try_reclaim` |
//! | [`Counted`] | two atomic additions, on two lines that other contexts may write too | once all operations that were under way have ended, iterators too |
//! | your own [`Track`] and [`Reclaim`] | what your kernel's RCU costs | after its grace period |
//!
//! Memory is that of all regions in the chain, to the byte: [`Stats::bytes`]. A rebuild adds the new
//! region's when it is requested, and each `try_reclaim` that gives one back takes that one's away. Nothing
//! else is ever used: two regions in turn serve for any number of rebuilds.
//!
//! # Interrupts, and contexts that die
//!
//! Every operation may be interrupted anywhere by any other on the same map, to any depth. An operation
//! that is killed leaves at most one slot or spare cell reserved, for as long as the table is in use
//! ([`Stats::reserved`]); a bucket whose spare cell is reserved updates through its groups. This adds up: when many
//! have been killed in one home ([`Stats::most_reserved`]), changes there are `Busy` for good. Then
//! [`needs_rebuild`](Tables::needs_rebuild) says [`Need::Leaks`], and a rebuild leaves what is reserved behind, or
//! [`repair`](Map::repair) releases it while nobody uses the map.
//!
//! # Concurrency
//!
//! | field | writer | reader | order | pairs with |
//! |---|---|---|---|---|
//! | header | commit | everyone's first look | SeqCst | what is shown is filled; all operations on all keys are in one order, each at its commit or its first look |
//! | header | release | everyone's first look | Release, SeqCst | the last holder's stores come first: between two commits nothing is reserved that was released after the first |
//! | claim | unclaim | claim | Release, Acquire | as above, and the commit that hid the slot |
//! | keys, values | the holder, after a Release fence | everyone | Relaxed | the Acquire fence before the second look: a reader that met the next entry's words finds the header changed |
//! | header | | second look | Relaxed | behind the fence above |
//! | header | freeze | everyone's first look | Acquire, SeqCst | nothing is published: what the bucket shows was, by its commits |
//! | header | "migrated" | everyone's first look | SeqCst | the copies in the next table come first, and the looks at the old table come before the commits in the next one |
//! | done | helpers | where an operation starts | Release, Acquire | the copies come first, as behind the headers that were looked at |
//! | next | link | who looks for the next table | Release, Acquire | the table is made |
//! | newest, first | place, rebuild, settle | what an operation begins with | SeqCst | in one order with the counters below; the table is made |
//! | oldest, leaving | try_reclaim | try_reclaim | SeqCst | in one order with the counters below: see `chain/retire.rs` |
//! | counters of `Counted` | enter, leave | has_elapsed | SeqCst; leave Release | either the look finds the operation, or the operation finds the new `first`; what it did comes before the region is returned |
//!
//! Versions have 29 bits. An operation that is stopped for exactly a multiple of 2^29 commits of one
//! home, and finds it showing the same places as before, would take an old answer for a new one.
//!
//! # How it is shown
//!
//! `models/` runs this code under loom, with groups of one slot; `steps/` stops every operation at each of
//! its accesses, for others or for ever, with the real sizes. Both ask `judge.rs` for an order that
//! explains all answers. Grace periods have models of their own, under loom and in Promela (`proofs/`).
//! `cargo xtask verify model-mutants` takes away one load-bearing step after the
//! other, and some model must notice. What they cannot show is in DESIGN.md's table of gaps.
//!
//! # Sources
//!
//! A bucket of one line whose header governs its slots is the idea of CLHT (David, Guerraoui, Trigonakis,
//! 2015) and of DLHT (Katsarakis and others, 2024). The expectations of `compare_and_set` are those of
//! nbds (Dybnis). Groups shared by homes, the spare cell, moving entries in and away, and the reader's
//! second look in place of guards are put together here; docs/measurements.md has what was measured.

mod arena;
mod bucket;
mod chain;
#[cfg(all(test, any(heptad_loom, heptad_steps)))]
mod judge;
#[cfg(all(test, not(heptad_loom)))]
mod lines;
mod maps;
#[cfg(all(test, heptad_loom))]
mod models;
mod operations;
mod shared;
#[cfg(all(test, heptad_steps))]
mod steps;

use core::alloc::Layout;

#[cfg(feature = "ffi")]
pub(crate) use chain::Asking;
pub use chain::{Beside, Counted, Need, Never, Reclaim, Stats, Track};
pub use maps::{
    Expectation, IndirectMap, Iter, Keys, Map, SegmentedMap, Set, SharedIndirectMap, SharedMap,
    SharedSet, Stored, Tables, Word,
};
pub use shared::{Member, shared_layout};

use crate::{error::Error, layout::LINE_BYTES, sync};
use arena::Shape;

/// Is the map lock-free on this target?
///
/// It is where the processor has 64-bit atomics: on every 64-bit target, x86 from the Pentium on, Armv7-A,
/// and WebAssembly, but not on Cortex-M nor on 32-bit RISC-V. Without them this module does not compile,
/// unless the feature `lockfree-emulated-with-locks` is on. Then `portable-atomic` emulates them, this is
/// `false`, and all answers are right still, but:
///
/// | `portable-atomic` | targets | emulated by | in an interrupt handler |
/// |---|---|---|---|
/// | no more than heptad's feature turns on | with compare-and-swap: thumbv7em, riscv32imac | a global lock | **hangs**, if it interrupts an operation |
/// | feature `unsafe-assume-single-core` | any, of one core | masked interrupts | works |
/// | feature `unsafe-assume-privileged` | with compare-and-swap | a lock, and masked interrupts | works |
/// | feature `critical-section` | without compare-and-swap: thumbv6m, riscv32i, riscv32imc | what your program makes of a critical section | works, if that masks interrupts |
/// | feature `critical-section` | with compare-and-swap | a global lock, as without the feature | **hangs** |
///
/// In none of them may an NMI use the map, and a context that stops inside an operation, other than by an
/// interrupt, may stop all others. Interrupts are masked for one access of memory at a time. The second and third
/// row are `unsafe` decisions of the program as a whole: libraries leave them alone.
///
/// ```
/// // To refuse such targets, for a map that an NMI uses:
/// const { assert!(heptad::lockfree::IS_LOCK_FREE) };
/// ```
pub const IS_LOCK_FREE: bool = sync::IS_LOCK_FREE;

/// The memory that a map or set for `capacity` entries needs.
///
/// With `n = max(capacity, 1)`: `64 * (2 + ceil(8 * n / 21) + 6 * (ceil(n / 64) + 2))` bytes, aligned
/// to 64. That is 30.4 bytes per entry for large `n`, everything included.
///
/// # Errors
///
/// [`Error::CapacityOverflow`] if no address space holds it.
pub const fn arena_layout(capacity: usize) -> Result<Layout, Error> {
    let Some(shape) = Shape::for_entries(capacity as u64) else {
        return Err(Error::CapacityOverflow);
    };
    let lines = shape.lines();
    if lines > (isize::MAX as u64 - LINE_BYTES as u64) / LINE_BYTES as u64 {
        return Err(Error::CapacityOverflow);
    }
    match Layout::from_size_align(lines as usize * LINE_BYTES, LINE_BYTES) {
        Ok(layout) => Ok(layout),
        Err(_) => Err(Error::CapacityOverflow),
    }
}

/// [`arena_layout`] in lines of 64 bytes, for the size of a `static`; more than any memory has where that
/// is an error.
pub const fn arena_lines(capacity: usize) -> usize {
    match arena_layout(capacity) {
        Ok(layout) => layout.size() / LINE_BYTES,
        Err(_) => usize::MAX / LINE_BYTES,
    }
}
