//! STIX 2.1 both ways: bundles come in once, and an incident goes out with what its reader may see.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    shared: incidents_of_a_bundle_enter_once, a_report_stands_for_an_incident, what_is_known_is_not_changed,
        bundles_at_once_are_one_incident, marked_incidents_stay_within_their_circle, bad_bundles_are_named,
        content_goes_with_its_last_incident, an_incident_goes_out_as_stix, a_reader_hands_on_what_they_see,
        what_goes_out_comes_back_in, what_is_revoked_is_on_record, what_goes_out_has_versions;
}

const EXTENSION: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
const AMBER: &str = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";

/// A STIX id nobody sent before.
fn id(kind: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{kind}--{:08x}-{:04x}-4000-8000-{:012x}", std::process::id(), n & 0xffff, now_millis())
}

fn object(id: &str, members: Value) -> Value {
    let kind = id.split("--").next().unwrap();
    let common = json!({"type": kind, "spec_version": "2.1", "id": id, "created": "2026-11-02T00:00:00.000Z",
        "modified": "2026-11-02T00:00:00.000Z"});
    merged(common, members)
}

fn incident(id: &str, name: &str) -> Value {
    let extension = json!({"extension_type": "property-extension", "determination": "confirmed", "criticality": 80,
        "incident_types": ["ransomware"]});
    object(
        id,
        json!({"name": name, "description": "Files were encrypted.", "extensions": {EXTENSION: extension}}),
    )
}

fn bundle(objects: &[Value]) -> Value {
    json!({"type": "bundle", "id": id("bundle"), "objects": objects})
}

fn sends(client: &Client, bundle: &Value) -> Reply {
    client.request("POST", "/api/intake/stix").body("application/stix+json", bundle.to_string()).send()
}

/// An incident with an indicator, a file that was observed and a technique, as CERTs write them.
fn campaign(incident_id: &str, name: &str) -> Vec<Value> {
    let (indicator, pattern) =
        (id("indicator"), "[ipv4-addr:value = '198.51.100.200'] OR [domain-name:value = 'c2.example.net']");
    let (technique, file, seen) = (id("attack-pattern"), id("file"), id("observed-data"));
    let digest = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc11";
    let related = |from: &str| {
        let ends = json!({"relationship_type": "related-to", "source_ref": from, "target_ref": incident_id});
        object(&id("relationship"), ends)
    };
    vec![
        incident(incident_id, name),
        object(
            &indicator,
            json!({"pattern": pattern, "pattern_type": "stix", "valid_from": "2026-11-02T00:00:00Z"}),
        ),
        related(&indicator),
        object(
            &technique,
            json!({"name": "Spearphishing Attachment",
                "external_references": [{"source_name": "mitre-attack", "external_id": "T1566.001"}]}),
        ),
        related(&technique),
        json!({"type": "file", "id": file, "hashes": {"SHA-256": digest}, "name": "worm.exe"}),
        object(
            &seen,
            json!({"first_observed": "2026-11-01T00:00:00Z", "last_observed": "2026-11-02T00:00:00Z",
                "number_observed": 3, "object_refs": [file]}),
        ),
        related(&seen),
    ]
}

