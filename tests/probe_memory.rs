//! What memory a lookup touches, with the page tables as witness: nothing outside the table, no
//! page of the table but those of its two groups, and no byte for writing. A batch of lookups
//! touches its words and answers as well, and writes the answers alone.

#![cfg(all(unix, target_pointer_width = "64", not(miri)))]

use core::ffi::c_void;
use core::ops::Range;
use core::ptr;
use std::sync::Mutex;

use fastrand::Rng;
use heptad::layout::{Geometry, Line, Offset, Tag};
use heptad::probe::oracle::{self, Found};
use heptad::probe::{BACKENDS, Backend, MAYBE_STASHED};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use rustix::param::page_size;

/// Zeroed pages of our own, unmapped when dropped.
struct Pages {
    start: *mut u8,
    bytes: usize,
}

impl Pages {
    /// Maps `count` pages.
    fn map(count: usize) -> Pages {
        Pages::map_near(ptr::null_mut(), count)
    }

    /// Maps the page at `address`, if it is free.
    fn map_at(address: usize) -> Option<Pages> {
        let pages = Pages::map_near(ptr::without_provenance_mut(address), 1);
        (pages.start.addr() == address).then_some(pages)
    }

    fn map_near(wish: *mut c_void, count: usize) -> Pages {
        let bytes = count * page_size();
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: without `FIXED` no other mapping is replaced.
        let start = unsafe { mmap_anonymous(wish, bytes, access, MapFlags::PRIVATE) };
        let start = start.expect("there is memory").cast::<u8>();
        start.expose_provenance();
        Pages { start, bytes }
    }

    /// The part `range` of the pages, in bytes.
    fn at(&self, range: Range<usize>) -> *mut u8 {
        assert!(range.start <= range.end && range.end <= self.bytes);
        self.start.wrapping_add(range.start)
    }

    fn protect(&self, range: Range<usize>, access: MprotectFlags) {
        let length = range.len();
        // SAFETY: the range is within our own pages, to which there are no references.
        unsafe { mprotect(self.at(range).cast(), length, access) }.expect("pages can be protected");
    }

    /// Writes `values` from byte `offset` on, and returns where they are.
    fn write<T: Copy>(&self, offset: usize, values: &[T]) -> *mut T {
        let place = self.at(offset..offset + size_of_val(values));
        // SAFETY: the place is that large, writable and ours.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr().cast(), place, size_of_val(values)) };
        place.cast()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the pages are ours, and nothing refers to them any more.
        unsafe { munmap(self.start.cast(), self.bytes) }.expect("pages can be unmapped");
    }
}

/// The meaning of an answer of a routine, as a place in `table`.
fn found_of(address: usize, table: *const Line) -> Found {
    match address {
        0 => Found::Absent,
        MAYBE_STASHED => Found::MaybeStashed,
        address => {
            let words = (address - table.addr()) / 8;
            Found::At { group: words / 8, slot: words % 8 }
        }
    }
}

/// What `backend` answers, as a place in the table.
///
/// # Safety
///
/// `table` holds `geometry.groups()` groups, of which those of `hash` can be read.
unsafe fn ask(
    backend: &Backend,
    table: *const Line,
    geometry: Geometry,
    hash: u64,
    wanted: u64,
) -> Found {
    // SAFETY: the caller's promise: a lookup reads nothing else.
    let answer = unsafe { (backend.find_word)(table, geometry.mask_bytes(), hash, wanted) };
    found_of(answer.addr(), table)
}

/// [`ask`] through a batch of one.
///
/// # Safety
///
/// That of [`ask`].
unsafe fn ask_as_batch(
    backend: &Backend,
    table: *const Line,
    geometry: Geometry,
    hash: u64,
    wanted: u64,
) -> Found {
    let mut answer = hash;
    let mask_bytes = geometry.mask_bytes();
    // SAFETY: the caller's promise, and one word and one answer.
    unsafe { (backend.find_words)(table, mask_bytes, &raw const wanted, &raw mut answer, 1) };
    found_of(answer as usize, table)
}

