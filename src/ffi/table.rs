//! `heptad_table_*`: tables of any 64-bit entry, with the caller's hash and equality. The manual is
//! `include/heptad.h`.

use core::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr,
};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Handle, Words128},
    lent::{self, Kind, Lent},
    stats::HeptadStats,
};
use crate::{
    storage::Region,
    swiss::{Table, table::Entry},
};

type Hash = unsafe extern "C" fn(entry: u64, context: *mut c_void) -> u64;
type Equal = unsafe extern "C" fn(entry: u64, key: *const c_void, context: *mut c_void) -> c_int;

/// The hash of an entry: the same as long as it is in a table. (Spelt out for cbindgen.)
pub type HashEntry = Option<unsafe extern "C" fn(entry: u64, context: *mut c_void) -> u64>;
/// Is this entry the one of this key?
pub type EqualEntry =
    Option<unsafe extern "C" fn(entry: u64, key: *const c_void, context: *mut c_void) -> c_int>;
/// Says whether an entry stays.
pub type KeepEntry = Option<unsafe extern "C" fn(entry: u64, context: *mut c_void) -> c_int>;

/// A table and the caller's functions.
pub struct Custom {
    entries: Table<u64, Region<'static>>,
    hash: Hash,
    equal: Equal,
    context: *mut c_void,
}

impl Kind for Custom {
    const KIND: u32 = u32::from_be_bytes(*b"tab0");
    type Words = Words128;
}

/// `heptad_table`.
pub type HeptadTable = Handle<Lent<Custom>>;

