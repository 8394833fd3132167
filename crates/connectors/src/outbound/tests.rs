//! What the outbound client promises, against listeners on this machine.

use super::*;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

/// A listener that answers every connection with what `answer` writes; returns its address and a count of connections.
fn listen(answer: impl Fn(&mut TcpStream) + Send + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            answer(&mut stream);
        }
    });
    (address, count)
}

fn ok(stream: &mut TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
}

/// Names that answer differently each time: the first answer first, the last for ever.
#[derive(Debug)]
struct Changing(Mutex<Vec<Vec<SocketAddr>>>, AtomicUsize);

impl Changing {
    fn new(answers: &[&[SocketAddr]]) -> Arc<Self> {
        let reversed = answers.iter().rev().map(|a| a.to_vec()).collect();
        Arc::new(Self(Mutex::new(reversed), AtomicUsize::new(0)))
    }
}

impl Names for Changing {
    fn lookup(&self, _: &str, _: u16) -> std::io::Result<Vec<SocketAddr>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.0.lock().unwrap();
        Ok(if answers.len() > 1 { answers.pop().unwrap() } else { answers[0].clone() })
    }
}

fn policy(allow_private: bool) -> OutboundPolicy {
    let hosts =
        ["soar.example.org", "127.0.0.1", "localhost", "0177.0.0.1", "2130706433", "::ffff:127.0.0.1"];
    OutboundPolicy {
        hosts: hosts.map(str::to_owned).to_vec(),
        allow_private,
        allow_plain: true,
        ..OutboundPolicy::default()
    }
}

