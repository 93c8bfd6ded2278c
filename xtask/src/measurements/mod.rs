//! `cargo xtask record`: measures, and stores the figures that docs/measurements.md prints.
//!
//! [`recordings`] names every recording and its command. [`run`](record::run) executes some of them, and [`store`]
//! writes all cells of each to `docs/measurements/NAME.json`, with the command, the machine, the versions, the commit
//! and the date. [`sections`] prints such a file as Markdown; `cargo xtask write-pages` puts it between the marks of
//! the page.
//!
//! A cell compares one operation of heptad with one peer's:
//!
//! | key | value |
//! |---|---|
//! | `suite`, `op`, `peer` | what was measured |
//! | `ours_…`, `peer_…` | a measure: `ns`, `instructions`, `bytes`, and others; null if there is none |
//! | `ratio` | the peer's first measure divided by ours: above 1 heptad is ahead |
//! | `disturbed`, `failure` | did neighbours take a processor away in every round; why the peer has no result |
//! | any other | a property of the tables: `entries`, `load`, `threads`, … |

use std::path::{Path, PathBuf};

mod groups;
mod record;
mod recordings;
mod sections;
mod store;
mod tables;

pub(crate) use record::{Call, run};
pub(crate) use recordings::names;
pub(crate) use sections::{section, tables_of};

/// The folder of the files.
const FOLDER: &str = "docs/measurements";

/// The file of a recording.
pub(crate) fn path_of(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name).with_extension("json")
}
