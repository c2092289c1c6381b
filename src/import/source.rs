//! Files as streams of bytes: compressed or not, in the encoding that they declare, counted as they are read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// How much of a file is read to find out what it is, in octets.
const HEAD_OCTETS: u64 = 1024;
/// Read buffer in octets.
const BUFFER_OCTETS: usize = 64 * 1024;

/// Counts the bytes read of one or more files, before decompression.
#[derive(Clone, Default)]
pub(super) struct Meter {
    read: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Meter {
    /// Bytes read and bytes there are.
    pub fn progress(&self) -> (u64, u64) {
        let total = self.total.load(Ordering::Relaxed);
        (self.read.load(Ordering::Relaxed).min(total), total)
    }
}

struct Metered {
    file: File,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.meter.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// A stream of a file's bytes.
pub(super) type Bytes = Box<dyn BufRead>;

/// Opens a file as it lies there; its size is added to the meter.
///
/// # Errors
///
/// The system's.
pub(super) fn open(path: &Path, meter: &Meter) -> io::Result<Bytes> {
    let file = File::open(path)?;
    meter.total.fetch_add(file.metadata()?.len(), Ordering::Relaxed);
    Ok(Box::new(BufReader::with_capacity(BUFFER_OCTETS, Metered { file, meter: meter.clone() })))
}

/// The stream decompressed, where it begins with gzip's magic number or `always` says so.
///
/// # Errors
///
/// The stream's.
pub(super) fn gunzip(bytes: Bytes, always: bool) -> io::Result<Bytes> {
    let (head, bytes) = peek(bytes)?;
    if !always && !head.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    Ok(Box::new(BufReader::with_capacity(BUFFER_OCTETS, MultiGzDecoder::new(bytes))))
}

/// The first bytes of a stream, and the stream from its beginning.
///
/// # Errors
///
/// The stream's.
pub(super) fn peek(mut bytes: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let mut head = Vec::new();
    bytes.by_ref().take(HEAD_OCTETS).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(bytes))))
}

/// Encodings of deposits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, and ASCII within it.
    Utf8,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-15.
    Latin9,
}

impl Encoding {
    /// The encoding of a label, in any case; `None` for one that is not supported.
    pub fn from_label(label: &str) -> Option<Encoding> {
        match label.trim().to_ascii_lowercase().as_str() {
            "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => Some(Encoding::Utf8),
            "iso-8859-1" | "iso8859-1" | "latin1" => Some(Encoding::Latin1),
            "iso-8859-15" | "iso8859-15" | "latin9" => Some(Encoding::Latin9),
            _ => None,
        }
    }

    /// The label in the XML declaration with which a document begins; `None` where there is none.
    pub fn declared(head: &[u8]) -> Option<String> {
        let head = String::from_utf8_lossy(head);
        let declaration = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?;
        let declaration = declaration.split_once("?>")?.0;
        let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value.split(quote).nth(1).map(str::to_owned)
    }
}

/// The stream in UTF-8.
pub(super) fn in_utf8(bytes: Bytes, encoding: Encoding) -> Bytes {
    match encoding {
        Encoding::Utf8 => bytes,
        Encoding::Latin1 | Encoding::Latin9 => {
            let latin = Latin { bytes, nine: encoding == Encoding::Latin9 };
            Box::new(BufReader::with_capacity(BUFFER_OCTETS, latin))
        }
    }
}

/// Reads one of two encodings of one byte a character as UTF-8.
struct Latin {
    bytes: Bytes,
    nine: bool,
}

impl Read for Latin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let source = self.bytes.fill_buf()?;
        let (mut used, mut written) = (0, 0);
        for &byte in source {
            let mut octets = [0; 4];
            let octets = latin(byte, self.nine).encode_utf8(&mut octets).as_bytes();
            let Some(room) = buffer.get_mut(written..written + octets.len()) else { break };
            room.copy_from_slice(octets);
            used += 1;
            written += octets.len();
        }
        self.bytes.consume(used);
        Ok(written)
    }
}

fn latin(byte: u8, nine: bool) -> char {
    match (nine, byte) {
        (true, 0xa4) => '€',
        (true, 0xa6) => 'Š',
        (true, 0xa8) => 'š',
        (true, 0xb4) => 'Ž',
        (true, 0xb8) => 'ž',
        (true, 0xbc) => 'Œ',
        (true, 0xbd) => 'œ',
        (true, 0xbe) => 'Ÿ',
        _ => char::from(byte),
    }
}

/// Line feeds in some octets.
pub(super) fn newlines(octets: &[u8]) -> u64 {
    // Sums of an octet each add up many at a time.
    let sum = |part: &[u8]| u64::from(part.iter().map(|octet| u8::from(*octet == b'\n')).sum::<u8>());
    octets.chunks(255).map(sum).sum()
}

/// Counts lines as bytes are consumed, and refuses to go on when one step takes more bytes than it may: parsers
/// above keep a whole token in memory. It has a buffer of its own, so that a parser that looks for each token at the
/// bytes that are there asks nobody below.
pub(super) struct Lines<R> {
    bytes: R,
    buffer: Vec<u8>,
    /// Which part of the buffer is to be consumed yet.
    left: Range<usize>,
    line: u64,
    taken: usize,
    limit: usize,
    /// An error that belongs behind what is left.
    failed: Option<io::Error>,
    /// Octets of what is left that are not cut off any more.
    uncut: usize,
}

