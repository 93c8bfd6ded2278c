//! The tables of a map, for its administration: placing, rebuilding, reclaiming, figures.

use core::fmt;

use crate::{
    error::{Error, Rejected},
    lockfree::{
        chain::{Chain, Need, Rebuild, Reclaim, Stats, Track},
        shared::Member,
    },
    storage::Region,
};

/// The tables of a map or set: one, or a chain of them during a rebuild. What all maps have in common besides their
/// keys and values: see [`Map::tables`](super::Map::tables).
///
/// A handle, for as long as the map is borrowed. Its methods may be called at any time, as those of the map.
///
/// ```
/// # use core::mem::MaybeUninit;
/// use heptad::{lockfree::{Counted, Map}, storage::Region};
///
/// # #[repr(align(64))]
/// # struct Pages([MaybeUninit<u8>; 8192]);
/// # let mut pages = [Pages([MaybeUninit::uninit(); 8192]), Pages([MaybeUninit::uninit(); 8192])];
/// # let [first, second] = &mut pages;
/// let map = Map::<u64, u64, Counted>::unplaced_with(Counted::new());
/// map.tables().place(Region::new(&mut first.0)?, 1)?;
/// map.insert(7, 49)?;
/// map.tables().rebuild(Region::new(&mut second.0)?, 2)?;
/// while !map.tables().help(16)? {}
/// assert!(map.tables().try_reclaim().is_some());
/// assert_eq!((map.get(7), map.tables().stats().entries), (Some(49), 1));
/// # Ok::<(), heptad::Error>(())
/// ```
pub struct Tables<'m, 'a, G> {
    chain: &'m Chain<'a, G>,
    /// Or why no table can be made for the map's keys.
    home_mask: Result<u64, Error>,
}

impl<G> Clone for Tables<'_, '_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Tables<'_, '_, G> {}

impl<'m, 'a, G: Track> Tables<'m, 'a, G> {
    pub(crate) fn of(chain: &'m Chain<'a, G>, home_mask: Result<u64, Error>) -> Self {
        Tables { chain, home_mask }
    }

