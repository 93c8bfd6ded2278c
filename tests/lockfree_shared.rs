//! Memory that processes share: what attaches, what is refused, and what leads nowhere.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use heptad::{
    Error,
    layout::{LINE_BYTES, Line},
    lockfree::{
        IndirectMap, Keys, Map, SharedIndirectMap, SharedMap, SharedSet, Stored, shared_layout,
    },
    storage::Region,
};

type Words<'a> = SharedMap<'a, u64, u64>;

fn lines_for(capacity: usize, members: usize) -> Vec<Line> {
    vec![Line::EMPTY; shared_layout(capacity, members).unwrap().size() / LINE_BYTES]
}

/// The same memory once more, as another process has it.
fn again<'a>(lines: *mut [Line]) -> Region<'a> {
    let (start, bytes) = (lines.cast(), lines.len() * size_of::<Line>());
    // SAFETY: leaked by each test, and used by attached maps alone.
    unsafe { Region::from_raw(start, bytes) }.unwrap()
}

fn attach<'a>(lines: *mut [Line]) -> Result<Words<'a>, Error> {
    // SAFETY: initialised, and used by attached maps alone.
    Ok(unsafe { Words::attach(again(lines)) }?)
}

fn join<'a>(lines: *mut [Line], number: usize) -> Result<Words<'a>, Error> {
    // SAFETY: as in `attach`.
    Ok(unsafe { Words::join(again(lines), number) }?)
}

fn formatted(capacity: usize, members: usize) -> *mut [Line] {
    let lines: *mut [Line] = lines_for(capacity, members).leak();
    Words::format(again(lines), 7, members).unwrap();
    lines
}

#[test]
fn all_who_attach_are_equal() {
    let lines = formatted(100, 0);
    let (first, second) = (attach(lines).unwrap(), attach(lines).unwrap());
    assert_eq!(
        (first.insert(1, 2), second.get(1), second.tables().seed()),
        (Ok(None), Some(2), Some(7))
    );
    drop(first);
    assert_eq!((second.remove(1), second.tables().check()), (Ok(Some(2)), Ok(())));
    let regions: Vec<_> = second.into_regions().collect();
    assert_eq!(regions.len(), 1);
    assert_eq!(regions[0].bytes(), lines.len() * size_of::<Line>());
    // What was formatted anew is another map.
    Words::format(again(lines), 8, 0).unwrap();
    assert_eq!(attach(lines).unwrap().tables().seed(), Some(8));
}

/// A rebuild would leave the others with links into memory that may be gone, or was never theirs.
#[test]
fn nothing_that_others_use_is_rebuilt_or_returned() {
    let lines = formatted(100, 0);
    let (one, other) = (attach(lines).unwrap(), attach(lines).unwrap());
    for key in 0..100 {
        one.insert(key, key).unwrap();
    }
    let more = lines_for(1000, 0).leak();
    let more_bytes = size_of_val(more);
    let rejected = one.tables().rebuild(Region::from_lines(more).unwrap(), 2).unwrap_err();
    assert_eq!(rejected.error, Error::Shared);
    let rejected = one.tables().rebuild_if_needed(rejected.value, 2).unwrap_err();
    assert_eq!(rejected.error, Error::Shared);
    assert_eq!(rejected.value.bytes(), more_bytes);
    assert_eq!(one.tables().help(100), Ok(true));
    drop(one);
    assert!((0..100).all(|key| other.get(key) == Some(key)));
}

