//! Handles: bytes of the caller's that hold a table, and what stands guard over them. 128 of them, but for
//! sorted tables, which take 192.

use core::{
    cell::UnsafeCell,
    ffi::c_int,
    mem::ManuallyDrop,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use super::{ABI_VERSION, code, state::State};

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

    /// The head of the handle at `handle`, if there can be one, whatever its version.
    ///
    /// # Safety
    ///
    /// A pointer that is not null points to a handle's readable bytes, for as long as `'a`.
    unsafe fn any_head<'a>(handle: *const Self) -> Result<&'a Head, c_int> {
        const { Self::LAYOUT_IS_THE_HEADERS };
        if handle.is_null() {
            return Err(code::NULL);
        }
        if !handle.is_aligned() {
            return Err(code::MISALIGNED);
        }
        // SAFETY: not null, aligned, and readable by the caller's promise; any bits are a head.
        Ok(unsafe { &*handle.cast::<Head>() })
    }

    /// What is wrong with a handle that is not live, in state `state`.
    fn complaint(state: u32) -> c_int {
        if state == T::KIND + 1 { code::BUSY } else { code::HANDLE }
    }

    /// The head of a handle of this version that something has initialised.
    ///
    /// # Safety
    ///
    /// As for [`any_head`](Self::any_head).
    unsafe fn head<'a>(handle: *const Self) -> Result<&'a Head, c_int> {
        // SAFETY: the caller's promise.
        let head = unsafe { Self::any_head(handle) }?;
        // Relaxed: written before the handle is live for the first time.
        match head.version.load(Relaxed) {
            ABI_VERSION => Ok(head),
            ZEROED => Err(code::HANDLE),
            _ => Err(code::VERSION),
        }
    }

    /// Claims a live handle: until its state is published again, every other call finds it busy.
    ///
    /// # Safety
    ///
    /// As for [`any_head`](Self::any_head).
    unsafe fn claim<'a>(handle: *const Self) -> Result<&'a Head, c_int> {
        // SAFETY: the caller's promise.
        let head = unsafe { Self::head(handle) }?;
        head.state.claim(T::KIND, T::KIND + 1).map_err(Self::complaint)?;
        // SAFETY: not null, as it has a head.
        let place = unsafe { &raw const (*handle).body };
        // SAFETY: it was live, so the body is a `T` (C1); now that it is busy no other call opens it.
        if unsafe { &*UnsafeCell::raw_get(place).cast::<T>() }.was_made_at(handle.addr()) {
            return Ok(head);
        }
        head.state.publish(T::KIND);
        Err(code::COPY)
    }

    /// Makes the table of an unmade handle, which may be zeroed memory; the answer is 0, that is.
    ///
    /// # Safety
    ///
    /// A pointer that is not null points to a handle's bytes that this call may read and write.
    pub(super) unsafe fn make(
        handle: *mut Self,
        make: impl FnOnce() -> Result<T, c_int>,
    ) -> Result<bool, c_int> {
        // SAFETY: the caller's promise.
        let head = unsafe { Self::any_head(handle) }?;
        if !matches!(head.version.load(Relaxed), ABI_VERSION | ZEROED) {
            return Err(code::VERSION);
        }
        head.state
            .claim(UNMADE, T::KIND + 1)
            .map_err(|state| if state == T::KIND { code::LIVE } else { Self::complaint(state) })?;
        let body = match make() {
            Ok(body) => ManuallyDrop::new(body),
            Err(code) => {
                head.state.publish(UNMADE);
                return Err(code);
            }
        };
        // SAFETY: not null, as it has a head.
        let place = unsafe { &raw const (*handle).body };
        // SAFETY: writable by the caller's promise; it was unmade, so nobody refers to the body.
        unsafe { UnsafeCell::raw_get(place).cast::<ManuallyDrop<T>>().write(body) };
        // Relaxed: the next store publishes it. Who still reads 0 gets `HANDLE`, as from an unmade handle.
        head.version.store(ABI_VERSION, Relaxed);
        head.state.publish(T::KIND);
        Ok(false)
    }

    /// Opens a live handle for reading.
    ///
    /// # Safety
    ///
    /// A pointer that is not null points to a handle's readable bytes, and nothing changes the table until
    /// the body is no longer used.
    #[inline]
    pub(super) unsafe fn read<'a>(handle: *const Self) -> Result<&'a T, c_int> {
        // SAFETY: the caller's promise.
        let state = unsafe { Self::head(handle) }?.state.load();
        if state != T::KIND {
            return Err(Self::complaint(state));
        }
        // SAFETY: not null, as it has a head.
        let place = unsafe { &raw const (*handle).body };
        // SAFETY: live, so the body is a `T` (C1); nobody changes it, by the caller's promise and
        // because it is not busy.
        Ok(unsafe { &*UnsafeCell::raw_get(place).cast::<T>() })
    }

    /// Asks a live handle.
    ///
    /// # Safety
    ///
    /// As for [`read`](Self::read), until `question` returns.
    #[inline]
    pub(super) unsafe fn ask(
        handle: *const Self,
        question: impl FnOnce(&T) -> Result<bool, c_int>,
    ) -> c_int {
        // SAFETY: the caller's promise.
        answer(unsafe { Self::read(handle) }.and_then(question))
    }

    /// Opens a live handle for a change: busy until `change` returns.
    ///
    /// # Safety
    ///
    /// A pointer that is not null points to a handle's bytes that this call may read and write, and no
    /// other call for this table overlaps it, but for those from inside `change` and from
    /// interrupts on this core.
    #[inline]
    pub(super) unsafe fn write(
        handle: *mut Self,
        change: impl FnOnce(&mut T) -> Result<bool, c_int>,
    ) -> c_int {
        // SAFETY: the caller's promise.
        let head = match unsafe { Self::claim(handle) } {
            Ok(head) => head,
            Err(code) => return code,
        };
        // SAFETY: not null, as it has a head.
        let place = unsafe { &raw const (*handle).body };
        // SAFETY: it was live, so the body is a `T` (C1); now that it is busy no other call opens it.
        let result = change(unsafe { &mut *UnsafeCell::raw_get(place).cast::<T>() });
        head.state.publish(T::KIND);
        answer(result)
    }

    /// Takes the table out of a live handle, which is unmade then.
    ///
    /// # Safety
    ///
    /// As for [`write`](Self::write).
    pub(super) unsafe fn take(handle: *mut Self) -> Result<T, c_int> {
        // SAFETY: the caller's promise.
        let head = unsafe { Self::claim(handle) }?;
        // SAFETY: not null, as it has a head.
        let place = unsafe { &raw const (*handle).body };
        // SAFETY: it was live, so the body is a `T` (C1); unmade, it will not be read again.
        let body = unsafe { UnsafeCell::raw_get(place).cast::<T>().read() };
        head.state.publish(UNMADE);
        Ok(body)
    }
}

/// What a function returns for `result`: a code, or 1 for yes and 0 for no.
#[inline]
pub(super) fn answer(result: Result<bool, c_int>) -> c_int {
    match result {
        Ok(yes) => c_int::from(yes),
        Err(code) => code,
    }
}
