//! Arrays of one call, of which none may overlap what the call writes.

use core::{ffi::c_void, marker::PhantomData, mem::MaybeUninit, slice};

use super::{
    code::{self, Refusal},
    memory::Memory,
};

/// An array to read. If not null, so many elements as the call's [`Count`] says are initialised, valid for reads
/// until the call returns, and not written meanwhile.
#[repr(transparent)]
pub struct Array<'call, T>(*const T, PhantomData<&'call [T]>);

/// An array for results. If not null, so many elements as the call's [`Count`] says are valid for writes until
/// the call returns, and not used by anything else meanwhile.
#[repr(transparent)]
pub struct ArrayOut<'call, T>(*mut T, PhantomData<&'call mut [T]>);

/// Bytes to read, as many as the call's [`Count`] says: the promise of [`Array`].
#[repr(transparent)]
pub struct Text<'call>(*const c_void, PhantomData<&'call [u8]>);

/// The bytes of a value to read, as many as values of the map have. If not null, they are valid for reads until the
/// call returns, and not written meanwhile.
#[repr(transparent)]
pub struct Value<'call>(*const c_void, PhantomData<&'call [u8]>);

/// Where the bytes of a value go, as many as values of the map have. If not null, they are valid for writes until the
/// call returns, and not used by anything else meanwhile.
#[repr(transparent)]
pub struct ValueOut<'call>(*mut c_void, PhantomData<&'call mut [u8]>);

/// How many elements each array of the call has.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Count(usize);

impl Count {
    /// The bytes of a value.
    pub(super) fn of_value(bytes: usize) -> Count {
        Count(bytes)
    }

    pub(super) fn get(self) -> usize {
        self.0
    }
}

impl<'call> Text<'call> {
    /// The bytes; a call with a text has nothing else to open.
    pub(super) fn open(self, count: Count) -> Result<&'call [u8], Refusal> {
        let array = Array(self.0.cast(), PhantomData);
        let (text, batch) = Batch::new(count, false, ()).read(array)?;
        batch.done().map(|()| text)
    }
}

impl<'call> Value<'call> {
    /// As an array of a call whose [`Count`] is that of a value.
    pub(super) fn array(self) -> Array<'call, MaybeUninit<u8>> {
        Array(self.0.cast(), PhantomData)
    }
}

impl<'call> ValueOut<'call> {
    /// As an array of a call whose [`Count`] is that of a value.
    pub(super) fn array(self) -> ArrayOut<'call, u8> {
        ArrayOut(self.0.cast(), PhantomData)
    }
}

/// Pieces of memory that the call uses, as a list in the type: it costs no more than checks written out.
pub(super) trait Used {
    /// An error if `memory` overlaps one of them.
    fn check_apart(&self, memory: Memory) -> Result<(), Refusal>;
}

impl Used for () {
    #[inline]
    fn check_apart(&self, _: Memory) -> Result<(), Refusal> {
        Ok(())
    }
}

impl<Others: Used> Used for (Memory, Others) {
    #[inline]
    fn check_apart(&self, memory: Memory) -> Result<(), Refusal> {
        memory.apart_from(self.0)?;
        self.1.check_apart(memory)
    }
}

/// The handle and the table.
pub(super) type TableAndHandle = (Memory, (Memory, ()));

/// An opened array, and the batch after it.
type Opened<Array, Used> = Result<(Array, Batch<(Memory, Used)>), Refusal>;

/// The arrays of one call, of which `used` is what was opened so far. Arrays are opened here alone, so that each is
/// checked against those before it.
pub(super) struct Batch<U> {
    count: Count,
    /// Does the call write to its table?
    changes: bool,
    used: U,
    /// What [`done`](Self::done) returns.
    missing: Result<(), Refusal>,
}

impl<U: Used> Batch<U> {
    /// No array yet.
    #[inline]
    pub(super) fn new(count: Count, changes: bool, used: U) -> Self {
        Batch { count, changes, used, missing: Ok(()) }
    }

    /// The batch after one array more. If the array cannot be at `start`, `done` says so: an overlap of arrays that
    /// follow is reported first.
    #[inline]
    fn with<T>(self, start: *const T, memory: Memory) -> (bool, Batch<(Memory, U)>) {
        let Batch { count, changes, used, mut missing } = self;
        let checked = if count.0 > 0 { code::check(start) } else { Ok(()) };
        missing = missing.and(checked);
        let is_there = count.0 > 0 && checked.is_ok();
        (is_there, Batch { count, changes, used: (memory, used), missing })
    }

    /// Opens an array to read; null is fine for one without elements. It may lie anywhere if only other arrays are
    /// written.
    #[inline]
    pub(super) fn read<'call, T>(self, array: Array<'call, T>) -> Opened<&'call [T], U> {
        let memory = Memory::of(array.0, self.count.0)?;
        if self.changes {
            self.used.check_apart(memory)?;
        }
        let (is_there, batch) = self.with(array.0, memory);
        if !is_there {
            return Ok((&[], batch));
        }
        // SAFETY: not null, aligned, and no longer than an object can be, which was checked; apart from what the
        // call writes; initialised and valid by C's promise.
        Ok((unsafe { slice::from_raw_parts(array.0, batch.count.0) }, batch))
    }

    /// Opens an array for results; null is fine for one without elements.
    #[inline]
    pub(super) fn write<'call, T>(
        self,
        array: ArrayOut<'call, T>,
    ) -> Opened<&'call mut [MaybeUninit<T>], U> {
        let memory = Memory::of(array.0, self.count.0)?;
        self.used.check_apart(memory)?;
        let (is_there, batch) = self.with(array.0, memory);
        if !is_there {
            return Ok((&mut [], batch));
        }
        // SAFETY: not null, aligned, and no longer than an object can be, which was checked; apart from all that
        // was opened before; valid, and used by nothing else, by C's promise.
        Ok((unsafe { slice::from_raw_parts_mut(array.0.cast(), batch.count.0) }, batch))
    }

    /// The same, or an empty array if it is not wanted.
    pub(super) fn write_if_wanted<'call, T>(
        self,
        array: Option<ArrayOut<'call, T>>,
    ) -> Opened<&'call mut [MaybeUninit<T>], U> {
        match array {
            Some(array) if !array.0.is_null() => self.write(array),
            _ => {
                let Batch { count, changes, used, missing } = self;
                Ok((&mut [], Batch { count, changes, used: (Memory::NOTHING, used), missing }))
            }
        }
    }

    /// An error if a single result that goes to `memory` would be written over what was opened before.
    pub(super) fn apart_from_all(&self, memory: Memory) -> Result<(), Refusal> {
        self.used.check_apart(memory)
    }

    /// The last two arrays: a function that writes the next answer, its value or 0, and whether there is one.
    #[inline]
    pub(super) fn write_answers<'call>(
        self,
        values: ArrayOut<'call, u64>,
        found: ArrayOut<'call, u8>,
    ) -> Result<impl FnMut(Option<u64>) + use<'call, U>, Refusal> {
        let (values, batch) = self.write(values)?;
        let (found, batch) = batch.write(found)?;
        batch.done()?;
        let mut results = values.iter_mut().zip(found);
        Ok(move |answer: Option<u64>| {
            if let Some((value, is_there)) = results.next() {
                value.write(answer.unwrap_or(0));
                is_there.write(u8::from(answer.is_some()));
            }
        })
    }

    /// An error if an array that was opened cannot be where it is said to be.
    #[inline]
    pub(super) fn done(self) -> Result<(), Refusal> {
        self.missing
    }
}
