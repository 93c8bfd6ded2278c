use std::path::Path;

use super::{
    UNSAFE,
    inside::Files,
    rooms::{LEAF, ROOMS, inner_rooms_of, picture},
    unsafe_rooms, violations_in,
};

fn violations(path: &str, source: &str) -> Vec<String> {
    violations_in(Path::new(path), source).unwrap()
}

fn assert_clean(path: &str, source: &str) {
    assert_eq!(violations(path, source), [""; 0]);
}

#[test]
fn the_table_names_its_own_modules() {
    let is_module = |name: &&str| ROOMS.iter().any(|room| room.name == *name);
    assert!(ROOMS.iter().all(|room| room.uses.iter().all(is_module)));
    assert!(UNSAFE.iter().all(is_module) && is_module(&LEAF));
}

#[test]
fn the_rooms_of_unsafe_code_are_read() {
    let page = "Rules.\nOnly `one`, `two`\n  and `three` hold unsafe code, and `four` not.";
    assert_eq!(unsafe_rooms(page), ["one", "two", "three"]);
    assert!(unsafe_rooms("Nothing.").is_empty());
}

/// Each module uses only modules of earlier rows: the graph has no cycle.
#[test]
fn arrows_point_one_way() {
    for (row, room) in ROOMS.iter().enumerate() {
        let is_earlier = |used: &&str| ROOMS[..row].iter().any(|earlier| earlier.name == *used);
        assert!(room.uses.iter().all(is_earlier));
    }
}

#[test]
fn inner_arrows_point_one_way_too() {
    for room in ROOMS {
        let rows: Vec<_> = inner_rooms_of(room).collect();
        for (row, inner) in rows.iter().enumerate() {
            let is_earlier = |used: &&str| rows[..row].iter().any(|earlier| earlier.name == *used);
            assert!(inner.uses.iter().all(is_earlier), "{}", inner.name);
        }
    }
}

/// Files of a room, by their modules within it.
fn files(sources: &[(&str, &str)]) -> Files {
    let module = |path: &str| path.split("::").map(str::to_owned).collect();
    let sources = sources.iter().map(|(path, source)| (module(path), (*source).to_owned()));
    Files::of(&sources.collect()).unwrap()
}

#[test]
fn circles_of_files_are_found() {
    let face = ("swiss", "mod a; mod b; pub use a::A; pub use b::{B, C};");
    let one_way = [face, ("swiss::a", "use super::b::B;"), ("swiss::b", "")];
    assert_eq!(files(&one_way).circle(), None);
    // Through the face, through a path inside code, and through `crate`.
    for back in ["use super::A;", "fn f() { super::a::g() }", "use crate::swiss::{x, a::{self}};"] {
        let circle = [face, ("swiss::a", "use super::B;"), ("swiss::b", back)];
        assert_eq!(
            files(&circle).circle(),
            Some("a circle of files: swiss::a, swiss::b".into()),
            "{back}"
        );
    }
    // A folder's `mod.rs` with code of its own that uses a file, which uses that code.
    let used = ["use a::A;", "pub use a::A; fn f() -> A {}", "fn f() { a::g() }"];
    for source in used {
        let circle = [("swiss", source), ("swiss::a", "use super::f;")];
        assert_eq!(
            files(&circle).circle(),
            Some("a circle of files: swiss, swiss::a".into()),
            "{source}"
        );
    }
    let passed_on = [("swiss", "pub use a::A; fn f() {}"), ("swiss::a", "use super::f;")];
    assert_eq!(files(&passed_on).circle(), None);
}

#[test]
fn stray_arrows_between_inner_rooms_are_found() {
    let lockfree = ROOMS.iter().find(|room| room.name == "lockfree").unwrap();
    let stray = |sources: &[(&str, &str)]| files(sources).stray_arrows(lockfree);
    let face = ("lockfree", "pub use maps::Map; pub use chain::Chain;");
    let (maps, chain) = (("lockfree::maps", ""), ("lockfree::chain", ""));
    assert_eq!(stray(&[face, ("lockfree::maps", "use crate::lockfree::Chain;"), chain]), [""; 0]);
    let up = ("lockfree::chain::walk", "\nuse crate::lockfree::Map;");
    let message = "lockfree::chain::walk, line 2: `chain` may not use `maps`";
    assert_eq!(stray(&[face, maps, chain, up]), [message]);
    let to_face = ("lockfree::chain", "use super::own;");
    let message = "lockfree::chain, line 1: `chain` may not use `mod.rs`";
    assert_eq!(stray(&[face, maps, to_face]), [message]);
    assert_eq!(stray(&[("lockfree::attic", "")]), ["lockfree::attic: not in the table of rooms"]);
}

