//! Small servers for the tests of connectors: each connection gets the next step of a script, the last one for ever.
// Every test binary uses its own part of it.
#![allow(dead_code)]

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens on one connection, once the whole request is read.
#[derive(Clone)]
pub enum Step {
    /// A status line, header lines and a body.
    Answer(u16, &'static str, &'static str),
    /// The connection is closed without a word.
    Cut,
    /// An answer whose body comes a byte at a time.
    Trickle,
    /// An answer of four megabytes.
    Huge,
    /// 200 with the request's `authorization` header as message.
    Echo,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).next()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A server on this machine.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Plain HTTP.
    pub fn plain(script: &[Step]) -> Self {
        Self::start(script, None)
    }

    /// HTTPS with the certificate in `tests/tls`.
    pub fn tls(script: &[Step]) -> Self {
        let file = |name: &str| format!("{}/tests/tls/{name}", env!("CARGO_MANIFEST_DIR"));
        let chain = vec![CertificateDer::from_pem_file(file("cert.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        Self::start(script, Some(Arc::new(config)))
    }

    fn start(script: &[Step], tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let (seen, script) = (Arc::clone(&server.seen), script.to_vec());
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let stream = stream.unwrap();
                let step = script[n.min(script.len() - 1)].clone();
                match &tls {
                    None => serve(stream, &step, &seen),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(connection, stream), &step, &seen);
                    }
                }
            }
        });
        server
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut stream: impl Read + Write, step: &Step, seen: &Mutex<Vec<Seen>>) {
    // Whoever breaks a handshake off sends no request.
    let Some(request) = request(&mut stream) else { return };
    let token = request.header("authorization").unwrap_or("none").to_owned();
    seen.lock().unwrap().push(request);
    // The client may be gone at any point; that is what some tests are about.
    let _ = match step {
        Step::Answer(status, headers, body) => answer(&mut stream, *status, headers, body),
        Step::Echo => {
            let body = format!(r#"{{"success":true,"message":"you sent {token}","reference":"{token}"}}"#);
            answer(&mut stream, 200, "content-type: application/json\r\n", &body)
        }
        Step::Cut => Ok(()),
        Step::Trickle => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
            (0..100).try_for_each(|_| {
                std::thread::sleep(Duration::from_millis(50));
                stream.write_all(b"x").and_then(|()| stream.flush())
            })
        }
        Step::Huge => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            (0..4096).try_for_each(|_| stream.write_all(&[b'x'; 1024]))
        }
    };
    let _ = stream.flush();
}

fn answer(stream: &mut impl Write, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

/// Reads one whole request: its head, and as much body as it announces.
fn request(stream: &mut impl Read) -> Option<Seen> {
    let (mut got, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        got.extend_from_slice(&piece[..n]);
        let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(got[..end].to_vec()).unwrap();
        let seen = Seen { head, body: got[end + 4..].to_vec() };
        let length: usize = seen.header("content-length").unwrap_or("0").parse().unwrap();
        if seen.body.len() >= length {
            return Some(seen);
        }
    }
}
