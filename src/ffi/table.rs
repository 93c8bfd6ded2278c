//! `heptad_table_*`: tables of any 64-bit entry, with the caller's hash and equality. The manual is
//! `include/heptad/swiss.h`.

use core::ffi::{c_int, c_void};

use super::{
    arguments,
    batch::{Array, ArrayOut, Count},
    code::{self, Refusal},
    handle::{Handle, ToChange, ToRead, Words128},
    inline,
    memory::{Bytes, Provided},
    owned::{Kind, Owned},
    results::{Context, Key, Optional, Position, Required},
    stats::HeptadStats,
};
use crate::{
    storage::Region,
    swiss::{Table, table::Entry},
};

/// The hash of an entry: the same as long as it is in a table.
pub type HashEntry = Option<extern "C" fn(entry: u64, context: Context) -> u64>;
/// Decides whether an entry is the one of a key.
pub type EqualEntry = Option<extern "C" fn(entry: u64, key: Key, context: Context) -> c_int>;
/// Decides whether an entry stays.
pub type KeepEntry = Option<extern "C" fn(entry: u64, context: Context) -> c_int>;

/// A table and the caller's functions.
#[repr(C)]
pub struct Custom {
    entries: Table<u64, Region<'static>>,
    context: Context,
    hash: extern "C" fn(entry: u64, context: Context) -> u64,
    equal: extern "C" fn(entry: u64, key: Key, context: Context) -> c_int,
}

impl Custom {
    /// The comparison with `key`.
    #[inline]
    fn equal_to(&self, key: Key) -> impl Fn(&u64) -> bool + use<> {
        let (equal, context) = (self.equal, self.context);
        move |&entry| equal(entry, key, context) != 0
    }
}

impl Kind for Custom {
    const KIND: u32 = inline::KIND_TABLE;
    type Words = Words128;
}

/// `heptad_table`.
pub type HeptadTable = Handle<Owned<Custom>>;

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_init(
    table: ToChange<HeptadTable>,
    memory: Provided,
    bytes: Bytes,
    load: c_int,
    hash: HashEntry,
    equal: EqualEntry,
    context: Context,
) -> c_int {
    let (Some(hash), Some(equal)) = (hash, equal) else { return code::NULL };
    table.make_in(memory, bytes, |region, _| {
        let entries = Table::with_max_load_in(region, arguments::load(load)?)?;
        Ok::<_, Refusal>(Custom { entries, hash, equal, context })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_release(
    table: ToChange<HeptadTable>,
    memory: Optional<*mut c_void>,
    bytes: Optional<usize>,
) -> c_int {
    table.release((memory, bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_move(
    table: ToChange<HeptadTable>,
    memory: Provided,
    bytes: Bytes,
    old_memory: Optional<*mut c_void>,
    old_bytes: Optional<usize>,
) -> c_int {
    table.relocate(memory, bytes, (old_memory, old_bytes), |table, region| {
        let (hash, context) = (table.hash, table.context);
        table.entries.move_into(region, |&entry| hash(entry, context))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_clear(table: ToChange<HeptadTable>) -> c_int {
    table.edit(|table| table.entries.clear())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_len(table: ToRead<HeptadTable>) -> usize {
    table.measure(|table| table.entries.len())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_capacity(table: ToRead<HeptadTable>) -> usize {
    table.measure(|table| table.entries.capacity())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_stats(
    table: ToRead<HeptadTable>,
    stats: Required<HeptadStats>,
) -> c_int {
    table.report(stats, |table| table.entries.stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_insert(
    table: ToChange<HeptadTable>,
    hash: u64,
    key: Key,
    entry: u64,
    present: Optional<u64>,
) -> c_int {
    table.insert(present, |table| {
        let is_equal = table.equal_to(key);
        // No storage here grows, so the function for hashes is never called.
        match table.entries.try_entry(hash, is_equal, |_| hash)? {
            Entry::Occupied(there) => Ok::<_, Refusal>(Some(*there.get())),
            Entry::Vacant(place) => {
                place.insert(entry);
                Ok(None)
            }
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_insert_unique(
    table: ToChange<HeptadTable>,
    hash: u64,
    entry: u64,
) -> c_int {
    table.change(|table| table.entries.insert_within_capacity(hash, entry).map(drop))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_find(
    table: ToRead<HeptadTable>,
    hash: u64,
    key: Key,
    entry: Optional<u64>,
) -> c_int {
    table.find(entry, |table| table.entries.find(hash, table.equal_to(key)).copied())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_each(
    table: ToRead<HeptadTable>,
    hash: u64,
    key: Key,
    visit: KeepEntry,
    visit_context: Context,
) -> c_int {
    let Some(visit) = visit else { return code::NULL };
    table.look(|table| {
        let is_equal = table.equal_to(key);
        let mut those = table.entries.iter_hash(hash).filter(|&entry| is_equal(entry));
        those.all(|&entry| visit(entry, visit_context) != 0)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_replace(
    table: ToChange<HeptadTable>,
    hash: u64,
    key: Key,
    entry: u64,
    previous: Optional<u64>,
) -> c_int {
    table.modify(
        previous,
        |table| {
            let is_equal = table.equal_to(key);
            table.entries.find_mut(hash, is_equal)
        },
        |_| entry,
    )
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_remove(
    table: ToChange<HeptadTable>,
    hash: u64,
    key: Key,
    entry: Optional<u64>,
) -> c_int {
    table.remove(entry, |table| {
        let is_equal = table.equal_to(key);
        table.entries.remove(hash, is_equal)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_prefetch(table: ToRead<HeptadTable>, hash: u64) -> c_int {
    table.look(|table| table.entries.prefetch(hash))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_find_many(
    table: ToRead<HeptadTable>,
    hashes: Array<u64>,
    keys: Array<Key>,
    count: Count,
    entries: ArrayOut<u64>,
    found: ArrayOut<u8>,
) -> c_int {
    table.batch(count, |table, batch| {
        let (hashes, batch) = batch.read(hashes)?;
        let (keys, batch) = batch.read(keys)?;
        let mut write = batch.write_answers(entries, found)?;
        let is_equal = |index, entry: &u64| {
            keys.get(index).is_some_and(|&key: &Key| table.equal_to(key)(entry))
        };
        table.entries.find_many(hashes, is_equal, |_, answer| write(answer.copied()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_next(
    table: ToRead<HeptadTable>,
    position: Position,
    entry: Optional<u64>,
) -> c_int {
    table.step(position, entry, |table, position| {
        table.entries.next_from(position).map(|(after, &entry)| (after, entry))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_table_retain(
    table: ToChange<HeptadTable>,
    keep: KeepEntry,
    context: Context,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    table.edit(|table| table.entries.retain(|&mut entry| keep(entry, context) != 0))
}
