//! `docs/c.md`: its C code, all blocks in a row, is one program that has to compile and to pass.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use xshell::{Shell, cmd};

use super::library::Library;
use crate::job::{self, Job};
use crate::stage::Count;

const GUIDE: &str = "docs/c.md";

/// Compiles and runs it.
pub(super) fn run(shell: &Shell, library: &Library, folder: &Path) -> Result<Count> {
    let text = code_of(&fs::read_to_string(GUIDE)?);
    ensure!(text.matches("int main(void)").count() == 1, "{GUIDE} is not one program");
    let (source, program) = (folder.join("guide.c"), folder.join("guide"));
    fs::write(&source, text)?;
    // The page declares no prototypes and tests by assert, as pages do; else it is held to the rules.
    let compile = cmd!(shell, "gcc -std=c11 -Wall -Wextra -Werror -pedantic -Iinclude")
        .args(["-o".as_ref(), program.as_os_str(), source.as_os_str()])
        .arg(&library.archive)
        .arg("-Wl,--gc-sections");
    job::run_until_failure([
        Job::step(format!("compiling the code of {GUIDE}"), compile),
        Job::step(format!("the code of {GUIDE}"), cmd!(shell, "{program}")),
    ])
}

/// The blocks in C, one behind the other.
fn code_of(markdown: &str) -> String {
    let mut code = String::new();
    let mut is_c = false;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                is_c = &*language == "c";
            }
            Event::End(TagEnd::CodeBlock) => is_c = false,
            Event::Text(part) if is_c => code.push_str(&part),
            _ => {}
        }
    }
    code
}

#[cfg(test)]
mod tests {
    #[test]
    fn blocks_in_other_languages_are_left_out() {
        let markdown = "text\n\n```c\nint a;\n```\n\n```console\n$ x\n```\n\n```c\nint b;\n```\n";
        assert_eq!(super::code_of(markdown), "int a;\nint b;\n");
    }
}
