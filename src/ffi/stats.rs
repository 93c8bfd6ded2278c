//! Statistics as C sees them.

use crate::swiss::Stats;

/// `heptad_stats`: the fields are those of [`Stats`], in 64 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadStats {
    pub groups: u64,
    pub len: u64,
    pub capacity: u64,
    pub displaced: u64,
    pub stashed: u64,
    pub span: u64,
    pub filter_bits: u64,
    pub full_groups: u64,
    pub bytes: u64,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadStats>() == 72);
    assert!(core::mem::offset_of!(HeptadStats, bytes) == 64);
};

impl From<Stats> for HeptadStats {
    fn from(stats: Stats) -> HeptadStats {
        HeptadStats {
            groups: stats.groups as u64,
            len: stats.len as u64,
            capacity: stats.capacity as u64,
            displaced: stats.displaced as u64,
            stashed: stats.stashed as u64,
            span: stats.span as u64,
            filter_bits: stats.filter_bits as u64,
            full_groups: stats.full_groups as u64,
            bytes: stats.bytes as u64,
        }
    }
}
