//! An object in nobody's schema: what it plainly says under the usual names; and Windows events, which say it
//! by number.

use super::fields::Fields;
use super::{Category, Event, EventFault, Format, Found, severity, time};
use serde_json::Value;

/// Where such objects say what happened.
const SAYS: &[&str] =
    &["message", "msg", "log", "description", "title", "summary", "text", "alert.title", "name"];

/// A CEF line wrapped in an object, as log shippers send it.
pub(super) fn line_within<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    ["message", "msg", "log", "line", "raw", "_raw"].iter().find_map(|key| {
        let text = fields.at(key).and_then(Value::as_str)?;
        super::cef::find(text).is_some_and(|cef| cef.len() + 200 >= text.len()).then_some(text)
    })
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Event, EventFault> {
    let Some(message) = fields.first(SAYS) else { return windows(fields).ok_or(EventFault::Unknown) };
    let rule_name = fields.first(&[
        "rule.name",
        "rule_name",
        "signature",
        "alert.title",
        "detection",
        "event_type",
        "rule",
    ]);
    let category = fields.first(&["category", "incident_type", "type"]);
    let title = fields.first(&["title", "alert.title", "name"]);
    let summary = fields.text("summary").filter(|_| title.is_none());
    let mut found = Found {
        uid: fields.first(&["event_id", "uid", "uuid", "id"]),
        rule_id: fields.first(&["rule.id", "rule_id", "signature_id", "detection_id", "rule"]),
        said: summary.clone().filter(|_| rule_name.is_none()),
        rule_name,
        title,
        message: Some(message),
        at: [
            "timestamp",
            "@timestamp",
            "time",
            "ts",
            "event_time",
            "eventTime",
            "occurred_at",
            "detected_at",
            "date",
        ]
        .iter()
        .find_map(|key| fields.at(key).and_then(time::of)),
        severity: stated_severity(fields),
        category: category.as_deref().and_then(|c| c.to_lowercase().parse::<Category>().ok()),
        hints: category.into_iter().chain(fields.texts("tags")).chain(summary).collect(),
        product: fields.first(&["product", "vendor", "device_product"]),
        source: fields.first(&["log_source", "source", "logger", "sourcetype"]),
        ..Found::default()
    };
    for path in
        ["attack_techniques", "attack_technique", "techniques", "technique", "mitre.id", "mitre_technique"]
    {
        found.techniques.extend(fields.texts(path));
    }
    found.tactics.extend(fields.first(&["tactic", "mitre.tactic", "mitre_tactic"]));
    entities(&mut found, fields);
    if let Some(event) = fields.object("event") {
        entities(&mut found, &event);
    }
    Ok(found.event(Format::Plain, Value::Object(fields.0.clone())))
}

/// A Windows event as collectors forward it, bare or within `event`. Its rule is its channel and number.
fn windows(fields: &Fields<'_>) -> Option<Event> {
    let event = fields.object("event").unwrap_or(*fields);
    let id = event.integer("EventID")?;
    let channel = event.first(&["Channel", "Provider", "SourceName"])?;
    let mut found = Found {
        rule_id: Some(format!("{channel}:{id}")),
        title: Some(format!("{channel} event {id}")),
        at: ["UtcTime", "TimeCreated", "SystemTime", "EventTime", "EventData.UtcTime"]
            .iter()
            .find_map(|path| event.at(path).and_then(time::of)),
        product: Some("Windows".to_owned()),
        source: Some(channel),
        ..Found::default()
    };
    let data = event.object("EventData").unwrap_or(event);
    let e = &mut found.entities;
    e.host(event.first(&["Computer", "Hostname"]));
    for path in ["TargetUserName", "User", "SubjectUserName"] {
        e.user(data.text(path));
    }
    e.ends(data.first(&["IpAddress", "SourceIp"]), data.text("DestinationIp"));
    e.domain(data.first(&["QueryName", "DestinationHostname"]));
    e.hash(data.text("Hashes"));
    e.file(data.first(&["TargetFilename", "ImageLoaded"]));
    for path in ["Image", "SourceImage", "NewProcessName", "CommandLine"] {
        e.process(data.text(path));
    }
    Some(found.event(Format::Plain, Value::Object(fields.0.clone())))
}

fn stated_severity(fields: &Fields<'_>) -> Option<u8> {
    ["severity_score", "severity", "alert.severity", "level", "priority"].iter().find_map(|path| {
        let number = fields.number(path).filter(|_| !matches!(*path, "level" | "priority"));
        number.and_then(severity::score).or_else(|| fields.text(path).and_then(|w| severity::word(&w)))
    })
}

fn entities(found: &mut Found, fields: &Fields<'_>) {
    let e = &mut found.entities;
    e.agent(fields.text("agent_id"));
    for path in [
        "host",
        "hostname",
        "host.name",
        "computer",
        "computer_name",
        "device",
        "asset",
        "dest_host",
        "src_host",
    ] {
        e.host(fields.text(path));
    }
    for path in ["user", "username", "user.name", "user_name", "account", "actor", "email"] {
        e.user(fields.text(path));
    }
    e.ends(
        fields.first(&["src_ip", "source_ip", "srcip", "client_ip", "remote_ip", "sourceIPAddress"]),
        fields.first(&["dst_ip", "dest_ip", "destination_ip", "dstip"]),
    );
    for ip in fields.texts("ip").into_iter().chain(fields.texts("ip_address")) {
        e.ip(Some(ip));
    }
    for path in ["domain", "dns_query", "query"] {
        e.domain(fields.text(path));
    }
    e.url(fields.text("url").filter(|u| u.contains("://")));
    for path in ["sha256", "sha1", "md5", "hash", "file_hash"] {
        e.hash(fields.text(path));
    }
    e.file(fields.first(&["file", "file_path", "filename", "file_name", "path"]));
    e.process(fields.first(&["process", "process_name", "image"]));
    e.process(fields.first(&["command_line", "cmdline", "CommandLine"]));
    e.resource(fields.first(&["resource", "resource_id", "arn", "bucket"]));
}
