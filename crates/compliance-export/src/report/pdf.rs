//! The document as PDF 1.7: text that can be searched and copied, fonts embedded, the same input the same bytes.

use super::document::Document;
use super::font::{Font, Weight};
use super::layout::{LayoutError, MAX_PAGES, Op, PAGE, pages};
use chrono::{Datelike, Timelike};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use probatum_kernel::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;
use ttf_parser::GlyphId;

/// Why there is no PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The embedded fonts cannot be read or cut.
    #[error("the embedded font cannot be used")]
    Font,
    /// The report is longer than a document anybody reads.
    #[error("the report has more than {MAX_PAGES} pages")]
    TooLong,
}

impl From<LayoutError> for PdfError {
    fn from(e: LayoutError) -> Self {
        match e {
            LayoutError::Font => Self::Font,
            LayoutError::TooLong => Self::TooLong,
        }
    }
}

const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
const LEVEL: u8 = 6;

/// Hands out object numbers.
struct Refs(i32);

impl Refs {
    fn next(&mut self) -> Ref {
        self.0 = self.0.saturating_add(1);
        Ref::new(self.0)
    }
}

/// The characters of a weight that are used, and the glyphs they have in the cut font.
struct Cut {
    font: &'static Font,
    remapper: GlyphRemapper,
    glyphs: BTreeMap<char, u16>,
}

impl Cut {
    fn new(weight: Weight, pages: &[Vec<Op>]) -> Result<Self, PdfError> {
        let font = Font::get(weight).ok_or(PdfError::Font)?;
        let mut glyphs: BTreeMap<char, u16> = BTreeMap::new();
        for op in pages.iter().flatten() {
            if let Op::Text { weight: used, text, .. } = op
                && *used == weight
            {
                glyphs.extend(text.chars().map(|c| (c, 0)));
            }
        }
        let mut remapper = GlyphRemapper::new();
        for (c, glyph) in &mut glyphs {
            *glyph = remapper.remap(font.glyph(*c).0);
        }
        Ok(Self { font, remapper, glyphs })
    }

    /// A text as PDF shows it: the numbers of its glyphs.
    fn encode(&self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|c| self.glyphs.get(&c).copied().unwrap_or(0).to_be_bytes()).collect()
    }

    /// Writes the font and what belongs to it; `id` is the object pages refer to.
    fn write(&self, pdf: &mut Pdf, refs: &mut Refs, id: Ref, name: &str) -> Result<(), PdfError> {
        let (cid, descriptor, cmap, file) = (refs.next(), refs.next(), refs.next(), refs.next());
        let data = subsetter::subset(self.font.data, 0, &self.remapper).map_err(|_| PdfError::Font)?;
        let name = Name(name.as_bytes());
        pdf.type0_font(id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);

        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        font.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let widths = self.remapper.remapped_gids().map(|gid| self.font.advance(GlyphId(gid)));
        font.widths().consecutive(0, widths);
        font.finish();

        let face = &self.font.face;
        let scale = |units: i16| f32::from(units) * 1000.0 / f32::from(face.units_per_em().max(1));
        let bbox = face.global_bounding_box();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(scale(bbox.x_min), scale(bbox.y_min), scale(bbox.x_max), scale(bbox.y_max)))
            .italic_angle(0.0)
            .ascent(scale(face.ascender()))
            .descent(scale(face.descender()))
            .cap_height(scale(face.capital_height().unwrap_or_else(|| face.ascender())))
            .stem_v(80.0)
            .font_file2(file);

        let mut unicode = UnicodeCmap::new(Name(b"Unicode"), SYSTEM);
        for (c, glyph) in &self.glyphs {
            unicode.pair(*glyph, *c);
        }
        let unicode = compress_to_vec_zlib(&unicode.finish(), LEVEL);
        pdf.cmap(cmap, &unicode).filter(Filter::FlateDecode);
        let packed = compress_to_vec_zlib(&data, LEVEL);
        let mut stream = pdf.stream(file, &packed);
        stream.filter(Filter::FlateDecode);
        stream.pair(Name(b"Length1"), i32::try_from(data.len()).unwrap_or(i32::MAX));
        stream.finish();
        Ok(())
    }
}

/// The document as a PDF made at `at`.
pub(super) fn render(document: &Document, at: Timestamp) -> Result<Vec<u8>, PdfError> {
    let pages = pages(document)?;
    let regular = Cut::new(Weight::Regular, &pages)?;
    let bold = Cut::new(Weight::Bold, &pages)?;
    let mut pdf = Pdf::new();
    let mut refs = Refs(0);
    let (catalog, tree, info) = (refs.next(), refs.next(), refs.next());
    let (regular_id, bold_id) = (refs.next(), refs.next());
    let numbers: Vec<(Ref, Ref)> = pages.iter().map(|_| (refs.next(), refs.next())).collect();

    pdf.catalog(catalog).pages(tree).lang(TextStr("en")).viewer_preferences().display_doc_title(true);
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(numbers.iter().map(|(page, _)| *page)).count(count);
    for (ops, (id, content)) in pages.iter().zip(&numbers) {
        let mut page = pdf.page(*id);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*content);
        page.resources().fonts().pair(Name(b"R"), regular_id).pair(Name(b"B"), bold_id);
        page.finish();
        let drawn = compress_to_vec_zlib(&draw(ops, &regular, &bold), LEVEL);
        pdf.stream(*content, &drawn).filter(Filter::FlateDecode);
    }
    regular.write(&mut pdf, &mut refs, regular_id, "PROBAT+DejaVuSans")?;
    bold.write(&mut pdf, &mut refs, bold_id, "PROBAT+DejaVuSans-Bold")?;
    pdf.document_info(info)
        .title(TextStr(&document.title))
        .subject(TextStr(&document.subtitle))
        .producer(TextStr("Probatum"))
        .creation_date(date(at));
    let digest = Sha256::digest(format!("{}\n{}\n{at}", document.title, document.subtitle));
    let id: Vec<u8> = digest.iter().copied().take(16).collect();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

fn draw(ops: &[Op], regular: &Cut, bold: &Cut) -> Vec<u8> {
    let mut content = Content::new();
    content.set_stroke_gray(0.75).set_line_width(0.5);
    for op in ops {
        match op {
            Op::Rule { x, to, y } => {
                content.move_to(*x, *y).line_to(*to, *y).stroke();
            }
            Op::Text { x, y, size, weight, text } => {
                let (name, cut) = match weight {
                    Weight::Regular => (Name(b"R"), regular),
                    Weight::Bold => (Name(b"B"), bold),
                };
                content.begin_text().set_font(name, *size).next_line(*x, *y);
                content.show(Str(&cut.encode(text))).end_text();
            }
        }
    }
    content.finish().to_vec()
}

fn date(at: Timestamp) -> Date {
    let t = at.datetime();
    let small = |n: u32| u8::try_from(n).unwrap_or(0);
    Date::new(u16::try_from(t.year()).unwrap_or(1970))
        .month(small(t.month()))
        .day(small(t.day()))
        .hour(small(t.hour()))
        .minute(small(t.minute()))
        .second(small(t.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
