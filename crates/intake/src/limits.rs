//! How much the intake takes, so that no input costs more than was decided here.

/// The most bytes of one log request (CONTRACT §9): 10 MiB.
pub const MAX_BATCH_BYTES: usize = 10 * 1024 * 1024;
/// The most events of one log request, bad ones included (CONTRACT §9).
pub const MAX_EVENTS: usize = 10_000;
/// The most bytes of one event.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;
/// The most bytes of the JSON a line of text is turned into, below the 512 KiB of an incident's `raw_data`.
pub const MAX_EVENT_JSON: usize = 500 * 1024;
/// How deep the JSON of an event may be nested.
pub const MAX_DEPTH: usize = 100;
/// The most characters of an event's title; the same as of an incident's.
pub const MAX_TITLE: usize = 300;
/// The most characters of an event's message, and of a summary.
pub const MAX_MESSAGE: usize = 10_000;
/// The most characters of a name: a rule, a host, a user, a product.
pub const MAX_NAME: usize = 255;
/// The most entities of one kind in an event.
pub const MAX_ENTITIES: usize = 50;
/// The most ATT&CK techniques of an event.
pub const MAX_TECHNIQUES: usize = 50;
/// The most characters of a URL.
pub const MAX_URL: usize = 2000;
/// The most bytes of text that are searched for indicators; what follows is not read.
pub const MAX_SEARCHED: usize = 1024 * 1024;
/// The most indicators found in one text; what follows is not read.
pub const MAX_INDICATORS: usize = 1000;
/// The most bytes of a reported mail, its attachments encoded: 10 MiB.
pub const MAX_MAIL_BYTES: usize = 10 * 1024 * 1024;
/// The most bytes of the header of a mail or of one of its parts.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;
/// The most parts of a mail; what follows is not read.
pub const MAX_PARTS: usize = 200;
/// How deep the parts of a mail may be nested; what is deeper is taken as an attachment.
pub const MAX_PART_DEPTH: usize = 8;
/// The most attachments of a mail that are listed.
pub const MAX_ATTACHMENTS: usize = 100;
/// The most recipients of a mail that are listed.
pub const MAX_RECIPIENTS: usize = 100;
/// The most URLs of a mail that are listed.
pub const MAX_MAIL_URLS: usize = 200;
/// The most bytes kept of a mail's text.
pub const MAX_MAIL_TEXT: usize = 100 * 1024;
/// The most bytes kept of a mail's HTML.
pub const MAX_MAIL_HTML: usize = 200 * 1024;
/// The most bytes of the JSON a mail is turned into, below the 512 KiB of an incident's `raw_data`.
pub const MAX_MAIL_JSON: usize = 500 * 1024;
/// The most bytes of a STIX bundle: 10 MiB.
pub const MAX_BUNDLE_BYTES: usize = 10 * 1024 * 1024;
/// The most objects of a STIX bundle.
pub const MAX_OBJECTS: usize = 10_000;
/// The most incidents of a STIX bundle, revoked ones included: all of them enter in one transaction.
pub const MAX_BUNDLE_INCIDENTS: usize = 200;
/// The most indicators that are gathered of one incident of a STIX bundle.
pub const MAX_INCIDENT_INDICATORS: usize = 200;
/// The most characters of a STIX pattern.
pub const MAX_PATTERN: usize = 10_000;
