//! The doctrine as properties: no sequence of commands asserts more than the evidence allows.

#![allow(clippy::unwrap_used)] // Helpers of tests stand outside of #[test].

use probatum_incident::*;
use probatum_kernel::{Actor, Code, Coded, EvidenceStatus, IncidentId, PublicId, Timestamp};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-07-04T08:12:03Z".parse().unwrap()
}

fn incident(draft: Draft) -> Incident {
    let actor: Actor = "analyst:kdzik".parse().unwrap();
    let new = draft.validate(now()).unwrap();
    Incident::open(&new, IncidentId::new(now(), &[1; 10]), PublicId::new(2026, 42).unwrap(), &actor, now())
}

fn report() -> Draft {
    Draft {
        title: Some("Suspected prompt injection in a support agent".into()),
        source_type: Some(SourceType::Form),
        level: Some(Level::L2Ai),
        category: Some(Category::PromptInjection),
        ..Draft::default()
    }
}

/// What the doctrine lets a status carry, written down a second time on purpose.
fn carries(status: EvidenceStatus, priority: Priority) -> bool {
    match status {
        EvidenceStatus::Gap => false,
        EvidenceStatus::MediaSignal | EvidenceStatus::PublicClaim => priority >= Priority::P2,
        _ => true,
    }
}

#[derive(Debug, Clone)]
enum Step {
    Patch(Box<Patch>, Facts),
    Put(Put),
    Inherit(EvidenceStatus),
}

fn facts() -> impl Strategy<Value = Facts> {
    (any::<bool>(), 0usize..2)
        .prop_map(|(remedy_proven, unfinished_actions)| Facts { remedy_proven, unfinished_actions })
}

fn one_of<T: Copy + std::fmt::Debug>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn step() -> impl Strategy<Value = Step> {
    let patch = (
        proptest::option::of(proptest::option::of(one_of(Priority::ALL))),
        proptest::option::of(one_of(Lifecycle::ALL)),
        proptest::option::of(0u8..=10),
        proptest::option::of((one_of(Flag::ALL), any::<bool>())),
        facts(),
    );
    let patch = patch.prop_map(|(priority, lifecycle, severity, flag, facts)| {
        let severity = severity.and_then(Severity::new);
        let reason = Some("because".to_owned());
        let flags = flag.into_iter().collect();
        Step::Patch(
            Box::new(Patch { priority, lifecycle, severity, flags, reason, ..Patch::default() }),
            facts,
        )
    });
    let put = proptest::option::of(one_of(QueueStatus::ALL))
        .prop_map(|status| Step::Put(Put { status, resolution: Some("done".into()), ..Put::default() }));
    prop_oneof![4 => patch, 1 => put, 3 => one_of(EvidenceStatus::ALL).prop_map(Step::Inherit)]
}

proptest! {
    #[test]
    fn nothing_is_asserted_more_strongly_than_its_evidence(steps in proptest::collection::vec(step(), 1..40)) {
        let mut at = incident(report());
        for (tick, step) in (1i64..).zip(steps) {
            let time = now().plus_hours(tick);
            let before = at.clone();
            let decision = match &step {
                Step::Patch(patch, facts) => at.patch(patch, facts, time).ok(),
                Step::Put(put) => at.put(put, time).ok(),
                Step::Inherit(status) => at.inherit(*status, time),
            };
            if let Some(decision) = decision {
                at = decision.next;
                prop_assert_eq!(decision.changes.is_empty(), at == before || at.version == before.version);
            }
            // Closed and verified are reached only on proof, by a patch that had it.
            if at.lifecycle >= Lifecycle::Verified && before.lifecycle < at.lifecycle {
                let proven = matches!(&step, Step::Patch(_, f) if f.remedy_proven);
                prop_assert!(proven && at.evidence_status != EvidenceStatus::Gap);
                prop_assert!(at.evidence_status != EvidenceStatus::Disputed);
            }
            if at.lifecycle == Lifecycle::Closed && before.lifecycle != Lifecycle::Closed {
                prop_assert!(matches!(&step, Step::Patch(_, f) if f.unfinished_actions == 0));
                prop_assert_eq!(at.status, QueueStatus::Resolved);
            }
            if let Some(priority) = at.priority {
                prop_assert!(carries(at.evidence_status, priority), "{} on {}", priority, at.evidence_status);
                // Nothing is granted on disputed evidence, only kept.
                if at.evidence_status == EvidenceStatus::Disputed {
                    prop_assert!(before.priority == at.priority);
                }
            }
            prop_assert_eq!(at.sla_due_at, at.priority.map(|p| at.created_at.plus_hours(p.sla_hours())));
            prop_assert!(at.lifecycle == Lifecycle::Open || at.status != QueueStatus::Open || before.lifecycle == at.lifecycle);
        }
    }
}

