//! The invariants of the table, checked the slow way. For tests; not part of the stable interface.

use super::{iter::occupied, raw::Raw, value::Value, view::Place};
use crate::{
    layout::{Class, SlotByte, Tag},
    storage::Storage,
};

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// The first invariant that does not hold (W1..W6 of the module's essay), if any. W5 is checked of
    /// a table that never had a stashed entry.
    pub(super) fn broken_invariant(
        &self,
        hasher: impl Fn(&T) -> u64,
        ever_stashed: bool,
    ) -> Option<&'static str> {
        let (reader, control) = (self.reader(), self.control());
        let geometry = control.geometry;
        let (mut len, mut stashed) = (0, 0);
        for offset in (0..geometry.groups()).map(|group| geometry.at(group)) {
            for slot in occupied(reader.word(offset)) {
                let place = Place::new(offset, slot);
                // SAFETY: the slot is not free.
                let hash = hasher(unsafe { reader.entry(place) });
                let (home, alternate) = geometry.pair(hash);
                let tag = Tag::of(hash);
                let filter_bit = reader.word(home).filter_has(tag.class());
                let byte = reader.word(offset).slot_byte(slot);
                len += 1;
                if byte == tag.at_home() {
                    if offset != home {
                        return Some("W1: an entry marked as at home is elsewhere");
                    }
                } else if byte == tag.displaced() {
                    if offset != alternate {
                        return Some("W2: a displaced entry is not in its alternate group");
                    }
                    if !filter_bit {
                        return Some("W2, W4: a displaced entry without its filter bit");
                    }
                } else if byte == SlotByte::STASHED {
                    stashed += 1;
                    let near = (1..=control.span)
                        .any(|distance| geometry.after(alternate, distance) == offset);
                    if !near {
                        return Some("W3: a stashed entry beyond the span");
                    }
                    if !filter_bit || !control.pinned(home, tag.class()) {
                        return Some("W3, W4: a stashed entry without its filter or map bit");
                    }
                } else {
                    return Some("W1: a slot byte with another tag than its entry");
                }
            }
            for class in (0..8).map(Class::new) {
                let alternate = geometry.alternate(offset, class);
                let displaced = super::displace::displaced_of(reader.word(alternate), class);
                let set = reader.word(offset).filter_has(class);
                if !displaced.is_empty() && !set {
                    return Some("W4: a displaced resident without its home's filter bit");
                }
                if set && displaced.is_empty() && !ever_stashed {
                    return Some("W5: a filter bit without a displaced resident");
                }
            }
        }
        if len != control.len || stashed != control.stashed {
            return Some("W6: the counts are wrong");
        }
        if control.len > control.max || (stashed == 0) != (control.span == 0) {
            return Some("W6: the limits are wrong");
        }
        if (stashed == 0) == control.has_stash_map() {
            return Some("W3: the stashed map does not follow the stashed entries");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hash::hash_word,
        layout::{MaxLoad, Offset, Slot},
        storage::Inline,
        swiss::view::Writer,
    };

    type Harmed = Raw<u64, (), Inline<16>>;

    fn hash(key: &u64) -> u64 {
        hash_word(0x5eed, *key)
    }

    /// The answer of the check for an empty table after `harm`, which gets the groups of key 7 and its
    /// tag.
    fn complaint(harm: impl FnOnce(&mut Writer<'_, u64, ()>, [Offset; 2], Tag)) -> &'static str {
        let mut table = Harmed::inline(MaxLoad::FifteenSixteenths);
        assert_eq!(table.broken_invariant(hash, false), None);
        let (home, alternate) = table.control().geometry.pair(hash(&7));
        harm(&mut table.writer(), [home, alternate], Tag::of(hash(&7)));
        table.broken_invariant(hash, false).unwrap_or("nothing")
    }

    /// Puts key 7 into the second slot of `offset`, with this byte.
    fn put(writer: &mut Writer<'_, u64, ()>, offset: Offset, byte: SlotByte) {
        // SAFETY: the table is empty but for what this puts in, each time into another group.
        unsafe { writer.fill(Place::new(offset, Slot::ALL[1]), byte, 7, ()) };
        writer.control.len += 1;
        writer.control.stashed += usize::from(byte.is_stashed());
    }

    fn set_filter(writer: &mut Writer<'_, u64, ()>, offset: Offset, tag: Tag) {
        writer.set_filter(offset, tag.class());
    }

    #[test]
    fn every_broken_invariant_is_named() {
        let at_home_elsewhere = complaint(|writer, [_, alternate], tag| {
            put(writer, alternate, tag.at_home());
        });
        assert_eq!(at_home_elsewhere, "W1: an entry marked as at home is elsewhere");
        let other_tag = complaint(|writer, [home, _], tag| {
            put(writer, home, SlotByte(tag.at_home().0 ^ 2));
        });
        assert_eq!(other_tag, "W1: a slot byte with another tag than its entry");
        let displaced_at_home =
            complaint(|writer, [home, _], tag| put(writer, home, tag.displaced()));
        assert_eq!(displaced_at_home, "W2: a displaced entry is not in its alternate group");
        let no_filter_bit = complaint(|writer, [_, alternate], tag| {
            put(writer, alternate, tag.displaced());
        });
        assert!(no_filter_bit.contains("W4: a displaced"), "{no_filter_bit}");
        let no_resident = complaint(|writer, [home, _], tag| set_filter(writer, home, tag));
        assert_eq!(no_resident, "W5: a filter bit without a displaced resident");
    }

    #[test]
    fn broken_notes_of_stashed_entries_are_named() {
        let after = |writer: &Writer<'_, u64, ()>, alternate| writer.geometry().after(alternate, 3);
        let too_far = complaint(|writer, [_, alternate], _| {
            put(writer, after(writer, alternate), SlotByte::STASHED);
            writer.control.span = 2;
        });
        assert_eq!(too_far, "W3: a stashed entry beyond the span");
        let no_filter_bit = complaint(|writer, [home, alternate], tag| {
            writer.control.add_stashed(home, tag.class(), 3);
            writer.control.stashed -= 1;
            put(writer, after(writer, alternate), SlotByte::STASHED);
        });
        assert_eq!(no_filter_bit, "W3, W4: a stashed entry without its filter or map bit");
        let no_map_bit = complaint(|writer, [home, alternate], tag| {
            set_filter(writer, home, tag);
            put(writer, after(writer, alternate), SlotByte::STASHED);
            writer.control.span = 3;
        });
        assert_eq!(no_map_bit, "W3, W4: a stashed entry without its filter or map bit");
        let map_of_nothing = complaint(|writer, [home, _], tag| {
            writer.control.add_stashed(home, tag.class(), 1);
            writer.control.stashed = 0;
            writer.control.span = 0;
        });
        assert_eq!(map_of_nothing, "W3: the stashed map does not follow the stashed entries");
    }

    #[test]
    fn wrong_counts_are_named() {
        let too_many = complaint(|writer, _, _| writer.control.len += 1);
        assert_eq!(too_many, "W6: the counts are wrong");
        let stashed_ones = complaint(|writer, _, _| writer.control.stashed += 1);
        assert_eq!(stashed_ones, "W6: the counts are wrong");
        let beyond_the_most = complaint(|writer, [home, _], tag| {
            put(writer, home, tag.at_home());
            writer.control.max = 0;
        });
        assert_eq!(beyond_the_most, "W6: the limits are wrong");
        let span_of_nothing = complaint(|writer, _, _| writer.control.span = 1);
        assert_eq!(span_of_nothing, "W6: the limits are wrong");
    }
}