    /// Makes an empty table in `region` for a map that has none. Writes the whole region.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] if the map has a table, [`Error::TooSmall`], [`Error::HashBits`]; with the region.
    pub fn place(self, region: Region<'a>, seed: u64) -> Result<(), Rejected<Region<'a>>> {
        let (region, home_mask) = self.with_home_mask(region)?;
        self.chain.place(region, seed, home_mask)
    }

    /// Gives the map another table, in `region`, with another size or seed, beside all other operations.
    /// Returns at once; the entries move bucket by bucket, by [`help`](Self::help) and by changes. Writes the whole
    /// region.
    ///
    /// Reads never help. A change moves at most two buckets, its own and one more, of at most 21 entries
    /// each. No operation waits, wherever others are stopped.
    ///
    /// When the new table turns out to have no room for some entry, its home stays as it is, and changes
    /// there are refused with [`Error::Full`]. Then another `rebuild`, into a third region, goes on from
    /// where it stopped; and once more, if that one has no room either. Until it is over a change may have
    /// to move, for each of the 21 entries of its bucket, a bucket of the table between.
    ///
    /// # Errors
    ///
    /// With the region: [`Error::Overlapping`] if it reaches into the map's own tables, or into an old one that
    /// was not returned, which takes a region made [from a raw address](Region::from_raw); [`Error::Busy`]
    /// while a rebuild is running that is not stuck, or when the fourth table has no room either;
    /// [`Error::TooSmall`] if the region is too small for the entries that are there.
    ///
    /// [`Error::Shared`] always, of a map in shared memory. The next table is found by its address, which is another
    /// one in each process, and no process knows when the others have left the old table. So give
    /// [`format`](super::SharedMap::format) memory for the most entries that there will be; or let all attach to a
    /// second map that one of them has formatted and filled. [`reap`](Self::reap) and [`repair`](super::Map::repair)
    /// release what killed contexts had reserved.
    pub fn rebuild(self, region: Region<'a>, seed: u64) -> Result<(), Rejected<Region<'a>>>
    where
        G: Rebuild,
    {
        let (region, home_mask) = self.with_home_mask(region)?;
        self.chain.rebuild(region, seed, home_mask)
    }

    /// [`rebuild`](Self::rebuild), if [`needs_rebuild`](Self::needs_rebuild) returns a reason.
    ///
    /// # Errors
    ///
    /// [`Error::NotRequired`] otherwise; and those of `rebuild`.
    pub fn rebuild_if_needed(
        self,
        region: Region<'a>,
        seed: u64,
    ) -> Result<(), Rejected<Region<'a>>>
    where
        G: Rebuild,
    {
        let (region, home_mask) = self.with_home_mask(region)?;
        self.chain.rebuild_if_needed(region, seed, home_mask)
    }

    fn with_home_mask(self, region: Region<'a>) -> Result<(Region<'a>, u64), Rejected<Region<'a>>> {
        match self.home_mask {
            Ok(home_mask) => Ok((region, home_mask)),
            Err(error) => Err(Rejected { error, value: region }),
        }
    }

    /// Why the map should be rebuilt, if it should. Reads every line.
    pub fn needs_rebuild(self) -> Option<Need> {
        self.chain.needs_rebuild()
    }

    /// Does at most `steps` parts of a running rebuild, each one bucket of at most 21 entries, or sixteen
    /// headers looked at. For an idle loop or a timer, so that it ends even if nobody changes anything.
    /// Answers whether there is nothing left to do.
    ///
    /// Called again and again without a pause it slows the others down, by about half if the map fits their
    /// caches; with pauses as long as the calls, by a third.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if the new table has no room for some entry: see [`rebuild`](Self::rebuild).
    /// [`Error::Busy`] if another operation had reserved what was needed: call again.
    pub fn help(self, steps: usize) -> Result<bool, Error>
    where
        G: Rebuild,
    {
        self.chain.help(steps)
    }

    /// The region of the oldest table, once its entries have all moved on and no operation can be in it
    /// any more. Never waits: call it now and then.
    pub fn try_reclaim(self) -> Option<Region<'a>>
    where
        G: Reclaim,
    {
        self.chain.try_reclaim()
    }

    /// The seed of the newest table's hash; `None` before [`place`](Self::place).
    pub fn seed(self) -> Option<u64> {
        self.chain.seed()
    }

    /// How the map knows when old tables can be returned.
    pub fn guard(self) -> &'m G {
        self.chain.guard()
    }

    /// Checks every entry of a map that nobody uses meanwhile: after attaching to memory that may be
    /// damaged. Reads every line, and two for each entry in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`]. Such a map is safe to use, but may answer anything.
    pub fn check(self) -> Result<(), Error> {
        if self.chain.is_sound() { Ok(()) } else { Err(Error::Corrupt) }
    }

    /// How the entries lie. Reads every line, and two for each entry in a group; if something is reserved, up
    /// to 42 more for each bucket.
    pub fn stats(self) -> Stats {
        self.chain.stats()
    }

    /// Releases what the dead member `number` had reserved, and its number. All others may go on meanwhile; an
    /// operation that needs just that place finds it reserved.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while another member reaps, or a living one names the same place in an operation that is under
    /// way: call again. The member that reaps may have died too, so if several are dead, reap them in turn until each
    /// is done. [`Error::Member`] if there is no such number, or it is this map's own; or this map is no
    /// member.
    ///
    /// # Safety
    ///
    /// The member is dead: what used its map will never do anything again, and what it did has happened (its process
    /// was waited for, say).
    pub unsafe fn reap(self, number: usize) -> Result<(), Error> {
        let member = self.chain.member().ok_or(Error::Member)?;
        member.reap(self.chain.current().ok_or(Error::Corrupt)?, number)
    }

    /// Gives shared memory up: from then on attaching returns [`Error::Foreign`]. Maps that are attached may go on.
    /// Any of them may do this, also one that did not make the memory.
    ///
    /// # Errors
    ///
    /// [`Error::Member`] of a map in memory that is not shared.
    pub fn destroy(self) -> Result<(), Error> {
        self.chain.member().map(Member::destroy).ok_or(Error::Member)
    }
}

impl<G: Track> fmt::Debug for Tables<'_, '_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
