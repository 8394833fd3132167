//! A receiver of webhooks on this machine: remembers every call, answers as it is told, and may hold calls open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The secret its calls are signed with; every server of the tests has it in the variable [`SECRET_ENV`].
pub const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgd2ViaG9vayByZWNlaXZlcg==";
/// The environment variable with [`SECRET`].
pub const SECRET_ENV: &str = "HOOK_SECRET";

/// How long a connection may take to say what it wants, and a held call to be let go.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call that arrived.
#[derive(Debug, Clone)]
pub struct HookCall {
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body as it came.
    pub bytes: Vec<u8>,
}

impl HookCall {
    /// Its body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("a webhook has a JSON body")
    }

    /// The idempotency key it was sent with.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Whether its signature is that of [`SECRET`], as Standard Webhooks 1.0.0 computes it.
    pub fn is_signed(&self) -> bool {
        self.is_signed_with(SECRET)
    }

    /// Whether its signature is that of this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for piece in [self.id().as_bytes(), b".", self.headers["webhook-timestamp"].as_bytes(), b"."] {
            mac.update(piece);
        }
        mac.update(&self.bytes);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
    }
}

struct Book {
    calls: Vec<HookCall>,
    answer: (u16, String),
    refused: Option<String>,
    held: bool,
}

struct Shared {
    book: Mutex<Book>,
    changed: Condvar,
    over: AtomicBool,
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// The receiver; gone when dropped.
pub struct Hook {
    port: u16,
    shared: Arc<Shared>,
}

impl Hook {
    /// Listens; every call is answered at once, with 200 and an empty object.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Book { calls: Vec::new(), answer: (200, "{}".to_owned()), refused: None, held: false };
        let shared = Shared { book: Mutex::new(book), changed: Condvar::new(), over: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        let for_all = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if for_all.over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = for_all.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { port, shared }
    }

    /// A `[[connectors]]` for it, of this name, for these actions; `more` are further lines.
    pub fn connector(&self, name: &str, actions: &[&str], more: &str) -> String {
        let port = self.port;
        format!(
            "[[connectors]]\nname = '{name}'\nkind = 'webhook'\nurl = 'http://127.0.0.1:{port}/{name}'\n\
             actions = {actions:?}\nsecret_env = '{SECRET_ENV}'\nallow_private = true\nallow_plain = true\n{more}\n"
        )
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port)
    }

    /// Answers 500 to whatever has these words in its body, from now on; to nothing more, if there are none.
    pub fn refuses(&self, words: Option<&str>) {
        self.shared.book().refused = words.map(str::to_owned);
    }

    /// A `[delivery.targets.NAME]` that is an e-delivery gateway; `more` are further lines.
    pub fn gateway(&self, name: &str, more: &str) -> String {
        let port = self.port;
        format!(
            "[delivery.targets.{name}]\ntype = 'http'\nurl = 'http://127.0.0.1:{port}/{name}'\n\
             allow_private = true\nallow_plain = true\n{more}\n"
        )
    }

    /// Answers so from now on.
    pub fn answers(&self, status: u16, body: &str) {
        self.shared.book().answer = (status, body.to_owned());
    }

    /// Answers nobody until [`release`](Self::release).
    pub fn hold(&self) {
        self.shared.book().held = true;
    }

    /// Answers everybody again, those who wait first.
    pub fn release(&self) {
        self.shared.book().held = false;
        self.shared.changed.notify_all();
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<HookCall> {
        self.shared.book().calls.clone()
    }

    /// How often it was called for this action.
    pub fn calls_for(&self, action: &str) -> usize {
        self.shared.book().calls.iter().filter(|c| c.id() == action).count()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.release();
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// One connection, one call.
fn serve(stream: TcpStream, shared: &Shared) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let Some(call) = read(&stream) else { return };
    let mut book = shared.book();
    let words = String::from_utf8_lossy(&call.bytes).into_owned();
    book.calls.push(call);
    let still = |book: &mut Book| book.held && !shared.over.load(Ordering::SeqCst);
    let (book, _) =
        shared.changed.wait_timeout_while(book, PATIENCE, still).unwrap_or_else(|e| e.into_inner());
    let refused = book.refused.as_ref().is_some_and(|part| words.contains(part.as_str()));
    let (status, body) = if refused { (500, String::new()) } else { book.answer.clone() };
    drop(book);
    let answer = format!(
        "HTTP/1.1 {status} As told\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever called may be gone, killed by a test.
    let _ = (&stream).write_all(answer.as_bytes());
}

/// Reads a request; nothing if the other side gives up before its end.
fn read(stream: &TcpStream) -> Option<HookCall> {
    let mut lines = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    lines.read_line(&mut line).ok().filter(|n| *n > 0)?;
    loop {
        line.clear();
        lines.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut bytes = vec![0; length];
    lines.read_exact(&mut bytes).ok()?;
    Some(HookCall { headers, bytes })
}
