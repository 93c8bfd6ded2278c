//! `docs/c.md` and `docs/linux.md`, followed to the letter: their code is saved under the names they give, their
//! commands are executed, and the output is compared with what the page shows.
//!
//! A page becomes one shell script. It starts in an empty folder beside a clone of the repository, with
//! a separate home, and stops at the first command that fails.

use std::env;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use xshell::{Shell, cmd};

use super::header::STRICT;
use crate::job::{self, Job};
use crate::stage::Count;

const GUIDE: &str = "docs/c.md";

/// Does what the page says, and checks its code by rules that the page's own commands do not apply.
pub(super) fn run(shell: &Shell, folder: &Path) -> Result<Count> {
    let work = folder.join("guide");
    let mut jobs = vec![follow(shell, GUIDE, &work, &[])?];
    let first = work.join("home/first");
    for name in ["first.c", "claims.c", "members.c", "guide.c"] {
        let file = first.join(name);
        let read = cmd!(shell, "gcc -std=c99 -Iinclude -fsyntax-only {file}").args(STRICT);
        jobs.push(Job::step(format!("{name} of {GUIDE}, read strictly"), read));
    }
    job::run_until_failure(jobs)
}

/// The job that does what `page` says in `work`, which is empty before, with further variables of the shell.
pub(crate) fn follow(
    shell: &Shell,
    page: &str,
    work: &Path,
    variables: &[(&str, &Path)],
) -> Result<Job> {
    let pieces = pieces_of(page, &fs::read_to_string(page)?)?;
    let _ = fs::remove_dir_all(work);
    fs::create_dir_all(work.join("home"))?;
    let work = fs::canonicalize(work)?;
    let home = work.join("home");
    symlink(env::current_dir()?, work.join("heptad"))?;
    let script = work.join("script");
    fs::write(&script, script_of(&pieces))?;

    let mut follow = cmd!(shell, "sh -eux {script}")
        .env("HOME", &home)
        .env("WORK", &work)
        .envs(variables.iter().copied())
        .env_remove("PKG_CONFIG_PATH")
        .env_remove("LD_LIBRARY_PATH");
    // In another home, Cargo and rustup would not find anything.
    let old_home = env::var_os("HOME").context("there is a home")?;
    for (variable, default) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let default = Path::new(&old_home).join(default);
        if env::var_os(variable).is_none() && default.exists() {
            follow = follow.env(variable, default);
        }
    }
    Ok(Job::step(format!("{page}, followed in an empty folder"), follow))
}

/// What a reader does with a block of the page.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Adds code to a file.
    Save { file: String, code: String },
    /// Executes a command; the page shows this output, or none.
    Type { command: String, output: String },
}

/// The page's blocks in order. Code without a file name could not be tested, and is an error.
fn pieces_of(page: &str, markdown: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut block: Option<(String, String)> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.into_string(), String::new()));
            }
            Event::Text(part) => {
                if let Some((_, text)) = &mut block {
                    text.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let (info, text) = block.take().unwrap_or_default();
                match info.split_once(' ') {
                    Some(("c" | "make", file)) => {
                        pieces.push(Piece::Save { file: file.into(), code: text })
                    }
                    _ => {
                        ensure!(info == "console", "{page}: what is a block of `{info}` for?");
                        pieces.extend(commands_in(&text));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(pieces)
}

/// The commands of a block, each with the lines that follow it.
fn commands_in(block: &str) -> impl Iterator<Item = Piece> {
    let block = format!("\n{block}");
    let commands: Vec<String> = block.split("\n$ ").skip(1).map(String::from).collect();
    commands.into_iter().map(|text| {
        let (command, output) = text.split_once('\n').unwrap_or((&text, ""));
        Piece::Type { command: command.into(), output: output.trim_end().into() }
    })
}

/// The script that does it.
fn script_of(pieces: &[Piece]) -> String {
    let mut script = String::from("cd \"$WORK\"\n");
    for piece in pieces {
        // Writing to a string cannot fail.
        let _ = match piece {
            Piece::Save { file, code } => {
                writeln!(script, "cat >>'{file}' <<'END OF CODE'\n{code}END OF CODE")
            }
            Piece::Type { command, output } if output.is_empty() => writeln!(script, "{command}"),
            Piece::Type { command, output } => writeln!(
                script,
                "{command} >\"$WORK/printed\"\n\
                 diff \"$WORK/printed\" - <<'END OF OUTPUT'\n{output}\nEND OF OUTPUT"
            ),
        };
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "text\n\n```c a.c\nint a;\n```\n\n```console\n$ cd x\n$ ./a\none\ntwo\n```\n";

    #[test]
    fn a_page_is_taken_apart() {
        let command = |command: &str, output: &str| Piece::Type {
            command: command.into(),
            output: output.into(),
        };
        let code = Piece::Save { file: "a.c".into(), code: "int a;\n".into() };
        let pieces = [code, command("cd x", ""), command("./a", "one\ntwo")];
        assert_eq!(pieces_of(GUIDE, PAGE).unwrap(), pieces);
        assert!(pieces_of(GUIDE, "```c\nint a;\n```\n").is_err());
    }

    /// Follows a page in a folder that has a program `x/a`: does the script succeed?
    fn succeeds(page: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("x/a");
        fs::create_dir(folder.path().join("x")).unwrap();
        fs::write(&program, "echo one\necho two\n").unwrap();
        let script = script_of(&pieces_of(GUIDE, &page.replace("./a", "sh a")).unwrap());
        let shell = Shell::new().unwrap();
        let follow = cmd!(shell, "sh -eu -c {script}").env("WORK", folder.path());
        follow.quiet().ignore_stdout().ignore_stderr().run().is_ok()
    }

    #[test]
    fn what_a_page_shows_has_to_be_what_is_printed() {
        assert!(succeeds(PAGE));
        assert!(!succeeds(&PAGE.replace("two", "three")));
        assert!(!succeeds(&PAGE.replace("two\n", "")));
        assert!(!succeeds(&PAGE.replace("cd x", "cd y")));
    }
}
