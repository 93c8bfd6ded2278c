//! Target `probe`: every backend of the probe routines against their oracle, on group memory that
//! no table would ever produce.

use arbitrary::Arbitrary;
use heptad::{
    layout::{Geometry, Line, SlotByte, SlotMask, Tag, Word},
    probe::{self, BACKENDS, Backend, FoundWord, MAYBE_STASHED, oracle, oracle::Found},
};

/// The most groups of a table.
const GROUPS: usize = 16;

/// Group memory, and the lookup in it.
#[derive(Arbitrary, Debug)]
pub struct Input {
    hash: u64,
    wanted: u64,
    log2_groups: u8,
    /// The contents of the hash's home and of its alternate.
    pair: [Group; 2],
    /// The contents of the other groups.
    others: u64,
    /// A slot byte to match in each word.
    byte: u8,
}

/// A metadata word and seven entries: similar to what is looked up, or arbitrary.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Group {
    filter: u8,
    slots: [(Byte, Content); 7],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Byte {
    Free,
    Stashed,
    AtHome,
    Displaced,
    NearlyAtHome(u8),
    Any(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Content {
    Wanted,
    NearlyWanted(u8),
    Any(u64),
}

/// Lines of groups: a power of two of them in use.
#[repr(align(64))]
struct Table([[u64; 8]; GROUPS]);

impl Group {
    fn words(&self, tag: Tag, wanted: u64) -> [u64; 8] {
        let mut words = [u64::from(self.filter); 8];
        for (index, (byte, content)) in self.slots.iter().enumerate() {
            let byte = match *byte {
                Byte::Free => 0,
                Byte::Stashed => 1,
                Byte::AtHome => tag.at_home().0,
                Byte::Displaced => tag.displaced().0,
                Byte::NearlyAtHome(bit) => tag.at_home().0 ^ 1 << (bit % 8),
                Byte::Any(byte) => byte,
            };
            words[0] |= u64::from(byte) << (8 * index + 8);
            words[index + 1] = match *content {
                Content::Wanted => wanted,
                Content::NearlyWanted(bit) => wanted ^ 1 << (bit % 64),
                Content::Any(word) => word,
            };
        }
        words
    }
}

impl Input {
    /// Runs every backend, and compares every answer.
    pub fn run(self) {
        let count = 1 << (self.log2_groups % 5);
        let geometry = Geometry::largest_within(count).unwrap();
        assert_eq!(geometry.groups(), count);
        let (home, alternate) = geometry.pair(self.hash);
        let tag = Tag::of(self.hash);
        let mut table = Table([[self.others; 8]; GROUPS]);
        table.0[alternate.group()] = self.pair[1].words(tag, self.wanted);
        table.0[home.group()] = self.pair[0].words(tag, self.wanted);

        for group in &table.0[..count] {
            for byte in [0, 1, tag.at_home().0, tag.displaced().0, self.byte] {
                check_word(group[0], byte);
            }
        }
        self.check_lookup(&table, geometry);
    }

    fn check_lookup(&self, table: &Table, geometry: Geometry) {
        let groups = &table.0[..geometry.groups()];
        let expected = oracle::find_word(groups, self.hash, self.wanted);
        let base = groups.as_ptr().cast::<Line>();
        let place = |address: usize| {
            let bytes = address - base.addr();
            assert!(bytes % 8 == 0 && bytes < 64 * groups.len(), "not in the table");
            Found::At { group: bytes / 64, slot: bytes / 8 % 8 }
        };
        for Backend { name, find_word, .. } in BACKENDS {
            // SAFETY: `base` points to as many groups as the geometry has, aligned as lines are and
            // initialised to the last word.
            let answer = unsafe { find_word(base, geometry.mask_bytes(), self.hash, self.wanted) };
            let found = match answer.addr() {
                0 => Found::Absent,
                MAYBE_STASHED => Found::MaybeStashed,
                address => place(address),
            };
            assert_eq!(found, expected, "{name}");
        }
        // SAFETY: as above.
        let answer = unsafe { probe::find_word(base, geometry, self.hash, self.wanted) };
        let found = match answer {
            FoundWord::At(entry) => place(entry.addr().get()),
            FoundWord::Absent => Found::Absent,
            FoundWord::MaybeStashed => Found::MaybeStashed,
        };
        assert_eq!(found, expected, "through the door");
    }
}

fn check_word(word: u64, byte: u8) {
    let (matching, free) = (oracle::match_slots(word, byte.into()), oracle::free_slot(word));
    for Backend { name, match_slots, free_slot, .. } in BACKENDS {
        assert_eq!(match_slots(word, byte.into()), matching, "{name}: {word:#018x}, {byte:#x}");
        assert_eq!(free_slot(word), free, "{name}: {word:#018x}");
    }
    assert_eq!(probe::match_slots(Word(word), SlotByte(byte)), SlotMask::new(matching));
    assert_eq!(probe::free_slot(Word(word)).map_or(0, |slot| slot.get() as u64), free);
}
