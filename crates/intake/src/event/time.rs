//! The ways logs write a time.

use chrono::{DateTime, NaiveDateTime};
use probatum_kernel::Timestamp;
use serde_json::Value;

/// The time a value states: RFC 3339 and its relatives, seconds, milliseconds, microseconds or nanoseconds
/// since 1970, or a syslog date with a year. Without a zone it is UTC.
pub(super) fn of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(n) => n.as_f64().and_then(since_1970),
        Value::String(s) => of_text(s),
        _ => None,
    }
}

/// As [`of`], for a text.
pub(super) fn of_text(s: &str) -> Option<Timestamp> {
    let s = s.trim();
    if s.len() > 64 {
        return None;
    }
    if let Ok(at) = s.parse() {
        return Some(at);
    }
    if !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return s.parse().ok().and_then(since_1970);
    }
    // Zones without a colon (Wazuh, Suricata), and the dates of CEF: MMM dd [yyyy] HH:mm:ss[.SSS [zzz]].
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z", "%b %d %Y %H:%M:%S%.f %z"];
    if let Some(at) = zoned.iter().find_map(|f| DateTime::parse_from_str(s, f).ok()) {
        return Timestamp::from_datetime(at.to_utc()).ok();
    }
    let bare = s.strip_suffix(" UTC").or_else(|| s.strip_suffix(" GMT")).unwrap_or(s);
    let local =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f", "%b %d %Y %H:%M:%S%.f"];
    let at = local.iter().find_map(|f| NaiveDateTime::parse_from_str(bare, f).ok())?;
    Timestamp::from_datetime(at.and_utc()).ok()
}

/// A number since 1970 in the unit its size tells: no log is from before 1973 or after 2286.
fn since_1970(n: f64) -> Option<Timestamp> {
    let ms = match n {
        n if !(1e8..1e20).contains(&n) => return None,
        n if n < 1e11 => n * 1e3,
        n if n < 1e14 => n,
        n if n < 1e17 => n / 1e3,
        n => n / 1e6,
    };
    format!("{ms:.0}").parse().ok().and_then(|ms| Timestamp::from_millis(ms).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_ways_logs_write_a_time() {
        let cases = [
            (json!("2026-11-22T10:00:00.500+01:00"), "2026-11-22T09:00:00.500Z"),
            (json!("2026-11-22T10:00:00.123+0000"), "2026-11-22T10:00:00.123Z"),
            (json!("2026-11-22T10:00:00.123456-0500"), "2026-11-22T15:00:00.123Z"),
            (json!("2026-11-22 10:00:00"), "2026-11-22T10:00:00Z"),
            (json!("Nov 22 2026 10:00:00.250 UTC"), "2026-11-22T10:00:00.250Z"),
            (json!("Nov 22 2026 10:00:00"), "2026-11-22T10:00:00Z"),
            (json!(1_795_341_600), "2026-11-22T10:00:00Z"),
            (json!(1_795_341_600_250_i64), "2026-11-22T10:00:00.250Z"),
            (json!("1795341600250"), "2026-11-22T10:00:00.250Z"),
            (json!(1_795_341_600.25), "2026-11-22T10:00:00.250Z"),
            (json!(1_795_341_600_250_000_000_i64), "2026-11-22T10:00:00.250Z"),
        ];
        for (given, expected) in cases {
            assert_eq!(of(&given).map(|t| t.to_string()).as_deref(), Some(expected), "{given}");
        }
        for none in [
            json!("yesterday"),
            json!(""),
            json!(7),
            json!(-1),
            json!(1e300),
            json!(null),
            json!("9".repeat(50)),
        ] {
            assert_eq!(of(&none), None, "{none}");
        }
    }
}
