//! A request body becomes single events, piece by piece, so that a server holds one event and not the batch.

mod scan;

use crate::limits::{MAX_BATCH_BYTES, MAX_EVENT_BYTES, MAX_EVENTS};
use scan::{Piece, Scanner};
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// One event as it came.
#[derive(Debug, Clone, PartialEq)]
pub enum RawEvent {
    /// A JSON object.
    Json(Map<String, Value>),
    /// A line of text: CEF, syslog or anything else.
    Line(String),
}

/// Why one event was not taken; the others are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// Not UTF-8.
    #[error("is not UTF-8 text")]
    NotUtf8,
    /// Not JSON, and what the parser says of it.
    #[error("is not valid JSON: {0}")]
    NotJson(String),
    /// A JSON value other than an object, or a text where JSON was announced.
    #[error("is not a JSON object; send {{…}}, an array of objects, or one object a line")]
    NotAnObject,
    /// More bytes than one event may have.
    #[error("is larger than {MAX_EVENT_BYTES} bytes")]
    TooLarge,
    /// Nested deeper than is read.
    #[error("is nested too deeply; at most {} levels", crate::limits::MAX_DEPTH)]
    TooDeep,
    /// The JSON has no end.
    #[error("ends before its JSON is closed")]
    Unclosed,
    /// Something stands where the next event or the end should.
    #[error("has something after the JSON that is neither another event nor the end")]
    Trailing,
    /// A CEF header with fewer fields than there have to be.
    #[error("is no CEF: the header needs seven fields separated by |")]
    Cef,
    /// An event in a shape that is none of ours.
    #[error("is in no known format; send OCSF, ECS, CEF, Wazuh, Suricata, or an object with `message`")]
    Unknown,
    /// A format of ours in a version or kind that is not read.
    #[error("{0}")]
    Unsupported(String),
}

/// Why nothing of the request is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchTooLarge {
    /// More bytes than a request may have.
    #[error("the body is larger than {MAX_BATCH_BYTES} bytes; send several requests")]
    Bytes,
    /// More events than a request may have.
    #[error("the body has more than {MAX_EVENTS} events; send several requests")]
    Events,
}

/// The place of an event in the body, from 0, and the event or what is wrong with it.
pub type Indexed = (usize, Result<RawEvent, EventFault>);

/// What the media type of a body says about its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    /// JSON: an object over any number of lines, an array, or several objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Nothing: each event says itself what it is.
    Mixed,
}

/// Takes a body in chunks and gives back its events. It holds one unfinished event of at most
/// [`MAX_EVENT_BYTES`], whatever it is fed.
///
/// ```
/// use probatum_intake::{RawEvent, Splitter};
/// let mut splitter = Splitter::new(Some("application/x-ndjson"));
/// let first = splitter.push(b"{\"message\":\"a\"}\n{\"mess")?;
/// let second = splitter.push(b"age\":\"b\"}")?;
/// let last = splitter.finish()?;
/// assert_eq!((first.len(), second.len(), last.len()), (1, 1, 0));
/// assert!(matches!(second.first(), Some((1, Ok(RawEvent::Json(_))))));
/// # Ok::<(), probatum_intake::BatchTooLarge>(())
/// ```
#[derive(Debug)]
pub struct Splitter {
    announced: Announced,
    scanner: Scanner,
    bytes: usize,
    next: usize,
}

impl Splitter {
    /// A splitter for a body of this media type. `application/json` has no text lines, `application/x-ndjson`
    /// (also `application/ndjson`, `application/jsonl`) one object a line; anything else may mix both. There an array
    /// begins with a `[` before a `{`, `[`, `"` or `]`; `[Sun Nov 22 …]` begins a line.
    pub fn new(content_type: Option<&str>) -> Self {
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        let announced = match essence.trim().to_ascii_lowercase().as_str() {
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines" => Announced::Ndjson,
            "application/json" => Announced::Json,
            _ => Announced::Mixed,
        };
        Self { announced, scanner: Scanner::new(announced), bytes: 0, next: 0 }
    }

    /// Takes the next bytes and returns the events that are complete by now.
    ///
    /// # Errors
    /// The whole body is too much. The splitter is of no use any more then.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Indexed>, BatchTooLarge> {
        self.bytes = self.bytes.saturating_add(chunk.len());
        if self.bytes > MAX_BATCH_BYTES {
            return Err(BatchTooLarge::Bytes);
        }
        let mut events = Vec::new();
        for byte in chunk {
            if let Some(piece) = self.scanner.feed(*byte) {
                self.take(piece, &mut events)?;
            }
        }
        Ok(events)
    }

    /// Says that nothing follows and returns the last event, if one was open.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self) -> Result<Vec<Indexed>, BatchTooLarge> {
        let mut events = Vec::new();
        if let Some(piece) = self.scanner.end() {
            self.take(piece, &mut events)?;
        }
        Ok(events)
    }

    fn take(&mut self, piece: Piece, events: &mut Vec<Indexed>) -> Result<(), BatchTooLarge> {
        let event = match piece {
            Piece::Object(bytes) => object(&bytes),
            Piece::Text(bytes) => match text_line(&bytes) {
                None => return Ok(()),
                Some(Ok(line)) => self.line(line),
                Some(Err(fault)) => Err(fault),
            },
            Piece::Item(bytes) => item(&bytes),
            Piece::Bad(fault) => Err(fault),
        };
        if self.next >= MAX_EVENTS {
            return Err(BatchTooLarge::Events);
        }
        events.push((self.next, event));
        self.next += 1;
        Ok(())
    }

    fn line(&self, line: String) -> Result<RawEvent, EventFault> {
        if self.announced == Announced::Mixed {
            Ok(RawEvent::Line(line))
        } else {
            Err(EventFault::NotAnObject)
        }
    }
}

