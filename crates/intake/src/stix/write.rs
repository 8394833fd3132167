//! The STIX 2.1 bundle of an incident: the same incident makes the same bundle, byte for byte.

use super::{INCIDENT_EXTENSION, Tlp};
use crate::event::Category;
use crate::indicator::{Indicator, IndicatorKind};
use crate::technique;
use chrono::SecondsFormat;
use probatum_kernel::{EvidenceId, IncidentId, PublicId, Timestamp, vocabulary};
use serde_json::{Value, json};
use uuid::Uuid;

/// The name space of what is the same for every incident: producers, techniques and vulnerabilities.
const SHARED: Uuid = Uuid::from_u128(0x8d1f_6f0c_52d5_5c1e_9a38_0e6b_7d0c_41a7);
/// When those were made, in whatever bundle they stand: one id and one time are one object (STIX 2.1 §3.6).
const SHARED_SINCE: &str = "2026-01-01T00:00:00.000Z";

vocabulary! {
    /// What the extension calls the outcome.
    pub enum Determination("determination") {
        /// Nothing proves it yet.
        Suspected = "suspected",
        /// Evidence proves it.
        Confirmed = "confirmed",
        /// It was none.
        FalsePositive = "false-positive",
    }
}

vocabulary! {
    /// How far the investigation is.
    pub enum Investigation("investigation status") {
        /// Nobody has looked.
        New = "new",
        /// Somebody is at it.
        Open = "open",
        /// Done.
        Closed = "closed",
    }
}

/// An item of evidence that is referred to, not passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceNote {
    /// Its id.
    pub id: EvidenceId,
    /// Its kind, a word such as `siem_log`.
    pub kind: String,
    /// Where it comes from.
    pub source: String,
    /// The SHA-256 of its content, in full.
    pub sha256: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// When it was attached.
    pub created_at: Timestamp,
}

/// An incident as it is handed on. What may be handed on is decided before: everything here is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StixExport {
    /// The organisation that speaks: the creator of every object.
    pub producer: String,
    /// The incident's id; every id of the bundle is derived from it.
    pub id: IncidentId,
    /// What people call it.
    pub public_id: PublicId,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: Option<String>,
    /// What kind it is.
    pub category: Category,
    /// 0–10.
    pub severity: u8,
    /// Whether it is proven.
    pub determination: Determination,
    /// How far the work is.
    pub investigation: Investigation,
    /// How it was found, in the extension's open vocabulary: `automated-tool`, `user-reporting`, …
    pub detection_method: Option<String>,
    /// When it was put on record.
    pub created_at: Timestamp,
    /// When it was changed last; a new version of the same object.
    pub updated_at: Timestamp,
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// ATT&CK and ATLAS techniques.
    pub attack_techniques: Vec<String>,
    /// What it rests on.
    pub evidence: Vec<EvidenceNote>,
    /// To whom it may be passed on.
    pub tlp: Option<Tlp>,
}