/// Groups of random bytes in which tag `tag` is frequent and half of the entries are `wanted`.
fn random_groups(count: usize, tag: Tag, wanted: u64, rng: &mut Rng) -> Vec<[u64; 8]> {
    let mut random_group = || {
        let mut word = rng.u64(..).to_le_bytes();
        for byte in &mut word[1..] {
            match rng.u8(..8) {
                0 => *byte = tag.at_home().0,
                1 => *byte = tag.displaced().0,
                _ => {}
            }
        }
        let mut group = [0; 8];
        group.fill_with(|| if rng.bool() { wanted } else { rng.u64(..) });
        group[0] = u64::from_le_bytes(word);
        group
    };
    (0..count).map(|_| random_group()).collect()
}

#[test]
fn s6_find_word_stays_in_the_table_and_writes_nothing() {
    let mut rng = Rng::with_seed(1);
    let page = page_size();
    let pages = Pages::map(3);
    pages.protect(0..page, MprotectFlags::empty());
    pages.protect(2 * page..3 * page, MprotectFlags::empty());
    for log2 in 0..=(page / 64).ilog2() {
        let count = 1 << log2;
        let geometry = Geometry::largest_within(count).unwrap();
        // Directly after the first guard page, and directly before the second.
        for offset in [page, 2 * page - 64 * count] {
            for _ in 0..16 {
                let (hash, wanted) = (rng.u64(..), rng.u64(..));
                let groups = random_groups(count, Tag::of(hash), wanted, &mut rng);
                pages.protect(page..2 * page, MprotectFlags::READ | MprotectFlags::WRITE);
                let table = pages.write(offset, &groups).cast_const().cast();
                pages.protect(page..2 * page, MprotectFlags::READ);
                for home in 0..count.min(64) as u64 {
                    let hash = hash & !63 | home;
                    let expected = oracle::find_word(&groups, hash, wanted);
                    for backend in BACKENDS {
                        // SAFETY: the table is in the page that can be read.
                        let found = unsafe { ask(backend, table, geometry, hash, wanted) };
                        assert_eq!(found, expected, "{}", backend.name);
                    }
                }
            }
        }
    }
}

#[test]
fn s6_find_words_stays_in_its_memory_and_writes_the_answers_alone() {
    let mut rng = Rng::with_seed(4);
    let page = page_size();
    // Words, answers and table, each in a page between guard pages.
    let pages = Pages::map(7);
    let [in_words, in_answers, in_table] = [1, 3, 5].map(|number| number * page);
    let unlock = || pages.protect(0..7 * page, MprotectFlags::READ | MprotectFlags::WRITE);
    let lock = || {
        for guard in [0, 2, 4, 6] {
            pages.protect(guard * page..(guard + 1) * page, MprotectFlags::empty());
        }
        pages.protect(in_words..in_words + page, MprotectFlags::READ);
        pages.protect(in_table..in_table + page, MprotectFlags::READ);
    };
    for count in 0..=70 {
        let size = 1 << rng.usize(..6);
        let geometry = Geometry::largest_within(size).unwrap();
        let hash = rng.u64(..);
        let hashes: Vec<u64> = (0..count).map(|_| hash & !63 | rng.u64(..64)).collect();
        let words: Vec<u64> = (0..count).map(|_| rng.u64(..4)).collect();
        let groups = random_groups(size, Tag::of(hash), rng.u64(..4), &mut rng);
        // Each directly after a guard page, and each directly before one.
        for is_last in [false, true] {
            let offset = |start, bytes| if is_last { start + page - bytes } else { start };
            for backend in BACKENDS {
                unlock();
                let from = pages.write(offset(in_words, 8 * count), &words);
                let to = pages.write(offset(in_answers, 8 * count), &hashes);
                let table = pages.write(offset(in_table, 64 * size), &groups).cast_const().cast();
                lock();
                let mask_bytes = geometry.mask_bytes();
                // SAFETY: the words and the table can be read, the answers written.
                unsafe { (backend.find_words)(table, mask_bytes, from, to, count) };
                for index in 0..count {
                    // SAFETY: there are `count` answers.
                    let answer = unsafe { to.add(index) };
                    // SAFETY: initialised.
                    let found = found_of(unsafe { answer.read() } as usize, table);
                    let expected = oracle::find_word(&groups, hashes[index], words[index]);
                    assert_eq!(found, expected, "{}: word {index} of {count}", backend.name);
                }
            }
        }
    }
}

