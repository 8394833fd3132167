//! What leaves: evidence by visibility, and no word about the rest.

use super::input::{ActionData, Exhibit, TimelineEntry};
use crate::regime::Regime;
use crate::rules::RuleSet;
use probatum_evidence::{CustodyEntry, Evidence, EvidenceKind, Sha256Hex, Tlp, Visibility, settle};
use probatum_kernel::{Actor, EvidenceId, EvidenceStatus, IncidentId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// What stands where a text named evidence that is not in the report.
pub const WITHHELD: &str = "[not in this report]";

/// An item of evidence as it leaves: `metadata.json` of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRecord {
    /// Its id.
    pub id: EvidenceId,
    /// The incident it belongs to.
    pub incident_id: IncidentId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub source: String,
    /// Where the content is kept, if not in the bundle.
    pub content_ref: Option<String>,
    /// The SHA-256 of the content.
    pub hash_sha256: Option<Sha256Hex>,
    /// 0–100 per cent.
    pub confidence: u8,
    /// Who may see it.
    pub visibility: Visibility,
    /// In words.
    pub description: Option<String>,
    /// The item of this report it contradicts.
    pub contradicts: Option<EvidenceId>,
    /// To whom it may be passed on.
    pub tlp: Option<Tlp>,
    /// How far it proves what it says, as seen from the evidence of this report alone.
    pub status: EvidenceStatus,
    /// A custody entry says that the content is no longer what it was.
    pub broken: bool,
    /// The length of the custody chain.
    pub custody_entries: u32,
    /// When it was attached.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// The content, if the registry holds it.
    pub content: Option<ContentRecord>,
}

/// Content in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentRecord {
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// The name it was uploaded under.
    pub file_name: String,
}

impl EvidenceRecord {
    /// The item without its content, for checking its chain.
    pub(crate) fn as_evidence(&self) -> Evidence {
        Evidence {
            id: self.id,
            incident_id: self.incident_id,
            kind: self.kind,
            source: self.source.clone(),
            content_ref: self.content_ref.clone(),
            hash_sha256: self.hash_sha256.clone(),
            confidence: self.confidence,
            visibility: self.visibility,
            description: self.description.clone(),
            contradicts: self.contradicts,
            tlp: self.tlp,
            status: self.status,
            stored: None,
            broken: self.broken,
            custody_entries: self.custody_entries,
            created_at: self.created_at,
            created_by: self.created_by.clone(),
        }
    }
}

/// An item that leaves, with its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The item.
    pub record: EvidenceRecord,
    /// Its chain, as it was written: a chain with a word changed would not verify.
    pub chain: Vec<CustodyEntry>,
}

/// The evidence of a report, and what may be said around it.
#[derive(Debug)]
pub(super) struct Scope {
    ids: BTreeSet<EvidenceId>,
}

impl Scope {
    pub fn new(rules: &RuleSet, regime: Regime, evidence: &[Exhibit]) -> Self {
        let leaving = evidence.iter().filter(|e| rules.in_scope(regime, e.item.visibility));
        Self { ids: leaving.map(|e| e.item.id).collect() }
    }

    pub fn has(&self, id: EvidenceId) -> bool {
        self.ids.contains(&id)
    }

    /// The items that leave, in the order of their ids. Their status is settled among themselves: evidence
    /// that stays back must not show by what it contradicts.
    pub fn released(&self, evidence: &[Exhibit]) -> Vec<Released> {
        let mut leaving: Vec<_> = evidence.iter().filter(|e| self.has(e.item.id)).cloned().collect();
        leaving.sort_by_key(|e| e.item.id);
        for exhibit in &mut leaving {
            exhibit.item.contradicts = exhibit.item.contradicts.filter(|id| self.has(*id));
        }
        let items: Vec<_> = leaving.iter().map(|e| e.item.clone()).collect();
        let settled = settle(&items);
        leaving
            .into_iter()
            .map(|e| {
                let status = settled.iter().find(|(id, _)| *id == e.item.id).map(|(_, status)| *status);
                let record = self.record(e.item, status);
                Released { record, chain: e.chain }
            })
            .collect()
    }

    fn record(&self, item: Evidence, settled: Option<EvidenceStatus>) -> EvidenceRecord {
        EvidenceRecord {
            id: item.id,
            incident_id: item.incident_id,
            kind: item.kind,
            source: self.text(&item.source),
            content_ref: item.content_ref.map(|text| self.text(&text)),
            hash_sha256: item.hash_sha256,
            confidence: item.confidence,
            visibility: item.visibility,
            description: item.description.map(|text| self.text(&text)),
            contradicts: item.contradicts,
            tlp: item.tlp,
            status: settled.unwrap_or(item.status),
            broken: item.broken,
            custody_entries: item.custody_entries,
            created_at: item.created_at,
            created_by: item.created_by,
            content: item.stored.map(|stored| ContentRecord {
                size: stored.size,
                media_type: stored.media_type,
                file_name: self.text(&stored.file_name),
            }),
        }
    }

    pub fn timeline(&self, entries: &[TimelineEntry]) -> Vec<TimelineEntry> {
        let leaving = entries.iter().filter(|e| e.evidence_id.is_none_or(|id| self.has(id)));
        leaving.map(|e| TimelineEntry { text: self.text(&e.text), ..e.clone() }).collect()
    }

    pub fn actions(&self, actions: &[ActionData]) -> Vec<ActionData> {
        actions
            .iter()
            .map(|a| ActionData {
                title: self.text(&a.title),
                validation_ref: a.validation_ref.filter(|id| self.has(*id)),
                ..a.clone()
            })
            .collect()
    }

    /// Every text in `value` without the ids of evidence that is not in the report.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(list) => list.iter_mut().for_each(|entry| self.value(entry)),
            Value::Object(members) => members.values_mut().for_each(|member| self.value(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The text without the ids of evidence that is not in the report; whether there is such evidence makes
    /// no difference.
    pub fn text(&self, text: &str) -> String {
        const DIGITS: usize = 32;
        let lower = text.to_ascii_lowercase();
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (start, prefix) in lower.match_indices("ev-") {
            let end = start + prefix.len() + DIGITS;
            let named = lower.get(start..end).and_then(|word| word.parse::<EvidenceId>().ok());
            if start >= done && named.is_some_and(|id| !self.has(id)) {
                out.push_str(text.get(done..start).unwrap_or_default());
                out.push_str(WITHHELD);
                done = end;
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_not_in_the_report_are_not_named() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let (here, away) = (EvidenceId::new(now, &[1; 10]), EvidenceId::new(now, &[2; 10]));
        let scope = Scope { ids: [here].into() };
        let table = [
            (format!("see {here}"), format!("see {here}")),
            (format!("{away}"), WITHHELD.to_owned()),
            (format!("żółw {away}, {here}; {away}!"), format!("żółw {WITHHELD}, {here}; {WITHHELD}!")),
            (away.to_string().to_uppercase(), WITHHELD.to_owned()),
            ("ev-1, ev-ż".to_owned(), "ev-1, ev-ż".to_owned()),
            (format!("ev-ev-{away}"), format!("ev-ev-{WITHHELD}")),
        ];
        for (given, kept) in table {
            assert_eq!(scope.text(&given), kept);
        }
        let mut value =
            serde_json::json!({"a": [format!("x {away}"), 1, null], "b": {"c": here.to_string()}});
        scope.value(&mut value);
        assert_eq!(
            value,
            serde_json::json!({"a": [format!("x {WITHHELD}"), 1, null], "b": {"c": here.to_string()}})
        );
    }
}
