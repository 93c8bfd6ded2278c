//! The sorted table that grows in place. (The essay comes with the next change.)

mod check;
mod find;
mod grow;
mod insert;
mod order;
mod raw;
mod relocate;
mod remove;
pub mod set;
mod shape;
mod spread;

pub use order::{ByValue, Order};
pub use set::Set;