fn incidents_of_a_bundle_enter_once(app: &App) {
    let operator = app.operator();
    let (one, other, word) = (id("incident"), id("incident"), unique("worm"));
    let mut objects = campaign(&one, &format!("Campaign {word}"));
    objects.push(incident(&other, "Another"));
    // Bad objects harm no other.
    objects.push(json!({"type": "malware", "spec_version": "2.0", "id": id("malware"), "name": "old"}));
    objects.push(json!({"type": "incident", "spec_version": "2.1", "id": "indicator--1", "name": "x"}));
    let bundle = bundle(&objects);
    let reply = sends(&operator, &bundle);
    let taken = reply.expect(202);
    assert_contains(
        &taken,
        &json!({"kind": "stix", "status": "processed", "duplicate": false, "accepted": 2, "rejected": 2}),
    );
    let errors: Vec<u64> =
        taken["errors"].as_array().unwrap().iter().map(|e| e["index"].as_u64().unwrap()).collect();
    assert_eq!(errors, [9, 10]);
    let part = &taken["incidents"][0];
    assert_contains(
        part,
        &json!({"stix_id": one, "opened": true, "evidence_status": "internal", "indicators": 4}),
    );
    let told = app.analyst().get(reply.header("location").unwrap()).expect(200);
    assert_eq!(told["incidents"].as_array().unwrap().len(), 2, "{told}");

    let seen = app.analyst().incident(&text(&part["public_id"]));
    assert_contains(
        &seen,
        &json!({
            "title": format!("Campaign {word}"), "summary": "Files were encrypted.", "category": "ransomware",
            "severity_score": 8, "source": "stix", "evidence_status": "internal", "priority": null,
        }),
    );
    let item = &seen["evidence"][0];
    assert_contains(
        item,
        &json!({"kind": "other", "visibility": "internal", "hash_sha256": taken["hash_sha256"]}),
    );
    let content = app.analyst().get(&format!("/api/evidence/{}/content", text(&item["id"])));
    assert_eq!(content.bytes, bundle.to_string().as_bytes());
    assert_eq!(app.viewer().incident(&text(&part["public_id"]))["evidence"], json!([]));

    let again = sends(&operator, &bundle).expect(202);
    assert_contains(&again, &json!({"duplicate": true, "duplicate_of": taken["id"], "accepted": 2}));
    for (before, after) in [0, 1].map(|i| (&taken["incidents"][i], &again["incidents"][i])) {
        assert_contains(
            after,
            &json!({"public_id": before["public_id"], "opened": false, "matched_by": "stix_id"}),
        );
        assert!(after.get("evidence_id").is_none(), "{after}");
    }
    assert_eq!(app.analyst().incident(&text(&part["public_id"]))["version"], seen["version"]);
}

fn a_report_stands_for_an_incident(app: &App) {
    let (report, file, word) = (id("report"), id("file"), unique("report"));
    let objects = [
        json!({"type": "file", "id": file, "hashes": {"MD5": "dddddddddddddddddddddddddddddd11"}}),
        object(
            &report,
            json!({"name": format!("Phishing kit {word}"), "object_refs": [file], "published": "2026-11-02T00:00:00Z"}),
        ),
    ];
    let taken = sends(&app.operator(), &bundle(&objects)).expect(202);
    assert_contains(&taken["incidents"][0], &json!({"stix_id": report, "opened": true, "indicators": 1}));
}

fn what_is_known_is_not_changed(app: &App) {
    let (operator, one) = (app.operator(), id("incident"));
    let first = sends(&operator, &bundle(&[incident(&one, "As it was")])).expect(202);
    let id = text(&first["incidents"][0]["public_id"]);
    // A later version of the same object: the bundle is on record, the incident is as it was.
    let later = merged(incident(&one, "As it is"), json!({"modified": "2026-11-09T00:00:00.000Z"}));
    let second = sends(&operator, &bundle(&[later])).expect(202);
    assert_contains(
        &second["incidents"][0],
        &json!({"public_id": id, "opened": false, "matched_by": "stix_id"}),
    );
    let seen = app.analyst().incident(&id);
    assert_eq!((seen["title"].as_str(), seen["evidence"].as_array().unwrap().len()), (Some("As it was"), 2));
    let joined = app.analyst().timeline(&id, &["intake.joined"]);
    assert_eq!(joined.iter().map(|e| e["detail"]["opened"].clone()).collect::<Vec<_>>(), [true, false]);
}

