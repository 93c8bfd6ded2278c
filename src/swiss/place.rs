//! Tables that get their memory after they are made.
#![forbid(unsafe_code)]

use super::{
    map::{PairMap, Pairing},
    raw::Raw,
    set::Set,
    table::Table,
};
use crate::{
    error::Error,
    layout::MaxLoad,
    storage::{Later, Storage},
};

impl<T, V, S: Storage> Raw<T, V, Later<S>> {
    const fn unplaced() -> Self {
        Raw::without_lines(Later::new(), MaxLoad::FifteenSixteenths, ())
    }

    fn place(&mut self, storage: S) -> Result<(), Error> {
        if self.storage().lines() != 0 {
            return Err(Error::Occupied);
        }
        *self = Raw::new_in(Later::of(storage), self.load())?;
        Ok(())
    }
}

impl<K, V, P: Pairing<K, V>, S: Storage, H> PairMap<K, V, P, Later<S>, H> {
    /// An empty map for a `static`, without memory until [`place`](Self::place). All its bytes are zero if those of the
    /// hasher are, as those of `Keyed::new(0)` are.
    pub const fn unplaced(build_hasher: H) -> Self {
        PairMap { raw: Raw::unplaced(), build_hasher }
    }

    /// Gives the map its memory, and its hasher for good.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] if it has memory already, and those of [`new_in`](Self::new_in). The map is as it was, and
    /// `storage` is dropped.
    pub fn place(&mut self, storage: S, build_hasher: H) -> Result<(), Error> {
        self.raw.place(storage)?;
        self.build_hasher = build_hasher;
        Ok(())
    }
}

impl<K, S: Storage, H> Set<K, Later<S>, H> {
    /// As [`PairMap::unplaced`].
    pub const fn unplaced(build_hasher: H) -> Self {
        Set { map: PairMap::unplaced(build_hasher) }
    }

    /// As [`PairMap::place`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn place(&mut self, storage: S, build_hasher: H) -> Result<(), Error> {
        self.map.place(storage, build_hasher)
    }
}

impl<T, S: Storage> Table<T, Later<S>> {
    /// An empty table for a `static`, without memory until [`place`](Self::place). All its bytes are zero.
    pub const fn unplaced() -> Self {
        Table { raw: Raw::unplaced() }
    }

    /// Gives the table its memory.
    ///
    /// # Errors
    ///
    /// As [`PairMap::place`].
    pub fn place(&mut self, storage: S) -> Result<(), Error> {
        self.raw.place(storage)
    }
}
