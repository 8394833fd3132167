//! A mail somebody reported: what it claims to be, what it holds, and the shape triage reads it in.

mod auth;
mod decode;
mod head;
mod html;
mod part;

use crate::limits::{
    MAX_ATTACHMENTS, MAX_HEADER_BYTES, MAX_MAIL_BYTES, MAX_MAIL_HTML, MAX_MAIL_JSON, MAX_MAIL_TEXT,
    MAX_MAIL_URLS, MAX_NAME, MAX_RECIPIENTS, MAX_SEARCHED, MAX_TITLE, MAX_URL,
};
use crate::osint::fingerprint;
use crate::text::{cut, line};
pub use auth::AuthenticationResults;
use head::Head;
use part::Leaf;
use probatum_kernel::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Why a mail is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// More bytes than a mail may have.
    #[error("the mail is larger than {MAX_MAIL_BYTES} bytes")]
    TooLarge,
    /// A header that does not end in time.
    #[error("the header of the mail is larger than {MAX_HEADER_BYTES} bytes")]
    HeaderTooLarge,
    /// No field of a header.
    #[error("is no mail (message/rfc822): it has none of From, Subject, Date, To, Received or Message-ID")]
    NotAMail,
}

/// A file in a mail; its content is not kept, the original mail is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name as the mail states it, or one made up from its place.
    pub filename: String,
    /// The media type the mail states, in lower case.
    pub content_type: String,
    /// Bytes, decoded.
    pub size: usize,
    /// The SHA-256 of the decoded content, 64 lower-case digits.
    pub sha256: String,
}

/// Who reported a mail by forwarding it as an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reporter {
    /// The sender of the outer mail.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its date.
    pub date: Option<Timestamp>,
}

/// A reported mail. Texts are decoded; every claim in it (sender, date, results) is the mail's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedMail {
    /// `Message-ID` in angle brackets, or empty.
    pub message_id: String,
    /// `From`: `Name <address>`.
    pub from: String,
    /// The address in `From`, in lower case, if there is one.
    pub from_address: Option<String>,
    /// `Sender`, if it was sent for somebody else.
    pub sender: Option<String>,
    /// `Reply-To`.
    pub reply_to: Option<String>,
    /// `Return-Path`: in angle brackets.
    pub return_path: Option<String>,
    /// The addresses of `To` and `Cc`, or `Delivered-To`; at most [`MAX_RECIPIENTS`].
    pub recipients: Vec<String>,
    /// `Subject`, or empty.
    pub subject: String,
    /// `Date`.
    pub date: Option<Timestamp>,
    /// `Date` as written.
    pub date_text: Option<String>,
    /// The `Received` fields, the last server's first, each on one line; at most 50.
    pub received: Vec<String>,
    /// What the receiving server found.
    pub authentication_results: AuthenticationResults,
    /// The text; made from the HTML if there is only that.
    pub text: String,
    /// The HTML, or empty.
    pub html: String,
    /// The URLs of text and HTML, each once, as written.
    pub urls: Vec<String>,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// What makes it this mail: the SHA-256 over its Message-ID, sender, words, links and files, and over where its report
    /// leads beyond that. Neither who reported it nor what they wrote, nor what servers put on top, makes it another.
    pub identity: String,
    /// Who forwarded it as an attachment; `None` if the mail itself was handed in.
    pub reporter: Option<Reporter>,
    /// Whether parts, attachments or text beyond the limits were left out.
    pub incomplete: bool,
}

impl ReportedMail {
    /// Reads a mail (RFC 5322, RFC 2045–2049, RFC 2231). If it carries another mail as an attachment
    /// (`message/rfc822`, or a file `*.eml`), that one is the reported mail, and the outer one its report. A
    /// notice of non-delivery carries the reporter's own mail and is taken itself.
    ///
    /// # Errors
    /// See [`MailFault`]. Whatever else is wrong with a mail is part of it, and it is read as far as it goes.
    ///
    /// ```
    /// use probatum_intake::ReportedMail;
    /// let mail = ReportedMail::read(
    ///     b"From: Bank <it@bank.example.org>\r\nTo: ann@example.com\r\nSubject: =?utf-8?Q?Z=C5=82e?=\r\n\r\n\
    ///       Log in at https://login.example.net/x.\r\n",
    /// )?;
    /// assert_eq!((mail.subject.as_str(), mail.urls.len()), ("Złe", 1));
    /// assert_eq!(mail.raw_data()["urls"][0], "https://login.example.net/x");
    /// # Ok::<(), probatum_intake::MailFault>(())
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, MailFault> {
        if bytes.len() > MAX_MAIL_BYTES {
            return Err(MailFault::TooLarge);
        }
        let (head, tree) = part::walk(bytes)?;
        if let Some(inner) = forwarded(&head, &tree.leaves)
            && let Ok((inner_head, inner_tree)) = part::walk(&inner)
            && inner_head.is_mail()
        {
            let reporter =
                Reporter { from: head.address_text("From"), subject: head.subject(), date: head.date() };
            let inner = Self { reporter: Some(reporter), ..Self::of(&inner_head, &inner_tree) };
            return Ok(inner.wrapped_in(&Self::of(&head, &tree)));
        }
        if head.is_mail() { Ok(Self::of(&head, &tree)) } else { Err(MailFault::NotAMail) }
    }

