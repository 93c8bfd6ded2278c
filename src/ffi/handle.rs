//! Handles: bytes of the caller's that hold a table, 128 or 192 of them, and the only ways into one.
//!
//! A shim takes a handle as [`ToRead`] or [`ToChange`], and gets at the table through a method of these alone.

use core::{
    cell::UnsafeCell,
    ffi::c_int,
    marker::PhantomData,
    mem::ManuallyDrop,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use super::{
    ABI_VERSION,
    batch::{Batch, Count, TableAndHandle},
    code::{self, Refusal},
    memory::Memory,
    results::{Answer, Position, Required, Results, answer},
    state::State,
};

/// The body of a handle of 128 bytes.
pub(super) type Words128 = [u64; 15];
/// The body of a handle of 192 bytes.
pub(super) type Words192 = [u64; 23];

/// The version of a handle in zeroed memory, which nothing has initialised yet. No interface has this
/// number.
const ZEROED: u32 = 0;

/// The state of a handle whose table is not made yet, or was released.
const UNMADE: u32 = 0;

/// What lives in a handle.
pub trait Body {
    /// The state of a live handle of this kind: four letters, the first one even.
    const KIND: u32;
    /// As many words as a handle of this kind has.
    type Words: Copy;

    /// Was it made in a handle at `address`? In a copy of that handle it was not.
    fn was_made_at(&self, _address: usize) -> bool {
        true
    }

    /// The memory that no result of a batch may lie in, if the table knows it.
    fn memory(&self) -> Memory {
        Memory::NOTHING
    }
}

/// The first word of every handle. Aligned as any body may have to be: on 32-bit x86 an atomic word is aligned
/// to eight bytes, and a word is not.
#[repr(C, align(8))]
struct Head {
    version: AtomicU32,
    /// [`UNMADE`], [`Body::KIND`], or one more while a call has claimed the handle.
    state: State,
}

/// `T` in as many bytes as a handle of its kind has.
#[repr(C)]
union Padded<T: Body> {
    value: ManuallyDrop<T>,
    words: T::Words,
}

/// A handle of kind `T`.
#[repr(C)]
pub struct Handle<T: Body> {
    head: Head,
    body: UnsafeCell<Padded<T>>,
}

impl<T: Body> Handle<T> {
    /// The header's `_Static_assert`s say the same.
    const LAYOUT_IS_THE_HEADERS: () = {
        assert!(size_of::<Self>() == 8 + size_of::<T::Words>());
        assert!(align_of::<Self>() == 8);
        assert!(core::mem::offset_of!(Self, body) == 8);
        assert!(T::KIND & 1 == 0 && T::KIND != UNMADE);
    };

    /// What is wrong with a handle that is not live, in state `state`.
    fn complaint(state: u32) -> Refusal {
        Refusal(if state == T::KIND + 1 { code::BUSY } else { code::HANDLE })
    }
}

/// A handle to read. If not null, it points to a handle's bytes, readable until the call returns; and no call changes
/// the table meanwhile, but for tables that have no owner.
#[repr(transparent)]
pub struct ToRead<'call, H>(*const H, PhantomData<&'call H>);

/// A handle to make, change or release. If not null, it points to a handle's bytes, readable and writable until the
/// call returns; and no other call for the table overlaps this one, but for those from inside a callback and from
/// interrupts on this core.
#[repr(transparent)]
pub struct ToChange<'call, H>(*mut H, PhantomData<&'call mut H>);

impl<'call, T: Body> ToRead<'call, Handle<T>> {
    /// The bytes of the handle.
    pub(super) fn memory(&self) -> Result<Memory, Refusal> {
        Memory::of(self.0, 1)
    }

