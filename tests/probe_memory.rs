//! What memory a lookup touches, with the page tables as witness: nothing outside the table, no
//! page of the table but those of its two groups, and no byte for writing.

#![cfg(all(unix, target_pointer_width = "64", not(miri)))]

use core::ffi::c_void;
use core::ops::Range;
use core::ptr;

use fastrand::Rng;
use heptad::layout::{Geometry, Line, Offset, Tag};
use heptad::probe::oracle::{self, Found};
use heptad::probe::{BACKENDS, Backend, MAYBE_DEEP};
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

    /// Writes `groups` from byte `offset` on, and returns the table that they are.
    fn write(&self, offset: usize, groups: &[[u64; 8]]) -> *const Line {
        let place = self.at(offset..offset + size_of_val(groups));
        // SAFETY: the place is that large, writable and ours.
        unsafe { ptr::copy_nonoverlapping(groups.as_ptr().cast(), place, size_of_val(groups)) };
        place.cast_const().cast()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the pages are ours, and nothing refers to them any more.
        unsafe { munmap(self.start.cast(), self.bytes) }.expect("pages can be unmapped");
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
    match answer.addr() {
        0 => Found::Absent,
        MAYBE_DEEP => Found::MaybeDeep,
        address => {
            let words = (address - table.addr()) / 8;
            Found::At { group: words / 8, slot: words % 8 }
        }
    }
}

/// Groups of random bytes in which tag `tag` is frequent and half of the entries are `wanted`.
fn random_groups(count: usize, tag: Tag, wanted: u64, rng: &mut Rng) -> Vec<[u64; 8]> {
    let mut random_group = || {
        let mut word = rng.u64(..).to_le_bytes();
        for byte in &mut word[1..] {
            match rng.u8(..8) {
                0 => *byte = tag.at_home().0,
                1 => *byte = tag.away().0,
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
                let table = pages.write(offset, &groups);
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
        let table = pages.write(0, &groups);
        pages.protect(0..pages.bytes, MprotectFlags::empty());

        let (home, alternate) = geometry.pair(hash);
        let expected = oracle::find_word(&groups, hash, wanted);
        let needed = match expected {
            Found::At { group, .. } if group == home.group() => &[home][..],
            Found::Absent => &[home],
            Found::At { .. } | Found::MaybeDeep => &[home, alternate],
        };
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
    let mut away = [0; 8];
    away[0] = u64::from(tag.away().0) << (8 * slot);
    away[slot] = wanted;

    let first_of = |offset: Offset| (base + offset.bytes()) / page_size() * page_size();
    let home_pages = Pages::map_at(first_of(home))?;
    let alternate_pages = Pages::map_at(first_of(alternate))?;
    home_pages.write(base + home.bytes() - first_of(home), &[at_home]);
    alternate_pages.write(base + alternate.bytes() - first_of(alternate), &[away]);
    Some([home_pages, alternate_pages])
}

#[test]
fn s6_find_word_reaches_the_alternate_in_tables_of_terabytes() {
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