#[test]
fn what_is_no_shared_map_is_refused() {
    let mut lines = lines_for(100, 2);
    assert_eq!(attach(&mut lines[..]).unwrap_err(), Error::Foreign);
    // A private map is no shared one: it may be rebuilt.
    assert!(
        Map::<u64, u64>::new_in(Region::from_lines(&mut lines).unwrap(), 1).unwrap().is_empty()
    );
    assert_eq!(attach(&mut lines[..]).unwrap_err(), Error::Foreign);
    Words::format(Region::from_lines(&mut lines).unwrap(), 1, 0).unwrap();
    let half = lines.len() / 2;
    assert!(matches!(attach(&mut lines[..half]).unwrap_err(), Error::TooSmall { .. }));
    assert_eq!(attach(&mut lines[1..]).unwrap_err(), Error::Foreign);
    assert!(attach(&mut lines[..]).is_ok());
    let word_of = |lines: &mut [Line], word: usize| {
        // SAFETY: a line has eight words, and there are some lines.
        unsafe { lines.as_mut_ptr().cast::<u64>().add(word) }
    };
    for word in [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14] {
        let mut damaged = lines.clone();
        let word_ptr = word_of(&mut damaged, word);
        // SAFETY: a word of the lines, initialised.
        unsafe { *word_ptr ^= 1 << 60 };
        let error = attach(&mut damaged[..]).unwrap_err();
        assert!(matches!(
            (word, error),
            (0 | 8, Error::UnknownFormat { .. }) | (_, Error::Corrupt)
        ));
    }
    let mut three = [Line::EMPTY; 3];
    let rejected = Words::format(Region::from_lines(&mut three).unwrap(), 1, 0).unwrap_err();
    assert!(matches!(rejected.error, Error::TooSmall { given_bytes: 192, .. }));
    assert_eq!(shared_layout(1, usize::MAX), Err(Error::CapacityOverflow));
}

#[test]
fn members_have_numbers_of_their_own() {
    let lines = formatted(100, 2);
    assert_eq!(attach(lines).unwrap_err(), Error::Member);
    let first = join(lines, 0).unwrap();
    assert_eq!(join(lines, 0).unwrap_err(), Error::Occupied);
    assert_eq!(join(lines, 2).unwrap_err(), Error::Member);
    let second = join(lines, 1).unwrap();
    assert_eq!((first.insert(3, 4), second.get(3)), (Ok(None), Some(4)));
    drop(first);
    let first = join(lines, 0).unwrap();
    assert_eq!(first.remove(3), Ok(Some(4)));
    assert_eq!(join(formatted(100, 0), 0).unwrap_err(), Error::Member);
}

#[test]
fn memory_that_was_given_up_takes_nobody() {
    let lines = formatted(100, 0);
    let (one, other) = (attach(lines).unwrap(), attach(lines).unwrap());
    assert_eq!(other.tables().destroy(), Ok(()));
    assert_eq!(attach(lines).unwrap_err(), Error::Foreign);
    assert_eq!((one.insert(1, 1), other.get(1)), (Ok(None), Some(1)));
    let mut private = lines_for(10, 0);
    let map = Map::<u64, u64>::new_in(Region::from_lines(&mut private).unwrap(), 1).unwrap();
    assert_eq!(map.tables().destroy(), Err(Error::Member));
}

/// A member whose process was killed: its map is never dropped.
fn dies(map: Words<'_>) {
    core::mem::forget(map);
}

#[test]
fn the_dead_are_reaped_after_the_memory_was_given_up_too() {
    let lines = formatted(100, 2);
    let living = join(lines, 0).unwrap();
    dies(join(lines, 1).unwrap());
    assert_eq!(living.tables().destroy(), Ok(()));
    // SAFETY: the map of that member is never used again.
    assert_eq!(unsafe { living.tables().reap(1) }, Ok(()));
}

#[test]
fn a_dead_reaper_is_reaped_before_those_that_it_reaped() {
    let lines = formatted(100, 3);
    let living = join(lines, 0).unwrap();
    dies(join(lines, 1).unwrap());
    dies(join(lines, 2).unwrap());
    let block = lines.cast::<AtomicU64>();
    // SAFETY: a block has eight words.
    let reaper = unsafe { block.add(4) };
    // SAFETY: it is the word that reapers claim, an atomic one.
    let reaper = unsafe { &*reaper };
    // Member 1 died while it reaped.
    reaper.store(2, Relaxed);
    // SAFETY: the map of that member is never used again.
    let reap = |number| unsafe { living.tables().reap(number) };
    assert_eq!((reap(2), reap(2)), (Err(Error::Busy), Err(Error::Busy)));
    assert_eq!((reap(1), reap(2)), (Ok(()), Ok(())));
    assert_eq!(reaper.load(Relaxed), 0);
    assert!(join(lines, 1).is_ok() && join(lines, 2).is_ok());
}