impl StixExport {
    /// The bundle: the producer's identity, the incident with the incident extension, an indicator for each
    /// thing to look for, an attack pattern for each technique, a relationship to each of these, a note for
    /// each item of evidence, and the marking. Ids are UUIDv5; indicators without a pattern (techniques among
    /// them) become what they are. Whatever is this incident's bears the marking, and changes its version with the incident.
    /// What stands in the bundles of others too (the producer, attack patterns, vulnerabilities) is the same in all of
    /// them: it bears none, and that it concerns this incident says a relationship, which does.
    pub fn bundle(&self) -> Value {
        let identity = id("identity", SHARED, &self.producer);
        let incident = id("incident", self.id.uuid(), "incident");
        let mut objects: Vec<Value> = self.tlp.map(Tlp::definition).into_iter().collect();
        let producer = json!({ "name": self.producer, "identity_class": "organization" });
        objects.push(shared("identity", &identity, producer));
        objects.push(self.object("incident", &incident, &identity, self.incident()));
        let mut techniques: Vec<String> =
            self.attack_techniques.iter().filter_map(|t| technique::of(t)).collect();
        for indicator in &self.indicators {
            match pattern(indicator) {
                Some(pattern) => self.indicator(indicator, &pattern, &incident, &identity, &mut objects),
                None if indicator.kind == IndicatorKind::AttackTechnique => {
                    techniques.push(indicator.value.clone())
                }
                None if indicator.kind == IndicatorKind::Cve => {
                    self.vulnerability(&indicator.value, &incident, &identity, &mut objects)
                }
                None => {}
            }
        }
        techniques.sort();
        techniques.dedup();
        for technique in &techniques {
            self.attack_pattern(technique, &incident, &identity, &mut objects);
        }
        objects.extend(self.evidence.iter().map(|e| self.note(e, &incident, &identity)));
        // The bundle is another one when any of its objects is.
        let content = crate::json::canonical(&Value::Array(objects.clone()));
        json!({ "type": "bundle", "id": id("bundle", self.id.uuid(), &content), "objects": objects })
    }

    fn incident(&self) -> Value {
        let mut members = json!({
            "name": self.title,
            "labels": [self.category.as_str()],
            "external_references": [{ "source_name": "probatum", "external_id": self.public_id.to_string() }],
        });
        let mut extension = json!({
            "extension_type": "property-extension",
            "determination": self.determination,
            "investigation_status": self.investigation,
            "criticality": u64::from(self.severity.min(10)) * 10,
            "incident_types": [incident_type(self.category)],
        });
        put(&mut extension, "detection_methods", self.detection_method.as_ref().map(|m| json!([m])));
        put(&mut members, "description", self.summary.clone().filter(|s| !s.is_empty()).map(Value::from));
        put(&mut members, "extensions", Some(json!({ INCIDENT_EXTENSION: extension })));
        members
    }

    fn indicator(
        &self,
        indicator: &Indicator,
        pattern: &str,
        incident: &str,
        identity: &str,
        objects: &mut Vec<Value>,
    ) {
        let own = id("indicator", self.id.uuid(), &format!("{}:{}", indicator.kind, indicator.value));
        let members = json!({
            "name": format!("{} {}", indicator.kind, indicator.value),
            "pattern": pattern, "pattern_type": "stix", "pattern_version": "2.1",
            "valid_from": stamp(self.created_at), "indicator_types": ["unknown"],
        });
        objects.push(self.object("indicator", &own, identity, members));
        objects.push(self.relationship("related-to", &own, incident, identity));
    }

    fn vulnerability(&self, cve: &str, incident: &str, identity: &str, objects: &mut Vec<Value>) {
        let own = id("vulnerability", SHARED, cve);
        let members =
            json!({ "name": cve, "external_references": [{ "source_name": "cve", "external_id": cve }] });
        objects.push(shared("vulnerability", &own, members));
        objects.push(self.relationship("related-to", incident, &own, identity));
    }

    fn attack_pattern(&self, technique: &str, incident: &str, identity: &str, objects: &mut Vec<Value>) {
        let own = id("attack-pattern", SHARED, technique);
        let path = technique.replace('.', "/");
        let (source, url) = if technique.starts_with("AML.") {
            ("mitre-atlas", format!("https://atlas.mitre.org/techniques/{technique}"))
        } else {
            ("mitre-attack", format!("https://attack.mitre.org/techniques/{path}"))
        };
        let members = json!({
            "name": technique,
            "external_references": [{ "source_name": source, "external_id": technique, "url": url }],
        });
        objects.push(shared("attack-pattern", &own, members));
        objects.push(self.relationship("related-to", incident, &own, identity));
    }

