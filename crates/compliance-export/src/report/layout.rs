//! From a document to pages: lines are broken, tables continue with their heads, pages are counted.

use super::document::{Block, Document, drawable};
use super::font::{Font, Weight};

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 50.0;
const BOTTOM: f32 = 62.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const PAD: f32 = 3.0;
/// The share of the width the names of fields take.
const NAME_SHARE: u8 = 32;
/// The most pages. A thousand items of evidence with long chains fit.
pub(super) const MAX_PAGES: usize = 20_000;

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// A text whose line begins at `x`, `y`.
    Text { x: f32, y: f32, size: f32, weight: Weight, text: String },
    /// A line from `x` to `to` at `y`.
    Rule { x: f32, to: f32, y: f32 },
}

/// Why there are no pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayoutError {
    /// The fonts cannot be read.
    Font,
    /// More than [`MAX_PAGES`].
    TooLong,
}

struct Style {
    size: f32,
    weight: Weight,
}

const TITLE: Style = Style { size: 16.0, weight: Weight::Bold };
const HEADING: Style = Style { size: 12.0, weight: Weight::Bold };
const SUBHEADING: Style = Style { size: 9.5, weight: Weight::Bold };
const BODY: Style = Style { size: 9.0, weight: Weight::Regular };
const CELL: Style = Style { size: 8.0, weight: Weight::Regular };
const NAME: Style = Style { size: 8.0, weight: Weight::Bold };
const FOOT: Style = Style { size: 7.0, weight: Weight::Regular };

impl Style {
    fn leading(&self) -> f32 {
        self.size * 1.35
    }
}

struct Pages {
    regular: &'static Font,
    bold: &'static Font,
    done: Vec<Vec<Op>>,
    page: Vec<Op>,
    y: f32,
}

/// Lays a document out.
pub(super) fn pages(document: &Document) -> Result<Vec<Vec<Op>>, LayoutError> {
    let regular = Font::get(Weight::Regular).ok_or(LayoutError::Font)?;
    let bold = Font::get(Weight::Bold).ok_or(LayoutError::Font)?;
    let mut pages = Pages { regular, bold, done: Vec::new(), page: Vec::new(), y: PAGE.1 - MARGIN };
    pages.text(&document.title, &TITLE);
    pages.text(&document.subtitle, &BODY);
    pages.y -= 6.0;
    for block in &document.blocks {
        pages.block(block);
        if pages.done.len() > MAX_PAGES {
            return Err(LayoutError::TooLong);
        }
    }
    pages.turn();
    Ok(pages.footed(&document.footer))
}

