//! Any bytes as the fields of a mail, and the same mail with more text: the firm score never falls.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_triage::{Embedded, Input, judge};
use serde_json::{Value, json};
use std::sync::LazyLock;

static ENGINE: LazyLock<Embedded> = LazyLock::new(Embedded::new);

fn firm(raw_data: Value) -> f64 {
    let input = Input { incident_type: Some("phishing".to_owned()), source: None, raw_data };
    assert!(judge(&*ENGINE, &input).is_ok());
    ENGINE.assess(&input).firm
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split('\u{1}');
    let mut next = || parts.next().unwrap_or("").to_owned();
    let (sender, subject, body, html, url, reply, results, file, more) =
        (next(), next(), next(), next(), next(), next(), next(), next(), next());
    let mail = |body: &str| {
        json!({"sender": format!("A <a@x.example> {sender}"), "recipient": "ann@firm.example", "subject": subject, "body": body,
            "html": html, "urls": [url], "attachments": [{"filename": file}],
            "headers": {"Reply-To": reply, "Authentication-Results": results}})
    };
    let before = firm(mail(&body));
    let after = firm(mail(&format!("{body}\n{more}")));
    assert!(after >= before - 1e-9, "{before} became {after}");
});
