//! Articles and reported mail: what comes twice is one incident, every original is evidence, and nothing claims more than
//! it proves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

on_both! {
    shared: an_article_opens_an_incident, a_statement_is_a_claim, the_same_address_or_words_join,
        articles_at_once_are_one_incident, texts_nearly_alike_at_once_are_one_incident, wrong_articles_are_named,
        a_reported_mail_is_an_alert, a_forwarded_mail_is_the_reported_one, mails_at_once_are_one_alert,
        other_mails_are_other_alerts, mails_have_limits, what_was_refused_is_not_kept,
        a_deleted_incident_is_not_known_any_more, what_is_over_is_joined_by_the_same_alone,
        a_known_mail_joins_what_is_over, reports_signed_alike_are_of_one_mail;
}

fn article(url: &str, title: &str) -> Value {
    json!({"source": "Example Times", "url": url, "title": title, "claim": "media", "category": "ransomware"})
}

fn submits(app: &App, article: &Value) -> Value {
    let reply = app.operator().post("/api/intake/osint", article);
    let taken = reply.expect(202);
    assert_eq!(reply.header("location"), Some(format!("/api/intake/{}", text(&taken["id"])).as_str()));
    let told = app.analyst().get(reply.header("location").unwrap()).expect(200);
    for member in ["id", "kind", "status", "duplicate", "hash_sha256"] {
        assert_eq!(told[member], taken[member], "{told}");
    }
    assert_eq!(told["incidents"][0]["public_id"], taken["incidents"][0]["public_id"]);
    taken
}

/// The incident a delivery opened or joined.
fn landed(taken: &Value) -> String {
    text(&taken["incidents"][0]["public_id"])
}

fn an_article_opens_an_incident(app: &App) {
    let word = unique("hospital");
    let whole = merged(
        article(&format!("https://news.example.org/{word}?utm_source=feed"), "Hospital hit"),
        json!({
            "summary": "They name hxxps://leak[.]example[.]net/x and CVE-2026-1234.", "level": "L1_cyber", "country": "PL",
            "sector": "health", "severity": "high", "published_at": "2026-07-04T06:00:00Z", "indicators": ["198.51.100[.]7"],
        }),
    );
    let taken = submits(app, &whole);
    assert_contains(
        &taken,
        &json!({"kind": "osint", "status": "processed", "duplicate": false, "accepted": 1}),
    );
    assert_contains(
        &taken["incidents"][0],
        &json!({"opened": true, "evidence_status": "media_signal", "indicators": 4}),
    );
    let id = landed(&taken);
    // A viewer sees all of it: the article is public.
    let seen = app.viewer().incident(&id);
    assert_contains(
        &seen,
        &json!({
            "title": "Hospital hit", "source_type": "osint", "source": "Example Times", "evidence_status": "media_signal",
            "priority": null, "category": "ransomware", "country": "PL", "sector": "health", "severity_score": 7,
        }),
    );
    assert_contains(
        &seen["evidence"][0],
        &json!({"kind": "osint_article", "visibility": "public", "status": "media_signal", "custody_entries": 1}),
    );
    assert!(text(&seen["evidence"][0]["description"]).contains("Published 2026-07-04"));
    // A signal is worth P2 at most.
    let priority = |p: &str| app.analyst().patch(&format!("/api/incidents/{id}"), &json!({"priority": p}));
    priority("P1").problem(422, "claim_exceeds_proof");
    priority("P2").expect(200);
    let joined = app.viewer().timeline(&id, &["intake.joined"]);
    assert_contains(&joined[0]["detail"], &json!({"kind": "osint", "opened": true, "intake": taken["id"]}));
}

fn a_statement_is_a_claim(app: &App) {
    let url = format!("https://status.example.com/{}", unique("x"));
    let statement = merged(article(&url, &unique("We were breached")), json!({"claim": "public"}));
    let id = landed(&submits(app, &statement));
    let seen = app.viewer().incident(&id);
    assert_eq!(
        (&seen["evidence_status"], &seen["evidence"][0]["kind"]),
        (&json!("public_claim"), &json!("public_statement"))
    );
    // The media about it are a source of its own; the stronger one decides.
    let report = merged(statement, json!({"claim": "media", "source": "Example Times"}));
    let taken = submits(app, &report);
    assert_eq!(landed(&taken), id);
    assert_eq!(taken["incidents"][0]["evidence_status"], "public_claim");
    assert_eq!(app.viewer().incident(&id)["evidence"].as_array().unwrap().len(), 2);
}

