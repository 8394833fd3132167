//! Byte by byte: where one event ends and the next begins. Nothing is looked at twice.

use super::{Announced, EventFault};
use crate::limits::{MAX_DEPTH, MAX_EVENT_BYTES};

/// What lies between two boundaries.
#[derive(Debug)]
pub(super) enum Piece {
    /// From `{` to its `}`.
    Object(Vec<u8>),
    /// A line that is no object.
    Text(Vec<u8>),
    /// An item of the outer array that is no object.
    Item(Vec<u8>),
    /// Something that cannot be an event.
    Bad(EventFault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first event.
    Start,
    /// After a `[` that opens an array or a line of text; what follows decides.
    Opened,
    /// After `[` and `]`: an array without an item, if nothing follows on the line.
    OpenedClosed,
    /// Between two events of a body that is no array.
    Between,
    /// Within a line of text.
    Line,
    /// After an object, on its line.
    AfterObject,
    /// Within an object or another item of the outer array.
    Value,
    /// Within the outer array, before an item.
    BeforeItem,
    /// Within the outer array, after an item.
    AfterItem,
    /// After the outer array.
    AfterArray,
    /// What follows cannot be read; it was named once.
    Lost,
    /// Until the end of a line that was named already.
    SkipLine,
}

#[derive(Debug)]
pub(super) struct Scanner {
    /// One object a line: a line break ends whatever is open.
    by_line: bool,
    /// Lines of text may come: not every `[` opens an array.
    mixed: bool,
    state: State,
    in_array: bool,
    held: Vec<u8>,
    /// Whether an event was begun that is named as bad once it is over.
    fault: Option<EventFault>,
    /// The open brackets, the innermost in the lowest bit: 1 for an object.
    nest: u128,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The last byte that was no blank and stood in no string.
    last: u8,
    at_line_start: bool,
    is_object: bool,
    bom: u8,
}

impl Scanner {
    pub(super) fn new(announced: Announced) -> Self {
        Self {
            by_line: announced == Announced::Ndjson,
            mixed: announced == Announced::Mixed,
            state: State::Start,
            in_array: false,
            held: Vec::new(),
            fault: None,
            nest: 0,
            depth: 0,
            in_string: false,
            escaped: false,
            last: 0,
            at_line_start: true,
            is_object: false,
            bom: 0,
        }
    }

    /// Takes one byte and returns what it completed.
    pub(super) fn feed(&mut self, byte: u8) -> Option<Piece> {
        let piece = self.step(byte);
        self.at_line_start = byte == b'\n' || (self.at_line_start && blank(byte));
        piece
    }

    /// The end of the body.
    pub(super) fn end(&mut self) -> Option<Piece> {
        match self.state {
            State::Line => Some(self.close_line()),
            State::Value => Some(self.broken()),
            State::Opened | State::BeforeItem | State::AfterItem => Some(Piece::Bad(EventFault::Unclosed)),
            _ => None,
        }
    }

    fn step(&mut self, byte: u8) -> Option<Piece> {
        match self.state {
            State::Start => self.start(byte),
            State::Opened => self.opened(byte),
            State::OpenedClosed => {
                self.opened_closed(byte);
                None
            }
            State::Between => self.between(byte),
            State::Line => self.line(byte),
            State::Value => self.value(byte),
            State::AfterObject => self.after_object(byte),
            State::BeforeItem | State::AfterItem => self.item(byte),
            State::AfterArray => self.after_array(byte),
            State::SkipLine => {
                if byte == b'\n' {
                    self.state = State::Between;
                }
                None
            }
            State::Lost => None,
        }
    }

    fn start(&mut self, byte: u8) -> Option<Piece> {
        // A byte order mark, as some shippers write it.
        if let (0, 0xEF) | (1, 0xBB) | (2, 0xBF) = (self.bom, byte) {
            self.bom += 1;
            return None;
        }
        if blank(byte) {
            return None;
        }
        if byte == b'[' && self.mixed {
            self.state = State::Opened;
            self.hold(byte);
            return None;
        }
        if byte == b'[' && !self.by_line {
            self.array();
            return None;
        }
        self.between(byte)
    }

    /// The `[` opened an array; what was held is no text.
    fn array(&mut self) {
        self.held.clear();
        (self.in_array, self.state, self.fault) = (true, State::BeforeItem, None);
    }

    /// Programs put times, levels and processes in brackets. JSON with events in it goes on in one of four ways, maybe
    /// on another line.
    fn opened(&mut self, byte: u8) -> Option<Piece> {
        let line_is_over = self.held.ends_with(b"\n");
        match byte {
            b']' if !line_is_over => {
                self.state = State::OpenedClosed;
                self.hold(byte);
            }
            b'{' | b'[' | b'"' | b']' => {
                self.array();
                return self.item(byte);
            }
            _ if blank(byte) && line_is_over => {}
            _ if blank(byte) => self.hold(byte),
            _ if line_is_over => {
                let line = self.close_line();
                self.between(byte);
                return Some(line);
            }
            _ => {
                self.state = State::Line;
                self.hold(byte);
            }
        }
        None
    }

