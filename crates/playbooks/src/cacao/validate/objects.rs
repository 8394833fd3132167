//! Checks of what the workflow uses: commands, agents, ways to authenticate, markings, variables, references.

use super::{Report, joined};
use crate::cacao::{
    AgentTarget, AuthenticationInfo, Command, DataMarking, Dictionary, ExternalReference, MarkingReference,
    Playbook, Variable, WorkflowStep,
};

/// Every kind of command of the standard, the members it takes beside the common ones, and those it requires.
const COMMANDS: &[(&str, &[&str], &[&str])] = &[
    ("manual", &["command", "command_b64"], &[]),
    ("bash", &["command", "command_b64"], &[]),
    ("caldera-cmd", &["command", "command_b64"], &[]),
    ("elastic", &["command_b64"], &["command_b64"]),
    ("http-api", &["command", "headers", "content", "content_b64"], &["command"]),
    ("jupyter", &["command_b64"], &["command_b64"]),
    ("kestrel", &["command_b64"], &["command_b64"]),
    ("openc2-http", &["command", "headers", "content_b64"], &["command", "content_b64"]),
    ("powershell", &["command", "command_b64"], &[]),
    ("sigma", &["command_b64"], &["command_b64"]),
    ("ssh", &["command", "command_b64"], &[]),
    ("yara", &["command_b64"], &["command_b64"]),
];

/// The same for agents and targets.
const AGENTS: &[(&str, &[&str], &[&str])] = &[
    ("group", &["contact"], &[]),
    ("individual", &["contact"], &[]),
    ("location", &["logical"], &[]),
    ("organization", &["contact"], &[]),
    ("sector", &["sector"], &["sector"]),
    ("http-api", &["address", "port", "authentication_info", "category"], &["address"]),
    ("linux", &["address", "port", "authentication_info", "category"], &["address"]),
    ("net-address", &["address", "authentication_info", "category"], &["address"]),
    ("security-category", &["category"], &["category"]),
    ("ssh", &["address", "port", "authentication_info", "category"], &["address"]),
];

/// The same for ways to authenticate.
const AUTHENTICATION: &[(&str, &[&str], &[&str])] = &[
    ("http-basic", &["user_id", "password", "kms", "kms_key_identifier"], &[]),
    ("oauth2", &["oauth_header", "token", "kms", "kms_key_identifier"], &["oauth_header", "token"]),
    ("user-auth", &["username", "password", "kms", "kms_key_identifier"], &[]),
];

/// The same for markings.
const MARKINGS: &[(&str, &[&str], &[&str])] = &[
    ("marking-statement", &["statement"], &["statement"]),
    ("marking-tlp", &["tlpv2_level"], &["tlpv2_level"]),
    ("marking-iep", IEP, IEP),
];
const IEP: &[&str] = &[
    "tlp",
    "iep_version",
    "start_date",
    "end_date",
    "encrypt_in_transit",
    "permitted_actions",
    "affected_party_notifications",
    "attribution",
    "unmodified_resale",
];
const TLP: &[&str] = &["TLP:RED", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:CLEAR"];

type Kinds = &'static [(&'static str, &'static [&'static str], &'static [&'static str])];

/// Checks that an object of a known kind has what it requires, and nothing of another kind. `present` lists the members
/// that only some kinds have. Says whether the kind is known.
fn of_kind(field: &str, kinds: Kinds, kind: &str, present: &[(&str, bool)], report: &mut Report) -> bool {
    let Some((_, takes, requires)) = kinds.iter().find(|(name, ..)| *name == kind) else { return false };
    for (name, there) in present {
        if *there && !takes.contains(name) {
            report.add(joined(field, name), "unknown", format!("is no member of a {kind}"));
        } else if !*there && requires.contains(name) {
            report.add(joined(field, name), "required", format!("is required of a {kind}"));
        }
    }
    true
}