/// A text long enough to be told from others that are nearly the same. The words are fixed: how near two texts are is a
/// matter of each word.
const HOSPITAL: &str = "The regional hospital of Exampletown has taken its patient portal offline after staff noticed \
    encrypted files on several servers during the night from Friday to Saturday. Emergency care continues, planned \
    operations were moved to neighbouring clinics, and the police have opened an investigation. A group that calls itself \
    Example Spider claimed the attack on its site and threatens to publish two terabytes of records unless it is paid. The \
    hospital says it has informed the data protection authority and the national response team, and that it does not \
    intend to negotiate. Backups are being checked; the management expects the first systems to return within a week.";
/// Another.
const LIBRARY: &str = "A software library used by thousands of projects was published with a hidden downloader on Tuesday. \
    Its maintainers removed the release after two hours and ask everybody who installed it to rotate their keys and to look \
    for connections to addresses that the advisory lists. How the attackers came by the token of the maintainer is not known \
    yet; the registry of packages has closed the account and says that no other project was touched. Several vendors of \
    appliances have confirmed that they built with the release, and promise updates by the end of the week. The national \
    response team advises to search build logs for the version number and to treat every machine that ran it as lost.";

fn the_same_address_or_words_join(app: &App) {
    let word = unique("clinic");
    let first = merged(
        article(&format!("https://news.example.org/{word}"), "Hospital hit by ransomware"),
        json!({"summary": HOSPITAL}),
    );
    let opened = submits(app, &first);
    let id = landed(&opened);
    let version = || app.viewer().incident(&id)["version"].clone();
    let before = version();
    // The same article by other ways adds nothing.
    for url in [
        format!("http://www.news.example.org/{word}/?fbclid=1#top"),
        format!("https://m.news.example.org/{word}/amp?utm_medium=x"),
        format!("https://news-example-org.cdn.ampproject.org/c/s/news.example.org/{word}"),
    ] {
        let again = submits(app, &merged(first.clone(), json!({"url": url, "source": "A feed"})));
        assert_contains(&again, &json!({"duplicate": true, "duplicate_of": opened["id"]}));
        let part = &again["incidents"][0];
        assert_contains(
            part,
            &json!({"public_id": id, "opened": false, "matched_by": "url", "indicators": 0}),
        );
        assert!(part.get("evidence_id").is_none(), "{part}");
    }
    assert_eq!(version(), before);
    // Other sources are evidence of their own.
    let edited = HOSPITAL.replace("two terabytes", "2 terabytes").replace("management", "director");
    let others = [
        (
            "text",
            json!({"url": format!("https://other.example.com/{word}"), "title": "HOSPITAL HIT by ransomware!"}),
        ),
        ("url", json!({"title": "Updated", "summary": "What was known on Sunday."})),
        ("near_text", json!({"url": format!("https://third.example.net/{word}"), "summary": edited})),
    ];
    for (by, change) in others {
        let taken = submits(app, &merged(first.clone(), change));
        assert_contains(&taken["incidents"][0], &json!({"public_id": id, "matched_by": by, "opened": false}));
        assert!(text(&taken["incidents"][0]["evidence_id"]).starts_with("ev-"));
    }
    let sources = app.viewer().incident(&id)["evidence"].clone();
    assert_eq!(sources.as_array().unwrap().len(), 4);
    assert!(sources.as_array().unwrap().iter().all(|e| e["status"] == "media_signal"));
    // What only looks a little alike is another incident.
    let other = merged(
        article(&format!("https://news.example.org/{word}/2"), &format!("Library {word}")),
        json!({"summary": "A software library was published with a hidden downloader on Tuesday; maintainers removed it."}),
    );
    assert_ne!(landed(&submits(app, &other)), id);
}

/// And a third.
const PLANT: &str = "The waterworks of Sampleville switched its pumps to manual operation on Monday because somebody had \
    changed set points through a maintenance modem that nobody remembered. Drinking water was safe at all times, says the \
    operator, and the pressure fell in two districts for about forty minutes. The modem came with a contract that ended nine \
    years ago; its number stood in a manual that is sold with used equipment. Engineers have removed it, changed every \
    password and asked the manufacturer which other sites were supplied at the same time. The state office for information \
    security speaks of a warning for all small utilities and offers to look over their remote access free of charge.";

