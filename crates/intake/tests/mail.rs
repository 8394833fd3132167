//! Mails as people report them, whole, forwarded, damaged and hostile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::{
    MAX_ATTACHMENTS, MAX_HEADER_BYTES, MAX_MAIL_BYTES, MAX_MAIL_JSON, MAX_MAIL_URLS, MAX_PARTS, MailFault,
    ReportedMail,
};
use serde_json::json;

fn fixture() -> String {
    let path = format!("{}/tests/fixtures/reported.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().replace('\n', "\r\n")
}

fn read(mail: &str) -> ReportedMail {
    ReportedMail::read(mail.as_bytes()).unwrap()
}

#[test]
fn a_mail_handed_in() {
    let mail = read(&fixture());
    assert_eq!(mail.from, "Bank Przykładowy <alert@bank.example.org>");
    assert_eq!(mail.from_address.as_deref(), Some("alert@bank.example.org"));
    assert_eq!(mail.subject, "Twoje konto zostanie zablokowane");
    assert_eq!(mail.reply_to.as_deref(), Some("Support <support@b4nk.example.net>"));
    assert_eq!(mail.return_path.as_deref(), Some("<bounce@mailer.example.net>"));
    assert_eq!(mail.recipients, ["ann@example.com", "bob@example.com"]);
    assert_eq!(mail.date.unwrap().to_string(), "2026-11-22T09:57:30Z");
    assert_eq!(mail.received.len(), 2);
    assert!(
        mail.received[0].starts_with("from mailer.example.net")
            && mail.received[0].contains("for <ann@example.com>")
    );
    let results = &mail.authentication_results;
    let verdicts = [&results.spf, &results.dkim, &results.dmarc].map(|r| r.as_deref());
    assert_eq!(
        verdicts,
        [Some("softfail"), Some("none"), Some("fail")],
        "what the sender forged does not count"
    );
    assert_eq!(mail.text, "Zaloguj się natychmiast: https://login.b4nk.example.net/verify?id=42.");
    assert_eq!(
        mail.urls,
        ["https://login.b4nk.example.net/verify?id=42", "https://login.b4nk.example.net/verify?id=42&x=1"]
    );
    let attached: Vec<_> =
        mail.attachments.iter().map(|a| (a.filename.as_str(), a.content_type.as_str(), a.size)).collect();
    assert_eq!(attached, [("faktura 2026.pdf", "application/pdf", 13), ("part-4", "image/png", 8)]);
    // SHA-256 of "Hello, World!".
    assert_eq!(
        mail.attachments[0].sha256,
        "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f"
    );
    assert!(mail.reporter.is_none() && !mail.incomplete);
}

#[test]
fn triage_reads_exactly_these_keys() {
    let data = read(&fixture()).raw_data();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&data),
        ["attachments", "body", "headers", "html", "message_id", "recipient", "sender", "subject", "urls"]
    );
    assert_eq!(keys(&data["attachments"][0]), ["content_type", "filename", "size"]);
    assert_eq!(
        keys(&data["headers"]),
        [
            "Authentication-Results",
            "Date",
            "From",
            "Message-ID",
            "Received-SPF",
            "Reply-To",
            "Return-Path",
            "Subject"
        ]
    );
    assert_eq!(
        (data["recipient"].clone(), data["message_id"].clone()),
        (json!("ann@example.com"), json!("<20261122.1@mailer.example.net>"))
    );
    assert_eq!(data["headers"]["Date"], "Sun, 22 Nov 2026 10:57:30 +0100");

    let bare = read("From: a@example.org\n\nx").raw_data();
    assert_eq!(keys(&bare["headers"]), ["From", "Subject"]);
    assert_eq!((bare["body"].clone(), bare["subject"].clone()), (json!("x"), json!("")));
}

