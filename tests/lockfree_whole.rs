//! Whole maps: filled from another source, copied, compared.

use std::thread;

use heptad::{
    Error, Rejected,
    layout::Line,
    lockfree::{Counted, Fixed, Map, SegmentedMap, Set, arena_lines},
    storage::Region,
};

/// A region for a map of `capacity` entries, for ever.
fn region_for(capacity: usize) -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY; arena_lines(capacity)].leak()).unwrap()
}

/// Is `==` true, both ways?
fn are_equal<A: PartialEq<B>, B: PartialEq<A>>(a: &A, b: &B) -> bool {
    let [there, back] = [a == b, b == a];
    assert_eq!(there, back);
    there
}

fn map_for(capacity: usize) -> Map<'static, u64, u64> {
    Map::new_in(region_for(capacity), 1).unwrap()
}

/// A copy has other memory, another seed, another guard, and the same entries.
#[test]
fn a_map_is_copied() {
    const ENTRIES: usize = if cfg!(miri) { 50 } else { 500 };
    let map = map_for(ENTRIES);
    map.extend((0..ENTRIES as u64).map(|key| (key, !key))).unwrap();
    let copy = Map::<_, _, Fixed>::new_with(region_for(ENTRIES * 3 / 2), 2, Fixed).unwrap();
    assert_eq!(copy.extend(&map), Ok(()));
    assert!(are_equal(&copy, &map));
    // Values that are there already give way.
    assert_eq!(
        (copy.extend([(3, 1), (3, 2)]), copy.get(3), copy.len()),
        (Ok(()), Some(2), ENTRIES)
    );

    let set = Set::<u64>::new_in(region_for(ENTRIES), 3).unwrap();
    set.extend(map.keys()).unwrap();
    let parts = SegmentedMap::of_segments([const { Map::unplaced() }; 2], 4);
    parts.segments().iter().for_each(|part| part.tables().place(region_for(ENTRIES), 5).unwrap());
    parts.extend(&map).unwrap();
    assert!(are_equal(&parts, &parts) && set.iter().all(|key| parts.get(key) == Some(!key)));
    assert_eq!((set.len(), parts.len()), (ENTRIES, ENTRIES));
}

/// The entry that finds no room is returned, and the iterator goes on after it.
#[test]
fn the_entry_that_was_refused_comes_back() {
    let map = map_for(1);
    let mut entries = (0..1_000).map(|key| (key, !key));
    let Rejected { error, value } = map.extend(&mut entries).unwrap_err();
    let count = map.len() as u64;
    assert_eq!((error, value), (Error::Full, (count, !count)));
    assert!((0..count).all(|key| map.get(key) == Some(!key)) && count < 500);
    assert_eq!(entries.next(), Some((count + 1, !(count + 1))));

    let set = Set::<u64>::unplaced();
    assert_eq!(set.extend([7]), Err(Rejected { error: Error::Unplaced, value: 7 }));
    assert_eq!((set.extend([]), set == Set::unplaced()), (Ok(()), true));
}

/// One entry more, one less, another key, another value.
#[test]
fn maps_that_differ_are_not_equal() {
    let map = map_for(50);
    map.extend((0..50).map(|key| (key, key))).unwrap();
    let with = |change: fn(&Map<'static, u64, u64>)| {
        let other = map_for(60);
        other.extend(&map).unwrap();
        assert!(are_equal(&map, &other));
        change(&other);
        are_equal(&map, &other)
    };
    assert!(!with(|map| assert_eq!(map.insert(70, 70), Ok(None))));
    assert!(!with(|map| assert_eq!(map.remove(7), Ok(Some(7)))));
    assert!(!with(|map| assert_eq!(map.insert(7, 70), Ok(Some(7)))));
    assert!(!with(|map| {
        assert_eq!((map.remove(7), map.insert(70, 7)), (Ok(Some(7)), Ok(None)));
    }));
    assert!(with(|map| assert_eq!((map.remove(7), map.insert(7, 7)), (Ok(Some(7)), Ok(None)))));

    let sets = [5, 6].map(|end| {
        let set = Set::<u64>::new_in(region_for(10), end).unwrap();
        set.extend(0..end).unwrap();
        set
    });
    assert!(!are_equal(&sets[0], &sets[1]) && are_equal(&sets[0], &sets[0]));
}

