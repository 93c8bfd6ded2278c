//! The crate's arithmetic as rustc compiles it for a kernel: one exported function for each subject
//! of a theorem.

#![no_std]

use heptad::hash;
use heptad::layout::{self, Class, Geometry, Line, MaxLoad, Slot, SlotByte, SlotMask, Tag, Word};
use heptad::probe::portable;

/// Exports functions under the names of the routines.
macro_rules! export {
    ($($name:ident($($argument:ident),*) $body:block)+) => {
        $(
            #[unsafe(export_name = concat!("heptad_0_1_", stringify!($name)))]
            pub extern "C" fn $name($($argument: u64),*) -> u64 $body
        )+
    };
}

export! {
    match_slots(word, slot_byte) { portable::match_slots(word, slot_byte) }
    free_slot(word) { portable::free_slot(word) }
    find_word(base, mask_bytes, hash, wanted) {
        let base = core::ptr::with_exposed_provenance::<Line>(base as usize);
        // SAFETY: nobody calls this; the proof assumes what a caller must guarantee.
        unsafe { portable::find_word(base, mask_bytes as usize, hash, wanted) as u64 }
    }
    lowest(mask) { SlotMask::new(mask).lowest().map_or(0, |slot| slot.get() as u64) }
    rest(mask) {
        let mut mask = SlotMask::new(mask);
        mask.next();
        mask.bits()
    }
    count(mask) { SlotMask::new(mask).count() as u64 }
    with_slot_byte(word, slot, byte) {
        let slot = Slot::new(slot).unwrap_or(Slot::ALL[0]);
        Word(word).with_slot_byte(slot, SlotByte(byte as u8)).0
    }
    with_filter(word, class) { Word(word).with_filter(Class::new(class as u8)).0 }
    with_filter_bit(word, class, set) { Word(word).with_filter_bit(Class::new(class as u8), set == 1).0 }
    tag(hash) { u64::from(Tag::of(hash).get()) }
    home(mask_bytes, hash) {
        Geometry::from_mask_bytes(mask_bytes as usize).home(hash).bytes() as u64
    }
    alternate(mask_bytes, group, class) {
        let geometry = Geometry::from_mask_bytes(mask_bytes as usize);
        geometry.alternate(geometry.at(group as usize), Class::new(class as u8)).bytes() as u64
    }
    after(mask_bytes, group, distance) {
        let geometry = Geometry::from_mask_bytes(mask_bytes as usize);
        geometry.after(geometry.at(group as usize), distance as usize).bytes() as u64
    }
    estimate(entries) {
        layout::estimate_log2_groups(entries as usize).map_or(u64::MAX, u64::from)
    }
    max_entries(groups) {
        layout::max_entries(groups as usize, MaxLoad::FifteenSixteenths) as u64
    }
    hash_word(seed, word) { hash::hash_word(seed, word) }
    unhash_word(seed, hash) { hash::unhash_word(seed, hash) }
}
