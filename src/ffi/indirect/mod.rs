//! `heptad_indirect_*`: the map without a lock whose keys are longer than a word, and the caller's. The
//! manual is `include/heptad.h`.
//!
//! As in `lockfree`, every function but init, attach and release may run at any time beside any other.

use core::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Body, Handle, Words128, answer},
    lockfree::{
        ChangeValue, GiveBack, Guard, HeptadReclaim, HeptadSharedStats, TOGETHER, ValueCondition,
        VisitEntry, compare_and, expectation, shared,
    },
};
use crate::{
    error::{Error, Rejected},
    lockfree::{IndirectMap, Keys, Need, Reclaim},
    storage::Region,
};

mod make;
mod rebuild;
mod update;

pub use make::*;
pub use rebuild::*;
pub use update::*;

type Equal =
    unsafe extern "C" fn(reference: u64, key: *const c_void, context: *mut c_void) -> c_int;

/// Does a reference stand for a key? (Spelt out for cbindgen.)
pub type EqualReference =
    Option<unsafe extern "C" fn(reference: u64, key: *const c_void, context: *mut c_void) -> c_int>;

/// Where the caller's keys are: he knows how to compare them.
#[doc(hidden)]
pub struct CallersKeys {
    hash_bits: u64,
    equal: Equal,
    context: *mut c_void,
}

/// What is looked for: a key that only the caller understands, and its hash.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Sought {
    hash: u64,
    key: *const c_void,
}

impl Keys for CallersKeys {
    type Key = Sought;

    #[inline]
    fn hash_bits(&self) -> u64 {
        self.hash_bits
    }

    #[inline]
    fn hash(&self, sought: &Sought) -> u64 {
        sought.hash
    }

    #[inline]
    fn is(&self, reference: u64, sought: &Sought) -> bool {
        // SAFETY: the caller's function, for the caller's key and context.
        unsafe { (self.equal)(reference, sought.key, self.context) != 0 }
    }
}

type Indirect = IndirectMap<'static, CallersKeys, u64, Guard>;

impl Body for Indirect {
    const KIND: u32 = u32::from_be_bytes(*b"lfi0");
    type Words = Words128;
}

/// `heptad_indirect`.
pub type HeptadIndirect = Handle<Indirect>;

