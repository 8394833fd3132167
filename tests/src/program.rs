//! The program under test: built once per process by cargo, as the tests themselves were built.

use cargo_metadata::Message;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Where `probatum` is; the first call builds it, also if that fails.
pub(crate) fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    BINARY.get_or_init(build).as_ref().expect("probatum does not build")
}

fn build() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // What cargo tells the tests about their own package would make build scripts run anew (ring's watches it), and
    // again at the next build from a shell.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|about_us| text.starts_with(about_us)) {
            build.env_remove(&name);
        }
    }
    // As a companion of the program's own test: so cargo picks the features that `cargo test --workspace` picked, and what
    // that has built is used; `cargo build` picks others and would build half the workspace once more.
    let mut build = build
        .args(["test", "--no-run", "--workspace", "--test", "cli", "--profile", &profile()])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo is not to be found");
    let said = BufReader::new(build.stdout.take().unwrap());
    let executable = Message::parse_stream(said).filter_map(|message| match message.unwrap() {
        Message::CompilerArtifact(artifact) if artifact.target.is_bin() => artifact.executable,
        _ => None,
    });
    let executable = executable.last();
    build.wait().unwrap().success().then(|| executable.expect("cargo named no executable").into())
}

/// The profile of this test binary, after the folder it lies in: `target/<profile>/deps/<test>`.
fn profile() -> String {
    let test = std::env::current_exe().unwrap();
    let folder =
        test.parent().and_then(|deps| deps.parent()).and_then(|profile| profile.file_name()).unwrap();
    match folder.to_str().unwrap() {
        "debug" => "test".to_owned(),
        other => other.to_owned(),
    }
}

/// `probatum`, with nothing of the caller's configuration and away from any configuration file.
pub(crate) fn probatum() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PROBATUM_") {
            command.env_remove(name);
        }
    }
    command.current_dir(crate::scratch::root()).stdin(Stdio::null());
    command
}

/// Runs `probatum` with these arguments to its end.
pub fn run(args: &[&str]) -> Output {
    probatum().args(args).output().unwrap()
}
