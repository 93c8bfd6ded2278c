//! Manual pages, generated from the headers: one per family of functions, and one per header with functions of no
//! library.
//!
//! A header is comments and declarations. A comment belongs to the functions that are declared after it, up to the next
//! one; the comment of a section, whose first line is a rule, introduces the family of the first function after it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::header;

/// The prefix of a family's function names, longest first, and its description.
const FAMILIES: &[(&str, &str)] = &[
    ("heptad_robin_map", "sorted maps of 64-bit words"),
    ("heptad_sized_map", "maps from 64-bit keys to values of a size given when the map is made"),
    ("heptad_lockfree", "maps that cores, interrupts and processes share without a lock"),
    ("heptad_indirect", "maps without a lock, with keys of any length"),
    ("heptad_growth", "growth of a sorted set or map on several threads"),
    ("heptad_robin", "sorted sets of 64-bit keys"),
    ("heptad_table", "tables of 64-bit entries, with hash and equality of the caller"),
    ("heptad_map", "maps from 64-bit keys to 64-bit values"),
    ("heptad_set", "sets of 64-bit keys"),
    ("heptad", "hash tables for kernels, the C interface"),
];

/// Headers whose first comment is a page.
const WHOLE: &[(&str, &str)] = &[
    ("heptad_inline", "lookups that the compiler inlines"),
    ("heptad_growing", "sets, maps and tables that grow with an allocator of the caller's"),
    ("heptad_growing_robin", "sorted sets and maps that grow with an allocator of the caller's"),
    ("heptad_typed", "maps with keys and values of any type, and of strings"),
];

/// One comment, and the functions that it describes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Block {
    text: Vec<String>,
    prototypes: Vec<String>,
}

/// A page: its name, and its text for `man`.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: String,
}

/// All pages, of version `version`.
pub(super) fn pages(version: &str) -> Result<Vec<Page>> {
    let mut blocks = Vec::new();
    for name in ["base", "hash", "swiss", "sized", "robin", "lockfree", "indirect"] {
        let file = Path::new(header::FOLDER).join("heptad").join(name).with_extension("h");
        blocks.extend(blocks_of(&fs::read_to_string(file)?));
    }
    let rules = first_comment(Path::new("heptad.h"))?;
    let mut pages = Vec::new();
    for (family, title) in FAMILIES {
        let own: Vec<&Block> = blocks.iter().filter(|block| family_of(block) == *family).collect();
        let intro = if *family == "heptad" { &rules[..] } else { &[] };
        let mut text = head(family, title, version);
        text += ".SH SYNOPSIS\n.nf\n.B #include <heptad.h>\n.PP\n";
        for prototype in own.iter().flat_map(|block| &block.prototypes) {
            text += &format!("{}\n", escaped(prototype));
        }
        text += ".fi\n.SH DESCRIPTION\n";
        text += &paragraphs(intro);
        for block in own {
            let names: Vec<&str> = block.prototypes.iter().filter_map(|it| name_of(it)).collect();
            text += &format!(".SS {}\n{}", names.join(", "), paragraphs(&block.text));
        }
        pages.push(finished(family, text));
    }
    for (name, title) in WHOLE {
        let file = Path::new("heptad").join(name.trim_start_matches("heptad_")).with_extension("h");
        let include = file.display();
        let mut text = head(name, title, version);
        text += &format!(".SH SYNOPSIS\n.B #include <{include}>\n.SH DESCRIPTION\n");
        text += &paragraphs(&first_comment(&file)?);
        pages.push(finished(name, text));
    }
    Ok(pages)
}

fn head(name: &str, title: &str, version: &str) -> String {
    let upper = name.to_uppercase();
    format!(".TH {upper} 3 \"\" \"heptad {version}\" \"heptad\"\n.SH NAME\n{name} \\- {title}\n")
}

fn finished(name: &str, text: String) -> Page {
    let all = FAMILIES.iter().chain(WHOLE).map(|(other, _)| *other).filter(|other| *other != name);
    let others: Vec<String> = all.map(|other| format!(".BR {other} (3)")).collect();
    let text = format!("{text}.SH SEE ALSO\n{}\n", others.join(",\n"));
    Page { name: name.into(), text }
}

/// The lines of the comment that a header begins with.
fn first_comment(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(Path::new(header::FOLDER).join(file))?;
    let comment = text.strip_prefix("/*").and_then(|rest| rest.split_once("*/"));
    Ok(lines_of(comment.with_context(|| format!("{} has no comment", file.display()))?.0))
}

