//! What a report says, what it leaves out, and that its three forms say the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions
)]

mod common;

use common::*;
use probatum_compliance_export::*;
use probatum_evidence::Visibility;
use probatum_kernel::EvidenceStatus;
use serde_json::Value;
use std::collections::BTreeMap;

/// The text of a PDF of ours, page by page: streams are inflated, glyphs read back by the font's own table.
fn pdf_text(pdf: &[u8]) -> Vec<String> {
    let mut streams = Vec::new();
    let mut at = 0;
    while let Some(start) = find(&pdf[at..], b"stream\n").or_else(|| find(&pdf[at..], b"stream\r\n")) {
        let start = at + start + pdf[at + start..].iter().position(|b| *b == b'\n').unwrap() + 1;
        let end = start + find(&pdf[start..], b"endstream").unwrap();
        streams.extend(miniz_oxide::inflate::decompress_to_vec_zlib(&pdf[start..end]).ok());
        at = end + b"endstream".len();
    }
    let (mut maps, mut pages) = (Vec::new(), Vec::new());
    for stream in &streams {
        let text = String::from_utf8_lossy(stream);
        if text.contains("beginbfchar") {
            maps.push(cmap(&text));
        } else if text.contains("BT") && text.contains("Tf") {
            pages.push(stream.clone());
        }
    }
    assert_eq!(maps.len(), 2, "a regular and a bold font");
    pages.iter().map(|page| shown(page, &maps)).collect()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

fn cmap(text: &str) -> BTreeMap<u16, char> {
    let hex = |s: &str| u32::from_str_radix(s.trim_matches(['<', '>']), 16).ok();
    text.lines()
        .filter_map(|line| {
            let (glyph, code) = line.split_once(' ')?;
            Some((hex(glyph)? as u16, char::from_u32(hex(code)?)?))
        })
        .collect()
}

/// The texts a page shows, a line each.
fn shown(page: &[u8], maps: &[BTreeMap<u16, char>]) -> String {
    let (mut out, mut map, mut at) = (String::new(), &maps[0], 0);
    while at < page.len() {
        match page[at] {
            b'/' => map = if page[at + 1] == b'B' { &maps[1] } else { &maps[0] },
            b'<' => {
                let end = at + page[at..].iter().position(|b| *b == b'>').unwrap();
                let digits = String::from_utf8_lossy(&page[at + 1..end]).into_owned();
                let glyphs = digits.as_bytes().chunks(4).map(|g| String::from_utf8_lossy(g).into_owned());
                out.extend(glyphs.filter_map(|g| map.get(&u16::from_str_radix(&g, 16).unwrap())));
                out.push('\n');
                at = end;
            }
            b'(' => {
                let (bytes, end) = literal(page, at + 1);
                out.extend(bytes.chunks(2).filter_map(|g| map.get(&u16::from_be_bytes([g[0], g[1]]))));
                out.push('\n');
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    out
}

/// A literal string of PDF, from behind its parenthesis: its bytes and where it ends.
fn literal(page: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let (mut bytes, mut depth) = (Vec::new(), 0);
    loop {
        match page[at] {
            b'\\' => {
                at += 1;
                match page[at] {
                    b'n' => bytes.push(b'\n'),
                    b'r' => bytes.push(b'\r'),
                    b't' => bytes.push(b'\t'),
                    b'b' => bytes.push(8),
                    b'f' => bytes.push(12),
                    d if d.is_ascii_digit() => {
                        let octal = String::from_utf8_lossy(&page[at..at + 3]).into_owned();
                        bytes.push(u8::from_str_radix(&octal, 8).unwrap());
                        at += 2;
                    }
                    other => bytes.push(other),
                }
            }
            b')' if depth == 0 => return (bytes, at),
            c => {
                depth += i32::from(c == b'(') - i32::from(c == b')');
                bytes.push(c);
            }
        }
        at += 1;
    }
}

#[test]
fn the_three_forms_say_the_same() {
    let mut world = World::new();
    for n in 10..30 {
        world.evidence.push(referenced(n, Visibility::Public));
    }
    let report = world.report();
    let json = String::from_utf8(report.to_json()).unwrap();
    let html = report.to_html();
    let pages = pdf_text(&report.to_pdf().unwrap());
    let pdf = pages.concat();
    assert!(pages.len() > 3);
    let everywhere = [
        "RPT-2026-0042-1",
        "INC-2026-0042",
        "Early warning of a significant incident (NIS2, 24h)",
        "Example SA",
        "CSIRT NASK",
        "Directive (EU) 2022/2555, Art. 23(4)(a)",
        "Suspected prompt injection in a support agent",
        "Klient zgłosił nietypowe odpowiedzi.",
        "Rotate agent credentials",
        world.checkpoint.as_ref().unwrap().root_hash.as_str(),
        "1234",
        "trace.log",
        "kdzik",
    ];
    for text in everywhere {
        assert!(json.contains(text), "json: {text}");
        assert!(html.contains(text), "html: {text}");
        assert!(pdf.contains(text), "pdf: {text}");
    }
    for exhibit in &world.evidence {
        let id = exhibit.item.id.to_string();
        assert!(json.contains(&id) && html.contains(&id) && pdf.contains(&id), "{id}");
        let head: String = exhibit.chain[0].entry_hash.as_str().chars().take(16).collect();
        assert!(html.contains(&head) && pdf.contains(&head), "the chain of {id}");
    }
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())));
        assert!(page.contains("log checkpoint 1234 / "), "the checkpoint on every page");
    }
    assert!(html.contains("Zażółć gęślą jaźń &lt;b&gt;&amp;") && !html.contains("<b>&"));
    assert!(pdf.contains("Zażółć gęślą jaźń <b>&"));
}

