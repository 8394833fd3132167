//! Suricata EVE: alerts. The sensor's flow and protocol records are no detections and are refused.

use super::fields::Fields;
use super::{Event, EventFault, Format, Found, severity, time};
use serde_json::Value;

/// EVE records name their `event_type`, and have either an alert of a signature or the number of a flow. A type and an
/// address are in any product's events.
pub(super) fn is(fields: &Fields<'_>) -> bool {
    let eve = fields.at("event_type").and_then(Value::as_str).is_some();
    let signed = |alert: Fields<'_>| alert.has("signature") || alert.has("signature_id");
    eve && (fields.object("alert").is_some_and(signed) || fields.has("flow_id"))
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Event, EventFault> {
    let kind = fields.text("event_type").unwrap_or_default();
    let Some(alert) = fields.object("alert").filter(|_| kind == "alert") else {
        let kind: String = kind.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(30).collect();
        return Err(EventFault::Unsupported(format!(
            "is an EVE record of type '{kind}'; only alerts are taken"
        )));
    };
    let signature = alert.text("signature");
    let sid = alert.text("signature_id");
    // The same sid in another group of rules is another rule.
    let rule_id = sid.map(|sid| format!("{}:{sid}", alert.integer("gid").unwrap_or(1)));
    let stated = alert.first(&["metadata.signature_severity"]).and_then(|w| severity::word(&w));
    let mut found = Found {
        rule_id,
        rule_name: signature.clone(),
        title: signature,
        message: alert.text("category"),
        at: fields.at("timestamp").and_then(time::of),
        severity: stated.or_else(|| alert.integer("severity").map(severity::suricata)),
        hints: alert.text("category").into_iter().collect(),
        techniques: alert.texts("metadata.mitre_technique_id"),
        tactics: alert
            .texts("metadata.mitre_tactic_name")
            .into_iter()
            .chain(alert.texts("metadata.mitre_tactic_id"))
            .collect(),
        product: Some("Suricata".to_owned()),
        source: fields.first(&["host", "sensor_name", "in_iface"]),
        ..Found::default()
    };
    let e = &mut found.entities;
    e.ends(fields.text("src_ip"), fields.text("dest_ip"));
    e.domain(fields.first(&["http.hostname", "tls.sni", "dns.query.rrname", "dns.rrname"]));
    for query in fields.objects("dns.query") {
        e.domain(query.text("rrname"));
    }
    if let (Some(host), Some(path)) = (fields.text("http.hostname"), fields.text("http.url")) {
        e.url(Some(if path.contains("://") { path } else { format!("http://{host}{path}") }));
    }
    for file in fields.objects("files").into_iter().chain(fields.objects("fileinfo")) {
        e.file(file.text("filename"));
        e.hash(file.first(&["sha256", "sha1", "md5"]));
    }
    e.sensor(fields.text("host"));
    Ok(found.event(Format::Suricata, Value::Object(fields.0.clone())))
}
