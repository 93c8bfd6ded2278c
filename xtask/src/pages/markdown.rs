//! Tables and code spans of a Markdown page.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The parts of a page that checks read.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// Every code span.
    pub(crate) spans: Vec<String>,
}

/// A row of a table, and the heading above.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) heading: String,
    cells: Vec<Cell>,
}

#[derive(Default)]
pub(crate) struct Cell {
    /// The text without code spans.
    text: String,
    spans: Vec<String>,
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }

    pub(crate) fn spans(&self, column: usize) -> &[String] {
        self.cells.get(column).map_or(&[], |cell| &cell.spans)
    }

    /// The code spans of the last column.
    pub(crate) fn last_spans(&self) -> &[String] {
        self.spans(self.cells.len().saturating_sub(1))
    }
}

impl Page {
    pub(crate) fn read(text: &str) -> Page {
        let mut page = Page::default();
        let mut heading = String::new();
        let (mut in_heading, mut in_cell) = (false, false);
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { .. }) => (heading, in_heading) = (String::new(), true),
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Start(Tag::TableHead | Tag::TableRow) => {
                    page.rows.push(Row { heading: heading.clone(), ..Row::default() });
                }
                Event::Start(Tag::TableCell) => {
                    in_cell = true;
                    if let Some(row) = page.rows.last_mut() {
                        row.cells.push(Cell::default());
                    }
                }
                Event::End(TagEnd::TableCell) => in_cell = false,
                Event::Text(text) if in_heading => heading.push_str(&text),
                Event::Text(text) if in_cell => page.last_cell(|cell| cell.text.push_str(&text)),
                Event::Code(code) => {
                    page.spans.push(code.to_string());
                    if in_cell {
                        page.last_cell(|cell| cell.spans.push(code.into_string()));
                    }
                }
                _ => {}
            }
        }
        page
    }

    fn last_cell(&mut self, change: impl FnOnce(&mut Cell)) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.cells.last_mut()) {
            change(cell);
        }
    }
}