/// The comparison with `key`, as a closure.
fn equal_to(equal: Equal, key: *const c_void, context: *mut c_void) -> impl Fn(&u64) -> bool {
    // SAFETY: the caller's function, for the caller's key and context.
    move |&entry| unsafe { equal(entry, key, context) } != 0
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_init(
    table: *mut HeptadTable,
    memory: *mut c_void,
    bytes: usize,
    load: c_int,
    hash: HashEntry,
    equal: EqualEntry,
    context: *mut c_void,
) -> c_int {
    let (Some(hash), Some(equal)) = (hash, equal) else { return code::NULL };
    let new = |region| {
        let entries = Table::with_max_load_in(region, arguments::load(load)?).map_err(code::of)?;
        Ok(Custom { entries, hash, equal, context })
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(table, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_release(
    table: *mut HeptadTable,
    memory: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::release(table, memory, bytes) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_move(
    table: *mut HeptadTable,
    memory: *mut c_void,
    bytes: usize,
    old_memory: *mut *mut c_void,
    old_bytes: *mut usize,
) -> c_int {
    let relocate = |custom: &mut Custom, region| {
        let (hash, context) = (custom.hash, custom.context);
        // SAFETY: the caller's function, for the caller's context.
        let hasher = |&entry: &u64| unsafe { hash(entry, context) };
        custom.entries.move_into(region, hasher).map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::relocate(table, memory, bytes, old_memory, old_bytes, relocate) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_clear(table: *mut HeptadTable) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::edit(table, |custom| custom.entries.clear()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_len(table: *const HeptadTable) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(table, |custom| custom.entries.len()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_capacity(table: *const HeptadTable) -> usize {
    // SAFETY: the caller's promise.
    unsafe { lent::measure(table, |custom| custom.entries.capacity()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_stats(
    table: *const HeptadTable,
    result: *mut HeptadStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::tell(table, result, |custom| custom.entries.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_insert(
    table: *mut HeptadTable,
    hash: u64,
    key: *const c_void,
    entry: u64,
    present: *mut u64,
) -> c_int {
    let insert = |body: &mut Lent<Custom>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(present) }?;
        let Custom { entries, equal, context, .. } = &mut body.table;
        // No storage here grows, so no hash is asked for.
        match entries.try_entry(hash, equal_to(*equal, key, *context), |_| hash) {
            Ok(Entry::Occupied(there)) => {
                wanted.give(*there.get());
                Ok(false)
            }
            Ok(Entry::Vacant(place)) => {
                place.insert(entry);
                Ok(true)
            }
            Err(error) => Err(code::of(error)),
        }
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(table, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_insert_unique(
    table: *mut HeptadTable,
    hash: u64,
    entry: u64,
) -> c_int {
    let insert = |custom: &mut Custom| {
        let placed = custom.entries.insert_within_capacity(hash, entry);
        placed.map(drop).map_err(|rejected| rejected.error)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::change(table, insert) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_find(
    table: *const HeptadTable,
    hash: u64,
    key: *const c_void,
    entry: *mut u64,
) -> c_int {
    let find = |body: &Lent<Custom>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(entry) }?;
        let Custom { entries, equal, context, .. } = &body.table;
        let found = entries.find(hash, equal_to(*equal, key, *context));
        Ok(found.map(|&entry| wanted.give(entry)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(table, find) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_each(
    table: *const HeptadTable,
    hash: u64,
    key: *const c_void,
    visit: KeepEntry,
    visit_context: *mut c_void,
) -> c_int {
    let Some(visit) = visit else { return code::NULL };
    let walk = |body: &Lent<Custom>| {
        let Custom { entries, equal, context, .. } = &body.table;
        let is_equal = equal_to(*equal, key, *context);
        let mut those = entries.iter_hash(hash).filter(|&entry| is_equal(entry));
        // SAFETY: the caller's function, for the caller's context.
        Ok(those.all(|&entry| unsafe { visit(entry, visit_context) } != 0))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(table, walk) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_replace(
    table: *mut HeptadTable,
    hash: u64,
    key: *const c_void,
    entry: u64,
    previous: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        lent::modify(
            table,
            previous,
            |custom| custom.entries.find_mut(hash, equal_to(custom.equal, key, custom.context)),
            |_| entry,
        )
    }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_remove(
    table: *mut HeptadTable,
    hash: u64,
    key: *const c_void,
    entry: *mut u64,
) -> c_int {
    let remove = |body: &mut Lent<Custom>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(entry) }?;
        let Custom { entries, equal, context, .. } = &mut body.table;
        let removed = entries.remove(hash, equal_to(*equal, key, *context));
        Ok(removed.map(|entry| wanted.give(entry)).is_some())
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(table, remove) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_prefetch(table: *const HeptadTable, hash: u64) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::look(table, |table: &Custom| table.entries.prefetch(hash)) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_find_many(
    table: *const HeptadTable,
    hashes: *const u64,
    keys: *const *const c_void,
    count: usize,
    entries: *mut u64,
    found: *mut u8,
) -> c_int {
    let look_up = |body: &Lent<Custom>| {
        // Before there is a reference to the results: nothing else may be there.
        let inputs =
            [Memory::of(hashes, count)?, Memory::of(keys, count)?, Memory::of(found, count)?];
        lent::check_apart(table, body, Memory::of(entries, count)?, &inputs)?;
        lent::check_apart(table, body, Memory::of(found, count)?, &inputs[..2])?;
        // SAFETY: the caller's promise.
        let hashes = unsafe { arguments::array(hashes, count) }?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        // SAFETY: the caller's promise, and what was checked above.
        let words = unsafe { arguments::array_mut(entries.cast::<MaybeUninit<u64>>(), count) }?;
        // SAFETY: as above.
        let found = unsafe { arguments::array_mut(found.cast::<MaybeUninit<u8>>(), count) }?;
        let Custom { entries, equal, context, .. } = &body.table;
        let mut results = words.iter_mut().zip(found);
        entries.find_many(
            hashes,
            |index, entry| {
                keys.get(index).is_some_and(|&key| equal_to(*equal, key, *context)(entry))
            },
            |_, answer| {
                if let Some((word, is_there)) = results.next() {
                    word.write(answer.copied().unwrap_or(0));
                    is_there.write(u8::from(answer.is_some()));
                }
            },
        );
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(table, look_up) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_next(
    table: *const HeptadTable,
    position: *mut usize,
    entry: *mut u64,
) -> c_int {
    let next = |custom: &Custom, position| {
        let (behind, &entry) = custom.entries.next_from(position)?;
        Some((behind, (entry, 0)))
    };
    // SAFETY: the caller's promise.
    unsafe { lent::step(table, position, entry, ptr::null_mut(), next) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_table_retain(
    table: *mut HeptadTable,
    keep: KeepEntry,
    context: *mut c_void,
) -> c_int {
    let Some(keep) = keep else { return code::NULL };
    let retain = |table: &mut Custom| {
        // SAFETY: the caller's function, for the caller's context.
        table.entries.retain(|&mut entry| unsafe { keep(entry, context) } != 0);
    };
    // SAFETY: the caller's promise.
    unsafe { lent::edit(table, retain) }
}