    /// The mail with what its report leads to. A report that has links of its own may be the very mail that was to be
    /// reported, with a harmless one attached as a decoy: what it says and where it leads is read along. Where it leads
    /// makes it another mail; what it says does not, for everybody signs their reports in words of their own.
    fn wrapped_in(self, report: &Self) -> Self {
        if report.urls.is_empty() {
            return self;
        }
        let text = format!("{}\n\n{}\n{}", self.text, report.subject, report.text);
        let mut urls = self.urls;
        let mut beyond: Vec<String> = report.urls.iter().filter(|url| !urls.contains(url)).cloned().collect();
        urls.extend(beyond.iter().cloned());
        let mut identity = self.identity;
        if !beyond.is_empty() {
            beyond.sort_unstable();
            identity = sha256(&json!([identity, beyond]));
        }
        let incomplete =
            self.incomplete || report.incomplete || text.len() > MAX_MAIL_TEXT || urls.len() > MAX_MAIL_URLS;
        urls.truncate(MAX_MAIL_URLS);
        Self { text: cut(&text, MAX_MAIL_TEXT).to_owned(), urls, incomplete, identity, ..self }
    }

    fn of(head: &Head<'_>, tree: &part::Tree<'_>) -> Self {
        let mut content = Content::default();
        for (index, leaf) in tree.leaves.iter().enumerate() {
            content.take(index, leaf);
        }
        let mut urls = content.urls(&tree.leaves);
        let html = cut(&content.html, MAX_MAIL_HTML).to_owned();
        let shown = if content.text.trim().is_empty() { html::text(&html) } else { content.text.clone() };
        let text = cut(&shown, MAX_MAIL_TEXT).to_owned();
        let incomplete = tree.incomplete
            || content.incomplete
            || urls.len() > MAX_MAIL_URLS
            || html.len() < content.html.len()
            || text.len() < shown.len();
        urls.truncate(MAX_MAIL_URLS);
        let mut recipients = head.addresses("To");
        recipients.extend(head.addresses("Cc"));
        if recipients.is_empty() {
            recipients = head.addresses("Delivered-To");
        }
        recipients.truncate(MAX_RECIPIENTS);
        let given = |name: &str| Some(head.address_text(name)).filter(|s| !s.is_empty());
        let mail = Self {
            message_id: head.line("Message-ID", MAX_NAME).unwrap_or_default(),
            from: head.address_text("From"),
            from_address: head.addresses("From").into_iter().next(),
            sender: given("Sender"),
            reply_to: given("Reply-To"),
            return_path: head.line("Return-Path", MAX_NAME),
            recipients,
            subject: head.subject(),
            date: head.date(),
            date_text: head.line("Date", 100),
            received: head.lines("Received", 1000).into_iter().take(50).collect(),
            authentication_results: auth::read(head),
            text,
            html,
            urls,
            attachments: content.attachments,
            identity: String::new(),
            reporter: None,
            incomplete,
        };
        Self { identity: mail.own_identity(), ..mail }
    }

    fn own_identity(&self) -> String {
        let mut files: Vec<&str> = self.attachments.iter().map(|a| a.sha256.as_str()).collect();
        files.sort_unstable();
        let words = fingerprint(&self.subject, &self.text).exact;
        sha256(&json!([self.message_id, self.from_address, words, self.urls, files]))
    }

