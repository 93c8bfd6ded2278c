//! Banners: the comment above a routine states what C and Rust need to know about it, and is checked.
//!
//! Three statements are checked: the C prototype against the declaration in `src/probe/assembly.rs`, the
//! registers under `Clobbers` against those that the code writes, and the instruction counts under `Cost`
//! against the paths through the code.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::machine::Architecture;

/// The content of a banner.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Banner {
    pub(super) prototype: Prototype,
    /// Registers by their 64-bit names, including those of `Out`.
    pub(super) clobbered: BTreeSet<String>,
    /// The numbers of `Cost` before its first semicolon.
    pub(super) costs: Vec<usize>,
}

/// A function as C declares it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prototype {
    pub(super) name: String,
    pub(super) returns: String,
    /// Types and names.
    pub(super) parameters: Vec<(String, String)>,
}

impl Prototype {
    /// Is a parameter a pointer to something that the function may modify?
    pub(super) fn may_write(&self) -> bool {
        let is_mutable = |kind: &str| kind.ends_with('*') && !kind.starts_with("const ");
        self.parameters.iter().any(|(kind, _)| is_mutable(kind))
    }
}

/// A function as Rust declares it, with C types.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    pub(super) prototype: Prototype,
    pub(super) is_safe: bool,
}

/// Reads the banner of a routine's source.
///
/// `cost` is the title of the section with the counts of one variant of the routine.
pub(super) fn parse(architecture: Architecture, cost: &str, source: &str) -> Result<Banner> {
    let lines: Vec<&str> = source.lines().map_while(comment).map(str::trim).collect();
    let prototype =
        lines.iter().find(|line| line.ends_with(");")).context("there is no prototype")?;
    let mut clobbered = registers_of(architecture, &section(&lines, "Clobbers")?);
    clobbered.extend(registers_of(architecture, &section(&lines, "Out")?));
    Ok(Banner {
        prototype: parse_prototype(prototype)?,
        clobbered,
        costs: costs_of(&section(&lines, cost)?),
    })
}

/// The text of a comment line, or of a line between `/*` and `*/`: not every assembler accepts `//`.
pub(super) fn comment(line: &str) -> Option<&str> {
    ["//", "/*", " *"].into_iter().find_map(|mark| line.strip_prefix(mark))
}

/// The text of a banner's section, up to the next one or an empty line.
fn section(lines: &[&str], title: &str) -> Result<String> {
    let titles = ["In", "Out", "Clobbers", "Requires", "Cost", "Zbb"];
    let starts_with = |line: &str, title: &str| line.split(' ').next() == Some(title);
    let start = lines.iter().position(|line| starts_with(line, title));
    let start = start.with_context(|| format!("there is no section {title}"))?;
    let is_end =
        |line: &&&str| line.is_empty() || titles.iter().any(|title| starts_with(line, title));
    let rest = &lines[start + 1..];
    let length = rest.iter().position(|line| is_end(&line)).unwrap_or(rest.len());
    let mut text = lines[start][title.len()..].trim().to_string();
    for line in &rest[..length] {
        text.push(' ');
        text.push_str(line);
    }
    Ok(text)
}

/// The registers named in `text`; `x4..x15` is a range. Text after the first full stop, and words that are no
/// registers, are ignored.
fn registers_of(architecture: Architecture, text: &str) -> BTreeSet<String> {
    let list = text.split(". ").next().unwrap_or(text);
    let mut registers = BTreeSet::new();
    for word in list.split([' ', ',']) {
        let (first, last) = word.split_once("..").unwrap_or((word, word));
        match (numbered(architecture, first), numbered(architecture, last)) {
            (Some((letter, first)), Some((_, last))) => {
                registers.extend((first..=last).map(|number| format!("{letter}{number}")));
            }
            _ if architecture == Architecture::X86_64 && is_named_register(word) => {
                registers.insert(word.into());
            }
            _ => {}
        }
    }
    registers
}

