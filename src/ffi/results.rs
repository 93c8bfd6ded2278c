//! Where results go, in types that carry C's promise.
//!
//! Only C makes a value of these types, of [`Array`](super::batch::Array), [`Provided`](super::memory::Provided) and
//! of the handles' ([`ToRead`](super::handle::ToRead)): they are transparent, and safe code can neither read nor make
//! their fields. So a shim that takes one has C's promise for it, which its type documents. Opening a
//! value checks the rest, null and alignment, and returns what safe code may use.

use core::{
    ffi::{c_int, c_void},
    marker::PhantomData,
    ptr,
};

use super::{
    code::{self, Refusal},
    memory::Memory,
};

/// A result that may not be wanted: null, or valid for a write until the call returns.
#[repr(transparent)]
pub struct Optional<'call, T>(*mut T, PhantomData<&'call mut T>);

/// A result that the call cannot do without: valid for a write until the call returns.
#[repr(transparent)]
pub struct Required<'call, T>(*mut T, PhantomData<&'call mut T>);

/// Where a walk stands: initialised, and valid for reads and writes until the call returns.
#[repr(transparent)]
pub struct Position<'call>(*mut usize, PhantomData<&'call mut usize>);

/// A structure of the caller's: initialised, and valid for reads until the call returns.
#[repr(transparent)]
pub struct Input<'call, T>(*const T, PhantomData<&'call T>);

/// What a callback gets, and nothing else looks into: each of the call's callbacks understands it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Context(*mut c_void);

impl Context {
    /// For a function that looks at none.
    pub(super) const NOTHING: Context = Context(ptr::null_mut());
}

/// A key that only the caller's comparison understands.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Key(*const c_void);

impl Key {
    /// For a place that no key stands in yet.
    pub(super) const NOTHING: Key = Key(ptr::null());
}

/// Where a result goes, checked.
pub(super) struct Destination<'call, T>(*mut T, PhantomData<&'call mut T>);

impl<T> Destination<'_, T> {
    /// Writes `result` if it is wanted.
    #[inline]
    pub(super) fn give(&self, result: T) {
        if !self.0.is_null() {
            // SAFETY: aligned, which was checked, and valid for a write by C's promise.
            unsafe { self.0.write(result) };
        }
    }
}

impl<'call, T> Optional<'call, T> {
    /// A result that is not wanted.
    pub(super) const NOTHING: Self = Optional(ptr::null_mut(), PhantomData);

    /// The bytes of the place, if the result is wanted.
    pub(super) fn memory(&self) -> Result<Memory, Refusal> {
        if self.0.is_null() { Ok(Memory::NOTHING) } else { Memory::of(self.0, 1) }
    }

    #[inline]
    pub(super) fn open(self) -> Result<Destination<'call, T>, Refusal> {
        if self.0.is_aligned() {
            Ok(Destination(self.0, PhantomData))
        } else {
            Err(Refusal(code::MISALIGNED))
        }
    }
}

impl<'call, T> Required<'call, T> {
    #[inline]
    pub(super) fn open(self) -> Result<Destination<'call, T>, Refusal> {
        code::check(self.0)?;
        Ok(Destination(self.0, PhantomData))
    }
}

impl<'call> Position<'call> {
    /// The position, and the place for the next one.
    #[inline]
    pub(super) fn open(self) -> Result<(usize, Destination<'call, usize>), Refusal> {
        code::check(self.0)?;
        // SAFETY: not null and aligned, which was checked; initialised and readable by C's promise.
        Ok((unsafe { self.0.read() }, Destination(self.0, PhantomData)))
    }
}

impl<T: Copy> Input<'_, T> {
    pub(super) fn open(self) -> Result<T, Refusal> {
        code::check(self.0)?;
        // SAFETY: not null and aligned, which was checked; initialised and readable by C's promise.
        Ok(unsafe { self.0.read() })
    }
}

/// Where the result of a search goes, if it finds something.
pub(super) trait Results {
    type Value;

    /// Checks the places. The function that is returned writes to those that are wanted.
    fn open(self) -> Result<impl FnOnce(Self::Value), Refusal>;
}

impl<T> Results for Optional<'_, T> {
    type Value = T;

    #[inline]
    fn open(self) -> Result<impl FnOnce(T), Refusal> {
        let place = Optional::open(self)?;
        Ok(move |value| place.give(value))
    }
}

impl<One: Results, Two: Results> Results for (One, Two) {
    type Value = (One::Value, Two::Value);

    #[inline]
    fn open(self) -> Result<impl FnOnce(Self::Value), Refusal> {
        let (one, two) = (self.0.open()?, self.1.open()?);
        Ok(move |(first, second)| {
            one(first);
            two(second);
        })
    }
}

/// What an `int` function returns when nothing went wrong.
pub(super) trait Answer {
    fn number(self) -> c_int;
}

impl Answer for () {
    fn number(self) -> c_int {
        code::OK
    }
}

/// 1 says yes, there, new; 0 no, absent, old.
impl Answer for bool {
    #[inline]
    fn number(self) -> c_int {
        c_int::from(self)
    }
}

impl Answer for c_int {
    fn number(self) -> c_int {
        self
    }
}

/// What a function returns for `result`.
#[inline]
pub(super) fn answer<A: Answer, E: Into<Refusal>>(result: Result<A, E>) -> c_int {
    match result {
        Ok(answer) => answer.number(),
        Err(error) => error.into().0,
    }
}