fn what_is_over_is_joined_by_the_same_alone(app: &App) {
    let (word, analyst) = (unique("plant"), app.analyst());
    let told = |n: usize, minutes: &str| {
        let text = PLANT.replace("forty minutes", &format!("{minutes} minutes"));
        merged(
            article(&format!("https://p{n}.example.org/{word}"), "Pumps were moved"),
            json!({"summary": text}),
        )
    };
    let first = submits(app, &told(0, "forty"));
    let id = landed(&first);
    assert_contains(&first["incidents"][0], &json!({"status": "open", "status_lifecycle": "open"}));
    let near = submits(app, &told(1, "fifty"));
    assert_contains(&near["incidents"][0], &json!({"public_id": id, "matched_by": "near_text"}));
    let over = json!({"status": "resolved", "resolution": "The modem is gone."});
    analyst.put(&format!("/api/incidents/{id}"), &over).expect(200);
    // What only looks alike is told anew; it may be the next one.
    let next = submits(app, &told(2, "sixty"));
    assert_contains(&next["incidents"][0], &json!({"opened": true, "status": "open"}));
    assert_contains(&submits(app, &told(3, "thirty"))["incidents"][0], &json!({"public_id": landed(&next)}));
    // The same address or words are about the same, and the answer says that people are done with it.
    let same = submits(app, &merged(told(0, "forty"), json!({"summary": "What was known on Sunday."})));
    let text =
        submits(app, &merged(told(0, "forty"), json!({"url": format!("https://p4.example.org/{word}")})));
    for (taken, by) in [(same, "url"), (text, "text")] {
        let part = json!({"public_id": id, "opened": false, "matched_by": by, "status": "resolved", "status_lifecycle": "open"});
        assert_contains(&taken["incidents"][0], &part);
        let later = analyst.get(&format!("/api/intake/{}", taken["id"].as_str().unwrap())).expect(200);
        assert_contains(&later["incidents"][0], &json!({"status": "resolved", "status_lifecycle": "open"}));
    }
    let joined = app.viewer().timeline(&id, &["intake.joined"]);
    let statuses: Vec<&Value> = joined.iter().map(|e| &e["detail"]["status"]).collect();
    assert_eq!(statuses, ["open", "open", "resolved", "resolved"]);
    assert_eq!(app.viewer().incident(&id)["status"], "resolved", "reopening takes a person");
}

fn articles_at_once_are_one_incident(app: &App) {
    let word = unique("once");
    let all = at_once(8, |i| {
        let url = format!("https://news.example.org/{word}?utm_source={i}");
        submits(app, &article(&url, &format!("Title {word}")))
    });
    let incidents: BTreeSet<String> = all.iter().map(landed).collect();
    assert_eq!(incidents.len(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|t| t["duplicate"] == false).count(), 1);
    let id = incidents.first().unwrap();
    assert_eq!(app.viewer().incident(id)["evidence"].as_array().unwrap().len(), 1);
}

fn texts_nearly_alike_at_once_are_one_incident(app: &App) {
    let word = unique("near");
    let numbers = ["three", "four", "five", "six", "eight"];
    let all = at_once(numbers.len(), |i| {
        let text = LIBRARY.replace("after two hours", &format!("after {} hours", numbers[i]));
        let url = format!("https://n{i}.example.org/{word}");
        submits(app, &merged(article(&url, "Library release had a backdoor"), json!({"summary": text})))
    });
    let incidents: BTreeSet<String> = all.iter().map(landed).collect();
    assert_eq!(incidents.len(), 1, "{all:?}");
    let id = incidents.first().unwrap();
    assert_eq!(app.viewer().incident(id)["evidence"].as_array().unwrap().len(), numbers.len());
}