/// The letter and the number of a register.
fn numbered(architecture: Architecture, word: &str) -> Option<(char, u32)> {
    let letters = match architecture {
        Architecture::Aarch64 => "x",
        Architecture::Riscv64 => "ast",
        Architecture::X86_64 => "r",
    };
    let letter = word.chars().next().filter(|letter| letters.contains(*letter))?;
    Some((letter, word[1..].parse().ok()?))
}

fn is_named_register(word: &str) -> bool {
    word.len() == 3
        && word.starts_with('r')
        && word[1..].bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The numbers of `text` before its first semicolon.
fn costs_of(text: &str) -> Vec<usize> {
    let counts = text.split(';').next().unwrap_or(text);
    counts
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// Reads `const uint64_t *name(uint64_t first, const void *second);`.
fn parse_prototype(text: &str) -> Result<Prototype> {
    let inner = text.strip_suffix(");").and_then(|text| text.split_once('('));
    let (head, parameters) = inner.with_context(|| format!("`{text}` is no prototype"))?;
    let (returns, name) = parse_typed_name(head)?;
    let parameters = parameters.split(',').map(parse_typed_name).collect::<Result<_>>()?;
    Ok(Prototype { name, returns, parameters })
}

/// Splits `const void *base` into `const void *` and `base`.
fn parse_typed_name(text: &str) -> Result<(String, String)> {
    let text = text.trim();
    let start = text.rfind([' ', '*']).with_context(|| format!("`{text}` is no typed name"))? + 1;
    Ok((text[..start].trim().into(), text[start..].into()))
}

/// The declarations in the `extern` block of a Rust source.
pub(super) fn declarations(source: &str, prefix: &str) -> Result<Vec<Declaration>> {
    let mut tokens =
        source.parse::<TokenStream>().map_err(|error| anyhow::anyhow!("{error}"))?.into_iter();
    while let Some(token) = tokens.next() {
        if !matches!(&token, TokenTree::Ident(word) if *word == "extern") {
            continue;
        }
        let abi = tokens.next().map(|token| token.to_string());
        if let (Some("\"C\""), Some(TokenTree::Group(block))) = (abi.as_deref(), tokens.next()) {
            return declarations_of_block(block.stream(), prefix);
        }
    }
    bail!("there is no block of C declarations")
}

/// Reads items such as `#[link_name = symbol!("name")] safe fn anything(word: u64) -> u64;`.
fn declarations_of_block(block: TokenStream, prefix: &str) -> Result<Vec<Declaration>> {
    let mut declarations = Vec::new();
    let mut item = Vec::new();
    for token in block {
        let is_end = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ';');
        item.push(token);
        if is_end {
            declarations.push(parse_declaration(&item, prefix)?);
            item.clear();
        }
    }
    Ok(declarations)
}

fn parse_declaration(item: &[TokenTree], prefix: &str) -> Result<Declaration> {
    let attribute = item.iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            let text = group.stream().to_string();
            text.contains("link_name").then_some(text)
        }
        _ => None,
    });
    let attribute = attribute.context("a declaration has no link_name")?;
    let name = attribute.split('"').nth(1).context("a link_name has no string")?;
    let parameters = item.iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream())
        }
        _ => None,
    });
    let parameters = parameters.context("a declaration has no parameters")?;
    let mut typed_names = Vec::new();
    for parameter in split_at_commas(parameters) {
        let text = parameter.into_iter().collect::<TokenStream>().to_string();
        let (name, kind) = text.split_once(':').context("a parameter has no type")?;
        typed_names.push((c_type(kind)?.into(), name.trim().into()));
    }
    let whole = item.iter().cloned().collect::<TokenStream>().to_string();
    let returns = whole.rsplit_once("->").map_or("()", |(_, returns)| returns);
    Ok(Declaration {
        prototype: Prototype {
            name: format!("{prefix}{name}"),
            returns: c_type(returns.trim_end_matches([' ', ';']))?.into(),
            parameters: typed_names,
        },
        is_safe: item
            .iter()
            .any(|token| matches!(token, TokenTree::Ident(word) if *word == "safe")),
    })
}

