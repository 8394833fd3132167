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