pub(super) fn command(field: &str, command: &Command, report: &mut Report) {
    let present = [
        ("command", command.command.is_some()),
        ("command_b64", command.command_b64.is_some()),
        ("headers", command.headers.is_some()),
        ("content", command.content.is_some()),
        ("content_b64", command.content_b64.is_some()),
    ];
    if of_kind(field, COMMANDS, &command.kind, &present, report) {
        report.closed(field, &command.other);
    }
    references(&joined(field, "external_references"), command.external_references.as_deref(), report);
}

/// Everything the playbook defines beside its workflow.
pub(super) fn check_definitions(playbook: &Playbook, report: &mut Report) {
    let sections = [
        ("agent_definitions", &playbook.agent_definitions),
        ("target_definitions", &playbook.target_definitions),
    ];
    for (section, definitions) in sections {
        for (id, definition) in definitions.iter().flat_map(Dictionary::iter) {
            agent(&joined(section, id), id, definition, playbook, report);
        }
    }
    for (id, definition) in playbook.authentication_info_definitions.iter().flat_map(Dictionary::iter) {
        authentication(&joined("authentication_info_definitions", id), id, definition, playbook, report);
    }
    for (id, definition) in playbook.extension_definitions.iter().flat_map(Dictionary::iter) {
        let field = joined("extension_definitions", id);
        report.id(&field, id, Some("extension-definition"));
        report.word(&joined(&field, "type"), &definition.kind, "extension-definition");
        report.id(&joined(&field, "created_by"), definition.created_by.as_str(), Some("identity"));
        references(&joined(&field, "external_references"), definition.external_references.as_deref(), report);
        report.closed(&field, &definition.other);
    }
    for (id, definition) in playbook.data_marking_definitions.iter().flat_map(Dictionary::iter) {
        marking(&joined("data_marking_definitions", id), id, definition, playbook, report);
    }
}

fn agent(field: &str, id: &str, agent: &AgentTarget, playbook: &Playbook, report: &mut Report) {
    report.id(field, id, Some(&agent.kind));
    let present = [
        ("contact", agent.contact.is_some()),
        ("logical", agent.logical.is_some()),
        ("sector", agent.sector.is_some()),
        ("address", agent.address.is_some()),
        ("port", agent.port.is_some()),
        ("authentication_info", agent.authentication_info.is_some()),
        ("category", agent.category.is_some()),
    ];
    if of_kind(field, AGENTS, &agent.kind, &present, report) {
        report.closed(field, &agent.other);
    }
    if let Some(id) = &agent.authentication_info {
        let definitions = playbook.authentication_info_definitions.as_ref();
        report.known(
            &joined(field, "authentication_info"),
            id,
            definitions,
            "authentication_info_definitions",
        );
    }
    if let Some(location) = &agent.location {
        report.closed(&joined(field, "location"), &location.other);
    }
    if let Some(contact) = &agent.contact {
        report.closed(&joined(field, "contact"), &contact.other);
    }
    report.extensions(
        &joined(field, "agent_target_extensions"),
        agent.agent_target_extensions.as_ref(),
        playbook,
    );
}

fn authentication(
    field: &str,
    id: &str,
    info: &AuthenticationInfo,
    playbook: &Playbook,
    report: &mut Report,
) {
    report.id(field, id, Some(&info.kind));
    let present = [
        ("user_id", info.user_id.is_some()),
        ("username", info.username.is_some()),
        ("password", info.password.is_some()),
        ("oauth_header", info.oauth_header.is_some()),
        ("token", info.token.is_some()),
        ("kms", info.kms.is_some()),
        ("kms_key_identifier", info.kms_key_identifier.is_some()),
    ];
    if of_kind(field, AUTHENTICATION, &info.kind, &present, report) {
        report.closed(field, &info.other);
    }
    let used = info.authentication_info_extensions.as_ref();
    report.extensions(&joined(field, "authentication_info_extensions"), used, playbook);
}

