//! Pieces of a deposit's contents, read by several threads at a time.
//!
//! A piece is cut where an object seems to end. Whether it does is seen when the piece is read: what is not plain from
//! the beginning of an object to its end is given back, with all that was cut behind it, and read by one thread.

use std::str;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::plain::{Bindings, PlainReader};
use super::reader::{class_of_object, read_object};
use crate::import::deposit::Item;
use crate::import::frame::Sheet;
use crate::import::problem::{Place, Report};
use crate::import::source::newlines;

/// Octets of a piece, at most.
pub(super) const PIECE_OCTETS: usize = 128 * 1024;
/// Octets below which a piece is not worth the way to another thread.
const PIECE_OCTETS_MIN: usize = if cfg!(test) { 1 } else { 4 * 1024 };
/// Threads that read pieces, at most.
const READERS_MAX: usize = 4;
/// Pieces that are with a reader, at most.
const PIECES_WAITING: usize = 4;

/// Where the last object in `octets` seems to end that is like the first; `None` where there is none, or too little.
pub(super) fn last_end(octets: &[u8]) -> Option<usize> {
    let begin = octets.iter().position(|octet| !octet.is_ascii_whitespace())?;
    let tag = octets.get(begin..)?.strip_prefix(b"<")?;
    let length = tag.iter().position(|octet| octet.is_ascii_whitespace() || matches!(octet, b'>' | b'/'))?;
    let end_tag = [b"</", tag.get(..length).filter(|name| !name.is_empty())?, b">"].concat();
    let last = octets.windows(end_tag.len()).rposition(|window| window == end_tag)?;
    Some(last + end_tag.len()).filter(|end| *end >= PIECE_OCTETS_MIN)
}

/// A piece of contents.
pub(super) struct Piece {
    pub octets: Vec<u8>,
    /// The line in which it begins.
    pub line: u64,
}

/// A piece, and what was read of it.
pub(super) struct ReadPiece {
    pub piece: Piece,
    pub items: Vec<(Item, Place)>,
    pub report: Report,
    /// Octets of the piece that were read; what follows is not plain.
    pub read: usize,
}

/// The threads that read pieces. Pieces come back in the order in which they were given.
pub(super) struct Crew {
    readers: Vec<Reader>,
    given: usize,
    taken: usize,
}

struct Reader {
    pieces: SyncSender<Piece>,
    read: Receiver<ReadPiece>,
    thread: JoinHandle<()>,
}

impl Crew {
    /// Threads for each core, within a bound; they end when the crew is dropped.
    pub(super) fn new(bindings: &Bindings, sheet: &Sheet) -> Crew {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let reader = |_| {
            let (pieces, incoming) = sync_channel::<Piece>(PIECES_WAITING);
            let (outgoing, read) = sync_channel(PIECES_WAITING);
            let (bindings, sheet) = (bindings.clone(), sheet.of_its_own());
            let thread = std::thread::spawn(move || {
                let mut reader = PlainReader::new(bindings);
                for piece in incoming {
                    if outgoing.send(read_piece(&mut reader, piece, &sheet)).is_err() {
                        return;
                    }
                }
            });
            Reader { pieces, read, thread }
        };
        Crew { readers: (0..cores.min(READERS_MAX)).map(reader).collect(), given: 0, taken: 0 }
    }

    /// True where another piece may be given.
    pub(super) fn has_room(&self) -> bool {
        self.given - self.taken < self.readers.len() * PIECES_WAITING
    }

    /// Gives a piece to be read. There must be room.
    pub(super) fn give(&mut self, piece: Piece) {
        if let Some(reader) = self.readers.get(self.given % self.readers.len()) {
            // A reader that is gone is found out when its piece is asked for.
            let _ = reader.pieces.send(piece);
        }
        self.given += 1;
    }

    /// The piece that was given first of those that are not back; waits for it. A panic of its reader goes on here.
    pub(super) fn take(&mut self) -> Option<ReadPiece> {
        if self.taken == self.given {
            return None;
        }
        let at = self.taken % self.readers.len();
        self.taken += 1;
        if let Ok(read) = self.readers.get(at)?.read.recv() {
            return Some(read);
        }
        match self.readers.swap_remove(at).thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => None,
        }
    }
}

/// Reads objects up to the end of the piece, or up to the first thing that is no plain object.
fn read_piece(reader: &mut PlainReader, piece: Piece, sheet: &Sheet) -> ReadPiece {
    let (mut items, mut report, mut read) = (Vec::new(), Report::default(), 0);
    let text = str::from_utf8(&piece.octets).unwrap_or_default();
    let (mut line, mut counted) = (piece.line, 0);
    while let Some(rest) = text.get(read..).filter(|rest| !rest.is_empty()) {
        let object = rest.trim_ascii_start();
        let begin = read + (rest.len() - object.len());
        // An object stands in the line in which its first tag ends.
        let Some(tag) = object.split_inclusive('>').next().filter(|tag| tag.starts_with('<')) else { break };
        line += newlines(piece.octets.get(counted..begin + tag.len()).unwrap_or_default());
        counted = begin + tag.len();
        let Some((element, octets)) = reader.element(object, line) else { break };
        let Some(class) = class_of_object(&element) else { break };
        items.extend(read_object(class, element, sheet, &mut report));
        read = begin + octets;
    }
    ReadPiece { piece, items, report, read }
}
