//! From a map to its tables: one, or during a rebuild a chain of them.
//!
//! ```text
//!   oldest ---> table --next--> table --next--> table
//!               retired         ^ first         ^ newest
//!                               operations      insertions of a rebuild
//! ```
//!
//! `newest` is what every operation looks at first. While there are tables before it that are not migrated,
//! or none at all, a bit of it means *unsettled*: only operations that find the bit load the first table.
//!
//! A rebuild is one exchange of `newest`: from then on it goes on, wherever contexts are stopped. The link from the
//! table before is written afterwards, by the first context that needs it ([`Chain::link`]). Placing the first
//! table is one exchange of `newest` too; `first` and `oldest` are needed from the first rebuild on, and
//! written before it.
//!
//! A table whose buckets are all migrated is *retired*: `first` moves on to the next. Operations that
//! were in it find their way along `next`. Once none can be left its region is returned: see
//! [`retire`].

mod counted;
mod current;
mod evict;
mod guard;
mod leaving;
mod migrate;
mod operate;
mod rebuild;
mod repair;
mod retire;
mod stats;
mod user;
mod walk;

pub use counted::Counted;
pub(crate) use guard::Asking;
#[cfg(all(test, heptad_loom))]
pub(crate) use guard::Guarded;
pub use guard::{Beside, Fixed, Never, Rebuild, Reclaim, Track};
pub use stats::{Need, Stats};
pub(crate) use walk::Walk;

use crate::{
    error::{Error, Rejected},
    lockfree::arena::{Descriptor, Table},
    storage::Region,
    sync::{
        AtomicPtr,
        Ordering::{Relaxed, SeqCst},
    },
};
use core::{
    iter,
    marker::PhantomData,
    ptr::{self, NonNull},
};
use leaving::Leaving;
use user::TableOf;

/// In `newest`: unsettled. Descriptors are lines, so their addresses have no such bit.
const UNSETTLED: usize = 1;
/// `newest` of a map without tables.
const NO_TABLE: *mut Descriptor = ptr::without_provenance_mut(UNSETTLED);

/// Where a map's tables are.
///
/// - **R1** `newest` is [`NO_TABLE`], or leads to a table; `first` and `oldest` are null, or lead to tables; all in
///   regions that are provided for `'a`.
/// - **R2** From `oldest` on each table leads to the next, or is about to lead to `newest`; `first` is one
///   of them. If `first` is null, so is `oldest`, and `newest` is the only table. A table leaves the chain only at its
///   start, and is returned when no operation can be in it, or together with the chain.
/// - **R3** All three only ever move on. So `first`, and `newest` loaded after it, are ends of a piece of the chain.
#[derive(Debug)]
pub(crate) struct Chain<'a, G> {
    newest: AtomicPtr<Descriptor>,
    pub(crate) first: AtomicPtr<Descriptor>,
    pub(crate) oldest: AtomicPtr<Descriptor>,
    pub(crate) leaving: Leaving,
    guard: G,
    /// It takes regions and returns them: invariant in 'a.
    regions: PhantomData<fn(Region<'a>) -> Region<'a>>,
}

/// The body of a function that is `const` wherever atomics can be made at compile time.
macro_rules! empty_chain {
    ($guard:expr) => {
        Chain {
            newest: AtomicPtr::new(NO_TABLE),
            first: AtomicPtr::new(ptr::null_mut()),
            oldest: AtomicPtr::new(ptr::null_mut()),
            leaving: Leaving::none(),
            guard: $guard,
            regions: PhantomData,
        }
    };
}

impl<'a, G> Chain<'a, G> {
    /// No table yet.
    #[cfg(not(heptad_loom))]
    pub(crate) const fn empty(guard: G) -> Self {
        empty_chain!(guard)
    }

    /// No table yet.
    #[cfg(heptad_loom)]
    pub(crate) fn empty(guard: G) -> Self {
        empty_chain!(guard)
    }
}

/// Making a chain, and taking it apart.
impl<'a, G: Track> Chain<'a, G> {
    /// An empty table in `region`.
    pub(crate) fn create(
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
        guard: G,
    ) -> Result<Self, Rejected<Region<'a>>> {
        let chain = Chain::empty(guard);
        chain.place(region, seed, home_mask)?;
        Ok(chain)
    }

    /// The table at `descriptor`, in memory that others use too, if `guard` is a member.
    pub(crate) fn of(descriptor: NonNull<Descriptor>, guard: G) -> Self {
        let chain = Chain::empty(guard);
        chain.start_with(descriptor);
        chain
    }

    /// Makes a table in `region` for a chain that has none.
    pub(crate) fn place(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        let descriptor = Descriptor::create(region, seed, home_mask)?;
        if self.start_with(descriptor) {
            return Ok(());
        }
        // SAFETY: just created, and nobody else has seen it.
        let region = unsafe { Descriptor::into_region(descriptor) };
        Err(Rejected { error: Error::Occupied, value: region })
    }

    /// Makes a table of a region provided for `'a` the first of the chain, if there is none.
    pub(crate) fn start_with(&self, descriptor: NonNull<Descriptor>) -> bool {
        // A member's is never settled: so its operations check first whether the descriptor is as it was.
        let unsettled = if self.member().is_some() { UNSETTLED } else { 0 };
        let new = descriptor.as_ptr().map_addr(|address| address | unsettled);
        // SeqCst, and below: in one order with the loads of `newest`, and a Release for them, so that the table
        // is seen as it was made. Relaxed: nothing is read when it fails.
        self.newest.compare_exchange(NO_TABLE, new, SeqCst, Relaxed).is_ok()
    }

    /// Takes the regions back, oldest first.
    pub(crate) fn into_regions(self) -> impl Iterator<Item = Region<'a>> {
        // SAFETY: provided for 'a (R1); the chain is consumed, so its table is used no more.
        let mut shared = self.member().map(|member| unsafe { member.region() });
        self.link();
        // SeqCst: it pairs with what made the tables, in other threads perhaps.
        let oldest = NonNull::new(self.oldest.load(SeqCst));
        let chain = oldest.or_else(|| self.newest().map(Table::as_ptr));
        let mut next = chain.filter(|_| shared.is_none());
        let mut leaving = self.leaving.table().filter(|&table| Some(table) != next);
        drop(self);
        iter::from_fn(move || {
            if shared.is_some() {
                return shared.take();
            }
            let descriptor = leaving.take().or_else(|| {
                let descriptor = next?;
                // SAFETY: R2; the chain is consumed, so nobody uses the tables any more.
                next = unsafe { TableOf::<G>::at(descriptor) }.next().map(Table::as_ptr);
                Some(descriptor)
            })?;
            // SAFETY: as above, and nothing leads to this table now.
            Some(unsafe { Descriptor::into_region(descriptor) })
        })
    }
}
