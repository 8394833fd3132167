//! The document as one HTML page: everything escaped, nothing loaded, nothing that runs.

use super::document::{Block, Document, drawable};
use std::fmt::Write;

const STYLE: &str = "body{font:15px/1.45 system-ui,'Segoe UI',Roboto,sans-serif;color:#1a1a1a;max-width:60rem;\
margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2rem;\
border-bottom:2px solid #1f3a5f;padding-bottom:.2rem}h3{font-size:1rem;margin-bottom:.3rem;\
overflow-wrap:anywhere}.sub,footer{color:#555}table{border-collapse:collapse;width:100%;margin:.6rem 0;\
table-layout:fixed}th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;\
overflow-wrap:anywhere;white-space:pre-wrap}th{background:#eef2f7}.fields th{width:32%}\
footer{margin-top:3rem;border-top:1px solid #ccc;padding-top:.5rem}@media print{body{margin:0;max-width:none}\
h2,h3{break-after:avoid}tr{break-inside:avoid}}";

/// The page.
pub(super) fn render(document: &Document) -> String {
    let mut out = String::with_capacity(16 * 1024);
    let title = escape(&document.title);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    // Writing into a String cannot fail.
    let _ = writeln!(out, "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>");
    let _ = writeln!(out, "<h1>{title}</h1>\n<p class=\"sub\">{}</p>", escape(&document.subtitle));
    for block in &document.blocks {
        write_block(&mut out, block);
    }
    let _ = writeln!(out, "<footer>{}</footer>\n</body>\n</html>", escape(&document.footer));
    out
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading(text) => {
            let _ = writeln!(out, "<h2>{}</h2>", escape(text));
        }
        Block::Subheading(text) => {
            let _ = writeln!(out, "<h3>{}</h3>", escape(text));
        }
        Block::Paragraph(text) => {
            let _ = writeln!(out, "<p>{}</p>", escape(text));
        }
        Block::Fields(rows) => {
            out.push_str("<table class=\"fields\">\n");
            for (name, value) in rows {
                let _ = writeln!(
                    out,
                    "<tr><th scope=\"row\">{}</th><td dir=\"auto\">{}</td></tr>",
                    escape(name),
                    escape(value)
                );
            }
            out.push_str("</table>\n");
        }
        Block::Table { columns, rows } => {
            out.push_str("<table>\n<colgroup>");
            for (_, share) in columns {
                let _ = write!(out, "<col style=\"width:{share}%\">");
            }
            out.push_str("</colgroup>\n<thead><tr>");
            for (name, _) in columns {
                let _ = write!(out, "<th scope=\"col\">{}</th>", escape(name));
            }
            out.push_str("</tr></thead>\n<tbody>\n");
            for row in rows {
                out.push_str("<tr>");
                for cell in row {
                    let _ = write!(out, "<td dir=\"auto\">{}</td>", escape(cell));
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</tbody>\n</table>\n");
        }
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in drawable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_obeyed() {
        let evil = "<script>alert('x')</script>\" & \u{202e}txt\u{0}";
        let document = Document {
            title: evil.to_owned(),
            subtitle: evil.to_owned(),
            footer: evil.to_owned(),
            blocks: vec![
                Block::Heading(evil.to_owned()),
                Block::Subheading(evil.to_owned()),
                Block::Paragraph(evil.to_owned()),
                Block::Fields(vec![(evil.to_owned(), evil.to_owned())]),
                Block::Table { columns: vec![("Column", 100)], rows: vec![vec![evil.to_owned()]] },
            ],
        };
        let page = render(&document);
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\0'));
        let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; &amp; \u{fffd}txt\u{fffd}";
        assert_eq!(page.matches(escaped).count(), 10);
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="));
    }
}
