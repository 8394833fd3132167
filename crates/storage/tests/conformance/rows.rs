//! Every kind of row comes back as it went in: with every field set, with none, and at random.

use crate::support::*;
use probatum_application::ports::ApiKey;
use probatum_application::use_cases::{actions, evidence, incidents};
use probatum_application::{Answer, RequestKey};
use probatum_evidence::{CustodyAction, CustodyEntry, Evidence, Sha256Hex, Stored, Tlp, Visibility};
use probatum_incident::Incident;
use probatum_kernel::{ActionId, EvidenceId, EvidenceStatus, IncidentId, IncidentRef, Role, Timestamp};
use probatum_playbooks::{Action, ActionResult, ActionStatus, ApprovalLevel, Order, StepRef};
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: incidents_at_random, every_field_goes_and_comes_back, evidence_and_its_custody, response_steps, keys,
        stored_answers, discarded_content, deletion_takes_what_belongs_to_it;
}

fn time(hours: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_hours(hours).plus_millis(7)
}

/// An incident to hang things on.
fn parent(bed: &Bed) -> IncidentId {
    let incident = incident(&mut Dice::new(1), 1, time(0));
    bed.insert(std::slice::from_ref(&incident));
    incident.id
}

fn incidents_at_random(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(7, 300);
    bed.insert(&all);
    for expected in all {
        let (id, public) = (IncidentRef::Id(expected.id), IncidentRef::Public(expected.public_id));
        let found = bed.read(move |tx| Ok((tx.incident(id)?, tx.incident(public)?))).unwrap();
        assert_eq!(found, (Some(expected.clone()), Some(expected)));
    }
    let nobody = IncidentRef::Id(IncidentId::new(time(0), &[0; 10]));
    assert_eq!(bed.read(move |tx| tx.incident(nobody)).unwrap(), None);
}

/// What `i` is without anything that may be absent.
fn bare(i: &Incident) -> Incident {
    let (id, public_id) = (i.id, i.public_id);
    let new = draft("Nothing but a title", i.created_at);
    let bare = Incident::open(&new, id, public_id, &i.created_by, i.created_at);
    // Raw data belong to the creation; no change touches them.
    Incident { raw_data: i.raw_data.clone(), version: i.version + 1, ..bare }
}

fn every_field_goes_and_comes_back(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(11, 60);
    bed.insert(&all);
    for full in all {
        let (none, id) = (bare(&full), IncidentRef::Id(full.id));
        let again = Incident { version: none.version + 1, ..full.clone() };
        for (before, next) in [(full, none.clone()), (none, again)] {
            let expected = next.clone();
            bed.write(move |tx| tx.save_incident(&before, &next)).unwrap();
            assert_eq!(bed.read(move |tx| tx.incident(id)).unwrap(), Some(expected));
        }
    }
}

fn full_evidence(incident_id: IncidentId) -> Evidence {
    Evidence {
        id: EvidenceId::new(time(2), &[2; 10]),
        incident_id,
        kind: probatum_evidence::EvidenceKind::Pcap,
        source: "simulation:żółw '\"; --".to_owned(),
        content_ref: Some("s3://bucket/key?x=1".to_owned()),
        hash_sha256: Some("3b1f...e9".parse().unwrap()),
        confidence: 100,
        visibility: Visibility::Public,
        description: Some("two\nlines\tand a 🦀".to_owned()),
        contradicts: Some(EvidenceId::new(time(1), &[1; 10])),
        tlp: Some(Tlp::ALL[1]),
        status: EvidenceStatus::Disputed,
        stored: Some(Stored {
            size: 1 << 40,
            media_type: "application/vnd.tcpdump.pcap".to_owned(),
            file_name: "ślad.pcap".to_owned(),
            key: "ab/cd".to_owned(),
        }),
        broken: true,
        custody_entries: 2,
        created_at: time(2),
        created_by: "senior:anowak".parse().unwrap(),
    }
}

