//! Requests no decent client would send, byte by byte.

use crate::Server;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What came back, as text: status line, headers, body.
pub struct RawReply {
    /// The status.
    pub status: u16,
    /// Everything.
    pub text: String,
}

impl RawReply {
    /// Asserts that it is an error in the one shape there is (RFC 9457), with this code; the body.
    pub fn problem(&self, code: &str) -> Value {
        let (head, body) = self.text.split_once("\r\n\r\n").expect("a head and a body");
        let head = head.to_lowercase();
        assert!(head.contains("content-type: application/problem+json"), "{}", self.text);
        assert!(head.contains("x-request-id: "), "{}", self.text);
        let problem: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(problem["error"], code, "{problem}");
        assert_eq!(problem["status"], self.status, "{problem}");
        for member in ["detail", "type", "title", "instance", "request_id"] {
            assert!(problem[member].is_string(), "{member}: {problem}");
        }
        problem
    }
}

/// Sends `bytes` over a connection of its own and reads until the server closes or falls silent.
pub fn send(server: &Server, bytes: &[u8]) -> RawReply {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The server may have answered and closed before it read all: then the rest cannot be written.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..n]);
        if is_whole(&answer) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|s| s.parse().ok());
    RawReply { status: status.unwrap_or_else(|| panic!("no answer, but {text:?}")), text }
}

/// Whether head and as much body as it promises are here.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|l| {
        let (name, value) = l.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}

/// A request of which the head is sent, and the body not yet.
pub struct Begun {
    stream: TcpStream,
    answer: String,
}

impl Begun {
    /// Sends a head over a connection of its own.
    pub fn new(server: &Server, head: &[u8]) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(head).unwrap();
        Self { stream, answer: String::new() }
    }

    /// Reads until the server has said `words`, and forgets them.
    pub fn until_told(&mut self, words: &str) {
        let mut buffer = [0; 8192];
        while !self.answer.contains(words) {
            let n = self.stream.read(&mut buffer).unwrap();
            assert!(n > 0, "no {words:?}, but {:?}", self.answer);
            self.answer.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
        self.answer.clear();
    }

    /// Sends the rest; what is said after that until the server closes.
    pub fn finish(mut self, body: &[u8]) -> String {
        self.stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}
