//! Every event there is, in one table; docs/events.md has the same rows, and a test holds both against the code.

/// Who hears of a type of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Whoever may read incidents.
    ByAll,
    /// Whoever may see the item of evidence it is about: its detail says the `visibility`.
    ByVisibility,
    /// Whoever may see all evidence.
    ByAnalysts,
    /// Whoever may read the audit log.
    ByAuditors,
}

/// A type of event: the action of an audit entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Its name, `<thing>.<what happened>`.
    pub name: &'static str,
    /// Who hears of it.
    pub heard: Heard,
}

/// The type of this name.
pub fn event_type(name: &str) -> Option<&'static EventType> {
    CATALOGUE.iter().find(|t| t.name == name)
}

const fn all(name: &'static str) -> EventType {
    EventType { name, heard: Heard::ByAll }
}

const fn visible(name: &'static str) -> EventType {
    EventType { name, heard: Heard::ByVisibility }
}

const fn analysts(name: &'static str) -> EventType {
    EventType { name, heard: Heard::ByAnalysts }
}

const fn audit(name: &'static str) -> EventType {
    EventType { name, heard: Heard::ByAuditors }
}

/// Every type of event, by name. A new action is one line here and one in docs/events.md; until then only auditors hear
/// of it.
pub const CATALOGUE: &[EventType] = &[
    all("action.added"),
    all("action.approved"),
    all("action.completed"),
    all("action.denied"),
    all("action.expired"),
    all("action.failed"),
    all("action.rejected"),
    all("action.requested"),
    all("action.started"),
    all("action.updated"),
    all("agent.event_recorded"),
    all("agent.quarantined"),
    all("agent.registered"),
    all("agent.restored"),
    all("agent.updated"),
    visible("custody.appended"),
    all("deadline.changed"),
    all("deadline.due_soon"),
    all("deadline.overdue"),
    all("deadline.waived"),
    all("deadline.waiver_withdrawn"),
    audit("deadline_rules.adopted"),
    visible("evidence.attached"),
    visible("evidence.status_changed"),
    all("facts.stated"),
    all("incident.created"),
    all("incident.deleted"),
    all("incident.updated"),
    analysts("intake.given_up"),
    all("intake.joined"),
    analysts("intake.retried"),
    audit("key.created"),
    audit("key.revoked"),
    all("report.built"),
    all("report.delivered"),
    all("report.failed"),
    all("report.requested"),
    all("report.retried"),
    all("report.sent"),
    audit("signing_key.created"),
    audit("signing_key.rotated"),
    all("triage.completed"),
    all("triage.failed"),
    all("triage.started"),
    audit("webhook.created"),
    audit("webhook.deleted"),
    audit("webhook.disabled"),
    audit("webhook.enabled"),
    audit("webhook.redelivered"),
    audit("webhook.rotated"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Texts of the source of this form that are no events.
    const NO_EVENTS: &[&str] = &["incident.burnt", "something.unheard_of"];

    /// Every `"<word>.<word>"` in the Rust files below a folder.
    fn names_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                names_in(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("events/catalogue.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let quoted = text.split('"').filter(|piece| is_name(piece));
                found.extend(quoted.map(str::to_owned));
            }
        }
    }

    /// What follows the dot in hosts and files, never in an event.
    const ENDINGS: &[&str] = &["example", "json", "txt", "toml", "zip", "pdf"];

    fn is_name(text: &str) -> bool {
        let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let (thing, what) = text.split_once('.').unwrap_or_default();
        word(thing) && word(what) && !ENDINGS.contains(&what)
    }

    #[test]
    fn what_is_recorded_is_in_the_table_and_what_is_in_the_table_is_recorded() {
        let mut found = BTreeSet::new();
        names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.retain(|name| !NO_EVENTS.contains(&name.as_str()));
        let known: BTreeSet<String> = CATALOGUE.iter().map(|t| t.name.to_owned()).collect();
        assert_eq!(found, known);
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
        let text = std::fs::read_to_string(path).unwrap();
        let rows: Vec<(String, String)> = text
            .lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
                let name = cells.next()?.trim_end_matches('`').to_owned();
                is_name(&name).then(|| (name, cells.next().unwrap_or_default().to_owned()))
            })
            .collect();
        let heard = |h: Heard| match h {
            Heard::ByAll => "viewer",
            Heard::ByVisibility => "viewer, if public",
            Heard::ByAnalysts => "analyst",
            Heard::ByAuditors => "auditor",
        };
        let table: Vec<_> =
            CATALOGUE.iter().map(|t| (t.name.to_owned(), heard(t.heard).to_owned())).collect();
        assert_eq!(rows, table);
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(CATALOGUE.is_sorted_by_key(|t| t.name));
    }
}
