//! One folder per test process, and a guard that outlives it: whatever ends the tests, a panic or kill -9, no server,
//! no PostgreSQL and no file of theirs stays behind.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Waits until its standard input closes, which happens when the test process is gone, and clears up. A file
/// `running/<pid>` holds the signal that ends that process.
const GUARD: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
for file in "$1"/running/*; do
    [ -f "$file" ] && kill -"$(cat "$file")" "${file##*/}" 2>/dev/null
done
tries=0
while [ -e "$1"/postgres/data/postmaster.pid ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
rm -rf "$1"
"#;

struct Scratch {
    root: PathBuf,
    // Its standard input is never written to: that it is open is the message.
    _guard: Child,
}

/// The folder of this test process. Anybody may pass through it, for PostgreSQL runs as somebody else.
pub(crate) fn root() -> &'static Path {
    static SCRATCH: OnceLock<Scratch> = OnceLock::new();
    &SCRATCH.get_or_init(start).root
}

fn start() -> Scratch {
    let root = tempfile::Builder::new().prefix("probatum-tests-").tempdir().unwrap().keep();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o711)).unwrap();
    std::fs::create_dir(root.join("running")).unwrap();
    let guard = Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(&root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        // A group of its own, so that Ctrl-C ends the tests and not the guard.
        .process_group(0)
        .spawn()
        .unwrap();
    Scratch { root, _guard: guard }
}

/// A new folder of this name within the scratch folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let path = root().join(format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir(&path).unwrap();
    path
}

/// A process that ends with this one, at the latest.
pub(crate) struct Watched(PathBuf);

impl Watched {
    /// Has the guard send `signal` to the process `pid`.
    pub(crate) fn new(pid: u32, signal: &str) -> Self {
        let file = root().join("running").join(pid.to_string());
        std::fs::write(&file, signal).unwrap();
        Self(file)
    }
}

/// Whoever drops it has seen the process end.
impl Drop for Watched {
    fn drop(&mut self) {
        // Nothing to do about a failure here: the folder goes as a whole in the end.
        let _ = std::fs::remove_file(&self.0);
    }
}
