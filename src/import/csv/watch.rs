//! RFC 4180 as written: what a lenient reader would pass over is a fault, and every record knows its line.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Read};

/// Longest record in octets.
pub(super) const RECORD_OCTETS_MAX: usize = 256 * 1024;

/// What is wrong with a file, and at which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The file ends within quotes; the line is that of the quote.
    Unclosed(u64),
    /// Something else than a separator or an end of line follows a closing quote.
    AfterQuote(u64),
    /// A carriage return without a line feed.
    LoneReturn(u64),
    /// A record is longer than allowed.
    TooLong(u64),
}

impl Fault {
    /// The line, from 1.
    pub fn line(self) -> u64 {
        let (Fault::Unclosed(line) | Fault::AfterQuote(line) | Fault::LoneReturn(line) | Fault::TooLong(line)) = self;
        line
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Unclosed(_) => "the file ends inside a quoted field",
            Fault::AfterQuote(_) => "something stands between a closing quote and the separator",
            Fault::LoneReturn(_) => "a carriage return stands alone, outside quotes",
            Fault::TooLong(_) => "a record is longer than allowed",
        })
    }
}

impl std::error::Error for Fault {}

#[derive(Clone, Copy, PartialEq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
    Return,
}

/// Passes a file's bytes on, without empty lines and with each record ended by one line feed.
pub(super) struct Watch<R> {
    bytes: R,
    separator: u8,
    state: State,
    line: u64,
    quote_line: u64,
    octets: usize,
    starts: VecDeque<u64>,
}

impl<R: BufRead> Watch<R> {
    /// Watches from line 1; fields are separated by `separator`.
    pub fn new(bytes: R, separator: u8) -> Watch<R> {
        let starts = VecDeque::new();
        Watch { bytes, separator, state: State::RecordStart, line: 1, quote_line: 1, octets: 0, starts }
    }

    /// The line at which the oldest record begins that was not asked about yet.
    pub fn next_start(&mut self) -> Option<u64> {
        self.starts.pop_front()
    }

    /// Takes one byte; false where it is not passed on.
    fn step(&mut self, byte: u8) -> Result<bool, Fault> {
        let outside = !matches!(self.state, State::Quoted);
        let mut pass = true;
        if self.state == State::RecordStart && !matches!(byte, b'\r' | b'\n') {
            self.starts.push_back(self.line);
            self.octets = 0;
        }
        self.octets += 1;
        if self.octets > RECORD_OCTETS_MAX {
            return Err(Fault::TooLong(self.line));
        }
        self.state = match (self.state, byte) {
            (State::Return, b'\n') => State::RecordStart,
            (State::Return, _) => return Err(Fault::LoneReturn(self.line)),
            (State::RecordStart, b'\n') => {
                pass = false;
                State::RecordStart
            }
            (State::RecordStart, b'\r') => {
                // The empty line goes, and its line feed with it.
                pass = false;
                State::RecordStart
            }
            (State::RecordStart | State::FieldStart, b'"') => {
                self.quote_line = self.line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) => State::Quoted,
            (State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\r') => {
                pass = false;
                State::Return
            }
            (_, b'\n') => State::RecordStart,
            (_, other) if other == self.separator => State::FieldStart,
            (State::QuoteInQuoted, _) => return Err(Fault::AfterQuote(self.line)),
            _ => State::Plain,
        };
        debug_assert!(outside || pass);
        self.line += u64::from(byte == b'\n');
        Ok(pass)
    }
}

impl<R: BufRead> Read for Watch<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let mut block = [0; 4096];
            let room = out.len().min(block.len());
            let taken = self.bytes.read(block.get_mut(..room).unwrap_or_default())?;
            if taken == 0 {
                let unclosed = self.state == State::Quoted;
                return if unclosed { Err(io::Error::other(Fault::Unclosed(self.quote_line))) } else { Ok(0) };
            }
            let mut written = 0;
            for &byte in block.iter().take(taken) {
                if self.step(byte).map_err(io::Error::other)?
                    && let Some(slot) = out.get_mut(written)
                {
                    *slot = byte;
                    written += 1;
                }
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn watched(text: &str) -> Result<(String, Vec<u64>), Fault> {
        let mut watch = Watch::new(text.as_bytes(), b',');
        let mut out = String::new();
        match watch.read_to_string(&mut out) {
            Ok(_) => Ok((out, watch.starts.into())),
            Err(error) => Err(*error.get_ref().unwrap().downcast_ref::<Fault>().unwrap()),
        }
    }

    #[test]
    fn es_20_records_know_their_lines() {
        let (out, starts) = watched("a,b\r\n\r\n\n\"x\r\n,\"\"y\"\r\nc\n").unwrap();
        assert_eq!(out, "a,b\n\"x\r\n,\"\"y\"\nc\n");
        assert_eq!(starts, [1, 4, 6]);
    }

    #[test]
    fn es_20_what_rfc_4180_does_not_allow_is_a_fault() {
        assert_eq!(watched("a\nb,\"c\nd\n"), Err(Fault::Unclosed(2)));
        assert_eq!(watched("a\n\"b\"c\n"), Err(Fault::AfterQuote(2)));
        assert_eq!(watched("a\rb\n"), Err(Fault::LoneReturn(1)));
        assert_eq!(watched(&"a".repeat(RECORD_OCTETS_MAX + 1)), Err(Fault::TooLong(1)));
        assert!(watched("5\" pipe,\"\"\n").is_ok());
    }

    proptest! {
        #[test]
        fn each_record_has_one_start(text in "[a,\"\r\n]{0,40}") {
            if let Ok((_, starts)) = watched(&text) {
                let mut reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(Watch::new(text.as_bytes(), b','));
                prop_assert_eq!(reader.byte_records().map(Result::unwrap).count(), starts.len());
            }
        }
    }
}
