//! Wazuh alerts, as its manager writes them to `alerts.json`.

use super::fields::Fields;
use super::{Event, Format, Found, severity, time};
use serde_json::Value;

/// A rule with a level, and one of the members only Wazuh writes.
pub(super) fn is(fields: &Fields<'_>) -> bool {
    let by_wazuh = ["manager", "agent", "decoder", "full_log", "location"].iter().any(|k| fields.has(k));
    fields.integer("rule.level").is_some() && by_wazuh
}

pub(super) fn read(fields: &Fields<'_>) -> Event {
    let description = fields.text("rule.description");
    let mut found = Found {
        uid: fields.text("id"),
        rule_id: fields.text("rule.id"),
        rule_name: description.clone(),
        title: description,
        message: fields.first(&["full_log", "data.win.system.message", "data.description"]),
        at: fields.at("timestamp").or_else(|| fields.at("@timestamp")).and_then(time::of),
        severity: fields.integer("rule.level").map(severity::wazuh),
        hints: fields.texts("rule.groups"),
        techniques: fields.texts("rule.mitre.id"),
        tactics: fields.texts("rule.mitre.tactic"),
        product: Some("Wazuh".to_owned()),
        source: fields.first(&["decoder.name", "location"]),
        ..Found::default()
    };
    let e = &mut found.entities;
    // Agent 000 is the manager itself: it speaks for others, whose name is in the log then.
    let by_manager = fields.text("agent.id").as_deref() == Some("000");
    let machine = fields.first(&["data.win.system.computer", "predecoder.hostname"]);
    if !by_manager {
        e.host(fields.text("agent.name"));
    }
    e.host(machine);
    if by_manager {
        e.host(fields.text("agent.name"));
    }
    e.sensor(fields.text("agent.id"));
    for path in
        ["data.dstuser", "data.srcuser", "data.win.eventdata.targetUserName", "data.win.eventdata.user"]
    {
        e.user(fields.text(path));
    }
    e.user(fields.first(&["data.win.eventdata.subjectUserName", "data.aws.userIdentity.userName"]));
    e.ends(
        fields.first(&[
            "data.srcip",
            "data.src_ip",
            "data.win.eventdata.ipAddress",
            "data.win.eventdata.sourceIp",
        ]),
        fields.first(&["data.dstip", "data.dest_ip", "data.win.eventdata.destinationIp"]),
    );
    e.ip(fields.text("agent.ip"));
    e.url(fields.first(&["data.url", "data.http.url"]).filter(|u| u.contains("://")));
    e.domain(fields.first(&["data.hostname", "data.http.hostname", "data.win.eventdata.queryName"]));
    files(&mut found, fields);
    found.event(Format::Wazuh, Value::Object(fields.0.clone()))
}

fn files(found: &mut Found, fields: &Fields<'_>) {
    let e = &mut found.entities;
    e.file(fields.first(&["syscheck.path", "data.file", "data.win.eventdata.targetFilename"]));
    for path in ["syscheck.sha256_after", "syscheck.sha1_after", "syscheck.md5_after"] {
        e.hash(fields.text(path));
    }
    e.hash(fields.text("data.win.eventdata.hashes"));
    e.process(fields.first(&[
        "data.win.eventdata.image",
        "data.win.eventdata.newProcessName",
        "data.audit.exe",
    ]));
    e.process(fields.first(&["data.win.eventdata.commandLine", "data.command"]));
    found.hints.extend(fields.texts("data.vulnerability.cve"));
}
