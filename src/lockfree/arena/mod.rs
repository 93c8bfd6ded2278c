//! A table in memory: the one place where bytes become buckets and groups.
//!
//! [`Table`] is what all algorithms work on: buckets and groups of atomics, and the numbers that lead a
//! hash into them. A [`Descriptor`] says where they are. In normal builds they are the bytes of an
//! arena, after the descriptor; under loom, whose atomics are no plain words, they stand in boxes.
//!
//! - **A1** The descriptor of a table does not change, and its buckets and groups, as many as its shape
//!   says and at least one of each, are there during `'a`.

mod progress;
mod shape;
mod size;
mod table;

pub(crate) use progress::Progress;
pub(crate) use shape::Shape;
pub use size::{arena_layout, arena_lines};
pub(crate) use table::Table;

cfg_if::cfg_if! {
    if #[cfg(heptad_loom)] {
        mod model;
        pub(crate) use model::Descriptor;
    } else {
        mod memory;
        pub(crate) use memory::Descriptor;
    }
}