/// The comments of a header that precede functions. Comments on other items are left out.
fn blocks_of(header: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for part in header.split("/*").skip(1) {
        let Some((comment, code)) = part.split_once("*/") else { continue };
        let prototypes = prototypes_of(code);
        let is_rule = comment.trim_start().starts_with("-----");
        if prototypes.is_empty() && !is_rule {
            continue;
        }
        let mut text = lines_of(comment);
        if is_rule {
            text.remove(0);
        }
        // A section's text goes to the first function after it.
        match blocks.last_mut() {
            Some(last) if last.prototypes.is_empty() => {
                last.text.push(String::new());
                last.text.append(&mut text);
                last.prototypes = prototypes;
            }
            _ => blocks.push(Block { text, prototypes }),
        }
    }
    blocks
}

/// The lines of a comment without the asterisks.
fn lines_of(comment: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim_end();
        let starred = line.trim_start().strip_prefix('*').unwrap_or(line);
        starred.strip_prefix(' ').unwrap_or(starred).to_owned()
    };
    comment.lines().map(line).collect()
}

/// The functions declared in `code`.
fn prototypes_of(code: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.starts_with('#') && !line.trim_start().starts_with("extern");
    let code: Vec<&str> = code.lines().filter(is_code).collect();
    let statements = code.join("\n");
    let statements = statements.split(';').map(str::trim);
    let functions = statements.filter(|it| name_of(it).is_some() && !it.contains('{'));
    functions.map(|it| format!("{it};")).collect()
}

/// The function that a prototype declares.
fn name_of(prototype: &str) -> Option<&str> {
    let (before, _) = prototype.split_once('(')?;
    let name = before.rsplit([' ', '*', '\n']).next()?;
    let is_declared = before.len() > name.len() && !before.starts_with("typedef");
    (is_declared && name.starts_with("heptad_")).then_some(name)
}

/// The family of a block's first function.
fn family_of(block: &Block) -> &'static str {
    let name = block.prototypes.first().and_then(|it| name_of(it)).unwrap_or_default();
    let has = |family: &str| name.strip_prefix(family).is_some_and(|rest| rest.starts_with('_'));
    FAMILIES.iter().map(|(family, _)| *family).find(|family| has(family)).unwrap_or("heptad")
}

/// Text for `man`: indented lines keep their layout.
fn paragraphs(lines: &[String]) -> String {
    let mut text = String::new();
    let mut is_fixed = false;
    for line in lines {
        let wants_fixed = line.starts_with("    ") || (is_fixed && line.is_empty());
        if wants_fixed != is_fixed {
            text += if wants_fixed { ".nf\n" } else { ".fi\n" };
            is_fixed = wants_fixed;
        }
        text += &match line.trim_end() {
            "" if is_fixed => "\n".to_owned(),
            "" => ".PP\n".to_owned(),
            line => format!("{}\n", escaped(line)),
        };
    }
    if is_fixed {
        text += ".fi\n";
    }
    text
}

/// A line that `man` shows unchanged.
fn escaped(line: &str) -> String {
    let escaped = line.replace('\\', "\\e");
    let lines = escaped.lines().map(|line| match line.chars().next() {
        Some('.' | '\'') => format!("\\&{line}"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_taken_apart() {
        let header = "/* ------------ sets\n *\n * About sets. */\n\n/* Makes one.\n *     code\n */\n\
            int heptad_set_init(heptad_set *set,\n    int (*f)(void *));\nint heptad_set_end(void);\n\
            /* No function. */\ntypedef struct heptad_x { int y; } heptad_x;\n#define X(y) heptad_y(y);\n";
        let blocks = blocks_of(header);
        assert_eq!(blocks.len(), 1);
        let text = ["", "About sets.", "", "Makes one.", "    code", ""];
        assert!(blocks[0].text.iter().map(|line| line.trim_end()).eq(text));
        let names: Vec<_> = blocks[0].prototypes.iter().filter_map(|it| name_of(it)).collect();
        assert_eq!(names, ["heptad_set_init", "heptad_set_end"]);
        assert_eq!(family_of(&blocks[0]), "heptad_set");
    }

    #[test]
    fn text_that_man_would_take_for_a_request_is_escaped() {
        assert_eq!(escaped(".x\n'y\\n"), "\\&.x\n\\&'y\\en");
        let lines = ["one", "", "    two", "three"].map(String::from);
        assert_eq!(paragraphs(&lines), "one\n.PP\n.nf\n    two\n.fi\nthree\n");
    }
}
