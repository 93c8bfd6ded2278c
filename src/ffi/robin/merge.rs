//! Two tables of one order, merged or compared: one pass over both.

use core::ffi::c_int;

use super::{
    super::{
        code::{self, Refusal},
        handle::{ToChange, ToRead},
        memory::{Bytes, Provided},
        results::Context,
    },
    HeptadRobin, HeptadRobinMap, SortedSet, halves,
};
use crate::robin_hood::Merge;

/// The value of a key of two maps, of which one may not have it.
pub type MergeValues = Option<
    extern "C" fn(
        key: u64,
        first: Option<&u64>,
        second: Option<&u64>,
        value: &mut u64,
        context: Context,
    ) -> c_int,
>;

/// The merge that `number` names.
fn merge_of(number: c_int) -> Result<Merge, Refusal> {
    match number {
        0 => Ok(Merge::Union),
        1 => Ok(Merge::Intersection),
        2 => Ok(Merge::Difference),
        3 => Ok(Merge::SymmetricDifference),
        _ => Err(Refusal(code::ARGUMENT)),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_merge(
    result: ToChange<HeptadRobin>,
    merge: c_int,
    first: ToRead<HeptadRobin>,
    second: ToRead<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
) -> c_int {
    result.make_in(memory, bytes, |region, place| {
        let merge = merge_of(merge)?;
        let (one, two) = (place.apart_from(&first)?, place.apart_from(&second)?);
        Ok::<_, Refusal>(one.try_merge_in(merge, two, region)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_merge(
    result: ToChange<HeptadRobinMap>,
    first: ToRead<HeptadRobinMap>,
    second: ToRead<HeptadRobinMap>,
    merge: MergeValues,
    context: Context,
    memory: Provided,
    bytes: Bytes,
) -> c_int {
    let Some(merge) = merge else { return code::NULL };
    result.make_in(memory, bytes, |region, place| {
        let (one, two) = (place.apart_from(&first)?, place.apart_from(&second)?);
        let (keys, values) = halves(region)?;
        let merged = one.try_merge_in(two, keys, values, |key, one, two| {
            let mut value = one.or(two).unwrap_or(0);
            let stays = merge(key, one.as_ref(), two.as_ref(), &mut value, context) != 0;
            stays.then_some(value)
        });
        Ok::<_, Refusal>(merged?)
    })
}

/// Compares two sets of one order.
fn compare(
    first: ToRead<HeptadRobin>,
    second: ToRead<HeptadRobin>,
    holds: impl FnOnce(&SortedSet, &SortedSet) -> bool,
) -> c_int {
    first.ask(|one| {
        let two = second.open()?;
        if one.order() == two.order() { Ok(holds(one, two)) } else { Err(Refusal(code::ARGUMENT)) }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_is_subset(
    first: ToRead<HeptadRobin>,
    second: ToRead<HeptadRobin>,
) -> c_int {
    compare(first, second, SortedSet::is_subset)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_is_disjoint(
    first: ToRead<HeptadRobin>,
    second: ToRead<HeptadRobin>,
) -> c_int {
    compare(first, second, SortedSet::is_disjoint)
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_is_equal(
    first: ToRead<HeptadRobin>,
    second: ToRead<HeptadRobin>,
) -> c_int {
    compare(first, second, |one, two| one == two)
}
