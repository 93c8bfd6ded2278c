//! The routines' text leaves nothing in the unit but the routines.
//!
//! Where assembly shares a unit, as all of a program's assembly does with link-time optimisation, a symbol,
//! macro or register alias that our text leaves defined changes the meaning of other text. So a stranger in
//! the same unit uses every word of the text, before and after the routines: as the name of a macro, as a
//! symbol that is defined elsewhere, and as an alias of another register. GNU as and rustc must accept it
//! without a warning, and the object must define the routines and need exactly the stranger's symbols.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::{Object, ObjectSymbol, SymbolKind};
use xshell::{Shell, cmd};

use super::machine::{Architecture, Machine};
use super::source::{Source, parts_of, text_of};
use super::{banner, symbols};

/// The complaints about the unit, for each assembler.
pub(super) fn complaints(
    shell: &Shell,
    machine: &Machine,
    sources: &[Source],
    folder: &Path,
) -> Result<Vec<String>> {
    let parts = parts_of(machine);
    let preludes: Vec<_> = machine.preludes.iter().map(|name| parts.join(name)).collect();
    let texts = sources.iter().map(|source| source.text.clone()).collect::<String>();
    let unit = text_of(&preludes)? + &texts + &text_of(&[parts.join("postlude.inc")])?;
    let words = words_of(&unit);
    let stranger = stranger(machine.architecture, &words);

    let object = folder.join(format!("{}-unit.o", machine.name));
    let compiler = machine.compiler;
    let by_gnu = cmd!(shell, "{compiler} -c -x assembler -o {object} -")
        .stdin(format!("{stranger}{unit}{stranger}"));
    let target = machine.bare_target;
    let rust = fs::canonicalize("src/probe")?.join(format!("{}.rs", machine.folder));
    let target_features = match machine.target_features {
        "" => None,
        features => Some(format!("-Ctarget-feature={features}")),
    };
    let by_rustc = cmd!(shell, "rustc --edition 2024 --crate-type lib --emit obj")
        .args(["-Ccodegen-units=1", "-Cpanic=abort", "--target", target])
        .args(target_features)
        .arg("-o")
        .args([object.as_os_str(), "-".as_ref()])
        .stdin(crate_of(machine.architecture, &stranger, &rust));

    let mut complaints = Vec::new();
    for (assembler, command) in [("GNU as", by_gnu), ("rustc", by_rustc)] {
        let output = command.quiet().ignore_status().output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() || !said.is_empty() {
            complaints.push(format!("beside a stranger's text, by {assembler}:\n{said}"));
            continue;
        }
        let routines = sources.iter().map(Source::symbol).collect();
        let found = Found::read(&object)?;
        let wrong = found.complaints(&routines, &words).into_iter();
        complaints.extend(wrong.map(|what| format!("{what}, by {assembler}")));
    }
    Ok(complaints)
}

/// Every word of the code, without comments, registers and numbers.
fn words_of(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| banner::comment(line).is_none());
    let code = code.map(|line| line.split("//").next().unwrap_or(line));
    let code = code.map(|line| line.split("# ").next().unwrap_or(line));
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = code.flat_map(|line| line.split(move |letter| !is_part(letter)));
    let is_name = |word: &&str| {
        word.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && !word.starts_with("heptad_")
    };
    // A letter and digits are a register, which no text can use as another name.
    let is_register = |word: &str| word[1..].bytes().all(|byte| byte.is_ascii_digit());
    words.filter(is_name).filter(|word| !is_register(word)).map(String::from).collect()
}

/// Foreign assembly that gives each word its own meanings.
fn stranger(architecture: Architecture, words: &BTreeSet<String>) -> String {
    let mut text = String::from(".pushsection .text.stranger, \"ax\"\n");
    for word in words {
        text += &format!(".macro {word}\n.endm\n.purgem {word}\n");
        text += &match architecture {
            Architecture::X86_64 => format!("    movq $5, {word}\n"),
            Architecture::Aarch64 => format!("    .xword {word}\n{word} .req x30\n.unreq {word}\n"),
            Architecture::Riscv64 => format!("    .dword {word}\n"),
        };
    }
    text + ".popsection\n"
}

/// A crate with the routines between two strangers.
fn crate_of(architecture: Architecture, stranger: &str, routines: &Path) -> String {
    let options = match architecture {
        Architecture::X86_64 => "att_syntax, raw",
        Architecture::Aarch64 | Architecture::Riscv64 => "raw",
    };
    let stranger = format!("core::arch::global_asm!(r#\"{stranger}\"#, options({options}));\n");
    let routines = format!("#[path = {routines:?}]\nmod text;\n");
    format!("#![no_std]\n{stranger}{routines}{stranger}")
}

/// The symbols of an object.
struct Found {
    defined: BTreeSet<String>,
    undefined: BTreeSet<String>,
}

impl Found {
    fn read(object: &Path) -> Result<Found> {
        let data = symbols::read(object)?;
        let file = object::File::parse(&*data).context("reading the object")?;
        let mut found = Found { defined: BTreeSet::new(), undefined: BTreeSet::new() };
        for symbol in file.symbols() {
            let is_named = !matches!(symbol.kind(), SymbolKind::Section | SymbolKind::File);
            let name = symbol.name()?;
            // Mapping symbols mark where code and data are; RISC-V's assembler keeps labels with a number.
            let is_mark = name.starts_with('$') || name.starts_with(".L");
            if is_named && !name.is_empty() && !is_mark {
                let list =
                    if symbol.is_undefined() { &mut found.undefined } else { &mut found.defined };
                list.insert(name.into());
            }
        }
        Ok(found)
    }

    fn complaints(&self, routines: &BTreeSet<String>, words: &BTreeSet<String>) -> Vec<String> {
        let defined = self.defined.symmetric_difference(routines);
        let undefined = self.undefined.symmetric_difference(words);
        defined
            .map(|name| format!("`{name}` should be defined, and is not, or the other way round"))
            .chain(undefined.map(|name| format!("`{name}` is not left to the stranger")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_code() {
        let text =
            "// one\n/* zero\n * zeros\n */\n.irp two, %rax  # three\n1: mov \\four, x5 // six\n";
        let words: Vec<String> = words_of(text).into_iter().collect();
        assert_eq!(words, ["four", "irp", "mov", "rax", "two"]);
    }

    #[test]
    fn a_symbol_too_many_or_too_few_is_reported() {
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let found = Found { defined: set(&["f"]), undefined: set(&["mask", "free"]) };
        assert!(found.complaints(&set(&["f"]), &set(&["free", "mask"])).is_empty());
        assert_eq!(found.complaints(&set(&["f", "g"]), &set(&["free", "mask"])).len(), 1);
        assert_eq!(found.complaints(&set(&[]), &set(&["free", "mask"])).len(), 1);
        assert_eq!(found.complaints(&set(&["f"]), &set(&["free", "mask", "tag"])).len(), 1);
    }
}
