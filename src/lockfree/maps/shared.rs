//! Maps in shared memory: made, attached to, given up.

use super::{
    indirect::IndirectMap,
    keys::{Keys, home_mask},
    map::{HOME_MASK, Map},
    set::Set,
    word::Word,
};
use crate::{
    error::Rejected,
    lockfree::{
        chain::{Asking, Beside, Chain, Rebuild, Track},
        shared::{Member, Number, attach, format},
    },
    storage::Region,
};

/// A [`Map`] in memory that processes share: see [`format`](SharedMap::format) and
/// [`attach`](SharedMap::attach). It cannot be rebuilt.
///
/// ```
/// use heptad::{layout::{LINE_BYTES, Line}, lockfree::{SharedMap, shared_layout}, storage::Region};
///
/// const BYTES: usize = match shared_layout(100, 2) { Ok(layout) => layout.size(), Err(_) => 0 };
/// let mut memory = vec![Line::EMPTY; BYTES / LINE_BYTES];
/// // Once, by the first process.
/// let region = SharedMap::<u64, u64>::format(Region::from_lines(&mut memory)?, 0x5eed, 2)?;
/// // By each process, at its own address, with a number of its own.
/// // SAFETY: formatted, and used by maps that attach to it alone.
/// let map = unsafe { SharedMap::<u64, u64>::join(region, 0) }?;
/// assert_eq!(map.insert(1, 2)?, None);
/// # Ok::<(), heptad::Error>(())
/// ```
pub type SharedMap<'a, K, V> = Map<'a, K, V, Member<'a>>;
/// A [`Set`] in memory that processes share.
pub type SharedSet<'a, K> = Set<'a, K, Member<'a>>;
/// An [`IndirectMap`] in memory that processes share.
pub type SharedIndirectMap<'a, K, V> = IndirectMap<'a, K, V, Member<'a>>;

impl<'a, K: Word, V: Word> SharedMap<'a, K, V> {
    /// Makes shared memory with an empty map in it, and returns it: [`attach`](Self::attach) to it then, or
    /// [`join`](Self::join) if it is for `members`, also in the context that made it. Writes the whole region.
    ///
    /// # Errors
    ///
    /// With the region: [`Error::TooSmall`](crate::Error::TooSmall): see
    /// [`shared_layout`](super::super::shared_layout).
    pub fn format(
        region: Region<'a>,
        seed: u64,
        members: usize,
    ) -> Result<Region<'a>, Rejected<Region<'a>>> {
        format(region, seed, HOME_MASK, members)
    }

    /// The map in shared memory that is not for members, at whatever address it is mapped. Any number of
    /// contexts may use it, as any other map; what killed ones had reserved is never released.
    ///
    /// # Errors
    ///
    /// With the region: [`Error::Foreign`](crate::Error::Foreign) if no shared memory of such a map stands there, or it
    /// was [given up](super::Tables::destroy); [`Error::UnknownFormat`](crate::Error::UnknownFormat);
    /// [`Error::Corrupt`](crate::Error::Corrupt) if its first lines are damaged;
    /// [`Error::TooSmall`](crate::Error::TooSmall) if the region ends before it does;
    /// [`Error::Member`](crate::Error::Member) if it is for members. The entries themselves are checked by
    /// [`check`](super::Tables::check).
    ///
    /// # Safety
    ///
    /// The region's bytes are initialised, and as long as this map lives nobody writes them but other maps of
    /// this crate that are attached to them. `K` and `V` are those that the map was filled with, as far as their
    /// [`from_word`](Word::from_word) relies on it.
    pub unsafe fn attach(region: Region<'a>) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        unsafe { Map::attach_with(region, None, |member| member) }
    }

    /// [`attach`](Self::attach) as member `number` of memory that is for members, numbers from 0 on. A member is
    /// one context: the map is used by one operation at a time, and never in an interrupt or signal handler that
    /// may come in the middle of one; such a handler joins for itself.
    ///
    /// # Errors
    ///
    /// As there; [`Error::Member`](crate::Error::Member) if there is no such number;
    /// [`Error::Occupied`](crate::Error::Occupied) while another map has it: until that is dropped, or its member
    /// [reaped](super::Tables::reap).
    ///
    /// # Safety
    ///
    /// As there, and of one operation at a time.
    pub unsafe fn join(region: Region<'a>, number: usize) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        unsafe { Map::attach_with(region, Some(number), |member| member) }
    }
}

