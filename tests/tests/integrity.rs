//! What the registry says when somebody was at its database: a changed log is found, an outage tells nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;

on_both! {
    own: a_changed_record_is_found;
}

/// Runs `audit verify`, which must fail; what it says.
fn refused(app: &App) -> String {
    let done = run(&["audit", "verify", "--database", app.database()]);
    assert!(!done.status.success(), "the change was not found: {}", String::from_utf8_lossy(&done.stdout));
    String::from_utf8(done.stderr).unwrap()
}

/// Changes the title in the record of an incident, of which there are three, by way of the bytes on disk.
fn a_changed_record_is_found(engine: Engine) {
    let mut app = App::start(engine);
    let marker = unique("marker");
    for title in ["One", &marker, "Three"] {
        app.reporter().reports(&report(title));
    }
    app.run(&["audit", "verify"]);
    let forged = marker.replace("marker", "forged");
    match engine {
        Engine::Sqlite => {
            // Stopped first, so that all is in one file.
            app.stop();
            let file = app.database().strip_prefix("sqlite://").unwrap().to_owned();
            let bytes = std::fs::read(&file).unwrap();
            std::fs::write(&file, replaced(&bytes, marker.as_bytes(), forged.as_bytes())).unwrap();
        }
        Engine::Postgres => {
            app.tamper(&format!("UPDATE audit SET detail = replace(detail, '{marker}', '{forged}')"));
        }
    }
    let said = refused(&app);
    assert!(said.contains("broken at entry"), "{said}");
}

/// `bytes` with every `from` replaced by `to`, which is as long.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let (mut out, mut at, mut count) = (bytes.to_vec(), 0, 0);
    while at + from.len() <= out.len() {
        if out[at..].starts_with(from) {
            out[at..at + to.len()].copy_from_slice(to);
            count += 1;
        }
        at += 1;
    }
    assert!(count > 0, "the record is not in the file");
    out
}

#[test]
fn a_missing_record_is_found() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let cuts = [
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "UPDATE audit SET seq = seq + 100 WHERE seq = (SELECT max(seq) FROM audit)",
        "UPDATE audit SET at = at + interval '1 second' WHERE seq = 1",
        "UPDATE audit SET actor = 'admin:somebody' WHERE seq = 2",
        "DELETE FROM audit",
    ];
    std::thread::scope(|scope| {
        for cut in cuts {
            scope.spawn(move || {
                let app = App::start(Engine::Postgres);
                app.reporter().reports(&report("Recorded"));
                app.run(&["audit", "verify"]);
                app.tamper(cut);
                assert!(refused(&app).contains("broken at entry"), "{cut}");
            });
        }
    });
}

#[test]
fn an_expired_key_is_no_key() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let app = App::start(Engine::Postgres);
    let client = app.anonymous().with_key(&app.new_key("passing", &["--role", "viewer", "--expires", "1h"]));
    client.get("/api/incidents").expect(200);
    app.tamper("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE name = 'passing'");
    client.get("/api/incidents").problem(401, "unauthenticated");
}

#[test]
fn an_outage_tells_nothing() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let app = App::start(Engine::Postgres);
    let admin = app.admin();
    let id = admin.reports(&report("Before the outage"));
    app.lose_database();
    let name = app.database().rsplit('/').next().unwrap();
    let requests: [&(dyn Fn() -> Reply + Sync); 3] = [
        &|| admin.get(&format!("/api/incidents/{id}")),
        &|| admin.post("/api/incidents", &report("During the outage")),
        &|| app.anonymous().get("/health/ready"),
    ];
    // At once, for each waits until its patience with the database is at an end.
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let sent: Vec<_> = requests.into_iter().map(|send| scope.spawn(send)).collect();
        sent.into_iter().map(|reply| reply.join().unwrap()).collect()
    });
    for reply in replies {
        let problem = reply.problem(503, "unavailable");
        assert!(reply.header("retry-after").is_some());
        let inner = [name, "FATAL", "database", "connection", "postgres", "127.0.0.1", "diesel"];
        let detail = text(&problem["detail"]).to_lowercase();
        assert!(!inner.iter().any(|word| detail.contains(&word.to_lowercase())), "{detail}");
        // The log has what the client is not told, under the same id.
        let id = reply.header("x-request-id").unwrap();
        assert!(app.server().output().lines().any(|line| line.contains(id)), "{id} is not in the log");
    }
    // It lives all the same.
    app.anonymous().get("/health/live").expect(200);
    app.anonymous().get("/openapi.json").expect(200);
}