#[test]
fn the_picture_shows_every_room_above_those_that_it_uses() {
    let picture = picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")).unwrap();
    let line_of = |name: &str| {
        let is_its = |line: &str| {
            let mut words = line.split_whitespace();
            words.next().is_some_and(|floor| floor.parse::<usize>().is_ok())
                && words.next() == Some(name)
        };
        picture.lines().position(is_its).unwrap_or_else(|| panic!("{name} is not in the picture"))
    };
    for room in ROOMS {
        assert!(room.uses.iter().all(|used| line_of(room.name) < line_of(used)), "{}", room.name);
    }
}

#[test]
fn promised_arrows_are_clean() {
    assert_clean("probe/mod.rs", "use crate::layout::{Line, Tag};");
    assert_clean("swiss/find.rs", "use crate::{layout::Line, probe::{self, find_word}, error::E};");
    assert_clean("swiss/find.rs", "use super::super::hash::Keyed; use super::insert; use self::x;");
    assert_clean("swiss/find.rs", "use crate::swiss::insert; pub(crate) fn f() { unsafe {} }");
    assert_clean("lib.rs", "pub mod swiss; pub use crate::swiss::Table; pub use swiss::*;");
    assert_clean("layout/tests.rs", "use super::*; mod more { use super::super::*; }");
}

#[test]
fn broken_promises_are_found() {
    let broken = [
        ("layout/mod.rs", "use crate::hash::Keyed;", "1: `layout` may not use `hash`"),
        ("probe/mod.rs", "fn f() {\n crate::storage::g() }", "2: `probe` may not use `storage`"),
        ("hash/a.rs", "use super::{super::layout, b};", "1: `hash` may not use `layout`"),
        ("hash/mod.rs", "use super::layout;", "1: `hash` may not use `layout`"),
        ("swiss/a.rs", "use crate::{\nlayout,\nsync::A,\n};", "3: `swiss` may not use `sync`"),
        (
            "ffi/mod.rs",
            "macro_rules! m { () => { $crate::probe::f() } }",
            "1: `ffi` may not use `probe`",
        ),
        (
            "lockfree/a.rs",
            "mod b { use super::super::super::swiss; }",
            "1: `lockfree` may not use `swiss`",
        ),
        ("storage/mod.rs", "pub(in crate::swiss) fn f() {}", "1: `storage` may not use `swiss`"),
        (
            "swiss/mod.rs",
            "use crate::Table;",
            "1: `crate::Table` is not a module: name the one it comes from",
        ),
        ("probe/mod.rs", "use crate::*;", "1: `probe` may not use the whole crate's root"),
        ("probe/mod.rs", "use crate as heptad;", "1: `probe` may not use the whole crate's root"),
        (
            "probe/mod.rs",
            "use crate::{self as heptad};",
            "1: `probe` may not use the whole crate's root",
        ),
    ];
    for (path, source, message) in broken {
        assert_eq!(violations(path, source), [message], "{source}");
    }
}

#[test]
fn an_unknown_module_is_found() {
    assert_eq!(violations("misc.rs", ""), ["1: `misc` is not in the table of modules"]);
}

#[test]
fn comments_strings_and_documentation_are_no_arrows() {
    assert_clean(
        "layout/mod.rs",
        "//! See [`crate::swiss`].\n// use crate::probe;\n/* crate::hash */\n\
         /// unsafe [`f`](crate::probe::f)\nconst A: &str = \"use crate::probe; unsafe\";",
    );
    assert_clean("hash/mod.rs", "// unsafe\n#![deny(unsafe_op_in_unsafe_fn)]");
}

#[test]
fn unsafe_is_found_where_it_may_not_stand() {
    let source = "fn f() {\n    unsafe { g() }\n}";
    assert_eq!(violations("hash/mod.rs", source), ["2: `hash` may hold no `unsafe`"]);
    assert_eq!(violations("error.rs", source), ["2: `error` may hold no `unsafe`"]);
    assert_eq!(violations("lib.rs", source), ["2: the crate's root may hold no `unsafe`"]);
    assert_clean("layout/line.rs", source);
    assert_eq!(
        violations("hash/mod.rs", "#[unsafe(no_mangle)] fn f() {}"),
        ["1: `hash` may hold no `unsafe`"]
    );
}