/// Counts the events of a body as it arrives, good or bad, and refuses one that is too much: what [`Splitter`] would give
/// back, without reading any.
#[derive(Debug)]
pub struct Counter {
    scanner: Scanner,
    bytes: usize,
    events: usize,
}

impl Counter {
    /// A counter for a body of this media type (see [`Splitter::new`]).
    pub fn new(content_type: Option<&str>) -> Self {
        Self { scanner: Splitter::new(content_type).scanner, bytes: 0, events: 0 }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The whole body is too much.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), BatchTooLarge> {
        self.bytes = self.bytes.saturating_add(chunk.len());
        if self.bytes > MAX_BATCH_BYTES {
            return Err(BatchTooLarge::Bytes);
        }
        for byte in chunk {
            if let Some(piece) = self.scanner.feed(*byte) {
                self.take(&piece)?;
            }
        }
        Ok(())
    }

    /// Says that nothing follows; how many events there are.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self) -> Result<usize, BatchTooLarge> {
        if let Some(piece) = self.scanner.end() {
            self.take(&piece)?;
        }
        Ok(self.events)
    }

    fn take(&mut self, piece: &Piece) -> Result<(), BatchTooLarge> {
        if matches!(piece, Piece::Text(line) if text_line(line).is_none()) {
            return Ok(());
        }
        if self.events >= MAX_EVENTS {
            return Err(BatchTooLarge::Events);
        }
        self.events += 1;
        Ok(())
    }
}

fn object(bytes: &[u8]) -> Result<RawEvent, EventFault> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(RawEvent::Json(members)),
        Ok(_) => Err(EventFault::NotAnObject),
        Err(_) if std::str::from_utf8(bytes).is_err() => Err(EventFault::NotUtf8),
        Err(e) => Err(EventFault::NotJson(e.to_string())),
    }
}

/// An item of an array that is no object: a text may be a line some shipper wrapped, all else is refused.
fn item(bytes: &[u8]) -> Result<RawEvent, EventFault> {
    match serde_json::from_slice(bytes) {
        Ok(Value::String(line)) if !line.trim().is_empty() => Ok(RawEvent::Line(line)),
        Ok(_) => Err(EventFault::NotAnObject),
        Err(_) if std::str::from_utf8(bytes).is_err() => Err(EventFault::NotUtf8),
        Err(e) => Err(EventFault::NotJson(e.to_string())),
    }
}

fn text_line(bytes: &[u8]) -> Option<Result<String, EventFault>> {
    match std::str::from_utf8(bytes) {
        Ok(line) if line.trim().is_empty() => None,
        Ok(line) => Some(Ok(line.trim().to_owned())),
        Err(_) => Some(Err(EventFault::NotUtf8)),
    }
}

/// How many bytes [`Events`] feeds at once.
const STEP: usize = 16 * 1024;

/// The events of a whole body, read as they are asked for.
#[derive(Debug)]
pub struct Events<'a> {
    splitter: Option<Splitter>,
    rest: &'a [u8],
    ready: VecDeque<Indexed>,
}

impl<'a> Events<'a> {
    /// The events of `body`, whose media type is `content_type` (see [`Splitter::new`]).
    pub fn split(body: &'a [u8], content_type: Option<&str>) -> Self {
        Self { splitter: Some(Splitter::new(content_type)), rest: body, ready: VecDeque::new() }
    }

    fn more(&mut self) -> Result<(), BatchTooLarge> {
        let (step, rest) = self.rest.split_at_checked(STEP).unwrap_or((self.rest, &[]));
        self.rest = rest;
        let done = if step.is_empty() { self.splitter.take() } else { None };
        match (done, self.splitter.as_mut()) {
            (Some(splitter), _) => self.ready.extend(splitter.finish()?),
            (None, Some(splitter)) => self.ready.extend(splitter.push(step)?),
            (None, None) => {}
        }
        Ok(())
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Indexed, BatchTooLarge>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            self.splitter.as_ref()?;
            if let Err(e) = self.more() {
                self.splitter = None;
                return Some(Err(e));
            }
        }
    }
}
