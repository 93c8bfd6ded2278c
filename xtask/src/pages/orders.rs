//! DESIGN.md's table of atomic accesses has every order that the sources use, and no others.
//!
//! A row names files by the ends of their paths; together the rows of a file have the orders of that file. Relaxed is
//! not compared: it orders nothing, and failed exchanges have it without being named.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use walkdir::WalkDir;

use super::markdown::Page;

/// The heading of the table.
pub(super) const HEADING: &str = "Every atomic access";
const FILE_COLUMN: usize = 1;
const ORDER_COLUMN: usize = 4;
const ORDERS: &[&str] = &["SeqCst", "Acquire", "Release", "AcqRel"];
/// The module that wraps the atomics, and modules that only tests compile.
const LEFT_OUT: &[&str] = &["src/sync", "src/lockfree/models", "src/lockfree/steps"];

type Orders = BTreeSet<&'static str>;

pub(super) fn check() -> Result<Vec<String>> {
    let page = Page::read(&fs::read_to_string("DESIGN.md")?);
    Ok(complaints_about(&page, &used_orders()?))
}

/// The files of the crate, with the orders that each uses.
fn used_orders() -> Result<Vec<(PathBuf, Orders)>> {
    let mut files = Vec::new();
    for entry in WalkDir::new("src").sort_by_file_name() {
        let path = entry?.into_path();
        let is_left_out = LEFT_OUT.iter().any(|folder| path.starts_with(folder));
        let is_test = path.file_name().is_some_and(|name| name == "tests.rs");
        if path.extension().is_some_and(|extension| extension == "rs") && !is_left_out && !is_test {
            let orders = orders_in_code(&fs::read_to_string(&path)?);
            files.push((path, orders));
        }
    }
    Ok(files)
}

/// The orders in the code, without comments.
fn orders_in_code(source: &str) -> Orders {
    source.lines().flat_map(|line| orders_in(line.split("//").next().unwrap_or_default())).collect()
}

fn orders_in(text: &str) -> Orders {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter_map(|word| ORDERS.iter().copied().find(|order| *order == word)).collect()
}

fn complaints_about(page: &Page, files: &[(PathBuf, Orders)]) -> Vec<String> {
    let rows: Vec<_> = page.rows.iter().filter(|row| row.heading == HEADING).collect();
    let mut complaints = Vec::new();
    for row in &rows {
        let mut used = Orders::new();
        for span in row.spans(FILE_COLUMN) {
            let named: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(span)).collect();
            used.extend(named.iter().flat_map(|(_, orders)| orders));
            if named.len() != 1 {
                complaints.push(format!("DESIGN.md: {} files are called `{span}`", named.len()));
            }
        }
        for order in orders_in(row.text(ORDER_COLUMN)).difference(&used) {
            complaints.push(format!("DESIGN.md: {}: no file of the row uses {order}", row.text(0)));
        }
    }
    for (path, orders) in files {
        let is_named = |span: &String| path.ends_with(span);
        let its_rows = rows.iter().filter(|row| row.spans(FILE_COLUMN).iter().any(is_named));
        let listed: Orders = its_rows.flat_map(|row| orders_in(row.text(ORDER_COLUMN))).collect();
        for order in orders.difference(&listed) {
            complaints.push(format!("{}: no row of DESIGN.md has its {order}", path.display()));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(file: &str, orders: &str, source: &str) -> Vec<String> {
        let table = format!(
            "# {HEADING}\n| field | file | writer | reader | order |\n|---|---|---|---|---|\n\
             | word | `{file}` | a | b | {orders} |\n"
        );
        let files = [(PathBuf::from("src/room/file.rs"), orders_in_code(source))];
        complaints_about(&Page::read(&table), &files)
    }

    #[test]
    fn rows_and_files_have_the_same_orders() {
        let source = "word.load(Acquire); // pairs with Release\nother.load(Relaxed);";
        assert_eq!(complaints("file.rs", "Acquire", source), [""; 0]);
        assert_eq!(complaints("room/file.rs", "Acquire, Relaxed", source), [""; 0]);
        assert_eq!(complaints("file.rs", "Relaxed", source).len(), 1);
        assert_eq!(complaints("file.rs", "Acquire, SeqCst", source).len(), 1);
        assert_eq!(complaints("other.rs", "Acquire", source).len(), 3);
    }
}
