//! The headers in `include` against the code: the same functions with the same types, and the same
//! numbers.
//!
//! cbindgen reads the exports of `src/ffi` and writes their C declarations. A C compiler then reads
//! both: it refuses a function that is declared twice with different types. Numbers become assertions.
//! A comparison of names shows that neither side lacks something of the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cbindgen::{Builder, ItemType, Language};
use walkdir::WalkDir;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::stage::Count;

/// The folder of the headers: `heptad.h` includes those in `heptad`, except a few.
pub(crate) const FOLDER: &str = "include";

/// Headers with functions of no library: a program includes them separately.
const OPTIONAL: &[&str] = &[
    "heptad/growing.h",
    "heptad/growing_robin.h",
    "heptad/inline.h",
    "heptad/malloc.h",
    "heptad/probe.h",
    "heptad/typed.h",
];

fn is_optional(file: &Path) -> bool {
    OPTIONAL.iter().any(|name| file == Path::new(name))
}

/// The headers, by their paths in [`FOLDER`].
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(FOLDER).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.path().strip_prefix(FOLDER)?.to_path_buf());
        }
    }
    Ok(files)
}

/// The text of all headers, those of functions in no library included or not.
fn text(with_optional: bool) -> Result<String> {
    let files = files()?.into_iter().filter(|file| with_optional || !is_optional(file));
    let texts = files.map(|file| {
        let path = Path::new(FOLDER).join(file);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    });
    texts.collect()
}

/// The options of a strict compiler.
pub(super) const STRICT: &[&str] = &["-Wall", "-Wextra", "-Werror", "-pedantic"];

/// Further options, for the header alone: users compile with them.
const STRICTER: &[&str] = &[
    "-pedantic-errors",
    "-Wundef",
    "-Wshadow",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wcast-qual",
    "-Wcast-align",
];
const STRICTER_C: &[&str] =
    &["-x", "c", "-Wc++-compat", "-Wstrict-prototypes", "-Wredundant-decls"];
const STRICTER_CPP: &[&str] = &["-x", "c++", "-Wold-style-cast"];

/// Compilers that have to accept the header as C, and as C++.
const READERS_C: &[&[&str]] = &[
    &["gcc", "-std=c99"],
    &["gcc", "-std=c11"],
    &["gcc", "-std=c17"],
    &["gcc", "-std=c2x"],
    &["gcc", "-std=gnu17"],
    // A kernel of one's own, which is not Linux.
    &["gcc", "-std=c99", "-ffreestanding", "-D__KERNEL__"],
    &["gcc", "-std=c99", "-m32"],
    &["clang", "-std=c99"],
    &["clang", "-std=c11"],
    &["clang", "-std=c17"],
    &["clang", "-std=c2x"],
    &["clang", "-std=c99", "--target=thumbv6m-none-eabi"],
    &["clang", "-std=c99", "--target=riscv32-none-elf"],
    &["clang", "-std=c99", "--target=aarch64_be-none-elf"],
    &["clang", "-std=c11", "--target=x86_64-pc-windows-msvc", "-fms-extensions"],
    &["clang", "-std=c11", "--target=i686-pc-windows-msvc", "-fms-extensions"],
    // `int` and pointers of 16 bits.
    &["clang", "-std=c99", "--target=msp430-none-elf"],
    &["aarch64-linux-gnu-gcc", "-std=c99"],
    // The view of compilers without GNU attributes.
    &["gcc", "-std=c17", "-U__GNUC__"],
];
const READERS_CPP: &[&[&str]] = &[
    &["g++", "-std=c++98"],
    &["g++", "-std=c++11"],
    &["g++", "-std=c++20"],
    &["g++", "-std=c++98", "-m32"],
    &["clang++", "-std=c++98"],
    &["clang++", "-std=c++11"],
    &["clang++", "-std=c++20"],
    &["clang++", "-std=c++14", "--target=x86_64-pc-windows-msvc", "-fms-extensions"],
    &["g++", "-std=c++11", "-U__GNUC__"],
];

