//! Growing into other memory with many hands.

use core::ffi::{c_int, c_void};

use static_assertions::assert_impl_all;

use super::{
    Handle, HeptadRobin, HeptadRobinMap, Kind, Lent, Memory, arguments, code, halves, lent,
};
use crate::{robin_hood::shared::Growth, storage::Region};

/// `heptad_growth`: what helpers get. C sees no more of it than its address.
#[repr(C)]
pub struct HeptadGrowth {
    hidden: [u8; 0],
}

/// Lends a growth to helpers.
pub type GrowTogether =
    Option<unsafe extern "C" fn(growth: *const HeptadGrowth, context: *mut c_void)>;

// C lends it to several threads.
assert_impl_all!(Growth<'static>: Sync);

/// Makes the larger table by `grow`, in memory apart from the smaller one's.
///
/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
unsafe fn make_larger<T: Kind>(
    small: *const Handle<Lent<T>>,
    large: *mut Handle<Lent<T>>,
    memory: *mut c_void,
    bytes: usize,
    work: GrowTogether,
    context: *mut c_void,
    grow: impl FnOnce(&T, Region<'static>, &mut dyn FnMut(&Growth<'_>)) -> Result<T, c_int>,
) -> c_int {
    let Some(work) = work else { return code::NULL };
    let mut work = |growth: &Growth<'_>| {
        let growth = core::ptr::from_ref(growth).cast::<HeptadGrowth>();
        // SAFETY: the caller's function, for the caller's context.
        unsafe { work(growth, context) };
    };
    let new = |region| {
        arguments::check_atomics()?;
        // SAFETY: the caller's promise.
        let body = unsafe { Handle::read(small) }?;
        lent::check_apart(small, body, Memory::of(memory.cast::<u8>(), bytes)?, &[])?;
        grow(&body.table, region, &mut work)
    };
    // SAFETY: the caller's promise.
    unsafe { lent::make(large, memory, bytes, new) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_grow_shared(
    small: *const HeptadRobin,
    large: *mut HeptadRobin,
    memory: *mut c_void,
    bytes: usize,
    work: GrowTogether,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        make_larger(small, large, memory, bytes, work, context, |set, region, work| {
            set.grow_shared(region, work).map_err(|rejected| code::of(rejected.error))
        })
    }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_robin_map_grow_shared(
    small: *const HeptadRobinMap,
    large: *mut HeptadRobinMap,
    memory: *mut c_void,
    bytes: usize,
    work: GrowTogether,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        make_larger(small, large, memory, bytes, work, context, |map, region, work| {
            let (keys, values) = halves(region)?;
            map.grow_shared(keys, values, work).map_err(|rejected| code::of(rejected.error))
        })
    }
}

/// Asks a growth.
///
/// # Safety
///
/// A pointer that is not null came from the growth's own call of [`GrowTogether`], which has not
/// returned yet.
unsafe fn ask(growth: *const HeptadGrowth, ask: impl FnOnce(&Growth<'_>) -> c_int) -> c_int {
    let growth = growth.cast::<Growth<'_>>();
    match arguments::check(growth) {
        // SAFETY: not null and aligned; a growth that lives, by the caller's promise.
        Ok(()) => ask(unsafe { &*growth }),
        Err(code) => code,
    }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the growth is still under way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_growth_help(growth: *const HeptadGrowth) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { ask(growth, |growth| c_int::from(growth.help())) }
}

/// # Safety
///
/// [As for every function here](super::super#what-a-caller-owes); the growth is still under way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heptad_growth_ranges(growth: *const HeptadGrowth) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { ask(growth, |growth| growth.ranges() as c_int) }
}