    /// The head of the handle, if there can be one, whatever its version.
    #[inline]
    fn any_head(&self) -> Result<&'call Head, Refusal> {
        const { Handle::<T>::LAYOUT_IS_THE_HEADERS };
        code::check(self.0)?;
        // SAFETY: not null and aligned, which was checked; readable by C's promise; any bits are a head.
        Ok(unsafe { &*self.0.cast::<Head>() })
    }

    /// The head of a handle of this version that something has initialised.
    #[inline]
    fn head(&self) -> Result<&'call Head, Refusal> {
        let head = self.any_head()?;
        // Relaxed: written before the handle is live for the first time.
        match head.version.load(Relaxed) {
            ABI_VERSION => Ok(head),
            ZEROED => Err(Refusal(code::HANDLE)),
            _ => Err(Refusal(code::VERSION)),
        }
    }

    /// Where the body of a handle is that has a head.
    #[inline]
    fn body(&self) -> *mut T {
        // `wrapping`, as the handle may be null for all that this function knows.
        self.0
            .cast::<u8>()
            .wrapping_add(core::mem::offset_of!(Handle<T>, body))
            .cast::<T>()
            .cast_mut()
    }

    /// The table of a live handle.
    #[inline]
    pub(super) fn open(&self) -> Result<&'call T, Refusal> {
        let state = self.head()?.state.load();
        if state != T::KIND {
            return Err(Handle::<T>::complaint(state));
        }
        // SAFETY: live, so the body is a `T` (C1); nothing changes it, by C's promise and because it is not busy.
        Ok(unsafe { &*self.body() })
    }

    /// Answers from the table.
    #[inline]
    pub(super) fn ask<A: Answer, E: Into<Refusal>>(
        self,
        question: impl FnOnce(&T) -> Result<A, E>,
    ) -> c_int {
        answer(self.open().and_then(|table| question(table).map_err(E::into)))
    }

    /// The same, where nothing can fail.
    #[inline]
    pub(super) fn look<A: Answer>(self, look: impl FnOnce(&T) -> A) -> c_int {
        answer(self.open().map(look))
    }

    /// A number that a live table has; 0 for any other handle.
    pub(super) fn measure(self, measure: impl FnOnce(&T) -> usize) -> usize {
        self.open().map_or(0, measure)
    }

    /// Writes a result of the table's. 0, or a code.
    pub(super) fn report<R>(self, result: Required<R>, report: impl FnOnce(&T) -> R) -> c_int {
        self.ask(|table| result.open().map(|place| place.give(report(table))))
    }

    /// Writes what `find` finds. 1, 0 if it finds nothing, or a code.
    #[inline]
    pub(super) fn find<R: Results>(
        self,
        results: R,
        find: impl FnOnce(&T) -> Option<R::Value>,
    ) -> c_int {
        self.update(results, |table| Ok::<_, Refusal>(find(table)))
    }

    /// Writes what there was before an update of a table without an owner. Was there something? 1, 0, or a code.
    #[inline]
    pub(super) fn update<R: Results, E: Into<Refusal>>(
        self,
        results: R,
        update: impl FnOnce(&T) -> Result<Option<R::Value>, E>,
    ) -> c_int {
        self.ask(|table| {
            let give = results.open()?;
            Ok::<_, Refusal>(update(table).map_err(E::into)?.map(give).is_some())
        })
    }

    /// The same. Was there nothing? 1, 0, or a code.
    #[inline]
    pub(super) fn insert<R: Results, E: Into<Refusal>>(
        self,
        results: R,
        insert: impl FnOnce(&T) -> Result<Option<R::Value>, E>,
    ) -> c_int {
        self.ask(|table| {
            let give = results.open()?;
            Ok::<_, Refusal>(insert(table).map_err(E::into)?.map(give).is_none())
        })
    }

    /// One step of a walk: writes what `next` finds at a position or after it, and the position to go on from.
    pub(super) fn step<R: Results>(
        self,
        position: Position,
        results: R,
        next: impl FnOnce(&T, usize) -> Option<(usize, R::Value)>,
    ) -> c_int {
        self.ask(|table| {
            let (start, place) = position.open()?;
            let give = results.open()?;
            let Some((after, found)) = next(table, start) else { return Ok::<_, Refusal>(false) };
            place.give(after);
            give(found);
            Ok(true)
        })
    }

    /// Answers about arrays of `count` elements.
    pub(super) fn batch<A: Answer>(
        self,
        count: Count,
        ask: impl FnOnce(&T, Batch<TableAndHandle>) -> Result<A, Refusal>,
    ) -> c_int {
        let handle = self.memory();
        self.ask(|table| ask(table, Batch::new(count, false, (table.memory(), (handle?, ())))))
    }
}

