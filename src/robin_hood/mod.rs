//! The sorted table that grows in place, in one streaming pass, without a second copy and without
//! computing a hash again.
//!
//! # The picture
//!
//! A key is turned into a word by a one-to-one map ([`Order`]): a keyed hash, or nothing at all. The
//! table is an array of words in ascending order, with gaps. The home of a word is the slot that its
//! leading bits name. The word is in that slot, or in a later one if preceding words take it.
//!
//! ```text
//!  8 homes = 3 leading bits                                       overflow area
//!     000    001    010    011    100    101    110    111   |
//!   +------+------+------+------+------+------+------+------+------+------+
//!   | 0001 | 0010 | 0011 |      | 1000 |      | 1100 | 1110 | 1111 |      |
//!   +------+------+------+------+------+------+------+------+------+------+
//!                   ^ home 001, one slot late
//!
//!  grown: the same end, 16 homes = 4 leading bits; the start has moved down
//!   0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111 |
//!   |    |0001|0010|0011|    |    |    |    |1000|    |    |    |1100|    |1110|1111|    |    |
//! ```
//!
//! A slot holds not the word itself, but its *offset* in the *frame* of the table: its distance from a
//! base, shifted to the top (`frame.rs`). A table starts with the frame of all words, in which offset and
//! word are equal; the frame becomes narrower if the words crowd together. Below, a word is what a slot
//! holds.
//!
//! A table with twice the homes has the same words in the same order, further apart. So growing copies
//! the old array with more gaps; merging two tables and walking over a range read arrays from start to end.
//!
//! # Invariants
//!
//! `check_invariants` checks them; tests call it after every operation.
//!
//! - **T1** The slots are the last `homes + overflow` words of the storage. All of them are
//!   initialised, and so are the values of a map, which has as many.
//! - **T2** Words that are not EMPTY (0) ascend strictly from slot to slot.
//! - **T3** A word does not precede its home.
//! - **T4** There is no empty slot between a word and its home.
//! - **T5** The key whose offset is EMPTY is in the header, if it is in the table.
//! - **T6** `len` counts the words and the one in the header, and is at most `max`.
//!
//! T2 to T4 leave no choice: the words, the shape and the frame determine the layout. Equal sets of one
//! shape and frame are equal slot by slot, whatever their history.
//!
//! # Operations
//!
//! ```text
//! lookup   from the home on, to the first slot that is empty or not less: four slots, then in steps that
//!          double, and back
//! insert   there; the words from there to the next gap move one slot up
//! remove   the words after it, up to a gap or a word at home, move one slot down
//! grow     for each old slot in order:  next = max(home of its word, next);
//!                                       new[next] = its word;  next = next + 1
//! spread   all words to the end, side by side; from there to where they belong in another shape or frame:
//!          to shrink, and when keys crowd together
//! retain, extract, merge: the pass of growing, over the words that are taken
//! ```
//!
//! Every loop runs over slots and ends at the last one. The pass of growing treats an empty slot as a
//! word with home 0, so it leaves an empty slot after the preceding word.
//!
//! # Growing in place cannot overwrite what it has not read
//!
//! Let `N` be the old homes, and number the slots of the new table from its start, so that the old
//! slot `j` is new slot `N + j`.
//!
//! 1. *What was in the old slots up to `j` goes to new slots up to `2j + 1`.* A word in old slot `j`
//!    has an old home `h <= j` (T3), so a new home `2h` or `2h + 1`, at most `2j + 1`. By induction
//!    `next` is at most `2j` before slot `j`, so it is written to `max(home, next) <= 2j + 1`, and
//!    `next` is at most `2j + 2` after it.
//! 2. *For `j < N` that is no later than the slot just read*: `2j + 1 <= N + j`.
//! 3. *For `j >= N`, in the overflow area, neither.* Homes are at most `2N - 1 <= N + j`; and by 2.
//!    and induction `next` is at most `N + j` before slot `j`, as it was at most `N + j - 1` for the
//!    slot before. So at most `N + j` is written.
//!
//! A slot that has been read may be overwritten, so nothing is lost; and the last slot written is at
//! most the last slot there is.
//!
//! *After an empty old slot `j - 1`, everything goes to new slots from `2j` on*: words there have an
//! old home of at least `j` (T4). So the array can be cut after any empty slot, and the parts can be
//! moved independently: two at once by one processor, or each by another (`grow_shared`).
//!
//! # Cost
//!
//! For random tables at four loads (`costs_are_as_documented` counts them; the slots from home are Knuth's
//! figures for linear probing, which do not depend on the order within a run):
//!
//! | | slots from home, per hit | words moved per insert | lines per hit |
//! |---|---|---|---|
//! | 1/2 | 0.5 | 1 | 1.06 |
//! | 3/4 | 1.5 | 6 | 1.19 |
//! | 7/8 | 3.5 | 28 | 1.44 |
//! | 15/16 | 7.5 | 120 | 1.94 |
//!
//! Tables count as full at 7/8 unless the caller chooses another load, and have half of that right after growing; those
//! that are updated all the time are best at 3/4. The worst case of a lookup is the word furthest from
//! its home, `d` slots: it looks at four slots and `2 * log2(d) + 2` more. That of an insertion or a removal
//! is the longest run of words without a gap, all of which may move: 1,201 words in a random table of
//! 2^23 homes at 7/8. `stats()` returns both.
//!
//! Growing reads each old slot once and writes each new one twice, once to clear it, a few KiB ahead.
//! A storage that is zero already ([`Zeroed`](crate::storage::Zeroed), or
//! [`Pages`](crate::storage::Pages) that are) spares the clearing of what it adds. The table never
//! exists twice unless it has to move to another storage, as on the heap.
//!
//! # When keys crowd together
//!
//! Keys often come in order: ascending, descending, in the order of another table. The first of them then
//! have few homes, however large the table is. A table counts the words that insertions and removals
//! move. Once they are more than twice its slots and 512, and whenever it is full, it compares the number
//! of its words with the number of homes between the first and the last. If there are too many words, it
//! spreads them over the least frame that has them all, a power of two of words, and over as many homes
//! as make them spread (`respread.rs`). A word outside the frame makes the table choose another one: the
//! widest in which its words are spread well enough, and twice as wide as they need at least. So if keys
//! are spread evenly between the least and the greatest, their order of arrival has these costs at most:
//!
//! - all insertions together move twice as many words as in random order, passes included, and one
//!   insertion moves 1,024 but for the passes;
//! - a table has four times the slots that it would have for keys over all 64 bits, also if the keys come
//!   and go and wander through the numbers; in provided memory it has no more than there is.
//!
//! Tests count both: `input_in_order_moves_no_more_than_twice_as_many_words` and
//! `keys_that_come_and_go_take_no_more_memory`. The bound on all moves rests on this: a table moves at
//! most twice its slots and 512 words in vain, and then a pass either spreads the words or finds that it
//! cannot; and words that leave a frame are half as many as the frame has room for, or the frame becomes
//! larger.
//!
//! Keys in several crowds far apart stay crowded, and so does one crowd with a single key far from it: one
//! frame cannot spread both a crowd and the space around it. Each crowd is one run. An insertion or a
//! removal moves up to all words of its crowd: filled in random order, a crowd costs about a quarter of its
//! final size per key, and nothing if its keys ascend
//! (`sorted_input_moves_nothing_and_a_crowd_moves_at_most_itself`). A lookup takes the logarithm of the
//! crowd. What helps:
//!
//! - [`Table::extend_sorted`] fills an empty table in one pass and moves nothing, in crowds or not. To add
//!   many keys to a large table, fill a second table with them and merge the two;
//! - [`Within`] refuses keys outside one piece of the numbers;
//! - an [`Order`] of the caller's can bring crowds together.
//!
//! No key is refused because keys crowd: if the last homes run over, the overflow area is extended, in
//! place as long as the storage has room, and at the cost of homes where it is used up. So memory takes, in
//! any order, as many keys as evenly spread ones: those that the most homes in it have room for
//! (`no_key_is_refused_because_keys_crowd`). An extended overflow area counts as room as well, so memory may
//! take more keys; how many more depends on their order. A move or a merge into as much memory takes all of
//! them (`keys_that_fill_memory_fit_into_as_much`): it extends the overflow area if no plain shape has room.
//!
//! # The caller's code
//!
//! An order, the function of `retain`, the rule of a merge, an iterator and the work of a shared growth are
//! code of the caller that runs inside an operation. None of them can reach the table that is being
//! changed, as it is borrowed. If one panics, or its answers contradict one another, T1 to T6 hold after
//! it: `retain` and `extract_if` have decided about the keys that they passed, an insertion is done or not,
//! and a merge or a shared growth drops the new table with its storage and leaves the old ones alone
//! (`tests/robin_hood_closures.rs`). An entry keeps its place, and nothing has changed until it is filled. If the
//! iterator of `extract_if` is forgotten, the table is empty (`retain.rs` has the reason).
//!
//! # Concurrency
//!
//! A table has one owner: operations that change it take `&mut`. An interrupt handler needs a lock that
//! masks interrupts. Several threads can grow a table together (feature `lockfree`): see `shared`.
//!
//! # Sources
//!
//! Robin Hood hashing is Celis, Larson and Munro's (1985); that it is a sorted array with gaps when
//! the leading bits are the home, and that it then grows downwards in place, are observations of Per
//! Vognsen and Paul Khuong. The proof above, the cut at empty slots, and passes without branches are
//! worked out here.

mod algebra;
mod check;
mod fill;
mod find;
mod frame;
mod grow;
mod insert;
mod iter;
pub mod map;
mod merge;
mod operators;
mod order;
mod place;
mod raw;
mod relocate;
mod remove;
mod respread;
mod retain;
mod set;
mod shape;
// As `lockfree` in the crate's root.
#[cfg(all(feature = "ffi", not(feature = "lockfree")))]
#[allow(dead_code, unreachable_pub, reason = "C reaches the module through `ffi` alone there")]
pub(crate) mod shared;
#[cfg(feature = "lockfree")]
pub mod shared;
mod shrink;
mod spread;
mod stats;
pub mod table;
#[cfg(all(test, not(heptad_loom)))]
mod tests;

pub use map::Map;
pub use merge::Merge;
pub use order::{ByValue, Monotone, Order, Total, Within};
pub use raw::Storages;
pub use set::Set;
pub use shape::lines_for;
pub use stats::Stats;
pub use table::Table;