#[test]
fn the_same_report_is_the_same_file() {
    let world = World::new();
    let (one, two) = (world.report(), world.report());
    assert_eq!(one.to_pdf().unwrap(), two.to_pdf().unwrap());
    assert_eq!(one.documents().unwrap(), two.documents().unwrap());
    let text = pdf_text(&one.to_pdf().unwrap()).concat();
    assert!(text.contains("2026-11-22 10:15 +01:00"), "due, in local time");
}

#[test]
fn every_phase_of_every_regime_makes_a_report_that_names_what_is_missing() {
    let mut world = World::new();
    for regime in Regime::ALL.iter().copied() {
        world.regime = regime;
        if regime == Regime::Dora {
            world.case.conditions.insert(Condition::DoraRelevant);
        }
        for phase in regime.phases().iter().copied() {
            world.phase = phase;
            let report = world.report();
            let json: Value = serde_json::from_slice(&report.to_json()).unwrap();
            assert_eq!(json["format"], "probatum-report/1");
            assert_eq!(
                (json["regime"].as_str(), json["phase"].as_str()),
                (Some(regime.as_str()), Some(phase.short()))
            );
            assert!(!report.missing.is_empty() && !report.laws.is_empty(), "{regime} {phase}");
            assert!(!report.recipient.is_empty() && !report.title.is_empty(), "{regime} {phase}");
            let pdf = pdf_text(&report.to_pdf().unwrap()).concat();
            assert!(pdf.replace('\n', " ").contains("Required and not stated yet"), "{regime} {phase}");
        }
    }
    world.regime = Regime::Gdpr;
    world.phase = Phase::Initial4h;
    let clocks = Clocks::compute(RuleSet::built_in(), &world.case, now());
    let by = actor("legal:anowak");
    let refused = Report::build(&ReportInput {
        rules: RuleSet::built_in(),
        report_id: "RPT-2026-0042-1",
        regime: Regime::Gdpr,
        phase: Phase::Initial4h,
        target: "UODO",
        organisation: "Example SA",
        created_by: &by,
        created_at: now(),
        incident: &world.incident,
        facts: &world.facts,
        facts_version: None,
        clocks: &clocks,
        evidence: &[],
        actions: &[],
        timeline: &[],
        previous: &[],
        checkpoint: None,
    });
    assert!(refused.is_err_and(|e| e.to_string().contains("notification_72h")));
}

#[test]
fn missing_fields_name_the_law_and_go_away_when_filled() {
    let (rules, incident) = (RuleSet::built_in(), IncidentData::default());
    let list = |facts: &FactSheet, late| {
        let missing = missing(rules, Regime::Gdpr, Phase::Notification72h, facts, &incident, late);
        missing.into_iter().map(|m| m.field).collect::<Vec<_>>()
    };
    let empty = FactSheet::default();
    let expected = [
        "entity.name",
        "description.nature",
        "affected.subject_categories",
        "affected.subjects",
        "affected.record_categories",
        "affected.records",
        "contacts.dpo.name",
        "contacts.dpo.email",
        "impact.consequences",
        "measures.taken",
    ];
    assert_eq!(list(&empty, false), expected);
    assert_eq!(list(&empty, true).last().map(String::as_str), Some("timing.delay_reasons"));

    let facts = FactSheet::from_json(&serde_json::json!({
        "entity": {"name": "Example SA"},
        "description": {"nature": "A laptop was stolen."},
        "affected": {"subject_categories": ["clients"], "subjects": 0, "records": 12},
        "contacts": {"dpo": {"name": "Anna Nowak", "phone": "+48 22 555 01 00"}},
        "measures": {"planned": "Remote wipe."},
    }))
    .unwrap();
    assert_eq!(list(&facts, false), ["affected.record_categories", "impact.consequences"], "0 is an answer");
    let all = missing(rules, Regime::Gdpr, Phase::Notification72h, &facts, &incident, true);
    assert!(
        all.iter().all(|m| m.law.starts_with("Regulation (EU) 2016/679") && m.message.contains("fill in"))
    );
}

