//! The map from words to words.

use core::{alloc::Layout, marker::PhantomData};

use super::{
    expectation::{self, Expectation},
    removal::Removal,
    tables::Tables,
    word::{Word, Words},
};
use crate::{
    error::{Error, Rejected},
    lockfree::{
        arena::arena_layout,
        chain::{Chain, Never, Track},
        operations::{Callers, Decide, Decision, Key, Look, Matches},
    },
    storage::Region,
};

/// The bits of a key that decide its home: all.
pub(crate) const HOME_MASK: u64 = u64::MAX;

/// A map that cores, interrupt handlers and NMIs share without a lock, in memory that the caller provides.
///
/// Keys and values are [`Word`]s: integers of up to 64 bits, all of them legal. Every method takes
/// `&self`, may be called while the same or another method is stopped anywhere in the middle, and
/// copies values out. See the [module](crate::lockfree) for progress, cost and what a killed context can leave
/// reserved.
///
/// Methods that change something answer the value that the key had *before*.
///
/// # Closures
///
/// Methods that take a closure call it once, and once more each time the key's home changes in between;
/// only its last run counts. The closure may read the same map, and may panic: nothing is reserved while
/// it runs. It may also change the same map, but if it changes the key's home each time it forces another
/// run each time: after 128 runs during which the home changed, the operation ends with
/// [`Error::Reentrant`] and has changed nothing. What the closure itself did is not undone. A slow closure
/// under heavy traffic may end so too; methods without a closure never do.
///
/// ```
/// # use core::mem::MaybeUninit;
/// use heptad::{lockfree::Map, storage::Region};
///
/// # #[repr(align(64))]
/// # struct Pages([MaybeUninit<u8>; 8192]);
/// # let mut pages = Pages([MaybeUninit::uninit(); 8192]);
/// let counts = Map::<u64, u32>::new_in(Region::new(&mut pages.0)?, 0x5eed)?;
/// assert_eq!(counts.insert(0xffff_8000, 1)?, None);
/// counts.modify(0xffff_8000, |count| count + 1)?;
/// assert_eq!(counts.get(0xffff_8000), Some(2));
/// # Ok::<(), heptad::Error>(())
/// ```
///
/// A map in memory that processes share is a [`SharedMap`](super::SharedMap): `format` makes it, and `attach` and
/// `join` find it. They do not take the memory of a map like the one above, whose owner may rebuild it.
///
/// `G` is how the map knows that an old table's memory can be returned after a
/// [`rebuild`](super::Tables::rebuild): by default [`Never`], which costs nothing. With
/// [`Fixed`](crate::lockfree::Fixed) there is no `rebuild`, and less code.
pub struct Map<'a, K, V, G = Never> {
    chain: Chain<'a, G>,
    words: Words<K, V>,
}

impl<'a, K: Word, V: Word> Map<'a, K, V> {
    /// A map without a table, for a `static`: it is empty, and what
    /// would change it is [`Error::Unplaced`]. [`place`](super::Tables::place) gives it
    /// one.
    #[cfg(not(heptad_loom))]
    pub const fn unplaced() -> Self {
        Map::unplaced_with(Never)
    }

    /// An empty map in `region`, as large as fits: [`capacity`](Self::capacity) says for how many
    /// entries. Writes the whole region.
    ///
    /// `seed` goes into the hash: any number; a different one per table and per boot is best.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`], with the region.
    pub fn new_in(region: Region<'a>, seed: u64) -> Result<Self, Rejected<Region<'a>>> {
        Map::new_with(region, seed, Never)
    }
}

impl<'a, K: Word, V: Word, G: Track> Map<'a, K, V, G> {
    /// [`unplaced`](Map::unplaced) with a `guard` that knows when old tables can be returned.
    #[cfg(not(heptad_loom))]
    pub const fn unplaced_with(guard: G) -> Self {
        Map { chain: Chain::empty(guard), words: PhantomData }
    }

    /// [`new_in`](Map::new_in) with a `guard` that knows when old tables can be returned.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn new_with(region: Region<'a>, seed: u64, guard: G) -> Result<Self, Rejected<Region<'a>>> {
        Ok(Map { chain: Chain::create(region, seed, HOME_MASK, guard)?, words: PhantomData })
    }

