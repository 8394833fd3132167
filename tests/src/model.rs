//! A language model that says what a test wants: chat completions over plain HTTP on this machine.

use crate::wait::until;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a question may wait for [`Model::release`].
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that answers every question with the same words.
pub struct Model {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Value>>>,
    released: Arc<AtomicBool>,
}

impl Model {
    /// One that answers at once.
    pub fn saying(words: &str) -> Self {
        Self::start(words, true)
    }

    /// One that answers once it is released.
    pub fn holding(words: &str) -> Self {
        Self::start(words, false)
    }

    fn start(words: &str, released: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let model = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            released: Arc::new(AtomicBool::new(released)),
        };
        let (asked, gate, words) = (model.asked.clone(), model.released.clone(), words.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (asked, gate, words) = (asked.clone(), gate.clone(), words.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &asked, &gate, &words));
            }
        });
        model
    }

    /// Lets all answers go.
    pub fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }

    /// Every question so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    /// The configuration that makes it the engine of triage.
    pub fn configuration(&self, more: &str) -> String {
        format!(
            "[triage]\nengine = 'llm'\n[triage.llm]\nurl = 'http://{}/v1'\nmodel = 'judge-7b'\nallow_private = true\n\
             allow_plain = true\n{more}\n",
            self.address
        )
    }
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<Value>>, gate: &AtomicBool, words: &str) {
    let Some(question) = request(&mut stream) else { return };
    asked.lock().unwrap().push(question);
    until("the model is released", PATIENCE, || gate.load(Ordering::SeqCst).then_some(()));
    let body = json!({
        "choices": [{"message": {"role": "assistant", "content": words}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
    })
    .to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    // Whoever asked may be gone.
    let _ = stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
}

/// Reads one request; its body as JSON.
fn request(stream: &mut TcpStream) -> Option<Value> {
    let (mut got, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        got.extend_from_slice(&piece[..n]);
        let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&got[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
        let length: usize = length.trim().parse().ok()?;
        if got.len() >= end + 4 + length {
            return serde_json::from_slice(&got[end + 4..]).ok();
        }
    }
}