fn wrong_articles_are_named(app: &App) {
    let operator = app.operator();
    let word = unique("wrong");
    let right = article(&format!("https://news.example.org/{word}"), &word);
    let post = |change: Value| operator.post("/api/intake/osint", &merged(right.clone(), change));
    operator.post("/api/intake/osint", &json!({})).invalid(&["source", "url", "title", "claim"]);
    post(json!({"colour": "red"})).problem(400, "unknown_field");
    let cases = [
        (json!({"url": "ftp://news.example.org/x"}), "url"),
        (json!({"url": "https://user:pw@news.example.org/x"}), "url"),
        (json!({"url": "https://localhost/x"}), "url"),
        (json!({"url": format!("https://news.example.org/{}", "a".repeat(2_000))}), "url"),
        (json!({"title": " "}), "title"),
        (json!({"title": "a".repeat(301)}), "title"),
        (json!({"source": "a".repeat(201)}), "source"),
        (json!({"summary": "a".repeat(9_001)}), "summary"),
        (json!({"claim": "rumour"}), "claim"),
        (json!({"published_at": timestamp(now_millis() + 3_600_000)}), "published_at"),
        (json!({"country": "XX"}), "country"),
        (json!({"indicators": ["192.0.2.1", "nothing in here"]}), "indicators[1]"),
        (json!({"indicators": vec!["192.0.2.1"; 201]}), "indicators"),
    ];
    for (change, field) in cases {
        post(change).invalid(&[field]);
    }
    assert_eq!(operator.found(&word), 0, "what is refused changes nothing");
}

fn mail(id: &str, word: &str) -> String {
    format!(
        "Received: from mailer.example.net (mailer.example.net [192.0.2.55]) by mx.example.com; Sun, 22 Nov 2026 09:58:00 \
         +0000\r\nAuthentication-Results: mx.example.com; spf=fail smtp.mailfrom=mailer.example.net; dmarc=fail\r\n\
         From: =?utf-8?Q?Bank_Przyk=C5=82adowy?= <alert@bank.example.org>\r\nReply-To: support@b4nk.example.net\r\n\
         To: ann@example.com\r\nSubject: Twoje konto {word}\r\nDate: Sun, 22 Nov 2026 10:57:30 +0100\r\n\
         Message-ID: <{id}@mailer.example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nVerify at once: https://login.b4nk.example.net/{word}\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"invoice.pdf\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8sIFdvcmxkIQ==\r\n--b--\r\n"
    )
}

/// A mail somebody forwards with their report button: the reported one is an attachment.
fn forwarded(by: &str, inner: &str) -> String {
    format!(
        "From: {by}@example.com\r\nTo: abuse@example.com\r\nSubject: FW: suspicious\r\nMessage-ID: <{by}@example.com>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n--outer\r\n\
         Content-Type: text/plain\r\n\r\nPlease look at this.\r\n--outer\r\nContent-Type: message/rfc822\r\n\
         Content-Disposition: attachment; filename=\"mail.eml\"\r\n\r\n{inner}\r\n--outer--\r\n"
    )
}

fn reports_mail(client: &Client, mail: &str) -> Value {
    client.request("POST", "/api/intake/email").body("message/rfc822", mail).send().expect(202)
}

fn a_reported_mail_is_an_alert(app: &App) {
    let (id, word) = (unique("id"), unique("konto"));
    let mail = mail(&id, &word);
    let taken = reports_mail(&app.user("reporter"), &mail);
    assert_contains(&taken, &json!({"kind": "email", "status": "processed", "duplicate": false}));
    // A reporter does not see internal evidence, and is not told of it.
    assert!(taken["incidents"][0].get("evidence_id").is_none(), "{taken}");
    let incident = landed(&taken);
    let seen = app.analyst().incident(&incident);
    assert_contains(
        &seen,
        &json!({
            "incident_type": "phishing", "source": "reported_mail", "title": format!("Twoje konto {word}"),
            "evidence_status": "internal", "created_by": "reporter:reporter",
        }),
    );
    assert_contains(
        &seen["raw_data"],
        &json!({
            "message_id": format!("<{id}@mailer.example.net>"), "subject": format!("Twoje konto {word}"),
            "recipient": "ann@example.com", "urls": [format!("https://login.b4nk.example.net/{word}")],
        }),
    );
    assert!(text(&seen["raw_data"]["sender"]).contains("Bank Przykładowy"));
    assert!(text(&seen["raw_data"]["headers"]["Authentication-Results"]).contains("dmarc=fail"));
    assert_contains(&seen["raw_data"]["attachments"][0], &json!({"filename": "invoice.pdf", "size": 13}));
    // The original, byte for byte, with one entry of custody; whoever may not see it learns nothing of it.
    let item = &seen["evidence"][0];
    assert_contains(
        item,
        &json!({"kind": "email", "visibility": "internal", "status": "internal", "custody_entries": 1,
                "hash_sha256": taken["hash_sha256"]}),
    );
    let content = app.analyst().get(&format!("/api/evidence/{}/content", text(&item["id"])));
    content.expect(200);
    assert_eq!(content.bytes, mail.as_bytes());
    assert_eq!(content.header("content-type"), Some("message/rfc822"));
    assert_eq!(app.viewer().incident(&incident)["evidence"], json!([]));
    assert_eq!(app.viewer().incident(&incident).get("raw_data"), None);
    // Triage reads it as any alert.
    let verdict = app.analyst().post(&format!("/api/incidents/{incident}/triage"), &json!({})).expect(200);
    let raised = verdict["data"]["verdict"]["signals"].as_array().unwrap().clone();
    assert!(!raised.is_empty(), "{verdict}");
}

