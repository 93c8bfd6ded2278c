//! The cache lines that an operation touches: what the documentation says about lines is asserted here.

use core::hash::{BuildHasherDefault, Hasher};

use crate::{
    hash::{Keyed, hash_word},
    layout::{
        Geometry, LINE_BYTES, Line, Tag,
        touched::{Tally, assert_documented, assert_header_says, assert_measured_row, lines_of},
    },
    storage::Region,
    swiss::{Map, Table, map::Entry},
};

fn hash(key: &u64) -> u64 {
    hash_word(0x5eed, *key)
}

/// A set of 1024 groups at each load, after its keys have been replaced ten times over: the table
/// of costs in docs/measurements.md.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn lines_per_operation() {
    // Load in 64ths; per thousand and most: hit, miss, insert, remove.
    let documented = [
        (48, "at 3/4 load", [(1040, 2), (1040, 2), (1680, 13), (1330, 4)]),
        (60, "at 15/16 load", [(1210, 2), (1160, 2), (5180, 56), (1820, 4)]),
    ];
    for (load_64ths, row, costs) in documented {
        assert_measured_row(row, &costs);
        let [hit, miss, insert, remove] = costs;
        let mut lines = std::vec![Line::EMPTY; 1024];
        let mut table = Table::<u64, _>::new_in(Region::from_lines(&mut lines).unwrap()).unwrap();
        let entries = 1024 * 7 * load_64ths / 64;
        for key in 0..entries {
            table.insert_within_capacity(hash(&key), key).unwrap();
        }
        let [mut hits, mut misses, mut inserts, mut removes] = [(); 4].map(|()| Tally::default());
        for key in 0..10 * entries {
            let find = || table.find(hash(&key), |&entry| entry == key).is_some();
            let (touched, found) = lines_of(find);
            assert!(found);
            hits.add(touched);
            let absent = !key;
            misses.add(lines_of(|| table.find(hash(&absent), |&entry| entry == absent)).0);
            removes.add(lines_of(|| table.remove(hash(&key), |&entry| entry == key)).0);
            let next = key + entries;
            inserts.add(lines_of(|| table.insert_within_capacity(hash(&next), next).is_ok()).0);
        }
        assert_eq!(table.stats().stashed, 0);
        assert_documented("hit", &hits, hit.0, hit.1);
        assert_documented("miss", &misses, miss.0, miss.1);
        assert_documented("insert", &inserts, insert.0, insert.1);
        assert_documented("remove", &removes, remove.0, remove.1);
    }
    assert_header_says("Touches 1.7 lines on average at 3/4, 5.2 at 15/16, and 198 at most");
    assert_header_says("Touches 4 lines at most, and stashed ones.");
}

/// A search that cannot succeed: every eighth part of the groups is free, and no resident of the others leads there. It
/// ends within the documented bound.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn a_search_in_vain_ends_at_the_bound() {
    const GROUPS: usize = 4096;
    const FULL: usize = GROUPS / 8 * 7;
    let mut lines = std::vec![Line::EMPTY; GROUPS];
    let mut table = Table::<u64, _>::new_in(Region::from_lines(&mut lines).unwrap()).unwrap();
    let geometry = table.raw.control().geometry;
    // Hashes of a group whose alternates are full ones, one of each class that has such.
    let hashes = |group: usize| {
        (8..16u64).map(move |tag| tag << 57 | group as u64).filter(move |&hash| {
            let (_, alternate) = geometry.pair(hash);
            alternate.group() < FULL
        })
    };
    for group in 0..FULL {
        for hash in hashes(group).cycle().take(7) {
            table.insert_within_capacity(hash, hash).unwrap();
        }
    }
    assert_eq!(table.stats().displaced + table.stats().stashed, 0);
    let mut most = 0;
    for group in (0..FULL).step_by(100) {
        let hash = hashes(group).next_back().unwrap();
        let stashed = table.stats().stashed;
        let (touched, place) = lines_of(|| table.insert_within_capacity(hash, !0).is_ok());
        assert!(place && table.stats().stashed == stashed + 1, "a chain was found");
        let (_, alternate) = geometry.pair(hash);
        let after = (1..).map(|distance| geometry.after(alternate, distance).group());
        let walked = after.take_while(|&group| group < FULL).count() + 1;
        most = most.max(touched.saturating_sub(walked));
    }
    assert!((150..=198).contains(&most), "{most} lines");
}

/// A walk reads every line of a table that has entries, be it smaller than a window or larger, and none of another one.
#[test]
fn a_walk_reads_each_line_and_none_of_an_empty_table() {
    for groups in [1, 2, 4, 8, 16, 64] {
        let mut lines = std::vec![Line::EMPTY; groups];
        let mut table = Table::<u64, _>::new_in(Region::from_lines(&mut lines).unwrap()).unwrap();
        assert_eq!(lines_of(|| table.iter().count()), (0, 0), "{groups} groups");
        table.insert_within_capacity(hash(&1), 1).unwrap();
        assert_eq!(lines_of(|| table.iter().count()), (groups, 1), "{groups} groups");
        assert_eq!(lines_of(|| table.iter().sum::<u64>()), (groups, 1));
        for word in 2..=table.capacity() as u64 {
            table.insert_within_capacity(hash(&word), word).unwrap();
        }
        assert_eq!(lines_of(|| table.iter().count()), (groups, table.len()), "{groups} groups");
    }
}