fn to(url: String) -> Message {
    Message { url, headers: vec![("content-type", "text/plain".to_owned())], body: b"hello".to_vec() }
}

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_name_that_changes_its_address_is_asked_once_and_called_where_it_was_judged() {
    let (first, called) = listen(ok);
    let (second, never) = listen(ok);
    let names = Changing::new(&[&[first], &[second]]);
    let client = Outbound::with_names(policy(true), names.clone()).unwrap();
    let url = format!("http://soar.example.org:{}/", first.port());
    let answer = client.post(to(url), SOON).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok".as_slice()));
    assert_eq!(names.1.load(Ordering::SeqCst), 1, "one look-up for one request");
    assert_eq!((called.load(Ordering::SeqCst), never.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_even_beside_a_public_address() {
    let (inside, called) = listen(ok);
    let public: SocketAddr = "93.184.216.34:80".parse().unwrap();
    let metadata: SocketAddr = "169.254.169.254:80".parse().unwrap();
    for (allow_private, answer) in [
        (false, vec![inside]),
        (false, vec![public, inside]),
        (true, vec![metadata]),
        (true, vec![inside, metadata]),
    ] {
        let names = Changing::new(&[&answer]);
        let client = Outbound::with_names(policy(allow_private), names).unwrap();
        let error = client.post(to("http://soar.example.org/".to_owned()), SOON).await.unwrap_err();
        assert_eq!((error.trouble, error.sent), (Trouble::Refused, false), "{answer:?}: {error}");
    }
    assert_eq!(called.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn every_spelling_of_this_machine_is_refused() {
    let (inside, called) = listen(ok);
    let port = inside.port();
    let client = Outbound::new(policy(false)).unwrap();
    for host in ["127.0.0.1", "localhost", "0177.0.0.1", "2130706433", "[::ffff:127.0.0.1]"] {
        let error = client.post(to(format!("http://{host}:{port}/")), SOON).await.unwrap_err();
        // What the resolver does not take for an address has none.
        assert!(matches!(error.trouble, Trouble::Refused | Trouble::Unreachable), "{host}: {error}");
        assert!(!error.sent);
    }
    assert_eq!(called.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (target, called) = listen(ok);
    let location = format!("http://127.0.0.1:{}/", target.port());
    for status in [301, 302, 303, 307, 308] {
        let location = location.clone();
        let (address, _) = listen(move |stream| {
            let head = format!("HTTP/1.1 {status} Go\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
        });
        let client = Outbound::new(policy(true)).unwrap();
        let answer = client.post(to(format!("http://{address}/")), SOON).await.unwrap();
        assert_eq!(answer.status, status);
    }
    assert_eq!(called.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_deadline_holds_for_silence_for_trickling_heads_and_for_trickling_bodies() {
    let silent = listen(|_| std::thread::sleep(Duration::from_secs(3)));
    let head = listen(|stream| trickle(stream, b"HTTP/1.1 200 OK\r\nx: "));
    let body = listen(|stream| trickle(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"));
    let client = Outbound::new(policy(true)).unwrap();
    for (address, _) in [silent, head, body] {
        let begun = Instant::now();
        let error =
            client.post(to(format!("http://{address}/")), Duration::from_millis(400)).await.unwrap_err();
        assert_eq!((error.trouble, error.sent), (Trouble::TimedOut, true), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

fn trickle(stream: &mut TcpStream, begin: &[u8]) {
    let _ = stream.write_all(begin);
    for _ in 0..60 {
        std::thread::sleep(Duration::from_millis(50));
        if stream.write_all(b"x").is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_huge_answer_is_cut_off() {
    let said = |length: &'static str| {
        move |stream: &mut TcpStream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{length}\r\n").as_bytes());
            for _ in 0..4096 {
                if stream.write_all(&[b'x'; 1024]).is_err() {
                    return;
                }
            }
        }
    };
    let client = Outbound::new(policy(true)).unwrap();
    for (address, _) in [listen(said("content-length: 4194304\r\n")), listen(said("connection: close\r\n"))] {
        let error = client.post(to(format!("http://{address}/")), SOON).await.unwrap_err();
        assert_eq!((error.trouble, error.sent), (Trouble::TooLarge, true), "{error}");
    }
}

#[tokio::test]
async fn it_is_known_whether_a_request_was_sent() {
    let (cut, _) = listen(|_| {});
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (no_tls, _) = listen(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let client = Outbound::new(policy(true)).unwrap();
    let lost = client.post(to(format!("http://{cut}/")), SOON).await.unwrap_err();
    assert_eq!((lost.trouble, lost.sent), (Trouble::Lost, true), "{lost}");
    let nobody = client.post(to(format!("http://{free}/")), SOON).await.unwrap_err();
    assert_eq!((nobody.trouble, nobody.sent), (Trouble::Unreachable, false), "{nobody}");
    let plain = client.post(to(format!("https://{no_tls}/")), SOON).await.unwrap_err();
    assert_eq!((plain.trouble, plain.sent), (Trouble::Unreachable, false), "{plain}");
}

#[tokio::test]
async fn what_is_sent_is_what_was_given_and_names_the_program() {
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut got = Vec::new();
        let mut piece = [0; 1024];
        while !got.ends_with(b"hello") {
            let n = stream.read(&mut piece).unwrap();
            got.extend_from_slice(&piece[..n]);
        }
        *kept.lock().unwrap() = String::from_utf8(got).unwrap().to_ascii_lowercase();
        let answer = "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-type: Text/Plain; charset=utf-8\r\n\
                      set-cookie: a=b\r\ncontent-length: 2\r\n\r\nno";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let client = Outbound::new(policy(true)).unwrap();
    let answer = client.post(to(format!("http://{address}/hook?x=1")), SOON).await.unwrap();
    served.join().unwrap();
    assert_eq!((answer.status, answer.retry_after), (429, Some(Duration::from_secs(7))));
    assert_eq!(
        (answer.media_type.as_deref(), answer.body.as_slice()),
        (Some("text/plain"), b"no".as_slice())
    );
    let seen = seen.lock().unwrap();
    for part in ["post /hook?x=1 http/1.1\r\n", "content-length: 5", "user-agent: probatum/", "\r\n\r\nhello"]
    {
        assert!(seen.contains(part), "{part} in {seen}");
    }
}

#[tokio::test]
async fn a_host_off_the_list_is_not_even_resolved() {
    let names = Changing::new(&[&[]]);
    let client = Outbound::with_names(policy(true), names.clone()).unwrap();
    let error = client.post(to("https://evil.example/".to_owned()), SOON).await.unwrap_err();
    assert_eq!((error.trouble, error.sent, names.1.load(Ordering::SeqCst)), (Trouble::Refused, false, 0));
}
