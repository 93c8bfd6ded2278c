//! Asking every backend, and comparing its answers with the oracle's.

use core::array;

use fastrand::Rng;
use heptad::layout::{Geometry, Line, Word};
use heptad::probe::oracle::{self, Found};
use heptad::probe::{self, BACKENDS, Backend, MATCHINGS, MAYBE_STASHED, Matching};

/// Miri interprets: there the exhaustive cases take one value in several.
pub(super) const STRIDE: usize = if cfg!(miri) { 101 } else { 1 };
/// Sizes of the tables, in groups.
pub(super) const SIZES: [usize; 5] = [1, 2, 4, 8, 16];
/// Slot bytes at which a borrow, a carry or a sign would go wrong.
pub(super) const EDGES: [u8; 8] = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/// Asks every backend about one word, and compares the answers with the oracle's.
pub(super) fn check_word(word: u64, slot_byte: u8) {
    let matches = oracle::match_slots(word, slot_byte.into());
    let free = oracle::free_slot(word);
    for Backend { name, match_slots, free_slot, .. } in BACKENDS {
        scramble_scratch_registers();
        let answer = match_slots(word, slot_byte.into());
        assert_eq!(answer, matches, "{name}: match_slots({word:#018x}, {slot_byte:#04x})");
        assert_eq!(free_slot(word), free, "{name}: free_slot({word:#018x})");
    }
    let chosen = probe::free_slot(Word(word)).map_or(0, |slot| slot.get() as u64);
    assert_eq!(chosen, free, "free_slot({word:#018x})");
    check_window(array::from_fn(|group| word.rotate_left(8 * group as u32)));
    if slot_byte >= 2 {
        check_tag(word, slot_byte, matches);
    }
}

/// Asks in every way which bytes of eight words are not zero.
fn check_window(words: [u64; 8]) {
    let expected = oracle::occupied(words);
    for Matching { name, occupied, .. } in MATCHINGS {
        assert_eq!(occupied(words), expected, "{name}: occupied({words:#018x?})");
    }
}

/// Matches the byte of a tag in every way: each slot that carries it is in the answer, and each other slot
/// there carries the tag's other byte, above an equal byte.
pub(super) fn check_tag(word: u64, slot_byte: u8, matches: u64) {
    let bytes = word.to_le_bytes();
    let lowest_equal = bytes.iter().position(|&byte| byte == slot_byte).unwrap_or(bytes.len());
    let may_err = |slot: usize| bytes[slot] == slot_byte ^ 1 && slot > lowest_equal;
    let allowed =
        (1..8).filter(|&slot| may_err(slot)).fold(matches, |set, slot| set | 0x80 << (8 * slot));
    for Matching { name, match_tag, .. } in MATCHINGS {
        let answer = match_tag(word, slot_byte.into());
        assert_eq!(answer & matches, matches, "{name}: match_tag({word:#018x}, {slot_byte:#04x})");
        assert_eq!(answer & !allowed, 0, "{name}: match_tag({word:#018x}, {slot_byte:#04x})");
    }
}

/// Leaves ones in the registers that a routine may change, so that none finds there what it
/// should have loaded itself.
#[inline(always)]
pub(super) fn scramble_scratch_registers() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: writes only the registers that it says it writes.
    unsafe {
        core::arch::asm!(
            "mov rax, -1", "mov rcx, -1", "mov rdx, -1", "mov r8, -1",
            "mov r9, -1", "mov r10, -1", "mov r11, -1",
            out("rax") _, out("rcx") _, out("rdx") _, out("r8") _,
            out("r9") _, out("r10") _, out("r11") _,
            options(nomem, nostack),
        );
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!(
            "mov x2, #-1", "mov x3, #-1", "mov x4, #-1", "mov x5, #-1",
            "mov x9, #-1", "mov x10, #-1", "mov x11, #-1", "mov x12, #-1",
            out("x2") _, out("x3") _, out("x4") _, out("x5") _,
            out("x9") _, out("x10") _, out("x11") _, out("x12") _,
            options(nomem, nostack),
        );
    }
    #[cfg(all(target_arch = "riscv64", not(miri)))]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!(
            "li a2, -1", "li a3, -1", "li a4, -1", "li a5, -1", "li a6, -1", "li a7, -1",
            "li t0, -1", "li t1, -1", "li t2, -1", "li t3, -1",
            out("a2") _, out("a3") _, out("a4") _, out("a5") _, out("a6") _, out("a7") _,
            out("t0") _, out("t1") _, out("t2") _, out("t3") _,
            options(nomem, nostack),
        );
    }
}

/// A table small enough for any stack.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Table {
    pub(super) groups: [[u64; 8]; 16],
    pub(super) count: usize,
}

impl Table {
    /// `count` groups without entries; every word in a free slot is `stale`.
    pub(super) fn free(count: usize, stale: u64) -> Table {
        let mut group = [stale; 8];
        group[0] = 0;
        Table { groups: [group; 16], count }
    }

    pub(super) fn geometry(&self) -> Geometry {
        Geometry::largest_within(self.count).expect("a table has a group")
    }

    /// The numbers of the two groups of `hash`.
    pub(super) fn pair(&self, hash: u64) -> [usize; 2] {
        let (home, alternate) = self.geometry().pair(hash);
        [home.group(), alternate.group()]
    }

    pub(super) fn set(&mut self, group: usize, slot: usize, slot_byte: u8, entry: u64) {
        let words = &mut self.groups[group];
        words[0] = words[0] & !(0xff << (8 * slot)) | u64::from(slot_byte) << (8 * slot);
        words[slot] = entry;
    }

    pub(super) fn set_filters(&mut self, filter: u8) {
        for words in &mut self.groups {
            words[0] = words[0] & !0xff | u64::from(filter);
        }
    }

    pub(super) fn lines(&self) -> *const Line {
        self.groups.as_ptr().cast()
    }

    /// What `backend` answers, as a place in this table.
    pub(super) fn ask(&self, backend: &Backend, hash: u64, wanted: u64) -> Found {
        let mask_bytes = self.geometry().mask_bytes();
        // SAFETY: the table is aligned to 64 bytes and initialised.
        let answer = unsafe { (backend.find_word)(self.lines(), mask_bytes, hash, wanted) };
        match answer.addr() {
            0 => Found::Absent,
            MAYBE_STASHED => Found::MaybeStashed,
            address => self.place(address),
        }
    }

    /// The place of the entry at `address`.
    pub(super) fn place(&self, address: usize) -> Found {
        let offset = address.wrapping_sub(self.lines().addr());
        assert!(offset % 8 == 0 && offset < 64 * self.count, "{address:#x} is not in the table");
        Found::At { group: offset / 64, slot: offset / 8 % 8 }
    }
}

/// Asks every backend for an entry, and compares the answers with the oracle's, which it returns.
pub(super) fn check_lookup(table: &Table, hash: u64, wanted: u64) -> Found {
    let expected = oracle::find_word(&table.groups[..table.count], hash, wanted);
    for backend in BACKENDS {
        let found = table.ask(backend, hash, wanted);
        let Backend { name, .. } = backend;
        assert_eq!(found, expected, "{name}: find_word(_, {hash:#018x}, {wanted:#x})");
    }
    expected
}

/// A hash of high bits `tag`; its low bits lead to group `home` in tables of up to 16 groups.
pub(super) fn hash_of(tag: usize, home: usize, rng: &mut Rng) -> u64 {
    (tag as u64) << 57 | rng.u64(..1 << 53) << 4 | home as u64
}
