//! Ranges of keys, copied into arrays of the caller's.

use core::ffi::c_int;

use super::{
    super::{
        batch::{ArrayOut, Count},
        code::{self, Refusal},
        handle::{Handle, ToRead},
        owned::{Kind, Owned},
        results::Required,
    },
    Kept,
};

/// A table whose entries have an order. A set's have a value of 0.
pub(super) trait Sorted: Kind {
    fn order(&self) -> &Kept;
    fn position_of(&self, key: u64) -> usize;
    fn next_from(&self, position: usize) -> Option<(usize, (u64, u64))>;
}

/// Copies the entries between two keys, as many as there is room for, and reports how many. Are there more? 1, 0, or
/// a code.
pub(super) fn copy<T: Sorted>(
    table: ToRead<Handle<Owned<T>>>,
    (least, greatest): (u64, u64),
    keys: ArrayOut<u64>,
    values: Option<ArrayOut<u64>>,
    room: Count,
    count: Required<usize>,
) -> c_int {
    table.batch(room, |table, batch| {
        if matches!(table.order(), Kept::Keyed(_)) {
            // The keys are not in their own order.
            return Err(Refusal(code::ARGUMENT));
        }
        let count = count.open()?;
        let (values, batch) = batch.write_if_wanted(values)?;
        let (keys, batch) = batch.write(keys)?;
        batch.done()?;
        let (mut position, mut copied) = (table.position_of(least), 0);
        let has_more = loop {
            match table.next_from(position) {
                Some((after, (key, value))) if key <= greatest => {
                    let Some(to) = keys.get_mut(copied) else { break true };
                    to.write(key);
                    if let Some(to) = values.get_mut(copied) {
                        to.write(value);
                    }
                    (position, copied) = (after, copied + 1);
                }
                _ => break false,
            }
        };
        count.give(copied);
        Ok(has_more)
    })
}