fn marking(field: &str, id: &str, marking: &DataMarking, playbook: &Playbook, report: &mut Report) {
    report.id(field, id, Some(&marking.kind));
    if marking.id.as_str() != id {
        report.add(joined(field, "id"), "conflict", "must be the key the marking stands under");
    }
    report.id(&joined(field, "created_by"), marking.created_by.as_str(), Some("identity"));
    let present = [
        ("statement", marking.statement.is_some()),
        ("tlpv2_level", marking.tlpv2_level.is_some()),
        ("tlp", marking.tlp.is_some()),
        ("iep_version", marking.iep_version.is_some()),
        ("start_date", marking.start_date.is_some()),
        ("end_date", marking.end_date.is_some()),
        ("encrypt_in_transit", marking.encrypt_in_transit.is_some()),
        ("permitted_actions", marking.permitted_actions.is_some()),
        ("affected_party_notifications", marking.affected_party_notifications.is_some()),
        ("attribution", marking.attribution.is_some()),
        ("unmodified_resale", marking.unmodified_resale.is_some()),
    ];
    if !of_kind(field, MARKINGS, &marking.kind, &present, report) {
        report.add(joined(field, "type"), "invalid", "must be marking-statement, marking-tlp or marking-iep");
    }
    if marking.tlpv2_level.as_deref().is_some_and(|level| !TLP.contains(&level)) {
        report.add(joined(field, "tlpv2_level"), "invalid", format!("must be one of {}", TLP.join(", ")));
    }
    for (name, time) in [
        ("created", Some(&marking.created)),
        ("valid_from", marking.valid_from.as_ref()),
        ("valid_until", marking.valid_until.as_ref()),
        ("start_date", marking.start_date.as_ref()),
        ("end_date", marking.end_date.as_ref().and_then(Option::as_ref)),
    ] {
        report.time(&joined(field, name), time);
    }
    let from = ("valid_from", marking.valid_from.as_ref());
    report.order(&joined(field, "valid_until"), marking.valid_until.as_ref(), from, true);
    for reference in marking.external_references.iter().flatten() {
        if let MarkingReference::Object(reference) = reference {
            report.closed(&joined(field, "external_references"), &reference.other);
        }
    }
    report.extensions(&joined(field, "marking_extensions"), marking.marking_extensions.as_ref(), playbook);
    report.closed(field, &marking.other);
}

/// Variables are named `__name__` (CACAO 2.0 §10.18); the object itself is of an open kind.
pub(super) fn variables(field: &str, variables: Option<&Dictionary<Variable>>, report: &mut Report) {
    for (name, _) in variables.into_iter().flat_map(Dictionary::iter) {
        if !is_variable(name) {
            let message = "must be named __…__, with letters, digits, _ and - between";
            report.add(joined(field, name), "invalid", message);
        }
    }
}

fn is_variable(name: &str) -> bool {
    let Some(inner) = name.strip_prefix("__").and_then(|n| n.strip_suffix("__")) else { return false };
    let begins = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && inner.len() <= 200 && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// An argument names a variable of the step or of the playbook, perhaps with `:value` behind it.
pub(super) fn argument(
    field: &str,
    argument: &str,
    step: &WorkflowStep,
    playbook: &Playbook,
    report: &mut Report,
) {
    let name = argument.split_once(':').map_or(argument, |(name, _)| name);
    let name = name.trim_start_matches('$');
    let has = |v: &Option<Dictionary<Variable>>| v.as_ref().is_some_and(|v| v.get(name).is_some());
    if !has(&step.step_variables) && !has(&playbook.playbook_variables) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        report.add(field, "unresolved", format!("names the variable {name}, which nothing defines"));
    }
}

pub(super) fn references(field: &str, references: Option<&[ExternalReference]>, report: &mut Report) {
    for (i, reference) in references.into_iter().flatten().enumerate() {
        let field = format!("{field}[{i}]");
        if let Some(id) = &reference.reference_id {
            report.id(&joined(&field, "reference_id"), id.as_str(), None);
        }
        report.closed(&field, &reference.other);
    }
}
