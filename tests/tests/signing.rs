//! The signing key: made once, shared, rotated, listed; checkpoints of the audit log that hold the registry to its word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::Value;
use std::path::PathBuf;

on_both! {
    own: a_key_is_made_once_and_shared, a_lost_key_is_not_replaced_by_accident, a_rotation_counts_at_once, a_kept_checkpoint_holds_the_log_to_it;
}

fn key_file(app: &App) -> PathBuf {
    app.data().with_file_name("data.signing-key.json")
}

fn rotate(app: &App) -> String {
    app.run(&["signing-key", "rotate", "--signing-key", key_file(app).to_str().unwrap()])
}

fn a_key_is_made_once_and_shared(engine: Engine) {
    let mut app = App::start(engine);
    let file = std::fs::read_to_string(key_file(&app)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(key_file(&app)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let keys = app.viewer().get("/api/reports/keys").expect(200);
    assert_eq!(members(&keys["active"]), ["active_from", "key_id", "public_key"]);
    assert_eq!(keys["retired"], serde_json::json!([]));
    let other = app.replica();
    let theirs = app.client_of(&other).with_key(&app.key_of("viewer")).get("/api/reports/keys").expect(200);
    assert_eq!(theirs, keys);
    app.stop();
    app.restart();
    assert_eq!(app.viewer().get("/api/reports/keys").expect(200), keys);
    assert_eq!(std::fs::read_to_string(key_file(&app)).unwrap(), file);
    // The private key is in its file and nowhere else.
    let private = file.split("-----").nth(2).unwrap().replace("\\n", "");
    assert!(private.len() > 40 && !app.server().output().contains(&private));
    let legal = app.user("legal_dpo");
    assert!(!legal.get("/api/audit?per_page=100").text().contains(&private));
    let made = legal.get("/api/audit?action=signing_key.created").expect(200);
    assert_eq!((&made["meta"]["total"], &made["data"][0]["subject"]), (&1.into(), &keys["active"]["key_id"]));
}

fn a_lost_key_is_not_replaced_by_accident(engine: Engine) {
    let mut app = App::start(engine);
    let first = app.viewer().get("/api/reports/keys").expect(200);
    app.stop();
    let kept = key_file(&app).with_extension("kept");
    std::fs::rename(key_file(&app), &kept).unwrap();
    let (file, data) = (key_file(&app), app.data().to_owned());
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.to_str().unwrap(),
        "--signing-key",
        file.to_str().unwrap(),
    ];
    let said = app.run_fails(&serve);
    assert!(said.contains(&text(&first["active"]["key_id"])) && said.contains("rotate"), "{said}");
    assert!(!file.exists());
    // Lost for good: somebody says so, and it is on record.
    rotate(&app);
    app.restart();
    let second = app.viewer().get("/api/reports/keys").expect(200);
    assert_ne!(second["active"]["key_id"], first["active"]["key_id"]);
    let made = app.user("legal_dpo").get("/api/audit?action=signing_key.created").expect(200);
    assert_eq!(made["meta"]["total"], 2);
}

fn a_rotation_counts_at_once(engine: Engine) {
    let app = App::start(engine);
    let legal = app.user("legal_dpo");
    let keys = || app.viewer().get("/api/reports/keys").expect(200);
    let (first, before) = (keys(), legal.get("/api/audit/checkpoint").expect(200));
    assert_eq!(before["key_id"], first["active"]["key_id"]);
    let said = rotate(&app);
    let second = keys();
    assert!(said.contains(&text(&second["active"]["key_id"])), "{said}");
    assert_eq!(second["retired"][0]["key_id"], first["active"]["key_id"]);
    assert_eq!(second["retired"][0]["retired_at"], second["active"]["active_from"]);
    let after = legal.get("/api/audit/checkpoint").expect(200);
    assert_eq!(after["key_id"], second["active"]["key_id"]);
    assert_eq!(after["tree_size"].as_i64(), before["tree_size"].as_i64().map(|n| n + 1), "it is on record");
    let listed =
        app.run(&["signing-key", "list", "--json", "--signing-key", key_file(&app).to_str().unwrap()]);
    assert_eq!(serde_json::from_str::<Value>(&listed).unwrap(), second);
}

fn a_kept_checkpoint_holds_the_log_to_it(engine: Engine) {
    let app = App::start(engine);
    let (legal, folder) = (app.user("legal_dpo"), app.data().parent().unwrap().to_owned());
    app.reporter().reports(&report("First"));
    let kept = legal.get("/api/audit/checkpoint");
    let (head, checkpoint, keys) = (kept.expect(200), folder.join("head.json"), folder.join("keys.json"));
    std::fs::write(&checkpoint, &kept.bytes).unwrap();
    rotate(&app);
    app.reporter().reports(&report("Second"));
    std::fs::write(&keys, app.viewer().get("/api/reports/keys").bytes).unwrap();
    let arguments = |file: &PathBuf| {
        let words =
            ["audit", "verify", "--checkpoint", file.to_str().unwrap(), "--key", keys.to_str().unwrap()];
        words.map(str::to_owned)
    };
    let said = app.run(&arguments(&checkpoint).each_ref().map(String::as_str));
    assert!(said.contains(&format!("begins with the {} entries", head["tree_size"])), "{said}");
    // The note alone is enough; what was changed, or signed by somebody else, is not.
    let note = text(&head["note"]);
    let size = head["tree_size"].to_string();
    let stranger = folder.join("stranger.json");
    let cases = [
        (note.clone(), None),
        (note.replacen(&size, "1", 1), Some("none of the keys")),
        (note.replacen("probatum/audit\n", "other\n", 1), Some("none of the keys")),
        ("{}".to_owned(), Some("note")),
    ];
    for (content, named) in cases {
        std::fs::write(&stranger, content).unwrap();
        let arguments = arguments(&stranger);
        let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        words.extend(["--database", app.database()]);
        let done = run(&words);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.success(), named.is_none(), "{said}");
        assert!(named.is_none_or(|named| said.contains(named)), "{said}");
    }
    // Another registry's log does not begin with it.
    let other = App::start(engine);
    (0..9).for_each(|n| drop(other.reporter().reports(&report(&format!("Other {n}")))));
    let arguments = arguments(&checkpoint);
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    words.extend(["--database", other.database()]);
    let done = run(&words);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("not those of the checkpoint"), "{said}");
}