fn a_forwarded_mail_is_the_reported_one(app: &App) {
    let (id, word) = (unique("id"), unique("fw"));
    let inner = mail(&id, &word);
    let first = reports_mail(&app.user("reporter"), &forwarded("ann", &inner));
    let incident = landed(&first);
    let seen = app.analyst().incident(&incident);
    assert_eq!(seen["title"], format!("Twoje konto {word}"));
    assert!(text(&seen["raw_data"]["reporter"]["from"]).contains("ann@example.com"));
    // Somebody else reports the same mail; then the first one presses the button again.
    let second = reports_mail(&app.user("analyst"), &forwarded("bob", &inner));
    assert_contains(&second, &json!({"duplicate": true, "duplicate_of": first["id"]}));
    assert_contains(
        &second["incidents"][0],
        &json!({"public_id": incident, "matched_by": "mail", "opened": false}),
    );
    let again = reports_mail(&app.user("reporter"), &forwarded("ann", &inner));
    assert_eq!((again["duplicate"].clone(), landed(&again)), (json!(true), incident.clone()));
    // And the mail itself comes in without anybody's wrapping.
    assert_eq!(landed(&reports_mail(&app.user("reporter"), &inner)), incident);
    let evidence = app.analyst().incident(&incident)["evidence"].clone();
    assert_eq!(evidence.as_array().unwrap().len(), 3, "{evidence}");
}

fn a_known_mail_joins_what_is_over(app: &App) {
    let (inner, analyst) = (mail(&unique("id"), &unique("over")), app.analyst());
    let id = landed(&reports_mail(&app.user("reporter"), &inner));
    let over = json!({"status": "resolved", "resolution": "Blocked."});
    analyst.put(&format!("/api/incidents/{id}"), &over).expect(200);
    let again = reports_mail(&app.user("reporter"), &forwarded("eve", &inner));
    let part = json!({"public_id": id, "opened": false, "matched_by": "mail", "status": "resolved"});
    assert_contains(&again["incidents"][0], &part);
    let joined = analyst.timeline(&id, &["intake.joined"]);
    assert_contains(&joined[1]["detail"], &json!({"opened": false, "status": "resolved"}));
}

fn reports_signed_alike_are_of_one_mail(app: &App) {
    let (inner, word) = (mail(&unique("id"), &unique("signed")), unique("bait"));
    let tells = |by: &str, words: &str| {
        let whole = forwarded(by, &inner).replace("Please look at this.", words);
        landed(&reports_mail(&app.user("reporter"), &whole))
    };
    let ann = tells("ann", "Is this ours?\r\n-- \r\nAnn Example, Sales\r\nhttps://www.example.com/");
    let bob = tells("bob", "Looks odd to me.\r\n-- \r\nBob Example, Legal\r\nhttps://www.example.com/");
    assert_eq!(ann, bob, "a link everybody has below their name makes it no other mail");
    assert_eq!(app.analyst().incident(&ann)["evidence"].as_array().unwrap().len(), 2);
    // A bait around a mail that is known already is a mail of its own.
    let bait = tells("eve", &format!("Confirm your password at https://login.example.net/{word}"));
    assert_ne!(bait, ann);
    assert!(app.analyst().incident(&bait)["raw_data"]["urls"].to_string().contains(&word));
}