fn bare_evidence(incident_id: IncidentId) -> Evidence {
    Evidence {
        id: EvidenceId::new(time(1), &[1; 10]),
        content_ref: None,
        hash_sha256: None,
        confidence: 0,
        description: None,
        contradicts: None,
        tlp: None,
        stored: None,
        broken: false,
        custody_entries: 0,
        ..full_evidence(incident_id)
    }
}

fn custody(seq: u32, set: bool) -> CustodyEntry {
    CustodyEntry {
        seq,
        ts: time(3),
        actor: "devsecops:pipeline".parse().unwrap(),
        action: CustodyAction::ALL[usize::try_from(seq).unwrap()],
        hash_after: set.then(|| Sha256Hex::of(b"after")),
        intact: set.then_some(false),
        note: set.then(|| "handed over at the door".to_owned()),
        prev_hash: Sha256Hex::genesis(),
        entry_hash: Sha256Hex::of(&seq.to_le_bytes()),
    }
}

fn evidence_and_its_custody(engine: Engine) {
    let bed = Bed::new(engine);
    let of = parent(&bed);
    let (older, newer) = (bare_evidence(of), full_evidence(of));
    let chain = [custody(1, true), custody(2, false)];
    let (items, entries) = ((older.clone(), newer.clone()), chain.clone());
    // The newer goes in first: what counts is when it was attached.
    bed.write(move |tx| {
        tx.insert_evidence(&items.1, &entries)?;
        tx.insert_evidence(&items.0, &[])
    })
    .unwrap();
    let (id, whole) = (newer.id, vec![older.clone(), newer.clone()]);
    let (newer_id, newer_is_stored) = (newer.id, newer.stored.is_some());
    let (without, with) = ([older.id], [older.id, id]);
    let found = bed.read(move |tx| {
        let chains = [tx.custody_of(&[])?, tx.custody_of(&without)?, tx.custody_of(&with)?];
        Ok((tx.evidence(id)?, tx.evidence_of(of)?, tx.custody(id)?, chains))
    });
    let of_both = chain.iter().map(|e| (id, e.clone())).collect();
    assert_eq!(found.unwrap(), (Some(newer), whole, chain.to_vec(), [Vec::new(), Vec::new(), of_both]));

    let (first, last) = (older.id, newer_id);
    let walked = bed.read(move |tx| {
        let pages = [
            tx.evidence_after(None, 1)?,
            tx.evidence_after(Some(first), 9)?,
            tx.evidence_after(Some(last), 9)?,
        ];
        Ok((pages.map(|p| p.into_iter().map(|e| e.id).collect::<Vec<_>>()), tx.count_evidence()?))
    });
    let stored = u64::from(newer_is_stored) + u64::from(older.stored.is_some());
    assert_eq!(walked.unwrap(), ([vec![first], vec![last], Vec::new()], (2, stored)));

    let changed = Evidence { status: EvidenceStatus::Confirmed, broken: true, custody_entries: 1, ..older };
    let (saved, entry, id) = (changed.clone(), custody(1, false), changed.id);
    bed.write(move |tx| tx.append_custody(id, &entry).and_then(|()| tx.save_evidence(&saved))).unwrap();
    let found = bed.read(move |tx| Ok((tx.evidence(id)?, tx.custody(id)?))).unwrap();
    assert_eq!(found, (Some(changed), vec![custody(1, false)]));
}

fn an_order() -> Order {
    Order {
        asked_as: vec![Role::Operator, Role::AiSafety],
        principal: Some("k1".to_owned()),
        parameters: serde_json::json!({"host": "pc-1", "n": [1, null]}).as_object().unwrap().clone(),
        digest: "d".repeat(64),
        rule: "hosts".to_owned(),
        expires_at: Some(time(9)),
        decided_by: Some("senior:c".parse().unwrap()),
        decided_at: Some(time(3)),
        approved_digest: Some("d".repeat(64)),
        automated: true,
        connector: Some("edge".to_owned()),
        attempts: 2,
        claimed_until: Some(time(8)),
        result: Some(ActionResult {
            success: true,
            message: "żółw".to_owned(),
            simulated: true,
            reference: Some("r-1".to_owned()),
        }),
        rollback_of: Some(ActionId::new(time(1), &[9; 10])),
    }
}