/// The header, included twice, beside other people's macros, with each of its own macros used.
const USER: &str = "\
#include \"macros.h\"
#include <heptad.h>
#include <heptad.h>
#include <heptad/growing.h>
#include <heptad/growing_robin.h>
#include <heptad/inline.h>
#include <heptad/typed.h>
HEPTAD_TYPED_MAP(numbers, uint32_t, uint16_t, heptad_hash_word, HEPTAD_EQUAL)
HEPTAD_STRING_MAP(texts, int)
static heptad_set set = HEPTAD_INIT;
static heptad_map map = HEPTAD_INIT;
static heptad_table table = HEPTAD_INIT;
static heptad_robin robin = HEPTAD_INIT;
static heptad_robin_map robin_map = HEPTAD_INIT;
static heptad_lockfree lockfree = HEPTAD_INIT;
static heptad_indirect indirect = HEPTAD_INIT;
static heptad_sized_map sized = HEPTAD_INIT;
static HEPTAD_LINES(lines, 4);
static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
struct placed { char first; heptad_lockfree handle; };
HEPTAD_STATIC_ASSERT(lines, sizeof lines == 256);
HEPTAD_STATIC_ASSERT(placed, offsetof(struct placed, handle) == 8);
HEPTAD_STATIC_ASSERT(indices, HEPTAD_HASH_BITS_OF_INDICES >> 32 == 0xFFFFFFFF);
HEPTAD_STATIC_ASSERT(no_indices, HEPTAD_HASH_BITS_OF_INDICES << 32 == 0);
HEPTAD_STATIC_ASSERT(addresses, HEPTAD_HASH_BITS_OF_ADDRESSES >> 48 == 0xFFFF);
HEPTAD_STATIC_ASSERT(no_addresses, HEPTAD_HASH_BITS_OF_ADDRESSES << 16 == 0xF0000);
uint64_t use(void);
uint64_t use(void)
{
    lines[0] = counters[0] = 1;
    return lines[sizeof lines - 1] + HEPTAD_WORD(heptad_inline_set_contains(&set, 1) > 0) + heptad_set_len(&set) + heptad_map_len(&map) + heptad_table_len(&table)
        + heptad_robin_len(&robin) + heptad_robin_map_len(&robin_map) + heptad_lockfree_len(&lockfree)
        + heptad_indirect_len(&indirect) + heptad_sized_map_len(&sized);
}
";

/// Has every compiler read the header, as C or as C++.
pub(super) fn read_everywhere(shell: &Shell, folder: &Path) -> Result<Count> {
    let user = folder.join("user.c");
    fs::write(&user, USER)?;
    let c = READERS_C.iter().map(|reader| (reader, STRICTER_C));
    let cpp = READERS_CPP.iter().map(|reader| (reader, STRICTER_CPP));
    let mut count = job::run_until_failure(c.chain(cpp).map(|(reader, stricter)| {
        let (compiler, options) = reader.split_first().unwrap_or((&"gcc", &[]));
        let command = cmd!(shell, "{compiler} {options...} -ffreestanding -fsyntax-only")
            .args(["-Iinclude", "-Icapi/tests"])
            .args(STRICT)
            .args(STRICTER)
            .args(stricter)
            .arg(&user);
        Job::step(format!("the header, read by {}", reader.join(" ")), command)
    }))?;
    count += read_in_linux(shell, folder)?;
    for file in files()? {
        let alone = folder.join("alone.c");
        let name = file.display();
        fs::write(&alone, format!("#include <{name}>\n#include <{name}>\n"))?;
        for (compiler, language) in [("gcc", STRICTER_C), ("g++", STRICTER_CPP)] {
            let command = cmd!(shell, "{compiler} -ffreestanding -fsyntax-only -Iinclude")
                .args(STRICT)
                .args(STRICTER)
                .args(language)
                .arg(&alone);
            count += Job::step(format!("{name} alone, read by {compiler}"), command).run()?;
        }
    }
    let umbrella = fs::read_to_string(Path::new(FOLDER).join("heptad.h"))?;
    count += Count::of(files()?.iter().all(|file| {
        file == Path::new("heptad.h")
            || is_optional(file)
            || umbrella.contains(&format!("\"{}\"", file.display()))
    }));
    // A name that the header uses.
    let command =
        cmd!(shell, "gcc -std=c99 -Dgreatest=1 -fsyntax-only -Iinclude -Icapi/tests {user}");
    count += Job::refused("the header beside `#define greatest 1`", command, "expected").run()?;
    Ok(count)
}

