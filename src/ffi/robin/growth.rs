//! Growing into other memory by several threads.

use core::{ffi::c_int, marker::PhantomData};

use static_assertions::assert_impl_all;

use super::{
    super::{
        arguments,
        code::{self, Refusal},
        handle::{Handle, ToChange, ToRead},
        memory::{Bytes, Provided},
        owned::{Kind, Owned},
        results::{self, Context},
    },
    HeptadRobin, HeptadRobinMap, halves,
};
use crate::{
    robin_hood::shared::{Growth, larger_map, larger_set},
    storage::Region,
};

/// `heptad_growth`: what helpers get. C sees no more of it than its address.
#[repr(C)]
pub struct HeptadGrowth {
    hidden: [u8; 0],
}

/// A growth to help. If not null, it came from the growth's own call of [`GrowTogether`], which returns after this
/// call.
#[repr(transparent)]
pub struct ToHelp<'call>(*const HeptadGrowth, PhantomData<&'call HeptadGrowth>);

/// Passes a growth to helpers.
pub type GrowTogether = Option<extern "C" fn(growth: *const HeptadGrowth, context: Context)>;

// C passes it to several threads.
assert_impl_all!(Growth<'static>: Sync);

impl<'call> ToHelp<'call> {
    fn open(self) -> Result<&'call Growth<'call>, Refusal> {
        let growth = self.0.cast::<Growth<'_>>();
        code::check(growth)?;
        // SAFETY: not null and aligned, which was checked; a growth that lives, by C's promise.
        Ok(unsafe { &*growth })
    }
}

/// Makes the larger table by `grow`, in memory apart from the smaller one's.
fn make_larger<T: Kind>(
    small: ToRead<Handle<Owned<T>>>,
    large: ToChange<Handle<Owned<T>>>,
    memory: Provided,
    bytes: Bytes,
    work: GrowTogether,
    context: Context,
    grow: impl FnOnce(&T, Region<'static>, &mut dyn FnMut(&Growth<'_>)) -> Result<T, Refusal>,
) -> c_int {
    let Some(work) = work else { return code::NULL };
    large.make_in(memory, bytes, |region, place| {
        arguments::check_atomics()?;
        grow(place.apart_from(&small)?, region, &mut |growth| {
            work(core::ptr::from_ref(growth).cast(), context);
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_grow_shared(
    small: ToRead<HeptadRobin>,
    large: ToChange<HeptadRobin>,
    memory: Provided,
    bytes: Bytes,
    work: GrowTogether,
    context: Context,
) -> c_int {
    make_larger(small, large, memory, bytes, work, context, |set, region, work| {
        Ok(larger_set(set, region, work)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_robin_map_grow_shared(
    small: ToRead<HeptadRobinMap>,
    large: ToChange<HeptadRobinMap>,
    memory: Provided,
    bytes: Bytes,
    work: GrowTogether,
    context: Context,
) -> c_int {
    make_larger(small, large, memory, bytes, work, context, |map, region, work| {
        let (keys, values) = halves(region)?;
        Ok(larger_map(map, keys, values, work)?)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_growth_help(growth: ToHelp) -> c_int {
    results::answer(growth.open().map(|growth| growth.help()))
}

#[unsafe(no_mangle)]
pub extern "C" fn heptad_growth_ranges(growth: ToHelp) -> c_int {
    results::answer(growth.open().map(|growth| growth.ranges() as c_int))
}
