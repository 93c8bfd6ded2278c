//! What every public type may do: cross to another thread, be used by several, be moved when pinned, be used after a
//! panic; and which traits make objects. All of it is checked when this is compiled.
//!
//! Where entries are not the table's own words, a table may do what its entries may.

use std::{
    cell::Cell,
    fs,
    panic::{RefUnwindSafe, UnwindSafe},
    path::Path,
    ptr::NonNull,
};

use heptad::{hash::*, layout::*, storage::*, swiss, *};
use static_assertions::{assert_impl_all, assert_not_impl_any, assert_obj_safe};

/// Several threads may use it, and each may have it.
macro_rules! shared {
    ($($type:ty),+ $(,)?) => { $(assert_impl_all!($type: Send, Sync, Unpin);)+ };
}

/// It may be used after a panic that interrupted its use, also if it was only borrowed.
macro_rules! after_a_panic {
    ($($type:ty),+ $(,)?) => { $(assert_impl_all!($type: UnwindSafe, RefUnwindSafe);)+ };
}

/// `$type` of one parameter, which may cross to threads and be shared as its parameter may.
macro_rules! as_its_entries {
    ($($name:ident = $type:ty),+ $(,)?) => {
        $(
            type $name<Entry> = $type;
            shared!($name<u64>);
            assert_impl_all!($name<Cell<u64>>: Send);
            assert_not_impl_any!($name<Cell<u64>>: Sync);
            assert_not_impl_any!($name<*mut u64>: Send, Sync);
        )+
    };
}

/// The same of what only reads: it may cross if its entries may be shared.
macro_rules! as_shared_entries {
    ($($name:ident = $type:ty),+ $(,)?) => {
        $(
            type $name<Entry> = $type;
            shared!($name<u64>);
            assert_not_impl_any!($name<Cell<u64>>: Send, Sync);
            assert_not_impl_any!($name<*mut u64>: Send, Sync);
        )+
    };
}

