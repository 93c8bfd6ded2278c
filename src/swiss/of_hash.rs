//! All entries that may have one hash; and several entries at once.

use core::iter::FusedIterator;

use super::{
    raw::Raw,
    view::{Place, Reader, Writer},
};
use crate::{
    error::Error,
    layout::{Offset, SlotByte, SlotMask, Tag, Word},
    probe,
    storage::Storage,
};

impl<T, V, S: Storage> Raw<T, V, S> {
    pub(super) fn pairs_of(&self, hash: u64) -> PairsOf<'_, T, V> {
        PairsOf { places: PlacesOf::new(self.reader(), hash), reader: self.reader() }
    }

    pub(super) fn pairs_of_mut(&mut self, hash: u64) -> PairsOfMut<'_, T, V> {
        PairsOfMut { places: PlacesOf::new(self.reader(), hash), writer: self.writer() }
    }

    /// The entry of each hash for which `equal(i, entry)` holds; an error if two are the same.
    pub(super) fn find_disjoint_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        mut equal: impl FnMut(usize, &T) -> bool,
    ) -> Result<[Option<(&mut T, &mut V)>; N], Error> {
        let mut index = 0;
        let places = hashes.map(|hash| {
            let place = self.reader().find(hash, |entry| equal(index, entry));
            index += 1;
            place
        });
        for (index, place) in places.iter().enumerate() {
            if place.is_some() && places[..index].contains(place) {
                return Err(Error::Overlapping);
            }
        }
        let mut writer = self.writer();
        // SAFETY: `find` yields slots that are not free, and each place stands here once.
        Ok(places.map(|place| place.map(|place| unsafe { writer.pair_mut(place) })))
    }
}

/// The places where entries of one hash may be: home, alternate, stashed.
struct PlacesOf {
    tag: Tag,
    home: Offset,
    /// 0 before the home, 1 before the alternate, then 1 more than the groups after it.
    step: usize,
    span: usize,
    /// The group of the slots still in `slots`.
    offset: Offset,
    slots: SlotMask,
}

impl PlacesOf {
    fn new<T, V>(reader: Reader<'_, T, V>, hash: u64) -> Self {
        let home = reader.geometry().home(hash);
        PlacesOf {
            tag: Tag::of(hash),
            home,
            step: 0,
            span: reader.control.span,
            offset: home,
            slots: SlotMask::new(0),
        }
    }

    fn next<T, V>(&mut self, reader: Reader<'_, T, V>) -> Option<Place> {
        loop {
            if let Some(slot) = self.slots.next() {
                return Some(Place::new(self.offset, slot));
            }
            let (offset, byte) = self.next_group(reader.word(self.home), reader)?;
            self.offset = offset;
            self.slots = probe::match_slots(reader.word(offset), byte);
            self.step += 1;
        }
    }

    /// The next group to look at, and for which slot byte.
    fn next_group<T, V>(
        &self,
        home_word: Word,
        reader: Reader<'_, T, V>,
    ) -> Option<(Offset, SlotByte)> {
        let class = self.tag.class();
        let alternate = reader.geometry().alternate(self.home, class);
        match self.step {
            0 => Some((self.home, self.tag.at_home())),
            _ if !home_word.filter_has(class) => None,
            1 => Some((alternate, self.tag.displaced())),
            step if step - 1 <= self.span => {
                Some((reader.geometry().after(alternate, step - 1), SlotByte::STASHED))
            }
            _ => None,
        }
    }
}

/// The entries that may have one hash.
pub struct PairsOf<'a, T, V> {
    reader: Reader<'a, T, V>,
    places: PlacesOf,
}

impl<'a, T, V> Iterator for PairsOf<'a, T, V> {
    type Item = (&'a T, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next(self.reader)?;
        // SAFETY: the slot matched a byte that is not the free one.
        let entry = unsafe { self.reader.entry(place) };
        // SAFETY: as above.
        Some((entry, unsafe { self.reader.value(place) }))
    }
}

impl<T, V> FusedIterator for PairsOf<'_, T, V> {}

/// The entries that may have one hash, to change.
pub struct PairsOfMut<'a, T, V> {
    writer: Writer<'a, T, V>,
    places: PlacesOf,
}

impl<'a, T, V> Iterator for PairsOfMut<'a, T, V> {
    type Item = (&'a mut T, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next(self.writer.reader())?;
        // SAFETY: the slot matched a byte that is not the free one, and is yielded once.
        Some(unsafe { self.writer.pair_mut(place) })
    }
}

impl<T, V> FusedIterator for PairsOfMut<'_, T, V> {}
