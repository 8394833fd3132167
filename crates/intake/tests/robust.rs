//! Whatever bytes come in, nothing panics, and what comes out keeps its limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::*;
use proptest::prelude::*;

/// JSON of the members the formats look at, with values of any kind.
fn event() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|f| serde_json::json!(f)),
        ".{0,20}".prop_map(Into::into),
        prop_oneof![
            Just("alert"),
            Just("T1110"),
            Just("2026-11-22T10:00:00Z"),
            Just("192.0.2.1"),
            Just("1.1.0")
        ]
        .prop_map(Into::into),
    ];
    let key = prop_oneof![
        Just("class_uid"),
        Just("metadata"),
        Just("version"),
        Just("finding_info"),
        Just("attacks"),
        Just("severity_id"),
        Just("event_type"),
        Just("alert"),
        Just("src_ip"),
        Just("rule"),
        Just("level"),
        Just("agent"),
        Just("ecs"),
        Just("@timestamp"),
        Just("event"),
        Just("kind"),
        Just("message"),
        Just("host"),
        Just("name"),
        Just("_source"),
        Just("_index"),
        Just("user"),
        Just("technique"),
        Just("id"),
        Just("threat"),
        Just("evidences"),
        Just("time"),
    ];
    leaf.prop_recursive(4, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

fn keeps_its_limits(event: &Event) -> Result<(), TestCaseError> {
    let chars = |s: &str| s.chars().count();
    prop_assert!((1..=MAX_TITLE).contains(&chars(&event.title)));
    prop_assert!((1..=MAX_NAME).contains(&chars(&event.rule.id)) && chars(&event.rule.name) <= MAX_NAME);
    prop_assert!(chars(&event.message) <= MAX_MESSAGE && event.severity <= 10);
    prop_assert!(!event.title.chars().chain(event.rule.id.chars()).any(char::is_control));
    prop_assert_eq!(correlation_key(event).as_str().len(), 64);
    let again: serde_json::Value = serde_json::from_str(&event.canonical()).unwrap();
    prop_assert_eq!(&again, &event.raw);
    Ok(())
}

proptest! {
    #[test]
    fn any_json_is_an_event_or_a_fault(value in event()) {
        if let serde_json::Value::Object(members) = value
            && let Ok(event) = Event::read(&RawEvent::Json(members))
        {
            keeps_its_limits(&event)?;
        }
    }

    #[test]
    fn any_line_is_an_event_or_a_fault(line in "(<[0-9]{1,3}>)?(1 )?.{0,40}(CEF:0\\|)?[a-z|=\\\\ \\[\\]\"]{0,60}") {
        if let Ok(event) = Event::read(&RawEvent::Line(line)) {
            keeps_its_limits(&event)?;
        }
    }

    #[test]
    fn any_text_is_searched(text in "([ -~]|[.:/@\\[\\]()]|hxxp|\\[\\.\\]|\\PC){0,200}") {
        for indicator in indicators(&text) {
            prop_assert!(!indicator.value.is_empty());
            // What was found is found again by itself; a name that looks like a file needs its dots defanged.
            let again = match indicator.kind {
                IndicatorKind::Domain => indicators(&indicator.value.replace('.', "[.]")),
                _ => indicators(&indicator.value),
            };
            prop_assert!(again.contains(&indicator), "{:?} in {:?}", indicator, again);
        }
        let _ = (canonical_url(&text), fingerprint(&text, &text), comparisons(&text));
    }

    #[test]
    fn a_canonical_url_is_its_own(host in "(www\\.|m\\.)?[a-z]{1,8}\\.(org|com|co\\.uk)", path in "(/[a-zA-Z0-9%._~-]{0,6}){0,4}", query in "([a-z_]{1,6}=[a-z0-9%+]{0,4}&?){0,4}") {
        if let Ok(once) = canonical_url(&format!("http://{host}{path}?{query}")) {
            prop_assert_eq!(canonical_url(once.as_str()).unwrap(), once);
        }
    }

    #[test]
    fn any_bytes_may_be_mail(
        lines in proptest::collection::vec(prop_oneof![
            Just("From: a@example.org"), Just("Subject: =?utf-8?Q?=C5=82?="), Just("Content-Type: multipart/mixed; boundary=b"),
            Just("Content-Type: multipart/alternative; boundary=\"c d\""), Just("Content-Type: message/rfc822"),
            Just("Content-Type: text/html; charset=utf-16"), Just("Content-Transfer-Encoding: base64"),
            Just("Content-Transfer-Encoding: quoted-printable"), Just(""), Just("--b"), Just("--b--"), Just("--c d"), Just("--c d--"),
            Just("Date: Sun, 99 Nov 99999 99:99:99 +9999"), Just("Received: from ((("), Just("<a href='https://x.example.org"),
            Just("=E2=82=AC=\u{7f}"), Just(" folded"), Just("QUJD===="), Just("Authentication-Results: x; spf=(;"),
        ], 0..40),
        tail in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = lines.join("\r\n").into_bytes();
        bytes.extend(tail);
        if let Ok(mail) = ReportedMail::read(&bytes) {
            prop_assert!(mail.raw_data().to_string().len() <= MAX_MAIL_JSON);
        }
    }

    #[test]
    fn any_bytes_may_be_stix(bytes in proptest::collection::vec(any::<u8>(), 0..60), value in event()) {
        let _ = StixBundle::read(&bytes);
        let bundle = serde_json::json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000",
            "objects": [{"type": "incident", "spec_version": "2.1", "id": "incident--00000000-0000-4000-8000-000000000001",
                         "name": value, "extensions": value, "labels": value, "external_references": value}]});
        prop_assert!(StixBundle::read(bundle.to_string().as_bytes()).is_ok());
    }
}