/// The groups that the lookup of `hash` may touch, where `expected` is how it ends.
fn needed_groups(geometry: Geometry, hash: u64, expected: Found) -> Vec<Offset> {
    let (home, alternate) = geometry.pair(hash);
    match expected {
        Found::At { group, .. } if group == home.group() => vec![home],
        Found::Absent => vec![home],
        Found::At { .. } | Found::MaybeStashed => vec![home, alternate],
    }
}

#[test]
fn s6_find_words_touches_no_page_but_those_of_its_groups() {
    let mut rng = Rng::with_seed(5);
    let page = page_size();
    let pages = Pages::map(32);
    let count = pages.bytes / 64;
    let geometry = Geometry::largest_within(count).unwrap();
    let mut untouched = 0;
    for _ in 0..64 {
        let hash = rng.u64(..);
        let wanted = rng.u64(..);
        let groups = random_groups(count, Tag::of(hash), wanted, &mut rng);
        pages.protect(0..pages.bytes, MprotectFlags::READ | MprotectFlags::WRITE);
        let table = pages.write(0, &groups).cast_const().cast();
        pages.protect(0..pages.bytes, MprotectFlags::empty());

        // As many words as leave some pages alone, over several blocks.
        let homes: Vec<u64> = (0..4).map(|_| rng.u64(..)).collect();
        let tag_bits = 0x7f << 57;
        let hashes: Vec<u64> =
            (0..40).map(|_| hash & tag_bits | homes[rng.usize(..4)] & !tag_bits).collect();
        let words = [wanted; 40];
        let expected: Vec<Found> =
            hashes.iter().map(|&hash| oracle::find_word(&groups, hash, wanted)).collect();
        let mut is_needed = [false; 32];
        for (&hash, &expected) in hashes.iter().zip(&expected) {
            for offset in needed_groups(geometry, hash, expected) {
                is_needed[offset.bytes() / page] = true;
            }
        }
        for (number, _) in is_needed.iter().enumerate().filter(|(_, is_needed)| **is_needed) {
            pages.protect(number * page..(number + 1) * page, MprotectFlags::READ);
        }
        untouched += is_needed.iter().filter(|&&is_needed| !is_needed).count();
        for backend in BACKENDS {
            let mut answers = hashes.clone();
            let (from, to) = (words.as_ptr(), answers.as_mut_ptr());
            // SAFETY: the pages of the groups that the contract names can be read.
            unsafe { (backend.find_words)(table, geometry.mask_bytes(), from, to, 40) };
            let found: Vec<Found> =
                answers.iter().map(|&answer| found_of(answer as usize, table)).collect();
            assert_eq!(found, expected, "{}", backend.name);
        }
    }
    assert!(untouched > 64 * 16, "most pages are left alone: {untouched}");
}