/// Maps in two parts and in four, of one hash and of another.
#[test]
fn maps_in_parts_are_compared_and_refuse() {
    fn of_parts<const PARTS: usize>(seed: u64) -> SegmentedMap<'static, u64, u64, PARTS, Fixed> {
        let map = SegmentedMap::of_segments([const { Map::unplaced_with(Fixed) }; PARTS], seed);
        map.segments().iter().for_each(|part| part.tables().place(region_for(50), seed).unwrap());
        map
    }
    let (two, four) = (of_parts::<2>(1), of_parts::<4>(2));
    two.extend((0..50).map(|key| (key, !key))).unwrap();
    four.extend(&two).unwrap();
    assert!(are_equal(&two, &four));
    four.extend([(3, 3)]).unwrap();
    assert!(!are_equal(&two, &four));
    four.extend([(3, !3), (50, 50)]).unwrap();
    assert!(!are_equal(&two, &four));

    let mut entries = (50..10_000).map(|key| (key, !key));
    let Rejected { error, value: (key, value) } = two.extend(&mut entries).unwrap_err();
    assert_eq!((error, value, two.get(key)), (Error::Full, !key, None));
    assert!((0..key).all(|key| two.get(key) == Some(!key)) && two.len() as u64 == key);
    assert_eq!(entries.next(), Some((key + 1, !(key + 1))));
    // What is there already is inserted once more without room: itself, or from elsewhere.
    assert_eq!((two.extend(&two), two.len() as u64), (Ok(()), key));
}

/// In the middle of a rebuild, at each step: every entry counts once.
#[test]
fn maps_are_compared_and_copied_in_a_rebuild() {
    const ENTRIES: usize = if cfg!(miri) { 30 } else { 200 };
    let map = Map::<u64, u64, Counted>::new_with(region_for(ENTRIES), 1, Counted::new()).unwrap();
    map.extend((0..ENTRIES as u64).map(|key| (key, !key))).unwrap();
    let copy = map_for(ENTRIES);
    copy.extend(&map).unwrap();
    map.tables().rebuild(region_for(2 * ENTRIES), 2).unwrap();
    let mut steps = 0;
    while map.tables().help(1) != Ok(true) {
        assert!(are_equal(&map, &copy));
        let another = map_for(ENTRIES);
        assert_eq!((another.extend(&map), another == copy), (Ok(()), true));
        steps += 1;
    }
    assert!(steps > ENTRIES / 20);
}

/// Keys that stay are in a copy that is made while others come and go and the map is rebuilt; keys that never were are
/// not.
#[test]
fn a_copy_has_what_was_there_all_the_time() {
    const STAYING: u64 = 100;
    let map = Map::<u64, u64, Counted>::new_with(region_for(300), 1, Counted::new()).unwrap();
    map.extend((0..STAYING).map(|key| (key, key))).unwrap();
    thread::scope(|scope| {
        let changes = scope.spawn(|| {
            for round in 0..if cfg!(miri) { 1 } else { 60 } {
                // Not more often than a walk follows.
                if round % 10 == 0 {
                    map.tables().rebuild(region_for(300), round).unwrap();
                }
                for key in STAYING..2 * STAYING {
                    assert_eq!(map.insert(key, key), Ok(None));
                    assert_eq!(map.remove(key), Ok(Some(key)));
                }
                while map.tables().help(4) != Ok(true) {}
                let _ = map.tables().try_reclaim();
            }
        });
        let mut copies = 0;
        while copies < 2 || !changes.is_finished() {
            let copy = map_for(300);
            copy.extend(&map).unwrap();
            assert!((0..STAYING).all(|key| copy.get(key) == Some(key)));
            assert!(copy.iter().all(|(key, value)| key < 2 * STAYING && key == value));
            copies += 1;
        }
    });
}