/// `triaged` with all a verdict may change put back.
fn without_the_verdict(triaged: Incident, before: &Incident) -> Incident {
    Incident {
        verdict: before.verdict.clone(),
        recommended_actions: before.recommended_actions.clone(),
        status: before.status,
        triaged_at: before.triaged_at,
        updated_at: before.updated_at,
        version: before.version,
        ..triaged
    }
}

proptest! {
    #[test]
    fn a_verdict_changes_the_note_and_the_queue_alone(
        steps in proptest::collection::vec(step(), 0..20),
        word in "[a-z]{1,12}",
        actions in proptest::collection::vec("[a-z_]{1,20}", 0..5),
    ) {
        let mut at = incident(report());
        for (tick, step) in (1i64..).zip(steps) {
            let time = now().plus_hours(tick);
            let decision = match &step {
                Step::Patch(patch, facts) => at.patch(patch, facts, time).ok(),
                Step::Put(put) => at.put(put, time).ok(),
                Step::Inherit(status) => at.inherit(*status, time),
            };
            at = decision.map_or(at, |d| d.next);
        }
        let verdict = serde_json::json!({"classification": word, "signals": [{"evidence": "close it, priority P0"}]});
        let later = now().plus_hours(99);
        let decision = at.triaged(&verdict, &actions, later);
        let next = decision.next;
        prop_assert_eq!(&next.verdict, &Some(verdict.clone()));
        prop_assert_eq!(&next.recommended_actions, &actions);
        prop_assert_eq!(next.version, at.version + 1);
        let queue = if at.status == QueueStatus::Open { QueueStatus::Triaged } else { at.status };
        prop_assert_eq!(next.status, queue);
        prop_assert_eq!(next.triaged_at, Some(at.triaged_at.unwrap_or(later)));
        // What is told of it names the classification and quotes nothing.
        let told = serde_json::to_string(&decision.changes).unwrap();
        prop_assert!(told.contains(&word) && !told.contains("priority P0"), "{}", told);
        prop_assert_eq!(without_the_verdict(next.clone(), &at), at);
        let again = next.triaged(&verdict, &actions, later.plus_hours(1));
        prop_assert!(again.changes.is_empty() && again.next == next);
    }
}

#[test]
fn the_source_documents_path() {
    let at = incident(report());
    assert_eq!(at.flags.iter().collect::<Vec<_>>(), [Flag::AiActRelevant]);
    let closing = Patch { lifecycle: Some(Lifecycle::Closed), ..Patch::default() };
    let at = at.inherit(EvidenceStatus::Confirmed, now()).unwrap().next;
    let patch = Patch {
        priority: Some(Some(Priority::P1)),
        severity: Severity::new(7),
        flags: vec![(Flag::AiSeriousIncident, true)],
        ..Patch::default()
    };
    let at = at.patch(&patch, &Facts::default(), now()).unwrap().next;
    assert_eq!(at.sla_due_at.unwrap().to_string(), "2026-07-05T08:12:03Z");
    assert!(at.flags.has(Flag::Nis2Relevant) && at.flags.has(Flag::AiHighRisk));
    let refused = at.patch(&closing, &Facts::default(), now()).unwrap_err();
    assert_eq!(refused.code(), Code::EvidenceRequired);
    assert_eq!(
        refused.to_string(),
        "Closure requires a response_action with a validation_ref (remediation evidence)."
    );
    let proven = Facts { remedy_proven: true, unfinished_actions: 0 };
    let closed = at.patch(&closing, &proven, now()).unwrap().next;
    assert_eq!((closed.lifecycle, closed.status), (Lifecycle::Closed, QueueStatus::Resolved));
    assert!(closed.contained_at.is_some() && closed.closed_at.is_some());
    // Backward only by reopening, with a reason.
    let reopen = Patch { lifecycle: Some(Lifecycle::Open), ..Patch::default() };
    assert_eq!(closed.patch(&reopen, &proven, now()).unwrap_err().code(), Code::ValidationFailed);
    let reopen = Patch { reason: Some("it came back".into()), ..reopen };
    assert_eq!(closed.patch(&reopen, &proven, now()).unwrap().next.lifecycle, Lifecycle::Open);
    let back = Patch { lifecycle: Some(Lifecycle::Triage), ..Patch::default() };
    assert_eq!(closed.patch(&back, &proven, now()).unwrap_err().code(), Code::StateConflict);
}

#[test]
fn signals_and_claims_carry_p2_at_most() {
    for status in [EvidenceStatus::MediaSignal, EvidenceStatus::PublicClaim] {
        let at = incident(report()).inherit(status, now()).unwrap().next;
        for (priority, code) in [(Priority::P1, Some(Code::ClaimExceedsProof)), (Priority::P2, None)] {
            let patch = Patch { priority: Some(Some(priority)), ..Patch::default() };
            assert_eq!(at.patch(&patch, &Facts::default(), now()).err().map(|e| e.code()), code);
        }
    }
    let at = incident(report()).inherit(EvidenceStatus::Disputed, now()).unwrap().next;
    let patch = Patch { priority: Some(Some(Priority::P3)), ..Patch::default() };
    assert_eq!(at.patch(&patch, &Facts::default(), now()).unwrap_err().code(), Code::EvidenceDisputed);
}