impl Pages {
    fn font(&self, weight: Weight) -> &'static Font {
        match weight {
            Weight::Regular => self.regular,
            Weight::Bold => self.bold,
        }
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.page));
        self.y = PAGE.1 - MARGIN;
    }

    /// Turns the page if less than `height` is left.
    fn room(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.turn();
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                // A heading stays with what follows.
                self.room(70.0);
                self.y -= 10.0;
                self.text(text, &HEADING);
                self.y -= 4.0;
                self.page.push(Op::Rule { x: MARGIN, to: MARGIN + WIDTH, y: self.y });
            }
            Block::Subheading(text) => {
                self.room(60.0);
                self.y -= 5.0;
                self.text(text, &SUBHEADING);
            }
            Block::Paragraph(text) => {
                self.text(text, &BODY);
                self.y -= 3.0;
            }
            Block::Fields(rows) => {
                for (name, value) in rows {
                    let cells =
                        [(name.as_str(), &NAME, NAME_SHARE), (value.as_str(), &CELL, 100 - NAME_SHARE)];
                    self.row(&cells, None);
                }
                self.y -= 6.0;
            }
            Block::Table { columns, rows } => {
                let head: Vec<_> = columns.iter().map(|(name, share)| (*name, &NAME, *share)).collect();
                self.row(&head, None);
                for row in rows {
                    let cells: Vec<_> = row
                        .iter()
                        .zip(columns)
                        .map(|(cell, (_, share))| (cell.as_str(), &CELL, *share))
                        .collect();
                    self.row(&cells, Some(&head));
                }
                self.y -= 6.0;
            }
        }
    }

    fn text(&mut self, text: &str, style: &Style) {
        for line in wrap(self.font(style.weight), text, style.size, WIDTH) {
            self.room(style.leading());
            self.y -= style.leading();
            self.draw(MARGIN, line, style);
        }
    }

    fn draw(&mut self, x: f32, text: String, style: &Style) {
        if !text.is_empty() {
            self.page.push(Op::Text { x, y: self.y, size: style.size, weight: style.weight, text });
        }
    }

    /// A row of cells: text, style and share of the width in per cent. `head` is repeated on a new page.
    fn row(&mut self, cells: &[(&str, &Style, u8)], head: Option<&[(&str, &Style, u8)]>) {
        let mut x = MARGIN;
        let mut columns = Vec::with_capacity(cells.len());
        for (text, style, share) in cells {
            let width = WIDTH * f32::from(*share) / 100.0;
            let lines = wrap(self.font(style.weight), text, style.size, width - 2.0 * PAD);
            columns.push((x + PAD, *style, lines.into_iter()));
            x += width;
        }
        let leading = CELL.leading();
        let lines = columns.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(0);
        // Short rows are kept whole; long ones run on.
        let whole = f32::from(u16::try_from(lines.min(12)).unwrap_or(12)) * leading + PAD;
        if self.y - whole < BOTTOM {
            self.turn_with(head);
        }
        for _ in 0..lines {
            if self.y - leading < BOTTOM {
                self.turn_with(head);
            }
            self.y -= leading;
            for (x, style, lines) in &mut columns {
                let line = lines.next().unwrap_or_default();
                self.draw(*x, line, style);
            }
        }
        self.y -= PAD;
        self.page.push(Op::Rule { x: MARGIN, to: MARGIN + WIDTH, y: self.y });
    }

    fn turn_with(&mut self, head: Option<&[(&str, &Style, u8)]>) {
        self.turn();
        if let Some(head) = head {
            self.row(head, None);
        }
    }

    /// The pages, each with the footer and its number.
    fn footed(self, footer: &str) -> Vec<Vec<Op>> {
        let (font, total) = (self.regular, self.done.len());
        let foot = |x: f32, text: String| Op::Text { x, y: 36.0, size: FOOT.size, weight: FOOT.weight, text };
        let number = |page: usize| {
            let text = format!("Page {page} of {total}");
            foot(PAGE.0 - MARGIN - font.width(&text, FOOT.size), text)
        };
        let footer: String = drawable(footer).replace('\n', " ");
        let mut pages = self.done;
        for (page, number) in pages.iter_mut().zip((1..).map(number)) {
            page.push(Op::Rule { x: MARGIN, to: MARGIN + WIDTH, y: 46.0 });
            page.push(foot(MARGIN, footer.clone()));
            page.push(number);
        }
        pages
    }
}

/// Breaks a text into lines no wider than `width`: at spaces, and within words that are wider by themselves.
fn wrap(font: &Font, text: &str, size: f32, width: f32) -> Vec<String> {
    let text = drawable(text);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let (mut line, mut used) = (String::new(), 0.0);
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let space = if line.is_empty() { 0.0 } else { font.width(" ", size) };
            let needed = font.width(word, size);
            if used + space + needed <= width {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                used += space + needed;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            for c in word.chars() {
                let needed = font.advance(font.glyph(c)) * size / 1000.0;
                if used + needed > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(c);
                used += needed;
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_its_column_and_nothing_is_lost() {
        let font = Font::get(Weight::Regular).unwrap();
        let text = format!("Zażółć gęślą jaźń {} and more\n\nlast", "0123456789abcdef".repeat(8));
        let lines = wrap(font, &text, 8.0, 100.0);
        assert!(lines.iter().all(|line| font.width(line, 8.0) <= 100.0));
        assert_eq!(lines.concat().replace(' ', ""), text.replace([' ', '\n'], ""));
        assert_eq!(wrap(font, "", 8.0, 100.0), [""]);
    }

    #[test]
    fn a_long_table_repeats_its_head_and_every_page_has_its_number() {
        let rows = (0..200).map(|n| vec![n.to_string(), "a word ".repeat(n % 40)]).collect();
        let document = Document {
            title: "Title".to_owned(),
            subtitle: "sub".to_owned(),
            footer: "foot".to_owned(),
            blocks: vec![Block::Table { columns: vec![("Number", 20), ("Words", 80)], rows }],
        };
        let pages = pages(&document).unwrap();
        assert!(pages.len() > 3);
        for (index, page) in pages.iter().enumerate() {
            let texts: Vec<_> = page
                .iter()
                .filter_map(|op| match op {
                    Op::Text { text, y, .. } => Some((text.as_str(), *y)),
                    Op::Rule { .. } => None,
                })
                .collect();
            assert!(texts.iter().any(|(text, _)| *text == "Number"));
            let number = format!("Page {} of {}", index + 1, pages.len());
            assert!(texts.iter().any(|(text, _)| *text == number));
            assert!(texts.iter().all(|(_, y)| *y == 36.0 || (BOTTOM..PAGE.1).contains(y)));
        }
    }
}