fn what_is_revoked_is_on_record(app: &App) {
    let (operator, analyst) = (app.operator(), app.analyst());
    let (known, unknown, other) = (id("incident"), id("incident"), id("incident"));
    let first = sends(&operator, &bundle(&[incident(&known, "As it was")])).expect(202);
    let public = text(&first["incidents"][0]["public_id"]);
    let back = |id: &str| {
        let change = json!({"revoked": true, "modified": "2026-11-09T00:00:00.000Z"});
        merged(incident(id, "Never mind"), change)
    };
    // Beside what is new, and beside what nobody knew.
    let mixed = bundle(&[back(&unknown), incident(&other, "Another"), back(&known)]);
    let taken = sends(&operator, &mixed).expect(202);
    assert_contains(&taken, &json!({"accepted": 2, "rejected": 1, "duplicate": false}));
    let errors = taken["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["index"]), (1, &json!(0)));
    assert!(text(&errors[0]["message"]).contains("revoked"), "{errors:?}");
    assert_contains(&taken["incidents"][0], &json!({"stix_id": other, "opened": true}));
    assert!(taken["incidents"][0].get("revoked").is_none());
    let part =
        json!({"stix_id": known, "public_id": public, "opened": false, "revoked": true, "status": "open"});
    assert_contains(&taken["incidents"][1], &part);
    // Alone.
    let alone = sends(&operator, &bundle(&[back(&known)])).expect(202);
    assert_contains(&alone["incidents"][0], &json!({"public_id": public, "revoked": true}));
    let seen = analyst.incident(&public);
    assert_eq!((seen["title"].as_str(), seen["evidence"].as_array().unwrap().len()), (Some("As it was"), 3));
    assert_contains(&seen, &json!({"status": "open", "status_lifecycle": "open"}));
    let joined = analyst.timeline(&public, &["intake.joined"]);
    let revoked: Vec<Value> = joined.iter().map(|e| e["detail"]["revoked"].clone()).collect();
    assert_eq!(revoked, [Value::Null, json!(true), json!(true)]);
    assert!(text(&seen["evidence"][1]["description"]).contains("revoked"), "{seen}");
}

fn bundles_at_once_are_one_incident(app: &App) {
    let (operator, one, two) = (app.operator(), id("incident"), id("incident"));
    let same = bundle(&[incident(&one, "Race"), incident(&two, "Race too")]);
    let turned = bundle(&[incident(&two, "Race too"), incident(&one, "Race")]);
    let all = at_once(8, |i| sends(&operator, if i % 2 == 0 { &same } else { &turned }).expect(202));
    let incidents =
        all.iter().flat_map(|t| t["incidents"].as_array().unwrap().iter().map(|p| text(&p["public_id"])));
    assert_eq!(incidents.collect::<BTreeSet<_>>().len(), 2, "{all:?}");
    assert_eq!(all.iter().filter(|t| t["duplicate"] == false).count(), 1);
    let evidence = app.analyst().incident(&text(&all[0]["incidents"][0]["public_id"]))["evidence"].clone();
    assert_eq!(evidence.as_array().unwrap().len(), 2, "each bundle once: {evidence}");
}

fn marked_incidents_stay_within_their_circle(app: &App) {
    let word = unique("secret");
    let marked =
        merged(incident(&id("incident"), &format!("Bank {word}")), json!({"object_marking_refs": [AMBER]}));
    let taken = sends(&app.operator(), &bundle(&[marked])).expect(202);
    let id = text(&taken["incidents"][0]["public_id"]);
    let path = format!("/api/incidents/{id}");
    for reply in [app.viewer().get(&path), app.viewer().get(&format!("{path}?format=stix"))] {
        assert!(!reply.text().contains(&word) && !reply.text().contains("encrypted"), "{}", reply.text());
    }
    assert_eq!(app.viewer().found(&word), 0);
    assert_eq!(app.viewer().incident(&id)["title"], "ransomware reported by STIX (TLP:AMBER)");
    let seen = app.analyst().incident(&id);
    assert_eq!(seen["raw_data"]["stix"]["name"], format!("Bank {word}"));
    assert_eq!(seen["evidence"][0]["tlp"], "TLP:AMBER");
}

fn bad_bundles_are_named(app: &App) {
    let operator = app.operator();
    let send =
        |body: &str| operator.request("POST", "/api/intake/stix").body("application/stix+json", body).send();
    send("{").problem(400, "malformed_json");
    send("[]").invalid(&["body"]);
    send(&json!({"type": "bundle", "id": id("bundle"), "spec_version": "2.0", "objects": []}).to_string())
        .invalid(&["body"]);
    sends(&operator, &bundle(&[])).invalid(&["objects"]);
    let revoked = merged(incident(&id("incident"), "Never mind"), json!({"revoked": true}));
    sends(&operator, &bundle(&[revoked])).invalid(&["objects[0]", "objects"]);
    let nameless = object(&id("incident"), json!({}));
    sends(&operator, &bundle(&[nameless])).invalid(&["objects[0]", "objects"]);
    let many: Vec<Value> = (0..201).map(|_| incident(&id("incident"), "One of many")).collect();
    sends(&operator, &bundle(&many)).invalid(&["objects"]);
    operator
        .request("POST", "/api/intake/stix")
        .body("text/plain", "{}")
        .send()
        .problem(415, "unsupported_media_type");
    for role in ["reporter", "analyst", "devsecops"] {
        sends(&app.user(role), &bundle(&[incident(&id("incident"), "x")])).problem(403, "forbidden");
    }
}

fn content_goes_with_its_last_incident(app: &App) {
    let taken =
        sends(&app.operator(), &bundle(&[incident(&id("incident"), "A"), incident(&id("incident"), "B")]))
            .expect(202);
    let [first, second] = [0, 1].map(|i| text(&taken["incidents"][i]["public_id"]));
    assert_eq!(app.admin().delete(&format!("/api/incidents/{first}")).status, 204);
    let evidence = text(&app.analyst().incident(&second)["evidence"][0]["id"]);
    let verified =
        app.analyst().request("POST", &format!("/api/evidence/{evidence}/verify")).send().expect(200);
    assert_ne!(verified["status"], "disputed", "{verified}");
}

fn stix(client: &Client, id: &str) -> Value {
    let reply = client.get(&format!("/api/incidents/{id}?format=stix"));
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/stix+json;version=2.1"))
    );
    reply.json()
}

