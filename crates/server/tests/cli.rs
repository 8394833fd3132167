//! The program as a person at a terminal meets it.

#![allow(clippy::unwrap_used)] // Helpers of tests stand outside of #[test].

use std::process::{Command, Output};

fn probatum(folder: &std::path::Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probatum"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PROBATUM_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_key_is_printed_alone_listed_without_its_secret_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let made = probatum(
        folder.path(),
        &["key", "create", "--name", "kdzik", "--role", "analyst", "--expires", "90d"],
    );
    assert!(made.status.success(), "{}", stderr(&made));
    let key = stdout(&made).trim_end().to_owned();
    assert!(key.starts_with("tw_") && !key.contains('\n'), "{key}");
    let secret = key.rsplit('_').next().unwrap();

    let listed = stdout(&probatum(folder.path(), &["key", "list", "--json"]));
    let rows: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((rows[0]["name"].as_str(), rows[0]["roles"][0].as_str()), (Some("kdzik"), Some("analyst")));
    assert!(!listed.contains(secret), "a list shows no secrets");
    let database = std::fs::read(folder.path().join("probatum.db")).unwrap();
    let wal = std::fs::read(folder.path().join("probatum.db-wal")).unwrap_or_default();
    let kept = [database, wal].concat();
    assert!(
        !kept.windows(secret.len()).any(|w| w == secret.as_bytes()),
        "the database has no secret in clear"
    );

    assert!(probatum(folder.path(), &["key", "revoke", &key]).status.success());
    let again = probatum(folder.path(), &["key", "revoke", &key]);
    assert!(!again.status.success(), "revoked once");
    assert!(stdout(&probatum(folder.path(), &["key", "list"])).contains("revoked"));
}

#[test]
fn options_can_be_given_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probatum"));
        command.current_dir(folder.path()).args(args).envs(environment.iter().copied()).output().unwrap()
    };
    let made = [
        ("PROBATUM_NAME", "kdzik"),
        ("PROBATUM_ROLE", "reporter,legal_dpo"),
        ("PROBATUM_EXPIRES", "2h"),
        ("PROBATUM_DATABASE", "sqlite://elsewhere.db"),
    ];
    let output = run(&["key", "create"], &made);
    assert!(output.status.success(), "{}", stderr(&output));
    let listed =
        run(&["key", "list"], &[("PROBATUM_JSON", "true"), ("PROBATUM_DATABASE", "sqlite://elsewhere.db")]);
    let rows: serde_json::Value = serde_json::from_str(&stdout(&listed)).unwrap();
    assert_eq!(rows[0]["roles"], serde_json::json!(["reporter", "legal_dpo"]), "{rows}");
    assert!(rows[0]["expires_at"].is_string(), "{rows}");
    assert!(stdout(&run(&["migrate"], &[("PROBATUM_DRY_RUN", "true")])).starts_with("pending 0001"));
    let wrong = run(&["seed"], &[("PROBATUM_INCIDENTS", "none")]);
    assert!(!wrong.status.success() && stderr(&wrong).contains("none"), "{}", stderr(&wrong));
}

