//! Common Event Format: `CEF:0|vendor|product|version|signature|name|severity|key=value …`, often behind a
//! syslog header.

use super::{Event, EventFault, Format, Found, severity, syslog, time};
use serde_json::{Map, Value};

/// The fields of the header, unescaped, and the extension behind it.
type Header<'a> = ([String; 7], &'a str);

/// The CEF in a line: from `CEF:` and a version number on.
pub(super) fn find(line: &str) -> Option<&str> {
    line.match_indices("CEF:").find_map(|(at, _)| {
        let tail = line.get(at..)?;
        let version = tail.get(4..)?.trim_start();
        let own = at == 0 || line.get(..at).is_some_and(|before| before.ends_with([' ', '\t', ']', '>']));
        (own && version.starts_with(|c: char| c.is_ascii_digit())).then_some(tail)
    })
}

/// Reads the CEF `cef` of a line of text.
pub(super) fn read(cef: &str, whole: &str) -> Result<Event, EventFault> {
    let ([version, vendor, product, product_version, signature, name, severity], extension) =
        header(cef.get(4..).unwrap_or_default()).ok_or(EventFault::Cef)?;
    let extension = pairs(extension);
    let get = |keys: &[&str]| {
        keys.iter().find_map(|k| extension.get(*k)).and_then(Value::as_str).map(str::to_owned)
    };
    let mut found = Found {
        uid: get(&["externalId", "eventId"]),
        rule_id: Some(signature.clone()),
        rule_name: Some(name.clone()),
        title: Some(name.clone()),
        message: get(&["msg", "message", "reason"]),
        at: get(&["rt", "deviceReceiptTime", "start", "startTime", "end", "endTime"])
            .and_then(|t| time::of_text(&t)),
        severity: severity.trim().parse().map_or_else(|_| severity::word(&severity), severity::score),
        product: Some(format!("{vendor} {product}")),
        source: get(&["deviceProcessName", "dvchost", "deviceHostName", "dvc", "deviceAddress"]),
        hints: get(&["cat", "deviceEventCategory"]).into_iter().collect(),
        ..Found::default()
    };
    entities(&mut found, &get);
    labelled(&mut found, &extension);
    let before = whole.get(..whole.len().saturating_sub(cef.len())).unwrap_or_default();
    let relay = syslog::head(before);
    found.at = found.at.or(relay.at);
    if found.entities.hosts.is_empty() && found.entities.ips.is_empty() {
        // The device that reports is the one concerned only if nothing else is.
        found.entities.host(get(&["dvchost", "deviceHostName", "dvc", "deviceAddress"]).or(relay.host));
    }
    let raw = serde_json::json!({
        "line": whole,
        "cef": {
            "version": version, "device_vendor": vendor, "device_product": product,
            "device_version": product_version, "signature_id": signature, "name": name, "severity": severity,
            "extension": extension,
        }
    });
    Ok(found.event(Format::Cef, syslog::fitted(raw, whole)))
}

fn entities(found: &mut Found, get: &dyn Fn(&[&str]) -> Option<String>) {
    let e = &mut found.entities;
    e.host(get(&["dhost", "destinationHostName"]));
    e.host(get(&["shost", "sourceHostName"]));
    e.user(get(&["duser", "destinationUserName"]));
    e.user(get(&["suser", "sourceUserName"]));
    e.ends(get(&["src", "sourceAddress", "c6a2"]), get(&["dst", "destinationAddress", "c6a3"]));
    e.domain(get(&["destinationDnsDomain", "dntdom"]));
    e.url(get(&["request", "requestUrl"]));
    e.hash(get(&["fileHash", "hash"]));
    e.file(get(&["filePath", "fname", "fileName"]));
    e.process(get(&["dproc", "destinationProcessName"]));
    e.process(get(&["sproc", "sourceProcessName"]));
}

