//! The programs of `capi/examples`: those that count are compared with sort and uniq; one each is in C++
//! and Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;
use xshell::{Shell, cmd};

use super::header::STRICT;
use super::library::Library;
use super::programs::{self, Toolchain};
use crate::job::{self, Job};
use crate::stage::Count;

/// The result of words.c, by other means: the file is `$1`, the number of words `$2`.
const DISTINCT_LINES: &str = r#"echo "$(sort -u "$1" | wc -l) distinct lines""#;
const MOST_FREQUENT: &str = r#"
    tr -cs A-Za-z '\n' <"$1" | sed '/^$/d' | sort | uniq -c | sort -k1,1nr -k2,2 \
        | head -n "$2" | sed 's/^ *//'"#;

/// The number of repetitions of this repository's text in the large text.
const REPETITIONS: usize = 12;

/// Runs all of them, words.c on AArch64 too.
pub(super) fn run(
    shell: &Shell,
    host: &Library,
    aarch64: &Library,
    folder: &Path,
) -> Result<Count> {
    let mut count = words(shell, &programs::NATIVE[0], host, folder)?;
    count += words(shell, &programs::AARCH64, aarch64, folder)?;

    count += small(shell, &programs::NATIVE[0], host, folder)?;

    let program = folder.join("set_cpp");
    let compile = cmd!(shell, "g++ -std=c++17 -O2 -Iinclude -o {program} capi/examples/set.cpp")
        .args(STRICT)
        .arg(&host.archive);
    let shared = host.shared.as_ref().context("a host has shared libraries")?;
    count += job::run_until_failure([
        Job::step("compiling set.cpp", compile),
        Job::step("set.cpp", cmd!(shell, "{program}")),
        Job::step("map.py", cmd!(shell, "python3 capi/examples/map.py {shared}")),
    ])?;
    Ok(count)
}

/// The small examples, and the same results by other means: `$0` is the program, `$1` the file.
const SMALL: &[(&str, &str, &str)] = &[
    (
        "count_words",
        r#""$0" <"$1" | sort"#,
        r#"tr -s ' \t\n' '\n' <"$1" | sed '/^$/d' | sort | uniq -c | sort"#,
    ),
    (
        "flow_cache",
        r#"awk '{ print length($0) * 7 + NR % 90 }' "$1" | "$0" \
            | awk '{ sum[$2] += $1 } END { for (flow in sum) print sum[flow], flow }' | sort"#,
        r#"awk '{ print length($0) * 7 + NR % 90 }' "$1" | sort -n | uniq -c | sed 's/^ *//' | sort"#,
    ),
    (
        "symbols",
        r#"awk '{ printf "%x line%d\n", length($0) + 1, NR }' "$1" | "$0" line7 line1 line3000 nothing"#,
        r#"awk 'NR == 7 { a = length($0) } NR == 1 { b = length($0) } NR == 3000 { c = length($0) }
            END { printf "line7 %x\nline1 %x\nline3000 %x\nnothing 0\n", a + 1, b + 1, c + 1 }' "$1""#,
    ),
];

/// The limit of lines in a small example.
const MOST_LINES: usize = 30;

/// Compares the small examples with sort, uniq and awk, on the large text.
fn small(shell: &Shell, toolchain: &Toolchain, library: &Library, folder: &Path) -> Result<Count> {
    let text = folder.join("large");
    let mut count = Count::NONE;
    for (name, ours, theirs) in SMALL {
        let (program, source) = (folder.join(name), format!("capi/examples/{name}.c"));
        let compile = toolchain.compile(shell, library, Path::new(&source), &program);
        count += Job::step(format!("compiling {name}.c"), compile).run()?;
        let ours = cmd!(shell, "sh -c {ours} {program} {text}").env("LC_ALL", "C");
        let theirs = cmd!(shell, "sh -c {theirs} {program} {text}").env("LC_ALL", "C");
        let (ours, theirs) = (output_of(ours)?.0, output_of(theirs)?.0);
        let lines = fs::read_to_string(&source)?.lines().count();
        let is_right = ours == theirs && !ours.is_empty();
        println!("      {name}.c: {lines} lines; as sort, uniq and awk say: {is_right}");
        count += Count::of(is_right && lines <= MOST_LINES);
    }
    Ok(count)
}

