//! What a mail is made of: attachments, forms and scripts, pictures in place of words, letters in disguise.

use crate::input::mail::Mail;
use crate::signals::levels::{FAIR, GRAVE, SLIGHT, STRONG, WEAK};
use crate::signals::sheet::{Rule, Sheet};
use crate::text::quote;
use crate::text::words::TrickKind;

pub const PROGRAM: Rule = Rule::new("executable_attachment", GRAVE, "a program is attached");
pub const TWO_ENDINGS: Rule =
    Rule::new("double_extension", GRAVE, "an attachment hides its type behind a second ending");
pub const PAGE: Rule =
    Rule::new("html_attachment", STRONG, "a web page is attached, which can pose as a sign-in");
pub const MACROS: Rule = Rule::new("macro_attachment", STRONG, "a document that may hold macros is attached");
pub const ARCHIVE: Rule = Rule::new("archive_attachment", WEAK, "an archive is attached");
/// Newsletters have search forms; a field for a password is another rule.
pub const FORM: Rule = Rule::new("html_form", SLIGHT, "the mail itself is a form to fill in");
pub const PASSWORD: Rule = Rule::new("password_field", GRAVE, "the mail itself asks for a password");
/// Mail programs run no scripts; old newsletters bring them all the same.
pub const SCRIPT: Rule = Rule::new("html_script", SLIGHT, "the mail runs a script");
pub const REFRESH: Rule = Rule::new("html_refresh", FAIR, "the mail sends the reader elsewhere by itself");
pub const FRAME: Rule = Rule::new("html_frame", WEAK, "the mail loads another page into itself");
pub const PICTURE_ONLY: Rule =
    Rule::passing("picture_only", FAIR, "pictures and a link stand where words should");
pub const BARE_LINK: Rule = Rule::passing("bare_link", WEAK, "it is little more than a link");
pub const HIDDEN_LETTERS: Rule =
    Rule::new("zero_width_letters", FAIR, "invisible characters split its words");
pub const MIXED_LETTERS: Rule =
    Rule::new("mixed_alphabets", STRONG, "its words mix letters of two alphabets");
pub const DRESSED_LETTERS: Rule =
    Rule::new("styled_letters", FAIR, "its words are written in letters that only look like letters");
pub const TURNED_LETTERS: Rule = Rule::new("turned_text", FAIR, "its text changes the direction of reading");
pub const SHOUTING: Rule = Rule::passing("shouting_subject", WEAK, "its subject shouts");
pub const ODD_SUBJECT: Rule =
    Rule::new("tagged_subject", WEAK, "its subject carries the reader's address or a code");

const PROGRAMS: [&str; 34] = [
    "exe",
    "scr",
    "com",
    "bat",
    "cmd",
    "pif",
    "js",
    "jse",
    "vbs",
    "vbe",
    "wsf",
    "wsh",
    "hta",
    "ps1",
    "jar",
    "lnk",
    "msi",
    "iso",
    "img",
    "vhd",
    "vhdx",
    "cpl",
    "chm",
    "reg",
    "url",
    "dll",
    "apk",
    "app",
    "ace",
    "one",
    "xll",
    "sct",
    "gadget",
    "library-ms",
];

/// Looks at attachments and at the mail's own make-up.
pub fn inspect(mail: &Mail<'_>, sheet: &mut Sheet) {
    for (name, media) in &mail.attachments {
        attachment(name, media, sheet);
    }
    for (source, page) in &mail.pages {
        let parts = [
            (&FORM, page.form),
            (&PASSWORD, page.password),
            (&SCRIPT, page.script),
            (&REFRESH, page.refresh),
            (&FRAME, page.frame),
        ];
        for (rule, place) in parts {
            if let Some((start, end)) = place {
                sheet.note(rule, quote::cut(source, start, end));
            }
        }
        let words = mail.bodies.iter().map(|body| body.words.len()).max().unwrap_or(0);
        if page.images > 0 && words < 25 && !mail.links.is_empty() {
            sheet.note(
                &PICTURE_ONLY,
                mail.links.first().and_then(|link| quote::cut(&link.target, 0, link.target.len())),
            );
        }
    }
    bare(mail, sheet);
    letters(mail, sheet);
    subject(mail, sheet);
}

