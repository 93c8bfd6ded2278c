//! `heptad_indirect_*`: the map without a lock whose keys are longer than a word, and the caller's. The
//! manual is `include/heptad/indirect.h`.
//!
//! As in `lockfree`, every function but init, attach and release may run at any time beside any other.

use core::ffi::c_int;

use super::{
    batch::{Array, ArrayOut, Count},
    code::Refusal,
    handle::{Body, Handle, ToRead, Words128},
    lockfree::{Guard, HeptadSharedStats, TOGETHER, VisitEntry, required, shared},
    results::{Context, Key, Optional, Required},
};
use crate::lockfree::{IndirectMap, Keys, Reclaim, Stored};

mod make;
mod rebuild;
mod update;

pub use make::*;
pub use rebuild::*;
pub use update::*;

/// Decides whether a reference stands for a key.
pub type EqualReference =
    Option<extern "C" fn(reference: u64, key: Key, context: Context) -> c_int>;

/// Where the caller's keys are: only the caller can compare them.
#[doc(hidden)]
pub struct CallersKeys {
    hash_bits: u64,
    equal: extern "C" fn(reference: u64, key: Key, context: Context) -> c_int,
    context: Context,
}

/// What is looked for: a key that only the caller understands, and its hash.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Sought {
    hash: u64,
    key: Key,
}

impl Keys for CallersKeys {
    type Key = Sought;
    type Reference = u64;

    #[inline]
    fn hash_bits(&self) -> u64 {
        self.hash_bits
    }

    #[inline]
    fn hash(&self, sought: &Sought) -> u64 {
        sought.hash
    }

    #[inline]
    fn is(&self, reference: Stored<Self>, sought: &Sought) -> bool {
        (self.equal)(reference.number(), sought.key, self.context) != 0
    }
}

type Indirect = IndirectMap<'static, CallersKeys, u64, Guard>;

impl Body for Indirect {
    const KIND: u32 = u32::from_be_bytes(*b"lfi0");
    type Words = Words128;
}

/// `heptad_indirect`.
pub type HeptadIndirect = Handle<Indirect>;

impl shared::Guarded for Indirect {
    #[inline]
    fn guard(&self) -> &Guard {
        self.tables().guard()
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_check(map: ToRead<HeptadIndirect>) -> c_int {
    map.ask(|map| map.tables().check())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_len(map: ToRead<HeptadIndirect>) -> usize {
    map.measure(Indirect::len)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_capacity(map: ToRead<HeptadIndirect>) -> usize {
    map.measure(Indirect::capacity)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_seed(map: ToRead<HeptadIndirect>, seed: Required<u64>) -> c_int {
    // The map has a table.
    map.report(seed, |map| map.tables().seed().unwrap_or_default())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_stats(
    map: ToRead<HeptadIndirect>,
    stats: Required<HeptadSharedStats>,
) -> c_int {
    map.report(stats, |map| map.tables().stats().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_grace_start(
    map: ToRead<HeptadIndirect>,
    started: Required<u64>,
) -> c_int {
    map.report(started, |map| map.tables().guard().start())
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_grace_elapsed(
    map: ToRead<HeptadIndirect>,
    started: u64,
) -> c_int {
    map.look(|map| map.tables().guard().has_elapsed(started))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_get(
    map: ToRead<HeptadIndirect>,
    hash: u64,
    key: Key,
    reference: Optional<u64>,
    value: Optional<u64>,
) -> c_int {
    map.find((reference, value), |map| map.get_key_value(&Sought { hash, key }))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_get_many(
    map: ToRead<HeptadIndirect>,
    hashes: Array<u64>,
    keys: Array<Key>,
    count: Count,
    references: ArrayOut<u64>,
    values: ArrayOut<u64>,
    found: ArrayOut<u8>,
) -> c_int {
    map.batch(count, |map, batch| {
        let (hashes, batch) = batch.read(hashes)?;
        let (keys, batch) = batch.read(keys)?;
        let (references, batch) = batch.write(references)?;
        let mut write = batch.write_answers(values, found)?;
        let mut references = references.iter_mut();
        for (hashes, keys) in hashes.chunks(TOGETHER).zip(keys.chunks(TOGETHER)) {
            let mut together = [Sought { hash: 0, key: Key::NOTHING }; TOGETHER];
            for (to, (&hash, &key)) in together.iter_mut().zip(hashes.iter().zip(keys)) {
                *to = Sought { hash, key };
            }
            let mut answers = [None; TOGETHER];
            map.get_many(together.get(..hashes.len()).unwrap_or(&[]), &mut answers);
            for (_, answer) in hashes.iter().zip(answers) {
                if let Some(reference) = references.next() {
                    reference.write(answer.map_or(0, |(reference, _)| reference));
                }
                write(answer.map(|(_, value)| value));
            }
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_indirect_each(
    map: ToRead<HeptadIndirect>,
    visit: VisitEntry,
    context: Context,
) -> c_int {
    map.ask(|map| {
        let visit = required(visit)?;
        Ok::<_, Refusal>(map.iter().all(|(reference, value)| visit(reference, value, context) != 0))
    })
}
