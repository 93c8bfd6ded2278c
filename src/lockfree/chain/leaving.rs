//! The table that is leaving the chain, and the number of its departure: one word.

use core::ptr::{self, NonNull};

use crate::{
    lockfree::arena::Descriptor,
    sync::{
        AtomicPtr,
        Ordering::{Relaxed, SeqCst},
        SharedU64,
    },
};

/// In `leaving`: the grace period has begun.
const BEGUN: usize = 1;
/// In `leaving`: the unit of the departure's number, and the end of it. Descriptors are lines.
const ONE: usize = 2;
const END: usize = 64;

const _: () = assert!(align_of::<Descriptor>() >= END);

/// The table that is leaving.
#[derive(Debug)]
pub(crate) struct Leaving {
    word: AtomicPtr<Descriptor>,
    /// What the guard answered when the grace period started: of departures with even numbers, and with odd. Several
    /// may have called it, each after step 2: whichever answer counts is right.
    started: [SharedU64; 2],
}

/// The body of a function that is `const` wherever atomics can be made at compile time.
macro_rules! none {
    () => {
        Leaving {
            word: AtomicPtr::new(ptr::null_mut()),
            started: [SharedU64::new(0), SharedU64::new(0)],
        }
    };
}

impl Leaving {
    #[cfg(not(heptad_loom))]
    pub(crate) const fn none() -> Leaving {
        none!()
    }

    #[cfg(heptad_loom)]
    pub(crate) fn none() -> Leaving {
        none!()
    }

    /// The table that is leaving.
    pub(crate) fn table(&self) -> Option<NonNull<Descriptor>> {
        self.load().table()
    }

    pub(crate) fn load(&self) -> Departure {
        Departure(self.word.load(SeqCst))
    }

    /// Does this step of one departure to the next.
    pub(crate) fn exchange(&self, from: Departure, to: Departure) -> Option<Departure> {
        self.word.compare_exchange(from.0, to.0, SeqCst, Relaxed).ok().map(|_| to)
    }

    /// What the guard answered at the start of a departure's grace period.
    pub(crate) fn started(&self, departure: Departure) -> &SharedU64 {
        &self.started[departure.0.addr() / ONE % 2]
    }
}

/// What stands in `leaving`: a table, or none, and bits of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Departure(*mut Descriptor);

impl Departure {
    pub(crate) fn table(self) -> Option<NonNull<Descriptor>> {
        NonNull::new(self.0.map_addr(|address| address & !(END - 1)))
    }

    pub(crate) fn has_begun(self) -> bool {
        self.0.addr() & BEGUN != 0
    }

    /// The next one, of `table`.
    pub(crate) fn then(self, table: NonNull<Descriptor>) -> Departure {
        let number = ((self.0.addr() + ONE) % END) & !BEGUN;
        Departure(table.as_ptr().map_addr(|address| address | number))
    }

    /// The same, begun.
    pub(crate) fn begun(self) -> Departure {
        Departure(self.0.map_addr(|address| address | BEGUN))
    }

    /// The end of this one.
    pub(crate) fn ended(self) -> Departure {
        Departure(ptr::without_provenance_mut(self.0.addr() % END))
    }
}
