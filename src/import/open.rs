//! Which format a file has.

use std::io::BufRead;
use std::path::Path;

use super::deposit::Deposit;
use super::frame::Sheet;
use super::problem::{ProblemKind, Report};
use super::source::{self, Bytes, Encoding, Meter};
use super::{jsonl, xml};
use crate::time::Timestamp;

/// Opens a deposit of any format and reads its frame: XML (with its CSV files, where it names some) or JSON lines,
/// each compressed with gzip or not. `now` is when the deposit is read: a watermark beyond it is an error.
///
/// `None` after noting in `report` why the deposit cannot be read.
pub fn open(path: &Path, now: Timestamp, report: &mut Report) -> Option<Box<dyn Deposit>> {
    let sheet = Sheet(path.to_string_lossy().into());
    let meter = Meter::default();
    let named_gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let opened = source::open(path, &meter).and_then(|bytes| source::gunzip(bytes, named_gzip)).and_then(source::peek);
    let (head, bytes) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            sheet.note(report, ProblemKind::Unreadable, 0, error.to_string());
            return None;
        }
    };
    let begins = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    match begins.first() {
        Some(b'<') => {
            let bytes = transcoded(bytes, &head, &sheet, report)?;
            xml::open(bytes, path, sheet, meter, now, report)
        }
        Some(b'{') => jsonl::open(bytes, sheet, meter, now, report),
        _ => {
            sheet.note(report, ProblemKind::Malformed, 1, "the file is neither XML nor JSON lines");
            None
        }
    }
}

fn transcoded(bytes: Bytes, head: &[u8], sheet: &Sheet, report: &mut Report) -> Option<Bytes> {
    let encoding = match Encoding::declared(head) {
        None => Some(Encoding::Utf8),
        Some(label) => Encoding::from_label(&label),
    };
    match encoding {
        Some(encoding) => Some(source::in_utf8(bytes, encoding)),
        None => {
            sheet.note(report, ProblemKind::Malformed, 1, "the encoding is not UTF-8, ISO-8859-1 or ISO-8859-15");
            None
        }
    }
}

/// Passes over a byte order mark.
pub(super) fn without_mark(mut bytes: Bytes) -> Bytes {
    if bytes.fill_buf().is_ok_and(|buffer| buffer.starts_with(b"\xef\xbb\xbf")) {
        bytes.consume(3);
    }
    bytes
}