fn a_step() -> StepRef {
    StepRef {
        playbook: "phishing".to_owned(),
        key: "block-sender".to_owned(),
        description: "…".to_owned(),
        owner_role: Role::Operator,
        validation_required: true,
    }
}

fn response_steps(engine: Engine) {
    let bed = Bed::new(engine);
    let incident_id = parent(&bed);
    let full = Action {
        id: ActionId::new(time(2), &[2; 10]),
        incident_id,
        title: "Wyłącz konto".to_owned(),
        action_type: "isolate_host".to_owned(),
        owner: Some("SOC".to_owned()),
        due_at: Some(time(9)),
        status: ActionStatus::Completed,
        validation_ref: Some(EvidenceId::new(time(1), &[1; 10])),
        comment: Some("done\nand proven".to_owned()),
        requested_by: "operator:a".parse().unwrap(),
        requested_at: time(2),
        executed_by: Some("operator:b".parse().unwrap()),
        executed_at: Some(time(4)),
        approval_level: Some(ApprovalLevel::Senior),
        order: Some(an_order()),
        step: Some(a_step()),
        updated_at: time(5),
        version: 1 << 40,
    };
    let bare = Action {
        id: ActionId::new(time(1), &[1; 10]),
        owner: None,
        due_at: None,
        status: ActionStatus::Open,
        validation_ref: None,
        comment: None,
        executed_by: None,
        executed_at: None,
        approval_level: None,
        order: None,
        step: None,
        ..full.clone()
    };
    let both = vec![bare.clone(), full.clone()];
    let expected = both.clone();
    bed.write(move |tx| both.iter().rev().try_for_each(|a| tx.insert_action(a))).unwrap();
    assert_eq!(bed.read(move |tx| tx.actions_of(incident_id)).unwrap(), expected);
    // Each becomes the other: what was set is cleared, and what was absent is set.
    for (before, like) in [(full.clone(), bare.clone()), (bare, full)] {
        let next = Action { id: before.id, version: before.version + 1, ..like };
        let (id, expected) = (next.id, next.clone());
        bed.write(move |tx| tx.save_action(&before, &next)).unwrap();
        assert_eq!(bed.read(move |tx| tx.action(id)).unwrap(), Some(expected));
    }
}

fn keys(engine: Engine) {
    let bed = Bed::new(engine);
    let older = ApiKey {
        id: "abcdef012345".to_owned(),
        name: "soc.feed".to_owned(),
        roles: Role::ALL.to_vec(),
        secret_hash: "0".repeat(64),
        created_at: time(0),
        expires_at: None,
        revoked_at: None,
    };
    let newer = ApiKey {
        id: "012345abcdef".to_owned(),
        roles: vec![Role::Viewer],
        created_at: time(1),
        expires_at: Some(time(2)),
        ..older.clone()
    };
    let both = [older.clone(), newer.clone()];
    bed.write(move |tx| both.iter().try_for_each(|k| tx.insert_key(k))).unwrap();
    assert_eq!(bed.read(|tx| tx.keys()).unwrap(), [newer, older.clone()]);
    let revoke = |at| bed.write(move |tx| tx.revoke_key("abcdef012345", at)).unwrap();
    assert_eq!((revoke(time(3)), revoke(time(4))), (true, false));
    let revoked = ApiKey { revoked_at: Some(time(3)), ..older };
    assert_eq!(bed.read(|tx| tx.key("abcdef012345")).unwrap(), Some(revoked));
    assert_eq!(bed.read(|tx| tx.key("nobody")).unwrap(), None);
    assert!(!bed.write(|tx| tx.revoke_key("nobody", time(0))).unwrap());
}

