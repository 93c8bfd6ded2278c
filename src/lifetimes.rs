//! What is borrowed must outlive its borrower: for every public type that borrows, a program that the
//! compiler has to refuse, beside a twin in which the same memory lives long enough and which compiles.
//!
//! The two differ only in where the borrowed thing is declared: inside a block that the borrower
//! outlives, or before it. So the first cannot fail for another reason.
//!
//! Tables that a `&self` gives memory or words (those of [`lockfree`](crate::lockfree)) have to be
//! invariant in what they borrow: else a map of long-lived memory passes for one of short-lived memory,
//! and takes it.

/// A pair of programs for each name.
macro_rules! outlives {
    ($($name:ident {
        borrowed: $borrowed:literal, before: $before:literal, borrow: $borrow:literal, after: $after:literal
    })+) => {
        $(
            #[doc = concat!(
                "```compile_fail,E0597\n", prelude!(),
                $before, "\n{\n", $borrowed, "\n", $borrow, "\n}\n", $after, "\n```\n",
                "```\n", prelude!(),
                $borrowed, "\n", $before, "\n{\n", $borrow, "\n}\n", $after, "\n```\n",
            )]
            struct $name;
        )+
    };
}

macro_rules! prelude {
    () => {
        r#"
#![allow(unused)]
use heptad::{hash::Keyed, layout::Line, lockfree, robin_hood, storage::{Region, Inline}, swiss};
use core::mem::MaybeUninit;

fn lines() -> Vec<Line> {
    vec![Line::EMPTY; 400]
}

fn region(memory: &mut [Line]) -> Region<'_> {
    Region::from_lines(memory).unwrap()
}

type Counted<'a> = lockfree::Map<'a, u64, u64, lockfree::Counted>;
type Parts<'a> = lockfree::SegmentedMap<'a, u64, u64, 2>;
type Names<'a> = lockfree::IndirectMap<'a, Numbers, u64>;

struct Numbers;
impl lockfree::Keys for Numbers {
    type Key = u64;
    type Reference = u64;
    fn hash_bits(&self) -> u64 { !0 << 32 }
    fn hash(&self, key: &u64) -> u64 { *key << 32 }
    fn is(&self, reference: lockfree::Stored<Self>, key: &u64) -> bool { reference.number() == *key }
}

#[derive(Clone, Copy)]
struct Tag<'a>(u64, core::marker::PhantomData<&'a u64>);
fn tag(number: &u64) -> Tag<'_> { Tag(*number, core::marker::PhantomData) }
impl lockfree::Word for Tag<'_> {
    fn to_word(self) -> u64 { self.0 }
    fn from_word(word: u64) -> Self { Tag(word, core::marker::PhantomData) }
}

fn table() -> swiss::Table<u64, Inline<16>> { swiss::Table::inline() }
fn set() -> swiss::Set<u64, Inline<16>> { swiss::Set::inline(Keyed::new(1)) }
fn map() -> swiss::Map<u32, u32, Inline<16>> { swiss::Map::inline(Keyed::new(1)) }
fn sorted<'a>(memory: &'a mut [Line]) -> robin_hood::Set<Region<'a>> {
    robin_hood::Set::new_in(region(memory), Keyed::new(1)).unwrap()
}
fn sorted_by_value<'a>(memory: &'a mut [Line]) -> robin_hood::Set<Region<'a>, robin_hood::ByValue> {
    robin_hood::Set::new_in(region(memory), robin_hood::ByValue).unwrap()
}
fn sorted_map<'a>(keys: &'a mut [Line], values: &'a mut [Line]) -> robin_hood::Map<Region<'a>, robin_hood::ByValue> {
    robin_hood::Map::new_in(region(keys), region(values), robin_hood::ByValue).unwrap()
}
"#
    };
}