#[test]
fn wrong_values_name_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["key", "create", "--name", "a b", "--role", "analyst"], "name"),
        (&["key", "create", "--name", "a", "--role", "boss"], "boss"),
        (&["key", "create", "--name", "a", "--role", "analyst", "--expires", "soon"], "soon"),
        (&["serve", "--listen", "nowhere"], "nowhere"),
        (&["migrate", "--database", "mysql://x"], "mysql"),
    ];
    for (args, named) in cases {
        let output = probatum(folder.path(), args);
        assert!(!output.status.success());
        assert!(stderr(&output).contains(named), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn migrations_are_applied_once_and_the_audit_log_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let pending = stdout(&probatum(folder.path(), &["migrate", "--dry-run"]));
    assert!(pending.starts_with("pending 0001"), "{pending}");
    assert!(stdout(&probatum(folder.path(), &["migrate"])).starts_with("applied 0001"));
    assert!(stdout(&probatum(folder.path(), &["migrate"])).starts_with("nothing to do"));
    assert!(probatum(folder.path(), &["seed", "--incidents", "30"]).status.success());
    let verified = probatum(folder.path(), &["audit", "verify"]);
    assert!(verified.status.success(), "{}", stderr(&verified));
    assert!(stdout(&verified).contains("the audit log is whole"));
}

#[test]
fn the_machine_contract_is_the_committed_one() {
    let folder = tempfile::tempdir().unwrap();
    let committed = include_str!("../../../openapi/openapi.json");
    assert_eq!(stdout(&probatum(folder.path(), &["openapi"])), committed, "run `cargo xtask openapi`");
}

/// A small bundle, its public key, and where both were written.
fn bundle_in(folder: &std::path::Path) -> (std::path::PathBuf, probatum_compliance_export::PublicKey) {
    use probatum_compliance_export::{
        BundleWriter, CaseFacts, Clocks, FactSheet, IncidentData, Phase, Regime, Report, ReportInput,
        RuleSet, SecretKey,
    };
    let (rules, now) = (RuleSet::built_in(), "2026-11-21T12:00:00Z".parse().unwrap());
    let incident = IncidentData { public_id: "INC-2026-0042".to_owned(), ..IncidentData::default() };
    let report = Report::build(&ReportInput {
        rules,
        report_id: "RPT-2026-0042-1",
        regime: Regime::Gdpr,
        phase: Phase::Notification72h,
        target: "UODO",
        organisation: "Example SA",
        created_by: &"legal:anowak".parse().unwrap(),
        created_at: now,
        incident: &incident,
        facts: &FactSheet::default(),
        facts_version: None,
        clocks: &Clocks::compute(rules, &CaseFacts::default(), now),
        evidence: &[],
        actions: &[],
        timeline: &[],
        previous: &[],
        checkpoint: None,
    })
    .unwrap();
    let path = folder.join("bundle.zip");
    let file = std::fs::File::create(&path).unwrap();
    let writer = BundleWriter::begin(file, &report, &report.documents().unwrap()).unwrap();
    let key = SecretKey::from_seed(&[7; 32]);
    writer.finish(&key).unwrap();
    (path, key.public())
}

#[test]
fn a_bundle_is_verified_and_every_fault_named() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = bundle_in(folder.path());
    std::fs::write(folder.path().join("key.pem"), key.to_pem()).unwrap();
    let hex = key.to_hex();
    for given in [&["--key", "key.pem"][..], &["--key", &hex], &["--key", "key.pem", "--key", &hex]] {
        let output = probatum(folder.path(), &[&["bundle", "verify", "bundle.zip"], given].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(
            text.contains("RPT-2026-0042-1") && text.contains("whole") && text.contains("a key you gave"),
            "{text}"
        );
    }
    let alone = probatum(folder.path(), &["bundle", "verify", "bundle.zip"]);
    assert!(alone.status.success() && stdout(&alone).contains("nobody vouched for"));

    let other = "aa".repeat(32);
    for (key, named) in [("none.pem", "none.pem"), (other.as_str(), "none of the keys")] {
        let output = probatum(folder.path(), &["bundle", "verify", "bundle.zip", "--key", key]);
        assert_eq!(output.status.code(), Some(1));
        assert!(format!("{}{}", stdout(&output), stderr(&output)).contains(named), "{}", stdout(&output));
    }

    let mut bytes = std::fs::read(&path).unwrap();
    let readme = bytes.windows(11).position(|w| w == b"Report     ").unwrap();
    bytes.get_mut(readme).map(|b| *b = b'r').unwrap();
    std::fs::write(&path, &bytes).unwrap();
    let output = probatum(folder.path(), &["bundle", "verify", "bundle.zip", "--key", "key.pem"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("NOT WHOLE") && stdout(&output).contains("data/README.txt: was changed")
    );
    assert!(stderr(&output).contains("2 faults"), "{}", stderr(&output));

    let output = probatum(folder.path(), &["bundle", "verify", "bundle.zip", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((found["ok"].as_bool(), found["trusted"].as_bool()), (Some(false), Some(false)));
    assert_eq!(found["faults"][0]["path"], "data/README.txt");

    let missing = probatum(folder.path(), &["bundle", "verify", "no.zip"]);
    assert!(missing.status.code() == Some(1) && stderr(&missing).contains("no.zip"));
}

/// An incident with `contents` as uploaded evidence, written as a server would.
fn uploads_in(folder: &std::path::Path, contents: &[&'static [u8]]) {
    use probatum_application::ports::{Blobs, Executor, Tx};
    use probatum_application::use_cases::evidence::{Received, attach};
    use probatum_application::use_cases::incidents::create;
    use probatum_application::{Ctx, Principal};
    use probatum_evidence::{Attach, EvidenceKind, Stored, Visibility};
    use probatum_incident::{Category, Draft};
    let store =
        probatum_storage::Settings::parse(&format!("sqlite://{}/probatum.db", folder.display()), false);
    let store = probatum_storage::Store::open(&store.unwrap()).unwrap();
    let blobs = probatum_connectors::BlobStore::folder(&folder.join("probatum-data")).unwrap();
    let (door, now): (&dyn Executor, _) = (&store, "2026-07-04T08:21:00Z".parse().unwrap());
    let ctx = move || Ctx { principal: Principal::system("cli"), now, request_id: "test".to_owned() };
    let new =
        Draft { incident_type: Some(Category::Phishing), source: Some("gateway".into()), ..Draft::default() };
    let new = new.validate(now).unwrap();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let incident = door.writing(move |tx: &mut dyn Tx| create(tx, &ctx(), &new)).await.unwrap();
        for content in contents {
            let mut upload = blobs.begin().await.unwrap();
            upload.write((*content).into()).await.unwrap();
            let blob = upload.finish().await.unwrap();
            let stored = Stored {
                size: blob.size,
                media_type: "text/plain".to_owned(),
                file_name: "a.txt".to_owned(),
                key: blob.key,
            };
            let received = Received { stored, hash: blob.hash };
            let cmd = Attach {
                kind: EvidenceKind::Log,
                source: "desk".to_owned(),
                content_ref: None,
                hash_sha256: None,
                confidence: 90,
                visibility: Visibility::Internal,
                chain_of_custody: Vec::new(),
                description: None,
                contradicts: None,
                tlp: None,
            };
            let id = probatum_kernel::IncidentRef::Id(incident.id);
            let work = move |tx: &mut dyn Tx| attach(tx, &ctx(), id, &cmd, Some(&received));
            door.writing(work).await.unwrap();
        }
    });
}

/// The files of the data folder whose content is `content`.
fn file_with(folder: &std::path::Path, content: &[u8]) -> std::path::PathBuf {
    let files = std::fs::read_dir(folder.join("probatum-data/evidence")).unwrap();
    let mut files = files.map(|f| f.unwrap().path());
    files.find(|f| std::fs::read(f).unwrap() == content).unwrap()
}

#[test]
fn stored_evidence_is_hashed_anew_and_every_fault_named() {
    let folder = tempfile::tempdir().unwrap();
    let verify = |more: &[&str]| probatum(folder.path(), &[&["evidence", "verify"], more].concat());
    let missing = verify(&[]);
    assert!(missing.status.code() == Some(1) && stderr(&missing).contains("no such file"));
    assert!(probatum(folder.path(), &["migrate"]).status.success());
    assert!(stdout(&verify(&[])).starts_with("the evidence is whole: 0 items"));
    assert!(!folder.path().join("probatum-data").exists(), "it makes nothing");

    uploads_in(folder.path(), &[b"first", b"second", b"third"]);
    let log = stdout(&probatum(folder.path(), &["audit", "verify"]));
    let whole = verify(&[]);
    assert!(whole.status.success(), "{}", stderr(&whole));
    let expected = "the evidence is whole: 3 items, 3 contents of 16 bytes as they were received\n";
    assert_eq!(stdout(&whole), expected);
    let elsewhere = verify(&["--data", "nowhere"]);
    assert!(elsewhere.status.code() == Some(1) && stderr(&elsewhere).contains("nowhere"));

    std::fs::write(file_with(folder.path(), b"second"), b"forged").unwrap();
    std::fs::remove_file(file_with(folder.path(), b"third")).unwrap();
    let damaged = verify(&[]);
    assert_eq!(damaged.status.code(), Some(1));
    let text = stdout(&damaged);
    for part in [
        "changed: the content has the SHA-256",
        "missing: there is no content evidence/",
        "NOT WHOLE: 3 items, 1 contents",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(stderr(&damaged).contains("2 faults"), "{}", stderr(&damaged));
    let output = verify(&["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((found["ok"].as_bool(), found["items"].as_u64()), (Some(false), Some(3)));
    let faults = found["faults"].as_array().unwrap().iter();
    let mut flaws: Vec<_> = faults.map(|f| f["flaw"].as_str().unwrap().to_owned()).collect();
    flaws.sort();
    assert_eq!(flaws, ["changed", "missing"]);
    assert_eq!(stdout(&probatum(folder.path(), &["audit", "verify"])), log, "it records nothing");
}