fn split_at_commas(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in stream {
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == ',' => parts.push(Vec::new()),
            _ => parts.last_mut().expect("there is always a part").push(token),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The C type of a Rust type in the declarations. The routines exist only where a pointer has 64 bits.
fn c_type(rust: &str) -> Result<&'static str> {
    let spelt: String = rust.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(match &*spelt.replace("* ", "*") {
        "()" => "void",
        "u64" | "usize" => "uint64_t",
        "*const Line" => "const void *",
        "*const u64" => "const uint64_t *",
        "*mut u64" => "uint64_t *",
        other => bail!("no C type is known for `{other}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
        // find: where is it?\n//\n\
        //     const uint64_t *heptad_find(const void *base, uint64_t hash);\n//\n\
        // In        rdi  base  the table\n\
        //           rsi  hash  of the entry\n\
        // Out       rax  the address, or r15 of nothing\n\
        // Clobbers  rcx, r8..r10, flags. Stack and rbx untouched.\n\
        // Cost      25 instructions for a hit, 27 for\n\
        //           a miss; 1 line\n//\n// Bytes are compared 8 at a time.\n\n.irp base, %rdi\n";

    #[test]
    fn a_banner_is_read() {
        let banner = parse(Architecture::X86_64, "Cost", SOURCE).unwrap();
        let registers: Vec<&str> = banner.clobbered.iter().map(String::as_str).collect();
        assert_eq!(registers, ["r10", "r15", "r8", "r9", "rax", "rcx"]);
        assert_eq!(banner.costs, [25, 27]);
        assert_eq!(banner.prototype.name, "heptad_find");
        let block = SOURCE.replace("\n//", "\n *").replacen("//", "/*", 1);
        assert_eq!(parse(Architecture::X86_64, "Cost", &block).unwrap(), banner);
        assert!(parse(Architecture::X86_64, "Cost", &SOURCE.replace("Cost ", "Price")).is_err());
        assert!(parse(Architecture::X86_64, "Cost", &SOURCE.replace(");", ")")).is_err());
    }

    #[test]
    fn prototypes_of_both_languages_agree_or_do_not() {
        let banner = parse(Architecture::X86_64, "Cost", SOURCE).unwrap();
        let rust = "use x; unsafe extern \"C\" { /// Doc.\n #[link_name = symbol!(\"find\")]\n \
            pub safe fn f(base: *const Line, hash: u64) -> *const u64; }";
        let declared = |rust: &str| declarations(rust, "heptad_").unwrap().remove(0);
        assert!(declared(rust).is_safe);
        assert_eq!(declared(rust).prototype, banner.prototype);
        for (right, wrong) in [
            ("hash: u64", "hash: *const u64"),
            ("hash: u64", "key: u64"),
            ("hash: u64", "hash: u64, more: u64"),
            ("\"find\"", "\"lose\""),
            ("-> *const u64", "-> u64"),
            ("-> *const u64", ""),
            ("hash: u64", "hash: *mut u64"),
        ] {
            assert_ne!(declared(&rust.replace(right, wrong)).prototype, banner.prototype);
        }
        assert!(!declared(&rust.replace("safe fn", "fn")).is_safe);
        assert!(declarations(&rust.replace("hash: u64", "hash: f32"), "").is_err());
        assert!(declarations("fn nothing() {}", "").is_err());
        assert!(!banner.prototype.may_write());
        assert!(declared(&rust.replace("hash: u64", "hash: *mut u64")).prototype.may_write());
    }

    #[test]
    fn ranges_of_registers_are_ranges() {
        let registers =
            registers_of(Architecture::Aarch64, "x2, x4..x6, flags. Stack x9 untouched.");
        assert_eq!(registers.into_iter().collect::<Vec<_>>(), ["x2", "x4", "x5", "x6"]);
        let registers = registers_of(Architecture::Riscv64, "a2, t0..t2. Stack a9 untouched.");
        assert_eq!(registers.into_iter().collect::<Vec<_>>(), ["a2", "t0", "t1", "t2"]);
    }
}
