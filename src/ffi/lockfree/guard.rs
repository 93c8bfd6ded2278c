//! How a map in C knows when an old table's memory can be released: its init says.

use core::{ffi::c_int, ptr};

use super::super::{
    code::{self, Refusal},
    memory::{Bytes, Provided},
    results::Context,
};
use crate::lockfree::{Asking, Counted, Member, Reclaim, Track};

/// `heptad_reclaim`: the kernel's own way to know that every operation has ended.
#[derive(Clone, Copy)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadReclaim {
    pub enter: Option<extern "C" fn(context: Context) -> u64>,
    pub leave: Option<extern "C" fn(inside: u64, context: Context)>,
    pub start: Option<extern "C" fn(context: Context) -> u64>,
    pub has_elapsed: Option<extern "C" fn(started: u64, context: Context) -> c_int>,
    pub context: Context,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadReclaim>() == 5 * size_of::<usize>());
    assert!(size_of::<Counted>() == 17 * 64);
};

/// The functions of a [`HeptadReclaim`], all there.
#[derive(Clone, Copy)]
pub(super) struct Functions {
    enter: extern "C" fn(context: Context) -> u64,
    leave: extern "C" fn(inside: u64, context: Context),
    start: extern "C" fn(context: Context) -> u64,
    has_elapsed: extern "C" fn(started: u64, context: Context) -> c_int,
    context: Context,
}

/// One of the three ways, or none for a map that is not to be rebuilt.
pub enum Guard {
    /// Old tables stay in use until the map is released. Costs nothing.
    #[doc(hidden)]
    Kept,
    /// Other handles use the table too: no rebuild. Beside `Kept`, so that one comparison finds both: apart,
    /// they would make the compiler jump through a table in every operation.
    #[doc(hidden)]
    Shared(Member<'static>),
    /// Operations are counted, in memory of the caller's.
    #[doc(hidden)]
    Counted(&'static Counted),
    /// The caller's functions.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    Functions(Functions),
}

impl Guard {
    /// Counters in the caller's memory.
    pub(super) fn counted(counters: Provided, bytes: Bytes) -> Result<Guard, Refusal> {
        Ok(Guard::Counted(counters.hold(bytes, Counted::new())?))
    }

    /// The counters, if operations are counted.
    pub(super) fn counters(&self) -> Option<*const Counted> {
        match self {
            Guard::Counted(counted) => Some(ptr::from_ref(*counted)),
            _ => None,
        }
    }

    /// The caller's functions; all of them have to be there.
    pub(super) fn of_functions(reclaim: HeptadReclaim) -> Result<Guard, Refusal> {
        let HeptadReclaim { enter, leave, start, has_elapsed, context } = reclaim;
        match (enter, leave, start, has_elapsed) {
            (Some(enter), Some(leave), Some(start), Some(has_elapsed)) => {
                Ok(Guard::Functions(Functions { enter, leave, start, has_elapsed, context }))
            }
            _ => Err(Refusal(code::NULL)),
        }
    }
}

/// What an operation keeps between entering and leaving.
#[doc(hidden)]
pub enum Inside {
    Untracked,
    Counted(<Counted as Track>::Inside),
    Functions(u64),
}

impl Track for Guard {
    type Inside = Inside;

    #[inline]
    fn member(&self, _: Asking) -> Option<&Member<'_>> {
        match self {
            Guard::Shared(member) => Some(member),
            _ => None,
        }
    }

    #[inline]
    fn enter(&self) -> Inside {
        match self {
            Guard::Kept | Guard::Shared(_) => Inside::Untracked,
            Guard::Counted(counted) => Inside::Counted(counted.enter()),
            Guard::Functions(functions) => Inside::Functions((functions.enter)(functions.context)),
        }
    }

    #[inline]
    unsafe fn leave(&self, inside: Inside) {
        match (self, inside) {
            (Guard::Counted(counted), Inside::Counted(inside)) => {
                // SAFETY: the caller's promise.
                unsafe { counted.leave(inside) };
            }
            (Guard::Functions(functions), Inside::Functions(inside)) => {
                (functions.leave)(inside, functions.context);
            }
            _ => {}
        }
    }
}

// SAFETY: `Counted` keeps the promise; the functions do by the rules of the header; and for the other two
// no grace period ever elapses.
unsafe impl Reclaim for Guard {
    fn start(&self) -> u64 {
        match self {
            Guard::Kept | Guard::Shared(_) => 0,
            Guard::Counted(counted) => counted.start(),
            Guard::Functions(functions) => (functions.start)(functions.context),
        }
    }

    fn has_elapsed(&self, started: u64) -> bool {
        match self {
            Guard::Kept | Guard::Shared(_) => false,
            Guard::Counted(counted) => counted.has_elapsed(started),
            Guard::Functions(functions) => (functions.has_elapsed)(started, functions.context) != 0,
        }
    }
}