fn attachment(name: &str, media: &str, sheet: &mut Sheet) {
    let cited = || quote::cut(name, 0, name.len());
    let plain: String = name
        .chars()
        .filter(|c| !crate::text::fold::is_invisible(*c))
        .collect::<String>()
        .trim()
        .to_lowercase();
    let mut endings = plain.rsplit('.');
    let (last, before) = (endings.next().unwrap_or(""), endings.next().unwrap_or(""));
    let dotted = plain.contains('.');
    if dotted && PROGRAMS.contains(&last) {
        let document = ["pdf", "doc", "docx", "xls", "xlsx", "jpg", "png", "txt", "zip"].contains(&before);
        sheet.note(if document { &TWO_ENDINGS } else { &PROGRAM }, cited());
    } else if ["html", "htm", "shtml", "xhtml", "svg", "mht", "mhtml", "xht"].contains(&last)
        || (media.starts_with("text/html") && dotted && last != "txt")
    {
        sheet.note(&PAGE, cited());
    } else if ["docm", "xlsm", "pptm", "xlsb", "dotm", "xlam"].contains(&last) {
        sheet.note(&MACROS, cited());
    } else if ["zip", "rar", "7z", "gz", "cab", "arj", "z", "tgz", "xz", "r00", "bz2"].contains(&last) {
        sheet.note(&ARCHIVE, cited());
    }
    if name.chars().any(crate::text::fold::turns_direction) {
        sheet.note(&TWO_ENDINGS, cited());
    }
}

/// A mail of a few words and a link.
fn bare(mail: &Mail<'_>, sheet: &mut Sheet) {
    let Some(longest) = mail.bodies.iter().map(|body| body.words.len()).max() else { return };
    if (1..18).contains(&longest) && !mail.links.is_empty() {
        sheet.note(
            &BARE_LINK,
            mail.links.first().and_then(|link| quote::cut(&link.target, 0, link.target.len())),
        );
    }
}

fn letters(mail: &Mail<'_>, sheet: &mut Sheet) {
    for text in std::iter::once(&mail.subject).chain(&mail.bodies) {
        for trick in &text.tricks {
            let rule = match trick.kind {
                TrickKind::ZeroWidth => &HIDDEN_LETTERS,
                TrickKind::Mixed => &MIXED_LETTERS,
                TrickKind::Styled => &DRESSED_LETTERS,
                TrickKind::Turned | TrickKind::Tags => &TURNED_LETTERS,
            };
            sheet.note(rule, quote::cut(text.source, trick.start, trick.end.max(trick.start)));
        }
    }
}

fn subject(mail: &Mail<'_>, sheet: &mut Sheet) {
    let source = mail.subject.source;
    let cited = || quote::cut(source, 0, source.len());
    let (upper, lower) = (
        source.chars().filter(|c| c.is_uppercase()).count(),
        source.chars().filter(|c| c.is_lowercase()).count(),
    );
    let loud = source.matches(['!', '$', '€', '£', '💰', '🎁', '🔥', '⚠', '✅', '🚨', '❗']).count();
    let encoded = source.contains("=?");
    if (!encoded && upper >= 15 && upper > lower * 2) || loud >= 3 {
        sheet.note(&SHOUTING, cited());
    }
    let folded = source.to_lowercase();
    if mail.recipients.iter().any(|to| {
        to.local.len() >= 4 && (folded.contains(&format!("{}@", to.local)) || folded.starts_with(&to.local))
    }) {
        sheet.note(&ODD_SUBJECT, cited());
    }
}