/// What Linux has in place of the C standard's headers, as far as heptad's use it.
const LINUX_HEADERS: [(&str, &str); 3] = [
    (
        "stddef.h",
        "#define NULL ((void *)0)\n#define offsetof(type, field) __builtin_offsetof(type, field)\n",
    ),
    ("compiler_types.h", "#define __LINUX_COMPILER_TYPES_H\n"),
    (
        "types.h",
        "typedef unsigned char uint8_t;\ntypedef unsigned short uint16_t;\ntypedef unsigned int uint32_t;\n\
         typedef unsigned long long uint64_t;\ntypedef unsigned long uintptr_t, size_t;\ntypedef long ptrdiff_t;\n",
    ),
];

/// Reads [`USER`] as a module's source, without any header of the compiler; `verify linux` has the kernel's own.
fn read_in_linux(shell: &Shell, folder: &Path) -> Result<Count> {
    let module = folder.join("module.c");
    fs::write(&module, USER.replace("#include \"macros.h\"\n", ""))?;
    let include = folder.join("linux-headers");
    fs::create_dir_all(include.join("linux"))?;
    for (name, text) in LINUX_HEADERS {
        fs::write(include.join("linux").join(name), text)?;
    }
    let command = cmd!(shell, "gcc -std=gnu11 -D__KERNEL__ -nostdinc -ffreestanding -fsyntax-only")
        .args(["-Iinclude", "-isystem"])
        .arg(&include)
        .args(["-include", "linux/compiler_types.h"])
        .args(STRICT.iter().filter(|option| **option != "-pedantic"))
        .arg(&module);
    Job::step("the header, read as in Linux", command).run()
}

/// Compares the header with the code and with the shared library made of it.
pub(super) fn agrees(shell: &Shell, exported: &BTreeSet<String>, folder: &Path) -> Result<Count> {
    let header = text(true)?;
    let declared = functions_of(&text(false)?);
    let mut count = same("the header", &declared, "the library", exported);

    let prototypes = generate(&[ItemType::Functions, ItemType::Typedefs, ItemType::Structs])?;
    count += same("the header", &declared, "cbindgen", &functions_of(&prototypes));

    let constants = generate(&[ItemType::Constants])?;
    let numbers = numbers_of(&constants);
    let named: BTreeSet<String> = numbers.iter().map(|(name, _)| name.clone()).collect();
    count += same("the header", &codes_of(&header), "src/ffi", &named);

    let both = both_of(&prototypes, &numbers);
    let read = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text)?;
        anyhow::Ok(cmd!(shell, "gcc -std=c99 -Iinclude -c -o /dev/null {file}").args(STRICT))
    };
    let command = read("both.c", &both)?;
    count += Job::step("the header and cbindgen's, read together", command).run()?;

    // The same with one change each, to show that the check can fail.
    let wrong_type = read("wrong_type.c", &both.replacen("uint64_t key)", "uint32_t key)", 1))?;
    count += Job::refused("a wrong type", wrong_type, "conflicting types").run()?;
    let wrong_number = read("wrong_number.c", &both.replacen("== (-5)", "== (-4)", 1))?;
    count += Job::refused("a wrong number", wrong_number, "heptad_assert_").run()?;
    Ok(count)
}

/// cbindgen's output for the items of `kinds` in `src/ffi`.
fn generate(kinds: &[ItemType]) -> Result<String> {
    let mut config = cbindgen::Config { language: Language::C, ..Default::default() };
    config.usize_is_size_t = true;
    config.no_includes = true;
    config.documentation = false;
    config.export.item_types = kinds.to_vec();
    // These are typedefs of the header's own structures, by the lines in `both_of`.
    config.export.exclude = HANDLES.iter().map(|(rust, _)| (*rust).into()).collect();
    let mut builder = Builder::new().with_config(config);
    for entry in WalkDir::new("src/ffi").sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            builder = builder.with_src(entry.path());
        }
    }
    let mut text = Vec::new();
    builder.generate().context("cbindgen")?.write(&mut text);
    Ok(String::from_utf8(text)?)
}

/// Rust's names of the header's structures.
const HANDLES: &[(&str, &str)] = &[
    ("HeptadSet", "heptad_set"),
    ("HeptadMap", "heptad_map"),
    ("HeptadEntry", "heptad_entry"),
    ("HeptadSizedMap", "heptad_sized_map"),
    ("HeptadSizedEntry", "heptad_sized_entry"),
    ("HeptadTable", "heptad_table"),
    ("HeptadStats", "heptad_stats"),
    ("HeptadLockfree", "heptad_lockfree"),
    ("HeptadIndirect", "heptad_indirect"),
    ("HeptadSharedStats", "heptad_shared_stats"),
    ("HeptadReclaim", "heptad_reclaim"),
    ("HeptadRobin", "heptad_robin"),
    ("HeptadRobinMap", "heptad_robin_map"),
    ("HeptadGrowth", "heptad_growth"),
    ("HeptadSortedStats", "heptad_sorted_stats"),
];