/// Compares words.c with sort and uniq, on difficult small texts and on a large one.
fn words(shell: &Shell, toolchain: &Toolchain, library: &Library, folder: &Path) -> Result<Count> {
    let program = folder.join("words");
    let source = Path::new("capi/examples/words.c");
    let compile = toolchain.compile(shell, library, source, &program);
    let mut count =
        Job::step(format!("compiling words.c by {}", toolchain.name()), compile).run()?;
    if count.failed > 0 {
        return Ok(count);
    }
    for (name, text) in hard_texts() {
        let file = folder.join("text");
        fs::write(&file, text)?;
        let (ours, _) = output_of(toolchain.start(shell, &program).args(["-n", "20"]).arg(&file))?;
        let (theirs, _) = sort_and_uniq(shell, &file, 20)?;
        if ours != theirs {
            println!("      words.c, {name}: {ours:?}, where sort and uniq say {theirs:?}");
        }
        count += Count::of(ours == theirs);
    }
    let large = folder.join("large");
    let bytes = write_large(&large)?;
    let (ours, our_time) =
        output_of(toolchain.start(shell, &program).args(["-n", "1000"]).arg(&large))?;
    let (theirs, their_time) = sort_and_uniq(shell, &large, 1000)?;
    let ratio = their_time.as_secs_f64() / our_time.as_secs_f64();
    println!(
        "      words.c by {}: {} of {} KiB in {} ms; sort and uniq take {} ms [{ratio:.1}]",
        toolchain.name(),
        ours.lines().next().unwrap_or_default(),
        bytes / 1024,
        our_time.as_millis(),
        their_time.as_millis(),
    );
    ensure!(ours.lines().count() == 1001, "the large text has not enough words");
    if ours != theirs {
        let differ = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
        println!("      words.c and sort differ: {differ:?}");
    }
    count += Count::of(ours == theirs);
    Ok(count)
}

/// Texts with contents that line readers often get wrong.
fn hard_texts() -> Vec<(&'static str, Vec<u8>)> {
    let mut numbers: Vec<u8> = Vec::new();
    for number in 0..3000 {
        // Every line twice, every word in ten lines.
        let letter = |digit: u8| char::from(digit - b'0' + b'g');
        let letters: String = (number / 10).to_string().bytes().map(letter).collect();
        numbers.extend(format!("{} {letters}\n", number / 2).bytes());
    }
    vec![
        ("empty", b"".to_vec()),
        ("one empty line", b"\n".to_vec()),
        ("no last newline", b"b a\na b\nb a".to_vec()),
        ("empty lines", b"\n\na\n\na\n".to_vec()),
        ("long line", [&[b'x'; 3_000_000][..], b"\n", &[b'x'; 3_000_000]].concat()),
        ("any bytes", (0..=255).cycle().take(10_000).filter(|byte| *byte != 0).collect()),
        ("prefixes", b"a\nab\nabc\nab\nA B C a b c\n".to_vec()),
        ("many", numbers),
    ]
}

/// This repository's own text, repeated: every third line differs in each repetition. Without its JSON, whose lines are
/// longer than the words that `count_words` reads.
fn write_large(file: &Path) -> Result<usize> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["src", "docs", "tests", "asm", "include"] {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry?;
            let is_json = entry.path().extension().is_some_and(|extension| extension == "json");
            if entry.file_type().is_file() && !is_json {
                paths.push(entry.into_path());
            }
        }
    }
    let mut text = String::new();
    for repetition in 0..REPETITIONS {
        for path in &paths {
            for (number, line) in fs::read_to_string(path)?.lines().enumerate() {
                text += line;
                if number % 3 == 0 {
                    text += &format!(" {repetition}");
                }
                text.push('\n');
            }
        }
    }
    fs::write(file, &text)?;
    Ok(text.len())
}

/// The result of sort and uniq for `file`, and their time.
fn sort_and_uniq(shell: &Shell, file: &Path, limit: usize) -> Result<(String, Duration)> {
    let limit = limit.to_string();
    let script = format!("{DISTINCT_LINES}\n{MOST_FREQUENT}");
    output_of(cmd!(shell, "sh -c {script} sh {file} {limit}").env("LC_ALL", "C"))
}

fn output_of(command: xshell::Cmd) -> Result<(String, Duration)> {
    let start = Instant::now();
    let output = command.quiet().read()?;
    Ok((output, start.elapsed()))
}