#[test]
fn doctrine_is_checked_before_state() {
    let closed = incident(report()).inherit(EvidenceStatus::Confirmed, now()).unwrap().next;
    let closing = Patch { lifecycle: Some(Lifecycle::Closed), ..Patch::default() };
    let busy = Facts { remedy_proven: false, unfinished_actions: 3 };
    assert_eq!(closed.patch(&closing, &busy, now()).unwrap_err().code(), Code::EvidenceRequired);
    let busy = Facts { remedy_proven: true, unfinished_actions: 3 };
    assert_eq!(closed.patch(&closing, &busy, now()).unwrap_err().code(), Code::StateConflict);
}

#[test]
fn every_wrong_field_is_named() {
    let draft = Draft {
        title: Some(String::new()),
        impact_integrity: Some(4),
        detected_at: Some(now().plus_hours(1)),
        tags: vec!["ok".into(), "\u{7}".into()],
        ..Draft::default()
    };
    let faults = draft.validate(now()).unwrap_err().fields();
    let named: Vec<_> = faults.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        named,
        ["title", "impact_integrity", "detected_at", "tags[1]", "source_type", "level", "category"]
    );
}

#[test]
fn an_alert_takes_its_title_from_what_came_in() {
    let alert = |raw: serde_json::Value| {
        let draft = Draft {
            incident_type: Some(Category::Phishing),
            source: Some("email_gateway".into()),
            raw_data: Some(raw),
            ..Draft::default()
        };
        incident(draft).title
    };
    assert_eq!(alert(serde_json::json!({"subject": "Important\r\n Document"})), "Important Document");
    assert_eq!(alert(serde_json::json!({"title": "EDR hit"})), "EDR hit");
    assert_eq!(alert(serde_json::json!({"subject": " "})), "phishing from email_gateway");
}

#[test]
fn a_flag_is_raised_or_not_and_never_both() {
    for flags in [
        vec![(Flag::CriticalInfra, true), (Flag::CriticalInfra, false)],
        vec![(Flag::CriticalInfra, false), (Flag::LawEnforcement, true), (Flag::CriticalInfra, true)],
    ] {
        let refused = Draft { flags: flags.clone(), ..report() }.validate(now()).unwrap_err();
        let faults: Vec<_> = refused.fields().into_iter().map(|f| (f.field, f.code)).collect();
        assert_eq!(faults, [("critical_infra".to_owned(), "conflict")], "{flags:?}");
    }
    // Saying the same twice contradicts nothing, and what is not raised is not there.
    let flags = vec![(Flag::CriticalInfra, true), (Flag::CriticalInfra, true), (Flag::KscRelevant, false)];
    let at = incident(Draft { flags, ..report() });
    assert!(at.flags.has(Flag::CriticalInfra) && !at.flags.has(Flag::KscRelevant));
}

#[test]
fn a_lowered_flag_stays_down_and_a_rule_raises_the_rest() {
    let at = incident(Draft { sector: Some(Sector::Banking), country: "PL".parse().ok(), ..report() });
    assert!(at.flags.has(Flag::DoraRelevant) && at.flags.has(Flag::KscRelevant));
    let lower = |reason: Option<&str>| Patch {
        flags: vec![(Flag::DoraRelevant, false)],
        reason: reason.map(str::to_owned),
        ..Patch::default()
    };
    assert_eq!(at.patch(&lower(None), &Facts::default(), now()).unwrap_err().code(), Code::ValidationFailed);
    let at = at.patch(&lower(Some("not a financial entity")), &Facts::default(), now()).unwrap().next;
    assert!(!at.flags.has(Flag::DoraRelevant));
    let at = at
        .patch(&Patch { severity: Severity::new(5), ..Patch::default() }, &Facts::default(), now())
        .unwrap()
        .next;
    assert!(!at.flags.has(Flag::DoraRelevant));
    assert!(at.explain().flags.iter().any(|f| f.flag == Flag::DoraRelevant && !f.raised));
}

#[test]
fn a_breach_takes_a_confirmed_loss() {
    let mut draft = report();
    draft.flags = vec![(Flag::GdprPersonalData, true)];
    draft.impact_confidentiality = Some(1);
    let at = incident(draft);
    assert!(!at.flags.has(Flag::GdprBreach), "a report alone confirms nothing");
    let at = at.inherit(EvidenceStatus::Confirmed, now()).unwrap().next;
    assert!(at.flags.has(Flag::GdprBreach));
}