fn mails_at_once_are_one_alert(app: &App) {
    let mail = mail(&unique("id"), &unique("race"));
    let all = at_once(8, |i| {
        let by = format!("p{i}");
        reports_mail(&app.user("reporter"), &if i % 2 == 0 { mail.clone() } else { forwarded(&by, &mail) })
    });
    let incidents: BTreeSet<String> = all.iter().map(landed).collect();
    assert_eq!(incidents.len(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|t| t["duplicate"] == false).count(), 1);
    let evidence = app.analyst().incident(incidents.first().unwrap())["evidence"].clone();
    assert_eq!(evidence.as_array().unwrap().len(), 5, "the mail once, and four reports of it: {evidence}");
}

fn other_mails_are_other_alerts(app: &App) {
    let (id, word) = (unique("id"), unique("other"));
    let reporter = app.user("reporter");
    let first = landed(&reports_mail(&reporter, &mail(&id, &word)));
    // The same Message-ID over another text, and the same text under another Message-ID.
    assert_ne!(landed(&reports_mail(&reporter, &mail(&id, &unique("changed")))), first);
    assert_ne!(landed(&reports_mail(&reporter, &mail(&unique("id"), &word))), first);
}

fn mails_have_limits(app: &App) {
    let reporter = app.user("reporter");
    let send =
        |media: &str, body: Vec<u8>| reporter.request("POST", "/api/intake/email").body(media, body).send();
    send("text/plain", b"From: a@example.org\r\n\r\n".to_vec()).problem(415, "unsupported_media_type");
    send("message/rfc822", Vec::new()).invalid(&["body"]);
    send("message/rfc822", b"\x00\xff\xfe not a mail".to_vec()).invalid(&["body"]);
    let mut large = b"From: a@example.org\r\nSubject: large\r\n\r\n".to_vec();
    large.resize(10 * 1024 * 1024 + 1, b'a');
    send("message/rfc822", large.clone()).problem(413, "payload_too_large");
    large.truncate(10 * 1024 * 1024);
    send("message/rfc822", large).expect(202);
    app.viewer()
        .request("POST", "/api/intake/email")
        .body("message/rfc822", "From: a@example.org\r\n\r\n")
        .send()
        .problem(403, "forbidden");
}

/// The files under a folder that hold this text.
fn files_with(folder: &Path, content: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, content));
        } else if std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(content)) {
            found.push(path);
        }
    }
    found
}

fn what_was_refused_is_not_kept(app: &App) {
    let (reporter, marker) = (app.user("reporter"), unique("marker"));
    let send =
        |body: String| reporter.request("POST", "/api/intake/email").body("message/rfc822", body).send();
    send(format!("no mail at all {marker}")).invalid(&["body"]);
    let operator = app.operator();
    let bundle = format!("{{\"type\": \"bundle\", \"{marker}\": 1}}");
    operator
        .request("POST", "/api/intake/stix")
        .body("application/stix+json", bundle)
        .send()
        .invalid(&["body"]);
    assert_eq!(files_with(app.data(), &marker), Vec::<PathBuf>::new());
    // A repetition keeps one copy, with an Idempotency-Key or without.
    let mail = mail(&unique("id"), &marker);
    let key = unique("key");
    let keyed = || {
        let request = reporter.request("POST", "/api/intake/email").body("message/rfc822", mail.clone());
        request.header("idempotency-key", &key).send()
    };
    let (first, again) = (keyed(), keyed());
    assert_eq!((first.expect(202), first.text()), (again.expect(202), again.text()));
    assert_eq!(files_with(app.data(), &marker).len(), 1);
    assert_eq!(reports_mail(&reporter, &mail)["duplicate"], true);
    let once = || (files_with(app.data(), &marker).len() == 1).then_some(());
    until("the copy to be gone", std::time::Duration::from_secs(90), once);
}

fn a_deleted_incident_is_not_known_any_more(app: &App) {
    let url = format!("https://news.example.org/{}", unique("gone"));
    let article = article(&url, &unique("Gone"));
    let first = landed(&submits(app, &article));
    assert_eq!(app.admin().delete(&format!("/api/incidents/{first}")).status, 204);
    let second = submits(app, &article);
    assert_eq!(second["duplicate"], false);
    assert_ne!(landed(&second), first);
}
