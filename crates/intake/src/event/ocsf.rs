//! OCSF 1.x: findings (2004 and its like), incident findings (2005), and every base event.

use super::fields::Fields;
use super::{Category, Event, EventFault, Format, Found, severity, time};
use serde_json::Value;

/// A class and, beside it, what only OCSF writes.
pub(super) fn is(fields: &Fields<'_>) -> bool {
    let beside = ["metadata", "category_uid", "type_uid", "activity_id", "severity_id"];
    fields.integer("class_uid").is_some() && beside.iter().any(|path| fields.has(path))
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Event, EventFault> {
    if let Some(version) = fields.text("metadata.version").filter(|v| !v.starts_with("1.")) {
        let version: String = version.chars().filter(char::is_ascii_graphic).take(20).collect();
        return Err(EventFault::Unsupported(format!("is OCSF {version}; send 1.x")));
    }
    let class = fields.integer("class_uid").unwrap_or_default();
    let infos = infos(fields);
    let info = |path: &str| infos.iter().find_map(|i| i.text(path));
    let types: Vec<String> = infos.iter().flat_map(|i| i.texts("types")).collect();
    let kind = fields.text("type_name").or_else(|| {
        let class_name = fields.text("class_name")?;
        Some(fields.text("activity_name").map_or(class_name.clone(), |a| format!("{class_name}: {a}")))
    });
    let title = fields.text("title").or_else(|| info("title"));
    let said = fields.text("message");
    // A finding's rule is its analytic, else its type; a base event's is what kind of event it is.
    let rule_name = info("analytic.name").or_else(|| types.first().cloned());
    let base_id = fields.text("type_uid").or_else(|| Some(class.to_string()));
    let mut found = Found {
        uid: fields.text("metadata.uid").or_else(|| info("uid")),
        rule_id: info("analytic.uid").or_else(|| types.first().cloned()).or_else(|| {
            let unnamed = rule_name.is_none() && title.is_none();
            unnamed.then_some(base_id).flatten()
        }),
        rule_name: rule_name.or_else(|| title.clone()).or_else(|| kind.clone()),
        title: title.or_else(|| kind.filter(|_| said.is_none())),
        said,
        message: fields.first(&["message", "desc", "comment", "status_detail"]).or_else(|| info("desc")),
        at: ["time_dt", "time", "start_time"].iter().find_map(|p| fields.at(p).and_then(time::of)),
        severity: fields
            .integer("severity_id")
            .and_then(severity::ocsf)
            .or_else(|| fields.text("severity").and_then(|w| severity::word(&w))),
        category: by_class(class),
        product: product(fields),
        source: fields.first(&[
            "metadata.log_name",
            "metadata.product.feature.name",
            "metadata.log_provider",
        ]),
        hints: types,
        ..Found::default()
    };
    techniques(&mut found, fields, &infos);
    entities(&mut found, fields);
    Ok(found.event(Format::Ocsf, Value::Object(fields.0.clone())))
}

/// The findings told of: one, or those of an incident finding.
fn infos<'a>(fields: &Fields<'a>) -> Vec<Fields<'a>> {
    let mut infos = fields.objects("finding_info");
    infos.extend(fields.objects("finding_info_list"));
    infos.extend(fields.objects("finding"));
    infos
}

/// The classes whose kind says it all; of a detection its words decide.
fn by_class(class: i64) -> Option<Category> {
    match class {
        2002 => Some(Category::Vulnerability),
        2003 => Some(Category::Misconfiguration),
        2006 => Some(Category::DataBreach),
        _ => None,
    }
}

fn product(fields: &Fields<'_>) -> Option<String> {
    let product = fields.object("metadata.product")?;
    match (product.text("vendor_name"), product.text("name")) {
        (Some(vendor), Some(name)) if !name.starts_with(&vendor) => Some(format!("{vendor} {name}")),
        (vendor, name) => name.or(vendor),
    }
}

fn techniques(found: &mut Found, fields: &Fields<'_>, infos: &[Fields<'_>]) {
    let mut attacks = fields.objects("attacks");
    attacks.extend(infos.iter().flat_map(|i| i.objects("attacks")));
    attacks.extend(fields.objects("evidences").iter().flat_map(|e| e.objects("attacks")));
    for attack in attacks {
        for path in ["technique.uid", "sub_technique.uid"] {
            found.techniques.extend(attack.text(path));
        }
        for technique in attack.objects("techniques") {
            found.techniques.extend(technique.text("uid"));
        }
        found.tactics.extend(attack.first(&["tactic.name", "tactic.uid"]));
        found.tactics.extend(attack.objects("tactics").iter().filter_map(|t| t.first(&["name", "uid"])));
    }
    for vulnerability in fields.objects("vulnerabilities") {
        found.hints.extend(vulnerability.first(&["cve.uid", "title"]));
    }
    for malware in fields.objects("malware") {
        found.hints.push(format!("malware {}", malware.text("name").unwrap_or_default()));
    }
}

fn entities(found: &mut Found, fields: &Fields<'_>) {
    found.entities.agent(fields.first(&["ai_agent.uid", "agent_id"]));
    actors(found, fields);
    for evidence in fields.objects("evidences") {
        actors(found, &evidence);
    }
    let e = &mut found.entities;
    for resource in fields.objects("resources").into_iter().chain(fields.objects("resource")) {
        e.host(resource.text("hostname"));
        e.ip(resource.text("ip"));
        e.user(resource.text("owner.name"));
        e.resource(resource.first(&["uid", "name"]));
    }
    for observable in fields.objects("observables") {
        let value = observable.text("value");
        match observable.integer("type_id").unwrap_or_default() {
            // A hostname in OCSF is a machine's or a domain; what else names the machine came before.
            1 => e.domain(value),
            2 => e.ip(value),
            4 | 5 => e.user(value),
            6 => e.url(value),
            7 => e.file(value),
            8 => e.hash(value),
            9 => e.process(value),
            10 => e.resource(value),
            _ => {}
        }
    }
}

/// What an event and each of its evidences name alike.
fn actors(found: &mut Found, at: &Fields<'_>) {
    let e = &mut found.entities;
    e.host(at.first(&["device.hostname", "device.name"]));
    e.host(at.text("dst_endpoint.hostname"));
    e.host(at.text("src_endpoint.hostname"));
    for path in ["user", "actor.user"] {
        if let Some(user) = at.object(path) {
            e.user(user.first(&["name", "email_addr", "uid"]));
        }
    }
    e.ends(at.text("src_endpoint.ip"), at.text("dst_endpoint.ip"));
    e.ip(at.text("device.ip"));
    e.domain(at.first(&["query.hostname", "url.hostname", "dst_endpoint.domain"]));
    e.url(at.first(&["url.url_string", "http_request.url.url_string"]));
    for path in ["file", "process.file", "actor.process.file"] {
        if let Some(file) = at.object(path) {
            e.file(file.first(&["path", "name"]));
            for hash in file.objects("hashes") {
                e.hash(hash.text("value"));
            }
        }
    }
    for path in ["process", "actor.process"] {
        if let Some(process) = at.object(path) {
            e.process(process.text("name"));
            e.process(process.text("cmd_line"));
        }
    }
}