/// Memory, and what stands in it for good.
mod owners {
    outlives! {
        RegionOfBytes {
            borrowed: "let mut memory = [MaybeUninit::uninit(); 256];", before: "let keeper;",
            borrow: "keeper = Region::new(&mut memory);", after: "drop(keeper);"
        }
        RegionOfLines {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = Region::from_lines(&mut memory);", after: "drop(keeper);"
        }
        RegionInTwo {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = region(&mut memory).split_at(7);", after: "drop(keeper);"
        }
        SwissTable {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = swiss::Table::<u64, _>::new_in(region(&mut memory)).unwrap();",
            after: "keeper.len();"
        }
        SwissSet {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = swiss::Set::<u64, _>::new_in(region(&mut memory), Keyed::new(1)).unwrap();",
            after: "keeper.len();"
        }
        SwissMap {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = swiss::Map::<u32, u32, _>::new_in(region(&mut memory), Keyed::new(1)).unwrap();",
            after: "keeper.len();"
        }
        SwissMap64 {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = swiss::Map::<u64, u64, _>::new_in(region(&mut memory), Keyed::new(1)).unwrap();",
            after: "keeper.len();"
        }
        SwissSetMoved {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let mut keeper = swiss::Set::<u64, _>::new_in(region(&mut first), Keyed::new(1)).unwrap();",
            borrow: "drop(keeper.move_into(region(&mut memory), Keyed::new(2)));", after: "keeper.len();"
        }
        SortedSet {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = sorted(&mut memory);", after: "keeper.len();"
        }
        SortedMap {
            borrowed: "let [mut keys, mut values] = [(); 2].map(|()| lines());", before: "let keeper;",
            borrow: "keeper = sorted_map(&mut keys, &mut values);", after: "keeper.len();"
        }
        SortedSetGrown {
            borrowed: "let mut memory = lines();",
            before: "let mut small = lines(); let small = sorted(&mut small); let keeper;",
            borrow: "keeper = small.grow_shared(region(&mut memory), |_| ()).ok();", after: "drop(keeper);"
        }
        LockfreeMap {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = lockfree::Map::<u64, u64>::new_in(region(&mut memory), 1).unwrap();",
            after: "keeper.len();"
        }
        LockfreeSet {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = lockfree::Set::<u64>::new_in(region(&mut memory), 1).unwrap();",
            after: "keeper.len();"
        }
        LockfreeIndirect {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "keeper = Names::new_in(region(&mut memory), 1, Numbers).unwrap();",
            after: "keeper.len();"
        }
    }
}

/// Memory that a `&self` takes.
mod borrowed_later {
    outlives! {
        MapPlace {
            borrowed: "let mut memory = lines();", before: "let map = lockfree::Map::<u64, u64>::unplaced();",
            borrow: "map.tables().place(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        MapRebuild {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let map = Counted::new_with(region(&mut first), 1, lockfree::Counted::new()).unwrap();",
            borrow: "map.tables().rebuild(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        MapRebuildIfNeeded {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let map = Counted::new_with(region(&mut first), 1, lockfree::Counted::new()).unwrap();",
            borrow: "drop(map.tables().rebuild_if_needed(region(&mut memory), 1));", after: "map.len();"
        }
        MapReleases {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "let map = Counted::new_with(region(&mut memory), 1, lockfree::Counted::new()).unwrap(); keeper = map.tables().try_reclaim();",
            after: "drop(keeper);"
        }
        MapIsTakenApart {
            borrowed: "let mut memory = lines();", before: "let keeper;",
            borrow: "let map = lockfree::Map::<u64, u64>::new_in(region(&mut memory), 1).unwrap(); keeper = map.into_regions().next();",
            after: "drop(keeper);"
        }
        SetPlace {
            borrowed: "let mut memory = lines();", before: "let set = lockfree::Set::<u64>::unplaced();",
            borrow: "set.tables().place(region(&mut memory), 1).unwrap();", after: "set.len();"
        }
        SetRebuild {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let set = lockfree::Set::<u64>::new_in(region(&mut first), 1).unwrap();",
            borrow: "set.tables().rebuild(region(&mut memory), 1).unwrap();", after: "set.len();"
        }
        IndirectPlace {
            borrowed: "let mut memory = lines();", before: "let map = Names::unplaced(Numbers);",
            borrow: "map.tables().place(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        IndirectRebuild {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let map = Names::new_in(region(&mut first), 1, Numbers).unwrap();",
            borrow: "map.tables().rebuild(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        SegmentPlace {
            borrowed: "let mut memory = lines();", before: "let map = Parts::unplaced(1);",
            borrow: "map.segments()[0].tables().place(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        SegmentRebuild {
            borrowed: "let mut memory = lines();",
            before: "let mut first = lines(); let map = Parts::unplaced(1); map.segments()[0].tables().place(region(&mut first), 1).unwrap();",
            borrow: "map.segments()[0].tables().rebuild(region(&mut memory), 1).unwrap();", after: "map.len();"
        }
        KeyOfMap {
            borrowed: "let number = 7;", before: "let map = lockfree::Map::<Tag<'_>, u64>::unplaced();",
            borrow: "drop(map.insert(tag(&number), 1));", after: "map.len();"
        }
        KeyFromMap {
            borrowed: "let number = 7;", before: "let keeper;",
            borrow: "let map = lockfree::Map::<Tag<'_>, u64>::unplaced(); drop(map.insert(tag(&number), 1)); keeper = map.iter().next();",
            after: "drop(keeper);"
        }
        ValueOfMap {
            borrowed: "let number = 7;", before: "let map = lockfree::Map::<u64, Tag<'_>>::unplaced();",
            borrow: "drop(map.insert(1, tag(&number)));", after: "map.len();"
        }
        KeyOfSet {
            borrowed: "let number = 7;", before: "let set = lockfree::Set::<Tag<'_>>::unplaced();",
            borrow: "drop(set.insert(tag(&number)));", after: "set.len();"
        }
        ValueOfIndirect {
            borrowed: "let number = 7;",
            before: "let map = lockfree::IndirectMap::<Numbers, Tag<'_>>::unplaced(Numbers);",
            borrow: "drop(map.insert(&1, 1, tag(&number)));", after: "map.len();"
        }
        ValueOfSegmented {
            borrowed: "let number = 7;",
            before: "let map = lockfree::SegmentedMap::<u64, Tag<'_>, 2>::unplaced(1);",
            borrow: "drop(map.insert(1, tag(&number)));", after: "map.len();"
        }
    }
}

