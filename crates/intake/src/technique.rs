//! The ids of ATT&CK and ATLAS techniques and the names of tactics, in one spelling.

use crate::text::line;

/// The technique that `s` names, in capitals: `T1110`, `T1110.003`, `AML.T0051`, or one of these at the end of
/// a path or before a name (`https://attack.mitre.org/techniques/T1110/003`, `T1110 - Brute Force`).
pub(crate) fn of(s: &str) -> Option<String> {
    let s = s.trim();
    let s = s.rsplit_once("techniques/").map_or(s, |(_, tail)| tail);
    let first: String = s
        .trim_end_matches('/')
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/'))
        .map(|c| if c == '/' { '.' } else { c.to_ascii_uppercase() })
        .collect();
    let first = first.trim_end_matches('.');
    is(first).then(|| first.to_owned())
}

/// Whether `s` is the id of a technique, in capitals.
pub(crate) fn is(s: &str) -> bool {
    let tail = s.strip_prefix("AML.").unwrap_or(s);
    let Some(digits) = tail.strip_prefix('T') else { return false };
    let (main, sub) = digits.split_once('.').map_or((digits, None), |(main, sub)| (main, Some(sub)));
    let all = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    all(main, 4) && sub.is_none_or(|sub| all(sub, 3))
}

/// The name of a tactic in lower case with hyphens; an id (`TA0006`) becomes its name where it is known.
pub(crate) fn tactic(s: &str) -> Option<String> {
    let name = match s.trim().to_ascii_uppercase().as_str() {
        "TA0043" => "reconnaissance",
        "TA0042" => "resource-development",
        "TA0001" => "initial-access",
        "TA0002" => "execution",
        "TA0003" => "persistence",
        "TA0004" => "privilege-escalation",
        "TA0005" => "defense-evasion",
        "TA0006" => "credential-access",
        "TA0007" => "discovery",
        "TA0008" => "lateral-movement",
        "TA0009" => "collection",
        "TA0011" => "command-and-control",
        "TA0010" => "exfiltration",
        "TA0040" => "impact",
        _ => "",
    };
    if !name.is_empty() {
        return Some(name.to_owned());
    }
    let name = line(s, 60).to_lowercase().replace([' ', '_'], "-");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_their_spellings() {
        let cases = [
            ("T1110", Some("T1110")),
            ("t1110.003", Some("T1110.003")),
            ("T1110 - Brute Force", Some("T1110")),
            ("https://attack.mitre.org/techniques/T1059/001/", Some("T1059.001")),
            ("AML.T0051", Some("AML.T0051")),
            ("TA0006", None),
            ("T11100", None),
            ("Brute Force", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(of(given).as_deref(), expected, "{given}");
        }
        assert_eq!(tactic("TA0006").as_deref(), Some("credential-access"));
        assert_eq!(tactic("Lateral Movement").as_deref(), Some("lateral-movement"));
        assert_eq!(tactic(" "), None);
    }
}
