//! Tables that get their memory after they are made.
#![forbid(unsafe_code)]

use super::{map::Map, raw::Raw, set::Set};
use crate::{
    error::Error,
    layout::MaxLoad,
    storage::{Later, Storage},
};

impl<S: Storage> Raw<Later<S>> {
    /// All zeros, so without a storage of values. The load has no effect until there is memory.
    const fn unplaced() -> Self {
        Raw::without_slots(Later::new(), None, MaxLoad::FifteenSixteenths)
    }

    fn place(&mut self, keys: S, values: Option<S>) -> Result<(), Error> {
        if self.keys_storage().lines() != 0 {
            return Err(Error::Occupied);
        }
        *self = Raw::new_in(Later::of(keys), values.map(Later::of), MaxLoad::SevenEighths)?;
        Ok(())
    }
}

impl<S: Storage, O> Set<Later<S>, O> {
    /// Makes an empty set for a `static`, without memory until [`place`](Self::place). All its bytes are zero if those
    /// of the order are, as those of [`ByValue`](super::ByValue) and `Keyed::new(0)` are.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use heptad::{Error, layout::MaxLoad, robin_hood::{ByValue, Set, lines_for}};
    /// use heptad::storage::{Later, Region, StaticLines};
    ///
    /// const LINES: usize = lines_for(100, MaxLoad::SevenEighths).unwrap();
    /// static MEMORY: StaticLines<LINES> = StaticLines::new();
    /// static TIMERS: Mutex<Set<Later<Region<'static>>, ByValue>> = Mutex::new(Set::unplaced(ByValue));
    ///
    /// let mut timers = TIMERS.lock().expect("nobody panics");
    /// assert_eq!(timers.try_insert(1_000).unwrap_err().error, Error::Full);
    /// // At boot:
    /// timers.place(MEMORY.take().ok_or(Error::Occupied)?, ByValue)?;
    /// assert_eq!((timers.try_insert(1_000)?, timers.first()), (true, Some(1_000)));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn unplaced(order: O) -> Self {
        Self::of(Raw::unplaced(), order)
    }

    /// Gives the set its memory, and its order for good. It grows at 7/8 load.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] if it has memory already. The set is unchanged, and `storage` is dropped.
    pub fn place(&mut self, storage: S, order: O) -> Result<(), Error> {
        self.raw.place(storage, None)?;
        self.order = order;
        Ok(())
    }
}

impl<S: Storage, O> Map<Later<S>, O> {
    /// Makes an empty map for a `static`, without memory until [`place`](Self::place): as [`Set::unplaced`].
    /// It has no storage of values until then.
    pub const fn unplaced(order: O) -> Self {
        Self::of(Raw::unplaced(), order)
    }

    /// Gives the map memory for its keys and its values, and its order for good. It grows at 7/8 load.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] if it has memory already. The map is unchanged, and the storages are dropped.
    pub fn place(&mut self, keys: S, values: S, order: O) -> Result<(), Error> {
        self.raw.place(keys, Some(values))?;
        self.order = order;
        Ok(())
    }
}
