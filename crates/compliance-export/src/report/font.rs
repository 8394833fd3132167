//! The embedded fonts: DejaVu Sans, cut to Latin, Greek, Cyrillic and signs (`fonts/LICENSE.txt`).

use std::sync::OnceLock;
use ttf_parser::{Face, GlyphId};

const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For reading.
    Regular,
    /// For headings and names.
    Bold,
}

/// A font, read.
pub(super) struct Font {
    /// The file.
    pub data: &'static [u8],
    /// What it has.
    pub face: Face<'static>,
}

impl Font {
    /// The font of a weight; `None` if the embedded file is broken, which a test rules out.
    pub fn get(weight: Weight) -> Option<&'static Self> {
        static REGULAR_FONT: OnceLock<Option<Font>> = OnceLock::new();
        static BOLD_FONT: OnceLock<Option<Font>> = OnceLock::new();
        let (cell, data) = match weight {
            Weight::Regular => (&REGULAR_FONT, REGULAR),
            Weight::Bold => (&BOLD_FONT, BOLD),
        };
        cell.get_or_init(|| Face::parse(data, 0).ok().map(|face| Font { data, face })).as_ref()
    }

    /// The glyph of a character; that of U+FFFD for one the font has not.
    pub fn glyph(&self, c: char) -> GlyphId {
        let found = self.face.glyph_index(c).or_else(|| self.face.glyph_index('\u{fffd}'));
        found.unwrap_or(GlyphId(0))
    }

    /// The width of a glyph in thousandths of the font's size.
    pub fn advance(&self, glyph: GlyphId) -> f32 {
        let units = f32::from(self.face.units_per_em().max(1));
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default()) * 1000.0 / units
    }

    /// The width of a text in points, at a size in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(self.glyph(c))).sum::<f32>() * size / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_have_the_letters_of_europe() {
        for weight in [Weight::Regular, Weight::Bold] {
            let font = Font::get(weight).unwrap();
            for c in
                "Zażółć gęślą jaźń · Příliš žluťoučký · Ελληνικά · Українська · ß ñ ø ș € – “ ” ≤ →".chars()
            {
                assert!(font.face.glyph_index(c).is_some(), "{c}");
            }
            assert_eq!(font.glyph('漢'), font.glyph('\u{fffd}'));
            assert!(font.width("iii", 10.0) < font.width("mmm", 10.0));
        }
    }
}
