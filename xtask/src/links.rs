//! Links in Markdown files: each relative one must lead to a file, and its `#part` to a heading.
//!
//! Links to the web are not checked: a check must not depend on other people's servers.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use walkdir::{DirEntry, WalkDir};

use crate::stage::Count;

/// The parts of a Markdown file that other checks use.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Relative to the root of the repository, without `.` and `..`.
    pub(crate) path: PathBuf,
    pub(crate) has_rust_code: bool,
    links: Vec<String>,
    anchors: Vec<String>,
}

/// Reads every Markdown file under `root`, except in hidden folders and those that Cargo builds.
pub(crate) fn read_all(root: &Path) -> Result<Vec<Document>> {
    let is_ours = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0
            || !(name == "target" || name.starts_with("target-") || name.starts_with('.'))
    };
    let mut documents = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_ours) {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "md") {
            let path = entry.path().strip_prefix(root)?.to_path_buf();
            documents.push(read(path, &fs::read_to_string(entry.path())?));
        }
    }
    Ok(documents)
}

/// Shows every link without a target; each document is one check.
pub(crate) fn check(documents: &[Document]) -> Count {
    let mut count = Count::NONE;
    for document in documents {
        let broken = broken_links(document, documents, |path| path.exists());
        for link in &broken {
            println!("      {}: the link `{link}` leads nowhere", document.path.display());
        }
        count += Count::of(broken.is_empty());
    }
    println!("      links in {} Markdown files: {count}", documents.len());
    count
}

fn read(path: PathBuf, text: &str) -> Document {
    let mut document = Document { path, ..Document::default() };
    let mut heading: Option<String> = None;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                document.links.push(dest_url.into_string());
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                document.has_rust_code |= language.starts_with("rust");
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor_of(&heading.take().unwrap_or_default());
                let earlier = seen.entry(anchor.clone()).or_default();
                document.anchors.push(match *earlier {
                    0 => anchor,
                    number => format!("{anchor}-{number}"),
                });
                *earlier += 1;
            }
            _ => {}
        }
    }
    document
}

/// The anchor of a heading, as the usual hosts of repositories derive it.
fn anchor_of(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

fn broken_links(
    document: &Document,
    all: &[Document],
    exists: impl Fn(&Path) -> bool,
) -> Vec<String> {
    let is_broken = |link: &&String| {
        if link.contains("://") || link.starts_with("mailto:") {
            return false;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = match file.strip_prefix('/') {
            Some(from_root) => normal(Path::new(from_root)),
            None if file.is_empty() => Some(document.path.clone()),
            None => normal(&document.path.with_file_name(file)),
        };
        let Some(target) = target.filter(|target| exists(target)) else { return true };
        let linked = all.iter().find(|other| other.path == target);
        !anchor.is_empty()
            && linked.is_some_and(|linked| !linked.anchors.iter().any(|known| known == anchor))
    };
    document.links.iter().filter(is_broken).cloned().collect()
}

/// `path` without `.` and `..`, or `None` if it leaves the repository.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => result.push(name),
            Component::CurDir => {}
            Component::ParentDir if result.pop() => {}
            _ => return None,
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(path: &str, text: &str) -> Vec<String> {
        let other = read("docs/other.md".into(), "# One `fn`, two\n## Same\n## Same\n");
        let all = [read(path.into(), text), other];
        broken_links(&all[0], &all, |path| {
            ["README.md", "docs/other.md", "src/lib.rs"]
                .iter()
                .any(|known| path == Path::new(known))
        })
    }

    #[test]
    fn good_links_are_good() {
        let text = "# Start\n[a](docs/other.md) [b](src/lib.rs#L3) [c](#start) <https://no.where/x>\n\
            [d](docs/other.md#one-fn-two) [e](docs/other.md#same-1) [f]\n\n[f]: ./docs/other.md\n";
        assert_eq!(broken("README.md", text), [""; 0]);
        assert_eq!(broken("docs/x.md", "[a](../src/lib.rs) [b](/src/lib.rs)"), [""; 0]);
    }

    #[test]
    fn bad_links_are_reported() {
        let text = "[a](docs/none.md) ![b](none.png) [c](#none) [d](docs/other.md#same-2) \
            [e](../outside)";
        assert_eq!(
            broken("README.md", text),
            ["docs/none.md", "none.png", "#none", "docs/other.md#same-2", "../outside"]
        );
        assert_eq!(broken("docs/x.md", "[a](src/lib.rs)"), ["src/lib.rs"]);
    }

    #[test]
    fn links_in_code_are_not_links() {
        let document = read("a.md".into(), "`[a](none.md)`\n\n```rust\n// [b](none.md)\n```\n");
        assert!(document.links.is_empty() && document.has_rust_code);
        assert!(!read("a.md".into(), "```text\nx\n```\n").has_rust_code);
    }
}