impl<'a, K: Word, V: Word, G: Track> Map<'a, K, V, G> {
    /// [`attach`](SharedMap::attach) or [`join`](SharedMap::join) with a guard that has the member.
    ///
    /// # Safety
    ///
    /// As there; the guard answers the member.
    pub(crate) unsafe fn attach_with(
        region: Region<'a>,
        number: Number,
        guard: impl FnOnce(Member<'a>) -> G,
    ) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        let (descriptor, member) = unsafe { attach(region, HOME_MASK, number)? };
        Ok(Map::with_chain(Chain::of(descriptor, guard(member))))
    }
}

impl<'a, K: Word> SharedSet<'a, K> {
    /// Makes shared memory with an empty set: see [`SharedMap::format`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn format(
        region: Region<'a>,
        seed: u64,
        members: usize,
    ) -> Result<Region<'a>, Rejected<Region<'a>>> {
        format(region, seed, HOME_MASK, members)
    }

    /// The set in shared memory: see [`SharedMap::attach`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn attach(region: Region<'a>) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        Ok(Set { map: unsafe { SharedMap::attach(region) }? })
    }

    /// The same as a member: see [`SharedMap::join`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn join(region: Region<'a>, number: usize) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        Ok(Set { map: unsafe { SharedMap::join(region, number) }? })
    }
}

impl<'a, K: Keys, V: Word> SharedIndirectMap<'a, K, V> {
    /// Makes shared memory with an empty map for keys of `keys`: see [`SharedMap::format`].
    ///
    /// # Errors
    ///
    /// As there; [`Error::HashBits`](crate::Error::HashBits).
    pub fn format(
        region: Region<'a>,
        seed: u64,
        members: usize,
        keys: &K,
    ) -> Result<Region<'a>, Rejected<Region<'a>>> {
        match home_mask(keys) {
            Ok(home_mask) => format(region, seed, home_mask, members),
            Err(error) => Err(Rejected { error, value: region }),
        }
    }

    /// The map in shared memory: see [`SharedMap::attach`].
    ///
    /// # Errors
    ///
    /// As there; [`Error::Foreign`](crate::Error::Foreign) also for a map of other [`hash_bits`](Keys::hash_bits),
    /// and [`Error::HashBits`](crate::Error::HashBits).
    ///
    /// # Safety
    ///
    /// As there, and the references in it stand for keys of `keys`, as far as [`Keys::is`] relies on it.
    pub unsafe fn attach(region: Region<'a>, keys: K) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        unsafe { IndirectMap::attach_with(region, None, keys, |member| member) }
    }

    /// The same as a member: see [`SharedMap::join`].
    ///
    /// # Errors
    ///
    /// As there and for `attach`.
    ///
    /// # Safety
    ///
    /// As there and for `attach`.
    pub unsafe fn join(
        region: Region<'a>,
        number: usize,
        keys: K,
    ) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        unsafe { IndirectMap::attach_with(region, Some(number), keys, |member| member) }
    }
}

impl<'a, K: Keys, V: Word, G: Track> IndirectMap<'a, K, V, G> {
    /// [`attach`](SharedIndirectMap::attach) or [`join`](SharedIndirectMap::join) with a guard that has the member.
    ///
    /// # Safety
    ///
    /// As there; the guard answers the member.
    pub(crate) unsafe fn attach_with(
        region: Region<'a>,
        number: Number,
        keys: K,
        guard: impl FnOnce(Member<'a>) -> G,
    ) -> Result<Self, Rejected<Region<'a>>> {
        let home_mask = match home_mask(&keys) {
            Ok(home_mask) => home_mask,
            Err(error) => return Err(Rejected { error, value: region }),
        };
        // SAFETY: the caller's promise.
        let (descriptor, member) = unsafe { attach(region, home_mask, number)? };
        Ok(IndirectMap::with_chain(Chain::of(descriptor, guard(member)), keys))
    }
}

impl Track for Member<'_> {
    type Inside = ();

    #[inline(always)]
    fn rebuilds(_: Asking) -> bool {
        false
    }

    #[inline]
    fn enter(&self) {}

    #[inline]
    unsafe fn leave(&self, (): ()) {}

    #[inline]
    fn member(&self, _: Asking) -> Option<&Member<'_>> {
        Some(self)
    }
}

/// It is refused, as [`Error::Shared`](crate::Error::Shared).
impl Rebuild for Member<'_> {}

// SAFETY: there are no grace periods.
unsafe impl Beside for Member<'_> {
    fn enter_beside(&self, (): &()) {}
}
