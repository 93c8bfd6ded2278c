//! The lock-free map in memory that others use too, and in memory that is damaged.
#![allow(unreachable_pub, reason = "the kernels' library exports the same source")]

use heptad::{
    Error,
    layout::{LINE_BYTES, Line},
    lockfree::{Expectation, SharedMap, shared_layout},
    storage::Region,
};

#[cfg(all(target_os = "linux", not(miri)))]
#[allow(dead_code, reason = "players through rebuilds are the kernels' and other tests'")]
#[path = "support/player.rs"]
mod player;

/// Two views of one piece of memory, at different addresses, as two processes have them.
#[cfg(all(target_os = "linux", not(miri)))]
mod mapped_twice {
    use std::{ffi::c_void, ptr, thread};

    use rustix::{
        fd::AsFd,
        fs::{MemfdFlags, ftruncate, memfd_create},
        mm::{MapFlags, ProtFlags, mmap},
    };

    use super::{
        Region, SharedMap,
        player::{COMMON_KEYS, OWN_KEYS, Player, check_accounts},
        shared_layout,
    };

    /// Maps the file once more, for as long as the test runs.
    fn view(file: impl AsFd, bytes: usize) -> *mut c_void {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: no address is requested, so nothing that is mapped is replaced.
        unsafe { mmap(ptr::null_mut(), bytes, access, flags, file, 0) }.unwrap()
    }

    #[test]
    fn both_views_show_the_same_entries() {
        let bytes = shared_layout(2 * OWN_KEYS + COMMON_KEYS, 0).unwrap().size();
        let file = memfd_create("arena", MemfdFlags::CLOEXEC).unwrap();
        ftruncate(&file, bytes as u64).unwrap();
        let views = [view(&file, bytes), view(&file, bytes)];
        assert_ne!(views[0], views[1]);
        // SAFETY: page-aligned, so aligned to lines; mapped for ever; used by maps alone.
        let regions = views.map(|view| unsafe { Region::from_raw(view.cast(), bytes) }.unwrap());
        let [first, second] = regions;

        let first = SharedMap::<u64, u64>::format(first, 7, 0).unwrap();
        // SAFETY: just formatted, and nobody but maps writes it.
        let first = unsafe { SharedMap::<u64, u64>::attach(first) }.unwrap();
        assert_eq!(first.insert(1 << 60, 2), Ok(None));
        // SAFETY: as above.
        let second = unsafe { SharedMap::<u64, u64>::attach(second) }.unwrap();
        assert_eq!((second.get(1 << 60), second.tables().seed()), (Some(2), Some(7)));
        assert_eq!(second.insert(1 << 60, 3), Ok(Some(2)));
        assert_eq!((first.remove(1 << 60), second.get(1 << 60)), (Ok(Some(3)), None));

        let players = thread::scope(|scope| {
            let play = |number, map| {
                move || {
                    let mut player = Player::new(number);
                    (0..100_000).for_each(|_| player.play(map));
                    player
                }
            };
            [(0, &first), (1, &second)]
                .map(|(number, map)| scope.spawn(play(number, map)))
                .map(|thread| thread.join().unwrap())
        });
        for map in [&first, &second] {
            players.iter().for_each(|player| player.check(map));
            check_accounts(map, players.iter().map(|player| player.accounts));
        }
    }
}

const ENTRIES: u64 = 100;
const ROUNDS: usize = if cfg!(miri) { 3 } else { 400 };

/// Words before the arena.
const BLOCK_WORDS: usize = 8;

/// A map with entries in buckets and groups.
fn filled_lines() -> Vec<Line> {
    let bytes = shared_layout(ENTRIES as usize, 0).unwrap().size();
    let mut lines = vec![Line::EMPTY; bytes / LINE_BYTES];
    let region = SharedMap::<u64, u64>::format(Region::from_lines(&mut lines).unwrap(), 5, 0);
    // SAFETY: just formatted, and nobody else writes it.
    let map = unsafe { SharedMap::<u64, u64>::attach(region.unwrap()) }.unwrap();
    for key in 0..ENTRIES {
        assert_eq!(map.insert(key, !key), Ok(None));
    }
    assert!(map.tables().stats().overflow > 0);
    drop(map);
    lines
}