/// The objects of a type.
fn of<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    bundle["objects"].as_array().unwrap().iter().filter(|o| o["type"] == kind).collect()
}

fn an_incident_goes_out_as_stix(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&merged(report("Worm in the plant"), json!({"severity": 7})));
    let path = format!("/api/incidents/{id}");
    let first = stix(&analyst, &id);
    assert_eq!(stix(&analyst, &id), first, "the same incident, the same bundle");
    let out = of(&first, "incident")[0];
    assert_contains(out, &json!({"name": "Worm in the plant", "labels": ["ransomware"]}));
    let extension = &out["extensions"][EXTENSION];
    assert_contains(
        extension,
        &json!({"determination": "suspected", "investigation_status": "new", "criticality": 70}),
    );

    let by_accept =
        analyst.request("GET", &path).header("accept", "application/stix+json;version=2.1").send();
    assert_eq!(by_accept.header("content-type"), Some("application/stix+json;version=2.1"));
    assert_eq!(by_accept.json(), first);
    let etag = by_accept.header("etag").unwrap().to_owned();
    assert_ne!(Some(etag.as_str()), analyst.get(&path).header("etag"), "another body has another tag");
    let known = analyst.request("GET", &format!("{path}?format=stix")).header("if-none-match", &etag).send();
    assert_eq!(known.status, 304);
    let json = analyst
        .request("GET", &format!("{path}?format=json"))
        .header("accept", "application/stix+json")
        .send();
    assert_eq!(json.header("content-type"), Some("application/json"));
    analyst.get(&format!("{path}?format=xml")).invalid(&["format"]);

    analyst.attaches(&id, &confirming());
    let later = stix(&analyst, &id);
    assert_eq!(of(&later, "incident")[0]["extensions"][EXTENSION]["determination"], "confirmed");
    assert_eq!(of(&later, "incident")[0]["id"], out["id"], "a new version of the same object");
    app.viewer().get("/api/incidents/INC-2026-999999?format=stix").problem(404, "not_found");
}