    fn note(&self, evidence: &EvidenceNote, incident: &str, identity: &str) -> Value {
        let hash = evidence.sha256.as_ref().map(|h| format!(", SHA-256 {h}")).unwrap_or_default();
        let about = evidence.description.as_ref().map(|d| format!(": {d}")).unwrap_or_default();
        let members = json!({
            "abstract": format!("Evidence {} ({})", evidence.id, evidence.kind),
            "content": format!("{} from {}{hash}, attached {}{about}", evidence.kind, evidence.source, evidence.created_at),
            "object_refs": [incident],
        });
        let own = id("note", self.id.uuid(), &evidence.id.to_string());
        self.object("note", &own, identity, members)
    }

    fn relationship(&self, kind: &str, source: &str, target: &str, identity: &str) -> Value {
        let own = id("relationship", self.id.uuid(), &format!("{source} {kind} {target}"));
        let members = json!({ "relationship_type": kind, "source_ref": source, "target_ref": target });
        self.object("relationship", &own, identity, members)
    }

    /// An object of this incident. Its marking may change whenever the incident does, so that each is a new version then.
    fn object(&self, kind: &str, own: &str, identity: &str, members: Value) -> Value {
        let modified = self.updated_at.max(self.created_at);
        let mut object = with_members(kind, own, &stamp(self.created_at), &stamp(modified), members);
        put(&mut object, "created_by_ref", Some(identity.into()));
        put(&mut object, "object_marking_refs", self.tlp.map(|t| json!([t.marking_id()])));
        object
    }
}

/// An object that is the same in every bundle, whoever makes it.
fn shared(kind: &str, own: &str, members: Value) -> Value {
    with_members(kind, own, SHARED_SINCE, SHARED_SINCE, members)
}

fn with_members(kind: &str, own: &str, created: &str, modified: &str, members: Value) -> Value {
    let mut object =
        json!({ "type": kind, "spec_version": "2.1", "id": own, "created": created, "modified": modified });
    if let Value::Object(members) = members {
        members.into_iter().for_each(|(key, value)| put(&mut object, &key, Some(value)));
    }
    object
}

fn put(object: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(key.to_owned(), value);
    }
}

fn id(kind: &str, space: Uuid, name: &str) -> String {
    format!("{kind}--{}", Uuid::new_v5(&space, format!("{kind}:{name}").as_bytes()))
}

/// STIX times have milliseconds, always.
fn stamp(at: Timestamp) -> String {
    at.datetime().to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn pattern(indicator: &Indicator) -> Option<String> {
    let property = match indicator.kind {
        IndicatorKind::Ipv4 => "ipv4-addr:value",
        IndicatorKind::Ipv6 => "ipv6-addr:value",
        IndicatorKind::Domain => "domain-name:value",
        IndicatorKind::Url => "url:value",
        IndicatorKind::Email => "email-addr:value",
        IndicatorKind::Md5 => "file:hashes.MD5",
        IndicatorKind::Sha1 => "file:hashes.'SHA-1'",
        IndicatorKind::Sha256 => "file:hashes.'SHA-256'",
        // STIX has no object for these two with a value to compare; a wallet is an account.
        IndicatorKind::Btc => "user-account:account_login",
        IndicatorKind::Cve | IndicatorKind::AttackTechnique => return None,
    };
    let value = indicator.value.replace('\\', "\\\\").replace('\'', "\\'");
    Some(format!("[{property} = '{value}']"))
}

/// The extension's word for a category; where it has none, ours, as its open vocabulary allows.
fn incident_type(category: Category) -> String {
    let word = match category {
        Category::Ransomware => "ransomware",
        Category::DataBreach => "unauthorized-access-information",
        Category::Phishing | Category::Bec => "dissemination-phishing-emails",
        Category::Ddos => "denial-of-service",
        Category::Vulnerability => "exploit",
        Category::SupplyChain => "supply-chain-vendor",
        Category::Misconfiguration => "misconfiguration",
        Category::Malware => "infected-by-known-malware",
        Category::CredentialTheft => "theft-access-credentials",
        Category::Insider => "unauthorized-use",
        Category::Other => "undetermined",
        other => return other.as_str().replace('_', "-"),
    };
    word.to_owned()
}
