//! Members: one is dead, at some point of its operation; another one reaps it, while a third one works on.

use std::{boxed::Box, sync::Arc, vec::Vec};

use loom::{model::Builder, thread};

use super::super::{
    arena::{Descriptor, Shape, Table},
    bucket::{Home, Place, Reserver, SPARE},
    operations::{Decision, Key, Look},
    shared::{
        intent::{Intent, JOINED, Line},
        reap::{Gate, Reaper},
    },
};
use crate::{error::Error, storage::Region};

const KEY: u64 = 1;
/// A key that finds no own slot.
const OVERFLOW: u64 = 9;
const REAPER: usize = 0;
const DEAD: usize = 1;
const LIVING: usize = 2;

/// A table with one home and one entry, and three members.
struct Memory {
    descriptor: core::ptr::NonNull<Descriptor>,
    lines: Vec<Line>,
    gate: Gate,
}

// SAFETY: shared borrows of loom's atomics; the descriptor is leaked.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    fn new() -> Memory {
        let line = Box::leak(Box::new(crate::layout::Line::EMPTY));
        let region = Region::from_lines(core::slice::from_mut(line)).unwrap();
        let shape = Shape { buckets: 1, groups_per_region: 1 };
        let descriptor = Descriptor::of_shape(region, shape, 0, u64::MAX);
        let lines: Vec<Line> = (0..3).map(|_| Line::in_state(JOINED)).collect();
        let memory = Memory { descriptor, lines, gate: Gate::default() };
        assert_eq!(memory.update(REAPER, Decision::Set(0)), Ok(None));
        memory
    }

    fn table(&self) -> Table<'_> {
        // SAFETY: leaked.
        unsafe { Table::at(self.descriptor) }
    }

    fn table_of(&self, number: usize) -> Table<'_, Intent<'_>> {
        let names = &self.lines[number].names;
        self.table().for_reserver(Intent { names, reaped: &self.gate.reaped, base: 0 })
    }

    fn update(
        &self,
        number: usize,
        decision: Decision,
    ) -> Result<Option<u64>, super::super::operations::Stop> {
        self.update_of(number, KEY, decision)
    }

    fn update_of(
        &self,
        number: usize,
        word: u64,
        decision: Decision,
    ) -> Result<Option<u64>, super::super::operations::Stop> {
        let table = self.table_of(number);
        let key = Key { word, matches: |word, stored, _: Look<'_>| word == stored };
        let answer = table.update(table.home_of(word), key, |_: Option<u64>| decision);
        table.reserver.end();
        answer
    }

    fn reap(&self) -> Result<(), Error> {
        let Memory { lines, gate, .. } = self;
        Reaper { number: REAPER, lines, gate, base: 0 }.reap(self.table(), DEAD)
    }
}

/// What the dead member did last.
type Death = fn(Table<'_, Intent<'_>>, Home<'_>);

const DEATHS: [Death; 3] = [
    // It has named the spare cell.
    |table, home| assert!(table.reserver.reserves(home.bucket(), SPARE)),
    // It has reserved it, if no other has.
    |table, home| drop(home.reserve_spare(table.reserver, home.header())),
    // It was about to remove the entry.
    |table, home| table.hides(home, Place::own(0)),
];

/// A dead member is reaped while a living one does `decision`; then the reaper changes the key itself.
fn race(decision: Decision) {
    for death in DEATHS {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(move || {
            let memory = Arc::new(Memory::new());
            let living = {
                let memory = Arc::clone(&memory);
                thread::spawn(move || memory.update(LIVING, decision))
            };
            let reaper = {
                let memory = Arc::clone(&memory);
                thread::spawn(move || {
                    let table = memory.table_of(DEAD);
                    death(table, table.first_home());
                    let reaped = memory.reap();
                    assert!(matches!(reaped, Ok(()) | Err(Error::Busy)));
                    memory.update(REAPER, Decision::Set(3))
                })
            };
            let before = [living.join().unwrap().unwrap(), reaper.join().unwrap().unwrap()];
            // One of both came first, and the other one found what it left.
            let after_first = match decision {
                Decision::Set(value) => Some(value),
                _ => None,
            };
            assert!(before == [Some(0), after_first] || before == [Some(3), Some(0)], "{before:?}");
            assert_eq!(memory.reap(), Ok(()));
            assert_eq!(memory.table().stats(memory.table()).reserved, 0);
        });
    }
}

#[test]
fn p4_a_dead_one_is_reaped_beside_an_update() {
    race(Decision::Set(2));
}

#[test]
fn p4_a_dead_one_is_reaped_beside_a_removal() {
    race(Decision::Remove);
}

/// Two members at once in a full bucket with entries in groups: `living` changes a key, and a reaper reaps the dead
/// one after its `death`, and does `then`. What is there in the end is sound, and nothing is reserved.
fn race_in_groups(entries: u64, death: Death, living: (u64, Decision), then: Option<u64>) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let memory = Memory::new();
        for word in 2..=entries {
            assert_eq!(memory.update_of(REAPER, word, Decision::Set(0)), Ok(None));
        }
        let table = memory.table_of(DEAD);
        death(table, table.first_home());
        let memory = Arc::new(memory);
        let change = {
            let memory = Arc::clone(&memory);
            thread::spawn(move || memory.update_of(LIVING, living.0, living.1))
        };
        let reaper = {
            let memory = Arc::clone(&memory);
            thread::spawn(move || {
                let reaped = memory.reap();
                assert!(matches!(reaped, Ok(()) | Err(Error::Busy)));
                then.map(|word| memory.update_of(REAPER, word, Decision::Set(7)))
            })
        };
        let insertion = reaper.join().unwrap();
        assert!(change.join().unwrap().is_ok());
        assert_eq!(memory.reap(), Ok(()));
        let table = memory.table();
        assert!(table.is_sound(), "a visible slot is free");
        assert_eq!(table.stats(table).reserved, 0);
        let removed = usize::from(living.1 == Decision::Remove);
        let added =
            usize::from(living.1 != Decision::Remove) + usize::from(insertion == Some(Ok(None)));
        assert_eq!(table.count(), entries as usize - removed + added);
        let mut rest = (2..=entries).chain(then.filter(|_| insertion == Some(Ok(None))));
        assert!(rest.all(|word| memory.update_of(REAPER, word, Decision::Keep).unwrap().is_some()));
    });
}

/// The dead member had named a slot of a group, which a living one takes meanwhile, and shows: its name is gone
/// after that, and the slot is not free.
#[test]
fn p4_a_dead_one_is_reaped_beside_an_insertion() {
    let named: Death = |table, home| assert!(table.reserver.reserves(table.group(home, 0), 0));
    race_in_groups(3, named, (OVERFLOW, Decision::Set(5)), None);
}

/// The dead member was about to hide an entry that a living one removes meanwhile, to fill its slot with another one:
/// the slot is the living one's until then.
#[test]
fn p4_a_dead_one_is_reaped_beside_a_removal_that_fills() {
    let hides: Death = |table, home| table.hides(home, Place::own(0));
    race_in_groups(4, hides, (KEY, Decision::Remove), Some(OVERFLOW));
}