impl<'call, T: Body> ToChange<'call, Handle<T>> {
    /// The handle, to look at its head.
    #[inline]
    fn to_read(&self) -> ToRead<'call, Handle<T>> {
        ToRead(self.0, PhantomData)
    }

    /// The bytes of the handle.
    pub(super) fn memory(&self) -> Result<Memory, Refusal> {
        self.to_read().memory()
    }

    /// Its address.
    pub(super) fn address(&self) -> usize {
        self.0.addr()
    }

    /// Claims a live handle: until its state is published again, every other call finds it busy.
    #[inline]
    fn claim(&self) -> Result<&'call Head, Refusal> {
        let head = self.to_read().head()?;
        head.state.claim(T::KIND, T::KIND + 1).map_err(Handle::<T>::complaint)?;
        // SAFETY: it was live, so the body is a `T` (C1); now that it is busy no other call opens it.
        if unsafe { &*self.to_read().body() }.was_made_at(self.address()) {
            return Ok(head);
        }
        head.state.publish(T::KIND);
        Err(Refusal(code::COPY))
    }

    /// Makes the table of an unmade handle, which may be zeroed memory. 0, or a code.
    pub(super) fn make(self, make: impl FnOnce(&Self) -> Result<T, Refusal>) -> c_int {
        let head = match self.to_read().any_head() {
            Ok(head) if matches!(head.version.load(Relaxed), ABI_VERSION | ZEROED) => head,
            Ok(_) => return code::VERSION,
            Err(refusal) => return refusal.0,
        };
        match head.state.claim(UNMADE, T::KIND + 1) {
            Ok(()) => {}
            Err(state) if state == T::KIND => return code::LIVE,
            Err(state) => return Handle::<T>::complaint(state).0,
        }
        match make(&self) {
            Ok(body) => {
                // SAFETY: writable by C's promise; it was unmade, so nothing refers to the body.
                unsafe { self.to_read().body().write(body) };
                // Relaxed: the next store publishes it. A call that still reads 0 returns `HANDLE`, as for an unmade
                // handle.
                head.version.store(ABI_VERSION, Relaxed);
                head.state.publish(T::KIND);
                code::OK
            }
            Err(refusal) => {
                head.state.publish(UNMADE);
                refusal.0
            }
        }
    }

    /// Changes the table: busy until `change` returns.
    #[inline]
    pub(super) fn change<A: Answer, E: Into<Refusal>>(
        self,
        change: impl FnOnce(&mut T) -> Result<A, E>,
    ) -> c_int {
        let head = match self.claim() {
            Ok(head) => head,
            Err(refusal) => return refusal.0,
        };
        // SAFETY: it was live, so the body is a `T` (C1); now that it is busy no other call opens it.
        let result = change(unsafe { &mut *self.to_read().body() });
        head.state.publish(T::KIND);
        answer(result)
    }

    /// Changes the table, which cannot fail.
    #[inline]
    pub(super) fn edit<A: Answer>(self, edit: impl FnOnce(&mut T) -> A) -> c_int {
        self.change(|table| Ok::<_, Refusal>(edit(table)))
    }

    /// Writes what `remove` takes out. 1, 0 if there was nothing, or a code.
    #[inline]
    pub(super) fn remove<R: Results>(
        self,
        results: R,
        remove: impl FnOnce(&mut T) -> Option<R::Value>,
    ) -> c_int {
        self.change(|table| {
            let give = results.open()?;
            Ok::<_, Refusal>(remove(table).map(give).is_some())
        })
    }

    /// Writes what there was before an insertion. 1 if there was nothing, 0, or a code.
    #[inline]
    pub(super) fn insert<R: Results, E: Into<Refusal>>(
        self,
        results: R,
        insert: impl FnOnce(&mut T) -> Result<Option<R::Value>, E>,
    ) -> c_int {
        self.change(|table| {
            let give = results.open()?;
            Ok::<_, Refusal>(insert(table).map_err(E::into)?.map(give).is_none())
        })
    }

    /// Changes a value, if `find` finds it, and writes what it was. 1, 0, or a code.
    #[inline]
    pub(super) fn modify<R: Results<Value = u64>>(
        self,
        results: R,
        find: impl FnOnce(&mut T) -> Option<&mut u64>,
        change: impl FnOnce(u64) -> u64,
    ) -> c_int {
        self.remove(results, |table| {
            let value = find(table)?;
            let before = *value;
            *value = change(before);
            Some(before)
        })
    }

    /// Changes the table by arrays of `count` elements.
    pub(super) fn batch<A: Answer>(
        self,
        count: Count,
        change: impl FnOnce(&mut T, Batch<TableAndHandle>) -> Result<A, Refusal>,
    ) -> c_int {
        let handle = self.memory();
        self.change(|table| {
            let batch = Batch::new(count, true, (table.memory(), (handle?, ())));
            change(table, batch)
        })
    }

    /// Takes the table out of a live handle, which is unmade then.
    pub(super) fn take(self) -> Result<T, Refusal> {
        let head = self.claim()?;
        // SAFETY: it was live, so the body is a `T` (C1); unmade, it will not be read again.
        let body = unsafe { self.to_read().body().read() };
        head.state.publish(UNMADE);
        Ok(body)
    }
}