/// Iterators, entries and references.
mod borrowers {
    outlives! {
        TableIter {
            borrowed: "let table = table();", before: "let keeper;",
            borrow: "keeper = table.iter();", after: "drop(keeper);"
        }
        TableIterMut {
            borrowed: "let mut table = table();", before: "let keeper;",
            borrow: "keeper = table.iter_mut();", after: "drop(keeper);"
        }
        TableIterHash {
            borrowed: "let table = table();", before: "let keeper;",
            borrow: "keeper = table.iter_hash(1);", after: "drop(keeper);"
        }
        TableIterHashMut {
            borrowed: "let mut table = table();", before: "let keeper;",
            borrow: "keeper = table.iter_hash_mut(1);", after: "drop(keeper);"
        }
        TableDrain {
            borrowed: "let mut table = table();", before: "let keeper;",
            borrow: "keeper = table.drain();", after: "drop(keeper);"
        }
        TableExtractIf {
            borrowed: "let mut table = table();", before: "let keeper;",
            borrow: "keeper = table.extract_if(|_| true);", after: "drop(keeper);"
        }
        TableEntry {
            borrowed: "let mut table = table();", before: "let keeper;",
            borrow: "keeper = table.find_entry(1, |_| true);", after: "drop(keeper);"
        }
        SetIter {
            borrowed: "let set = set();", before: "let keeper;",
            borrow: "keeper = set.iter();", after: "drop(keeper);"
        }
        SetDrain {
            borrowed: "let mut set = set();", before: "let keeper;",
            borrow: "keeper = set.drain();", after: "drop(keeper);"
        }
        SetGet {
            borrowed: "let set = set();", before: "let keeper;",
            borrow: "keeper = set.get(&1);", after: "drop(keeper);"
        }
        MapIter {
            borrowed: "let map = map();", before: "let keeper;",
            borrow: "keeper = map.iter();", after: "drop(keeper);"
        }
        MapIterMut {
            borrowed: "let mut map = map();", before: "let keeper;",
            borrow: "keeper = map.iter_mut();", after: "drop(keeper);"
        }
        MapKeys {
            borrowed: "let map = map();", before: "let keeper;",
            borrow: "keeper = map.keys();", after: "drop(keeper);"
        }
        MapValues {
            borrowed: "let map = map();", before: "let keeper;",
            borrow: "keeper = map.values();", after: "drop(keeper);"
        }
        MapValuesMut {
            borrowed: "let mut map = map();", before: "let keeper;",
            borrow: "keeper = map.values_mut();", after: "drop(keeper);"
        }
        MapDrain {
            borrowed: "let mut map = map();", before: "let keeper;",
            borrow: "keeper = map.drain();", after: "drop(keeper);"
        }
        MapGetMut {
            borrowed: "let mut map = map();", before: "let keeper;",
            borrow: "keeper = map.get_mut(&1);", after: "drop(keeper);"
        }
        SortedSetIter {
            borrowed: "let mut memory = lines(); let set = sorted(&mut memory);", before: "let keeper;",
            borrow: "keeper = set.iter();", after: "drop(keeper);"
        }
        SortedSetRange {
            borrowed: "let mut memory = lines(); let set = sorted_by_value(&mut memory);", before: "let keeper;",
            borrow: "keeper = set.range(..);", after: "drop(keeper);"
        }
        SortedMapIter {
            borrowed: "let [mut keys, mut values] = [(); 2].map(|()| lines()); let map = sorted_map(&mut keys, &mut values);",
            before: "let keeper;", borrow: "keeper = map.iter();", after: "drop(keeper);"
        }
        SortedMapIterMut {
            borrowed: "let [mut keys, mut values] = [(); 2].map(|()| lines()); let mut map = sorted_map(&mut keys, &mut values);",
            before: "let keeper;", borrow: "keeper = map.iter_mut();", after: "drop(keeper);"
        }
        SortedMapRange {
            borrowed: "let [mut keys, mut values] = [(); 2].map(|()| lines()); let map = sorted_map(&mut keys, &mut values);",
            before: "let keeper;", borrow: "keeper = map.range(..);", after: "drop(keeper);"
        }
        LockfreeIter {
            borrowed: "let map = lockfree::Map::<u64, u64>::unplaced();", before: "let keeper;",
            borrow: "keeper = map.iter();", after: "drop(keeper);"
        }
        LockfreeSetIter {
            borrowed: "let set = lockfree::Set::<u64>::unplaced();", before: "let keeper;",
            borrow: "keeper = set.iter();", after: "drop(keeper);"
        }
        LockfreeIndirectIter {
            borrowed: "let map = Names::unplaced(Numbers);", before: "let keeper;",
            borrow: "keeper = map.iter();", after: "drop(keeper);"
        }
        LockfreeSegmentedIter {
            borrowed: "let map = Parts::unplaced(1);", before: "let keeper;",
            borrow: "keeper = map.iter();", after: "drop(keeper);"
        }
    }
}