/// Custom fields say in `cs1Label` what `cs1` is.
fn labelled(found: &mut Found, extension: &Map<String, Value>) {
    for (key, value) in extension {
        let label = extension.get(&format!("{key}Label")).and_then(Value::as_str).unwrap_or(key);
        let label = label.to_ascii_lowercase().replace([' ', '_', '-'], "");
        let Some(value) = value.as_str() else { continue };
        match label.as_str() {
            "mitretechnique" | "mitretechniqueid" | "techniqueid" | "attacktechnique" | "mitreattack" => {
                found.techniques.extend(value.split([',', ';', ' ']).map(str::to_owned));
            }
            "mitretactic" | "tactic" | "attacktactic" => found.tactics.push(value.to_owned()),
            "sha256" | "sha1" | "md5" => found.entities.hash(Some(value.to_owned())),
            "agentid" => found.entities.agent(Some(value.to_owned())),
            _ => {}
        }
    }
}

/// Seven fields ended by `|`, in which `\|` and `\\` stand for themselves.
fn header(s: &str) -> Option<Header<'_>> {
    let mut fields: [String; 7] = Default::default();
    let mut rest = s;
    for (i, field) in fields.iter_mut().enumerate() {
        let end = unescaped(rest, '|');
        let (this, after) = match end {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
            // Nothing has to follow the severity.
            None if i == 6 => (rest, ""),
            None => return None,
        };
        *field = unescape(this).trim().to_owned();
        rest = after;
    }
    Some((fields, rest))
}

fn unescaped(s: &str, end: char) -> Option<usize> {
    let mut escaped = false;
    s.char_indices().find_map(|(at, c)| {
        if !escaped && c == end {
            return Some(at);
        }
        escaped = !escaped && c == '\\';
        None
    })
}

fn unescape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(c @ ('\\' | '|' | '=')) => out.push(c),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

/// `key=value` pairs parted by blanks; a value may hold blanks, so it ends where the next key begins. An `=`
/// within a value is written `\=`.
fn pairs(extension: &str) -> Map<String, Value> {
    let mut found = Map::new();
    let mut open: Option<(&str, usize)> = None;
    let mut word = 0;
    let mut escaped = false;
    for (at, c) in extension.char_indices() {
        if c == ' ' || c == '\t' {
            word = at + 1;
        } else if c == '=' && !escaped {
            let key = extension.get(word..at).unwrap_or_default();
            if !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.[]-".contains(&b)) {
                close(&mut found, open, extension, word);
                open = Some((key, at + 1));
                word = at + 1;
            }
        }
        escaped = !escaped && c == '\\';
    }
    close(&mut found, open, extension, extension.len());
    found
}

fn close(found: &mut Map<String, Value>, open: Option<(&str, usize)>, extension: &str, end: usize) {
    if let Some((key, from)) = open {
        let value = unescape(extension.get(from..end).unwrap_or_default().trim());
        if !value.is_empty() {
            found.insert(key.to_owned(), Value::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_header_and_extension() {
        let cef = r"CEF:0|a\|b|c\\d|1.0|x=1|Name \= kept|Very-High|msg=a \= b\nc\\ d src=192.0.2.7 cs1Label=k cs1=v w";
        let event = read(cef, cef).unwrap();
        assert_eq!(event.product.as_deref(), Some(r"a|b c\d"));
        assert_eq!(event.rule.id, "x=1");
        assert_eq!((event.severity, event.message.as_str()), (9, "a = b\nc\\ d"));
        assert_eq!(event.raw["cef"]["extension"]["cs1"], "v w");
    }

    #[test]
    fn a_header_has_seven_fields() {
        assert_eq!(read("CEF:0|a|b|c|d|e", "").unwrap_err(), EventFault::Cef);
        assert_eq!(read("CEF:0|a|b|c|d|e|7", "").unwrap().severity, 7);
        assert!(find("about CEF: nothing").is_none());
        assert!(find("<13>host CEF:0|a").is_some() && find("xCEF:0|a").is_none());
    }
}
