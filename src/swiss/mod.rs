//! The single-owner table: at most two cache lines per lookup, at 15/16 load.
//!
//! # The picture
//!
//! ```text
//!              hash:  | tag, 7 bits | ...... | group number, low bits |
//!                        |  low 3 bits: class c            |
//!                        v                                 v
//!   home group                                     alternate group = alt(home, c)
//!  +--------------+---------+-- ... --+           +--------------+---------+-- ... --+
//!  | slot bytes 7 | entry 1 |         |           | slot bytes 7 | entry 1 |         |
//!  | filter     1 |         |         |   c: 1 -> | filter     1 |         |         |
//!  +--------------+---------+-- ... --+           +--------------+---------+-- ... --+
//!    filter bit c clear: a key of this home and class is here or nowhere
//! ```
//!
//! Every key lives in its *home* group, in its *alternate* group, or, when a flood of equal hashes
//! fills both, *stashed*: in the first free slot after the alternate. The alternate follows from the
//! group and the class alone and is an involution, so a resident can be moved to its other group
//! without calling the hash function. There are no tombstones, and nothing drifts under churn.
//!
//! # Invariants
//!
//! `check_invariants` checks all of them; tests call it after every operation.
//!
//! - **W1** A slot byte with the displaced bit clear and not free: the entry's home is this group.
//! - **W2** Displaced and not stashed: this group is the alternate of the entry's home and class, and the
//!   home's filter bit of that class is set.
//! - **W3** Stashed: the entry lies `1..=span` groups after its alternate, the home's filter bit is
//!   set, and so is the bit of (home number mod 8, class) in `stash_map`.
//! - **W4** Filter bit clear: no key of that home and class is outside its home.
//! - **W5** As long as nothing was ever stashed, each set filter bit has a displaced resident.
//! - **W6** `len` is the number of slot bytes that are not free, `stashed` that of the stashed ones, and
//!   `len <= max < slots`: some slot is always free, and every search ends.
//!
//! # Operations
//!
//! ```text
//! lookup   match (tag, home) in home; compare.    none, and filter bit c clear: absent
//!          match (tag, displaced) in alternate.        none, and nothing stashed:       absent
//!          stashed entries, at most `span` groups after the alternate
//! insert   1 a free slot at home
//!          2 a free slot in the alternate                        (sets filter bit c)
//!          3 move one resident of either to its other group, a displaced one first; take its slot
//!          4 breadth-first search for a chain of such moves, metadata words only
//!          5 stashed
//! remove   free the slot; clear the home's filter bit if it was the last displaced of its class;
//!          move one displaced resident of that group back into the free slot
//! grow     residents at home in group g go to the new groups g and g + n, as whole lines;
//!          the displaced and the stashed are inserted afresh
//! ```
//!
//! Every loop is bounded by the groups of the table, the search of step 4 by 184 groups. Inserting
//! takes a free slot that W6 promises, so it cannot fail below `max`.
//!
//! # Cost
//!
//! A lookup reads one or two lines, plus at most `span` lines in a table with stashed entries; a map
//! reads one more line for the value. Floods of equal hashes make
//! stashed entries: the fifteenth key of one pair of groups, and then a scan, as in any table. In small
//! tables honest keys do so now and then: while 4 or 8 groups are filled to 15/16 in at most 2 of 100
//! cases, to 7/8 in 1 of 200, to 3/4 in 1 of 1,000, and hardly ever from 32 groups on. A stashed
//! entry stays stashed until it is removed or the table moves; `span` stays as large as it was until the last stashed
//! entry is removed.
//!
//! # Concurrency
//!
//! One owner. `&` reads and `&mut` writes, as the borrow checker has it; an interrupt handler needs
//! a lock that masks interrupts.
//!
//! # Sources
//!
//! The group of one cache line, eight-byte entries, tags from the high bits and growth at 15/16
//! are those of StahlOS's hash tables, which follow Google's Swiss tables. Two groups per key with
//! moves between them is cuckoo hashing over buckets (Pagh and Rodler; Fan et al.); the filter that
//! answers exactly, and the involution by subtraction, are heptad's. docs/measurements.md has the figures.

mod batch;
mod bucket;
mod check;
mod control;
mod displace;
mod drain;
mod duplicate;
mod entry;
mod equivalent;
mod evict;
mod extract;
mod find;
mod grow;
mod in_place;
mod insert;
mod iter;
#[cfg(test)]
mod lines;
#[cfg(feature = "spin")]
mod locked;
pub mod map;
mod of_hash;
mod place;
mod raw;
mod remove;
#[cfg(feature = "serde")]
mod serialize;
pub mod set;
mod shape;
mod stash;
mod stats;
pub mod table;
mod value;
mod view;

pub use equivalent::Equivalent;
#[cfg(feature = "spin")]
#[doc(no_inline)]
pub use lock_api;
#[cfg(feature = "spin")]
pub use locked::Locked;
pub use map::{BytesMap, Map, PackedMap};
#[cfg(feature = "serde")]
pub use serialize::ReadInto;
pub use set::Set;
pub use shape::{lines_for, lines_for_load};
pub use stats::Stats;
pub use table::Table;
pub use value::Bytes;
