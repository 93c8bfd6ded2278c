//! The public maps: keys and values as words, and which closures decide.

mod count;
mod entries;
mod evict;
mod expectation;
mod indirect;
mod indirect_change;
mod iter;
mod keys;
mod make;
mod map;
mod removal;
mod segmented;
mod set;
mod shared;
mod tables;
mod word;

pub use expectation::Expectation;
pub use indirect::IndirectMap;
pub use iter::Iter;
#[cfg(feature = "ffi")]
pub(crate) use keys::home_mask;
pub use keys::{Keys, Stored};
pub use map::Map;
pub use removal::Removal;
pub use segmented::SegmentedMap;
pub use set::Set;
pub use shared::{SharedIndirectMap, SharedMap, SharedSet};
pub use tables::Tables;
pub use word::Word;