/// Prefixes of the names of a live handle's words.
const OF_HANDLES: &[&str] = &["BODY_", "KIND_"];

/// The header, followed by cbindgen's declarations.
fn both_of(prototypes: &str, numbers: &[(String, String)]) -> String {
    let mut text = String::from("#include <heptad.h>\n#include <heptad/inline.h>\n");
    for (rust, c) in HANDLES {
        text += &format!("typedef {c} {rust};\n");
    }
    text += prototypes;
    for (name, value) in numbers {
        text += &format!("HEPTAD_STATIC_ASSERT({name}_agrees, {name} == ({value}));\n");
    }
    text
}

/// cbindgen's `#define`s under the header's names.
fn numbers_of(constants: &str) -> Vec<(String, String)> {
    let define = |line: &str| {
        let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
        let name = match name {
            "ABI_VERSION" | "OK" => format!("HEPTAD_{name}"),
            _ if OF_HANDLES.iter().any(|prefix| name.starts_with(prefix)) => {
                format!("HEPTAD_{name}")
            }
            _ => format!("HEPTAD_ERROR_{name}"),
        };
        // Definitions that are not numbers are not part of the interface.
        value.parse::<i64>().is_ok().then(|| (name, value.to_owned()))
    };
    constants.lines().filter_map(define).collect()
}

/// The functions that a header declares.
fn functions_of(header: &str) -> BTreeSet<String> {
    words_of(header)
        .filter_map(|(word, next)| (next == Some('(')).then_some(word))
        .filter(|word| word.starts_with("heptad_") && !word.starts_with("heptad_assert_"))
        .map(String::from)
        .collect()
}

/// The names of the header's codes, and of its version.
fn codes_of(header: &str) -> BTreeSet<String> {
    words_of(header)
        .map(|(word, _)| word)
        .filter(|word| {
            (word.starts_with("HEPTAD_ERROR_") && word.len() > "HEPTAD_ERROR_".len())
                || ["HEPTAD_OK", "HEPTAD_ABI_VERSION"].contains(word)
                || OF_HANDLES.iter().any(|prefix| {
                    word.strip_prefix("HEPTAD_").is_some_and(|name| name.starts_with(prefix))
                })
        })
        .map(String::from)
        .collect()
}

/// The words outside comments, each with the character after it.
fn words_of(text: &str) -> impl Iterator<Item = (&str, Option<char>)> {
    let outside = text.split("/*").enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once("*/").map_or("", |(_, behind)| behind),
    });
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    outside.flat_map(move |code| {
        code.split_inclusive(move |letter| !is_part(letter)).map(move |piece| {
            let word = piece.trim_end_matches(|letter| !is_part(letter));
            (word, piece[word.len()..].chars().next())
        })
    })
}

/// One check: two sets of names are the same.
fn same(one: &str, these: &BTreeSet<String>, other: &str, those: &BTreeSet<String>) -> Count {
    for name in these.difference(those) {
        println!("      {name} is in {one}, and not in {other}");
    }
    for name in those.difference(these) {
        println!("      {name} is in {other}, and not in {one}");
    }
    let is_same = these == those && !these.is_empty();
    println!("      {one} and {other}: {} names", these.len());
    Count::of(is_same)
}

/// The functions that the header declares, as a list.
pub(super) fn functions() -> Result<Vec<String>> {
    Ok(functions_of(&text(false)?).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_comments_are_no_declarations() {
        let header = "/* heptad_no(1) */ int heptad_a(int x); /* _ERROR_ */\n\
            size_t\nheptad_b (void);\n#define HEPTAD_ASSERT heptad_assert_x(1)\nint heptad_c(int heptad_d);";
        let names: Vec<_> = functions_of(header).into_iter().collect();
        assert_eq!(names, ["heptad_a", "heptad_c"]);
    }

    #[test]
    fn numbers_get_the_names_of_the_header() {
        let constants = "#define ABI_VERSION 1\n#define FULL -5\n#define TEXT \"x\"\n";
        let names = [("HEPTAD_ABI_VERSION", "1"), ("HEPTAD_ERROR_FULL", "-5")];
        assert_eq!(numbers_of(constants), names.map(|(name, value)| (name.into(), value.into())));
    }
}
