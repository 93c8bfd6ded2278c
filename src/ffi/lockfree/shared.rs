//! What maps of words and maps of longer keys have in common: how they are made, rebuilt and released.

use core::ffi::{c_int, c_void};

use super::{
    super::{
        arguments,
        code::{self, Refusal},
        handle::{Body, Handle, ToChange, ToRead},
        memory::{Bytes, Memory, Provided},
        results::{Context, Input, Optional, Required, Results, answer},
    },
    guard::{Guard, HeptadReclaim},
};
use crate::{
    lockfree::{Expectation, Need, arena_layout},
    storage::{Region, Storage},
};

/// Takes a piece of memory back.
pub type OnRelease = Option<extern "C" fn(memory: *mut c_void, bytes: usize, context: Context)>;

/// A map without an owner, whatever its keys are.
pub trait Guarded: Body {
    /// How it knows when memory can be released.
    fn guard(&self) -> &Guard;
}

impl<T: Guarded> ToChange<'_, Handle<T>> {
    /// Makes a map in `memory`. 0, or a code.
    pub(in crate::ffi) fn make_guarded(
        self,
        memory: Provided,
        bytes: Bytes,
        make: impl FnOnce(&Self, Memory, Region<'static>) -> Result<T, Refusal>,
    ) -> c_int {
        self.make(|handle| {
            arguments::check_atomics()?;
            let place = memory.memory(bytes)?;
            place.apart_from(handle.memory()?)?;
            make(handle, place, memory.open(bytes)?)
        })
    }

    /// The same with counters; `new` is what to make, or why it cannot be made.
    pub(in crate::ffi) fn make_counted(
        self,
        memory: (Provided, Bytes),
        counters: (Provided, Bytes),
        new: Result<impl FnOnce(Region<'static>, Guard) -> Result<T, Refusal>, Refusal>,
    ) -> c_int {
        let (counters, counters_bytes) = counters;
        self.make_guarded(memory.0, memory.1, |handle, memory, region| {
            let counters_memory = counters.memory(counters_bytes)?;
            counters_memory.apart_from(memory)?;
            counters_memory.apart_from(handle.memory()?)?;
            let new = new?;
            if memory.bytes() < arena_layout(1)?.size() {
                return Err(Refusal(code::TOO_SMALL));
            }
            // The last that can fail: after an error the counters are as they were.
            new(region, Guard::counted(counters, counters_bytes)?)
        })
    }

    /// The same with the caller's functions.
    pub(in crate::ffi) fn make_with(
        self,
        memory: (Provided, Bytes),
        reclaim: Input<HeptadReclaim>,
        new: Result<impl FnOnce(Region<'static>, Guard) -> Result<T, Refusal>, Refusal>,
    ) -> c_int {
        self.make_guarded(memory.0, memory.1, |_, _, region| {
            let reclaim = reclaim.open()?;
            new?(region, Guard::of_functions(reclaim)?)
        })
    }

    /// Ends a handle, and passes all memory to `release`. 0, or a code.
    pub(in crate::ffi) fn release<I: Iterator<Item = Region<'static>>>(
        self,
        release: OnRelease,
        context: Context,
        into_regions: impl FnOnce(T) -> I,
    ) -> c_int {
        let map = match self.take() {
            Ok(map) => map,
            Err(refusal) => return refusal.0,
        };
        for mut region in into_regions(map) {
            let bytes = region.bytes();
            if let Some(release) = release {
                release(region.base_mut().cast(), bytes, context);
            }
        }
        code::OK
    }
}

impl<T: Guarded> ToRead<'_, Handle<T>> {
    /// Starts a rebuild into `memory`. 0, or a code.
    pub(in crate::ffi) fn rebuild<E: Into<Refusal>>(
        self,
        memory: Provided,
        bytes: Bytes,
        rebuild: impl FnOnce(&T, Region<'static>) -> Result<(), E>,
    ) -> c_int {
        let handle = self.memory();
        self.ask(|map| {
            let new = memory.memory(bytes)?;
            new.apart_from(handle?)?;
            if let Some(counters) = map.guard().counters() {
                new.apart_from(Memory::of(counters, 1)?)?;
            }
            rebuild(map, memory.open(bytes)?).map_err(E::into)
        })
    }

    /// Reports the oldest memory, if no operation can use it any more. 1, 0, or a code.
    pub(in crate::ffi) fn reclaim(
        self,
        memory: Required<*mut c_void>,
        bytes: Required<usize>,
        reclaim: impl FnOnce(&T) -> Option<Region<'static>>,
    ) -> c_int {
        self.ask(|map| {
            // First: without these places a region could not be reported.
            let (memory, bytes) = (memory.open()?, bytes.open()?);
            let Some(mut region) = reclaim(map) else { return Ok::<_, Refusal>(false) };
            memory.give(region.base_mut().cast());
            bytes.give(region.bytes());
            Ok(true)
        })
    }

    /// Compares and sets: `apply` does it, and returns the value before. Was it as expected? 1, 0, or a code.
    pub(in crate::ffi) fn compare_and<E: Into<Refusal>>(
        self,
        expected: c_int,
        expected_value: u64,
        (was_present, previous): Before,
        apply: impl FnOnce(&T, Expectation<u64>) -> Result<Option<u64>, E>,
    ) -> c_int {
        self.ask(|map| {
            let (was_present, previous) = (was_present.open()?, previous.open()?);
            let expected = expectation(expected, expected_value)?;
            let before = apply(map, expected).map_err(E::into)?;
            was_present.give(c_int::from(before.is_some()));
            if let Some(before) = before {
                previous.give(before);
            }
            Ok::<_, Refusal>(expected.is_met_by(before))
        })
    }

    /// Removes under a condition: `remove` returns what was there before, and whether it is removed. 1, 0, or a code.
    pub(in crate::ffi) fn remove_if<R: Results>(
        self,
        (was_present, previous): (Optional<c_int>, R),
        remove: impl FnOnce(&T) -> Result<(Option<R::Value>, bool), Refusal>,
    ) -> c_int {
        self.ask(|map| {
            let (was_present, give) = (was_present.open()?, previous.open()?);
            let (before, removes) = remove(map)?;
            was_present.give(c_int::from(before.is_some()));
            Ok::<_, Refusal>(before.map(give).is_some() && removes)
        })
    }
}

/// The number of a member of shared memory that is dead: none of its operations goes on.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct DeadMember(usize);

impl DeadMember {
    pub(in crate::ffi) fn number(self) -> usize {
        self.0
    }
}

/// Where it goes whether there was a value, and the value.
pub(in crate::ffi) type Before<'call> = (Optional<'call, c_int>, Optional<'call, u64>);

/// The expectation that `number` names.
fn expectation(number: c_int, value: u64) -> Result<Expectation<u64>, Refusal> {
    match number {
        0 => Ok(Expectation::Whatever),
        1 => Ok(Expectation::Exists),
        2 => Ok(Expectation::NotExists),
        3 => Ok(Expectation::Value(value)),
        _ => Err(Refusal(code::ARGUMENT)),
    }
}

/// The number of a reason for a rebuild; 0 for none.
pub(in crate::ffi) fn number_of(need: Option<Need>) -> c_int {
    match need {
        None => 0,
        Some(Need::Size) => 1,
        Some(Need::Flood) => 2,
        Some(Need::Leaks) => 3,
    }
}

/// Makes shared memory of `memory`. 0, or a code.
pub(in crate::ffi) fn format<E: Into<Refusal>>(
    memory: Provided,
    bytes: Bytes,
    format: impl FnOnce(Region<'static>) -> Result<Region<'static>, E>,
) -> c_int {
    answer(memory.open(bytes).and_then(|region| format(region).map(drop).map_err(E::into)))
}