/// Keys that are hashes.
#[derive(Clone, Copy, Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// The longest chain that a search can find: each group leads to one that was not met, so all that the search takes in
/// are in one row, and only the last has room. Every resident moves by one group, and its value with it.
#[test]
fn the_longest_chain_keeps_every_entry() {
    const GROUPS: usize = 512;
    const LONGEST: usize = 182;
    let classes = [9, 10u64];
    let geometry = Geometry::largest_within(GROUPS).unwrap();
    let mut row = std::vec![geometry.at(17)];
    while row.len() < LONGEST + 3 {
        let class = Tag::of(classes[(row.len() - 1) % 2] << 57).class();
        row.push(geometry.alternate(row[row.len() - 1], class));
    }
    for (moves, is_found) in [(1, true), (LONGEST, true), (LONGEST + 1, false)] {
        // A group and seven values are 120 bytes.
        let mut memory = std::vec![Line::EMPTY; GROUPS * 120 / LINE_BYTES];
        let region = Region::from_lines(&mut memory).unwrap();
        let hasher = BuildHasherDefault::<Itself>::default();
        let mut map = Map::<u64, u64, _, _>::new_in(region, hasher).unwrap();
        let mut keys = std::vec![];
        for (index, offset) in row[..=moves].iter().enumerate() {
            // One leads on, and the others back; of the first, all lead on.
            let [on, back] = [classes[index % 2], classes[(index + 1) % 2]];
            let class_of = |number| if number == 0 || index == 0 { on } else { back };
            let group = offset.group() as u64;
            keys.extend((0..7).map(|number| class_of(number) << 57 | number << 20 | group));
        }
        for &key in &keys {
            map.try_insert(key, !key).unwrap();
        }
        assert_eq!(map.stats().displaced + map.stats().stashed, 0);
        let key = classes[0] << 57 | 7 << 20 | row[0].group() as u64;
        let (touched, inserted) = lines_of(|| map.try_insert(key, !key));
        keys.push(key);
        assert_eq!((inserted, map.len()), (Ok(None), keys.len()));
        assert!(keys.iter().all(|key| map.get(key) == Some(&!key)));
        let (displaced, stashed) = if is_found { (moves + 1, 0) } else { (0, 1) };
        assert_eq!((map.stats().displaced, map.stats().stashed), (displaced, stashed));
        if is_found {
            assert!(touched <= 198 + LONGEST + 1, "{touched} lines");
        }
    }
}

/// What docs/measurements.md says of inserts and removals in a `Map`: about 1.5 lines more than in a set.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn values_move_with_their_keys() {
    let mut memory = std::vec![Line::EMPTY; 2048];
    let region = Region::from_lines(&mut memory).unwrap();
    let mut map = Map::<u64, u64, _>::new_in(region, Keyed::new(0x5eed)).unwrap();
    let entries = map.capacity() as u64;
    for key in 0..entries {
        map.try_insert(key, key).unwrap();
    }
    let [mut inserts, mut removes] = [(); 2].map(|()| Tally::default());
    for key in 0..5 * entries {
        removes.add(lines_of(|| map.remove(&key)).0);
        inserts.add(lines_of(|| map.try_insert(key + entries, key).is_ok()).0);
    }
    assert_documented("insert", &inserts, 6820, 60);
    assert_documented("remove", &removes, 3400, 6);
    assert_header_says(
        "touches one line more, and insertions and removals some 1.5 more on average",
    );
}

/// A hit in a `Map` touches one line more than in a set: that of the value.
#[test]
fn a_value_costs_one_line() {
    let mut memory = std::vec![Line::EMPTY; 64];
    let region = Region::from_lines(&mut memory).unwrap();
    let mut map = Map::<u64, u64, _>::new_in(region, Keyed::new(0x5eed)).unwrap();
    for key in 0..100 {
        map.try_insert(key, key).unwrap();
    }
    for key in 0..100 {
        let (lines, _) = lines_of(|| map.get(&key).copied());
        assert!((2..=3).contains(&lines), "{lines}");
        let (lines, _) = lines_of(|| map.get(&(key + 1000)).copied());
        assert!((1..=2).contains(&lines), "{lines}");
    }
    let (lines, _) = lines_of(|| matches!(map.try_entry(7), Ok(Entry::Occupied(_))));
    assert!(lines <= 2, "an entry does not touch the value before it is read");
}

/// With equal hashes, a lookup walks the stashed entries and nothing else.
#[test]
#[cfg_attr(miri, ignore = "counts of lines, at length: no question for Miri")]
fn stashed_entries_cost_their_span() {
    let mut lines = std::vec![Line::EMPTY; 64];
    let mut table = Table::<u64, _>::new_in(Region::from_lines(&mut lines).unwrap()).unwrap();
    for key in 0..70 {
        table.insert_within_capacity(7, key).unwrap();
    }
    let span = table.stats().span;
    assert_eq!(span, 8, "56 stashed entries fill eight groups");
    let (touched, _) = lines_of(|| table.find(7, |_| false).is_some());
    assert_eq!(touched, 2 + span);
    let (touched, _) = lines_of(|| table.find(8, |_| false).is_some());
    assert_eq!(touched, 1, "other homes do not pay");
}