/// One step took more bytes than it may.
#[derive(Debug)]
pub(super) struct StepTooLarge;

impl std::fmt::Display for StepTooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a single tag, text, row or line is longer than allowed")
    }
}

impl std::error::Error for StepTooLarge {}

/// True for the error with which [`Lines`] stops a step.
pub(super) fn is_too_large(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<StepTooLarge>())
}

impl<R: Read> Lines<R> {
    /// Counts from line 1; `limit` is in octets for each step.
    pub fn new(bytes: R, limit: usize) -> Lines<R> {
        Lines { bytes, buffer: vec![0; BUFFER_OCTETS], left: 0..0, line: 1, taken: 0, limit, failed: None, uncut: 0 }
    }

    /// Cuts off what comes next, up to a place that `find` names in the octets at hand: `room` of them, or more, or all
    /// that are left. Returns them with the line in which they begin. Where there is no such place, those octets are not
    /// asked about again.
    pub fn cut(&mut self, room: usize, find: impl FnOnce(&[u8]) -> Option<usize>) -> Option<(Vec<u8>, u64)> {
        if self.uncut > 0 {
            return None;
        }
        self.fill(room);
        let Some(end) = find(self.available()).map(|end| self.left.start + end).filter(|end| *end <= self.left.end)
        else {
            self.uncut = self.left.len();
            return None;
        };
        let begin = self.line;
        let rest = self.buffer.get(end..self.left.end)?;
        let mut next = vec![0; room.max(rest.len())];
        next.get_mut(..rest.len())?.copy_from_slice(rest);
        let left = 0..rest.len();
        let mut cut = std::mem::replace(&mut self.buffer, next);
        cut.truncate(end);
        cut.drain(..self.left.start);
        self.left = left;
        self.line += newlines(&cut);
        Some((cut, begin))
    }

    /// Reads until so many octets are there, or no more come.
    fn fill(&mut self, room: usize) {
        if self.left.len() >= room || self.failed.is_some() {
            return;
        }
        self.buffer.copy_within(self.left.clone(), 0);
        self.left = 0..self.left.len();
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        while let Some(free) = self.buffer.get_mut(self.left.end..).filter(|free| !free.is_empty()) {
            match self.bytes.read(free) {
                Ok(0) => return,
                Ok(count) => self.left.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error);
                    return;
                }
            }
        }
    }

    /// Gives back what was cut off last.
    pub fn put_back(&mut self, octets: &[u8]) {
        self.line -= newlines(octets);
        self.uncut = octets.len();
        self.buffer = [octets, self.available()].concat();
        self.left = 0..self.buffer.len();
        if self.buffer.is_empty() {
            self.buffer = vec![0; BUFFER_OCTETS];
        }
    }

    fn available(&self) -> &[u8] {
        self.buffer.get(self.left.clone()).unwrap_or_default()
    }

    /// The line of the next byte.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Begins a step.
    pub fn begin_step(&mut self) {
        self.taken = 0;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut source = self.fill_buf()?;
        let count = source.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > self.limit {
            return Err(io::Error::other(StepTooLarge));
        }
        if self.left.is_empty() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            self.left = 0..self.bytes.read(&mut self.buffer)?;
        }
        Ok(self.available())
    }

    fn consume(&mut self, count: usize) {
        self.line += newlines(self.available().get(..count).unwrap_or_default());
        self.taken = self.taken.saturating_add(count);
        self.uncut = self.uncut.saturating_sub(count);
        self.left.start = self.left.start.saturating_add(count).min(self.left.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: impl Read) -> String {
        let mut text = String::new();
        bytes.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn ep_10_latin_text_arrives_as_utf_8() {
        let bytes = || -> Bytes { Box::new(Cursor::new(b"Zo\xcb \xa4\xbd".to_vec())) };
        assert_eq!(all(in_utf8(bytes(), Encoding::Latin1)), "ZoË ¤½");
        assert_eq!(all(in_utf8(bytes(), Encoding::Latin9)), "ZoË €œ");
    }

    #[test]
    fn the_declared_encoding_is_found() {
        let label = |head: &str| Encoding::declared(head.as_bytes());
        assert_eq!(label("<?xml version=\"1.0\" encoding='ISO-8859-1'?><a/>").as_deref(), Some("ISO-8859-1"));
        assert_eq!(label("<?xml version=\"1.0\"?><a encoding=\"x\"/>"), None);
        assert_eq!(Encoding::from_label("UTF-16"), None);
    }

    #[test]
    fn lines_are_counted_and_steps_bounded() {
        let mut lines = Lines::new(Cursor::new(b"a\nb\n\nc".to_vec()), 3);
        let mut text = String::new();
        lines.read_line(&mut text).unwrap();
        assert_eq!(lines.line(), 2);
        lines.begin_step();
        lines.consume(4);
        assert!(is_too_large(&lines.fill_buf().unwrap_err()));
        assert_eq!(lines.line(), 4);
    }
}
