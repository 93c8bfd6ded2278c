//! The invariants of the table, checked the slow way. For tests; not part of the stable interface.

use super::{iter::occupied, raw::Raw, view::Place};
use crate::{
    layout::{Class, SlotByte, Tag},
    storage::Storage,
};

impl<T, V, S: Storage> Raw<T, V, S> {
    /// The first invariant that does not hold (W1..W6 of the module's essay), if any. W5 is asked of
    /// a table that never had a deep entry.
    pub(super) fn broken_invariant(
        &self,
        hasher: impl Fn(&T) -> u64,
        ever_deep: bool,
    ) -> Option<&'static str> {
        let (reader, control) = (self.reader(), self.control());
        let geometry = control.geometry;
        let (mut len, mut deep) = (0, 0);
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
                } else if byte == tag.away() {
                    if offset != alternate {
                        return Some("W2: a displaced entry is not in its alternate group");
                    }
                    if !filter_bit {
                        return Some("W2, W4: a displaced entry without its filter bit");
                    }
                } else if byte == SlotByte::DEEP {
                    deep += 1;
                    let near = (1..=control.span)
                        .any(|distance| geometry.after(alternate, distance) == offset);
                    if !near {
                        return Some("W3: a deep entry beyond the span");
                    }
                    if !filter_bit || !control.frozen(home, tag.class()) {
                        return Some("W3, W4: a deep entry without its filter or map bit");
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
                if set && displaced.is_empty() && !ever_deep {
                    return Some("W5: a filter bit without a displaced resident");
                }
            }
        }
        if len != control.len || deep != control.deep {
            return Some("W6: the counts are wrong");
        }
        if control.len > control.max || (deep == 0) != (control.span == 0) {
            return Some("W6: the limits are wrong");
        }
        if (deep == 0) == control.has_deep_map() {
            return Some("W3: the deep map does not follow the deep entries");
        }
        None
    }
}