impl shared::SharedMap for Indirect {
    fn into_regions(self) -> impl Iterator<Item = Region<'static>> {
        self.into_regions()
    }

    fn rebuild(&self, to: Region<'static>, seed: u64) -> Result<(), Rejected<Region<'static>>> {
        self.rebuild(to, seed)
    }

    fn rebuild_if_needed(
        &self,
        to: Region<'static>,
        seed: u64,
    ) -> Result<(), Rejected<Region<'static>>> {
        self.rebuild_if_needed(to, seed)
    }

    unsafe fn reap(&self, member: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { self.reap(member) }
    }

    fn destroy(&self) -> Result<(), Error> {
        self.destroy()
    }

    fn needs_rebuild(&self) -> Option<Need> {
        self.needs_rebuild()
    }

    fn help(&self, steps: usize) -> Result<bool, Error> {
        self.help(steps)
    }

    fn try_reclaim(&self) -> Option<Region<'static>> {
        self.try_reclaim()
    }

    fn guard(&self) -> &Guard {
        self.guard()
    }

    fn repair(&mut self) -> usize {
        self.repair()
    }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_check(map: *const HeptadIndirect) -> c_int {
    let check = |map: &Indirect| map.check().map(|()| false).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, check) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_len(map: *const HeptadIndirect) -> usize {
    // SAFETY: the caller's promise.
    unsafe { Handle::read(map) }.map_or(0, Indirect::len)
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_capacity(map: *const HeptadIndirect) -> usize {
    // SAFETY: the caller's promise.
    unsafe { Handle::read(map) }.map_or(0, Indirect::capacity)
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_seed(map: *const HeptadIndirect, seed: *mut u64) -> c_int {
    // The map has a table.
    let tell = |map: &Indirect| map.seed().unwrap_or_default();
    // SAFETY: the caller's promise.
    unsafe { shared::tell(map, seed, tell) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_stats(
    map: *const HeptadIndirect,
    stats: *mut HeptadSharedStats,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::tell(map, stats, |map: &Indirect| map.stats().into()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_grace_start(
    map: *const HeptadIndirect,
    started: *mut u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { shared::tell(map, started, |map: &Indirect| map.guard().start()) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_grace_elapsed(
    map: *const HeptadIndirect,
    started: u64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, |map| Ok(map.guard().has_elapsed(started))) }
}

/// Where a reference and a value go.
struct WantedEntry {
    reference: Wanted<u64>,
    value: Wanted<u64>,
}

impl WantedEntry {
    /// # Safety
    ///
    /// That of [`Wanted::new`], for both.
    unsafe fn new(reference: *mut u64, value: *mut u64) -> Result<WantedEntry, c_int> {
        // SAFETY: the caller's promise.
        let reference = unsafe { Wanted::new(reference) }?;
        // SAFETY: the caller's promise.
        Ok(WantedEntry { reference, value: unsafe { Wanted::new(value) }? })
    }

    /// Writes the entry that there is, if there is one. Is there?
    fn give(self, entry: Option<(u64, u64)>) -> bool {
        if let Some((reference, value)) = entry {
            self.reference.give(reference);
            self.value.give(value);
        }
        entry.is_some()
    }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_get(
    map: *const HeptadIndirect,
    hash: u64,
    key: *const c_void,
    reference: *mut u64,
    value: *mut u64,
) -> c_int {
    let get = |map: &Indirect| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { WantedEntry::new(reference, value) }?;
        Ok(wanted.give(map.get_key_value(&Sought { hash, key })))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, get) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_get_many(
    map: *const HeptadIndirect,
    hashes: *const u64,
    keys: *const *const c_void,
    count: usize,
    references: *mut u64,
    values: *mut u64,
    found: *mut u8,
) -> c_int {
    let look_up = |shared: &Indirect| {
        // Before there is a reference to the results: nothing else may be there.
        let results =
            [Memory::of(references, count)?, Memory::of(values, count)?, Memory::of(found, count)?];
        let inputs = [Memory::of(hashes, count)?, Memory::of(keys, count)?, Memory::of(map, 1)?];
        shared::check_apart(&results, &inputs)?;
        // SAFETY: the caller's promise.
        let hashes = unsafe { arguments::array(hashes, count) }?;
        // SAFETY: the caller's promise.
        let keys = unsafe { arguments::array(keys, count) }?;
        // SAFETY: the caller's promise, and what was checked above.
        let references =
            unsafe { arguments::array_mut(references.cast::<MaybeUninit<u64>>(), count) }?;
        // SAFETY: as above.
        let values = unsafe { arguments::array_mut(values.cast::<MaybeUninit<u64>>(), count) }?;
        // SAFETY: as above.
        let found = unsafe { arguments::array_mut(found.cast::<MaybeUninit<u8>>(), count) }?;
        let mut results = references.iter_mut().zip(values).zip(found);
        let mut sought = hashes.iter().zip(keys).map(|(&hash, &key)| Sought { hash, key });
        let mut left = count;
        while left > 0 {
            let together = left.min(TOGETHER);
            let mut batch = [Sought { hash: 0, key: core::ptr::null() }; TOGETHER];
            batch.iter_mut().zip(sought.by_ref().take(together)).for_each(|(to, it)| *to = it);
            let mut answers = [None; TOGETHER];
            shared.get_many(batch.get(..together).unwrap_or(&[]), &mut answers);
            // The answers come first: `zip` must not take a result for which there is none.
            for (answer, ((reference, value), is_there)) in
                answers.into_iter().take(together).zip(&mut results)
            {
                let (its_reference, its_value) = answer.unwrap_or((0, 0));
                reference.write(its_reference);
                value.write(its_value);
                is_there.write(u8::from(answer.is_some()));
            }
            left -= together;
        }
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, look_up) }
}

/// # Safety
///
/// [As for every function here](super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_indirect_each(
    map: *const HeptadIndirect,
    visit: VisitEntry,
    context: *mut c_void,
) -> c_int {
    let walk = |map: &Indirect| {
        let visit = visit.ok_or(code::NULL)?;
        // SAFETY: the caller's function, for the caller's context.
        Ok(map.iter().all(|(reference, value)| unsafe { visit(reference, value, context) } != 0))
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(map, walk) }
}