/// The words of an arena.
fn words(lines: &mut [Line]) -> &mut [u64] {
    let (start, count) = (lines.as_mut_ptr().cast::<u64>(), 8 * lines.len());
    // SAFETY: a line is eight words, all initialised, and aligned to more than a word.
    unsafe { std::slice::from_raw_parts_mut(start, count) }
}

/// Attaches to what may be a map, and does everything with it.
fn use_everything(lines: &mut [Line]) -> Result<(), Error> {
    // SAFETY: initialised, and nobody else writes them.
    let map = unsafe { SharedMap::<u64, u64>::attach(Region::from_lines(lines)?) }?;
    use_map(&map)
}

/// Does everything there is with what may be a map; what it answers, nobody knows.
fn use_map(map: &SharedMap<'_, u64, u64>) -> Result<(), Error> {
    let verdict = map.tables().check();
    let stats = map.tables().stats();
    let mut values = [None; 8];
    map.get_many(&[1, 2, 3, 4, 5, 6, 7, 8], &mut values);
    for key in 0..2 * ENTRIES {
        let _ =
            (map.get(key), map.insert_if_absent(key, 1), map.insert(key, 2), map.replace(key, 3));
        let _ = (map.modify(key, |it| !it), map.fetch_update(key, |it| it.map(|it| it / 2)));
        let _ = map.compare_and_set(key, Expectation::Exists, Some(key));
        let _ = map.remove(key / 2);
    }
    assert!(
        map.len() <= stats.slots.max(24 * stats.buckets)
            && map.iter().count() <= 24 * stats.buckets
    );
    let _ =
        (map.tables().needs_rebuild(), map.tables().help(10), map.tables().seed(), map.capacity());
    // Damaged or not, they end and are answered.
    let _ = map.retain(|key, value| key > value);
    let _ = map.clear();
    verdict
}

/// Bits that were flipped anywhere: no crash, no endless loop, and what matters is found.
#[test]
fn flipped_bits_never_crash() {
    let mut random = fastrand::Rng::with_seed(6);
    let filled = filled_lines();
    assert_eq!(use_everything(&mut filled.clone()), Ok(()));
    let mut found = 0;
    for round in 0..ROUNDS {
        let mut lines = filled.clone();
        for _ in 0..1 + round % 8 {
            let words = words(&mut lines);
            // The first lines of the memory and of the arena are checked when a map is attached.
            let word = random.usize(BLOCK_WORDS + 8..words.len());
            words[word] ^= 1 << random.u32(..64);
        }
        found += usize::from(use_everything(&mut lines) == Err(Error::Corrupt));
    }
    println!("{found} of {ROUNDS} found by `check`");
    assert!(found > ROUNDS / 4);
}

/// Any bit of the first line that means something, and of the arena's: refused.
#[test]
fn a_damaged_descriptor_is_refused() {
    let filled = filled_lines();
    // The address of the next table may have fewer bits than its word.
    let arena = BLOCK_WORDS * 64;
    let meaning_bits = (0..4 * 64).chain(arena..arena + 7 * 64 + usize::BITS as usize);
    for bit in meaning_bits {
        let mut lines = filled.clone();
        words(&mut lines)[bit / 64] ^= 1 << (bit % 64);
        let answer = use_everything(&mut lines).unwrap_err();
        // This word would be the address of the next table: a map in the middle of a rebuild.
        let is_next = bit / 64 == BLOCK_WORDS + 7;
        let is_known = match answer {
            Error::Foreign | Error::Corrupt | Error::UnknownFormat { .. } => !is_next,
            Error::Busy => is_next,
            _ => false,
        };
        assert!(is_known, "bit {bit}: {answer}");
    }
}

/// Random bytes: refused. Random bytes after a true descriptor: no crash.
#[test]
fn random_bytes_never_crash() {
    let mut random = fastrand::Rng::with_seed(7);
    let filled = filled_lines();
    for _ in 0..ROUNDS / 3 {
        let mut lines = filled.clone();
        words(&mut lines).fill_with(|| random.u64(..));
        assert_eq!(use_everything(&mut lines), Err(Error::Foreign));
        let first = ..BLOCK_WORDS + 8;
        words(&mut lines)[first].copy_from_slice(&words(&mut filled.clone())[first]);
        assert_eq!(use_everything(&mut lines), Err(Error::Corrupt));
    }
}