#[test]
fn a_mail_forwarded_as_attachment() {
    let outer = |part_head: &str, part: &str| {
        format!(
            "From: Ann <ann@example.com>\r\nTo: soc@example.com\r\nSubject: FW: odd\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\
             Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nPlease look.\r\n\
             --o\r\n{part_head}\r\n\r\n{part}\r\n--o--\r\n"
        )
    };
    let encoded = base64(fixture().as_bytes());
    let ways = [
        outer("Content-Type: message/rfc822", &fixture()),
        outer("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", &encoded),
        outer(
            "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"odd.EML\"",
            &encoded,
        ),
    ];
    for way in ways {
        let mail = read(&way);
        let reporter = mail.reporter.clone().unwrap();
        assert_eq!((reporter.from.as_str(), reporter.subject.as_str()), ("Ann <ann@example.com>", "FW: odd"));
        assert_eq!(ReportedMail { reporter: None, ..mail }, read(&fixture()));
    }
    // A report with links of its own may be the mail to report, with a decoy attached: both are read.
    let lure = outer("Content-Type: message/rfc822", &fixture())
        .replace("Please look.", "Enter your password at https://login.wicked.example.net/x.");
    let (mail, alone) = (read(&lure), read(&fixture()));
    assert!(mail.reporter.is_some() && mail.subject == alone.subject);
    assert!(mail.text.contains(&alone.text) && mail.text.contains("Enter your password"));
    assert_eq!(mail.urls.last().unwrap(), "https://login.wicked.example.net/x");
    // Who reports it, in whatever words, makes it no other mail; nor does a link everybody has below their name.
    let told = |words: &str| outer("Content-Type: message/rfc822", &fixture()).replace("Please look.", words);
    let identity = |words: &str| read(&told(words)).identity;
    assert_eq!(identity("Is this real?"), alone.identity);
    assert_eq!(
        identity("Is this real? It leads to https://login.b4nk.example.net/verify?id=42"),
        alone.identity
    );
    let signed = |name: &str| {
        identity(&format!("{name}, Sales\r\nhttps://www.example.com/ https://www.example.com/legal"))
    };
    assert_eq!(signed("Ann"), signed("Bob"));
    assert_eq!(signed("Ann"), identity("https://www.example.com/legal or https://www.example.com/"));
    // Another place it leads to does.
    let lures =
        [mail.identity, alone.identity, signed("Ann"), identity("https://login.wicked.example.net/y")];
    assert_eq!(lures.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    // Forwarded once is enough: a mail within the reported mail is its attachment.
    let inner = outer("Content-Type: message/rfc822", &fixture())
        .replace("boundary=o", "boundary=p")
        .replace("--o", "--p");
    let twice = outer("Content-Type: message/rfc822", &inner.replace("--pu", "--ou"));
    let mail = read(&twice);
    assert_eq!(
        (mail.subject.as_str(), mail.attachments[0].content_type.as_str()),
        ("FW: odd", "message/rfc822")
    );
    // A notice of non-delivery is itself what was reported; a complaint (RFC 5965) is not.
    let report = |kind: &str| {
        outer("Content-Type: message/rfc822", &fixture())
            .replace("multipart/mixed", &format!("multipart/report; report-type={kind}"))
    };
    assert_eq!(read(&report("delivery-status")).subject, "FW: odd");
    assert_eq!(read(&report("feedback-report")).subject, read(&fixture()).subject);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (i, chunk) in bytes.chunks(3).enumerate() {
        let n = chunk.iter().fold(0u32, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for k in 0..4 {
            let letter = char::from(LETTERS[usize::try_from((n >> (18 - 6 * k)) & 63).unwrap()]);
            out.push(if k <= chunk.len() { letter } else { '=' });
        }
        if i % 19 == 18 {
            out.push_str("\r\n");
        }
    }
    out
}

#[test]
fn html_alone_becomes_text() {
    let mail = read(
        "From: a@example.org\nContent-Type: text/html\n\n<p>Pay&nbsp;now</p><a href='https://x.example.net'>x</a>",
    );
    assert_eq!((mail.text.as_str(), mail.urls[0].as_str()), ("Pay now\nx", "https://x.example.net"));
}

#[test]
fn damaged_mails_are_read_as_far_as_they_go() {
    let cut_off = fixture().split("--inner--").next().unwrap().to_owned();
    let mail = read(&cut_off);
    assert!(mail.html.contains("tutaj") && mail.attachments.is_empty());
    let no_parts = read("From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\nno part at all");
    assert_eq!((no_parts.attachments.len(), no_parts.text.as_str()), (1, ""));
    let mbox = read("From x@y Sun Nov 22 10:00:00 2026\nFrom: a@example.org\nSubject: s\n\nb");
    assert_eq!((mbox.from.as_str(), mbox.subject.as_str(), mbox.text.as_str()), ("a@example.org", "s", "b"));
    let only_header = read("Subject: s\r\n");
    assert_eq!((only_header.subject.as_str(), only_header.text.as_str()), ("s", ""));
    let latin = ReportedMail::read(b"From: a@example.org\r\nSubject: caf\xe9\r\n\r\ncaf\xe9").unwrap();
    assert_eq!(latin.text, "café");
}

#[test]
fn what_is_no_mail_is_refused() {
    for bytes in
        [&b""[..], b"\r\n\r\n", b"{\"a\":1}", b"hello", b"\xff\xfe\x00", b"Content-Type: text/plain\n\nx"]
    {
        assert_eq!(ReportedMail::read(bytes), Err(MailFault::NotAMail), "{bytes:?}");
    }
    assert_eq!(ReportedMail::read(&vec![b'a'; MAX_MAIL_BYTES + 1]), Err(MailFault::TooLarge));
    let header = format!("Subject: {}\r\n\r\n", "x".repeat(MAX_HEADER_BYTES));
    assert_eq!(ReportedMail::read(header.as_bytes()), Err(MailFault::HeaderTooLarge));
}

#[test]
fn limits_leave_out_and_say_so() {
    let parts = "--b\nContent-Type: application/x\n\nx\n".repeat(MAX_PARTS + 5);
    let mail = read(&format!("From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"));
    assert!(mail.incomplete && mail.attachments.len() <= MAX_ATTACHMENTS);

    let mut deep = String::from("From: a@example.org\n");
    for i in 0..100_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"));
    }
    assert!(read(&deep).incomplete);
    let digest = format!("From: a@example.org\n{}", "Content-Type: message/rfc822\n\n".repeat(100_000));
    assert_eq!(read(&digest).from, "a@example.org");

    let links: String = (0..MAX_MAIL_URLS + 5).map(|i| format!("https://example.org/{i}\n")).collect();
    let mail = read(&format!("From: a@example.org\n\n{links}"));
    assert!(mail.incomplete && mail.urls.len() == MAX_MAIL_URLS);

    // Quotes and backslashes double in JSON.
    let heavy = format!(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{q}\n--b\nContent-Type: text/html\n\n{q}\n--b--\n",
        q = "\"\\".repeat(400_000)
    );
    let mail = read(&heavy);
    assert!(mail.incomplete && mail.raw_data().to_string().len() <= MAX_MAIL_JSON);
}
