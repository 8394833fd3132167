//! Elastic Common Schema events, and the alerts Elastic Security writes over them.

use super::fields::Fields;
use super::{Event, Format, Found, severity, time};
use serde_json::Value;

/// A schema version, an alert of the detection engine, or a time with the members ECS puts beside it.
pub(super) fn is(fields: &Fields<'_>) -> bool {
    let named = ["ecs.version", "kibana.alert.rule.name", "signal.rule.name", "event.kind", "event.dataset"];
    named.iter().any(|path| fields.has(path)) || (fields.has("@timestamp") && fields.has("event.action"))
}

pub(super) fn read(fields: &Fields<'_>) -> Event {
    let rule_name = fields.first(&["kibana.alert.rule.name", "signal.rule.name", "rule.name"]);
    let action = fields.first(&["event.action", "event.code"]);
    let dataset = fields.first(&["event.dataset", "event.module"]);
    let by_action = action.as_ref().map(|a| match &dataset {
        Some(dataset) => format!("{dataset} {a}"),
        None => a.clone(),
    });
    let mut found = Found {
        uid: fields.first(&["kibana.alert.uuid", "event.id"]),
        rule_id: fields
            .first(&[
                "kibana.alert.rule.rule_id",
                "kibana.alert.rule.uuid",
                "signal.rule.rule_id",
                "signal.rule.id",
            ])
            .or_else(|| fields.first(&["rule.id", "rule.uuid"]))
            .or_else(|| rule_name.is_none().then(|| by_action.clone()).flatten()),
        title: rule_name.clone(),
        said: fields.text("message"),
        rule_name: rule_name.or(by_action),
        message: fields.first(&["kibana.alert.reason", "message", "event.reason", "event.original"]),
        at: fields.at("@timestamp").or_else(|| fields.at("event.created")).and_then(time::of),
        severity: stated_severity(fields),
        hints: fields.texts("event.category").into_iter().chain(fields.texts("rule.category")).collect(),
        product: fields.first(&["observer.product", "event.module", "agent.type"]),
        source: fields.first(&["event.dataset", "log.file.path", "event.provider"]),
        ..Found::default()
    };
    techniques(&mut found, fields);
    entities(&mut found, fields);
    found.event(Format::Ecs, Value::Object(fields.0.clone()))
}

/// A word where one is stated, else a risk score (0–100), else `event.severity`: up to 10 on our scale, above
/// as Elastic Security uses it, 0–100.
fn stated_severity(fields: &Fields<'_>) -> Option<u8> {
    let word = fields.first(&["kibana.alert.severity", "signal.rule.severity"]);
    let risk = || {
        ["kibana.alert.risk_score", "signal.rule.risk_score", "event.risk_score_norm", "event.risk_score"]
            .iter()
            .find_map(|path| fields.number(path))
            .and_then(severity::hundredths)
    };
    let number = || {
        let n = fields.number("event.severity")?;
        severity::score(n).or_else(|| severity::hundredths(n))
    };
    word.and_then(|w| severity::word(&w))
        .or_else(risk)
        .or_else(number)
        .or_else(|| fields.text("log.level").and_then(|w| severity::word(&w)))
}

fn techniques(found: &mut Found, fields: &Fields<'_>) {
    for path in ["threat.technique.subtechnique.id", "threat.technique.id"] {
        found.techniques.extend(fields.texts(path));
    }
    found.tactics.extend(fields.texts("threat.tactic.name"));
    found.tactics.extend(fields.texts("threat.tactic.id"));
    let mut threats = fields.objects("threat");
    threats.extend(fields.objects("kibana.alert.rule.threat"));
    threats.extend(fields.objects("signal.rule.threat"));
    for threat in threats {
        found.tactics.extend(threat.texts("tactic.name"));
        for technique in threat.objects("technique") {
            let narrower: Vec<_> =
                technique.objects("subtechnique").iter().filter_map(|s| s.text("id")).collect();
            found.techniques.extend(technique.texts("id"));
            found.techniques.extend(narrower);
        }
    }
}

fn entities(found: &mut Found, fields: &Fields<'_>) {
    let e = &mut found.entities;
    e.agent(fields.first(&["gen_ai.agent.id", "ai_agent.id"]));
    e.host(fields.first(&["host.hostname", "host.name"]));
    e.sensor(fields.text("agent.id"));
    for path in ["user.name", "user.target.name", "user.email", "source.user.name", "destination.user.name"] {
        e.user(fields.text(path));
    }
    e.ends(fields.first(&["source.ip", "client.ip"]), fields.first(&["destination.ip", "server.ip"]));
    for ip in fields.texts("host.ip").into_iter().chain(fields.texts("related.ip")) {
        e.ip(Some(ip));
    }
    for path in
        ["destination.domain", "source.domain", "dns.question.name", "url.domain", "tls.client.server_name"]
    {
        e.domain(fields.text(path));
    }
    e.url(fields.first(&["url.full", "url.original"]));
    for path in ["file.path", "file.name"] {
        e.file(fields.text(path));
    }
    for of in ["file", "process", "dll"] {
        for digest in ["sha256", "sha1", "md5"] {
            e.hash(fields.text(&format!("{of}.hash.{digest}")));
        }
    }
    for path in ["process.executable", "process.name", "process.command_line"] {
        e.process(fields.text(path));
    }
    e.resource(fields.first(&["cloud.instance.id", "container.id", "orchestrator.resource.name"]));
}
