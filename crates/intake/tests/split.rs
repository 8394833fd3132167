//! Bodies of every form, whole and in pieces; what is bad is named, what is good is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::{
    BatchTooLarge, EventFault, Events, Indexed, MAX_BATCH_BYTES, MAX_EVENT_BYTES, MAX_EVENTS, RawEvent,
    Splitter,
};
use proptest::prelude::*;

fn split(body: &[u8], content_type: Option<&str>) -> Vec<Indexed> {
    Events::split(body, content_type).map(|e| e.unwrap()).collect()
}

/// `j` for an object, `l` for a line, `!` for what is bad.
fn shape(body: &str, content_type: Option<&str>) -> String {
    let events = split(body.as_bytes(), content_type);
    events.iter().enumerate().for_each(|(i, (index, _))| assert_eq!(i, *index));
    events
        .iter()
        .map(|(_, event)| match event {
            Ok(RawEvent::Json(_)) => 'j',
            Ok(RawEvent::Line(_)) => 'l',
            Err(_) => '!',
        })
        .collect()
}

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const LINES: Option<&str> = Some("application/x-ndjson");

#[test]
fn bodies() {
    let cases = [
        ("", JSON, ""),
        (" \n\t\r\n", None, ""),
        ("[]", JSON, ""),
        (r#"{"a":1}"#, JSON, "j"),
        ("\u{feff}{\"a\":1}", JSON, "j"),
        ("{\n \"a\": [\n  {\"b\": 1},\n  {\"c\": \"}\"}\n ]\n}\n", JSON, "j"),
        ("{\n\"a\":\n{\n\"b\":1\n}\n}\n", JSON, "j"),
        ("{\"a\":1}\n{\"b\":2}\r\n\r\n{\"c\":3}", JSON, "jjj"),
        (r#"{"a":1}{"b":2} {"c":3}"#, JSON, "jjj"),
        ("[{\"a\":1},\n {\"b\":\"x],{\"} , {\"c\":[{}]}]\n", JSON, "jjj"),
        (r#"[{"a":1}, 7, null, "CEF:0|a", [1,{}], {"b":2}]"#, JSON, "j!!l!j"),
        (r#"[{"a":1},{"b":tru},{"c":3}]"#, JSON, "j!j"),
        (r#"[{"a":1} {"b":2}]"#, JSON, "j!"),
        (r#"[{"a":1},"#, JSON, "j!"),
        (r#"[{"a":1}] x"#, JSON, "j!"),
        (r#"{"a":1"#, JSON, "!"),
        ("{\"a\":1\n{\"b\":2}\n", JSON, "!j"),
        ("{\"a\":\"x\n{\"b\":2}\n", JSON, "!j"),
        ("{\"a\":1,\n{\"b\":2}\n", JSON, "!j"),
        ("{\"a\":1} x\n{\"b\":2}", JSON, "j!j"),
        ("not json\n{\"a\":1}", JSON, "!j"),
        ("7", JSON, "!"),
        ("{\"a\":1}\n{\"b\":\n{\"c\":3}\n[1]\n", LINES, "j!j!"),
        ("line one\n{\"a\":1}\nCEF:0|x\n", None, "ljl"),
        ("line one\nline two", Some("text/plain"), "ll"),
        ("\u{1}\n", None, "l"),
        // In a body that may have lines of text, a bracket opens an array only if an item may follow.
        ("[Sun Nov 22 10:00:00.1 2026] [error] one\n[Sun Nov 22 10:00:01.2 2026] [warn] two\n", None, "ll"),
        ("[error] x\n{\"a\":1}\n[2026-11-22] y", Some("text/plain"), "ljl"),
        ("  [7] x", None, "l"),
        ("[\n {\"a\":1},\n {\"b\":2}\n]\n", None, "jj"),
        ("\u{feff}[{\"a\":1}]", None, "j"),
        ("[\"CEF:0|a\", \"b\"]", None, "ll"),
        (r#"[[1], {"a":1}]"#, None, "!j"),
        ("[]", None, ""),
        ("[ ]\n\n", None, ""),
        ("[\n]", None, ""),
        ("[] connected\n[] closed\n", None, "ll"),
        ("[\nx\n{\"a\":1}", None, "llj"),
        ("[\n\n x", None, "ll"),
        ("[", None, "!"),
        ("[ \n", None, "!"),
        ("[error] x", JSON, "!!"),
    ];
    for (body, content_type, expected) in cases {
        assert_eq!(shape(body, content_type), expected, "{body:?}");
    }
}

#[test]
fn faults_are_named() {
    let deep = format!("{}{}", "{\"a\":".repeat(101), "1".to_owned() + &"}".repeat(101));
    let large = format!("{{\"a\":\"{}\"}}\n{{\"b\":1}}", "x".repeat(MAX_EVENT_BYTES));
    let cases: Vec<(&[u8], EventFault)> = vec![
        (b"{\"a\":\"\xff\"}", EventFault::NotUtf8),
        (b"[1]", EventFault::NotAnObject),
        (b"{\"a\"", EventFault::Unclosed),
        (b"[{}]{}", EventFault::Trailing),
        (deep.as_bytes(), EventFault::TooDeep),
        (large.as_bytes(), EventFault::TooLarge),
    ];
    for (body, fault) in cases {
        let found: Vec<EventFault> = split(body, JSON).into_iter().filter_map(|(_, e)| e.err()).collect();
        assert_eq!(found, [fault]);
    }
    assert_eq!(split(large.as_bytes(), JSON).len(), 2, "the event behind one too large is kept");
    let line = vec![b'x'; MAX_EVENT_BYTES + 1];
    assert_eq!(split(&line, None), [(0, Err(EventFault::TooLarge))]);
}

#[test]
fn a_batch_has_limits() {
    let events = "{}\n".repeat(MAX_EVENTS);
    assert_eq!(split(events.as_bytes(), JSON).len(), MAX_EVENTS);
    let more = format!("{events}{{}}");
    let last = Events::split(more.as_bytes(), JSON).last().unwrap();
    assert_eq!(last, Err(BatchTooLarge::Events));
    let mut splitter = Splitter::new(None);
    let chunk = vec![b' '; 1024 * 1024];
    for _ in 0..MAX_BATCH_BYTES / chunk.len() {
        assert_eq!(splitter.push(&chunk), Ok(Vec::new()));
    }
    assert_eq!(splitter.push(b" "), Err(BatchTooLarge::Bytes));
}

/// Bodies of what such bodies are made of.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(&b"{"[..]),
        Just(&b"}"[..]),
        Just(&b"["[..]),
        Just(&b"]"[..]),
        Just(&b"\""[..]),
        Just(&b"\\"[..]),
        Just(&b"\n"[..]),
        Just(&b","[..]),
        Just(&b":"[..]),
        Just(&b" "[..]),
        Just(&b"{\"a\":1}"[..]),
        Just(&b"CEF:0|a|b|c|d|e|5|k=v\n"[..]),
        Just(&b"\xef\xbb\xbf"[..]),
        Just(&b"\xff"[..]),
        Just(&b"7"[..]),
    ];
    proptest::collection::vec(pieces, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn pieces_do_not_matter(body in body(), cuts in proptest::collection::vec(0usize..200, 0..6), kind in 0usize..3) {
        let content_type = [JSON, LINES, None][kind];
        let whole = split(&body, content_type);
        let mut splitter = Splitter::new(content_type);
        let (mut pieced, mut rest) = (Vec::new(), &body[..]);
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            pieced.extend(splitter.push(head).unwrap());
            rest = tail;
        }
        pieced.extend(splitter.push(rest).unwrap());
        pieced.extend(splitter.finish().unwrap());
        prop_assert_eq!(whole, pieced);
    }

    #[test]
    fn good_objects_are_kept(objects in proptest::collection::vec("[a-z{}\\[\\],:\"\\\\ \n]{0,12}", 0..20), form in 0usize..3) {
        let values: Vec<_> = objects.iter().map(|s| serde_json::json!({ "k": s, s.as_str(): [s, {"n": 1}] })).collect();
        let (body, content_type) = match form {
            0 => (serde_json::to_string_pretty(&values).unwrap(), JSON),
            1 => (values.iter().map(|v| format!("{v}\n")).collect(), LINES),
            _ => (values.iter().map(|v| serde_json::to_string_pretty(v).unwrap() + "\n").collect(), JSON),
        };
        let read: Vec<_> = split(body.as_bytes(), content_type).into_iter().map(|(_, e)| e.unwrap()).collect();
        let expected: Vec<_> = values.into_iter().map(|v| RawEvent::Json(v.as_object().unwrap().clone())).collect();
        prop_assert_eq!(read, expected);
    }
}
