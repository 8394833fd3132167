//! A client of the event stream, written against the specification of server-sent events and nothing of ours.

use crate::server::Server;
use crate::wait::until;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An event that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamEvent {
    /// Its id.
    pub id: i64,
    /// Its type.
    pub event: String,
    /// Its data.
    pub data: Value,
}

#[derive(Default)]
struct Heard {
    events: Vec<StreamEvent>,
    comments: Vec<String>,
    last_id: i64,
    over: bool,
}

/// An open stream, read in the background; closed when dropped.
pub struct EventStream {
    socket: TcpStream,
    heard: Arc<Mutex<Heard>>,
}

impl EventStream {
    /// Opens a stream on a server with this key; `query` begins with `?` or is empty, `headers` are whole lines.
    pub fn open(server: &Server, key: &str, query: &str, headers: &str) -> Self {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let request = format!(
            "GET /api/events{query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\naccept: text/event-stream\r\n{headers}\r\n"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200 "), "no stream: {line}");
        while line != "\r\n" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let book = heard.clone();
        std::thread::spawn(move || listen(lines, &book));
        let stream = Self { socket, heard };
        until("a stream begins", Duration::from_secs(10), || {
            (!stream.heard.lock().unwrap().comments.is_empty()).then_some(())
        });
        stream
    }

    /// What came so far.
    pub fn events(&self) -> Vec<StreamEvent> {
        self.heard.lock().unwrap().events.clone()
    }

    /// The id to go on from.
    pub fn last_id(&self) -> i64 {
        self.heard.lock().unwrap().last_id
    }

    /// Waits for the first `count` events.
    pub fn first(&self, count: usize) -> Vec<StreamEvent> {
        until("events arrive", Duration::from_secs(30), || {
            let events = self.events();
            (events.len() >= count).then(|| events[..count].to_vec())
        })
    }

    /// Waits until the server ends it; the comments it sent.
    pub fn ended(&self, limit: Duration) -> Vec<String> {
        until("the stream ends", limit, || {
            let heard = self.heard.lock().unwrap();
            heard.over.then(|| heard.comments.clone())
        })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Takes the chunks of HTTP/1.1 apart, and the events in them.
fn listen(mut lines: BufReader<TcpStream>, heard: &Mutex<Heard>) {
    let mut text = String::new();
    loop {
        let mut size = String::new();
        let size = match lines.read_line(&mut size) {
            Ok(n) if n > 0 => usize::from_str_radix(size.trim(), 16).unwrap_or(0),
            _ => 0,
        };
        let mut chunk = vec![0; size + 2];
        if size == 0 || std::io::Read::read_exact(&mut lines, &mut chunk).is_err() {
            heard.lock().unwrap().over = true;
            return;
        }
        text.push_str(std::str::from_utf8(&chunk[..size]).unwrap());
        while let Some((block, rest)) = text.split_once("\n\n") {
            take(block, &mut heard.lock().unwrap());
            text = rest.to_owned();
        }
    }
}

/// One block of lines up to an empty one.
fn take(block: &str, heard: &mut Heard) {
    let (mut event, mut data) = (String::new(), String::new());
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("", comment)) => heard.comments.push(comment.to_owned()),
            Some(("id", id)) => heard.last_id = id.parse().unwrap(),
            Some(("event", name)) => event = name.to_owned(),
            Some(("data", text)) => data.push_str(text),
            Some(("retry", _)) => {}
            other => panic!("no line of server-sent events: {line:?} {other:?}"),
        }
    }
    if !data.is_empty() {
        let data = serde_json::from_str(&data).unwrap();
        heard.events.push(StreamEvent { id: heard.last_id, event, data });
    }
}
