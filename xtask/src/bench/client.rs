//! A small HTTP/1.1 client for measuring: one connection kept alive, one request at a time, each bounded in time.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest a request may take.
const LIMIT: Duration = Duration::from_secs(20);

/// One connection, opened when needed.
pub struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Client {
    /// A client of this address; nothing is opened yet.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request and reads the answer. After an error the next request opens a connection anew.
    pub async fn send(&mut self, request: &[u8]) -> Result<Reply<'_>, Error> {
        let answered = tokio::time::timeout(LIMIT, self.exchange(request)).await;
        match answered.unwrap_or_else(|_| Err(Error::new(ErrorKind::TimedOut, "no answer in time"))) {
            Ok(head) => {
                if head.close {
                    self.stream = None;
                }
                Ok(Reply { status: head.status, body: self.buffer.get(head.body).unwrap_or_default() })
            }
            Err(e) => {
                self.stream = None;
                Err(e)
            }
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Head, Error> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                self.stream.insert(stream)
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = None;
        loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Error::new(
                    ErrorKind::UnexpectedEof,
                    "the connection ended before the answer did",
                ));
            }
            if head.is_none() {
                head = Head::parse(&self.buffer)?;
            }
            if let Some(head) = head.take_if(|head| head.body.end <= self.buffer.len()) {
                return Ok(head);
            }
        }
    }
}

/// What the head of an answer says about the rest.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    body: Range<usize>,
    close: bool,
}

impl Head {
    /// Reads the head; `None` as long as it is not all there.
    fn parse(buffer: &[u8]) -> Result<Option<Self>, Error> {
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
        let wrong = |what| Error::new(ErrorKind::InvalidData, what);
        let head = buffer.get(..end).and_then(|head| std::str::from_utf8(head).ok());
        let mut lines = head.ok_or_else(|| wrong("the head of the answer is not text"))?.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let status = status.ok_or_else(|| wrong("the answer has no status"))?;
        let (mut length, mut close) = (None, false);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            } else if name.eq_ignore_ascii_case("connection") {
                close = value.trim().eq_ignore_ascii_case("close");
            }
        }
        let length = match (length, status) {
            (Some(length), _) => length,
            (None, 204 | 304) => 0,
            (None, _) => return Err(wrong("the answer has no content-length")),
        };
        let from = end.saturating_add(4);
        Ok(Some(Self { status, body: from..from.saturating_add(length), close }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_come() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        assert_eq!(Head::parse(whole).unwrap(), Some(Head { status: 201, body: 49..54, close: false }));
        for cut in 0..49 {
            assert_eq!(Head::parse(&whole[..cut]).unwrap(), None);
        }
        let closing = b"HTTP/1.1 204 No Content\r\nconnection: Close\r\n\r\n";
        assert_eq!(Head::parse(closing).unwrap(), Some(Head { status: 204, body: 46..46, close: true }));
    }

    #[test]
    fn what_cannot_be_measured_is_an_error() {
        for bad in
            ["HTTP/1.1 200 OK\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"]
        {
            assert!(Head::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