fn stored_answers(engine: Engine) {
    let bed = Bed::new(engine);
    let header = |n: &str, v: &str| (n.to_owned(), v.to_owned());
    let full = Answer {
        status: 201,
        headers: vec![header("location", "/api/incidents/7"), header("etag", "\"1\"")],
        body: (0..=u8::MAX).collect(),
    };
    let empty = Answer { status: 204, headers: Vec::new(), body: Vec::new() };
    for (name, answer) in [("full", full), ("empty", empty)] {
        let key = RequestKey::new(name, "POST", "/api/incidents", b"{}").unwrap();
        let (stored, fingerprint) = (answer.clone(), key.fingerprint.clone());
        bed.write(move |tx| tx.store_answer("abcdef012345", &key, &stored, time(0))).unwrap();
        let found = bed.read(move |tx| tx.stored_answer("abcdef012345", name)).unwrap();
        assert_eq!(found, Some((fingerprint, answer)));
    }
    let others = bed.read(|tx| tx.stored_answer("012345abcdef", "full")).unwrap();
    assert_eq!(others, None, "a key is its principal's own");
    assert_eq!(bed.write(|tx| tx.forget_answers(time(0), 9)).unwrap(), 0);
    assert_eq!(bed.write(|tx| tx.forget_answers(time(1), 1)).unwrap(), 1);
    assert_eq!(bed.write(|tx| tx.forget_answers(time(1), 9)).unwrap(), 1);
}

fn discarded_content(engine: Engine) {
    let bed = Bed::new(engine);
    bed.write(|tx| ["a/1", "b/2", "a/1"].into_iter().try_for_each(|key| tx.discard_blob(key, time(0))))
        .unwrap();
    let noted = |limit| {
        let mut keys = bed.read(move |tx| tx.discarded_blobs(limit)).unwrap();
        keys.sort();
        keys
    };
    assert_eq!((noted(9), noted(1).len()), (vec!["a/1".to_owned(), "b/2".to_owned()], 1));
    bed.write(|tx| tx.forget_blob("a/1").and_then(|()| tx.forget_blob("never"))).unwrap();
    assert_eq!(noted(9), ["b/2"]);
}

/// An incident with evidence, custody and a response step.
fn furnished(bed: &Bed, title: &'static str) -> Incident {
    bed.write(move |tx| {
        let ctx = ctx(time(0));
        let incident = incidents::create(tx, &ctx, &draft(title, time(0)))?;
        let id = IncidentRef::Id(incident.id);
        evidence::attach(tx, &ctx, id, &confirming(time(0)), None)?;
        actions::add(tx, &ctx, id, &step("Call the owner"))?;
        incidents::detail(tx, &ctx, id).map(|d| d.incident)
    })
    .unwrap()
}

fn deletion_takes_what_belongs_to_it(engine: Engine) {
    let bed = Bed::new(engine);
    let (goes, stays) = (furnished(&bed, "unmistakable"), furnished(&bed, "another"));
    let id = IncidentRef::Id(goes.id);
    bed.write(move |tx| incidents::delete(tx, &ctx(time(1)), id, &incidents::Precondition::None)).unwrap();
    for table in ["incidents", "evidence", "custody", "actions"] {
        assert_eq!(
            bed.raw().count(table),
            1,
            "{table} holds what belongs to the other one, and nothing else"
        );
    }
    assert_eq!(bed.incidents(), [stays]);
    assert_eq!(bed.read(move |tx| tx.incident(id)).unwrap(), None);
    // The log outlives what it tells of, and says what went.
    let history = bed.read(move |tx| tx.history(goes.id, 0, 100)).unwrap();
    let last = history.last().unwrap();
    assert_eq!(
        (last.action.as_str(), last.subject.clone()),
        ("incident.deleted", goes.public_id.to_string())
    );
    assert_eq!(last.detail["evidence"][0]["hash_sha256"], Sha256Hex::of(b"log").as_str());
    assert!(history.iter().any(|e| e.action == "incident.created"));
    // Its number is not given out again.
    assert_eq!(furnished(&bed, "next").public_id.number(), 3);
    bed.verify().unwrap();
}