struct Indices;

impl Keys for Indices {
    type Key = u64;
    type Reference = u64;

    fn hash_bits(&self) -> u64 {
        0xffff << 48
    }

    fn hash(&self, key: &u64) -> u64 {
        heptad::hash::hash_word(1, *key)
    }

    fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
        reference.number() == *key
    }
}

#[test]
fn sets_and_maps_of_longer_keys_are_shared_too() {
    let lines = formatted(50, 0);
    // SAFETY: as in `attach`.
    let set = unsafe { SharedSet::<u64>::attach(again(lines)) }.unwrap();
    assert_eq!((set.insert(5), attach(lines).unwrap().get(5)), (Ok(true), Some(0)));
    // SAFETY: as in `attach`; any reference can be compared.
    let foreign = unsafe { SharedIndirectMap::<_, u64>::attach(again(lines), Indices) };
    assert_eq!(foreign.err().unwrap().error, Error::Foreign);
    SharedIndirectMap::<_, u64>::format(again(lines), 3, 1, &Indices).unwrap();
    // SAFETY: as above; one operation at a time.
    let map: IndirectMap<'_, _, u64, _> =
        unsafe { SharedIndirectMap::join(again(lines), 0, Indices) }.unwrap();
    assert_eq!((map.insert(&9, 9, 1), map.get(&9)), (Ok(None), Some(1)));
    assert_eq!(attach(lines).unwrap_err(), Error::Foreign);
}

/// A bit of the arena's first two lines that changes after attaching leads nobody out of the memory, which stands
/// between pages that nobody may touch.
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
#[test]
fn a_bit_that_flips_after_attaching_leads_nowhere() {
    use std::ptr;

    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};

    const BYTES: usize = 16384;
    const GUARD: usize = 1 << 32;
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    // SAFETY: no address is requested, so nothing that is mapped is replaced.
    let guarded =
        unsafe { mmap_anonymous(ptr::null_mut(), 2 * GUARD + BYTES, ProtFlags::empty(), flags) }
            .unwrap();
    // SAFETY: within the mapping.
    let start = unsafe { guarded.cast::<u8>().add(GUARD) };
    // SAFETY: whole pages of the mapping, which nobody uses yet.
    unsafe { mprotect(start.cast(), BYTES, MprotectFlags::READ | MprotectFlags::WRITE) }.unwrap();
    // SAFETY: mapped for ever, aligned, and now accessible.
    let region = || unsafe { Region::from_raw(start, BYTES) }.unwrap();
    let mut answers = [0; 2];
    for bit in 0..1024 {
        Words::format(region(), 5, 0).unwrap();
        // SAFETY: just formatted, and written by attached maps alone, and the flips below.
        let map = unsafe { Words::attach(region()) }.unwrap();
        for key in 0..100 {
            assert_eq!(map.insert(key, key), Ok(None));
        }
        // SAFETY: words of the arena's first two lines, after the first one of the memory.
        let word = unsafe { start.cast::<u64>().add(8 + bit / 64) };
        // SAFETY: as above; no operation is under way.
        unsafe { *word ^= 1 << (bit % 64) };
        let found = (0..100).filter(|&key| map.get(key) == Some(key)).count();
        answers[usize::from(found == 100)] += 1;
        let (mut values, mut sum) = ([None; 8], 0);
        map.get_many(&[1, 2, 3, 4, 5, 6, 7, 8], &mut values);
        for key in 0..200 {
            let _ = (
                map.insert_if_absent(key, 1),
                map.insert(key, 2),
                map.replace(key, 3),
                map.remove(key / 2),
            );
            let _ = map.fetch_update(key, |value| value.map(|value| value / 2));
        }
        map.iter().for_each(|(key, _)| sum ^= key);
        let _ = (
            map.tables().stats(),
            map.len(),
            map.tables().check(),
            map.tables().needs_rebuild(),
            map.tables().help(10),
            map.capacity(),
        );
        let _ = (map.retain(|key, _| key != sum), map.clear());
        assert_eq!(map.into_regions().next().unwrap().bytes(), BYTES);
    }
    assert!(answers.iter().all(|&count| count > 100), "{answers:?}");
}