    /// `[] connected` is what a logger writes that has nothing to put there.
    fn opened_closed(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.array();
                self.state = State::AfterArray;
            }
            _ if blank(byte) => self.hold(byte),
            _ => {
                self.state = State::Line;
                self.hold(byte);
            }
        }
    }

    fn between(&mut self, byte: u8) -> Option<Piece> {
        match byte {
            _ if blank(byte) => {}
            b'{' => self.open_value(byte),
            _ => {
                self.state = State::Line;
                self.hold(byte);
            }
        }
        None
    }

    fn line(&mut self, byte: u8) -> Option<Piece> {
        if byte == b'\n' {
            return Some(self.close_line());
        }
        self.hold(byte);
        None
    }

    fn after_object(&mut self, byte: u8) -> Option<Piece> {
        match byte {
            b'\n' => self.state = State::Between,
            _ if blank(byte) => {}
            b'{' if !self.by_line => self.open_value(byte),
            _ => {
                self.state = State::SkipLine;
                return Some(Piece::Bad(EventFault::Trailing));
            }
        }
        None
    }

    fn item(&mut self, byte: u8) -> Option<Piece> {
        match (byte, self.state) {
            _ if blank(byte) => {}
            (b']', _) => self.state = State::AfterArray,
            (b',', State::AfterItem) => self.state = State::BeforeItem,
            (_, State::BeforeItem) => self.open_value(byte),
            _ => {
                self.state = State::Lost;
                return Some(Piece::Bad(EventFault::Trailing));
            }
        }
        None
    }

    fn after_array(&mut self, byte: u8) -> Option<Piece> {
        if blank(byte) {
            return None;
        }
        self.state = State::Lost;
        Some(Piece::Bad(EventFault::Trailing))
    }

    fn open_value(&mut self, byte: u8) {
        self.state = State::Value;
        (self.nest, self.depth, self.in_string, self.escaped, self.last) = (0, 0, false, false, 0);
        self.is_object = byte == b'{';
        self.nested(byte);
        self.hold(byte);
    }

    fn value(&mut self, byte: u8) -> Option<Piece> {
        if byte == b'\n' && self.by_line {
            self.state = State::Between;
            return Some(self.broken());
        }
        if !self.in_array && self.at_line_start && byte == b'{' && self.no_value_here() {
            // The object before was never closed; this one is another event.
            let broken = self.broken();
            self.open_value(byte);
            return Some(broken);
        }
        if self.depth == 0 && !self.in_string && (byte == b',' || byte == b']') {
            // A bare item of the outer array is over: a number, a word, a text.
            let piece = self.close_value();
            self.state = if byte == b',' { State::BeforeItem } else { State::AfterArray };
            return Some(piece);
        }
        self.hold(byte);
        if self.nested(byte) && self.depth == 0 {
            let piece = self.close_value();
            self.state = if self.in_array { State::AfterItem } else { State::AfterObject };
            return Some(piece);
        }
        None
    }

    /// Follows strings and brackets; true if a bracket was closed.
    fn nested(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => (self.in_string, self.last) = (false, byte),
                // A raw line break is no part of a JSON string, so the string was never closed.
                b'\n' if !self.in_array => (self.in_string, self.last) = (false, b'"'),
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => {
                if self.depth >= MAX_DEPTH {
                    self.fault.get_or_insert(EventFault::TooDeep);
                }
                self.nest = (self.nest << 1) | u128::from(byte == b'{');
                self.depth += 1;
            }
            b'}' | b']' => {
                self.nest >>= 1;
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
        if !blank(byte) {
            self.last = byte;
        }
        byte == b'}' || byte == b']'
    }

    /// Whether JSON can have no value at this place: so a `{` belongs to the next event.
    fn no_value_here(&self) -> bool {
        let within_object = self.nest & 1 == 1;
        let value_may_follow =
            if within_object { self.last == b':' } else { matches!(self.last, b'[' | b',') };
        !self.in_string && !value_may_follow
    }

    fn hold(&mut self, byte: u8) {
        if self.held.len() >= MAX_EVENT_BYTES {
            self.held = Vec::new();
            self.fault = Some(EventFault::TooLarge);
        }
        if self.fault.is_none() {
            self.held.push(byte);
        }
    }

    fn broken(&mut self) -> Piece {
        self.held.clear();
        Piece::Bad(self.fault.take().unwrap_or(EventFault::Unclosed))
    }

    fn close_value(&mut self) -> Piece {
        let held = std::mem::take(&mut self.held);
        match self.fault.take() {
            Some(fault) => Piece::Bad(fault),
            None if self.is_object => Piece::Object(held),
            None => Piece::Item(held),
        }
    }

    fn close_line(&mut self) -> Piece {
        self.state = State::Between;
        let held = std::mem::take(&mut self.held);
        self.fault.take().map_or(Piece::Text(held), Piece::Bad)
    }
}

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