    /// A map of tables that are made already.
    pub(crate) fn with_chain(chain: Chain<'a, G>) -> Self {
        Map { chain, words: PhantomData }
    }

    /// The map's tables: to place, rebuild and reclaim them, and for figures.
    pub fn tables(&self) -> Tables<'_, 'a, G> {
        Tables::of(&self.chain, Ok(HOME_MASK))
    }

    /// Takes all memory back, old tables first, a rebuild in the middle of it or not; the entries are
    /// gone for this owner. Of a map at rest that was never rebuilt it is the one region.
    pub fn into_regions(self) -> impl Iterator<Item = Region<'a>> {
        self.chain.into_regions()
    }

    /// The memory that a map for `capacity` entries needs: see [`arena_layout`].
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`].
    pub const fn layout(capacity: usize) -> Result<Layout, Error> {
        arena_layout(capacity)
    }

    /// The value of `key`. Writes nothing to the map.
    #[inline]
    pub fn get(&self, key: K) -> Option<V> {
        self.chain.get(exactly(key)).map(V::from_word)
    }

    /// Is `key` present? Writes nothing to the map.
    #[inline]
    pub fn contains_key(&self, key: K) -> bool {
        self.chain.get(exactly(key)).is_some()
    }

    /// Looks for all of `keys`, in order, and writes the value of each into `values`; as many as the
    /// shorter of both has. Answers how many were found.
    ///
    /// The homes of sixteen keys are prefetched together, and then the groups of the keys for which the bucket is not
    /// enough, so that their waits for memory overlap. Each lookup is atomic by itself, the batch is not.
    pub fn get_many(&self, keys: &[K], values: &mut [Option<V>]) -> usize {
        let mut found = 0;
        let answer = |value: Option<u64>| {
            found += usize::from(value.is_some());
            value.map(V::from_word)
        };
        self.chain.get_many(keys, values, |&key| exactly(key), answer);
        found
    }

    /// Gives `key` the value `value`, whether it is present or not.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] or [`Error::Busy`], and [`Error::Unplaced`] of a map that was never placed; nothing has
    /// changed then.
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Result<Option<V>, Error> {
        let value = value.to_word();
        self.update(key, move |_: Option<u64>| Decision::Set(value))
    }

    /// Inserts `key` with `value` if it is absent. If it is present, nothing changes.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert).
    #[inline]
    pub fn insert_if_absent(&self, key: K, value: V) -> Result<Option<V>, Error> {
        let value = value.to_word();
        self.update(key, move |current: Option<u64>| match current {
            Some(_) => Decision::Keep,
            None => Decision::Set(value),
        })
    }

    /// Gives `key` the value `value` if it is present.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert).
    #[inline]
    pub fn replace(&self, key: K, value: V) -> Result<Option<V>, Error> {
        let value = value.to_word();
        self.update(key, move |current: Option<u64>| match current {
            Some(_) => Decision::Set(value),
            None => Decision::Keep,
        })
    }

    /// If the value of `key` is as `expected`, makes it `new`; `None` removes the key.
    ///
    /// Took place exactly if `expected.is_met_by(answer)`. A `new` that is the present value already
    /// succeeds without a write.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert); as for [`remove`](Self::remove) if `new` is `None`.
    #[inline]
    pub fn compare_and_set(
        &self,
        key: K,
        expected: Expectation<V>,
        new: Option<V>,
    ) -> Result<Option<V>, Error> {
        let expected = expected.map(V::to_word);
        let new = new.map(V::to_word);
        self.update(key, |current: Option<u64>| expectation::decide(&expected, new, current))
    }

    /// Removes `key`.
    ///
    /// # Errors
    ///
    /// None, unless a rebuild has frozen the key's home and finds no room for it in the new table, or is
    /// hindered just now: [`Error::Full`] or [`Error::Busy`]; nothing has changed then. A removal itself
    /// takes no slot.
    #[inline]
    pub fn remove(&self, key: K) -> Result<Option<V>, Error> {
        self.update(key, |_: Option<u64>| Decision::Remove)
    }

    /// Removes `key` if `condition` holds for its value. The answer distinguishes a key that is absent from one that
    /// `condition` keeps.
    ///
    /// # Errors
    ///
    /// As for [`remove`](Self::remove); [`Error::Reentrant`] if `condition` changes the key's home each
    /// time: see [`Map`](Self#closures).
    #[inline]
    pub fn remove_if(
        &self,
        key: K,
        mut condition: impl FnMut(V) -> bool,
    ) -> Result<Removal<V>, Error> {
        let mut removes = false;
        let decide = Callers::new(|current: Option<u64>| {
            removes = current.is_some_and(|value| condition(V::from_word(value)));
            if removes { Decision::Remove } else { Decision::Keep }
        });
        let before = self.update(key, decide)?;
        Ok(Removal::of(before, removes))
    }

    /// Replaces the value of `key`, if it is present, by what `change` makes of it.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert); [`Error::Reentrant`] if `change` changes the key's home each time:
    /// see [`Map`](Self#closures).
    #[inline]
    pub fn modify(&self, key: K, mut change: impl FnMut(V) -> V) -> Result<Option<V>, Error> {
        self.fetch_update(key, |current| current.map(&mut change))
    }

    /// Inserts `value` if `key` is absent; else replaces its value by what `change` makes of it, as
    /// [`modify`](Self::modify) does.
    ///
    /// # Errors
    ///
    /// As for [`modify`](Self::modify).
    #[inline]
    pub fn insert_or_modify(
        &self,
        key: K,
        value: V,
        mut change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        self.fetch_update(key, |current| Some(current.map_or(value, &mut change)))
    }

    /// [`insert_or_modify`](Self::insert_or_modify) with a value that is only made when it is needed.
    ///
    /// # Errors
    ///
    /// As for [`modify`](Self::modify).
    #[inline]
    pub fn insert_with_or_modify(
        &self,
        key: K,
        mut make: impl FnMut() -> V,
        mut change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        self.fetch_update(key, |current| Some(current.map_or_else(&mut make, &mut change)))
    }

    /// Makes of the present value, or its absence, what `change` returns: `None` removes the key, or
    /// leaves it absent.
    ///
    /// # Errors
    ///
    /// As for [`modify`](Self::modify); as for [`remove_if`](Self::remove_if) if `change` answers `None`.
    #[inline]
    pub fn fetch_update(
        &self,
        key: K,
        mut change: impl FnMut(Option<V>) -> Option<V>,
    ) -> Result<Option<V>, Error> {
        let decide = |current: Option<u64>| {
            let new = change(current.map(V::from_word)).map(V::to_word);
            expectation::decide(&Expectation::Whatever, new, current)
        };
        self.update(key, Callers::new(decide))
    }

    /// The entries that the newest table takes for certain; often it takes some more. 0 before
    /// [`place`](super::Tables::place).
    pub fn capacity(&self) -> usize {
        self.chain.capacity()
    }

    /// Releases what contexts had reserved that were killed in the middle of an operation, and answers how many
    /// places: [`Stats::reserved`](super::super::Stats::reserved) is 0 then. No operation is under way while there is a
    /// `&mut`.
    ///
    /// Others that are [attached](Self::attach) to the table must not be in an operation either: a place
    /// that one of them has reserved would be given to two, and entries get lost.
    pub fn repair(&mut self) -> usize {
        self.chain.repair()
    }

    /// Prefetches the home of `key`.
    #[inline]
    pub(crate) fn prefetch(&self, key: K) {
        self.chain.prefetch(key.to_word());
    }

    /// The tables.
    pub(crate) fn chain(&self) -> &Chain<'a, G> {
        &self.chain
    }

    /// [`rebuild`](super::Tables::rebuild) into a table that is made already.
    #[cfg(all(test, heptad_loom))]
    pub(crate) fn rebuild_into(
        &self,
        descriptor: core::ptr::NonNull<crate::lockfree::arena::Descriptor>,
    ) {
        let newest = self.chain.newest().unwrap();
        // SAFETY: models' tables are leaked.
        assert!(unsafe { self.chain.append(newest, descriptor) });
    }

    #[inline]
    fn update(&self, key: K, decide: impl Decide) -> Result<Option<V>, Error> {
        Ok(self.chain.update(exactly(key), decide)?.map(V::from_word))
    }
}

/// The key that is stored as the word of `key`.
#[inline]
pub(super) fn exactly(key: impl Word) -> Key<impl Matches> {
    Key { word: key.to_word(), matches: |word, stored, _: Look<'_>| stored == word }
}