/// Entries of tables that grow.
#[cfg(feature = "alloc")]
mod entries {
    outlives! {
        TableEntry {
            borrowed: "let mut table = swiss::Table::<u64>::new();", before: "let keeper;",
            borrow: "keeper = table.entry(1, |_| true, |_| 1);", after: "drop(keeper);"
        }
        MapEntry {
            borrowed: "let mut map = swiss::Map::<u32, u32>::new();", before: "let keeper;",
            borrow: "keeper = map.entry(1);", after: "drop(keeper);"
        }
    }
}

/// The lines of a `static` are borrowed for good, so they have to be those of a `static`.
///
/// ```compile_fail,E0597
/// let memory = heptad::storage::StaticLines::<4>::new();
/// drop(memory.take());
/// ```
/// ```
/// static MEMORY: heptad::storage::StaticLines<4> = heptad::storage::StaticLines::new();
/// drop(MEMORY.take());
/// ```
struct StaticLines;

/// A helper of a growth may not keep it: here the compiler reports that it escapes the closure.
///
/// ```compile_fail,E0521
/// # use heptad::{hash::Keyed, layout::Line, robin_hood::Set, storage::Region};
/// # let (mut small, mut large) = (vec![Line::EMPTY; 40], vec![Line::EMPTY; 400]);
/// # let small = Set::new_in(Region::from_lines(&mut small)?, Keyed::new(1))?;
/// let mut keeper = None;
/// drop(small.grow_shared(Region::from_lines(&mut large)?, |growth| keeper = Some(growth)));
/// # Ok::<(), heptad::Error>(())
/// ```
/// ```
/// # use heptad::{hash::Keyed, layout::Line, robin_hood::Set, storage::Region};
/// # let (mut small, mut large) = (vec![Line::EMPTY; 40], vec![Line::EMPTY; 400]);
/// # let small = Set::new_in(Region::from_lines(&mut small)?, Keyed::new(1))?;
/// let mut keeper = None;
/// drop(small.grow_shared(Region::from_lines(&mut large)?, |growth| keeper = Some(growth.help())));
/// # Ok::<(), heptad::Error>(())
/// ```
struct Growth;