    /// The mail as triage reads it: `message_id, sender, recipient, subject, body, html, headers, urls,
    /// attachments`, at most [`MAX_MAIL_JSON`] bytes of JSON (first the HTML gives way, then the text).
    /// Optional headers that are absent are left out.
    pub fn raw_data(&self) -> Value {
        let (mut html, mut body) = (self.html.as_str(), self.text.as_str());
        loop {
            let data = self.json(body, html);
            if data.to_string().len() <= MAX_MAIL_JSON || (html.is_empty() && body.is_empty()) {
                return data;
            }
            if html.is_empty() { body = cut(body, body.len() / 2) } else { html = cut(html, html.len() / 2) }
        }
    }

    fn json(&self, body: &str, html: &str) -> Value {
        let attachments: Vec<Value> = self
            .attachments
            .iter()
            .map(|a| json!({ "filename": a.filename, "content_type": a.content_type, "size": a.size }))
            .collect();
        json!({
            "message_id": self.message_id,
            "sender": self.from,
            "recipient": self.recipients.first().cloned().unwrap_or_default(),
            "subject": self.subject,
            "body": body,
            "html": html,
            "headers": self.headers(),
            "urls": self.urls,
            "attachments": attachments,
        })
    }

    fn headers(&self) -> Map<String, Value> {
        let results = &self.authentication_results;
        let optional = [
            ("Reply-To", &self.reply_to),
            ("Date", &self.date_text),
            ("Message-ID", &Some(self.message_id.clone()).filter(|id| !id.is_empty())),
            ("Authentication-Results", &results.header),
            ("Received-SPF", &results.received_spf),
            ("Return-Path", &self.return_path),
        ]
        .map(|(name, value)| value.as_ref().map(|v| (name.to_owned(), Value::from(v.as_str()))));
        let always = [("From", &self.from), ("Subject", &self.subject)];
        let always = always.map(|(name, value)| (name.to_owned(), Value::from(value.as_str())));
        always.into_iter().chain(optional.into_iter().flatten()).collect()
    }
}

fn sha256(value: &Value) -> String {
    hex::encode(Sha256::digest(value.to_string()))
}

/// The mail within `leaves` that is the reported one, decoded.
fn forwarded<'a>(head: &Head<'_>, leaves: &'a [Leaf<'_>]) -> Option<std::borrow::Cow<'a, [u8]>> {
    let report = head.content_type().filter(|t| t.is("multipart", "report"));
    if report.is_some_and(|t| {
        t.attribute("report-type").is_some_and(|r| !r.eq_ignore_ascii_case("feedback-report"))
    }) {
        return None;
    }
    leaves.iter().find(|leaf| leaf.is_message()).map(Leaf::content)
}

/// What the parts of a mail add up to.
#[derive(Default)]
struct Content {
    text: String,
    html: String,
    attachments: Vec<Attachment>,
    incomplete: bool,
}

impl Content {
    fn take(&mut self, index: usize, leaf: &Leaf<'_>) {
        if leaf.is_shown() {
            let shown = if leaf.is_html() { &mut self.html } else { &mut self.text };
            if shown.len() < 2 * MAX_MAIL_HTML {
                if !shown.is_empty() {
                    shown.push('\n');
                }
                shown.push_str(cut(&leaf.text(), MAX_SEARCHED));
            } else {
                self.incomplete = true;
            }
        } else if self.attachments.len() < MAX_ATTACHMENTS {
            let content = leaf.content();
            let filename = leaf.filename().unwrap_or_else(|| format!("part-{}", index + 1));
            self.attachments.push(Attachment {
                filename: Some(line(&filename, MAX_NAME))
                    .filter(|n| !n.is_empty())
                    .unwrap_or_else(|| format!("part-{}", index + 1)),
                content_type: leaf.media_type(),
                size: content.len(),
                sha256: hex::encode(Sha256::digest(&content)),
            });
        } else {
            self.incomplete = true;
        }
    }

    /// The URLs of what is shown, one more than the limit if there are more.
    fn urls(&self, leaves: &[Leaf<'_>]) -> Vec<String> {
        let mut urls: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let shown = leaves.iter().any(Leaf::is_shown);
        let in_text = if shown { html::urls_in_text(&self.text) } else { Vec::new() };
        for url in in_text.into_iter().chain(html::links(&self.html)) {
            if urls.len() <= MAX_MAIL_URLS && url.chars().count() <= MAX_URL && seen.insert(url.clone()) {
                urls.push(url);
            }
        }
        urls
    }
}

/// The longest subject, as a title.
const MAX_SUBJECT: usize = MAX_TITLE;