fn what_goes_out_has_versions(app: &App) {
    let analyst = app.analyst();
    let named = json!({"raw_data": {"body": "at c2.example.net, by T1566.001 and CVE-2026-12345"}});
    let [one, other] = [(); 2].map(|()| analyst.alerts(&merged(alert("phishing"), named.clone())));
    let before = stix(&analyst, &one);
    let public = json!({"kind": "osint_article", "source": "press", "confidence": 40, "visibility": "public", "tlp": "TLP:RED"});
    analyst.attaches(&one, &public);
    let after = stix(&analyst, &one);
    for kind in ["identity", "attack-pattern", "vulnerability"] {
        assert_eq!(of(&before, kind).len(), 1, "{before}");
        assert_eq!(of(&before, kind), of(&after, kind), "what bundles share is the same, whatever happens");
        assert_eq!(of(&before, kind), of(&stix(&analyst, &other), kind));
        assert!(of(&before, kind)[0].get("object_marking_refs").is_none());
    }
    for kind in ["incident", "indicator", "relationship"] {
        for (old, new) in of(&before, kind).into_iter().zip(of(&after, kind)) {
            assert_eq!((&old["id"], &old["created"]), (&new["id"], &new["created"]));
            assert_ne!(old["object_marking_refs"], new["object_marking_refs"]);
            assert!(millis(&text(&old["modified"])) < millis(&text(&new["modified"])), "{old} {new}");
        }
    }
}

fn a_reader_hands_on_what_they_see(app: &App) {
    let analyst = app.analyst();
    let id = analyst.alerts(&merged(
        alert("phishing"),
        json!({"raw_data": {"subject": "S", "body": "the word is sesame"}}),
    ));
    let add = |kind: &str, visibility: &str, tlp: Option<&str>| {
        let item = json!({"kind": kind, "source": visibility, "confidence": 40, "visibility": visibility, "tlp": tlp});
        analyst.attaches(&id, &item)
    };
    let public = add("osint_article", "public", Some("TLP:GREEN"));
    let restricted = add("log", "restricted", None);
    let names = |bundle: &Value, marking: &str| {
        let markings: Vec<&str> =
            of(bundle, "marking-definition").iter().map(|m| m["name"].as_str().unwrap()).collect();
        assert_eq!(markings, [marking]);
        let whole = bundle.to_string();
        [&public, &restricted].map(|e| whole.contains(e.as_str()))
    };
    let viewer = stix(&app.viewer(), &id);
    assert_eq!(names(&viewer, "TLP:GREEN"), [true, false]);
    assert!(!viewer.to_string().contains("sesame"));
    assert!(!stix(&analyst, &id).to_string().contains("raw_data"));
    assert_eq!(names(&stix(&app.user("legal_dpo"), &id), "TLP:AMBER"), [true, true]);
    let internal = add("log", "internal", None);
    let all = stix(&analyst, &id);
    assert_eq!(names(&all, "TLP:AMBER+STRICT"), [true, true]);
    assert!(all.to_string().contains(&internal));
    // For the viewer nothing has changed but the version.
    let notes = |bundle: &Value| {
        let version = json!({"modified": null});
        of(bundle, "note").into_iter().map(|n| merged(n.clone(), version.clone())).collect::<Vec<_>>()
    };
    assert_eq!(notes(&stix(&app.viewer(), &id)), notes(&viewer));
    // What is known from the alert alone goes no further than those who may read that.
    let named = json!({"raw_data": {"body": "at secret.example.net"}});
    let named = analyst.alerts(&merged(alert("phishing"), named));
    assert!(!stix(&app.viewer(), &named).to_string().contains("secret.example.net"));
    let all = stix(&app.user("legal_dpo"), &named);
    assert_eq!(names(&all, "TLP:AMBER+STRICT"), [false, false]);
    assert!(all.to_string().contains("secret.example.net"));
}

fn what_goes_out_comes_back_in(app: &App) {
    let (operator, word) = (app.operator(), unique("there"));
    let article = json!({
        "source": "Example Times", "url": format!("https://news.example.org/{word}"), "title": format!("There {word}"),
        "claim": "media", "category": "phishing", "indicators": ["192.0.2[.]7", "T1566.001", "CVE-2026-12345"],
    });
    let id = text(&operator.post("/api/intake/osint", &article).expect(202)["incidents"][0]["public_id"]);
    // Public sources and what they name may be handed on by anybody.
    let out = stix(&app.viewer(), &id);
    assert_eq!((of(&out, "indicator").len(), of(&out, "attack-pattern").len()), (1, 1));
    let taken = sends(&operator, &out).expect(202);
    assert_contains(&taken["incidents"][0], &json!({"opened": true}));
    let back = text(&taken["incidents"][0]["public_id"]);
    assert_contains(
        &app.viewer().incident(&back),
        &json!({"title": format!("There {word}"), "category": "phishing"}),
    );
}
