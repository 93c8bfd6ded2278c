//! The map that cores, interrupt handlers and NMIs share: no lock, no guard, no allocator, no wait.
//!
//! # The picture
//!
//! ```text
//!   the home of a key: one bucket, one line            its three groups, two lines each
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
//! of the 24 places hold an entry.** A change is prepared in a place that no header shows. One
//! compare-exchange on the header makes it visible and counts it. A reader loads the header, reads what it
//! shows, and loads the header again.
//!
//! So there are no tombstones, no reserved keys or values, no compare-exchange wider than a word, and
//! nothing to reclaim while a table is in use.
//!
//! A map has one table. During a rebuild it has a chain of tables, each linked to the next.
//!
//! # Invariants
//!
//! - **F1** A key is visible at no more than one place of its home.
//! - **F2** A slot of a group is visible in at most one header, and its claim is 1 while it is visible.
//! - **F3** Keys and values are not written while a header shows them. Only the operation that has reserved
//!   a slot writes it, and a reserved slot is not visible.
//! - **F4** A slot is reserved from its reservation or claim until it is shown or released, and from its
//!   hiding until it is released or filled. An own slot of a home without overflow entries is free as soon
//!   as it is hidden.
//! - **F5** Every change of what a header shows, or of the cells that its slots name, increments its
//!   version. Reserving and releasing do not.
//! - **F6** The three slots of a bucket and its spare name its four value cells, each another one. Only the
//!   operation that has reserved the spare exchanges it.
//! - **F7** An operation has reserved at most one slot or spare cell at any instant.
//! - **F8** An operation moves at most one entry of another home (`operations/relocate.rs`) and one of its
//!   own (`operations/remove.rs`). One that runs a caller's code may move one more of another home in each
//!   round.
//!
//! # Operations
//!
//! ```text
//! get      header; three keys; slots of groups that it shows; header again: the same, or once more
//! insert   reserve a free own slot, or claim a slot of a group, or relocate another home's entry;
//!          fill it; commit
//! update   reserve the spare cell; fill it; commit "slot s names this cell now"
//!          (an entry in a group moves to a free own slot, or to another slot of that group, by a commit
//!          that hides the old place too)
//! remove   commit "hidden"; if it was an own slot, one overflow entry moves into it
//! evict    claim the slot of a group that insertions leave free; fill it; commit "shown, and the victim hidden"
//! ```
//!
//! A commit fails only if another one came first. The operation then scans its home again, because the other
//! one may have inserted its key. It keeps its reservation, unless a caller's code runs in the next round:
//! nothing is reserved while a caller's closure or comparison runs. A closure that changes the home of its
//! own key is called again, at most 128 times: see `operations/decide.rs`.
//!
//! # Progress and cost
//!
//! | operation | progress | happens at | lines, usual and most | can be refused |
//! |---|---|---|---|---|
//! | get, contains | lock-free, writes nothing | the second look at the header | 1.4, 7 | never |
//! | insert, insert_if_absent, replace, ... | lock-free | its commit, or the second look if it changes nothing | 2.0, see below | `Full`, `Busy` |
//! | insert_evicting | the same, the closure's time apart | the same: one commit hides the victim and shows the new entry | 4.8 in a full cache, 7 | `Busy`, `Reentrant` |
//! | modify, fetch_update, ... | the same, the closure's time apart | the same | the same | `Reentrant` too |
//! | remove, remove_if | lock-free | its commit | 1.7, 7 | only in a rebuild without room: see below |
//! | iter, retain, clear | lock-free, home by home; at most eight tables | each home by itself | all buckets | `retain` and `clear` as `remove` |
//! | len, stats, check | wait-free, in the tables that there are | each home by itself | all buckets | never |
//! | rebuild | lock-free | when the new table is the newest | the new region, written; all buckets, read | `Busy`, `TooSmall` |
//! | help | lock-free | each bucket by itself | a step: a bucket's 7, and 21 insertions | `Full`, `Busy` |
//! | try_reclaim | lock-free | when the table that left the chain is released | 5, and the counters' 16 four times | never: there may be nothing to return |
//!
//! A home is its bucket and three groups of two lines: at most seven lines.
//!
//! *Lock-free*: an operation starts another round only because another operation on the same home has
//! committed. A suspended or killed operation blocks no other: it has reserved at most one slot or cell, and
//! the others do without it.
//!
//! An insertion into a full home with full groups reads up to 18 entries of other homes with their buckets
//! and groups, and relocates one of them.
//!
//! - `Full`: the home has no free place, and no entry of a neighbour has room elsewhere. Places that running
//!   operations have reserved count as taken, so there may be room at another moment. A map made for `n`
//!   entries takes `n`: with one thread, none of 258 million insertions at capacity was refused. Beyond
//!   that, chance decides. Of keys with one hash a map takes 21.
//! - `Busy`: as `Full`, but running operations had reserved places, or a relocation lost a race. The same
//!   call may succeed later. Nothing spins on it.
//!
//! **Changing the value of a present key needs no room.** It is never `Full`, at any load, except where a
//! rebuild has to migrate the key first. Insertions leave one slot of each group free. An update in a group
//! uses that slot and frees the old one. If a running operation has reserved it, the update borrows the free
//! slot of another group of its home and moves the entry back by a second commit, so that each group keeps
//! its free slot. It is `Busy` only if other operations have reserved all that it could use: the free own
//! slots, the last slot of all three groups, and for a key in its bucket the spare cell.
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
//! returns. From then on each bucket is frozen, copied into the next table and marked as migrated. This
//! happens once per bucket, by [`help`](Tables::help) or by a change, whichever comes first.
//! `chain/migrate.rs` shows why no entry is lost, doubled or restored (M1, M2, M3).
//!
//! During a rebuild:
//!
//! - Each *operation* starts in the next table if its bucket is known to be migrated: migrators advance a
//!   watermark of migrated buckets, and publish it every 64 buckets.
//! - A *read* migrates nothing. It reads a frozen bucket like any other, and follows a migrated one to one
//!   bucket of the next table.
//! - A *change* works in the first table in which its own bucket is not frozen. It first migrates a bucket
//!   that is frozen or without room. Then it performs one step of migration: its assigned bucket, or a scan
//!   of 16 for stragglers. A change that inserts a key always does so, so that a growing table is migrated
//!   before the next one is full; of the others, one in 256 does. A bucket has at most 21 entries (2.6 on
//!   average in a full table), so a change adds at most 42 insertions into the next table, each at the cost
//!   above. If an earlier rebuild had no room it can be 21 times as many: each entry that finds no room in
//!   the middle table migrates a bucket of that one too.
//! - [`help`](Tables::help) performs the requested number of steps, so that a rebuild ends also without changes.
//!
//! None of this grows with the table:
//!
//! | in a rebuild, lines | get | a change | help(1) |
//! |---|---|---|---|
//! | bound, with room in the next table | 8 | 4,400 | 2,150 |
//! | counted at most, 64 to 262,144 entries, full | 6 | 46 | 35 |
//! | moving two buckets of 21 entries, the next table nearly full | | 134 | |
//!
//! The bound assumes 97 lines for the insertion of each of a bucket's 21 entries.
//!
//! A migrator that stops for ever has reserved one slot of the next table. No operation waits for it: others find
//! its assigned bucket in a final scan, and migrate it.
//!
//! If an entry finds no room in the next table, its bucket stays frozen. It can be read, but changes to it
//! are refused with `Full`. So are removals, because they would have to happen in a table that cannot take
//! the rest of the bucket. Another `rebuild` links a third table to the second, and the entries of both
//! migrate to it. A chain has at most four tables that are not migrated.
//!
//! # Old tables, and memory
//!
//! An operation that began in table A may still read it when `first` is B. So A is returned, as the
//! [`Region`](crate::storage::Region) that was provided, only when no operation can be in it.
//! [`try_reclaim`](Tables::try_reclaim) checks this, and never waits. The map's type `G` decides how:
//!
//! | `G` | costs an operation | returns memory |
//! |---|---|---|
//! | [`Fixed`] | nothing, and less code | there is one table for good, and no `rebuild` |
//! | [`Never`] | nothing | when the map is taken apart: [`into_regions`](Map::into_regions); there is no `try_reclaim` |
//! | [`Counted`] | two atomic additions, on two lines that other contexts may write too | once all operations that were under way have ended, iterators too |
//! | your own [`Track`] and [`Reclaim`] | what your kernel's RCU costs | after its grace period |
//!
//! A map uses the regions of its chain and no other memory: [`Stats::bytes`] counts them to the byte. A
//! rebuild adds a region, and a `try_reclaim` that returns one removes it. Two regions in turn serve any
//! number of rebuilds.
//!
//! # Interrupts, and contexts that die
//!
//! Any operation may interrupt any other on the same map, anywhere and to any depth. A killed operation
//! leaves at most one slot or spare cell reserved while the table is in use ([`Stats::reserved`]). A bucket
//! whose spare cell is reserved updates through its groups. These leaks add up: after many kills in one home
//! ([`Stats::most_reserved`]), changes there are `Busy` for good. Then
//! [`needs_rebuild`](Tables::needs_rebuild) returns [`Need::Leaks`]. A rebuild drops all reservations, and
//! [`repair`](Map::repair) releases them while nobody uses the map.
//!
//! # What a thread may rely on
//!
//! All operations on all keys of a map take effect in one order. An operation that sees what another did comes after
//! it: what a thread did before it inserted, changed or removed a key *happens before* all that another thread does
//! after it has got that value, has changed it, or has found the key gone. So a value may be the number or address of
//! memory that was filled before the insertion, and needs no fence. That memory may be used anew only when every
//! operation that could have got the value is done with it, as [`Keys`] says: after a grace period, or by a count of
//! users. That the key is gone does not mean that the operations which got its value before are done with it.
//!
//! An operation that changes nothing publishes nothing: one that finds the key, or whose closure answers the value
//! that is there already. [`insert`](Map::insert) always writes.
//!
//! Of two threads that insert a key each and then look for the other's, one finds it. A batch, a walk and `len` are
//! many operations, each in that order by itself. Reads of a key that nobody changed order nothing.
//!
//! The models in `models/orders.rs` have memory that is not atomic beside a map. That of a removal fails if commits are
//! Relaxed, those of an insertion and of a change if the fence before a slot or a cell is filled is gone too, and that
//! of an insertion if the reader has neither the order of its first look nor the fence before its second.
//!
//! # Concurrency
//!
//! DESIGN.md has one table of every atomic access, with its order, its partner and the mutant that shows it.
//! Its rules:
//!
//! - Commits and first looks at a header are SeqCst. All operations on all keys are in one order, each at its
//!   commit or its first look.
//! - Keys and values are Relaxed. A Release fence precedes the first write to a reserved slot, and an Acquire
//!   fence precedes the reader's second look. A reader that met the next entry's words finds the header
//!   changed.
//! - A release of a slot is Release, and a first look acquires it: the last owner's writes come first.
//! - `newest`, `first`, `oldest` and the counters of [`Counted`] are SeqCst: either `try_reclaim` sees an
//!   operation, or the operation sees the new `first`.
//!
//! Versions have 29 bits. If an operation is suspended for exactly a multiple of 2^29 commits of one home,
//! and the header then shows the same places, the operation takes an old state for the present one.
//!
//! # How it is shown
//!
//! `models/` runs this code under loom, with groups of one slot. `steps/` stops every operation at each of
//! its accesses, for a while or for ever, with the real sizes. `judge.rs` searches an order of the operations
//! that explains all answers, for both. Grace periods have models of their own, under loom and in Promela
//! (`proofs/`). `cargo xtask verify model-mutants` removes one necessary step at a time, and a model must
//! fail. DESIGN.md's table of gaps has what they cannot show.
//!
//! # Sources
//!
//! A bucket of one line whose header governs its slots is the idea of CLHT (David, Guerraoui, Trigonakis,
//! 2015) and of DLHT (Katsarakis and others, 2024). The expectations of `compare_and_set` are those of
//! nbds (Dybnis). The combination is heptad's own: groups shared by homes, the spare cell, relocation, and the
//! reader's second look in place of guards.

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

pub use arena::{arena_layout, arena_lines};
#[cfg(feature = "ffi")]
pub(crate) use chain::Asking;
pub use chain::{Beside, Counted, Fixed, Need, Never, Rebuild, Reclaim, Stats, Track};
#[cfg(feature = "ffi")]
pub(crate) use maps::home_mask;
pub use maps::{
    Expectation, IndirectMap, Iter, Keys, Map, Removal, SegmentedMap, Set, SharedIndirectMap,
    SharedMap, SharedSet, Stored, Tables, Word,
};
#[cfg(feature = "ffi")]
pub(crate) use operations::Choose;
pub use operations::Inserted;
pub use shared::{Member, shared_layout};

use crate::sync;

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
