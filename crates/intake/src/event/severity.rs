//! How bad the formats call it, on the registry's scale of 0–10. Where a band is stated, its lowest score is
//! taken: no more is claimed than was said (CONTRACT §3).

/// What is assumed where nothing is stated: low.
pub(super) const UNSTATED: u8 = 1;

/// A score already on the scale.
pub(super) fn score(n: f64) -> Option<u8> {
    (0.0..=10.0).contains(&n).then(|| whole(n))
}

/// A score of 0–100, a tenth of it.
pub(super) fn hundredths(n: f64) -> Option<u8> {
    (0.0..=100.0).contains(&n).then(|| whole(n / 10.0))
}

/// The whole part of 0–10.
fn whole(n: f64) -> u8 {
    (0..=10).rev().find(|i| f64::from(*i) <= n).unwrap_or(0)
}

/// A word.
pub(super) fn word(word: &str) -> Option<u8> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "informational" | "information" | "info" | "notice" | "debug" | "none" | "undefined" => 0,
        "low" | "minor" | "warning" | "warn" => 1,
        "medium" | "moderate" | "error" | "err" => 4,
        "high" | "major" | "severe" | "important" => 7,
        "critical" | "crit" | "very-high" | "very high" | "alert" => 9,
        "fatal" | "emergency" | "emerg" => 10,
        _ => return None,
    })
}

/// OCSF `severity_id`; 0 (unknown) and 99 (other) state nothing.
pub(super) fn ocsf(id: i64) -> Option<u8> {
    Some(match id {
        1 => 0,
        2 => 1,
        3 => 4,
        4 => 7,
        5 => 9,
        6 => 10,
        _ => return None,
    })
}

/// A Wazuh rule level, 0–16, by the bands of its dashboard: low to 6, medium to 11, high to 14, critical above.
pub(super) fn wazuh(level: i64) -> u8 {
    match level {
        ..=3 => 0,
        4..=5 => 1,
        6 => 3,
        7..=8 => 4,
        9..=10 => 5,
        11 => 6,
        12..=13 => 7,
        14 => 8,
        15 => 9,
        _ => 10,
    }
}

/// A Suricata priority: 1 is the highest.
pub(super) fn suricata(priority: i64) -> u8 {
    match priority {
        ..=1 => 7,
        2 => 4,
        3 => 1,
        _ => 0,
    }
}

/// A syslog severity (RFC 5424 §6.2.1): 0 is the worst.
pub(super) fn syslog(severity: u8) -> u8 {
    match severity {
        0 => 10,
        1 => 9,
        2 => 7,
        3 => 4,
        4 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_meet_the_bands() {
        assert_eq!(
            (score(7.9), score(10.0), score(10.1), score(-1.0), score(f64::NAN)),
            (Some(7), Some(10), None, None, None)
        );
        assert_eq!((hundredths(73.0), hundredths(99.0), hundredths(100.0)), (Some(7), Some(9), Some(10)));
        let ocsf: Vec<_> = (0..=6).map(ocsf).collect();
        assert_eq!(ocsf, [None, Some(0), Some(1), Some(4), Some(7), Some(9), Some(10)]);
        assert_eq!((wazuh(0), wazuh(7), wazuh(12), wazuh(15), wazuh(99)), (0, 4, 7, 9, 10));
        assert_eq!((suricata(1), suricata(2), suricata(3), suricata(255)), (7, 4, 1, 0));
        assert_eq!((word("High"), word("Very-High"), word("?")), (Some(7), Some(9), None));
    }
}