#[test]
fn what_is_asked_for_only_in_some_cases_is_asked_for_only_then() {
    let (rules, incident) = (RuleSet::built_in(), IncidentData::default());
    let asks = |facts: Value, regime, phase, field: &str| {
        let facts = FactSheet::from_json(&facts).unwrap();
        missing(rules, regime, phase, &facts, &incident, false).iter().any(|m| m.field == field)
    };
    let dora = |facts, field| asks(facts, Regime::Dora, Phase::Intermediate, field);
    assert!(!dora(serde_json::json!({}), "dora.incident_type_other"));
    let other = serde_json::json!({"dora": {"incident_types": ["process_failure", "other"]}});
    assert!(dora(other, "dora.incident_type_other"));
    let ai = |facts, field| asks(facts, Regime::AiAct, Phase::SeriousIncident15d, field);
    assert!(ai(serde_json::json!({"ai": {"report_type": "initial"}}), "ai.next_report_at"));
    assert!(!ai(serde_json::json!({"ai": {"report_type": "final_reportable"}}), "ai.next_report_at"));
    assert!(ai(serde_json::json!({"ai": {"report_type": "final_reportable"}}), "ai.conclusion"));
}

#[test]
fn a_report_says_only_what_its_regime_asks_for() {
    let mut world = World::new();
    world.facts = FactSheet::from_json(&serde_json::json!({
        "dora": {"currency": "EUR"}, "ai": {"system_name": "Support desk"}, "affected": {"subjects": 12345},
        "ransom": {"demanded": "yes"}, "entity": {"name": "Example SA"},
    }))
    .unwrap();
    let fields = |world: &World| -> Vec<String> {
        world.report().sections.into_iter().flat_map(|s| s.fields).map(|f| f.field).collect()
    };
    assert_eq!(fields(&world), ["entity.name", "ransom.demanded"]);
    (world.regime, world.phase) = (Regime::Gdpr, Phase::Notification72h);
    assert_eq!(fields(&world), ["entity.name", "affected.subjects"]);
    (world.regime, world.phase) = (Regime::AiAct, Phase::SeriousIncident15d);
    assert_eq!(fields(&world), ["entity.name", "ai.system_name"]);
    (world.regime, world.phase) = (Regime::Dora, Phase::Initial4h);
    assert_eq!(fields(&world), ["entity.name", "dora.currency"]);
}

#[test]
fn what_is_internal_is_not_seen_in_anything() {
    let mut world = World::new();
    let before = world.report();
    assert_eq!(before.evidence_status, EvidenceStatus::Confirmed);
    // It contradicts a public item, is the proof of a step, and is named all over.
    let hidden = stored(3, Visibility::Internal, b"secret", Some(evidence_id(1)));
    let id = hidden.item.id;
    world.evidence.push(hidden);
    world.timeline.push(TimelineEntry {
        at: at("2026-11-21T10:40:00Z"),
        kind: "evidence_attached".to_owned(),
        actor: None,
        text: "secret plan".to_owned(),
        evidence_id: Some(id),
    });
    let after = world.report();
    assert_eq!(before.documents().unwrap(), after.documents().unwrap());

    world.actions[0].validation_ref = Some(id);
    world.actions[0].title = format!("As {id} shows");
    world.incident.summary = Some(format!("See {id}."));
    world.facts.status_update = Some(Text(format!("{id} is analysed")));
    let report = world.report();
    assert_eq!(report.actions[0].validation_ref, None);
    let documents = report.documents().unwrap();
    for bytes in [
        documents.incident,
        documents.report_json,
        documents.report_html,
        documents.timeline,
        documents.readme,
    ] {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(&id.to_string()) && !text.contains("secret"), "{text}");
    }
    assert!(!pdf_text(&documents.report_pdf).concat().contains(&id.to_string()));
    // Nor where the registry keeps its contents.
    assert!(!String::from_utf8(report.to_json()).unwrap().contains("blob/"));
}

#[test]
fn an_operator_may_narrow_the_scope_of_a_regime_but_never_widen_it() {
    let text = include_str!("../rules/rules.json")
        .replace("\"nis2\": [\"public\", \"restricted\"]", "\"nis2\": [\"public\"]");
    let rules = RuleSet::parse(&text).unwrap();
    let world = World::new();
    assert_eq!(world.report_by(&rules).evidence.len(), 1);
    assert_eq!(world.report().evidence.len(), 2);
    let wide = text.replace("\"nis2\": [\"public\"]", "\"nis2\": [\"public\", \"internal\"]");
    let faults = RuleSet::parse(&wide).unwrap_err();
    assert_eq!((faults.len(), faults[0].path.as_str()), (1, "scope.nis2[1]"));
}