#[test]
fn s6_find_word_touches_no_page_but_those_of_its_groups() {
    let mut rng = Rng::with_seed(2);
    let page = page_size();
    let pages = Pages::map(32);
    let count = pages.bytes / 64;
    let geometry = Geometry::largest_within(count).unwrap();
    let mut one_page = 0;
    for _ in 0..64 {
        let (hash, wanted) = (rng.u64(..), rng.u64(..));
        let groups = random_groups(count, Tag::of(hash), wanted, &mut rng);
        pages.protect(0..pages.bytes, MprotectFlags::READ | MprotectFlags::WRITE);
        let table = pages.write(0, &groups).cast_const().cast();
        pages.protect(0..pages.bytes, MprotectFlags::empty());

        let expected = oracle::find_word(&groups, hash, wanted);
        let needed = needed_groups(geometry, hash, expected);
        one_page += usize::from(needed.len() == 1);
        for offset in needed {
            let first = offset.bytes() / page * page;
            pages.protect(first..first + page, MprotectFlags::READ);
        }
        for backend in BACKENDS {
            // SAFETY: the pages of the groups that the contract names can be read.
            let found = unsafe { ask(backend, table, geometry, hash, wanted) };
            assert_eq!(found, expected, "{}", backend.name);
        }
    }
    assert!((10..54).contains(&one_page), "both kinds come up, {one_page} with one page");
}

/// The home group of `hash` and its alternate, the latter with the entry, in a table that starts at
/// `base`. Only their two pages exist; `None` if something else is there.
fn map_pair(
    base: usize,
    geometry: Geometry,
    hash: u64,
    slot: usize,
    wanted: u64,
) -> Option<[Pages; 2]> {
    let (home, alternate) = geometry.pair(hash);
    let tag = Tag::of(hash);
    let mut at_home = [0; 8];
    at_home[0] = 1 << tag.class().get();
    let mut displaced = [0; 8];
    displaced[0] = u64::from(tag.displaced().0) << (8 * slot);
    displaced[slot] = wanted;

    let first_of = |offset: Offset| (base + offset.bytes()) / page_size() * page_size();
    let home_pages = Pages::map_at(first_of(home))?;
    let alternate_pages = Pages::map_at(first_of(alternate))?;
    home_pages.write(base + home.bytes() - first_of(home), &[at_home]);
    alternate_pages.write(base + alternate.bytes() - first_of(alternate), &[displaced]);
    Some([home_pages, alternate_pages])
}

#[test]
fn s6_find_word_reaches_the_alternate_in_tables_of_terabytes() {
    check_alternates_in_tables_of_terabytes(ask);
}

#[test]
fn s6_find_words_reaches_the_alternate_in_tables_of_terabytes() {
    check_alternates_in_tables_of_terabytes(ask_as_batch);
}

type Ask = unsafe fn(&Backend, *const Line, Geometry, u64, u64) -> Found;

fn check_alternates_in_tables_of_terabytes(ask: Ask) {
    /// The tables of all tests are at the same addresses.
    static ADDRESSES: Mutex<()> = Mutex::new(());
    let _addresses = ADDRESSES.lock().unwrap();
    let mut rng = Rng::with_seed(3);
    // The largest that an address space may have room for, and one for systems with less room.
    let mut sizes = 0;
    for log2_bytes in [46, 38] {
        let base = 1usize << log2_bytes;
        let geometry = Geometry::from_mask_bytes((1 << log2_bytes) - 64);
        let mut found = 0;
        for tag in (0..128).chain(0..128) {
            let hash = tag << 57 | rng.u64(..1 << 57);
            let (slot, wanted) = (rng.usize(1..8), rng.u64(..));
            let Some(_pages) = map_pair(base, geometry, hash, slot, wanted) else { continue };
            let group = geometry.pair(hash).1.group();
            for backend in BACKENDS {
                let table = ptr::with_exposed_provenance(base);
                // SAFETY: both groups of the hash can be read where the table would have them.
                let answer = unsafe { ask(backend, table, geometry, hash, wanted) };
                assert_eq!(answer, Found::At { group, slot }, "{}", backend.name);
            }
            found += 1;
        }
        sizes += usize::from(found > 200);
    }
    assert_ne!(sizes, 0, "there is no room for a large table");
}