shared!(Error, Rejected<u64>, Keyed, KeyedHasher);
shared!(Line, Slot, SlotMask, WindowMask, Word, Tag, Class, SlotByte, Offset, Geometry, MaxLoad);
shared!(Region<'static>, Inline<2>, Zeroed<Region<'static>>, Later<Region<'static>>);
shared!(Heap);
assert_impl_all!(swiss::BytesMap<Region<'static>>: Send, Unpin);
assert_not_impl_any!(swiss::BytesMap<Region<'static>>: Sync);
assert_impl_all!(swiss::Bytes: Send);
assert_not_impl_any!(swiss::Bytes: Sync);
assert_not_impl_any!(Rejected<*mut u64>: Send, Sync);

/// Pages that belong to one thread.
struct OneThreads(Cell<u64>);

// SAFETY: it gives no memory at all.
unsafe impl Pages for OneThreads {
    const ZEROED: bool = false;

    fn map(&mut self, _: NonNull<u8>, _: usize) -> Result<(), Error> {
        self.0.set(self.0.get() + 1);
        Err(Error::Full)
    }
}
assert_impl_all!(Reserved<'static, OneThreads>: Send, Unpin);
assert_not_impl_any!(Reserved<'static, OneThreads>: Sync);

mod of_swiss {
    use super::*;
    use swiss::{map, table};

    type Provided = Region<'static>;
    type Narrow = map::Narrow;

    as_its_entries! {
        Table = swiss::Table<Entry, Provided>,
        Set = swiss::Set<Entry, Provided>,
        PackedMap = swiss::PackedMap<u32, (Entry, ()), Provided>,
        Map = swiss::Map<u64, Entry, Provided>,
        IterMut = table::IterMut<'static, Entry>,
        IterHashMut = table::IterHashMut<'static, Entry>,
        IntoIter = table::IntoIter<Entry, Provided>,
        Drain = table::Drain<'static, Entry>,
        OccupiedInTable = table::OccupiedEntry<'static, Entry, Provided>,
        VacantInTable = table::VacantEntry<'static, Entry, Provided>,
        AbsentInTable = table::AbsentEntry<'static, Entry, Provided>,
        InTable = table::Entry<'static, Entry, Provided>,
        MapIterMut = map::IterMut<'static, u64, Entry, map::Wide>,
        MapDrain = map::Drain<'static, u64, Entry, map::Wide>,
        MapIntoIter = map::IntoIter<u64, Entry, map::Wide, Provided>,
        MapValuesMut = map::ValuesMut<'static, u64, Entry, map::Wide>,
        InMap = map::Entry<'static, u64, Entry, map::Wide, Provided>,
        OccupiedInMap = map::OccupiedEntry<'static, u64, Entry, map::Wide, Provided>,
        VacantInMap = map::VacantEntry<'static, u64, Entry, map::Wide, Provided>,
        RefInMap = map::EntryRef<'static, 'static, u64, u64, Entry, map::Wide, Provided>,
        VacantRefInMap = map::VacantEntryRef<'static, 'static, u64, u64, Entry, map::Wide, Provided>,
        InSet = swiss::set::Entry<'static, Entry, Provided>,
        OccupiedInSet = swiss::set::OccupiedEntry<'static, Entry, Provided>,
        VacantInSet = swiss::set::VacantEntry<'static, Entry, Provided>,
        MapIntoKeys = map::IntoKeys<u64, Entry, map::Wide, Provided>,
        MapIntoValues = map::IntoValues<u64, Entry, map::Wide, Provided>,
        MapExtractIf = map::ExtractIf<'static, u64, Entry, map::Wide, fn(&u64, &mut Entry) -> bool>,
        SetExtractIf = swiss::set::ExtractIf<'static, Entry, fn(&Entry) -> bool>,
        ExtractIf = table::ExtractIf<'static, Entry, fn(&mut Entry) -> bool>,
    }
    as_shared_entries! {
        Iter = table::Iter<'static, Entry>,
        IterHash = table::IterHash<'static, Entry>,
        MapIter = map::Iter<'static, u64, Entry, map::Wide>,
        MapKeys = map::Keys<'static, u64, Entry, map::Wide>,
        MapValues = map::Values<'static, u64, Entry, map::Wide>,
    }
    shared!(map::Inserted<u64, u64>, swiss::Stats, map::PairMap<u32, u32, Narrow, Provided>);

    // After a panic a table is whole, and so are its entries if they promise that.
    after_a_panic!(swiss::Table<u64>, Set<u64>, Map<u64>, PackedMap<u64>);
    after_a_panic!(Set<u64>, swiss::Set<u64, Inline<2>>, swiss::Set<u64, Later<Provided>>);
    after_a_panic!(table::Iter<'static, u64>, table::IntoIter<u64, Heap>);
    after_a_panic!(MapIter<u64>, MapKeys<u64>, MapValues<u64>, MapIntoIter<u64>);
    assert_not_impl_any!(&'static Set<Cell<u64>>: UnwindSafe);
    assert_not_impl_any!(&'static Map<Cell<u64>>: UnwindSafe);
    assert_not_impl_any!(table::Iter<'static, Cell<u64>>: UnwindSafe);
    assert_not_impl_any!(MapIterMut<u64>: UnwindSafe);

    #[cfg(feature = "serde")]
    as_its_entries! {
        ReadInto = swiss::ReadInto<'static, Entry>,
    }

    #[cfg(feature = "spin")]
    mod behind_a_lock {
        use super::*;

        // A lock makes what may cross to another thread usable by several.
        assert_impl_all!(swiss::Locked<Set<Cell<u64>>>: Send, Sync, Unpin);
        assert_not_impl_any!(swiss::Locked<Set<*mut u64>>: Send, Sync);
    }
}

mod of_robin_hood {
    use super::*;
    use robin_hood::{
        map::{Entry, IntoKeys, IntoValues, Keys, OccupiedEntry, VacantEntry, Values, ValuesMut},
        table::{ExtractIf, IntoIter, Iter, IterMut, Range, RangeMut},
    };

    type Provided = Region<'static>;

    shared!(robin_hood::Set<Provided>, robin_hood::Map<Provided>, robin_hood::Storages<Provided>);
    shared!(robin_hood::ByValue, robin_hood::Within, robin_hood::Merge, robin_hood::Stats);
    shared!(Iter<'static, u64, Keyed>, Range<'static, u64, Keyed>, IterMut<'static, Keyed>);
    shared!(IntoIter<u64, Provided, Keyed>, IntoIter<(u64, u64), Provided, Keyed>);
    shared!(Iter<'static, (u64, u64), Keyed>, Range<'static, (u64, u64), Keyed>);
    shared!(RangeMut<'static, Keyed>, ExtractIf<'static, u64, Keyed, fn(u64) -> bool>);
    shared!(Entry<'static, Provided>, OccupiedEntry<'static, Provided>);
    shared!(VacantEntry<'static, Provided>, Keys<'static, Keyed>, Values<'static, Keyed>);
    shared!(ValuesMut<'static, Keyed>, IntoKeys<Provided, Keyed>, IntoValues<Provided, Keyed>);
    // A table in one thread's pages may cross with them, and is not shared.
    assert_impl_all!(robin_hood::Set<Reserved<'static, OneThreads>>: Send);
    assert_not_impl_any!(robin_hood::Set<Reserved<'static, OneThreads>>: Sync);
    #[cfg(feature = "lockfree")]
    shared!(robin_hood::shared::Growth<'static>);
    after_a_panic!(robin_hood::Set, robin_hood::Map, robin_hood::Set<Inline<2>>);
    after_a_panic!(Iter<'static, u64, Keyed>, Range<'static, u64, Keyed>);
    after_a_panic!(IntoIter<u64, Heap, Keyed>, Keys<'static, Keyed>, IntoKeys<Heap, Keyed>);
    assert_obj_safe!(robin_hood::Order, robin_hood::Monotone, robin_hood::Total);
}

#[cfg(feature = "lockfree")]
mod of_lockfree {
    use super::*;
    use lockfree::{Word, *};

    shared!(Map<'static, u64, u64>, Set<'static, u64>, SegmentedMap<'static, u64, u64, 2>);
    shared!(Map<'static, u64, u64, Counted>, Map<'static, u64, u64, Fixed>, StaticLines<2>);
    shared!(Iter<'static, u64, u64, Fixed>);
    shared!(Member<'static>, SharedMap<'static, u64, u64>, SharedSet<'static, u64>);
    shared!(Inserted<u64, u64>, Removal<u64>);
    shared!(Never, Fixed, Counted, Stats, Need, Expectation<u64>, Iter<'static, u64, u64>);
    shared!(Tables<'static, 'static, Never>, Tables<'static, 'static, Counted>);

    /// Keys that only one thread may look at.
    struct OneThreadsKeys(Cell<u64>);

    impl Keys for OneThreadsKeys {
        type Key = u64;
        type Reference = u64;

        fn hash_bits(&self) -> u64 {
            0xff
        }

        fn hash(&self, key: &u64) -> u64 {
            *key
        }

        fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
            self.0.set(self.0.get() + 1);
            reference.number() == *key
        }
    }
    type Indirect<Keys> = IndirectMap<'static, Keys, u64>;
    assert_impl_all!(Indirect<OneThreadsKeys>: Send, Unpin);
    assert_not_impl_any!(Indirect<OneThreadsKeys>: Sync);
    type SharedIndirect<Keys> = SharedIndirectMap<'static, Keys, u64>;
    assert_impl_all!(SharedIndirect<OneThreadsKeys>: Send, Unpin);
    assert_not_impl_any!(SharedIndirect<OneThreadsKeys>: Sync);
    // A word is copied between threads: a pointer of one thread is none.
    assert_not_impl_any!(*mut u64: Word);
    assert_not_impl_any!(&'static u64: Word);
    // As `assert_obj_safe`, which takes no parameters.
    const _: Option<&dyn Reclaim<Inside = u64>> = None;
    const _: Option<&dyn Track<Inside = u64>> = None;
    const _: Option<&dyn Beside<Inside = u64>> = None;
    const _: Option<&dyn Rebuild<Inside = u64>> = None;
}

assert_obj_safe!(Storage, Downward, swiss::Equivalent<u64>);

/// Behind the aliases of a table's iterators, or not to be had; and traits that make no objects, with methods that have
/// no `self` or for one type each.
const UNNAMED: [&str; 12] = [
    "Asking",
    "Entries",
    "Pairs",
    "PairsMut",
    "PairsOf",
    "PairsOfMut",
    "IntoPairs",
    "Growable",
    "Pairing",
    "Sealed",
    "Shape",
    "Value",
];

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_public_type_is_here() {
    let (above, _) = include_str!("auto_traits.rs").split_once("const UNNAMED").unwrap();
    let mut missing = Vec::new();
    let mut count = 0;
    look_at(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut |name| {
        count += 1;
        let is_word =
            |part: &str| part.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
        if !UNNAMED.contains(&name) && !above.lines().any(is_word) {
            missing.push(name.to_owned());
        }
    });
    assert!(missing.is_empty() && count > 60, "{count} types, not here: {missing:?}");
}

/// Calls `see` with the name of each public type and trait in the files under `folder`.
fn look_at(folder: &Path, see: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The C interface has its own checks, and probes are hidden.
        if path.is_dir() && !["ffi", "probe"].iter().any(|name| path.ends_with(name)) {
            look_at(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                let public = line.trim_start().strip_prefix("pub ").unwrap_or_default();
                let public = public.strip_prefix("unsafe ").unwrap_or(public);
                for kind in ["struct ", "enum ", "union ", "trait ", "type "] {
                    if let Some(rest) = public.strip_prefix(kind) {
                        see(rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
                    }
                }
            }
        }
    }
}
